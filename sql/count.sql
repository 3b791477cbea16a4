-- count.sql: counts of every type find a form of what takes counts, which one is
-- that, and all forms give the same, also in windows and in parallel.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- (many small statements, for each of which no worker is to be started)
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	EXECUTE statement INTO outcome;
	RETURN coalesce(outcome, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
CREATE DOMAIN pg_temp.event_count AS integer CHECK (VALUE >= 0);
CREATE DOMAIN pg_temp.large_count AS numeric;
CREATE TEMP TABLE one AS
SELECT 1::smallint AS s, 1 AS i, 1::bigint AS b, 1::numeric AS n, 1::real AS r, 1::float8 AS f, 1::pg_temp.event_count AS d, 1::pg_temp.large_count AS l;

-- good, total and objective in all combinations: as columns, as literals, as unknown as can be
CREATE TEMP TABLE written AS
SELECT unnest(ARRAY['s', 'i', 'b', 'n', 'r', 'f', 'd', 'l', '1', '1.0', '''1''']) AS x;
CREATE TEMP TABLE promised AS
SELECT unnest(ARRAY['0.5', '0.5::float8', '0.5::real', '''50%''', '''50%''::delivery.objective', 'CASE WHEN s = 1 THEN 0.5 END']) AS o;
CREATE TEMP TABLE call AS
SELECT f, format(f, g.x, t.x, o) AS call
FROM (VALUES ('delivery.error_budget(%s, %s, %s)'), ('delivery.burn_rate(%s, %s, %s)'),
		('delivery.burn_rate_alert(''2026-01-06 23:59'', %s, %s, %s, ''2026-01-07'')'),
		('delivery.burn_rate_alert(timestamptz ''2026-01-06 23:59'', %s, %s, %s, timestamptz ''2026-01-07'', ''7 days'')'),
		('delivery.burn_rate_alert(''2026-01-06 23:59'', %1$s, %2$s, %3$s, ''2026-01-07'', interval ''7 days'', %1$s)'),
		('delivery.burn_rate_alert(''2026-01-06 23:59'', %1$s, %2$s, %3$s, ''2026-01-07'', ''7 days'', 1)')) AS v (f), written AS g, written AS t, promised;
SELECT f, count(*) AS calls, string_agg(DISTINCT outcome, ' | ') AS outcomes
FROM (SELECT f, pg_temp.outcome(format('SELECT %s FROM one', call)) AS outcome FROM call) AS s GROUP BY f ORDER BY f COLLATE "C";
SELECT count(*) AS calls, string_agg(DISTINCT pg_temp.outcome(format('SELECT delivery.error_budget_of(%s, %s, %s) FROM one', g.x, t.x, o)), ' | ') AS outcomes
FROM written AS g, written AS t, promised;
-- NULLs of every type, and of none
SELECT count(*) AS calls, string_agg(DISTINCT pg_temp.outcome(format('SELECT delivery.%s(%s, %s, %s) FROM one', f, g.x, t.x, o)), ' | ') AS outcomes
FROM unnest(ARRAY['error_budget', 'burn_rate', 'error_budget_of']) AS f, (SELECT x FROM written UNION SELECT 'NULL' UNION SELECT 'NULL::' || unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'float8'])) AS g,
	(SELECT 'NULL' AS x UNION SELECT 'NULL::' || unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'float8'])) AS t, unnest(ARRAY['0.5', 'NULL', 'NULL::numeric', 'NULL::float8', 'NULL::delivery.objective']) AS o;

-- which form: the type of the counts, as the rule of a view says
CREATE FUNCTION pg_temp.form(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	form text;
BEGIN
	EXECUTE format('CREATE TEMP VIEW form AS SELECT %s AS x FROM one', call);
	SELECT (proargtypes::oid[])[CASE WHEN proname = 'burn_rate_alert' THEN 1 ELSE 0 END]::regtype INTO form
	FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
	JOIN pg_proc AS p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
	WHERE ev_class = 'form'::regclass AND proname IN ('error_budget', 'burn_rate', 'burn_rate_alert', 'error_budget_of');
	DROP VIEW form;
	RETURN form;
END $$;
CREATE TEMP TABLE burn AS
SELECT g.x AS good, t.x AS total, pg_temp.form(format('delivery.burn_rate(%s, %s, 0.5)', g.x, t.x)) FROM written AS g, written AS t;
SELECT good, string_agg(form, ', ' ORDER BY i) AS of_each_total
FROM burn JOIN (SELECT x, row_number() OVER () AS i FROM written) AS w ON x = total GROUP BY good ORDER BY (SELECT min(i) FROM (SELECT x, row_number() OVER () AS i FROM written) AS w WHERE x = good);
-- the same for all of them, but for two literals in error_budget(), which could be a downtime and its period
SELECT f, count(*) FILTER (WHERE form <> other) AS differ, string_agg(DISTINCT concat_ws(' ', good, total, other), ', ') FILTER (WHERE form <> other) AS which
FROM (SELECT f, good, total, form, pg_temp.form(format(f, good, total)) AS other
	FROM unnest(ARRAY['delivery.error_budget(%s, %s, 0.5)', 'delivery.error_budget_of(%s, %s, 0.5::float8)', 'delivery.burn_rate_alert(now(), %s, %s, 0.5, now())',
		'delivery.burn_rate_alert(now(), %s, %s, 0.5, now(), ''7 days'', ''9'')']) AS f, burn) AS s
GROUP BY f ORDER BY f COLLATE "C";
SELECT x AS min_events, pg_temp.form(format('delivery.burn_rate_alert(now(), b, b, 0.5, now(), ''7 days'', %s)', x)) AS of_bigint, pg_temp.form(format('delivery.burn_rate_alert(now(), i, i, 0.5, now(), ''7 days'', %s)', x)) AS of_integer,
	pg_temp.form(format('delivery.burn_rate_alert(now(), n, b, 0.5, now(), ''7 days'', %s)', x)) AS of_numeric
FROM unnest(ARRAY['1', '1::bigint', '1::numeric', '1::float8', '''1''']) WITH ORDINALITY AS v (x, i) ORDER BY i;
-- parameters without a type
PREPARE budget AS SELECT delivery.error_budget($1, $2, $3), delivery.error_budget($1, $2, $3) FILTER (WHERE false);
PREPARE burn AS SELECT delivery.burn_rate($1, $2, $3), delivery.error_budget_of($1, $2, $3);
PREPARE alert AS SELECT delivery.burn_rate_alert($1, $2, $3, $4, $5), delivery.burn_rate_alert($1, $2, $3, $4, $5, $6), delivery.burn_rate_alert($1, $2, $3, $4, $5, $6, $7);
PREPARE event AS SELECT delivery.burn_rate($1, $2), delivery.error_budget($1, $2);
PREPARE partly (bigint) AS SELECT delivery.burn_rate($1, $2, $3), delivery.error_budget($1, $2, $3), delivery.error_budget_of($1, $2, $3);
SELECT name, array_agg(replace(t::text, 'delivery.', '') ORDER BY i) AS parameter_types FROM pg_prepared_statements, unnest(parameter_types) WITH ORDINALITY AS p (t, i) GROUP BY name ORDER BY name;
EXECUTE budget ('99', '100', 0.99);
EXECUTE burn (99, 100, '99%');
EXECUTE alert ('2026-01-06 23:59', 99, 100, '99%', '2026-01-07', '30 days', 5);
EXECUTE event (true, 0.99::float8);
EXECUTE partly (99, 100, 0.99::real);
PREPARE float (float8, float8, float8) AS SELECT delivery.error_budget($1, $2, $3), delivery.error_budget($1::bigint, $2::bigint, $3), delivery.burn_rate($1::numeric, $2::bigint, $3), delivery.error_budget(true, $3);
EXECUTE float (99, 100, 0.99);
DEALLOCATE ALL;
-- a view keeps its form through its text
CREATE TEMP VIEW kept AS SELECT delivery.error_budget(i, s, 0.5::float8) AS a, delivery.burn_rate('1', 1, 0.5::real) AS b, delivery.error_budget('1', '1', 0.5) AS c, delivery.error_budget_of(count(*), count(*), '50%') AS d,
	delivery.burn_rate_alert('2026-01-06 23:59', n, b, CASE WHEN true THEN 0.5 END, '2026-01-07', '7 days', '5') AS e FROM one;
SELECT set_config('test.kept', pg_get_viewdef('kept'), false) <> '' AS kept;
DO $$ BEGIN EXECUTE 'CREATE TEMP VIEW again AS ' || current_setting('test.kept'); END $$;
SELECT pg_get_viewdef('again') = pg_get_viewdef('kept') AS same, (SELECT again::text FROM again) = (SELECT kept::text FROM kept) AS same_result;

-- the ends of what is taken
SELECT delivery.error_budget(9007199254740991::float8, 9007199254740991::float8, 0.5) AS float8, delivery.error_budget(9223372036854775807, 9223372036854775807, 0.5) AS bigint,
	delivery.error_budget(9223372036854775807.00, 9223372036854775807, 0.5) AS numeric, delivery.error_budget('9223372036854775807', '9223372036854775807.0', 0.5) AS text,
	delivery.error_budget(16777216::real, 16777216, 0.5) AS "real", delivery.error_budget('-0'::float8, 0, 0.5) IS NULL AS minus_zero;
SELECT x, string_agg(pg_temp.outcome(format(f, x)), ' ' ORDER BY i) AS sqlstates
FROM unnest(ARRAY['0.5::float8', '-0.5::float8', '-1::float8', '''NaN''::float8', '''Infinity''::float8', '''-Infinity''::float8', '9007199254740992::float8', '-9007199254740992::float8', '1e300::float8', '1e-300::float8', '4503599627370495.5::float8',
		'0.5::real', '0.5', '''NaN''::numeric', '''-Infinity''::numeric', '9223372036854775808', '-9223372036854775809', '-1', '-1::bigint', '''0.5''', '''x''']) WITH ORDINALITY AS v (x, n),
	unnest(ARRAY['SELECT delivery.burn_rate(%s, 1, 0.5)', 'SELECT delivery.burn_rate(0, %s, 0.5)', 'SELECT delivery.error_budget(%1$s, %1$s, 0.5)', 'SELECT delivery.error_budget_of(%s, 1, 0.5)',
		'SELECT delivery.burn_rate_alert(now(), %s, 1, 0.5, now())', 'SELECT delivery.burn_rate_alert(now(), 1, 1, 0.5, now(), ''7 days'', %s)']) WITH ORDINALITY AS f (f, i)
GROUP BY n, x ORDER BY n;
-- a bigint beyond them that meets a float8 is refused, too
SELECT pg_temp.outcome('SELECT delivery.burn_rate(1::float8, 9007199254740993, 0.5)') AS larger, pg_temp.outcome('SELECT delivery.burn_rate(1::float8, 9007199254740991, 0.5) > 1.99') AS largest;
-- what is no count finds no form
SELECT x, pg_temp.outcome(format('SELECT delivery.error_budget(%1$s, %1$s, 0.5)', x)) AS error_budget, pg_temp.outcome(format('SELECT delivery.burn_rate(%1$s, %1$s, 0.5)', x)) AS burn_rate,
	pg_temp.outcome(format('SELECT delivery.burn_rate_alert(now(), %1$s, %1$s, 0.5, now())', x)) AS alert, pg_temp.outcome(format('SELECT delivery.error_budget_of(%1$s, %1$s, 0.5)', x)) AS error_budget_of
FROM unnest(ARRAY['true', 'current_date', 'interval ''1 s''', '''x''::bytea', '''{}''::jsonb', '''empty''::tstzrange', '''50%''::delivery.objective']) WITH ORDINALITY AS v (x, i) ORDER BY i;
-- nor does text as an objective: it is cast, or stored
SELECT pg_temp.outcome('SELECT delivery.error_budget(1, 1, ''50%''::text)') AS text, pg_temp.outcome('SELECT delivery.burn_rate(1, 1, ''50%''::varchar)') AS varchar, pg_temp.outcome('SELECT delivery.burn_rate(1, 1, ''50%''::text::delivery.objective)') AS cast;

-- random rows: all forms give the same
RESET max_parallel_workers_per_gather;
SELECT setseed(0.23);
CREATE TEMP TABLE event AS
SELECT i, i % 7 AS service, '2026-01-04'::timestamptz + i * interval '1 minute' AS bucket, good, total, good::integer AS good_i, total::integer AS total_i, good::numeric AS good_n, total::numeric AS total_n, good::float8 AS good_f, total::float8 AS total_f
FROM (SELECT i, CASE WHEN i % 19 <> 0 THEN (total * (1 - power(random(), 9)))::bigint END AS good, CASE WHEN i % 23 <> 0 THEN total END AS total
	FROM (SELECT i, (random() * 5000)::bigint AS total FROM generate_series(1, 4000) AS i) AS s) AS s;
CREATE TEMP VIEW by_form AS
SELECT i, service, delivery.error_budget(good, total, 0.999) OVER w AS b, delivery.error_budget(good_i, total_i, 0.999) OVER w AS b_i, delivery.error_budget(good_n, total_n, 0.999) OVER w AS b_n,
	delivery.error_budget(good_f, total_f, 0.999) OVER w AS b_f, delivery.error_budget(good::text, total::text, 0.999) OVER w AS b_t,
	delivery.burn_rate(good, total, 0.999) OVER w AS r, delivery.burn_rate(good_i, total_i, 0.999) OVER w AS r_i, delivery.burn_rate(good_n, total, 0.999) OVER w AS r_n, delivery.burn_rate(good, total_f, 0.999) OVER w AS r_f
FROM event WINDOW w AS (PARTITION BY service ORDER BY i ROWS BETWEEN 30 PRECEDING AND 3 PRECEDING);
SELECT count(*) AS frames, count(b) AS known, count(*) FILTER (WHERE (b, b, b, b) IS DISTINCT FROM (b_i, b_n, b_f, b_t) OR (r, r, r) IS DISTINCT FROM (r_i, r_n, r_f) OR (b).consumed IS DISTINCT FROM r) AS differ FROM by_form;
SELECT count(*) AS services, count(*) FILTER (WHERE (a, a, a) IS DISTINCT FROM (i, n, f) OR (m, m, m) IS DISTINCT FROM (mi, mn, mf)) AS differ, count(DISTINCT a) > 1 AND bool_or(a IS DISTINCT FROM m) AS various
FROM (SELECT delivery.burn_rate_alert(bucket, good, total, 0.999, as_of) AS a, delivery.burn_rate_alert(bucket, good_i, total_i, 0.999, as_of) AS i,
		delivery.burn_rate_alert(bucket, good_n, total_n, 0.999, as_of) AS n, delivery.burn_rate_alert(bucket, good_f, total_f, 0.999, as_of) AS f,
		delivery.burn_rate_alert(bucket, good, total, 0.999, as_of, '7 days', 40000) AS m, delivery.burn_rate_alert(bucket, good_i, total_i, 0.999, as_of, '7 days', 40000) AS mi,
		delivery.burn_rate_alert(bucket, good_n, total_n, 0.999, as_of, '7 days', 40000.0) AS mn, delivery.burn_rate_alert(bucket, good_f, total_f, 0.999, as_of, '7 days', 4e4::float8) AS mf
	FROM event, unnest(ARRAY['2026-01-05 10:00', '2026-01-06 18:00']::timestamptz[]) AS as_of GROUP BY service, as_of) AS s;
SELECT count(*) AS rows, count(*) FILTER (WHERE (b, b, b) IS DISTINCT FROM (i, n, f)) AS differ
FROM (SELECT delivery.error_budget_of(good, total, 0.999) AS b, delivery.error_budget_of(good_i, total_i, 0.999) AS i, delivery.error_budget_of(good_n, total_n, 0.999) AS n, delivery.error_budget_of(good_f, total_f, 0.999) AS f FROM event) AS s;
-- the states are alike, so one form combines with the other
SELECT delivery_internal.slo_combine(delivery_internal.slo_accum('{3,0,0,0,0}', 9::bigint, 10::bigint, 0.9), delivery_internal.slo_accum('{3,0,0,0,0}', 9::numeric, 10::numeric, 0.9)) AS bigint_and_numeric,
	delivery_internal.slo_combine(delivery_internal.slo_accum('{3,0,0,0,0}', 9, 10, 0.9), delivery_internal.slo_accum_text('{3,0,0,0,0}', '9', '10', 0.9)) AS float8_and_text;

-- in parallel
CREATE TABLE count_parallel AS SELECT * FROM event;
ALTER TABLE count_parallel SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT delivery.error_budget(good_i, total_i, 0.999), delivery.burn_rate(good_n, total_n, 0.999), delivery.burn_rate_alert(bucket, good_f, total_f, 0.999, '2026-01-06') FROM count_parallel;
SELECT count(DISTINCT x) AS results FROM (
	SELECT (delivery.error_budget(good, total, 0.999), delivery.burn_rate(good, total, 0.999), delivery.burn_rate_alert(bucket, good, total, 0.999, '2026-01-06'))::text AS x FROM event
	UNION ALL SELECT (delivery.error_budget(good, total, 0.999), delivery.burn_rate(good, total, 0.999), delivery.burn_rate_alert(bucket, good, total, 0.999, '2026-01-06'))::text FROM count_parallel
	UNION ALL SELECT (delivery.error_budget(good_i, total_i, 0.999), delivery.burn_rate(good_i, total_i, 0.999), delivery.burn_rate_alert(bucket, good_i, total_i, 0.999, '2026-01-06'))::text FROM count_parallel
	UNION ALL SELECT (delivery.error_budget(good_n, total_n, 0.999), delivery.burn_rate(good_n, total_n, 0.999), delivery.burn_rate_alert(bucket, good_n, total_n, 0.999, '2026-01-06'))::text FROM count_parallel
	UNION ALL SELECT (delivery.error_budget(good_f, total_f, 0.999), delivery.burn_rate(good_f, total_f, 0.999), delivery.burn_rate_alert(bucket, good_f, total_f, 0.999, '2026-01-06'))::text FROM count_parallel) AS s;
DROP TABLE count_parallel;
