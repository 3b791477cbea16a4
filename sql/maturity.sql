-- maturity.sql: score and level equal the plainest SQL on random data, bit by bit, in any
-- order, in parallel and in a moving window.
SET extra_float_digits = 1;
SET search_path = public;
SELECT setseed(0.6);
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;

-- by hand: 3 counts twice, 4 and 1 once, one does not apply: 11 of 4
SELECT delivery.maturity_score(rating, weight) FROM (VALUES (3, 2), (4, 1), (NULL, 5), (1, 1)) AS criterion (rating, weight);
SELECT delivery.maturity_level(rating, mandatory) FROM (VALUES (3, true), (5, false), (4, true), (NULL, true), (1, false)) AS criterion (rating, mandatory);
-- NULL where there is nothing: no row, no rating, no weight, nothing that is mandatory
SELECT delivery.maturity_score(rating, weight) AS score, delivery.maturity_level(rating, mandatory) AS level
FROM (VALUES (1, NULL::integer, 1::float8, true), (2, 3, NULL, NULL), (3, 3, 0, false), (4, 3, '-0', false)) AS criterion (what, rating, weight, mandatory) GROUP BY what ORDER BY what;
SELECT delivery.maturity_score(3, 1) AS score, delivery.maturity_level(3, true) AS level WHERE false;
-- weights of all kinds of numbers; what is below half a billionth is left out
SELECT delivery.maturity_score(3, 1) AS integer, delivery.maturity_score(3, 0.5) AS numeric, delivery.maturity_score(3::smallint, 2::bigint) AS bigint, delivery.maturity_score(3, 1e-9) AS billionth, delivery.maturity_score(3, 5e-10) AS half,
	delivery.maturity_score(3, 4.9e-10) AS less, delivery.maturity_score(3, 1e-320) AS next_to_nothing, delivery.maturity_score(3, 1000000) AS greatest, delivery.maturity_score('3', '1') AS literals;
-- what is no rating and no weight
SELECT call, pg_temp.sqlstate_of('SELECT delivery.maturity_score' || call) FROM unnest(ARRAY['(0, 1)', '(6, 1)', '(-1, 1)', '(2147483647, 1)', '(6, 0)', '(3, -1)', '(3, -1e-300)', '(3, ''NaN'')', '(3, ''Infinity'')', '(3, ''-Infinity'')', '(3, 1000000.0000001)', '(3.5, 1)', '(3::float8, 1)', '(3::numeric, 1)', '(3::bigint, 1)', '(''3.5'', 1)',
	'(NULL, -1)', '(6, NULL)']) AS call;
SELECT call, pg_temp.sqlstate_of('SELECT delivery.maturity_level' || call) FROM unnest(ARRAY['(0, true)', '(6, true)', '(6, false)', '(-1, false)', '(3.5, true)', '(3::float8, true)', '(3::bigint, true)', '(''3.5'', true)', '(6, NULL)', '(NULL, true)', '(3, 1)']) AS call;

-- random ratings: weights with decimals, huge and tiny ones, none, NULL
CREATE TABLE maturity_rating AS
SELECT id, id % 60 AS assessment, CASE WHEN random() < 0.1 THEN NULL ELSE 1 + floor(random() * 5)::integer END AS rating,
	CASE WHEN kind < 0.1 THEN NULL WHEN kind < 0.15 THEN 0 WHEN kind < 0.7 THEN round((random() * 10)::numeric, 2) WHEN kind < 0.8 THEN round(random()::numeric, 9) WHEN kind < 0.9 THEN round((random() * 1000000)::numeric, 3) ELSE 1 END::float8 AS weight,
	CASE WHEN random() < 0.1 THEN NULL ELSE random() < 0.2 END AS mandatory
FROM (SELECT id, random() AS kind FROM generate_series(1, 20000) AS id) AS s;
-- one whose weights sum to more than 64 bits of billionths hold
INSERT INTO maturity_rating SELECT 20000 + i, 60, 1 + i % 5, 1000000 - i % 7, false FROM generate_series(1, 20000) AS i;
-- one rating alone, whatever its weights
INSERT INTO maturity_rating SELECT 40000 + i, 61, 4, random() * 1000000, true FROM generate_series(1, 3000) AS i;
INSERT INTO maturity_rating VALUES (50000, 62, NULL, 1, true), (50001, 62, 3, 0, false);
ANALYZE maturity_rating;
-- the oracle counts in exact decimals, and rounds once
CREATE TEMP VIEW oracle AS
SELECT assessment, (product::numeric(70, 40) / weights)::float8 AS exact, level
FROM (SELECT assessment, sum(rating * round(weight::text::numeric, 9)) FILTER (WHERE rating IS NOT NULL) AS product, nullif(sum(round(weight::text::numeric, 9)) FILTER (WHERE rating IS NOT NULL), 0) AS weights,
	min(rating) FILTER (WHERE mandatory) AS level FROM maturity_rating GROUP BY assessment) AS s;
CREATE TEMP TABLE serial AS
SELECT assessment, delivery.maturity_score(rating, weight) AS score, delivery.maturity_level(rating, mandatory) AS level FROM maturity_rating GROUP BY assessment;
SELECT count(*) AS assessments, count(score) AS scored, count(*) FILTER (WHERE score IS DISTINCT FROM exact) AS differ, count(*) FILTER (WHERE serial.level IS DISTINCT FROM oracle.level) AS levels_differ,
	max(score) FILTER (WHERE assessment = 61) AS of_equal_ratings
FROM oracle JOIN serial USING (assessment);
-- the order of rows changes no bit, where sums of floating point do
SELECT count(*) FILTER (WHERE score IS DISTINCT FROM descending OR score IS DISTINCT FROM scattered) AS differ, count(*) FILTER (WHERE plain <> plain_descending) > 0 AS plain_sums_differ
FROM serial JOIN (SELECT assessment, delivery.maturity_score(rating, weight ORDER BY id DESC) AS descending, delivery.maturity_score(rating, weight ORDER BY md5(id::text)) AS scattered,
	sum(rating * weight ORDER BY id) / nullif(sum(weight ORDER BY id), 0) AS plain, sum(rating * weight ORDER BY id DESC) / nullif(sum(weight ORDER BY id DESC), 0) AS plain_descending
	FROM maturity_rating GROUP BY assessment) AS s USING (assessment);

-- moving frame equals recomputation, bit by bit
WITH moving AS (
	SELECT id, assessment, delivery.maturity_score(rating, weight) OVER w AS score, delivery.maturity_level(rating, mandatory) OVER w AS level, min(rating) FILTER (WHERE mandatory) OVER w AS lowest,
		array_agg(rating) OVER w AS ratings, array_agg(weight) OVER w AS weights
	FROM maturity_rating
	WINDOW w AS (PARTITION BY assessment ORDER BY id ROWS BETWEEN 9 PRECEDING AND 7 PRECEDING))
SELECT count(*) AS frames, count(*) FILTER (WHERE score IS NULL) > 0 AS some_empty, count(*) FILTER (WHERE score IS DISTINCT FROM recomputed) AS differ, count(*) FILTER (WHERE level IS DISTINCT FROM lowest) AS levels_differ
FROM moving, LATERAL (SELECT delivery.maturity_score(r, w) AS recomputed FROM unnest(ratings, weights) AS u (r, w)) AS s;

-- parallel plan equals serial plan, bit by bit
ALTER TABLE maturity_rating SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.maturity_score(rating, weight), delivery.maturity_level(rating, mandatory) FROM maturity_rating;
CREATE TEMP TABLE parallel AS
SELECT assessment, delivery.maturity_score(rating, weight) AS score, delivery.maturity_level(rating, mandatory) AS level FROM maturity_rating GROUP BY assessment;
SELECT count(*) AS same FROM (SELECT * FROM serial INTERSECT SELECT * FROM parallel) AS s;
RESET ALL;
SET search_path = public;
SET extra_float_digits = 1;

-- states are ordinary values: kept as text, and combined in any order
CREATE TEMP TABLE rollup AS
SELECT part, delivery_internal.maturity_score_combine('{0,0,0,0}', delivery_internal.maturity_score_accum(delivery_internal.maturity_score_accum('{0,0,0,0}', 1 + part % 5, 999999.999999999), 5, part / 10.0))::text AS kept
FROM generate_series(0, 9) AS part;
SELECT kept FROM rollup WHERE part = 3;
SELECT delivery_internal.maturity_score_final(delivery_internal.maturity_score_combine(a.kept::bigint[], b.kept::bigint[])) = delivery_internal.maturity_score_final(delivery_internal.maturity_score_combine(b.kept::bigint[], a.kept::bigint[])) AS same, count(*)
FROM rollup AS a, rollup AS b GROUP BY 1;
-- over the limb and back
SELECT delivery_internal.maturity_score_accum('{3,999999999000000000,0,999999999999999999}', 5, 1) AS carried, delivery_internal.maturity_score_remove(delivery_internal.maturity_score_accum('{3,999999999000000000,0,999999999999999999}', 5, 1), 5, 1) AS borrowed,
	delivery_internal.maturity_score_combine('{1,600000000000000000,0,700000000000000000}', '{0,700000000000000000,0,600000000000000000}') AS combined,
	delivery_internal.maturity_score_final('{9,0,3,0}') AS three, delivery_internal.maturity_score_final('{4000000000,0,1000000000,0}') AS four, delivery_internal.maturity_score_final('{0,0,0,0}') IS NULL AS none,
	delivery_internal.maturity_level_combine(4, 2) AS level;
-- small whole weights: the mean is what a plain division gives, to the last bit
SELECT count(*) AS combinations, count(*) FILTER (WHERE score <> plain) AS differ
FROM (SELECT delivery.maturity_score(r, w) AS score, sum(r * w)::float8 / sum(w) AS plain
	FROM generate_series(1, 5) AS r1, generate_series(1, 5) AS r2, generate_series(1, 5) AS r3, generate_series(1, 3) AS w1, generate_series(1, 3) AS w2, generate_series(0, 3) AS w3,
		unnest(ARRAY[r1, r2, r3], ARRAY[w1, w2, w3]) AS u (r, w)
	GROUP BY r1, r2, r3, w1, w2, w3) AS s;
-- what is no state
SELECT state, pg_temp.sqlstate_of(format('SELECT delivery_internal.maturity_score_final(%L)', state)) AS final, pg_temp.sqlstate_of(format('SELECT delivery_internal.maturity_score_combine(''{0,0,0,0}'', %L)', state)) AS combine,
	pg_temp.sqlstate_of(format('SELECT delivery_internal.maturity_score_combine(%L, ''{0,0,0,0}'')', state)) AS combine_with
FROM unnest(ARRAY['{}', '{1,2,3}', '{0,0,0,0,0}', '{NULL,0,0,0}', '{{0,0},{0,0}}', '{0,-1,0,1}', '{-1,0,0,1}', '{0,1000000000000000000,0,1}', '{0,1,0,0}', '{0,1,0,2}', '{0,6,0,1}', '{0,11,0,2}', '{9223372036854775807,0,1,0}', '{1000000000000000000,0,1,0}']) AS state;
SELECT pg_temp.sqlstate_of($$ SELECT delivery_internal.maturity_score_combine('{999999999999999999,0,999999999999999999,999999999999999999}', '{1,0,1,0}') $$) AS overflow;
DROP VIEW oracle;
DROP TABLE maturity_rating;
