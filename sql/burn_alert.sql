-- burn_alert.sql: burn-rate alerts equal plain SQL that recomputes each window,
-- at every kind of instant; what fires by hand; published thresholds.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- by hand: minutes of 1,000 requests each, of which so many fail from an instant on
CREATE FUNCTION pg_temp.alert(started_at timestamptz, bad integer, as_of timestamptz, until timestamptz DEFAULT 'infinity') RETURNS delivery.burn_alert LANGUAGE sql
	RETURN (SELECT delivery.burn_rate_alert(minute, CASE WHEN minute >= started_at AND minute < until THEN 1000 - bad ELSE 1000 END, 1000, '99.9%', as_of)
		FROM generate_series('2026-01-01'::timestamptz, '2026-01-08', '1 minute') AS minute);
SELECT name, (alert).* FROM (VALUES
	(1, 'all is well', pg_temp.alert('2026-01-08', 1000, '2026-01-07')),
	(2, 'an hour of 15 in 1,000', pg_temp.alert('2026-01-06 23:00', 15, '2026-01-07')),
	(3, 'an hour of 14 in 1,000', pg_temp.alert('2026-01-06 23:00', 14, '2026-01-07')),
	(4, 'one minute of nothing', pg_temp.alert('2026-01-06 23:59', 1000, '2026-01-07')),
	(5, 'six hours of 7', pg_temp.alert('2026-01-06 18:00', 7, '2026-01-07')),
	(6, 'a day of 4', pg_temp.alert('2026-01-06', 4, '2026-01-07')),
	(7, 'three days of 2', pg_temp.alert('2026-01-04', 2, '2026-01-07')),
	(8, 'three days of 1: just the budget', pg_temp.alert('2026-01-04', 1, '2026-01-07')),
	(9, 'an outage that is over since ten minutes', pg_temp.alert('2026-01-06 23:00', 100, '2026-01-07', '2026-01-06 23:50')),
	(10, 'an outage yesterday', pg_temp.alert('2026-01-05 23:00', 100, '2026-01-07', '2026-01-05 23:50')),
	(11, 'an outage that begins now', pg_temp.alert('2026-01-07', 1000, '2026-01-07'))) AS v (i, name, alert)
ORDER BY i;

-- above the threshold fires, on it does not: 14.4, 6, 3 and 1 at 99.9 %, to the event
SELECT long_window, bad, (delivery.burn_rate_alert(as_of - age, 1000000 - CASE WHEN age <= long_window::interval THEN bad ELSE 0 END, 1000000, '99.9%', as_of)).*
FROM (VALUES (1, '1 hour', 14400), (2, '1 hour', 14401), (3, '6 hours', 6000), (4, '6 hours', 6001), (5, '1 day', 3000), (6, '1 day', 3001), (7, '3 days', 1000), (8, '3 days', 1001)) AS v (i, long_window, bad),
	(VALUES ('2026-01-07'::timestamptz)) AS a (as_of), unnest(ARRAY['5 minutes', '30 minutes', '1 hour', '2 hours', '6 hours', '1 day', '3 days']::interval[]) AS age
GROUP BY i, long_window, bad ORDER BY i;
-- a bucket counts where as_of - window <= its start < as_of
SELECT age, (delivery.burn_rate_alert('2026-01-07'::timestamptz - age, 0, 1, '99.9%', '2026-01-07')) AS alert
FROM unnest(ARRAY['-00:00:00.000001', '0', '00:00:00.000001', '00:05', '00:05:00.000001', '00:30', '00:30:00.000001', '1:00', '1:00:00.000001', '2:00', '2:00:00.000001', '6:00',
	'6:00:00.000001', '24:00', '24:00:00.000001', '72:00', '72:00:00.000001', '1000:00']::interval[]) AS age GROUP BY age ORDER BY age;

-- published thresholds: what uses up 2, 5 and 10 % of the budget in the long window
SELECT (delivery.burn_rate_alert('2026-01-06 23:59', 1, 1, '99.9%', '2026-01-07')).threshold AS first,
	(delivery.burn_rate_alert('2026-01-06 23:59', 1, 1, '99.9%', '2026-01-07', '28 days')).threshold AS "28 days",
	(delivery.burn_rate_alert('2026-01-06 23:59', 1, 1, '99.9%', '2026-01-07', '7 days')).threshold AS "7 days";
CREATE TEMP TABLE pair AS SELECT * FROM (VALUES (1, 'page', '1 hour'::interval, '5 minutes'::interval, 2), (2, 'page', '6 hours', '30 minutes', 5),
	(3, 'ticket', '1 day', '2 hours', 10), (4, 'ticket', '3 days', '6 hours', 10)) AS v (rank, severity, long_window, short_window, percent);
CREATE TEMP VIEW threshold AS
SELECT period, pair.*, percent * (extract(epoch FROM period) / extract(epoch FROM long_window)) / 100 AS threshold
FROM pair, unnest(ARRAY['30 days', '28 days', '7 days', '90 days', '365 days', '4 days 06:00']::interval[]) AS period;
SELECT period, string_agg(trim_scale(round(threshold, 4))::text, ', ' ORDER BY rank) AS thresholds,
	-- what a window burns at its threshold is the fraction of the budget
	string_agg(trim_scale(round(100 * threshold * extract(epoch FROM long_window) / extract(epoch FROM period), 9)) || ' %', ', ' ORDER BY rank) AS budget_used
FROM threshold GROUP BY period ORDER BY period;

-- random services at random instants against windows that are each recomputed
SELECT setseed(0.31);
CREATE TEMP TABLE sli AS
SELECT service, bucket, total - CASE WHEN random() < wild THEN (random() * total)::integer ELSE (random() * total * calm)::integer END AS good, total, ratio
FROM (SELECT service, '2026-01-01'::timestamptz + minute * interval '1 minute' + random() * interval '59 s' AS bucket,
		CASE WHEN random() < 0.2 THEN 0 ELSE (random() * 50)::integer END AS total,
		(ARRAY[0.9, 0.99, 0.999, 0.9995])[1 + service % 4] AS ratio, (ARRAY[0, 0.01, 0.1])[1 + service % 3] AS wild, (ARRAY[0, 0.02, 0.005, 0.1, 0.3])[1 + service % 5] AS calm
	FROM generate_series(1, 24) AS service, generate_series(0, 6 * 24 * 60, 1 + service % 7) AS minute
	WHERE service % 6 <> 0 OR minute % 1440 < 720) AS s;
CREATE TEMP TABLE moment AS
SELECT i, '2026-01-03 20:00'::timestamptz + random() * interval '4 days' AS as_of, (ARRAY['30 days', '28 days', '7 days', '4 days 06:00'])[1 + i % 4]::interval AS period, (ARRAY[0, 1, 40, 3000])[1 + i % 4] AS min_events
FROM generate_series(1, 12) AS i;
CREATE TEMP TABLE judged AS
SELECT i, service, rank, severity, long_window, short_window, threshold, long_total, short_total,
	bad_long::numeric / nullif(long_total, 0) / (1 - ratio) AS long_burn, bad_short::numeric / nullif(short_total, 0) / (1 - ratio) AS short_burn, long_total >= min_events AS enough
FROM (SELECT i, service, ratio, rank, severity, long_window, short_window, threshold, min_events,
		coalesce(sum(total) FILTER (WHERE bucket >= as_of - long_window), 0) AS long_total, coalesce(sum(total - good) FILTER (WHERE bucket >= as_of - long_window), 0) AS bad_long,
		coalesce(sum(total) FILTER (WHERE bucket >= as_of - short_window), 0) AS short_total, coalesce(sum(total - good) FILTER (WHERE bucket >= as_of - short_window), 0) AS bad_short
	FROM moment JOIN threshold USING (period) JOIN sli ON bucket < as_of AND bucket >= as_of - interval '3 days'
	GROUP BY i, service, ratio, rank, severity, long_window, short_window, threshold, min_events) AS s;
CREATE TEMP VIEW expected AS
SELECT DISTINCT ON (i, service) i, service, CASE WHEN fires THEN severity ELSE 'none' END AS severity, long_window, short_window, threshold, long_burn, short_burn
FROM (SELECT *, coalesce(enough AND long_burn > threshold AND short_burn > threshold, false) AS fires, enough AND short_total > 0 AS known FROM judged
	WHERE EXISTS (SELECT FROM judged AS j WHERE j.i = judged.i AND j.service = judged.service AND j.long_total > 0)) AS s
ORDER BY i, service, fires DESC, CASE WHEN fires THEN rank END, known DESC, least(coalesce(long_burn, 0), coalesce(short_burn, 0)) / threshold DESC, coalesce(long_burn, 0) / threshold DESC, rank;
CREATE TEMP TABLE computed AS
SELECT i, service, (delivery.burn_rate_alert(bucket, good, total, ratio, as_of, period, min_events)).*
FROM moment, sli GROUP BY i, service;
SELECT count(*) AS alerts, count(DISTINCT (e.severity, e.long_window)) AS kinds, bool_or(e.severity = 'none') AND bool_or(e.short_burn IS NULL) AS all_kinds,
	count(*) FILTER (WHERE (e.severity, e.long_window, e.short_window) IS DISTINCT FROM (c.severity, c.long_window, c.short_window)
		OR abs(e.threshold - c.threshold::numeric) > 1e-12 OR abs(e.long_burn - c.long_burn::numeric) > 1e-9 OR (e.long_burn IS NULL) <> (c.long_burn IS NULL)
		OR abs(e.short_burn - c.short_burn::numeric) > 1e-9 OR (e.short_burn IS NULL) <> (c.short_burn IS NULL)) AS differ
FROM expected AS e FULL JOIN computed AS c USING (i, service) WHERE e.i IS NOT NULL OR c.severity IS NOT NULL;
-- the shorter forms are those with 30 days and any number of events
SELECT count(*) AS services, count(*) FILTER (WHERE a IS DISTINCT FROM b OR b IS DISTINCT FROM c OR c IS DISTINCT FROM d) AS differ
FROM (SELECT delivery.burn_rate_alert(bucket, good, total, ratio, '2026-01-05') AS a, delivery.burn_rate_alert(bucket, good, total, ratio, '2026-01-05', '30 days') AS b,
		delivery.burn_rate_alert(bucket, good, total, ratio, '2026-01-05', '720 hours', 0) AS c, delivery.burn_rate_alert(bucket, good::numeric, total::bigint, ratio, '2026-01-05') AS d
	FROM sli GROUP BY service) AS s;
-- the order of rows changes nothing
SELECT count(DISTINCT a::text) FROM (SELECT delivery.burn_rate_alert(bucket, good, total, 0.99, '2026-01-05' ORDER BY bucket) AS a FROM sli UNION ALL
	SELECT delivery.burn_rate_alert(bucket, good, total, 0.99, '2026-01-05' ORDER BY bucket DESC) FROM sli UNION ALL SELECT delivery.burn_rate_alert(bucket, good, total, 0.99, '2026-01-05' ORDER BY good) FROM sli) AS s;

-- few events stay silent: one failure of three is no page, unless any number will do
SELECT n AS min_events, (delivery.burn_rate_alert(bucket, good, 1, '99.9%', '2026-01-07', '30 days', n::numeric)).*
FROM (VALUES ('2026-01-06 23:58'::timestamptz, 0), ('2026-01-06 23:30', 1), ('2026-01-06 23:10', 1), ('2026-01-06 20:00', 1)) AS v (bucket, good), unnest(ARRAY[0, 3, 4, 5]) AS n GROUP BY n ORDER BY n;

-- parallel plan equals serial plan
CREATE TABLE alert_parallel AS SELECT * FROM sli;
ALTER TABLE alert_parallel SET (parallel_workers = 2);
ANALYZE alert_parallel;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT delivery.burn_rate_alert(bucket, good, total, 0.99, '2026-01-05') FROM alert_parallel;
SELECT count(*) AS services, count(*) FILTER (WHERE p.a IS DISTINCT FROM s.a) AS differ
FROM (SELECT service, delivery.burn_rate_alert(bucket, good, total, ratio, '2026-01-05') AS a FROM alert_parallel GROUP BY service) AS p
JOIN (SELECT service, delivery.burn_rate_alert(bucket, good, total, ratio, '2026-01-05') AS a FROM sli GROUP BY service) AS s USING (service);
DROP TABLE alert_parallel;
RESET parallel_leader_participation;

-- NULL: rows with one are skipped; nothing in any window
SELECT delivery.burn_rate_alert(b, g, t, o, a, p, n) FROM (VALUES ('2026-01-06 23:59'::timestamptz, 1, 1, 0.9, '2026-01-07'::timestamptz, '30 days'::interval, 0),
	(NULL, 0, 1, 0.9, '2026-01-07', '30 days', 0), ('2026-01-06 23:59', NULL, 1, 0.9, '2026-01-07', '30 days', 0), ('2026-01-06 23:59', 0, NULL, 0.9, '2026-01-07', '30 days', 0),
	('2026-01-06 23:59', 0, 1, NULL, '2026-01-07', '30 days', 0), ('2026-01-06 23:59', 0, 1, 0.9, NULL, '30 days', 0), ('2026-01-06 23:59', 0, 1, 0.9, '2026-01-07', NULL, 0), ('2026-01-06 23:59', 0, 1, 0.9, '2026-01-07', '30 days', NULL)) AS v (b, g, t, o, a, p, n);
SELECT delivery.burn_rate_alert('2026-01-01', 1, 1, 0.9, '2026-01-07') IS NULL AS too_old, delivery.burn_rate_alert('2026-01-07', 1, 1, 0.9, '2026-01-07') IS NULL AS too_new,
	delivery.burn_rate_alert('infinity', 1, 1, 0.9, '2026-01-07') IS NULL AND delivery.burn_rate_alert('-infinity', 1, 1, 0.9, '2026-01-07') IS NULL AS infinite,
	delivery.burn_rate_alert('2026-01-06 23:59', 0, 0, 0.9, '2026-01-07') IS NULL AS no_event, delivery.burn_rate_alert('4713-01-01 BC', 0, 1, 0.9, '4713-01-02 BC') AS first_days,
	delivery.burn_rate_alert('294276-12-30', 0, 1, 0.9, '294276-12-31') AS last_days;
SELECT delivery.burn_rate_alert(now(), 1, 1, 0.9, now()) IS NULL AS no_row WHERE false;
-- untyped parameters
PREPARE untyped AS SELECT delivery.burn_rate_alert($1, $2, $3, $4, $5), delivery.burn_rate_alert($1, $2, $3, $4, $5, $6), delivery.burn_rate_alert($1, $2, $3, $4, $5, $6, $7);
EXECUTE untyped ('2026-01-06 23:59', '99', '100', '99.9%', '2026-01-07', '30 days', 1);
DEALLOCATE ALL;
-- huge counts are compared exactly, beyond what a bigint can multiply
SELECT n, (delivery.burn_rate_alert('2026-01-06 23:59', 1000000000000000000 - n, 1000000000000000000, '99.9%', '2026-01-07')).severity
FROM unnest(ARRAY[14400000000000000, 14400000000000001, 6000000000000000, 6000000000000001]) AS n GROUP BY n ORDER BY n;

-- the state is an ordinary value
\set state '''{4,1,999000000,820972800000000,2592000000000,0,1,10,2,20,0,0,0,0,0,0,0,0,0,0}''::bigint[]'
SELECT delivery_internal.burn_alert_accum('{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', '2026-01-06 23:59', 9, 10, 0.999, '2026-01-07') AS state;
SELECT delivery_internal.burn_alert_combine(:state, :state) AS combined, delivery_internal.burn_alert_combine('{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', :state) = :state
	AND delivery_internal.burn_alert_combine(:state, '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}') = :state AS with_none, delivery_internal.burn_alert_final(:state);

-- what is refused: by SQLSTATE; errors.sql has the words
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT delivery' || CASE WHEN statement ~ '^burn_alert_' THEN '_internal.' ELSE '.' END || statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT pg_temp.sqlstate_of(call), call FROM unnest(ARRAY[
	'burn_rate_alert(now(), 2, 1, 0.9, now())', 'burn_rate_alert(''1999-01-01'', 2, 1, 0.9, now())', 'burn_rate_alert(now(), -1, 1, 0.9, now())', 'burn_rate_alert(now(), 1, 1, 99.9, now())', 'burn_rate_alert(now(), 1.0::float8, 1, 0.9, now())',
	'burn_rate_alert(now(), 1, 1, 0.9, ''infinity'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''1 month'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''0'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''1000'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''71:59:59.999999'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''3 days'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''-1 day'')', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''30 days'', -1)',
	'burn_rate_alert(b, 1, 1, o, now()) FROM (VALUES (now(), 0.9), (now(), 0.99)) AS v (b, o)', 'burn_rate_alert(b, 1, 1, 0.9, b) FROM (VALUES (now()), (now() + interval ''1 s'')) AS v (b)',
	'burn_rate_alert(now(), 1, 1, 0.9, now(), p) FROM (VALUES (interval ''7 days''), (''8 days'')) AS v (p)', 'burn_rate_alert(now(), 1, 1, 0.9, now(), ''7 days'', n) FROM (VALUES (1), (2)) AS v (n)',
	'burn_rate_alert(''2026-01-06 23:59'', t, t, 0.9, ''2026-01-07'') FROM (VALUES (9223372036854775807), (1)) AS v (t)', 'burn_rate_alert(b, t, t, 0.9, ''2026-01-07'') FROM (VALUES (''2026-01-06 23:59''::timestamptz, 9223372036854775807), (''2026-01-06 22:59'', 1)) AS v (b, t)',
	'burn_alert_final(''{4}'')', 'burn_alert_final(''{3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_final(''{4,-1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_final(''{4,1,0,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')',
	'burn_alert_final(''{4,1,9,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_final(''{4,1,9,0,1,-1,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_final(''{4,1,9,9223372036854775807,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')',
	'burn_alert_final(''{4,1,9,0,1,0,2,1,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_final(''{4,1,9,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,-1,0}'')', 'burn_alert_final(''{4,0,9,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')',
	'burn_alert_combine(''{4,1,9,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'', ''{4,1,8,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_combine(''{4,1,9,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'', ''{4,1,9,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')',
	'burn_alert_combine(''{4,1,9,0,1,0,0,9223372036854775807,0,0,0,0,0,0,0,0,0,0,0,0}'', ''{4,1,9,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0}'')', 'burn_alert_accum(''{}'', now(), 1, 1, 0.9, now())'
	]) WITH ORDINALITY AS s (call, i) ORDER BY i;
