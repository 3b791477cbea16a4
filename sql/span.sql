-- span.sql: faults of spans, hours, and the mean time to restore, which equals
-- the plainest SQL on random data, in parallel and in a moving window.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- faults, the first that holds: missing start, missing finish, infinite, negative
SELECT s, f, delivery.span_fault(s, f)
FROM (VALUES
	('2026-01-01 10:00'::timestamptz, '2026-01-01 11:00'::timestamptz),
	('2026-01-01 10:00', '2026-01-01 10:00'),
	('2026-01-01 10:00', '2026-01-01 09:59:59.999999'),
	(NULL, '2026-01-01 10:00'),
	('2026-01-01 10:00', NULL),
	(NULL, NULL),
	('-infinity', '2026-01-01 10:00'),
	('2026-01-01 10:00', 'infinity'),
	('infinity', '2026-01-01 10:00'),
	('infinity', NULL)) AS spans (s, f);

-- hours
SELECT i, delivery.hours(i)
FROM (VALUES
	('90 min'::interval), ('1 day 30 min'), ('-1 day'), ('2 mons'), ('1 year -1 day'),
	('0'), ('0.000001 s'), (NULL)) AS durations (i);

-- random spans with every fault
SELECT setseed(0.1);
CREATE TEMP TABLE spans AS
SELECT i AS id, i % 7 AS team,
	CASE WHEN random() < 0.05 THEN NULL
		WHEN random() < 0.02 THEN '-infinity'::timestamptz
		ELSE '2026-01-01'::timestamptz + random() * interval '400 days' END AS detected_at,
	CASE WHEN random() < 0.05 THEN NULL
		WHEN random() < 0.02 THEN 'infinity'::timestamptz
		ELSE '2026-07-01'::timestamptz + random() * interval '400 days' END AS restored_at
FROM generate_series(1, 20000) AS i;
-- a team with one row, and one with none left
INSERT INTO spans VALUES
	(30001, 8, '2026-01-01', '2026-01-01 00:00:00.000003'),
	(30002, 9, '2026-01-02', '2026-01-01'),
	(30003, 9, NULL, NULL);
SELECT delivery.span_fault(detected_at, restored_at) AS fault, count(*) > 100 AS many
FROM spans GROUP BY 1 ORDER BY 1;

-- the mean is the sum in microseconds divided by the count
CREATE FUNCTION pg_temp.microseconds(i interval) RETURNS numeric
	LANGUAGE sql IMMUTABLE AS $$ SELECT extract(epoch FROM i) * 1000000 $$;
CREATE TEMP VIEW oracle AS
SELECT team,
	round(sum(pg_temp.microseconds(restored_at - detected_at)) FILTER (WHERE
			isfinite(detected_at) AND isfinite(restored_at) AND restored_at >= detected_at) /
		nullif(count(*) FILTER (WHERE
			isfinite(detected_at) AND isfinite(restored_at) AND restored_at >= detected_at), 0)) AS mean
FROM spans GROUP BY team;
SELECT team, mean, pg_temp.microseconds(mttr) AS mttr
FROM oracle FULL JOIN (
	SELECT team, delivery.mttr(detected_at, restored_at) FROM spans GROUP BY team) AS ours USING (team)
WHERE abs(mean - pg_temp.microseconds(mttr)) > 0 OR (mean IS NULL) <> (mttr IS NULL);
SELECT team, mean, delivery.mttr(detected_at, restored_at)
FROM spans JOIN oracle USING (team) WHERE team > 7 GROUP BY team, mean ORDER BY team;
SELECT delivery.mttr(detected_at, restored_at) FROM spans WHERE false;

-- means whose sum does not fit into 64 bits of microseconds
SELECT delivery.mttr('0001-01-01', '290000-01-01') FROM generate_series(1, 1000);
SELECT delivery.mttr('4700-01-01 BC', '294000-01-01');

-- moving frame equals recomputation
WITH moving AS (
	SELECT id, team, delivery.mttr(detected_at, restored_at) OVER w AS ours,
		array_agg(id) OVER w AS frame
	FROM spans WHERE id <= 2000
	WINDOW w AS (PARTITION BY team ORDER BY id ROWS BETWEEN 20 PRECEDING AND 3 PRECEDING))
SELECT count(*) AS frames, count(ours) AS known, count(*) FILTER (WHERE ours IS DISTINCT FROM
	(SELECT delivery.mttr(s.detected_at, s.restored_at) FROM spans s WHERE s.id = ANY (frame))) AS differ
FROM moving;

-- parallel plan equals serial plan
CREATE TEMP TABLE serial AS SELECT delivery.mttr(detected_at, restored_at) FROM spans;
CREATE TABLE span_parallel AS SELECT * FROM spans;
ALTER TABLE span_parallel SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.mttr(detected_at, restored_at) FROM span_parallel;
SELECT p.mttr = s.mttr AS same
FROM (SELECT delivery.mttr(detected_at, restored_at) FROM span_parallel) AS p, serial AS s;
DROP TABLE span_parallel;

-- the state is an ordinary value: kept as text, combined, finished
SELECT delivery_internal.mean_final(delivery_internal.mean_combine(
	delivery_internal.mean_accum('{0,0,0}', '2026-01-01', '2026-01-03')::text::bigint[],
	delivery_internal.mean_accum('{0,0,0}', '2026-01-01', '2026-01-02')));
-- outside an aggregate a transition changes no value of the caller
WITH state AS MATERIALIZED (SELECT '{1,1,0}'::bigint[] AS s)
SELECT delivery_internal.mean_accum(s, '2026-01-01', '2026-01-02'), s FROM state;
