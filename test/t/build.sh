#!/bin/bash
# The build as any PGXS user runs it, on a copy of the sources: no warnings
# from gcc and clang, what gets installed, and which symbols the library shows.
# Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
pg_config=${PG_CONFIG:-pg_config}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 8

copy() {
	rm -rf "$work/tree"
	mkdir "$work/tree"
	cp -r src sql expected Makefile delivery.control "$work/tree"
	find "$work/tree" \( -name '*.o' -o -name '*.bc' -o -name '*.so' \) -delete
	# an entry point that a release may have had
	echo 'DELIVERY_RETIRED(delivery_was_there)' >>"$work/tree/src/base/version.c"
}

strict="-Wall -Wextra -Werror"

copy
status=0
make -C "$work/tree" with_llvm=no CC=gcc COPT="$strict" PG_CONFIG="$pg_config" >"$work/log" 2>&1 || status=$?
result $status "gcc -Wall -Wextra: no warning"

status=0
make -C "$work/tree" with_llvm=no PG_CONFIG="$pg_config" DESTDIR="$work/stage" install >"$work/log" 2>&1 || status=$?
version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)
for file in delivery.control "delivery--$version.sql" delivery.so; do
	[ -n "$(find "$work/stage" -name "$file")" ] || status=1
done
result $status "make install with DESTDIR installs control file, script and library"

# everything in the install script comes from the pieces, in the given order
status=0
find "$work/stage" -name "delivery--$version.sql" -exec grep -nEi '^[[:space:]]*(create|alter|drop)[[:space:]]([^'"'"']*[[:space:]])?(or replace|if (not )?exists)' {} + >"$work/log" && status=1
result $status "the install script says neither OR REPLACE nor IF NOT EXISTS"

status=0
nm -D --defined-only "$work/tree/delivery.so" | awk '{print $3}' |
	grep -vE '^(delivery_|pg_finfo_delivery_|Pg_magic_func$|_init$|_fini$|_PG_init$)' >"$work/log" && status=1
result $status "the library exports no symbol without our prefix"

is "$(nm -D --defined-only "$work/tree/delivery.so" | grep -c ' T delivery_was_there$')" 1 "but what releases called, and is retired, is still one"

build() {
	make -C "$work/tree" with_llvm=no PG_CONFIG="$pg_config" "$@"
}
status=0
build -q >"$work/log" 2>&1 || status=$?
echo "PostgreSQL 14.0 /usr/include" >"$work/tree/.built_for"
! build -q >>"$work/log" 2>&1 || status=1
result $status "what was built for another server is built anew, and only that"

status=0
make -C "$work/tree" with_llvm=no PG_CONFIG="$pg_config" clean >"$work/log" 2>&1 || status=$?
# the scripts of releases are no result of a build
left_over=$(find "$work/tree" \( -name '*.o' -o -name '*.so' -o -name 'delivery--*.sql' \) ! -path '*/src/upgrade/*')
printf '%s\n' "$left_over" >>"$work/log"
[ -z "$left_over" ] || status=1
result $status "make clean leaves nothing"

# Debian's server headers bring one, under the name of its version
clang=$(command -v clang || sed -n 's/^CLANG = *//p' "$(dirname "$("$pg_config" --pgxs)")/../Makefile.global")
if [ -n "$clang" ] && command -v "$clang" >/dev/null; then
	copy
	status=0
	# the flags that the server was configured with are gcc's
	make -C "$work/tree" with_llvm=no CC="$clang" PG_CONFIG="$pg_config" \
		COPT="$strict -Wno-unknown-warning-option -Wno-ignored-optimization-argument" >"$work/log" 2>&1 || status=$?
	result $status "clang -Wall -Wextra: no warning"
else
	skip "clang -Wall -Wextra: no warning" "no clang on this machine"
fi
finish
