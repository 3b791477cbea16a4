-- sfia_gap.sql: gaps and coverage equal the plainest SQL on random data, in parallel and in
-- a moving window.
SET extra_float_digits = 1;
SET search_path = public;
SELECT setseed(0.3);

-- by hand: one level short, two more than required, never assessed
SELECT delivery.sfia_gap('5', '3') AS short, delivery.sfia_gap('3', '5') AS more, delivery.sfia_gap('7', NULL) AS not_assessed, delivery.sfia_gap('4', '4') AS met,
	delivery.sfia_gap(NULL, '4') AS not_required, delivery.sfia_gap(NULL, NULL) AS neither, delivery.sfia_gap('Ensure, advise', 'apply') AS by_name;
SELECT delivery.skill_coverage(required::delivery.sfia_level, held::delivery.sfia_level)
FROM (VALUES (3, 3), (4, 6), (5, 4), (2, NULL)) AS skill (required, held);
SELECT delivery.skill_coverage('3', NULL) AS not_assessed, delivery.skill_coverage('3', '3') AS met, delivery.skill_coverage(NULL, '3') AS not_required, delivery.skill_coverage(NULL, NULL) AS neither;
SELECT delivery.skill_coverage('3', '3') AS no_row WHERE false;
-- numbers are cast by who calls
\set VERBOSITY sqlstate
SELECT delivery.skill_coverage(3, 3);
SELECT delivery.sfia_gap(5, 3);
SELECT delivery.skill_coverage(3.5, '3');
\set VERBOSITY default

CREATE TABLE sfia_pair AS
SELECT id, id % 50 AS team, required, held, required::delivery.sfia_level AS sfia_required, held::delivery.sfia_level AS sfia_held
FROM (SELECT id, CASE WHEN random() < 0.1 THEN NULL ELSE 1 + floor(random() * 7)::integer END AS required,
	CASE WHEN random() < 0.2 THEN NULL ELSE 1 + floor(random() * 7)::integer END AS held FROM generate_series(1, 20000) AS id) AS s;
INSERT INTO sfia_pair (id, team, held, sfia_held) VALUES (20001, 50, 3, '3');
ANALYZE sfia_pair;
SELECT count(*) AS rows, count(*) FILTER (WHERE delivery.sfia_gap(sfia_required, sfia_held) IS DISTINCT FROM required - coalesce(held, 0)) AS differ FROM sfia_pair;
CREATE TEMP VIEW oracle AS
SELECT team, avg(CASE WHEN held >= required THEN 1 ELSE 0 END) FILTER (WHERE required IS NOT NULL)::float8 AS coverage FROM sfia_pair GROUP BY team;
SELECT count(*) AS teams, count(coverage) AS known, count(*) FILTER (WHERE ours IS DISTINCT FROM coverage) AS differ
FROM oracle JOIN (SELECT team, delivery.skill_coverage(sfia_required, sfia_held) AS ours FROM sfia_pair GROUP BY team) AS s USING (team);

-- moving frame equals recomputation
WITH moving AS (
	SELECT delivery.skill_coverage(sfia_required, sfia_held) OVER w AS ours, count(required) OVER w AS required,
		count(*) FILTER (WHERE held >= required) OVER w AS met
	FROM sfia_pair
	WINDOW w AS (PARTITION BY team ORDER BY id ROWS BETWEEN 20 PRECEDING AND 18 PRECEDING))
SELECT count(*) AS frames, count(*) FILTER (WHERE required = 0) > 0 AS some_empty, count(*) FILTER (WHERE ours IS DISTINCT FROM met / nullif(required, 0)::float8) AS differ
FROM moving;

-- parallel plan equals serial plan
ALTER TABLE sfia_pair SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.skill_coverage(sfia_required, sfia_held) FROM sfia_pair;
CREATE TEMP TABLE parallel AS SELECT team, delivery.skill_coverage(sfia_required, sfia_held) AS ours FROM sfia_pair GROUP BY team;
SELECT count(*) AS teams, count(*) FILTER (WHERE ours IS DISTINCT FROM coverage) AS differ FROM oracle JOIN parallel USING (team);
RESET ALL;

-- the state is an ordinary value: of rollups, and of rows that go again
SELECT delivery_internal.skill_coverage_accum('{0,0}', '3', '4') AS met, delivery_internal.skill_coverage_accum('{1,1}', '3', NULL) AS not_met, delivery_internal.skill_coverage_accum('{1,2}', NULL, '3') AS not_required,
	delivery_internal.skill_coverage_remove('{1,2}', '3', NULL) AS removed, delivery_internal.skill_coverage_accum(NULL, '3', '3') IS NULL AS no_state,
	delivery_internal.ratio_final(delivery_internal.ratio_combine(delivery_internal.skill_coverage_accum('{0,0}', '3', '4')::text::bigint[], '{0,1}')) AS combined;
\set VERBOSITY sqlstate
SELECT delivery_internal.skill_coverage_accum('{1,2,3}', '3', '3');
SELECT delivery_internal.skill_coverage_accum('{1,NULL}', '3', '3');
SELECT delivery_internal.ratio_final(delivery_internal.skill_coverage_remove('{0,0}', '3', '3'));
\set VERBOSITY default
DROP VIEW oracle;
DROP TABLE sfia_pair;
