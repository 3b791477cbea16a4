#!/bin/bash
# One machine of machines.sh, in a mount and process space of its own.
#
#   inside.sh MACHINE ROOT BUILD TESTS
#
# Mounts what a running system has, and runs the steps one after the other, each
# with a limit on its time. Prints a line for each step.
set -euo pipefail
machine=$1
root=$2
build=$3
tests=$4
kind=${machine#*-}
release=${machine%%-*}
log=$build/log/$machine
given_up=
# the first process of a process space gets only signals that it asked for; when
# it ends, all the others are killed
trap 'exit 130' HUP INT TERM

mount_all() {
	local place
	mount --make-rprivate /
	mount -t proc proc "$root/proc"
	mkdir -p "$root/dev/shm" "$root/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" || true
	# packages are downloaded once for all machines of a release
	mount --bind "$build/packages/$release" "$root/var/cache/apt/archives"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	for place in srv home/newcomer root; do
		mkdir -p "$root/$place"
		cp -r "$build/clone" "$root/$place/delivery"
		[ -d "$build/../../../shared" ] || continue
		mkdir -p "$root/$place/shared"
		mount --bind "$build/../../../shared" "$root/$place/shared"
		mount -o remount,ro,bind "$root/$place/shared"
	done
}

# in_machine SECONDS USER COMMAND: the command of a shell, in an environment of
# the user's own; nothing of the caller's is taken but a proxy
in_machine() {
	local seconds=$1 user=$2 home=/root
	[ "$user" = root ] || home=/home/$user
	timeout -k 10 "$seconds" chroot "$root" env -i HOME="$home" USER="$user" LOGNAME="$user" TERM=dumb \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+http_proxy="$http_proxy"} \
		runuser -u "$user" -- bash -euc "$3" </dev/null &
	# a signal is answered while waiting, not only afterwards
	wait $!
}

line() {
	printf '%-16s %-26s %-7s %4d s\n' "$machine" "$1" "$2" "$3"
}

# step NAME COMMAND ...: after a failed one that the others need, they are
# skipped
step() {
	local name=$1 started=$SECONDS
	shift
	if [ -n "$given_up" ]; then
		line "$name" skipped 0
	elif "$@" >"$log/$name.log" 2>&1; then
		line "$name" passed $((SECONDS - started))
	else
		line "$name" FAILED $((SECONDS - started))
		tail -n 40 "$log/$name.log" | sed 's/^/    /'
		return 1
	fi
}

needed_step() {
	step "$@" || given_up=yes
}

# shellcheck source=test/machines/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

needed_step mount mount_all
needed_step prepare prepare
all_steps || true
