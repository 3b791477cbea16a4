#!/bin/bash
# Let CREATE EXTENSION begin at the oldest version and walk from there to the newest.
#
#   earlier.sh FOLDER
#
# FOLDER is the "extension" folder of a staged installation. All install scripts but
# the oldest go, and so the server takes the upgrade scripts. Until there are two
# releases a version is made up: 0.0.3 has the first half of the pieces, and its
# upgrade script the others.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:?"usage: earlier.sh FOLDER"}
version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" "$folder/delivery.control")

# install_scripts: oldest first
install_scripts() {
	find "$folder" -name 'delivery--*.sql' ! -name 'delivery--*--*.sql' | sort -V
}

if [ "$(install_scripts | wc -l)" -eq 1 ]; then
	read -r -a pieces <<<"$(make --no-print-directory -s print-PIECES)"
	half=$((${#pieces[@]} / 2))
	cat "${pieces[@]:0:half}" >"$folder/delivery--0.0.3.sql"
	cat "${pieces[@]:half}" >"$folder/delivery--0.0.3--$version.sql"
fi
install_scripts | tail -n +2 | xargs rm
chmod a+r "$folder"/delivery--*
