-- sfia_skill.sql: the register of skills, own rows in it, and levels that a skill has or
-- has not. (test/t/data.sh compares it with the published list, where that is present.)
SET search_path = public;
-- (many small statements, for each of which no worker is to be started)
SET max_parallel_workers_per_gather = 0;

SELECT count(*) AS skills, count(DISTINCT code) AS codes, count(DISTINCT name) AS names, min(version) || max(version) AS versions, min(first_level) AS lowest, max(last_level) AS highest,
	count(*) FILTER (WHERE first_level > last_level) AS in_disorder, bool_or(custom) AS custom, count(*) FILTER (WHERE code !~ '^[A-Z]{4}$') AS odd_codes FROM delivery.sfia_skill;
-- no fact of it changes unnoticed
SELECT encode(sha256(convert_to(string_agg(format('%s,%s,%s,%s', code, name, first_level, last_level), E'\n' ORDER BY code COLLATE "C"), 'UTF8')), 'hex') AS digest FROM delivery.sfia_skill;
SELECT * FROM delivery.sfia_skill WHERE code IN ('DEMG', 'PROF', 'ACIN') ORDER BY code;

-- levels that are defined, for every skill: nothing but the range
CREATE FUNCTION pg_temp.outcome(code text, level delivery.sfia_level, version text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	constraint_name text;
BEGIN
	RETURN delivery.check_sfia_level(code, level, version)::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
	RETURN concat_ws(' ', sqlstate, nullif(constraint_name, ''));
END $$;
SELECT outcome, count(*), count(*) FILTER (WHERE outcome <> CASE WHEN level BETWEEN first_level AND last_level THEN 'true' ELSE '23W60 skill_level_undefined' END) AS differ
FROM (SELECT s.*, level, pg_temp.outcome(code, level::delivery.sfia_level, version) AS outcome FROM delivery.sfia_skill AS s, generate_series(1, 7) AS level) AS s
GROUP BY outcome ORDER BY outcome COLLATE "C";
SELECT delivery.check_sfia_level('DEMG', '4') AS default_version, delivery.check_sfia_level(skill => 'DEMG', level => 'ensure', version => '9') AS by_name, delivery.check_sfia_level('DEMG', NULL) AS no_level,
	delivery.check_sfia_level(NULL, '4') AS no_skill, delivery.check_sfia_level('DEMG', '4', NULL) AS no_version, delivery.check_sfia_level('nothing like it', NULL, 'no version') AS nothing_to_check;
SELECT code, version, pg_temp.outcome(code, '4', version) FROM (VALUES ('demg', '9'), (' DEMG', '9'), ('DEMG', '8'), ('DEMG', ' 9'), ('DEMG', ''), ('', '9'), ('XXXX', '9'), ('DEM', '9'), ('DEMGX', '9'), ('Delivery management', '9'),
	(repeat('DEMG', 10000), '9'), ('DEMG''; DROP TABLE x; --', '9')) AS v (code, version) WHERE length(code) < 100 OR pg_temp.outcome(code, '4', version) <> '22023';

-- own rows: a skill of one's own, another version, and one that stands before a shipped one
BEGIN;
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 2, 4), ('DEMG', 'Delivery management, with us', 4, 7);
INSERT INTO delivery.custom_sfia_skill VALUES ('8', 'DEMG', 'Delivery management, as it was', 1, 2);
SELECT * FROM delivery.sfia_skill WHERE custom OR code IN ('DEMG', 'XOPS') ORDER BY version, code;
SELECT count(*), count(*) FILTER (WHERE custom) AS custom FROM delivery.sfia_skill;
SELECT code, version, level, pg_temp.outcome(code, level, version) FROM (VALUES ('XOPS', '9'), ('DEMG', '9'), ('DEMG', '8'), ('XOPS', '8'), ('xops', '9'), ('XOPS', 'none')) AS v (code, version), unnest('{1,3,7}'::delivery.sfia_level[]) AS level ORDER BY code COLLATE "C", version, level;
-- a change holds from the next statement on, and goes with the transaction
SAVEPOINT before;
UPDATE delivery.custom_sfia_skill SET last_level = 5 WHERE code = 'XOPS';
SELECT delivery.check_sfia_level('XOPS', '5');
DELETE FROM delivery.custom_sfia_skill WHERE code = 'DEMG' AND version = '9';
SELECT delivery.check_sfia_level('DEMG', '3');
ROLLBACK TO before;
SELECT pg_temp.outcome('XOPS', '5', '9') AS own, pg_temp.outcome('DEMG', '3', '9') AS shipped;
ROLLBACK;
SELECT pg_temp.outcome('XOPS', '3', '9') AS own, pg_temp.outcome('DEMG', '3', '9') AS shipped, count(*) AS rows FROM delivery.custom_sfia_skill;

-- what is suggested: the same version first, else the newest, whatever stands around the code
CREATE FUNCTION pg_temp.hint(code text, version text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	RETURN delivery.check_sfia_level(code, '4', version);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END $$;
BEGIN;
INSERT INTO delivery.custom_sfia_skill VALUES ('8', 'DEMG', 'As it was', 1, 2), ('8', 'OLDS', 'Old', 1, 2), ('7', 'OLDS', 'Older', 1, 2), ('9', 'demg', 'Small', 1, 7), ('9', 'VVVV', 'Letters', 1, 7);
SELECT code, version, pg_temp.hint(code, version) FROM (VALUES ('Demg', '8'), ('DEMG', '7'), ('olds', '9'), (E'DEMG\r', '9'), (E'\t vvvv\n', '9'), (E'\x0bVVVV\f', '9'), ('as it was', '8'), ('vv', '9')) AS v (code, version);
ROLLBACK;

-- rows that make no sense are refused
\set VERBOSITY terse
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('', 'x', 1, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES (E'\t', 'x', 1, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS ', 'x', 1, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', E'x\n', 1, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', NULL, 1, 7);
INSERT INTO delivery.custom_sfia_skill (version, code, name, first_level, last_level) VALUES (' 9', 'XOPS', 'x', 1, 7);
INSERT INTO delivery.custom_sfia_skill (version, code, name, first_level, last_level) VALUES (NULL, 'XOPS', 'x', 1, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'x', 0, 7);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'x', 5, 4);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'x', 1, 8);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level) VALUES ('XOPS', 'x', 1);
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'x', 1, 7), ('XOPS', 'y', 1, 7);
INSERT INTO delivery.sfia_skill (version, code, name, first_level, last_level) VALUES ('9', 'XOPS', 'x', 1, 7);
\set VERBOSITY default

-- in a parallel plan, with own rows
RESET max_parallel_workers_per_gather;
BEGIN;
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'x', 2, 4);
CREATE TABLE sfia_asked AS SELECT CASE WHEN i % 2 = 0 THEN 'XOPS' ELSE 'DEMG' END AS code, '4'::delivery.sfia_level AS level FROM generate_series(1, 5000) AS i;
ALTER TABLE sfia_asked SET (parallel_workers = 2);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT count(*) FROM sfia_asked WHERE delivery.check_sfia_level(code, level);
SELECT count(*) FROM sfia_asked WHERE delivery.check_sfia_level(code, level);
ROLLBACK;
