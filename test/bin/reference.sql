-- reference.sql: doc/reference.md, made from the catalogue: every public
-- object with its signature and its COMMENT. What makes it work, in the schema
-- delivery_internal, is left out. "make reference" writes it, a test compares it.
\pset format unaligned
\pset tuples_only on
\pset footer off
SET search_path = pg_catalog;

CREATE TEMP VIEW public_function AS
SELECT p.oid, p.proname, p.prokind, p.pronargs, obj_description(p.oid, 'pg_proc') AS comment,
	replace(pg_get_function_result(p.oid), 'timestamp with time zone', 'timestamptz') AS result,
	CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
	p.proisstrict, a.aggminvtransfn <> 0 AS moving,
	regexp_replace(replace(replace(pg_get_function_arguments(p.oid),
		'timestamp with time zone', 'timestamptz'), 'double precision', 'float8'),
		'(?<='')::[a-z_.]+', '', 'g') AS arguments
FROM pg_proc AS p
LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE p.pronamespace = 'delivery'::regnamespace;

\echo '# Reference'
\echo
\echo 'Made from the COMMENTs of the extension by `make reference`; do not edit. What they mean, with examples, is on the pages of the'
\echo 'capabilities: [metrics](metrics.md), [calendars](calendar.md), [SLA clocks](sla.md), [ServiceNow](servicenow.md),'
\echo '[error budgets](slo.md), [levels](levels.md), [WIP limits](wip.md), [audit](audit.md), [health](health.md).'
\echo
\echo 'Arguments are `timestamptz`, `interval` and `float8` (double precision); ratios are between 0 and 1; durations are intervals,'
\echo 'justified by hours, but for working time, which has hours only. Aggregates skip rows in which an input they need is NULL and give'
\echo 'NULL where none is left.'
\echo
\echo '## Aggregates'
\echo
SELECT format(E'### `%s(%s)` → %s%s\n\n%s.\n', proname, arguments,
	replace(result, 'double precision', 'float8'), CASE WHEN moving THEN ', moving' ELSE '' END,
	upper(left(comment, 1)) || substr(comment, 2))
FROM public_function WHERE prokind = 'a' ORDER BY proname COLLATE "C", arguments COLLATE "C";
\echo '## Functions'
\echo
SELECT format(E'### `%s(%s)` → %s\n\n%s. %s%s.\n', proname, arguments, replace(result, 'double precision', 'float8'),
	upper(left(comment, 1)) || substr(comment, 2), initcap(volatility),
	CASE WHEN proisstrict AND pronargs > 0 THEN '; NULL for a NULL argument' ELSE '' END)
FROM public_function WHERE prokind = 'f' AND result <> 'trigger' ORDER BY proname COLLATE "C", arguments COLLATE "C";
\echo '## Procedures'
\echo
SELECT format(E'### `CALL %s(%s)`\n\n%s.\n', proname, regexp_replace(arguments, '\mIN ', '', 'g'), upper(left(comment, 1)) || substr(comment, 2))
FROM public_function WHERE prokind = 'p' ORDER BY proname COLLATE "C";
\echo '## Trigger functions'
\echo
SELECT format(E'### `%s()`\n\n%s.\n', proname, upper(left(comment, 1)) || substr(comment, 2))
FROM public_function WHERE result = 'trigger' ORDER BY proname COLLATE "C";
\echo '## Types'
\echo
SELECT format(E'### `%s`\n\n%s.\n', t.typname, obj_description(t.oid, 'pg_type'))
FROM pg_type AS t
WHERE t.typnamespace = 'delivery'::regnamespace AND t.typtype IN ('b', 'e', 'd') AND t.typelem = 0
ORDER BY t.typname COLLATE "C";
SELECT format(E'### `%s` (composite)\n\n%s.\n\n| field | type | |\n| --- | --- | --- |\n%s\n', t.typname,
	upper(left(obj_description(t.oid, 'pg_type'), 1)) || substr(obj_description(t.oid, 'pg_type'), 2),
	(SELECT string_agg(format('| `%s` | %s | %s |', attname, format_type(atttypid, atttypmod),
			col_description(t.typrelid, attnum)), E'\n' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped))
FROM pg_type AS t JOIN pg_class AS c ON c.oid = t.typrelid
WHERE t.typnamespace = 'delivery'::regnamespace AND c.relkind = 'c'
ORDER BY t.typname COLLATE "C";
SELECT E'### Casts\n\n| from | to | when |\n| --- | --- | --- |\n' || string_agg(format('| %s | %s | %s |', format_type(castsource, NULL), format_type(casttarget, NULL),
	CASE castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'in assignments' ELSE 'explicit' END), E'\n' ORDER BY format_type(castsource, NULL) COLLATE "C", format_type(casttarget, NULL) COLLATE "C") || E'\n'
FROM pg_cast WHERE 'delivery'::regnamespace IN (SELECT typnamespace FROM pg_type WHERE oid IN (castsource, casttarget));
\echo '## Views'
\echo
SELECT format(E'### `%s`%s\n\n%s.\n\n| column | type | |\n| --- | --- | --- |\n%s\n', c.relname,
	CASE WHEN pg_relation_is_updatable(c.oid, false) & 28 <> 0 THEN ', written, too' ELSE '' END, upper(left(obj_description(c.oid, 'pg_class'), 1)) || substr(obj_description(c.oid, 'pg_class'), 2),
	(SELECT string_agg(format('| `%s` | %s | %s |', attname, format_type(atttypid, atttypmod),
			col_description(c.oid, attnum)), E'\n' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
FROM pg_class AS c
WHERE c.relnamespace = 'delivery'::regnamespace AND c.relkind = 'v'
ORDER BY c.relname COLLATE "C";
