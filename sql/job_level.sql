-- job_level.sql: professional levels, the guide, and own rows in it.
SET search_path = public;

SELECT * FROM delivery.job_level_guide ORDER BY track, level;
-- the shipped crosswalk: one level of responsibility for each, and none for the seventh
SELECT string_agg(level || '=' || sfia_level, ' ' ORDER BY level::delivery.job_level) FROM delivery.job_level_guide;
SELECT enum_range(NULL::delivery.job_level) AS levels, 'P2'::delivery.job_level < 'P6' AS in_order, pg_typeof(level) AS shown_as FROM delivery.job_level_guide LIMIT 1;
-- stored from what drivers send
CREATE TEMP TABLE employee (level delivery.job_level);
PREPARE hire (text, varchar, char(2)) AS INSERT INTO employee VALUES ($1), ($2), ($3), ('P4');
EXECUTE hire ('P1', 'P6', 'P5');
DEALLOCATE hire;
SELECT level, rank() OVER (ORDER BY level) FROM employee ORDER BY level DESC;
\set VERBOSITY sqlstate
INSERT INTO employee VALUES ('P7');
INSERT INTO employee VALUES ('p1'::text);
INSERT INTO employee VALUES (1);
\set VERBOSITY default

-- an own row stands in place of the whole shipped one
BEGIN;
INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P6', 7);
INSERT INTO delivery.custom_job_level SELECT track, level::delivery.job_level, years, years_master, years_doctorate, supervision, scope, 4 FROM delivery.job_level_guide WHERE level = 'P3';
INSERT INTO delivery.custom_job_level (track, level, years, scope, sfia_level) VALUES ('engineering', 'P1', 0, 'a component', 2), ('engineering', 'P2', NULL, NULL, NULL);
SELECT * FROM delivery.job_level_guide WHERE custom ORDER BY track, level;
SELECT track, count(*), count(*) FILTER (WHERE custom) AS custom FROM delivery.job_level_guide GROUP BY track ORDER BY track;
UPDATE delivery.custom_job_level SET sfia_level = 5 WHERE level = 'P3'::text::delivery.job_level;
DELETE FROM delivery.custom_job_level WHERE level = 'P6';
SELECT level, sfia_level, custom FROM delivery.job_level_guide WHERE track = 'service_delivery' ORDER BY level;
ROLLBACK;
SELECT count(*) FROM delivery.custom_job_level;

-- rows that make no sense are refused
\set VERBOSITY terse
INSERT INTO delivery.custom_job_level (track, level) VALUES ('', 'P1');
INSERT INTO delivery.custom_job_level (track, level) VALUES (' engineering', 'P1');
INSERT INTO delivery.custom_job_level (track, level) VALUES (NULL, 'P1');
INSERT INTO delivery.custom_job_level (level) VALUES (NULL);
INSERT INTO delivery.custom_job_level (level) VALUES ('P7');
INSERT INTO delivery.custom_job_level (level, years) VALUES ('P1', -1);
INSERT INTO delivery.custom_job_level (level, years_master) VALUES ('P1', -1);
INSERT INTO delivery.custom_job_level (level, years_doctorate) VALUES ('P1', -1);
INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P1', 0);
INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P1', 8);
INSERT INTO delivery.custom_job_level (level) VALUES ('P1'), ('P1');
INSERT INTO delivery.job_level_guide (level) VALUES ('P1');
\set VERBOSITY default
