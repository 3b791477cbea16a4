-- objective.sql: the type objective: what it reads and writes, its casts, its
-- order, and what it refuses.
SET extra_float_digits = 1;
SELECT setseed(0.4);

-- both readings, and one way of writing
SELECT input, input::delivery.objective, delivery.ratio(input::delivery.objective)
FROM unnest(ARRAY['99.9%', '0.999', '99.90 %', ' .999 ', '+0.9990000000', '99.99%', '0.95', '50%', '1%', '0.01',
	'0.5%', '0.000000001', '99.9999999%', '0.0000001%', '99.%', '00099.9%', '0.1234567890000', '.5']) AS input;
SELECT delivery.objective(0.995), 0.9::delivery.objective, 0.999::float8::delivery.objective, 0.999::real::delivery.objective AS "real", 0.9999994::real::delivery.objective AS seven_digits,
	(0.1::float8 + 0.8::float8)::delivery.objective AS sum_of_floats, (99.9::float8 / 100)::delivery.objective AS divided, (1 - 1e-9)::delivery.objective,
	'99.95%'::delivery.objective::numeric, '99.9%'::text::delivery.objective AS by_text, '99.9%'::delivery.objective::text;

-- numbers are taken where an objective is wanted, text where one is stored
CREATE TEMP TABLE slo (service text, objective delivery.objective);
INSERT INTO slo VALUES ('a', 0.999), ('b', '99.5%'), ('c', 0.9::float8), ('d', NULL), ('e', 0.99);
CREATE TEMP TABLE stored (way text, objective delivery.objective);
CREATE DOMAIN pg_temp.written AS text;
INSERT INTO stored SELECT 'text', t FROM (VALUES ('99.9%'::text), ('0.999')) AS v (t);
INSERT INTO stored SELECT 'varchar', t FROM (VALUES ('99.9%'::varchar), (' 0.999 '::varchar(9))) AS v (t);
INSERT INTO stored VALUES ('char', '99.9%'::char(12)), ('domain', '99.9%'::pg_temp.written), ('real', 0.999::real), ('real', NULL::real), ('text', NULL::text);
PREPARE store (text, varchar, float8, real) AS INSERT INTO stored VALUES ('text', $1), ('varchar', $2), ('float8', $3), ('real', $4);
EXECUTE store ('99.9%', '.999', 0.999, 0.999);
DEALLOCATE store;
UPDATE stored SET objective = '0.9990'::text WHERE way = 'char';
SELECT way, objective, count(*) FROM stored GROUP BY way, objective ORDER BY way COLLATE "C", objective;
SELECT delivery.hours(delivery.allowed_downtime(0.999::float8, interval '1000 hours')) AS float8, delivery.hours(delivery.allowed_downtime(0.999::real, interval '1000 hours')) AS "real",
	delivery.ratio(0.999::float8) AS ratio;
SELECT * FROM slo ORDER BY objective, service;
SELECT * FROM slo WHERE delivery.ratio(objective) >= 0.99 ORDER BY service COLLATE "C";
CREATE TEMP TABLE numbers AS SELECT NULL::numeric AS ratio WHERE false;
INSERT INTO numbers SELECT objective FROM slo;
SELECT ratio FROM numbers ORDER BY ratio;

-- every objective there can be goes through text, bytes and numeric unchanged:
-- the ends, and as many at random
CREATE TEMP TABLE part AS
SELECT parts FROM (SELECT 1 + (random() * 999999997)::integer AS parts FROM generate_series(1, 3000)
	UNION SELECT unnest(ARRAY[1, 2, 9, 10, 99999999, 500000000, 999000000, 999999998, 999999999])) AS s;
SELECT count(*) > 2900 AS many,
	count(*) FILTER (WHERE o::text::delivery.objective OPERATOR(delivery.<>) o) AS text_differs,
	count(*) FILTER (WHERE o::text <> trim_scale(parts / 10000000.0) || '%') AS oracle_differs,
	count(*) FILTER (WHERE delivery.ratio(o) <> parts / 1000000000.0) AS ratio_differs,
	count(*) FILTER (WHERE delivery.ratio(o)::delivery.objective OPERATOR(delivery.<>) o) AS numeric_differs,
	count(*) FILTER (WHERE (parts / 1e9::float8)::delivery.objective OPERATOR(delivery.<>) o) AS float_differs,
	count(*) FILTER (WHERE delivery_internal.objective_send(o) <> '\x01000000'::bytea || int8send(parts)) AS bytes_differ
FROM (SELECT parts, delivery.objective(parts / 1000000000.0) AS o FROM part) AS s;

-- binary, through a file
\set data_file `mktemp`
\setenv DATA_FILE :data_file
COPY slo TO STDOUT (FORMAT binary) \g :data_file
CREATE TEMP TABLE copied (LIKE slo);
\copy copied FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
\! rm "$DATA_FILE"
SELECT count(*) FROM slo JOIN copied USING (service) WHERE slo.objective::text IS NOT DISTINCT FROM copied.objective::text;

-- order, equality and hash are those of the ratios
SELECT count(*) AS pairs, count(*) FILTER (WHERE
	(a.o OPERATOR(delivery.<) b.o) <> (a.parts < b.parts) OR (a.o OPERATOR(delivery.<=) b.o) <> (a.parts <= b.parts)
	OR (a.o OPERATOR(delivery.=) b.o) <> (a.parts = b.parts) OR (a.o OPERATOR(delivery.<>) b.o) <> (a.parts <> b.parts)
	OR (a.o OPERATOR(delivery.>=) b.o) <> (a.parts >= b.parts) OR (a.o OPERATOR(delivery.>) b.o) <> (a.parts > b.parts)
	OR sign(delivery_internal.objective_cmp(a.o, b.o)) <> sign(a.parts - b.parts)
	OR (a.parts = b.parts AND delivery_internal.objective_hash(a.o) <> delivery_internal.objective_hash(b.o))
	OR (a.parts = b.parts AND delivery_internal.objective_hash_extended(a.o, 7) <> delivery_internal.objective_hash_extended(b.o, 7))) AS differ
FROM (SELECT parts, delivery.objective(parts / 1000000000.0) AS o FROM part ORDER BY parts LIMIT 60) AS a,
	(SELECT parts, delivery.objective(parts / 1000000000.0) AS o FROM part ORDER BY parts LIMIT 60) AS b;
-- in an index, a group, a join and DISTINCT
CREATE TEMP TABLE indexed AS SELECT delivery.objective(parts / 1000000000.0) AS o, parts FROM part;
CREATE UNIQUE INDEX ON indexed (o);
CREATE INDEX ON indexed USING hash (o);
ANALYZE indexed;
SET enable_seqscan = off;
SET enable_sort = off;
SELECT count(*) AS out_of_order FROM (SELECT parts < lag(parts) OVER (ORDER BY o) AS falls FROM indexed) AS s WHERE falls;
RESET enable_sort;
SELECT parts FROM indexed WHERE o OPERATOR(delivery.=) '99.9%' OR o OPERATOR(delivery.>) 0.999999998 ORDER BY o;
SELECT count(DISTINCT o) = count(*) AS distinct_values, min(parts), max(parts) FROM indexed;
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) = (SELECT count(*) FROM part) AS hash_join FROM indexed AS a JOIN indexed AS b ON a.o OPERATOR(delivery.=) b.o;
SET enable_mergejoin = on;
SET enable_hashjoin = off;
SELECT count(*) = (SELECT count(*) FROM part) AS merge_join FROM indexed AS a JOIN indexed AS b ON a.o OPERATOR(delivery.=) b.o;
RESET ALL;

-- comparisons on the search_path: whatever a driver sends, and no other ones change
SET search_path = public, delivery;
PREPARE untyped AS SELECT count(*) FROM slo WHERE objective = $1 OR objective > $2;
EXECUTE untyped ('0.999', '99.95%');
PREPARE typed (numeric, float8, real) AS SELECT count(*) FROM slo WHERE objective = $1 OR objective = $2 OR objective = $3;
EXECUTE typed (0.999, 0.9, 0.995);
DEALLOCATE ALL;
SELECT string_agg(service, ' ' ORDER BY service) FILTER (WHERE objective = 0.999) AS numeric, string_agg(service, ' ' ORDER BY service) FILTER (WHERE objective = 0.999::float8) AS float8,
	string_agg(service, ' ' ORDER BY service) FILTER (WHERE 0.99::real <= objective) AS "real", string_agg(service, ' ' ORDER BY service) FILTER (WHERE objective = '99.9%') AS literal,
	string_agg(service, ' ' ORDER BY service) FILTER (WHERE objective IN (0.999, 0.9)) AS list, string_agg(service, ' ' ORDER BY service) FILTER (WHERE objective BETWEEN 0.99::float8 AND '99.5%') AS range
FROM slo;
SELECT count(*) FILTER (WHERE objective IN (0.999, 0.995::float8)) AS mixed_list FROM slo;
-- (many small statements, for each of which no worker is to be started)
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	EXECUTE statement INTO outcome;
	RETURN outcome;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
-- numbers and text among themselves: the same result, of the same type, or the same error, as without us
CREATE TEMP TABLE operand AS SELECT unnest(ARRAY['1::smallint', '1', '1::bigint', '0.5', '0.5::real', '0.5::float8', '''0.5''', '''0.5''::text', '''0.5''::varchar', '''0.5''::char(3)', '''24/7''', 'NULL', '1::oid']) AS x;
CREATE TEMP TABLE expression AS
SELECT format('SELECT concat(%1$s %3$s %2$s, pg_typeof(%1$s %3$s %2$s))', a.x, b.x, operator) AS statement
FROM operand AS a, operand AS b, unnest(ARRAY['=', '<>', '<', '<=', '>=', '>', '+', '||', 'IS DISTINCT FROM']) AS operator
UNION ALL
SELECT format('SELECT concat(%1$s(%2$s), pg_typeof(%1$s(%2$s)))', f, x)
FROM unnest(ARRAY['min', 'max', 'sum', 'avg', 'count', 'abs', 'round', 'trunc', 'length', 'array_agg', 'greatest', 'coalesce']) AS f, operand;
CREATE TEMP TABLE with_us AS SELECT statement, pg_temp.outcome(statement) FROM expression;
SET search_path = public;
SELECT count(*) AS expressions, count(*) FILTER (WHERE length(outcome) = 5) > 100 AS some_are_errors,
	count(*) FILTER (WHERE outcome IS DISTINCT FROM pg_temp.outcome(statement)) AS differ FROM with_us;

-- without any search_path: groups, order, windows, indexes, keys, generated columns
SET search_path = '';
CREATE TABLE public.promise (id integer PRIMARY KEY, written text, objective delivery.objective GENERATED ALWAYS AS (written::delivery.objective) STORED,
	ratio numeric GENERATED ALWAYS AS (delivery.ratio(written::delivery.objective)) STORED, share float8, of_number delivery.objective GENERATED ALWAYS AS (share) STORED, UNIQUE (objective, id));
CREATE INDEX ON public.promise (objective DESC);
CREATE INDEX ON public.promise USING hash (objective);
CREATE INDEX ON public.promise ((share::delivery.objective));
CREATE TABLE public.grade (objective delivery.objective PRIMARY KEY, name text) PARTITION BY RANGE (objective);
CREATE TABLE public.grade_low PARTITION OF public.grade FOR VALUES FROM ('50%') TO ('99%');
CREATE TABLE public.grade_high PARTITION OF public.grade FOR VALUES FROM ('99%') TO (MAXVALUE);
INSERT INTO public.grade VALUES ('90%', 'low'), ('99%', 'middle'), ('99.9%', 'high');
ALTER TABLE public.promise ADD FOREIGN KEY (objective) REFERENCES public.grade;
INSERT INTO public.promise (id, written, share) SELECT i, (ARRAY['0.9', '99%', '99.90%'])[1 + i % 3], (ARRAY[0.9, 0.99, 0.999])[1 + i % 3] FROM generate_series(1, 9) AS i;
SELECT objective, of_number, count(*), count(DISTINCT objective) AS one FROM public.promise GROUP BY objective, of_number ORDER BY objective DESC;
SELECT DISTINCT objective FROM public.promise ORDER BY objective;
SELECT DISTINCT ON (objective) objective, id FROM public.promise ORDER BY objective, id;
SELECT id, objective, row_number() OVER (PARTITION BY objective ORDER BY id), rank() OVER (ORDER BY objective) FROM public.promise ORDER BY id LIMIT 4;
SELECT objective FROM public.promise UNION SELECT objective FROM public.grade EXCEPT SELECT '99%'::delivery.objective ORDER BY objective;
SELECT tableoid::regclass, objective FROM public.grade ORDER BY objective;
SELECT ratio, max(ratio) OVER () FROM public.promise GROUP BY ratio ORDER BY ratio;
SELECT array_agg(DISTINCT objective ORDER BY objective) AS distinct_values FROM public.promise;
DROP TABLE public.promise, public.grade;
RESET ALL;

-- NULL
SELECT delivery.ratio(NULL) IS NULL, NULL::numeric::delivery.objective IS NULL, NULL::float8::delivery.objective IS NULL;

-- what is refused: by SQLSTATE; errors.sql has the words
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT input, pg_temp.sqlstate_of(format('SELECT %L::delivery.objective', input)) AS text,
	pg_temp.sqlstate_of(format('SELECT %L::numeric::delivery.objective', input)) AS numeric
FROM unnest(ARRAY['99.9', '0', '1', '100', '-0.5', '1.0000000001', '0.9999999999', '0.00000000001', '5e-1', 'NaN', 'Infinity', '-Infinity', '1e300']) AS input;
SELECT input, pg_temp.sqlstate_of(format('SELECT %L::delivery.objective', input))
FROM unnest(ARRAY['', ' ', '%', '.', '.%', '99,9%', '99.9%%', '99.9 % x', '99.9percent', '1.2.3', '0x1', '0%', '100%', '100.0000001%', '-1%', '+-1%',
	'99.99999999%', '0.00000001%', '9.9.9%', '--1', '0.5 5', '99%' || chr(9) || 'x']) AS input
UNION ALL
SELECT 'long', pg_temp.sqlstate_of(format('SELECT %L::delivery.objective', input))
FROM unnest(ARRAY[repeat('9', 10000), repeat('9', 10000) || '%', '0.' || repeat('0', 5000) || '1', repeat('x', 100000)]) AS input;
SELECT pg_temp.sqlstate_of(format('SELECT %s::float8::delivery.objective', input)) AS float8
FROM unnest(ARRAY['1', '0', '99.9', '''NaN''', '''Infinity''', '(2.0/3)', '1e-10', '1e-320']) AS input;
-- random text is taken or refused as a pattern and numeric arithmetic say
SELECT setseed(0.9);
CREATE TEMP TABLE noise AS
SELECT string_agg(substr('0000123459999.....%%- +x', 1 + floor(random() * 24)::integer, 1), '') AS input
FROM generate_series(1, 4000) AS i, generate_series(1, 1 + i % 8) AS j GROUP BY i;
INSERT INTO noise SELECT concat(trim_scale(round((random() * 101)::numeric, (random() * 9)::integer)), CASE WHEN random() < 0.7 THEN '%' END) FROM generate_series(1, 1000);
CREATE TEMP TABLE read AS
SELECT input, pg_temp.sqlstate_of(format('SELECT %L::delivery.objective', input)) AS state, CASE WHEN input ~ '^\s*[+-]?(\d+\.?\d*|\.\d+)\s*%?\s*$' THEN
	trim(translate(input, '%', ''))::numeric / CASE WHEN input ~ '%' THEN 100 ELSE 1 END END AS ratio
FROM noise;
SELECT state, count(*) > 50 AS many, count(*) FILTER (WHERE state IS DISTINCT FROM CASE WHEN ratio IS NULL THEN '22P02' WHEN ratio <= 0 OR ratio >= 1 OR ratio <> round(ratio, 9) THEN '22003' ELSE 'no error' END) AS differ
FROM read GROUP BY state ORDER BY state COLLATE "C";
SELECT count(*) FILTER (WHERE delivery.ratio(input::delivery.objective) <> ratio) AS differ FROM read WHERE state = 'no error';

-- bytes that are no objective: integers, as they were sent before there was a format
CREATE TEMP TABLE integers (parts integer);
\set data_file `mktemp`
\setenv DATA_FILE :data_file
INSERT INTO integers VALUES (999000000);
COPY integers TO STDOUT (FORMAT binary) \g :data_file
CREATE TEMP TABLE objectives (o delivery.objective);
\set VERBOSITY sqlstate
\copy objectives FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
\set VERBOSITY default
SELECT count(*) AS taken FROM objectives;
\! rm "$DATA_FILE"
