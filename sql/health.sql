-- health_check(): guardrails that do not stand, each with what to do about it.
SET client_min_messages = warning;
CREATE SCHEMA ward;
CREATE TABLE ward.card (id integer, lane text, "the team" text, points integer);
CREATE INDEX card_place ON ward.card ("the team", lane);
CALL delivery.create_audit_log('ward.log');
SELECT delivery.limit_wip('ward.card', 'lane', '{the team}', 'points');
SELECT delivery.set_wip_limit('ward.card', '{doing}', 3, 'block');
SELECT delivery.record_audit('ward.card', 'ward.log');
SELECT * FROM delivery.health_check();

-- triggers
ALTER TABLE ward.card DISABLE TRIGGER delivery_wip_update;
ALTER TABLE ward.card ENABLE REPLICA TRIGGER delivery_audit;
ALTER TABLE ward.log DISABLE TRIGGER append_only;
DROP TRIGGER delivery_wip_insert ON ward.card;
DROP TRIGGER delivery_audit_truncate ON ward.card;
SELECT * FROM delivery.health_check();
SET session_replication_role = replica;
SELECT * FROM delivery.health_check() WHERE object = 'this session';
RESET session_replication_role;
-- the hints are to be followed
ALTER TABLE ward.card ENABLE TRIGGER delivery_wip_update;
ALTER TABLE ward.log ENABLE TRIGGER append_only;
SELECT delivery.limit_wip('ward.card', 'lane', '{"the team"}', weight_column => 'points');
SELECT delivery.record_audit('ward.card', 'ward.log');
ALTER TABLE ward.card ENABLE TRIGGER delivery_audit;
SELECT * FROM delivery.health_check();

-- boards: indexes, children, limits
DROP INDEX ward.card_place;
CREATE INDEX ON ward.card (lane) WHERE lane <> 'done';
CREATE TABLE ward.urgent_card () INHERITS (ward.card);
SELECT * FROM delivery.health_check();
DROP TABLE ward.urgent_card;
-- a child that is a board of its own does not hold the limits of its parent
CREATE TABLE ward.own (LIKE ward.card);
CREATE INDEX ON ward.own (lane, "the team");
SELECT delivery.limit_wip('ward.own', 'lane', '{the team}');
SELECT delivery.set_wip_limit('ward.own', '{doing}', 1, 'block');
ALTER TABLE ward.own INHERIT ward.card;
SELECT * FROM delivery.health_check() WHERE object = 'ward.own';
ALTER TABLE ward.own NO INHERIT ward.card;
SELECT delivery.unlimit_wip('ward.own');
DROP TABLE ward.own;
CREATE INDEX ON ward.card (lane, "the team", id);
SELECT delivery.drop_wip_limit('ward.card', '{doing}');
SELECT * FROM delivery.health_check();
SELECT delivery.set_wip_limit('ward.card', '{doing}', 3, 'block');
DROP TRIGGER delivery_wip_insert ON ward.card;
DROP TRIGGER delivery_wip_update ON ward.card;
SELECT * FROM delivery.health_check();
SELECT delivery.limit_wip('ward.card', 'lane', '{the team}', 'points');

-- lanes that are no longer known, and tables that are gone
CREATE TYPE ward.lane AS ENUM ('todo', 'doing');
CREATE TABLE ward.typed (lane ward.lane);
CREATE INDEX ON ward.typed USING hash (lane);
SELECT delivery.limit_wip('ward.typed', 'lane');
SELECT delivery.set_wip_limit('ward.typed', '{doing}', 3, 'block');
ALTER TYPE ward.lane RENAME VALUE 'doing' TO 'busy';
SELECT * FROM delivery.health_check();
DROP TABLE ward.typed;
SELECT regexp_replace(object, '\d+', 'N'), problem, regexp_replace(hint, '\d+', 'N', 'g') FROM delivery.health_check();
DO $$ DECLARE statement text; BEGIN SELECT hint INTO statement FROM delivery.health_check(); EXECUTE statement; END $$;
SELECT * FROM delivery.health_check();

-- partitions, with an append-only trigger that does not reach them
CREATE TABLE ward.note (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE ward.note_2026 PARTITION OF ward.note FOR VALUES IN (2026);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ward.note FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ward.note FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();

-- audit: partitions and children that are new, logs that are none any more
CREATE TABLE ward.entry (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE ward.entry_2026 PARTITION OF ward.entry FOR VALUES IN (2026);
CREATE TABLE ward.base (id integer);
SELECT delivery.record_audit('ward.entry', 'ward.log');
SELECT delivery.record_audit('ward.base', 'ward.log');
SELECT * FROM delivery.health_check();
CREATE TABLE ward.entry_2027 PARTITION OF ward.entry FOR VALUES IN (2027);
CREATE TABLE ward.derived () INHERITS (ward.base);
SELECT * FROM delivery.health_check();
SELECT delivery.record_audit('ward.entry', 'ward.log');
SELECT delivery.record_audit('ward.base', 'ward.log');
SELECT * FROM delivery.health_check();
ALTER TABLE ward.log ADD COLUMN ticket text;
DROP TRIGGER append_only ON ward.log;
SELECT * FROM delivery.health_check();
ALTER TABLE ward.log DROP COLUMN ticket;
CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ward.log FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();

-- a trigger that somebody made besides, and a type that cannot be counted by
CREATE CONSTRAINT TRIGGER aa AFTER INSERT ON ward.card FOR EACH ROW WHEN (delivery_internal.enters_weighted_wip('ward.card', NEW."the team", NEW.lane, NEW.points)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT * FROM delivery.health_check();
INSERT INTO ward.card VALUES (1, 'doing', 'red');
DROP TRIGGER aa ON ward.card;
CREATE TABLE ward.odd (j json);
CREATE TRIGGER odd AFTER INSERT ON ward.odd FOR EACH ROW WHEN (delivery_internal.enters_wip('ward.odd', NEW.j)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT count(*) > 0 AS goes_on FROM delivery.health_check();
DROP TABLE ward.odd;

-- whoever may not see a limit is not told that there is none
CREATE ROLE regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
SELECT * FROM delivery.health_check();
RESET ROLE;
DROP ROLE regress_delivery_stranger;
SELECT delivery.unlimit_wip('ward.card');
DROP SCHEMA ward CASCADE;
SELECT * FROM delivery.health_check();
