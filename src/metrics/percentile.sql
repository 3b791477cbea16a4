-- percentile.sql: exact percentiles of durations.
--
-- Unit: interval, justified by hours as timestamptz - timestamptz is.
-- NULL: a row with a missing end is skipped, and so is a data fault that
--   span_fault() names (negative span, infinite end); NULL when no row is left;
--   a NULL fraction gives NULL.
-- Errors: 22003 for a fraction outside 0 .. 1 or NaN; 22023 where it changes
--   within a group; 54000 for a partial state over 1 GB in a parallel plan.
-- Definition: PERCENTILE_CONT of SQL:2003 (linear interpolation between the
--   two nearest ranks), taken over the metric's span.

-- The form with the fraction as text exists so that '0.9', NULL and a parameter
-- without a type resolve: between float8 and float8[] alone they would not.

-- Transition functions. None is STRICT: a NULL state must be created by them.

CREATE FUNCTION delivery_internal.span_accum(state internal, started_at timestamptz, finished_at timestamptz)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_span_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.span_accum(internal, timestamptz, timestamptz) IS
	'transition: keep the length of a span';

CREATE FUNCTION delivery_internal.span_accum_fraction(state internal, started_at timestamptz, finished_at timestamptz, fraction double precision)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_span_accum_fraction'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.span_accum_fraction(internal, timestamptz, timestamptz, double precision) IS
	'transition: keep the length of a span, with one fraction';

CREATE FUNCTION delivery_internal.span_accum_literal(state internal, started_at timestamptz, finished_at timestamptz, fraction text)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_span_accum_literal'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.span_accum_literal(internal, timestamptz, timestamptz, text) IS
	'transition: keep the length of a span, with one fraction written as text';

CREATE FUNCTION delivery_internal.span_accum_fractions(state internal, started_at timestamptz, finished_at timestamptz, fractions double precision[])
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_span_accum_fractions'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.span_accum_fractions(internal, timestamptz, timestamptz, double precision[]) IS
	'transition: keep the length of a span, with several fractions';

CREATE FUNCTION delivery_internal.duration_accum(state internal, duration interval)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_duration_accum'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.duration_accum(internal, interval) IS
	'transition: keep a duration';

CREATE FUNCTION delivery_internal.duration_accum_fraction(state internal, duration interval, fraction double precision)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_duration_accum_fraction'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.duration_accum_fraction(internal, interval, double precision) IS
	'transition: keep a duration, with one fraction';

CREATE FUNCTION delivery_internal.duration_accum_literal(state internal, duration interval, fraction text)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_duration_accum_literal'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.duration_accum_literal(internal, interval, text) IS
	'transition: keep a duration, with one fraction written as text';

CREATE FUNCTION delivery_internal.duration_accum_fractions(state internal, duration interval, fractions double precision[])
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_duration_accum_fractions'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.duration_accum_fractions(internal, interval, double precision[]) IS
	'transition: keep a duration, with several fractions';

-- Combination of partial states, and their way from worker to leader.

CREATE FUNCTION delivery_internal.percentile_combine(state internal, other internal)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_percentile_combine'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_combine(internal, internal) IS
	'combine: join two sets of durations';

CREATE FUNCTION delivery_internal.percentile_combine_fraction(state internal, other internal)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_percentile_combine_fraction'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_combine_fraction(internal, internal) IS
	'combine: join two sets of durations, with one fraction';

CREATE FUNCTION delivery_internal.percentile_combine_fractions(state internal, other internal)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_percentile_combine_fractions'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_combine_fractions(internal, internal) IS
	'combine: join two sets of durations, with several fractions';

CREATE FUNCTION delivery_internal.percentile_serialize(state internal)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_percentile_serialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_serialize(internal) IS
	'serialise: set of durations to bytes';

CREATE FUNCTION delivery_internal.percentile_serialize_fraction(state internal)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_percentile_serialize_fraction'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_serialize_fraction(internal) IS
	'serialise: set of durations to bytes, with one fraction';

CREATE FUNCTION delivery_internal.percentile_serialize_fractions(state internal)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_percentile_serialize_fractions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_serialize_fractions(internal) IS
	'serialise: set of durations to bytes, with several fractions';

CREATE FUNCTION delivery_internal.percentile_deserialize(serialized bytea, unused internal)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'delivery_percentile_deserialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_deserialize(bytea, internal) IS
	'deserialise: bytes to what the combine function reads';

-- Final functions.

CREATE FUNCTION delivery_internal.percentile_final(state internal)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_percentile_final'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_final(internal) IS
	'final: median of the durations kept';

CREATE FUNCTION delivery_internal.percentile_final_fraction(state internal)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_percentile_final_fraction'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_final_fraction(internal) IS
	'final: percentile of the durations kept';

CREATE FUNCTION delivery_internal.percentile_final_fractions(state internal)
	RETURNS interval[]
	AS 'MODULE_PATHNAME', 'delivery_percentile_final_fractions'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.percentile_final_fractions(internal) IS
	'final: several percentiles of the durations kept';

-- lead time for changes: time from commit to its deployment.
-- Source: Forsgren, Humble, Kim: Accelerate (2018), ch. 2; DORA.

CREATE AGGREGATE delivery.lead_time(committed_at timestamptz, deployed_at timestamptz) (
	SFUNC = delivery_internal.span_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final,
	COMBINEFUNC = delivery_internal.percentile_combine,
	SERIALFUNC = delivery_internal.percentile_serialize,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.lead_time(timestamptz, timestamptz) IS
	'median lead time for changes: time from commit to its deployment';

CREATE AGGREGATE delivery.lead_time(committed_at timestamptz, deployed_at timestamptz, fraction double precision) (
	SFUNC = delivery_internal.span_accum_fraction,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.lead_time(timestamptz, timestamptz, double precision) IS
	'percentile (fraction 0 .. 1) of lead time for changes: time from commit to its deployment';

CREATE AGGREGATE delivery.lead_time(committed_at timestamptz, deployed_at timestamptz, fraction text) (
	SFUNC = delivery_internal.span_accum_literal,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.lead_time(timestamptz, timestamptz, text) IS
	'percentile (fraction 0 .. 1 as a literal or untyped parameter) of lead time for changes: time from commit to its deployment';

CREATE AGGREGATE delivery.lead_time(committed_at timestamptz, deployed_at timestamptz, fractions double precision[]) (
	SFUNC = delivery_internal.span_accum_fractions,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fractions,
	COMBINEFUNC = delivery_internal.percentile_combine_fractions,
	SERIALFUNC = delivery_internal.percentile_serialize_fractions,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.lead_time(timestamptz, timestamptz, double precision[]) IS
	'several percentiles (fractions 0 .. 1), in one pass, of lead time for changes: time from commit to its deployment';

-- cycle time: time from start of work on an item to its end.
-- Source: Kanban Guide (2020).

CREATE AGGREGATE delivery.cycle_time(started_at timestamptz, finished_at timestamptz) (
	SFUNC = delivery_internal.span_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final,
	COMBINEFUNC = delivery_internal.percentile_combine,
	SERIALFUNC = delivery_internal.percentile_serialize,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.cycle_time(timestamptz, timestamptz) IS
	'median cycle time: time from start of work on an item to its end';

CREATE AGGREGATE delivery.cycle_time(started_at timestamptz, finished_at timestamptz, fraction double precision) (
	SFUNC = delivery_internal.span_accum_fraction,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.cycle_time(timestamptz, timestamptz, double precision) IS
	'percentile (fraction 0 .. 1) of cycle time: time from start of work on an item to its end';

CREATE AGGREGATE delivery.cycle_time(started_at timestamptz, finished_at timestamptz, fraction text) (
	SFUNC = delivery_internal.span_accum_literal,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.cycle_time(timestamptz, timestamptz, text) IS
	'percentile (fraction 0 .. 1 as a literal or untyped parameter) of cycle time: time from start of work on an item to its end';

CREATE AGGREGATE delivery.cycle_time(started_at timestamptz, finished_at timestamptz, fractions double precision[]) (
	SFUNC = delivery_internal.span_accum_fractions,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fractions,
	COMBINEFUNC = delivery_internal.percentile_combine_fractions,
	SERIALFUNC = delivery_internal.percentile_serialize_fractions,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.cycle_time(timestamptz, timestamptz, double precision[]) IS
	'several percentiles (fractions 0 .. 1), in one pass, of cycle time: time from start of work on an item to its end';

-- time to restore service: time from failure to recovery; unresolved rows are skipped.
-- Source: Accelerate (2018), ch. 2; DORA.

CREATE AGGREGATE delivery.time_to_restore(failed_at timestamptz, restored_at timestamptz) (
	SFUNC = delivery_internal.span_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final,
	COMBINEFUNC = delivery_internal.percentile_combine,
	SERIALFUNC = delivery_internal.percentile_serialize,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.time_to_restore(timestamptz, timestamptz) IS
	'median time to restore service: time from failure to recovery; unresolved rows are skipped';

CREATE AGGREGATE delivery.time_to_restore(failed_at timestamptz, restored_at timestamptz, fraction double precision) (
	SFUNC = delivery_internal.span_accum_fraction,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.time_to_restore(timestamptz, timestamptz, double precision) IS
	'percentile (fraction 0 .. 1) of time to restore service: time from failure to recovery; unresolved rows are skipped';

CREATE AGGREGATE delivery.time_to_restore(failed_at timestamptz, restored_at timestamptz, fraction text) (
	SFUNC = delivery_internal.span_accum_literal,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.time_to_restore(timestamptz, timestamptz, text) IS
	'percentile (fraction 0 .. 1 as a literal or untyped parameter) of time to restore service: time from failure to recovery; unresolved rows are skipped';

CREATE AGGREGATE delivery.time_to_restore(failed_at timestamptz, restored_at timestamptz, fractions double precision[]) (
	SFUNC = delivery_internal.span_accum_fractions,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fractions,
	COMBINEFUNC = delivery_internal.percentile_combine_fractions,
	SERIALFUNC = delivery_internal.percentile_serialize_fractions,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.time_to_restore(timestamptz, timestamptz, double precision[]) IS
	'several percentiles (fractions 0 .. 1), in one pass, of time to restore service: time from failure to recovery; unresolved rows are skipped';

-- The same for a ready duration; a month counts 30 days, a day 24 hours.

CREATE AGGREGATE delivery.duration_percentile(duration interval) (
	SFUNC = delivery_internal.duration_accum,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final,
	COMBINEFUNC = delivery_internal.percentile_combine,
	SERIALFUNC = delivery_internal.percentile_serialize,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.duration_percentile(interval) IS
	'median of durations';

CREATE AGGREGATE delivery.duration_percentile(duration interval, fraction double precision) (
	SFUNC = delivery_internal.duration_accum_fraction,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.duration_percentile(interval, double precision) IS
	'percentile (fraction 0 .. 1) of durations';

CREATE AGGREGATE delivery.duration_percentile(duration interval, fraction text) (
	SFUNC = delivery_internal.duration_accum_literal,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fraction,
	COMBINEFUNC = delivery_internal.percentile_combine_fraction,
	SERIALFUNC = delivery_internal.percentile_serialize_fraction,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.duration_percentile(interval, text) IS
	'percentile (fraction 0 .. 1 as a literal or untyped parameter) of durations';

CREATE AGGREGATE delivery.duration_percentile(duration interval, fractions double precision[]) (
	SFUNC = delivery_internal.duration_accum_fractions,
	STYPE = internal,
	SSPACE = 96,
	FINALFUNC = delivery_internal.percentile_final_fractions,
	COMBINEFUNC = delivery_internal.percentile_combine_fractions,
	SERIALFUNC = delivery_internal.percentile_serialize_fractions,
	DESERIALFUNC = delivery_internal.percentile_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.duration_percentile(interval, double precision[]) IS
	'several percentiles (fractions 0 .. 1), in one pass, of durations';
