-- security.sql: a hostile search_path, an ordinary role, and a schema that
-- somebody else made first.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;

CREATE SCHEMA delivery_attack;
-- what an attacker would plant: operators, functions and tables of the names we use
CREATE FUNCTION delivery_attack.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE OPERATOR delivery_attack.= (LEFTARG = text, RIGHTARG = text, FUNCTION = delivery_attack.equal);
CREATE FUNCTION delivery_attack.string_agg(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE FUNCTION delivery_attack.hours(interval) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE TABLE delivery_attack.custom_benchmark (benchmark text, metric text);
CREATE DOMAIN delivery_attack.text AS pg_catalog.text CHECK (false);
CREATE TABLE delivery_attack.calendar (name text, calendar text);
CREATE FUNCTION delivery_attack.mul(numeric, numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE OPERATOR delivery_attack.* (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = delivery_attack.mul);
CREATE DOMAIN delivery_attack."interval" AS pg_catalog.interval CHECK (false);
CREATE TYPE delivery_attack.tstzrange AS ENUM ('captured');
CREATE FUNCTION delivery_attack.quote_literal(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;

INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 0.02, NULL);
INSERT INTO delivery.calendar (name, calendar) VALUES ('office', 'Mo-Fr 09:00-17:00');
SET search_path = delivery_attack, pg_catalog;
SELECT delivery.calendar('office'::pg_catalog.text);
SELECT delivery.calendar('offices'::pg_catalog.text);
SELECT delivery.dora_level('rework_rate'::pg_catalog.text, 0.01, 'ours'::pg_catalog.text) AS own;
SELECT delivery.dora_level('lead_time'::pg_catalog.text, interval '1 day') AS shipped;
SELECT count(*) AS steps, sum(threshold) > 0 AS thresholds FROM delivery.benchmark;
SELECT delivery.allowed_downtime(0.999, '30 days') AS interval, delivery.allowed_downtime('99.9%', '[2026-04-01 00:00+00,2026-05-01 00:00+00)') AS range,
	delivery.error_budget_of(9, 10, 0.999), delivery.burn_rate('9', 10, 0.999);
\set VERBOSITY terse
SELECT delivery.dora_level('lead_time'::pg_catalog.text, interval '1 day', 'none'::pg_catalog.text);
RESET search_path;

-- an ordinary role reads and computes, but does not change the benchmarks
CREATE ROLE regress_delivery_analyst;
SET ROLE regress_delivery_analyst;
SELECT delivery.dora_level('rework_rate', 0.01, 'ours'), delivery.lead_time('2026-01-01', '2026-01-02') IS NOT NULL AS computes,
	(SELECT count(*) > 50 FROM delivery.benchmark) AS reads;
SELECT delivery.sla_due('2026-01-05 10:00+00', '8:00', delivery.calendar('office')) = '2026-01-06 10:00+00' AS due,
	delivery.hours(delivery.working_time('24/7', '2026-01-05 00:00+00', '2026-01-05 01:00+00')) AS worked;
INSERT INTO delivery.calendar VALUES ('mine', '24/7');
UPDATE delivery.calendar SET calendar = '24/7';
INSERT INTO delivery.custom_benchmark VALUES ('mine', 'rework_rate', 'elite', '<=', 0.5, NULL);
UPDATE delivery.custom_benchmark SET threshold = 1;
INSERT INTO delivery.benchmark (benchmark) VALUES ('mine');
CREATE TABLE delivery.mine (i integer);
RESET ROLE;
-- the owner may delegate it
GRANT INSERT ON delivery.custom_benchmark TO regress_delivery_analyst;
SET ROLE regress_delivery_analyst;
INSERT INTO delivery.custom_benchmark VALUES ('mine', 'rework_rate', 'elite', '<=', 0.5, NULL);
SELECT delivery.dora_level('rework_rate', 0.4, 'mine');
RESET ROLE;

-- DROP EXTENSION takes no column of the user silently
CREATE TABLE delivery_attack.verdict (level delivery.dora_level);
CREATE TABLE delivery_attack.slo (objective delivery.objective, budget delivery.error_budget);
CREATE TABLE delivery_attack.task (hours delivery.work_calendar, due timestamptz GENERATED ALWAYS AS (delivery.sla_due('2026-01-05 10:00+00', '8:00', hours)) STORED);
DROP EXTENSION delivery;
DROP SCHEMA delivery_attack CASCADE;
DROP EXTENSION delivery;
DROP ROLE regress_delivery_analyst;
-- the schema goes with it, and somebody else's is not adopted
SELECT count(*) AS left_behind FROM pg_namespace WHERE nspname = 'delivery';
CREATE SCHEMA delivery;
CREATE EXTENSION delivery;
DROP SCHEMA delivery;
CREATE EXTENSION delivery;
SELECT delivery.hours('1 day');
-- not into another schema either
DROP EXTENSION delivery;
CREATE EXTENSION delivery SCHEMA public;
CREATE EXTENSION delivery;
