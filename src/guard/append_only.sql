-- append_only.sql: tables to which rows are only ever added.
--
-- NULL: 22004; a guardrail that is silently not put up would be worse.
-- Errors: 23W50 for UPDATE, DELETE and TRUNCATE, and for INSERT into an audit log,
--   with schema, table and the trigger's name as constraint; 39P01 where it is not
--   called as such a trigger. append_only and allow_changes: 42809 for what is no table,
--   for audit logs, and for parts that cannot be so, or are so with their parent; 42P01
--   for the number of no table, 42710 for a table that is append-only already, 42704 for
--   one that is not, 42501 for others than the owner.
-- It does not keep the table's owner from dropping the trigger or the table.

CREATE FUNCTION delivery.enforce_append_only()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_enforce_append_only'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.enforce_append_only() IS
	'trigger function that refuses UPDATE, DELETE and TRUNCATE, for the triggers that append_only makes, and others BEFORE or AFTER these';

CREATE FUNCTION delivery.append_only(relation regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_append_only'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.append_only(regclass) IS
	'refuses UPDATE, DELETE and TRUNCATE of a table, its partitions and children from now on; called again, it attaches what is missing';

CREATE FUNCTION delivery.allow_changes(relation regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_allow_changes'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.allow_changes(regclass) IS
	'ends that rows of a table, its partitions and children can only be added: drops all triggers of enforce_append_only on them';
