-- job_level.sql: job levels of an organisation, and their crosswalk to levels of
-- responsibility.
--
-- Unit: years of experience; levels of responsibility, 1 to 6.
-- NULL: not required, or not known.
-- Errors: none of its own; 23514 and 23505 for own rows that make no sense.
-- Source: the ladder of six professional levels that large employers publish for individual
--   contributors, with years by degree; the crosswalk is by autonomy. Level 7, which sets
--   the strategy of an organisation, is management and has no professional level.

CREATE TYPE delivery.job_level AS ENUM ('P1', 'P2', 'P3', 'P4', 'P5', 'P6');
COMMENT ON TYPE delivery.job_level IS
	'professional level of a job: P1 < P2 < P3 < P4 < P5 < P6';

-- Drivers send text where a level is stored.
CREATE CAST (text AS delivery.job_level) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.job_level) IS 'a job level as it is written';

CREATE CAST (varchar AS delivery.job_level) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.job_level) IS 'a job level as it is written';

CREATE CAST (bpchar AS delivery.job_level) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.job_level) IS 'a job level as it is written';

-- A function, so that a dump holds none of them.
CREATE FUNCTION delivery_internal.shipped_job_level(
		OUT track text, OUT level text, OUT years integer, OUT years_master integer, OUT years_doctorate integer,
		OUT supervision text, OUT scope text, OUT sfia_level integer)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	ROWS 6
BEGIN ATOMIC
	SELECT 'service_delivery'::text, guide.*
	FROM (VALUES
		('P1'::text, 0, NULL::integer, NULL::integer, 'detailed instruction, close review'::text, 'routine tasks'::text, 1),
		('P2', 2, 0, 0, 'general instruction, regular review', 'defined tasks of one service', 2),
		('P3', 5, 3, 0, 'goals, review at milestones', 'the portfolio of one client', 3),
		('P4', 8, NULL, NULL, 'goals, review of outcomes', 'several clients, or a complex one', 4),
		('P5', 12, NULL, NULL, 'direction, advice on request', 'a business area and its standards', 5),
		('P6', 15, NULL, NULL, 'sets direction, reports on results', 'the organisation', 6))
		AS guide (level, years, years_master, years_doctorate, supervision, scope, sfia_level);
END;
COMMENT ON FUNCTION delivery_internal.shipped_job_level() IS
	'the job levels that the extension ships; read the view delivery.job_level_guide, which also has your own';

CREATE TABLE delivery_internal.custom_job_level (
	track text NOT NULL DEFAULT 'service_delivery'
		CONSTRAINT custom_job_level_track_trimmed CHECK (track COLLATE "C" ~ '^\S(.*\S)?$'),
	level delivery.job_level NOT NULL,
	years integer CONSTRAINT custom_job_level_years_in_range CHECK (years >= 0),
	years_master integer CONSTRAINT custom_job_level_years_master_in_range CHECK (years_master >= 0),
	years_doctorate integer CONSTRAINT custom_job_level_years_doctorate_in_range CHECK (years_doctorate >= 0),
	supervision text,
	scope text,
	sfia_level integer CONSTRAINT custom_job_level_sfia_level_in_range CHECK (sfia_level >= 1 AND sfia_level <= 7),
	CONSTRAINT custom_job_level_pkey PRIMARY KEY (track, level)
);
COMMENT ON TABLE delivery_internal.custom_job_level IS
	'job levels of the user, behind the view delivery.custom_job_level';
COMMENT ON COLUMN delivery_internal.custom_job_level.track IS 'kind of work to which the ladder belongs; service_delivery is the shipped one';
COMMENT ON COLUMN delivery_internal.custom_job_level.level IS 'professional level, P1 to P6';
COMMENT ON COLUMN delivery_internal.custom_job_level.years IS 'years of experience that are usual, with a bachelor''s degree; NULL: not known';
COMMENT ON COLUMN delivery_internal.custom_job_level.years_master IS 'the same with a master''s degree; NULL: not known';
COMMENT ON COLUMN delivery_internal.custom_job_level.years_doctorate IS 'the same with a doctorate; NULL: not known';
COMMENT ON COLUMN delivery_internal.custom_job_level.supervision IS 'how the work is led and reviewed';
COMMENT ON COLUMN delivery_internal.custom_job_level.scope IS 'how far the responsibility reaches';
COMMENT ON COLUMN delivery_internal.custom_job_level.sfia_level IS 'level of responsibility that goes with it, 1 to 7; NULL: none';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.custom_job_level', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_job_level TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_job_level TO pg_database_owner;

CREATE VIEW delivery.custom_job_level AS
	SELECT track, level, years, years_master, years_doctorate, supervision, scope, sfia_level
	FROM delivery_internal.custom_job_level;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.custom_job_level OWNER TO @extowner@;
COMMENT ON VIEW delivery.custom_job_level IS
	'your own job levels; a row stands in place of the whole shipped one of the same track and level; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.custom_job_level.track IS 'kind of work to which the ladder belongs; service_delivery is the shipped one';
COMMENT ON COLUMN delivery.custom_job_level.level IS 'professional level, P1 to P6';
COMMENT ON COLUMN delivery.custom_job_level.years IS 'years of experience that are usual, with a bachelor''s degree; NULL: not known';
COMMENT ON COLUMN delivery.custom_job_level.years_master IS 'the same with a master''s degree; NULL: not known';
COMMENT ON COLUMN delivery.custom_job_level.years_doctorate IS 'the same with a doctorate; NULL: not known';
COMMENT ON COLUMN delivery.custom_job_level.supervision IS 'how the work is led and reviewed';
COMMENT ON COLUMN delivery.custom_job_level.scope IS 'how far the responsibility reaches';
COMMENT ON COLUMN delivery.custom_job_level.sfia_level IS 'level of responsibility that goes with it, 1 to 7; NULL: none';
GRANT SELECT ON delivery.custom_job_level TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.custom_job_level TO pg_database_owner;

CREATE VIEW delivery.job_level_guide AS
	SELECT custom.track, custom.level::text AS level, custom.years, custom.years_master, custom.years_doctorate,
		custom.supervision, custom.scope, custom.sfia_level, true AS custom
	FROM delivery_internal.custom_job_level AS custom
	UNION ALL
	SELECT shipped.track, shipped.level, shipped.years, shipped.years_master, shipped.years_doctorate,
		shipped.supervision, shipped.scope, shipped.sfia_level, false
	FROM delivery_internal.shipped_job_level() AS shipped
	WHERE NOT EXISTS (
		SELECT FROM delivery_internal.custom_job_level AS custom
		WHERE custom.track = shipped.track
			AND custom.level::text = shipped.level);
COMMENT ON VIEW delivery.job_level_guide IS
	'what is expected at each professional level of a track, and the level of responsibility that goes with it: the shipped guide and your own rows';
COMMENT ON COLUMN delivery.job_level_guide.track IS 'kind of work to which the ladder belongs; service_delivery is the shipped one';
COMMENT ON COLUMN delivery.job_level_guide.level IS 'professional level, P1 to P6';
COMMENT ON COLUMN delivery.job_level_guide.years IS 'years of experience that are usual, with a bachelor''s degree; NULL: not known';
COMMENT ON COLUMN delivery.job_level_guide.years_master IS 'the same with a master''s degree; NULL: not known';
COMMENT ON COLUMN delivery.job_level_guide.years_doctorate IS 'the same with a doctorate; NULL: not known';
COMMENT ON COLUMN delivery.job_level_guide.supervision IS 'how the work is led and reviewed';
COMMENT ON COLUMN delivery.job_level_guide.scope IS 'how far the responsibility reaches';
COMMENT ON COLUMN delivery.job_level_guide.sfia_level IS 'level of responsibility that goes with it, 1 to 7; NULL: none';
COMMENT ON COLUMN delivery.job_level_guide.custom IS 'whether the row comes from delivery.custom_job_level';
GRANT SELECT ON delivery.job_level_guide TO PUBLIC;
