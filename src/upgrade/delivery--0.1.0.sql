-- schema.sql: the two schemas of the extension. First piece of the install script.
--
-- The script makes the schemas itself: one of their names that somebody else made
-- before is refused, not adopted. "delivery" has what people call: types, functions,
-- aggregates, operators, views. "delivery_internal" has what makes it work: every
-- table, support functions of types and aggregates, conditions and functions of
-- triggers. No table is in a schema that anybody puts on a search_path.
--
-- Rights: the extension is trusted, so the script runs as a superuser for an owner who
-- may be none. Tables and functions are the superuser's. Who owns the database may
-- dump and restore the tables, and write those that no function writes; never TRIGGER,
-- REFERENCES, TRUNCATE or MAINTAIN: a trigger of an ordinary role would run as the
-- superuser. See doc/security.md.

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION delivery" to load this file. \quit

-- The server's own message would not say whose it is, nor what to do. A function, as
-- there may be no PL/pgSQL; where the schemas are not yet, so it goes at once.
CREATE FUNCTION pg_catalog.delivery_refuse_schemas()
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_refuse_schemas'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
SELECT pg_catalog.delivery_refuse_schemas();
DROP FUNCTION pg_catalog.delivery_refuse_schemas();

CREATE SCHEMA delivery;
COMMENT ON SCHEMA delivery IS 'IT delivery management: what people call, on the caller''s own tables';
GRANT USAGE ON SCHEMA delivery TO PUBLIC;

CREATE SCHEMA delivery_internal;
COMMENT ON SCHEMA delivery_internal IS 'what makes the extension "delivery" work: not to be called by name, nor put on a search_path';
-- the text of triggers names functions of it, and is dumped
GRANT USAGE ON SCHEMA delivery_internal TO PUBLIC;
-- version.sql: whether library and SQL are of one version.
--
-- A package brings the library for all databases at once, ALTER EXTENSION UPDATE the
-- SQL for one. Between the two, functions of releases that the library has no more
-- fail with 55000, and say what to do.
-- NULL: none. Errors: none.

CREATE FUNCTION delivery_internal.library_version()
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_library_version'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.library_version() IS
	'version of the library that this session has loaded';

CREATE FUNCTION delivery_internal.version_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 1
BEGIN ATOMIC
	SELECT 'extension delivery', format('the library is of version %s, the SQL in this database of version %s', v.library, v.installed),
		CASE
			-- what is not numbers alone, as a preview of a release, has no order
			WHEN CASE WHEN v.installed || '.' || v.library ~ '^[0-9]+(\.[0-9]+)*$'
				THEN string_to_array(v.installed, '.')::integer[] < string_to_array(v.library, '.')::integer[] ELSE true END
			THEN format('ALTER EXTENSION delivery UPDATE TO %L; SELECT * FROM pg_extension_update_paths(''delivery'') shows from where there is a way', v.library)
			ELSE format('install the packages of version %s on this server, and connect again', v.installed)
		END
	FROM (SELECT delivery_internal.library_version() AS library, e.extversion AS installed FROM pg_extension AS e WHERE e.extname = 'delivery') AS v
	WHERE v.installed <> v.library;
END;
COMMENT ON FUNCTION delivery_internal.version_health() IS
	'whether library and SQL are of different versions, as between the installation of a package and ALTER EXTENSION UPDATE';
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
-- level.sql: performance levels and the benchmarks behind them.

CREATE TYPE delivery.dora_level AS ENUM ('low', 'medium', 'high', 'elite');
COMMENT ON TYPE delivery.dora_level IS
	'DORA performance level: low < medium < high < elite';

-- The ladders that the extension ships. They live in the library, so that a
-- dump holds none of them.
-- Sources: DORA, Accelerate State of DevOps Report 2021 to 2024; "standard" is
-- the reading of them that this extension recommends.
CREATE FUNCTION delivery_internal.shipped_benchmark(
		OUT benchmark text, OUT metric text, OUT level text, OUT comparison text,
		OUT threshold double precision, OUT threshold_duration interval)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_shipped_benchmark'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	ROWS 53;
COMMENT ON FUNCTION delivery_internal.shipped_benchmark() IS
	'the ladders that the extension ships; read the view delivery.benchmark, which also has your own';

CREATE TABLE delivery_internal.custom_benchmark (
	benchmark text NOT NULL
		CONSTRAINT custom_benchmark_name_trimmed CHECK (benchmark <> '' AND benchmark = btrim(benchmark)),
	metric text NOT NULL
		CONSTRAINT custom_benchmark_metric_known CHECK (metric IN (
			'change_failure_rate', 'deployment_frequency', 'lead_time',
			'rework_rate', 'time_to_restore')),
	level text NOT NULL
		CONSTRAINT custom_benchmark_level_known CHECK (level IN ('medium', 'high', 'elite')),
	comparison text NOT NULL,
	threshold double precision
		CONSTRAINT custom_benchmark_threshold_in_range CHECK (
			threshold >= 0 AND threshold < 'Infinity' AND
			(metric NOT IN ('change_failure_rate', 'rework_rate') OR threshold <= 1)),
	threshold_duration interval
		CONSTRAINT custom_benchmark_duration_in_range CHECK (
			threshold_duration >= interval '0' AND threshold_duration <= interval '106751991 days')
		CONSTRAINT custom_benchmark_duration_without_months CHECK (
			extract(year FROM threshold_duration) = 0 AND extract(month FROM threshold_duration) = 0),
	CONSTRAINT custom_benchmark_pkey PRIMARY KEY (benchmark, metric, level),
	CONSTRAINT custom_benchmark_comparison_fits CHECK (
		CASE WHEN metric = 'deployment_frequency' THEN comparison IN ('>', '>=')
			ELSE comparison IN ('<', '<=') END),
	CONSTRAINT custom_benchmark_unit_fits CHECK (
		CASE WHEN metric IN ('lead_time', 'time_to_restore')
			THEN threshold IS NULL AND threshold_duration IS NOT NULL
			ELSE threshold IS NOT NULL AND threshold_duration IS NULL END)
);
COMMENT ON TABLE delivery_internal.custom_benchmark IS
	'ladders of the user, behind the view delivery.custom_benchmark';
COMMENT ON COLUMN delivery_internal.custom_benchmark.benchmark IS
	'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery_internal.custom_benchmark.metric IS
	'change_failure_rate, deployment_frequency, lead_time, rework_rate or time_to_restore';
COMMENT ON COLUMN delivery_internal.custom_benchmark.level IS
	'medium, high or elite: level reached by a value that passes the comparison; what passes none is low';
COMMENT ON COLUMN delivery_internal.custom_benchmark.comparison IS
	'how a value is compared with the threshold: > or >= for deployment_frequency, < or <= for the others';
COMMENT ON COLUMN delivery_internal.custom_benchmark.threshold IS
	'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery_internal.custom_benchmark.threshold_duration IS
	'threshold of lead_time and time_to_restore, without months, which have no length; NULL for the other metrics';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.custom_benchmark', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_benchmark TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_benchmark TO pg_database_owner;

CREATE VIEW delivery.custom_benchmark AS
	SELECT benchmark, metric, level, comparison, threshold, threshold_duration
	FROM delivery_internal.custom_benchmark;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.custom_benchmark OWNER TO @extowner@;
COMMENT ON VIEW delivery.custom_benchmark IS
	'your own ladders, or steps of them; a row wins over a shipped one of the same benchmark, metric and level; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.custom_benchmark.benchmark IS
	'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery.custom_benchmark.metric IS
	'change_failure_rate, deployment_frequency, lead_time, rework_rate or time_to_restore';
COMMENT ON COLUMN delivery.custom_benchmark.level IS
	'medium, high or elite: level reached by a value that passes the comparison; what passes none is low';
COMMENT ON COLUMN delivery.custom_benchmark.comparison IS
	'how a value is compared with the threshold: > or >= for deployment_frequency, < or <= for the others';
COMMENT ON COLUMN delivery.custom_benchmark.threshold IS
	'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery.custom_benchmark.threshold_duration IS
	'threshold of lead_time and time_to_restore, without months, which have no length; NULL for the other metrics';
GRANT SELECT ON delivery.custom_benchmark TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.custom_benchmark TO pg_database_owner;

-- Built-in types only, durations also as hours: BI tools read it. The columns
-- that custom_benchmark has are the same there, so that a ladder can be copied.
CREATE VIEW delivery.benchmark AS
	SELECT custom.benchmark, custom.metric, custom.level, custom.comparison,
		custom.threshold, custom.threshold_duration,
		delivery.hours(custom.threshold_duration) AS threshold_hours, true AS custom
	FROM delivery_internal.custom_benchmark AS custom
	UNION ALL
	SELECT shipped.benchmark, shipped.metric, shipped.level, shipped.comparison,
		shipped.threshold, shipped.threshold_duration,
		delivery.hours(shipped.threshold_duration), false
	FROM delivery_internal.shipped_benchmark() AS shipped
	WHERE NOT EXISTS (
		SELECT FROM delivery_internal.custom_benchmark AS custom
		WHERE custom.benchmark = shipped.benchmark
			AND custom.metric = shipped.metric
			AND custom.level = shipped.level);
COMMENT ON VIEW delivery.benchmark IS
	'thresholds of every level that dora_level() knows: the shipped ladders and your own; the first comparison that holds from elite down decides, else low';
COMMENT ON COLUMN delivery.benchmark.benchmark IS 'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery.benchmark.metric IS 'metric, as passed to dora_level()';
COMMENT ON COLUMN delivery.benchmark.level IS 'medium, high or elite: level reached by a value that passes the comparison; cast it to delivery.dora_level to sort by rank';
COMMENT ON COLUMN delivery.benchmark.comparison IS 'how a value is compared with the threshold: <, <=, > or >=';
COMMENT ON COLUMN delivery.benchmark.threshold IS 'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery.benchmark.threshold_duration IS 'threshold of lead_time and time_to_restore; NULL for the other metrics';
COMMENT ON COLUMN delivery.benchmark.threshold_hours IS 'threshold of lead_time and time_to_restore in hours; NULL for the other metrics';
COMMENT ON COLUMN delivery.benchmark.custom IS 'whether the row comes from delivery.custom_benchmark';
GRANT SELECT ON delivery.benchmark TO PUBLIC;

-- Level of a value on a ladder.
-- NULL: for a NULL argument, and where the benchmark has no ladder for the metric.
-- Errors: 22023 for an unknown metric or benchmark, and a value of the wrong
--   kind (a number for a duration); 22003 for a value out of range; 22P02 and
--   22007 for text that is no value.
-- Unit: deployment_frequency per day; rates 0 .. 1, as text also '15%'.

CREATE FUNCTION delivery.dora_level(metric text, value double precision, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_number'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, double precision, text) IS
	'performance level of a deployment frequency (per day) or of a rate (0 .. 1)';

CREATE FUNCTION delivery.dora_level(metric text, value interval, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_duration'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, interval, text) IS
	'performance level of a lead time or a time to restore';

CREATE FUNCTION delivery.dora_level(metric text, value text, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_text'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, text, text) IS
	'performance level of a value written as text, in the unit of the metric';
-- chart.sql: pictures in plain characters, for psql and logs.
--
-- Unit: width and height in characters, those of the labels included.
-- NULL: for a NULL argument, and where there is no value; an element that is
--   NULL, NaN or infinite leaves a gap.
-- Errors: 22023 for a size below 1 or above 1000; 2202E for more than one
--   dimension.

CREATE FUNCTION delivery.text_chart("values" double precision[], width integer DEFAULT 60, height integer DEFAULT 8)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_text_chart'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.text_chart(double precision[], integer, integer) IS
	'chart of a series from left to right, between its least and its greatest value; values that share a column are all marked';
-- calendar.sql: working calendars, and arithmetic with working time.
--
-- Unit: intervals of working time have hours, as many as there are, and never
--   days. An interval that is to be worked has hours, or working dates as its
--   days.
-- NULL: for a NULL argument, and for an infinite timestamp, which is a data
--   fault.
-- Errors: 22P02 for text that is no calendar; 22P03 for bytes of another type;
--   22023 for a calendar whose public holidays are not bound, an unbounded range,
--   an interval with months, and working time that is never reached; 22008 for a
--   result out of range.

CREATE TYPE delivery.work_calendar;
COMMENT ON TYPE delivery.work_calendar IS
	'opening hours with a time zone, such as TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00; Dec 25 off; no zone means UTC';

CREATE FUNCTION delivery_internal.work_calendar_in(input cstring)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_in(cstring) IS 'text input of a working calendar';

CREATE FUNCTION delivery_internal.work_calendar_out(calendar delivery.work_calendar)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_calendar_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_out(delivery.work_calendar) IS
	'text output of a working calendar: its rules, each written in one way';

CREATE FUNCTION delivery_internal.work_calendar_recv(input internal)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_recv(internal) IS
	'binary input of a working calendar: the format, 1, and three zeros as bytes, then the text';

CREATE FUNCTION delivery_internal.work_calendar_send(calendar delivery.work_calendar)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_calendar_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_send(delivery.work_calendar) IS
	'binary output of a working calendar';

CREATE TYPE delivery.work_calendar (
	INPUT = delivery_internal.work_calendar_in,
	OUTPUT = delivery_internal.work_calendar_out,
	RECEIVE = delivery_internal.work_calendar_recv,
	SEND = delivery_internal.work_calendar_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

CREATE FUNCTION delivery_internal.work_calendar_eq(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_eq(delivery.work_calendar, delivery.work_calendar) IS
	'whether two calendars have the same normalised text';

CREATE FUNCTION delivery_internal.work_calendar_ne(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_ne(delivery.work_calendar, delivery.work_calendar) IS
	'whether two calendars differ in their normalised text';

CREATE FUNCTION delivery_internal.work_calendar_lt(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_lt(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes before the other';

CREATE FUNCTION delivery_internal.work_calendar_le(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_le(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes before the other or is the same';

CREATE FUNCTION delivery_internal.work_calendar_gt(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_gt(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes after the other';

CREATE FUNCTION delivery_internal.work_calendar_ge(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_ge(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes after the other or is the same';

CREATE FUNCTION delivery_internal.work_calendar_cmp(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_calendar_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_cmp(delivery.work_calendar, delivery.work_calendar) IS
	'order of calendars by the bytes of their normalised text: below 0, 0, above 0';

CREATE FUNCTION delivery_internal.work_calendar_hash(calendar delivery.work_calendar)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_calendar_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_hash(delivery.work_calendar) IS 'hash of a calendar';

CREATE FUNCTION delivery_internal.work_calendar_hash_extended(calendar delivery.work_calendar, seed bigint)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_calendar_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_hash_extended(delivery.work_calendar, bigint) IS
	'hash of a calendar with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_eq,
	COMMUTATOR = OPERATOR(delivery.=),
	NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.work_calendar, delivery.work_calendar) IS
	'same normalised text';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_ne,
	COMMUTATOR = OPERATOR(delivery.<>),
	NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.work_calendar, delivery.work_calendar) IS
	'different normalised text';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_lt,
	COMMUTATOR = OPERATOR(delivery.>),
	NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes before';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_le,
	COMMUTATOR = OPERATOR(delivery.>=),
	NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes before, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_gt,
	COMMUTATOR = OPERATOR(delivery.<),
	NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes after';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_ge,
	COMMUTATOR = OPERATOR(delivery.<=),
	NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes after, or the same';

CREATE OPERATOR FAMILY delivery.work_calendar_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.work_calendar_ops USING btree IS 'order of working calendars';
CREATE OPERATOR CLASS delivery.work_calendar_ops
	DEFAULT FOR TYPE delivery.work_calendar USING btree FAMILY delivery.work_calendar_ops AS
	OPERATOR 1 delivery.< (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 2 delivery.<= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 3 delivery.= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 4 delivery.>= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 5 delivery.> (delivery.work_calendar, delivery.work_calendar),
	FUNCTION 1 delivery_internal.work_calendar_cmp(delivery.work_calendar, delivery.work_calendar),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.work_calendar_ops USING btree IS
	'order of working calendars by the bytes of their normalised text, for ORDER BY, GROUP BY, joins and indexes';

CREATE OPERATOR FAMILY delivery.work_calendar_hash_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.work_calendar_hash_ops USING hash IS 'hash operators of working calendars';
CREATE OPERATOR CLASS delivery.work_calendar_hash_ops
	DEFAULT FOR TYPE delivery.work_calendar USING hash FAMILY delivery.work_calendar_hash_ops AS
	OPERATOR 1 delivery.= (delivery.work_calendar, delivery.work_calendar),
	FUNCTION 1 delivery_internal.work_calendar_hash(delivery.work_calendar),
	FUNCTION 2 delivery_internal.work_calendar_hash_extended(delivery.work_calendar, bigint);
COMMENT ON OPERATOR CLASS delivery.work_calendar_hash_ops USING hash IS
	'hash operators of working calendars, for DISTINCT, GROUP BY, joins and hash indexes';

-- Drivers send text where a calendar is stored.
CREATE CAST (text AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.work_calendar) IS 'a calendar as it is written';
CREATE CAST (varchar AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.work_calendar) IS 'a calendar as it is written';
CREATE CAST (bpchar AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.work_calendar) IS 'a calendar as it is written';

-- Source of the syntax: OpenStreetMap, opening_hours specification 0.7, of
-- which it is a subset; see doc/calendar.md.

CREATE FUNCTION delivery.with_holidays(calendar delivery.work_calendar, holidays date[])
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_with_holidays'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.with_holidays(delivery.work_calendar, date[]) IS
	'the calendar with PH bound to these dates, in place of those bound before';

CREATE FUNCTION delivery.working_time(calendar delivery.work_calendar, start timestamptz, finish timestamptz)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_working_time'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_time(delivery.work_calendar, timestamptz, timestamptz) IS
	'working time from start to finish, in hours; negative where finish comes first';

CREATE FUNCTION delivery.working_time(calendar delivery.work_calendar, ranges tstzmultirange)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_working_time_in_ranges'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_time(delivery.work_calendar, tstzmultirange) IS
	'working time within the ranges, in hours; an unbounded range is an error';

CREATE FUNCTION delivery.add_working_time(calendar delivery.work_calendar, start timestamptz, duration interval)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_add_working_time'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.add_working_time(delivery.work_calendar, timestamptz, interval) IS
	'first instant at which that much has been worked since start: hours of the interval are working hours, days working dates; negative goes back';

CREATE FUNCTION delivery.is_working(calendar delivery.work_calendar, instant timestamptz)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_working'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.is_working(delivery.work_calendar, timestamptz) IS
	'whether the calendar is open at that instant; it is at an opening, and is not at a closing';

CREATE FUNCTION delivery.next_opening(calendar delivery.work_calendar, instant timestamptz)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_next_opening_at'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.next_opening(delivery.work_calendar, timestamptz) IS
	'first instant later than the given one at which the calendar opens; NULL if never';

CREATE FUNCTION delivery.next_closing(calendar delivery.work_calendar, instant timestamptz)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_next_closing_at'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.next_closing(delivery.work_calendar, timestamptz) IS
	'first instant later than the given one at which the calendar closes; NULL if never';

CREATE FUNCTION delivery.working_ranges(calendar delivery.work_calendar, period tstzrange)
	RETURNS tstzmultirange
	AS 'MODULE_PATHNAME', 'delivery_working_ranges'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_ranges(delivery.work_calendar, tstzrange) IS
	'working hours within the period; an unbounded period is an error';

-- Named calendars.

CREATE TABLE delivery_internal.calendar (
	name text NOT NULL
		CONSTRAINT calendar_pkey PRIMARY KEY
		CONSTRAINT calendar_name_trimmed CHECK (name <> '' AND name = btrim(name))
		CONSTRAINT calendar_name_short CHECK (octet_length(name) <= 100),
	calendar delivery.work_calendar NOT NULL,
	description text
);
COMMENT ON TABLE delivery_internal.calendar IS
	'working calendars by name, behind the view delivery.calendar';
COMMENT ON COLUMN delivery_internal.calendar.name IS 'name of the calendar, as passed to delivery.calendar()';
COMMENT ON COLUMN delivery_internal.calendar.calendar IS 'the working hours';
COMMENT ON COLUMN delivery_internal.calendar.description IS 'what it is for, whom it was agreed with';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.calendar', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.calendar TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.calendar TO pg_database_owner;

CREATE VIEW delivery.calendar AS
	SELECT name, calendar, description FROM delivery_internal.calendar;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.calendar OWNER TO @extowner@;
COMMENT ON VIEW delivery.calendar IS
	'your working calendars by name: the one place to change them; delivery.calendar(name) reads it; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.calendar.name IS 'name of the calendar, as passed to delivery.calendar()';
COMMENT ON COLUMN delivery.calendar.calendar IS 'the working hours';
COMMENT ON COLUMN delivery.calendar.description IS 'what it is for, whom it was agreed with';
GRANT SELECT ON delivery.calendar TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.calendar TO pg_database_owner;

-- Errors: 42704 for a name that the view has not.
CREATE FUNCTION delivery.calendar(name text)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_by_name'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.calendar(text) IS
	'the calendar of that name in delivery.calendar, whoever asks';
-- actor.sql: who is held responsible for what a session does.
--
-- The setting delivery.actor where it is not empty, else session_user; never
-- current_user. Only superusers set it, and whom they allow to:
--   GRANT SET ON PARAMETER delivery.actor TO app;

CREATE FUNCTION delivery.actor()
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_actor'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.actor() IS
	'who is held responsible for what this session does: the setting delivery.actor, or else the user that logged in';
-- append_only.sql: tables to which rows are only ever added.
--
-- NULL: 22004; a guardrail that is silently not put up would be worse.
-- Errors: 23W50 for UPDATE, DELETE and TRUNCATE, and for INSERT into an audit log,
--   with schema, table and the trigger's name as constraint; 39P01 where it is not
--   called as such a trigger. append_only and allow_changes: 42809 for what is no table,
--   for audit logs, and for parts that cannot be so, or are so with their parent; 42P01
--   for the number of no table, 42710 for a table that is append-only already, 42704 for
--   one that is not, 42501 for others than the owner.
-- It does not keep the table's owner from dropping the trigger or the table.

CREATE FUNCTION delivery.enforce_append_only()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_enforce_append_only'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.enforce_append_only() IS
	'trigger function that refuses UPDATE, DELETE and TRUNCATE, for the triggers that append_only makes, and others BEFORE or AFTER these';

CREATE FUNCTION delivery.append_only(relation regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_append_only'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.append_only(regclass) IS
	'refuses UPDATE, DELETE and TRUNCATE of a table, its partitions and children from now on; called again, it attaches what is missing';

CREATE FUNCTION delivery.allow_changes(relation regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_allow_changes'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.allow_changes(regclass) IS
	'ends that rows of a table, its partitions and children can only be added: drops all triggers of enforce_append_only on them';
-- audit.sql: audit logs: what happens to a table, as a chain of rows in another
-- one.
--
-- Each row has the SHA-256 of the row before it, so that a row that is edited,
-- deleted or put elsewhere breaks the chain; of what is cut off at its end only a
-- head that was written down elsewhere tells. Rows are added before a transaction
-- commits, one transaction after the other. The hash covers a salted digest of the
-- row's images, which can be erased without breaking the chain (a "redactable" chain;
-- hash chains of logs: B. Schneier, J. Kelsey, Secure Audit Logs to Support Computer
-- Forensics, 1999).
-- The right to record into a log is INSERT on it, of the audited table's owner; by
-- hand nobody adds rows. To erase, prune and rotate is its owner's.
-- NULL: audit_head returns a NULL sequence and hash; all others refuse it with 22004.
-- Errors: 42809 for what is no table or no audit log, or part of an audited table,
--   42P01 for the number of no table, 42710 for a table that is audited already, 42704
--   for one that is not, 42501 without the rights, 42703 for a column that is not there,
--   22023 for a head that is none, a row that is not there or has nothing to erase, a
--   blank reason, and columns that have to be recorded, 55000 where what is to be erased
--   or pruned is not as it was recorded, and for a log that goes on in another one, 55006
--   where that is pending in the transaction, 40001 where tables are attached while a log
--   is rotated, 42P16 for a temporary log; at the write 42501, 42809 and 42703 likewise,
--   54000 for rows that are too long, and 55006 for a log that is dropped with rows
--   pending.

CREATE PROCEDURE delivery.create_audit_log(log text)
	AS 'MODULE_PATHNAME', 'delivery_create_audit_log'
	LANGUAGE C;
COMMENT ON PROCEDURE delivery.create_audit_log(text) IS
	'makes an audit log, an append-only table of that name that the caller owns';

CREATE PROCEDURE delivery.rotate_audit_log(log regclass, next_log text)
	AS 'MODULE_PATHNAME', 'delivery_rotate_audit_log'
	LANGUAGE C;
COMMENT ON PROCEDURE delivery.rotate_audit_log(regclass, text) IS
	'makes a next log, in which all tables of a log are recorded from now on; its first row has number and hash of the last row of that log';

CREATE FUNCTION delivery_internal.audit_log_fault(log regclass)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_audit_log_fault'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.audit_log_fault(regclass) IS
	'why a table is no audit log, as a sentence; NULL if it is one, or not there any more';

-- the condition and the function of the triggers
CREATE FUNCTION delivery_internal.records_audit(log regclass, excluded name[])
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_records_audit'
	LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.records_audit(regclass, name[]) IS
	'condition of the triggers that record_audit attaches, always true: names the log, and the columns that are not recorded';

CREATE FUNCTION delivery_internal.audit_change()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_audit_change'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.audit_change() IS
	'trigger function that record_audit attaches: queues what is recorded before the commit, if the owner of the audited table may';

CREATE FUNCTION delivery_internal.audit_target_of("trigger" oid, OUT log regclass, OUT excluded name[])
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_audit_target_of'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.audit_target_of(oid) IS
	'log and excluded columns that the condition of a trigger names; NULL for one that names none';

CREATE FUNCTION delivery.record_audit(audited regclass, log regclass, excluded name[] DEFAULT '{}')
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_record_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.record_audit(regclass, regclass, name[]) IS
	'records each change of a table, its partitions and children in an audit log from now on, without the excluded columns; called again, it attaches partitions and children made since, and excludes other columns, if it names some';

CREATE FUNCTION delivery.stop_audit(audited regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_stop_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.stop_audit(regclass) IS
	'records changes of a table no longer, and that it does not; what was recorded stays';

CREATE FUNCTION delivery.audits(OUT audited regclass, OUT log regclass, OUT excluded name[])
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 10
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH by_trigger AS (
		SELECT DISTINCT ON (t.tgrelid) t.tgrelid AS relation, o.log, o.excluded
		FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid, LATERAL delivery_internal.audit_target_of(t.oid) AS o
		WHERE p.pronamespace = 'delivery_internal'::regnamespace AND p.proname = 'audit_change' AND o.log IS NOT NULL
		-- that for the rows before that for TRUNCATE
		ORDER BY t.tgrelid, t.tgtype & 1 DESC, t.oid
	)
	SELECT b.relation::regclass, b.log, b.excluded
	FROM by_trigger AS b
	-- partitions and children are recorded with their parent
	WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN by_trigger AS o ON o.relation = i.inhparent WHERE i.inhrelid = b.relation
			AND o.log = b.log AND o.excluded @> b.excluded AND o.excluded <@ b.excluded)
	ORDER BY b.relation;
END;
COMMENT ON FUNCTION delivery.audits() IS
	'tables that record_audit attached, the log of each, and the columns that are not recorded';

CREATE FUNCTION delivery.erase_audit(log regclass, sequence bigint, reason text)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_erase_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.erase_audit(regclass, bigint, text) IS
	'takes old_row, new_row and salt of a row of a log away for good, and records that; the chain still verifies';

CREATE FUNCTION delivery.prune_audit(log regclass, up_to_sequence bigint, reason text)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_prune_audit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.prune_audit(regclass, bigint, text) IS
	'removes the rows of a log up to a sequence, if they are whole, and records that; the rest still verifies; returns how many rows went';

CREATE FUNCTION delivery.audit_head(log regclass, OUT sequence bigint, OUT hash bytea)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_audit_head'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.audit_head(regclass) IS
	'number and hash of the last row, to be kept elsewhere; 0 and zeros for a log without rows';

CREATE FUNCTION delivery.verify_audit(log regclass, OUT sequence bigint, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_verify_audit'
	LANGUAGE C STABLE PARALLEL SAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.verify_audit(regclass) IS
	'each row at which the chain is broken, and how; no row if it is whole';

CREATE FUNCTION delivery.verify_audit(log regclass, head_sequence bigint, head_hash bytea, OUT sequence bigint, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_verify_audit'
	LANGUAGE C STABLE PARALLEL SAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.verify_audit(regclass, bigint, bytea) IS
	'the same for what came after a head that audit_head gave before, and whether the chain goes on from it';
-- wip.sql: WIP limits on the user's own tables, held by triggers.
--
-- A board is a table whose rows are work items; one column says in which lane an
-- item is, scope columns say whose it is. What enters a lane must not take it over
-- its limit; what leaves, stays or is edited is never refused. Weights are integers
-- from 0 on, NULL counts 1. Kanban: limit work in progress (D. Anderson, Kanban,
-- 2010, chapter 10; The Kanban Guide, 2020, "Actively Managing Items").
-- NULL: items whose lane is NULL are not limited, and those whose scope is NULL only by
--   limits that do not name what is NULL; of the arguments only the scope and the weight
--   column may be NULL.
-- Errors: 23W01 where a limit is exceeded, 01W01 where it only warns; 42501 for who
--   does not own the board, 42704 for a table that is no board or a limit that there
--   is not, 42710 for one that is a board already, 42703 for columns that are not
--   there, 42804 for those whose values cannot name a lane, or be a weight, 42809 for
--   what is not a table, 54000 for more lanes than a limit can have, 22004 for NULL,
--   22023 for other values.

CREATE TYPE delivery.wip_enforcement AS ENUM ('block', 'warn');
COMMENT ON TYPE delivery.wip_enforcement IS
	'what happens to work that enters a full lane: block refuses it, warn lets it in with a warning';

-- the condition and the function of the triggers
CREATE FUNCTION delivery_internal.enters_wip(board regclass, VARIADIC "columns" "any")
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_enters_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enters_wip(regclass, "any") IS
	'condition of the triggers that limit_wip attaches: whether a row enters a lane that has a limit';

CREATE FUNCTION delivery_internal.enters_weighted_wip(board regclass, VARIADIC "columns" "any")
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_enters_weighted_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enters_weighted_wip(regclass, "any") IS
	'the same for a board with weights, the last of the columns';

CREATE FUNCTION delivery_internal.enforce_wip_limit()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_enforce_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enforce_wip_limit() IS
	'trigger function that limit_wip attaches: refuses what takes a lane over its limit';

-- limits, and what is allowed beyond them for a while

CREATE TABLE delivery_internal.wip_limit (
	board regclass NOT NULL,
	lanes text[] NOT NULL
		CHECK (cardinality(lanes) > 0 AND array_ndims(lanes) = 1 AND array_position(lanes, NULL) IS NULL),
	scope text[] NOT NULL DEFAULT '{}'
		CHECK (cardinality(scope) = 0 OR array_ndims(scope) = 1),
	maximum bigint NOT NULL CHECK (maximum >= 0),
	enforcement delivery.wip_enforcement NOT NULL,
	PRIMARY KEY (board, lanes, scope)
);
COMMENT ON TABLE delivery_internal.wip_limit IS
	'limits of work in progress, which set_wip_limit and drop_wip_limit write, behind the view delivery.wip_limit';
COMMENT ON COLUMN delivery_internal.wip_limit.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_limit.lanes IS 'lanes that are counted together, in order, as their column writes them';
COMMENT ON COLUMN delivery_internal.wip_limit.scope IS
	'empty: holds for each scope separately; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: counts all scopes together';
COMMENT ON COLUMN delivery_internal.wip_limit.maximum IS 'how much may be in progress; 0 closes the lanes';
COMMENT ON COLUMN delivery_internal.wip_limit.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';

CREATE TABLE delivery_internal.wip_override (
	board regclass NOT NULL,
	lanes text[] NOT NULL
		CHECK (cardinality(lanes) > 0 AND array_ndims(lanes) = 1 AND array_position(lanes, NULL) IS NULL),
	scope text[] NOT NULL DEFAULT '{}'
		CHECK (cardinality(scope) = 0 OR array_ndims(scope) = 1),
	extra bigint NOT NULL CHECK (extra > 0),
	reason text NOT NULL CHECK (btrim(reason, E' \t\n\r') <> ''),
	until timestamptz NOT NULL CHECK (isfinite(until)),
	granted_by text NOT NULL DEFAULT delivery.actor(),
	granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (board, lanes, scope, granted_at)
);
COMMENT ON TABLE delivery_internal.wip_override IS
	'what was allowed beyond a limit, which override_wip and end_wip_override write, behind the view delivery.wip_override';
COMMENT ON COLUMN delivery_internal.wip_override.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_override.lanes IS 'lanes of the limit';
COMMENT ON COLUMN delivery_internal.wip_override.scope IS
	'empty: for all limits of single scopes; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: for the limit of all scopes together';
COMMENT ON COLUMN delivery_internal.wip_override.extra IS 'how much more may be in progress';
COMMENT ON COLUMN delivery_internal.wip_override.reason IS 'why';
COMMENT ON COLUMN delivery_internal.wip_override.until IS 'when it ends';
COMMENT ON COLUMN delivery_internal.wip_override.granted_by IS 'who allowed it: delivery.actor()';
COMMENT ON COLUMN delivery_internal.wip_override.granted_at IS 'when it was allowed';

CREATE FUNCTION delivery_internal.check_wip_setting()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_check_wip_setting'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.check_wip_setting() IS
	'trigger function of wip_limit and wip_override: writes lanes and scopes as their columns do';

CREATE FUNCTION delivery_internal.wip_setting_changed()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_wip_setting_changed'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.wip_setting_changed() IS
	'trigger function of wip_limit and wip_override: lets no check run while a limit changes';

CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON delivery_internal.wip_limit
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_setting();
CREATE TRIGGER setting_changed AFTER INSERT OR UPDATE OR DELETE ON delivery_internal.wip_limit
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.wip_setting_changed();
CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON delivery_internal.wip_override
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_setting();
CREATE TRIGGER setting_changed AFTER INSERT OR UPDATE OR DELETE ON delivery_internal.wip_override
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.wip_setting_changed();

CREATE TRIGGER settings_truncated AFTER TRUNCATE ON delivery_internal.wip_limit
	FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.wip_setting_changed();
CREATE TRIGGER settings_truncated AFTER TRUNCATE ON delivery_internal.wip_override
	FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.wip_setting_changed();
-- sessions must not go on with what they knew, whoever changes it
ALTER TABLE delivery_internal.wip_limit ENABLE ALWAYS TRIGGER setting_changed;
ALTER TABLE delivery_internal.wip_limit ENABLE ALWAYS TRIGGER settings_truncated;
ALTER TABLE delivery_internal.wip_override ENABLE ALWAYS TRIGGER setting_changed;
ALTER TABLE delivery_internal.wip_override ENABLE ALWAYS TRIGGER settings_truncated;

-- No right to UPDATE or DELETE for anybody: it is the right to LOCK, too, and with it
-- anybody could stop every board. Who owns the database dumps and restores.
GRANT SELECT, INSERT ON delivery_internal.wip_limit TO pg_database_owner;
GRANT SELECT, INSERT ON delivery_internal.wip_override TO pg_database_owner;

-- rows about tables that are gone are not dumped: their numbers may mean others when they are restored
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_limit', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_override', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');

-- Settings to read, of the boards that the caller may read or owns. The joins keep
-- them from being written, by superusers, too.
CREATE VIEW delivery.wip_limit WITH (security_barrier) AS
	SELECT l.board, l.lanes, l.scope, l.maximum, l.enforcement::text AS enforcement
	FROM delivery_internal.wip_limit AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_limit IS
	'limits of work in progress, to read: set_wip_limit and drop_wip_limit write them; shown to whoever may read the board';
COMMENT ON COLUMN delivery.wip_limit.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_limit.lanes IS 'lanes that are counted together, in order, as their column writes them';
COMMENT ON COLUMN delivery.wip_limit.scope IS
	'empty: holds for each scope separately; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: counts all scopes together';
COMMENT ON COLUMN delivery.wip_limit.maximum IS 'how much may be in progress; 0 closes the lanes';
COMMENT ON COLUMN delivery.wip_limit.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';
GRANT SELECT ON delivery.wip_limit TO PUBLIC;

CREATE VIEW delivery.wip_override WITH (security_barrier) AS
	SELECT o.board, o.lanes, o.scope, o.extra, o.reason, o.until, o.granted_by, o.granted_at
	FROM delivery_internal.wip_override AS o JOIN pg_catalog.pg_class AS c ON c.oid = o.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_override IS
	'what was allowed beyond a limit, by whom, why and until when, to read: override_wip and end_wip_override write it; overrides that hold at the same time add up';
COMMENT ON COLUMN delivery.wip_override.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_override.lanes IS 'lanes of the limit';
COMMENT ON COLUMN delivery.wip_override.scope IS
	'empty: for all limits of single scopes; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: for the limit of all scopes together';
COMMENT ON COLUMN delivery.wip_override.extra IS 'how much more may be in progress';
COMMENT ON COLUMN delivery.wip_override.reason IS 'why';
COMMENT ON COLUMN delivery.wip_override.until IS 'when it ends';
COMMENT ON COLUMN delivery.wip_override.granted_by IS 'who allowed it: delivery.actor()';
COMMENT ON COLUMN delivery.wip_override.granted_at IS 'when it was allowed';
GRANT SELECT ON delivery.wip_override TO PUBLIC;

-- functions

CREATE FUNCTION delivery.limit_wip(board regclass, lane_column name, scope_columns name[] DEFAULT '{}', weight_column name DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_limit_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.limit_wip(regclass, name, name[], name) IS
	'makes a table a board whose lanes can have limits; or attaches to a board what it misses, as a trigger on a new child';

CREATE FUNCTION delivery.unlimit_wip(board regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_unlimit_wip'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.unlimit_wip(regclass) IS
	'makes a table a board no longer, and drops its limits and overrides';

CREATE FUNCTION delivery.set_wip_limit(board regclass, lanes text[], maximum bigint, enforcement delivery.wip_enforcement, scope jsonb DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_set_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.set_wip_limit(regclass, text[], bigint, delivery.wip_enforcement, jsonb) IS
	'limits how much may be in lanes together: in each scope separately (scope NULL), in the one that is named, or in all scopes together ({}); changes the limit if there is one';

CREATE FUNCTION delivery.drop_wip_limit(board regclass, lanes text[], scope jsonb DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_drop_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.drop_wip_limit(regclass, text[], jsonb) IS
	'drops the limit of these lanes and this scope';

CREATE FUNCTION delivery.override_wip(board regclass, lanes text[], scope jsonb, extra bigint, reason text, until timestamptz)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_override_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.override_wip(regclass, text[], jsonb, bigint, text, timestamptz) IS
	'allows more than the limit of these lanes until an instant, in every scope (scope NULL), in the one that is named, or in all scopes together ({}), and records who did and why';

CREATE FUNCTION delivery.end_wip_override(board regclass, lanes text[], scope jsonb DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_end_wip_override'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.end_wip_override(regclass, text[], jsonb) IS
	'ends now what override_wip allowed until later for these lanes and this scope, and returns how many overrides that were; they stay on record';

CREATE FUNCTION delivery.wip_status(OUT board regclass, OUT lanes text[], OUT scope jsonb, OUT in_progress bigint, OUT maximum bigint, OUT headroom bigint, OUT enforcement delivery.wip_enforcement)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_status'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 100;
COMMENT ON FUNCTION delivery.wip_status() IS
	'how much is in progress under each limit, and how much more may be, negative where it is exceeded; overrides are in the maximum; in_progress is NULL for who may not read all items';

CREATE FUNCTION delivery.wip_columns(part regclass, OUT board regclass, OUT lane_column name, OUT scope_columns name[], OUT weight_column name)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_wip_columns'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.wip_columns(regclass) IS
	'the board that a table belongs to, and the columns that it is limited by; NULL for a table that belongs to none';

CREATE FUNCTION delivery.wip_unindexed(board regclass, OUT part regclass, OUT "columns" name[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_unindexed'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.wip_unindexed(regclass) IS
	'tables of a board, and columns by which a limit counts that no index of them begins with, in any order: they are read whole, or too much of them';

CREATE FUNCTION delivery.wip_unknown(board regclass)
	RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'delivery_wip_unknown'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.wip_unknown(regclass) IS
	'values in limits and overrides of a board that its columns do not take: they hold for nothing';

CREATE FUNCTION delivery.suggested_wip_limit(team_size integer)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_suggested_wip_limit'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.suggested_wip_limit(integer) IS
	'a limit to start with: one less than the team has members, and at least 1';
-- wip_entry.sql: since when the items of a board are where they are.
--
-- No limit looks at it: a column of the board is named, and the view wip_board tells the
-- hours of the oldest item. The column is kept by its name, so one that is renamed has to
-- be named again; health_check() says so.
-- Unit: hours. NULL: an entry that is NULL, or infinite, is left out; the entry column may
--   be NULL, which takes it away.
-- Errors: 42501 for who does not own the board, 55000 for a table that is no board, 42809
--   for a part of one, 42P01 for the number of no table, 42703 for a column that is not
--   there, 42804 for one that does not say when, 0A000 for one that is not stored, 22004
--   for a board that is NULL.

CREATE TABLE delivery_internal.wip_entry (
	board regclass PRIMARY KEY,
	entry_column name NOT NULL
);
COMMENT ON TABLE delivery_internal.wip_entry IS
	'columns that say since when items are in their lanes, which set_wip_entry_column writes, behind the view delivery.wip_entry';
COMMENT ON COLUMN delivery_internal.wip_entry.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_entry.entry_column IS 'column of it that says since when an item is in its lane';

CREATE FUNCTION delivery_internal.check_wip_entry()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_check_wip_entry'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.check_wip_entry() IS
	'trigger function of wip_entry: lets nobody write about the boards of others';

CREATE TRIGGER check_entry BEFORE INSERT OR UPDATE ON delivery_internal.wip_entry
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_entry();

-- as for limits: functions write, who owns the database dumps and restores
GRANT SELECT, INSERT ON delivery_internal.wip_entry TO pg_database_owner;
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_entry', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');

CREATE VIEW delivery.wip_entry WITH (security_barrier) AS
	SELECT e.board, e.entry_column
	FROM delivery_internal.wip_entry AS e JOIN pg_catalog.pg_class AS c ON c.oid = e.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_entry IS
	'columns that say since when items are in their lanes, to read: set_wip_entry_column writes them; shown to whoever may read the board';
COMMENT ON COLUMN delivery.wip_entry.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_entry.entry_column IS 'column of it that says since when an item is in its lane';
GRANT SELECT ON delivery.wip_entry TO PUBLIC;

CREATE FUNCTION delivery.set_wip_entry_column(board regclass, entry_column name)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_set_wip_entry_column'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.set_wip_entry_column(regclass, name) IS
	'names the column of a board that says since when an item is in its lane, a timestamptz, timestamp or date, for the hours in wip_board; NULL takes it away';

CREATE FUNCTION delivery_internal.is_wip_entry(board regclass, "column" name)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_wip_entry'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.is_wip_entry(regclass, name) IS
	'whether a table has a column of that name that says when; NULL for a table that is gone';

CREATE FUNCTION delivery_internal.wip_ages(OUT board regclass, OUT lanes text[], OUT scope jsonb, OUT in_progress bigint, OUT maximum bigint, OUT headroom bigint, OUT enforcement delivery.wip_enforcement, OUT oldest timestamptz)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_status'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 100;
COMMENT ON FUNCTION delivery_internal.wip_ages() IS
	'wip_status(), with the earliest entry of the items that each row counts; NULL without an entry column, and for who may not read it';
-- guard_health.sql: whether the guardrails stand where they were put.
--
-- One function for each guardrail lists what does not stand: object, problem, and a
-- hint what to do; health_check() in health.sql joins them. Before these, what they
-- share. All of it runs with the rights of the caller, who is shown no limit that the
-- caller may not see.
-- What a database can see by itself: triggers that are missing, switched off or not
-- fired for replicated rows, limits that hold nowhere, counts without an index. It
-- cannot see that an owner or a superuser switched a trigger off for a moment.
-- NULL: none of the columns. Errors: none.

-- what there is to look at

CREATE FUNCTION delivery_internal.table_names(OUT relation oid, OUT name text, OUT kind "char", OUT owner oid)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, c.relowner
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace;
END;
COMMENT ON FUNCTION delivery_internal.table_names() IS
	'all relations, with their names as they are written in a statement';

CREATE FUNCTION delivery_internal.guard_triggers(OUT "trigger" oid, OUT relation oid, OUT name text, OUT kind "char",
		OUT trigger_name name, OUT function name, OUT enabled "char", OUT events smallint)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT t.oid, r.relation, r.name, r.kind, t.tgname, p.proname, t.tgenabled, t.tgtype
	FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN delivery_internal.table_names() AS r ON r.relation = t.tgrelid
	WHERE p.pronamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace)
		AND p.proname IN ('enforce_wip_limit', 'audit_change', 'enforce_append_only');
END;
COMMENT ON FUNCTION delivery_internal.guard_triggers() IS
	'triggers of all guardrails and the tables that they are on; events: as pg_trigger.tgtype has them, 1 by row, 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE';

CREATE FUNCTION delivery_internal.board_parts(OUT board oid, OUT board_name text, OUT lane_column name, OUT scope_columns name[], OUT weight_column name,
		OUT part oid, OUT name text, OUT kind "char")
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE board AS (
		SELECT DISTINCT g.relation, g.name, w.lane_column, w.scope_columns, w.weight_column
		FROM delivery_internal.guard_triggers() AS g, LATERAL delivery.wip_columns(g.relation) AS w
		WHERE g.function = 'enforce_wip_limit' AND w.board = g.relation
	),
	part AS (
		SELECT b.relation AS board, b.relation FROM board AS b
		UNION
		SELECT p.board, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT b.relation, b.name, b.lane_column, b.scope_columns, b.weight_column, r.relation, r.name, r.kind
	FROM part AS p JOIN board AS b ON b.relation = p.board JOIN delivery_internal.table_names() AS r ON r.relation = p.relation;
END;
COMMENT ON FUNCTION delivery_internal.board_parts() IS
	'boards, each with the tables that it is made of: itself, its partitions and children';

CREATE FUNCTION delivery_internal.audited_parts(OUT audited oid, OUT audited_name text, OUT part oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE by_trigger AS (
		SELECT DISTINCT g.relation, g.name FROM delivery_internal.guard_triggers() AS g WHERE g.function = 'audit_change'
	),
	part AS (
		SELECT b.relation AS audited, b.name AS audited_name, b.relation
		FROM by_trigger AS b
		WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN by_trigger AS o ON o.relation = i.inhparent WHERE i.inhrelid = b.relation)
		UNION
		SELECT p.audited, p.audited_name, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT p.audited, p.audited_name, r.relation, r.name
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation
	WHERE r.kind IN ('r', 'p');
END;
COMMENT ON FUNCTION delivery_internal.audited_parts() IS
	'audited tables, each with itself, its partitions and children';

CREATE FUNCTION delivery_internal.audit_logs(OUT log oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	-- a trigger depends on the log that its condition names
	SELECT DISTINCT r.relation, r.name
	FROM delivery_internal.guard_triggers() AS g
		JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.trigger AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
		JOIN delivery_internal.table_names() AS r ON r.relation = d.refobjid
	WHERE g.function = 'audit_change' AND d.refobjid <> g.relation;
END;
COMMENT ON FUNCTION delivery_internal.audit_logs() IS
	'logs to which audited tables are recorded';

-- Boards that were dropped; those who can delete what is left of them may know.
CREATE VIEW delivery_internal.lost_board WITH (security_barrier) AS
	SELECT s.board::oid AS board
	FROM (SELECT l.board FROM delivery_internal.wip_limit AS l UNION SELECT o.board FROM delivery_internal.wip_override AS o
		UNION SELECT e.board FROM delivery_internal.wip_entry AS e) AS s
	WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = s.board)
		AND (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user);
COMMENT ON VIEW delivery_internal.lost_board IS 'tables that have WIP limits, overrides or an entry column, but are not there; shown to superusers';
COMMENT ON COLUMN delivery_internal.lost_board.board IS 'number that the table had';
GRANT SELECT ON delivery_internal.lost_board TO PUBLIC;

-- what does not stand

CREATE FUNCTION delivery_internal.trigger_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT 'this session', format('session_replication_role is %s: triggers do not fire', current_setting('session_replication_role')),
		'RESET session_replication_role'
	WHERE current_setting('session_replication_role') <> 'origin'

	UNION ALL
	SELECT g.name, format('trigger "%s" %s', g.trigger_name, CASE g.enabled WHEN 'D' THEN 'is disabled' ELSE 'fires for replicated rows only' END),
		format('ALTER TABLE %s ENABLE TRIGGER %I', g.name, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g
	WHERE g.enabled IN ('D', 'R')

	UNION ALL
	SELECT g.name, format('trigger "%s" does not fire for the rows of a subscription', g.trigger_name),
		format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I, if they are to be judged here, too', g.name, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g
	WHERE g.enabled = 'O' AND EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid = g.relation);
END;
COMMENT ON FUNCTION delivery_internal.trigger_health() IS
	'triggers of guardrails that do not fire';

CREATE FUNCTION delivery_internal.append_only_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE refusing AS (
		SELECT g.relation, g.name, g.kind, g.trigger_name, g.events,
			-- one with a condition, or for some columns, refuses some changes only
			t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0 AS is_whole
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger
		WHERE g.function = 'enforce_append_only'
	),
	-- a partition that was detached keeps its trigger for TRUNCATE alone
	append_only AS (
		SELECT DISTINCT r.relation, r.name FROM refusing AS r
		WHERE r.events & 24 <> 0 OR r.trigger_name = 'delivery_append_only_truncate'
	),
	part AS (
		SELECT a.relation AS root, a.name AS root_name, a.relation
		FROM append_only AS a
		WHERE NOT EXISTS (SELECT FROM pg_inherits AS i JOIN append_only AS o ON o.relation = i.inhparent WHERE i.inhrelid = a.relation)
		UNION
		SELECT p.root, p.root_name, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT r.name, format('trigger "%s" fires for statements on this table only, not for those on its partitions', r.trigger_name),
		format('SELECT delivery.append_only(%L)', r.name)
	FROM refusing AS r
	WHERE r.kind = 'p' AND r.events & 1 = 0 AND NOT EXISTS (SELECT FROM refusing AS o WHERE o.relation = r.relation AND o.events & 1 = 1)

	UNION ALL
	SELECT r.name, format('it is append-only%s, but not every %s is refused', CASE WHEN p.root <> p.relation THEN ' as a part of ' || p.root_name END, m.missing),
		format('SELECT delivery.append_only(%L)', p.root_name)
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation,
		LATERAL (
			SELECT string_agg(w.event, ', ' ORDER BY w.n) AS missing
			FROM (VALUES (1, 16, 'UPDATE'), (2, 8, 'DELETE'), (3, 32, 'TRUNCATE')) AS w (n, bit, event)
			-- statements on a parent fire those triggers of its parts that are for each row
			WHERE NOT EXISTS (SELECT FROM refusing AS g
				WHERE g.relation = p.relation AND g.is_whole AND g.events & w.bit <> 0 AND (w.bit = 32 OR p.relation = p.root OR g.events & 1 = 1))) AS m
	WHERE r.kind IN ('r', 'p') AND m.missing IS NOT NULL
		-- logs are looked at elsewhere
		AND delivery_internal.audit_log_fault(p.relation) IS NOT NULL AND p.relation NOT IN (SELECT l.log FROM delivery_internal.audit_logs() AS l)

	UNION ALL
	SELECT r.name, format('it is a foreign table of the append-only table %s: its rows can be changed where they are', p.root_name),
		'keep rows that are only added in ordinary tables'
	FROM part AS p JOIN delivery_internal.table_names() AS r ON r.relation = p.relation
	WHERE r.kind = 'f';
END;
COMMENT ON FUNCTION delivery_internal.append_only_health() IS
	'append-only tables, and partitions and children of them, of which not every change is refused';

CREATE FUNCTION delivery_internal.wip_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL UNSAFE
BEGIN ATOMIC
	WITH part AS (SELECT * FROM delivery_internal.board_parts()),
	board AS (SELECT * FROM part WHERE part.part = part.board),
	configured AS (
		SELECT DISTINCT s.board FROM (SELECT board FROM delivery.wip_limit UNION ALL SELECT board FROM delivery.wip_override) AS s
	)
	-- limits without a board
	SELECT format('table with OID %s', l.board), 'it has WIP limits, overrides or an entry column, but is not there',
		format('DELETE FROM delivery_internal.wip_limit WHERE board = %1$s::oid; DELETE FROM delivery_internal.wip_override WHERE board = %1$s::oid; '
			'DELETE FROM delivery_internal.wip_entry WHERE board = %1$s::oid', l.board)
	FROM delivery_internal.lost_board AS l

	UNION ALL
	SELECT r.name, 'it has WIP limits, but no triggers that hold them',
		format('SELECT delivery.limit_wip(%L, ''its lane column'', ...) attaches them; delivery.unlimit_wip(%1$L) drops the limits', r.name)
	FROM configured AS c JOIN delivery_internal.table_names() AS r ON r.relation = c.board
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.board = c.board)

	UNION ALL
	SELECT b.name, format('a limit or an override names %s, which the column does not take: it holds for nothing', u.u),
		format('set it for the new value, and SELECT delivery.drop_wip_limit(%L, ...)', b.name)
	FROM board AS b, LATERAL delivery.wip_unknown(b.board) AS u (u)

	UNION ALL
	SELECT r.name, format('it has no column %I that says when: the hours of its oldest items are not known', e.entry_column),
		format('SELECT delivery.set_wip_entry_column(%L, ''another column''); NULL takes it away', r.name)
	FROM delivery.wip_entry AS e JOIN delivery_internal.table_names() AS r ON r.relation = e.board
	WHERE NOT delivery_internal.is_wip_entry(e.board, e.entry_column)

	UNION ALL
	SELECT r.name, 'it has an entry column, but is no board', format('SELECT delivery.limit_wip(%L, ...), or delivery.unlimit_wip(%1$L)', r.name)
	FROM delivery.wip_entry AS e JOIN delivery_internal.table_names() AS r ON r.relation = e.board
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.board = e.board)

	-- boards without a limit; others may not see its limits
	UNION ALL
	SELECT b.name, 'it is a board without a limit', format('SELECT delivery.set_wip_limit(%L, ...), or delivery.unlimit_wip(%1$L)', b.name)
	FROM board AS b JOIN delivery_internal.table_names() AS r ON r.relation = b.board
	WHERE NOT EXISTS (SELECT FROM delivery.wip_limit AS l WHERE l.board = b.board) AND pg_has_role(r.owner, 'USAGE')

	-- parts of a board that are not judged or not counted
	UNION ALL
	SELECT p.name, format('it has no trigger "%s", so that %s are not judged', w.trigger, w.what),
		format('SELECT delivery.limit_wip(%L, %L%s%s) attaches it', p.board_name, p.lane_column,
			CASE WHEN p.scope_columns <> '{}' THEN format(', %L', p.scope_columns) END,
			CASE WHEN p.weight_column IS NOT NULL THEN format(', weight_column => %L', p.weight_column) END)
	FROM part AS p, (VALUES ('delivery_wip_insert', 4, 'new rows'), ('delivery_wip_update', 16, 'moves')) AS w (trigger, event, what)
	WHERE p.kind IN ('r', 'p')
		AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g, LATERAL delivery.wip_columns(g.relation) AS c
			WHERE g.relation = p.part AND g.function = 'enforce_wip_limit' AND g.events & w.event <> 0 AND c.board = p.board)

	UNION ALL
	SELECT g.name, format('it has %s triggers that hold WIP limits for one kind of change', count(*)),
		format('drop all but those of limit_wip: %s', string_agg(quote_ident(g.trigger_name), ', ' ORDER BY g.trigger))
	FROM delivery_internal.guard_triggers() AS g, (VALUES (4), (16)) AS w (event)
	WHERE g.function = 'enforce_wip_limit' AND g.events & w.event <> 0
	GROUP BY g.name, w.event
	HAVING count(*) > 1

	UNION ALL
	SELECT p.name, format('it is a foreign table of board %s: its rows are not counted', p.board_name), 'keep rows that are in progress in ordinary tables'
	FROM part AS p
	WHERE p.kind = 'f'

	UNION ALL
	SELECT DISTINCT r.name, 'it is being detached, and that was interrupted: it is neither counted nor judged, nor recorded with its parent',
		format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', b.name, r.name)
	FROM pg_inherits AS i JOIN delivery_internal.table_names() AS r ON r.relation = i.inhrelid JOIN delivery_internal.table_names() AS b ON b.relation = i.inhparent
		JOIN delivery_internal.guard_triggers() AS g ON g.relation = i.inhrelid
	WHERE i.inhdetachpending

	UNION ALL
	SELECT p.name, 'it has no index that begins with the columns by which a limit counts: each check reads too much of it',
		format('CREATE INDEX ON %s (%s)', p.name, (SELECT string_agg(quote_ident(s.c), ', ' ORDER BY s.n) FROM unnest(u.columns) WITH ORDINALITY AS s (c, n)))
	FROM board AS b, LATERAL delivery.wip_unindexed(b.board) AS u JOIN part AS p ON p.part = u.part
	WHERE p.board = b.board;
END;
COMMENT ON FUNCTION delivery_internal.wip_health() IS
	'WIP limits that hold nowhere, parts of boards that are not judged or not counted, counts without an index';

CREATE FUNCTION delivery_internal.audit_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.name, format('it has no trigger "%s", so that its audit log has not all that happens', w.trigger),
		format('SELECT delivery.record_audit(%L, %L) attaches it', a.audited_name, l.name)
	FROM delivery_internal.audited_parts() AS a
		LEFT JOIN LATERAL (SELECT o.log FROM pg_trigger AS t, LATERAL delivery_internal.audit_target_of(t.oid) AS o
			WHERE t.tgrelid = a.audited AND o.log IS NOT NULL LIMIT 1) AS o ON true
		LEFT JOIN delivery_internal.table_names() AS l ON l.relation = o.log, (VALUES ('delivery_audit', 1, 1), ('delivery_audit_truncate', 32, 32)) AS w (trigger, mask, bits)
	WHERE NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS o
		WHERE o.relation = a.part AND o.function = 'audit_change' AND o.events & w.mask = w.bits)

	UNION ALL
	SELECT l.name, format('it is no audit log any more, so that changes of the tables that it audits fail. %s', delivery_internal.audit_log_fault(l.log)),
		'undo that, or SELECT delivery.stop_audit(...) for these tables'
	FROM delivery_internal.audit_logs() AS l
	WHERE delivery_internal.audit_log_fault(l.log) IS NOT NULL

	-- a trigger depends on the log that its condition names
	UNION ALL
	SELECT DISTINCT r.name, format('its owner %I may not add rows to audit log %s, so that changes of it fail', pg_get_userbyid(r.owner), l.name),
		format('GRANT INSERT ON %s TO %I', l.name, pg_get_userbyid(r.owner))
	FROM delivery_internal.guard_triggers() AS g JOIN delivery_internal.table_names() AS r ON r.relation = g.relation
		JOIN pg_depend AS d ON d.classid = 'pg_trigger'::regclass AND d.objid = g.trigger AND d.refclassid = 'pg_class'::regclass
		JOIN delivery_internal.audit_logs() AS l ON l.log = d.refobjid
	WHERE g.function = 'audit_change' AND NOT has_table_privilege(r.owner, l.log, 'INSERT')

	UNION ALL
	SELECT l.name, format('trigger "%s" does not fire for the rows of this audit log, which the extension adds by itself', t.tgname),
		format('let a trigger of the audited tables do it, and DROP TRIGGER %I ON %s', t.tgname, l.name)
	FROM delivery_internal.audit_logs() AS l JOIN pg_trigger AS t ON t.tgrelid = l.log
	WHERE NOT t.tgisinternal AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g WHERE g.trigger = t.oid)
		-- in the place of ours it is told below
		AND t.tgname NOT IN ('append_only', 'append_only_rows')

	-- by row where there may be no statement; one with a condition, or for some columns, refuses some changes only
	UNION ALL
	SELECT l.name, format('it is an audit log that is not append-only: not every %s is refused', string_agg(w.name, ', ' ORDER BY w.event)),
		CASE WHEN bool_or(w.event = 32) THEN format('CREATE OR REPLACE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()', l.name)
			ELSE format('CREATE CONSTRAINT TRIGGER append_only_rows AFTER INSERT OR UPDATE OR DELETE ON %s NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()', l.name) END
	FROM delivery_internal.audit_logs() AS l, (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) AS w (event, name)
	WHERE NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger
		WHERE g.relation = l.log AND g.function = 'enforce_append_only' AND g.events & w.event <> 0 AND (w.event = 32 OR g.events & 1 = 1)
			AND t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0)
	GROUP BY l.name

	UNION ALL
	SELECT l.name, format('its rows are not held against constraint "%s", as the extension adds them by itself: a dump of them may not be restored', c.conname),
		format('ALTER TABLE %s DROP CONSTRAINT %I', l.name, c.conname)
	FROM delivery_internal.audit_logs() AS l JOIN pg_constraint AS c ON c.conrelid = l.log
	WHERE c.contype IN ('c', 'f')

	-- triggers that somebody else made, or put in the place of ours
	UNION ALL
	SELECT g.name, format('trigger "%s" names no audit log, so that changes of this table fail', g.trigger_name),
		format('DROP TRIGGER %I ON %s, then SELECT delivery.record_audit(...)', g.trigger_name, g.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o
	WHERE g.function = 'audit_change' AND o.log IS NULL

	UNION ALL
	SELECT g.name, format('trigger "%s" records in %s, and another one of this table in another log', g.trigger_name, l.name),
		format('DROP TRIGGER %I ON %s, then SELECT delivery.record_audit(%L, ...) with the log of the others', g.trigger_name, g.name, g.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o, delivery_internal.table_names() AS l
	WHERE g.function = 'audit_change' AND l.relation = o.log AND g.events & 32 = 32
		AND EXISTS (SELECT FROM delivery_internal.guard_triggers() AS r, LATERAL delivery_internal.audit_target_of(r.trigger) AS ro
			WHERE r.relation = g.relation AND r.function = 'audit_change' AND r.events & 1 = 1 AND ro.log <> o.log)

	UNION ALL
	SELECT DISTINCT g.name, format('column %I is not to be recorded, and is not there, so that changes of this table fail', e.excluded),
		format('SELECT delivery.record_audit(%L, %L, ''{...}'') with the columns as they are named now', g.name, l.name)
	FROM delivery_internal.guard_triggers() AS g, LATERAL delivery_internal.audit_target_of(g.trigger) AS o, unnest(o.excluded) AS e (excluded), delivery_internal.table_names() AS l
	WHERE g.function = 'audit_change' AND l.relation = o.log
		AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = g.relation AND a.attname = e.excluded AND a.attnum > 0 AND NOT a.attisdropped);
END;
COMMENT ON FUNCTION delivery_internal.audit_health() IS
	'tables that are not audited as they are said to be, and logs that are none or not append-only';
-- guard_views.sql: what stands of the guardrails, for BI tools.
--
-- Views of built-in types only, text, bigint, double precision, boolean and timestamptz,
-- which drivers read that know nothing of regclass, enums, arrays and jsonb. Each caller
-- sees in them what the functions behind them show this caller; guardrail_health is with
-- health_check() in health.sql.
-- Unit: hours. NULL: what is not known, or not shown to the caller. Errors: none.

CREATE FUNCTION delivery_internal.plain_value(value text)
	RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN value = '' OR value ~ '[",:[:cntrl:]]|^\s|\s$' THEN '"' || replace(value, '"', '""') || '"' ELSE value END;
COMMENT ON FUNCTION delivery_internal.plain_value(text) IS
	'a value as it stands in a list: in double quotes where it would not be seen where it ends';

CREATE FUNCTION delivery_internal.plain_list("values" text[])
	RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(delivery_internal.plain_value(u.value), ', ' ORDER BY u.place) FROM unnest("values") WITH ORDINALITY AS u (value, place));
COMMENT ON FUNCTION delivery_internal.plain_list(text[]) IS
	'values with commas between them; NULL for none';

CREATE FUNCTION delivery_internal.plain_scope(scope jsonb)
	RETURNS text
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
RETURN CASE WHEN scope IS NULL THEN '' WHEN scope = '{}' THEN 'all scopes'
	ELSE (SELECT string_agg(delivery_internal.plain_value(s.key) || ': ' || delivery_internal.plain_value(s.value), ', ' ORDER BY s.place)
		FROM jsonb_each_text(scope) WITH ORDINALITY AS s (key, value, place)) END;
COMMENT ON FUNCTION delivery_internal.plain_scope(jsonb) IS
	'columns and values of a scope; empty for each scope, "all scopes" for all of them together';

CREATE VIEW delivery.wip_board AS
	SELECT t.name AS board, delivery_internal.plain_list(s.lanes) AS lanes, delivery_internal.plain_scope(s.scope) AS scope,
		s.in_progress, s.maximum, s.headroom, s.enforcement::text AS enforcement,
		(date_part('epoch', now()) - date_part('epoch', s.oldest)) / 3600 AS oldest_hours
	FROM delivery_internal.wip_ages() AS s JOIN delivery_internal.table_names() AS t ON t.relation = s.board;
COMMENT ON VIEW delivery.wip_board IS
	'wip_status() in built-in types for BI tools: how much is in progress under each limit, and for how long the oldest item';
COMMENT ON COLUMN delivery.wip_board.board IS 'table whose rows are work items, with its schema, as statements write it';
COMMENT ON COLUMN delivery.wip_board.lanes IS 'lanes that are counted together, with commas between them';
COMMENT ON COLUMN delivery.wip_board.scope IS
	'scope columns and values, as in "team: red"; empty where no scope has anything in these lanes; "all scopes" for the limit of all of them together';
COMMENT ON COLUMN delivery.wip_board.in_progress IS 'how much is in progress; NULL for who may not read all items';
COMMENT ON COLUMN delivery.wip_board.maximum IS 'how much may be, overrides included; 0 closes the lanes';
COMMENT ON COLUMN delivery.wip_board.headroom IS 'how much more may be, negative where the limit is exceeded';
COMMENT ON COLUMN delivery.wip_board.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';
COMMENT ON COLUMN delivery.wip_board.oldest_hours IS
	'hours since the earliest entry of these items, until the start of the transaction; NULL without items, an entry column, or the right to read it';
GRANT SELECT ON delivery.wip_board TO PUBLIC;

CREATE FUNCTION delivery_internal.last_audit_row(log regclass, OUT sequence bigint, OUT recorded_at timestamptz)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_last_audit_row'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.last_audit_row(regclass) IS
	'number and time of the last row of an audit log; NULL for one without rows, and for who may not read all of them';

CREATE VIEW delivery.audit_logs AS
	SELECT l.name AS log, a.name AS audited, coalesce(delivery_internal.plain_list(r.excluded::text[]), '') AS excluded,
		h.sequence AS last_sequence, h.recorded_at AS last_recorded_at
	FROM delivery.audits() AS r
		JOIN delivery_internal.table_names() AS l ON l.relation = r.log
		JOIN delivery_internal.table_names() AS a ON a.relation = r.audited,
		LATERAL delivery_internal.last_audit_row(r.log) AS h;
COMMENT ON VIEW delivery.audit_logs IS
	'audits() in built-in types for BI tools: a row for each audited table, with the last row of its log';
COMMENT ON COLUMN delivery.audit_logs.log IS 'audit log, with its schema, as statements write it';
COMMENT ON COLUMN delivery.audit_logs.audited IS 'table whose changes are recorded in it, written likewise';
COMMENT ON COLUMN delivery.audit_logs.excluded IS 'columns that are not recorded, with commas between them; empty for none';
COMMENT ON COLUMN delivery.audit_logs.last_sequence IS
	'number of the last row of the log, whatever table it is about; NULL for a log without rows, and for who may not read all of them';
COMMENT ON COLUMN delivery.audit_logs.last_recorded_at IS 'when that row was recorded';
GRANT SELECT ON delivery.audit_logs TO PUBLIC;
-- guard_statements.sql: the statements that put the guardrails of one's tables back.
--
-- Settings are rows of the extension, and triggers go with the tables: a dump of one
-- table, or a migration that makes it anew, has but one of both. Each guardrail has a
-- function that lists statements for what stands now, in steps: 1 what attaches, 2
-- triggers that were made by hand, 3 limits, 4 overrides, 5 what records, 6 and more
-- whether triggers fire. A guardrail to come adds a function with steps among these.
-- All of it runs with the rights of the caller, and is about tables whose owner the
-- caller is. What is there already is left, or made whole; what is there otherwise is
-- refused when the statements run; overrides add up. No statement calls or compares with
-- anything that others made, whatever the search_path.
-- NULL: none. Errors: none.

CREATE FUNCTION delivery_internal.is_plain_trigger("trigger" oid)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_plain_trigger'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.is_plain_trigger(oid) IS
	'whether a trigger has no condition, or one of the extension''s with names alone: whoever runs its definition calls nothing that others wrote';

CREATE FUNCTION delivery_internal.own_tables(OUT relation oid, OUT name text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.relation, r.name
	FROM delivery_internal.table_names() AS r JOIN pg_class AS c ON c.oid = r.relation
	WHERE pg_has_role(r.owner, 'USAGE') AND c.relpersistence <> 't';
END;
COMMENT ON FUNCTION delivery_internal.own_tables() IS
	'relations that last, and whose owner the caller is';

CREATE FUNCTION delivery_internal.trigger_definition("trigger" oid, OUT part integer, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- A constraint trigger cannot be replaced. A condition of others may call what they
	-- wrote, already when it is read, as whoever runs this: it is named, and not written.
	SELECT s.part, s.statement
	FROM pg_trigger AS t JOIN delivery_internal.table_names() AS r ON r.relation = t.tgrelid,
		LATERAL delivery_internal.is_plain_trigger(t.oid) AS p (plain),
		LATERAL (VALUES
			(1, CASE WHEN p.plain AND t.tgconstraint <> 0 THEN format('DROP TRIGGER IF EXISTS %I ON %s;', t.tgname, r.name) END),
			(2, CASE WHEN p.plain THEN regexp_replace(pg_get_triggerdef(t.oid), '^CREATE TRIGGER ', 'CREATE OR REPLACE TRIGGER ') || ';'
				ELSE translate(format('-- trigger %I of %s has a condition of its own: look at it, and put it back by hand', t.tgname, r.name), E'\n\r', '  ') END)) AS s (part, statement)
	WHERE t.oid = "trigger" AND s.statement IS NOT NULL;
END;
COMMENT ON FUNCTION delivery_internal.trigger_definition(oid) IS
	'statements that make a trigger as it is, in place of one of the same name; a comment for one that others may have made to call something';

-- Triggers of partitions that are there because their parent has them come with it: only
-- others are looked at. What the functions of a guardrail make is made by them, and other
-- triggers as they are defined.

-- What statements ask, so that no operator is in their text, which a search_path could
-- find elsewhere: whether the guardrail is not there as it is said to be.

CREATE FUNCTION delivery_internal.lacks_board(board regclass, lane_column name, scope_columns name[], weight_column name)
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT (c.lane_column, c.scope_columns, c.weight_column) IS DISTINCT FROM (lacks_board.lane_column, lacks_board.scope_columns, lacks_board.weight_column)
		OR EXISTS (SELECT FROM delivery_internal.board_parts() AS p, (VALUES (4), (16)) AS w (event)
			WHERE p.board = lacks_board.board AND p.kind IN ('r', 'p') AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g
				WHERE g.relation = p.part AND g.function = 'enforce_wip_limit' AND g.events & w.event <> 0))
	FROM delivery.wip_columns(lacks_board.board) AS c;
END;
COMMENT ON FUNCTION delivery_internal.lacks_board(regclass, name, name[], name) IS
	'whether a table is no board by these columns, or a part of it lacks a trigger';

CREATE FUNCTION delivery_internal.lacks_append_only(relation regclass)
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g WHERE g.relation = lacks_append_only.relation AND g.function = 'enforce_append_only')
		OR EXISTS (SELECT FROM delivery_internal.table_names() AS r JOIN delivery_internal.append_only_health() AS h ON h.hint = format('SELECT delivery.append_only(%L)', r.name)
			WHERE r.relation = lacks_append_only.relation);
END;
COMMENT ON FUNCTION delivery_internal.lacks_append_only(regclass) IS
	'whether a table, or a part of it, lets UPDATE, DELETE or TRUNCATE through';

CREATE FUNCTION delivery_internal.lacks_audit(audited regclass, log regclass, excluded name[])
	RETURNS boolean
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT NOT EXISTS (SELECT FROM delivery.audits() AS a
			WHERE a.audited = lacks_audit.audited AND a.log = lacks_audit.log AND a.excluded @> lacks_audit.excluded AND a.excluded <@ lacks_audit.excluded)
		OR EXISTS (SELECT FROM delivery_internal.audited_parts() AS p, (VALUES (1), (32)) AS w (bit)
			WHERE p.audited = lacks_audit.audited AND NOT EXISTS (SELECT FROM delivery_internal.guard_triggers() AS g
				WHERE g.relation = p.part AND g.function = 'audit_change' AND g.events & w.bit <> 0));
END;
COMMENT ON FUNCTION delivery_internal.lacks_audit(regclass, regclass, name[]) IS
	'whether a table is not recorded in that log without these columns, or a part of it lacks a trigger';

CREATE FUNCTION delivery_internal.wip_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE attached AS (
		SELECT c.board, c.lane_column, c.scope_columns, c.weight_column, t.oid AS "trigger", r.relation, r.name AS relation_name,
			(c.lane_column, c.scope_columns, c.weight_column)::text AS layout,
			(t.tgname, t.tgtype) IN (('delivery_wip_insert', 5), ('delivery_wip_update', 17)) AND t.tgdeferrable AND NOT t.tginitdeferred AS is_usual
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation,
			LATERAL delivery.wip_columns(g.relation) AS c
		WHERE g.function = 'enforce_wip_limit' AND t.tgparentid = 0
	),
	part AS (
		SELECT a.board, a.board::oid AS relation FROM attached AS a
		UNION
		SELECT p.board, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	),
	-- any table may have triggers that name any board
	placed AS (
		SELECT a.*, (a.board, a.relation) IN (SELECT p.board, p.relation FROM part AS p) AS is_part FROM attached AS a
	),
	-- limit_wip() makes all triggers of a board, or, if somebody changed one, none
	board AS (
		SELECT DISTINCT ON (a.board) a.board, r.name, a.lane_column, a.scope_columns, a.weight_column,
			bool_and(a.is_usual) OVER w AND min(a.layout) OVER w = max(a.layout) OVER w AS is_usual
		FROM placed AS a JOIN delivery_internal.own_tables() AS r ON r.relation = a.board
		WHERE a.is_part
		WINDOW w AS (PARTITION BY a.board)
		ORDER BY a.board, a.relation <> a.board, a.trigger
	),
	setting AS (
		SELECT s.*, b.name,
			CASE WHEN cardinality(s.scope) = 0 THEN NULL
				WHEN array_remove(s.scope, NULL) = '{}' THEN '{}'
				ELSE jsonb_strip_nulls(jsonb_object(b.scope_columns::text[], s.scope)) END AS scope_object
		FROM (
			SELECT l.board, l.lanes, l.scope, l.maximum, l.enforcement, NULL::bigint AS extra, NULL AS reason, NULL::timestamptz AS until, NULL::timestamptz AS granted_at
			FROM delivery.wip_limit AS l
			UNION ALL
			SELECT o.board, o.lanes, o.scope, NULL, NULL, o.extra, o.reason, o.until, o.granted_at
			FROM delivery.wip_override AS o
			WHERE o.until > statement_timestamp()
				-- else it holds for nothing, and would be refused
				AND EXISTS (SELECT FROM delivery.wip_limit AS l
					WHERE l.board = o.board AND l.lanes = o.lanes AND (l.scope = o.scope OR l.scope = '{}' AND array_remove(o.scope, NULL) <> '{}'
						OR array_remove(l.scope, NULL) <> '{}' AND (o.scope = '{}' OR array_remove(o.scope, NULL) <> '{}') AND NOT EXISTS (
							SELECT FROM unnest(o.scope, l.scope) AS v (wanted, limited) WHERE v.wanted IS NOT NULL AND v.wanted IS DISTINCT FROM v.limited)))) AS s
			JOIN board AS b ON b.board = s.board
		-- those of other columns than the board has hold for nothing
		WHERE array_remove(s.scope, NULL) = '{}' OR cardinality(s.scope) = cardinality(b.scope_columns)
	)
	SELECT 1, b.name, 1,
		format('SELECT delivery.limit_wip(%1$L, %2$L, %3$L, %4$L) WHERE delivery_internal.lacks_board(%1$L, %2$L, %3$L, %4$L);', b.name, b.lane_column, b.scope_columns, b.weight_column)
	FROM board AS b
	WHERE b.is_usual

	UNION ALL
	SELECT 2, a.relation_name, row_number() OVER (ORDER BY a.trigger, d.part), d.statement
	FROM placed AS a LEFT JOIN board AS b ON b.board = a.board,
		LATERAL delivery_internal.trigger_definition(a.trigger) AS d
	WHERE NOT a.is_part OR NOT b.is_usual

	UNION ALL
	SELECT CASE WHEN s.extra IS NULL THEN 3 ELSE 4 END, s.name, row_number() OVER (ORDER BY s.granted_at, s.lanes COLLATE "C", s.scope COLLATE "C"),
		CASE WHEN s.extra IS NULL THEN format('SELECT delivery.set_wip_limit(%L, %L, %s, %L, %L);', s.name, s.lanes, s.maximum, s.enforcement, s.scope_object)
			ELSE format('SELECT delivery.override_wip(%1$L, %2$L, %3$L, %4$s, %5$L, %6$L) WHERE %6$L::pg_catalog.timestamptz OPERATOR(pg_catalog.>) pg_catalog.now();',
				s.name, s.lanes, s.scope_object, s.extra, s.reason, s.until) END
	FROM setting AS s

	UNION ALL
	SELECT 3, b.name, 0, format('SELECT delivery.set_wip_entry_column(%L, %L);', b.name, e.entry_column)
	FROM board AS b JOIN delivery.wip_entry AS e ON e.board = b.board
	-- one that is gone, or says when no longer, would be refused
	WHERE delivery_internal.is_wip_entry(e.board, e.entry_column);
END;
COMMENT ON FUNCTION delivery_internal.wip_statements() IS
	'statements that put boards, their limits, the overrides that still run and entry columns back';

CREATE FUNCTION delivery_internal.append_only_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH RECURSIVE refusing AS (
		SELECT t.oid AS "trigger", r.relation, r.name,
			t.tgqual IS NULL AND cardinality(t.tgattr::smallint[]) = 0 AND NOT t.tgdeferrable AND ((t.tgname, t.tgtype, t.tgconstraint <> 0) IN
				(('delivery_append_only', 25, true), ('delivery_append_only_truncate', 34, false))) AS is_usual
		FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation
		WHERE g.function = 'enforce_append_only' AND t.tgparentid = 0
			-- logs come with their triggers
			AND delivery_internal.audit_log_fault(r.relation) IS NOT NULL AND r.relation NOT IN (SELECT l.log FROM delivery_internal.audit_logs() AS l)
	),
	-- what append_only() makes is not told from the same triggers made by hand
	attached AS (
		SELECT f.relation, f.name FROM refusing AS f WHERE f.is_usual GROUP BY f.relation, f.name HAVING count(*) = 2
	),
	part AS (
		SELECT i.inhrelid AS relation FROM attached AS a JOIN pg_inherits AS i ON i.inhparent = a.relation
		UNION
		SELECT i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
	)
	SELECT 1, a.name, 1,
		format('SELECT delivery.append_only(%1$L) WHERE delivery_internal.lacks_append_only(%1$L);', a.name)
	FROM attached AS a
	WHERE a.relation NOT IN (SELECT p.relation FROM part AS p)

	UNION ALL
	SELECT 2, f.name, row_number() OVER (ORDER BY f.trigger, d.part), d.statement
	FROM refusing AS f, LATERAL delivery_internal.trigger_definition(f.trigger) AS d
	WHERE NOT f.is_usual OR f.relation NOT IN (SELECT p.relation FROM part AS p UNION ALL SELECT a.relation FROM attached AS a);
END;
COMMENT ON FUNCTION delivery_internal.append_only_statements() IS
	'statements that make tables append-only again';

CREATE FUNCTION delivery_internal.audit_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT 5, r.name, 1,
		format('SELECT delivery.record_audit(%1$L, %2$L, %3$L) WHERE delivery_internal.lacks_audit(%1$L, %2$L, %3$L);', r.name, l.name, a.excluded)
	FROM delivery.audits() AS a JOIN delivery_internal.own_tables() AS r ON r.relation = a.audited JOIN delivery_internal.table_names() AS l ON l.relation = a.log;
END;
COMMENT ON FUNCTION delivery_internal.audit_statements() IS
	'statements that record tables in their audit logs again, which have to be there';

CREATE FUNCTION delivery_internal.trigger_state_statements(OUT step bigint, OUT object text, OUT place bigint, OUT statement text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	-- ALTER TABLE on a parent changes the triggers of its partitions, too: parents first
	SELECT 6 + (SELECT count(*) FROM pg_partition_ancestors(g.relation)), g.name, row_number() OVER (ORDER BY g.trigger_name COLLATE "C"),
		format('ALTER TABLE %s %s TRIGGER %I;', g.name,
			CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'D' THEN 'DISABLE' ELSE 'ENABLE' END, g.trigger_name)
	FROM delivery_internal.guard_triggers() AS g JOIN pg_trigger AS t ON t.oid = g.trigger JOIN delivery_internal.own_tables() AS r ON r.relation = g.relation
		LEFT JOIN pg_trigger AS p ON p.oid = t.tgparentid
	WHERE t.tgenabled <> coalesce(p.tgenabled, 'O');
END;
COMMENT ON FUNCTION delivery_internal.trigger_state_statements() IS
	'statements that switch triggers of guardrails on or off as they are, those of audit logs, too';

-- The settings are those of pg_dump: what triggers made by hand compare with is written as any session reads it.
CREATE FUNCTION delivery.guardrail_statements()
	RETURNS SETOF text
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
	SET search_path = ''
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET timezone = 'UTC'
	SET extra_float_digits = 1
	SET standard_conforming_strings = on
BEGIN ATOMIC
	SELECT s.statement
	FROM (
		SELECT w.step, w.object, w.place, w.statement FROM delivery_internal.wip_statements() AS w
		UNION ALL
		SELECT a.step, a.object, a.place, a.statement FROM delivery_internal.append_only_statements() AS a
		UNION ALL
		SELECT u.step, u.object, u.place, u.statement FROM delivery_internal.audit_statements() AS u
		UNION ALL
		SELECT t.step, t.object, t.place, t.statement FROM delivery_internal.trigger_state_statements() AS t
	) AS s
	ORDER BY s.step, s.object COLLATE "C", s.place, s.statement COLLATE "C";
END;
COMMENT ON FUNCTION delivery.guardrail_statements() IS
	'statements that put the guardrails of tables whose owner the caller is back, in an order in which they can be run: for migrations and dumps of some tables';
-- sla.sql: service level agreements, measured in working time.
--
-- Unit: intervals of working time have hours and never days. A target is hours
--   of running time ('24:00'), or with a day part a date promise ('1 day' is one
--   working date). Running time is working time since the opening, less pauses.
-- NULL: stopped_at NULL means still running, paused NULL no pause; any other
--   NULL argument gives NULL. So does a data fault: an infinite opened_at or
--   stopped_at, or an end (stopped_at, or as_of while running) before the opening.
-- Errors: 22023 for a target that is negative, has months, or is never reached;
--   22008 for a due instant out of range; those of the calendar.
-- Source: ITIL 4, service level management practice; the pauses are those of
--   the clocks of service desks.

CREATE TYPE delivery.sla_status AS ENUM ('running', 'at_risk', 'paused', 'breached', 'met');
COMMENT ON TYPE delivery.sla_status IS
	'state of an SLA clock; where several hold: breached, met, paused, at_risk, running';

CREATE TYPE delivery.agreement_kind AS ENUM ('sla', 'ola', 'uc');
COMMENT ON TYPE delivery.agreement_kind IS
	'sla with the customer, ola (operational level agreement) within the organisation, uc (underpinning contract) with a supplier';

CREATE FUNCTION delivery.sla_due(opened_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}')
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_sla_due_at'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_due(timestamptz, interval, delivery.work_calendar, tstzmultirange) IS
	'first instant at which running time reaches the target; NULL where a pause without end begins before';

CREATE FUNCTION delivery.sla_elapsed(opened_at timestamptz, stopped_at timestamptz,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now())
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_sla_elapsed'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_elapsed(timestamptz, timestamptz, delivery.work_calendar, tstzmultirange, timestamptz) IS
	'running time so far, in hours';

CREATE FUNCTION delivery.sla_remaining(opened_at timestamptz, stopped_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now())
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_sla_remaining'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_remaining(timestamptz, timestamptz, interval, delivery.work_calendar, tstzmultirange, timestamptz) IS
	'running time left until the target, in hours; negative once overrun';

CREATE FUNCTION delivery.sla_breach(opened_at timestamptz, stopped_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now())
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_sla_breach'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_breach(timestamptz, timestamptz, interval, delivery.work_calendar, tstzmultirange, timestamptz) IS
	'whether running time exceeds the target, to the microsecond; of a date promise, whether the end lies after the due instant';

CREATE FUNCTION delivery.sla_status(opened_at timestamptz, stopped_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now(), at_risk_fraction double precision DEFAULT 0.8)
	RETURNS delivery.sla_status
	AS 'MODULE_PATHNAME', 'delivery_sla_status_at'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_status(timestamptz, timestamptz, interval, delivery.work_calendar, tstzmultirange, timestamptz, double precision) IS
	'state of the clock as of an instant; at risk from that fraction of the target on, up to and including all of it';

CREATE FUNCTION delivery.sla_clock(opened_at timestamptz, stopped_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now(),
		OUT due_at timestamptz, OUT elapsed interval, OUT remaining interval,
		OUT fraction double precision, OUT paused_for interval, OUT breached boolean,
		OUT breached_at timestamptz, OUT status delivery.sla_status)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_sla_clock_record'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_clock(timestamptz, timestamptz, interval, delivery.work_calendar, tstzmultirange, timestamptz) IS
	'all of the clock at once: due instant, time elapsed, left and paused within the calendar, share of the target that has run, breach, the instant after which running time exceeds the target, status';

CREATE FUNCTION delivery.sla_explain(opened_at timestamptz, stopped_at timestamptz, target interval,
		calendar delivery.work_calendar DEFAULT '24/7', paused tstzmultirange DEFAULT '{}',
		as_of timestamptz DEFAULT now(),
		OUT segment tstzrange, OUT kind text, OUT running interval)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_sla_explain'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 20;
COMMENT ON FUNCTION delivery.sla_explain(timestamptz, timestamptz, interval, delivery.work_calendar, tstzmultirange, timestamptz) IS
	'the segments from opening to end, in order: counted, paused (within working hours) or closed, and the running time after each';

CREATE FUNCTION delivery.sla_breach_probability(elapsed interval, target interval, history interval[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_sla_breach_probability'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.sla_breach_probability(interval, interval, interval[]) IS
	'probability, 0 .. 1, that the target will be exceeded, given what has elapsed: by the share of past durations longer than elapsed that were longer than the target; NULL where none was longer than elapsed';

-- Share of agreements kept.
CREATE AGGREGATE delivery.sla_attainment(breached boolean) (
	SFUNC = delivery_internal.ratio_accum,
	STYPE = bigint[],
	INITCOND = '{0,0}',
	FINALFUNC = delivery_internal.ratio_final_complement,
	COMBINEFUNC = delivery_internal.ratio_combine,
	MSFUNC = delivery_internal.ratio_accum,
	MINVFUNC = delivery_internal.ratio_remove,
	MSTYPE = bigint[],
	MINITCOND = '{0,0}',
	MFINALFUNC = delivery_internal.ratio_final_complement,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sla_attainment(boolean) IS
	'SLA attainment, 0 .. 1: share not breached, of those known';

CREATE AGGREGATE delivery.sla_breach_rate(breached boolean) (
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
COMMENT ON AGGREGATE delivery.sla_breach_rate(boolean) IS
	'SLA breach rate, 0 .. 1: share breached, of those known';
-- servicenow.sql: the SLA figures of a ServiceNow export (table task_sla),
-- compared with ours, and what explains a difference.
--
-- Unit: durations are working time in hours. A target of one day means 24 hours
--   of the schedule there, and here where it is compared.
-- NULL: a field that is NULL was not exported, and is not compared; end_time NULL
--   means still running, business_pause_duration NULL no pause, paused NULL that
--   only their total is known. An empty duration is NULL.
-- Errors: 22007 for text that is no duration; 22008 for a duration of 30 years;
--   those of sla_due().
-- Source: ServiceNow's documentation of the table task_sla and of durations.

CREATE FUNCTION delivery.servicenow_duration(value text)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_servicenow_duration'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.servicenow_duration(text) IS
	'a duration of a ServiceNow export, in hours: seconds (93600), or the date-time that lies so far behind 1970-01-01 (1970-01-02 02:00:00); NULL for an empty value';

-- The settings are for the text of the results, which thus depends on the
-- arguments only. No column in the body has the name of an argument, which it
-- would hide.
--
-- A row of "rule" is one way to count: on which clock (ours, that on the wall,
-- the offset of the start kept, around the clock), with which pauses, and with
-- what as a day of the target. Rank 0 is ours. The others are computed only where
-- a field differs, and the first that gives their value is its explanation:
-- one name before two, then in the order of the ranks.
CREATE FUNCTION delivery.reconcile_task_sla(
		start_time timestamptz, end_time timestamptz, business_duration interval,
		business_pause_duration interval, planned_end_time timestamptz, has_breached boolean,
		business_percentage double precision, target interval, calendar delivery.work_calendar,
		as_of timestamptz DEFAULT now(), paused tstzmultirange DEFAULT NULL,
		OUT field text, OUT servicenow text, OUT delivery text, OUT difference interval, OUT explanation text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 2
	SET timezone TO 'UTC'
	SET datestyle TO 'ISO, YMD'
	SET intervalstyle TO 'postgres'
BEGIN ATOMIC
	WITH checked AS MATERIALIZED (
		SELECT name AS fault_at, value AS fault_value, fault
		FROM (VALUES
			(1, 'calendar', NULL, CASE WHEN calendar IS NULL THEN 'missing calendar' END),
			(2, CASE WHEN isfinite(start_time) THEN 'end_time' ELSE 'start_time' END,
				CASE WHEN isfinite(start_time) THEN end_time ELSE start_time END::text,
				delivery.span_fault(start_time, coalesce(end_time, as_of))),
			(3, 'business_duration', business_duration::text,
				CASE WHEN NOT isfinite(business_duration) THEN 'infinite' END),
			(4, 'business_pause_duration', business_pause_duration::text,
				CASE WHEN NOT isfinite(business_pause_duration) THEN 'infinite' WHEN business_pause_duration < '0'::interval THEN 'negative' END),
			(5, 'planned_end_time', planned_end_time::text,
				CASE WHEN NOT isfinite(planned_end_time) THEN 'infinite' END),
			(6, 'business_percentage', business_percentage::text,
				CASE WHEN business_percentage IN ('NaN'::double precision, 'Infinity'::double precision, '-Infinity'::double precision) THEN 'no number' END)
		) AS argument (position, name, value, fault)
		ORDER BY fault IS NULL, position LIMIT 1
	), given AS MATERIALIZED (
		SELECT start_time AS opened,
			coalesce(end_time, as_of) AS finished,
			end_time IS NULL AS running,
			-- a day is 24 hours; months are for sla_due() to refuse
			CASE WHEN isfinite(target)
				THEN target - make_interval(days => extract(day FROM target)::integer) +
					extract(day FROM target)::double precision * '24:00'::interval
				ELSE target
			END AS agreed,
			calendar AS office,
			CASE WHEN starts_with(calendar::text, 'TZ=') THEN substr(split_part(calendar::text, ';', 1), 4) END AS office_zone,
			-- either the pauses are known, or only how long they were
			paused IS NOT NULL AS pauses_known,
			coalesce(paused * tstzmultirange(tstzrange(least(start_time, coalesce(end_time, as_of)),
				greatest(start_time, coalesce(end_time, as_of)))), '{}'::tstzmultirange) AS pauses,
			end_time IS NULL AND coalesce(paused @> as_of, false) AS standing,
			CASE WHEN isfinite(business_pause_duration)
				THEN make_interval(secs => 3600 * delivery.hours(business_pause_duration)) END AS their_pause,
			CASE WHEN isfinite(business_duration)
				THEN make_interval(secs => 3600 * delivery.hours(business_duration)) END AS their_elapsed,
			planned_end_time AS their_due,
			has_breached AS their_breach,
			business_percentage::numeric AS their_percentage
		FROM checked WHERE fault IS NULL
	), rule AS MATERIALIZED (
		SELECT 100 * num_nonnulls(clock.name, pause.name, day.name) + clock.rank + pause.rank + day.rank AS rank,
			concat_ws(', ', clock.name, pause.name, day.name) AS name,
			clock.rank AS clock, zone, shift, ranges, total, pause.rank AS pause, days
		FROM given,
			LATERAL (VALUES
				(0, NULL, 'UTC', '0'::interval),
				(1, 'daylight saving', office_zone, '0'::interval),
				(2, 'daylight saving', 'UTC', (opened AT TIME ZONE office_zone) AT TIME ZONE 'UTC' - opened),
				(64, 'no schedule', 'UTC', '0'::interval)
			) AS clock (rank, name, zone, shift),
			LATERAL (VALUES
				(0, NULL, pauses, CASE WHEN pauses_known THEN '0'::interval ELSE coalesce(their_pause, '0'::interval) END),
				(4, 'pause', '{}'::tstzmultirange, '0'::interval),
				(8, 'pause', '{}'::tstzmultirange, CASE WHEN pauses_known THEN their_pause END)
			) AS pause (rank, name, ranges, total),
			LATERAL (VALUES
				(0, NULL, 0),
				(16, 'working date', trunc(extract(epoch FROM agreed) / 86400)::integer)
			) AS day (rank, name, days)
		WHERE num_nonnulls(clock.name, pause.name, day.name) <= 2
			AND zone IS NOT NULL AND shift IS NOT NULL AND total IS NOT NULL
			AND (pause.rank = 0 OR pauses <> '{}'::tstzmultirange OR their_pause > '0'::interval)
			AND (day.rank = 0 OR days > 0)
		ORDER BY 1
	), moved AS MATERIALIZED (
		-- onto a clock that is read without a zone
		SELECT rule.*,
			(opened AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS opened_there,
			(finished AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS finished_there,
			(their_due AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS their_due_there,
			CASE WHEN clock IN (0, 64) THEN ranges
				ELSE (SELECT coalesce(range_agg(tstzrange(span.starts, greatest(span.starts, span.stops))), '{}'::tstzmultirange)
					FROM unnest(ranges) AS r,
						LATERAL (SELECT (lower(r) AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS starts,
							(upper(r) AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS stops) AS span)
			END AS ranges_there,
			CASE clock WHEN 0 THEN office
				WHEN 64 THEN '24/7'::delivery.work_calendar
				ELSE substr(office::text, strpos(office::text, ';') + 2)::delivery.work_calendar
			END AS hours
		FROM rule, given
	), counted AS MATERIALIZED (
		SELECT moved.*,
			greatest(delivery.sla_elapsed(opened_there, finished_there, hours, ranges_there, finished_there) - total, '0'::interval) AS elapsed,
			CASE WHEN pauses_known AND pause <> 8 THEN delivery.working_time(hours, ranges_there) END AS paused_for,
			agreed - days * '24:00'::interval + make_interval(days => days) AS promised,
			-- without a target, as long as they gave it
			CASE WHEN agreed IS NULL THEN
				delivery.sla_elapsed(opened_there, their_due_there, hours, ranges_there, their_due_there) -
					CASE WHEN pauses_known THEN total ELSE coalesce(their_pause, '0'::interval) END
			END AS given_time
		FROM moved, given
	), due AS MATERIALIZED (
		SELECT counted.*,
			((delivery.sla_due(opened_there, promised + total, hours, ranges_there) - shift) AT TIME ZONE 'UTC') AT TIME ZONE zone AS due_at,
			-- their due instant does not move any more once it has passed
			CASE WHEN pause = 4 AND clock = 0 AND days = 0 AND NOT pauses_known
				THEN delivery.sla_due(opened_there, promised + their_pause, hours) END AS due_at_most,
			CASE WHEN days > 0 THEN delivery.working_time(hours, opened_there, delivery.sla_due(opened_there, promised, hours))
				WHEN agreed IS NULL THEN CASE WHEN given_time > '0'::interval THEN given_time END
				ELSE agreed
			END AS length
		FROM counted, given
	), result AS MATERIALIZED (
		SELECT rank, name, elapsed, paused_for, due_at, due_at_most, length, hours,
			round(100 * extract(epoch FROM elapsed) / nullif(extract(epoch FROM length), 0), 6) AS percentage,
			CASE WHEN days > 0 THEN finished > due_at ELSE elapsed > length END AS breach
		FROM due, given
	), ours AS MATERIALIZED (
		SELECT * FROM result WHERE rank = 0 LIMIT 1
	), fitting AS MATERIALIZED (
		-- which fields fit: duration, pause, due, percentage, breach
		SELECT rank, CASE rank WHEN 0 THEN 'rounding' ELSE name END AS name,
			ARRAY[their_elapsed - elapsed BETWEEN '-00:00:01'::interval AND '00:00:01'::interval,
				their_pause - paused_for BETWEEN '-00:00:01'::interval AND '00:00:01'::interval,
				their_due - due_at BETWEEN '-00:00:01'::interval AND '00:00:01'::interval OR
					their_breach IS NOT FALSE AND their_due BETWEEN due_at AND due_at_most,
				-- two decimals, of a duration in whole seconds
				abs(their_percentage - percentage) <= 0.01 + 100 / nullif(extract(epoch FROM length), 0),
				-- they call it a breach at 100.00 %
				CASE rank WHEN 0 THEN abs(extract(epoch FROM elapsed - length)) <= greatest(1, 0.00005 * extract(epoch FROM length))
					ELSE breach = their_breach END] AS fits
		FROM result, given
		UNION ALL
		SELECT 1, 'closing time',
			ARRAY[false, false, delivery.working_time(hours, due_at, their_due) BETWEEN '-00:00:01'::interval AND '00:00:01'::interval, false, false]
		FROM ours, given
		UNION ALL
		SELECT 1000, 'still running',
			ARRAY[their_elapsed < elapsed, their_pause < paused_for, false, their_percentage < percentage, NOT their_breach]
		FROM ours, given WHERE running
	), explained AS MATERIALIZED (
		SELECT position, min(rank) AS rank FROM fitting, generate_series(1, 4) AS position WHERE fits[position] GROUP BY position
	)
	SELECT fault_at, fault_value, NULL::text, NULL::interval, 'not compared: ' || fault
	FROM checked WHERE fault IS NOT NULL
	UNION ALL
	(SELECT compared.name, theirs, own, off,
		coalesce((SELECT fitting.name FROM fitting
			WHERE fits[position] AND (position < 5 OR rank IN (SELECT explained.rank FROM explained))
			ORDER BY rank LIMIT 1), 'unexplained')
	FROM ours, given,
		LATERAL (VALUES
			(1, 'business_duration', their_elapsed::text, elapsed::text, their_elapsed - elapsed, their_elapsed <> elapsed),
			(2, 'business_pause_duration', their_pause::text, paused_for::text, their_pause - paused_for, their_pause <> paused_for),
			(3, 'planned_end_time', their_due::text, due_at::text, their_due - due_at, their_due <> due_at AND NOT standing),
			(4, 'business_percentage', trim_scale(their_percentage)::text, trim_scale(percentage)::text,
				CASE WHEN abs(their_percentage - percentage) * extract(epoch FROM length) < 1e14
					THEN (their_percentage - percentage)::double precision / 100 * length END, their_percentage <> percentage),
			(5, 'has_breached', their_breach::text, breach::text, elapsed - length, their_breach <> breach)
		) AS compared (position, name, theirs, own, off, differs)
	WHERE differs
	ORDER BY position);
END;
COMMENT ON FUNCTION delivery.reconcile_task_sla(timestamptz, timestamptz, interval, interval, timestamptz, boolean,
		double precision, interval, delivery.work_calendar, timestamptz, tstzmultirange) IS
	'the fields of a row of ServiceNow''s task_sla on which it and delivery disagree: both values, theirs less ours as working time (for has_breached, how far ours is past the target), and what explains it; no row where all agree';
-- objective.sql: service level objectives.
--
-- Unit: a ratio between 0 and 1, both excluded, in exact parts per billion.
-- NULL: for a NULL argument.
-- Errors: 22P02 for text that is no number; 22003 for 0 % and less, for 100 % and
--   more (99.9 without a percent sign is 9990 %), and for what is finer than a
--   part per billion; 22P03 for bytes that are no objective.
-- Source: Beyer, Jones, Petoff, Murphy: Site Reliability Engineering (2016), ch. 4.

CREATE TYPE delivery.objective;
COMMENT ON TYPE delivery.objective IS
	'service level objective: a target ratio such as 99.9% or 0.999, in exact parts per billion';

CREATE FUNCTION delivery_internal.objective_in(input cstring)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_in(cstring) IS
	'text input of an objective: a percentage with its sign, or a ratio';

CREATE FUNCTION delivery_internal.objective_out(objective delivery.objective)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_objective_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_out(delivery.objective) IS
	'text output of an objective: a percentage with its sign';

CREATE FUNCTION delivery_internal.objective_recv(input internal)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_recv(internal) IS
	'binary input of an objective: the format, 1, and three zeros as bytes, then parts per billion as an integer of eight bytes';

CREATE FUNCTION delivery_internal.objective_send(objective delivery.objective)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_objective_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_send(delivery.objective) IS
	'binary output of an objective';

CREATE TYPE delivery.objective (
	INPUT = delivery_internal.objective_in,
	OUTPUT = delivery_internal.objective_out,
	RECEIVE = delivery_internal.objective_recv,
	SEND = delivery_internal.objective_send,
	INTERNALLENGTH = 4,
	PASSEDBYVALUE,
	ALIGNMENT = int4
);

CREATE FUNCTION delivery.objective(ratio numeric)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(numeric) IS
	'the objective of a ratio between 0 and 1';

CREATE FUNCTION delivery.objective(ratio double precision)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(double precision) IS
	'the objective of a ratio between 0 and 1, by its shortest decimal, or 15 digits of a longer one';

CREATE FUNCTION delivery.objective(ratio real)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_float4'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(real) IS
	'the objective of a ratio between 0 and 1, by its shortest decimal';

CREATE FUNCTION delivery.ratio(objective delivery.objective)
	RETURNS numeric
	AS 'MODULE_PATHNAME', 'delivery_objective_ratio'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.ratio(delivery.objective) IS
	'the objective as a ratio between 0 and 1, exact';

CREATE CAST (numeric AS delivery.objective) WITH FUNCTION delivery.objective(numeric) AS IMPLICIT;
COMMENT ON CAST (numeric AS delivery.objective) IS 'a ratio as an objective';

CREATE CAST (double precision AS delivery.objective) WITH FUNCTION delivery.objective(double precision) AS IMPLICIT;
COMMENT ON CAST (double precision AS delivery.objective) IS 'a ratio as an objective';

CREATE CAST (real AS delivery.objective) WITH FUNCTION delivery.objective(real) AS IMPLICIT;
COMMENT ON CAST (real AS delivery.objective) IS 'a ratio as an objective';

-- Drivers send text where an objective is stored.
CREATE CAST (text AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (varchar AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (bpchar AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (delivery.objective AS numeric) WITH FUNCTION delivery.ratio(delivery.objective) AS ASSIGNMENT;
COMMENT ON CAST (delivery.objective AS numeric) IS 'an objective as a ratio';

-- An objective is an integer of parts per billion, so the server's own functions
-- compare it.

CREATE FUNCTION delivery_internal.objective_eq(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4eq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_eq(delivery.objective, delivery.objective) IS
	'whether two objectives are the same';

CREATE FUNCTION delivery_internal.objective_ne(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4ne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_ne(delivery.objective, delivery.objective) IS
	'whether two objectives are not the same';

CREATE FUNCTION delivery_internal.objective_lt(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4lt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_lt(delivery.objective, delivery.objective) IS
	'whether the first objective is the looser one';

CREATE FUNCTION delivery_internal.objective_le(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4le'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_le(delivery.objective, delivery.objective) IS
	'whether the first objective is the looser one, or the same';

CREATE FUNCTION delivery_internal.objective_gt(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4gt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_gt(delivery.objective, delivery.objective) IS
	'whether the first objective is the stricter one';

CREATE FUNCTION delivery_internal.objective_ge(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4ge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_ge(delivery.objective, delivery.objective) IS
	'whether the first objective is the stricter one, or the same';

CREATE FUNCTION delivery_internal.objective_cmp(objective delivery.objective, other delivery.objective)
	RETURNS integer AS 'btint4cmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_cmp(delivery.objective, delivery.objective) IS
	'order of objectives, looser before stricter: below 0, 0, above 0';

CREATE FUNCTION delivery_internal.objective_hash(objective delivery.objective)
	RETURNS integer AS 'hashint4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_hash(delivery.objective) IS 'hash of an objective';

CREATE FUNCTION delivery_internal.objective_hash_extended(objective delivery.objective, seed bigint)
	RETURNS bigint AS 'hashint4extended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_hash_extended(delivery.objective, bigint) IS
	'hash of an objective, with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_eq,
	COMMUTATOR = OPERATOR(delivery.=), NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.objective, delivery.objective) IS 'the same objective';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_ne,
	COMMUTATOR = OPERATOR(delivery.<>), NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.objective, delivery.objective) IS 'not the same objective';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_lt,
	COMMUTATOR = OPERATOR(delivery.>), NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.objective, delivery.objective) IS 'looser';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_le,
	COMMUTATOR = OPERATOR(delivery.>=), NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.objective, delivery.objective) IS 'looser, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_gt,
	COMMUTATOR = OPERATOR(delivery.<), NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.objective, delivery.objective) IS 'stricter';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_ge,
	COMMUTATOR = OPERATOR(delivery.<=), NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.objective, delivery.objective) IS 'stricter, or the same';

CREATE OPERATOR FAMILY delivery.objective_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.objective_ops USING btree IS 'order of objectives';

CREATE OPERATOR CLASS delivery.objective_ops
	DEFAULT FOR TYPE delivery.objective USING btree FAMILY delivery.objective_ops AS
	OPERATOR 1 delivery.<, OPERATOR 2 delivery.<=, OPERATOR 3 delivery.=,
	OPERATOR 4 delivery.>=, OPERATOR 5 delivery.>,
	FUNCTION 1 delivery_internal.objective_cmp(delivery.objective, delivery.objective),
	FUNCTION 2 pg_catalog.btint4sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.objective_ops USING btree IS 'order of objectives, looser before stricter';

CREATE OPERATOR FAMILY delivery.objective_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.objective_ops USING hash IS 'equality of objectives';

CREATE OPERATOR CLASS delivery.objective_ops
	DEFAULT FOR TYPE delivery.objective USING hash FAMILY delivery.objective_ops AS
	OPERATOR 1 delivery.=,
	FUNCTION 1 delivery_internal.objective_hash(delivery.objective),
	FUNCTION 2 delivery_internal.objective_hash_extended(delivery.objective, bigint);
COMMENT ON OPERATOR CLASS delivery.objective_ops USING hash IS 'equality of objectives';
-- slo.sql: error budgets and burn rates.
--
-- Unit: counts of events, or microseconds of time; shares of the budget as double
--   precision, where 1 is all of it. A day of a period is 24 hours.
-- NULL: a row with a NULL count or objective is skipped; NULL where no event is
--   left, and for a NULL parameter. downtime NULL means none.
-- Errors: 22023 for negative counts, more good events than events, a count that
--   is no whole number, objectives that differ within a group, a period that is
--   empty, unbounded, infinite or has months; 22003 for 2^63 events and more, and
--   for a count above 2^53 - 1 as double precision; 22P02 for text that is no
--   number; 22008 for a period that an int64 of microseconds cannot hold; 22023
--   for an array that is not a state.
-- Counts have three forms and no polymorphic one, which would not run on
--   distributed tables: see src/base/count.h for how calls find theirs.
-- Source: Beyer, Murphy, Rensin, Kawahara, Thorne: The Site Reliability Workbook
--   (2018), ch. 2 and 5.

CREATE TYPE delivery.error_budget AS (
	objective delivery.objective,
	good bigint,
	total bigint,
	bad bigint,
	allowed numeric,
	consumed double precision,
	remaining double precision,
	exhausted boolean
);
COMMENT ON TYPE delivery.error_budget IS 'what an objective allows to fail, and how much of that is used up';
COMMENT ON COLUMN delivery.error_budget.objective IS 'the objective';
COMMENT ON COLUMN delivery.error_budget.good IS 'good events, or microseconds';
COMMENT ON COLUMN delivery.error_budget.total IS 'all events, or microseconds';
COMMENT ON COLUMN delivery.error_budget.bad IS 'bad events, or microseconds: total - good';
COMMENT ON COLUMN delivery.error_budget.allowed IS 'bad events, or microseconds, that the objective allows: total * (1 - objective), exact';
COMMENT ON COLUMN delivery.error_budget.consumed IS 'bad / allowed: 1 is all of the budget, more is possible';
COMMENT ON COLUMN delivery.error_budget.remaining IS '1 - consumed: negative where more than the budget is used up';
COMMENT ON COLUMN delivery.error_budget.exhausted IS 'whether nothing is left: bad >= allowed';

-- The state of counted events is {format 3, rows, objective in parts per billion,
-- good, total}.

CREATE FUNCTION delivery_internal.slo_accum(state bigint[], good bigint, total bigint, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_accum_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_accum(bigint[], bigint, bigint, delivery.objective) IS
	'transition: add the events of a row';

CREATE FUNCTION delivery_internal.slo_accum(state bigint[], good numeric, total numeric, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_accum_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_accum(bigint[], numeric, numeric, delivery.objective) IS
	'transition: add the events of a row';

CREATE FUNCTION delivery_internal.slo_accum(state bigint[], good double precision, total double precision, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_accum_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_accum(bigint[], double precision, double precision, delivery.objective) IS
	'transition: add the events of a row';

CREATE FUNCTION delivery_internal.slo_remove(state bigint[], good bigint, total bigint, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_remove_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_remove(bigint[], bigint, bigint, delivery.objective) IS
	'inverse transition: take the events of a row off the counts';

CREATE FUNCTION delivery_internal.slo_remove(state bigint[], good numeric, total numeric, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_remove_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_remove(bigint[], numeric, numeric, delivery.objective) IS
	'inverse transition: take the events of a row off the counts';

CREATE FUNCTION delivery_internal.slo_remove(state bigint[], good double precision, total double precision, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_remove_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_remove(bigint[], double precision, double precision, delivery.objective) IS
	'inverse transition: take the events of a row off the counts';

CREATE FUNCTION delivery_internal.slo_accum(state bigint[], good boolean, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_accum_event'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_accum(bigint[], boolean, delivery.objective) IS
	'transition: add one event';

CREATE FUNCTION delivery_internal.slo_remove(state bigint[], good boolean, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_remove_event'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_remove(bigint[], boolean, delivery.objective) IS
	'inverse transition: take one event off the counts';

CREATE FUNCTION delivery_internal.slo_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_combine(bigint[], bigint[]) IS
	'combine: add the events of two sets of rows with the same objective';

CREATE FUNCTION delivery_internal.error_budget_final(state bigint[])
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.error_budget_final(bigint[]) IS
	'final: the error budget of the counts';

CREATE FUNCTION delivery_internal.burn_rate_final(state bigint[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'delivery_burn_rate_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_rate_final(bigint[]) IS
	'final: share of bad events divided by the share that the objective allows';

CREATE AGGREGATE delivery.error_budget(good bigint, total bigint, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.error_budget_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.error_budget_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.error_budget(bigint, bigint, delivery.objective) IS
	'error budget of counted events: good ones and all, in rows of any size';

CREATE AGGREGATE delivery.error_budget(good numeric, total numeric, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.error_budget_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.error_budget_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.error_budget(numeric, numeric, delivery.objective) IS
	'error budget of counted events: good ones and all, in rows of any size; counts as numeric, which sum(bigint) is, too';

CREATE AGGREGATE delivery.error_budget(good double precision, total double precision, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.error_budget_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.error_budget_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.error_budget(double precision, double precision, delivery.objective) IS
	'error budget of counted events: good ones and all, in rows of any size; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';

-- Without this form untyped parameters would be ambiguous with the form for
-- downtime; a literal range that was meant for that one is refused, beside NULL
-- too.
CREATE FUNCTION delivery_internal.slo_accum_text(state bigint[], good text, total text, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_accum_text'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_accum_text(bigint[], text, text, delivery.objective) IS
	'transition: add the events of a row, by untyped counts';

CREATE FUNCTION delivery_internal.slo_remove_text(state bigint[], good text, total text, objective delivery.objective)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_slo_remove_text'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.slo_remove_text(bigint[], text, text, delivery.objective) IS
	'inverse transition: take the events of a row off the counts, by untyped counts';

CREATE AGGREGATE delivery.error_budget(good text, total text, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum_text,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.error_budget_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum_text,
	MINVFUNC = delivery_internal.slo_remove_text,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.error_budget_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.error_budget(text, text, delivery.objective) IS
	'error budget of counted events where the counts are parameters or literals without a type';

CREATE AGGREGATE delivery.error_budget(good boolean, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.error_budget_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.error_budget_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.error_budget(boolean, delivery.objective) IS
	'error budget of events, one row for each, or of slices of time that were good or not';

CREATE AGGREGATE delivery.burn_rate(good bigint, total bigint, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_rate_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.burn_rate_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate(bigint, bigint, delivery.objective) IS
	'burn rate: share of bad events divided by the share that the objective allows; 1 uses up the budget by the end of the period';

CREATE AGGREGATE delivery.burn_rate(good numeric, total numeric, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_rate_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.burn_rate_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate(numeric, numeric, delivery.objective) IS
	'burn rate: share of bad events divided by the share that the objective allows; 1 uses up the budget by the end of the period; counts as numeric, which sum(bigint) is, too';

CREATE AGGREGATE delivery.burn_rate(good double precision, total double precision, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_rate_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.burn_rate_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate(double precision, double precision, delivery.objective) IS
	'burn rate: share of bad events divided by the share that the objective allows; 1 uses up the budget by the end of the period; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';

CREATE AGGREGATE delivery.burn_rate(good boolean, objective delivery.objective) (
	SFUNC = delivery_internal.slo_accum,
	STYPE = bigint[],
	INITCOND = '{3,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_rate_final,
	COMBINEFUNC = delivery_internal.slo_combine,
	MSFUNC = delivery_internal.slo_accum,
	MINVFUNC = delivery_internal.slo_remove,
	MSTYPE = bigint[],
	MINITCOND = '{3,0,0,0,0}',
	MFINALFUNC = delivery_internal.burn_rate_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate(boolean, delivery.objective) IS
	'burn rate of events, one row for each, or of slices of time that were good or not';

CREATE FUNCTION delivery.error_budget_of(good bigint, total bigint, objective delivery.objective)
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_of_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.error_budget_of(bigint, bigint, delivery.objective) IS
	'error budget of one pair of counts';

CREATE FUNCTION delivery.error_budget_of(good numeric, total numeric, objective delivery.objective)
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_of_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.error_budget_of(numeric, numeric, delivery.objective) IS
	'error budget of one pair of counts; counts as numeric, which sum(bigint) is, too';

CREATE FUNCTION delivery.error_budget_of(good double precision, total double precision, objective delivery.objective)
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_of_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.error_budget_of(double precision, double precision, delivery.objective) IS
	'error budget of one pair of counts; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';

CREATE FUNCTION delivery.error_budget(downtime tstzmultirange, period tstzrange, objective delivery.objective)
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_downtime'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.error_budget(tstzmultirange, tstzrange, delivery.objective) IS
	'error budget of a period in microseconds, of which the downtime inside it is bad';

CREATE FUNCTION delivery.error_budget(downtime tstzmultirange, period tstzrange, objective delivery.objective,
		service_hours delivery.work_calendar)
	RETURNS delivery.error_budget
	AS 'MODULE_PATHNAME', 'delivery_error_budget_service_hours'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.error_budget(tstzmultirange, tstzrange, delivery.objective, delivery.work_calendar) IS
	'error budget of the service hours of a period in microseconds, of which the downtime inside them is bad; NULL if there are none';

CREATE FUNCTION delivery.allowed_downtime(objective delivery.objective, period interval)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_allowed_downtime'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.allowed_downtime(delivery.objective, interval) IS
	'downtime that the objective allows in a period, rounded to a microsecond';

CREATE FUNCTION delivery.allowed_downtime(objective delivery.objective, period tstzrange)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_allowed_downtime_range'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.allowed_downtime(delivery.objective, tstzrange) IS
	'downtime that the objective allows between two instants, rounded to a microsecond';

-- without this form a literal, which could be either, would be ambiguous
CREATE FUNCTION delivery.allowed_downtime(objective delivery.objective, period text)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_allowed_downtime_text'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.allowed_downtime(delivery.objective, text) IS
	'downtime that the objective allows in a period written without a type: a range if it begins with a bracket, else an interval; depends on settings of the session as their input does, so generated columns and indexes want interval ''30 days''';

CREATE FUNCTION delivery.time_to_exhaustion(remaining double precision, burn double precision, period interval)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_time_to_exhaustion'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.time_to_exhaustion(double precision, double precision, interval) IS
	'time until the budget of the period is used up if it goes on to burn at this rate: remaining * period / burn; 0 if nothing remains, NULL if never or later than any timestamp';
-- burn_alert.sql: alerts on the burn rate in several windows at once.
--
-- Unit: burn rates as double precision, where 1 uses up the budget by the end of
--   the period; windows as intervals. A day of the period is 24 hours.
-- NULL: a row with a NULL argument is skipped, so a NULL period or min_events gives
--   NULL; NULL where no event lies in any window.
-- Errors: 22023 for negative counts, more good events than events, a count that
--   is no whole number, an objective, as_of, period or min_events that differs
--   within a group, an infinite as_of, a period that is infinite, has months or
--   is shorter than the longest window, a negative min_events; 22003 for 2^63
--   events and more, and for a count above 2^53 - 1 as double precision; 22023 for
--   an array that is not a state.
-- Source: Beyer, Murphy, Rensin, Kawahara, Thorne: The Site Reliability Workbook
--   (2018), ch. 5, "multiwindow, multi-burn-rate alerts".

CREATE TYPE delivery.burn_alert AS (
	severity text,
	long_window interval,
	short_window interval,
	threshold double precision,
	long_burn double precision,
	short_burn double precision
);
COMMENT ON TYPE delivery.burn_alert IS 'a pair of windows, and whether the burn rate in both is above its threshold';
COMMENT ON COLUMN delivery.burn_alert.severity IS 'page, ticket, or none';
COMMENT ON COLUMN delivery.burn_alert.long_window IS 'length of the long window';
COMMENT ON COLUMN delivery.burn_alert.short_window IS 'length of the short window';
COMMENT ON COLUMN delivery.burn_alert.threshold IS 'burn rate above which both windows must be';
COMMENT ON COLUMN delivery.burn_alert.long_burn IS 'burn rate in the long window; NULL without events';
COMMENT ON COLUMN delivery.burn_alert.short_burn IS 'burn rate in the short window; NULL without events';

-- The state is {format 4, rows, objective in parts per billion, as_of, period,
-- min_events, then bad and total of the events younger than 5 minutes, older than
-- that and younger than 30 minutes, and so on for 1, 2, 6 hours, 1, 3 days}.

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, bigint, bigint, delivery.objective, timestamptz) IS
	'transition: add the events of a slice of time, by its age';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, numeric, numeric, delivery.objective, timestamptz) IS
	'transition: add the events of a slice of time, by its age';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, double precision, double precision, delivery.objective, timestamptz) IS
	'transition: add the events of a slice of time, by its age';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz, period interval)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, bigint, bigint, delivery.objective, timestamptz, interval) IS
	'transition: add the events of a slice of time, by its age, for a period other than 30 days';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz, period interval)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, numeric, numeric, delivery.objective, timestamptz, interval) IS
	'transition: add the events of a slice of time, by its age, for a period other than 30 days';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz, period interval)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, double precision, double precision, delivery.objective, timestamptz, interval) IS
	'transition: add the events of a slice of time, by its age, for a period other than 30 days';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz, period interval, min_events bigint)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, bigint, bigint, delivery.objective, timestamptz, interval, bigint) IS
	'transition: add the events of a slice of time, by its age, where few events are not to alert';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz, period interval, min_events numeric)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, numeric, numeric, delivery.objective, timestamptz, interval, numeric) IS
	'transition: add the events of a slice of time, by its age, where few events are not to alert';

CREATE FUNCTION delivery_internal.burn_alert_accum(state bigint[], bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz, period interval, min_events double precision)
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_accum_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_accum(bigint[], timestamptz, double precision, double precision, delivery.objective, timestamptz, interval, double precision) IS
	'transition: add the events of a slice of time, by its age, where few events are not to alert';

CREATE FUNCTION delivery_internal.burn_alert_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_combine(bigint[], bigint[]) IS
	'combine: add the events of two sets of slices with the same parameters';

CREATE FUNCTION delivery_internal.burn_alert_final(state bigint[])
	RETURNS delivery.burn_alert
	AS 'MODULE_PATHNAME', 'delivery_burn_alert_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.burn_alert_final(bigint[]) IS
	'final: the most severe pair of windows that fires, else the one nearest to it';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, bigint, bigint, delivery.objective, timestamptz) IS
	'state of the burn-rate alerts at an instant, for a budget of 30 days: page above 14.4 in 1 hour and 5 minutes or above 6 in 6 hours and 30 minutes, ticket above 3 in 1 day and 2 hours or above 1 in 3 days and 6 hours';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, numeric, numeric, delivery.objective, timestamptz) IS
	'state of the burn-rate alerts at an instant, for a budget of 30 days: page above 14.4 in 1 hour and 5 minutes or above 6 in 6 hours and 30 minutes, ticket above 3 in 1 day and 2 hours or above 1 in 3 days and 6 hours; counts as numeric, which sum(bigint) is, too';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, double precision, double precision, delivery.objective, timestamptz) IS
	'state of the burn-rate alerts at an instant, for a budget of 30 days: page above 14.4 in 1 hour and 5 minutes or above 6 in 6 hours and 30 minutes, ticket above 3 in 1 day and 2 hours or above 1 in 3 days and 6 hours; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz, period interval) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, bigint, bigint, delivery.objective, timestamptz, interval) IS
	'state of the burn-rate alerts at an instant, for a budget of another period than 30 days: a threshold is the burn rate that uses up 2, 5, 10, 10 % of the budget in the long window';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz, period interval) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, numeric, numeric, delivery.objective, timestamptz, interval) IS
	'state of the burn-rate alerts at an instant, for a budget of another period than 30 days: a threshold is the burn rate that uses up 2, 5, 10, 10 % of the budget in the long window; counts as numeric, which sum(bigint) is, too';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz, period interval) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, double precision, double precision, delivery.objective, timestamptz, interval) IS
	'state of the burn-rate alerts at an instant, for a budget of another period than 30 days: a threshold is the burn rate that uses up 2, 5, 10, 10 % of the budget in the long window; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good bigint, total bigint,
		objective delivery.objective, as_of timestamptz, period interval, min_events bigint) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, bigint, bigint, delivery.objective, timestamptz, interval, bigint) IS
	'state of the burn-rate alerts at an instant, where a pair of windows stays silent as long as the long one has fewer events than min_events';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good numeric, total numeric,
		objective delivery.objective, as_of timestamptz, period interval, min_events numeric) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, numeric, numeric, delivery.objective, timestamptz, interval, numeric) IS
	'state of the burn-rate alerts at an instant, where a pair of windows stays silent as long as the long one has fewer events than min_events; counts as numeric, which sum(bigint) is, too';

CREATE AGGREGATE delivery.burn_rate_alert(bucket timestamptz, good double precision, total double precision,
		objective delivery.objective, as_of timestamptz, period interval, min_events double precision) (
	SFUNC = delivery_internal.burn_alert_accum,
	STYPE = bigint[],
	INITCOND = '{4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}',
	FINALFUNC = delivery_internal.burn_alert_final,
	COMBINEFUNC = delivery_internal.burn_alert_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.burn_rate_alert(timestamptz, double precision, double precision, delivery.objective, timestamptz, interval, double precision) IS
	'state of the burn-rate alerts at an instant, where a pair of windows stays silent as long as the long one has fewer events than min_events; counts as double precision, which takes integers and untyped parameters: whole numbers up to 2^53 - 1';
-- sfia_level.sql: levels of responsibility.
--
-- Unit: a whole number from 1 (follow) to 7 (set strategy, inspire, mobilise). A level is
--   held in full or not yet: there is nothing between two of them.
-- NULL: no level, or not assessed; rows without a level are skipped, and where none is
--   left the result is NULL.
-- Errors: 22003 for another whole number; 22P02 for text that is neither a whole number
--   nor the name of a level; 22P03 for bytes that are no level; 42846 for a cast from
--   numeric, double precision or real, which would round half levels away.
-- Source: SFIA Foundation, SFIA 9 (2024), levels of responsibility. SFIA is a trade mark
--   of the SFIA Foundation: see doc/levels.md.

CREATE TYPE delivery.sfia_level;
COMMENT ON TYPE delivery.sfia_level IS
	'level of responsibility, 1 to 7, as of SFIA: follow, assist, apply, enable, ensure, initiate, set strategy';

CREATE FUNCTION delivery_internal.sfia_level_in(input cstring)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_in(cstring) IS
	'text input of a level: a digit from 1 to 7, the name of a level, or the first part of the name';

CREATE FUNCTION delivery_internal.sfia_level_out(level delivery.sfia_level)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_out(delivery.sfia_level) IS
	'text output of a level: its digit';

CREATE FUNCTION delivery_internal.sfia_level_recv(input internal)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_recv(internal) IS
	'binary input of a level: the format, 1, and the level, a byte each';

CREATE FUNCTION delivery_internal.sfia_level_send(level delivery.sfia_level)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_send(delivery.sfia_level) IS
	'binary output of a level';

CREATE TYPE delivery.sfia_level (
	INPUT = delivery_internal.sfia_level_in,
	OUTPUT = delivery_internal.sfia_level_out,
	RECEIVE = delivery_internal.sfia_level_recv,
	SEND = delivery_internal.sfia_level_send,
	INTERNALLENGTH = 2,
	PASSEDBYVALUE,
	ALIGNMENT = int2
);

-- Casts. To integer implicitly, so that comparisons, IN and joins work without "delivery"
-- on the search_path. The functions have other names than the type: sfia_level(x) is the
-- aggregate.

CREATE FUNCTION delivery_internal.sfia_level_to_integer(level delivery.sfia_level)
	RETURNS integer AS 'i2toi4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_integer(delivery.sfia_level) IS 'cast of a level to integer';

CREATE FUNCTION delivery_internal.sfia_level_to_smallint(level delivery.sfia_level)
	RETURNS smallint AS 'int2up'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_smallint(delivery.sfia_level) IS 'cast of a level to smallint';

CREATE FUNCTION delivery_internal.sfia_level_to_bigint(level delivery.sfia_level)
	RETURNS bigint AS 'int28'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_bigint(delivery.sfia_level) IS 'cast of a level to bigint';

CREATE FUNCTION delivery_internal.sfia_level_from_smallint(number smallint)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int2'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_smallint(smallint) IS 'cast of a smallint to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_integer(number integer)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int4'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_integer(integer) IS 'cast of an integer to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_bigint(number bigint)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_bigint(bigint) IS 'cast of a bigint to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_text(written text)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_text'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_text(text) IS 'cast of text to a level, read as its text input is';

CREATE CAST (delivery.sfia_level AS integer) WITH FUNCTION delivery_internal.sfia_level_to_integer(delivery.sfia_level) AS IMPLICIT;
COMMENT ON CAST (delivery.sfia_level AS integer) IS 'a level as a number';

CREATE CAST (delivery.sfia_level AS smallint) WITH FUNCTION delivery_internal.sfia_level_to_smallint(delivery.sfia_level) AS ASSIGNMENT;
COMMENT ON CAST (delivery.sfia_level AS smallint) IS 'a level as a number';

CREATE CAST (delivery.sfia_level AS bigint) WITH FUNCTION delivery_internal.sfia_level_to_bigint(delivery.sfia_level) AS ASSIGNMENT;
COMMENT ON CAST (delivery.sfia_level AS bigint) IS 'a level as a number';

CREATE CAST (smallint AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_smallint(smallint) AS ASSIGNMENT;
COMMENT ON CAST (smallint AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

CREATE CAST (integer AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_integer(integer) AS ASSIGNMENT;
COMMENT ON CAST (integer AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

CREATE CAST (bigint AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_bigint(bigint) AS ASSIGNMENT;
COMMENT ON CAST (bigint AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

-- With a function: what the server casts by text input, it also takes sfia_level(x) for.
CREATE CAST (text AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.sfia_level) IS 'a level as it is written';

CREATE CAST (varchar AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.sfia_level) IS 'a level as it is written';

CREATE CAST (bpchar AS delivery.sfia_level) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.sfia_level) IS 'a level as it is written';

CREATE FUNCTION delivery.level_name(level delivery.sfia_level)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_name'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.level_name(delivery.sfia_level) IS
	'name of a level of responsibility, such as Enable for 4, as SFIA 9 writes it';

-- A level is an integer of two bytes, so the server's own functions compare it.

CREATE FUNCTION delivery_internal.sfia_level_eq(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2eq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_eq(delivery.sfia_level, delivery.sfia_level) IS
	'whether two levels are the same';

CREATE FUNCTION delivery_internal.sfia_level_ne(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2ne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_ne(delivery.sfia_level, delivery.sfia_level) IS
	'whether two levels are not the same';

CREATE FUNCTION delivery_internal.sfia_level_lt(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2lt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_lt(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the lower one';

CREATE FUNCTION delivery_internal.sfia_level_le(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2le'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_le(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the lower one, or the same';

CREATE FUNCTION delivery_internal.sfia_level_gt(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2gt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_gt(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the higher one';

CREATE FUNCTION delivery_internal.sfia_level_ge(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2ge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_ge(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the higher one, or the same';

CREATE FUNCTION delivery_internal.sfia_level_cmp(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS integer AS 'btint2cmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_cmp(delivery.sfia_level, delivery.sfia_level) IS
	'order of levels: below 0, 0, above 0';

-- frames such as RANGE BETWEEN 1 PRECEDING AND CURRENT ROW
CREATE FUNCTION delivery_internal.sfia_level_in_range(level delivery.sfia_level, base delivery.sfia_level, "offset" integer, subtract boolean, less boolean)
	RETURNS boolean AS 'in_range_int2_int4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_in_range(delivery.sfia_level, delivery.sfia_level, integer, boolean, boolean) IS
	'whether a level lies within so many levels of another one, for window frames';

CREATE FUNCTION delivery_internal.sfia_level_hash(level delivery.sfia_level)
	RETURNS integer AS 'hashint2'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_hash(delivery.sfia_level) IS 'hash of a level';

CREATE FUNCTION delivery_internal.sfia_level_hash_extended(level delivery.sfia_level, seed bigint)
	RETURNS bigint AS 'hashint2extended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_hash_extended(delivery.sfia_level, bigint) IS
	'hash of a level, with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_eq,
	COMMUTATOR = OPERATOR(delivery.=), NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.sfia_level, delivery.sfia_level) IS 'the same level';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_ne,
	COMMUTATOR = OPERATOR(delivery.<>), NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.sfia_level, delivery.sfia_level) IS 'not the same level';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_lt,
	COMMUTATOR = OPERATOR(delivery.>), NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.sfia_level, delivery.sfia_level) IS 'lower';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_le,
	COMMUTATOR = OPERATOR(delivery.>=), NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.sfia_level, delivery.sfia_level) IS 'lower, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_gt,
	COMMUTATOR = OPERATOR(delivery.<), NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.sfia_level, delivery.sfia_level) IS 'higher';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_ge,
	COMMUTATOR = OPERATOR(delivery.<=), NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.sfia_level, delivery.sfia_level) IS 'higher, or the same';

CREATE OPERATOR FAMILY delivery.sfia_level_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.sfia_level_ops USING btree IS 'order of levels';

CREATE OPERATOR CLASS delivery.sfia_level_ops
	DEFAULT FOR TYPE delivery.sfia_level USING btree FAMILY delivery.sfia_level_ops AS
	OPERATOR 1 delivery.<, OPERATOR 2 delivery.<=, OPERATOR 3 delivery.=,
	OPERATOR 4 delivery.>=, OPERATOR 5 delivery.>,
	FUNCTION 1 delivery_internal.sfia_level_cmp(delivery.sfia_level, delivery.sfia_level),
	FUNCTION 2 pg_catalog.btint2sortsupport(internal),
	FUNCTION 3 (delivery.sfia_level, integer) delivery_internal.sfia_level_in_range(delivery.sfia_level, delivery.sfia_level, integer, boolean, boolean),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.sfia_level_ops USING btree IS 'order of levels';

CREATE OPERATOR FAMILY delivery.sfia_level_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.sfia_level_ops USING hash IS 'equality of levels';

CREATE OPERATOR CLASS delivery.sfia_level_ops
	DEFAULT FOR TYPE delivery.sfia_level USING hash FAMILY delivery.sfia_level_ops AS
	OPERATOR 1 delivery.=,
	FUNCTION 1 delivery_internal.sfia_level_hash(delivery.sfia_level),
	FUNCTION 2 delivery_internal.sfia_level_hash_extended(delivery.sfia_level, bigint);
COMMENT ON OPERATOR CLASS delivery.sfia_level_ops USING hash IS 'equality of levels';

-- The level held in full: of what was demonstrated, the lowest. The state is the lowest
-- level so far, NULL before the first one.
-- Source: SFIA Foundation, SFIA 9: to hold a level is to hold all of what it asks for.

CREATE FUNCTION delivery_internal.sfia_level_lower(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS delivery.sfia_level AS 'int2smaller'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_lower(delivery.sfia_level, delivery.sfia_level) IS
	'transition and combine: the lower one of two levels';

CREATE FUNCTION delivery_internal.sfia_level_lowest(state delivery.sfia_level, demonstrated integer)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_lowest_int4'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_lowest(delivery.sfia_level, integer) IS
	'transition: the lower one of the state and a number, which is checked';

CREATE FUNCTION delivery_internal.sfia_level_lowest(state delivery.sfia_level, demonstrated text)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_lowest_text'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_lowest(delivery.sfia_level, text) IS
	'transition: the lower one of the state and a level as it is written';

CREATE AGGREGATE delivery.sfia_level(demonstrated delivery.sfia_level) (
	SFUNC = delivery_internal.sfia_level_lower,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	SORTOP = OPERATOR(delivery.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(delivery.sfia_level) IS
	'level held in full: the lowest of the levels that were demonstrated';

CREATE AGGREGATE delivery.sfia_level(demonstrated integer) (
	SFUNC = delivery_internal.sfia_level_lowest,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(integer) IS
	'level held in full: the lowest of the levels, each from 1 to 7, that were demonstrated';

CREATE AGGREGATE delivery.sfia_level(demonstrated text) (
	SFUNC = delivery_internal.sfia_level_lowest,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(text) IS
	'level held in full: the lowest of the levels, each a digit or a name, that were demonstrated';
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
-- health.sql: what does not stand, of all guardrails and across a dump.
--
-- Each guardrail has a function of its own that lists what of it does not stand; here
-- they are joined. Last piece of the install script.
-- NULL: none of the columns. Errors: none.

-- The texts of expressions in the catalogs are searched, but only of what depends on
-- one of our operators.
CREATE FUNCTION delivery_internal.operator_uses(OUT class oid, OUT object oid, OUT tree text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH dependent AS (
		SELECT DISTINCT d.classid, d.objid
		FROM pg_operator AS o JOIN pg_depend AS d ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid
		WHERE o.oprnamespace = 'delivery'::regnamespace
	)
	SELECT d.classid, d.objid, concat(r.ev_qual::text, r.ev_action::text)
	FROM dependent AS d JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, a.adbin::text
	FROM dependent AS d JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, c.conbin::text
	FROM dependent AS d JOIN pg_constraint AS c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(i.indexprs::text, i.indpred::text)
	FROM dependent AS d JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, p.partexprs::text
	FROM dependent AS d JOIN pg_partitioned_table AS p ON d.classid = 'pg_class'::regclass AND p.partrelid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, t.tgqual::text
	FROM dependent AS d JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(p.polqual::text, p.polwithcheck::text)
	FROM dependent AS d JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, concat(p.prosqlbody::text, p.proargdefaults::text)
	FROM dependent AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, t.typdefaultbin::text
	FROM dependent AS d JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
	UNION ALL
	SELECT d.classid, d.objid, s.stxexprs::text
	FROM dependent AS d JOIN pg_statistic_ext AS s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid;
END;
COMMENT ON FUNCTION delivery_internal.operator_uses() IS
	'views, rules, defaults, constraints, indexes, partition keys, triggers, policies, functions, domains and statistics that use an operator of the extension, and their expressions as the catalogs have them';

-- A dump names the operators that it compares by with their schema, but some constructs
-- have no room for it, and others have it once for all columns: that of the first one. A
-- dump is restored with nothing of ours on the search_path, so the former do not find "="
-- again, and the latter find it for all columns in our schema, or for none. A pattern finds
-- where an expression has such a construct and which operators are in it, in their order.
-- Levels of responsibility are compared as integers then, which is the same, but for what
-- NULLIF gives, and for what queries look for in an index.
--
-- What reads tables of ours in a check finds them empty: their rows may come later.
CREATE FUNCTION delivery_internal.restore_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	SELECT DISTINCT i.type || ' ' || i.identity,
		CASE WHEN n.levels = 0 OR n.is_lost THEN format('its %s finds no operator for a type of the extension when a dump is restored', c.name)
			WHEN c.name = 'NULLIF' THEN 'its NULLIF gives an integer, and no sfia_level, when a dump is restored'
			ELSE format('its %s is of integers when a dump is restored, and not found by what compares levels', c.name) END,
		CASE WHEN n.levels = 0 OR n.is_lost THEN c.hint
			WHEN c.name = 'NULLIF' THEN 'write CASE WHEN x <> ... THEN x END'
			ELSE 'compare x::integer, also where it is looked for' END
	FROM (VALUES
		('IS DISTINCT FROM', '\{DISTINCTEXPR (:opno \d+) ', ':opno (\d+)', false, 'compare x::text'),
		('NULLIF', '\{NULLIFEXPR (:opno \d+) ', ':opno (\d+)', false, 'compare x::text'),
		-- the first argument, within conversions, is the value after CASE
		('CASE x WHEN', '\{CASEWHEN :expr \{OPEXPR (:opno \d+) [^(]*\((?:\{[A-Z]+ [^{}]*)*\{CASETESTEXPR ', ':opno (\d+)', false, 'compare x::text, or write CASE WHEN x = ...'),
		('USING or NATURAL JOIN', ':usingClause \((?:\\.|[^\\)])*\) :join_using_alias (?:<>|\{[^{}]*\}) :quals ((?:[^:]|:(?!alias ))*)', ':opno (\d+)', false, 'write JOIN ... ON a.x = b.x'),
		-- of several columns
		('IN (SELECT ...)', '\{SUBLINK :subLinkType \d+ :subLinkId \d+ :testexpr (\{BOOLEXPR (?:[^:]|:(?!operName ))*)', ':opno (\d+)', true, 'compare x::text, or write EXISTS (SELECT ... WHERE ...)'),
		('comparison of rows', '\{ROWCOMPAREEXPR :\w+ \d+ :opnos \(o ([ \d]+)\)', '(\d+)', true, 'compare x::text')
		) AS c (name, pattern, operator, of_rows, hint),
		delivery_internal.operator_uses() AS u
		LEFT JOIN pg_rewrite AS v ON u.class = 'pg_rewrite'::regclass AND v.oid = u.object AND v.rulename = '_RETURN',
		LATERAL regexp_matches(u.tree, c.pattern, 'g') AS f (found),
		LATERAL (SELECT count(*) FILTER (WHERE o.oprleft = 'delivery.sfia_level'::regtype) AS levels,
				-- of rows: whether "=" is ours, and has to compare other types, too
				CASE WHEN c.of_rows AND (array_agg(o.oid ORDER BY place))[1] IS NOT NULL THEN count(o.oid) < count(*)
					ELSE count(*) FILTER (WHERE o.oprleft <> 'delivery.sfia_level'::regtype) > 0 END AS is_lost
			FROM regexp_matches(f.found[1], c.operator, 'g') WITH ORDINALITY AS n (number, place)
				LEFT JOIN pg_operator AS o ON o.oid = n.number[1]::oid AND o.oprnamespace = 'delivery'::regnamespace) AS n,
		LATERAL pg_identify_object(CASE WHEN v.oid IS NULL THEN u.class ELSE 'pg_class'::regclass END, coalesce(v.ev_class, u.object), 0) AS i
	WHERE n.is_lost OR n.levels > 0 AND (c.name = 'NULLIF' OR u.class = 'pg_class'::regclass)

	UNION ALL
	SELECT DISTINCT i.type || ' ' || i.identity,
		format('it calls delivery.%I, which may not find your own rows yet when a dump is restored', p.proname), 'let a trigger call it instead'
	FROM pg_proc AS p
		JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.classid = 'pg_constraint'::regclass,
		LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
	WHERE p.pronamespace = 'delivery'::regnamespace AND p.proname IN ('calendar', 'check_sfia_level', 'dora_level');
END;
COMMENT ON FUNCTION delivery_internal.restore_health() IS
	'what does not survive a dump: expressions that compare values of the extension''s types without naming the operator, and checks that read its tables';

-- Rights on what the extension keeps. REASSIGN OWNED gives the written views away, but no
-- rights on the tables behind them; and a superuser's default privileges may have given
-- what nobody is to have.
CREATE FUNCTION delivery_internal.rights_health(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
	WITH kept AS (
		SELECT t.oid, t.relowner, t.relacl, format('%I.%I', n.nspname, t.relname) AS name,
			v.relowner AS writer, format('delivery.%I', v.relname) AS view, coalesce(pg_relation_is_updatable(v.oid, false) <> 0, false) AS is_written
		FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
			LEFT JOIN pg_class AS v ON v.relnamespace = 'delivery'::regnamespace AND v.relname = t.relname AND v.relkind = 'v'
		WHERE t.relnamespace = 'delivery_internal'::regnamespace AND t.relkind = 'r'
	)
	SELECT k.view, format('its owner %I has not all rights on the table behind it, so that nobody reads or writes it', pg_get_userbyid(k.writer)),
		format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', k.name, pg_get_userbyid(k.writer))
	FROM kept AS k
	WHERE k.is_written AND EXISTS (SELECT FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (needed)
		WHERE NOT has_table_privilege(k.writer, k.oid, p.needed))

	UNION ALL
	SELECT k.name, format('%s has %s on it: with that guarded writes can be stopped, or made to run code of others', g.role, g.rights),
		format('REVOKE %s ON %s FROM %s', g.rights, k.name, g.role)
	FROM kept AS k, LATERAL (
		SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role,
			string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type COLLATE "C") AS rights
		FROM aclexplode(k.relacl) AS a
		WHERE a.grantee <> k.relowner AND (a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
			-- what functions alone write
			OR NOT k.is_written AND a.privilege_type IN ('UPDATE', 'DELETE'))
		GROUP BY a.grantee) AS g;
END;
COMMENT ON FUNCTION delivery_internal.rights_health() IS
	'rights on the tables of the extension that are missing, or that nobody is to have';

CREATE FUNCTION delivery.health_check(OUT object text, OUT problem text, OUT hint text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL UNSAFE
	ROWS 10
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT h.object, h.problem, h.hint
	FROM (
		SELECT * FROM delivery_internal.version_health()
		UNION ALL SELECT * FROM delivery_internal.trigger_health()
		UNION ALL SELECT * FROM delivery_internal.append_only_health()
		UNION ALL SELECT * FROM delivery_internal.wip_health()
		UNION ALL SELECT * FROM delivery_internal.audit_health()
		UNION ALL SELECT * FROM delivery_internal.restore_health()
		UNION ALL SELECT * FROM delivery_internal.rights_health()
	) AS h
	-- in one order, whatever the database's
	ORDER BY h.object COLLATE "C", h.problem COLLATE "C";
END;
COMMENT ON FUNCTION delivery.health_check() IS
	'guardrails that do not stand: triggers that are missing or off, limits that hold nowhere, counts without an index; and what does not survive a dump; no row if all is well';

-- for BI tools
CREATE VIEW delivery.guardrail_health AS
	SELECT h.object, h.problem, h.hint FROM delivery.health_check() AS h;
COMMENT ON VIEW delivery.guardrail_health IS
	'health_check() as a view, for BI tools: guardrails that do not stand; no row if all is well';
COMMENT ON COLUMN delivery.guardrail_health.object IS 'what it is about, a table in most cases';
COMMENT ON COLUMN delivery.guardrail_health.problem IS 'what does not stand';
COMMENT ON COLUMN delivery.guardrail_health.hint IS 'what to do about it';
GRANT SELECT ON delivery.guardrail_health TO PUBLIC;
