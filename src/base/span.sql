-- span.sql: spans between two instants, their faults, and their mean.
--
-- Unit: interval, justified by hours as timestamptz - timestamptz is.
-- NULL: a row with a missing end is skipped, and so is a data fault that
--   span_fault() names; NULL when no row is left.
-- Errors: 22008 for a span over 292,000 years.

CREATE FUNCTION delivery.span_fault(started_at timestamptz, finished_at timestamptz)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_span_fault'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.span_fault(timestamptz, timestamptz) IS
	'why duration aggregates leave a span out: missing start, missing finish, infinite, negative; NULL where they keep it';

CREATE FUNCTION delivery.hours(duration interval)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_hours'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.hours(interval) IS
	'the duration in hours, for BI tools; a day counts 24 hours, a month 30 days';

-- Mean. The state is {spans, whole days, microseconds}.

CREATE FUNCTION delivery_internal.mean_accum(state bigint[], started_at timestamptz, finished_at timestamptz)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_mean_accum'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.mean_accum(bigint[], timestamptz, timestamptz) IS
	'transition: add the length of a span to a sum';

CREATE FUNCTION delivery_internal.mean_remove(state bigint[], started_at timestamptz, finished_at timestamptz)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_mean_remove'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.mean_remove(bigint[], timestamptz, timestamptz) IS
	'inverse transition: take the length of a span off a sum';

CREATE FUNCTION delivery_internal.mean_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_mean_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.mean_combine(bigint[], bigint[]) IS
	'combine: join two sums of spans';

CREATE FUNCTION delivery_internal.mean_final(state bigint[])
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_mean_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.mean_final(bigint[]) IS
	'final: mean of the spans summed';

-- Mean time to restore.
-- Source: ITIL 4 Foundation (2019), "mean time to restore service".
CREATE AGGREGATE delivery.mttr(detected_at timestamptz, restored_at timestamptz) (
	SFUNC = delivery_internal.mean_accum,
	STYPE = bigint[],
	INITCOND = '{0,0,0}',
	FINALFUNC = delivery_internal.mean_final,
	COMBINEFUNC = delivery_internal.mean_combine,
	MSFUNC = delivery_internal.mean_accum,
	MINVFUNC = delivery_internal.mean_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0,0}',
	MFINALFUNC = delivery_internal.mean_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.mttr(timestamptz, timestamptz) IS
	'mean time to restore: mean time from detection to recovery; unresolved rows are skipped';
