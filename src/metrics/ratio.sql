-- ratio.sql: share of rows for which something is true.
--
-- Unit: double precision between 0 and 1.
-- NULL: a row whose flag is NULL (not known yet) is skipped; NULL when no row is left.
-- Errors: 22023 for an array that is not a state.

-- The state is {true rows, known rows}.

CREATE FUNCTION delivery_internal.ratio_accum(state bigint[], flag boolean)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_ratio_accum'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.ratio_accum(bigint[], boolean) IS
	'transition: count a row, and whether its flag is true';

CREATE FUNCTION delivery_internal.ratio_remove(state bigint[], flag boolean)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_ratio_remove'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.ratio_remove(bigint[], boolean) IS
	'inverse transition: take a row off the counts';

CREATE FUNCTION delivery_internal.ratio_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_ratio_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.ratio_combine(bigint[], bigint[]) IS
	'combine: add two pairs of counts';

CREATE FUNCTION delivery_internal.ratio_final(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_ratio_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.ratio_final(bigint[]) IS
	'final: true rows divided by known rows';

CREATE FUNCTION delivery_internal.ratio_final_complement(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_ratio_final_complement'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.ratio_final_complement(bigint[]) IS
	'final: known rows that are not true divided by known rows';

-- Change failure rate.
-- Source: Forsgren, Humble, Kim: Accelerate (2018), ch. 2; DORA.
CREATE AGGREGATE delivery.change_failure_rate(failed boolean) (
	SFUNC = delivery_internal.ratio_accum,
	STYPE = bigint[],
	INITCOND = '{0,0}',
	FINALFUNC = delivery_internal.ratio_final,
	COMBINEFUNC = delivery_internal.ratio_combine,
	MSFUNC = delivery_internal.ratio_accum,
	MINVFUNC = delivery_internal.ratio_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0}',
	MFINALFUNC = delivery_internal.ratio_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.change_failure_rate(boolean) IS
	'change failure rate, 0 .. 1: share of deployments that failed in production, of those whose outcome is known';

-- Deployment rework rate.
-- Source: DORA, Accelerate State of DevOps Report 2024.
CREATE AGGREGATE delivery.rework_rate(unplanned boolean) (
	SFUNC = delivery_internal.ratio_accum,
	STYPE = bigint[],
	INITCOND = '{0,0}',
	FINALFUNC = delivery_internal.ratio_final,
	COMBINEFUNC = delivery_internal.ratio_combine,
	MSFUNC = delivery_internal.ratio_accum,
	MINVFUNC = delivery_internal.ratio_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0}',
	MFINALFUNC = delivery_internal.ratio_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.rework_rate(boolean) IS
	'rework rate, 0 .. 1: share of deployments that were unplanned and made only to repair production';
