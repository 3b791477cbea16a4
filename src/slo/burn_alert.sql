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
