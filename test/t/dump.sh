#!/bin/bash
# A dump holds the user's own benchmarks and calendars and none of the shipped
# rows, and restores into a working extension. Prints TAP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../bin/tap.sh"
plan 12

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
	CREATE TABLE slo (service text, objective delivery.objective DEFAULT '99.5%' CHECK (delivery.ratio(objective) >= 0.9), budget delivery.error_budget, counts bigint[]);
	CREATE UNIQUE INDEX ON slo (objective);
	INSERT INTO slo VALUES ('checkout', '99.9%', delivery.error_budget_of(9996, 10000, 0.999), delivery.slo_accum('{3,0,0,0,0}', 9996, 10000, 0.999));
	INSERT INTO slo (service) VALUES ('billing');
	CALL delivery.create_audit_log('audit_log');
	SELECT delivery.record_audit('slo', 'audit_log');
	INSERT INTO slo (service, objective) VALUES ('search', '99%');
	CREATE VIEW budgets AS SELECT service, (delivery.error_budget(9::bigint, 10::bigint, objective)).consumed, delivery.burn_rate(9, 10::numeric, objective),
		(delivery.burn_rate_alert('2026-01-06 23:59', 9, 10, objective, '2026-01-07')).severity FROM slo WHERE objective OPERATOR(delivery.>=) '99%' GROUP BY service;
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
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', service, objective, budget, delivery.error_budget_final(counts) = budget), ', ' ORDER BY objective) FROM slo")" \
	"search 99%, billing 99.5%, checkout 99.9% (99.9%,9996,10000,4,10,0.4,0.6,f) t" "objectives, budgets and states are restored"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', service, consumed, burn_rate, severity), ', ' ORDER BY service) FROM budgets")" \
	"billing 20 20 page, checkout 100 100 page, search 10 10 page" "and so are views on budgets, burn rates and alerts"
query delivery_restored "INSERT INTO slo (service, objective) VALUES ('mail', '98%'); ALTER TABLE audit_log RENAME TO trail; DELETE FROM slo WHERE service = 'mail'"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', sequence, operation, coalesce(new_row, old_row) ->> 'service'), ', ' ORDER BY sequence) FROM trail")" \
	"1 INSERT search, 2 INSERT mail, 3 DELETE mail" "audit goes on where it was"
is "$(query delivery_restored "SELECT count(*) FROM delivery.verify_audit('trail')")" 0 "and its chain is whole"
is "$(query delivery_restored "DROP TABLE trail" 2>&1 | head -n 1)" "ERROR:  cannot drop table trail because other objects depend on it" "which is not dropped under its tables"
psql -X -q -c 'DROP DATABASE delivery_dump' -c 'DROP DATABASE delivery_restored'
finish
