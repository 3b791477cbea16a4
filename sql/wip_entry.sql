-- The column that says since when items are in their lanes: setting it, and what the
-- oldest item of each group is.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE SCHEMA age;
CREATE DOMAIN age.moment AS timestamptz CHECK (VALUE > '2000-01-01');
CREATE TABLE age.card (id integer, lane text, team text, points integer, entered timestamptz, local_time timestamp, day date, "Since when?" age.moment);
CREATE INDEX ON age.card (lane, team);
SELECT delivery.limit_wip('age.card', 'lane', '{team}', 'points');
SELECT delivery.set_wip_limit('age.card', '{doing,review}', 9, 'block');
SELECT delivery.set_wip_limit('age.card', '{doing}', 99, 'warn', '{}');
CREATE VIEW age.oldest AS SELECT board, lanes, scope, in_progress, oldest FROM delivery_internal.wip_ages() ORDER BY board, maximum, scope::text COLLATE "C";
INSERT INTO age.card VALUES
	(1, 'doing', 'red', 2, '2026-03-02 09:00+00', '2026-03-03 09:00', '2026-03-04', '2026-03-05 09:00+00'),
	(2, 'review', 'red', NULL, '2026-03-01 09:00+00', '2026-03-02 09:00', '2026-03-03', '2026-03-04 09:00+00'),
	(3, 'doing', 'blue', 0, '2026-03-06 09:00+00', '2026-03-07 09:00', '2026-03-08', '2026-03-09 09:00+00'),
	-- unknown, at no instant, in no scope, in no lane that counts
	(4, 'doing', 'blue', 1, NULL, NULL, NULL, NULL),
	(5, 'doing', 'red', 1, '-infinity', '-infinity', '-infinity', NULL),
	(6, 'doing', NULL, 1, '2026-02-01 09:00+00', '2026-02-01 09:00', '2026-02-01', '2026-02-01 09:00+00'),
	(7, 'done', 'red', 1, '2026-01-01 09:00+00', '2026-01-01 09:00', '2026-01-01', '2026-01-01 09:00+00'),
	(8, 'doing', 'green', 1, 'infinity', 'infinity', 'infinity', 'infinity');

-- none is named
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
TABLE age.oldest;
-- each type; what has no zone is of the session's
SELECT delivery.set_wip_entry_column('age.card', 'entered');
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
TABLE age.oldest;
-- the same through no index
BEGIN;
DROP INDEX age.card_lane_team_idx;
TABLE age.oldest;
ROLLBACK;
SELECT delivery.set_wip_entry_column('age.card', 'local_time');
TABLE age.oldest;
SET timezone = 'Asia/Tokyo';
SELECT scope, in_progress, oldest AT TIME ZONE 'UTC' AS oldest FROM age.oldest;
RESET timezone;
SET timezone = 'UTC';
SELECT delivery.set_wip_entry_column('age.card', 'day');
TABLE age.oldest;
SELECT delivery.set_wip_entry_column('age.card', 'Since when?');
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
TABLE age.oldest;
-- a change of the clocks, and the ends of time
BEGIN;
SET LOCAL timezone = 'Europe/Berlin';
UPDATE age.card SET local_time = '2026-03-29 02:30', day = '2026-03-29' WHERE id = 1;
UPDATE age.card SET local_time = '294276-12-31 23:59', day = '5874897-12-31' WHERE id = 2;
UPDATE age.card SET local_time = '4714-11-24 00:00 BC', day = '4714-11-24 BC' WHERE id = 3;
SELECT delivery.set_wip_entry_column('age.card', 'local_time');
SELECT scope, oldest FROM age.oldest;
SELECT delivery.set_wip_entry_column('age.card', 'day');
SELECT scope, oldest FROM age.oldest;
ROLLBACK;
-- taken away, also where there is none
SELECT delivery.set_wip_entry_column('age.card', NULL);
SELECT delivery.set_wip_entry_column('age.card', NULL);
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT scope, oldest FROM age.oldest;

-- partitions and children with columns in other places
CREATE TABLE age.item (day date, lane text, id integer) PARTITION BY LIST (id);
CREATE TABLE age.item_1 (id integer, lane text, gone integer, day date);
ALTER TABLE age.item_1 DROP gone;
ALTER TABLE age.item ATTACH PARTITION age.item_1 FOR VALUES IN (1);
CREATE TABLE age.item_2 PARTITION OF age.item FOR VALUES IN (2);
SELECT delivery.limit_wip('age.item', 'lane');
SELECT delivery.set_wip_limit('age.item', '{doing}', 9, 'block');
SELECT delivery.set_wip_entry_column('age.item', 'day');
INSERT INTO age.item VALUES ('2026-03-05', 'doing', 2), ('2026-03-04', 'doing', 1), ('2026-03-06', 'doing', 2);
SELECT in_progress, oldest FROM age.oldest WHERE board = 'age.item'::regclass;
DELETE FROM age.item_1;
SELECT in_progress, oldest FROM age.oldest WHERE board = 'age.item'::regclass;
CREATE TABLE age.parent (lane text, day date);
CREATE TABLE age.child (other integer, day date, lane text) INHERITS (age.parent);
SELECT delivery.limit_wip('age.parent', 'lane');
SELECT delivery.set_wip_limit('age.parent', '{doing}', 9, 'block');
SELECT delivery.set_wip_entry_column('age.parent', 'day');
INSERT INTO age.child (day, lane) VALUES ('2026-03-05', 'doing');
SELECT in_progress, oldest FROM age.oldest WHERE board = 'age.parent'::regclass;
SELECT delivery.unlimit_wip('age.parent'), delivery.unlimit_wip('age.item');
DROP TABLE age.parent CASCADE;
DROP TABLE age.item;

-- it is no part of the triggers: it can be changed, renamed and dropped, and health_check() says so
SELECT delivery.set_wip_entry_column('age.card', 'entered');
ALTER TABLE age.card ALTER entered TYPE date;
SELECT scope, oldest FROM age.oldest;
SELECT object, problem FROM delivery.health_check() WHERE object = 'age.card';
ALTER TABLE age.card RENAME entered TO "Entered";
SELECT scope, oldest FROM age.oldest;
SELECT * FROM delivery.health_check() WHERE object = 'age.card';
SELECT delivery.set_wip_entry_column('age.card', 'Entered');
SELECT * FROM delivery.health_check() WHERE object = 'age.card';
ALTER TABLE age.card ALTER "Entered" TYPE text;
SELECT object, problem FROM delivery.health_check() WHERE object = 'age.card';
ALTER TABLE age.card DROP "Entered";
SELECT object, problem FROM delivery.health_check() WHERE object = 'age.card';
SELECT scope, oldest FROM age.oldest;
SELECT delivery.set_wip_entry_column('age.card', 'day');

-- who may see it, and who may set it
CREATE ROLE age_reader;
GRANT USAGE ON SCHEMA age TO age_reader;
SET ROLE age_reader;
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT count(*) FROM delivery_internal.wip_ages();
RESET ROLE;
GRANT SELECT (lane, team, points) ON age.card TO age_reader;
SET ROLE age_reader;
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT in_progress, oldest FROM delivery_internal.wip_ages() ORDER BY maximum, in_progress;
RESET ROLE;
GRANT SELECT (day) ON age.card TO age_reader;
SET ROLE age_reader;
SELECT in_progress, oldest FROM delivery_internal.wip_ages() ORDER BY maximum, in_progress;
SELECT delivery.set_wip_entry_column('age.card', 'local_time');
TABLE delivery_internal.wip_entry;
BEGIN;
LOCK delivery_internal.wip_entry IN ACCESS SHARE MODE;
ROLLBACK;
RESET ROLE;
-- the right to the entry column alone is none to count
REVOKE SELECT (team) ON age.card FROM age_reader;
SET ROLE age_reader;
SELECT in_progress, oldest FROM delivery_internal.wip_ages() ORDER BY maximum, in_progress;
RESET ROLE;
GRANT SELECT ON age.card TO age_reader;
ALTER TABLE age.card ENABLE ROW LEVEL SECURITY;
CREATE POLICY reds ON age.card USING (team = 'red');
SET ROLE age_reader;
SELECT in_progress, oldest FROM delivery_internal.wip_ages() ORDER BY maximum, in_progress;
RESET ROLE;
ALTER TABLE age.card DISABLE ROW LEVEL SECURITY;
-- a restore writes as who owns the database, but nothing about boards of others
CREATE ROLE age_keeper;
CREATE TABLE age.part (id integer, lane text, at date) PARTITION BY LIST (id);
CREATE TABLE age.part_1 PARTITION OF age.part FOR VALUES IN (1);
SELECT delivery.limit_wip('age.part', 'lane');
GRANT SELECT, INSERT, UPDATE ON delivery_internal.wip_entry TO age_keeper;
CREATE TABLE age.plain (day date);
SET ROLE age_keeper;
INSERT INTO delivery_internal.wip_entry SELECT c.oid, 'lane' FROM pg_class AS c WHERE c.relname = 'part';
UPDATE delivery_internal.wip_entry SET entry_column = 'points';
INSERT INTO delivery_internal.wip_entry SELECT c.oid, 'day' FROM pg_class AS c WHERE c.relname = 'plain';
INSERT INTO delivery_internal.wip_entry VALUES (1, 'day');
RESET ROLE;
REVOKE ALL ON delivery_internal.wip_entry FROM age_keeper;
DROP ROLE age_keeper;
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
DELETE FROM delivery_internal.wip_entry WHERE board = 1::oid OR board = 'age.plain'::regclass;

-- refused
SELECT delivery.set_wip_entry_column('age.card', 'gone');
SELECT delivery.set_wip_entry_column('age.card', 'ctid');
SELECT delivery.set_wip_entry_column('age.card', 'points');
SELECT delivery.set_wip_entry_column(NULL, 'day');
SELECT delivery.set_wip_entry_column('age.plain', 'day');
SELECT delivery.set_wip_entry_column(1, 'day');
SELECT delivery.set_wip_entry_column('age.card_lane_team_idx', 'lane');
SELECT delivery.set_wip_entry_column('age.part_1', 'at');
CREATE TRIGGER check_entry BEFORE INSERT ON age.plain FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_entry();
INSERT INTO age.plain VALUES ('2026-03-05');
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";

-- it goes with the board
SELECT delivery.set_wip_entry_column('age.part', 'at');
SELECT delivery.unlimit_wip('age.part');
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT delivery.unlimit_wip('age.part');
-- also from a table whose triggers were dropped
SELECT delivery.drop_wip_limit('age.card', '{doing,review}'), delivery.drop_wip_limit('age.card', '{doing}', '{}');
DROP TRIGGER delivery_wip_insert ON age.card;
DROP TRIGGER delivery_wip_update ON age.card;
SELECT * FROM delivery.health_check() WHERE object = 'age.card';
SELECT delivery.unlimit_wip('age.card');
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT delivery.limit_wip('age.card', 'lane', '{team}');
SELECT delivery.set_wip_entry_column('age.card', 'day');
DROP TABLE age.card CASCADE;
SELECT * FROM delivery.wip_entry ORDER BY board::text COLLATE "C";
SELECT regexp_replace(object, '\d+', 'N'), problem, regexp_replace(hint, '\d+', 'N', 'g') FROM delivery.health_check();
DO $$ DECLARE statement text; BEGIN SELECT hint INTO statement FROM delivery.health_check(); EXECUTE statement; END $$;
SELECT count(*) FROM delivery_internal.wip_entry;
DROP SCHEMA age CASCADE;
DROP ROLE age_reader;
