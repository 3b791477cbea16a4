-- sfia_level.sql: the type sfia_level: what it reads and writes, its casts, its order, on
-- and off the search_path, the aggregate of its name, and what it refuses.
SET extra_float_digits = 1;
SET search_path = public;
-- (many small statements, for each of which no worker is to be started)
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.7);
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
-- what reads as a level, softly where the server knows soft errors
CREATE FUNCTION pg_temp.level_of(written text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	level delivery.sfia_level;
	known boolean := true;
BEGIN
	IF current_setting('server_version_num')::integer >= 160000 THEN
		EXECUTE 'SELECT pg_input_is_valid($1, ''delivery.sfia_level'')' INTO known USING written;
		IF NOT known THEN
			EXECUTE 'SELECT sql_error_code FROM pg_input_error_info($1, ''delivery.sfia_level'')' INTO written USING written;
			RETURN written;
		END IF;
	END IF;
	RETURN written::delivery.sfia_level;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;

-- whether the plan of a query has a node
CREATE FUNCTION pg_temp.plans(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found boolean := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		found := found OR strpos(line, node) > 0;
	END LOOP;
	RETURN found;
END $$;

-- the seven levels, and their names
SELECT level, level::delivery.sfia_level AS by_number, level::text::delivery.sfia_level AS by_digit, delivery.level_name(level::delivery.sfia_level),
	delivery.level_name(level::delivery.sfia_level)::delivery.sfia_level AS by_name
FROM generate_series(1, 7) AS level;
SELECT delivery.level_name(NULL) IS NULL AS null_name, typlen, typbyval, typalign FROM pg_type WHERE oid = 'delivery.sfia_level'::regtype;

-- every way to write one: by words in any case, apart by blanks, commas or slashes, with
-- blanks around, whole or by the first part
CREATE TEMP TABLE name (level integer, words text[], first_part integer);
INSERT INTO name VALUES (1, '{follow}', 1), (2, '{assist}', 1), (3, '{apply}', 1), (4, '{enable}', 1), (5, '{ensure,advise}', 1),
	(6, '{initiate,influence}', 1), (7, '{set,strategy,inspire,mobilise}', 2), (7, '{set,strategy,inspire,mobilize}', 2);
CREATE TEMP TABLE written AS
SELECT level, concat(around, CASE WHEN cased = 0 THEN lower(joined) WHEN cased = 1 THEN upper(joined) ELSE initcap(joined) END, around) AS input
FROM name, unnest(ARRAY[' ', ', ', '/', ' / ', ',', E'\t', E' \n ', '  ,  ']) AS divider, unnest(ARRAY['', ' ', E'\t\n ']) AS around, generate_series(0, 2) AS cased,
	LATERAL (SELECT array_to_string(words, divider) UNION SELECT array_to_string(words[:first_part], divider)) AS j (joined);
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE pg_temp.level_of(input) <> level::text) AS differ FROM written;
SELECT input, pg_temp.level_of(input) FROM unnest(ARRAY['3', ' 3 ', E'\t7\n', 'ensure', 'Set strategy', 'SET/STRATEGY/INSPIRE/MOBILIZE', 'Ensure/advise', 'initiate influence',
	'0', '8', '-1', '-3', '10', '77', '99999999999999999999999', '', ' ', '+3', '03', '-03', '-0', '00', '3.5', '3,5', '7.25', '0.5', '8.5', '3.0', '3.', '.5', '3x', '3 5', '0x3', '3e0', '1_0', 'III',
	'Lead', 'Set', 'strategy', 'Set strategy inspire', 'Set strategy, inspire', 'advise', 'influence', 'Ensure,', ',Ensure', 'Ensure advise more', 'Ensureadvise', 'Enabled', 'Enabl', 'apply 3', '3 apply',
	'Ensure - advise', 'null', 'NaN', 'Follow;', 'azzist', 'aszist', 'assizt', 'enzure', 'advize', 'ensure advize', E'Follow\u00a0', E'\u0661', 'Zet strategy']) AS input;
-- long text is refused as the short one is
SELECT pg_temp.level_of(repeat('3', 100000)) AS digits, pg_temp.level_of(repeat('x', 100000)) AS letters, pg_temp.level_of('3.' || repeat('5', 100000)) AS fraction,
	pg_temp.level_of(repeat(' ', 100000) || '3' || repeat(' ', 100000)) AS blanks, pg_temp.level_of('Ensure' || repeat(',/ ', 30000) || 'advise') AS dividers;
-- random text is taken or refused as patterns say
CREATE TEMP TABLE noise AS
SELECT DISTINCT string_agg(substr('0112345678999.,-+ x', 1 + floor(random() * 19)::integer, 1), '') AS input
FROM generate_series(1, 6000) AS i, generate_series(1, 1 + i % 4) AS j GROUP BY i;
INSERT INTO noise SELECT string_agg((ARRAY['set', 'Strategy', 'inspire', 'mobilise', 'mobilize', 'ensure', 'advise', 'initiate', 'influence', 'apply', ' ', ',', '/', ', '])[1 + floor(random() * 14)::integer], '')
FROM generate_series(1, 6000) AS i, generate_series(1, 1 + i % 7) AS j GROUP BY i;
CREATE TEMP TABLE expected AS
SELECT DISTINCT input, CASE
		WHEN input ~ '^\s*[1-7]\s*$' THEN btrim(input, E' \t\n')
		WHEN input ~ '^\s*(0|-?[1-9][0-9]*)\s*$' THEN '22003'
		ELSE coalesce((SELECT n.level::text FROM name AS n WHERE lower(btrim(input)) ~ ('^' || array_to_string(n.words, '[ ,/]+') || '$')
			OR lower(btrim(input)) ~ ('^' || array_to_string(n.words[:n.first_part], '[ ,/]+') || '$') LIMIT 1), '22P02') END AS outcome
FROM noise;
SELECT outcome, count(*) > 0 AS some, count(*) FILTER (WHERE pg_temp.level_of(input) <> outcome) AS differ FROM expected GROUP BY outcome ORDER BY outcome COLLATE "C";

-- casts: from whole numbers and text by assignment, checked; to them; none from fractions
SELECT number, pg_temp.sqlstate_of(format('SELECT %s::smallint::delivery.sfia_level', number)) AS of_smallint, pg_temp.sqlstate_of(format('SELECT %s::integer::delivery.sfia_level', number)) AS of_integer,
	pg_temp.sqlstate_of(format('SELECT %s::bigint::delivery.sfia_level', number)) AS of_bigint
FROM unnest(ARRAY['1', '7', '0', '8', '(-1)', '259', '32767', '(-32767)']) AS number;
SELECT pg_temp.sqlstate_of('SELECT 65537::delivery.sfia_level') AS integer, pg_temp.sqlstate_of('SELECT 4294967297::delivery.sfia_level') AS bigint, pg_temp.sqlstate_of('SELECT (-9223372036854775808)::delivery.sfia_level') AS least;
SELECT source, pg_temp.sqlstate_of(format('SELECT %s::delivery.sfia_level', source)) AS explicit FROM unnest(ARRAY['3.5', '3.0', '3::real', '3::float8', '''NaN''::float8', 'true', '''2026-01-03''::date', '''3''::jsonb', '''{3}''::integer[]', '3::oid']) AS source;
SELECT '5'::delivery.sfia_level::integer AS "integer", '5'::delivery.sfia_level::smallint AS "smallint", '5'::delivery.sfia_level::bigint AS "bigint", '5'::delivery.sfia_level::text AS "text",
	'apply'::text::delivery.sfia_level AS of_text, 'Apply'::varchar(5)::delivery.sfia_level AS of_varchar, 'apply'::char(9)::delivery.sfia_level AS of_char;
CREATE TEMP TABLE stored (way text, level delivery.sfia_level);
PREPARE store (text, varchar, char(9), smallint, integer, bigint) AS INSERT INTO stored VALUES ('text', $1), ('varchar', $2), ('char', $3), ('smallint', $4), ('integer', $5), ('bigint', $6);
EXECUTE store ('Ensure', 'ensure, advise', '5', 5, 5, 5);
INSERT INTO stored VALUES ('null', NULL::text), ('null', NULL::integer), ('literal', 'Ensure/advise');
SELECT level, count(*) FROM stored GROUP BY level ORDER BY level;
CREATE TEMP TABLE number (i integer, s smallint, b bigint, t text);
INSERT INTO number SELECT level, level, level, level FROM stored WHERE way = 'text';
SELECT * FROM number;
-- what is not assigned: nothing is rounded on the way
SELECT source, pg_temp.sqlstate_of(format('INSERT INTO stored (level) SELECT x FROM (SELECT %s AS x) AS s', source)) FROM unnest(ARRAY['3.5', '3.0', '3::real', '3::float8', '8', '0', '''Lead''::text', '''3.5''::varchar']) AS source;

-- order, equality and hash are those of the numbers
SELECT count(*) AS pairs, count(*) FILTER (WHERE
	(a.l OPERATOR(delivery.<) b.l) <> (a.n < b.n) OR (a.l OPERATOR(delivery.<=) b.l) <> (a.n <= b.n) OR (a.l OPERATOR(delivery.=) b.l) <> (a.n = b.n)
	OR (a.l OPERATOR(delivery.<>) b.l) <> (a.n <> b.n) OR (a.l OPERATOR(delivery.>=) b.l) <> (a.n >= b.n) OR (a.l OPERATOR(delivery.>) b.l) <> (a.n > b.n)
	OR sign(delivery_internal.sfia_level_cmp(a.l, b.l)) <> sign(a.n - b.n)
	OR (delivery_internal.sfia_level_hash(a.l) = delivery_internal.sfia_level_hash(b.l)) <> (a.n = b.n)
	OR (delivery_internal.sfia_level_hash_extended(a.l, 7) = delivery_internal.sfia_level_hash_extended(b.l, 7)) <> (a.n = b.n)
	OR (a.l < b.l) <> (a.n < b.n) OR (a.l = b.n) <> (a.n = b.n)) AS differ
FROM (SELECT n, n::delivery.sfia_level AS l FROM generate_series(1, 7) AS n) AS a, (SELECT n, n::delivery.sfia_level AS l FROM generate_series(1, 7) AS n) AS b;
SELECT delivery_internal.sfia_level_hash_extended('3', 0) <> delivery_internal.sfia_level_hash_extended('3', 1) AS seed_matters;

-- random levels with NULLs, as a type and as numbers
CREATE TABLE sfia_held AS
SELECT id, id % 40 AS person, level, level::delivery.sfia_level AS sfia, level::text AS written, level::smallint AS short
FROM (SELECT id, CASE WHEN random() < 0.15 THEN NULL ELSE 1 + floor(random() * 7)::integer END AS level FROM generate_series(1, 20000) AS id) AS s;
INSERT INTO sfia_held (id, person) VALUES (20001, 40), (20002, 40);
CREATE INDEX sfia_held_btree ON sfia_held (sfia);
CREATE INDEX sfia_held_hash ON sfia_held USING hash (sfia);
VACUUM ANALYZE sfia_held;
SET enable_seqscan = off;
SET enable_sort = off;
SELECT count(*) AS out_of_order FROM (SELECT level < lag(level) OVER (ORDER BY sfia) AS falls FROM sfia_held) AS s WHERE falls;
RESET enable_sort;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SELECT pg_temp.plans($$SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.=) 'apply'$$, 'Bitmap Index Scan on sfia_held_') AS equal,
	pg_temp.plans($$SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.>) 'enable' AND sfia OPERATOR(delivery.<=) '6'$$, 'Bitmap Index Scan on sfia_held_btree') AS range;
SELECT (SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.=) 'apply') = (SELECT count(*) FROM sfia_held WHERE level = 3) AS equal,
	(SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.>) 'enable' AND sfia OPERATOR(delivery.<=) '6') = (SELECT count(*) FROM sfia_held WHERE level > 4 AND level <= 6) AS range;
BEGIN;
DROP INDEX sfia_held_btree;
SELECT pg_temp.plans($$SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.=) 'apply'$$, 'Bitmap Index Scan on sfia_held_hash') AS by_hash,
	(SELECT count(*) FROM sfia_held WHERE sfia OPERATOR(delivery.=) 'apply') = (SELECT count(*) FROM sfia_held WHERE level = 3) AS equal;
ROLLBACK;
RESET enable_indexscan;
RESET enable_indexonlyscan;
-- the lowest level is the first one of an index
SELECT pg_temp.plans('SELECT delivery.sfia_level(sfia) FROM sfia_held', 'Limit') AS levels, pg_temp.plans('SELECT delivery.sfia_level(level) FROM sfia_held', 'Limit') AS numbers;
RESET enable_seqscan;
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) FROM sfia_held AS a JOIN (SELECT DISTINCT sfia FROM sfia_held) AS b ON a.sfia OPERATOR(delivery.=) b.sfia WHERE a.level IS NULL OR a.sfia::integer <> b.sfia::integer;
SELECT count(*) = (SELECT count(level) FROM sfia_held) AS hash_join, pg_temp.plans('SELECT count(*) FROM sfia_held AS a JOIN (SELECT DISTINCT sfia FROM sfia_held) AS b ON a.sfia OPERATOR(delivery.=) b.sfia', 'Hash Join') AS planned FROM sfia_held AS a JOIN (SELECT DISTINCT sfia FROM sfia_held) AS b ON a.sfia OPERATOR(delivery.=) b.sfia;
SET enable_mergejoin = on;
SET enable_hashjoin = off;
SELECT count(*) = (SELECT count(level) FROM sfia_held) AS merge_join, pg_temp.plans('SELECT count(*) FROM sfia_held AS a JOIN (SELECT DISTINCT sfia FROM sfia_held) AS b ON a.sfia OPERATOR(delivery.=) b.sfia', 'Merge Join') AS planned FROM sfia_held AS a JOIN (SELECT DISTINCT sfia FROM sfia_held) AS b ON a.sfia OPERATOR(delivery.=) b.sfia;
RESET ALL;
SET search_path = public;

-- frames by levels equal those by numbers
SELECT count(*) AS frames, count(*) FILTER (WHERE by_level <> by_number OR by_level_down <> by_number_down) AS differ
FROM (SELECT count(*) OVER (ORDER BY sfia RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) AS by_level, count(*) OVER (ORDER BY level RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) AS by_number,
	count(*) OVER (ORDER BY sfia DESC RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS by_level_down, count(*) OVER (ORDER BY level DESC RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS by_number_down FROM sfia_held) AS s;
SELECT pg_temp.sqlstate_of('SELECT count(*) OVER (ORDER BY sfia RANGE BETWEEN -1 PRECEDING AND CURRENT ROW) FROM sfia_held');

-- the level held in full is the lowest: of levels, numbers and text alike
SELECT delivery.sfia_level(v) FROM (VALUES (5), (3), (NULL), (4)) AS demonstrated (v);
SELECT delivery.sfia_level(v) IS NULL AS none_known FROM (VALUES (NULL::integer)) AS demonstrated (v);
SELECT delivery.sfia_level(v) IS NULL AS no_row FROM (VALUES ('3')) AS demonstrated (v) WHERE false;
SELECT delivery.sfia_level(v) FROM (VALUES ('Ensure'), (' 4 '), ('set strategy')) AS demonstrated (v);
SELECT delivery.sfia_level(v::varchar) AS of_varchar, delivery.sfia_level(v::smallint) AS of_smallint, pg_typeof(delivery.sfia_level(v)) FROM (VALUES (5), (4)) AS demonstrated (v);
-- a literal, and a call on char, is a cast of each row
SELECT delivery.sfia_level('5') AS literal, delivery.sfia_level(v::char(2)) AS cast FROM (VALUES (5), (3)) AS demonstrated (v) ORDER BY v;
CREATE TEMP VIEW oracle AS SELECT person, min(level) AS lowest FROM sfia_held GROUP BY person;
SELECT count(*) AS people, count(lowest) AS known, count(*) FILTER (WHERE (l, n, s, t, v)::text IS DISTINCT FROM (lowest, lowest, lowest, lowest, lowest)::text) AS differ
FROM oracle JOIN (SELECT person, delivery.sfia_level(sfia) AS l, delivery.sfia_level(level) AS n, delivery.sfia_level(short) AS s, delivery.sfia_level(written) AS t, delivery.sfia_level(written::varchar) AS v
	FROM sfia_held GROUP BY person) AS ours USING (person);
-- in a window
SELECT count(*) FILTER (WHERE ours::integer IS DISTINCT FROM plain) AS differ, count(plain) < count(*) AS some_empty
FROM (SELECT delivery.sfia_level(sfia) OVER w AS ours, min(level) OVER w AS plain FROM sfia_held WINDOW w AS (PARTITION BY person ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)) AS s;
-- with FILTER, DISTINCT, and what is refused
SELECT delivery.sfia_level(level) FILTER (WHERE level > 4) AS filtered, delivery.sfia_level(DISTINCT sfia) AS distinct_levels FROM sfia_held;
SELECT pg_temp.sqlstate_of(format('SELECT delivery.sfia_level(x) FROM (SELECT %s AS x) AS s', x)), x
FROM unnest(ARRAY['8', '0', 'NULL::integer', '''Lead''::text', '''8''::text', '''3.5''::varchar', '3::bigint', '3.0', '3::float8']) AS x;
-- one bad row among good ones is not passed over, wherever it is
SELECT pg_temp.sqlstate_of('SELECT delivery.sfia_level(v) FROM (VALUES (2), (9), (1)) AS s (v)') AS integer, pg_temp.sqlstate_of('SELECT delivery.sfia_level(v) FROM (VALUES (''1''), (''Lead'')) AS s (v)') AS text;

-- parallel plan equals serial plan
ALTER TABLE sfia_held SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS OFF) SELECT delivery.sfia_level(sfia), delivery.sfia_level(level), delivery.sfia_level(written) FROM sfia_held;
CREATE TEMP TABLE parallel AS SELECT person, delivery.sfia_level(sfia) AS l, delivery.sfia_level(level) AS n, delivery.sfia_level(written) AS t FROM sfia_held GROUP BY person;
SELECT count(*) AS people, count(*) FILTER (WHERE (l, n, t)::text IS DISTINCT FROM (lowest, lowest, lowest)::text) AS differ FROM oracle JOIN parallel USING (person);
RESET ALL;
SET search_path = public;
-- the state is a level: it is kept, and combined with another
SELECT delivery_internal.sfia_level_lower('4', '2') AS lower, delivery_internal.sfia_level_lowest(NULL, 4) AS first_number, delivery_internal.sfia_level_lowest('3', NULL::integer) AS null_number,
	delivery_internal.sfia_level_lowest(NULL, NULL::text) IS NULL AS none, delivery_internal.sfia_level_lowest('3', 'assist') AS lower_name;
-- aggregates for BI tools: integers
SELECT min(sfia), max(sfia), pg_typeof(max(sfia)), round(avg(sfia), 1) = round(avg(level), 1) AS avg, sum(sfia) = sum(level) AS sum FROM sfia_held;

-- predicates, joins and parameters without "delivery" on the search_path: as integers
CREATE TEMP TABLE person (id integer, level delivery.sfia_level, other delivery.sfia_level, n integer);
INSERT INTO person VALUES (1, '3', '3', 3), (2, '4', '5', 4), (3, '7', NULL, 7), (4, NULL, NULL, NULL);
\set VERBOSITY sqlstate
PREPARE untyped AS SELECT count(*) FROM person WHERE level = $1 OR level > $2;
PREPARE typed (integer, bigint, smallint) AS SELECT count(*) FROM person WHERE level IN ($1, $2, $3);
EXECUTE untyped ('3', '5');
EXECUTE typed (3, 4, 7);
PREPARE untyped_name AS SELECT count(*) FROM person WHERE level = $1;
EXECUTE untyped_name ('apply');
PREPARE as_text (text) AS SELECT count(*) FROM person WHERE level = $1;
PREPARE as_text (text) AS SELECT count(*) FROM person WHERE level = $1::integer;
EXECUTE as_text ('4');
DEALLOCATE ALL;
SELECT string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = '3') AS literal, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IN ('3', '4')) AS list, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IN (3, 7)) AS numbers,
	string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level BETWEEN '3' AND 4) AS range, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level <> other) AS differ, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = n) AS number,
	string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IS DISTINCT FROM other) AS distinct_from, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = ANY ('{3,4}')) AS any_of FROM person;
SELECT count(*) FROM person WHERE level = 'apply';
SELECT count(*) FROM person WHERE level >= 3.5;
SELECT coalesce(level, 0) FROM person;
SELECT coalesce(level::integer, 0), greatest(level::integer, 4), level + 1 FROM person ORDER BY id;
SELECT p.id FROM person AS p JOIN person AS q USING (level) ORDER BY id;
SELECT p.id FROM person AS p JOIN person AS q ON p.level = q.n WHERE p.level IN (SELECT level FROM person) ORDER BY p.id;

-- and on it: as levels
SET search_path = public, delivery;
PREPARE untyped AS SELECT count(*) FROM person WHERE level = $1 OR level > $2;
PREPARE typed (integer, bigint, smallint) AS SELECT count(*) FROM person WHERE level IN ($1, $2, $3);
EXECUTE untyped ('apply', 'ensure/advise');
EXECUTE typed (3, 4, 7);
PREPARE as_text (text) AS SELECT count(*) FROM person WHERE level = $1;
PREPARE as_text (text) AS SELECT count(*) FROM person WHERE level = $1::sfia_level;
EXECUTE as_text ('enable');
DEALLOCATE ALL;
SELECT string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = 'apply') AS literal, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IN ('3', 'Enable')) AS list, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IN (3, 7)) AS numbers,
	string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level BETWEEN 'apply' AND '4') AS range, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level <> other) AS differ, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = n) AS number,
	string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level IS DISTINCT FROM other) AS distinct_from, string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE level = ANY ('{3,4}')) AS any_of FROM person;
SELECT min(level), max(level), pg_typeof(min(level)) FROM person;
SELECT p.id FROM person AS p JOIN person AS q USING (level) ORDER BY id;
SELECT p.id FROM person AS p JOIN person AS q ON p.level = q.n WHERE p.level IN (SELECT level FROM person) ORDER BY p.id;
SELECT count(*) FROM person WHERE level = 'Lead';
SELECT count(*) FROM person WHERE level >= 3.5;
SELECT coalesce(level, 'follow'), greatest(level, 'enable'), nullif(level, 'apply'), CASE level WHEN 'apply' THEN 'three' END FROM person ORDER BY id;
\set VERBOSITY default

-- without any search_path: groups, order, windows, indexes, keys, generated columns, partitions
SET search_path = '';
CREATE TABLE public.assessment (id integer PRIMARY KEY, written text, number integer, level delivery.sfia_level GENERATED ALWAYS AS (written::delivery.sfia_level) STORED,
	of_number delivery.sfia_level GENERATED ALWAYS AS (number) STORED, name text GENERATED ALWAYS AS (delivery.level_name(written::delivery.sfia_level)) STORED,
	gap integer GENERATED ALWAYS AS (delivery.sfia_gap('5', written::delivery.sfia_level)) STORED, CHECK (level >= 2), UNIQUE (level, id));
CREATE INDEX ON public.assessment (level DESC);
CREATE INDEX ON public.assessment USING hash (level);
CREATE TABLE public.grade (level delivery.sfia_level PRIMARY KEY, name text) PARTITION BY RANGE (level);
CREATE TABLE public.grade_low PARTITION OF public.grade FOR VALUES FROM ('1') TO ('4');
CREATE TABLE public.grade_high PARTITION OF public.grade FOR VALUES FROM ('4') TO (MAXVALUE);
CREATE TABLE public.grade_hash (level delivery.sfia_level) PARTITION BY HASH (level);
CREATE TABLE public.grade_hash_0 PARTITION OF public.grade_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.grade_hash_1 PARTITION OF public.grade_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO public.grade SELECT l, 'grade' FROM pg_catalog.generate_series(1, 7) AS l;
INSERT INTO public.grade_hash SELECT l FROM pg_catalog.generate_series(1, 7) AS l;
ALTER TABLE public.assessment ADD FOREIGN KEY (level) REFERENCES public.grade;
INSERT INTO public.assessment (id, written, number) SELECT i, (ARRAY['apply', '4', 'Ensure, advise'])[1 + i % 3], 3 + i % 3 FROM pg_catalog.generate_series(1, 9) AS i;
SELECT level, of_number, name, gap, count(*), count(DISTINCT level) AS one FROM public.assessment GROUP BY level, of_number, name, gap ORDER BY level DESC;
SELECT DISTINCT level FROM public.assessment ORDER BY level;
SELECT DISTINCT ON (level) level, id FROM public.assessment ORDER BY level, id;
SELECT id, level, row_number() OVER (PARTITION BY level ORDER BY id), rank() OVER (ORDER BY level) FROM public.assessment ORDER BY id LIMIT 4;
SELECT level FROM public.assessment UNION SELECT level FROM public.grade EXCEPT SELECT '4'::delivery.sfia_level ORDER BY level;
SELECT tableoid::regclass, level FROM public.grade ORDER BY level;
SELECT count(*), count(DISTINCT tableoid) FROM public.grade_hash;
SELECT array_agg(DISTINCT level ORDER BY level) AS distinct_levels FROM public.assessment;
DROP TABLE public.assessment, public.grade, public.grade_hash;
RESET ALL;
SET search_path = public;

-- binary, through a file
\set data_file `mktemp`
\setenv DATA_FILE :data_file
COPY (SELECT id, sfia FROM sfia_held) TO STDOUT (FORMAT binary) \g :data_file
CREATE TEMP TABLE copied (id integer, sfia delivery.sfia_level);
\copy copied FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE copied.sfia::text IS DISTINCT FROM sfia_held.sfia::text) AS differ FROM sfia_held JOIN copied USING (id);
SELECT string_agg(encode(delivery_internal.sfia_level_send(l::delivery.sfia_level), 'hex'), ' ' ORDER BY l) FROM generate_series(1, 7) AS l;
-- bytes of numbers and text are no level
CREATE TEMP TABLE levels (level delivery.sfia_level);
\set VERBOSITY sqlstate
COPY (SELECT level::smallint FROM sfia_held WHERE level IS NOT NULL) TO STDOUT (FORMAT binary) \g :data_file
\copy levels FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
COPY (SELECT level FROM sfia_held WHERE level IS NOT NULL) TO STDOUT (FORMAT binary) \g :data_file
\copy levels FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
COPY (SELECT level::bigint FROM sfia_held WHERE level IS NOT NULL) TO STDOUT (FORMAT binary) \g :data_file
\copy levels FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
COPY (SELECT written FROM sfia_held WHERE level IS NOT NULL) TO STDOUT (FORMAT binary) \g :data_file
\copy levels FROM PROGRAM 'cat "$DATA_FILE"' (FORMAT binary)
\set VERBOSITY default
SELECT count(*) AS taken FROM levels;
\! rm "$DATA_FILE"
DROP VIEW oracle;
DROP TABLE sfia_held;
