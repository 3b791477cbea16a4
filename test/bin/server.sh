# shellcheck shell=bash disable=SC2034,SC2154
# server.sh: which server the demo, the tests and the benchmarks use; to be
# sourced.
#
# choose_server sets PG_CONFIG and exports it. A PG_CONFIG that somebody set is
# taken, and so is a pg_config that PATH finds outside /usr/bin. The one that
# Debian has there answers for the newest client, although server and headers
# may be of another version or missing; so of several versions the newest one is
# taken that has both, else one with a server, else one with headers.

oldest_major=15
# another root of the file system, for the test of these decisions
root=${PROVISION_ROOT:-}
# versions that cannot be completed
left_out=

have() {
	command -v "$1" >/dev/null 2>&1
}

# major_of PG_CONFIG
major_of() {
	"$1" --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9][0-9]*\).*/\1/p'
}

# has_headers PG_CONFIG: pgxs.mk proves nothing, it comes with the client
has_headers() {
	[ -e "$("$1" --includedir-server)/postgres.h" ]
}

# The majors that have a place in Debian's layout, newest first.
installed_majors() {
	local pg_config major
	for pg_config in "$root"/usr/lib/postgresql/*/bin/pg_config; do
		major=${pg_config%/bin/pg_config}
		major=${major##*/}
		case $major in
		*[!0-9]*) ;;
		*) [ ! -x "$pg_config" ] || echo "$major" ;;
		esac
	done | sort -rn
}

best_installed() {
	local major pg_config score
	for major in $(installed_majors); do
		case " $left_out " in *" $major "*) continue ;; esac
		[ "$major" -ge "$oldest_major" ] || continue
		pg_config=$root/usr/lib/postgresql/$major/bin/pg_config
		score=0
		[ ! -x "${pg_config%/*}/postgres" ] || score=2
		! has_headers "$pg_config" || score=$((score + 1))
		echo "$score $major $pg_config"
	done | sort -k 1,1nr -k 2,2nr | sed -n '1s/^[0-9]* [0-9]* //p'
}

# Nothing where there is none, or only the one of the distribution.
chosen_by_path() {
	local found
	found=$(command -v pg_config) || return 0
	case $found in
	"$root/usr/bin/pg_config" | "$root/bin/pg_config") ;;
	*) realpath -s "$found" ;;
	esac
}

choose_server() {
	local chosen=${PG_CONFIG:-pg_config}
	case $chosen in
	pg_config)
		chosen=$(chosen_by_path)
		[ -n "$chosen" ] || chosen=$(best_installed)
		;;
	# the scripts change their folder
	*/*) chosen=$(realpath -s "$chosen") ;;
	esac
	export PG_CONFIG=${chosen:-pg_config}
}
