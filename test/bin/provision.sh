#!/bin/bash
# Install from Debian's packages what is missing.
#
#   provision.sh demo|test|bench|deb|fuzz [git|npm]
#
# Nothing is asked of the package manager where everything is there already.
# As root it installs; as anybody else it asks sudo; without sudo it says what
# to install. A server that is installed starts no cluster of its own. What is
# needed stands in needs.sh, and which server is taken in server.sh.
set -euo pipefail
need=${1:?"usage: provision.sh demo|test|bench|deb|fuzz [git|npm]"}
# shellcheck disable=SC2034
with=${2:-}
given=${PG_CONFIG:-pg_config}
# what other programs say is read below
export LC_ALL=C

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=test/bin/server.sh
. "$here/server.sh"
# shellcheck source=test/bin/needs.sh
. "$here/needs.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
another="PG_CONFIG=/path/to/pg_config names another one"

# fail MESSAGE [HINT ...]
fail() {
	echo "provision.sh: $1" >&2
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

# new_enough MAJOR WHAT
new_enough() {
	[ "$1" -ge "$oldest_major" ] || fail "delivery needs PostgreSQL $oldest_major or newer, and $2" "$3"
}

# What the distribution would install; nothing where its lists are not there.
offered_major() {
	have apt-cache || return 0
	{ apt-cache depends postgresql 2>/dev/null || true; } | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | sed -n 1p
}

# A version in Debian's layout may be named before it is there.
named_major() {
	sed -n "s|^$root/usr/lib/postgresql/\([0-9][0-9]*\)/bin/pg_config\$|\1|p" <<<"$PG_CONFIG"
}

# Sets PG_CONFIG and major, and new where that server is still to be installed.
look_for_server() {
	new=
	PG_CONFIG=$given
	choose_server
	if have apt-get && [ "$PG_CONFIG" = pg_config ]; then
		new=yes major=$(offered_major)
	elif have "$PG_CONFIG"; then
		major=$(major_of "$PG_CONFIG")
		[ -n "$major" ] || fail "$PG_CONFIG does not say which version it is of" "$another"
		new_enough "$major" "$PG_CONFIG is of $("$PG_CONFIG" --version)" "$another"
	else
		new=yes major=$(named_major)
		[ -n "$major" ] || [ "$PG_CONFIG" = pg_config ] ||
			fail "PG_CONFIG names no program: $PG_CONFIG" "without it a server is chosen or installed"
		[ -z "$major" ] || new_enough "$major" "PG_CONFIG asks for $major" "$another"
	fi
}

# Fills things, packages and by_hand.
look() {
	things=() packages=() by_hand=()
	if [ "$need" = fuzz ]; then
		new='' major=''
		needs_of_fuzz
		return
	fi
	look_for_server
	needs_of_tools
	if [ -n "$new" ]; then
		needs_of_new_server
	else
		needs_of_server
	fi
	if [ "$need" = test ]; then
		needs_of_tests
		needs_of_clients
	fi
	[ "$need" != deb ] || needs_of_packages
	[ ${#packages[@]} -eq 0 ] || readarray -t packages < <(printf '%s\n' "${packages[@]}" | awk '!seen[$0]++')
}

# listed THING ...
listed() {
	local list
	list=$(printf '%s; ' "$@")
	echo "${list%; }"
}

available() {
	apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null
}

# unavailable [PATTERN]: those of the packages that the lists do not know
unavailable() {
	local package
	for package in "${packages[@]}"; do
		[[ $package =~ ${1:-.} ]] || continue
		available "$package" || echo "$package"
	done
}

# A version left over from an older release cannot be completed; then the next
# one is taken, in the end the one that the distribution offers.
look_for_packages() {
	local absent
	while [ -n "$major" ] && [ -z "$new" ] && [ "$given" = pg_config ] && [ -z "$(chosen_by_path)" ] &&
		[ -n "$(unavailable "^postgresql-(server-dev-|client-)?$major\$")" ]; do
		left_out="$left_out $major"
		look
	done
	if [ -n "$new" ]; then
		[ -n "$major" ] || fail "the package lists have no package postgresql" "missing: $(listed "${things[@]}")" "look at the sources of apt"
		new_enough "$major" "this distribution offers $major" "install a newer one with its server headers; $another"
	fi
	absent=$(unavailable | paste -s -d ' ' -)
	[ -z "$absent" ] || fail "the package lists have no $absent" "missing: $(listed "${things[@]}")" "$another"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Debian's server packages make and start a cluster on port 5432, and its pgbouncer
# starts then and at each boot, which nobody asked for here: a setting and a policy
# say no as long as the installation lasts. (Quoted, as it runs as root in a shell
# of its own.)
# shellcheck disable=SC2016
apt_get_without_daemons='
	drop_in=$1/etc/postgresql-common/createcluster.d policy=$1/usr/sbin/policy-rc.d
	shift
	set -e
	[ ! -e "$policy" ] || policy=
	trap '\''rm -f "$drop_in/delivery.conf" ${policy:+"$policy"}; rmdir "$drop_in" 2>/dev/null || true'\'' EXIT
	trap "exit 1" HUP INT TERM
	mkdir -p "$drop_in"
	echo "create_main_cluster = false" >"$drop_in/delivery.conf"
	if [ -n "$policy" ]; then
		printf "%s\n" "#!/bin/sh" "[ \"\$1\" != pgbouncer ] || exit 101" >"$policy"
		chmod 755 "$policy"
	fi
	DEBIAN_FRONTEND=noninteractive apt-get "$@"
	case " $* " in
	*" pgbouncer "*) systemctl disable pgbouncer >/dev/null 2>&1 || true ;;
	esac
'

# (another run of the package manager is waited for)
install() {
	as_root sh -c "$apt_get_without_daemons" sh "$root" install -y -qq --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
		"${packages[@]}" >"$scratch/log" 2>&1 </dev/null || {
		cat "$scratch/log" >&2
		fail "the installation failed" "as root: apt-get install ${packages[*]}"
	}
}

# Of several versions, which one and how to take another.
say_server() {
	local others
	[ -n "$major" ] && [ "$given" = pg_config ] || return 0
	others=$(installed_majors | sed "/^$major\$/d" | paste -s -d ' ' -)
	[ -z "$others" ] || echo "PostgreSQL $major is taken ($PG_CONFIG), although $others is installed too; $another."
}

# What no package brings is the rest of a server that came from elsewhere.
cannot_install() {
	[ ${#by_hand[@]} -eq 0 ] ||
		fail "missing: $(listed "${by_hand[@]}")" "the server of $PG_CONFIG is not from a package, so complete it by hand" "$another"
	have apt-get ||
		fail "missing: $(listed "${things[@]}")" "this is no Debian system, so install it with the tools of yours" "$another"
	[ "$(id -u)" -ne 0 ] && ! have sudo || return 0
	# (without package lists nothing is known of any package)
	[ -z "$(offered_major)" ] || look_for_packages
	fail "missing: $(listed "${things[@]}")" "as root: apt-get update && apt-get install ${packages[*]}"
}

look
if [ ${#things[@]} -gt 0 ]; then
	cannot_install
	# a fresh machine has no package lists yet
	as_root apt-get update -qq || echo "the package lists could not be refreshed; going on with those there are" >&2
	look
	look_for_packages
	echo "installing what is missing: ${packages[*]}"
	install
	# with the pg_config that is there now
	look
	[ ${#things[@]} -eq 0 ] || fail "still missing: $(listed "${things[@]}")" "$another"
fi
say_server
