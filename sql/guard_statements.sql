-- guard_statements.sql: guardrail_statements() puts back what was dropped: guardrails of
-- all shapes are made, looked at, dropped, put back by what it says, and looked at again.
-- Sessions that read what it says have other settings than those that ask.
SET client_min_messages = warning;
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kolkata';
CREATE ROLE regress_delivery_guard;
CREATE ROLE regress_delivery_guard_member IN ROLE regress_delivery_guard;
CREATE ROLE regress_delivery_guard_stranger;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_delivery_guard', current_database()) \gexec
CREATE SCHEMA guard AUTHORIZATION regress_delivery_guard;
CREATE SCHEMA "the guard's" AUTHORIZATION regress_delivery_guard;
SET ROLE regress_delivery_guard;
SELECT count(*) FROM delivery.guardrail_statements();

-- boards: odd names, all kinds of limits and overrides
\set board '"the guard\'s"."ca\\rd ""100%s"""'
CREATE TYPE "the guard's"."st""ate" AS ENUM ('to do', 'do"ing', 're,view\', '100%s');
CREATE TABLE :board (id integer PRIMARY KEY, "la%ne" "the guard's"."st""ate", "te'am" text, "cli\ent" integer, "po""ints" integer);
CREATE INDEX ON :board ("la%ne", "te'am", "cli\ent");
CREATE INDEX ON :board ("la%ne", "cli\ent");
SELECT delivery.limit_wip(:'board', 'la%ne', ARRAY['te''am', 'cli\ent'], 'po"ints');
SELECT delivery.set_wip_limit(:'board', ARRAY['do"ing'], 8, 'block');
SELECT delivery.set_wip_limit(:'board', ARRAY['do"ing'], 4, 'block', '{"te''am": "b\\l{u,e", "cli\\ent": 2}');
SELECT delivery.set_wip_limit(:'board', ARRAY['re,view\', 'do"ing'], 20, 'warn', '{"te''am": "%L ''$1''"}');
SELECT delivery.set_wip_limit(:'board', ARRAY['do"ing'], 4, 'block', '{"te''am": "NULL"}');
SELECT delivery.set_wip_limit(:'board', ARRAY['do"ing'], 3, 'block', '{"te''am": ""}');
SELECT delivery.set_wip_limit(:'board', ARRAY['do"ing'], 9223372036854775807, 'block', '{}');
SELECT delivery.set_wip_limit(:'board', ARRAY['100%s'], 0, 'block');
SELECT delivery.override_wip(:'board', ARRAY['do"ing'], NULL, 1, E'it''s a\t\\fair\n100%s', '2999-12-31 23:59:59.123456+00');
SELECT delivery.override_wip(:'board', ARRAY['do"ing'], NULL, 1, 'the same again', '2999-01-02 00:00+00');
SELECT delivery.override_wip(:'board', ARRAY['do"ing'], NULL, 1, 'the same again', '2999-01-02 00:00+00');
SELECT delivery.override_wip(:'board', ARRAY['do"ing'], '{"cli\\ent": 2}', 2, 'of one scope column', '2999-01-01 00:00+00');
SELECT delivery.override_wip(:'board', ARRAY['do"ing'], '{}', 3, 'for all', '2999-01-01 00:00+00');
SELECT delivery.override_wip(:'board', ARRAY['100%s'], NULL, 7, 'ended', '2999-01-01 00:00+00');
SELECT delivery.end_wip_override(:'board', ARRAY['100%s']);
-- partitions, and partitions of these: the root alone is named
CREATE TABLE guard.item (id integer, lane date, year integer) PARTITION BY LIST (year);
CREATE TABLE guard.item_2026 PARTITION OF guard.item FOR VALUES IN (2026);
CREATE TABLE guard.item_rest PARTITION OF guard.item DEFAULT PARTITION BY HASH (id);
CREATE TABLE guard.item_rest_0 PARTITION OF guard.item_rest FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX ON guard.item (lane);
SELECT delivery.limit_wip('guard.item', 'lane');
SELECT delivery.set_wip_limit('guard.item', '{03/02/2026}', 2, 'block');
SELECT delivery.set_wip_limit('guard.item', '{03/02/2026}', 3, 'block', '{}');
-- children
CREATE TABLE guard.task (id integer, lane timestamptz, team text);
CREATE TABLE guard.task_child () INHERITS (guard.task);
CREATE TABLE guard.task_grandchild () INHERITS (guard.task_child);
CREATE INDEX ON guard.task (lane);
CREATE INDEX ON guard.task_child (lane);
CREATE INDEX ON guard.task_grandchild (lane);
SELECT delivery.limit_wip('guard.task', 'lane', '{team}');
SELECT delivery.set_wip_limit('guard.task', '{"03/02/2026 05:30:00 IST"}', 2, 'block', '{}');
-- a partition of its own, a renamed trigger, and a board without a limit
CREATE TABLE guard.part (lane text, year integer) PARTITION BY LIST (year);
CREATE TABLE guard.part_2026 PARTITION OF guard.part FOR VALUES IN (2026);
CREATE INDEX ON guard.part (lane);
SELECT delivery.limit_wip('guard.part_2026', 'lane');
SELECT delivery.set_wip_limit('guard.part_2026', '{doing}', 2, 'block');
CREATE TABLE guard.renamed (lane text, team text);
CREATE TABLE guard.renamed_child () INHERITS (guard.renamed);
SELECT delivery.limit_wip('guard.renamed', 'lane', '{team}');
SELECT delivery.set_wip_limit('guard.renamed', '{doing}', 2, 'block', '{"team": "red"}');
ALTER TRIGGER delivery_wip_insert ON guard.renamed_child RENAME TO "wip's \";
CREATE TABLE guard.unlimited (lane text);
SELECT delivery.limit_wip('guard.unlimited', 'lane');
-- an override whose limit was dropped
CREATE TABLE guard.lost (lane text);
SELECT delivery.limit_wip('guard.lost', 'lane');
SELECT delivery.set_wip_limit('guard.lost', '{doing}', 2, 'block');
SELECT delivery.set_wip_limit('guard.lost', '{done}', 2, 'block');
SELECT delivery.override_wip('guard.lost', '{done}', NULL, 7, 'without a limit', '2999-01-01 00:00+00');
SELECT delivery.drop_wip_limit('guard.lost', '{done}');

-- append-only tables: made by append_only(), by hand, and by both
CREATE TABLE guard."entry's" (id integer);
SELECT delivery.append_only('guard."entry''s"');
CREATE TABLE guard.ledger (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE guard.ledger_2026 PARTITION OF guard.ledger FOR VALUES IN (2026);
CREATE TABLE guard.ledger_2025 PARTITION OF guard.ledger FOR VALUES IN (2025);
SELECT delivery.append_only('guard.ledger');
ALTER TABLE guard.ledger DETACH PARTITION guard.ledger_2025;
CREATE TABLE guard.fact (id integer, at date, amount double precision);
CREATE TABLE guard.fact_child () INHERITS (guard.fact);
SELECT delivery.append_only('guard.fact');
CREATE TRIGGER "no ""changes\" BEFORE UPDATE OF amount ON guard.fact FOR EACH ROW
	WHEN (OLD.at <= '03/02/2026' AND NEW.amount <> '0.30000000000000004'::double precision AND OLD.at + interval '1 day 2 hours' < '03/02/2026 12:00+05:30'::timestamptz) EXECUTE FUNCTION delivery.enforce_append_only('an argument''s 100%s');
CREATE CONSTRAINT TRIGGER at_last AFTER DELETE ON guard.fact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
CREATE TABLE guard.by_hand (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE guard.by_hand_2026 PARTITION OF guard.by_hand FOR VALUES IN (2026);
CREATE TRIGGER by_row BEFORE UPDATE OR DELETE ON guard.by_hand FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
CREATE TRIGGER at_all BEFORE TRUNCATE ON guard.by_hand FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT delivery.append_only('guard.by_hand');

-- triggers that fire otherwise, in parents and in partitions; of a log, too
CALL delivery.create_audit_log('guard.log');
ALTER TABLE guard.log ENABLE ALWAYS TRIGGER append_only;
-- audited tables: a board, with columns that are not recorded, partitions and children
ALTER TABLE :board ADD "since ""when\" timestamptz, ADD "pass'word" text;
SELECT delivery.set_wip_entry_column(:'board', 'since "when\');
SELECT delivery.record_audit(:'board', 'guard.log', ARRAY['pass''word', 'since "when\']);
SELECT delivery.record_audit('guard.item', 'guard.log'), delivery.record_audit('guard.task', 'guard.log');
ALTER TABLE guard.item_2026 ENABLE ALWAYS TRIGGER delivery_audit;
ALTER TABLE guard.task DISABLE TRIGGER delivery_audit_truncate;
ALTER TABLE :board ENABLE REPLICA TRIGGER delivery_wip_insert;
ALTER TABLE guard.item ENABLE ALWAYS TRIGGER delivery_wip_insert;
ALTER TABLE guard.item_rest DISABLE TRIGGER delivery_wip_insert;
ALTER TABLE guard.item_rest_0 ENABLE TRIGGER delivery_wip_insert;
ALTER TABLE guard.item_2026 ENABLE ALWAYS TRIGGER delivery_wip_update;
ALTER TABLE guard.renamed_child DISABLE TRIGGER "wip's \";
ALTER TABLE guard.fact ENABLE ALWAYS TRIGGER at_last;
ALTER TABLE guard.ledger_2026 DISABLE TRIGGER delivery_append_only_truncate;
CREATE TEMP TABLE passing (id integer);
SELECT delivery.append_only('passing');
RESET ROLE;

-- what it says, whatever the session's settings are
CREATE TEMP TABLE said AS SELECT s, n FROM delivery.guardrail_statements() WITH ORDINALITY AS s (s, n) WHERE s LIKE '%guard%';
\pset format unaligned
SELECT s FROM said ORDER BY n;
SELECT count(*) FROM delivery.guardrail_statements() AS s WHERE s LIKE '%passing%';
\pset format aligned
SET ROLE regress_delivery_guard_stranger;
SELECT count(*) FROM delivery.guardrail_statements();
SET ROLE regress_delivery_guard_member;
SET datestyle = 'German, YMD';
SET timezone = 'America/St_Johns';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = -3;
SET search_path = guard, delivery, delivery_internal, public;
SET standard_conforming_strings = off;
CREATE TEMP TABLE said_to_member AS SELECT s FROM delivery.guardrail_statements() AS s;
GRANT SELECT ON said_to_member TO regress_delivery_guard;
RESET ROLE;
RESET search_path;
RESET standard_conforming_strings;
RESET extra_float_digits;
RESET intervalstyle;
SELECT s FROM said EXCEPT SELECT s FROM said_to_member;
SELECT s FROM said_to_member EXCEPT SELECT s FROM said;

-- a table of somebody else, whose triggers say that it is part of a board, changes nothing
CREATE SCHEMA guard_stranger AUTHORIZATION regress_delivery_guard_stranger;
SELECT 'guard.task'::regclass::oid AS task \gset
SET ROLE regress_delivery_guard_stranger;
CREATE TABLE guard_stranger.task (id integer, lane timestamptz, team text);
CREATE CONSTRAINT TRIGGER delivery_wip_insert AFTER INSERT ON guard_stranger.task DEFERRABLE FOR EACH ROW
	WHEN (delivery_internal.enters_wip(:'task'::regclass, NEW.id, NEW.team)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT board = :task AS is_task, lane_column FROM delivery.wip_columns('guard_stranger.task');
SELECT count(*) FROM delivery.guardrail_statements();
SET ROLE regress_delivery_guard;
SELECT count(*) FROM (SELECT delivery.guardrail_statements() EXCEPT SELECT s FROM said_to_member) AS s;
RESET ROLE;
SELECT count(*) FROM (SELECT s FROM delivery.guardrail_statements() AS s EXCEPT SELECT s FROM said) AS s WHERE s LIKE '%guard%' AND s NOT LIKE '%guard_stranger.task%';
SELECT s FROM said EXCEPT SELECT s FROM delivery.guardrail_statements() AS s;
DROP SCHEMA guard_stranger CASCADE;

-- what a condition of others calls when it is read is not called by whoever runs the statements
SET ROLE regress_delivery_guard_member;
CREATE SCHEMA guard_trap;
CREATE FUNCTION guard_trap.spring(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'sprung as %', current_user; RETURN true; END $$;
CREATE DOMAIN guard_trap.number AS integer CHECK (guard_trap.spring(value));
CREATE TYPE guard_trap.pair AS (one guard_trap.number);
CREATE TABLE guard_trap.bait (id integer, lane text, pair guard_trap.pair);
SET client_min_messages = error;
CREATE TRIGGER one BEFORE DELETE ON guard_trap.bait FOR EACH ROW WHEN (OLD.pair IS DISTINCT FROM '(1)'::guard_trap.pair) EXECUTE FUNCTION delivery.enforce_append_only();
CREATE TRIGGER two AFTER INSERT ON guard_trap.bait FOR EACH ROW WHEN (delivery_internal.enters_wip('guard_trap.bait', '(1)'::guard_trap.pair)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SET client_min_messages = warning;
RESET ROLE;
SELECT s FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard_trap%';
SELECT s FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard_trap%' \gexec
DROP SCHEMA guard_trap CASCADE;

-- all that stands, as the catalogs and settings have it
SET datestyle = 'ISO';
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.standing(OUT what text) RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog SET datestyle = ISO AS $$
	SELECT concat_ws(' | ', t.tgrelid::regclass, pg_get_triggerdef(t.oid), t.tgenabled, t.tgparentid <> 0, t.tgisinternal)
	FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
	WHERE c.relnamespace::regnamespace::text IN ('guard', '"the guard''s"')
		-- it has a condition of its own, and is put back by hand
		AND t.tgname <> E'no "changes\\'
	UNION ALL
	SELECT concat_ws(' | ', l.board, l.lanes, l.scope, l.maximum, l.enforcement) FROM delivery.wip_limit AS l WHERE l.board::text LIKE '%guard%'
	UNION ALL
	SELECT concat_ws(' | ', o.board, o.lanes, o.scope, o.extra, o.reason, o.until) FROM delivery.wip_override AS o WHERE o.board::text LIKE '%guard%' AND until > now() AND extra <> 7
	UNION ALL
	SELECT concat_ws(' | ', e.board, e.entry_column) FROM delivery.wip_entry AS e WHERE e.board::text LIKE '%guard%'
	UNION ALL
	SELECT concat_ws(' | ', a.audited, a.log, a.excluded) FROM delivery.audits() AS a WHERE a.audited::text LIKE '%guard%'
	UNION ALL
	SELECT concat_ws(' | ', h.object, h.problem, h.hint) FROM delivery.health_check() AS h WHERE h.object LIKE '%guard%'
$$;
-- with a sign: what was, and is not any more, and what is, and was not
CREATE TEMP TABLE stood AS SELECT * FROM pg_temp.standing();
CREATE FUNCTION pg_temp.difference(OUT sign text, OUT what text) RETURNS SETOF record LANGUAGE sql STABLE AS $$
	(SELECT '-', what FROM pg_temp.stood EXCEPT ALL SELECT '-', what FROM pg_temp.standing())
	UNION ALL
	(SELECT '+', what FROM pg_temp.standing() EXCEPT ALL SELECT '+', what FROM pg_temp.stood)
$$;
CREATE PROCEDURE pg_temp.drop_all() LANGUAGE plpgsql AS $$
DECLARE
	relation regclass;
BEGIN
	FOR relation IN SELECT DISTINCT w.board FROM pg_class AS c, delivery.wip_columns(c.oid) AS w
		WHERE c.relnamespace::regnamespace::text IN ('guard', '"the guard''s"') AND w.board IS NOT NULL LOOP
		PERFORM delivery.unlimit_wip(relation);
	END LOOP;
	FOR relation IN SELECT a.audited FROM delivery.audits() AS a WHERE a.audited::text LIKE '%guard%' LOOP
		PERFORM delivery.stop_audit(relation);
	END LOOP;
	FOR relation IN SELECT DISTINCT t.tgrelid FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
		WHERE tgfoid = 'delivery.enforce_append_only'::regproc AND c.relnamespace::regnamespace::text IN ('guard') AND c.relname <> 'log' ORDER BY 1 LOOP
		IF EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = relation AND tgfoid = 'delivery.enforce_append_only'::regproc) THEN
			PERFORM delivery.allow_changes(relation);
		END IF;
	END LOOP;
	ALTER TABLE guard.log ENABLE TRIGGER append_only;
END $$;

-- nothing is left, and it comes back: for a superuser
CALL pg_temp.drop_all();
SELECT what FROM pg_temp.standing() WHERE what !~ '^[^|]*log \|' ORDER BY 1;
SELECT count(*) FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard%';
\set ON_ERROR_STOP on
\set ECHO none
\o /dev/null
SELECT s FROM said ORDER BY n \gexec
\o
\set ECHO all
SELECT * FROM pg_temp.difference() ORDER BY sign COLLATE "C", what COLLATE "C";
-- for the owner, whose session has other settings, and all on its search_path
GRANT SELECT ON said TO regress_delivery_guard;
SET ROLE regress_delivery_guard;
CALL pg_temp.drop_all();
SET datestyle = 'German, YMD';
SET timezone = 'America/St_Johns';
SET search_path = guard, delivery, delivery_internal, public;
SET standard_conforming_strings = off;
\set ECHO none
\o /dev/null
SELECT s FROM said ORDER BY n \gexec
\o
\set ECHO all
RESET standard_conforming_strings;
RESET search_path;
SET datestyle = 'ISO';
SET timezone = 'UTC';
RESET ROLE;
SELECT * FROM pg_temp.difference() ORDER BY sign COLLATE "C", what COLLATE "C";

-- in one transaction, by a function
SET ROLE regress_delivery_guard;
BEGIN;
CALL pg_temp.drop_all();
DO $$
DECLARE
	statement text;
BEGIN
	FOR statement IN SELECT s FROM said ORDER BY n LOOP
		EXECUTE statement;
	END LOOP;
END $$;
RESET ROLE;
SELECT * FROM pg_temp.difference() ORDER BY sign COLLATE "C", what COLLATE "C";
COMMIT;

-- where all stands: overrides add up, and nothing else changes
\set ECHO none
\o /dev/null
SELECT s FROM said ORDER BY n \gexec
\o
\set ECHO all
SELECT sign, what FROM pg_temp.difference() ORDER BY sign COLLATE "C", what COLLATE "C";
-- who allowed it is who runs the statements
SELECT granted_by = delivery.actor() AS is_caller, count(*) FROM delivery.wip_override WHERE board::text LIKE '%guard%' GROUP BY 1;
SELECT delivery.end_wip_override(:'board', ARRAY['do"ing']) AS ended;

-- a partition and a child made since come with the root, and then all is well
SET ROLE regress_delivery_guard;
CREATE TABLE guard.ledger_2027 PARTITION OF guard.ledger FOR VALUES IN (2027);
CREATE TABLE guard.fact_child_2 () INHERITS (guard.fact);
CREATE TABLE guard.task_child_2 () INHERITS (guard.task);
CREATE INDEX ON guard.task_child_2 (lane);
SELECT count(*) FROM delivery.health_check() WHERE object ~ 'ledger_2027|_child_2';
CREATE TEMP TABLE since AS SELECT s, n FROM delivery.guardrail_statements() WITH ORDINALITY AS s (s, n);
SELECT delivery.allow_changes('guard.ledger'), delivery.allow_changes('guard.fact'), delivery.unlimit_wip('guard.task'), delivery.stop_audit('guard.task');
\set ECHO none
\o /dev/null
SELECT s FROM since WHERE s ~ 'guard\.(ledger|fact|task)' AND s !~ 'ledger_2025' AND s !~ 'ALTER TABLE' ORDER BY n \gexec
\o
\set ECHO all
SELECT count(*) FROM delivery.health_check() WHERE object ~ 'guard.(ledger|fact|task)' AND object !~ 'ledger_2025';

-- a table with limits and no triggers is no board: health_check() names it
CREATE TABLE guard.changed (lane text, team text);
SELECT delivery.limit_wip('guard.changed', 'lane', '{team}');
SELECT delivery.set_wip_limit('guard.changed', '{doing}', 2, 'block', '{"team": "red"}');
ALTER TABLE guard.changed DROP COLUMN team CASCADE;
SELECT s FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard.changed%';
SELECT problem FROM delivery.health_check() WHERE object = 'guard.changed';
SELECT delivery.unlimit_wip('guard.changed');
-- a child whose trigger, made by hand, looks at other columns
CREATE TABLE guard.mixed (lane text, team text);
CREATE TABLE guard.mixed_child () INHERITS (guard.mixed);
SELECT delivery.limit_wip('guard.mixed', 'lane');
DROP TRIGGER delivery_wip_insert ON guard.mixed_child;
DROP TRIGGER delivery_wip_update ON guard.mixed_child;
CREATE CONSTRAINT TRIGGER delivery_wip_insert AFTER INSERT ON guard.mixed_child DEFERRABLE FOR EACH ROW
	WHEN (delivery_internal.enters_wip('guard.mixed', NEW.team)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT s FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard.mixed%';
RESET ROLE;

CALL pg_temp.drop_all();
DROP TABLE said, said_to_member, since, passing;
DROP SCHEMA guard, "the guard's" CASCADE;
SELECT count(*) FROM delivery.guardrail_statements() AS s WHERE s LIKE '%guard%';
SELECT format('REVOKE CREATE ON DATABASE %I FROM regress_delivery_guard', current_database()) \gexec
DROP ROLE regress_delivery_guard, regress_delivery_guard_member, regress_delivery_guard_stranger;
