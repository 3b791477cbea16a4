-- frequency.sql: how often something is deployed within a period.
--
-- NULL: a row whose time is NULL counts as a row, so the result is 0 and not
--   NULL; NULL for no row at all, and for a NULL period or time zone.
-- Errors: 22023 for a period that is empty, unbounded, infinite or a single
--   instant, for an unknown time zone, and where either changes within a group.

-- The state of deployment_frequency is {format, rows, flags, lower, upper,
-- inside}; that of deployment_days_per_week {format, rows, flags, lower, upper,
-- zone, first Monday, weeks, then a byte per week with a bit per day}.

CREATE FUNCTION delivery_internal.frequency_accum(state bigint[], deployed_at timestamptz, period tstzrange)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_frequency_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.frequency_accum(bigint[], timestamptz, tstzrange) IS
	'transition: count a deployment, and whether it lies inside the period';

CREATE FUNCTION delivery_internal.frequency_remove(state bigint[], deployed_at timestamptz, period tstzrange)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_frequency_remove'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.frequency_remove(bigint[], timestamptz, tstzrange) IS
	'inverse transition: take a deployment off the counts';

CREATE FUNCTION delivery_internal.frequency_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_frequency_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.frequency_combine(bigint[], bigint[]) IS
	'combine: add the counts of two sets of deployments in the same period';

CREATE FUNCTION delivery_internal.frequency_final(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_frequency_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.frequency_final(bigint[]) IS
	'final: deployments inside the period per day of it';

-- Deployment frequency, in deployments per day (24 hours) of the period.
-- Source: Forsgren, Humble, Kim: Accelerate (2018), ch. 2; DORA.
CREATE AGGREGATE delivery.deployment_frequency(deployed_at timestamptz, period tstzrange) (
	SFUNC = delivery_internal.frequency_accum,
	STYPE = bigint[],
	FINALFUNC = delivery_internal.frequency_final,
	COMBINEFUNC = delivery_internal.frequency_combine,
	MSFUNC = delivery_internal.frequency_accum,
	MINVFUNC = delivery_internal.frequency_remove,
	MSTYPE = bigint[],
	MFINALFUNC = delivery_internal.frequency_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.deployment_frequency(timestamptz, tstzrange) IS
	'deployment frequency: deployments inside the period per day of it, days without any included';

CREATE FUNCTION delivery_internal.weeks_accum(state bigint[], deployed_at timestamptz, period tstzrange, time_zone text)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_weeks_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.weeks_accum(bigint[], timestamptz, tstzrange, text) IS
	'transition: mark the local date of a deployment in the weeks of the period';

CREATE FUNCTION delivery_internal.weeks_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_weeks_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.weeks_combine(bigint[], bigint[]) IS
	'combine: join the marked dates of the same weeks';

CREATE FUNCTION delivery_internal.weeks_final(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_weeks_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.weeks_final(bigint[]) IS
	'final: median over the weeks of the number of marked dates';

-- Deployment days per week: median over the full ISO weeks (Monday 00:00 to
-- Monday 00:00, local time) that lie in the period. NULL where none does.
-- Source: DORA Four Keys, which asks on how many days of a median week at
-- least one deployment succeeded.
CREATE AGGREGATE delivery.deployment_days_per_week(deployed_at timestamptz, period tstzrange, time_zone text) (
	SFUNC = delivery_internal.weeks_accum,
	STYPE = bigint[],
	FINALFUNC = delivery_internal.weeks_final,
	COMBINEFUNC = delivery_internal.weeks_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.deployment_days_per_week(timestamptz, tstzrange, text) IS
	'median number of days with a deployment over the full ISO weeks of the period in that time zone, weeks without any included';
