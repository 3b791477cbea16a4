-- step.sql: the upgrade script from what before.sql makes to what after.sql makes.
\echo Use "ALTER EXTENSION delivery UPDATE" to load this file. \quit
COMMENT ON SCHEMA tried IS 'objects of every kind, and a few more';

ALTER TYPE tried.state ADD VALUE 'doing' AFTER 'todo';
ALTER TYPE tried.pair ADD ATTRIBUTE three tried.state;
ALTER DOMAIN tried.share SET DEFAULT 0;
ALTER DOMAIN tried.share DROP CONSTRAINT in_range;
ALTER DOMAIN tried.share ADD CONSTRAINT in_range CHECK (VALUE BETWEEN 0 AND 1);

CREATE OR REPLACE FUNCTION tried.twice(x integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2 RETURN 2 * x;
COMMENT ON FUNCTION tried.twice(integer) IS 'two times x';
CREATE FUNCTION tried.twice(x bigint, by integer DEFAULT 2) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN by * x;
REVOKE EXECUTE ON FUNCTION tried.twice(bigint, integer) FROM PUBLIC;
DROP FUNCTION tried.gone();
ALTER FUNCTION tried.pass() SET search_path = pg_catalog;
CREATE FUNCTION tried.add(state bigint, x integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN state + x;
CREATE FUNCTION tried.add(state integer, x integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN state + x;
CREATE FUNCTION tried.final(state integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN state;
CREATE OR REPLACE AGGREGATE tried.total(x integer) (SFUNC = tried.add, STYPE = integer, COMBINEFUNC = tried.add,
	MSFUNC = tried.add, MINVFUNC = int4mi, MSTYPE = integer, PARALLEL = SAFE);
CREATE CAST (tried.pair AS text) WITH FUNCTION tried.text_of(tried.pair) AS ASSIGNMENT;
COMMENT ON CAST (tried.pair AS text) IS 'its second part';

CREATE FUNCTION tried.compare(a tried.pair, b tried.pair) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN sign((a).one - (b).one);
CREATE FUNCTION tried.less(a tried.pair, b tried.pair) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (a).one < (b).one;
CREATE FUNCTION tried.equal(a tried.pair, b tried.pair) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (a).one = (b).one;
CREATE OPERATOR tried.=% (LEFTARG = tried.pair, RIGHTARG = tried.pair, FUNCTION = tried.equal, HASHES, MERGES);
CREATE OPERATOR tried.<% (LEFTARG = tried.pair, RIGHTARG = tried.pair, FUNCTION = tried.less, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR tried.<% (tried.pair, tried.pair) IS 'less in its first part';
CREATE OPERATOR CLASS tried.pair_ops FOR TYPE tried.pair USING btree AS
	OPERATOR 1 tried.<%, OPERATOR 3 tried.=%, FUNCTION 1 tried.compare(tried.pair, tried.pair);
COMMENT ON OPERATOR CLASS tried.pair_ops USING btree IS 'order by the first part';

ALTER TABLE tried.thing DROP COLUMN old;
ALTER TABLE tried.thing ADD COLUMN weight integer CONSTRAINT positive CHECK (weight > 0);
ALTER TABLE tried.thing ADD COLUMN parent integer REFERENCES tried.thing (id) ON DELETE CASCADE;
ALTER TABLE tried.thing SET (fillfactor = 70);
ALTER TABLE tried.thing ALTER COLUMN name SET DEFAULT 'none';
ALTER TABLE tried.thing ALTER COLUMN name SET NOT NULL;
ALTER TABLE tried.thing ALTER COLUMN name SET STATISTICS 500;
COMMENT ON COLUMN tried.thing.weight IS 'in grams';
COMMENT ON CONSTRAINT positive ON tried.thing IS 'nothing weighs nothing';
CREATE INDEX thing_name ON tried.thing (name, lower(name)) WHERE id > 7;
CREATE STATISTICS tried.thing_statistics ON name, place FROM tried.thing;
ALTER TABLE tried.thing ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON tried.thing FOR SELECT USING (name = current_user);
CREATE TRIGGER pass BEFORE INSERT OR UPDATE OF name ON tried.thing FOR EACH ROW WHEN (NEW.id > 1) EXECUTE FUNCTION tried.pass();
ALTER TABLE tried.thing ENABLE ALWAYS TRIGGER pass;
CREATE RULE keep AS ON DELETE TO tried.thing DO ALSO NOTHING;
GRANT INSERT (id, name), SELECT ON tried.thing TO PUBLIC;
CREATE OR REPLACE VIEW tried.things WITH (security_barrier) AS SELECT id, name, weight FROM tried.thing;
ALTER VIEW tried.things ALTER COLUMN weight SET DEFAULT 1;
GRANT SELECT ON tried.things TO PUBLIC;
CREATE SEQUENCE tried.number START 7;
CREATE TABLE tried.second_thing (id integer PRIMARY KEY);
SELECT pg_catalog.pg_extension_config_dump('tried.thing', 'WHERE id > 10');
SELECT pg_catalog.pg_extension_config_dump('tried.second_thing', '');
