#!/bin/bash
# "make demo" and "make test" on fresh machines: what "make test-machines" runs.
#
#   machines.sh [RELEASE-KIND ...]
#
# RELEASE is a release of Debian and KIND what is installed there already, see
# prepare in steps.sh. A machine is a folder below build/machines, made by
# debootstrap from the mirror of this machine's own apt (MIRROR names another
# one), with a mount and process space of its own: what is mounted and runs in
# there ends with it. A clone of the committed HEAD is tested.
#
# The first machine runs "make test" too, as an ordinary user and as root;
# TESTS=no leaves that out. A machine that passed is removed unless KEEP=1;
# build/machines/log keeps what each step said. What is downloaded, and the bare
# system of each release, is kept for the next run. Needs root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
here=$top/test/machines
build=$top/build/machines
export LC_ALL=C.UTF-8
trap 'exit 130' HUP INT TERM
[ $# -gt 0 ] || set -- bookworm-bare bookworm-client bookworm-server trixie-two trixie-bare sid-bare

fail() {
	echo "machines.sh: $1" >&2
	exit 1
}

# shellcheck disable=SC2016
# The mirror that apt here takes packages of Debian itself from.
find_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		sed -n 's|^Debian Debian \(.*[^/]\)/*$|\1|p' | sed -n 1p
}

provide_debootstrap() {
	if ! command -v debootstrap >/dev/null; then
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
	fi
}

# Nothing but make and git, and no right to start servers, as in a container.
make_base() {
	local release=$1 base=$build/base/$1
	[ -z "$(find "$base.done" -mtime -7 2>/dev/null)" ] || return 0
	rm -rf --one-file-system "$base" "$base.done"
	timeout -k 10 900 debootstrap --variant=minbase --include=make,git "$release" "$base" "$mirror" || return 1
	printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
	chmod +x "$base/usr/sbin/policy-rc.d"
	# the package lists are fetched by whom they concern
	chroot "$base" apt-get clean
	find "$base/var/lib/apt/lists" -type f -delete
	touch "$base.done"
}

# The tree as it is committed, with the data that lies beside it.
make_clone() {
	rm -rf "$build/clone"
	# it may belong to somebody else
	printf '[safe]\n\tdirectory = *\n' >"$build/gitconfig"
	GIT_CONFIG_GLOBAL=$build/gitconfig git clone -q --no-hardlinks "$top" "$build/clone"
	[ -z "$(git -c safe.directory='*' status --porcelain)" ] || echo "what is not committed is not tested"
}

# line NAME RESULT SECONDS
line() {
	printf '%-16s %-26s %-7s %4d s\n' "$machine" "$1" "$2" "$3"
}

# step NAME COMMAND ...: on the host
step() {
	local name=$1 log=$build/log/$machine/$1.log started=$SECONDS
	shift
	if "$@" >"$log" 2>&1 </dev/null; then
		line "$name" passed $((SECONDS - started))
	else
		line "$name" FAILED $((SECONDS - started))
		tail -n 30 "$log" | sed 's/^/    /'
		return 1
	fi
}

new_root() {
	rm -rf --one-file-system "$root"
	cp -a "$build/base/${machine%%-*}" "$root"
	mkdir -p "$build/packages/${machine%%-*}"
	# a mirror that lags behind is not what is tested
	echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/90machines"
}

# A folder that something of a broken run is still mounted on must not be removed.
not_mounted() {
	! grep -qF " $root/" /proc/mounts || {
		echo "still mounted below $root:"
		grep -F " $root/" /proc/mounts
		return 1
	}
}

run_machine() {
	mkdir -p "$build/log/$machine"
	rm -f "$build/log/$machine"/*
	step base make_base "${machine%%-*}" && step not_mounted not_mounted && step root new_root || return 0
	# whatever still runs in there is killed when it ends
	unshare --mount --pid --fork --kill-child "$here/inside.sh" "$machine" "$root" "$build" "$tests" 9>&- || line ended_early FAILED 0
}

[ "$(id -u)" -eq 0 ] || fail "root is needed, to make machines with debootstrap"
mirror=${MIRROR:-$(find_mirror)}
[ -n "$mirror" ] || fail "apt has no mirror of Debian here: name one by MIRROR=http://..."
mkdir -p "$build/base" "$build/log"
exec 9>"$build/lock"
flock -n 9 || fail "another run is at work in build/machines"
provide_debootstrap
make_clone
echo "$(git -C "$build/clone" log -1 --format='%h %s'), logs in build/machines/log"
results=$build/log/results
: >"$results"
tests=${TESTS:-yes}
for machine in "$@"; do
	root=$build/$machine
	run_machine | tee "$build/log/$machine.out"
	cat "$build/log/$machine.out" >>"$results"
	grep -q FAILED "$build/log/$machine.out" || [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
	tests=elsewhere
done
rm -rf "$build/clone" "$build/gitconfig"
# as make test counts, step by step
passed=$(grep -cE '^[a-z]+-[a-z]+ .* passed +[0-9]+ s$' "$results" || true)
failed=$(grep -cE '^[a-z]+-[a-z]+ .* FAILED +[0-9]+ s$' "$results" || true)
skipped=$(grep -cE '^[a-z]+-[a-z]+ .* skipped +[0-9]+ s$' "$results" || true)
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
