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
