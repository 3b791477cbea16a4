-- health.sql: what does not stand, of all guardrails and across a dump.
--
-- Each guardrail has a function of its own that lists what of it does not stand; here
-- they are joined. Last piece of the install script.
-- NULL: none of the columns. Errors: none.

-- The texts of expressions in the catalogs are searched, but only of what depends on
-- one of our operators.
CREATE FUNCTION delivery_internal.operator_uses(OUT class oid, OUT object oid, OUT tree text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH dependent AS (
		SELECT DISTINCT d.classid, d.objid
		FROM pg_operator AS o JOIN pg_depend AS d ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid
		WHERE o.oprnamespace = 'delivery'::regnamespace
	)
	SELECT d.classid, d.objid, concat(r.ev_qual::text, r.ev_action::text)
	FROM dependent AS d JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, a.adbin::text
	FROM dependent AS d JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, c.conbin::text
	FROM dependent AS d JOIN pg_constraint AS c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(i.indexprs::text, i.indpred::text)
	FROM dependent AS d JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, p.partexprs::text
	FROM dependent AS d JOIN pg_partitioned_table AS p ON d.classid = 'pg_class'::regclass AND p.partrelid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, t.tgqual::text
	FROM dependent AS d JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(p.polqual::text, p.polwithcheck::text)
	FROM dependent AS d JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(p.prosqlbody::text, p.proargdefaults::text)
	FROM dependent AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, t.typdefaultbin::text
	FROM dependent AS d JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, s.stxexprs::text
	FROM dependent AS d JOIN pg_statistic_ext AS s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid;
END;
COMMENT ON FUNCTION delivery_internal.operator_uses() IS
	'views, rules, defaults, constraints, indexes, partition keys, triggers, policies, functions, domains and statistics that use an operator of the extension, and their expressions as the catalogs have them';

-- A dump names the operators that it compares by with their schema, but some constructs
-- have no room for it, and others have it once for all columns: that of the first one. A
-- dump is restored with nothing of ours on the search_path, so the former do not find "="
-- again, and the latter find it for all columns in our schema, or for none. A pattern finds
-- where an expression has such a construct and which operators are in it, in their order.
-- Levels of responsibility are compared as integers then, which is the same, but for what
-- NULLIF gives, and for what queries look for in an index.
--
-- What reads tables of ours in a check finds them empty: their rows may come later.
CREATE FUNCTION delivery_internal.restore_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT DISTINCT i.type || ' ' || i.identity,
		CASE WHEN n.levels = 0 OR n.is_lost THEN format('its %s finds no operator for a type of the extension when a dump is restored', c.name)
			WHEN c.name = 'NULLIF' THEN 'its NULLIF gives an integer, and no sfia_level, when a dump is restored'
			ELSE format('its %s is of integers when a dump is restored, and not found by what compares levels', c.name) END,
		CASE WHEN n.levels = 0 OR n.is_lost THEN c.hint
			WHEN c.name = 'NULLIF' THEN 'write CASE WHEN x <> ... THEN x END'
			ELSE 'compare x::integer, also where it is looked for' END
	FROM (VALUES
		('IS DISTINCT FROM', '\{DISTINCTEXPR (:opno \d+) ', ':opno (\d+)', false, 'compare x::text'),
		('NULLIF', '\{NULLIFEXPR (:opno \d+) ', ':opno (\d+)', false, 'compare x::text'),
		-- the first argument, within conversions, is the value after CASE
		('CASE x WHEN', '\{CASEWHEN :expr \{OPEXPR (:opno \d+) [^(]*\((?:\{[A-Z]+ [^{}]*)*\{CASETESTEXPR ', ':opno (\d+)', false, 'compare x::text, or write CASE WHEN x = ...'),
		('USING or NATURAL JOIN', ':usingClause \((?:\\.|[^\\)])*\) :join_using_alias (?:<>|\{[^{}]*\}) :quals ((?:[^:]|:(?!alias ))*)', ':opno (\d+)', false, 'write JOIN ... ON a.x = b.x'),
		-- of several columns
		('IN (SELECT ...)', '\{SUBLINK :subLinkType \d+ :subLinkId \d+ :testexpr (\{BOOLEXPR (?:[^:]|:(?!operName ))*)', ':opno (\d+)', true, 'compare x::text, or write EXISTS (SELECT ... WHERE ...)'),
		('comparison of rows', '\{ROWCOMPAREEXPR :\w+ \d+ :opnos \(o ([ \d]+)\)', '(\d+)', true, 'compare x::text')
		) AS c (name, pattern, operator, of_rows, hint),
		delivery_internal.operator_uses() AS u
		LEFT JOIN pg_rewrite AS v ON u.class = 'pg_rewrite'::regclass AND v.oid = u.object AND v.rulename = '_RETURN',
		LATERAL regexp_matches(u.tree, c.pattern, 'g') AS f (found),
		LATERAL (SELECT count(*) FILTER (WHERE o.oprleft = 'delivery.sfia_level'::regtype) AS levels,
				-- of rows: whether "=" is ours, and has to compare other types, too
				CASE WHEN c.of_rows AND (array_agg(o.oid ORDER BY place))[1] IS NOT NULL THEN count(o.oid) < count(*)
					ELSE count(*) FILTER (WHERE o.oprleft <> 'delivery.sfia_level'::regtype) > 0 END AS is_lost
			FROM regexp_matches(f.found[1], c.operator, 'g') WITH ORDINALITY AS n (number, place)
				LEFT JOIN pg_operator AS o ON o.oid = n.number[1]::oid AND o.oprnamespace = 'delivery'::regnamespace) AS n,
		LATERAL pg_identify_object(CASE WHEN v.oid IS NULL THEN u.class ELSE 'pg_class'::regclass END, coalesce(v.ev_class, u.object), 0) AS i
	WHERE n.is_lost OR n.levels > 0 AND (c.name = 'NULLIF' OR u.class = 'pg_class'::regclass)

	UNION ALL
	SELECT DISTINCT i.type || ' ' || i.identity,
		format('it calls delivery.%I, which may not find your own rows yet when a dump is restored', p.proname), 'let a trigger call it instead'
	FROM pg_proc AS p
		JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.classid = 'pg_constraint'::regclass,
		LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
	WHERE p.pronamespace = 'delivery'::regnamespace AND p.proname IN ('calendar', 'check_sfia_level', 'dora_level');
END;
COMMENT ON FUNCTION delivery_internal.restore_health() IS
	'what does not survive a dump: expressions that compare values of the extension''s types without naming the operator, and checks that read its tables';

-- Rights on what the extension keeps. REASSIGN OWNED gives the written views away, but no
-- rights on the tables behind them; and a superuser's default privileges may have given
-- what nobody is to have.
CREATE FUNCTION delivery_internal.rights_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH kept AS (
		SELECT t.oid, t.relowner, t.relacl, format('%I.%I', n.nspname, t.relname) AS name,
			v.relowner AS writer, format('delivery.%I', v.relname) AS view, coalesce(pg_relation_is_updatable(v.oid, false) <> 0, false) AS is_written
		FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
			LEFT JOIN pg_class AS v ON v.relnamespace = 'delivery'::regnamespace AND v.relname = t.relname AND v.relkind = 'v'
		WHERE t.relnamespace = 'delivery_internal'::regnamespace AND t.relkind = 'r'
	)
	SELECT k.view, format('its owner %I has not all rights on the table behind it, so that nobody reads or writes it', pg_get_userbyid(k.writer)),
		format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', k.name, pg_get_userbyid(k.writer))
	FROM kept AS k
	WHERE k.is_written AND EXISTS (SELECT FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (needed)
		WHERE NOT has_table_privilege(k.writer, k.oid, p.needed))

	UNION ALL
	SELECT k.name, format('%s has %s on it: with that guarded writes can be stopped, or made to run code of others', g.role, g.rights),
		format('REVOKE %s ON %s FROM %s', g.rights, k.name, g.role)
	FROM kept AS k, LATERAL (
		SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role,
			string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type COLLATE "C") AS rights
		FROM aclexplode(k.relacl) AS a
		WHERE a.grantee <> k.relowner AND (a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
			-- what functions alone write
			OR NOT k.is_written AND a.privilege_type IN ('UPDATE', 'DELETE'))
		GROUP BY a.grantee) AS g;
END;
COMMENT ON FUNCTION delivery_internal.rights_health() IS
	'rights on the tables of the extension that are missing, or that nobody is to have';

CREATE FUNCTION delivery.health_check(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL UNSAFE
	ROWS 10
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT h.object, h.problem, h.hint
	FROM (
		SELECT * FROM delivery_internal.version_health()
		UNION ALL SELECT * FROM delivery_internal.trigger_health()
		UNION ALL SELECT * FROM delivery_internal.append_only_health()
		UNION ALL SELECT * FROM delivery_internal.wip_health()
		UNION ALL SELECT * FROM delivery_internal.audit_health()
		UNION ALL SELECT * FROM delivery_internal.restore_health()
		UNION ALL SELECT * FROM delivery_internal.rights_health()
	) AS h
	-- in one order, whatever the database's
	ORDER BY h.object COLLATE "C", h.problem COLLATE "C";
END;
COMMENT ON FUNCTION delivery.health_check() IS
	'guardrails that do not stand: triggers that are missing or off, limits that hold nowhere, counts without an index; and what does not survive a dump; no row if all is well';

-- for BI tools
CREATE VIEW delivery.guardrail_health AS
	SELECT h.object, h.problem, h.hint FROM delivery.health_check() AS h;
COMMENT ON VIEW delivery.guardrail_health IS
	'health_check() as a view, for BI tools: guardrails that do not stand; no row if all is well';
COMMENT ON COLUMN delivery.guardrail_health.object IS 'what it is about, a table in most cases';
COMMENT ON COLUMN delivery.guardrail_health.problem IS 'what does not stand';
COMMENT ON COLUMN delivery.guardrail_health.hint IS 'what to do about it';
GRANT SELECT ON delivery.guardrail_health TO PUBLIC;
