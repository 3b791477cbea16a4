-- append_only.sql: tables to which rows are only ever added: what is refused, and
-- how.
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
	RETURN concat_ws(' ', sqlstate, nullif(schema_name, ''), nullif(table_name, ''), nullif(constraint_name, ''), CASE WHEN hint = '' THEN 'without hint' END);
END $$;

CREATE SCHEMA ledger;
CREATE TABLE ledger.entry (id integer PRIMARY KEY, amount numeric);
CREATE TRIGGER no_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
INSERT INTO ledger.entry VALUES (1, 10), (2, 20);
SELECT pg_temp.refusal($$ UPDATE ledger.entry SET amount = 0 $$), pg_temp.refusal($$ DELETE FROM ledger.entry WHERE id = 7 $$), pg_temp.refusal($$ TRUNCATE ledger.entry $$),
	pg_temp.refusal($$ INSERT INTO ledger.entry VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET amount = 5 $$), pg_temp.refusal($$ INSERT INTO ledger.entry VALUES (1, 5) ON CONFLICT DO NOTHING $$);
\set VERBOSITY sqlstate
UPDATE ledger.entry SET amount = 0;
CREATE TABLE ledger.by_row (id integer);
CREATE TRIGGER no_changes AFTER UPDATE OR DELETE ON ledger.by_row FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
INSERT INTO ledger.by_row VALUES (1);
SELECT pg_temp.refusal($$ UPDATE ledger.by_row SET id = 2 $$), pg_temp.refusal($$ DELETE FROM ledger.by_row $$), pg_temp.refusal($$ DELETE FROM ledger.by_row WHERE false $$);
CREATE TRIGGER all_of_them BEFORE INSERT ON ledger.by_row FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
SELECT pg_temp.refusal($$ INSERT INTO ledger.by_row VALUES (2) $$), pg_temp.refusal($$ SELECT delivery.enforce_append_only() $$);
SELECT amount FROM ledger.entry ORDER BY id;
DROP TABLE ledger.entry, ledger.by_row;
DROP SCHEMA ledger;
