#!/bin/bash
# A dump holds the user's own benchmarks and calendars and none of the shipped
# rows, and restores into a working extension. Prints TAP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../bin/tap.sh"
plan 7

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
	INSERT INTO delivery.calendar (name, calendar) VALUES ('office', delivery.with_holidays('TZ=Europe/Paris; Mo-Fr 09:00-17:00; PH off', '{2026-05-01}'));
	CREATE TABLE task (opened_at timestamptz, hours delivery.work_calendar DEFAULT '24/7',
		due_at timestamptz GENERATED ALWAYS AS (delivery.sla_due(opened_at, '8:00', 'TZ=Europe/Paris; Mo-Fr 09:00-17:00')) STORED);
	CREATE INDEX ON task (due_at);
	CREATE INDEX ON task USING hash (hours);
	CREATE INDEX ON task (delivery.sla_due(opened_at, '1 day', hours));
	INSERT INTO task VALUES ('2026-01-09 10:00+01', 'mo 9:00-10:00'), ('2026-01-09 11:00+01', DEFAULT);
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
is "$(query delivery_restored "SELECT calendar FROM delivery.calendar")" \
	"TZ=Europe/Paris; PH=2026-05-01; Mo-Fr 09:00-17:00; PH off" "own calendars are restored"
is "$(query delivery_restored "SELECT string_agg(hours::text || ' ' || (due_at AT TIME ZONE 'UTC')::text, ', ' ORDER BY due_at) FROM task")" \
	"Mo 09:00-10:00 2026-01-12 09:00:00, 24/7 2026-01-12 10:00:00" "so are calendars in columns, and generated due instants"
psql -X -q -c 'DROP DATABASE delivery_dump' -c 'DROP DATABASE delivery_restored'
finish
