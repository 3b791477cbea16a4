-- schema.sql: the schema of the extension. First piece of the install script.
--
-- The script makes the schema itself: a schema "delivery" that somebody else
-- made before is refused, not adopted.

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION delivery" to load this file. \quit

CREATE SCHEMA delivery;
COMMENT ON SCHEMA delivery IS 'IT delivery management: metrics on the caller''s own tables';
GRANT USAGE ON SCHEMA delivery TO PUBLIC;
