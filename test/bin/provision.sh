#!/bin/bash
# Install from Debian's packages what is missing.
#
#   provision.sh demo|test|fuzz [git]
#
# Nothing is asked of the package manager where everything is there already.
# As root it installs; as anybody else it asks sudo; without sudo it says what
# to install.
set -euo pipefail
need=${1:?"usage: provision.sh demo|test|fuzz [git]"}
with_git=${2:-}
pg_config=${PG_CONFIG:-pg_config}

have() {
	command -v "$1" >/dev/null 2>&1
}

# The server headers' makefile exists, so the development package is there.
have_pgxs() {
	have "$pg_config" && [ -e "$("$pg_config" --pgxs)" ]
}

# Major version: that of the given pg_config, else of the installed server,
# else the one that the distribution would install.
major_version() {
	local version
	if have "$pg_config"; then
		"$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'
		return
	fi
	version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -n 1)
	if [ -z "$version" ]; then
		version=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	fi
	echo "$version"
}

# clang's own runtime, which has libFuzzer, is a package apart from clang.
have_fuzzer() {
	have clang && echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -fsanitize=fuzzer,address -x c - -o /dev/null >/dev/null 2>&1
}

missing() {
	local major=$1
	if [ "$need" = fuzz ]; then
		if ! have clang; then
			echo clang libclang-rt-dev libc6-dev
		elif ! have_fuzzer; then
			echo "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
		fi
		return
	fi
	have gcc || echo gcc libc6-dev
	have perl || echo perl
	[ -x "/usr/lib/postgresql/$major/bin/postgres" ] || { have_pgxs && [ -x "$("$pg_config" --bindir)/postgres" ]; } ||
		echo "postgresql-$major"
	have_pgxs || echo "postgresql-server-dev-$major"
	[ -e /usr/share/zoneinfo/Europe/Paris ] || echo tzdata
	if [ -n "$with_git" ] || [ "$need" = test ]; then
		have git || echo git
	fi
	if [ "$need" = test ]; then
		have pg_prove || echo libtap-parser-sourcehandler-pgtap-perl
		have prove || echo perl
		have python3 || echo python3
		have javac || echo default-jdk-headless
		[ -e /usr/share/java/postgresql.jar ] || echo libpostgresql-jdbc-java
		[ -e "/usr/share/postgresql/$major/extension/pgtap.control" ] || echo "postgresql-$major-pgtap"
	fi
}

apt() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	fi
}

have apt-get || {
	if [ "$need" = fuzz ]; then
		have_fuzzer && exit 0
		echo "not a Debian system: install clang with its runtime (libFuzzer)" >&2
		exit 1
	fi
	have_pgxs && exit 0
	echo "not a Debian system: install PostgreSQL 15 or newer with its server headers, and gcc" >&2
	exit 1
}

# the fuzzer needs no server
major=none
[ "$need" = fuzz ] || major=$(major_version)
packages=""
[ -z "$major" ] || packages=$(missing "$major" | tr '\n' ' ')
[ -n "$packages" ] || [ -z "$major" ] || exit 0

if [ "$(id -u)" -ne 0 ] && ! have sudo; then
	echo "missing packages: ${packages:-postgresql}" >&2
	echo "install them as root with: apt-get install ${packages:-postgresql postgresql-server-dev-all}" >&2
	exit 1
fi
echo "installing what is missing: ${packages:-(package lists first)}"
# a fresh machine has no package lists yet, so the major is known only now
apt update -qq || echo "the package lists could not be refreshed; going on with those there are" >&2
if [ -z "$major" ]; then
	major=$(major_version)
	packages=$(missing "$major" | tr '\n' ' ')
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
apt install -y -qq --no-install-recommends $packages >"$log" 2>&1 </dev/null || {
	cat "$log" >&2
	exit 1
}
