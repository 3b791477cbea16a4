-- Guardrails for BI tools: views of built-in types, which any driver reads.
SET client_min_messages = warning;
CREATE SCHEMA "the board's";
CREATE TABLE "the board's".card (id integer, lane text, "the ""team""" text, client integer, urgent boolean, entered timestamptz);
CREATE INDEX ON "the board's".card (lane, "the ""team""", client, urgent);
SELECT delivery.limit_wip('"the board''s".card', 'lane', ARRAY['the "team"', 'client', 'urgent']);
SELECT delivery.set_wip_limit('"the board''s".card', ARRAY['doing', 're,view', 'say "so"', ' padded', '', 'at: home'], 5, 'block');
SELECT delivery.set_wip_limit('"the board''s".card', '{review,doing}', 6, 'warn', '{"the \"team\"": "red"}');
SELECT delivery.set_wip_limit('"the board''s".card', '{todo}', 7, 'warn', '{}');
SELECT delivery.set_wip_limit('"the board''s".card', '{todo}', 8, 'warn');
SELECT delivery.set_wip_entry_column('"the board''s".card', 'entered');

-- columns are of built-in types that drivers know
CREATE VIEW pg_temp.columns AS
SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type, t.typnamespace::regnamespace AS schema
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_type AS t ON t.oid = a.atttypid
WHERE c.relnamespace = 'delivery'::regnamespace AND c.relname IN ('wip_board', 'guardrail_health', 'audit_logs') AND a.attnum > 0;
SELECT relname, attname, type FROM pg_temp.columns ORDER BY relname, attnum;
SELECT * FROM pg_temp.columns
WHERE schema <> 'pg_catalog'::regnamespace OR type NOT IN ('text', 'bigint', 'double precision', 'boolean', 'timestamp with time zone');

-- lanes, scopes and hours, the names as statements write them, whatever the search_path
SELECT * FROM delivery.wip_board ORDER BY maximum;
BEGIN;
INSERT INTO "the board's".card VALUES
	(1, 'doing', 'red', 1, true, now() - interval '5 hours'), (2, 'doing', 'red', 1, true, now() - interval '90 minutes'),
	(3, 're,view', 'a: "b", c', 2, false, now() + interval '30 minutes'), (4, 'todo', 'red', 1, true, NULL);
SET LOCAL search_path = "the board's", delivery;
SELECT * FROM wip_board ORDER BY maximum, oldest_hours;
SET LOCAL search_path = pg_catalog;
SELECT * FROM delivery.wip_board ORDER BY maximum, oldest_hours;
-- rows and numbers are those of wip_status()
SELECT count(*) AS differ FROM delivery.wip_board AS b
	FULL JOIN delivery.wip_status() AS s ON s.maximum = b.maximum AND s.in_progress = b.in_progress AND s.headroom = b.headroom AND s.enforcement::text = b.enforcement
		AND (s.scope IS NULL) = (b.scope = '')
WHERE b.board IS NULL OR s.board IS NULL;
ROLLBACK;
-- two lists are not the same text
SELECT delivery_internal.plain_list('{a,b}'), delivery_internal.plain_list('{"a, b"}'), delivery_internal.plain_list(ARRAY[E'a\nb', 'c"', ' d', 'e ', '']),
	delivery_internal.plain_list('{}'), delivery_internal.plain_scope('{"n": 1, "b": true, "t": "x y", "": ""}');

-- health
ALTER TABLE "the board's".card DISABLE TRIGGER delivery_wip_update;
SELECT * FROM delivery.guardrail_health;
SELECT count(*) AS differ FROM delivery.guardrail_health AS v FULL JOIN delivery.health_check() AS h USING (object, problem, hint)
WHERE v IS NULL OR h IS NULL;

-- each role sees what the functions show it
CREATE ROLE view_reader;
SET ROLE view_reader;
SELECT * FROM delivery.wip_board;
SELECT object, problem FROM delivery.guardrail_health;
RESET ROLE;
GRANT SELECT (lane) ON "the board's".card TO view_reader;
SET ROLE view_reader;
SELECT lanes, scope, in_progress, maximum, headroom, oldest_hours FROM delivery.wip_board ORDER BY maximum;
RESET ROLE;
REVOKE ALL ON "the board's".card FROM view_reader;
GRANT SELECT ON "the board's".card TO view_reader;
INSERT INTO "the board's".card VALUES (1, 'doing', 'red', 1, true, now() - interval '2 hours');
SET ROLE view_reader;
SELECT lanes, scope, in_progress, maximum, headroom, round(oldest_hours::numeric, 1) AS oldest_hours FROM delivery.wip_board ORDER BY maximum;
SELECT object, problem FROM delivery.guardrail_health;
-- they are to be read
DELETE FROM delivery.wip_board;
INSERT INTO delivery.guardrail_health VALUES ('a', 'b', 'c');
RESET ROLE;
-- also in a transaction that only reads
BEGIN READ ONLY;
SELECT count(*) FROM delivery.wip_board;
SELECT count(*) FROM delivery.guardrail_health;
COMMIT;
-- audit logs: a row for each audited table, the last row of its log for who may read all of them
CREATE TABLE "the board's".person (id integer PRIMARY KEY, name text, photo bytea, "a, b" text);
CREATE TABLE "the board's".team (id integer PRIMARY KEY);
CREATE TABLE "the board's".quiet (id integer PRIMARY KEY);
CALL delivery.create_audit_log('"the board''s"."the log"');
CALL delivery.create_audit_log('"the board''s".empty');
SELECT delivery.record_audit('"the board''s".person', '"the board''s"."the log"', ARRAY['photo', 'a, b']);
SELECT delivery.record_audit('"the board''s".team', '"the board''s"."the log"');
SELECT delivery.record_audit('"the board''s".quiet', '"the board''s".empty');
INSERT INTO "the board's".team VALUES (1), (2);
INSERT INTO "the board's".person VALUES (1, 'ada');
CREATE VIEW pg_temp.logs AS
SELECT v.log, v.audited, v.excluded, v.last_sequence, v.last_recorded_at = (SELECT max(recorded_at) FROM "the board's"."the log") AS is_last FROM delivery.audit_logs AS v;
SELECT * FROM pg_temp.logs ORDER BY audited;
SET ROLE view_reader;
SELECT count(*) AS last FROM delivery.audit_logs WHERE last_sequence IS NOT NULL OR last_recorded_at IS NOT NULL;
RESET ROLE;
GRANT SELECT (sequence) ON "the board's"."the log" TO view_reader;
SET ROLE view_reader;
SELECT count(*) AS last FROM delivery.audit_logs WHERE last_sequence IS NOT NULL OR last_recorded_at IS NOT NULL;
RESET ROLE;
GRANT SELECT (recorded_at) ON "the board's"."the log" TO view_reader;
SET ROLE view_reader;
SELECT last_sequence, last_recorded_at IS NOT NULL AS is_dated FROM delivery.audit_logs WHERE last_sequence IS NOT NULL;
RESET ROLE;
GRANT SELECT ON "the board's"."the log" TO view_reader;
-- policies of a log's owner do not run as who looks at the view
CREATE FUNCTION pg_temp.spy() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'runs as %', current_user; RETURN true; END $$;
CREATE POLICY spy ON "the board's"."the log" USING (pg_temp.spy());
ALTER TABLE "the board's"."the log" ENABLE ROW LEVEL SECURITY;
SET ROLE view_reader;
SELECT count(*) AS last FROM delivery.audit_logs WHERE last_sequence IS NOT NULL OR last_recorded_at IS NOT NULL;
RESET ROLE;
ALTER TABLE "the board's"."the log" DISABLE ROW LEVEL SECURITY;
SET ROLE view_reader;
SELECT last_sequence, last_recorded_at IS NOT NULL AS is_dated FROM delivery.audit_logs WHERE last_sequence IS NOT NULL;
RESET ROLE;
DROP POLICY spy ON "the board's"."the log";
-- what is no log any more
ALTER TABLE "the board's"."the log" RENAME recorded_at TO since;
SELECT audited, excluded, last_sequence, last_recorded_at FROM delivery.audit_logs WHERE log LIKE '%log"' ORDER BY audited;
ALTER TABLE "the board's"."the log" RENAME since TO recorded_at;
SELECT delivery.stop_audit('"the board''s".person'), delivery.stop_audit('"the board''s".quiet');
SELECT audited, excluded FROM delivery.audit_logs;
SELECT delivery.stop_audit('"the board''s".team');
TABLE delivery.audit_logs;
SELECT delivery.unlimit_wip('"the board''s".card');
DROP SCHEMA "the board's" CASCADE;
SELECT * FROM delivery.guardrail_health;
DROP ROLE view_reader;
