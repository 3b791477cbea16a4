-- slo.sql: error budgets and burn rates equal plain numeric SQL: by hand, from
-- published tables, on random data, in parallel, in moving windows, in time.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- by hand: 99.9 % of 10,000 requests allow 10 to fail
SELECT (delivery.error_budget(good, total, '99.9%')).* FROM (VALUES (4999, 5000), (4997, 5000)) AS v (good, total);
SELECT n AS bad, (b).consumed, (b).remaining, (b).exhausted
FROM unnest(ARRAY[0, 1, 9, 10, 11, 25, 10000]) AS n, delivery.error_budget_of(10000 - n, 10000, 0.999) AS b;
-- an SLO with a fraction of an event as its budget, and the ends of the type
SELECT (delivery.error_budget_of(9, 10, o)).* FROM unnest(ARRAY['99.99%', '0.0000001%', '99.9999999%']::delivery.objective[]) AS o;
-- one row for each event, unknown ones left out
SELECT delivery.burn_rate(ok, '75%'), (delivery.error_budget(ok, '75%')).* FROM (VALUES (true), (true), (false), (true), (NULL)) AS v (ok);

-- every integer type, mixed too, numeric, literals, and parameters without a type
SELECT delivery.burn_rate(99::smallint, 100::smallint, 0.99) AS smallint, delivery.burn_rate(99, 100, 0.99) AS integer,
	delivery.burn_rate(99::bigint, 100::bigint, 0.99) AS bigint, delivery.burn_rate(99.0, 100.00, 0.99) AS numeric,
	delivery.burn_rate(99::smallint, 100::bigint, 0.99) AS mixed, delivery.burn_rate(99, 100::numeric, '99%') AS mixed_too,
	delivery.burn_rate('99', 100, '99%') AS literal, delivery.burn_rate('99', '100', '99%') AS literals;
CREATE DOMAIN pg_temp.event_count AS integer CHECK (VALUE >= 0);
SELECT delivery.error_budget(99, 100, 0.99), delivery.error_budget(99, 100::bigint, '99%'), delivery.error_budget('99', '100', '99%'),
	delivery.error_budget(99::pg_temp.event_count, 100::pg_temp.event_count, 0.99) AS of_a_domain;
SELECT delivery.error_budget(good, total, 0.99) FROM (SELECT sum(g) AS good, sum(t) AS total FROM (VALUES (90::bigint, 91::bigint), (9, 9)) AS v (g, t)) AS s;
PREPARE untyped AS SELECT delivery.error_budget($1, $2, $3), delivery.burn_rate($4, $5, $3), delivery.error_budget_of($4, $5, $3);
EXECUTE untyped ('99', '100', '99%', 99, 100);
PREPARE typed (integer, bigint, numeric) AS SELECT delivery.error_budget($1, $2, $3), delivery.burn_rate($1, $2, $3), delivery.error_budget_of($1, $2, $3);
EXECUTE typed (99, 100, 0.99);
DEALLOCATE ALL;

-- NULL: a row without a count or an objective is skipped; nothing is left, or no event
SELECT (delivery.error_budget(good, total, o)).*
FROM (VALUES (99, 100, 0.99), (NULL, 100, 0.99), (99, NULL, 0.99), (0, 0, 0.99), (1, 1, NULL)) AS v (good, total, o);
SELECT delivery.error_budget(NULL::integer, 1, 0.99) IS NULL AS no_good, delivery.error_budget(1, 1, NULL) IS NULL AS no_objective,
	delivery.error_budget(0, 0, 0.99) IS NULL AS no_event, delivery.burn_rate(0, 0, 0.99) IS NULL AS no_burn,
	delivery.error_budget(NULL::boolean, 0.99) IS NULL AS no_outcome, delivery.error_budget_of(0, 0, 0.99) IS NULL AS none,
	delivery.error_budget_of(NULL, 1, 0.99) IS NULL AS unknown, delivery.error_budget(NULL, NULL, NULL) IS NULL AS untyped
FROM (VALUES (1)) AS v (x);
SELECT delivery.error_budget(1, 1, 0.99) IS NULL AS no_row, delivery.burn_rate(1, 1, 0.99) IS NULL AS no_rate WHERE false;

-- random counts against numeric: exact but for the last division
SELECT setseed(0.71);
CREATE TEMP TABLE bucket AS
SELECT i, i % 13 AS service, (total * (1 - power(random(), 9)))::bigint AS good, total
FROM (SELECT i, CASE i % 11 WHEN 0 THEN 0 WHEN 1 THEN (random() * 1e15)::bigint ELSE (random() * 5000)::bigint END AS total
	FROM generate_series(1, 30000) AS i) AS s;
CREATE TEMP TABLE service AS
SELECT service, (ARRAY[0.9, 0.99, 0.999, 0.9999, 0.99999, 0.995, 0.9995, 0.5, 0.000000001, 0.999999999, 0.123456789, 0.95, 0.75])[service + 1] AS ratio
FROM generate_series(0, 12) AS service;
CREATE TEMP VIEW oracle AS
SELECT service, ratio, good, total, total - good AS bad, total * (1 - ratio) AS allowed,
	(total - good)::numeric / (total * (1 - ratio)) AS consumed
FROM (SELECT service, ratio, sum(good) AS good, sum(total) AS total FROM bucket JOIN service USING (service) GROUP BY service, ratio) AS s;
SELECT count(*) AS services, bool_and((b).good = good AND (b).total = total AND (b).bad = bad AND (b).allowed = allowed
		AND (b).exhausted = (bad >= allowed)) AS exact,
	bool_and(abs((b).consumed::numeric / consumed - 1) < 1e-14) AS close, bool_and((b).remaining = 1 - (b).consumed) AS rest,
	bool_and(rate = (b).consumed) AS burn, bool_and(n = b) AS by_numeric, bool_and(delivery.ratio((b).objective) = ratio) AS objective
FROM oracle JOIN (SELECT service, delivery.error_budget(good, total, ratio) AS b, delivery.burn_rate(good, total, ratio) AS rate,
		delivery.error_budget(good::numeric, total::numeric, ratio) AS n
	FROM bucket JOIN service USING (service) GROUP BY service) AS s USING (service);
SELECT count(*) AS rows, count(*) FILTER (WHERE (b).bad <> total - good OR (b).allowed <> total * (1 - ratio)
		OR (b).exhausted <> (total - good >= total * (1 - ratio)) OR abs((b).consumed::numeric - (total - good) / nullif(total * (1 - ratio), 0)) > 1e-14 * (b).consumed::numeric
		OR b IS DISTINCT FROM one OR (b IS NULL) <> (total = 0)) AS differ
FROM (SELECT ratio, good::numeric, total::numeric, delivery.error_budget_of(good, total, ratio) AS b,
	(SELECT delivery.error_budget(g, t, ratio) FROM (VALUES (good, total)) AS v (g, t)) AS one FROM bucket JOIN service USING (service)) AS s;
SELECT service, delivery.error_budget(good = total, 0.9) = delivery.error_budget_of(count(*) FILTER (WHERE good = total), count(*), 0.9) AS same
FROM bucket WHERE service < 3 GROUP BY service ORDER BY service;

-- the order of rows changes nothing, however far apart they are in size
SELECT count(DISTINCT b::text) FROM (
	SELECT delivery.error_budget(good, total, 0.999 ORDER BY i) AS b FROM bucket UNION ALL
	SELECT delivery.error_budget(good, total, 0.999 ORDER BY i DESC) FROM bucket UNION ALL
	SELECT delivery.error_budget(good, total, 0.999 ORDER BY total, i) FROM bucket UNION ALL
	SELECT delivery.error_budget(good, total, 0.999 ORDER BY hashint8(i)) FROM bucket) AS s;
-- up to 2^63 - 1 events, and not one more
SELECT (delivery.error_budget(good, total, '99.9999999%')).*
FROM (VALUES (9223372036854775806, 9223372036854775806), (0, 1)) AS v (good, total);
SELECT (delivery.error_budget_of(0, 9223372036854775807, '0.0000001%')).*;
-- rounding does not lead over the end of the budget, where counts are beyond what a float8 has
SELECT (b).consumed, (b).remaining, (b).exhausted FROM (VALUES (1, delivery.error_budget_of(2604311328326314322, 9223372036854775184, 0.28236)),
	(2, delivery.error_budget_of(8851670143769527526, 9223372036854774955, 0.9597)), (3, delivery.error_budget_of(9223372036854775807 - 9223372036854775, 9223372036854775807, 0.999)),
	(4, delivery.error_budget_of(9000000000000000000 - 9000000000000000, 9000000000000000000, 0.999))) AS v (i, b) ORDER BY i;
SELECT count(*) AS cases, count(*) FILTER (WHERE ((b).consumed >= 1) <> (b).exhausted OR abs((b).consumed::numeric - (b).bad / (b).allowed) > 1e-14) AS differ
FROM (SELECT delivery.error_budget_of(total - least(total, greatest(0, trunc(total * (1 - o)) + k)), total, o) AS b
	FROM (SELECT trunc((9223372036854775807 * (0.5 + random() / 2))::numeric) AS total, (1 + (random() * 999999997)::integer) / 1000000000.0 AS o, i % 7 - 3 AS k FROM generate_series(1, 5000) AS i) AS s) AS s;

-- parallel plan equals serial plan
CREATE TABLE slo_parallel AS SELECT * FROM bucket;
ALTER TABLE slo_parallel SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT delivery.error_budget(good, total, 0.999), delivery.burn_rate(good, total, 0.999), delivery.error_budget(good = total, 0.9) FROM slo_parallel;
SELECT (SELECT array[delivery.error_budget(good, total, 0.999)::text, delivery.burn_rate(good, total, 0.999)::text, delivery.error_budget(good = total, 0.9)::text] FROM slo_parallel)
	= (SELECT array[delivery.error_budget(good, total, 0.999)::text, delivery.burn_rate(good, total, 0.999)::text, delivery.error_budget(good = total, 0.9)::text] FROM bucket) AS same;
DROP TABLE slo_parallel;
RESET parallel_leader_participation;

-- moving frames equal recomputation: by rows, by range, by group, empty ones too
CREATE TEMP VIEW frame AS
SELECT i, service, delivery.burn_rate(good, total, 0.999) OVER rows AS by_rows, sum(good) OVER rows AS good, sum(total) OVER rows AS total,
	delivery.error_budget(good, total, 0.999) OVER rows AS budget,
	delivery.burn_rate(good, total, 0.999) FILTER (WHERE i % 3 = 0) OVER range AS by_range,
	sum(good) FILTER (WHERE i % 3 = 0) OVER range AS range_good, sum(total) FILTER (WHERE i % 3 = 0 AND good IS NOT NULL) OVER range AS range_total,
	delivery.error_budget(good = total, 0.9) OVER rows AS events, count(*) OVER rows AS known, count(*) FILTER (WHERE good = total) OVER rows AS fine
FROM (SELECT i, service, CASE WHEN i % 17 <> 0 THEN good END AS good, total FROM bucket WHERE i <= 6000 AND (i % 17 <> 0 OR i < 3000)) AS b
WINDOW rows AS (PARTITION BY service ORDER BY i ROWS BETWEEN 20 PRECEDING AND 2 PRECEDING),
	range AS (PARTITION BY service ORDER BY i RANGE BETWEEN 40 PRECEDING AND CURRENT ROW);
SELECT count(*) AS frames, count(*) FILTER (WHERE total IS NULL) > 0 AS some_empty,
	count(*) FILTER (WHERE by_range IS DISTINCT FROM (delivery.error_budget_of(range_good, range_total, 0.999)).consumed) AS range_differs
FROM frame;
SELECT count(*) AS frames, count(*) FILTER (WHERE f.by_rows IS DISTINCT FROM r.rate OR f.budget IS DISTINCT FROM r.budget OR f.events IS DISTINCT FROM r.events) AS differ
FROM (SELECT *, row_number() OVER (PARTITION BY service ORDER BY i) AS n FROM frame) AS f
CROSS JOIN LATERAL (SELECT delivery.burn_rate(good, total, 0.999) AS rate, delivery.error_budget(good, total, 0.999) AS budget, delivery.error_budget(good = total, 0.9) AS events
	FROM (SELECT CASE WHEN b.i % 17 <> 0 THEN b.good END AS good, b.total, row_number() OVER (ORDER BY b.i) AS n FROM bucket AS b
		WHERE b.service = f.service AND b.i <= 6000 AND (b.i % 17 <> 0 OR b.i < 3000)) AS b
	WHERE b.n BETWEEN f.n - 20 AND f.n - 2) AS r
WHERE f.i > 5000;
-- a window may step from one objective to the next, but not span both
SELECT i, delivery.burn_rate(9, 10, CASE WHEN i < 3 THEN 0.9 ELSE 0.5 END) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND CURRENT ROW)
FROM generate_series(1, 4) AS i;
\set VERBOSITY sqlstate
SELECT i, delivery.burn_rate(9, 10, CASE WHEN i < 3 THEN 0.9 ELSE 0.5 END) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
FROM generate_series(1, 4) AS i;
\set VERBOSITY default
-- published tables: downtime allowed, by nines and period
SELECT o AS objective, delivery.allowed_downtime(o, '7 days') AS "7 days", delivery.allowed_downtime(o, '28 days') AS "28 days",
	delivery.allowed_downtime(o, '30 days') AS "30 days", delivery.allowed_downtime(o, '365 days') AS "365 days"
FROM unnest(ARRAY['99%', '99.5%', '99.9%', '99.95%', '99.99%', '99.999%']::delivery.objective[]) AS o;
-- calendar quarters, in a leap year and not, over changes of the clocks
SELECT to_char(day, '"Q"Q YYYY') AS quarter, delivery.allowed_downtime('99.9%', tstzrange(day, day + interval '3 months')) AS utc,
	delivery.allowed_downtime('99.9%', tstzrange(day AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris', (day + interval '3 months') AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris')) AS paris,
	delivery.allowed_downtime('99.99%', tstzrange(day, day + interval '3 months')) AS "99.99%"
FROM unnest(ARRAY['2024-01-01', '2025-01-01', '2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01']::timestamptz[]) AS day;
-- literals of either kind, whatever is written before them
SELECT delivery.allowed_downtime('99.9%', '30 days') AS interval, delivery.allowed_downtime(0.999, ' 720:00') AS hours,
	delivery.allowed_downtime(0.999, '[2026-04-01, 2026-05-01)') AS range, delivery.allowed_downtime('99.9%', ' ("2026-04-01 00:00+00","2026-05-01 00:00+00"]') AS open_range,
	delivery.allowed_downtime('99.9%', '30 days'::varchar) AS varchar, delivery.allowed_downtime('99.9%', '-1 day 48:00') AS mixed_signs;
-- rounded to a microsecond, exact up to the longest period
SELECT count(*) AS lengths, count(*) FILTER (WHERE extract(epoch FROM delivery.allowed_downtime(o, tstzrange('epoch', 'epoch'::timestamptz + length))) * 1000000
	<> round((1 - delivery.ratio(o)) * (extract(epoch FROM length) * 1000000))) AS differ
FROM (SELECT delivery.objective((1 + (random() * 999999997)::integer) / 1000000000.0) AS o,
	make_interval(secs => round(power(10, random() * 12)::numeric, 6)::float8) AS length FROM generate_series(1, 2000)) AS s;
SELECT delivery.allowed_downtime('0.0000001%', tstzrange('2000-01-01', '294276-01-01')) AS longest,
	delivery.allowed_downtime('99.9999999%', interval '0.000499 s') AS nothing, delivery.allowed_downtime('50%', interval '0.000001 s') AS half,
	delivery.allowed_downtime('99.9%', NULL::interval) IS NULL AND delivery.allowed_downtime(NULL, '1 day') IS NULL AND delivery.allowed_downtime('99.9%', NULL::tstzrange) IS NULL
		AND delivery.allowed_downtime('99.9%', NULL) IS NULL AS unknown;

-- downtime: clipped to the period, endless ones too, none for NULL
\set april '''[2026-04-01, 2026-05-01)''::tstzrange'
SELECT name, (delivery.error_budget(downtime, :april, '99.9%')).*
FROM (VALUES (1, 'none', '{}'::tstzmultirange), (2, 'unknown', NULL), (3, 'an hour', '{[2026-04-10 10:00, 2026-04-10 11:00]}'),
	(4, 'before and after', '{[2026-03-01, 2026-04-01), [2026-05-01, 2026-06-01)}'), (5, 'over both ends', '{[2026-03-31, 2026-04-01 00:30), [2026-04-30 23:30, infinity)}'),
	(6, 'endless', '{(,)}'), (7, 'ended', '{(,2026-04-01 01:00)}'), (8, 'goes on', '{[2026-04-30 23:59:59.999999,)}'), (9, 'all', '{[2026-04-01, 2026-05-01)}')) AS v (i, name, downtime)
ORDER BY i;
SELECT delivery.error_budget('{}'::tstzmultirange, NULL, '99.9%') IS NULL AS no_period, delivery.error_budget(NULL, :april, NULL) IS NULL AS no_objective,
	delivery.error_budget('{}', :april, '99.9%', NULL) IS NULL AS no_service_hours, delivery.error_budget(NULL, NULL::tstzrange, '99.9%', '24/7') IS NULL AS nothing;
-- only service hours count, on both sides; NULL if there are none
SELECT hours, (delivery.error_budget('{[2026-04-10 16:00, 2026-04-13 09:30), [2026-04-14 10:00, 2026-04-14 10:15)}', :april, '99%', hours)).*
FROM (VALUES (1, '24/7'::delivery.work_calendar), (2, 'Mo-Fr 09:00-17:00'), (3, 'Mo-Fr 09:00-17:00; Apr 13 off'), (4, 'TZ=America/New_York; Mo-Fr 09:00-17:00'), (5, 'off'), (6, 'Dec 24-26')) AS v (i, hours)
ORDER BY i;
-- against working_time on random outages
SELECT count(*) AS cases, count(*) FILTER (WHERE (b).total <> whole OR (b).bad <> down OR (p).bad <> plain OR (p).total <> length) AS differ
FROM (SELECT delivery.error_budget(downtime, period, 0.99, hours) AS b, delivery.error_budget(downtime, period, 0.99) AS p,
		extract(epoch FROM delivery.working_time(hours, lower(period), upper(period))) * 1000000 AS whole,
		extract(epoch FROM delivery.working_time(hours, downtime * tstzmultirange(period))) * 1000000 AS down,
		extract(epoch FROM upper(period) - lower(period)) * 1000000 AS length,
		(SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0) * 1000000 FROM unnest(downtime * tstzmultirange(period)) AS r) AS plain
	FROM (SELECT j, (ARRAY['24/7', 'TZ=Europe/Paris; Mo-Fr 08:00-18:30; Apr 6 off', 'TZ=Australia/Lord_Howe; Mo 22:00-06:00, Sa-Su'])[1 + j % 3]::delivery.work_calendar AS hours,
			tstzrange('2026-03-01'::timestamptz + random() * interval '30 days', '2026-04-10'::timestamptz + random() * interval '30 days') AS period,
			(SELECT range_agg(tstzrange(t, t + random() * interval '3 days')) FROM (SELECT '2026-02-15'::timestamptz + random() * interval '100 days' AS t FROM generate_series(1, 1 + j % 9)) AS s) AS downtime
		FROM generate_series(1, 600) AS j) AS s) AS s;

-- when a budget is used up: with half of it left and twice the rate, a quarter of the period
SELECT remaining, burn, delivery.time_to_exhaustion(remaining, burn, '30 days')
FROM (VALUES (1, 1::float8, 1::float8), (2, 0.5, 2), (3, 1, 14.4), (4, 0.25, 0.1), (5, 0.5, 0), (6, 0, 1), (7, -0.5, 1), (8, -0.5, 0), (9, 1, 1e-9), (10, 1, 1e-300), (11, 1e-12, 1e6), (12, NULL, 1), (13, 1, NULL)) AS v (i, remaining, burn)
ORDER BY i;
SELECT delivery.time_to_exhaustion(1, 1, '1 day 12:00') AS uneven, delivery.time_to_exhaustion(0.9, 3, '28 days') AS weeks, delivery.time_to_exhaustion(1, 1, NULL) IS NULL AS unknown,
	'2999-12-31'::timestamptz + delivery.time_to_exhaustion(1, 30 / (365.25 * 290000), '30 days') IS NOT NULL AS is_a_timestamp;

-- the state is an ordinary value
SELECT delivery_internal.slo_accum('{3,0,0,0,0}', 9, 10, 0.9) AS state, delivery_internal.slo_accum('{3,0,0,0,0}', true, 0.9) AS event,
	delivery_internal.slo_combine(delivery_internal.slo_accum('{3,0,0,0,0}', 9, 10, 0.9)::text::bigint[], delivery_internal.slo_accum('{3,0,0,0,0}', 5, 5, 0.9)) AS combined,
	delivery_internal.slo_combine('{3,0,0,0,0}', '{3,2,900000000,14,15}') AS from_none, delivery_internal.slo_combine('{3,2,900000000,14,15}', '{3,0,0,0,0}') AS with_none,
	delivery_internal.slo_remove('{3,2,900000000,14,15}', 5, 5, 0.9) AS removed, delivery_internal.slo_remove_text('{3,2,900000000,14,15}', '5', '5', 0.9) AS removed_text;
SELECT delivery_internal.error_budget_final('{3,2,900000000,14,15}'), delivery_internal.burn_rate_final('{3,2,900000000,14,15}'), delivery_internal.burn_rate_final('{3,0,0,0,0}') IS NULL AS none;

-- what is refused: by SQLSTATE; errors.sql has the words
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT delivery' || CASE WHEN statement ~ '^(slo_|error_budget_final|burn_rate_final)' THEN '_internal.' ELSE '.' END || statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT pg_temp.sqlstate_of(call), call FROM unnest(ARRAY[
	'error_budget(11, 10, 0.9)', 'error_budget(-1, 10, 0.9)', 'error_budget(-2, -1, 0.9)', 'error_budget(0, -1, 0.9)', 'burn_rate(11, 10, 0.9)', 'error_budget_of(11, 10, 0.9)',
	'error_budget_of(-1, 10, 0.9)', 'error_budget(1.5, 2, 0.9)', 'error_budget_of(1.5, 2, 0.9)', 'error_budget_of(''NaN'', 2, 0.9)', 'error_budget_of(1, ''Infinity'', 0.9)',
	'error_budget_of(1, 1e30, 0.9)', 'error_budget_of(-1e30, 1, 0.9)', 'burn_rate(1, 9223372036854775808, 0.9)',
	'error_budget(1, 2, 1.0)', 'error_budget(1, 2, 0.0)', 'error_budget(1, 2, ''100%'')', 'error_budget(1, 2, 99.9)', 'error_budget(1, 2, 1)', 'error_budget(1, 2, 0.9::float8)',
	'error_budget(1.0::float8, 2, 0.9)', 'error_budget(''x'', 2, 0.9)', 'error_budget(''x'', ''2'', 0.9)', 'burn_rate(''2026-01-01''::date, ''2026-01-02''::date, 0.9)', 'burn_rate(true, false, 0.9)',
	'error_budget(g, t, o) FROM (VALUES (1, 1, 0.9), (1, 1, 0.99)) AS v (g, t, o)', 'burn_rate(g, t, o) FROM (VALUES (1, 1, 0.9), (0, 0, 0.99)) AS v (g, t, o)', 'error_budget(b, o) FROM (VALUES (true, 0.9), (true, 0.99)) AS v (b, o)',
	'error_budget(g, t, 0.9) FROM (VALUES (1, 9223372036854775807), (0, 1)) AS v (g, t)', 'error_budget(9223372036854775807, 9223372036854775807, 0.9) FROM generate_series(1, 2)',
	'error_budget(NULL, ''empty''::tstzrange, 0.9)', 'error_budget(NULL, ''[2026-01-01,)''::tstzrange, 0.9)', 'error_budget(NULL, ''(,2026-01-01)''::tstzrange, 0.9)', 'error_budget(NULL, ''[2026-01-01,infinity)''::tstzrange, 0.9)',
	'error_budget(NULL, ''[2026-01-01,2026-01-01]''::tstzrange, 0.9)', 'error_budget(NULL, ''[4700-01-01 BC,294000-01-01]''::tstzrange, 0.9)', 'error_budget(NULL, ''empty''::tstzrange, 0.9, ''24/7'')',
	'error_budget(NULL, ''[2026-01-01,2026-02-01)'', 0.9)', 'error_budget(''{}'', ''[2026-01-01,2026-02-01)'', 0.9)', 'error_budget(''[2026-01-01,2026-02-01)''::tstzrange, ''[2026-01-01,2026-02-01)''::tstzrange, 0.9)',
	'error_budget(NULL, ''[2026-01-01,2026-02-01)''::tstzrange, 0.9, ''PH off'')', 'error_budget(NULL, ''[2026-01-01,2026-02-01)''::tstzrange, 0.9, ''nonsense'')',
	'allowed_downtime(0.9, ''1 month'')', 'allowed_downtime(0.9, interval ''1 year'')', 'allowed_downtime(0.9, interval ''0'')', 'allowed_downtime(0.9, interval ''-1 day'')', 'allowed_downtime(0.9, ''empty'')', 'allowed_downtime(0.9, ''(,)'')',
	'allowed_downtime(0.9, ''[2026-01-01,)'')', 'allowed_downtime(0.9, '''')', 'allowed_downtime(0.9, ''soon'')', 'allowed_downtime(0.9, ''[soon,)'')', 'allowed_downtime(0.9, interval ''2000000000 days'')', 'allowed_downtime(99.9, ''30 days'')',
	'time_to_exhaustion(''NaN'', 1, ''30 days'')', 'time_to_exhaustion(1, ''NaN'', ''30 days'')', 'time_to_exhaustion(''Infinity'', 1, ''30 days'')', 'time_to_exhaustion(1, ''Infinity'', ''30 days'')', 'time_to_exhaustion(1, -1, ''30 days'')',
	'time_to_exhaustion(1, 1, ''1 month'')', 'time_to_exhaustion(1, 1, ''0'')', 'time_to_exhaustion(-1, 1, ''-1 day'')',
	'slo_accum(''{1,2}'', 1, 1, 0.9)', 'slo_accum(''{3,NULL,0,0,0}'', 1, 1, 0.9)', 'slo_accum_text(NULL, ''1'', ''1'', 0.9)', 'slo_accum_text(NULL, NULL, NULL, NULL)', 'slo_remove_text(NULL, ''1'', ''1'', 0.9)', 'slo_combine(''{4,0,0,0,0}'', ''{3,0,0,0,0}'')', 'slo_combine(''{3,0,0,0,0}'', ''{1,0,0,0,0}'')',
	'slo_combine(''{3,1,900000000,1,1}'', ''{3,1,990000000,1,1}'')', 'slo_combine(''{3,1,900000000,1,9223372036854775807}'', ''{3,1,900000000,1,1}'')', 'error_budget_final(''{3,1,900000000,2,1}'')', 'error_budget_final(''{3,1,900000000,-1,1}'')',
	'error_budget_final(''{3,-1,900000000,1,1}'')', 'error_budget_final(''{3,1,0,1,1}'')', 'burn_rate_final(''{3,1,1000000000,1,1}'')', 'burn_rate_final(''{3,0,900000000,1,1}'')', 'burn_rate_final(''{}'')', 'burn_rate_final(''{{3,1,900000000,1,1}}'')'
	]) WITH ORDINALITY AS s (call, i) ORDER BY i;
