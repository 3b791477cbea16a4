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
