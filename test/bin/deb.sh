#!/bin/bash
# Debian packages of the last commit for the installed majors of PostgreSQL, in
# build/deb, and a test of each: its dependencies can be had, and the regression tests
# run on a server that uses the files of the package and nothing else. Where lintian is
# installed, its errors are failures.
#
# Whatever is missing to build them is installed first.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)
out=$top/build/deb
source=$out/delivery-$version
log=$out/log
export PG_SUPPORTED_VERSIONS=installed

# say what failed, and the end of its log
fail() {
	tail -n 40 "$log" >&2
	echo "deb.sh: $1" >&2
	exit 1
}

# The files of the last commit; of an unpacked archive, all but what is made there.
unpack() {
	mkdir "$source"
	if git rev-parse --verify -q HEAD >/dev/null 2>&1; then
		git diff --quiet HEAD || echo "changes that are not committed are left out" >&2
		git archive HEAD | tar x -C "$source"
	else
		tar c --exclude=./build . | tar x -C "$source"
		make -C "$source" -s clean >>"$log" 2>&1
	fi
	tar cJf "$out/delivery_$version.orig.tar.xz" -C "$out" --exclude="delivery-$version/debian" "delivery-$version"
}

build() {
	(cd "$source" && pg_buildext updatecontrol && DEB_BUILD_OPTIONS="nocheck ${DEB_BUILD_OPTIONS:-}" DEB_BUILD_PROFILES=nocheck \
		dpkg-buildpackage -us -uc) >>"$log" 2>&1 || fail "the packages do not build"
	cp "$source/debian/control" "$out/control"
}

# check MAJOR: the package itself, unpacked, is what the server finds
check() {
	local major=$1 package status=0 root=$out/root-$1
	package=$(find "$out" -name "postgresql-$major-delivery_*.deb")
	# whether what it depends on can be had, and no other file of it is in the way
	apt-get install -s -qq --no-install-recommends "$package" >>"$log" 2>&1 || fail "$package cannot be installed"
	dpkg-deb -x "$package" "$root"
	(
		export PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config CLUSTER_STAGE=$root
		test/bin/cluster.sh start package
		settings=$(test/bin/cluster.sh env package)
		eval "$settings"
		make -C "$source" -s installcheck
	) >>"$log" 2>&1 || status=$?
	PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config test/bin/cluster.sh stop package
	[ "$status" -eq 0 ] || fail "the regression tests fail with $package"
	echo "${package#"$top/"} passes the regression tests"
}

test/bin/provision.sh deb
rm -rf "$out"
mkdir -p "$out"
: >"$log"
unpack
build
if command -v lintian >/dev/null; then
	lintian --allow-root --fail-on error "$out"/*.changes 2>&1 | tee -a "$log" || fail "lintian finds errors"
fi
majors=$(sed -n 's/^Package: postgresql-\([0-9]*\)-delivery$/\1/p' "$out/control")
for major in $majors; do
	check "$major"
done
