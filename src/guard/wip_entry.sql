-- wip_entry.sql: since when the items of a board are where they are.
--
-- No limit looks at it: a column of the board is named, and the view wip_board tells the
-- hours of the oldest item. The column is kept by its name, so one that is renamed has to
-- be named again; health_check() says so.
-- Unit: hours. NULL: an entry that is NULL, or infinite, is left out; the entry column may
--   be NULL, which takes it away.
-- Errors: 42501 for who does not own the board, 55000 for a table that is no board, 42809
--   for a part of one, 42P01 for the number of no table, 42703 for a column that is not
--   there, 42804 for one that does not say when, 0A000 for one that is not stored, 22004
--   for a board that is NULL.

CREATE TABLE delivery_internal.wip_entry (
	board regclass PRIMARY KEY,
	entry_column name NOT NULL
);
COMMENT ON TABLE delivery_internal.wip_entry IS
	'columns that say since when items are in their lanes, which set_wip_entry_column writes, behind the view delivery.wip_entry';
COMMENT ON COLUMN delivery_internal.wip_entry.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_entry.entry_column IS 'column of it that says since when an item is in its lane';

CREATE FUNCTION delivery_internal.check_wip_entry()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_check_wip_entry'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.check_wip_entry() IS
	'trigger function of wip_entry: lets nobody write about the boards of others';

CREATE TRIGGER check_entry BEFORE INSERT OR UPDATE ON delivery_internal.wip_entry
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_entry();

-- as for limits: functions write, who owns the database dumps and restores
GRANT SELECT, INSERT ON delivery_internal.wip_entry TO pg_database_owner;
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_entry', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');

CREATE VIEW delivery.wip_entry WITH (security_barrier) AS
	SELECT e.board, e.entry_column
	FROM delivery_internal.wip_entry AS e JOIN pg_catalog.pg_class AS c ON c.oid = e.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_entry IS
	'columns that say since when items are in their lanes, to read: set_wip_entry_column writes them; shown to whoever may read the board';
COMMENT ON COLUMN delivery.wip_entry.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_entry.entry_column IS 'column of it that says since when an item is in its lane';
GRANT SELECT ON delivery.wip_entry TO PUBLIC;

CREATE FUNCTION delivery.set_wip_entry_column(board regclass, entry_column name)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_set_wip_entry_column'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.set_wip_entry_column(regclass, name) IS
	'names the column of a board that says since when an item is in its lane, a timestamptz, timestamp or date, for the hours in wip_board; NULL takes it away';

CREATE FUNCTION delivery_internal.is_wip_entry(board regclass, "column" name)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_wip_entry'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.is_wip_entry(regclass, name) IS
	'whether a table has a column of that name that says when; NULL for a table that is gone';

CREATE FUNCTION delivery_internal.wip_ages(OUT board regclass, OUT lanes text[], OUT scope jsonb, OUT in_progress bigint, OUT maximum bigint, OUT headroom bigint, OUT enforcement delivery.wip_enforcement, OUT oldest timestamptz)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_status'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 100;
COMMENT ON FUNCTION delivery_internal.wip_ages() IS
	'wip_status(), with the earliest entry of the items that each row counts; NULL without an entry column, and for who may not read it';
