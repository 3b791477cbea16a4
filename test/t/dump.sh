#!/bin/bash
# A dump holds the user's own benchmarks and none of the shipped ones, and
# restores into a working extension. Prints TAP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../bin/tap.sh"
plan 5

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

psql -X -q -c 'DROP DATABASE IF EXISTS delivery_dump' -c 'DROP DATABASE IF EXISTS delivery_restored' \
	-c 'CREATE DATABASE delivery_dump' -c 'CREATE DATABASE delivery_restored'
query delivery_dump "
	CREATE EXTENSION delivery;
	INSERT INTO delivery.custom_benchmark VALUES
		('ours', 'rework_rate', 'elite', '<=', 0.02, NULL),
		('standard', 'lead_time', 'elite', '<', NULL, '4 hours');
	CREATE TABLE verdict (service text, level delivery.dora_level);
	INSERT INTO verdict VALUES ('checkout', 'elite'), ('billing', 'low');
	CREATE VIEW report AS SELECT service, delivery.dora_level('lead_time', interval '3 hours') AS level FROM verdict;"
pg_dump -d delivery_dump >"$work/dump.sql"
is "$(grep -c "^2021\|^2022\|^2023\|^2024" "$work/dump.sql" || true)" 0 "no shipped row in the dump"
is "$(psql -X -q -v ON_ERROR_STOP=1 -d delivery_restored -f "$work/dump.sql" 2>&1 >/dev/null)" "" "restores without an error"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', benchmark, metric, level, threshold, threshold_duration), ', ' ORDER BY benchmark) FROM delivery.custom_benchmark")" \
	"ours rework_rate elite 0.02, standard lead_time elite 04:00:00" "own rows are restored"
is "$(query delivery_restored "SELECT string_agg(service || ' ' || level, ', ' ORDER BY level) FROM verdict")" \
	"billing low, checkout elite" "columns of our types are restored"
is "$(query delivery_restored "SELECT string_agg(DISTINCT level::text, ', ') FROM report")" \
	"elite" "views on our functions work, with the own ladder"
psql -X -q -c 'DROP DATABASE delivery_dump' -c 'DROP DATABASE delivery_restored'
finish
