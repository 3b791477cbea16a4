#!/bin/bash
# Freeze the version of delivery.control: its joined install script becomes
# src/upgrade/delivery--VERSION.sql. Refuses where something is not ready, and
# commits nothing. doc/release.md has the whole way of a release.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)
frozen=src/upgrade/delivery--$version.sql

# refuse MESSAGE HINT
refuse() {
	echo "release.sh: $1" >&2
	echo "  $2" >&2
	exit 1
}

changed=$(git status --porcelain) || refuse "this is no git work tree" "a release is made in a clone"
[ -z "$changed" ] || refuse "the tree has changes that are not committed" "commit them, or take them back: $(head -n 3 <<<"$changed" | paste -s -d ';' -)"
[ ! -e "$frozen" ] || refuse "$version is frozen already" "the next version begins in delivery.control: see doc/release.md"
[ -z "$(git tag -l "v$version")" ] || refuse "there is a tag v$version already" "the next version begins in delivery.control: see doc/release.md"
said=$(perl test/t/release.pl 2>/dev/null) ||
	refuse "what is written about version $version does not agree" "$(sed -n 's/^not ok [0-9]* - //p' <<<"$said" | paste -s -d ';' -)"
! head -n 1 debian/changelog | grep -q UNRELEASED || refuse "debian/changelog says UNRELEASED" "name a suite there, such as unstable, and the date"

mkdir -p src/upgrade
read -r -a pieces <<<"$(make --no-print-directory -s print-PIECES)"
cat "${pieces[@]}" >"$frozen"
git add "$frozen"
echo "frozen: $frozen. Next: make test dist deb, git commit -m 'Release $version', git tag v$version"
