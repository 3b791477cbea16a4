-- sfia_skill.sql: the register of skills.
--
-- Unit: levels of responsibility, 1 to 7: the first and the last one at which a skill is
--   defined.
-- NULL: check_sfia_level() gives NULL for a NULL argument.
-- Not for CHECK constraints: a dump may restore their rows before the user's own skills.
-- Errors: 23W60 for a level at which the skill is not defined, 22023 for a skill or a
--   version that the register does not have.
-- Source: SFIA Foundation, SFIA 9 (2024): codes, names and levels of its 147 skills. These
--   are facts, and no text of the framework is here. SFIA is a trade mark of the SFIA
--   Foundation.

-- They live in the library, so that a dump holds none of them.
CREATE FUNCTION delivery_internal.shipped_sfia_skill(
		OUT version text, OUT code text, OUT name text, OUT first_level integer, OUT last_level integer)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_shipped_sfia_skill'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	ROWS 147;
COMMENT ON FUNCTION delivery_internal.shipped_sfia_skill() IS
	'the skills that the extension ships; read the view delivery.sfia_skill, which also has your own';

CREATE TABLE delivery_internal.custom_sfia_skill (
	version text NOT NULL DEFAULT '9'
		CONSTRAINT custom_sfia_skill_version_trimmed CHECK (version COLLATE "C" ~ '^\S(.*\S)?$'),
	code text NOT NULL
		CONSTRAINT custom_sfia_skill_code_trimmed CHECK (code COLLATE "C" ~ '^\S(.*\S)?$'),
	name text NOT NULL
		CONSTRAINT custom_sfia_skill_name_trimmed CHECK (name COLLATE "C" ~ '^\S(.*\S)?$'),
	first_level integer NOT NULL,
	last_level integer NOT NULL,
	CONSTRAINT custom_sfia_skill_pkey PRIMARY KEY (version, code),
	CONSTRAINT custom_sfia_skill_levels_in_order CHECK (first_level >= 1 AND first_level <= last_level AND last_level <= 7)
);
COMMENT ON TABLE delivery_internal.custom_sfia_skill IS
	'skills of the user, behind the view delivery.custom_sfia_skill';
COMMENT ON COLUMN delivery_internal.custom_sfia_skill.version IS
	'version of the framework, or a name of your own for another one; 9 if not given';
COMMENT ON COLUMN delivery_internal.custom_sfia_skill.code IS
	'code of the skill, as passed to check_sfia_level()';
COMMENT ON COLUMN delivery_internal.custom_sfia_skill.name IS
	'name of the skill';
COMMENT ON COLUMN delivery_internal.custom_sfia_skill.first_level IS
	'lowest level of responsibility, 1 to 7, at which the skill is defined';
COMMENT ON COLUMN delivery_internal.custom_sfia_skill.last_level IS
	'highest level of responsibility, 1 to 7, at which the skill is defined';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.custom_sfia_skill', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_sfia_skill TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_sfia_skill TO pg_database_owner;

CREATE VIEW delivery.custom_sfia_skill AS
	SELECT version, code, name, first_level, last_level
	FROM delivery_internal.custom_sfia_skill;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.custom_sfia_skill OWNER TO @extowner@;
COMMENT ON VIEW delivery.custom_sfia_skill IS
	'your own skills; a row wins over a shipped one of the same version and code; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.custom_sfia_skill.version IS
	'version of the framework, or a name of your own for another one; 9 if not given';
COMMENT ON COLUMN delivery.custom_sfia_skill.code IS
	'code of the skill, as passed to check_sfia_level()';
COMMENT ON COLUMN delivery.custom_sfia_skill.name IS
	'name of the skill';
COMMENT ON COLUMN delivery.custom_sfia_skill.first_level IS
	'lowest level of responsibility, 1 to 7, at which the skill is defined';
COMMENT ON COLUMN delivery.custom_sfia_skill.last_level IS
	'highest level of responsibility, 1 to 7, at which the skill is defined';
GRANT SELECT ON delivery.custom_sfia_skill TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.custom_sfia_skill TO pg_database_owner;

CREATE VIEW delivery.sfia_skill AS
	SELECT custom.version, custom.code, custom.name, custom.first_level, custom.last_level, true AS custom
	FROM delivery_internal.custom_sfia_skill AS custom
	UNION ALL
	SELECT shipped.version, shipped.code, shipped.name, shipped.first_level, shipped.last_level, false
	FROM delivery_internal.shipped_sfia_skill() AS shipped
	WHERE NOT EXISTS (
		SELECT FROM delivery_internal.custom_sfia_skill AS custom
		WHERE custom.version = shipped.version
			AND custom.code = shipped.code);
COMMENT ON VIEW delivery.sfia_skill IS
	'the register of skills: those of SFIA 9 and your own, with the levels at which each is defined';
COMMENT ON COLUMN delivery.sfia_skill.version IS 'version of the framework';
COMMENT ON COLUMN delivery.sfia_skill.code IS 'code of the skill, such as DEMG; unique in its version';
COMMENT ON COLUMN delivery.sfia_skill.name IS 'name of the skill';
COMMENT ON COLUMN delivery.sfia_skill.first_level IS 'lowest level of responsibility, 1 to 7, at which the skill is defined';
COMMENT ON COLUMN delivery.sfia_skill.last_level IS 'highest level of responsibility, 1 to 7, at which the skill is defined';
COMMENT ON COLUMN delivery.sfia_skill.custom IS 'whether the row comes from delivery.custom_sfia_skill';
GRANT SELECT ON delivery.sfia_skill TO PUBLIC;

CREATE FUNCTION delivery.check_sfia_level(skill text, level delivery.sfia_level, version text DEFAULT '9')
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_check_sfia_level'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.check_sfia_level(text, delivery.sfia_level, text) IS
	'true if the skill is defined at the level, else an error: 23W60 with the levels at which it is, 22023 for a skill that the register does not have; for triggers and queries, as a CHECK constraint that calls it may not restore';
