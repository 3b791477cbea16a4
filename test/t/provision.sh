#!/bin/bash
# What test/bin/provision.sh decides, on machines that are only made up: a folder
# for the root of the file system, with programs that do nothing but to be there
# and a package manager that adds such programs. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
machine=$work/machine

# the programs of the system that provision.sh calls itself
mkdir "$work/tools"
for tool in awk bash cat chmod dirname env grep head ls mkdir mktemp paste printf realpath rm rmdir sed sh sort touch tr; do
	ln -s "$(command -v "$tool")" "$work/tools/$tool"
done

# program PATH [LINE ...]: a script of these lines, or one that only ends well
program() {
	local path=$1
	shift
	mkdir -p "${path%/*}"
	printf '%s\n' '#!/bin/bash' "$@" >"$path"
	chmod +x "$path"
}

# pg_config PATH VERSION LAYOUT: with the folders below LAYOUT as in Debian's
# packages, or below PREFIX as "make install" makes them
pg_config() {
	local path=$1 version=$2 prefix=$3 include share lib
	include=$prefix/include/server share=$prefix/share lib=$prefix/lib
	case $prefix in
	"$machine"/usr/lib/postgresql/*)
		include=$machine/usr/include/postgresql/${version%%.*}/server share=$machine/usr/share/postgresql/${version%%.*}
		;;
	esac
	program "$path" "case \$1 in" "--version) echo 'PostgreSQL $version (Debian)' ;;" \
		"--bindir) echo '$prefix/bin' ;;" "--includedir-server) echo '$include' ;;" \
		"--sharedir) echo '$share' ;;" "--pgxs) echo '$lib/pgxs/src/makefiles/pgxs.mk' ;;" "esac"
}

file() {
	mkdir -p "${1%/*}"
	echo "${2:-}" >"$1"
}

# What Debian's packages of one version bring, and what they depend on.
client() {
	local prefix=$machine/usr/lib/postgresql/$1 name
	pg_config "$prefix/bin/pg_config" "$1.3" "$prefix"
	for name in psql pg_dump pg_restore; do
		program "$prefix/bin/$name"
	done
	program "$machine/usr/bin/psql"
	file "$prefix/lib/pgxs/src/makefiles/pgxs.mk"
	program "$prefix/lib/pgxs/src/test/regress/pg_regress"
}

server() {
	local name
	client "$1"
	give postgresql-common
	for name in postgres initdb pg_ctl pgbench; do
		program "$machine/usr/lib/postgresql/$1/bin/$name" "echo 'postgres (PostgreSQL) $1.3'"
	done
	grep -q '^create_main_cluster = false$' "$machine"/etc/postgresql-common/createcluster.d/*.conf 2>/dev/null ||
		echo "cluster on port 5432" >>"$machine/log"
}

headers() {
	client "$1"
	give libpq-dev postgresql-common
	file "$machine/usr/include/postgresql/$1/server/postgres.h"
	file "$machine/usr/include/postgresql/$1/server/pg_config.h" "#define PG_MAJORVERSION \"$1\""
}

# In /usr/bin the newest client answers, without one libpq-dev's own does; that
# one is of the newest version in the lists, as libpq is.
dispatcher() {
	program "$machine/usr/bin/pg_config" \
		"newest=\$(ls -v $machine/usr/lib/postgresql/*/bin/pg_config 2>/dev/null | tail -n 1)" \
		"[ -z \"\$newest\" ] || exec \"\$newest\" \"\$@\"" \
		"exec $machine/usr/bin/pg_config.libpq-dev \"\$@\""
}

# shellcheck disable=SC2016
# give PACKAGE ...: install it on the machine
give() {
	local package name
	for package in "$@"; do
		name=${package//[!0-9]/}
		echo "$package" >>"$machine/packages"
		case $package in
		xz-utils) program "$machine/usr/bin/xz" ;;
		postgresql-server-dev-all) headers 15 ;;
		gcc) [ -e "$machine/usr/bin/gcc" ] || program "$machine/usr/bin/gcc" "[ -e '$machine/usr/include/stdio.h' ]" ;;
		libc6-dev) file "$machine/usr/include/stdio.h" ;;
		tzdata) file "$machine/usr/share/zoneinfo/Europe/Paris" ;;
		perl-base) program "$machine/usr/bin/perl" 'case $1 in -M*) exit 2 ;; esac' ;;
		perl) program "$machine/usr/bin/perl" && program "$machine/usr/bin/prove" ;;
		util-linux) program "$machine/usr/sbin/runuser" ;;
		binutils) program "$machine/usr/bin/nm" ;;
		libtap-*) program "$machine/usr/bin/pg_prove" ;;
		default-jdk-headless) program "$machine/usr/bin/java" && program "$machine/usr/bin/javac" ;;
		libpostgresql-jdbc-java) file "$machine/usr/share/java/postgresql.jar" ;;
		unixodbc) program "$machine/usr/bin/isql" ;;
		odbc-postgresql) file "$machine/etc/odbcinst.ini" "[PostgreSQL Unicode]" ;;
		pgbouncer)
			program "$machine/usr/sbin/pgbouncer"
			{ [ -e "$machine/usr/sbin/policy-rc.d" ] && ! sh "$machine/usr/sbin/policy-rc.d" pgbouncer start; } ||
				echo "pgbouncer on port 6432" >>"$machine/log"
			;;
		npm) program "$machine/usr/bin/npm" && program "$machine/usr/bin/node" ;;
		postgresql-common) file "$machine/home/postgres" && dispatcher ;;
		libpq-dev)
			pg_config "$machine/usr/bin/pg_config.libpq-dev" 18.1 "$machine/usr/lib/postgresql/18"
			[ -e "$machine/usr/bin/pg_config" ] || dispatcher
			;;
		postgresql-client-*) client "$name" ;;
		postgresql-server-dev-*) headers "$name" ;;
		postgresql-*-pgtap) file "$machine/usr/share/postgresql/$name/extension/pgtap.control" ;;
		postgresql-*) server "$name" ;;
		clang) program "$machine/usr/bin/clang" "[ \$1 = -dumpversion ] && echo 14.0.6 || [ -e '$machine/usr/lib/fuzzer' ]" ;;
		libclang-rt-*) file "$machine/usr/lib/fuzzer" ;;
		*) program "$machine/usr/bin/$package" ;;
		esac
	done
}

# the package manager installs with the same functions
declare -f program pg_config file client server headers dispatcher give >"$work/give"

# Debian's package manager; it offers what the file "offered" names, once the
# lists are there.
package_manager() {
	program "$machine/usr/bin/apt-get" \
		"[ \$1 != update ] || { touch '$machine/lists'; exit; }" \
		"machine='$machine'; . '$work/give'" \
		"for package in \"\${@:2}\"; do case \$package in -*|*=*) ;; *) echo \"\$package\" >>'$machine/log'; give \"\$package\" ;; esac; done"
	program "$machine/usr/bin/apt-cache" \
		"[ -e '$machine/lists' ] || { [ \$1 != depends ] || exit 100; [ \$2 != perl ] || echo '  Candidate: 1.0'; exit 0; }" \
		"case \$1 in" \
		"depends) sed -n '1s/^/  Depends: postgresql-/p' '$machine/offered' ;;" \
		"policy) case \$2 in" \
		"	postgresql-*[0-9]* | libclang-rt-*) grep -qwf '$machine/offered' <<<\"\$2\" || { echo '  Candidate: (none)'; exit; } ;;" \
		"	esac; echo '  Candidate: 1.0' ;;" "esac"
}

# new_machine UID PACKAGE ...: a Debian with these packages that offers 15
new_machine() {
	local uid=$1
	shift
	rm -rf "$machine"
	mkdir -p "$machine/usr/bin" "$machine/usr/sbin"
	: >"$machine/log"
	printf '%s\n' 15 libclang-rt-14-dev >"$machine/offered"
	program "$machine/usr/bin/dpkg-query" "! grep -qx -- \"\${@: -1}\" '$machine/packages' || echo 'ii '"
	program "$machine/usr/bin/id" "[ \$# -eq 1 ] || { [ -e '$machine/home/postgres' ]; exit; }" "echo $uid"
	package_manager
	give make perl-base util-linux "$@" >/dev/null
	: >"$machine/log"
}

# provision [NAME=VALUE ...] NEED [git]: its status, and what it said
provision() {
	local settings=()
	while [ "${1#*=}" != "$1" ]; do
		settings+=("$1")
		shift
	done
	status=0
	env -i PATH="${path:-}$machine/usr/bin:$machine/usr/sbin:$work/tools" TMPDIR="$work" PROVISION_ROOT="$machine" "${settings[@]}" \
		bash test/bin/provision.sh "$@" >"$work/out" 2>&1 </dev/null || status=$?
	asked=$(paste -s -d ' ' "$machine/log")
	said=$(sed "s|$machine||g" "$work/out")
}

# installs PACKAGES NAME: these and no others, and says so; afterwards all is there
installs() {
	local first
	first="$status: $asked; $(sed '/^PostgreSQL .* is taken/d' <<<"$said")"
	: >"$machine/log"
	provision "${again[@]}"
	is "$first; then $status: $asked" "0: $1; ${1:+installing what is missing: $1}; then 0: " "$2"
}

# refuses MESSAGE NAME: says exactly that, and installs nothing
refuses() {
	is "$status: $asked
$said" "1: 
$1" "$2"
}

tools=(gcc libc6-dev perl tzdata git)
test_tools=(libtap-parser-sourcehandler-pgtap-perl python3 default-jdk-headless libpostgresql-jdbc-java binutils)
python_clients="python3-psycopg2 python3-psycopg python3-sqlalchemy python3-alembic python3-django python3-pyodbc"
clients="ruby ruby-activerecord ruby-pg unixodbc odbc-postgresql pgbouncer"
another="PG_CONFIG=/path/to/pg_config names another one"
again=(demo)
plan 44

new_machine 0
provision demo
installs "gcc libc6-dev perl tzdata postgresql-15 postgresql-server-dev-15" "on a bare machine all is installed, of the version that is offered"
is "$(ls "$machine/etc/postgresql-common" 2>/dev/null || true)" "" "and the setting against a cluster is taken back"
new_machine 0
again=(test) && provision test
installs "gcc libc6-dev perl tzdata git postgresql-15 postgresql-server-dev-15 postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl python3 default-jdk-headless libpostgresql-jdbc-java binutils $python_clients $clients" \
	"and so is what the tests need"
# shellcheck disable=SC2086
new_machine 0 "${tools[@]}" "${test_tools[@]}" $clients postgresql-15 postgresql-server-dev-15 postgresql-15-pgtap
again=(test npm) && provision test npm
installs "nodejs npm" "and npm where that is asked for"
new_machine 0
again=(demo git) && provision demo git
installs "gcc libc6-dev perl tzdata git postgresql-15 postgresql-server-dev-15" "and git where a clone is to be read"
again=(demo)

new_machine 0
again=(deb) && provision deb
installs "gcc libc6-dev perl tzdata postgresql-15 postgresql-server-dev-15 build-essential debhelper postgresql-server-dev-all xz-utils" \
	"and what packages are built with"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15 postgresql-server-dev-16 build-essential debhelper postgresql-server-dev-all xz-utils
printf '%s\n' 15 16 >"$machine/offered"
provision deb
installs "postgresql-16" "with a server for all headers that there are"
again=(demo)

new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15
chmod -x "$machine/usr/bin/apt-get"
provision demo
is "$status: $asked $said" "0:  " "where everything is there the package manager is not asked"

new_machine 0 "${tools[@]}" postgresql-client-15 libpq-dev
provision demo
installs "postgresql-15 postgresql-server-dev-15" "client and libpq-dev bring pgxs.mk, but no server and no headers"
new_machine 0 "${tools[@]}" libpq-dev
provision demo
installs "postgresql-15 postgresql-server-dev-15" "the version of libpq-dev's pg_config is not that of a server"
new_machine 0 "${tools[@]}" postgresql-15
provision demo
installs "postgresql-server-dev-15" "a server without headers"
new_machine 0 "${tools[@]}" postgresql-server-dev-15
provision demo
installs "postgresql-15" "headers without a server"
new_machine 0 "${tools[@]}" postgresql-15
rm "$machine/usr/lib/postgresql/15/bin/pg_ctl"
provision demo
installs "postgresql-15 postgresql-server-dev-15" "a server without all of its programs"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15
rm "$machine/home/postgres"
provision demo
installs "postgresql-common" "a server without its user"

new_machine 0 perl tzdata gcc postgresql-15 postgresql-server-dev-15
provision demo
installs "gcc libc6-dev" "a compiler without the C library's headers"
new_machine 0 libc6-dev tzdata gcc postgresql-15 postgresql-server-dev-15
provision demo
installs "perl" "the smallest perl"
# shellcheck disable=SC2086
new_machine 0 "${tools[@]}" "${test_tools[@]}" $clients postgresql-15 postgresql-server-dev-15 postgresql-15-pgtap
program "$machine/usr/bin/javac" 'exit 2'
program "$machine/usr/bin/gcc" "case \$1 in -fsanitize=*) exit 1 ;; esac"
provision test
is "$status: $asked; ${said##*$'\n'}" "1: gcc default-jdk-headless;   $another" "old tools that do not become better are named"
is "$(grep 'still' "$work/out")" "provision.sh: still missing: gcc's sanitizers" "and those that did are not"

# several versions
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15 postgresql-client-17
provision demo
installs "" "a newer client beside a server with headers changes nothing"
is "$said" "PostgreSQL 15 is taken (/usr/lib/postgresql/15/bin/pg_config), although 17 is installed too; $another." "it is said which is taken"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-17
echo 17 >>"$machine/offered"
provision demo
installs "postgresql-server-dev-15" "headers of another version than the server's"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-17
echo 17 >>"$machine/offered"
provision demo
installs "postgresql-server-dev-17" "of two servers without headers the newer one"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15 postgresql-17
provision demo
installs "" "of two servers the one with headers"
new_machine 0 "${tools[@]}" postgresql-15 postgresql-server-dev-15 postgresql-17 postgresql-server-dev-17
provision demo
is "$said" "PostgreSQL 17 is taken (/usr/lib/postgresql/17/bin/pg_config), although 15 is installed too; $another." "of two with both the newer one"
again=("PG_CONFIG=$machine/usr/lib/postgresql/15/bin/pg_config" demo)
new_machine 0 "${tools[@]}" postgresql-15 postgresql-17 postgresql-server-dev-17
provision "${again[@]}"
installs "postgresql-server-dev-15" "unless PG_CONFIG names the other one"
new_machine 0 "${tools[@]}" postgresql-17 postgresql-server-dev-17
provision "${again[@]}"
installs "postgresql-15 postgresql-server-dev-15" "which need not be there yet"
again=(demo)
new_machine 0 "${tools[@]}" postgresql-16
provision demo
installs "postgresql-15 postgresql-server-dev-15" "a version that the lists do not have cannot be completed, so another one is installed"
new_machine 0 "${tools[@]}" postgresql-14 postgresql-server-dev-14
provision demo
installs "postgresql-15 postgresql-server-dev-15" "beside an old server a new one is installed"

# what cannot be made good
new_machine 0 "${tools[@]}" postgresql-14 postgresql-server-dev-14
echo 14 >"$machine/offered"
provision demo
refuses "provision.sh: delivery needs PostgreSQL 15 or newer, and this distribution offers 14
  install a newer one with its server headers; $another" "a distribution with old servers only"
provision PG_CONFIG="$machine/usr/lib/postgresql/14/bin/pg_config" demo
refuses "provision.sh: delivery needs PostgreSQL 15 or newer, and /usr/lib/postgresql/14/bin/pg_config is of PostgreSQL 14.3 (Debian)
  $another" "an old server that PG_CONFIG names"
provision PG_CONFIG="$machine/usr/bin/pg_confog" demo
refuses "provision.sh: PG_CONFIG names no program: /usr/bin/pg_confog
  without it a server is chosen or installed" "a PG_CONFIG that names nothing"
new_machine 0 "${tools[@]}" postgresql-15
: >"$machine/offered"
provision PG_CONFIG="$machine/usr/lib/postgresql/15/bin/pg_config" demo
refuses "provision.sh: the package lists have no postgresql-server-dev-15
  missing: the server's headers (/usr/include/postgresql/15/server/postgres.h)
  $another" "headers that the lists do not have"

pg_config "$machine/opt/pg/bin/pg_config" 17.2 "$machine/opt/pg"
provision PG_CONFIG="$machine/opt/pg/bin/pg_config" demo
refuses "provision.sh: missing: a server in /opt/pg/bin; the server's headers (/opt/pg/include/server/postgres.h); PGXS (/opt/pg/lib/pgxs/src/makefiles/pgxs.mk)
  the server of /opt/pg/bin/pg_config is not from a package, so complete it by hand
  $another" "a server that did not come from a package cannot be completed"
for name in postgres initdb pg_ctl psql; do
	program "$machine/opt/pg/bin/$name" "echo 'postgres (PostgreSQL) 17.2'"
done
file "$machine/opt/pg/include/server/postgres.h"
file "$machine/opt/pg/lib/pgxs/src/makefiles/pgxs.mk"
provision PG_CONFIG="$machine/opt/pg/bin/pg_config" demo
is "$status: $asked $said" "0:  " "one that is complete is taken"
path=$machine/opt/pg/bin:
provision demo
is "$status: $asked $said" "0:  PostgreSQL 17 is taken (/opt/pg/bin/pg_config), although 15 is installed too; $another." "and so it is where it is first in PATH"
path=
file "$machine/opt/pg/include/server/pg_config.h" '#define PG_MAJORVERSION "16"'
provision PG_CONFIG="$machine/opt/pg/bin/pg_config" demo
refuses "provision.sh: missing: headers of version 17 in /opt/pg/include/server (they are of 16)
  the server of /opt/pg/bin/pg_config is not from a package, so complete it by hand
  $another" "but not with headers of another version"

new_machine 1000 "${tools[@]}"
provision demo
refuses "provision.sh: missing: PostgreSQL 15 or newer with the server's headers
  as root: apt-get update && apt-get install postgresql postgresql-server-dev-all" "without root and sudo"
touch "$machine/lists"
provision demo
refuses "provision.sh: missing: PostgreSQL 15 with the server's headers
  as root: apt-get update && apt-get install postgresql-15 postgresql-server-dev-15" "with package lists it is said which version"
program "$machine/usr/bin/sudo" 'exec "$@"'
provision demo
installs "postgresql-15 postgresql-server-dev-15" "with sudo it is installed"

new_machine 0 "${tools[@]}" gcc
rm "$machine/usr/bin/apt-get" "$machine/usr/bin/apt-cache"
provision demo
refuses "provision.sh: missing: PostgreSQL 15 or newer with the server's headers
  this is no Debian system, so install it with the tools of yours
  $another" "on another system it is said what is missing"

new_machine 0 "${tools[@]}" clang
again=(fuzz) && provision fuzz
installs "libclang-rt-14-dev libc6-dev" "the fuzzer's library comes apart from clang"

# "make" alone installs nothing, and takes the server that it is told
# makes PG_CONFIG MESSAGE NAME
makes() {
	is "$(make --no-print-directory PG_CONFIG="$1" all 2>&1 | sed "s|$machine||g; /^make\(\[[0-9]*\]\)\?: /d")" "$2,
or pass PG_CONFIG=/path/to/pg_config of another one; 'make demo' and 'make test' install what is missing" "$3"
}

new_machine 0 "${tools[@]}" postgresql-client-15 libpq-dev postgresql-14 postgresql-server-dev-14
makes "$machine/no" "no /no: install PostgreSQL and its server headers (Debian: postgresql-NN, postgresql-server-dev-NN)" "make without a server"
makes "$machine/usr/lib/postgresql/14/bin/pg_config" \
	"delivery needs PostgreSQL 15 or newer, and /usr/lib/postgresql/14/bin/pg_config is of PostgreSQL 14.3 (Debian)" "make for an old server"
makes "$machine/usr/lib/postgresql/15/bin/pg_config" \
	"no /usr/include/postgresql/15/server/postgres.h: install PostgreSQL's server headers (Debian: postgresql-server-dev-15)" "make without headers"
finish
