-- snapshot.sql: what the extension is in this database, by names and without a
-- number that would differ in another one. Temporary views; the last of them,
-- extension_snapshot, has the rows (object, property, value). Two databases, or two
-- ways to come to a version, are equal where it has the same rows.
--
-- It takes the rows of the catalogues as they are, so that a property which a later
-- server adds is compared, too; numbers of other objects become their names, stored
-- expressions become their text. Left out is what says nothing of the extension:
-- statistics, files, and traces of columns that were dropped.
--
-- names are printed with their schema, whatever the caller's search_path
SET search_path = pg_catalog;

CREATE TEMP VIEW extension_member AS
SELECT d.classid, d.objid
FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'delivery';

-- tables and views, their indexes, and the columns of composite types
CREATE TEMP VIEW extension_relation AS
SELECT m.objid AS oid FROM extension_member AS m WHERE m.classid = 'pg_class'::regclass
UNION
SELECT i.indexrelid FROM extension_member AS m JOIN pg_index AS i ON i.indrelid = m.objid WHERE m.classid = 'pg_class'::regclass
UNION
SELECT t.typrelid FROM extension_member AS m JOIN pg_type AS t ON t.oid = m.objid WHERE m.classid = 'pg_type'::regclass AND t.typrelid <> 0;

-- types, row types of relations, and the arrays of both
CREATE TEMP VIEW extension_type AS
WITH named AS (
	SELECT m.objid AS oid FROM extension_member AS m WHERE m.classid = 'pg_type'::regclass
	UNION
	SELECT c.reltype FROM extension_relation AS r JOIN pg_class AS c USING (oid) WHERE c.reltype <> 0)
SELECT n.oid FROM named AS n
UNION
SELECT t.typarray FROM named AS n JOIN pg_type AS t USING (oid) WHERE t.typarray <> 0;

-- one row for each row of a catalogue that belongs to the extension
CREATE TEMP VIEW extension_part AS
WITH family AS (SELECT objid AS oid FROM extension_member WHERE classid = 'pg_opfamily'::regclass)
SELECT 'pg_extension'::regclass AS classid, e.oid AS objid, 0 AS objsubid,
	to_jsonb(e) - '{extconfig,extcondition}'::text[] AS properties
FROM pg_extension AS e WHERE e.extname = 'delivery'
UNION ALL
SELECT 'pg_namespace'::regclass, n.oid, 0, to_jsonb(n)
FROM extension_member AS m JOIN pg_namespace AS n ON n.oid = m.objid WHERE m.classid = 'pg_namespace'::regclass
UNION ALL
SELECT 'pg_proc'::regclass, p.oid, 0, to_jsonb(p) - '{proargdefaults,prosqlbody}'::text[]
	|| jsonb_build_object('prosupport', p.prosupport::oid,
		'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
		'arguments', pg_get_function_arguments(p.oid))
FROM extension_member AS m JOIN pg_proc AS p ON p.oid = m.objid WHERE m.classid = 'pg_proc'::regclass
UNION ALL
SELECT 'pg_proc'::regclass, a.aggfnoid, 0, to_jsonb(a) - 'aggfnoid'
	|| jsonb_build_object('aggtransfn', a.aggtransfn::oid, 'aggfinalfn', a.aggfinalfn::oid, 'aggcombinefn', a.aggcombinefn::oid,
		'aggserialfn', a.aggserialfn::oid, 'aggdeserialfn', a.aggdeserialfn::oid, 'aggmtransfn', a.aggmtransfn::oid,
		'aggminvtransfn', a.aggminvtransfn::oid, 'aggmfinalfn', a.aggmfinalfn::oid)
FROM extension_member AS m JOIN pg_aggregate AS a ON a.aggfnoid = m.objid WHERE m.classid = 'pg_proc'::regclass
UNION ALL
SELECT 'pg_type'::regclass, t.oid, 0, to_jsonb(t) - 'typdefaultbin'
	|| jsonb_build_object('typinput', t.typinput::oid, 'typoutput', t.typoutput::oid, 'typreceive', t.typreceive::oid,
		'typsend', t.typsend::oid, 'typmodin', t.typmodin::oid, 'typmodout', t.typmodout::oid,
		'typanalyze', t.typanalyze::oid, 'typsubscript', t.typsubscript::oid,
		'labels', (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum AS l WHERE l.enumtypid = t.oid))
FROM extension_type AS m JOIN pg_type AS t USING (oid)
UNION ALL
SELECT 'pg_type'::regclass, r.rngtypid, 0, to_jsonb(r) || jsonb_build_object('rngcanonical', r.rngcanonical::oid, 'rngsubdiff', r.rngsubdiff::oid)
FROM extension_type AS m JOIN pg_range AS r ON r.rngtypid = m.oid
UNION ALL
SELECT 'pg_class'::regclass, c.oid, 0,
	to_jsonb(c) - '{relfilenode,reltoastrelid,relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relnatts}'::text[]
		- '{relhasindex,relhasrules,relhastriggers,relhassubclass,relpartbound}'::text[]
	|| jsonb_build_object('definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
		'bounds', pg_get_expr(c.relpartbound, c.oid), 'partitioned by', pg_get_partkeydef(c.oid),
		'parents', (SELECT string_agg((pg_identify_object('pg_class'::regclass, h.inhparent, 0)).identity, ', ' ORDER BY h.inhseqno)
			FROM pg_inherits AS h WHERE h.inhrelid = c.oid))
FROM extension_relation AS m JOIN pg_class AS c USING (oid)
UNION ALL
SELECT 'pg_class'::regclass, a.attrelid, a.attnum, to_jsonb(a) - '{attrelid,attmissingval,atthasmissing,attcacheoff}'::text[]
	-- its place among the columns that there are, and its options but for the number
	-- that security releases of late 2026 stamp on every column
	|| jsonb_build_object('attnum', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum),
		'attoptions', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%'))
FROM extension_relation AS m JOIN pg_attribute AS a ON a.attrelid = m.oid WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'pg_attrdef'::regclass, d.oid, 0, jsonb_build_object('definition', pg_get_expr(d.adbin, d.adrelid))
FROM extension_relation AS m JOIN pg_attrdef AS d ON d.adrelid = m.oid
UNION ALL
SELECT 'pg_constraint'::regclass, k.oid, 0, to_jsonb(k) - '{conbin,conkey,confkey,confdelsetcols}'::text[]
	|| jsonb_build_object('definition', pg_get_constraintdef(k.oid))
FROM pg_constraint AS k WHERE k.conrelid IN (TABLE extension_relation) OR k.contypid IN (TABLE extension_type)
UNION ALL
SELECT 'pg_class'::regclass, i.indexrelid, 0, to_jsonb(i) - '{indkey,indexprs,indpred,indnatts,indnkeyatts,indcheckxmin}'::text[]
	|| jsonb_build_object('definition', pg_get_indexdef(i.indexrelid))
FROM extension_relation AS m JOIN pg_index AS i ON i.indexrelid = m.oid
UNION ALL
SELECT 'pg_class'::regclass, s.seqrelid, 0, to_jsonb(s)
FROM extension_relation AS m JOIN pg_sequence AS s ON s.seqrelid = m.oid
UNION ALL
-- (triggers that hold a constraint have numbers as names, and the constraint is there)
SELECT 'pg_trigger'::regclass, g.oid, 0, to_jsonb(g) - '{tgqual,tgattr}'::text[]
	|| jsonb_build_object('definition', pg_get_triggerdef(g.oid))
FROM extension_relation AS m JOIN pg_trigger AS g ON g.tgrelid = m.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT 'pg_policy'::regclass, l.oid, 0, to_jsonb(l)
	|| jsonb_build_object('polqual', pg_get_expr(l.polqual, l.polrelid), 'polwithcheck', pg_get_expr(l.polwithcheck, l.polrelid))
FROM extension_relation AS m JOIN pg_policy AS l ON l.polrelid = m.oid
UNION ALL
SELECT 'pg_rewrite'::regclass, w.oid, 0, to_jsonb(w) - '{ev_qual,ev_action}'::text[]
	|| jsonb_build_object('definition', pg_get_ruledef(w.oid))
FROM extension_relation AS m JOIN pg_rewrite AS w ON w.ev_class = m.oid
UNION ALL
SELECT 'pg_statistic_ext'::regclass, x.oid, 0, to_jsonb(x) - '{stxkeys,stxexprs}'::text[]
	|| jsonb_build_object('definition', pg_get_statisticsobjdef(x.oid))
FROM extension_relation AS m JOIN pg_statistic_ext AS x ON x.stxrelid = m.oid
UNION ALL
SELECT 'pg_operator'::regclass, o.oid, 0, to_jsonb(o)
	|| jsonb_build_object('oprcode', o.oprcode::oid, 'oprrest', o.oprrest::oid, 'oprjoin', o.oprjoin::oid)
FROM extension_member AS m JOIN pg_operator AS o ON o.oid = m.objid WHERE m.classid = 'pg_operator'::regclass
UNION ALL
SELECT 'pg_opfamily'::regclass, f.oid, 0, to_jsonb(f) FROM family AS m JOIN pg_opfamily AS f USING (oid)
UNION ALL
SELECT 'pg_opclass'::regclass, c.oid, 0, to_jsonb(c)
FROM extension_member AS m JOIN pg_opclass AS c ON c.oid = m.objid WHERE m.classid = 'pg_opclass'::regclass
UNION ALL
SELECT 'pg_amop'::regclass, a.oid, 0, to_jsonb(a) FROM family AS m JOIN pg_amop AS a ON a.amopfamily = m.oid
UNION ALL
SELECT 'pg_amproc'::regclass, a.oid, 0, to_jsonb(a) || jsonb_build_object('amproc', a.amproc::oid)
FROM family AS m JOIN pg_amproc AS a ON a.amprocfamily = m.oid
UNION ALL
SELECT 'pg_cast'::regclass, c.oid, 0, to_jsonb(c)
FROM extension_member AS m JOIN pg_cast AS c ON c.oid = m.objid WHERE m.classid = 'pg_cast'::regclass;

-- columns of catalogues that hold the number of an object, or several
CREATE TEMP VIEW catalogue_reference AS
SELECT DISTINCT fkcols[1] AS property, pktable AS catalogue
FROM pg_get_catalog_foreign_keys() WHERE cardinality(fkcols) = 1 AND pkcols = '{oid}'::text[];

CREATE TEMP VIEW extension_snapshot AS
WITH part AS MATERIALIZED (
	SELECT * FROM extension_part
), named AS MATERIALIZED (
	SELECT DISTINCT p.classid, p.objid, p.objsubid, i.type || ' ' || i.identity AS object
	FROM part AS p, pg_identify_object(p.classid, p.objid, p.objsubid) AS i
)
-- what the catalogues say
SELECT n.object, v.key AS property, CASE
		WHEN v.value = 'null' THEN NULL
		WHEN jsonb_typeof(v.value) = 'array' THEN (
			SELECT string_agg(coalesce((pg_identify_object(r.catalogue, CASE WHEN r.catalogue IS NOT NULL THEN e.value::oid END, 0)).identity, e.value), ', '
				-- the order of privileges and options says nothing
				ORDER BY CASE WHEN v.key ~ 'acl$|options$|config$' THEN e.value COLLATE "C" END, e.ordinality)
			FROM jsonb_array_elements_text(v.value) WITH ORDINALITY AS e)
		WHEN r.catalogue IS NOT NULL THEN (pg_identify_object(r.catalogue, (v.value #>> '{}')::oid, 0)).identity
		ELSE v.value #>> '{}'
	END AS value
FROM part AS p
	JOIN named AS n USING (classid, objid, objsubid)
	CROSS JOIN jsonb_each(p.properties - 'oid') AS v
	LEFT JOIN catalogue_reference AS r ON r.property = v.key
UNION ALL
-- a member of which the views above read no row
SELECT i.type || ' ' || i.identity, 'unknown', NULL
FROM extension_member AS m, pg_identify_object(m.classid, m.objid, 0) AS i
WHERE NOT EXISTS (SELECT FROM named AS n WHERE n.classid = m.classid AND n.objid = m.objid)
UNION ALL
SELECT n.object, 'comment', d.description
FROM named AS n JOIN pg_description AS d ON d.classoid = n.classid AND d.objoid = n.objid AND d.objsubid = n.objsubid
UNION ALL
SELECT n.object, 'security label of ' || l.provider, l.label
FROM named AS n JOIN pg_seclabel AS l ON l.classoid = n.classid AND l.objoid = n.objid AND l.objsubid = n.objsubid
UNION ALL
-- privileges that a dump takes for granted
SELECT n.object, 'initial privileges', (SELECT string_agg(a::text, ', ' ORDER BY a::text COLLATE "C") FROM unnest(i.initprivs) AS a)
FROM named AS n JOIN pg_init_privs AS i ON i.classoid = n.classid AND i.objoid = n.objid AND i.objsubid = n.objsubid
UNION ALL
-- tables whose rows are dumped, and which rows
SELECT 'table ' || (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity, 'dumped', e.extcondition[c.place]
FROM pg_extension AS e, unnest(e.extconfig) WITH ORDINALITY AS c (oid, place) WHERE e.extname = 'delivery'
UNION ALL
SELECT n.object, 'depends on', concat_ws(' ', d.deptype, i.type, i.identity)
FROM named AS n JOIN pg_depend AS d ON d.classid = n.classid AND d.objid = n.objid AND d.objsubid = n.objsubid,
	pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS i
UNION ALL
SELECT n.object, 'depends on', concat_ws(' ', d.deptype, i.type, i.identity)
FROM named AS n JOIN pg_shdepend AS d ON d.classid = n.classid AND d.objid = n.objid AND d.objsubid = n.objsubid,
	pg_identify_object(d.refclassid, d.refobjid, 0) AS i
WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database());
