-- append_only.sql: tables to which rows are only ever added: what is refused, and
-- how.
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
DROP SCHEMA ledger;
