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
SELECT delivery.append_only('ward.note');
SELECT * FROM delivery.health_check();
-- a table with the row trigger only
CREATE TABLE ward.decision (id integer);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ward.decision FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();
SELECT delivery.append_only('ward.decision');
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
ALTER TABLE ward.log RENAME actor TO who;
SELECT problem FROM delivery.health_check();
ALTER TABLE ward.log RENAME who TO actor;
CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ward.log FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();

-- triggers of a log with a condition, of which one is replaced by whoever has the right TRIGGER
CREATE OR REPLACE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ward.log FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM delivery.health_check();
DO $$ DECLARE statement text; BEGIN SELECT hint INTO statement FROM delivery.health_check(); EXECUTE statement; END $$;
DROP TRIGGER append_only_rows ON ward.log;
SELECT * FROM delivery.health_check();
DO $$ DECLARE statement text; BEGIN SELECT hint INTO statement FROM delivery.health_check(); EXECUTE statement; END $$;
SELECT * FROM delivery.health_check();
-- those of an audited table, and columns that are not recorded
CREATE TABLE ward.person (id integer PRIMARY KEY, name text, secret text);
CALL delivery.create_audit_log('ward.other_log');
SELECT delivery.record_audit('ward.person', 'ward.log', '{secret}');
SELECT * FROM delivery.health_check();
CREATE FUNCTION ward.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER delivery_audit_truncate AFTER TRUNCATE ON ward.person FOR EACH STATEMENT EXECUTE FUNCTION ward.nothing();
SELECT * FROM delivery.health_check();
CREATE OR REPLACE TRIGGER delivery_audit_truncate AFTER TRUNCATE ON ward.person FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.audit_change();
SELECT * FROM delivery.health_check();
CREATE OR REPLACE TRIGGER delivery_audit_truncate AFTER TRUNCATE ON ward.person FOR EACH STATEMENT WHEN (delivery_internal.records_audit('ward.other_log', '{}')) EXECUTE FUNCTION delivery_internal.audit_change();
SELECT * FROM delivery.health_check();
-- that for rows nobody replaces
CREATE OR REPLACE TRIGGER delivery_audit AFTER INSERT ON ward.person FOR EACH ROW EXECUTE FUNCTION ward.nothing();
DROP TRIGGER delivery_audit_truncate ON ward.person;
SELECT delivery.record_audit('ward.person', 'ward.log', '{secret}');
ALTER TABLE ward.person RENAME secret TO hidden;
SELECT * FROM delivery.health_check();
SELECT delivery.record_audit('ward.person', 'ward.log', '{hidden}');
SELECT * FROM delivery.health_check();
-- a constraint of a log, which is not looked at
ALTER TABLE ward.log ADD CONSTRAINT of_ada CHECK (actor = 'ada') NOT VALID;
SELECT * FROM delivery.health_check();
ALTER TABLE ward.log DROP CONSTRAINT of_ada;
DROP TABLE ward.person, ward.other_log;
DROP FUNCTION ward.nothing();

-- an owner who may no longer record, and a trigger that waits for rows in vain
CREATE ROLE regress_delivery_clerk;
GRANT ALL ON SCHEMA ward TO regress_delivery_clerk;
CREATE TABLE ward.desk (id integer);
SELECT delivery.record_audit('ward.desk', 'ward.log');
ALTER TABLE ward.desk OWNER TO regress_delivery_clerk;
CREATE FUNCTION ward.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'told'; RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON ward.log FOR EACH ROW EXECUTE FUNCTION ward.tell();
INSERT INTO ward.base VALUES (1);
SELECT * FROM delivery.health_check();
GRANT INSERT ON ward.log TO regress_delivery_clerk;
DROP TRIGGER tell ON ward.log;
SELECT * FROM delivery.health_check();
DROP TABLE ward.desk;
REVOKE ALL ON ward.log FROM regress_delivery_clerk;
REVOKE ALL ON SCHEMA ward FROM regress_delivery_clerk;
DROP ROLE regress_delivery_clerk;

-- a trigger that somebody made besides, and a type that cannot be counted by
CREATE CONSTRAINT TRIGGER aa AFTER INSERT ON ward.card FOR EACH ROW WHEN (delivery_internal.enters_weighted_wip('ward.card', NEW."the team", NEW.lane, NEW.points)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT * FROM delivery.health_check();
INSERT INTO ward.card VALUES (1, 'doing', 'red');
DROP TRIGGER aa ON ward.card;
CREATE TABLE ward.odd (j json);
CREATE TRIGGER odd AFTER INSERT ON ward.odd FOR EACH ROW WHEN (delivery_internal.enters_wip('ward.odd', NEW.j)) EXECUTE FUNCTION delivery_internal.enforce_wip_limit();
SELECT count(*) > 0 AS goes_on FROM delivery.health_check();
DROP TABLE ward.odd;

-- what does not survive a dump: where "=" is named without its schema
CREATE TABLE ward.service (name text, objective delivery.objective, hours delivery.work_calendar);
CREATE TABLE ward.promise (name text, objective delivery.objective, hours delivery.work_calendar);
SELECT current_setting('search_path') AS path \gset
SET search_path = ward, delivery;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- these survive
CREATE VIEW same AS SELECT objective FROM service WHERE objective = '99%' OR objective IN ('98%', '97%') OR objective <> ALL (SELECT objective FROM promise);
CREATE VIEW same_by_on AS SELECT s.name FROM service AS s JOIN promise AS p USING (name) WHERE s.objective = p.objective;
CREATE VIEW same_text AS SELECT nullif(objective::text, '99%'), CASE hours::text WHEN '24/7' THEN objective = '99%' END, objective::text IS DISTINCT FROM '99%' FROM service;
CREATE VIEW same_case AS SELECT CASE WHEN objective = '99%' THEN CASE name WHEN 'shop' THEN 1 END END FROM service;
CREATE VIEW same_rows AS SELECT objective FROM service WHERE (objective, objective) < ('99%', '98%');
CREATE VIEW same_sets AS SELECT objective, hours FROM service UNION SELECT objective, hours FROM promise ORDER BY 1;
CREATE TRIGGER same BEFORE UPDATE ON service FOR EACH ROW WHEN (OLD.objective <> NEW.objective) EXECUTE FUNCTION touch();
SELECT * FROM delivery.health_check() WHERE object NOT LIKE 'ward.%';
-- levels of responsibility are compared as integers then
CREATE TABLE skill (name text, level sfia_level, required sfia_level, raised boolean GENERATED ALWAYS AS (level IS DISTINCT FROM required) STORED);
CREATE INDEX same_level ON skill ((level <> required)) WHERE level > 'apply';
CREATE VIEW same_level_distinct AS SELECT level IS DISTINCT FROM required AS d, CASE level WHEN 'apply' THEN 1 END AS c FROM skill;
CREATE VIEW same_level_using AS SELECT level FROM skill JOIN (SELECT level, name FROM skill) AS s USING (level, name) WHERE (name, level) IN (SELECT name, required FROM skill) AND (level, required) < ('4', '5');
CREATE VIEW same_level_rows AS SELECT 1 AS i FROM skill AS k, service AS s WHERE (s.objective, k.level) IN (SELECT objective, '4'::sfia_level FROM promise) AND (k.level, s.objective) >= ('1', '98%') AND (k.name, k.level) < ('x', '4');
SELECT * FROM delivery.health_check() WHERE object NOT LIKE 'ward.%';
-- these do not
CREATE VIEW by_level_first_in AS SELECT name FROM skill WHERE (level, name) NOT IN (SELECT required, name FROM skill);
CREATE VIEW by_level_first_row AS SELECT name FROM skill WHERE (level, name) < ('4', 'x');
CREATE VIEW by_objective_after AS SELECT k.name FROM skill AS k WHERE (level, name, '99%'::objective) IN (SELECT k.level, name, objective FROM promise) OR (k.name, '99%'::objective) <= ('x', '98%');
CREATE INDEX by_level_index ON skill ((level IS DISTINCT FROM required)) WHERE level IS NOT DISTINCT FROM 'apply';
CREATE TABLE checked (skill text, level sfia_level CONSTRAINT defined CHECK (check_sfia_level(skill, level)), hours text CHECK (calendar(hours) IS NOT NULL));
CREATE DOMAIN met AS float8 CONSTRAINT high CHECK (dora_level('change_failure_rate', VALUE) >= 'high');
CREATE VIEW by_level_nullif AS SELECT nullif(level, 'apply') AS n FROM skill;
CREATE VIEW by_level_and_objective AS SELECT 1 AS i FROM skill AS s JOIN (SELECT level, objective FROM skill, service) AS o USING (level) JOIN service USING (objective);
CREATE VIEW by_distinct AS SELECT s.hours IS DISTINCT FROM p.hours AS d FROM service AS s, promise AS p;
CREATE VIEW by_nullif AS SELECT nullif(hours, '24/7') AS n, nullif(objective, '99%') AS o FROM service;
CREATE VIEW by_case AS SELECT CASE objective WHEN '99%' THEN 1 END AS c FROM service;
CREATE VIEW by_using AS SELECT 1 AS i FROM service JOIN promise USING (name, objective);
CREATE VIEW by_natural AS SELECT 1 AS i FROM service NATURAL FULL JOIN promise;
CREATE VIEW by_in AS SELECT name FROM service WHERE (name, objective) IN (SELECT name, objective FROM promise);
CREATE VIEW by_rows AS SELECT name FROM service WHERE (name, objective) < ('shop', '99%');
CREATE MATERIALIZED VIEW by_within AS SELECT (SELECT max(CASE o.hours WHEN '24/7' THEN 1 ELSE 0 END) FROM service AS o) AS m FROM service;
CREATE DOMAIN promised AS objective DEFAULT nullif('99%'::objective, '98%') CHECK (VALUE IS DISTINCT FROM '97%');
CREATE TABLE ruled (objective objective DEFAULT nullif('99%'::objective, '98%'), other objective CONSTRAINT known CHECK (CASE other WHEN '99%' THEN true ELSE false END),
	changed boolean GENERATED ALWAYS AS (objective IS DISTINCT FROM other) STORED);
CREATE INDEX by_expression ON ruled ((objective IS DISTINCT FROM other));
CREATE INDEX by_predicate ON ruled (objective) WHERE objective IS DISTINCT FROM '99%';
CREATE STATISTICS by_statistics ON (objective IS DISTINCT FROM other), other FROM ruled;
CREATE TRIGGER by_condition BEFORE UPDATE ON ruled FOR EACH ROW WHEN (OLD.objective IS DISTINCT FROM NEW.objective) EXECUTE FUNCTION touch();
CREATE POLICY by_policy ON ruled USING (objective IS NOT DISTINCT FROM '99%');
CREATE RULE by_rule AS ON DELETE TO ruled WHERE OLD.objective IS DISTINCT FROM OLD.other DO INSTEAD NOTHING;
CREATE TABLE parted (objective objective, other objective) PARTITION BY LIST ((objective IS DISTINCT FROM other));
CREATE FUNCTION by_body(objective) RETURNS boolean LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT nullif($1, '99%') IS NULL; END;
SELECT * FROM delivery.health_check() WHERE object NOT LIKE 'ward.%';
-- the same without the types on the path, and with what somebody else put there
CREATE TEMP TABLE listed AS SELECT * FROM delivery.health_check();
CREATE FUNCTION captured(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE FUNCTION regexp_matches(text, text, text) RETURNS SETOF text[] LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'captured'; END $$;
CREATE OPERATOR || (LEFTARG = text, RIGHTARG = text, FUNCTION = captured);
SET search_path = ward, pg_catalog;
SELECT 'other' AS difference, * FROM (SELECT * FROM delivery.health_check() EXCEPT SELECT * FROM listed) AS d
UNION ALL SELECT 'missing', * FROM (SELECT * FROM listed EXCEPT SELECT * FROM delivery.health_check()) AS d;
SELECT count(*) FROM delivery_internal.restore_health();
DROP OPERATOR ward.|| (text, text);
DROP FUNCTION ward.regexp_matches(text, text, text);
SELECT pg_catalog.set_config('search_path', :'path', false) <> '' AS back;
DROP DOMAIN ward.met;
DROP TABLE ward.checked;
DROP INDEX ward.by_level_index;
DROP VIEW ward.by_level_first_in, ward.by_level_first_row, ward.by_objective_after, ward.by_level_nullif, ward.by_level_and_objective, ward.by_distinct, ward.by_nullif, ward.by_case, ward.by_using, ward.by_natural, ward.by_in, ward.by_rows;
DROP MATERIALIZED VIEW ward.by_within;
DROP TABLE ward.ruled, ward.parted;
DROP DOMAIN ward.promised;
DROP FUNCTION ward.by_body;
SELECT * FROM delivery.health_check();

-- whoever may not see a limit is not told that there is none
CREATE ROLE regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
SELECT * FROM delivery.health_check();
RESET ROLE;
DROP ROLE regress_delivery_stranger;
SELECT delivery.unlimit_wip('ward.card');
DROP SCHEMA ward CASCADE;
SELECT * FROM delivery.health_check();
