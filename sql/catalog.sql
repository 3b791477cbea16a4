-- catalog.sql: rules over the extension's own catalog entries.
-- A query that lists offenders must list none.
-- names are shown with their schema, whatever search_path the suite runs under
SET search_path = pg_catalog;

-- (row and array types come with their table or type; 16 and newer list them too)
CREATE TEMP VIEW member AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) COLLATE "C" AS object
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'delivery')
	AND NOT (classid = 'pg_type'::regclass AND objid IN (
		SELECT reltype FROM pg_class WHERE relkind <> 'c'
		UNION ALL SELECT typarray FROM pg_type));
CREATE TEMP VIEW member_function AS
SELECT p.*, object FROM member JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND p.oid = objid;

-- what is there, in numbers
SELECT classid::regclass, count(*) FROM member GROUP BY 1 ORDER BY 1::text;

-- every member has a COMMENT, and so has every column
SELECT object FROM member
WHERE coalesce(obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)), '') = ''
ORDER BY 1;
SELECT object, attname FROM member JOIN pg_attribute ON classid = 'pg_class'::regclass AND attrelid = objid
WHERE attnum > 0 AND NOT attisdropped AND coalesce(col_description(attrelid, attnum), '') = ''
ORDER BY 1, 2;
SELECT object, attname FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid
JOIN pg_attribute ON attrelid = typrelid
WHERE attnum > 0 AND NOT attisdropped AND coalesce(col_description(attrelid, attnum), '') = ''
ORDER BY 1, 2;

-- no member, nor what belongs to one, lies outside the schema
SELECT object FROM member_function WHERE pronamespace <> 'delivery'::regnamespace
UNION ALL
SELECT object FROM member JOIN pg_class AS c ON classid = 'pg_class'::regclass AND c.oid = objid WHERE relnamespace <> 'delivery'::regnamespace
UNION ALL
SELECT object FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid WHERE typnamespace <> 'delivery'::regnamespace;
SELECT object FROM member
WHERE classid NOT IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
	'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_cast'::regclass);
SELECT object FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND o.oid = objid WHERE oprnamespace <> 'delivery'::regnamespace
UNION ALL
SELECT object FROM member JOIN pg_opclass AS o ON classid = 'pg_opclass'::regclass AND o.oid = objid WHERE opcnamespace <> 'delivery'::regnamespace
UNION ALL
SELECT object FROM member JOIN pg_opfamily AS o ON classid = 'pg_opfamily'::regclass AND o.oid = objid WHERE opfnamespace <> 'delivery'::regnamespace;
-- operator classes are complete
SELECT opcname, amvalidate(c.oid) FROM member JOIN pg_opclass AS c ON classid = 'pg_opclass'::regclass AND c.oid = objid ORDER BY 1;
-- and nothing in the schema belongs to anyone else
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE pronamespace = 'delivery'::regnamespace AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid);

-- every function and aggregate is PARALLEL SAFE and none VOLATILE, but for triggers,
-- what changes something, and what looks at limits with a snapshot of its own
SELECT object, provolatile, proparallel, prosecdef FROM member_function
WHERE proparallel <> 's' OR provolatile = 'v' OR prosecdef ORDER BY 1;
-- what reads a table or a setting is STABLE, all the rest but those IMMUTABLE
SELECT object FROM member_function WHERE provolatile = 's' ORDER BY 1;
-- strictness: NULL has a meaning of its own only here (aggregates are never strict themselves)
SELECT object FROM member_function WHERE NOT proisstrict AND prokind = 'f' ORDER BY 1;

-- every aggregate combines; internal state can be sent to the leader
SELECT object FROM member_function JOIN pg_aggregate ON aggfnoid = oid
WHERE aggcombinefn = 0 OR (aggtranstype = 'internal'::regtype) <> (aggserialfn <> 0)
	OR (aggserialfn <> 0) <> (aggdeserialfn <> 0);
-- internal state is for exact percentiles alone
SELECT DISTINCT proname FROM member_function JOIN pg_aggregate ON aggfnoid = oid
WHERE aggtranstype = 'internal'::regtype ORDER BY 1;
-- the others move with a window, but for the one that keeps a set of days and
-- those that have windows of their own
SELECT proname, aggminvtransfn <> 0 AS moving FROM member_function JOIN pg_aggregate ON aggfnoid = oid
WHERE aggtranstype <> 'internal'::regtype ORDER BY 1;

-- no argument of an aggregate is polymorphic: such ones do not run on distributed tables
SELECT object FROM member_function JOIN pg_type AS t ON t.oid = ANY (proargtypes) WHERE prokind = 'a' AND typtype = 'p' AND typname LIKE 'any%'
ORDER BY 1;
-- every base type has a binary form, an order and a hash; text is stored as it
SELECT typname, typreceive <> 0 AND typsend <> 0 AS binary_form,
	(SELECT string_agg(amname, ' ' ORDER BY amname) FROM pg_opclass JOIN pg_am AS a ON a.oid = opcmethod WHERE opcintype = t.oid AND opcdefault) AS classes,
	(SELECT string_agg(format('%s %s', castsource::regtype, castcontext), ', ' ORDER BY castsource::regtype::text COLLATE "C") FROM pg_cast WHERE casttarget = t.oid) AS casts
FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid WHERE typtype = 'b' AND typelem = 0 ORDER BY 1;

-- no argument without a name, as callers and tools show them (the internal one of a deserialiser has a name too)
SELECT object FROM member_function
WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames));
-- no function bears the name of a built-in aggregate or type
SELECT object FROM member_function
WHERE proname IN (SELECT p.proname FROM pg_proc AS p WHERE p.prokind = 'a' AND p.pronamespace = 'pg_catalog'::regnamespace)
	OR proname IN (SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace)
ORDER BY 1;

-- C symbols carry our prefix
SELECT object, prosrc FROM member_function
WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND prosrc !~ '^delivery_';

-- rights: the schema and reading are for all, writing is for the owner
SELECT nspacl::text LIKE '%=U/%' AS schema_usable_by_all FROM pg_namespace WHERE nspname = 'delivery';
SELECT relname, has_table_privilege('public', oid, 'SELECT') AS read,
	has_table_privilege('public', oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS write
FROM pg_class WHERE relnamespace = 'delivery'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1;
-- only the user's own rows are dumped
SELECT extconfig::regclass[] AS dumped, extcondition
FROM pg_extension WHERE extname = 'delivery';
-- views show built-in types
SELECT c.relname, attname, atttypid::regtype FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid
JOIN pg_type AS t ON t.oid = atttypid
WHERE c.relnamespace = 'delivery'::regnamespace AND relkind = 'v' AND attnum > 0
	AND typnamespace <> 'pg_catalog'::regnamespace;
