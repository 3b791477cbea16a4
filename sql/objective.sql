-- objective.sql: the type objective: what it reads and writes, its casts, its
-- order, and what it refuses.
SET extra_float_digits = 1;
SELECT setseed(0.4);

-- both readings, and one way of writing
SELECT input, input::delivery.objective, delivery.ratio(input::delivery.objective)
FROM unnest(ARRAY['99.9%', '0.999', '99.90 %', ' .999 ', '+0.9990000000', '99.99%', '0.95', '50%', '1%', '0.01',
	'0.5%', '0.000000001', '99.9999999%', '0.0000001%', '99.%', '00099.9%', '0.1234567890000', '.5']) AS input;
SELECT delivery.objective(0.995), 0.9::delivery.objective, 0.999::float8::delivery.objective, 0.999::real::delivery.objective AS "real",
	(0.1::float8 + 0.8::float8)::delivery.objective AS sum_of_floats, (1 - 1e-9)::delivery.objective,
	'99.95%'::delivery.objective::numeric, '99.9%'::text::delivery.objective AS by_text, '99.9%'::delivery.objective::text;

-- numeric is taken where an objective is wanted, float8 where one is stored
CREATE TEMP TABLE slo (service text, objective delivery.objective);
INSERT INTO slo VALUES ('a', 0.999), ('b', '99.5%'), ('c', 0.9::float8), ('d', NULL), ('e', 0.99);
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
	count(*) FILTER (WHERE delivery_internal.objective_send(o) <> int4send(parts)) AS bytes_differ
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

-- NULL
SELECT delivery.ratio(NULL) IS NULL, NULL::numeric::delivery.objective IS NULL, NULL::float8::delivery.objective IS NULL;

-- what is refused: by SQLSTATE; errors.sql has the words
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

-- bytes that are no objective
CREATE TEMP TABLE integers (parts integer);
\set data_file `mktemp`
\setenv DATA_FILE :data_file
INSERT INTO integers VALUES (1000000000);
COPY integers TO STDOUT (FORMAT binary) \g :data_file
CREATE TEMP TABLE objectives (o delivery.objective);
\set VERBOSITY sqlstate
\copy objectives FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
UPDATE integers SET parts = 0;
COPY integers TO STDOUT (FORMAT binary) \g :data_file
\copy objectives FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
UPDATE integers SET parts = -5;
COPY integers TO STDOUT (FORMAT binary) \g :data_file
\copy objectives FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
UPDATE integers SET parts = 999000000;
COPY integers TO STDOUT (FORMAT binary) \g :data_file
\copy objectives FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
\set VERBOSITY default
SELECT * FROM objectives;
\! rm "$DATA_FILE"
