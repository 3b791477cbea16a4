-- guard_statements.sql: the statements that put the guardrails of one's tables back.
--
-- Settings are rows of the extension, and triggers go with the tables: a dump of one
-- table, or a migration that makes it anew, has but one of both. Each guardrail has a
-- function that lists statements for what stands now, in steps: 1 what attaches, 2
-- triggers that were made by hand, 3 limits, 4 overrides, 5 what records, 6 and more
-- whether triggers fire. A guardrail to come adds a function with steps among these.
-- All of it runs with the rights of the caller, and is about tables whose owner the
-- caller is. What is there already is left, or made whole; what is there otherwise is
-- refused when the statements run; overrides add up. No statement calls or compares with
-- anything that others made, whatever the search_path.
-- NULL: none. Errors: none.

CREATE FUNCTION delivery_internal.is_plain_trigger("trigger" oid)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_plain_trigger'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.is_plain_trigger(oid) IS
	'whether a trigger has no condition, or one of the extension''s with names alone: whoever runs its definition calls nothing that others wrote';

CREATE FUNCTION delivery_internal.own_tables(OUT relation oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.relation, r.name
	FROM delivery_internal.table_names() AS r JOIN pg_class AS c ON c.oid = r.relation
	WHERE pg_has_role(r.owner, 'USAGE') AND c.relpersistence <> 't';
END;
COMMENT ON FUNCTION delivery_internal.own_tables() IS
	'relations that last, and whose owner the caller is';

CREATE FUNCTION delivery_internal.trigger_definition("trigger" oid, OUT part integer, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- A constraint trigger cannot be replaced. A condition of others may call what they
	-- wrote, already when it is read, as whoever runs this: it is named, and not written.
	SELECT s.part, s.statement
	FROM pg_trigger AS t JOIN delivery_internal.table_names() AS r ON r.relation = t.tgrelid,
		LATERAL delivery_internal.is_plain_trigger(t.oid) AS p (plain),
		LATERAL (VALUES
			(1, CASE WHEN p.plain AND t.tgconstraint <> 0 THEN format('DROP TRIGGER IF EXISTS %I ON %s;', t.tgname, r.name) END),
			(2, CASE WHEN p.plain THEN regexp_replace(pg_get_triggerdef(t.oid), '^CREATE TRIGGER ', 'CREATE OR REPLACE TRIGGER ') || ';'
				ELSE translate(format('-- trigger %I of %s has a condition of its own: look at it, and put it back by hand', t.tgname, r.name), E'\n\r', '  ') END)) AS s (part, statement)
	WHERE t.oid = "trigger" AND s.statement IS NOT NULL;
END;
COMMENT ON FUNCTION delivery_internal.trigger_definition(oid) IS
	'statements that make a trigger as it is, in place of one of the same name; a comment for one that others may have made to call something';

-- Triggers of partitions that are there because their parent has them come with it: only
-- others are looked at. What the functions of a guardrail make is made by them, and other
-- triggers as they are defined.

-- What statements ask, so that no operator is in their text, which a search_path could
-- find elsewhere: whether the guardrail is not there as it is said to be.

CREATE FUNCTION delivery_internal.lacks_board(board regclass, lane_column name, scope_columns name[], weight_column name)
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT (c.lane_column, c.scope_columns, c.weight_column) IS DISTINCT FROM (lacks_board.lane_column, lacks_board.scope_columns, lacks_board.weight_column)
		OR EXISTS (SELECT FROM delivery_internal.board_parts() AS p, (VALUES (4), (16)) AS w (event)
			WHERE p.board = lacks_board.board AND p.kind IN ('r', 'p') AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g
				WHERE g.relation = p.part AND g.function = 'enforce_wip_limit' AND g.events & w.event <> 0))
	FROM delivery.wip_columns(lacks_board.board) AS c;
END;
COMMENT ON FUNCTION delivery_internal.lacks_board(regclass, name, name[], name) IS
	'whether a table is no board by these columns, or a part of it lacks a trigger';

CREATE FUNCTION delivery_internal.lacks_append_only(relation regclass)
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g WHERE g.relation = lacks_append_only.relation AND g.function = 'enforce_append_only')
		OR EXISTS (SELECT FROM delivery_internal.table_names() AS r JOIN delivery_internal.append_only_health() AS h ON h.hint = format('SELECT delivery.append_only(%L)', r.name)
			WHERE r.relation = lacks_append_only.relation);
END;
COMMENT ON FUNCTION delivery_internal.lacks_append_only(regclass) IS
	'whether a table, or a part of it, lets UPDATE, DELETE or TRUNCATE through';

CREATE FUNCTION delivery_internal.lacks_audit(audited regclass, log regclass, excluded name[])
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT NOT EXISTS (SELECT FROM delivery.audits() AS a
			WHERE a.audited = lacks_audit.audited AND a.log = lacks_audit.log AND a.excluded @> lacks_audit.excluded AND a.excluded <@ lacks_audit.excluded)
		OR EXISTS (SELECT FROM delivery_internal.audited_parts() AS p, (VALUES (1), (32)) AS w (bit)
			WHERE p.audited = lacks_audit.audited AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g
				WHERE g.relation = p.part AND g.function = 'audit_change' AND g.events & w.bit <> 0));
END;
COMMENT ON FUNCTION delivery_internal.lacks_audit(regclass, regclass, name[]) IS
	'whether a table is not recorded in that log without these columns, or a part of it lacks a trigger';

CREATE FUNCTION delivery_internal.wip_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE attached AS (
		SELECT c.board, c.lane_column, c.scope_columns, c.weight_column, t.oid AS "trigger", r.relation, r.name AS relation_name,
			(c.lane_column, c.scope_columns, c.weight_column)::text AS layout,
			(t.tgname, t.tgtype) IN (('delivery_wip_insert', 5), ('delivery_wip_update', 17)) AND t.tgdeferrable AND NOT t.tginitdeferred AS is_usual
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation,
			LATERAL delivery.wip_columns(g.relation) AS c
		WHERE g.function = 'enforce_wip_limit' AND t.tgparentid = 0
	),
	part AS (
		SELECT a.board, a.board::oid AS relation FROM attached AS a
		UNION
		SELECT p.board, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	),
	-- any table may have triggers that name any board
	placed AS (
		SELECT a.*, (a.board, a.relation) IN (SELECT p.board, p.relation FROM part AS p) AS is_part FROM attached AS a
	),
	-- limit_wip() makes all triggers of a board, or, if somebody changed one, none
	board AS (
		SELECT DISTINCT ON (a.board) a.board, r.name, a.lane_column, a.scope_columns, a.weight_column,
			bool_and(a.is_usual) OVER w AND min(a.layout) OVER w = max(a.layout) OVER w AS is_usual
		FROM placed AS a JOIN delivery_internal.own_tables() AS r ON r.relation = a.board
		WHERE a.is_part
		WINDOW w AS (PARTITION BY a.board)
		ORDER BY a.board, a.relation <> a.board, a.trigger
	),
	setting AS (
		SELECT s.*, b.name,
			CASE WHEN cardinality(s.scope) = 0 THEN NULL
				WHEN array_remove(s.scope, NULL) = '{}' THEN '{}'
				ELSE jsonb_strip_nulls(jsonb_object(b.scope_columns::text[], s.scope)) END AS scope_object
		FROM (
			SELECT l.board, l.lanes, l.scope, l.maximum, l.enforcement, NULL::bigint AS extra, NULL AS reason, NULL::timestamptz AS until, NULL::timestamptz AS granted_at
			FROM delivery.wip_limit AS l
			UNION ALL
			SELECT o.board, o.lanes, o.scope, NULL, NULL, o.extra, o.reason, o.until, o.granted_at
			FROM delivery.wip_override AS o
			WHERE o.until > statement_timestamp()
				-- else it holds for nothing, and would be refused
				AND EXISTS (SELECT FROM delivery.wip_limit AS l
					WHERE l.board = o.board AND l.lanes = o.lanes AND (l.scope = o.scope OR l.scope = '{}' AND array_remove(o.scope, NULL) <> '{}'
						OR array_remove(l.scope, NULL) <> '{}' AND (o.scope = '{}' OR array_remove(o.scope, NULL) <> '{}') AND NOT EXISTS (
							SELECT FROM unnest(o.scope, l.scope) AS v (wanted, limited) WHERE v.wanted IS NOT NULL AND v.wanted IS DISTINCT FROM v.limited)))) AS s
			JOIN board AS b ON b.board = s.board
		-- those of other columns than the board has hold for nothing
		WHERE array_remove(s.scope, NULL) = '{}' OR cardinality(s.scope) = cardinality(b.scope_columns)
	)
	SELECT 1, b.name, 1,
		format('SELECT delivery.limit_wip(%1$L, %2$L, %3$L, %4$L) WHERE delivery_internal.lacks_board(%1$L, %2$L, %3$L, %4$L);', b.name, b.lane_column, b.scope_columns, b.weight_column)
	FROM board AS b
	WHERE b.is_usual

	UNION ALL
	SELECT 2, a.relation_name, row_number() OVER (ORDER BY a.trigger, d.part), d.statement
	FROM placed AS a LEFT JOIN board AS b ON b.board = a.board,
		LATERAL delivery_internal.trigger_definition(a.trigger) AS d
	WHERE NOT a.is_part OR NOT b.is_usual

	UNION ALL
	SELECT CASE WHEN s.extra IS NULL THEN 3 ELSE 4 END, s.name, row_number() OVER (ORDER BY s.granted_at, s.lanes COLLATE "C", s.scope COLLATE "C"),
		CASE WHEN s.extra IS NULL THEN format('SELECT delivery.set_wip_limit(%L, %L, %s, %L, %L);', s.name, s.lanes, s.maximum, s.enforcement, s.scope_object)
			ELSE format('SELECT delivery.override_wip(%1$L, %2$L, %3$L, %4$s, %5$L, %6$L) WHERE %6$L::pg_catalog.timestamptz OPERATOR(pg_catalog.>) pg_catalog.now();',
				s.name, s.lanes, s.scope_object, s.extra, s.reason, s.until) END
	FROM setting AS s

	UNION ALL
	SELECT 3, b.name, 0, format('SELECT delivery.set_wip_entry_column(%L, %L);', b.name, e.entry_column)
	FROM board AS b JOIN delivery.wip_entry AS e ON e.board = b.board
	-- one that is gone, or says when no longer, would be refused
	WHERE delivery_internal.is_wip_entry(e.board, e.entry_column);
END;
COMMENT ON FUNCTION delivery_internal.wip_statements() IS
	'statements that put boards, their limits, the overrides that still run and entry columns back';

CREATE FUNCTION delivery_internal.append_only_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE refusing AS (
		SELECT t.oid AS "trigger", r.relation, r.name,
			t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0 AND NOT t.tgdeferrable AND ((t.tgname, t.tgtype, t.tgconstraint <> 0) IN
				(('delivery_append_only', 25, true), ('delivery_append_only_truncate', 34, false))) AS is_usual
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation
		WHERE g.function = 'enforce_append_only' AND t.tgparentid = 0
			-- logs come with their triggers
			AND delivery_internal.audit_log_fault(r.relation) IS NOT NULL AND r.relation NOT IN (SELECT l.log FROM delivery_internal.audit_logs() AS l)
	),
	-- what append_only() makes is not told from the same triggers made by hand
	attached AS (
		SELECT f.relation, f.name FROM refusing AS f WHERE f.is_usual GROUP BY f.relation, f.name HAVING count(*) = 2
	),
	part AS (
		SELECT i.inhrelid AS relation FROM attached AS a JOIN pg_inherits AS i ON i.inhparent = a.relation
		UNION
		SELECT i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT 1, a.name, 1,
		format('SELECT delivery.append_only(%1$L) WHERE delivery_internal.lacks_append_only(%1$L);', a.name)
	FROM attached AS a
	WHERE a.relation NOT IN (SELECT p.relation FROM part AS p)

	UNION ALL
	SELECT 2, f.name, row_number() OVER (ORDER BY f.trigger, d.part), d.statement
	FROM refusing AS f, LATERAL delivery_internal.trigger_definition(f.trigger) AS d
	WHERE NOT f.is_usual OR f.relation NOT IN (SELECT p.relation FROM part AS p UNION ALL SELECT a.relation FROM attached AS a);
END;
COMMENT ON FUNCTION delivery_internal.append_only_statements() IS
	'statements that make tables append-only again';

CREATE FUNCTION delivery_internal.audit_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT 5, r.name, 1,
		format('SELECT delivery.record_audit(%1$L, %2$L, %3$L) WHERE delivery_internal.lacks_audit(%1$L, %2$L, %3$L);', r.name, l.name, a.excluded)
	FROM delivery.audits() AS a JOIN delivery_internal.own_tables() AS r ON r.relation = a.audited JOIN delivery_internal.table_names() AS l ON l.relation = a.log;
END;
COMMENT ON FUNCTION delivery_internal.audit_statements() IS
	'statements that record tables in their audit logs again, which have to be there';

CREATE FUNCTION delivery_internal.trigger_state_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	-- ALTER TABLE on a parent changes the triggers of its partitions, too: parents first
	SELECT 6 + (SELECT count(*) FROM pg_partition_ancestors(g.relation)), g.name, row_number() OVER (ORDER BY g.trigger_name COLLATE "C"),
		format('ALTER TABLE %s %s TRIGGER %I;', g.name,
			CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'D' THEN 'DISABLE' ELSE 'ENABLE' END, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation
		LEFT JOIN pg_trigger AS p ON p.oid = t.tgparentid
	WHERE t.tgenabled <> coalesce(p.tgenabled, 'O');
END;
COMMENT ON FUNCTION delivery_internal.trigger_state_statements() IS
	'statements that switch triggers of guardrails on or off as they are, those of audit logs, too';

-- The settings are those of pg_dump: what triggers made by hand compare with is written as any session reads it.
CREATE FUNCTION delivery.guardrail_statements()
	RETURNS SETOF text
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	SET search_path = ''
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET timezone = 'UTC'
	SET extra_float_digits = 1
	SET standard_conforming_strings = on
BEGIN ATOMIC
	SELECT s.statement
	FROM (
		SELECT w.step, w.object, w.place, w.statement FROM delivery_internal.wip_statements() AS w
		UNION ALL
		SELECT a.step, a.object, a.place, a.statement FROM delivery_internal.append_only_statements() AS a
		UNION ALL
		SELECT u.step, u.object, u.place, u.statement FROM delivery_internal.audit_statements() AS u
		UNION ALL
		SELECT t.step, t.object, t.place, t.statement FROM delivery_internal.trigger_state_statements() AS t
	) AS s
	ORDER BY s.step, s.object COLLATE "C", s.place, s.statement COLLATE "C";
END;
COMMENT ON FUNCTION delivery.guardrail_statements() IS
	'statements that put the guardrails of tables whose owner the caller is back, in an order in which they can be run: for migrations and dumps of some tables';
