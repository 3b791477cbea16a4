-- maturity.sql: maturity of practices, from ratings of criteria.
--
-- Unit: ratings are whole numbers from 1 to 5; a score lies between them, a level is one.
-- NULL: a rating of NULL does not apply, and a NULL weight or flag is not known: such rows
--   are skipped. NULL where none is left.
-- Errors: 22003 for a rating outside 1 .. 5 and a weight outside 0 .. 1,000,000; 22023 for
--   an array that is no state. A fractional rating finds no function, 42883.
-- Source: the five levels of CMMI (Chrissis, Konrad, Shrum: CMMI, 2011): staged, in which
--   a level is reached when all that is mandatory for it is, and continuous, for profiles.

-- Score. The state is {high, low, high, low}: weights times ratings, and weights, each as
-- high * 10^18 + low billionths. Integers, so that no order of rows changes a bit.

CREATE FUNCTION delivery_internal.maturity_score_accum(state bigint[], rating integer, weight double precision)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_maturity_score_accum'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_score_accum(bigint[], integer, double precision) IS
	'transition: add a rating with its weight';

CREATE FUNCTION delivery_internal.maturity_score_remove(state bigint[], rating integer, weight double precision)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_maturity_score_remove'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_score_remove(bigint[], integer, double precision) IS
	'inverse transition: take a rating with its weight off';

CREATE FUNCTION delivery_internal.maturity_score_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_maturity_score_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_score_combine(bigint[], bigint[]) IS
	'combine: add the sums of two states';

CREATE FUNCTION delivery_internal.maturity_score_final(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_maturity_score_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_score_final(bigint[]) IS
	'final: weights times ratings divided by weights';

CREATE AGGREGATE delivery.maturity_score(rating integer, weight double precision) (
	SFUNC = delivery_internal.maturity_score_accum,
	STYPE = bigint[],
	INITCOND = '{0,0,0,0}',
	FINALFUNC = delivery_internal.maturity_score_final,
	COMBINEFUNC = delivery_internal.maturity_score_combine,
	MSFUNC = delivery_internal.maturity_score_accum,
	MINVFUNC = delivery_internal.maturity_score_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0,0,0}',
	MFINALFUNC = delivery_internal.maturity_score_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.maturity_score(integer, double precision) IS
	'maturity score, 1 .. 5: mean of the ratings by weight; a rating of NULL does not apply, and one of weight 0 is left out';

-- Level. The state is the lowest mandatory rating so far, NULL before the first.

CREATE FUNCTION delivery_internal.maturity_level_accum(state integer, rating integer, mandatory boolean)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_maturity_level_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_level_accum(integer, integer, boolean) IS
	'transition: the lower one of the state and a mandatory rating';

CREATE FUNCTION delivery_internal.maturity_level_combine(state integer, other integer)
	RETURNS integer AS 'int4smaller'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.maturity_level_combine(integer, integer) IS
	'combine: the lower one of two states';

CREATE AGGREGATE delivery.maturity_level(rating integer, mandatory boolean) (
	SFUNC = delivery_internal.maturity_level_accum,
	STYPE = integer,
	COMBINEFUNC = delivery_internal.maturity_level_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.maturity_level(integer, boolean) IS
	'maturity level, 1 .. 5, staged: the lowest of the mandatory ratings; a rating of NULL does not apply';
