#!/bin/bash
# The archive of make dist: what is in it, and that it builds. Takes the files as they
# are, committed or not, where git knows them. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
pg_config=${PG_CONFIG:-pg_config}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
git rev-parse --verify -q HEAD >/dev/null 2>&1 || {
	echo "1..0 # SKIP no git clone"
	exit 0
}
plan 6

version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)
commit=$(git -c user.name=test -c user.email=test@example.org stash create 2>/dev/null || true)
status=0
test/bin/dist.sh "${commit:-HEAD}" "$work" >"$work/log" 2>&1 || status=$?
result $status "make dist makes an archive"
status=0
python3 -m zipfile -e "$work/delivery-$version.zip" "$work" >"$work/log" 2>&1 || status=$?
is "$(ls "$work")" "delivery-$version
delivery-$version.zip
log" "of one folder"
cd "$work/delivery-$version"
is "$(find . -name '*.o' -o -name '*.bc' -o -name '*.so' -o -path './delivery--*' -o -path './build*' -o -path './results*' -o -path './.git*' -o -path './.ci*')" \
	"" "without what is made from the sources"
status=0
prove test/t/release.pl >"$work/log" 2>&1 || status=$?
result $status "META.json is right in it"
status=0
{ make with_llvm=no COPT=-O0 PG_CONFIG="$pg_config" && make with_llvm=no COPT=-O0 PG_CONFIG="$pg_config" DESTDIR="$work/stage" install; } >"$work/log" 2>&1 || status=$?
result $status "it builds"
is "$(find "$work/stage" -type f -printf '%f\n' | sort)" "$(printf '%s\n' delivery.control delivery.so "delivery--$version.sql" \
	"$(find src -path 'src/upgrade/*.sql' ! -name "delivery--$version.sql" -printf '%f\n')" | sed '/^$/d' | sort)" "and installs the library, the control file and the scripts"
finish
