-- audit.sql: audit logs: what is recorded, by whom, in which order, and what a broken
-- chain tells.
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET bytea_output = 'hex';
SET client_min_messages = warning;

-- SQLSTATE and fields of a refusal
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	schema_name text; table_name text; constraint_name text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', sqlstate, nullif(schema_name, ''), nullif(table_name, ''), nullif(constraint_name, ''), CASE WHEN hint = '' AND sqlstate NOT IN ('42501', '42P07', '3F000', '42602', '22P02', '42P01') THEN 'without hint' END);
END $$;

CREATE ROLE regress_delivery_writer;
CREATE ROLE regress_delivery_auditor;
CREATE ROLE regress_delivery_stranger;
CREATE SCHEMA ledger;
CREATE TABLE ledger.entry (id integer PRIMARY KEY, amount numeric);

-- a log is an ordinary table of the caller's
CREATE SCHEMA audit AUTHORIZATION regress_delivery_auditor;
SET ROLE regress_delivery_auditor;
CALL delivery.create_audit_log('audit.log');
SELECT tableowner, obj_description('audit.log'::regclass) FROM pg_tables WHERE schemaname = 'audit' AND tablename = 'log';
SELECT attname, format_type(atttypid, NULL), attnotnull, col_description(attrelid, attnum) <> '' AS described FROM pg_attribute WHERE attrelid = 'audit.log'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM delivery.audit_head('audit.log');
SELECT count(*) AS problems FROM delivery.verify_audit('audit.log');
RESET ROLE;
SELECT pg_temp.refusal($$ CALL delivery.create_audit_log('audit.log') $$) AS exists_already, pg_temp.refusal($$ CALL delivery.create_audit_log(NULL) $$) AS null_name, pg_temp.refusal($$ CALL delivery.create_audit_log('nowhere.log') $$) AS no_schema,
	pg_temp.refusal($$ CALL delivery.create_audit_log('') $$) AS no_name, pg_temp.refusal($$ CALL delivery.create_audit_log('a.b.c.d') $$) AS nonsense, pg_temp.refusal($$ CALL delivery.create_audit_log('pg_temp.log') $$) AS temporary;

-- what is recorded: every kind of change, as it was committed
CREATE TABLE public.card (id integer PRIMARY KEY, lane text, due timestamptz, effort interval, size float8, picture bytea, price money, "order" regclass, tags text[], dropped integer, twice integer GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE public.card DROP COLUMN dropped;
GRANT TRIGGER, INSERT ON audit.log TO current_user;
SELECT delivery.record_audit('card', 'audit.log');
INSERT INTO card VALUES (1, 'todo', '2026-01-05 10:00+01', '1 day 02:03:04.5', 0.1, '\x00ff', 12.5, 'card', '{a,"b c"}');
INSERT INTO card (id, lane) VALUES (2, 'doing');
BEGIN;
UPDATE card SET lane = 'doing' WHERE id = 1;
SAVEPOINT s;
DELETE FROM card;
ROLLBACK TO s;
DELETE FROM card WHERE id = 2;
-- nothing is written before the commit
SELECT count(*) FROM audit.log;
COMMIT;
INSERT INTO card (id, lane) VALUES (1, 'again'), (3, 'todo') ON CONFLICT (id) DO UPDATE SET lane = excluded.lane;
MERGE INTO card USING (VALUES (3), (4)) AS v (id) ON card.id = v.id WHEN MATCHED THEN UPDATE SET lane = 'merged' WHEN NOT MATCHED THEN INSERT (id, lane) VALUES (v.id, 'new');
BEGIN;
INSERT INTO card VALUES (9);
ROLLBACK;
COPY card (id, lane) FROM STDIN;
5	copied
\.
TRUNCATE card;
SELECT sequence, operation, audited, actor = session_user AND login = session_user AND audited_oid = 'card'::regclass AS by_us, old_row ->> 'lane' AS old, new_row ->> 'lane' AS new FROM audit.log ORDER BY sequence;
SELECT new_row FROM audit.log WHERE sequence = 1;
SELECT bool_and(a.transaction_id = b.transaction_id) AS in_one_transaction, bool_and(a.recorded_at <= b.recorded_at) AS in_order FROM audit.log AS a JOIN audit.log AS b ON b.sequence = a.sequence + 1 WHERE a.sequence = 3;
SELECT count(*) AS problems FROM delivery.verify_audit('audit.log');

-- the image is the same whatever the session's settings, and they are as before
CREATE TABLE odd (LIKE card INCLUDING GENERATED);
SELECT delivery.record_audit('odd', 'audit.log');
INSERT INTO odd VALUES (1, 'same', '2026-01-05 10:00+01', '-1 day +02:03:04.5', 0.1::float8 + 0.2, '\x00ff', 12.5, 'card', '{a}');
BEGIN;
SET LOCAL timezone = 'Asia/Kolkata';
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -10;
SET LOCAL search_path = pg_catalog, pg_temp;
INSERT INTO public.odd SELECT * FROM (SELECT id, lane, due, effort, size, picture, price, "order", tags FROM public.odd) AS o;
SELECT current_setting('timezone'), current_setting('datestyle'), current_setting('intervalstyle'), current_setting('bytea_output'), current_setting('extra_float_digits'), current_setting('search_path');
COMMIT;
SELECT count(*), count(DISTINCT new_row::text) AS images, min(new_row::text) FROM audit.log WHERE audited = 'public.odd';
DROP TABLE odd;

-- names: quoted, renamed, in another schema; the log as well
CREATE TABLE "Odd ""name""; --" (id integer);
SELECT delivery.record_audit('"Odd ""name""; --"', 'audit.log');
INSERT INTO "Odd ""name""; --" VALUES (1);
ALTER TABLE "Odd ""name""; --" RENAME TO renamed;
ALTER TABLE audit.log RENAME TO "the log";
ALTER TABLE audit."the log" SET SCHEMA ledger;
INSERT INTO renamed VALUES (2);
SELECT operation, audited, new_row FROM ledger."the log" ORDER BY sequence DESC LIMIT 2;
ALTER TABLE ledger."the log" SET SCHEMA audit;
ALTER TABLE audit."the log" RENAME TO log;
SELECT delivery.stop_audit('renamed');
INSERT INTO renamed VALUES (3);
SELECT count(*) AS problems, (SELECT count(*) FROM audit.log WHERE new_row ->> 'id' = '3' AND audited LIKE '%renamed') AS after_the_end FROM delivery.verify_audit('audit.log');

-- what nobody may set: how names are quoted, and what a temporary table hides
CREATE TABLE "order" (id integer, what regclass);
SELECT delivery.record_audit('"order"', 'audit.log');
BEGIN;
CREATE TEMP TABLE pg_class (id integer) ON COMMIT DROP;
SET LOCAL quote_all_identifiers = on;
INSERT INTO "order" VALUES (1, 'pg_catalog.pg_class');
COMMIT;
INSERT INTO "order" VALUES (1, 'pg_catalog.pg_class');
SELECT count(*), min(audited), max(audited), min(new_row::text), max(new_row::text) FROM audit.log WHERE audited LIKE '%order%';

-- a cast to json runs with the rights of the table's owner, and changes no setting
CREATE TYPE ledger.seal AS ENUM ('wax');
CREATE FUNCTION ledger.show_seal(ledger.seal) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	shown text := pg_catalog.concat(current_user, ' ', pg_catalog.current_setting('search_path'));
BEGIN
	SET search_path = nowhere;
	RETURN pg_catalog.to_json(shown);
END $$;
CREATE CAST (ledger.seal AS json) WITH FUNCTION ledger.show_seal(ledger.seal);
CREATE TABLE sealed (id integer, seal ledger.seal);
ALTER TABLE sealed OWNER TO regress_delivery_writer;
GRANT USAGE ON SCHEMA ledger TO regress_delivery_writer;
GRANT INSERT ON audit.log TO regress_delivery_writer;
SELECT delivery.record_audit('sealed', 'audit.log');
SELECT current_setting('search_path') AS path \gset
INSERT INTO sealed VALUES (1, 'wax');
SELECT new_row, current_setting('search_path') = :'path' AS path_as_before FROM audit.log ORDER BY sequence DESC LIMIT 1;
REVOKE INSERT ON audit.log FROM regress_delivery_writer;
DROP TABLE sealed, "order";
DROP TYPE ledger.seal CASCADE;

-- of the log, only what its indexes compute runs, as its owner; no trigger, no check
CALL delivery.create_audit_log('ledger.busy');
ALTER TABLE ledger.busy OWNER TO regress_delivery_auditor;
GRANT USAGE, CREATE ON SCHEMA ledger TO regress_delivery_auditor;
SET ROLE regress_delivery_auditor;
CREATE FUNCTION ledger.who(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN pg_catalog.concat(current_user, ' ', pg_catalog.current_setting('search_path')); END $$;
CREATE INDEX busy_who ON ledger.busy (ledger.who(audited)) INCLUDE (sequence);
CREATE FUNCTION ledger.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER swallow BEFORE INSERT ON ledger.busy FOR EACH ROW EXECUTE FUNCTION ledger.swallow();
ALTER TABLE ledger.busy ADD CHECK (audited = 'nothing');
RESET ROLE;
CREATE TABLE public.quick (id integer);
SELECT delivery.record_audit('quick', 'ledger.busy');
INSERT INTO quick VALUES (1);
SELECT sequence, audited FROM ledger.busy;
-- what the index has is not what the function returns now, but what it did for the row
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) AS by_owner FROM ledger.busy WHERE ledger.who(audited) = 'regress_delivery_auditor pg_catalog, pg_temp';
RESET enable_seqscan;
RESET enable_bitmapscan;
-- a constraint that can be looked at later only would be looked at never
ALTER TABLE ledger.busy ADD UNIQUE (login) DEFERRABLE;
INSERT INTO quick VALUES (2);
SELECT count(*) AS quick FROM quick;
-- while its tables are audited, it is not dropped
SELECT pg_temp.refusal($$ DROP TABLE ledger.busy $$) AS drop_log;
DROP TABLE quick, ledger.busy;
DROP FUNCTION ledger.who, ledger.swallow;
REVOKE ALL ON SCHEMA ledger FROM regress_delivery_auditor;

-- by hand nothing is added, not even by the owner
SELECT pg_temp.refusal(format('INSERT INTO %s SELECT * FROM %1$s WHERE sequence = 1', 'audit.log')) AS by_hand, pg_temp.refusal($$ INSERT INTO audit.log SELECT * FROM audit.log WHERE false $$) AS no_row,
	pg_temp.refusal($$ COPY audit.log FROM PROGRAM 'true' $$) AS by_copy, pg_temp.refusal($$ DELETE FROM audit.log $$) AS deleted, pg_temp.refusal($$ TRUNCATE audit.log $$) AS emptied;
ALTER TABLE audit.log DISABLE TRIGGER append_only;
SELECT pg_temp.refusal($$ UPDATE audit.log SET actor = 'mallory' WHERE sequence = 1 $$) AS by_row, pg_temp.refusal($$ DELETE FROM audit.log WHERE sequence = 1 $$) AS deleted;
ALTER TABLE audit.log ENABLE TRIGGER append_only;

-- what happened before in the transaction is recorded before the end
CREATE TABLE ending (id integer);
SELECT delivery.record_audit('ending', 'audit.log');
BEGIN;
INSERT INTO ending VALUES (1);
SELECT delivery.stop_audit('ending');
INSERT INTO ending VALUES (2);
COMMIT;
SELECT count(*), max(new_row ->> 'id') FROM audit.log WHERE audited = 'public.ending';
SELECT delivery.record_audit('ending', 'audit.log');
BEGIN;
INSERT INTO ending VALUES (3);
SAVEPOINT s;
SELECT delivery.stop_audit('ending');
ROLLBACK TO s;
INSERT INTO ending VALUES (4);
COMMIT;
SELECT string_agg(new_row ->> 'id', ', ' ORDER BY sequence) FROM audit.log WHERE audited = 'public.ending';
DROP TABLE ending;

-- children, to which the server copies no trigger; partitions, to which it copies one
CREATE TABLE base (id integer);
CREATE TABLE child (extra text) INHERITS (base);
SELECT delivery.record_audit('base', 'audit.log');
INSERT INTO child VALUES (1, 'recorded');
TRUNCATE ONLY child;
CREATE TABLE later () INHERITS (base);
SELECT delivery.record_audit('base', 'audit.log');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('base', 'audit.log') $$) AS nothing_missing;
INSERT INTO later VALUES (2);
SELECT operation, audited, new_row FROM audit.log WHERE audited IN ('public.base', 'public.child', 'public.later') ORDER BY sequence;
SELECT delivery.stop_audit('base');
SELECT count(*) AS left_over FROM pg_trigger WHERE tgrelid IN ('base'::regclass, 'child'::regclass, 'later'::regclass);
DROP TABLE base, child, later;
CREATE TABLE part (id integer) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2) PARTITION BY LIST (id);
CREATE TABLE part_2_2 PARTITION OF part_2 FOR VALUES IN (2);
SELECT delivery.record_audit('part_1', 'audit.log');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('part', 'audit.log') $$) AS partition_is_audited;
SELECT delivery.stop_audit('part_1');
SELECT delivery.record_audit('part', 'audit.log');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('part_1', 'audit.log') $$) AS with_its_parent, pg_temp.refusal($$ SELECT delivery.stop_audit('part_2_2') $$) AS stop_partition;
\set VERBOSITY terse
SELECT delivery.record_audit('part_2_2', 'audit.log');
\set VERBOSITY default
INSERT INTO part VALUES (1), (2);
TRUNCATE part_1;
TRUNCATE part_2;
ALTER TABLE part DETACH PARTITION part_1;
INSERT INTO part_1 VALUES (1);
ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES IN (1);
INSERT INTO part VALUES (1);
SELECT operation, audited, new_row FROM audit.log WHERE audited LIKE 'public.part%' ORDER BY sequence;
CREATE TABLE part_3 PARTITION OF part FOR VALUES IN (3);
SELECT delivery.record_audit('part', 'audit.log');
ALTER TABLE part DETACH PARTITION part_1;
SELECT delivery.stop_audit('part_1');
CALL delivery.create_audit_log('ledger.second');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('part', 'ledger.second') $$) AS another_log, pg_temp.refusal($$ SELECT delivery.record_audit('ledger.second', 'audit.log') $$) AS log_of_a_log;
DROP TABLE ledger.second;
ALTER TABLE part_3 SET SCHEMA ledger;
BEGIN;
INSERT INTO part VALUES (2), (3);
SELECT delivery.stop_audit('part');
COMMIT;
SELECT operation, audited FROM audit.log ORDER BY sequence DESC LIMIT 3;
SELECT count(*) AS left_over FROM pg_trigger WHERE tgrelid IN ('part'::regclass, 'part_1'::regclass, 'part_2'::regclass, 'part_2_2'::regclass, 'ledger.part_3'::regclass);
DROP TABLE part, part_1;

-- the login is who connected
SET SESSION AUTHORIZATION regress_delivery_writer;
SELECT delivery.actor();
RESET SESSION AUTHORIZATION;
SELECT session_user AS me \gset
CREATE TABLE said (id integer);
GRANT INSERT ON said TO regress_delivery_writer;
SELECT delivery.record_audit('said', 'audit.log');
SET SESSION AUTHORIZATION regress_delivery_writer;
INSERT INTO said VALUES (1);
RESET SESSION AUTHORIZATION;
SELECT actor, login = :'me' AS by_login FROM audit.log ORDER BY sequence DESC LIMIT 1;
DROP TABLE said;

-- partitions, moves between them, and what foreign keys do
CREATE TABLE board (id integer, lane text, PRIMARY KEY (id, lane)) PARTITION BY LIST (lane);
CREATE TABLE board_todo PARTITION OF board FOR VALUES IN ('todo');
SELECT delivery.record_audit('board', 'audit.log');
CREATE TABLE board_done PARTITION OF board FOR VALUES IN ('done');
CREATE TABLE note (id integer, lane text, FOREIGN KEY (id, lane) REFERENCES board ON DELETE CASCADE);
SELECT delivery.record_audit('note', 'audit.log');
INSERT INTO board VALUES (1, 'todo'), (2, 'todo');
INSERT INTO note VALUES (2, 'todo');
UPDATE board SET lane = 'done' WHERE id = 1;
DELETE FROM board WHERE id = 2;
SELECT operation, audited, old_row, new_row FROM audit.log WHERE audited LIKE '%board%' OR audited LIKE '%note' ORDER BY sequence;
SELECT delivery.stop_audit('board'), delivery.stop_audit('note');
DROP TABLE note, board;

-- rights: who writes need not know of the log; the audited table's owner must be allowed to
CREATE TABLE public.task (id integer);
GRANT INSERT, SELECT ON task TO regress_delivery_writer;
SELECT delivery.record_audit('task', 'audit.log');
SET ROLE regress_delivery_writer;
INSERT INTO task VALUES (1);
SELECT pg_temp.refusal($$ SELECT * FROM audit.log $$), pg_temp.refusal($$ SELECT delivery.audit_head('audit.log') $$), pg_temp.refusal($$ SELECT delivery.verify_audit('audit.log') $$),
	pg_temp.refusal($$ SELECT delivery.stop_audit('task') $$), pg_temp.refusal($$ SELECT delivery.record_audit('task', 'audit.log') $$);
RESET ROLE;
-- a stranger can attach a table of their own to no log of others
CREATE SCHEMA mine AUTHORIZATION regress_delivery_stranger;
GRANT USAGE ON SCHEMA audit TO regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
CREATE TABLE mine.forged (id integer);
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('mine.forged', 'audit.log') $$) AS by_record_audit,
	pg_temp.refusal($$ CREATE TRIGGER forger AFTER INSERT ON mine.forged FOR EACH ROW WHEN (delivery_internal.records_audit('audit.log'::regclass, '{}')) EXECUTE FUNCTION delivery_internal.audit_change() $$) AS by_trigger, pg_temp.refusal($$ INSERT INTO mine.forged VALUES (1) $$) AS is_refused,
	pg_temp.refusal($$ CREATE OR REPLACE TRIGGER forger AFTER INSERT ON mine.forged FOR EACH ROW EXECUTE FUNCTION delivery_internal.audit_change() $$) AS without_log, pg_temp.refusal($$ INSERT INTO mine.forged VALUES (1) $$) AS so_refused;
RESET ROLE;
SELECT count(*) AS forged FROM audit.log WHERE audited LIKE 'mine.%';
-- policies on the log hide no head
ALTER TABLE audit.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.log FORCE ROW LEVEL SECURITY;
SET ROLE regress_delivery_writer;
INSERT INTO task VALUES (2);
RESET ROLE;
ALTER TABLE audit.log DISABLE ROW LEVEL SECURITY;
SELECT count(*) AS problems FROM delivery.verify_audit('audit.log');
-- taken away, nothing can be written any more
ALTER TABLE task OWNER TO regress_delivery_writer;
REVOKE INSERT ON audit.log FROM PUBLIC;
SET ROLE regress_delivery_writer;
SELECT pg_temp.refusal($$ INSERT INTO task VALUES (3) $$) AS no_right;
-- whoever may not record any more can stop it, without a row that says so
BEGIN;
SELECT delivery.stop_audit('task');
INSERT INTO task VALUES (3);
ROLLBACK;
RESET ROLE;

-- attaching what cannot be, and detaching what is not
CREATE VIEW public.card_view AS SELECT * FROM card;
CREATE TEMP TABLE passing (id integer);
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('card', 'audit.log') $$) AS twice, pg_temp.refusal($$ SELECT delivery.stop_audit('ledger.entry') $$) AS never, pg_temp.refusal($$ SELECT delivery.record_audit('card_view', 'audit.log') $$) AS a_view,
	pg_temp.refusal($$ SELECT delivery.record_audit('passing', 'audit.log') $$) AS temporary, pg_temp.refusal($$ SELECT delivery.record_audit('audit.log', 'audit.log') $$) AS itself, pg_temp.refusal($$ SELECT delivery.record_audit('ledger.entry', 'card') $$) AS no_log,
	pg_temp.refusal($$ SELECT delivery.audit_head('card') $$) AS head_of_none, pg_temp.refusal($$ SELECT delivery.verify_audit('card') $$) AS verify_none, pg_temp.refusal($$ SELECT delivery.record_audit('nowhere', 'audit.log') $$) AS unknown,
	pg_temp.refusal($$ SELECT delivery_internal.audit_change() $$) AS no_trigger;
SELECT f, pg_temp.refusal(format('SELECT delivery.%s', f)) FROM unnest('{"record_audit(NULL, ''audit.log'')","record_audit(''ledger.entry'', NULL)","record_audit(''ledger.entry'', ''audit.log'', NULL)","record_audit(''ledger.entry'', ''audit.log'', ''{NULL}'')","stop_audit(NULL)","audit_head(NULL)"}'::text[]) AS f;
-- numbers of no tables
SELECT f, pg_temp.refusal(format('SELECT delivery.%s', f)) FROM (VALUES (1, 'record_audit(999999, ''audit.log'')'), (2, 'record_audit(''ledger.entry'', 999999)'), (3, 'stop_audit(999999)'), (4, 'audit_head(999999)'),
	(5, 'verify_audit(999999)')) AS v (i, f) ORDER BY i;
-- rights are looked at before anything is locked
SET ROLE regress_delivery_stranger;
CREATE TABLE mine.own (id integer);
BEGIN;
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('card', 'audit.log') $$) AS of_others, pg_temp.refusal($$ SELECT delivery.stop_audit('card') $$) AS stop, pg_temp.refusal($$ SELECT delivery.record_audit('mine.own', 'audit.log') $$) AS no_right;
SELECT count(*) AS locked FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('card'::regclass, 'audit.log'::regclass);
COMMIT;
RESET ROLE;
-- what looks like a log, but is none
CREATE TABLE ledger.pattern (LIKE audit.log INCLUDING INDEXES);
CREATE TABLE ledger.partitioned (LIKE audit.log INCLUDING INDEXES) PARTITION BY RANGE (sequence);
CREATE TABLE ledger.partition PARTITION OF ledger.partitioned DEFAULT;
CREATE UNLOGGED TABLE ledger.unlogged (LIKE audit.log INCLUDING INDEXES);
CREATE TEMP TABLE fleeting (LIKE audit.log INCLUDING INDEXES);
CREATE TABLE ledger.keyless (LIKE audit.log);
CREATE TABLE ledger.other_key (LIKE audit.log, PRIMARY KEY (sequence, operation));
CREATE TABLE ledger.late_key (LIKE audit.log, PRIMARY KEY (sequence) DEFERRABLE);
CREATE TABLE ledger.wider (LIKE audit.log INCLUDING INDEXES, note text);
CREATE TABLE ledger.always (LIKE audit.log INCLUDING INDEXES);
ALTER TABLE ledger.always ALTER old_row SET NOT NULL;
CREATE TABLE ledger.made (LIKE audit.log INCLUDING INDEXES);
ALTER TABLE ledger.made DROP actor, ADD actor text GENERATED ALWAYS AS ('nobody') STORED;
CREATE VIEW ledger.view AS SELECT * FROM audit.log;
CREATE TABLE ledger.with_child (LIKE audit.log INCLUDING INDEXES);
CREATE TABLE ledger.child () INHERITS (ledger.with_child);
-- columns in another order, and dropped ones, are none of it
ALTER TABLE ledger.pattern ADD note text, DROP actor, ADD actor text;
ALTER TABLE ledger.pattern DROP note;
GRANT USAGE ON SCHEMA ledger TO regress_delivery_stranger;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ledger TO regress_delivery_stranger;
GRANT SELECT, INSERT ON fleeting TO regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
SELECT log, pg_temp.refusal(format('SELECT delivery.audit_head(%L)', log)) AS head, pg_temp.refusal(format('SELECT delivery.verify_audit(%L)', log)) AS verify, pg_temp.refusal(format('SELECT delivery.record_audit(%L, %L)', 'mine.own', log)) AS record
FROM unnest('{ledger.partitioned,ledger.partition,ledger.unlogged,fleeting,ledger.keyless,ledger.other_key,ledger.late_key,ledger.wider,ledger.always,ledger.made,ledger.view,ledger.with_child,ledger.pattern}'::text[]) WITH ORDINALITY AS v (log, i) ORDER BY i;
INSERT INTO mine.own VALUES (1);
SELECT sequence, actor, new_row FROM ledger.pattern;
SELECT count(*) AS problems FROM delivery.verify_audit('ledger.pattern');
RESET ROLE;
ALTER TABLE ledger.pattern ADD note text;
SELECT pg_temp.refusal($$ INSERT INTO mine.own VALUES (2) $$) AS no_log_any_more;
DROP TABLE mine.own, ledger.pattern, ledger.partitioned, ledger.unlogged, fleeting, ledger.keyless, ledger.other_key, ledger.late_key, ledger.wider, ledger.always, ledger.made, ledger.with_child, ledger.child;
DROP VIEW ledger.view;

CALL delivery.create_audit_log('ledger.chain');
CREATE TABLE fact (id integer, what text);
SELECT delivery.record_audit('fact', 'ledger.chain');

-- many rows, and none for rows that were never committed
INSERT INTO fact SELECT i, repeat('x', 200) FROM generate_series(1, 3000) AS i;
SELECT count(*) AS problems, (SELECT count(*) = max(sequence) FROM ledger.chain) AS without_gaps FROM delivery.verify_audit('ledger.chain');
-- REPEATABLE READ and SERIALIZABLE see the last row, too
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO fact VALUES (1, 'repeatable');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
INSERT INTO fact VALUES (2, 'serializable');
COMMIT;
SELECT count(*) AS problems FROM delivery.verify_audit('ledger.chain');

-- the log outlives its tables, and they do not outlive it unasked
DROP TABLE fact;
SELECT count(*) > 3000 AS kept FROM ledger.chain;
SELECT delivery.stop_audit('card'), delivery.stop_audit('task');
DROP VIEW card_view;
DROP TABLE card, task, renamed, mine.forged, audit.log, ledger.chain, ledger.entry;
DROP SCHEMA audit, ledger, mine;
DROP ROLE regress_delivery_writer, regress_delivery_auditor, regress_delivery_stranger;

-- a database without an encoding: bytes are hashed as they are
SELECT current_database() AS here \gset
CREATE DATABASE regress_delivery_bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc;
\c regress_delivery_bytes
SET client_min_messages = warning;
CREATE EXTENSION delivery;
CALL delivery.create_audit_log('log');
CREATE TABLE word (word text);
SELECT delivery.record_audit('word', 'log');
INSERT INTO word VALUES (E'caf\xe9');
SELECT (SELECT count(*) FROM log) AS recorded, count(*) AS problems FROM delivery.verify_audit('log');
\c :here
DROP DATABASE regress_delivery_bytes;
