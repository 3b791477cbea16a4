#!/bin/bash
# Real data: service levels of an incident log in two working calendars, by the
# extension and by a walk over the minutes. Prints TAP; exits non-zero where they
# differ.
#
#   uci_incident.sh
#
# Needs the connection of the usual PG* variables, to a database in which the
# extension is created, and leaves nothing there. The data is the folders
# data/uci_incident and data/holidays; see compare.sh. Figures of all incidents are
# compared, and those of single ones for a random DELIVERY_SAMPLE of them.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/realdata/compare.sh
need "$shared/data/uci_incident" "$shared/data/holidays"
compare uci_incident 3 "$shared/data/uci_incident" "$shared/data/holidays" "${DELIVERY_SAMPLE:-3000}"
