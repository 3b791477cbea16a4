-- sla.sql: the SLA clock: due, elapsed, remaining, breach, status, segments; by
-- hand, against the plainest SQL at random, as aggregates, and in a table.
SET extra_float_digits = 1;
\getenv zone DELIVERY_TEST_ZONE
\if :{?zone}
\else
\set zone UTC
\endif
SET timezone = :'zone';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
CREATE FUNCTION pg_temp.utc(instant timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (instant AT TIME ZONE 'UTC')::text;

-- by hand, in an office that opens at 08:00 and closes at 17:00 by UTC, with an hour for lunch
\set office '''TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00'''
SELECT pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '4:00', :office)) AS over_lunch,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '7:00', :office)) AS at_closing,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '7:00:00.000001', :office)) AS next_day,
	pg_temp.utc(delivery.sla_due('2026-01-05 20:00+01', '24:00', :office)) AS three_days,
	pg_temp.utc(delivery.sla_due('2026-01-05 20:00+01', '0', :office)) AS of_nothing,
	pg_temp.utc(delivery.sla_due('2026-01-05 20:00+01', '24:00')) AS without_calendar;
-- pauses: one that touches lunch, one in the night, two that overlap, one before the opening, one after the deadline
SELECT paused, pg_temp.utc(sla_due) AS due, sla_elapsed AS elapsed FROM (VALUES
	('{}'::tstzmultirange), (NULL), ('{[2026-01-05 11:30+01,2026-01-05 13:30+01)}'), ('{[2026-01-05 19:00+01,2026-01-06 08:00+01)}'),
	('{[2026-01-05 10:30+01,2026-01-05 11:30+01),[2026-01-05 11:00+01,2026-01-05 12:00+01)}'), ('{[2026-01-01 00:00+01,2026-01-05 11:00+01)}'),
	('{(,2026-01-05 11:00+01)}'), ('{[2026-01-05 16:00+01,2026-01-05 17:00+01)}'), ('{[2026-01-05 15:00+01,)}'), ('{[2026-01-05 14:00+01,)}'),
	('{[2026-01-05 14:59:59.999999+01,)}'), ('{[2026-01-05 09:00+01,)}'), ('{(2026-01-05 11:00+01,2026-01-05 11:30+01]}'),
	('{[2026-01-05 11:00+01,2026-01-05 11:30+01),(2026-01-05 11:30+01,2026-01-05 12:00+01)}')) AS v (range),
	LATERAL (SELECT translate((SELECT string_agg(to_char(lower(r) AT TIME ZONE 'UTC', 'DD HH24:MI') || '-' || coalesce(to_char(upper(r) AT TIME ZONE 'UTC', 'DD HH24:MI'), ''), ', ' ORDER BY r)
		FROM unnest(range) AS r), '', '') AS paused) AS p,
	delivery.sla_due('2026-01-05 10:00+01', '4:00', :office, range),
	delivery.sla_elapsed('2026-01-05 10:00+01', '2026-01-05 16:00+01', :office, range);

-- to the microsecond: at the target it is kept, after it is not
SELECT delivery.sla_breach('2026-01-05 10:00+01', '2026-01-05 15:00+01', '4:00', :office) AS at_target,
	delivery.sla_breach('2026-01-05 10:00+01', '2026-01-05 15:00:00.000001+01', '4:00', :office) AS after,
	delivery.sla_breach('2026-01-05 10:00+01', NULL, '4:00', :office, as_of => '2026-01-05 15:00+01') AS running,
	delivery.sla_breach('2026-01-05 10:00+01', NULL, '4:00', :office, as_of => '2026-01-05 15:01+01') AS overdue,
	delivery.sla_breach('2026-01-05 10:00+01', '2026-01-05 16:00+01', '4:00', :office, as_of => '2026-01-05 14:00+01') AS stopped_later,
	delivery.sla_breach('2026-01-05 10:00+01', '2026-01-05 16:00+01', NULL, :office) IS NULL AS no_target;
SELECT as_of, status, status_at_half, pg_temp.utc(due_at) AS due, elapsed, remaining, round(fraction::numeric, 3) AS fraction, paused_for, breached, pg_temp.utc(breached_at) AS breached_at
FROM (VALUES (1, '2026-01-05 09:59+01'::timestamptz), (2, '2026-01-05 10:00+01'), (3, '2026-01-05 10:45+01'), (4, '2026-01-05 11:15+01'), (5, '2026-01-05 11:30+01'),
	(6, '2026-01-05 15:29:59.999999+01'), (7, '2026-01-05 15:30+01'), (8, '2026-01-05 17:30+01'), (9, '2026-01-05 17:30:00.000001+01')) AS v (n, t),
	LATERAL (SELECT to_char(t AT TIME ZONE 'UTC', 'HH24:MI:SS.US') AS as_of) AS a,
	delivery.sla_clock('2026-01-05 10:00+01', NULL, '6:00', :office, '{[2026-01-05 11:00+01,2026-01-05 11:30+01)}', t),
	delivery.sla_status('2026-01-05 10:00+01', NULL, '6:00', :office, '{[2026-01-05 11:00+01,2026-01-05 11:30+01)}', t, 0.5) AS status_at_half ORDER BY n;
-- at_risk from the fraction on, exactly; met and breached once stopped
SELECT delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', as_of => '2026-01-05 07:59:59.999999+00') AS before,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', as_of => '2026-01-05 08:00+00') AS from_fraction,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', as_of => '2026-01-05 10:00+00') AS all_of_it,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', as_of => '2026-01-05 10:00:00.000001+00') AS beyond,
	delivery.sla_status('2026-01-05 00:00+00', '2026-01-05 10:00+00', '10:00', as_of => '2026-02-01 00:00+00') AS stopped,
	delivery.sla_status('2026-01-05 00:00+00', '2026-01-05 11:00+00', '10:00', as_of => '2026-02-01 00:00+00') AS stopped_late,
	delivery.sla_status('2026-01-05 00:00+00', '2026-01-05 09:00+00', '10:00', as_of => '2026-01-05 01:00+00') AS stopped_later,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', paused => '{[2026-01-05 09:00+00,)}', as_of => '2026-01-05 09:00+00') AS paused,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', paused => '{[2026-01-05 11:00+00,)}', as_of => '2026-01-05 12:00+00') AS breached_and_paused,
	delivery.sla_status('2026-01-05 00:00+00', NULL, '10:00', as_of => '2026-01-05 00:00+00', at_risk_fraction => 0) AS from_nothing;
-- after a deadline at closing, the clock runs on only in the morning
SELECT pg_temp.utc(due_at) AS due, breached, pg_temp.utc(breached_at) AS breached_at FROM (VALUES ('2026-01-06 09:00+01'::timestamptz), ('2026-01-06 09:00:00.000001+01')) AS v (t),
	delivery.sla_clock('2026-01-05 10:00+01', t, '7:00', :office) ORDER BY t;

-- date promises: the same clock on a later working date, later by what pauses took
SELECT pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day', :office)) AS a_day,
	pg_temp.utc(delivery.sla_due('2026-01-09 10:00+01', '1 day', :office)) AS over_weekend,
	pg_temp.utc(delivery.sla_due('2026-01-05 20:00+01', '1 day', :office)) AS after_hours,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day 2:00', :office)) AS and_hours,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day', :office, '{[2026-01-05 11:00+01,2026-01-05 14:00+01)}')) AS paused,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day', :office, '{[2026-01-05 18:00+01,2026-01-06 09:00+01)}')) AS paused_at_night,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day', :office, '{[2026-01-05 11:00+01,2026-01-05 12:00+01),[2026-01-06 10:30+01,2026-01-06 11:00+01)}')) AS paused_again,
	delivery.sla_due('2026-01-05 10:00+01', '1 day', :office, '{[2026-01-05 18:00+01,)}') IS NULL AS never,
	pg_temp.utc(delivery.sla_due('2026-01-05 10:00+01', '1 day', :office, '{[2026-01-06 10:00+01,)}')) AS in_time;
SELECT pg_temp.utc(due_at) AS due, elapsed, remaining, fraction, breached, pg_temp.utc(breached_at) AS breached_at, status
FROM (VALUES ('2026-01-05 14:00+01'::timestamptz), ('2026-01-06 10:00+01'), ('2026-01-06 10:00:00.000001+01')) AS v (t),
	delivery.sla_clock('2026-01-05 10:00+01', t, '1 day', :office) ORDER BY t;
SELECT pg_temp.utc(due_at) AS due, elapsed, remaining, fraction, paused_for, breached, status
FROM delivery.sla_clock('2026-01-05 10:00+01', NULL, '1 day', :office, '{[2026-01-05 14:00+01,)}', '2026-01-07 10:00+01');

-- the segments
SELECT to_char(lower(segment) AT TIME ZONE 'UTC', 'DD HH24:MI') || ' - ' || to_char(upper(segment) AT TIME ZONE 'UTC', 'DD HH24:MI') AS segment,
	lower_inc(segment) AND NOT upper_inc(segment) AS half_open, kind, running
FROM delivery.sla_explain('2026-01-05 10:00+01', NULL, '4:00', :office, '{[2026-01-05 11:30+01,2026-01-05 13:30+01),[2026-01-05 20:00+01,2026-01-06 10:00+01)}', '2026-01-06 11:00+01');
SELECT count(*) AS none FROM delivery.sla_explain('2026-01-05 10:00+01', NULL, '4:00', :office, as_of => '2026-01-05 10:00+01');

-- NULL where something is not known, or is a fault
SELECT delivery.sla_due(NULL, '1:00') IS NULL, delivery.sla_due(now(), NULL) IS NULL, delivery.sla_due(now(), '1:00', NULL) IS NULL, delivery.sla_due('infinity', '1:00') IS NULL;
SELECT delivery.sla_elapsed('2026-01-05 10:00+01', NULL, as_of => '2026-01-05 09:00+01') IS NULL AS not_open_yet,
	delivery.sla_elapsed('2026-01-05 10:00+01', '2026-01-05 09:00+01') IS NULL AS negative, delivery.sla_elapsed('2026-01-05 10:00+01', '-infinity') IS NULL AS infinite,
	delivery.sla_elapsed('2026-01-05 10:00+01', 'infinity', as_of => '2026-01-05 11:00+01') IS NULL AS stops_never, delivery.sla_elapsed('2026-01-05 10:00+01', '2026-01-05 11:00+01', as_of => 'infinity') AS as_of_ever,
	delivery.sla_elapsed('2026-01-05 10:00+01', NULL, as_of => NULL) IS NULL AS as_of_null, delivery.sla_elapsed('2026-01-05 10:00+01', NULL, as_of => 'infinity') IS NULL AS no_end;
SELECT delivery.sla_remaining('2026-01-05 10:00+01', NULL, NULL) IS NULL, delivery.sla_status('2026-01-05 10:00+01', NULL, '1:00', at_risk_fraction => NULL) IS NULL,
	delivery.sla_clock('2026-01-05 10:00+01', NULL, NULL) IS NULL, (SELECT count(*) FROM delivery.sla_explain(NULL, NULL, '1:00')) AS segments,
	(SELECT num_nonnulls(due_at, elapsed, remaining, fraction, paused_for, breached, breached_at, status) FROM delivery.sla_clock('2026-01-05 10:00+01', NULL, '1:00', as_of => '2026-01-05 09:00+01')) AS known;
-- a target of nothing, and a promise without working time until then
SELECT fraction, status, breached FROM delivery.sla_clock('2026-01-05 10:00+01', '2026-01-05 10:00+01', '0', :office);
SELECT fraction, status, breached FROM delivery.sla_clock('2026-01-04 07:00+01', NULL, '1 day', :office, as_of => '2026-01-04 08:00+01');
\set VERBOSITY sqlstate
SELECT delivery.sla_due('2026-01-05 10:00+01', '1 month');
SELECT delivery.sla_due('2026-01-05 10:00+01', '-1:00');
SELECT delivery.sla_due('2026-01-05 10:00+01', '-1 day');
SELECT delivery.sla_due('2026-01-05 10:00+01', '1 day -1:00');
SELECT delivery.sla_breach('2026-01-05 10:00+01', NULL, '1 month');
SELECT delivery.sla_clock('2026-01-05 10:00+01', NULL, '-1:00');
SELECT * FROM delivery.sla_explain('2026-01-05 10:00+01', NULL, '1 month');
SELECT delivery.sla_due('2026-01-05 10:00+01', '1:00', 'off');
SELECT delivery.sla_due('2026-01-05 10:00+01', '0', 'off');
SELECT delivery.sla_due('2026-01-05 10:00+01', '1 day', '2026 Jan 5 10:00-11:00');
SELECT delivery.sla_clock('2026-01-05 10:00+01', NULL, '1:00', '2020 Mo 10:00-11:00', as_of => '2026-02-01 00:00+01');
SELECT delivery.sla_due('2026-01-05 10:00+01', '2562047788:00');
SELECT delivery.sla_due('294276-12-31 23:59:59+00', '1:00');
SELECT * FROM delivery.sla_explain('4714-11-24 00:00+00 BC', NULL, '1:00', as_of => '294276-12-31 00:00+00');
SELECT delivery.sla_elapsed('4714-11-24 00:00+00 BC', NULL, as_of => '294276-12-31 00:00+00');
SELECT delivery.sla_due('2026-01-05 10:00+01', '1:00', '24/7; PH off');
SELECT delivery.sla_status('2026-01-05 10:00+01', NULL, '1:00', at_risk_fraction => 80);
SELECT delivery.sla_status('2026-01-05 10:00+01', NULL, '1:00', at_risk_fraction => 'NaN');
SELECT delivery.sla_breach_probability('-1:00', '2:00', '{1:00}');
SELECT delivery.sla_breach_probability('1:00', '1 month', '{1:00}');
\set VERBOSITY default
-- a calendar that ends has no due instant to offer, yet says whether the target was exceeded
SELECT delivery.sla_breach('2026-01-05 10:00+01', '2026-02-01 00:00+01', '10:00', '2026 Jan 5-6 10:00-11:00') AS breached,
	delivery.sla_status('2026-01-05 10:00+01', '2026-02-01 00:00+01', '10:00', '2026 Jan 5-6 10:00-11:00') AS status,
	delivery.sla_remaining('2026-01-05 10:00+01', '2026-02-01 00:00+01', '10:00', '2026 Jan 5-6 10:00-11:00') AS remaining;

-- random clocks against the plainest SQL: working time of what is left of the span without the pauses
SELECT setseed(0.4);
CREATE TABLE sla_ticket AS
SELECT i AS id, c::delivery.work_calendar AS calendar, opened, CASE WHEN random() < 0.7 THEN opened + random() * interval '30 days' END AS stopped,
	opened + random() * interval '40 days' AS as_of, t AS target, paused
FROM generate_series(1, 300) AS i, unnest(ARRAY['24/7', 'TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00; PH off', 'TZ=America/New_York; Mo-Sa 22:00-06:00; Dec 20-Jan 3 off']) AS plain,
	LATERAL (SELECT CASE WHEN plain LIKE '%PH%' THEN delivery.with_holidays(plain::delivery.work_calendar, '{2026-05-01,2026-05-08,2026-12-25}')::text ELSE plain END AS c,
		date_trunc('hour', '2025-10-01 00:00+00'::timestamptz + random() * interval '500 days', 'UTC') AS opened,
		(ARRAY['4:00', '8:00', '24:00', '0:30', '100:00', '2 days', '5 days', '1 day 4:00']::interval[])[1 + i % 8] AS t) AS r,
	LATERAL (SELECT range_agg(tstzrange(s, CASE WHEN random() < 0.05 THEN NULL ELSE s + random() * interval '3 days' END)) AS paused
		FROM (SELECT opened + (random() * 20 - 2) * interval '1 day' AS s FROM generate_series(1, i % 6)) AS p) AS q;
CREATE VIEW sla_plain AS
SELECT ticket.*, the_end, stopped <= as_of AS has_stopped,
	delivery.working_time(calendar, tstzmultirange(tstzrange(opened, the_end)) - coalesce(paused, '{}')) AS running,
	delivery.working_time(calendar, opened, the_end) AS worked
FROM sla_ticket AS ticket, LATERAL (SELECT least(stopped, as_of) AS the_end) AS e;
SELECT count(*) AS clocks, count(*) FILTER (WHERE extract(day FROM target) > 0) > 300 AS promises, count(*) FILTER (WHERE breached) > 300 AS breached,
	count(*) FILTER (WHERE elapsed <> running) AS elapsed, count(*) FILTER (WHERE paused_for <> worked - running) AS paused_for,
	count(*) FILTER (WHERE elapsed <> delivery.sla_elapsed(opened, stopped, calendar, paused, as_of)) AS one_elapsed,
	count(*) FILTER (WHERE remaining <> delivery.sla_remaining(opened, stopped, target, calendar, paused, as_of)) AS one_remaining,
	count(*) FILTER (WHERE breached <> delivery.sla_breach(opened, stopped, target, calendar, paused, as_of)) AS one_breach,
	count(*) FILTER (WHERE status <> delivery.sla_status(opened, stopped, target, calendar, paused, as_of)) AS one_status,
	count(*) FILTER (WHERE due_at IS DISTINCT FROM delivery.sla_due(opened, target, calendar, paused)) AS one_due,
	count(*) FILTER (WHERE (breached, remaining) IS DISTINCT FROM (running > target, target - running) AND extract(day FROM target) = 0) AS by_target,
	count(*) FILTER (WHERE breached <> coalesce(the_end > due_at, false) AND extract(day FROM target) > 0) AS by_due,
	count(*) FILTER (WHERE status::text <> CASE WHEN breached THEN 'breached' WHEN has_stopped THEN 'met' WHEN paused @> as_of THEN 'paused'
		WHEN fraction >= 0.8 THEN 'at_risk' ELSE 'running' END) AS by_status,
	count(*) FILTER (WHERE (breached_at IS NOT NULL) <> breached OR breached_at < due_at) AS by_breached_at
FROM sla_plain, delivery.sla_clock(opened, stopped, target, calendar, paused, as_of);
-- due is the first instant at which the target has run; without pauses it is that of add_working_time
SELECT count(due) > 300 AS due, count(*) FILTER (WHERE at_due <> target) AS reached, count(*) FILTER (WHERE just_before >= target) AS first,
	count(*) FILTER (WHERE delivery.sla_due(opened, target, calendar) <> delivery.add_working_time(calendar, opened, target)) AS without_pauses
FROM sla_ticket, LATERAL (SELECT delivery.sla_due(opened, target, calendar, paused) AS due OFFSET 0) AS d,
	LATERAL (SELECT delivery.sla_elapsed(opened, due, calendar, paused, 'infinity') AS at_due,
		delivery.sla_elapsed(opened, due - interval '1 microsecond', calendar, paused, 'infinity') AS just_before) AS e
WHERE extract(day FROM target) = 0;
-- a promise: later by the pauses until then, of which there are none after the last
SELECT count(due) > 200 AS due, count(*) FILTER (WHERE delivery.working_time(calendar, promised, due) <>
	delivery.working_time(calendar, opened, due) - delivery.sla_elapsed(opened, due, calendar, paused, 'infinity')) AS differences
FROM sla_ticket, LATERAL (SELECT delivery.add_working_time(calendar, opened, target) AS promised, delivery.sla_due(opened, target, calendar, paused) AS due OFFSET 0) AS d
WHERE extract(day FROM target) > 0;
-- breached from the instant after breached_at on, and not at it
SELECT count(*) > 300 AS breached, count(*) FILTER (WHERE delivery.sla_breach(opened, NULL, target, calendar, paused, breached_at)) AS too_early,
	count(*) FILTER (WHERE NOT delivery.sla_breach(opened, NULL, target, calendar, paused, breached_at + interval '1 microsecond')) AS too_late
FROM sla_ticket, delivery.sla_clock(opened, stopped, target, calendar, paused, as_of) WHERE breached;
-- the segments cover the span without a gap, alternate, and add up
SELECT count(*) > 10000 AS many, count(*) FILTER (WHERE lower(segment) <> coalesce(previous_end, opened)) AS gaps, count(*) FILTER (WHERE kind = previous_kind) AS not_joined,
	count(*) FILTER (WHERE last AND (upper(segment) <> least(stopped, as_of) OR running <> delivery.sla_elapsed(opened, stopped, calendar, paused, as_of))) AS ends,
	count(*) FILTER (WHERE running - coalesce(previous_running, '0') <> CASE kind WHEN 'counted' THEN upper(segment) - lower(segment) ELSE '0' END) AS sums,
	count(*) FILTER (WHERE kind <> CASE WHEN NOT delivery.is_working(calendar, lower(segment)) THEN 'closed' WHEN paused @> lower(segment) THEN 'paused' ELSE 'counted' END) AS kinds
FROM (SELECT *, lag(upper(segment)) OVER one AS previous_end, lag(kind) OVER one AS previous_kind, lag(running) OVER one AS previous_running, lead(kind) OVER one IS NULL AS last
	FROM sla_ticket, delivery.sla_explain(opened, stopped, target, calendar, paused, as_of) WINDOW one AS (PARTITION BY id, calendar::text ORDER BY segment)) AS segments;

-- the shares, moving and parallel
SELECT delivery.sla_attainment(b) AS attainment, delivery.sla_breach_rate(b) AS breach_rate, delivery.sla_attainment(NULL) IS NULL AS unknown FROM unnest('{t,f,f,NULL,f}'::boolean[]) AS b;
SELECT delivery.sla_attainment(b) IS NULL AS none, delivery.sla_breach_rate(b) IS NULL AS none_either FROM unnest('{}'::boolean[]) AS b;
SELECT count(*) AS rows, count(*) FILTER (WHERE attainment IS DISTINCT FROM (known - breached)::float8 / nullif(known, 0) OR breach_rate IS DISTINCT FROM breached::float8 / nullif(known, 0)) AS differences
FROM (SELECT delivery.sla_attainment(b) OVER w AS attainment, delivery.sla_breach_rate(b) OVER w AS breach_rate, count(*) FILTER (WHERE b) OVER w AS breached, count(b) OVER w AS known
	FROM (SELECT i, CASE WHEN i % 7 < 3 THEN NULL ELSE i % 4 = 0 END AS b FROM generate_series(1, 500) AS i) AS s WINDOW w AS (ORDER BY i ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)) AS moving;
ANALYZE sla_ticket;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT delivery.sla_attainment(delivery.sla_breach(opened, stopped, target, calendar, paused, as_of)) FROM sla_ticket;
CREATE TEMP TABLE parallel AS SELECT delivery.sla_attainment(delivery.sla_breach(opened, stopped, target, calendar, paused, as_of)) AS share FROM sla_ticket;
SET max_parallel_workers_per_gather = 0;
SELECT share = delivery.sla_attainment(delivery.sla_breach(opened, stopped, target, calendar, paused, as_of)) AS same FROM sla_ticket, parallel GROUP BY share;

-- from history
SELECT delivery.sla_breach_probability('2:00', '8:00', '{1:00,3:00,5:00,9:00,10:00,NULL}') AS half, delivery.sla_breach_probability('0', '8:00', '{1:00,3:00,9:00,8:00}') AS quarter,
	delivery.sla_breach_probability('9:00', '8:00', '{1:00,10:00}') AS certain, delivery.sla_breach_probability('11:00', '8:00', '{1:00,10:00}') IS NULL AS unknown,
	delivery.sla_breach_probability('1:00', '8:00', '{}') IS NULL AS empty, delivery.sla_breach_probability('1:00', '1 day', '{23:00,25:00,-1:00,1 month}') AS days;

-- a due instant as a generated column, with an index that finds what is due next
CREATE TABLE sla_work (id integer, opened_at timestamptz, stopped_at timestamptz, target interval,
	due_at timestamptz GENERATED ALWAYS AS (delivery.sla_due(opened_at, target, 'TZ=Europe/Paris; Mo-Fr 09:00-17:00')) STORED);
CREATE INDEX sla_work_due ON sla_work (due_at) WHERE stopped_at IS NULL;
INSERT INTO sla_work SELECT i, '2026-01-05 10:00+01'::timestamptz + i * interval '1 hour', CASE WHEN i % 10 > 0 THEN now() END, '8:00' FROM generate_series(1, 2000) AS i;
ANALYZE sla_work;
EXPLAIN (COSTS OFF) SELECT id FROM sla_work WHERE stopped_at IS NULL AND due_at < 'infinity' ORDER BY due_at LIMIT 3;
SELECT id, pg_temp.utc(due_at) AS due FROM sla_work WHERE stopped_at IS NULL AND due_at < '2026-01-09 00:00+01' ORDER BY due_at, id LIMIT 3;
UPDATE sla_work SET target = '1 day' WHERE id = 10 RETURNING pg_temp.utc(due_at) AS due;
SELECT count(*) AS wrong FROM sla_work WHERE due_at <> delivery.sla_due(opened_at, target, 'TZ=Europe/Paris; Mo-Fr 09:00-17:00');
DROP TABLE sla_work;
DROP VIEW sla_plain;
DROP TABLE sla_ticket;
