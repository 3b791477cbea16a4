-- security.sql: a hostile search_path, an ordinary role, an owner of the extension or
-- of the database who is no superuser, and a schema that somebody else made first.
-- doc/security.md names these tests.
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
CREATE TABLE delivery_attack.custom_sfia_skill (version text, code text, name text, first_level integer, last_level integer);
CREATE FUNCTION delivery_attack.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE DOMAIN delivery_attack."integer" AS pg_catalog.int4 CHECK (false);
CREATE FUNCTION delivery_attack.mul(numeric, numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE OPERATOR delivery_attack.* (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = delivery_attack.mul);
CREATE DOMAIN delivery_attack."interval" AS pg_catalog.interval CHECK (false);
CREATE TYPE delivery_attack.tstzrange AS ENUM ('captured');
CREATE FUNCTION delivery_attack.quote_literal(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;

INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 0.02, NULL);
INSERT INTO delivery.calendar (name, calendar) VALUES ('office', 'Mo-Fr 09:00-17:00');
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 2, 4);
INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P6', 7);
SET search_path = delivery_attack, pg_catalog;
SELECT delivery.check_sfia_level('XOPS'::pg_catalog.text, '4') AS own, delivery.check_sfia_level('DEMG'::pg_catalog.text, '4', '9'::pg_catalog.text) AS shipped,
	(SELECT count(*) FROM delivery.sfia_skill) AS skills, (SELECT sum(sfia_level) FROM delivery.job_level_guide) AS job_levels;
SELECT delivery.sfia_level(l::delivery.sfia_level), delivery.skill_coverage(l::delivery.sfia_level, '3'), delivery.maturity_score(l, 1), delivery.maturity_level(l, true) FROM generate_series(2, 4) AS l;
SELECT delivery.calendar('office'::pg_catalog.text);
SELECT delivery.calendar('offices'::pg_catalog.text);
SELECT delivery.dora_level('rework_rate'::pg_catalog.text, 0.01, 'ours'::pg_catalog.text) AS own;
SELECT delivery.dora_level('lead_time'::pg_catalog.text, interval '1 day') AS shipped;
SELECT count(*) AS steps, sum(threshold) > 0 AS thresholds FROM delivery.benchmark;
SELECT delivery.allowed_downtime(0.999, '30 days') AS interval, delivery.allowed_downtime('99.9%', '[2026-04-01 00:00+00,2026-05-01 00:00+00)') AS range,
	delivery.error_budget_of(9, 10, 0.999), delivery.burn_rate('9', 10, 0.999);
\set VERBOSITY terse
SELECT delivery.dora_level('lead_time'::pg_catalog.text, interval '1 day', 'none'::pg_catalog.text);
\set VERBOSITY default
SELECT delivery.check_sfia_level('xops'::pg_catalog.text, '4');
\set VERBOSITY terse
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
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('MINE', 'Mine', 1, 7);
UPDATE delivery.custom_sfia_skill SET last_level = 7;
INSERT INTO delivery.custom_job_level (level) VALUES ('P1');
DELETE FROM delivery.custom_job_level;
SELECT delivery.check_sfia_level('XOPS', '4') AS own, (SELECT count(*) FROM delivery.sfia_skill WHERE custom) AS skills, (SELECT sfia_level FROM delivery.job_level_guide WHERE custom) AS job_level;
SELECT delivery.check_sfia_level('xops', '4');
INSERT INTO delivery.benchmark (benchmark) VALUES ('mine');
CREATE TABLE delivery.mine (i integer);
RESET ROLE;
-- the owner may delegate it
GRANT INSERT ON delivery.custom_benchmark TO regress_delivery_analyst;
GRANT INSERT ON delivery.custom_sfia_skill, delivery.custom_job_level TO regress_delivery_analyst;
SET ROLE regress_delivery_analyst;
INSERT INTO delivery.custom_benchmark VALUES ('mine', 'rework_rate', 'elite', '<=', 0.5, NULL);
SELECT delivery.dora_level('rework_rate', 0.4, 'mine');
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('MINE', 'Mine', 1, 7);
INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P1', 2);
SELECT delivery.check_sfia_level('MINE', '7') AS skill, (SELECT sfia_level FROM delivery.job_level_guide WHERE level = 'P1') AS job_level;
RESET ROLE;
DELETE FROM delivery.custom_sfia_skill;
DELETE FROM delivery.custom_job_level;

-- temporary tables and types of our names are taken for none of ours
CREATE SCHEMA delivery_board AUTHORIZATION regress_delivery_analyst;
SET ROLE regress_delivery_analyst;
CREATE TABLE delivery_board.card (lane pg_catalog.text);
CREATE INDEX ON delivery_board.card (lane);
SELECT delivery.limit_wip('delivery_board.card', 'lane');
CREATE TEMP TABLE wip_limit (board regclass);
CREATE TEMP TABLE calendar (name pg_catalog.text);
CREATE TEMP TABLE pg_class (relname name);
CREATE TEMP TABLE pg_constraint (conname name);
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN pg_temp.regclass AS pg_catalog.regclass CHECK (false);
SET search_path = pg_temp, pg_catalog;
SELECT delivery.set_wip_limit('delivery_board.card', '{doing}', 1, 'block');
SELECT delivery.override_wip('delivery_board.card', '{doing}', NULL, 1, 'a fair', 'tomorrow');
SELECT lanes, maximum FROM delivery.wip_status();
SELECT count(*) FROM delivery.health_check();
CALL delivery.create_audit_log('delivery_board.log'::pg_catalog.text);
SELECT delivery.record_audit('delivery_board.card', 'delivery_board.log');
INSERT INTO delivery_board.card VALUES ('doing');
SELECT count(*) FROM delivery_board.log;
CREATE TABLE delivery_board.decision (id pg_catalog.int4);
SELECT delivery.append_only('delivery_board.decision');
INSERT INTO delivery_board.decision VALUES (1);
DELETE FROM delivery_board.decision;
TRUNCATE delivery_board.decision;
SELECT delivery.allow_changes('delivery_board.decision');
DELETE FROM delivery_board.decision;
RESET search_path;
DROP TABLE pg_temp.wip_limit, pg_temp.calendar, pg_temp.pg_class, pg_temp.pg_constraint;
DROP DOMAIN pg_temp.text, pg_temp.regclass;
-- with TRIGGER on a board nobody enters a full lane by a trigger that claims other columns
RESET ROLE;
CREATE ROLE regress_delivery_trigger;
GRANT USAGE ON SCHEMA delivery_board TO regress_delivery_trigger;
GRANT INSERT, TRIGGER ON delivery_board.card TO regress_delivery_trigger;
SET ROLE regress_delivery_trigger;
CREATE CONSTRAINT TRIGGER aaa AFTER INSERT ON delivery_board.card FOR EACH ROW WHEN (delivery_internal.enters_wip('delivery_board.card', NEW.lane, NEW.lane)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
INSERT INTO delivery_board.card VALUES ('doing'), ('doing'), ('doing');
RESET ROLE;
SELECT count(*) FROM delivery_board.card;
DROP OWNED BY regress_delivery_trigger;
DROP ROLE regress_delivery_trigger;
-- rows may be changed or not as the owner says: of the table, and of all that is in it
CREATE TABLE kept (id integer);
GRANT ALL ON kept TO regress_delivery_analyst;
CREATE TABLE delivery_board.taken () INHERITS (kept);
ALTER TABLE kept OWNER TO regress_delivery_analyst;
SET ROLE regress_delivery_analyst;
SELECT delivery.append_only('delivery_board.taken');
SELECT delivery.append_only('kept');
RESET ROLE;
SELECT delivery.append_only('kept');
SET ROLE regress_delivery_analyst;
SELECT delivery.allow_changes('kept');
SELECT delivery.allow_changes('delivery_board.taken');
RESET ROLE;
-- who has the right TRIGGER is no owner, and does not put another trigger in the place of that for rows
ALTER TABLE kept OWNER TO CURRENT_USER;
GRANT TRIGGER, UPDATE, SELECT ON kept TO regress_delivery_analyst;
INSERT INTO kept VALUES (1);
SET ROLE regress_delivery_analyst;
CREATE FUNCTION delivery_board.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER delivery_append_only AFTER UPDATE OR DELETE ON kept FOR EACH ROW EXECUTE FUNCTION delivery_board.pass();
UPDATE kept SET id = 2;
SELECT delivery.allow_changes('kept');
RESET ROLE;
DROP TABLE kept CASCADE;
DROP SCHEMA delivery_board CASCADE;
DELETE FROM delivery_internal.wip_override;
DELETE FROM delivery_internal.wip_limit;

-- DROP EXTENSION takes no column of the user silently
CREATE TABLE delivery_attack.verdict (level delivery.dora_level);
CREATE TABLE delivery_attack.slo (objective delivery.objective, budget delivery.error_budget);
CREATE TABLE delivery_attack.task (hours delivery.work_calendar, due timestamptz GENERATED ALWAYS AS (delivery.sla_due('2026-01-05 10:00+00', '8:00', hours)) STORED);
DROP EXTENSION delivery;
DROP TABLE delivery_attack.verdict, delivery_attack.slo, delivery_attack.task;
DROP EXTENSION delivery;
-- a hostile search_path while it is made
CREATE TABLE delivery_attack.pg_extension (i integer);
CREATE FUNCTION delivery_attack.pg_extension_config_dump(regclass, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
SET search_path = delivery_attack, pg_catalog;
CREATE EXTENSION delivery;
RESET search_path;
SELECT delivery.hours('1 day');
DROP EXTENSION delivery;
DROP SCHEMA delivery_attack CASCADE;
-- the schema goes with it, and somebody else's is not adopted
SELECT count(*) AS left_behind FROM pg_namespace WHERE nspname IN ('delivery', 'delivery_internal');

-- bad input of CREATE EXTENSION: whose the schema is, and what to do; from here on with
-- SQLSTATE, message, detail and hint of a statement
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	problem text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, problem, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT format('GRANT CREATE ON DATABASE %I TO', current_database()) AS let_create \gset
CREATE ROLE regress_delivery_team;
CREATE SCHEMA delivery AUTHORIZATION regress_delivery_team;
SELECT pg_temp.refusal('CREATE EXTENSION delivery');
ALTER SCHEMA delivery RENAME TO delivery_internal;
SELECT pg_temp.refusal('CREATE EXTENSION delivery');
DROP SCHEMA delivery_internal;
-- no rights, no such version, another schema
SET ROLE regress_delivery_team;
SELECT left(pg_temp.refusal('CREATE EXTENSION delivery'), 5);
RESET ROLE;
SELECT left(pg_temp.refusal($$CREATE EXTENSION delivery VERSION '0.0.0'$$), 5), left(pg_temp.refusal('CREATE EXTENSION delivery SCHEMA public'), 5);
-- names of owners: those that the server does not put into a script are refused, others work
CREATE ROLE "regress_delivery o'neil";
CREATE ROLE "regress_delivery_""; DROP SCHEMA public; --";
CREATE ROLE "regress_delivery Ann-Lee";
:let_create "regress_delivery o'neil", "regress_delivery_""; DROP SCHEMA public; --", "regress_delivery Ann-Lee";
SET ROLE "regress_delivery o'neil";
SELECT pg_temp.refusal('CREATE EXTENSION delivery') <> 'done' AS refused;
SET ROLE "regress_delivery_""; DROP SCHEMA public; --";
SELECT pg_temp.refusal('CREATE EXTENSION delivery') <> 'done' AS refused;
SET ROLE "regress_delivery Ann-Lee";
SELECT pg_temp.refusal('CREATE EXTENSION delivery'), pg_temp.refusal($$INSERT INTO delivery.calendar VALUES ('office', '24/7')$$);
SELECT pg_temp.refusal('DROP EXTENSION delivery');
RESET ROLE;
DROP OWNED BY "regress_delivery o'neil", "regress_delivery_""; DROP SCHEMA public; --", "regress_delivery Ann-Lee";
DROP ROLE "regress_delivery o'neil", "regress_delivery_""; DROP SCHEMA public; --", "regress_delivery Ann-Lee";
-- nothing of it needs PL/pgSQL
BEGIN;
DROP EXTENSION plpgsql CASCADE;
CREATE EXTENSION delivery;
SELECT delivery.hours('1 day');
ROLLBACK;

-- an owner of the extension who is no superuser: does with it what an owner does, and no more
CREATE ROLE regress_delivery_installer;
:let_create regress_delivery_installer;
GRANT CREATE ON SCHEMA public TO regress_delivery_installer;
SET ROLE regress_delivery_installer;
CREATE EXTENSION delivery;
INSERT INTO delivery.calendar VALUES ('office', 'Mo-Fr 09:00-17:00');
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 0.02, NULL);
GRANT INSERT ON delivery.calendar TO regress_delivery_team;
CREATE FUNCTION captured() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'captured as %', current_user; RETURN 'captured'; END $$;
CREATE FUNCTION captured_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'captured as %', current_user; RETURN NEW; END $$;
SELECT s AS attack, left(pg_temp.refusal(s), 5) AS refused FROM unnest(ARRAY[
	'ALTER EXTENSION delivery SET SCHEMA public',
	'ALTER EXTENSION delivery DROP TABLE delivery_internal.wip_limit',
	'ALTER EXTENSION delivery DROP FUNCTION delivery_internal.enforce_wip_limit()',
	'ALTER SCHEMA delivery_internal RENAME TO other',
	'ALTER SCHEMA delivery OWNER TO regress_delivery_installer',
	'CREATE TABLE delivery.mine (i integer)',
	'CREATE FUNCTION delivery_internal.mine() RETURNS text LANGUAGE sql RETURN NULL',
	'ALTER FUNCTION delivery.calendar(text) SECURITY DEFINER',
	'CREATE OR REPLACE FUNCTION delivery.actor() RETURNS text LANGUAGE sql RETURN NULL',
	'DROP VIEW delivery.calendar',
	'DROP TABLE delivery_internal.calendar',
	'ALTER VIEW delivery.calendar RENAME TO other',
	'ALTER VIEW delivery.calendar OWNER TO regress_delivery_team',
	'CREATE OR REPLACE VIEW delivery.calendar AS SELECT captured() AS name, calendar, description FROM delivery_internal.calendar',
	'ALTER TABLE delivery_internal.calendar ADD CHECK (captured() IS NOT NULL)',
	'ALTER TABLE delivery_internal.calendar ALTER description SET DEFAULT captured()',
	'ALTER TABLE delivery_internal.calendar ENABLE ROW LEVEL SECURITY',
	'ALTER TABLE delivery_internal.calendar OWNER TO regress_delivery_installer',
	'CREATE RULE mine AS ON INSERT TO delivery_internal.calendar DO ALSO SELECT captured()',
	'CREATE INDEX ON delivery_internal.calendar (captured())',
	'CREATE TRIGGER mine BEFORE INSERT ON delivery_internal.calendar FOR EACH ROW EXECUTE FUNCTION captured_row()',
	'CREATE TRIGGER mine BEFORE INSERT ON delivery_internal.wip_limit FOR EACH ROW EXECUTE FUNCTION captured_row()',
	'CREATE TRIGGER mine INSTEAD OF INSERT ON delivery.wip_limit FOR EACH ROW EXECUTE FUNCTION captured_row()',
	'CREATE TABLE refers (name text REFERENCES delivery_internal.calendar)',
	'TRUNCATE delivery_internal.calendar',
	'INSERT INTO delivery_internal.wip_limit SELECT ''pg_class'', ''{a}'', ''{}'', 1, ''block''',
	'SELECT FROM delivery_internal.wip_override',
	'COMMENT ON FUNCTION delivery.actor() IS ''mine''']) AS s;
-- what is the owner's to do with the written views runs for who writes to them, and for nothing of ours
CREATE RULE mine AS ON INSERT TO delivery.custom_benchmark DO ALSO SELECT captured();
CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO delivery.custom_benchmark DO INSTEAD
	SELECT captured() AS benchmark, metric, level, comparison, threshold, threshold_duration FROM delivery_internal.custom_benchmark;
CREATE TRIGGER mine INSTEAD OF INSERT ON delivery.calendar FOR EACH ROW EXECUTE FUNCTION captured_row();
ALTER VIEW delivery.calendar ALTER description SET DEFAULT captured();
RESET ROLE;
SELECT delivery.calendar('office'), delivery.dora_level('rework_rate', 0.01, 'ours'), (SELECT count(*) FROM delivery.benchmark WHERE custom) AS own,
	(SELECT count(*) FROM delivery.health_check()) AS problems, (SELECT count(*) FROM delivery.wip_status()) AS limits;
SET ROLE regress_delivery_team;
INSERT INTO delivery.calendar (name, calendar) VALUES ('x', '24/7');
RESET ROLE;
-- they go to another owner, but no right on their tables does: somebody is told
REASSIGN OWNED BY regress_delivery_installer TO regress_delivery_team;
SELECT object, problem, hint FROM delivery.health_check() ORDER BY object COLLATE "C";
DROP EXTENSION delivery;
DROP FUNCTION captured_row();

-- what a superuser's default privileges gave, perhaps long before: TRIGGER on what we write to as a superuser
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_delivery_installer;
CREATE EXTENSION delivery;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_delivery_installer;
SET ROLE regress_delivery_installer;
CREATE FUNCTION captured_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	RAISE WARNING 'captured a superuser: %', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user); RETURN NEW; END $$;
CREATE TABLE captured_board (lane text);
SELECT delivery.limit_wip('captured_board', 'lane');
CREATE TRIGGER mine BEFORE INSERT OR UPDATE ON delivery_internal.wip_limit FOR EACH ROW EXECUTE FUNCTION captured_row();
SELECT pg_temp.refusal($$SELECT delivery.set_wip_limit('captured_board', '{doing}', 1, 'block')$$);
RESET ROLE;
SELECT left(pg_temp.refusal($$SELECT delivery.set_wip_limit('captured_board', '{doing}', 1, 'block')$$), 5);
DROP TRIGGER mine ON delivery_internal.wip_limit;
-- a function of ours, on a condition that is none
SET ROLE regress_delivery_installer;
CREATE TRIGGER mine BEFORE INSERT OR UPDATE ON delivery_internal.wip_limit FOR EACH ROW
	WHEN (captured() IS NULL) EXECUTE FUNCTION delivery_internal.check_wip_setting();
SELECT left(pg_temp.refusal($$SELECT delivery.set_wip_limit('captured_board', '{doing}', 1, 'block')$$), 5);
RESET ROLE;
DROP TRIGGER mine ON delivery_internal.wip_limit;
-- (MAINTAIN since 17)
SELECT object, replace(problem, 'MAINTAIN, ', '') AS problem, replace(hint, 'MAINTAIN, ', '') AS hint FROM delivery.health_check()
WHERE object LIKE 'delivery%' ORDER BY object COLLATE "C";
REVOKE ALL ON ALL TABLES IN SCHEMA delivery, delivery_internal FROM regress_delivery_installer;
SELECT delivery.set_wip_limit('captured_board', '{doing}', 1, 'block');
DROP TABLE captured_board;

-- but a superuser may have changes of settings audited
CALL delivery.create_audit_log('limit_log');
SELECT delivery.record_audit('delivery_internal.wip_limit', 'limit_log');
GRANT CREATE ON SCHEMA public TO regress_delivery_team;
SET ROLE regress_delivery_team;
CREATE TABLE captured_board (lane text);
SELECT delivery.limit_wip('captured_board', 'lane');
SELECT delivery.set_wip_limit('captured_board', '{doing}', 1, 'block');
SELECT delivery.set_wip_limit('captured_board', '{doing}', 2, 'block');
RESET ROLE;
SELECT sequence, operation, old_row ->> 'maximum' AS old, new_row ->> 'maximum' AS new, actor = session_user AS by_caller FROM limit_log ORDER BY sequence;
SELECT delivery.unlimit_wip('captured_board');
SELECT delivery.stop_audit('delivery_internal.wip_limit');
DROP TABLE captured_board, limit_log;

-- the policies of a table that a board refers to run for nobody but its owner
SET ROLE regress_delivery_installer;
CREATE TABLE lanes (name text PRIMARY KEY);
INSERT INTO lanes VALUES ('doing');
GRANT SELECT, REFERENCES ON lanes TO regress_delivery_team;
ALTER TABLE lanes ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON lanes USING (captured() IS NULL);
SET ROLE regress_delivery_team;
CREATE TABLE refers (lane text REFERENCES lanes);
SELECT delivery.limit_wip('refers', 'lane');
SELECT delivery.set_wip_limit('refers', '{doing}', 1, 'block');
SET ROLE regress_delivery_installer;
ALTER TABLE lanes DISABLE ROW LEVEL SECURITY;
SET ROLE regress_delivery_team;
SELECT pg_temp.refusal($$SELECT delivery.set_wip_limit('refers', '{dong}', 1, 'block')$$);
RESET ROLE;
DROP TABLE refers, lanes;
DROP FUNCTION captured(), captured_row();

-- who owns the database locks no part of somebody else's board, nor sets a limit on it
SELECT current_user AS superuser, format('ALTER DATABASE %I OWNER TO', current_database()) AS give \gset
:give regress_delivery_installer;
CREATE TABLE parted (lane text, year integer) PARTITION BY LIST (year);
CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES IN (2026);
ALTER TABLE parted OWNER TO regress_delivery_team;
ALTER TABLE parted_2026 OWNER TO regress_delivery_team;
SELECT delivery.limit_wip('parted', 'lane');
SET ROLE regress_delivery_installer;
SELECT b AS board, left(pg_temp.refusal(format($$INSERT INTO delivery_internal.wip_limit VALUES (%L, '{doing}', '{}', 0, 'block')$$, b)), 5) AS refused
FROM unnest('{parted,parted_2026}'::text[]) AS b;
RESET ROLE;
:give :superuser;

-- a stranger locks nothing that a guarded write opens but as every reader does
SET ROLE regress_delivery_analyst;
SELECT mode, count(*) > 4 AS many
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, unnest('{ACCESS SHARE,ROW SHARE,ROW EXCLUSIVE,SHARE UPDATE EXCLUSIVE,SHARE,SHARE ROW EXCLUSIVE,EXCLUSIVE,ACCESS EXCLUSIVE}'::text[]) AS mode
WHERE n.nspname IN ('delivery', 'delivery_internal') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
	AND pg_temp.refusal(format('LOCK TABLE %s IN %s MODE', c.oid::regclass, mode)) = 'done'
GROUP BY mode ORDER BY mode;

-- states of aggregates come from anybody: what is none is refused, in aggregates of anybody's, too
SELECT pg_temp.refusal(format('CREATE AGGREGATE pg_temp.%I (%s) (SFUNC = %s, STYPE = bigint[], INITCOND = %L)',
		'a' || p.oid || '_' || n, (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY o) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, o) WHERE o > 1),
		p.oid::regproc, state)) AS made, count(*) > 200 AS many
FROM pg_proc AS p, unnest(ARRAY['{}', '{NULL}', '{1}', '{1,2}', '{1,2,3}', '{-1,-2,-3,-4,-5}', '{3,NULL,0,0,0}', '{{1,2},{3,4}}', '[5:7]={1,2,3}',
	'{9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807}', '{-9223372036854775808,0,0}',
	array_fill(1::bigint, ARRAY[5000])::text, array_fill(-1::bigint, ARRAY[40])::text]) WITH ORDINALITY AS s (state, n)
WHERE p.pronamespace = 'delivery_internal'::regnamespace AND p.proargtypes[0] = 'bigint[]'::regtype AND p.prorettype = 'bigint[]'::regtype AND p.pronargs > 1
GROUP BY made;
SELECT CASE WHEN result LIKE '22023%' OR result = 'done' THEN left(result, 5) ELSE p.proname || result END AS said, count(*) > 9 AS many
FROM pg_proc AS p, pg_temp.refusal(format('SELECT pg_temp.%I(%s) FROM generate_series(1, 5) AS x', p.proname,
	(SELECT string_agg(CASE format_type(t, NULL) WHEN 'bigint[]' THEN '(CASE x WHEN 1 THEN ''{3,0,0,0,0}'' WHEN 2 THEN ''{1,2,3}'' ELSE ''{1,1}'' END)::bigint[]'
		WHEN 'timestamp with time zone' THEN '''2026-01-05''::timestamptz + x * interval ''1 day''' WHEN 'boolean' THEN 'x > 2'
		WHEN 'tstzrange' THEN '''[2026-01-01,2026-02-01)''::tstzrange' WHEN 'text' THEN '''9''::text' WHEN 'interval' THEN '''30 days''::interval'
		WHEN 'bigint' THEN 'x' WHEN 'integer' THEN 'x' WHEN 'numeric' THEN 'x' WHEN 'double precision' THEN 'x' ELSE CASE t WHEN 'delivery.sfia_level'::regtype THEN 'x::delivery.sfia_level' ELSE '''99.9%''' END END, ', ' ORDER BY o)
	FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, o)))) AS result
WHERE p.prokind = 'a' AND p.pronamespace = pg_my_temp_schema()
GROUP BY said ORDER BY said;
SELECT CASE WHEN result LIKE '22023%' OR result = 'done' THEN left(result, 5) ELSE p.proname || result END AS said, count(*) > 0 AS some
FROM pg_proc AS p, unnest(ARRAY['{}', '{NULL}', '{1}', '{1,2}', '{1,2,3}', '{-1,-2,-3,-4,-5}', '{3,NULL,0,0,0}', '{{1,2},{3,4}}', '[5:7]={1,2,3}',
		'{9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807}', array_fill(-1::bigint, ARRAY[40])::text]) AS state,
	pg_temp.refusal(format('SELECT %s(%L::bigint[])', p.oid::regproc, state)) AS result
WHERE p.pronamespace = 'delivery_internal'::regnamespace AND p.proargtypes[0] = 'bigint[]'::regtype AND p.pronargs = 1 AND p.prokind = 'f'
GROUP BY said ORDER BY said;
RESET ROLE;

DROP TABLE parted;
DELETE FROM delivery_internal.wip_limit;
DROP OWNED BY regress_delivery_installer, regress_delivery_team, regress_delivery_analyst;
DROP ROLE regress_delivery_installer, regress_delivery_team, regress_delivery_analyst;
