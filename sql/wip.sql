-- WIP limits: what enters a lane is refused when it takes it over its limit, and
-- nothing else is.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;
SELECT delivery.suggested_wip_limit(n) FROM unnest('{0,1,2,7}'::integer[]) AS n;
SELECT delivery.suggested_wip_limit(NULL);

-- what a statement says: SQLSTATE and detail, or that it was done
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	problem text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || coalesce(' ' || problem, '');
END $$;

CREATE TABLE card (id integer PRIMARY KEY, lane text, team text, title text);
CREATE INDEX ON card (lane, team);
SELECT delivery.limit_wip('card', 'lane', '{team}');
SELECT delivery.set_wip_limit('card', '{doing}', 2, 'block');

-- one at a time, several at once, by any kind of statement
SELECT pg_temp.try($$INSERT INTO card VALUES (1, 'doing', 'red')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (2, 'doing', 'red'), (3, 'doing', 'red')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (2, 'doing', 'red'), (3, 'todo', 'red')$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'doing' WHERE id = 3$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 'blue')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (1, 'doing', 'red') ON CONFLICT DO NOTHING$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (3, 'todo', 'red') ON CONFLICT (id) DO UPDATE SET lane = 'doing'$$);
SELECT pg_temp.try($$MERGE INTO card USING (VALUES (3), (5)) AS s (id) ON card.id = s.id WHEN MATCHED THEN UPDATE SET lane = 'doing' WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'todo', 'red')$$);
SELECT pg_temp.try($$MERGE INTO card USING (VALUES (1), (3)) AS s (id) ON card.id = s.id WHEN MATCHED THEN UPDATE SET lane = CASE card.lane WHEN 'doing' THEN 'todo' ELSE 'doing' END$$);
SELECT id, lane, team FROM card ORDER BY id;
COPY card FROM STDIN;
6	doing	blue	\N
7	doing	blue	\N
\.
SELECT pg_temp.try($$WITH gone AS (DELETE FROM card WHERE id = 2) INSERT INTO card VALUES (8, 'doing', 'red')$$);
SELECT id, lane, team FROM card ORDER BY id;

-- who reads messages of a database finds all of it in fields
DO $$
DECLARE
	s text; t text; c text; r text; h text; m text;
BEGIN
	INSERT INTO card VALUES (9, 'doing', 'red');
EXCEPTION WHEN SQLSTATE '23W01' THEN
	GET STACKED DIAGNOSTICS s = SCHEMA_NAME, t = TABLE_NAME, c = COLUMN_NAME, r = CONSTRAINT_NAME, h = PG_EXCEPTION_HINT, m = MESSAGE_TEXT;
	RAISE WARNING '% | % | % | % | % | %', m, h, s, t, c, r;
END $$;

-- lanes and scopes that are not known are not limited, edits and leaving neither
SELECT pg_temp.try($$INSERT INTO card SELECT 100 + i, NULL, 'red' FROM generate_series(1, 5) AS i$$);
SELECT pg_temp.try($$INSERT INTO card SELECT 200 + i, 'doing', NULL FROM generate_series(1, 5) AS i$$);
SELECT pg_temp.try($$UPDATE card SET team = 'red' WHERE id = 201$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'doing' WHERE id = 101$$);
SELECT pg_temp.try($$UPDATE card SET title = 'edited', id = id + 1000 WHERE lane = 'doing' AND team = 'red'$$);
SELECT pg_temp.try($$UPDATE card SET team = 'blue' WHERE id = 1003$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'done' WHERE id = 1003$$);
SELECT pg_temp.try($$UPDATE card SET team = 'red' WHERE id = 4$$);
SELECT lanes, scope, in_progress, maximum, headroom, enforcement FROM delivery.wip_status() ORDER BY 1, 2;
TRUNCATE card;

-- a limit that is lowered holds for what comes, not for what is there
SELECT delivery.set_wip_limit('card', '{doing}', 4, 'block');
INSERT INTO card SELECT i, 'doing', 'red' FROM generate_series(1, 4) AS i;
INSERT INTO card SELECT i, 'todo', 'red' FROM generate_series(5, 9) AS i;
SELECT delivery.set_wip_limit('card', '{doing}', 2, 'block');
SELECT pg_temp.try($$UPDATE card SET title = 'x'$$);
SELECT pg_temp.try($$UPDATE card SET lane = CASE id WHEN 1 THEN 'todo' ELSE 'doing' END WHERE id IN (1, 5)$$);
SELECT pg_temp.try($$UPDATE card SET lane = CASE id WHEN 2 THEN 'todo' ELSE 'doing' END WHERE id IN (2, 6, 7)$$);
SELECT pg_temp.try($$UPDATE card SET lane = CASE WHEN id IN (2, 3) THEN 'todo' ELSE 'doing' END WHERE id IN (2, 3, 6)$$);
SELECT pg_temp.try($$WITH gone AS (DELETE FROM card WHERE id = 4) INSERT INTO card VALUES (4444, 'doing', 'red')$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'doing' WHERE id = 7$$);
SELECT scope, in_progress, headroom FROM delivery.wip_status();

-- deferred, a transaction is judged as one statement
SELECT delivery.set_wip_limit('card', '{todo}', 3, 'block');
TRUNCATE card;
INSERT INTO card SELECT i, CASE WHEN i <= 2 THEN 'doing' ELSE 'todo' END, 'red' FROM generate_series(1, 5) AS i;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE card SET lane = 'todo' WHERE id = 1;
UPDATE card SET lane = 'doing' WHERE id = 3;
COMMIT;
SELECT lane, array_agg(id ORDER BY id) FROM card GROUP BY lane ORDER BY lane;
SELECT pg_temp.try($$UPDATE card SET lane = 'todo' WHERE id = 2$$);
BEGIN;
SET CONSTRAINTS delivery_wip_update DEFERRED;
UPDATE card SET lane = 'todo' WHERE id = 2;
SELECT pg_temp.try('SET CONSTRAINTS ALL IMMEDIATE');
ROLLBACK;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SAVEPOINT s;
INSERT INTO card VALUES (10, 'todo', 'red');
ROLLBACK TO s;
INSERT INTO card VALUES (11, 'todo', 'red');
DELETE FROM card WHERE id = 4;
COMMIT;
SELECT delivery.set_wip_limit('card', '{todo}', 1, 'block');
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE card SET lane = 'done' WHERE id = 1;
UPDATE card SET lane = 'todo' WHERE id = 2;
COMMIT;
SELECT lane, array_agg(id ORDER BY id) FROM card GROUP BY lane ORDER BY lane;
SELECT delivery.drop_wip_limit('card', '{todo}');
TRUNCATE card;

-- several lanes under one limit: moves between them are none
SELECT delivery.drop_wip_limit('card', '{doing}');
SELECT delivery.set_wip_limit('card', '{review,doing}', 3, 'block');
SELECT delivery.set_wip_limit('card', '{review}', 2, 'block');
INSERT INTO card VALUES (1, 'doing', 'red'), (2, 'doing', 'red'), (3, 'review', 'red'), (4, 'todo', 'red');
SELECT pg_temp.try($$UPDATE card SET lane = 'review' WHERE id = 1$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'review' WHERE id = 2$$);
SELECT pg_temp.try($$UPDATE card SET lane = 'doing' WHERE id = 4$$);
SELECT lanes, in_progress, maximum, headroom FROM delivery.wip_status() ORDER BY 1;
TRUNCATE card;
SELECT delivery.drop_wip_limit('card', '{review}');
SELECT delivery.drop_wip_limit('card', '{doing,review}');

-- a limit for one scope takes the place of the one for each
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
SELECT delivery.set_wip_limit('card', '{doing}', 3, 'block', '{"team": "red"}');
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 'red' FROM generate_series(1, 3) AS i$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 'red')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 'blue'), (5, 'doing', 'green')$$);
SELECT pg_temp.try($$UPDATE card SET team = 'green' WHERE id = 4$$);
SELECT scope, in_progress, maximum FROM delivery.wip_status() ORDER BY 1;
SELECT delivery.drop_wip_limit('card', '{doing}', '{"team": "red"}');
SELECT pg_temp.try($$INSERT INTO card VALUES (6, 'doing', 'red')$$);

-- one for all scopes together holds beside those for each, also for what has no scope
TRUNCATE card;
SELECT delivery.set_wip_limit('card', '{doing}', 2, 'block');
SELECT delivery.set_wip_limit('card', '{doing}', 4, 'block', '{}');
SELECT delivery.set_wip_limit('card', '{doing}', 3, 'block', '{"team": "red"}');
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 'blue' FROM generate_series(1, 3) AS i$$);
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', CASE WHEN i < 3 THEN 'red' ELSE 'blue' END FROM generate_series(1, 4) AS i$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', 'red')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', NULL)$$);
SELECT pg_temp.try($$UPDATE card SET team = 'green' WHERE id = 1$$);
SELECT pg_temp.try($$UPDATE card SET team = NULL WHERE id = 1$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', 'green')$$);
SELECT lanes, scope, in_progress, maximum, headroom FROM delivery.wip_status() ORDER BY scope;
SELECT lanes, scope, maximum FROM delivery.wip_limit ORDER BY maximum;
-- overrides of it are its own, and those for every scope are not for it
SELECT delivery.override_wip('card', '{doing}', NULL, 5, 'for each', clock_timestamp() + interval '1 hour');
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', 'green')$$);
SELECT delivery.override_wip('card', '{doing}', '{}', 1, 'for all', clock_timestamp() + interval '1 hour');
SELECT scope, maximum FROM delivery.wip_status() ORDER BY scope;
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', 'green')$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (6, 'doing', 'green')$$);
SELECT delivery.end_wip_override('card', '{doing}', '{}') AS of_all, delivery.end_wip_override('card', '{doing}') AS of_each;
SELECT scope, maximum, headroom FROM delivery.wip_status() ORDER BY scope;
-- each is dropped by its own scope
SELECT delivery.drop_wip_limit('card', '{doing}');
SELECT pg_temp.try($$INSERT INTO card VALUES (6, 'doing', 'green')$$);
SELECT pg_temp.try($$DELETE FROM card WHERE id > 2$$);
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 'blue' FROM generate_series(3, 4) AS i$$);
SELECT delivery.drop_wip_limit('card', '{doing}', '{}');
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 'blue' FROM generate_series(5, 9) AS i$$);
\set VERBOSITY sqlstate
SELECT delivery.drop_wip_limit('card', '{doing}', '{}');
SELECT delivery.override_wip('card', '{doing}', '{}', 1, 'there is none', clock_timestamp() + interval '1 hour');
SELECT delivery.end_wip_override('card', '{doing}', '{}');
\set VERBOSITY default
SELECT delivery.drop_wip_limit('card', '{doing}', '{"team": "red"}');
-- an override of each scope, or of one, is none for all together
DELETE FROM delivery_internal.wip_limit;
SELECT delivery.set_wip_limit('card', '{doing}', 4, 'block', '{}');
\set VERBOSITY sqlstate
SELECT delivery.override_wip('card', '{doing}', NULL, 1, 'no limit of each', clock_timestamp() + interval '1 hour');
SELECT delivery.override_wip('card', '{doing}', '{"team": "red"}', 1, 'nor of this one', clock_timestamp() + interval '1 hour');
\set VERBOSITY default
-- without scope columns there is but one scope, and both count it; with them both stay what they are
CREATE TABLE plain (id integer, lane text, team text, client text);
SELECT delivery.limit_wip('plain', 'lane');
SELECT delivery.set_wip_limit('plain', '{doing}', 3, 'block');
SELECT delivery.set_wip_limit('plain', '{doing}', 2, 'block', '{}');
SELECT lanes, scope, maximum FROM delivery.wip_status() WHERE board = 'plain'::regclass ORDER BY maximum;
INSERT INTO plain VALUES (1, 'doing', 'a'), (2, 'doing', 'b');
SELECT pg_temp.try($$INSERT INTO plain VALUES (3, 'doing', 'c')$$);
DROP TRIGGER delivery_wip_insert ON plain;
DROP TRIGGER delivery_wip_update ON plain;
\set VERBOSITY sqlstate
SELECT delivery.limit_wip('plain', 'lane', '{team,client}');
\set VERBOSITY default
SELECT delivery.limit_wip('plain', 'lane', '{team}');
SELECT pg_temp.try($$INSERT INTO plain VALUES (3, 'doing', 'c')$$);
SELECT scope, in_progress, maximum FROM delivery.wip_status() WHERE board = 'plain'::regclass ORDER BY scope;
DROP TRIGGER delivery_wip_insert ON plain;
DROP TRIGGER delivery_wip_update ON plain;
SELECT delivery.limit_wip('plain', 'lane');
SELECT pg_temp.try($$INSERT INTO plain VALUES (3, 'doing', 'c')$$);
SELECT delivery.unlimit_wip('plain');
DROP TABLE plain;
-- a group is counted once, whatever the checks of foreign keys and other triggers do between its events
CREATE TABLE team (name text PRIMARY KEY);
INSERT INTO team SELECT i::text FROM generate_series(1, 300) AS i;
CREATE TABLE task (id integer, lane text, team text REFERENCES team);
CREATE INDEX ON task (lane, team);
SELECT delivery.limit_wip('task', 'lane', '{team}');
SELECT delivery.set_wip_limit('task', '{doing}', 5, 'block');
SELECT delivery.set_wip_limit('task', '{doing}', 1000, 'block', '{}');
BEGIN;
INSERT INTO task SELECT i, 'doing', i::text FROM generate_series(1, 300) AS i;
SELECT idx_tup_fetch BETWEEN 300 AND 3000 AS once FROM pg_stat_xact_user_tables WHERE relid = 'task'::regclass;
COMMIT;
-- but anew for what enters meanwhile
CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id = 1001 THEN
		INSERT INTO task SELECT 2000 + i, 'doing', '3' FROM generate_series(1, 2) AS i;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER zz_more AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION more();
SELECT delivery.set_wip_limit('task', '{doing}', 303, 'block', '{}');
SELECT pg_temp.try($$INSERT INTO task VALUES (1001, 'doing', '1'), (1002, 'doing', '2')$$);
SELECT delivery.set_wip_limit('task', '{doing}', 304, 'block', '{}');
SELECT pg_temp.try($$INSERT INTO task VALUES (1001, 'doing', '1'), (1002, 'doing', '2')$$);
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.try($$INSERT INTO task VALUES (1003, 'doing', '1')$$);
COMMIT;
SELECT count(*) FROM task WHERE lane = 'doing';
SELECT delivery.unlimit_wip('task');
DROP TABLE task, team;
DROP FUNCTION more;
DELETE FROM delivery_internal.wip_limit;
DELETE FROM delivery_internal.wip_override;
TRUNCATE card;
INSERT INTO card SELECT i, 'doing', CASE WHEN i < 4 THEN 'red' WHEN i = 4 THEN 'blue' ELSE 'green' END FROM generate_series(1, 5) AS i;

-- closed, and warned
SELECT delivery.set_wip_limit('card', '{doing}', 0, 'block');
SELECT pg_temp.try($$INSERT INTO card VALUES (6, 'doing', 'pink')$$);
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'warn');
\set VERBOSITY sqlstate
INSERT INTO card VALUES (6, 'doing', 'pink'), (7, 'doing', 'pink'), (8, 'doing', 'pink');
\set VERBOSITY default
SELECT scope, in_progress, headroom, enforcement FROM delivery.wip_status() ORDER BY 1;

-- overrides: for all scopes or one, until an instant, and added up
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
TRUNCATE card;
SELECT delivery.override_wip('card', '{doing}', '{"team": "red"}', 1, 'a release', clock_timestamp() + interval '1 hour');
SELECT delivery.override_wip('card', '{doing}', NULL, 1, 'a fair', clock_timestamp() + interval '1 hour');
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 'red' FROM generate_series(1, 3) AS i$$);
SELECT pg_temp.try($$INSERT INTO card SELECT 10 + i, 'doing', 'blue' FROM generate_series(1, 3) AS i$$);
SELECT scope, maximum FROM delivery.wip_status() ORDER BY 1;
SELECT lanes, scope, extra, reason, granted_by = session_user AS mine, until - granted_at <= '1 hour' AS soon FROM delivery.wip_override ORDER BY extra, reason;
UPDATE delivery_internal.wip_override SET until = clock_timestamp() WHERE reason = 'a fair';
SELECT scope, maximum FROM delivery.wip_status() ORDER BY 1;
SELECT pg_temp.try($$INSERT INTO card VALUES (20, 'doing', 'red')$$);
BEGIN;
SELECT delivery.override_wip('card', '{doing}', '{"team": "blue"}', 1, 'for a moment', clock_timestamp() + interval '0.3 s');
INSERT INTO card VALUES (21, 'doing', 'blue'), (22, 'doing', 'blue');
SELECT pg_sleep(0.35);
SELECT pg_temp.try($$INSERT INTO card VALUES (23, 'doing', 'blue')$$);
ROLLBACK;
DELETE FROM delivery_internal.wip_override;

-- 100,000 at once, into lanes with limits and without
TRUNCATE card;
SELECT delivery.set_wip_limit('card', '{doing}', 5000, 'block');
INSERT INTO card SELECT i, 'todo', 'team ' || i % 20 FROM generate_series(1, 100000) AS i;
SELECT pg_temp.try($$UPDATE card SET lane = 'doing'$$);
SELECT pg_temp.try($$UPDATE card SET team = 'team 0' WHERE id <= 20$$);
SELECT count(*), min(headroom), max(headroom) FROM delivery.wip_status();
SELECT delivery.set_wip_limit('card', '{todo}', 99999, 'block', NULL);
SELECT pg_temp.try($$UPDATE card SET lane = 'todo', team = 'all'$$);

-- columns follow when they are renamed; triggers that change a row are seen
TRUNCATE card;
SELECT delivery.drop_wip_limit('card', '{todo}');
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block', '{"team": "red"}');
ALTER TABLE card RENAME lane TO "the lane";
ALTER TABLE card RENAME team TO "te""am";
ALTER TABLE card RENAME TO "ca""rd";
SELECT * FROM delivery.wip_columns('"ca""rd"');
CREATE FUNCTION pg_temp.start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW."the lane" := 'doing';
	RETURN NEW;
END $$;
CREATE TRIGGER start BEFORE INSERT OR UPDATE OF title ON "ca""rd" FOR EACH ROW WHEN (NEW.title = 'start') EXECUTE FUNCTION pg_temp.start();
INSERT INTO "ca""rd" VALUES (1, 'todo', 'red', 'start'), (2, 'todo', 'red', 'wait');
SELECT pg_temp.try($$UPDATE "ca""rd" SET title = 'start' WHERE id = 2$$);
SELECT pg_temp.try($$INSERT INTO "ca""rd" VALUES (3, 'todo', 'red', 'start')$$);
SELECT * FROM delivery.wip_status() ORDER BY lanes, scope;
DROP TRIGGER start ON "ca""rd";
SELECT pg_temp.try($$ALTER TABLE "ca""rd" DROP COLUMN "te""am"$$);
SELECT pg_temp.try($$ALTER TABLE "ca""rd" ALTER COLUMN "the lane" TYPE varchar(20)$$);
SELECT delivery.unlimit_wip('"ca""rd"');
SELECT count(*) FROM delivery.wip_limit;
INSERT INTO "ca""rd" SELECT 10 + i, 'doing', 'red' FROM generate_series(1, 5) AS i;
DROP TABLE "ca""rd";

-- weights: NULL counts 1, 0 nothing, and more of it in place is an entry
CREATE TABLE card (id integer PRIMARY KEY, lane text, points smallint, title text);
SELECT delivery.limit_wip('card', 'lane', weight_column => 'points');
SELECT delivery.set_wip_limit('card', '{doing}', 5, 'block');
SELECT pg_temp.try($$INSERT INTO card VALUES (1, 'doing', 3), (2, 'doing', NULL), (3, 'doing', 0)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 2)$$);
SELECT pg_temp.try($$UPDATE card SET points = 5 WHERE id = 1$$);
SELECT pg_temp.try($$UPDATE card SET points = 4 WHERE id = 1$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 0)$$);
SELECT pg_temp.try($$UPDATE card SET points = NULL WHERE id = 4$$);
SELECT pg_temp.try($$UPDATE card SET points = points - 1, title = 'less' WHERE id = 1$$);
SELECT pg_temp.try($$UPDATE card SET points = CASE id WHEN 1 THEN 2 ELSE 2 END WHERE id IN (1, 2)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'doing', -1)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (5, 'todo', -1)$$);
SELECT * FROM delivery.wip_status();
SELECT delivery.set_wip_limit('card', '{doing}', 9223372036854775807, 'block');
SELECT delivery.override_wip('card', '{doing}', NULL, 9223372036854775807, 'no end', 'tomorrow');
SELECT pg_temp.try($$INSERT INTO card SELECT i, 'doing', 32767 FROM generate_series(10, 20) AS i$$);
SELECT maximum FROM delivery.wip_status();
DROP TABLE card;
-- more than can be counted, and weights that were there before
CREATE TABLE card (id integer PRIMARY KEY, lane text, points bigint);
INSERT INTO card VALUES (1, 'doing', 5000000000000000000), (2, 'doing', 5000000000000000000), (3, 'doing', -1);
SELECT delivery.limit_wip('card', 'lane', weight_column => 'points');
SELECT delivery.set_wip_limit('card', '{doing}', 5, 'block');
SELECT pg_temp.try($$INSERT INTO card VALUES (4, 'doing', 7)$$);
SELECT pg_temp.try($$UPDATE card SET id = 33 WHERE id = 3$$);
SELECT pg_temp.try($$UPDATE card SET points = -2 WHERE id = 33$$);
DROP TABLE card;

-- partitions: a move between them is an edit, whatever their columns' order
CREATE TABLE item (id integer, lane text, year integer, dropped text) PARTITION BY LIST (year);
CREATE TABLE item_2025 PARTITION OF item FOR VALUES IN (2025);
CREATE TABLE item_2026 (year integer, gone text, lane text, id integer);
ALTER TABLE item_2026 DROP COLUMN gone;
ALTER TABLE item DROP COLUMN dropped;
ALTER TABLE item ATTACH PARTITION item_2026 FOR VALUES IN (2026);
SELECT delivery.limit_wip('item', 'lane');
SELECT delivery.set_wip_limit('item', '{doing}', 2, 'block');
CREATE TABLE item_2027 PARTITION OF item FOR VALUES IN (2027);
SELECT pg_temp.try($$INSERT INTO item VALUES (1, 'doing', 2025), (2, 'doing', 2026), (3, 'doing', 2027)$$);
SELECT pg_temp.try($$INSERT INTO item VALUES (1, 'doing', 2025), (2, 'doing', 2026), (3, 'todo', 2027)$$);
SELECT pg_temp.try($$UPDATE item SET year = 2027 WHERE id = 1$$);
SELECT pg_temp.try($$UPDATE item SET year = 2025, lane = 'doing' WHERE id = 3$$);
SELECT pg_temp.try($$INSERT INTO item_2026 (id, lane, year) VALUES (4, 'doing', 2026)$$);
SELECT delivery.set_wip_limit('item', '{doing}', 1, 'block');
SELECT pg_temp.try($$UPDATE item SET year = 2025 WHERE lane = 'doing'$$);
SELECT pg_temp.try($$UPDATE item SET year = 2026, lane = CASE id WHEN 1 THEN 'done' ELSE 'doing' END WHERE id IN (1, 3)$$);
SELECT tableoid::regclass, id, lane FROM item ORDER BY id;
SELECT * FROM delivery.wip_status();
-- also where the partitioned table is referred to, and sees the move itself
DELETE FROM item;
ALTER TABLE item ADD PRIMARY KEY (id, year);
CREATE TABLE note (id integer, year integer, FOREIGN KEY (id, year) REFERENCES item ON UPDATE CASCADE);
INSERT INTO item VALUES (1, 'doing', 2025), (2, 'todo', 2025);
SELECT pg_temp.try($$UPDATE item SET year = 2026, lane = 'doing' WHERE id = 2$$);
SELECT pg_temp.try($$UPDATE item SET year = 2026$$);
DROP TABLE note, item;

-- partitions of partitions, made while a session knows the board
CREATE TABLE item (id integer, lane text, year integer, month integer) PARTITION BY LIST (year);
CREATE TABLE item_2026 PARTITION OF item FOR VALUES IN (2026) PARTITION BY LIST (month);
CREATE TABLE item_2026_01 PARTITION OF item_2026 FOR VALUES IN (1);
SELECT delivery.limit_wip('item', 'lane');
SELECT delivery.set_wip_limit('item', '{doing}', 2, 'block');
SELECT pg_temp.try($$INSERT INTO item VALUES (1, 'doing', 2026, 1)$$);
CREATE TABLE item_2026_02 PARTITION OF item_2026 FOR VALUES IN (2);
SELECT pg_temp.try($$INSERT INTO item_2026_02 VALUES (2, 'doing', 2026, 2)$$);
SELECT pg_temp.try($$INSERT INTO item VALUES (3, 'doing', 2026, 1)$$);
-- one that is detached is none of the board's, and can come back
ALTER TABLE item_2026 DETACH PARTITION item_2026_02;
SELECT pg_temp.try($$INSERT INTO item_2026_02 SELECT i, 'doing', 2026, 2 FROM generate_series(3, 5) AS i$$);
ALTER TABLE item_2026 ATTACH PARTITION item_2026_02 FOR VALUES IN (2);
SELECT pg_temp.try($$INSERT INTO item VALUES (6, 'doing', 2026, 1)$$);
DROP TABLE item;

-- rows that COPY freezes are seen by all snapshots
CREATE TABLE item (id integer, lane text);
SELECT delivery.limit_wip('item', 'lane');
SELECT delivery.set_wip_limit('item', '{doing}', 2, 'block');
BEGIN;
TRUNCATE item;
COPY item FROM STDIN (FREEZE);
1	doing
2	doing
3	doing
\.
ROLLBACK;
BEGIN;
TRUNCATE item;
COPY item FROM STDIN (FREEZE);
1	doing
2	doing
\.
COMMIT;
-- limits that are truncated hold no longer
TRUNCATE delivery_internal.wip_limit;
SELECT pg_temp.try($$INSERT INTO item VALUES (3, 'doing')$$);
DROP TABLE item;

-- children count, too
CREATE TABLE task (id integer, lane text);
CREATE TABLE bug (severity integer) INHERITS (task);
SELECT delivery.limit_wip('task', 'lane');
SELECT delivery.set_wip_limit('task', '{doing}', 2, 'block');
SELECT pg_temp.try($$INSERT INTO task VALUES (1, 'doing')$$);
SELECT pg_temp.try($$INSERT INTO bug VALUES (2, 'doing', 1)$$);
SELECT pg_temp.try($$INSERT INTO bug VALUES (3, 'doing', 1)$$);
SELECT pg_temp.try($$INSERT INTO task VALUES (3, 'doing')$$);
SELECT * FROM delivery.wip_status();
-- one that is made later gets its triggers when it is asked for
CREATE TABLE story () INHERITS (task);
SELECT pg_temp.try($$INSERT INTO story VALUES (4, 'doing')$$);
SELECT delivery.limit_wip('task', 'lane');
SELECT pg_temp.try($$INSERT INTO story VALUES (5, 'doing')$$);
SELECT pg_temp.try($$SELECT delivery.limit_wip('task', 'lane')$$);
SELECT delivery.unlimit_wip('task');
SELECT tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'delivery_wip%';
DROP TABLE story, bug, task;

-- lanes of other types, and columns that are generated
CREATE TYPE lane AS ENUM ('todo', 'doing', 'done');
CREATE DOMAIN lane_number AS integer CHECK (VALUE > 0);
CREATE TABLE typed (id integer, lane lane, number lane_number, fixed char(8), short varchar(8), flag boolean, upper text GENERATED ALWAYS AS (upper(short)) STORED);
CREATE INDEX ON typed (number);
CREATE INDEX ON typed USING hash (upper);
CREATE FUNCTION pg_temp.try_lanes(of_column name, lane text, row_values text, scopes name[] DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM delivery.limit_wip('typed', of_column, scopes);
	PERFORM delivery.set_wip_limit('typed', ARRAY[lane], 1, 'block');
	FOR i IN 1..2 LOOP
		RETURN NEXT pg_temp.try('INSERT INTO typed VALUES ' || row_values);
	END LOOP;
	RETURN QUERY SELECT s::text FROM delivery.wip_status() AS s;
	PERFORM delivery.unlimit_wip('typed');
	TRUNCATE typed;
END $$;
SELECT * FROM pg_temp.try_lanes('lane', 'doing', $$(1, 'doing')$$);
SELECT * FROM pg_temp.try_lanes('number', '007', $$(1, NULL, 7)$$);
SELECT * FROM pg_temp.try_lanes('fixed', 'doing', $$(1, NULL, NULL, 'doing')$$);
SELECT * FROM pg_temp.try_lanes('short', 'doing', $$(1, NULL, NULL, NULL, 'doing')$$);
SELECT * FROM pg_temp.try_lanes('upper', 'DOING', $$(1, NULL, NULL, NULL, 'doing')$$);
SELECT * FROM pg_temp.try_lanes('short', 'doing', $$(1, 'todo', 3, 'x', 'doing', true)$$, '{flag,number,lane}');
-- a label that is renamed is no longer limited, until the limit is set anew
SELECT delivery.limit_wip('typed', 'lane');
SELECT delivery.set_wip_limit('typed', '{doing}', 0, 'block');
SELECT pg_temp.try($$INSERT INTO typed VALUES (1, 'doing')$$);
ALTER TYPE lane RENAME VALUE 'doing' TO 'busy';
SELECT pg_temp.try($$INSERT INTO typed VALUES (1, 'busy')$$);
SELECT delivery.set_wip_limit('typed', '{busy}', 0, 'block');
SELECT pg_temp.try($$INSERT INTO typed VALUES (1, 'busy')$$);
DROP TABLE typed;
DROP TYPE lane;
-- what foreign keys move is judged, and what comes through a view
CREATE TABLE lane (name text PRIMARY KEY);
INSERT INTO lane VALUES ('todo'), ('doing'), ('other');
CREATE TABLE card (id integer, lane text DEFAULT 'doing' REFERENCES lane ON UPDATE CASCADE ON DELETE SET DEFAULT);
CREATE VIEW card_view AS SELECT * FROM card;
SELECT delivery.limit_wip('card', 'lane');
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
INSERT INTO card VALUES (1, 'other'), (2, 'other');
SELECT pg_temp.try($$DELETE FROM lane WHERE name = 'other'$$);
SELECT pg_temp.try($$INSERT INTO card_view SELECT i, 'doing' FROM generate_series(3, 4) AS i$$);
SELECT pg_temp.try($$UPDATE card_view SET lane = 'doing' WHERE id = 1$$);
DROP TABLE card, lane CASCADE;

-- many groups that are deferred and judged in a savepoint take no longer than without
-- one: sorted anew for each of them it would be a hundred times as long
CREATE TABLE card (id integer, lane text, team integer);
CREATE INDEX ON card (lane, team);
SELECT delivery.limit_wip('card', 'lane', '{team}');
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
DO $$
DECLARE
	start timestamptz;
	plain interval;
	nested interval;
BEGIN
	SET CONSTRAINTS ALL DEFERRED;
	INSERT INTO card SELECT i, 'doing', i FROM generate_series(1, 8000) AS i;
	start := clock_timestamp();
	SET CONSTRAINTS ALL IMMEDIATE;
	plain := clock_timestamp() - start;
	SET CONSTRAINTS ALL DEFERRED;
	INSERT INTO card SELECT i, 'doing', i FROM generate_series(8001, 16000) AS i;
	BEGIN
		start := clock_timestamp();
		SET CONSTRAINTS ALL IMMEDIATE;
		nested := clock_timestamp() - start;
	EXCEPTION WHEN division_by_zero THEN
		NULL;
	END;
	IF nested > 25 * plain + interval '500 ms' THEN
		RAISE EXCEPTION 'judging takes % in a savepoint, % without', nested, plain;
	END IF;
END $$;
SELECT count(*) FROM card;
DROP TABLE card;

-- long values, and long lists of them, are cut where they are shown, in whole characters
CREATE FUNCTION pg_temp.told(statement text) RETURNS TABLE (field text, shown text) LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
	rule text;
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, rule = CONSTRAINT_NAME;
	RETURN QUERY VALUES ('state', sqlstate), ('message', message), ('detail', detail), ('hint', hint), ('constraint', rule);
END $$;
CREATE TABLE card (id integer, lane text, team text, image bytea);
SELECT delivery.limit_wip('card', 'lane', '{team,image}');
SELECT delivery.set_wip_limit('card', array_agg(repeat('l', 60 + i)), 1, 'block') FROM generate_series(1, 12) AS i;
SELECT * FROM pg_temp.told($$INSERT INTO card SELECT i, repeat('l', 70), repeat('ü', 1000000), repeat('b', 1000000)::bytea FROM generate_series(1, 2) AS i$$);
SELECT * FROM pg_temp.told($$SELECT delivery.drop_wip_limit('card', array_agg('lane ' || i), '{"team": "red"}') FROM generate_series(1, 20) AS i$$);
SELECT * FROM pg_temp.told($$SELECT delivery.end_wip_override('card', '{doing}', jsonb_build_object('team', repeat('r', 100000)))$$);
SELECT * FROM pg_temp.told($$SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block', jsonb_build_object(repeat('c', 100000), 1))$$);
ALTER TABLE card ADD CHECK (lane <> repeat('x', 100000));
SELECT * FROM pg_temp.told($$SELECT delivery.set_wip_limit('card', ARRAY[repeat('x', 100000)], 1, 'block')$$);
ALTER TABLE card DROP CONSTRAINT card_lane_check;
DROP TRIGGER delivery_wip_insert ON card;
DROP TRIGGER delivery_wip_update ON card;
ALTER TABLE card ALTER lane TYPE integer USING 0;
SELECT delivery.limit_wip('card', 'lane', '{team,image}');
SELECT min(length(u)), max(length(u)), count(*) FROM delivery.wip_unknown('card') AS u;
DROP TABLE card;

-- what a session knows of boards that are no more, and of what they were before, does not stay
CREATE TABLE card (id integer, lane text);
CREATE FUNCTION pg_temp.known() RETURNS numeric LANGUAGE sql AS $$
	SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = 'CacheMemoryContext' OR name LIKE 'delivery%'
$$;
DO $$
DECLARE
	before numeric;
BEGIN
	FOR i IN 1..250 LOOP
		PERFORM delivery.limit_wip('card', 'lane');
		PERFORM delivery.set_wip_limit('card', '{doing}', 1000, 'block');
		COMMIT;
		INSERT INTO card VALUES (i, 'doing');
		UPDATE card SET lane = 'done' WHERE id = i;
		PERFORM delivery.unlimit_wip('card');
		COMMIT;
		IF i = 50 THEN
			before := pg_temp.known();
		END IF;
	END LOOP;
	IF pg_temp.known() - before > 200 * 500 THEN
		RAISE EXCEPTION '% bytes stay of each attach', (pg_temp.known() - before) / 200;
	END IF;
END $$;
SELECT delivery.limit_wip('card', 'lane');
BEGIN;
SELECT format('DO $do$BEGIN PERFORM delivery.set_wip_limit(%L, %L, %s, %L); INSERT INTO card VALUES (1, %L); END $do$',
	'card', '{doing}', 2000 + i, 'block', 'todo') FROM generate_series(1, 12) AS i
\gexec
SELECT count(*) <= 5 AS few FROM pg_backend_memory_contexts WHERE name = 'delivery board';
COMMIT;
DROP TABLE card;

-- many limits and overrides are read in no more time each than few: compared each with
-- each, four times as many would take sixteen times as long
CREATE TABLE card (id integer, lane text, team integer);
CREATE INDEX ON card (lane, team);
SELECT delivery.limit_wip('card', 'lane', '{team}');
SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
CREATE FUNCTION pg_temp.add_limits(first integer, last integer) RETURNS interval LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	INSERT INTO delivery_internal.wip_limit (board, lanes, scope, maximum, enforcement)
	SELECT 'card', '{doing}', ARRAY[i::text], 0, 'block' FROM generate_series(first, last) AS i;
	INSERT INTO delivery_internal.wip_override (board, lanes, scope, extra, reason, until)
	SELECT 'card', '{doing}', ARRAY[i::text], 1, 'a test', now() + interval '1 day' FROM generate_series(first, last) AS i;
	start := clock_timestamp();
	INSERT INTO card VALUES (first, 'doing', first);
	RETURN clock_timestamp() - start;
END $$;
DO $$
DECLARE
	few interval := pg_temp.add_limits(1, 3000);
	many interval := pg_temp.add_limits(3001, 12000);
BEGIN
	IF many > 8 * few + interval '500 ms' THEN
		RAISE EXCEPTION 'reading 12000 limits takes %, 3000 %', many, few;
	END IF;
END $$;
-- each override is for its own scope
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 2), (0, 'doing', 12000)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 2)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 12001)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 12001)$$);
-- and one for all scopes adds to it
INSERT INTO delivery_internal.wip_override (board, lanes, scope, extra, reason, until)
VALUES ('card', '{doing}', '{}', 2, 'a test', now() + interval '1 day'), ('card', '{todo}', '{}', 9, 'a test', now() + interval '1 day');
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 2), (0, 'doing', 2)$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, 'doing', 2)$$);
SELECT delivery.unlimit_wip('card');
-- as many lanes as a limit can have
SELECT delivery.limit_wip('card', 'lane');
SELECT delivery.set_wip_limit('card', array_agg(i::text), 1, 'block') FROM generate_series(1, 256) AS i;
SELECT pg_temp.try($$INSERT INTO card SELECT 0, i FROM unnest('{1,256}'::text[]) AS i$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, '256')$$);
SELECT pg_temp.try($$UPDATE card SET lane = '7' WHERE lane = '256'$$);
SELECT pg_temp.try($$INSERT INTO card VALUES (0, '8')$$);
SELECT * FROM pg_temp.told($$SELECT delivery.set_wip_limit('card', array_agg(i::text), 1, 'block') FROM generate_series(1, 1000000) AS i$$);
SELECT * FROM pg_temp.told($$SELECT delivery.set_wip_limit('card', array_agg(repeat('a', 100) || i), 1, 'block') FROM generate_series(1, 50) AS i$$);
SELECT delivery.unlimit_wip('card');
DROP TABLE card;
DELETE FROM delivery_internal.wip_limit;
DELETE FROM delivery_internal.wip_override;
