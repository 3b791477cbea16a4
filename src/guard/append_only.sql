-- append_only.sql: a trigger for tables to which rows are only ever added.
--
-- Errors: 23W50 for UPDATE, DELETE and TRUNCATE, and for INSERT into an audit log,
--   with schema, table and the trigger's name as constraint; 39P01 where it is not
--   called as such a trigger.
-- It does not keep the table's owner from dropping the trigger or the table.

CREATE FUNCTION delivery.enforce_append_only()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_enforce_append_only'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.enforce_append_only() IS
	'trigger function that refuses UPDATE, DELETE and TRUNCATE, for CREATE TRIGGER ... BEFORE UPDATE OR DELETE ... FOR EACH ROW and ... BEFORE TRUNCATE ... FOR EACH STATEMENT';
