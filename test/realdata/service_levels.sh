#!/bin/bash
# Real data: availability, error budgets, burn rates and alerts of web sites,
# public services and an access log, by the extension and by fractions in Python.
# Prints TAP; exits non-zero where they differ.
#
#   service_levels.sh
#
# Needs the connection of the usual PG* variables, to a database in which the
# extension is created, and leaves nothing there. The data is the folders
# data/uptime, data/status_pages and data/web_requests; see compare.sh.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/realdata/compare.sh
need "$shared/data/uptime" "$shared/data/status_pages" "$shared/data/web_requests"
compare service_levels 4 "$shared/data"
