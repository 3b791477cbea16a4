-- upgrade.sql: a database that was upgraded is equal to a new one: all members, their
-- definitions, comments, privileges and dependencies, and what is dumped. Whoever
-- packages the extension runs it, too. All of it is rolled back at the end.
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set snapshot :abs_srcdir '/test/upgrade/snapshot.sql'
\set ECHO none
\i :snapshot
\set ECHO all

BEGIN;
-- what the tests run on, however it came to be
CREATE TEMP TABLE present AS TABLE extension_snapshot;
DROP EXTENSION delivery CASCADE;
CREATE TEMP TABLE nothing AS TABLE extension_snapshot;
CREATE EXTENSION delivery;
CREATE TEMP TABLE fresh AS TABLE extension_snapshot;
SELECT count(*) FROM nothing;
SELECT count(*) > 5000 AS something FROM fresh;
-- no member is of a kind that the snapshot does not know
SELECT object FROM fresh WHERE property = 'unknown';

(TABLE present EXCEPT TABLE fresh) ORDER BY 1, 2, 3;
(TABLE fresh EXCEPT TABLE present) ORDER BY 1, 2, 3;

-- all versions that lead to this one, with their place in the order of releases
CREATE TEMP TABLE newest AS SELECT extversion AS version FROM pg_extension WHERE extname = 'delivery';
CREATE TEMP TABLE version AS
SELECT version, string_to_array(version, '.')::int[] AS place FROM newest
UNION
SELECT p.source, string_to_array(p.source, '.')::int[]
FROM pg_extension_update_paths('delivery') AS p JOIN newest AS n ON n.version = p.target WHERE p.path IS NOT NULL;
SELECT version AS later_than_the_newest FROM version WHERE place > (SELECT place FROM version JOIN newest USING (version));

-- from every version, step by step over all that came after it, and at once
CREATE TEMP TABLE difference (way text, side text, object text, property text, value text);
DO $$
DECLARE
	origin text;
	step text;
	way text;
BEGIN
	FOR origin IN SELECT version FROM version ORDER BY place LOOP
		FOREACH way IN ARRAY ARRAY['step by step', 'at once'] LOOP
			DROP EXTENSION delivery;
			EXECUTE format('CREATE EXTENSION delivery VERSION %L', origin);
			IF way = 'at once' THEN
				ALTER EXTENSION delivery UPDATE;
			ELSE
				FOR step IN SELECT v.version FROM version AS v, version AS o
					WHERE o.version = origin AND v.place > o.place ORDER BY v.place
				LOOP
					EXECUTE format('ALTER EXTENSION delivery UPDATE TO %L', step);
				END LOOP;
			END IF;
			CREATE TEMP TABLE upgraded AS TABLE extension_snapshot;
			INSERT INTO difference
			SELECT 'from ' || origin || ' ' || way, 'only upgraded', d.* FROM (TABLE upgraded EXCEPT TABLE fresh) AS d
			UNION ALL
			SELECT 'from ' || origin || ' ' || way, 'only fresh', d.* FROM (TABLE fresh EXCEPT TABLE upgraded) AS d;
			DROP TABLE upgraded;
		END LOOP;
	END LOOP;
END $$;
SELECT * FROM difference ORDER BY 1, 3, 4, 2, 5;

-- versions that there are not
\set VERBOSITY sqlstate
SAVEPOINT installed;
ALTER EXTENSION delivery UPDATE TO '1000.0.0';
ROLLBACK TO installed;
ALTER EXTENSION delivery UPDATE TO '0.0.1--0.0.2';
ROLLBACK TO installed;
DROP EXTENSION delivery;
CREATE EXTENSION delivery VERSION 'unknown';
ROLLBACK;
-- and the extension is there as before
SELECT extname FROM pg_extension WHERE extname = 'delivery';
