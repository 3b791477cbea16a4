#!/bin/bash
# A dump holds the user's own benchmarks, calendars and WIP limits and none of the
# shipped rows, and restores into a working extension. Prints TAP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../bin/tap.sh"
plan 38

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
	INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 2, 4), ('DEMG', 'With us', 1, 7);
	INSERT INTO delivery.custom_job_level (level, sfia_level, scope) VALUES ('P6', 7, 'the group');
	CREATE TABLE skill (code text, written text, level delivery.sfia_level GENERATED ALWAYS AS (written::delivery.sfia_level) STORED CHECK (level >= 2), required delivery.sfia_level DEFAULT 'apply', job delivery.job_level,
		gap integer GENERATED ALWAYS AS (delivery.sfia_gap(required, written::delivery.sfia_level)) STORED, state bigint[], PRIMARY KEY (level, code));
	CREATE TABLE grade (level delivery.sfia_level PRIMARY KEY) PARTITION BY RANGE (level);
	CREATE TABLE grade_low PARTITION OF grade FOR VALUES FROM ('1') TO ('4');
	CREATE TABLE grade_high PARTITION OF grade FOR VALUES FROM ('4') TO (MAXVALUE);
	INSERT INTO grade VALUES ('2'), ('5');
	ALTER TABLE skill ADD FOREIGN KEY (level) REFERENCES grade;
	CREATE INDEX ON skill USING hash (level);
	CREATE INDEX ON skill (level DESC) WHERE level OPERATOR(delivery.>) 'assist';
	INSERT INTO skill (code, written, required, job, state) VALUES ('XOPS', 'Assist', '4', 'P2', delivery_internal.maturity_score_accum('{0,0,0,0}', 4, 0.1)), ('DEMG', 'Ensure/advise', DEFAULT, 'P5', NULL);
	SET search_path = public, delivery;
	CREATE VIEW held AS SELECT sfia_level(level) AS lowest, sfia_level(written) AS by_text, skill_coverage(required, level) AS coverage, maturity_score(gap + 3, 1) AS score, maturity_level(gap + 3, true) AS level, min(level) FROM skill;
	CREATE VIEW levels AS SELECT code, level IS DISTINCT FROM required AS differs, CASE level WHEN 'assist' THEN 'low' END AS word, level = 'assist' OR level IN ('3', '5') AS listed, level_name(level) AS name
		FROM skill JOIN (SELECT level, code FROM skill) AS s USING (level, code) WHERE (level, required) > ('1', '1') AND level IN (SELECT level FROM skill) AND check_sfia_level(code, level);
	RESET search_path;
	INSERT INTO delivery.calendar (name, calendar) VALUES ('office', delivery.with_holidays('TZ=Europe/Paris; Mo-Fr 09:00-17:00; PH off', '{2026-05-01}'));
	CREATE TABLE task (opened_at timestamptz, hours delivery.work_calendar DEFAULT '24/7',
		due_at timestamptz GENERATED ALWAYS AS (delivery.sla_due(opened_at, '8:00', 'TZ=Europe/Paris; Mo-Fr 09:00-17:00')) STORED);
	CREATE INDEX ON task (due_at);
	CREATE INDEX ON task USING hash (hours);
	CREATE UNIQUE INDEX ON task (hours);
	CREATE TABLE written (objective text, hours varchar, promised delivery.objective GENERATED ALWAYS AS (objective::delivery.objective) STORED UNIQUE,
		opening delivery.work_calendar GENERATED ALWAYS AS (hours::delivery.work_calendar) STORED PRIMARY KEY);
	INSERT INTO written VALUES ('0.999', 'mo-fr 9:00-17:00'), ('99%', 'Mo-Su');
	CREATE TABLE site (hours delivery.work_calendar PRIMARY KEY) PARTITION BY RANGE (hours);
	CREATE TABLE site_always PARTITION OF site FOR VALUES FROM ('24/7') TO ('Mo');
	INSERT INTO site VALUES ('24/7');
	CREATE INDEX ON task (delivery.sla_due(opened_at, '1 day', hours));
	INSERT INTO task VALUES ('2026-01-09 10:00+01', 'mo 9:00-10:00'), ('2026-01-09 11:00+01', DEFAULT);
	CREATE TABLE slo (service text, objective delivery.objective DEFAULT '99.5%' CHECK (delivery.ratio(objective) >= 0.9), budget delivery.error_budget, counts bigint[]);
	CREATE UNIQUE INDEX ON slo (objective);
	INSERT INTO slo VALUES ('checkout', '99.9%', delivery.error_budget_of(9996, 10000, 0.999), delivery_internal.slo_accum('{3,0,0,0,0}', 9996, 10000, 0.999));
	INSERT INTO slo (service) VALUES ('billing');
	CALL delivery.create_audit_log('audit_log');
	SELECT delivery.record_audit('slo', 'audit_log');
	INSERT INTO slo (service, objective) VALUES ('search', '99%');
	CREATE TABLE decision (id integer, year integer) PARTITION BY LIST (year);
	CREATE TABLE decision_2026 PARTITION OF decision FOR VALUES IN (2026);
	SELECT delivery.append_only('decision');
	INSERT INTO decision VALUES (1, 2026);
	CREATE VIEW budgets AS SELECT service, (delivery.error_budget(9::bigint, 10::bigint, objective)).consumed, delivery.burn_rate(9, 10::numeric, objective),
		(delivery.burn_rate_alert('2026-01-06 23:59', 9, 10, objective, '2026-01-07')).severity FROM slo WHERE objective OPERATOR(delivery.>=) '99%' GROUP BY service;
	SET search_path = public, delivery;
	CREATE VIEW rows_of_levels AS SELECT code FROM skill, slo WHERE (objective, level) IN (SELECT objective, '5'::sfia_level FROM slo) AND (level, objective) >= ('1', '98%') AND (code, level) < ('x', '7');
	RESET search_path;
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
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', promised, opening), ', ' ORDER BY opening) FROM written") $(query delivery_restored "SELECT tableoid::regclass FROM site")" \
	"99% 24/7, 99.9% Mo-Fr 09:00-17:00 site_always" "columns generated from text, and keys and partitions by calendar"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', service, objective, budget, delivery_internal.error_budget_final(counts) = budget), ', ' ORDER BY objective) FROM slo")" \
	"search 99%, billing 99.5%, checkout 99.9% (99.9%,9996,10000,4,10,0.4,0.6,f) t" "objectives, budgets and states are restored"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', service, consumed, burn_rate, severity), ', ' ORDER BY service) FROM budgets")" \
	"billing 20 20 page, checkout 100 100 page, search 10 10 page" "and so are views on budgets, burn rates and alerts"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', version, code, name, first_level, last_level, custom), ', ' ORDER BY code) FROM delivery.sfia_skill WHERE custom") $(query delivery_restored "SELECT concat_ws(' ', level, sfia_level, scope, years, custom) FROM delivery.job_level_guide WHERE custom")" \
	"9 DEMG With us 1 7 t, 9 XOPS Operations of our own 2 4 t P6 7 the group t" "own skills and job levels are restored"
is "$(grep -cE "ADEV|Animation|routine tasks" "$work/dump.sql" || true)" 0 "and none that is shipped is in the dump"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', grade.tableoid::regclass, code, level, required, job, gap, delivery_internal.maturity_score_final(state)), ', ' ORDER BY level) FROM skill JOIN grade USING (level)")" \
	"grade_low XOPS 2 4 P2 2 4, grade_high DEMG 5 3 P5 -2" "columns, keys and partitions by level"
is "$(query delivery_restored "TABLE held") $(query delivery_restored "SELECT string_agg(concat_ws(' ', code, differs, coalesce(word, '-'), listed, name), ', ' ORDER BY code) FROM levels")" \
	"2|2|0.5|3|1|2 DEMG t - t Ensure, advise, XOPS t low t Assist" "views on levels, whatever they were compared with"
is "$(query delivery_restored "SELECT string_agg(DISTINCT code, ', ') FROM rows_of_levels; SELECT count(*) FROM delivery.health_check()")" "DEMG
0" "rows of levels and objectives, of which health_check() says nothing"
for statement in "UPDATE decision SET id = 2" "DELETE FROM decision_2026" "TRUNCATE decision_2026" "TRUNCATE decision, decision_2026"; do
	is "$(query delivery_restored "$statement" 2>&1 | head -n 1 | sed 's/_2026//')" 'ERROR:  table "decision" is append-only' "$statement is refused"
done
query delivery_restored "INSERT INTO slo (service, objective) VALUES ('mail', '98%'); ALTER TABLE audit_log RENAME TO trail; DELETE FROM slo WHERE service = 'mail'"
is "$(query delivery_restored "SELECT string_agg(concat_ws(' ', sequence, operation, coalesce(new_row, old_row) ->> 'service'), ', ' ORDER BY sequence) FROM trail")" \
	"1 INSERT search, 2 INSERT mail, 3 DELETE mail" "audit goes on where it was"
is "$(query delivery_restored "SELECT count(*) FROM delivery.verify_audit('trail')")" 0 "and its chain is whole"
is "$(query delivery_restored "DROP TABLE trail" 2>&1 | head -n 1)" "ERROR:  cannot drop table trail because other objects depend on it" "which is not dropped under its tables"
psql -X -q -c 'DROP DATABASE delivery_dump' -c 'DROP DATABASE delivery_restored'

# WIP limits: a board whose names need quotes, that is fuller than it may be, with
# limits of all kinds; one with partitions; and settings of one that is gone
board="\"the team's\".\"ca\"\"rd's\""
name="'${board//\'/\'\'}'"
psql -X -q -c 'CREATE DATABASE delivery_dump'
psql -X -q -v ON_ERROR_STOP=1 -v name="$board" -d delivery_dump >/dev/null <<'END'
SET client_min_messages = warning;
CREATE EXTENSION delivery;
CREATE SCHEMA "the team's";
CREATE TYPE "the team's"."st""ate" AS ENUM ('to do', 'do"ing', 're,view', 'done');
CREATE TABLE :name (id integer PRIMARY KEY, "the ""lane""" "the team's"."st""ate", "te'am" text, "cli\ent" integer, points integer, "since ""when""" date DEFAULT '2026-03-02');
CREATE INDEX ON :name ("the ""lane""", "te'am", "cli\ent");
INSERT INTO :name SELECT i, 'do"ing', 'r{e,d''', 1, 2 FROM generate_series(1, 5) AS i;
SELECT delivery.limit_wip(:'name', 'the "lane"', ARRAY['te''am', 'cli\ent'], 'points');
SELECT delivery.set_wip_limit(:'name', ARRAY['do"ing'], 8, 'block');
SELECT delivery.set_wip_limit(:'name', ARRAY['do"ing'], 4, 'block', '{"te''am": "blue", "cli\\ent": 2}');
SELECT delivery.set_wip_limit(:'name', ARRAY['re,view', 'do"ing'], 20, 'block', '{"te''am": "blue"}');
SELECT delivery.set_wip_limit(:'name', ARRAY['re,view'], 0, 'warn');
SELECT delivery.set_wip_limit(:'name', ARRAY['do"ing'], 30, 'block', '{}');
SELECT delivery.override_wip(:'name', ARRAY['do"ing'], '{}', 1, 'for all', '2999-01-01 00:00+00');
SELECT delivery.set_wip_entry_column(:'name', 'since "when"');
SELECT delivery.override_wip(:'name', ARRAY['do"ing'], '{"te''am": "blue"}', 2, E'a\tfair', '2999-01-01 00:00+00');
CREATE TABLE item (id integer, lane text, year integer) PARTITION BY LIST (year);
CREATE TABLE item_2026 PARTITION OF item FOR VALUES IN (2026);
SELECT delivery.limit_wip('item', 'lane');
SELECT delivery.set_wip_limit('item', '{doing}', 1, 'block');
CREATE TABLE gone (lane text, gone_at date);
SELECT delivery.limit_wip('gone', 'lane');
SELECT delivery.set_wip_limit('gone', '{gone}', 77777, 'block');
SELECT delivery.override_wip('gone', '{gone}', NULL, 1, 'gone', '2999-01-01 00:00+00');
SELECT delivery.set_wip_entry_column('gone', 'gone_at');
DROP TABLE gone;
END

# settings DATABASE: all that is known of its boards
settings() {
	query "$1" "SELECT * FROM delivery.wip_limit WHERE board::text !~ '^[0-9]+$' ORDER BY board::text, lanes, scope"
	query "$1" "SELECT * FROM delivery.wip_override WHERE board::text !~ '^[0-9]+$' ORDER BY board::text, reason"
	query "$1" "SELECT * FROM delivery.wip_entry WHERE board::text !~ '^[0-9]+$'"
	query "$1" "SELECT * FROM delivery_internal.wip_ages() ORDER BY board::text, lanes, scope"
	query "$1" "SELECT * FROM delivery.wip_columns($name)"
}

# said STATEMENT: SQLSTATE and detail of its error or warning
said() {
	psql -X -A -t -q -v VERBOSITY=verbose -d delivery_restored -c "$1" 2>&1 |
		sed -n 's/^\(ERROR\|WARNING\):  \([^:]*\): .*/\2/p; s/^DETAIL:  //p' | paste -s -d ' ' -
}

expected=$(settings delivery_dump)
is "$(wc -l <<<"$expected")" 16 "six limits, two overrides, an entry column, their state and columns are there to be dumped"
for way in plain custom parallel; do
	psql -X -q -c 'CREATE DATABASE delivery_restored'
	if [ "$way" = plain ]; then
		pg_dump -d delivery_dump >"$work/dump.sql"
		is "$(grep -cE '77777|gone' "$work/dump.sql" || true)" 0 "settings of a table that is gone are not dumped"
		is "$(psql -X -q -v ON_ERROR_STOP=1 -d delivery_restored -f "$work/dump.sql" 2>&1 >/dev/null)" "" "$way: restores boards without an error"
	else
		if [ "$way" = custom ]; then
			pg_dump -Fc -d delivery_dump -f "$work/dump"
		else
			rm -r "$work/dump"
			pg_dump -Fd -j 2 -d delivery_dump -f "$work/dump"
		fi
		is "$(pg_restore -j 2 -d delivery_restored "$work/dump" 2>&1)" "" "$way: restores boards without an error, in two processes"
	fi
	is "$(settings delivery_restored)" "$expected" "$way: limits, overrides, state and columns are the same"
	is "$(said "INSERT INTO $board VALUES (10, 'do\"ing', 'r{e,d''', 1, 1)")
$(said "INSERT INTO $board VALUES (10, 'do\"ing', 'blue', 2, 7)")
$(said "INSERT INTO $board VALUES (10, 'do\"ing', 'blue', 2, 6), (11, 'do\"ing', 'blue', 3, 8), (12, 're,view', 'blue', NULL, 7)")
$(said "INSERT INTO $board SELECT 20 + i, 'do\"ing', 'team ' || i % 4, 1, 2 FROM generate_series(1, 11) AS i")
$(said "INSERT INTO item VALUES (1, 'doing', 2026), (2, 'doing', 2026)")" \
		"23W01 Rule wip_limit(do\"ing), te'am = 'r{e,d''' and cli\\ent = '1': 10 in progress, 1 entering, limit 8.
23W01 Rule wip_limit(do\"ing), te'am = 'blue' and cli\\ent = '2': 0 in progress, 7 entering, limit 6.
23W01 Rule wip_limit(do\"ing, re,view), te'am = 'blue': 0 in progress, 21 entering, limit 20.
23W01 Rule wip_limit(do\"ing), all scopes together: 10 in progress, 22 entering, limit 31.
23W01 Rule wip_limit(doing): 0 in progress, 2 entering, limit 1." "$way: and hold"
	is "$(said "INSERT INTO $board VALUES (10, 're,view', 'blue', 2, 1), (11, 'do\"ing', 'blue', 2, 6)") $(query delivery_restored "SELECT count(*) FROM $board")" \
		"01W01 Rule wip_limit(re,view), te'am = 'blue' and cli\\ent = '2': 0 in progress, 1 entering, limit 0. 7" \
		"$way: one that warns lets in, and so does the override"
	psql -X -q -c 'DROP DATABASE delivery_restored'
done

# one table alone, which has its triggers, and what is said to put its guardrails back
of_board() {
	query "$1" "SELECT * FROM delivery.wip_limit WHERE board = $name::regclass ORDER BY lanes, scope"
	query "$1" "SELECT lanes, scope, extra, reason, until FROM delivery.wip_override WHERE board = $name::regclass ORDER BY reason"
	query "$1" "SELECT * FROM delivery.wip_status() WHERE board = $name::regclass ORDER BY lanes, scope"
	query "$1" "SELECT * FROM delivery.wip_columns($name)"
	query "$1" "SELECT object, problem FROM delivery.health_check() WHERE object = \$\$$board\$\$"
	query "$1" "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = $name::regclass ORDER BY tgname"
}
query delivery_dump "ALTER TABLE $board ENABLE ALWAYS TRIGGER delivery_wip_update"
psql -X -q -c 'CREATE DATABASE delivery_restored'
query delivery_restored "CREATE EXTENSION delivery; CREATE SCHEMA \"the team's\"; CREATE TYPE \"the team's\".\"st\"\"ate\" AS ENUM ('to do', 'do\"ing', 're,view', 'done')"
query delivery_dump "SELECT s FROM delivery.guardrail_statements() AS s WHERE s LIKE '%ca\"\"rd%'" >"$work/statements.sql"
pg_dump -d delivery_dump -t "$board" >"$work/dump.sql"
is "$(psql -X -q -v ON_ERROR_STOP=1 -o /dev/null -d delivery_restored -f "$work/dump.sql" -f "$work/statements.sql" 2>&1)" "" \
	"one table alone is restored, and its guardrails are put back"
is "$(of_board delivery_restored)" "$(of_board delivery_dump)" "which are the same"
psql -X -q -c 'DROP DATABASE delivery_restored'
psql -X -q -c 'DROP DATABASE delivery_dump'
finish
