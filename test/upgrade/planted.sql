-- planted.sql: the comparison of snapshots finds what an upgrade script may forget.
-- Runs where delivery is at the version that after.sql is part of; makes one change
-- after the other, and rolls each of them back. Prints TAP without a plan and numbers
-- from :first on.
\set snapshot :folder '/snapshot.sql'
\i :snapshot
SET client_min_messages = warning;
-- privileges that a dump takes for granted, and dump marks, are set by scripts alone
SET allow_system_table_mods = on;

CREATE TEMP TABLE planted (number integer GENERATED ALWAYS AS IDENTITY, what text, statement text);
INSERT INTO planted (what, statement) VALUES
('a member that is missing', 'ALTER EXTENSION delivery DROP SEQUENCE tried.number; DROP SEQUENCE tried.number'),
('a member that is none', 'ALTER EXTENSION delivery DROP FUNCTION tried.twice(integer)'),
('a member too many', 'CREATE FUNCTION tried.gone() RETURNS integer LANGUAGE sql AS ''SELECT 1''; ALTER EXTENSION delivery ADD FUNCTION tried.gone()'),
('a member of an unknown kind', 'CREATE TEXT SEARCH CONFIGURATION tried.search (COPY = simple); ALTER EXTENSION delivery ADD TEXT SEARCH CONFIGURATION tried.search'),
('a comment that is missing', 'COMMENT ON FUNCTION tried.twice(integer) IS NULL'),
('another comment', 'COMMENT ON SCHEMA tried IS ''something else'''),
('another comment of a column', 'COMMENT ON COLUMN tried.thing.weight IS ''in pounds'''),
('the comment of a cast', 'COMMENT ON CAST (tried.pair AS text) IS NULL'),
('the comment of an operator', 'COMMENT ON OPERATOR tried.<% (tried.pair, tried.pair) IS NULL'),
('the comment of an operator class', 'COMMENT ON OPERATOR CLASS tried.pair_ops USING btree IS NULL'),
('the comment of a constraint', 'COMMENT ON CONSTRAINT positive ON tried.thing IS NULL'),
('a function''s body', 'CREATE OR REPLACE FUNCTION tried.twice(x integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2 RETURN 3 * x'),
('a function''s default', 'CREATE OR REPLACE FUNCTION tried.twice(x bigint, by integer DEFAULT 3) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN by * x'),
('volatility', 'ALTER FUNCTION tried.twice(integer) STABLE'),
('strictness', 'ALTER FUNCTION tried.twice(integer) CALLED ON NULL INPUT'),
('parallel safety', 'ALTER FUNCTION tried.twice(integer) PARALLEL RESTRICTED'),
('cost', 'ALTER FUNCTION tried.twice(integer) COST 3'),
('rights of the definer', 'ALTER FUNCTION tried.twice(integer) SECURITY DEFINER'),
('a function''s settings', 'ALTER FUNCTION tried.pass() RESET search_path'),
('a right to execute', 'GRANT EXECUTE ON FUNCTION tried.twice(bigint, integer) TO PUBLIC'),
('a support function', 'ALTER FUNCTION tried.twice(integer) SUPPORT pg_catalog.textlike_support'),
('a C function''s symbol', 'CREATE OR REPLACE FUNCTION delivery.hours(duration interval) RETURNS double precision
	AS ''$libdir/delivery'', ''delivery_span_fault'' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE'),
('an aggregate''s inverse', 'CREATE OR REPLACE AGGREGATE tried.total(x integer) (SFUNC = tried.add, STYPE = integer, COMBINEFUNC = tried.add, PARALLEL = SAFE)'),
('an aggregate''s final function', 'CREATE OR REPLACE AGGREGATE tried.total(x integer) (SFUNC = tried.add, STYPE = integer, COMBINEFUNC = tried.add,
	FINALFUNC = tried.final, MSFUNC = tried.add, MINVFUNC = int4mi, MSTYPE = integer, PARALLEL = SAFE)'),
('an aggregate''s other function of the same name', 'UPDATE pg_aggregate SET aggtransfn = ''tried.add(bigint, integer)''::regprocedure WHERE aggfnoid = ''tried.total''::regproc'),
('an aggregate''s first state', 'CREATE OR REPLACE AGGREGATE tried.total(x integer) (SFUNC = tried.add, STYPE = integer, COMBINEFUNC = tried.add, INITCOND = 0,
	MSFUNC = tried.add, MINVFUNC = int4mi, MSTYPE = integer, PARALLEL = SAFE)'),
('a label that is missing', 'DELETE FROM pg_enum WHERE enumtypid = ''tried.state''::regtype AND enumlabel = ''doing'''),
('a label at another place', 'UPDATE pg_enum SET enumsortorder = 9 WHERE enumtypid = ''tried.state''::regtype AND enumlabel = ''doing'''),
('a label too many', 'ALTER TYPE tried.state ADD VALUE ''late'''),
('an attribute of a composite type', 'ALTER TYPE tried.pair DROP ATTRIBUTE three'),
('a domain''s default', 'ALTER DOMAIN tried.share DROP DEFAULT'),
('a domain''s constraint', 'ALTER DOMAIN tried.share DROP CONSTRAINT in_range'),
('a type''s input function', 'UPDATE pg_type SET typreceive = 0 WHERE oid = ''delivery.objective''::regtype'),
('a type''s right', 'REVOKE USAGE ON TYPE tried.state FROM PUBLIC'),
('a cast that is missing', 'ALTER EXTENSION delivery DROP CAST (tried.pair AS text); DROP CAST (tried.pair AS text)'),
('a cast''s context', 'UPDATE pg_cast SET castcontext = ''i'' WHERE castsource = ''tried.pair''::regtype'),
('an operator''s estimator', 'ALTER OPERATOR tried.<% (tried.pair, tried.pair) SET (RESTRICT = scalargtsel)'),
('an operator''s commutator', 'UPDATE pg_operator SET oprcom = oid WHERE oprname = ''=%'''),
('an operator that does not hash', 'UPDATE pg_operator SET oprcanhash = false WHERE oprname = ''=%'''),
('an operator of a family', 'CREATE OPERATOR tried.>% (LEFTARG = tried.pair, RIGHTARG = tried.pair, FUNCTION = tried.less);
	ALTER OPERATOR FAMILY tried.pair_ops USING btree ADD OPERATOR 5 tried.>% (tried.pair, tried.pair)'),
('a function of a family', 'ALTER OPERATOR FAMILY tried.pair_ops USING btree ADD FUNCTION 4 (tried.pair, tried.pair) pg_catalog.btequalimage(oid)'),
('an operator class that is default', 'UPDATE pg_opclass SET opcdefault = true WHERE opcname = ''pair_ops'''),
('a column that is missing', 'ALTER TABLE tried.thing DROP COLUMN parent'),
('columns in another order', 'ALTER TABLE tried.thing DROP COLUMN place; ALTER TABLE tried.thing ADD COLUMN place tried.state NOT NULL;
	CREATE STATISTICS tried.thing_statistics ON name, place FROM tried.thing'),
('a column''s type', 'ALTER TABLE tried.thing ALTER COLUMN parent TYPE bigint'),
('a column''s default', 'ALTER TABLE tried.thing ALTER COLUMN name SET DEFAULT ''other'''),
('NOT NULL', 'ALTER TABLE tried.thing ALTER COLUMN name DROP NOT NULL'),
('how a column is analysed', 'ALTER TABLE tried.thing ALTER COLUMN name SET STATISTICS 100'),
('a check', 'ALTER TABLE tried.thing DROP CONSTRAINT positive'),
('a check that holds for new rows only', 'ALTER TABLE tried.thing DROP CONSTRAINT positive; ALTER TABLE tried.thing ADD CONSTRAINT positive CHECK (weight > 0) NOT VALID;
	COMMENT ON CONSTRAINT positive ON tried.thing IS ''nothing weighs nothing'''),
('a foreign key', 'ALTER TABLE tried.thing DROP CONSTRAINT thing_parent_fkey; ALTER TABLE tried.thing ADD FOREIGN KEY (parent) REFERENCES tried.thing (id)'),
('a primary key', 'ALTER TABLE tried.second_thing DROP CONSTRAINT second_thing_pkey'),
('an index', 'DROP INDEX tried.thing_name'),
('an index''s condition', 'DROP INDEX tried.thing_name; CREATE INDEX thing_name ON tried.thing (name, lower(name)) WHERE id > 8'),
('extended statistics', 'DROP STATISTICS tried.thing_statistics; CREATE STATISTICS tried.thing_statistics (mcv) ON name, place FROM tried.thing'),
('a trigger', 'DROP TRIGGER pass ON tried.thing'),
('a trigger''s state', 'ALTER TABLE tried.thing ENABLE TRIGGER pass'),
('a trigger''s condition', 'CREATE OR REPLACE TRIGGER pass BEFORE INSERT OR UPDATE OF name ON tried.thing FOR EACH ROW EXECUTE FUNCTION tried.pass()'),
('row policies', 'ALTER TABLE tried.thing DISABLE ROW LEVEL SECURITY'),
('a policy', 'ALTER POLICY mine ON tried.thing USING (true)'),
('a policy''s roles', 'ALTER POLICY mine ON tried.thing TO current_user'),
('a rule', 'DROP RULE keep ON tried.thing'),
('a table''s options', 'ALTER TABLE tried.thing RESET (fillfactor)'),
('a table''s persistence', 'ALTER TABLE tried.second_thing SET UNLOGGED'),
('a view''s query', 'CREATE OR REPLACE VIEW tried.things WITH (security_barrier) AS SELECT id, name, weight FROM tried.thing WHERE weight > 1'),
('a view''s options', 'ALTER VIEW tried.things RESET (security_barrier)'),
('a view''s default', 'ALTER VIEW tried.things ALTER COLUMN weight DROP DEFAULT'),
('a sequence''s start', 'ALTER SEQUENCE tried.number START 8'),
('a right to read', 'REVOKE SELECT ON tried.things FROM PUBLIC'),
('a right to one column', 'REVOKE INSERT (name) ON tried.thing FROM PUBLIC'),
('a right on a schema', 'REVOKE USAGE ON SCHEMA tried FROM PUBLIC'),
('initial privileges', 'DELETE FROM pg_init_privs WHERE objoid = ''tried.things''::regclass'),
('initial privileges of a column', 'DELETE FROM pg_init_privs WHERE objoid = ''tried.thing''::regclass AND objsubid > 0'),
('an owner', 'ALTER TABLE tried.thing OWNER TO pg_monitor'),
('the owner of the extension', 'UPDATE pg_extension SET extowner = ''pg_monitor''::regrole WHERE extname = ''delivery'''),
('another version', 'UPDATE pg_extension SET extversion = ''0'' WHERE extname = ''delivery'''),
('a dump mark that is missing', 'UPDATE pg_extension SET extconfig = array_remove(extconfig, ''tried.second_thing''::regclass::oid),
	extcondition = extcondition[:cardinality(extcondition) - 2] || extcondition[cardinality(extcondition):] WHERE extname = ''delivery'''),
('which rows are dumped', 'UPDATE pg_extension SET extcondition = array_replace(extcondition, ''WHERE id > 10'', ''WHERE id > 11'') WHERE extname = ''delivery'''),
('a dependency', 'ALTER FUNCTION tried.add(integer, integer) DEPENDS ON EXTENSION plpgsql'),
('a security label', 'INSERT INTO pg_seclabel VALUES (''tried.thing''::regclass, ''pg_class''::regclass, 0, ''none'', ''secret'')');

CREATE TEMP TABLE fresh AS TABLE extension_snapshot;

-- a difference that is found comes out of the block that is rolled back as an error
CREATE FUNCTION pg_temp.found(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	EXECUTE statement;
	CREATE TEMP TABLE changed AS TABLE extension_snapshot;
	SELECT string_agg(concat_ws(' | ', d.object, d.property, d.value), E'\n' ORDER BY d.object COLLATE "C", d.property COLLATE "C", d.value COLLATE "C")
	INTO said
	FROM ((TABLE changed EXCEPT TABLE fresh) UNION ALL (TABLE fresh EXCEPT TABLE changed)) AS d;
	RAISE EXCEPTION USING ERRCODE = 'DELIV', MESSAGE = coalesce(said, '');
EXCEPTION
	WHEN SQLSTATE 'DELIV' THEN
		RETURN nullif(SQLERRM, '');
	WHEN OTHERS THEN
		RAISE WARNING '%', SQLERRM;
		RETURN NULL;
END $$;

\pset tuples_only on
\pset format unaligned
SELECT CASE WHEN pg_temp.found(p.statement) IS NULL THEN 'not ' ELSE '' END || 'ok ' || :first - 1 + p.number || ' - finds ' || p.what
FROM planted AS p ORDER BY p.number;
-- and nothing where nothing changed
SELECT CASE WHEN pg_temp.found('SELECT 1') IS NOT NULL THEN 'not ' ELSE '' END || 'ok ' || :first + count(*) || ' - finds nothing where nothing changed'
FROM planted;
