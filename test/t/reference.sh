#!/bin/bash
# doc/reference.md is what the COMMENTs make of it. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 2

status=0
test/bin/reference.sh >"$work/reference.md" 2>"$work/log" || status=$?
result $status "the reference can be made"
status=0
diff -u doc/reference.md "$work/reference.md" >"$work/log" || status=$?
result $status "doc/reference.md is up to date (make reference)"
finish
