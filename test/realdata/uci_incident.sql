-- uci_incident.sql: service levels of an incident log, by the extension.
--
--   psql -XqAt -F <tab> -v folder=INCIDENTS -v folder2=HOLIDAYS -v sample=SAMPLE -f uci_incident.sql
--
-- prints a relation (calendar, metric, value): durations in microseconds (_us),
-- instants in UTC, ratios with 15 decimals, NULL for unknown. uci_incident.py
-- prints the same from the same files. Lines of the group "check" count the rows
-- in which two ways of computing differ inside the database, and must be 0.
--
-- Everything happens in a transaction that is rolled back.
--
-- What counts as what:
-- * The log has the local clock without its zone: it is read as London's, with
--   the day first, though it has readings in the hour that London skipped on
--   27 March 2016. They are taken an hour later, as the server does.
-- * An incident's fields are those of its last row.
-- * An incident is in a state from the update that says so to the next update, in
--   the order of the file; where the clock steps back in between, for no time.
-- * The clock stops when the incident is resolved, and pauses while it awaits
--   something.
-- * Where it is not known when an incident was resolved, it counts for no
--   attainment and no percentile, as open until it was closed, and as a clock
--   that still runs.
-- * Open and overdue on a day: at its first instant in London.
--
-- Calendars: a desk in London that closed early before Easter; and two shifts and
-- a night from Saturday and Sunday in New York, so that both changes of the clock
-- and nights before a holiday count; and, as "always", the one without rules.

\set ON_ERROR_STOP on
-- \copy takes no psql variables, but its program reads the environment
\setenv UCI_INCIDENT :folder
\setenv HOLIDAYS :folder2

-- as of when: after the log, and in the middle of it
\set log_end '''2017-02-20 00:00+00'''
\set halfway '''2016-04-13 11:47 Europe/London'''
-- so many incidents are compared one by one, chosen by the hash of their number
\set seed '''2016/'''

BEGIN;
CREATE SCHEMA delivery_realdata;
-- the extension is not on the path, as for a BI tool
SET LOCAL search_path = delivery_realdata;
SET LOCAL jit = off;

/* --- the data ----------------------------------------------------------- */

CREATE TABLE event_text (
	position bigint GENERATED ALWAYS AS IDENTITY,
	number text, incident_state text, active text, reassignment_count text, reopen_count text,
	sys_mod_count text, made_sla text, caller_id text, opened_by text, opened_at text,
	sys_created_by text, sys_created_at text, sys_updated_by text, sys_updated_at text,
	contact_type text, location text, category text, subcategory text, u_symptom text, cmdb_ci text,
	impact text, urgency text, priority text, assignment_group text, assigned_to text, knowledge text,
	u_priority_confirmation text, notify text, problem_id text, rfc text, vendor text, caused_by text,
	closed_code text, resolved_by text, resolved_at text, closed_at text
);
\copy event_text (number, incident_state, active, reassignment_count, reopen_count, sys_mod_count, made_sla, caller_id, opened_by, opened_at, sys_created_by, sys_created_at, sys_updated_by, sys_updated_at, contact_type, location, category, subcategory, u_symptom, cmdb_ci, impact, urgency, priority, assignment_group, assigned_to, knowledge, u_priority_confirmation, notify, problem_id, rfc, vendor, caused_by, closed_code, resolved_by, resolved_at, closed_at) from program 'gzip -dc "$UCI_INCIDENT/incident_event_log.csv.gz"' with (format csv, header, null '?')

CREATE TABLE holiday (calendar text NOT NULL, day date NOT NULL, weekday text, name text);
\copy holiday from program 'cat "$HOLIDAYS/holidays.csv"' with (format csv, header)

-- to_timestamp() reads a clock of the session's zone, which must skip no hour
SET LOCAL TimeZone = 'UTC';
CREATE FUNCTION london(reading text) RETURNS timestamptz STABLE
	RETURN to_timestamp(reading, 'DD/MM/YYYY HH24:MI') AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London';

CREATE TABLE event AS
	SELECT position, number, incident_state AS state, sys_mod_count::integer, made_sla::boolean,
		left(priority, 1)::integer AS priority, london(sys_updated_at) AS updated_at,
		london(opened_at) AS opened_at, london(resolved_at) AS resolved_at, london(closed_at) AS closed_at
	FROM event_text;
-- nothing below may depend on it
SET LOCAL TimeZone = 'Pacific/Chatham';

CREATE TABLE incident AS
	SELECT number, priority, made_sla, opened_at, resolved_at, closed_at,
		row_number() OVER (ORDER BY md5(:seed || number), number) <= :sample AS sampled
	FROM (
		SELECT DISTINCT ON (number) *
		FROM event
		ORDER BY number, sys_mod_count DESC, position DESC
	) AS last_row;

CREATE TABLE spell AS
	SELECT number, state, tstzrange(updated_at, next_at) AS during
	FROM (
		SELECT number, state, updated_at,
			lead(updated_at) OVER (PARTITION BY number ORDER BY position) AS next_at
		FROM event
	) AS update
	WHERE next_at > updated_at;

CREATE TABLE in_state AS
	SELECT number, state, range_agg(during) AS during
	FROM spell
	GROUP BY number, state;

-- pauses in the end, and as they were known halfway through
CREATE TABLE pause AS
	SELECT number, range_agg(during) AS paused,
		range_agg(CASE WHEN upper(during) <= :halfway THEN during ELSE tstzrange(lower(during), NULL) END)
			FILTER (WHERE lower(during) <= :halfway) AS paused_halfway
	FROM spell
	WHERE state LIKE 'Awaiting %'
	GROUP BY number;

CREATE TABLE target (priority integer, hours interval, dates interval, both_parts interval);
INSERT INTO target VALUES
	(1, '4:00', '1 day', '1 day 4:00'),
	(2, '8:00', '2 days', '1 day 8:00'),
	(3, '24:00', '3 days', '2 days 0:30'),
	(4, '40:00', '5 days', '4 days 10:00');

INSERT INTO delivery.calendar
SELECT name, delivery.with_holidays(rules::delivery.work_calendar,
	ARRAY(SELECT day FROM holiday WHERE calendar = holidays))
FROM (VALUES
	('desk', 'GB-ENG', 'TZ=Europe/London; Mo-Fr 08:00-18:00; Sa 09:00-13:00; 2016 Mar 24 08:00-12:00; PH off'),
	('shifts', 'US', 'TZ=America/New_York; Mo-Fr 07:00-11:30,12:15-19:00; Sa,Su 22:00-06:00; PH off')
) AS written (name, holidays, rules);
INSERT INTO delivery.calendar VALUES ('always', '24/7');
CREATE VIEW agreed AS
	SELECT name, delivery.calendar(name) AS calendar FROM unnest('{desk,shifts,always}'::text[]) AS name;

CREATE TABLE clock AS
	SELECT agreed.name, agreed.calendar, incident.*, hours, dates, both_parts, paused, paused_halfway
	FROM incident
	JOIN target USING (priority)
	LEFT JOIN pause USING (number)
	CROSS JOIN agreed;
ANALYZE;

/* --- the figures -------------------------------------------------------- */

CREATE TABLE figure AS
	SELECT *,
		delivery.working_time(calendar, opened_at, resolved_at) AS working_time,
		delivery.sla_elapsed(opened_at, resolved_at, calendar, paused, :log_end) AS elapsed,
		delivery.sla_remaining(opened_at, resolved_at, hours, calendar, paused, :log_end) AS remaining,
		delivery.sla_remaining(opened_at, resolved_at, dates, calendar, paused, :log_end) AS remaining_by_date,
		delivery.sla_due(opened_at, hours, calendar, paused) AS due,
		delivery.sla_due(opened_at, dates, calendar, paused) AS due_by_date,
		delivery.sla_due(opened_at, both_parts, calendar, paused) AS due_by_both,
		delivery.sla_breach(opened_at, resolved_at, hours, calendar, paused, :log_end) AS breach,
		delivery.sla_breach(opened_at, resolved_at, dates, calendar, paused, :log_end) AS breach_by_date,
		delivery.sla_elapsed(opened_at, resolved_at, calendar, paused_halfway, :halfway) AS elapsed_halfway,
		delivery.sla_remaining(opened_at, resolved_at, hours, calendar, paused_halfway, :halfway) AS remaining_halfway,
		delivery.sla_due(opened_at, hours, calendar, paused_halfway) AS due_halfway,
		delivery.sla_due(opened_at, dates, calendar, paused_halfway) AS due_by_date_halfway,
		delivery.sla_status(opened_at, resolved_at, hours, calendar, paused_halfway, :halfway) AS status_halfway,
		delivery.sla_status(opened_at, resolved_at, dates, calendar, paused_halfway, :halfway) AS status_by_date_halfway
	FROM clock;

CREATE VIEW priority_figures AS
	SELECT name, priority,
		count(*) AS incidents,
		delivery.sla_attainment(breach) AS attainment,
		delivery.sla_attainment(breach_by_date) AS attainment_by_date,
		delivery.sla_breach_rate(breach) AS breach_rate,
		delivery.duration_percentile(working_time, ARRAY[0.5, 0.9]) AS resolution,
		delivery.duration_percentile(elapsed, ARRAY[0.5, 0.9]) AS running,
		delivery.cycle_time(opened_at, resolved_at, ARRAY[0.5, 0.9]) AS elapsed
	FROM figure
	WHERE resolved_at IS NOT NULL
	GROUP BY name, priority;
CREATE TABLE priority_serial AS SELECT * FROM priority_figures;

CREATE TABLE time_in_state AS
	SELECT name, number, state, delivery.working_time(calendar, during) AS worked
	FROM in_state
	CROSS JOIN agreed;

CREATE TABLE state_figures AS
	SELECT name, state, count(*) AS incidents, sum(worked) AS total,
		delivery.duration_percentile(worked, ARRAY[0.5, 0.9]) AS per_incident
	FROM time_in_state
	GROUP BY name, state;

CREATE TABLE day_figures AS
	SELECT named.name, day, count(number) AS open, count(number) FILTER (WHERE paused @> midnight) AS paused,
		count(number) FILTER (WHERE delivery.sla_breach(opened_at, coalesce(resolved_at, closed_at),
			hours, calendar, paused, as_of => midnight)) AS overdue
	FROM generate_series('2016-03-01'::timestamp, '2017-02-18', '1 day') AS day
	CROSS JOIN LATERAL (SELECT day AT TIME ZONE 'Europe/London') AS local (midnight)
	CROSS JOIN (VALUES ('desk'), ('shifts')) AS named (name)
	LEFT JOIN clock ON clock.name = named.name AND opened_at <= midnight AND coalesce(resolved_at, closed_at) > midnight
	GROUP BY named.name, day;

/* --- the relation ------------------------------------------------------- */

CREATE FUNCTION shown(value double precision) RETURNS text IMMUTABLE
	RETURN coalesce(round(value::numeric, 15)::text, 'NULL');
CREATE FUNCTION shown(value interval) RETURNS text IMMUTABLE
	RETURN coalesce((extract(epoch FROM value) * 1000000)::bigint::text, 'NULL');
CREATE FUNCTION shown(value timestamptz) RETURNS text IMMUTABLE
	RETURN coalesce((value AT TIME ZONE 'UTC')::text, 'NULL');
CREATE FUNCTION shown(value boolean) RETURNS text IMMUTABLE
	RETURN coalesce(value::text, 'NULL');

SELECT name, metric || ' ' || number, value
FROM figure
CROSS JOIN LATERAL (VALUES
	('working_time_us', shown(working_time)),
	('sla_elapsed_us', shown(elapsed)),
	('sla_remaining_us', shown(remaining)),
	('sla_remaining_by_date_us', shown(remaining_by_date)),
	('sla_due', shown(due)),
	('sla_due_by_date', shown(due_by_date)),
	('sla_due_by_date_and_hours', shown(due_by_both)),
	('sla_breach', shown(breach)),
	('sla_breach_by_date', shown(breach_by_date)),
	('halfway_sla_elapsed_us', shown(elapsed_halfway)),
	('halfway_sla_remaining_us', shown(remaining_halfway)),
	('halfway_sla_due', shown(due_halfway)),
	('halfway_sla_due_by_date', shown(due_by_date_halfway)),
	('halfway_sla_status', coalesce(status_halfway::text, 'NULL')),
	('halfway_sla_status_by_date', coalesce(status_by_date_halfway::text, 'NULL'))
) AS value (metric, value)
WHERE sampled;

SELECT name, 'time_in_state_us ' || number || ' ' || state, shown(worked)
FROM time_in_state
JOIN incident USING (number)
WHERE sampled;

SELECT name, metric || ' priority ' || priority, value
FROM priority_serial
CROSS JOIN LATERAL (VALUES
	('incidents', incidents::text),
	('attainment', shown(attainment)),
	('attainment_by_date', shown(attainment_by_date)),
	('resolution_p50_us', shown(resolution[1])),
	('resolution_p90_us', shown(resolution[2])),
	('running_p50_us', shown(running[1])),
	('running_p90_us', shown(running[2])),
	('elapsed_p50_us', shown(elapsed[1])),
	('elapsed_p90_us', shown(elapsed[2]))
) AS value (metric, value);

SELECT name, metric || ' ' || state, value
FROM state_figures
CROSS JOIN LATERAL (VALUES
	('state_incidents', incidents::text),
	('state_total_us', shown(total)),
	('state_p50_us', shown(per_incident[1])),
	('state_p90_us', shown(per_incident[2]))
) AS value (metric, value);

SELECT name, metric || ' ' || to_char(day, 'YYYY-MM-DD'), value
FROM day_figures
CROSS JOIN LATERAL (VALUES
	('day_open', open),
	('day_paused', paused),
	('day_overdue', overdue)
) AS value (metric, value);

/* --- checks inside the database ----------------------------------------- */

SELECT 'check', 'the fields of sla_clock and the functions of one figure', count(*)
FROM figure,
	LATERAL delivery.sla_clock(opened_at, resolved_at, hours, calendar, paused_halfway, :halfway) AS clock,
	LATERAL delivery.sla_clock(opened_at, resolved_at, dates, calendar, paused, :log_end) AS by_date
WHERE (clock.elapsed, clock.remaining, clock.status)
		IS DISTINCT FROM (elapsed_halfway, remaining_halfway, status_halfway)
	OR (by_date.due_at, by_date.elapsed, by_date.remaining, by_date.breached)
		IS DISTINCT FROM (due_by_date, figure.elapsed, remaining_by_date, breach_by_date)
	-- before the opening nothing of a clock is known, but its due instant is
	OR clock.due_at IS DISTINCT FROM CASE WHEN opened_at <= :halfway THEN due_halfway END
	OR clock.elapsed + clock.paused_for IS DISTINCT FROM
		CASE WHEN opened_at <= :halfway THEN delivery.working_time(calendar, opened_at, least(resolved_at, :halfway)) END
	OR by_date.breached <> (by_date.breached_at IS NOT NULL);

SELECT 'check', 'what sla_explain counts, and sla_elapsed', count(*)
FROM figure
CROSS JOIN LATERAL (
	SELECT coalesce(sum(upper(segment) - lower(segment)) FILTER (WHERE kind = 'counted'), '0') AS counted,
		range_agg(segment) AS segments, count(*) FILTER (WHERE running IS NULL) AS unknown
	FROM delivery.sla_explain(opened_at, resolved_at, hours, calendar, paused, :log_end)
) AS explained
WHERE sampled AND (counted <> elapsed OR unknown > 0
	OR segments <> tstzmultirange(tstzrange(opened_at, coalesce(resolved_at, :log_end))));

SELECT 'check', 'working_time, and the length of working_ranges', count(*)
FROM figure
CROSS JOIN LATERAL (
	SELECT coalesce(sum(upper(range) - lower(range)), '0') AS length
	FROM unnest(delivery.working_ranges(calendar, tstzrange(opened_at, resolved_at))) AS range
) AS measured
WHERE sampled AND resolved_at IS NOT NULL AND length <> working_time;

SELECT 'check', 'working_time there and back', count(*)
FROM figure
WHERE delivery.working_time(calendar, resolved_at, opened_at) IS DISTINCT FROM -working_time;

SELECT 'check', 'sla_due without pauses, and add_working_time', count(*)
FROM clock
WHERE delivery.sla_due(opened_at, hours, calendar) IS DISTINCT FROM delivery.add_working_time(calendar, opened_at, hours)
	OR delivery.sla_due(opened_at, both_parts, calendar, NULL)
		IS DISTINCT FROM delivery.add_working_time(calendar, opened_at, both_parts);

SELECT 'check', 'running time until due, and the target', count(*)
FROM figure
WHERE delivery.sla_elapsed(opened_at, due, calendar, paused, due) IS DISTINCT FROM hours;

SELECT 'check', 'the calendar without rules, and plain subtraction', count(*)
FROM figure
WHERE name = 'always' AND (working_time IS DISTINCT FROM resolved_at - opened_at
	OR elapsed IS DISTINCT FROM delivery.sla_elapsed(opened_at, resolved_at, paused => paused, as_of => :log_end)
	OR breach IS DISTINCT FROM delivery.sla_breach(opened_at, resolved_at, hours, paused => paused, as_of => :log_end));

SELECT 'check', 'time in a state, and that of its spells one by one', count(*)
FROM time_in_state
JOIN (
	SELECT number, state, sum(delivery.working_time(delivery.calendar('shifts'), lower(during), upper(during))) AS worked
	FROM spell
	GROUP BY number, state
) AS spells USING (number, state)
WHERE name = 'shifts' AND spells.worked <> time_in_state.worked;

SELECT 'check', 'attainment and breach rate', count(*)
FROM priority_serial
WHERE abs(attainment + breach_rate - 1) > 1e-15;

SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SELECT 'check', 'figures per priority with and without parallel workers', count(*)
FROM (TABLE priority_figures EXCEPT ALL TABLE priority_serial) AS difference;

/* --- notes -------------------------------------------------------------- */

CREATE FUNCTION hours(value interval) RETURNS text IMMUTABLE
	RETURN round(delivery.hours(value)::numeric, 1) || ' h';

SELECT 'note', 'spells left out, as the clock steps back', count(*)
FROM (
	SELECT updated_at, lead(updated_at) OVER (PARTITION BY number ORDER BY position) AS next_at
	FROM event
) AS update
WHERE next_at < updated_at;

SELECT 'note', name || ', priority ' || priority,
	format('%s resolved, attainment %s %% (%s %% by date), to resolve p50 / p90 %s / %s,'
			' without pauses %s / %s, by the clock on the wall %s / %s',
		incidents, round(100 * attainment::numeric, 1), round(100 * attainment_by_date::numeric, 1),
		hours(resolution[1]), hours(resolution[2]), hours(running[1]), hours(running[2]),
		hours(elapsed[1]), hours(elapsed[2]))
FROM priority_serial
WHERE name <> 'always'
ORDER BY name, priority;

SELECT 'note', 'time in ' || state, string_agg(format('%s %s', name, hours(total)), ', ' ORDER BY name)
FROM state_figures
GROUP BY state
ORDER BY state;

SELECT 'note', to_char(day, 'YYYY-MM-DD'),
	format('%s open, %s of them paused, %s overdue by the desk''s hours', open, paused, overdue)
FROM day_figures
WHERE name = 'desk' AND day IN ('2016-03-15', '2016-04-15', '2016-05-15', '2016-06-15')
ORDER BY day;

-- the company's own targets are not known: for comparison only
SELECT 'note', 'priority ' || priority || ', the log''s made_sla / within the desk''s hours',
	format('both %s, made_sla only %s, ours only %s, neither %s',
		count(*) FILTER (WHERE made_sla AND NOT breach), count(*) FILTER (WHERE made_sla AND breach),
		count(*) FILTER (WHERE NOT made_sla AND NOT breach), count(*) FILTER (WHERE NOT made_sla AND breach))
FROM figure
WHERE name = 'desk' AND resolved_at IS NOT NULL
GROUP BY priority
ORDER BY priority;

ROLLBACK;
