-- audit.sql: audit logs: what happens to a table, as a chain of rows in another
-- one.
--
-- Each row has the SHA-256 of the row before it, so that a row that is edited,
-- deleted or put elsewhere breaks the chain; of what is cut off at its end only a
-- head that was written down elsewhere tells. Rows are added before a transaction
-- commits, one transaction after the other. The hash covers a salted digest of the
-- row's images, which can be erased without breaking the chain (a "redactable" chain;
-- hash chains of logs: B. Schneier, J. Kelsey, Secure Audit Logs to Support Computer
-- Forensics, 1999).
-- The right to record into a log is INSERT on it, of the audited table's owner; by
-- hand nobody adds rows. To erase, prune and rotate is its owner's.
-- NULL: audit_head returns a NULL sequence and hash; all others refuse it with 22004.
-- Errors: 42809 for what is no table or no audit log, or part of an audited table,
--   42P01 for the number of no table, 42710 for a table that is audited already, 42704
--   for one that is not, 42501 without the rights, 42703 for a column that is not there,
--   22023 for a head that is none, a row that is not there or has nothing to erase, a
--   blank reason, and columns that have to be recorded, 55000 where what is to be erased
--   or pruned is not as it was recorded, and for a log that goes on in another one, 55006
--   where that is pending in the transaction, 40001 where tables are attached while a log
--   is rotated, 42P16 for a temporary log; at the write 42501, 42809 and 42703 likewise,
--   54000 for rows that are too long, and 55006 for a log that is dropped with rows
--   pending.

CREATE PROCEDURE delivery.create_audit_log(log text)
	AS 'MODULE_PATHNAME', 'delivery_create_audit_log'
	LANGUAGE C;
COMMENT ON PROCEDURE delivery.create_audit_log(text) IS
	'makes an audit log, an append-only table of that name that the caller owns';

CREATE PROCEDURE delivery.rotate_audit_log(log regclass, next_log text)
	AS 'MODULE_PATHNAME', 'delivery_rotate_audit_log'
	LANGUAGE C;
COMMENT ON PROCEDURE delivery.rotate_audit_log(regclass, text) IS
	'makes a next log, in which all tables of a log are recorded from now on; its first row has number and hash of the last row of that log';

CREATE FUNCTION delivery_internal.audit_log_fault(log regclass)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_audit_log_fault'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.audit_log_fault(regclass) IS
	'why a table is no audit log, as a sentence; NULL if it is one, or not there any more';

-- the condition and the function of the triggers
CREATE FUNCTION delivery_internal.records_audit(log regclass, excluded name[])
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_records_audit'
	LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.records_audit(regclass, name[]) IS
	'condition of the triggers that record_audit attaches, always true: names the log, and the columns that are not recorded';

CREATE FUNCTION delivery_internal.audit_change()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_audit_change'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.audit_change() IS
	'trigger function that record_audit attaches: queues what is recorded before the commit, if the owner of the audited table may';

CREATE FUNCTION delivery_internal.audit_target_of("trigger" oid, OUT log regclass, OUT excluded name[])
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_audit_target_of'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.audit_target_of(oid) IS
	'log and excluded columns that the condition of a trigger names; NULL for one that names none';

CREATE FUNCTION delivery.record_audit(audited regclass, log regclass, excluded name[] DEFAULT '{}')
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_record_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.record_audit(regclass, regclass, name[]) IS
	'records each change of a table, its partitions and children in an audit log from now on, without the excluded columns; called again, it attaches partitions and children made since, and excludes other columns, if it names some';

CREATE FUNCTION delivery.stop_audit(audited regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_stop_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.stop_audit(regclass) IS
	'records changes of a table no longer, and that it does not; what was recorded stays';

CREATE FUNCTION delivery.audits(OUT audited regclass, OUT log regclass, OUT excluded name[])
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 10
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH by_trigger AS (
		SELECT DISTINCT ON (t.tgrelid) t.tgrelid AS relation, o.log, o.excluded
		FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid, LATERAL delivery_internal.audit_target_of(t.oid) AS o
		WHERE p.pronamespace = 'delivery_internal'::regnamespace AND p.proname = 'audit_change' AND o.log IS NOT NULL
		-- that for the rows before that for TRUNCATE
		ORDER BY t.tgrelid, t.tgtype & 1 DESC, t.oid
	)
	SELECT b.relation::regclass, b.log, b.excluded
	FROM by_trigger AS b
	-- partitions and children are recorded with their parent
	WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN by_trigger AS o ON o.relation = i.inhparent WHERE i.inhrelid = b.relation
			AND o.log = b.log AND o.excluded @> b.excluded AND o.excluded <@ b.excluded)
	ORDER BY b.relation;
END;
COMMENT ON FUNCTION delivery.audits() IS
	'tables that record_audit attached, the log of each, and the columns that are not recorded';

CREATE FUNCTION delivery.erase_audit(log regclass, sequence bigint, reason text)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_erase_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.erase_audit(regclass, bigint, text) IS
	'takes old_row, new_row and salt of a row of a log away for good, and records that; the chain still verifies';

CREATE FUNCTION delivery.prune_audit(log regclass, up_to_sequence bigint, reason text)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_prune_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.prune_audit(regclass, bigint, text) IS
	'removes the rows of a log up to a sequence, if they are whole, and records that; the rest still verifies; returns how many rows went';

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
	'each row at which the chain is broken, and how; no row if it is whole';

CREATE FUNCTION delivery.verify_audit(log regclass, head_sequence bigint, head_hash bytea, OUT sequence bigint, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_verify_audit'
	LANGUAGE C STABLE PARALLEL SAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.verify_audit(regclass, bigint, bytea) IS
	'the same for what came after a head that audit_head gave before, and whether the chain goes on from it';
