# shellcheck shell=bash disable=SC2034,SC2154
# needs.sh: what demo, test, bench, deb and fuzz need and this machine lacks; to be
# sourced after server.sh.
#
# Each check looks for the thing itself, not for a sign of it, and calls
#
#   want THING [PACKAGE ...]
#
# where it is missing. A thing without a package cannot be installed by us.

things=()
packages=()
by_hand=()

want() {
	local thing=$1
	shift
	things+=("$thing")
	packages+=("$@")
	[ $# -gt 0 ] || by_hand+=("$thing")
}

# compiles COMPILER [FLAG ...]: the driver alone is no compiler, and headers,
# linker and run-time libraries are packages of their own
compiles() {
	local compiler=$1
	shift
	have "$compiler" || return 1
	printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' >"$scratch/program.c"
	"$compiler" "$@" "$scratch/program.c" -o "$scratch/program" >/dev/null 2>&1
}

fuzzes() {
	have clang || return 1
	echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' >"$scratch/fuzzer.c"
	clang -fsanitize=fuzzer,address "$scratch/fuzzer.c" -o "$scratch/fuzzer" >/dev/null 2>&1
}

# clang's own runtime, which has libFuzzer, is a package apart from clang.
needs_of_fuzz() {
	local version
	if ! have clang; then
		want "clang with libFuzzer" clang libclang-rt-dev libc6-dev
	elif ! fuzzes; then
		version=$(clang -dumpversion)
		want "clang's libFuzzer" "libclang-rt-${version%%.*}-dev" libc6-dev
	fi
}

needs_of_tools() {
	have make || want make make
	if ! compiles gcc; then
		want "a C compiler that works" gcc libc6-dev
	elif [ "$need" = test ] && ! compiles gcc -fsanitize=address,undefined; then
		want "gcc's sanitizers" gcc
	fi
	# the smallest perl lacks modules
	perl -MIO::Socket::INET -MTime::HiRes -MPOSIX -e 1 2>/dev/null || want perl perl
	[ -e "$root/usr/share/zoneinfo/Europe/Paris" ] || want "the time zones" tzdata
	[ "$(id -u)" -ne 0 ] || have runuser || want runuser util-linux
	if [ "$with" = git ] || [ "$need" = test ]; then
		have git || want git git
	fi
}

needs_of_tests() {
	{ have prove && perl -MTAP::Harness -MTest::More -MIPC::Open2 -e 1 2>/dev/null; } || want prove perl
	have pg_prove || want pg_prove libtap-parser-sourcehandler-pgtap-perl
	python3 -c 'import csv, fractions, gzip, hashlib, zoneinfo' 2>/dev/null || want "python3, 3.9 or newer" python3
	{ have java && have javac && javac --release 11 -version >/dev/null 2>&1; } ||
		want "a Java compiler, 11 or newer" default-jdk-headless
	[ -e "$root/usr/share/java/postgresql.jar" ] || want "the JDBC driver" libpostgresql-jdbc-java
	have nm || want nm binutils
}

# The drivers and ORMs of doc/clients.md, and npm where it is asked for: with what
# it depends on, it takes longer to install than all of the others.
needs_of_clients() {
	"$root/usr/bin/python3" -c 'import psycopg2, psycopg, sqlalchemy, alembic, django, pyodbc' 2>/dev/null || want "Python's clients" \
		python3 python3-psycopg2 python3-psycopg python3-sqlalchemy python3-alembic python3-django python3-pyodbc
	"$root/usr/bin/ruby" -e 'require "active_record"; require "pg"' 2>/dev/null || want ActiveRecord ruby ruby-activerecord ruby-pg
	have isql || want isql unixodbc
	grep -q '^\[PostgreSQL Unicode\]' "$root/etc/odbcinst.ini" 2>/dev/null || want "the ODBC driver" odbc-postgresql
	have pgbouncer || [ -x "$root/usr/sbin/pgbouncer" ] || want pgbouncer pgbouncer
	[ "$with" != npm ] || { have node && have npm; } || want npm nodejs npm
}

# installed PACKAGE
installed() {
	dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep '^ii' >/dev/null
}

# The build asks for these by name. Packages are built for each major that has server
# headers, and tested with its server.
needs_of_packages() {
	local package
	for package in build-essential debhelper postgresql-server-dev-all; do
		installed "$package" || want "$package" "$package"
	done
	have xz || want xz xz-utils
	for package in $(installed_majors); do
		[ ! -e "$root/usr/include/postgresql/$package/server/postgres.h" ] || [ -x "$root/usr/lib/postgresql/$package/bin/postgres" ] ||
			want "the server of version $package" "postgresql-$package"
	done
}

# programs NAME ...: the server has them all
programs() {
	local program
	for program in "$@"; do
		[ -x "$bindir/$program" ] || return 1
	done
}

# other_major SEEN: a version is known, and is not the one of PG_CONFIG
other_major() {
	[ -n "$1" ] && [ "$1" != "$major" ]
}

# All of one version: programs and headers may lie where another one left them.
needs_of_one_version() {
	local headers server
	server=$("$bindir/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p') || true
	headers=$(sed -n 's/^#define PG_MAJORVERSION "\([0-9]*\)".*/\1/p' "$include/pg_config.h" 2>/dev/null) || true
	! other_major "$server" || want "a server of version $major in $bindir (it is of $server)"
	! other_major "$headers" || want "headers of version $major in $include (they are of $headers)"
}

# Of the server that PG_CONFIG belongs to. Packages fit only one that came from
# packages.
needs_of_server() {
	local bindir include pgxs server client headers pgtap
	bindir=$("$PG_CONFIG" --bindir)
	if [ "$bindir" = "$root/usr/lib/postgresql/$major/bin" ]; then
		server=postgresql-$major client=postgresql-client-$major
		headers=postgresql-server-dev-$major pgtap=postgresql-$major-pgtap
	fi
	include=$("$PG_CONFIG" --includedir-server)
	pgxs=$("$PG_CONFIG" --pgxs)
	if ! programs postgres initdb pg_ctl; then
		want "a server in $bindir" ${server:+"$server"}
	# the server runs as that user where root calls
	elif [ "$(id -u)" -eq 0 ] && ! id -u postgres >/dev/null 2>&1; then
		want "a user named postgres" ${server:+postgresql-common}
	fi
	has_headers "$PG_CONFIG" || want "the server's headers ($include/postgres.h)" ${headers:+"$headers"}
	[ -e "$pgxs" ] || want "PGXS ($pgxs)" ${headers:+"$headers"}
	programs psql || have psql || want psql ${client:+"$client"}
	needs_of_one_version
	if [ "$need" != demo ]; then
		programs pgbench || want "pgbench in $bindir" ${server:+"$server"}
	fi
	if [ "$need" = test ]; then
		programs pg_dump pg_restore || want "pg_dump and pg_restore in $bindir" ${client:+"$client"}
		[ -x "${pgxs%/makefiles/*}/test/regress/pg_regress" ] || want pg_regress ${headers:+"$headers"}
		[ -e "$("$PG_CONFIG" --sharedir)/extension/pgtap.control" ] || want pgTAP ${pgtap:+"$pgtap"}
	fi
}

# Where none is installed: of the version that the distribution offers.
needs_of_new_server() {
	if [ -n "$major" ]; then
		want "PostgreSQL $major with the server's headers" "postgresql-$major" "postgresql-server-dev-$major"
		[ "$need" != test ] || want pgTAP "postgresql-$major-pgtap"
	else
		# the package lists, which would say which version, are not there
		want "PostgreSQL $oldest_major or newer with the server's headers" postgresql postgresql-server-dev-all
	fi
}
