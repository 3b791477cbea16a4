-- WIP limits: setting them: what is refused and how, who may, and what is written.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;

-- SQLSTATE of a statement, and whether detail and hint are there
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	problem text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	-- names of types are written as the search_path needs it
	RETURN concat_ws(' ', sqlstate, replace(problem, 'delivery.wip_enforcement', 'wip_enforcement'), CASE WHEN detail = '' OR hint = '' THEN '(without detail or hint)' END);
END $$;

-- attaching and detaching
CREATE TABLE card (id integer PRIMARY KEY, lane text, team text, points integer, price numeric, shape point, at timestamptz);
CREATE VIEW card_view AS SELECT * FROM card;
CREATE TEMP TABLE card_temp (lane text);
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$SELECT delivery.limit_wip(NULL, 'lane')$$,
	$$SELECT delivery.limit_wip('card', NULL)$$,
	$$SELECT delivery.limit_wip(999999999::oid::regclass, 'lane')$$,
	$$SELECT delivery.limit_wip('card_view', 'lane')$$,
	$$SELECT delivery.limit_wip('card_temp', 'lane')$$,
	$$SELECT delivery.limit_wip('card_pkey', 'id')$$,
	$$SELECT delivery.limit_wip('pg_catalog.pg_class', 'relname')$$,
	$$SELECT delivery.limit_wip('card', 'Lane')$$,
	$$SELECT delivery.limit_wip('card', 'ctid')$$,
	$$SELECT delivery.limit_wip('card', 'shape')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team,lane}')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team,team}')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{NULL}')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{who}')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{shape}')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team}', 'price')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team}', 'lane')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team}', 'weight')$$,
	$$SELECT delivery.unlimit_wip('card')$$,
	$$SELECT delivery.set_wip_limit('card', '{doing}', 3, 'block')$$,
	$$SELECT delivery.limit_wip('card', 'lane', NULL)$$,
	$$SELECT delivery.unlimit_wip('card')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team,at}', 'points')$$,
	$$SELECT delivery.limit_wip('card', 'lane', '{team,at}', 'points')$$,
	$$SELECT delivery.limit_wip('card', 'lane')$$,
	$$SELECT delivery.unlimit_wip(NULL)$$]) AS s;
DO $$ BEGIN EXECUTE format('CREATE TABLE wide (lane text, %s)', (SELECT string_agg('c' || i || ' integer', ', ') FROM generate_series(1, 17) AS i)); END $$;
SELECT pg_temp.refusal(format('SELECT delivery.limit_wip(''wide'', ''lane'', %L)', (SELECT array_agg('c' || i) FROM generate_series(1, n) AS i))) FROM unnest('{17,16}'::integer[]) AS n;
SELECT delivery.set_wip_limit('wide', '{doing}', 1, 'block');
INSERT INTO wide VALUES ('doing', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
SELECT pg_temp.refusal($$INSERT INTO wide TABLE wide$$), pg_temp.refusal($$UPDATE wide SET c17 = 0, c16 = 0$$);
SELECT scope ->> 'c16' AS c16 FROM delivery.wip_status();
DROP TABLE wide;
DELETE FROM delivery_internal.wip_limit;

-- limits
SELECT pg_temp.refusal(format('SELECT delivery.set_wip_limit(%s)', s)) FROM unnest(ARRAY[
	$$NULL, '{doing}', 3, 'block'$$,
	$$'card', NULL, 3, 'block'$$,
	$$'card', '{doing}', NULL, 'block'$$,
	$$'card', '{doing}', 3, NULL$$,
	$$'card', '{}', 3, 'block'$$,
	$$'card', '{doing,NULL}', 3, 'block'$$,
	$$'card', '{doing}', -1, 'block'$$,
	$$'card', '{doing}', 3, 'stop'$$,
	$$'card_view', '{doing}', 3, 'block'$$,
	$$'card', '{doing}', 3, 'block', '3'$$,
	$$'card', '{doing}', 3, 'block', '["red"]'$$,
	$$'card', '{doing}', 3, 'block', '{"Team": "red"}'$$,
	$$'card', '{doing}', 3, 'block', '{"lane": "red"}'$$,
	$$'card', '{doing}', 3, 'block', '{"team": null}'$$,
	$$'card', '{doing}', 3, 'block', '{"team": {"a": 1}}'$$,
	$$'card', '{doing}', 3, 'block', '{"at": "soon"}'$$,
	$$'card', '{doing}', 3, 'block', '{}'$$,
	$$'card', '{review,doing,doing}', 3, 'warn', '{"team": true}'$$,
	$$'card', '{doing}', 4, 'block', '{"at": "2026-01-02 03:04:05.5+01", "team": 7.50}'$$,
	$$'card', ARRAY['', E'a\nb', '{x}', 'é"'''], 9223372036854775807, 'block'$$]) AS s;
SELECT delivery.set_wip_limit('card', '{doing}', 5, 'warn');
SELECT lanes, scope, maximum, enforcement FROM delivery.wip_limit ORDER BY lanes, scope;
-- written by hand they are written alike, or refused
INSERT INTO delivery_internal.wip_limit VALUES ('card', '{z,a,z}', '{x,NULL}', 1, 'block');
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$INSERT INTO delivery_internal.wip_limit VALUES ('card', '{a,z}', '{x,NULL}', 1, 'block')$$,
	$$INSERT INTO delivery_internal.wip_limit VALUES ('card', '{b}', '{x}', 1, 'block')$$,
	$$INSERT INTO delivery_internal.wip_limit VALUES ('card', '{}', '{}', 1, 'block')$$,
	$$UPDATE delivery_internal.wip_limit SET maximum = -1$$,
	$$UPDATE delivery_internal.wip_limit SET lanes = '{NULL}'$$,
	$$UPDATE delivery_internal.wip_limit SET lanes = NULL$$,
	$$UPDATE delivery_internal.wip_limit SET board = NULL$$]) AS s;
SELECT lanes, scope FROM delivery.wip_limit WHERE 'a' = ANY (lanes);
SELECT pg_temp.refusal(format('SELECT delivery.drop_wip_limit(%s)', s)) FROM unnest(ARRAY[
	$$'card', '{done}'$$,
	$$'card', '{doing}', '{"team": "red"}'$$,
	$$'card', NULL$$,
	$$'card', '{doing,review}', '{"team": "true"}'$$,
	$$'card', '{doing}'$$,
	$$'card', '{doing}'$$]) AS s;

-- overrides
SELECT pg_temp.refusal(format('SELECT delivery.override_wip(%s)', s)) FROM unnest(ARRAY[
	$$'card', '{doing}', NULL, 1, 'because', 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "y"}', 1, 'because', 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "x"}', 0, 'because', 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "x"}', -1, 'because', 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "x"}', 1, ' ', 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "x"}', 1, NULL, 'tomorrow'$$,
	$$'card', '{a,z}', '{"team": "x"}', 1, 'because', 'yesterday'$$,
	$$'card', '{a,z}', '{"team": "x"}', 1, 'because', 'infinity'$$,
	$$'card', '{a,z}', '{"team": "x"}', 1, 'because', NULL$$,
	$$'card', '{a,z}', '{"team": "x"}', NULL, 'because', 'tomorrow'$$,
	$$'card', '{z,a}', '{"team": "x"}', 1, 'because', 'tomorrow'$$,
	$$'card', '{z,a}', NULL, 1, 'because', 'tomorrow'$$]) AS s;
SELECT lanes, scope, extra, reason FROM delivery.wip_override ORDER BY scope;
SELECT pg_temp.refusal(format('SELECT delivery.end_wip_override(%s)', s)) FROM unnest(ARRAY[
	$$NULL, '{a,z}'$$,
	$$'card', NULL$$,
	$$'card', '{a}'$$,
	$$'card', '{z,a}', '{"team": "y"}'$$,
	$$'card', '{z,a}', '{"team": "x"}'$$,
	$$'card', '{z,a}', '{"team": "x"}'$$]) AS s;

-- what a type takes no longer can still be ended and dropped
CREATE TYPE stage AS ENUM ('new', 'doing');
CREATE DOMAIN stage_name AS text;
CREATE TABLE retyped (lane stage, team stage_name);
SELECT delivery.limit_wip('retyped', 'lane', '{team}');
SELECT delivery.set_wip_limit('retyped', '{doing}', 1, 'block', '{"team": "longish"}');
SELECT delivery.override_wip('retyped', '{doing}', '{"team": "longish"}', 1, 'because', 'tomorrow');
ALTER TYPE stage RENAME VALUE 'doing' TO 'busy';
ALTER DOMAIN stage_name ADD CHECK (length(VALUE) < 5);
SELECT pg_temp.refusal(format('SELECT delivery.%s', s)) FROM unnest(ARRAY[
	$$set_wip_limit('retyped', '{doing}', 1, 'block')$$,
	$$set_wip_limit('retyped', '{busy}', 1, 'block', '{"team": "longish"}')$$,
	$$end_wip_override('retyped', '{doing}', '{"team": "longish"}')$$,
	$$drop_wip_limit('retyped', '{doing}', '{"team": "longish"}')$$]) AS s;
SELECT delivery.unlimit_wip('retyped');
DROP TABLE retyped;
DROP TYPE stage;
DROP DOMAIN stage_name;

-- lanes that a table says it does not know
CREATE TABLE lane (name text PRIMARY KEY);
INSERT INTO lane VALUES ('todo'), ('doing');
CREATE TABLE known (id integer, lane text REFERENCES lane, team varchar(5) CHECK (team IN ('red', 'blue') AND length(team) > 1), points integer CHECK (points > 0), CHECK (team <> lane));
SELECT delivery.limit_wip('known', 'lane', '{team}', 'points');
SELECT pg_temp.refusal(format('SELECT delivery.set_wip_limit(''known'', %s)', s)) FROM unnest(ARRAY[
	$$'{dong}', 1, 'block'$$,
	$$'{todo,doing}', 1, 'block'$$,
	$$'{doing}', 1, 'block', '{"team": "green"}'$$,
	$$'{doing}', 1, 'block', '{"team": "purple"}'$$,
	$$'{doing}', 1, 'block', '{"team": "red"}'$$]) AS s;
DROP TABLE known, lane;
CREATE TABLE parent (lane text);
CREATE TABLE child () INHERITS (parent);
SELECT delivery.limit_wip('parent', 'lane');
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$SELECT delivery.set_wip_limit('child', '{doing}', 1, 'block')$$,
	$$SELECT delivery.limit_wip('child', 'lane')$$,
	$$SELECT delivery.unlimit_wip('child')$$]) AS s;
DROP TABLE child, parent;

-- a board whose triggers were renamed, or dropped to change its columns
DROP VIEW card_view;
SELECT delivery.unlimit_wip('card');
SELECT delivery.limit_wip('card', 'lane', '{team,points}');
SELECT delivery.set_wip_limit('card', '{doing}', 0, 'block', '{"team": "red"}');
SELECT delivery.set_wip_limit('card', '{7}', 0, 'block');
ALTER TRIGGER delivery_wip_insert ON card RENAME TO renamed;
SELECT pg_temp.refusal($$INSERT INTO card VALUES (1, 'doing', 'red')$$), pg_temp.refusal($$SELECT delivery.limit_wip('card', 'lane', '{team,points}')$$);
SELECT count(*) FROM delivery.health_check();
DROP TRIGGER renamed ON card;
DROP TRIGGER delivery_wip_update ON card;
ALTER TABLE card ALTER COLUMN lane TYPE integer USING NULL;
SELECT pg_temp.refusal($$SELECT delivery.limit_wip('card', 'lane', '{team}')$$);
SELECT delivery.limit_wip('card', 'lane', '{team,points}');
SELECT pg_temp.refusal($$INSERT INTO card VALUES (1, 7, 'red', 1)$$), pg_temp.refusal($$INSERT INTO card VALUES (1, 8, 'red', 1)$$);
SELECT lanes, in_progress FROM delivery.wip_status();
SELECT * FROM delivery.wip_unknown('card');
SELECT problem, hint FROM delivery.health_check() WHERE problem LIKE '%does not take%';
SELECT delivery.drop_wip_limit('card', '{doing}', '{"team": "red"}');
SELECT * FROM delivery.wip_unknown('card');

-- the board's owner sets its limits; writers are judged; others see nothing
SELECT delivery.unlimit_wip('card');
CREATE ROLE regress_delivery_owner;
CREATE ROLE regress_delivery_member IN ROLE regress_delivery_owner;
CREATE ROLE regress_delivery_writer;
CREATE ROLE regress_delivery_stranger;
CREATE SCHEMA regress_delivery_board AUTHORIZATION regress_delivery_owner;
GRANT USAGE ON SCHEMA regress_delivery_board TO PUBLIC;
SET ROLE regress_delivery_owner;
CREATE TABLE regress_delivery_board.card (id integer, lane text, team text, secret text);
CREATE INDEX ON regress_delivery_board.card (lane, team);
GRANT INSERT, UPDATE ON regress_delivery_board.card TO regress_delivery_writer;
GRANT SELECT (id) ON regress_delivery_board.card TO regress_delivery_writer;
SELECT delivery.limit_wip('regress_delivery_board.card', 'lane', '{team}');
SELECT delivery.set_wip_limit('regress_delivery_board.card', '{doing,hidden}', 2, 'block');
SET ROLE regress_delivery_member;
SELECT delivery.override_wip('regress_delivery_board.card', '{doing,hidden}', NULL, 1, 'a member may', 'tomorrow');
SELECT maximum FROM delivery.wip_status();
-- the functions alone write: not even the owner does, nor locks what all boards read
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$INSERT INTO delivery_internal.wip_override (board, lanes, extra, reason, until, granted_by) VALUES ('regress_delivery_board.card', '{doing,hidden}', 1, 'x', 'tomorrow', 'somebody')$$,
	$$UPDATE delivery_internal.wip_override SET granted_at = 'yesterday'$$,
	$$DELETE FROM delivery_internal.wip_override$$,
	$$INSERT INTO delivery.wip_limit VALUES ('regress_delivery_board.card', '{doing}', '{}', 9, 'block')$$,
	$$UPDATE delivery.wip_override SET until = 'tomorrow'$$,
	$$DELETE FROM delivery.wip_limit$$,
	$$LOCK TABLE delivery_internal.wip_limit IN ACCESS SHARE MODE$$,
	$$LOCK TABLE delivery.wip_limit IN ROW SHARE MODE$$,
	$$LOCK TABLE delivery.wip_limit$$]) AS s;
SELECT lanes, scope, extra, reason, granted_by = session_user AS granted_by FROM delivery.wip_override;
SELECT delivery.end_wip_override('regress_delivery_board.card', '{hidden,doing}');
SELECT pg_temp.refusal($$SELECT delivery.end_wip_override('regress_delivery_board.card', '{doing,hidden}')$$);
SELECT maximum FROM delivery.wip_status();
SELECT extra, until <= clock_timestamp() AS has_ended FROM delivery.wip_override;
SET ROLE regress_delivery_writer;
INSERT INTO regress_delivery_board.card VALUES (1, 'doing', 'red'), (2, 'hidden', 'red');
-- no count, and no name of a lane that the writer did not write
\set VERBOSITY terse
DO $$
DECLARE
	d text; c text; h text;
BEGIN
	INSERT INTO regress_delivery_board.card VALUES (3, 'doing', 'red');
EXCEPTION WHEN SQLSTATE '23W01' THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, c = CONSTRAINT_NAME, h = PG_EXCEPTION_HINT;
	RAISE WARNING '% | % | % | %', sqlerrm, d, c, h USING ERRCODE = '01000';
END $$;
\set VERBOSITY default
SELECT lanes, in_progress FROM delivery.wip_status();
SELECT count(*) FROM delivery.wip_limit;
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$SELECT delivery.limit_wip('regress_delivery_board.card', 'lane')$$,
	$$SELECT delivery.unlimit_wip('regress_delivery_board.card')$$,
	$$SELECT delivery.set_wip_limit('regress_delivery_board.card', '{doing}', 9, 'block')$$,
	$$SELECT delivery.drop_wip_limit('regress_delivery_board.card', '{doing,hidden}')$$,
	$$SELECT delivery.override_wip('regress_delivery_board.card', '{doing,hidden}', NULL, 1, 'x', 'tomorrow')$$,
	$$SELECT delivery.end_wip_override('regress_delivery_board.card', '{doing,hidden}')$$,
	$$INSERT INTO delivery_internal.wip_limit VALUES ('regress_delivery_board.card', '{doing}', '{}', 9, 'block')$$,
	$$SELECT FROM delivery_internal.wip_limit$$]) AS s;
SET ROLE regress_delivery_stranger;
SELECT count(*) FROM delivery.wip_status();
SELECT (SELECT count(*) FROM delivery.wip_limit) AS limits, (SELECT count(*) FROM delivery.wip_override) AS overrides, (SELECT count(*) FROM delivery_internal.lost_board) AS lost;
-- a trigger of a stranger's table that claims to belong to the board counts nothing there
RESET ROLE;
GRANT CREATE ON SCHEMA regress_delivery_board TO regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
CREATE TABLE regress_delivery_board.mine (lane text, team text);
INSERT INTO regress_delivery_board.mine VALUES ('done', 'red');
CREATE CONSTRAINT TRIGGER delivery_wip_insert AFTER INSERT ON regress_delivery_board.mine FOR EACH ROW
	WHEN (delivery_internal.enters_wip('regress_delivery_board.card', NEW.lane, NEW.team)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT pg_temp.refusal($$INSERT INTO regress_delivery_board.mine VALUES ('doing', 'red')$$);
CREATE TRIGGER without_condition AFTER UPDATE ON regress_delivery_board.mine FOR EACH ROW EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT pg_temp.refusal($$UPDATE regress_delivery_board.mine SET lane = 'doing'$$);
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$SELECT delivery_internal.enters_wip('regress_delivery_board.card')$$,
	$$SELECT delivery_internal.enters_wip(NULL, 'doing'::text)$$,
	$$SELECT delivery_internal.enters_wip('regress_delivery_board.card', 1, 2)$$,
	$$SELECT delivery_internal.enters_wip('regress_delivery_board.card', 'doing'::text)$$,
	$$SELECT delivery_internal.enters_weighted_wip('regress_delivery_board.card', 'doing'::text, 'red'::text)$$,
	$$SELECT delivery_internal.enters_wip('regress_delivery_board.mine', 'doing'::text, 'red'::text)$$,
	$$SELECT delivery_internal.enforce_wip_limit()$$]) AS s;
-- nor do the triggers of the configuration take another table for it, or a call
CREATE TABLE regress_delivery_board.like_limit (board regclass, lanes integer, scope integer);
SELECT pg_temp.refusal('SELECT delivery_internal.check_wip_setting()'), pg_temp.refusal('SELECT delivery_internal.wip_setting_changed()');
CREATE TRIGGER t AFTER INSERT ON regress_delivery_board.like_limit FOR EACH ROW EXECUTE FUNCTION delivery_internal.wip_setting_changed();
SELECT pg_temp.refusal($$INSERT INTO regress_delivery_board.like_limit VALUES ('regress_delivery_board.card', 1, 1)$$);
CREATE TRIGGER s BEFORE INSERT ON regress_delivery_board.like_limit FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_setting();
SELECT pg_temp.refusal($$INSERT INTO regress_delivery_board.like_limit VALUES ('regress_delivery_board.card', 1, 1)$$);
DROP TABLE regress_delivery_board.like_limit;
-- nor does the condition tell which lanes are limited
SELECT pg_temp.refusal($$SELECT delivery_internal.enters_wip('regress_delivery_board.card', l, 'red'::text) FROM unnest('{doing,done}'::text[]) AS l$$);
SELECT pg_temp.refusal($$SELECT delivery_internal.enters_wip('regress_delivery_board.card', a.lane, b.team) FROM regress_delivery_board.mine AS a JOIN regress_delivery_board.mine AS b USING (lane)$$);
-- row security: all rows are counted, and no count is shown
RESET ROLE;
DROP TABLE regress_delivery_board.mine;
SET ROLE regress_delivery_owner;
GRANT SELECT ON regress_delivery_board.card TO regress_delivery_writer;
SET ROLE regress_delivery_writer;
SELECT lanes, scope, in_progress FROM delivery.wip_status();
RESET ROLE;
ALTER TABLE regress_delivery_board.card ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON regress_delivery_board.card TO regress_delivery_writer USING (secret = 'mine') WITH CHECK (true);
SET ROLE regress_delivery_writer;
SELECT count(*) FROM regress_delivery_board.card;
SELECT lanes, scope, in_progress, maximum, headroom FROM delivery.wip_status();
\set VERBOSITY default
INSERT INTO regress_delivery_board.card VALUES (3, 'doing', 'red', 'mine');
SELECT count(*) FROM delivery.health_check() WHERE object LIKE 'regress%';
RESET ROLE;

-- a hostile search_path, and what its owner's CHECKs call, get no rights of the caller
CREATE SCHEMA regress_delivery_attack AUTHORIZATION regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
CREATE FUNCTION regress_delivery_attack.who(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'as %', current_user; RETURN true; END $$;
CREATE DOMAIN regress_delivery_attack.lane AS text CHECK (regress_delivery_attack.who(VALUE));
CREATE TABLE regress_delivery_attack.board (lane regress_delivery_attack.lane CHECK (regress_delivery_attack.who(lane)), team text);
CREATE FUNCTION regress_delivery_attack.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE OPERATOR regress_delivery_attack.= (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_delivery_attack.equal);
CREATE TABLE regress_delivery_attack.wip_limit (board regclass);
CREATE TABLE regress_delivery_attack.pg_class (oid oid);
-- fits better than the one that a CHECK means
CREATE TYPE regress_delivery_attack.stage AS ENUM ('doing', 'gone');
CREATE FUNCTION regress_delivery_attack.differ(regress_delivery_attack.stage, regress_delivery_attack.stage) RETURNS boolean
	LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
RESET ROLE;
CREATE TABLE regress_delivery_attack.staged (stage regress_delivery_attack.stage CHECK (stage <> 'gone'));
SET ROLE regress_delivery_stranger;
CREATE OPERATOR regress_delivery_attack.<> (LEFTARG = regress_delivery_attack.stage, RIGHTARG = regress_delivery_attack.stage,
	FUNCTION = regress_delivery_attack.differ);
RESET ROLE;
SET search_path = regress_delivery_attack, pg_catalog;
SELECT delivery.limit_wip('staged', 'stage');
SELECT delivery.set_wip_limit('staged', '{doing}', 1, 'block');
SELECT delivery.limit_wip('board', 'lane', '{team}');
SELECT delivery.set_wip_limit('board', '{doing}', 1, 'block', '{"team": "red"}');
SELECT delivery.override_wip('board', '{doing}', '{"team": "red"}', 1, 'x', 'tomorrow');
SELECT lanes, scope, in_progress FROM delivery.wip_status() WHERE board = 'board'::regclass;
SELECT count(*) FROM delivery.health_check() WHERE pg_catalog.starts_with(object, 'regress_delivery_attack');
SELECT delivery.drop_wip_limit('board', '{doing}', '{"team": "red"}');
SELECT delivery.unlimit_wip('board');
RESET search_path;

-- types within which there are domains, whose checks would be called by all who look at a limit
CREATE DOMAIN regress_delivery_attack.lanes AS regress_delivery_attack.lane[];
CREATE DOMAIN regress_delivery_attack.number AS integer;
CREATE TYPE regress_delivery_attack.numbers AS RANGE (SUBTYPE = regress_delivery_attack.number);
CREATE TYPE regress_delivery_attack.pair AS (a integer, b text);
CREATE TABLE regress_delivery_attack.typed (a regress_delivery_attack.lane[], b regress_delivery_attack.lanes, c regress_delivery_attack.numbers,
	d regress_delivery_attack.numbers_multirange, e regress_delivery_attack.pair, f regress_delivery_attack.pair[], g text[], h int4range, i regress_delivery_attack.number);
SELECT c, pg_temp.refusal(format($$SELECT delivery.limit_wip('regress_delivery_attack.typed', %L)$$, c)),
	pg_temp.refusal(format($$SELECT delivery.unlimit_wip('regress_delivery_attack.typed')$$, c))
FROM unnest('{a,b,c,d,e,f,g,h,i}'::name[]) AS c;
DROP SCHEMA regress_delivery_attack, regress_delivery_board CASCADE;
DROP ROLE regress_delivery_member, regress_delivery_owner, regress_delivery_writer, regress_delivery_stranger;
DELETE FROM delivery_internal.wip_limit;
DELETE FROM delivery_internal.wip_override;
DROP TABLE card;

-- who owns the database restores settings, and sets none on boards of others
CREATE ROLE regress_delivery_dba;
CREATE ROLE regress_delivery_team;
SELECT current_user AS superuser, format('ALTER DATABASE %I OWNER TO', current_database()) AS give \gset
:give regress_delivery_dba;
CREATE TABLE team_card (lane text);
ALTER TABLE team_card OWNER TO regress_delivery_team;
CREATE TABLE dba_card (lane text);
ALTER TABLE dba_card OWNER TO regress_delivery_dba;
SELECT delivery.limit_wip(b, 'lane') FROM unnest('{team_card,dba_card}'::regclass[]) AS b;
SET ROLE regress_delivery_dba;
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$INSERT INTO delivery_internal.wip_limit VALUES ('team_card', '{doing}', '{}', 0, 'block')$$,
	$$INSERT INTO delivery_internal.wip_override (board, lanes, extra, reason, until) VALUES ('team_card', '{doing}', 1, 'x', 'tomorrow')$$,
	$$INSERT INTO delivery_internal.wip_limit VALUES ('dba_card', '{doing}', '{}', 0, 'block')$$,
	$$SELECT FROM delivery_internal.wip_limit, delivery_internal.wip_override, delivery_internal.calendar, delivery_internal.custom_benchmark$$,
	$$UPDATE delivery_internal.wip_limit SET maximum = 9$$,
	$$DELETE FROM delivery_internal.wip_limit$$,
	$$TRUNCATE delivery_internal.wip_limit$$,
	$$LOCK TABLE delivery_internal.wip_limit IN SHARE MODE$$,
	$$CREATE TRIGGER t AFTER INSERT ON delivery_internal.wip_limit FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()$$,
	$$CREATE TRIGGER t AFTER INSERT ON delivery_internal.calendar FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()$$,
	$$CREATE TABLE dba_ref (name text REFERENCES delivery_internal.calendar)$$,
	$$CREATE TABLE delivery_internal.mine (i integer)$$]) AS s;
-- what is restored waits for nobody, as the table is no board yet
CREATE TABLE dba_restored (lane text);
INSERT INTO delivery_internal.wip_limit VALUES ('dba_restored', '{doing}', '{}', 0, 'block');
SELECT count(*) FROM pg_locks WHERE relation = 'dba_restored'::regclass AND mode = 'ShareRowExclusiveLock';
SELECT pg_temp.refusal($$INSERT INTO dba_card VALUES ('doing')$$), pg_temp.refusal($$INSERT INTO dba_restored VALUES ('doing')$$);
RESET ROLE;
:give :superuser;
DELETE FROM delivery_internal.wip_limit;
DROP TABLE team_card, dba_card, dba_restored;
DROP ROLE regress_delivery_dba, regress_delivery_team;

-- a schema that is renamed stops what is guarded, in sessions old and new
CREATE TABLE named (lane text);
CREATE INDEX ON named (lane);
SELECT delivery.limit_wip('named', 'lane');
SELECT delivery.set_wip_limit('named', '{doing}', 1, 'block');
CALL delivery.create_audit_log('named_log');
CREATE TABLE named_too (i integer);
SELECT delivery.record_audit('named_too', 'named_log');
INSERT INTO named VALUES ('doing');
CREATE FUNCTION pg_temp.refusals() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	s text; problem text; detail text; hint text;
BEGIN
	FOREACH s IN ARRAY '{INSERT INTO named VALUES (''todo''),UPDATE named SET lane = ''doing'',INSERT INTO named_too VALUES (1),TRUNCATE named_too}'::text[] LOOP
		BEGIN
			EXECUTE s;
			SET CONSTRAINTS ALL IMMEDIATE;
			RETURN NEXT 'done';
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			RETURN NEXT concat_ws(' | ', sqlstate, problem, detail, hint);
		END;
	END LOOP;
END $$;
ALTER SCHEMA delivery_internal RENAME TO renamed;
SELECT * FROM pg_temp.refusals();
SELECT pg_temp.refusal(s) FROM unnest(ARRAY[
	$$SELECT delivery.set_wip_limit('named', '{doing}', 1, 'block')$$,
	$$SELECT delivery.drop_wip_limit('named', '{doing}')$$,
	$$SELECT * FROM delivery.wip_status()$$]) AS s;
-- nor is another one of its name taken for it
CREATE SCHEMA delivery_internal;
SELECT DISTINCT left(r, 5) FROM pg_temp.refusals() AS r;
DROP SCHEMA delivery_internal;
ALTER SCHEMA renamed RENAME TO delivery_internal;
ALTER SCHEMA delivery RENAME TO renamed;
SELECT * FROM pg_temp.refusals();
CREATE SCHEMA delivery;
SELECT DISTINCT left(r, 5) FROM pg_temp.refusals() AS r;
DROP SCHEMA delivery;
\c
SET client_min_messages = warning;
INSERT INTO named VALUES ('doing');
INSERT INTO named_too VALUES (1);
ALTER SCHEMA renamed RENAME TO delivery;
-- and all is as before
INSERT INTO named VALUES ('doing');
INSERT INTO named VALUES ('todo');
INSERT INTO named_too VALUES (1);
SELECT count(*) FROM named_log;
SELECT lanes, in_progress FROM delivery.wip_status();
-- between a statement and its commit: what is deferred is refused
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO named VALUES ('doing');
ALTER SCHEMA delivery_internal RENAME TO renamed;
COMMIT;
-- what is queued for an audit log needs nothing of the schemas any more
BEGIN;
INSERT INTO named_too VALUES (2);
ALTER SCHEMA delivery_internal RENAME TO renamed;
COMMIT;
ALTER SCHEMA renamed RENAME TO delivery_internal;
SELECT count(*) FROM named_log;
SELECT delivery.unlimit_wip('named');
DROP TABLE named, named_too, named_log;
