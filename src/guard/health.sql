-- health.sql: whether the guardrails stand where they were put.
--
-- What a database can see by itself: triggers that are missing, switched off or not
-- fired for replicated rows, limits that hold nowhere, counts without an index. It
-- cannot see that an owner or a superuser switched a trigger off for a moment.
-- NULL: none of the columns. Errors: none.

-- Boards that were dropped; those who can delete what is left of them may know.
CREATE VIEW delivery_internal.lost_board WITH (security_barrier) AS
	SELECT s.board::oid AS board
	FROM (SELECT l.board FROM delivery_internal.wip_limit AS l UNION SELECT o.board FROM delivery_internal.wip_override AS o) AS s
	WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = s.board)
		AND (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user);
COMMENT ON VIEW delivery_internal.lost_board IS 'tables that have WIP limits or overrides, but are not there; shown to superusers';
COMMENT ON COLUMN delivery_internal.lost_board.board IS 'number that the table had';
GRANT SELECT ON delivery_internal.lost_board TO PUBLIC;

CREATE FUNCTION delivery.health_check(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL UNSAFE
	ROWS 10
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE
	-- triggers of ours, and the tables that they are on
	guard AS (
		SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled, t.tgtype, p.proname, c.relkind,
			format('%I.%I', n.nspname, c.relname) AS name
		FROM pg_trigger AS t
			JOIN pg_proc AS p ON p.oid = t.tgfoid
			JOIN pg_class AS c ON c.oid = t.tgrelid
			JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE p.pronamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace)
			AND p.proname IN ('enforce_wip_limit', 'audit_change', 'enforce_append_only')
	),
	-- boards, each with what it is made of
	board AS (
		SELECT DISTINCT g.tgrelid AS board, g.name, w.lane_column, w.scope_columns, w.weight_column
		FROM guard AS g, LATERAL delivery.wip_columns(g.tgrelid) AS w
		WHERE g.proname = 'enforce_wip_limit' AND w.board = g.tgrelid
	),
	part AS (
		SELECT b.board, b.board AS oid FROM board AS b
		UNION
		SELECT p.board, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.oid
	),
	part_table AS (
		SELECT p.board, p.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
		FROM part AS p JOIN pg_class AS c ON c.oid = p.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
	),
	-- audited tables, with partitions and children, and their logs
	audit_root AS (
		SELECT DISTINCT g.tgrelid AS oid
		FROM guard AS g
		WHERE g.proname = 'audit_change' AND NOT EXISTS (SELECT FROM pg_inherits AS i JOIN guard AS o ON o.tgrelid = i.inhparent AND o.proname = 'audit_change'
			WHERE i.inhrelid = g.tgrelid)
	),
	audit_part AS (
		SELECT r.oid AS root, r.oid FROM audit_root AS r
		UNION
		SELECT p.root, i.inhrelid FROM audit_part AS p JOIN pg_inherits AS i ON i.inhparent = p.oid
	),
	audited AS (
		SELECT p.oid, format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', o.nspname, r.relname) AS root
		FROM audit_part AS p JOIN pg_class AS c ON c.oid = p.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
			JOIN pg_class AS r ON r.oid = p.root JOIN pg_namespace AS o ON o.oid = r.relnamespace
		WHERE c.relkind IN ('r', 'p')
	),
	log AS (
		SELECT DISTINCT c.oid, format('%I.%I', n.nspname, c.relname) AS name
		FROM guard AS g JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
			JOIN pg_class AS c ON c.oid = d.refobjid JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE g.proname = 'audit_change' AND d.refobjid <> g.tgrelid
	),
	configured AS (
		SELECT DISTINCT s.board FROM (SELECT board FROM delivery.wip_limit UNION ALL SELECT board FROM delivery.wip_override) AS s
	)
	SELECT 'this session', format('session_replication_role is %s: triggers do not fire', current_setting('session_replication_role')),
		'RESET session_replication_role'
	WHERE current_setting('session_replication_role') <> 'origin'

	UNION ALL
	SELECT g.name, format('trigger "%s" %s', g.tgname, CASE g.tgenabled WHEN 'D' THEN 'is disabled' ELSE 'fires for replicated rows only' END),
		format('ALTER TABLE %s ENABLE TRIGGER %I', g.name, g.tgname)
	FROM guard AS g
	WHERE g.tgenabled IN ('D', 'R')

	UNION ALL
	SELECT g.name, format('trigger "%s" does not fire for the rows of a subscription', g.tgname),
		format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I, if they are to be judged here, too', g.name, g.tgname)
	FROM guard AS g
	WHERE g.tgenabled = 'O' AND EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid = g.tgrelid)

	UNION ALL
	SELECT g.name, format('trigger "%s" fires for statements on this table only, not for those on its partitions', g.tgname),
		'make one BEFORE UPDATE OR DELETE FOR EACH ROW, too, and one BEFORE TRUNCATE on each partition'
	FROM guard AS g
	WHERE g.proname = 'enforce_append_only' AND g.relkind = 'p' AND g.tgtype & 1 = 0
		AND NOT EXISTS (SELECT FROM guard AS o WHERE o.tgrelid = g.tgrelid AND o.proname = g.proname AND o.tgtype & 1 = 1)

	-- boards
	UNION ALL
	SELECT format('table with OID %s', l.board), 'it has WIP limits or overrides, but is not there',
		format('DELETE FROM delivery_internal.wip_limit WHERE board = %1$s::oid; DELETE FROM delivery_internal.wip_override WHERE board = %1$s::oid', l.board)
	FROM delivery_internal.lost_board AS l

	UNION ALL
	SELECT format('%I.%I', n.nspname, t.relname), 'it has WIP limits, but no triggers that hold them',
		format('SELECT delivery.limit_wip(%L, ''its lane column'', ...) attaches them; delivery.unlimit_wip(%1$L) drops the limits', format('%I.%I', n.nspname, t.relname))
	FROM configured AS c JOIN pg_class AS t ON t.oid = c.board JOIN pg_namespace AS n ON n.oid = t.relnamespace
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.board = c.board)

	UNION ALL
	SELECT p.name, format('it has no trigger "%s", so that %s are not judged', w.trigger, w.what),
		format('SELECT delivery.limit_wip(%L, %L%s%s) attaches it', b.name, b.lane_column,
			CASE WHEN b.scope_columns <> '{}' THEN format(', %L', b.scope_columns) END,
			CASE WHEN b.weight_column IS NOT NULL THEN format(', weight_column => %L', b.weight_column) END)
	FROM part_table AS p JOIN board AS b ON b.board = p.board,
		(VALUES ('delivery_wip_insert', 4, 'new rows'), ('delivery_wip_update', 16, 'moves')) AS w (trigger, event, what)
	WHERE p.relkind IN ('r', 'p')
		AND NOT EXISTS (SELECT FROM guard AS g, LATERAL delivery.wip_columns(g.tgrelid) AS c
			WHERE g.tgrelid = p.oid AND g.proname = 'enforce_wip_limit' AND g.tgtype & w.event <> 0 AND c.board = p.board)

	UNION ALL
	SELECT p.name, format('it is a foreign table of board %s: its rows are not counted', b.name), 'keep rows that are in progress in ordinary tables'
	FROM part_table AS p JOIN board AS b ON b.board = p.board
	WHERE p.relkind = 'f'

	UNION ALL
	SELECT b.name, 'it is a board without a limit', format('SELECT delivery.set_wip_limit(%L, ...), or delivery.unlimit_wip(%1$L)', b.name)
	FROM board AS b
	WHERE NOT EXISTS (SELECT FROM delivery.wip_limit AS l WHERE l.board = b.board)
		-- others may not see its limits
		AND pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = b.board), 'USAGE')

	UNION ALL
	SELECT p.name, 'it has no index that begins with the columns by which a limit counts: each check reads too much of it',
		format('CREATE INDEX ON %s (%s)', p.name, (SELECT string_agg(quote_ident(s.c), ', ' ORDER BY s.n) FROM unnest(u.columns) WITH ORDINALITY AS s (c, n)))
	FROM board AS b, LATERAL delivery.wip_unindexed(b.board) AS u JOIN part_table AS p ON p.oid = u.part
	WHERE p.board = b.board

	UNION ALL
	SELECT g.name, format('it has %s triggers that hold WIP limits for one kind of change', count(*)),
		format('drop all but those of limit_wip: %s', string_agg(quote_ident(g.tgname), ', ' ORDER BY g.oid))
	FROM guard AS g, (VALUES (4), (16)) AS w (event)
	WHERE g.proname = 'enforce_wip_limit' AND g.tgtype & w.event <> 0
	GROUP BY g.name, w.event
	HAVING count(*) > 1

	UNION ALL
	SELECT b.name, format('a limit or an override names %s, which the column does not take: it holds for nothing', u.u),
		format('set it for the new value, and SELECT delivery.drop_wip_limit(%L, ...)', b.name)
	FROM board AS b, LATERAL delivery.wip_unknown(b.board) AS u (u)

	-- audit
	UNION ALL
	SELECT a.name, format('it has no trigger "%s", so that its audit log has not all that happens', w.trigger),
		format('SELECT delivery.record_audit(%L, ...) with the same log attaches it', a.root)
	FROM audited AS a, (VALUES ('delivery_audit', 1, 1), ('delivery_audit_truncate', 32, 32)) AS w (trigger, mask, bits)
	WHERE NOT EXISTS (SELECT FROM guard AS o WHERE o.tgrelid = a.oid AND o.proname = 'audit_change' AND o.tgtype & w.mask = w.bits)

	UNION ALL
	SELECT l.name, 'it is no audit log any more: changes of the tables that it audits fail', 'take off what was added to it, or SELECT delivery.stop_audit(...) for these tables'
	FROM log AS l
	WHERE (SELECT count(*) FROM pg_attribute AS a WHERE a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped) <> 11
		OR NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = l.oid AND i.indisprimary)

	UNION ALL
	SELECT l.name, 'it is an audit log that is not append-only',
		format('CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()', l.name)
	FROM log AS l
	WHERE EXISTS (SELECT FROM (VALUES (4), (8), (16), (32)) AS w (event)
		WHERE NOT EXISTS (SELECT FROM guard AS g WHERE g.tgrelid = l.oid AND g.proname = 'enforce_append_only' AND g.tgtype & w.event <> 0))
	ORDER BY 1, 2;
END;
COMMENT ON FUNCTION delivery.health_check() IS
	'guardrails that do not stand: triggers that are missing or off, limits that hold nowhere, counts without an index; no row if all is well';
