-- schema.sql: the tables of an ordinary user of the extension.
--
-- Nothing here belongs to the extension: any tables with such columns will do.
-- The schema "demo" is dropped and made again.

SET client_min_messages = warning;
DROP SCHEMA IF EXISTS demo CASCADE;
RESET client_min_messages;

CREATE SCHEMA demo;
COMMENT ON SCHEMA demo IS 'example of a delivery team''s own data';

CREATE TABLE demo.deployment (
	service text NOT NULL,
	version text NOT NULL,
	deployed_at timestamptz NOT NULL,
	failed boolean,
	unplanned boolean,
	failed_at timestamptz,
	restored_at timestamptz,
	CONSTRAINT deployment_pkey PRIMARY KEY (service, version)
);
COMMENT ON TABLE demo.deployment IS 'one row per deployment to production';
COMMENT ON COLUMN demo.deployment.service IS 'what was deployed';
COMMENT ON COLUMN demo.deployment.version IS 'version that was deployed';
COMMENT ON COLUMN demo.deployment.deployed_at IS 'when it reached production';
COMMENT ON COLUMN demo.deployment.failed IS 'whether it caused a failure in production; NULL: not known yet';
COMMENT ON COLUMN demo.deployment.unplanned IS 'whether it was made only to repair production';
COMMENT ON COLUMN demo.deployment.failed_at IS 'when the failure began; NULL: no failure';
COMMENT ON COLUMN demo.deployment.restored_at IS 'when the service worked again; NULL: no failure, or not resolved yet';

CREATE TABLE demo.change (
	service text NOT NULL,
	change_id text NOT NULL,
	committed_at timestamptz,
	deployed_at timestamptz,
	version text,
	CONSTRAINT change_pkey PRIMARY KEY (service, change_id),
	CONSTRAINT change_deployment_fkey FOREIGN KEY (service, version) REFERENCES demo.deployment
);
COMMENT ON TABLE demo.change IS 'one row per change (commit) that reached a deployment';
COMMENT ON COLUMN demo.change.service IS 'what was changed';
COMMENT ON COLUMN demo.change.change_id IS 'commit or ticket';
COMMENT ON COLUMN demo.change.committed_at IS 'when the change was committed';
COMMENT ON COLUMN demo.change.deployed_at IS 'when the first deployment that contains it reached production';
COMMENT ON COLUMN demo.change.version IS 'version of that deployment';

CREATE TABLE demo.target (
	priority integer NOT NULL CONSTRAINT target_pkey PRIMARY KEY,
	target interval NOT NULL,
	calendar text NOT NULL
);
COMMENT ON TABLE demo.target IS 'the service level agreement: one row per priority';
COMMENT ON COLUMN demo.target.priority IS '1 (highest) to 4';
COMMENT ON COLUMN demo.target.target IS 'time to resolve: hours are working hours, days working dates';
COMMENT ON COLUMN demo.target.calendar IS 'name of the calendar in delivery.calendar in which the clock runs';

CREATE TABLE demo.ticket (
	ticket integer NOT NULL CONSTRAINT ticket_pkey PRIMARY KEY,
	priority integer NOT NULL CONSTRAINT ticket_target_fkey REFERENCES demo.target,
	opened_at timestamptz NOT NULL,
	resolved_at timestamptz,
	waiting tstzmultirange
);
COMMENT ON TABLE demo.ticket IS 'one row per ticket of the service desk';
COMMENT ON COLUMN demo.ticket.ticket IS 'number of the ticket';
COMMENT ON COLUMN demo.ticket.priority IS 'priority that it has now';
COMMENT ON COLUMN demo.ticket.opened_at IS 'when it was opened';
COMMENT ON COLUMN demo.ticket.resolved_at IS 'when it was resolved; NULL: not yet';
COMMENT ON COLUMN demo.ticket.waiting IS 'when it waited for the user, which pauses the clock; NULL: never';

CREATE TABLE demo.slo (
	service text NOT NULL CONSTRAINT slo_pkey PRIMARY KEY,
	objective delivery.objective NOT NULL,
	period interval NOT NULL,
	min_events bigint NOT NULL
);
COMMENT ON TABLE demo.slo IS 'service level objectives: one row per service';
COMMENT ON COLUMN demo.slo.service IS 'service that promises it';
COMMENT ON COLUMN demo.slo.objective IS 'share of requests that are to be good';
COMMENT ON COLUMN demo.slo.period IS 'rolling period over which it is kept';
COMMENT ON COLUMN demo.slo.min_events IS 'requests in a window below which alerts stay silent';

CREATE TABLE demo.sli (
	service text NOT NULL CONSTRAINT sli_slo_fkey REFERENCES demo.slo,
	bucket timestamptz NOT NULL,
	good integer NOT NULL,
	total integer NOT NULL,
	CONSTRAINT sli_pkey PRIMARY KEY (service, bucket),
	CONSTRAINT sli_check CHECK (good BETWEEN 0 AND total)
);
COMMENT ON TABLE demo.sli IS 'service level indicator: one row per service and five minutes';
COMMENT ON COLUMN demo.sli.service IS 'service that was measured';
COMMENT ON COLUMN demo.sli.bucket IS 'start of the five minutes';
COMMENT ON COLUMN demo.sli.good IS 'requests that were answered well';
COMMENT ON COLUMN demo.sli.total IS 'all requests';

CREATE TABLE demo.card (
	card integer NOT NULL CONSTRAINT card_pkey PRIMARY KEY,
	lane text NOT NULL CONSTRAINT card_lane_check CHECK (lane IN ('backlog', 'ready', 'doing', 'review', 'done')),
	team text NOT NULL,
	title text NOT NULL
);
CREATE INDEX card_lane_team_idx ON demo.card (lane, team);
COMMENT ON TABLE demo.card IS 'the board: one row per card';
COMMENT ON COLUMN demo.card.card IS 'number of the card';
COMMENT ON COLUMN demo.card.lane IS 'lane in which it is';
COMMENT ON COLUMN demo.card.team IS 'team whose it is';
COMMENT ON COLUMN demo.card.title IS 'what is to be done';
DO $$
BEGIN
	PERFORM delivery.limit_wip('demo.card', 'lane', '{team}');
END $$;

CREATE TABLE demo.person (
	person text NOT NULL CONSTRAINT person_pkey PRIMARY KEY,
	team text NOT NULL,
	role text NOT NULL
);
COMMENT ON TABLE demo.person IS 'one row per member of a team';
COMMENT ON COLUMN demo.person.person IS 'name';
COMMENT ON COLUMN demo.person.team IS 'team that the person works in';
COMMENT ON COLUMN demo.person.role IS 'role that the person has there';

CREATE TABLE demo.role_skill (
	role text NOT NULL,
	skill text NOT NULL,
	level delivery.sfia_level NOT NULL,
	CONSTRAINT role_skill_pkey PRIMARY KEY (role, skill)
);
COMMENT ON TABLE demo.role_skill IS 'what a role asks for: one row per role and skill';
COMMENT ON COLUMN demo.role_skill.role IS 'role that asks for it';
COMMENT ON COLUMN demo.role_skill.skill IS 'code of the skill in delivery.sfia_skill';
COMMENT ON COLUMN demo.role_skill.level IS 'level of responsibility that is required';

CREATE TABLE demo.skill_assessment (
	person text NOT NULL CONSTRAINT skill_assessment_person_fkey REFERENCES demo.person ON DELETE CASCADE,
	skill text NOT NULL,
	attribute text NOT NULL CONSTRAINT skill_assessment_attribute_check CHECK (attribute IN ('autonomy', 'influence', 'complexity')),
	level delivery.sfia_level,
	CONSTRAINT skill_assessment_pkey PRIMARY KEY (person, skill, attribute)
);
COMMENT ON TABLE demo.skill_assessment IS 'what was demonstrated: one row per person, skill and attribute';
COMMENT ON COLUMN demo.skill_assessment.person IS 'who was assessed';
COMMENT ON COLUMN demo.skill_assessment.skill IS 'code of the skill in delivery.sfia_skill';
COMMENT ON COLUMN demo.skill_assessment.attribute IS 'in which way: autonomy, influence or complexity';
COMMENT ON COLUMN demo.skill_assessment.level IS 'level of responsibility that was demonstrated; NULL: none';

CREATE FUNCTION demo.check_level() RETURNS trigger
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM delivery.check_sfia_level(NEW.skill, NEW.level);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION demo.check_level() IS 'refuses a level at which the skill is not defined';
CREATE TRIGGER check_level BEFORE INSERT OR UPDATE OF skill, level ON demo.role_skill
	FOR EACH ROW EXECUTE FUNCTION demo.check_level();
CREATE TRIGGER check_level BEFORE INSERT OR UPDATE OF skill, level ON demo.skill_assessment
	FOR EACH ROW EXECUTE FUNCTION demo.check_level();

CREATE VIEW demo.skill_gap AS
SELECT person.team, person.person, person.role, required.skill, required.level AS required, held.level AS held,
	delivery.sfia_gap(required.level, held.level) AS gap,
	delivery.sfia_gap(required.level, held.level) <= 0 AS met,
	held.skill IS NOT NULL AS assessed
FROM demo.person
JOIN demo.role_skill AS required ON required.role = person.role
LEFT JOIN (
	SELECT person, skill, delivery.sfia_level(level) AS level
	FROM demo.skill_assessment
	GROUP BY person, skill
) AS held ON held.person = person.person AND held.skill = required.skill;
COMMENT ON VIEW demo.skill_gap IS 'each skill that the role of a person asks for, with the level that is held in full';
COMMENT ON COLUMN demo.skill_gap.team IS 'team of the person';
COMMENT ON COLUMN demo.skill_gap.person IS 'whose level it is';
COMMENT ON COLUMN demo.skill_gap.role IS 'role of the person';
COMMENT ON COLUMN demo.skill_gap.skill IS 'code of the skill';
COMMENT ON COLUMN demo.skill_gap.required IS 'level that the role asks for';
COMMENT ON COLUMN demo.skill_gap.held IS 'lowest level that was demonstrated; NULL: none, or not assessed';
COMMENT ON COLUMN demo.skill_gap.gap IS 'levels that are missing, below 0 if there are more';
COMMENT ON COLUMN demo.skill_gap.met IS 'whether the required level is held';
COMMENT ON COLUMN demo.skill_gap.assessed IS 'whether the skill was assessed at all';

CREATE TABLE demo.maturity_rating (
	team text NOT NULL,
	dimension text NOT NULL,
	criterion text NOT NULL,
	rating integer CONSTRAINT maturity_rating_rating_check CHECK (rating BETWEEN 1 AND 5),
	weight float8 NOT NULL,
	mandatory boolean NOT NULL,
	CONSTRAINT maturity_rating_pkey PRIMARY KEY (team, dimension, criterion)
);
COMMENT ON TABLE demo.maturity_rating IS 'how a team rates its practices: one row per team and criterion';
COMMENT ON COLUMN demo.maturity_rating.team IS 'team that was rated';
COMMENT ON COLUMN demo.maturity_rating.dimension IS 'to what the criterion belongs';
COMMENT ON COLUMN demo.maturity_rating.criterion IS 'what was rated';
COMMENT ON COLUMN demo.maturity_rating.rating IS '1 (lowest) to 5; NULL: does not apply';
COMMENT ON COLUMN demo.maturity_rating.weight IS 'how much it counts in the score';
COMMENT ON COLUMN demo.maturity_rating.mandatory IS 'whether the level is at most this rating';
