-- guard_health.sql: whether the guardrails stand where they were put.
--
-- One function for each guardrail lists what does not stand: object, problem, and a
-- hint what to do; health_check() in health.sql joins them. Before these, what they
-- share. All of it runs with the rights of the caller, who is shown no limit that the
-- caller may not see.
-- What a database can see by itself: triggers that are missing, switched off or not
-- fired for replicated rows, limits that hold nowhere, counts without an index. It
-- cannot see that an owner or a superuser switched a trigger off for a moment.
-- NULL: none of the columns. Errors: none.

-- what there is to look at

CREATE FUNCTION delivery_internal.table_names(OUT relation oid, OUT name text, OUT kind "char", OUT owner oid)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, c.relowner
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace;
END;
COMMENT ON FUNCTION delivery_internal.table_names() IS
	'all relations, with their names as they are written in a statement';

CREATE FUNCTION delivery_internal.guard_triggers(OUT "trigger" oid, OUT relation oid, OUT name text, OUT kind "char",
		OUT trigger_name name, OUT function name, OUT enabled "char", OUT events smallint)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT t.oid, r.relation, r.name, r.kind, t.tgname, p.proname, t.tgenabled, t.tgtype
	FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN delivery_internal.table_names() AS r ON r.relation = t.tgrelid
	WHERE p.pronamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace)
		AND p.proname IN ('enforce_wip_limit', 'audit_change', 'enforce_append_only');
END;
COMMENT ON FUNCTION delivery_internal.guard_triggers() IS
	'triggers of all guardrails and the tables that they are on; events: as pg_trigger.tgtype has them, 1 by row, 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE';

CREATE FUNCTION delivery_internal.board_parts(OUT board oid, OUT board_name text, OUT lane_column name, OUT scope_columns name[], OUT weight_column name,
		OUT part oid, OUT name text, OUT kind "char")
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE board AS (
		SELECT DISTINCT g.relation, g.name, w.lane_column, w.scope_columns, w.weight_column
		FROM delivery_internal.guard_triggers() AS g, LATERAL delivery.wip_columns(g.relation) AS w
		WHERE g.function = 'enforce_wip_limit' AND w.board = g.relation
	),
	part AS (
		SELECT b.relation AS board, b.relation FROM board AS b
		UNION
		SELECT p.board, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT b.relation, b.name, b.lane_column, b.scope_columns, b.weight_column, r.relation, r.name, r.kind
	FROM part AS p JOIN board AS b ON b.relation = p.board JOIN delivery_internal.table_names() AS r ON r.relation = p.relation;
END;
COMMENT ON FUNCTION delivery_internal.board_parts() IS
	'boards, each with the tables that it is made of: itself, its partitions and children';

CREATE FUNCTION delivery_internal.audited_parts(OUT audited oid, OUT audited_name text, OUT part oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE by_trigger AS (
		SELECT DISTINCT g.relation, g.name FROM delivery_internal.guard_triggers() AS g WHERE g.function = 'audit_change'
	),
	part AS (
		SELECT b.relation AS audited, b.name AS audited_name, b.relation
		FROM by_trigger AS b
		WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN by_trigger AS o ON o.relation = i.inhparent WHERE i.inhrelid = b.relation)
		UNION
		SELECT p.audited, p.audited_name, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT p.audited, p.audited_name, r.relation, r.name
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation
	WHERE r.kind IN ('r', 'p');
END;
COMMENT ON FUNCTION delivery_internal.audited_parts() IS
	'audited tables, each with itself, its partitions and children';

CREATE FUNCTION delivery_internal.audit_logs(OUT log oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	-- a trigger depends on the log that its condition names
	SELECT DISTINCT r.relation, r.name
	FROM delivery_internal.guard_triggers() AS g
		JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.trigger AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
		JOIN delivery_internal.table_names() AS r ON r.relation = d.refobjid
	WHERE g.function = 'audit_change' AND d.refobjid <> g.relation;
END;
COMMENT ON FUNCTION delivery_internal.audit_logs() IS
	'logs to which audited tables are recorded';

-- Boards that were dropped; those who can delete what is left of them may know.
CREATE VIEW delivery_internal.lost_board WITH (security_barrier) AS
	SELECT s.board::oid AS board
	FROM (SELECT l.board FROM delivery_internal.wip_limit AS l UNION SELECT o.board FROM delivery_internal.wip_override AS o
		UNION SELECT e.board FROM delivery_internal.wip_entry AS e) AS s
	WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = s.board)
		AND (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user);
COMMENT ON VIEW delivery_internal.lost_board IS 'tables that have WIP limits, overrides or an entry column, but are not there; shown to superusers';
COMMENT ON COLUMN delivery_internal.lost_board.board IS 'number that the table had';
GRANT SELECT ON delivery_internal.lost_board TO PUBLIC;

-- what does not stand

CREATE FUNCTION delivery_internal.trigger_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT 'this session', format('session_replication_role is %s: triggers do not fire', current_setting('session_replication_role')),
		'RESET session_replication_role'
	WHERE current_setting('session_replication_role') <> 'origin'

	UNION ALL
	SELECT g.name, format('trigger "%s" %s', g.trigger_name, CASE g.enabled WHEN 'D' THEN 'is disabled' ELSE 'fires for replicated rows only' END),
		format('ALTER TABLE %s ENABLE TRIGGER %I', g.name, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g
	WHERE g.enabled IN ('D', 'R')

	UNION ALL
	SELECT g.name, format('trigger "%s" does not fire for the rows of a subscription', g.trigger_name),
		format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I, if they are to be judged here, too', g.name, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g
	WHERE g.enabled = 'O' AND EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid = g.relation);
END;
COMMENT ON FUNCTION delivery_internal.trigger_health() IS
	'triggers of guardrails that do not fire';

CREATE FUNCTION delivery_internal.append_only_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE refusing AS (
		SELECT g.relation, g.name, g.kind, g.trigger_name, g.events,
			-- one with a condition, or for some columns, refuses some changes only
			t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0 AS is_whole
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger
		WHERE g.function = 'enforce_append_only'
	),
	-- a partition that was detached keeps its trigger for TRUNCATE alone
	append_only AS (
		SELECT DISTINCT r.relation, r.name FROM refusing AS r
		WHERE r.events & 24 <> 0 OR r.trigger_name = 'delivery_append_only_truncate'
	),
	part AS (
		SELECT a.relation AS root, a.name AS root_name, a.relation
		FROM append_only AS a
		WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN append_only AS o ON o.relation = i.inhparent WHERE i.inhrelid = a.relation)
		UNION
		SELECT p.root, p.root_name, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT r.name, format('trigger "%s" fires for statements on this table only, not for those on its partitions', r.trigger_name),
		format('SELECT delivery.append_only(%L)', r.name)
	FROM refusing AS r
	WHERE r.kind = 'p' AND r.events & 1 = 0 AND NOT EXISTS (SELECT FROM refusing AS o WHERE o.relation = r.relation AND o.events & 1 = 1)

	UNION ALL
	SELECT r.name, format('it is append-only%s, but not every %s is refused', CASE WHEN p.root <> p.relation THEN ' as a part of ' || p.root_name END, m.missing),
		format('SELECT delivery.append_only(%L)', p.root_name)
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation,
		LATERAL (
			SELECT string_agg(w.event, ', ' ORDER BY w.n) AS missing
			FROM (VALUES (1, 16, 'UPDATE'), (2, 8, 'DELETE'), (3, 32, 'TRUNCATE')) AS w (n, bit, event)
			-- statements on a parent fire those triggers of its parts that are for each row
			WHERE NOT EXISTS (SELECT FROM refusing AS g
				WHERE g.relation = p.relation AND g.is_whole AND g.events & w.bit <> 0 AND (w.bit = 32 OR p.relation = p.root OR g.events & 1 = 1))) AS m
	WHERE r.kind IN ('r', 'p') AND m.missing IS NOT NULL
		-- logs are looked at elsewhere
		AND delivery_internal.audit_log_fault(p.relation) IS NOT NULL AND p.relation NOT IN (SELECT l.log FROM delivery_internal.audit_logs() AS l)

	UNION ALL
	SELECT r.name, format('it is a foreign table of the append-only table %s: its rows can be changed where they are', p.root_name),
		'keep rows that are only added in ordinary tables'
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation
	WHERE r.kind = 'f';
END;
COMMENT ON FUNCTION delivery_internal.append_only_health() IS
	'append-only tables, and partitions and children of them, of which not every change is refused';

CREATE FUNCTION delivery_internal.wip_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL UNSAFE
BEGIN ATOMIC
	WITH part AS (SELECT * FROM delivery_internal.board_parts()),
	board AS (SELECT * FROM part WHERE part.part = part.board),
	configured AS (
		SELECT DISTINCT s.board FROM (SELECT board FROM delivery.wip_limit UNION ALL SELECT board FROM delivery.wip_override) AS s
	)
	-- limits without a board
	SELECT format('table with OID %s', l.board), 'it has WIP limits, overrides or an entry column, but is not there',
		format('DELETE FROM delivery_internal.wip_limit WHERE board = %1$s::oid; DELETE FROM delivery_internal.wip_override WHERE board = %1$s::oid; '
			'DELETE FROM delivery_internal.wip_entry WHERE board = %1$s::oid', l.board)
	FROM delivery_internal.lost_board AS l

	UNION ALL
	SELECT r.name, 'it has WIP limits, but no triggers that hold them',
		format('SELECT delivery.limit_wip(%L, ''its lane column'', ...) attaches them; delivery.unlimit_wip(%1$L) drops the limits', r.name)
	FROM configured AS c JOIN delivery_internal.table_names() AS r ON r.relation = c.board
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.board = c.board)

	UNION ALL
	SELECT b.name, format('a limit or an override names %s, which the column does not take: it holds for nothing', u.u),
		format('set it for the new value, and SELECT delivery.drop_wip_limit(%L, ...)', b.name)
	FROM board AS b, LATERAL delivery.wip_unknown(b.board) AS u (u)

	UNION ALL
	SELECT r.name, format('it has no column %I that says when: the hours of its oldest items are not known', e.entry_column),
		format('SELECT delivery.set_wip_entry_column(%L, ''another column''); NULL takes it away', r.name)
	FROM delivery.wip_entry AS e JOIN delivery_internal.table_names() AS r ON r.relation = e.board
	WHERE NOT delivery_internal.is_wip_entry(e.board, e.entry_column)

	UNION ALL
	SELECT r.name, 'it has an entry column, but is no board', format('SELECT delivery.limit_wip(%L, ...), or delivery.unlimit_wip(%1$L)', r.name)
	FROM delivery.wip_entry AS e JOIN delivery_internal.table_names() AS r ON r.relation = e.board
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.board = e.board)

	-- boards without a limit; others may not see its limits
	UNION ALL
	SELECT b.name, 'it is a board without a limit', format('SELECT delivery.set_wip_limit(%L, ...), or delivery.unlimit_wip(%1$L)', b.name)
	FROM board AS b JOIN delivery_internal.table_names() AS r ON r.relation = b.board
	WHERE NOT EXISTS (SELECT FROM delivery.wip_limit AS l WHERE l.board = b.board) AND pg_has_role(r.owner, 'USAGE')

	-- parts of a board that are not judged or not counted
	UNION ALL
	SELECT p.name, format('it has no trigger "%s", so that %s are not judged', w.trigger, w.what),
		format('SELECT delivery.limit_wip(%L, %L%s%s) attaches it', p.board_name, p.lane_column,
			CASE WHEN p.scope_columns <> '{}' THEN format(', %L', p.scope_columns) END,
			CASE WHEN p.weight_column IS NOT NULL THEN format(', weight_column => %L', p.weight_column) END)
	FROM part AS p, (VALUES ('delivery_wip_insert', 4, 'new rows'), ('delivery_wip_update', 16, 'moves')) AS w (trigger, event, what)
	WHERE p.kind IN ('r', 'p')
		AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g, LATERAL delivery.wip_columns(g.relation) AS c
			WHERE g.relation = p.part AND g.function = 'enforce_wip_limit' AND g.events & w.event <> 0 AND c.board = p.board)

	UNION ALL
	SELECT g.name, format('it has %s triggers that hold WIP limits for one kind of change', count(*)),
		format('drop all but those of limit_wip: %s', string_agg(quote_ident(g.trigger_name), ', ' ORDER BY g.trigger))
	FROM delivery_internal.guard_triggers() AS g, (VALUES (4), (16)) AS w (event)
	WHERE g.function = 'enforce_wip_limit' AND g.events & w.event <> 0
	GROUP BY g.name, w.event
	HAVING count(*) > 1

	UNION ALL
	SELECT p.name, format('it is a foreign table of board %s: its rows are not counted', p.board_name), 'keep rows that are in progress in ordinary tables'
	FROM part AS p
	WHERE p.kind = 'f'

	UNION ALL
	SELECT DISTINCT r.name, 'it is being detached, and that was interrupted: it is neither counted nor judged, nor recorded with its parent',
		format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', b.name, r.name)
	FROM pg_inherits AS i JOIN delivery_internal.table_names() AS r ON r.relation = i.inhrelid JOIN delivery_internal.table_names() AS b ON b.relation = i.inhparent
		JOIN delivery_internal.guard_triggers() AS g ON g.relation = i.inhrelid
	WHERE i.inhdetachpending

	UNION ALL
	SELECT p.name, 'it has no index that begins with the columns by which a limit counts: each check reads too much of it',
		format('CREATE INDEX ON %s (%s)', p.name, (SELECT string_agg(quote_ident(s.c), ', ' ORDER BY s.n) FROM unnest(u.columns) WITH ORDINALITY AS s (c, n)))
	FROM board AS b, LATERAL delivery.wip_unindexed(b.board) AS u JOIN part AS p ON p.part = u.part
	WHERE p.board = b.board;
END;
COMMENT ON FUNCTION delivery_internal.wip_health() IS
	'WIP limits that hold nowhere, parts of boards that are not judged or not counted, counts without an index';

CREATE FUNCTION delivery_internal.audit_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.name, format('it has no trigger "%s", so that its audit log has not all that happens', w.trigger),
		format('SELECT delivery.record_audit(%L, %L) attaches it', a.audited_name, l.name)
	FROM delivery_internal.audited_parts() AS a
		LEFT JOIN LATERAL (SELECT o.log FROM pg_trigger AS t, LATERAL delivery_internal.audit_target_of(t.oid) AS o
			WHERE t.tgrelid = a.audited AND o.log IS NOT NULL LIMIT 1) AS o ON true
		LEFT JOIN delivery_internal.table_names() AS l ON l.relation = o.log, (VALUES ('delivery_audit', 1, 1), ('delivery_audit_truncate', 32, 32)) AS w (trigger, mask, bits)
	WHERE NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS o
		WHERE o.relation = a.part AND o.function = 'audit_change' AND o.events & w.mask = w.bits)

	UNION ALL
	SELECT l.name, format('it is no audit log any more, so that changes of the tables that it audits fail. %s', delivery_internal.audit_log_fault(l.log)),
		'undo that, or SELECT delivery.stop_audit(...) for these tables'
	FROM delivery_internal.audit_logs() AS l
	WHERE delivery_internal.audit_log_fault(l.log) IS NOT NULL

	-- a trigger depends on the log that its condition names
	UNION ALL
	SELECT DISTINCT r.name, format('its owner %I may not add rows to audit log %s, so that changes of it fail', pg_get_userbyid(r.owner), l.name),
		format('GRANT INSERT ON %s TO %I', l.name, pg_get_userbyid(r.owner))
	FROM delivery_internal.guard_triggers() AS g JOIN delivery_internal.table_names() AS r ON r.relation = g.relation
		JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.trigger AND d.refclassid = 'pg_class'::regclass
		JOIN delivery_internal.audit_logs() AS l ON l.log = d.refobjid
	WHERE g.function = 'audit_change' AND NOT has_table_privilege(r.owner, l.log, 'INSERT')

	UNION ALL
	SELECT l.name, format('trigger "%s" does not fire for the rows of this audit log, which the extension adds by itself', t.tgname),
		format('let a trigger of the audited tables do it, and DROP TRIGGER %I ON %s', t.tgname, l.name)
	FROM delivery_internal.audit_logs() AS l JOIN pg_trigger AS t ON t.tgrelid = l.log
	WHERE NOT t.tgisinternal AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g WHERE g.trigger = t.oid)
		-- in the place of ours it is told below
		AND t.tgname NOT IN ('append_only', 'append_only_rows')

	-- by row where there may be no statement; one with a condition, or for some columns, refuses some changes only
	UNION ALL
	SELECT l.name, format('it is an audit log that is not append-only: not every %s is refused', string_agg(w.name, ', ' ORDER BY w.event)),
		CASE WHEN bool_or(w.event = 32) THEN format('CREATE OR REPLACE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()', l.name)
			ELSE format('CREATE CONSTRAINT TRIGGER append_only_rows AFTER INSERT OR UPDATE OR DELETE ON %s NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()', l.name) END
	FROM delivery_internal.audit_logs() AS l, (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) AS w (event, name)
	WHERE NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger
		WHERE g.relation = l.log AND g.function = 'enforce_append_only' AND g.events & w.event <> 0 AND (w.event = 32 OR g.events & 1 = 1)
			AND t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0)
	GROUP BY l.name

	UNION ALL
	SELECT l.name, format('its rows are not held against constraint "%s", as the extension adds them by itself: a dump of them may not be restored', c.conname),
		format('ALTER TABLE %s DROP CONSTRAINT %I', l.name, c.conname)
	FROM delivery_internal.audit_logs() AS l JOIN pg_constraint AS c ON c.conrelid = l.log
	WHERE c.contype IN ('c', 'f')

	-- triggers that somebody else made, or put in the place of ours
	UNION ALL
	SELECT g.name, format('trigger "%s" names no audit log, so that changes of this table fail', g.trigger_name),
		format('DROP TRIGGER %I ON %s, then SELECT delivery.record_audit(...)', g.trigger_name, g.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o
	WHERE g.function = 'audit_change' AND o.log IS NULL

	UNION ALL
	SELECT g.name, format('trigger "%s" records in %s, and another one of this table in another log', g.trigger_name, l.name),
		format('DROP TRIGGER %I ON %s, then SELECT delivery.record_audit(%L, ...) with the log of the others', g.trigger_name, g.name, g.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o, delivery_internal.table_names() AS l
	WHERE g.function = 'audit_change' AND l.relation = o.log AND g.events & 32 = 32
		AND EXISTS (SELECT FROM delivery_internal.guard_triggers() AS r, LATERAL delivery_internal.audit_target_of(r.trigger) AS ro
			WHERE r.relation = g.relation AND r.function = 'audit_change' AND r.events & 1 = 1 AND ro.log <> o.log)

	UNION ALL
	SELECT DISTINCT g.name, format('column %I is not to be recorded, and is not there, so that changes of this table fail', e.excluded),
		format('SELECT delivery.record_audit(%L, %L, ''{...}'') with the columns as they are named now', g.name, l.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o, unnest(o.excluded) AS e (excluded), delivery_internal.table_names() AS l
	WHERE g.function = 'audit_change' AND l.relation = o.log
		AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = g.relation AND a.attname = e.excluded AND a.attnum > 0 AND NOT a.attisdropped);
END;
COMMENT ON FUNCTION delivery_internal.audit_health() IS
	'tables that are not audited as they are said to be, and logs that are none or not append-only';
