-- audit_queue.sql: what audited tables take in one transaction: migrations, savepoints;
-- what is recorded of a row, and what is not.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE SCHEMA stage;
SET search_path = stage, public, delivery;

-- SQLSTATE and first line of the detail of a refusal
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, sqlerrm, detail, hint);
END $$;
CREATE VIEW recorded AS SELECT NULL::bigint AS sequence, NULL::text AS operation, NULL::text AS audited, NULL::json AS old_row, NULL::json AS new_row;
CALL delivery.create_audit_log('stage.log');
CREATE OR REPLACE VIEW recorded AS SELECT sequence, operation, audited, old_row, new_row FROM stage.log;

-- migrations in one transaction, as on a plain table
CREATE TABLE ticket (id integer PRIMARY KEY, title text);
SELECT delivery.record_audit('ticket', 'stage.log');
INSERT INTO ticket VALUES (1, 'one'), (2, 'two');
BEGIN;
ALTER TABLE ticket ADD COLUMN n int;
UPDATE ticket SET n = id;
ALTER TABLE ticket ALTER n SET NOT NULL;
UPDATE ticket SET n = n + 1;
CREATE INDEX ON ticket (n);
UPDATE ticket SET n = n + 1;
ALTER TABLE ticket ADD CONSTRAINT positive CHECK (n > 0);
UPDATE ticket SET n = n + 1;
ALTER TABLE ticket ALTER n TYPE bigint USING n * 10;
UPDATE ticket SET n = n + 1;
ALTER TABLE ticket RENAME COLUMN n TO number;
INSERT INTO ticket VALUES (3, 'three', 3);
ALTER TABLE ticket RENAME TO request;
DELETE FROM request WHERE id = 3;
TRUNCATE request;
COMMIT;
SELECT * FROM recorded ORDER BY sequence;
SELECT count(*) AS problems FROM delivery.verify_audit('stage.log');
-- also the last thing that happens to it
BEGIN;
INSERT INTO request VALUES (4, 'four', 4);
DROP TABLE request;
COMMIT;
SELECT * FROM recorded ORDER BY sequence DESC LIMIT 1;

-- a table by its number, whatever its name was
CREATE SCHEMA app;
CREATE SCHEMA shop;
CREATE TABLE app."Order" (id integer);
SELECT delivery.record_audit('app."Order"', 'stage.log');
INSERT INTO app."Order" VALUES (1);
ALTER TABLE app."Order" RENAME TO orders;
ALTER TABLE app.orders SET SCHEMA shop;
INSERT INTO shop.orders VALUES (2);
SELECT audited, new_row FROM stage.log WHERE audited_oid = 'shop.orders'::regclass ORDER BY sequence;

-- excluded columns are never in the log, and updates of nothing else are no rows
CREATE TABLE account (id integer PRIMARY KEY, name text, password text, last_seen timestamptz);
SELECT delivery.record_audit('account', 'stage.log', '{password,last_seen,password}');
INSERT INTO account VALUES (1, 'ada', 's3cret', now());
UPDATE account SET last_seen = now();
UPDATE account SET password = 'other';
UPDATE account SET name = name;
UPDATE account SET name = 'Ada', password = 'third';
SELECT operation, old_row, new_row FROM recorded WHERE audited = 'stage.account' ORDER BY sequence;
SELECT count(*) AS leaks FROM stage.log AS l WHERE l::text ~ 's3cret|third|last_seen":';
SELECT * FROM delivery.audits() WHERE audited = 'account'::regclass;
-- a name that is gone fails the write, as what has it now could be recorded
ALTER TABLE account RENAME password TO secret;
SELECT pg_temp.refusal($$ UPDATE account SET name = 'no' $$);
SELECT delivery.record_audit('account', 'stage.log', '{secret,last_seen}');
UPDATE account SET name = 'yes';
ALTER TABLE account DROP last_seen;
SELECT pg_temp.refusal($$ INSERT INTO account VALUES (2, 'x', 'y') $$) AS gone;
SELECT delivery.record_audit('account', 'stage.log', '{secret}');
INSERT INTO account VALUES (2, 'bob', 's3cret');
SELECT operation, detail, old_row, new_row FROM stage.log WHERE audited = 'stage.account' ORDER BY sequence DESC LIMIT 4;
SELECT column_list, pg_temp.refusal(format('SELECT delivery.record_audit(%L, %L, %L)', 'account', 'stage.log', column_list)) FROM (VALUES (1, '{nowhere}'), (2, '{id}'), (3, '{ctid}'), (4, '{secret}')) AS v (i, column_list) ORDER BY i;
CREATE TABLE keyless (a int);
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('keyless', 'stage.log', '{a}') $$) AS nothing_left;
-- of partitions and children, too, whatever the order of their columns
CREATE TABLE part (id integer, secret text, what text) PARTITION BY LIST (id);
CREATE TABLE part_1 (what text, gone int, id integer, secret text);
ALTER TABLE part_1 DROP gone;
ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES IN (1);
SELECT delivery.record_audit('part', 'stage.log', '{secret}');
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
INSERT INTO part VALUES (1, 'x', 'one'), (2, 'x', 'two');
UPDATE part SET secret = 'y';
UPDATE part SET id = 3 - id;
SELECT operation, audited, old_row, new_row FROM recorded WHERE audited LIKE '%part%' ORDER BY sequence;
SELECT delivery.record_audit('part', 'stage.log', '{what}');
SELECT audited, excluded FROM delivery.audits() WHERE audited::text LIKE 'part%';
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('part'::regclass, 'part_1'::regclass, 'part_2'::regclass) ORDER BY tgrelid::regclass::text COLLATE "C", tgname;
CREATE TABLE parent (id integer, secret text);
CREATE TABLE child (more text) INHERITS (parent);
SELECT delivery.record_audit('parent', 'stage.log', '{secret}');
INSERT INTO child VALUES (1, 's3cret', 'more');
SELECT operation, new_row FROM recorded ORDER BY sequence DESC LIMIT 1;
SELECT audited, log, excluded FROM delivery.audits() ORDER BY audited::text COLLATE "C";

-- what parents and children do not record is the same, or refused: no list is lost
CREATE TABLE p1 (id integer, secret text);
CREATE TABLE c1 () INHERITS (p1);
SELECT delivery.record_audit('c1', 'stage.log');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('p1', 'stage.log', '{secret}') $$) AS child_records_more;
SELECT delivery.stop_audit('c1');
SELECT delivery.record_audit('c1', 'stage.log', '{secret}');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('p1', 'stage.log') $$) AS child_records_less;
SELECT delivery.record_audit('p1', 'stage.log', '{secret}');
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('c1', 'stage.log', '{id}') $$) AS otherwise_than_parent;
CREATE TABLE p2 (id integer, secret text);
ALTER TABLE c1 INHERIT p2;
SELECT pg_temp.refusal($$ SELECT delivery.record_audit('p2', 'stage.log') $$) AS two_parents;
SELECT delivery.record_audit('p2', 'stage.log', '{secret}');
-- a child of two parents goes on with the other one
SELECT delivery.stop_audit('p1');
INSERT INTO c1 VALUES (1, 's3cret');
SELECT audited, new_row FROM recorded ORDER BY sequence DESC LIMIT 1;
SELECT audited FROM delivery.audits() WHERE audited::text ~ '^[cp][12]$';
-- without a list, that of the table stays; triggers that fire otherwise do so again
CREATE TABLE secretive (id integer, secret text) PARTITION BY LIST (id);
CREATE TABLE secretive_1 PARTITION OF secretive FOR VALUES IN (1);
SELECT delivery.record_audit('secretive', 'stage.log', '{secret}');
ALTER TABLE secretive ENABLE ALWAYS TRIGGER delivery_audit;
ALTER TABLE secretive_1 DISABLE TRIGGER delivery_audit_truncate;
CREATE TABLE secretive_2 PARTITION OF secretive FOR VALUES IN (2);
SELECT delivery.record_audit('secretive', 'stage.log');
SELECT delivery.record_audit('secretive', 'stage.log', '{id}');
SELECT delivery.record_audit('secretive', 'stage.log', '{secret}');
INSERT INTO secretive VALUES (2, 's3cret');
SELECT audited, new_row FROM recorded ORDER BY sequence DESC LIMIT 1;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgrelid IN ('secretive'::regclass, 'secretive_1'::regclass, 'secretive_2'::regclass) ORDER BY tgrelid::regclass::text COLLATE "C", tgname;
-- columns that came later have their default, also where others are excluded; one that is computed from an excluded one is excluded
CREATE TABLE defaulted (id integer PRIMARY KEY, secret text, name text, low text GENERATED ALWAYS AS (lower(secret)) STORED, whole text GENERATED ALWAYS AS (name || '!') STORED);
INSERT INTO defaulted VALUES (1, 'S3cret', 'n'), (2, 'S3cret', 'n');
SELECT delivery.record_audit('defaulted', 'stage.log', '{secret}');
ALTER TABLE defaulted ADD c int DEFAULT 7;
UPDATE defaulted SET secret = 'X' WHERE id = 1;
DELETE FROM defaulted WHERE id = 2;
ALTER TABLE defaulted ADD also text GENERATED ALWAYS AS (upper(secret)) STORED;
UPDATE defaulted SET name = 'm', secret = 'S3cret';
SELECT operation, old_row, new_row FROM recorded WHERE audited = 'stage.defaulted' ORDER BY sequence;
-- changes that images do not show are changes
CREATE TABLE unseen (id integer, b jsonb, a integer[], n numeric, f float8);
SELECT delivery.record_audit('unseen', 'stage.log');
INSERT INTO unseen VALUES (1, NULL, '{1,2}', 1, 0);
UPDATE unseen SET b = 'null';
UPDATE unseen SET a = '[5:6]={1,2}';
UPDATE unseen SET n = 1.0;
UPDATE unseen SET f = '-0';
UPDATE unseen SET b = b, a = a, n = n, f = f;
SELECT count(*) AS updates FROM recorded WHERE audited = 'stage.unseen' AND operation = 'UPDATE';

-- images parse by key, whatever a json column holds
CREATE TABLE doc (id integer, j json, js json[], b jsonb, "odd ""name"", {:}" text);
SELECT delivery.record_audit('doc', 'stage.log');
INSERT INTO doc (id, j) VALUES (1, '{"a": "\u0000"}'), (2, '{"a": "\ud800 lone"}'), (3, '{"a": "\udc00\ud800"}'), (4, '{"a": "\ud83d\ude00 \u00e9 \\u0000 \" \u0001", "b": [1, {"c": "},{"}]}'),
	(5, '"\ud800\u0041"'), (6, ' [ "\\\u0000" ] '), (7, 'null'), (8, '"}"'), (9, (repeat('[', 1001) || repeat(']', 1001))::json), (10, (repeat('[', 1000) || repeat(']', 1000))::json);
INSERT INTO doc VALUES (11, '1', '{"{\"a\": \"\\u0000\"}",2}', '{"b": "c"}', 'odd'), (12, '"\u0000"', NULL, '"\u0001"', '"}{,');
SELECT new_row ->> 'id' AS id, left(new_row ->> 'j', 60) AS j, json_typeof(new_row -> 'j') AS type, new_row ->> 'js' AS js, new_row ->> 'b' AS b, new_row ->> 'odd "name", {:}' AS odd FROM recorded WHERE audited = 'stage.doc' ORDER BY sequence;
-- each value comes back as it was
SELECT count(*) AS different FROM doc AS d JOIN stage.log AS l ON (l.new_row ->> 'id')::int = d.id AND l.audited = 'stage.doc'
WHERE (d.j::text IN (new_row ->> 'j', (new_row -> 'j')::text) AND coalesce(d.js::text IN (new_row ->> 'js', '{"{\"a\": \"\\u0000\"}",2}'), true) AND coalesce(d.b = (new_row ->> 'b')::jsonb, true) AND d."odd ""name"", {:}" IS NOT DISTINCT FROM new_row ->> 'odd "name", {:}') IS NOT TRUE AND d.id <> 12;
UPDATE doc SET j = '{"a": "\u0000 again"}' WHERE id = 1;
SELECT count(*) AS readable FROM stage.log WHERE (old_row ->> 'id') IS NOT NULL OR (new_row ->> 'id') IS NOT NULL OR operation IN ('EXCLUDE', 'STOP', 'TRUNCATE');
SELECT count(*) AS all_rows FROM stage.log;

-- savepoints; what is queued beyond work_mem is in a file
SET work_mem = '64kB';
CREATE TABLE many (id integer PRIMARY KEY, what text);
SELECT delivery.record_audit('many', 'stage.log');
SELECT max(sequence) AS before FROM stage.log \gset
BEGIN;
INSERT INTO many SELECT i, repeat('x', i % 300) FROM generate_series(1, 2000) AS i;
SAVEPOINT a;
INSERT INTO many SELECT i, repeat('y', i % 300) FROM generate_series(2001, 4000) AS i;
SAVEPOINT b;
DELETE FROM many WHERE id % 2 = 0;
ROLLBACK TO b;
UPDATE many SET what = 'b' WHERE id = 1;
RELEASE b;
ROLLBACK TO a;
UPDATE many SET what = 'a' WHERE id = 2;
SAVEPOINT c;
SAVEPOINT d;
UPDATE many SET what = 'd' WHERE id = 3;
RELEASE d;
UPDATE many SET what = 'c' WHERE id = 4;
RELEASE c;
INSERT INTO many SELECT i, repeat('z', i % 300) FROM generate_series(5001, 7000) AS i;
SAVEPOINT e;
DELETE FROM many;
ROLLBACK TO e;
COMMIT;
SELECT operation, count(*), min((new_row ->> 'id')::int), max((new_row ->> 'id')::int), bool_and(new_row ->> 'what' = m.what OR operation = 'INSERT' AND m.id IN (2, 3, 4)) AS as_stored FROM stage.log AS l JOIN many AS m ON m.id = (l.new_row ->> 'id')::int WHERE sequence > :before AND audited = 'stage.many' GROUP BY operation ORDER BY operation;
-- the order of the log is that of the changes
SELECT count(*) AS out_of_order FROM (SELECT (new_row ->> 'id')::int AS id, lag((new_row ->> 'id')::int) OVER (ORDER BY sequence) AS previous FROM stage.log WHERE sequence > :before AND operation = 'INSERT' AND audited = 'stage.many') AS s WHERE id <= previous;
SELECT count(*) AS problems FROM delivery.verify_audit('stage.log');
-- back to where the queue was still in memory, and to nothing at all
BEGIN;
INSERT INTO many VALUES (10001, 'kept');
SAVEPOINT a;
INSERT INTO many SELECT i, repeat('x', 300) FROM generate_series(20001, 21000) AS i;
ROLLBACK TO a;
INSERT INTO many VALUES (10002, 'kept');
INSERT INTO many SELECT i, repeat('x', 300) FROM generate_series(30001, 31000) AS i;
COMMIT;
SELECT count(*), min((new_row ->> 'id')::int), max((new_row ->> 'id')::int) FROM stage.log WHERE (new_row ->> 'id')::int > 10000 AND audited = 'stage.many';
BEGIN;
SAVEPOINT a;
INSERT INTO many SELECT i, repeat('x', 300) FROM generate_series(40001, 41000) AS i;
ROLLBACK TO a;
COMMIT;
SELECT count(*) AS nothing FROM stage.log WHERE (new_row ->> 'id')::int > 40000 AND audited = 'stage.many';
-- one by one, caught in a function
CREATE FUNCTION pg_temp.half(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			INSERT INTO stage.many VALUES (50000 + i, repeat('x', 100));
			IF i % 2 = 0 THEN
				RAISE EXCEPTION 'even';
			END IF;
		EXCEPTION WHEN raise_exception THEN
			NULL;
		END;
	END LOOP;
END $$;
SELECT pg_temp.half(2000);
SELECT count(*), bool_and((new_row ->> 'id')::int % 2 = 1) AS odd FROM stage.log WHERE (new_row ->> 'id')::int > 50000 AND audited = 'stage.many';
RESET work_mem;
SELECT count(*) AS problems FROM delivery.verify_audit('stage.log');
SELECT count(*) = max(sequence) AS without_gaps FROM stage.log;

-- a full temporary file ends what is in the savepoint, and nothing else
SET work_mem = '64kB';
SET temp_file_limit = '1MB';
\set VERBOSITY sqlstate
BEGIN;
INSERT INTO many SELECT i, repeat('x', 1000) FROM generate_series(60001, 60200) AS i;
SAVEPOINT a;
INSERT INTO many SELECT i, repeat('x', 5000) FROM generate_series(61001, 61500) AS i;
ROLLBACK TO a;
INSERT INTO many VALUES (62001, 'after');
SAVEPOINT b;
INSERT INTO many SELECT i, repeat('x', 5000) FROM generate_series(63001, 63500) AS i;
ROLLBACK TO b;
COMMIT;
\set VERBOSITY default
RESET temp_file_limit;
RESET work_mem;
SELECT count(*), max(new_row ->> 'id') FROM stage.log WHERE audited = 'stage.many' AND (new_row ->> 'id')::int > 60000;
SELECT count(*) AS problems FROM delivery.verify_audit('stage.log');

-- the log is locked at the end alone, and nothing is in it before
BEGIN;
UPDATE many SET what = 'later' WHERE id = 1;
SELECT count(*) AS chains FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 17473 AND pid = pg_backend_pid();
SET CONSTRAINTS ALL IMMEDIATE;
SELECT count(*) AS not_yet FROM stage.log WHERE new_row ->> 'what' = 'later';
COMMIT;
SELECT count(*) AS recorded FROM stage.log WHERE new_row ->> 'what' = 'later';
-- who did it is known when it is done
BEGIN;
SET LOCAL delivery.actor = 'first';
UPDATE many SET what = 'by first' WHERE id = 1;
SET LOCAL delivery.actor = 'second';
UPDATE many SET what = 'by second' WHERE id = 1;
COMMIT;
SELECT actor, new_row ->> 'what' AS what FROM stage.log ORDER BY sequence DESC LIMIT 2;
-- changes by deferred triggers, the last that happen
CREATE TABLE late (id integer);
SELECT delivery.record_audit('late', 'stage.log');
CREATE FUNCTION stage.go_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.id < 3 THEN INSERT INTO stage.late VALUES (new.id + 1); END IF; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER go_on AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stage.go_on();
INSERT INTO late VALUES (1);
SELECT string_agg(new_row ->> 'id', ', ' ORDER BY sequence) FROM stage.log WHERE audited = 'stage.late';

-- a log with rows pending is not dropped; all else that a transaction does to it fails it
SELECT pg_temp.refusal($$ UPDATE late SET id = id + 10; SELECT delivery.stop_audit('late'); DROP TABLE stage.log CASCADE $$) AS dropped;
CALL delivery.create_audit_log('stage.other');
CREATE TABLE other_table (id integer);
SELECT delivery.record_audit('other_table', 'stage.other');
BEGIN;
INSERT INTO other_table VALUES (1);
SAVEPOINT a;
ALTER TABLE stage.other ADD note text;
COMMIT;
SELECT count(*) AS kept FROM other_table;
BEGIN;
SAVEPOINT a;
INSERT INTO other_table VALUES (2);
ROLLBACK TO a;
-- what was rolled back is not pending
DROP TABLE other_table, stage.other;
COMMIT;
SELECT to_regclass('stage.other') IS NULL AS dropped;

-- indexes of a log may change audited tables; that is recorded, too, in a chain of its own
CALL delivery.create_audit_log('stage.outer');
CALL delivery.create_audit_log('stage.inner');
CREATE TABLE seen (what text);
CREATE TABLE source (id integer);
SELECT delivery.record_audit('seen', 'stage.inner'), delivery.record_audit('source', 'stage.outer');
CREATE FUNCTION stage.tell_it(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO stage.seen VALUES ($1); END $$;
CREATE FUNCTION stage.tell(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM stage.tell_it($1); RETURN $1; END $$;
CREATE INDEX ON stage.outer (stage.tell(operation));
INSERT INTO source VALUES (1), (2);
SELECT (SELECT count(*) FROM stage.outer) AS outer_rows, (SELECT count(*) FROM stage.inner) = (SELECT count(*) FROM seen) AS inner_rows, (SELECT count(*) FROM stage.inner) > 0 AS some;
SELECT count(*) AS problems FROM (SELECT * FROM delivery.verify_audit('stage.outer') UNION ALL SELECT * FROM delivery.verify_audit('stage.inner')) AS v;

DROP TABLE source, seen, stage.outer, stage.inner;
DROP TABLE p1, p2, c1, secretive, defaulted, unseen;
DROP TABLE account, keyless, part, parent, child, doc, many, late, shop.orders;
DROP VIEW recorded;
DROP TABLE stage.log;
DROP FUNCTION stage.go_on, stage.tell, stage.tell_it;
DROP SCHEMA app, shop, stage;
