-- schema.sql: the two schemas of the extension. First piece of the install script.
--
-- The script makes the schemas itself: one of their names that somebody else made
-- before is refused, not adopted. "delivery" has what people call: types, functions,
-- aggregates, operators, views. "delivery_internal" has what makes it work: every
-- table, support functions of types and aggregates, conditions and functions of
-- triggers. No table is in a schema that anybody puts on a search_path.
--
-- Rights: the extension is trusted, so the script runs as a superuser for an owner who
-- may be none. Tables and functions are the superuser's. Who owns the database may
-- dump and restore the tables, and write those that no function writes; never TRIGGER,
-- REFERENCES, TRUNCATE or MAINTAIN: a trigger of an ordinary role would run as the
-- superuser. See doc/security.md.

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION delivery" to load this file. \quit

-- The server's own message would not say whose it is, nor what to do. A function, as
-- there may be no PL/pgSQL; where the schemas are not yet, so it goes at once.
CREATE FUNCTION pg_catalog.delivery_refuse_schemas()
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_refuse_schemas'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
SELECT pg_catalog.delivery_refuse_schemas();
DROP FUNCTION pg_catalog.delivery_refuse_schemas();

CREATE SCHEMA delivery;
COMMENT ON SCHEMA delivery IS 'IT delivery management: what people call, on the caller''s own tables';
GRANT USAGE ON SCHEMA delivery TO PUBLIC;

CREATE SCHEMA delivery_internal;
COMMENT ON SCHEMA delivery_internal IS 'what makes the extension "delivery" work: not to be called by name, nor put on a search_path';
-- the text of triggers names functions of it, and is dumped
GRANT USAGE ON SCHEMA delivery_internal TO PUBLIC;
