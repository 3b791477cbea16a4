#!/bin/bash
# The archive for PGXN, build/delivery-VERSION.zip, of the last commit.
#
#   dist.sh [COMMIT [FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/../.."
commit=${1:-HEAD}
folder=${2:-build}
version=$(git show "$commit:delivery.control" | sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p")
mkdir -p "$folder"
git archive --format=zip --prefix="delivery-$version/" -o "$folder/delivery-$version.zip" "$commit"
[ -n "${1:-}" ] || git diff --quiet HEAD || echo "changes that are not committed are left out" >&2
echo "$folder/delivery-$version.zip"
