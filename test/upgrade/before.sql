-- before.sql: objects of every kind in a schema of their own, as a made-up version has
-- them; step.sql takes them to what after.sql makes at once.
CREATE SCHEMA tried;
COMMENT ON SCHEMA tried IS 'objects of every kind';
GRANT USAGE ON SCHEMA tried TO PUBLIC;

CREATE TYPE tried.state AS ENUM ('todo', 'done');
COMMENT ON TYPE tried.state IS 'where a thing is';
CREATE TYPE tried.pair AS (one integer, two text);
CREATE DOMAIN tried.share AS numeric CONSTRAINT in_range CHECK (VALUE >= 0);

CREATE FUNCTION tried.twice(x integer) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE RETURN x + x;
CREATE FUNCTION tried.gone() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 1;
CREATE FUNCTION tried.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION tried.text_of(value tried.pair) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (value).two;
CREATE AGGREGATE tried.total(x integer) (SFUNC = int4pl, STYPE = integer, PARALLEL = SAFE);
COMMENT ON AGGREGATE tried.total(integer) IS 'the sum of things';

CREATE TABLE tried.thing (id integer PRIMARY KEY, name text, old text, place tried.state NOT NULL);
COMMENT ON TABLE tried.thing IS 'things';
CREATE VIEW tried.things AS SELECT id, name FROM tried.thing;
SELECT pg_catalog.pg_extension_config_dump('tried.thing', '');
