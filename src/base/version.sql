-- version.sql: whether library and SQL are of one version.
--
-- A package brings the library for all databases at once, ALTER EXTENSION UPDATE the
-- SQL for one. Between the two, functions of releases that the library has no more
-- fail with 55000, and say what to do.
-- NULL: none. Errors: none.

CREATE FUNCTION delivery_internal.library_version()
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_library_version'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.library_version() IS
	'version of the library that this session has loaded';

CREATE FUNCTION delivery_internal.version_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 1
BEGIN ATOMIC
	SELECT 'extension delivery', format('the library is of version %s, the SQL in this database of version %s', v.library, v.installed),
		CASE
			-- what is not numbers alone, as a preview of a release, has no order
			WHEN CASE WHEN v.installed || '.' || v.library ~ '^[0-9]+(\.[0-9]+)*$'
				THEN string_to_array(v.installed, '.')::integer[] < string_to_array(v.library, '.')::integer[] ELSE true END
			THEN format('ALTER EXTENSION delivery UPDATE TO %L; SELECT * FROM pg_extension_update_paths(''delivery'') shows from where there is a way', v.library)
			ELSE format('install the packages of version %s on this server, and connect again', v.installed)
		END
	FROM (SELECT delivery_internal.library_version() AS library, e.extversion AS installed FROM pg_extension AS e WHERE e.extname = 'delivery') AS v
	WHERE v.installed <> v.library;
END;
COMMENT ON FUNCTION delivery_internal.version_health() IS
	'whether library and SQL are of different versions, as between the installation of a package and ALTER EXTENSION UPDATE';
