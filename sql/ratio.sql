-- ratio.sql: the rates equal the plainest SQL on random data, in parallel and
-- in a moving window.
SET extra_float_digits = 1;
SET timezone = 'UTC';

-- three known, one failed; unknown outcomes are skipped, not counted as good
SELECT delivery.change_failure_rate(f) AS cfr, delivery.rework_rate(f) AS rework
FROM (VALUES (true), (false), (false), (NULL)) AS deployment (f);
SELECT delivery.change_failure_rate(f) FROM (VALUES (NULL::boolean)) AS deployment (f);
SELECT delivery.change_failure_rate(f) FROM (VALUES (true)) AS deployment (f) WHERE false;
SELECT delivery.change_failure_rate(true) AS all_failed, delivery.change_failure_rate(false) AS none_failed;

SELECT setseed(0.2);
CREATE TEMP TABLE deployment AS
SELECT i AS id, i % 7 AS service,
	CASE WHEN random() < 0.2 THEN NULL ELSE random() < 0.15 END AS failed
FROM generate_series(1, 20000) AS i;
INSERT INTO deployment VALUES (30001, 8, true), (30002, 9, NULL);

(SELECT service, delivery.change_failure_rate(failed), delivery.rework_rate(failed)
	FROM deployment GROUP BY service
EXCEPT ALL
SELECT service, avg(failed::integer)::float8, avg(failed::integer)::float8
	FROM deployment GROUP BY service)
UNION ALL
(SELECT service, avg(failed::integer)::float8, avg(failed::integer)::float8
	FROM deployment GROUP BY service
EXCEPT ALL
SELECT service, delivery.change_failure_rate(failed), delivery.rework_rate(failed)
	FROM deployment GROUP BY service);

-- moving frame equals recomputation
WITH moving AS (
	SELECT delivery.change_failure_rate(failed) OVER w AS ours,
		delivery.rework_rate(failed) OVER w AS rework,
		count(failed) OVER w AS known, count(*) FILTER (WHERE failed) OVER w AS bad
	FROM deployment
	WINDOW w AS (PARTITION BY service ORDER BY id ROWS BETWEEN 20 PRECEDING AND 18 PRECEDING))
SELECT count(*) AS frames, count(*) FILTER (WHERE known = 0) > 0 AS some_empty,
	count(*) FILTER (WHERE ours IS DISTINCT FROM bad / nullif(known, 0)::float8
		OR rework IS DISTINCT FROM ours) AS differ
FROM moving;

-- parallel plan equals serial plan
CREATE TABLE ratio_parallel AS SELECT * FROM deployment;
ALTER TABLE ratio_parallel SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.change_failure_rate(failed) FROM ratio_parallel;
SELECT (SELECT delivery.change_failure_rate(failed) FROM ratio_parallel) =
	(SELECT delivery.change_failure_rate(failed) FROM deployment) AS same;
DROP TABLE ratio_parallel;

-- the state is an ordinary value
SELECT delivery_internal.ratio_final(delivery_internal.ratio_combine(
	delivery_internal.ratio_accum('{0,0}', true)::text::bigint[], delivery_internal.ratio_accum('{0,0}', false)));
