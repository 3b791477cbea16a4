#!/bin/bash
# make release, and what release.pl finds, tried on a copy that says it is version 7.0.0
# and the first one. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 21

mkdir "$work/copy"
cp -r src debian doc test Makefile META.json CHANGELOG.md LICENSE README.md delivery.control "$work/copy"
cd "$work/copy"
rm -rf src/upgrade

commit() {
	git add -A
	git -c user.name=test -c user.email=test@example.org commit -q --allow-empty -m "$1"
}

# set_version VERSION SUITE: wherever a version is written
set_version() {
	sed -i "s/^default_version.*/default_version = '$1'/" delivery.control
	sed -i "s/\"version\": \"[0-9.]*\"\(,\? *\)\$/\"version\": \"$1\"\1/" META.json
	sed -i "0,/^## .*/s//## $1/" CHANGELOG.md
	sed -i "1s/.*/delivery ($1-1) $2; urgency=medium/" debian/changelog
}

# refused PATTERN NAME: make release says so, and freezes nothing
refused() {
	local status=0
	make -s release >"$work/log" 2>&1 && status=1
	grep -q "$1" "$work/log" || status=1
	[ -z "$(git status --porcelain src/upgrade)" ] || status=1
	result $status "$2"
}

# disagrees NAME [TEST]: release.pl fails, in this test; what was changed is taken back
disagrees() {
	local status=0
	perl test/t/release.pl >"$work/log" 2>&1 && status=1
	grep -q "^not ok .*${2:-}" "$work/log" || status=1
	git checkout -q .
	git clean -fdq
	result $status "$1"
}

refused "no git work tree" "only a clone can be released"
git init -q .
# (objects are not part of a release)
find . -name '*.o' -o -name '*.bc' | xargs rm -f
set_version 7.0.0 UNRELEASED
commit "as it is"
status=0
perl test/t/release.pl >"$work/log" 2>&1 || status=$?
result $status "a copy of another version agrees with itself"

refused "UNRELEASED" "a changelog that says UNRELEASED is refused"
set_version 7.0.0 unstable
refused "not committed" "so are changes that are not committed"
commit "suite"
sed -i 's/"version": "7.0.0"/"version": "7.0.1"/' META.json
commit "another version"
refused "META: the version is that of the control file" "and an archive of another version"
git reset -q --hard HEAD~1

sed -i 's/^## 7.0.0/## 7.0.0-rc1/' CHANGELOG.md
disagrees "a changelog that does not know the version is found" CHANGELOG
sed -i '1s/7.0.0-1/6.0.0-1/' debian/changelog
disagrees "so is a package of another version" debian/changelog
sed -i 's/15+/14+/' debian/pgversions
disagrees "a package for servers that are too old" debian/pgversions
sed -i 's/without fee/for a fee/' LICENSE
disagrees "another license" debian/copyright
sed -i 's/"license".*//' META.json
disagrees "an archive without a license" "has what it must have"
sed -i 's/"requires": { "PostgreSQL": "15.0.0" }/"requires": { "PostgreSQL": "15" }/' META.json
disagrees "a version that is none" "semantic versions"
sed -i 's/^default_version.*/default_version = '"'1.0-beta'"'/' delivery.control
disagrees "and one in the control file" "semantic one"

status=0
make -s release >"$work/log" 2>&1 || status=$?
read -r -a pieces <<<"$(make -s print-PIECES)"
cat "${pieces[@]}" | cmp -s - src/upgrade/delivery--7.0.0.sql || status=1
perl test/t/release.pl >>"$work/log" 2>&1 || status=1
result $status "make release freezes the joined script"
commit "release"
refused "frozen already" "and does so once"

echo "SELECT 1;" >>src/base/span.sql
disagrees "SQL that changes after a release needs a new version" "is released"
set_version 7.1.0 UNRELEASED
disagrees "which needs an upgrade script" "one script leads"
set_version 7.1.0 UNRELEASED
echo '\echo Use "ALTER EXTENSION delivery UPDATE" to load this file. \quit' >src/upgrade/delivery--7.0.0--7.1.0.sql
echo "SELECT 1;" >>src/base/span.sql
commit "begin the next version"
status=0
perl test/t/release.pl >"$work/log" 2>&1 || status=1
result $status "with it the next version has begun"
is "$(make -s print-DATA)" "src/upgrade/delivery--7.0.0--7.1.0.sql src/upgrade/delivery--7.0.0.sql" "and both scripts are installed"
sed -i '/^\\echo/d' src/upgrade/delivery--7.0.0--7.1.0.sql
disagrees "a script that can be sourced by mistake is found" "complains if it is sourced"
echo 'ALTER VIEW delivery.calendar OWNER TO @extowner@;' >>src/upgrade/delivery--7.0.0--7.1.0.sql
disagrees "so is one that makes another owner" "takes the owner"
sed -i 's/PG_FUNCTION_INFO_V1(delivery_hours)/PG_FUNCTION_INFO_V1(delivery_hours_2)/' src/*/*.c
disagrees "and an entry point that a release calls and that is gone" "7.0.0.sql: all that it calls"
finish
