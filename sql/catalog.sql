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

-- no member, nor what belongs to one, lies outside the two schemas
CREATE TEMP VIEW place AS
SELECT object, classid, objid, pronamespace AS schema FROM member JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND p.oid = objid
UNION ALL
SELECT object, classid, objid, relnamespace FROM member JOIN pg_class AS c ON classid = 'pg_class'::regclass AND c.oid = objid
UNION ALL
SELECT object, classid, objid, typnamespace FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid
UNION ALL
SELECT object, classid, objid, oprnamespace FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND o.oid = objid
UNION ALL
SELECT object, classid, objid, opcnamespace FROM member JOIN pg_opclass AS o ON classid = 'pg_opclass'::regclass AND o.oid = objid
UNION ALL
SELECT object, classid, objid, opfnamespace FROM member JOIN pg_opfamily AS o ON classid = 'pg_opfamily'::regclass AND o.oid = objid;
SELECT object, schema::regnamespace FROM place
WHERE schema NOT IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace);
SELECT object FROM member
WHERE classid NOT IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
	'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_cast'::regclass);
-- "delivery" is what people call: no table, and no function that only the server calls
-- (a cast is written as a call, too; enforce_append_only is named in triggers by hand)
SELECT object FROM place JOIN pg_class AS c ON classid = 'pg_class'::regclass AND c.oid = objid
WHERE schema = 'delivery'::regnamespace AND relkind NOT IN ('v', 'c');
CREATE TEMP VIEW support AS
SELECT object, schema, objid FROM place
WHERE classid = 'pg_proc'::regclass AND (
	EXISTS (SELECT FROM pg_aggregate AS a WHERE objid IN (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn))
	OR EXISTS (SELECT FROM pg_type AS t WHERE objid IN (typinput, typoutput, typreceive, typsend))
	OR EXISTS (SELECT FROM pg_operator AS o WHERE objid = oprcode)
	OR EXISTS (SELECT FROM pg_amproc AS a WHERE objid = amproc)
	OR schema = 'delivery_internal'::regnamespace AND EXISTS (SELECT FROM pg_cast AS c WHERE objid = castfunc)
	OR EXISTS (SELECT FROM pg_proc AS p WHERE p.oid = objid AND prorettype = 'trigger'::regtype));
SELECT object FROM support WHERE schema = 'delivery'::regnamespace;
-- and "delivery_internal" has nothing else but conditions, and what views, checks, health_check() and guardrail_statements() of ours call
SELECT object FROM place
WHERE schema = 'delivery_internal'::regnamespace AND classid = 'pg_proc'::regclass AND objid NOT IN (SELECT objid FROM support)
	OR schema = 'delivery_internal'::regnamespace AND classid NOT IN ('pg_proc'::regclass, 'pg_class'::regclass)
ORDER BY 1;
-- operator classes are complete
SELECT opcname, amvalidate(c.oid) FROM member JOIN pg_opclass AS c ON classid = 'pg_opclass'::regclass AND c.oid = objid ORDER BY 1;
SELECT opfname, a.amname, string_agg(amprocnum || ' ' || amproc::text, ', ' ORDER BY amprocnum) AS functions
FROM member JOIN pg_opfamily AS f ON classid = 'pg_opfamily'::regclass AND f.oid = objid JOIN pg_am AS a ON a.oid = opfmethod JOIN pg_amproc ON amprocfamily = f.oid
GROUP BY 1, 2 ORDER BY 1, 2;
-- the planner knows what operators are like, and that they tell nobody what they compared
SELECT oprname, oprleft::regtype, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin, oprcanhash, oprcanmerge
FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND o.oid = objid ORDER BY oprleft::regtype::text COLLATE "C", oprname COLLATE "C";
SELECT DISTINCT oprleft::regtype AS type FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND o.oid = objid JOIN pg_proc AS p ON p.oid = oprcode WHERE NOT proleakproof;
-- and nothing in the schemas belongs to anyone else
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE pronamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace)
	AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid);

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
-- the others move with a window, but for the one that keeps a set of days, those that
-- have windows of their own, and those that keep the lowest value alone
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

-- rights, all of them but the owner's: both schemas are for all to use, views are for
-- all to read; who owns the database has what a dump and its restore need
CREATE TEMP VIEW granted AS
SELECT oid, relname, relnamespace::regnamespace AS schema, relkind, relowner, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
	string_agg(privilege_type, ', ' ORDER BY privilege_type COLLATE "C") AS rights, bool_or(is_grantable) AS grantable
FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
WHERE relnamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace) AND relkind IN ('r', 'v', 'S', 'm', 'p') AND grantee <> relowner
GROUP BY 1, 2, 3, 4, 5, 6;
SELECT schema, relname, relkind, grantee, rights, grantable FROM granted ORDER BY schema::text COLLATE "C", relname, grantee COLLATE "C";
SELECT nspname, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee, privilege_type
FROM pg_namespace, aclexplode(nspacl) WHERE nspname IN ('delivery', 'delivery_internal') AND grantee <> nspowner ORDER BY 1, 2, 3;
-- no column has rights of its own, functions are for all to call, no table has policies, there is no sequence
SELECT attrelid::regclass, attname, attacl FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
WHERE relnamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace) AND attacl IS NOT NULL;
SELECT object FROM member_function WHERE NOT has_function_privilege('public', oid, 'EXECUTE');
SELECT relname FROM pg_class WHERE relnamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace) AND (relrowsecurity OR relkind = 'S');
-- views read with the rights of their owner, and those that leave rows out are barriers
SELECT relname, reloptions FROM pg_class
WHERE relnamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace) AND relkind = 'v' ORDER BY 1;
-- which views can be written
SELECT table_name FROM information_schema.views WHERE table_schema IN ('delivery', 'delivery_internal') AND (is_updatable = 'YES' OR is_insertable_into = 'YES') ORDER BY 1;
-- only the user's own rows are dumped
SELECT extconfig::regclass[] AS dumped, extcondition
FROM pg_extension WHERE extname = 'delivery';
-- views show built-in types, but for two columns that are written, too
SELECT c.relname, attname, atttypid::regtype FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid
JOIN pg_type AS t ON t.oid = atttypid
WHERE c.relnamespace = 'delivery'::regnamespace AND relkind = 'v' AND attnum > 0
	AND typnamespace <> 'pg_catalog'::regnamespace;
