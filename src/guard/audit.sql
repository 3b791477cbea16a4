-- audit.sql: audit logs: what happens to a table, as a chain of rows in another
-- one.
--
-- Each row has the SHA-256 of the row before it, so that a row that is edited,
-- deleted or put elsewhere breaks the chain; of what is cut off at its end only a
-- head that was written down elsewhere tells. Rows are added when a transaction
-- commits, one transaction after the other.
-- The right to record into a log is INSERT on it, of the audited table's owner; by
-- hand nobody adds rows.
-- NULL: record_audit and stop_audit do nothing for it, and audit_head returns a NULL
--   sequence and hash; verify_audit and create_audit_log refuse it.
-- Errors: 42809 for what is no table or no audit log, or part of an audited table,
--   42P01 for the number of no table, 42710 for a table that is audited already, 42704
--   for one that is not, 42501 without the rights, 22004 for NULL, 22023 for a head
--   that is none, 42P16 for a temporary log.

CREATE PROCEDURE delivery.create_audit_log(log text)
	AS 'MODULE_PATHNAME', 'delivery_create_audit_log'
	LANGUAGE C;
COMMENT ON PROCEDURE delivery.create_audit_log(text) IS
	'makes an audit log, an append-only table of that name that the caller owns';

CREATE FUNCTION delivery_internal.audit_log_fault(log regclass)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_audit_log_fault'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.audit_log_fault(regclass) IS
	'why a table is no audit log, as a sentence; NULL if it is one, or not there any more';

-- the condition and the function of the triggers
CREATE FUNCTION delivery_internal.records_audit(log regclass)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_records_audit'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.records_audit(regclass) IS
	'condition of the triggers that record_audit attaches, always true: names the log that the transaction is going to write to';

CREATE FUNCTION delivery_internal.audit_change()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_audit_change'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.audit_change() IS
	'trigger function that record_audit attaches: adds a row to the audit log, if the owner of the audited table may';

CREATE FUNCTION delivery.record_audit(audited regclass, log regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_record_audit'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.record_audit(regclass, regclass) IS
	'records each change of a table, its partitions and children in an audit log from now on; called again, it attaches partitions and children made since';

CREATE FUNCTION delivery.stop_audit(audited regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_stop_audit'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.stop_audit(regclass) IS
	'records changes of a table no longer; what was recorded stays, and what happened before in the transaction is recorded first';

CREATE FUNCTION delivery.audit_head(log regclass, OUT sequence bigint, OUT hash bytea)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_audit_head'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.audit_head(regclass) IS
	'number and hash of the last row, to be kept elsewhere; 0 and zeros for a log without rows';

CREATE FUNCTION delivery.verify_audit(log regclass, OUT sequence bigint, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_verify_audit'
	LANGUAGE C STABLE PARALLEL SAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.verify_audit(regclass) IS
	'the first row at which the chain is broken, and how; no row if it is whole';

CREATE FUNCTION delivery.verify_audit(log regclass, head_sequence bigint, head_hash bytea, OUT sequence bigint, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_verify_audit'
	LANGUAGE C STABLE PARALLEL SAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.verify_audit(regclass, bigint, bytea) IS
	'the same, and whether the chain goes on from a head that audit_head gave before: no row if it does';
