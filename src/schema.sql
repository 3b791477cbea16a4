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

-- The server's own message would not say whose it is, nor what to do.
DO $$
DECLARE
	taken record;
BEGIN
	SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) AS owner,
		(SELECT pg_catalog.count(*) FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid)
			+ (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = n.oid) AS objects
	INTO taken
	FROM pg_catalog.pg_namespace AS n
	WHERE n.nspname IN ('delivery', 'delivery_internal')
	ORDER BY n.nspname LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_schema',
			MESSAGE = pg_catalog.format('schema "%s" already exists', taken.nspname),
			DETAIL = pg_catalog.format('It belongs to role "%s", and has %s tables and functions. The extension makes a schema of that name itself, and adopts none.',
				taken.owner, taken.objects),
			HINT = pg_catalog.format('Rename it (ALTER SCHEMA %I RENAME TO another_name), or drop it, then create the extension.', taken.nspname),
			SCHEMA = taken.nspname;
	END IF;
END $$;

CREATE SCHEMA delivery;
COMMENT ON SCHEMA delivery IS 'IT delivery management: what people call, on the caller''s own tables';
GRANT USAGE ON SCHEMA delivery TO PUBLIC;

CREATE SCHEMA delivery_internal;
COMMENT ON SCHEMA delivery_internal IS 'what makes the extension "delivery" work: not to be called by name, nor put on a search_path';
-- the text of triggers names functions of it, and is dumped
GRANT USAGE ON SCHEMA delivery_internal TO PUBLIC;
