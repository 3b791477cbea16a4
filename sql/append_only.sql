-- append_only.sql: tables to which rows are only ever added: what is refused, and
-- how, by triggers that were made by hand and by those of append_only().
SET client_min_messages = warning;

-- what a statement is refused with
CREATE FUNCTION pg_temp.refusal(statement text, OUT code text, OUT schema_name text, OUT table_name text, OUT rule text, OUT hint boolean) LANGUAGE plpgsql AS $$
DECLARE
	hint_text text;
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	code := sqlstate;
	GET STACKED DIAGNOSTICS schema_name = SCHEMA_NAME, table_name = TABLE_NAME, rule = CONSTRAINT_NAME, hint_text = PG_EXCEPTION_HINT;
	hint := hint_text <> '';
END $$;

-- for each statement
CREATE SCHEMA ledger;
CREATE TABLE ledger.entry (id integer PRIMARY KEY, amount numeric);
CREATE TRIGGER no_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
INSERT INTO ledger.entry VALUES (1, 10), (2, 20);
SELECT s.n, s.what, r.* FROM (VALUES
	(1, 'UPDATE', 'UPDATE ledger.entry SET amount = 0'),
	(2, 'DELETE of no row', 'DELETE FROM ledger.entry WHERE id = 7'),
	(3, 'TRUNCATE', 'TRUNCATE ledger.entry'),
	(4, 'DO UPDATE', 'INSERT INTO ledger.entry VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET amount = 5'),
	(5, 'DO NOTHING', 'INSERT INTO ledger.entry VALUES (1, 5) ON CONFLICT DO NOTHING')) AS s (n, what, statement),
	LATERAL pg_temp.refusal(s.statement) AS r ORDER BY s.n;

-- for each row, and as what it is not
CREATE TABLE ledger.by_row (id integer);
CREATE TRIGGER no_changes AFTER UPDATE OR DELETE ON ledger.by_row FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
INSERT INTO ledger.by_row VALUES (1);
CREATE TABLE ledger.never (id integer);
CREATE TRIGGER all_of_them BEFORE INSERT ON ledger.never FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
SELECT s.n, s.what, r.* FROM (VALUES
	(1, 'UPDATE', 'UPDATE ledger.by_row SET id = 2'),
	(2, 'DELETE', 'DELETE FROM ledger.by_row'),
	(3, 'DELETE of no row', 'DELETE FROM ledger.by_row WHERE false'),
	(4, 'fires on INSERT', 'INSERT INTO ledger.never VALUES (1)'),
	(5, 'called', 'SELECT delivery.enforce_append_only()')) AS s (n, what, statement),
	LATERAL pg_temp.refusal(s.statement) AS r ORDER BY s.n;

-- all is as it was
SELECT id, amount, (SELECT count(*) FROM ledger.by_row) AS by_row FROM ledger.entry ORDER BY id;
DROP TABLE ledger.entry, ledger.by_row, ledger.never;

-- append_only(): every way to change a row
CREATE TABLE ledger.account (id integer PRIMARY KEY);
CREATE TABLE ledger.entry (id integer PRIMARY KEY, amount numeric, account integer REFERENCES ledger.account ON DELETE CASCADE);
INSERT INTO ledger.account VALUES (1);
INSERT INTO ledger.entry VALUES (1, 10, 1), (2, 20, 1);
CREATE TEMP VIEW change AS SELECT * FROM (VALUES
	(1, 'UPDATE', 'UPDATE ledger.entry SET amount = 0'),
	(2, 'UPDATE that changes nothing', 'UPDATE ledger.entry SET id = id'),
	(3, 'UPDATE of no row', 'UPDATE ledger.entry SET amount = 0 WHERE id = 7'),
	(4, 'DELETE', 'DELETE FROM ledger.entry WHERE id = 1'),
	(5, 'TRUNCATE', 'TRUNCATE ledger.entry'),
	(6, 'TRUNCATE CASCADE', 'TRUNCATE ledger.account CASCADE'),
	(7, 'foreign key', 'DELETE FROM ledger.account'),
	(8, 'DO UPDATE', 'INSERT INTO ledger.entry VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET amount = 5'),
	(9, 'DO UPDATE without a conflict', 'INSERT INTO ledger.entry VALUES (3, 5) ON CONFLICT (id) DO UPDATE SET amount = 5'),
	(10, 'MERGE', 'MERGE INTO ledger.entry USING (VALUES (1)) AS v (i) ON id = i WHEN MATCHED THEN DELETE'),
	(11, 'MERGE that adds', 'MERGE INTO ledger.entry USING (VALUES (4)) AS v (i) ON id = i WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (i, 1)'),
	(12, 'WITH', 'WITH d AS (DELETE FROM ledger.entry RETURNING id) INSERT INTO ledger.entry SELECT id + 10 FROM d'),
	(13, 'deferred', 'SET CONSTRAINTS ALL DEFERRED; UPDATE ledger.entry SET amount = 0')) AS s (n, what, statement);
SELECT delivery.append_only('ledger.entry');
SELECT c.n, c.what, r.* FROM change AS c, LATERAL pg_temp.refusal(c.statement) AS r ORDER BY c.n;
SELECT * FROM ledger.entry ORDER BY id;
-- under another name in another schema
CREATE SCHEMA moved;
ALTER TABLE ledger.entry RENAME TO "Book";
ALTER TABLE ledger."Book" SET SCHEMA moved;
SELECT * FROM pg_temp.refusal('DELETE FROM moved."Book"');
SELECT * FROM pg_temp.refusal('SELECT delivery.append_only(''moved."Book"'')');
-- switched off, it is still attached
ALTER TABLE moved."Book" DISABLE TRIGGER delivery_append_only;
SELECT * FROM pg_temp.refusal('SELECT delivery.append_only(''moved."Book"'')');
SELECT object, problem FROM delivery.health_check() WHERE object LIKE 'moved.%';
ALTER TABLE moved."Book" ENABLE TRIGGER delivery_append_only;
SELECT delivery.allow_changes('moved."Book"');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'moved."Book"'::regclass AND NOT tgisinternal;
UPDATE moved."Book" SET amount = 0;
SELECT * FROM pg_temp.refusal('SELECT delivery.allow_changes(''moved."Book"'')');

-- what is missing is added; what was made by hand counts, if it refuses every change
CREATE TABLE ledger.by_hand (id integer, note text);
CREATE TEMP VIEW by_hand AS SELECT tgname, tgtype & 1 AS by_row FROM pg_trigger WHERE tgrelid = 'ledger.by_hand'::regclass ORDER BY tgname;
CREATE TRIGGER mine BEFORE UPDATE OR DELETE ON ledger.by_hand FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
SELECT delivery.append_only('ledger.by_hand');
TABLE by_hand;
SELECT * FROM pg_temp.refusal('SELECT delivery.append_only(''ledger.by_hand'')');
-- all of it goes
SELECT delivery.allow_changes('ledger.by_hand');
TABLE by_hand;
-- for statements, under a condition, for one column: not every change
CREATE TRIGGER all_of_them BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.by_hand FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT delivery.append_only('ledger.by_hand');
TABLE by_hand;
SELECT delivery.allow_changes('ledger.by_hand');
CREATE TRIGGER above BEFORE DELETE ON ledger.by_hand FOR EACH ROW WHEN (OLD.id > 7) EXECUTE FUNCTION delivery.enforce_append_only();
CREATE TRIGGER other BEFORE UPDATE OF note ON ledger.by_hand FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
CREATE TRIGGER delivery_append_only_truncate BEFORE TRUNCATE ON ledger.by_hand FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION delivery.enforce_append_only();
SELECT problem, hint FROM delivery.health_check() WHERE object = 'ledger.by_hand';
SELECT delivery.append_only('ledger.by_hand');
TABLE by_hand;
SELECT (pg_temp.refusal('TRUNCATE ledger.by_hand')).code;
SELECT problem, hint FROM delivery.health_check() WHERE object = 'ledger.by_hand';
-- a trigger that somebody else puts in its place: refused for that of rows, mended for TRUNCATE
CREATE FUNCTION ledger.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN coalesce(NEW, OLD); END $$;
SELECT (pg_temp.refusal('CREATE OR REPLACE TRIGGER delivery_append_only AFTER UPDATE OR DELETE ON ledger.by_hand FOR EACH ROW EXECUTE FUNCTION ledger.pass()')).code;
CREATE OR REPLACE TRIGGER delivery_append_only_truncate BEFORE TRUNCATE ON ledger.by_hand FOR EACH STATEMENT EXECUTE FUNCTION ledger.pass();
SELECT problem, hint FROM delivery.health_check() WHERE object = 'ledger.by_hand';
SELECT delivery.append_only('ledger.by_hand');
SELECT (pg_temp.refusal('TRUNCATE ledger.by_hand')).code;

-- partitions
CREATE TABLE ledger.year (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE ledger.year_2026 PARTITION OF ledger.year FOR VALUES IN (2026) PARTITION BY RANGE (id);
CREATE TABLE ledger.year_2026_1 PARTITION OF ledger.year_2026 FOR VALUES FROM (1) TO (9);
CREATE TABLE ledger.year_2027 PARTITION OF ledger.year FOR VALUES IN (2027);
SELECT delivery.append_only('ledger.year');
INSERT INTO ledger.year VALUES (1, 2026), (1, 2027);
CREATE TEMP VIEW by_part AS SELECT * FROM (VALUES
	(1, 'UPDATE ledger.year SET id = 2'), (2, 'UPDATE ledger.year_2026_1 SET id = 2'), (3, 'DELETE FROM ledger.year_2026'),
	(4, 'UPDATE ledger.year SET year = 2027 WHERE year = 2026'), (5, 'TRUNCATE ledger.year'), (6, 'TRUNCATE ONLY ledger.year_2027'),
	(7, 'TRUNCATE ledger.year_2026'), (8, 'TRUNCATE ledger.year_2026_1'),
	(9, 'SELECT delivery.append_only(''ledger.year_2026_1'')'), (10, 'SELECT delivery.allow_changes(''ledger.year_2026_1'')')) AS s (n, statement);
SELECT p.*, r.code, r.table_name, r.rule FROM by_part AS p, LATERAL pg_temp.refusal(p.statement) AS r ORDER BY n;
-- new ones: for each row at once, for TRUNCATE when it is called again, for the parent or the part
CREATE TABLE ledger.year_2028 PARTITION OF ledger.year FOR VALUES IN (2028);
CREATE TABLE ledger.year_2029 (LIKE ledger.year);
ALTER TABLE ledger.year ATTACH PARTITION ledger.year_2029 FOR VALUES IN (2029);
INSERT INTO ledger.year VALUES (1, 2028);
SELECT (pg_temp.refusal('UPDATE ledger.year_2028 SET id = 2')).code;
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
TRUNCATE ledger.year_2028;
SELECT delivery.append_only('ledger.year_2029');
SELECT object, hint FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
SELECT delivery.append_only('ledger.year');
SELECT (pg_temp.refusal('TRUNCATE ledger.year_2028')).code, (pg_temp.refusal('TRUNCATE ledger.year_2029')).code;
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
-- one that was detached keeps the trigger for TRUNCATE, and can be attached again
ALTER TABLE ledger.year DETACH PARTITION ledger.year_2027;
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
ALTER TABLE ledger.year ATTACH PARTITION ledger.year_2027 FOR VALUES IN (2027);
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
-- or be made append-only by itself, or changed again
ALTER TABLE ledger.year DETACH PARTITION ledger.year_2027;
SELECT delivery.append_only('ledger.year_2027');
SELECT (pg_temp.refusal('DELETE FROM ledger.year_2027')).code;
SELECT (pg_temp.refusal('ALTER TABLE ledger.year ATTACH PARTITION ledger.year_2027 FOR VALUES IN (2027)')).code;
SELECT delivery.allow_changes('ledger.year_2027');
DELETE FROM ledger.year_2027;
ALTER TABLE ledger.year ATTACH PARTITION ledger.year_2027 FOR VALUES IN (2027);
SELECT delivery.append_only('ledger.year');
SELECT delivery.allow_changes('ledger.year');
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'delivery.enforce_append_only()'::regprocedure AND tgrelid::regclass::text LIKE 'ledger.year%';
UPDATE ledger.year SET year = 2027 WHERE year = 2026;
TRUNCATE ledger.year;
-- a part of a table that is not: it alone; then the whole is not made so before
SELECT delivery.append_only('ledger.year_2028');
INSERT INTO ledger.year VALUES (1, 2028), (2, 2029);
UPDATE ledger.year SET id = 3 WHERE year = 2029;
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.year%';
SELECT code FROM pg_temp.refusal('UPDATE ledger.year SET id = 3');
SELECT code FROM pg_temp.refusal('UPDATE ledger.year SET year = 2029');
SELECT code FROM pg_temp.refusal('TRUNCATE ledger.year');
SELECT * FROM pg_temp.refusal('SELECT delivery.append_only(''ledger.year'')');
SELECT delivery.allow_changes('ledger.year_2028');
SELECT delivery.append_only('ledger.year');

-- children
CREATE TABLE ledger.base (id integer);
CREATE TABLE ledger.derived (more text) INHERITS (ledger.base);
INSERT INTO ledger.derived VALUES (1);
SELECT delivery.append_only('ledger.base');
SELECT s.*, r.code, r.table_name, r.rule FROM (VALUES
	(1, 'UPDATE ledger.base SET id = 2'), (2, 'DELETE FROM ledger.derived'), (3, 'TRUNCATE ledger.base'), (4, 'TRUNCATE ONLY ledger.base'), (5, 'TRUNCATE ledger.derived')) AS s (n, statement),
	LATERAL pg_temp.refusal(s.statement) AS r ORDER BY n;
CREATE TABLE ledger.later () INHERITS (ledger.derived);
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.%';
SELECT delivery.append_only('ledger.base');
-- triggers for statements on a child do not fire for those on its parent
SELECT delivery.allow_changes('ledger.later');
CREATE TRIGGER mine BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.later FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.%';
SELECT delivery.append_only('ledger.base');
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.%';
SELECT delivery.allow_changes('ledger.base');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('ledger.base'::regclass, 'ledger.derived'::regclass, 'ledger.later'::regclass);

-- what cannot be append-only, or is so
CREATE VIEW ledger.shown AS SELECT id FROM ledger.base;
CREATE MATERIALIZED VIEW ledger.kept AS SELECT id FROM ledger.base;
CREATE SEQUENCE ledger.number;
CREATE FOREIGN DATA WRAPPER regress_delivery_wrapper;
CREATE SERVER regress_delivery_server FOREIGN DATA WRAPPER regress_delivery_wrapper;
CREATE FOREIGN TABLE ledger.far (id integer) SERVER regress_delivery_server;
CALL delivery.create_audit_log('ledger.log');
SELECT f.f, n.n, r.code, r.hint FROM (VALUES ('append_only'), ('allow_changes')) AS f (f),
	(VALUES ('ledger.shown'), ('ledger.kept'), ('ledger.number'), ('ledger.far'), ('ledger.log'), ('delivery.benchmark'), ('999999'), ('pg_catalog.pg_class')) AS n (n),
	LATERAL pg_temp.refusal(format('SELECT delivery.%I(%L)', f.f, n.n)) AS r ORDER BY f.f DESC, n.n COLLATE "C";
SELECT (pg_temp.refusal('SELECT delivery.append_only(NULL)')).code, (pg_temp.refusal('SELECT delivery.allow_changes(NULL)')).code;
-- a foreign table in it; when it comes later, it is found
ALTER TABLE ledger.far INHERIT ledger.base;
SELECT * FROM pg_temp.refusal('SELECT delivery.append_only(''ledger.base'')');
ALTER TABLE ledger.far NO INHERIT ledger.base;
SELECT delivery.append_only('ledger.base');
ALTER TABLE ledger.far INHERIT ledger.base;
SELECT * FROM delivery.health_check() WHERE object LIKE 'ledger.%';
ALTER TABLE ledger.far NO INHERIT ledger.base;
SELECT delivery.allow_changes('ledger.base');
-- a log in it stays as it is
CREATE TABLE ledger.numbered (sequence bigint NOT NULL);
ALTER TABLE ledger.log INHERIT ledger.numbered;
SELECT delivery.append_only('ledger.numbered');
SELECT delivery.allow_changes('ledger.numbered');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger.log'::regclass AND NOT tgisinternal ORDER BY 1;
-- temporary and unlogged tables can be
CREATE TEMP TABLE brief (id integer);
CREATE UNLOGGED TABLE ledger.light (id integer);
SELECT delivery.append_only('brief'), delivery.append_only('ledger.light');
SELECT (pg_temp.refusal('TRUNCATE brief')).code, (pg_temp.refusal('TRUNCATE ledger.light')).code;
SELECT delivery.allow_changes('brief');
-- together with an audit and a limit, and undone by a rollback
CREATE TABLE ledger.all_of_it (id integer, lane text);
SELECT delivery.limit_wip('ledger.all_of_it', 'lane'), delivery.record_audit('ledger.all_of_it', 'ledger.log');
BEGIN;
SELECT delivery.append_only('ledger.all_of_it');
ROLLBACK;
SELECT delivery.append_only('ledger.all_of_it');
INSERT INTO ledger.all_of_it VALUES (1, 'doing');
SELECT code FROM pg_temp.refusal('UPDATE ledger.all_of_it SET lane = NULL');
SELECT delivery.allow_changes('ledger.all_of_it');
UPDATE ledger.all_of_it SET lane = 'done';
SELECT operation, count(*) FROM ledger.log GROUP BY 1 ORDER BY 1;
DROP FOREIGN DATA WRAPPER regress_delivery_wrapper CASCADE;
DROP SCHEMA ledger, moved CASCADE;
