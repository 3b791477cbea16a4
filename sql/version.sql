-- version.sql: library and SQL are of one version, and what is said where they are not.
SET search_path = pg_catalog;
SELECT delivery_internal.library_version() = extversion AS equal FROM pg_extension WHERE extname = 'delivery';
SELECT * FROM delivery_internal.version_health();

-- before the update, after a step back of the packages, and of a version of one's own
CREATE TEMP VIEW said AS
SELECT object, replace(problem, delivery_internal.library_version(), 'VERSION') AS problem, replace(hint, delivery_internal.library_version(), 'VERSION') AS hint
FROM delivery.health_check() WHERE object LIKE 'extension%';
\x
BEGIN;
SET LOCAL allow_system_table_mods = on;
UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'delivery';
SELECT * FROM said;
UPDATE pg_extension SET extversion = '1000.0.10' WHERE extname = 'delivery';
SELECT * FROM said;
UPDATE pg_extension SET extversion = 'our own' WHERE extname = 'delivery';
SELECT * FROM said;
ROLLBACK;
\x
SELECT count(*) FROM said;

-- what a function of an earlier version says whose code the library has no more
CREATE FUNCTION public.was_there(integer) RETURNS integer AS '$libdir/delivery', 'delivery_retired' LANGUAGE C;
DO $$
DECLARE
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM public.was_there(1);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RAISE INFO '% % % %', code, message, replace(detail, delivery_internal.library_version(), 'VERSION'), hint;
END $$;
DROP FUNCTION public.was_there(integer);
