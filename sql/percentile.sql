-- percentile.sql: lead_time, cycle_time, time_to_restore and duration_percentile
-- equal percentile_cont to the microsecond, in every form, group and plan.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- by hand: 1, 2, 3 and 10 hours
CREATE TEMP TABLE change (committed_at timestamptz, deployed_at timestamptz);
INSERT INTO change VALUES
	('2026-01-01 00:00', '2026-01-01 01:00'),
	('2026-01-01 00:00', '2026-01-01 02:00'),
	('2026-01-01 00:00', '2026-01-01 03:00'),
	('2026-01-01 00:00', '2026-01-01 10:00');
SELECT delivery.lead_time(committed_at, deployed_at) AS median,
	delivery.lead_time(committed_at, deployed_at, 0.9) AS p90,
	delivery.lead_time(committed_at, deployed_at, 0) AS shortest,
	delivery.lead_time(committed_at, deployed_at, 1) AS longest,
	delivery.lead_time(committed_at, deployed_at, ARRAY[0.5, 0.9, 0, 1]) AS several
FROM change;
-- days are counted as timestamptz - timestamptz counts them
SELECT delivery.lead_time('2026-01-01', '2026-02-02 12:34:56.789012'),
	'2026-02-02 12:34:56.789012'::timestamptz - '2026-01-01'::timestamptz AS server;

-- NULL fractions, literals, other numeric types
SELECT delivery.lead_time(committed_at, deployed_at, NULL) AS untyped,
	delivery.lead_time(committed_at, deployed_at, NULL::float8) AS typed,
	delivery.lead_time(committed_at, deployed_at, NULL::float8[]) AS array_null,
	delivery.lead_time(committed_at, deployed_at, '0.9') AS literal,
	delivery.lead_time(committed_at, deployed_at, 0.9::numeric) AS "numeric",
	delivery.lead_time(committed_at, deployed_at, 0.9::real) BETWEEN '7:53' AND '7:54' AS "real",
	delivery.lead_time(committed_at, deployed_at, 1) AS "integer"
FROM change;
PREPARE untyped AS SELECT delivery.lead_time(committed_at, deployed_at, $1) FROM change;
EXECUTE untyped('0.9');
-- the array keeps its shape and its NULLs
SELECT delivery.lead_time(committed_at, deployed_at, ARRAY[[0.5, NULL], [0.9, 0.5]]) AS matrix,
	delivery.lead_time(committed_at, deployed_at, '[3:4]={0,1}'::float8[]) AS lower_bound,
	delivery.lead_time(committed_at, deployed_at, '{}'::float8[]) AS empty,
	delivery.lead_time(committed_at, deployed_at, ARRAY[NULL::float8]) AS only_null
FROM change;
-- nothing left: NULL, not an array of NULLs
SELECT delivery.lead_time(committed_at, deployed_at) AS a, delivery.lead_time(committed_at, deployed_at, 0.5) AS b,
	delivery.lead_time(committed_at, deployed_at, ARRAY[0.5]) AS c
FROM (VALUES (NULL::timestamptz, now()), (now(), NULL), ('infinity', now()), (now(), '-infinity'),
	(now(), now() - interval '1 us')) AS faults (committed_at, deployed_at);
SELECT delivery.lead_time(committed_at, deployed_at) AS a, delivery.lead_time(committed_at, deployed_at, 0.5) AS b,
	delivery.lead_time(committed_at, deployed_at, ARRAY[0.5]) AS c
FROM change WHERE false;

-- random data: groups of all sizes, every fault, skewed and repeated durations
SELECT setseed(0.3);
CREATE TEMP TABLE item AS
SELECT i AS id, CASE WHEN i <= 40000 THEN 0 ELSE floor(1 + 300 * random() ^ 3)::integer END AS team,
	CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.01 THEN '-infinity'::timestamptz
		ELSE '2026-01-01'::timestamptz + random() * interval '30 days' END AS s,
	NULL::timestamptz AS f
FROM generate_series(1, 60000) AS i;
UPDATE item SET f = CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.01 THEN 'infinity'::timestamptz
	WHEN random() < 0.03 THEN s - random() * interval '2 days'
	WHEN random() < 0.2 THEN s + interval '1 day'
	WHEN random() < 0.2 THEN s + round(random() * 10) * interval '1 hour'
	ELSE s + exp(random() * 20) * interval '1 ms' END;
INSERT INTO item VALUES (70001, 1001, '2026-01-01', '2026-01-02'), (70002, 1002, NULL, '2026-01-02');

CREATE TEMP VIEW oracle AS
SELECT team, array_agg(value ORDER BY n) AS oracle
FROM (
	SELECT team, n, percentile_cont(fraction) WITHIN GROUP (ORDER BY f - s)
		FILTER (WHERE isfinite(s) AND isfinite(f) AND f >= s) AS value
	FROM item, unnest(ARRAY[0, 0.01, 0.25, 0.5, 0.9, 0.9, 0.999, 1]) WITH ORDINALITY AS p (fraction, n)
	GROUP BY team, n, fraction) AS each
GROUP BY team;
CREATE TEMP VIEW ours AS
SELECT team,
	delivery.lead_time(s, f, ARRAY[0, 0.01, 0.25, 0.5, 0.9, 0.9, 0.999, 1]) AS several,
	delivery.cycle_time(s, f, 0.9) AS p90, delivery.time_to_restore(s, f) AS median,
	delivery.duration_percentile(f - s, 0.01) FILTER (WHERE isfinite(s) AND isfinite(f)) AS p01,
	delivery.duration_percentile(f - s, ARRAY[0.999]) FILTER (WHERE isfinite(s) AND isfinite(f)) AS p999,
	delivery.duration_percentile(f - s) FILTER (WHERE isfinite(s) AND isfinite(f)) AS d50
FROM item GROUP BY team;
CREATE FUNCTION pg_temp.apart(a interval, b interval) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(abs(extract(epoch FROM a - b)) > 0.000001, (a IS NULL) <> (b IS NULL)) $$;
SELECT count(*) AS teams, count(*) FILTER (WHERE several IS NULL) AS without,
	count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(several, oracle) AS pair (a, b) WHERE pg_temp.apart(a, b))
		OR pg_temp.apart(p90, oracle[5]) OR pg_temp.apart(median, oracle[4]) OR pg_temp.apart(p01, oracle[2])
		OR pg_temp.apart(p999[1], oracle[7]) OR pg_temp.apart(d50, oracle[4])) AS differ
FROM ours JOIN oracle USING (team);
-- all four are the same aggregate in all four forms
SELECT count(*) AS differ FROM (
	SELECT delivery.lead_time(s, f) AS l, delivery.cycle_time(s, f) AS c, delivery.time_to_restore(s, f) AS t,
		delivery.lead_time(s, f, 0.7) AS l7, delivery.cycle_time(s, f, 0.7) AS c7, delivery.time_to_restore(s, f, 0.7) AS t7,
		delivery.lead_time(s, f, ARRAY[0.7]) AS la, delivery.cycle_time(s, f, ARRAY[0.7]) AS ca,
		delivery.time_to_restore(s, f, ARRAY[0.7]) AS ta,
		delivery.lead_time(s, f, '0.7') AS lt, delivery.cycle_time(s, f, '0.7') AS ct,
		delivery.time_to_restore(s, f, '0.7') AS tt
	FROM item GROUP BY team) AS forms
WHERE (l, l, l7, l7, l7, l7, l7, l7, l7, l7) IS DISTINCT FROM (c, t, c7, t7, la[1], ca[1], ta[1], lt, ct, tt);

-- whatever the order of the rows
CREATE TEMP TABLE expected AS SELECT delivery.lead_time(s, f, ARRAY[0.1, 0.5, 0.95]) AS several FROM item;
SELECT (SELECT delivery.lead_time(s, f, ARRAY[0.1, 0.5, 0.95] ORDER BY extract(epoch FROM f) - extract(epoch FROM s)) FROM item) = several AS ascending,
	(SELECT delivery.lead_time(s, f, ARRAY[0.1, 0.5, 0.95] ORDER BY extract(epoch FROM s) - extract(epoch FROM f)) FROM item) = several AS descending,
	(SELECT delivery.lead_time(s, f, 0.95 ORDER BY id) FROM item) = several[3] AS by_id
FROM expected;
-- constant, two values, powers of two, DISTINCT
SELECT delivery.duration_percentile('1 h') FROM generate_series(1, 10000);
SELECT delivery.duration_percentile(i % 2 * interval '1 h') FROM generate_series(1, 10000) AS i;
SELECT delivery.duration_percentile((2::numeric ^ (i % 60))::bigint * interval '1 us', ARRAY[0.25, 0.5, 1])
FROM generate_series(0, 59999) AS i;
SELECT delivery.duration_percentile(DISTINCT i % 3 * interval '1 h') FROM generate_series(1, 100) AS i;

-- intervals: a month counts 30 days, mixed signs by their sum, negative ones are left out
SELECT delivery.duration_percentile(i) FROM (VALUES ('1 mon'::interval)) AS d (i);
SELECT delivery.duration_percentile(i) FROM (VALUES ('1 mon -29 days -23:00'::interval)) AS d (i);
SELECT delivery.duration_percentile(i) FROM (VALUES ('-1 mon 29 days'::interval), ('-178000000 years'), (NULL)) AS d (i);
-- interpolation of long durations keeps the microsecond
SELECT delivery.duration_percentile(i, 0.5) FROM (VALUES ('0'::interval), ('106751990 days 0.000002 s')) AS d (i);
SELECT delivery.lead_time('epoch', f, 0.999999) FROM (VALUES ('epoch'::timestamptz), ('294000-01-01')) AS d (f);

-- the final function leaves the state usable: a growing window
SELECT i, delivery.duration_percentile(i * interval '1 h') OVER (ORDER BY i DESC) AS running
FROM generate_series(1, 6) AS i ORDER BY i DESC;
WITH running AS (
	SELECT id, delivery.lead_time(s, f) OVER (ORDER BY id) AS ours FROM item WHERE id <= 300)
SELECT count(*) AS differ FROM running
WHERE ours IS DISTINCT FROM (SELECT delivery.lead_time(s, f) FROM item WHERE item.id <= running.id);

-- parallel plan equals serial plan, in every form
CREATE TABLE percentile_parallel AS SELECT * FROM item;
ALTER TABLE percentile_parallel SET (parallel_workers = 2);
CREATE TEMP VIEW every_form AS
SELECT team, delivery.lead_time(s, f) AS a, delivery.lead_time(s, f, 0.9) AS b,
	delivery.lead_time(s, f, ARRAY[0.1, NULL, 0.9]) AS c, delivery.lead_time(s, f, NULL::float8[]) AS d,
	delivery.lead_time(s, f, NULL::float8) AS e, delivery.duration_percentile(f - s, '0.3') FILTER (WHERE isfinite(s) AND isfinite(f)) AS g,
	-- whole seconds, and values as far apart as can be, take other ways from worker to leader
	delivery.lead_time(date_trunc('second', s), date_trunc('second', f), ARRAY[0.1, 0.9]) AS h,
	delivery.duration_percentile(CASE id % 3 WHEN 0 THEN '106751991 days' WHEN 1 THEN '0' ELSE interval '1 us' END, ARRAY[0.2, 0.5, 0.8]) AS k
FROM percentile_parallel GROUP BY team;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT * FROM every_form;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.lead_time(s, f) FROM percentile_parallel;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT count(*) AS partial_aggregates FROM pg_temp.plan_of('SELECT * FROM every_form') AS line WHERE line ~ 'Partial .*Aggregate';
CREATE TEMP TABLE parallel AS SELECT * FROM every_form;
SELECT count(*) AS teams, count(*) FILTER (WHERE parallel IS DISTINCT FROM serial) AS differ
FROM serial FULL JOIN parallel USING (team);
SELECT (SELECT delivery.lead_time(s, f, ARRAY[0.1, 0.5, 0.95]) FROM percentile_parallel) = several AS same
FROM expected;
-- a fraction that changes is noticed across workers too
\set VERBOSITY sqlstate
SELECT delivery.lead_time(s, f, CASE WHEN id <= 30000 THEN 0.1 ELSE 0.2 END) FROM percentile_parallel;
SELECT delivery.lead_time(s, f, CASE WHEN id <= 30000 THEN ARRAY[0.1] ELSE ARRAY[0.2] END) FROM percentile_parallel;
\set VERBOSITY default
DROP VIEW every_form;
DROP TABLE percentile_parallel;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- fractions may differ between groups, and come from a table
SELECT fraction, delivery.lead_time(committed_at, deployed_at, fraction)
FROM change, (VALUES (0.25::float8), (0.75), (NULL)) AS wanted (fraction)
GROUP BY fraction ORDER BY fraction;
SELECT fractions, delivery.lead_time(committed_at, deployed_at, fractions)
FROM change, (VALUES (ARRAY[0.25, 0.75]), (NULL)) AS wanted (fractions)
GROUP BY fractions ORDER BY fractions;
-- an array large enough to be stored compressed or out of line
CREATE TEMP TABLE wanted AS
SELECT array_agg(i / 5000.0::float8 ORDER BY i) AS fractions FROM generate_series(0, 5000) AS i;
SELECT several[1] AS p0, several[2501] AS p50, several[4501] AS p90, several[5001] AS p100
FROM (SELECT delivery.lead_time(committed_at, deployed_at, fractions) AS several FROM change, wanted) AS x;

-- group sizes at which a sample of the rows is first taken, and ranks at the top
WITH grouped AS (
	SELECT n, fraction,
		delivery.duration_percentile(i * interval '1 s', fraction::float8) AS ours
	FROM (VALUES (65535), (65536), (69631), (98303), (131071)) AS size (n),
		(VALUES (0.01), (0.5), (0.99), (1)) AS wanted (fraction),
		generate_series(0, n - 1) AS i
	GROUP BY n, fraction)
SELECT count(*) AS groups,
	count(*) FILTER (WHERE abs(extract(epoch FROM ours) - fraction * (n - 1)) > 0.000001) AS differ
FROM grouped;
