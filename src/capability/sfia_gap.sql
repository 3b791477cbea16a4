-- sfia_gap.sql: levels held against levels required.
--
-- Unit: levels for a gap, double precision between 0 and 1 for a coverage.
-- NULL: no requirement where "required" is NULL, and it is left out; no level where "held"
--   is NULL (never assessed, or assessed and none found), which counts 0 and meets nothing.
-- Errors: 22023 for an array that is not a state.
-- Source: SFIA Foundation, guidance on skills assessment: required against current level.

CREATE FUNCTION delivery.sfia_gap(required delivery.sfia_level, held delivery.sfia_level)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_sfia_gap'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sfia_gap(delivery.sfia_level, delivery.sfia_level) IS
	'levels that are missing: required less held, above 0 if short, below 0 if there is more than required; a held level of NULL counts 0';

-- The state is that of shares, {requirements that are met, requirements}.

CREATE FUNCTION delivery_internal.skill_coverage_accum(state bigint[], required delivery.sfia_level, held delivery.sfia_level)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_skill_coverage_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.skill_coverage_accum(bigint[], delivery.sfia_level, delivery.sfia_level) IS
	'transition: count a requirement, and whether it is met';

CREATE FUNCTION delivery_internal.skill_coverage_remove(state bigint[], required delivery.sfia_level, held delivery.sfia_level)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_skill_coverage_remove'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.skill_coverage_remove(bigint[], delivery.sfia_level, delivery.sfia_level) IS
	'inverse transition: take a requirement off the counts';

CREATE AGGREGATE delivery.skill_coverage(required delivery.sfia_level, held delivery.sfia_level) (
	SFUNC = delivery_internal.skill_coverage_accum,
	STYPE = bigint[],
	INITCOND = '{0,0}',
	FINALFUNC = delivery_internal.ratio_final,
	COMBINEFUNC = delivery_internal.ratio_combine,
	MSFUNC = delivery_internal.skill_coverage_accum,
	MINVFUNC = delivery_internal.skill_coverage_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0}',
	MFINALFUNC = delivery_internal.ratio_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.skill_coverage(delivery.sfia_level, delivery.sfia_level) IS
	'coverage, 0 .. 1: share of requirements for which at least the required level is held; a held level of NULL meets none';
