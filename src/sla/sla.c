/*
 * sla.c
 *	  Service level agreements: due, elapsed, remaining, breached, status, and
 *	  the segments that explain them.
 *
 * Nothing is stored: each is computed from the timestamps, the calendar and
 * the pauses.  A clock that is not known gives NULL: see delivery_sla_clock().
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/span.h"
#include "calendar/calendar.h"
#include "calendar/calendar_hours.h"
#include "calendar/calendar_site.h"
#include "sla/sla_clock.h"

PG_FUNCTION_INFO_V1(delivery_sla_breach);
PG_FUNCTION_INFO_V1(delivery_sla_breach_probability);
PG_FUNCTION_INFO_V1(delivery_sla_clock_record);
PG_FUNCTION_INFO_V1(delivery_sla_due_at);
PG_FUNCTION_INFO_V1(delivery_sla_elapsed);
PG_FUNCTION_INFO_V1(delivery_sla_explain);
PG_FUNCTION_INFO_V1(delivery_sla_remaining);
PG_FUNCTION_INFO_V1(delivery_sla_status_at);

typedef enum SlaStatus
{
	SLA_RUNNING,
	SLA_AT_RISK,
	SLA_PAUSED,
	SLA_BREACHED,
	SLA_MET,
	SLA_STATUSES
} SlaStatus;

static const char *const status_labels[] = {"running", "at_risk", "paused", "breached", "met"};

#define DEFAULT_AT_RISK_FRACTION 0.8

/* Kept per call site: the enum's values, and the shape of the record. */
typedef struct StatusSite
{
	Oid			values[SLA_STATUSES];
	TupleDesc	record;
} StatusSite;

/* fields of sla_clock() */
enum
{
	CLOCK_DUE_AT,
	CLOCK_ELAPSED,
	CLOCK_REMAINING,
	CLOCK_FRACTION,
	CLOCK_PAUSED_FOR,
	CLOCK_BREACHED,
	CLOCK_BREACHED_AT,
	CLOCK_STATUS,
	CLOCK_FIELDS
};

/* --- one figure each ---------------------------------------------------- */

/*
 * sla_due(opened_at, target, calendar, paused) -> timestamptz
 */
Datum
delivery_sla_due_at(PG_FUNCTION_ARGS)
{
	SlaClock	clock;
	SlaTarget	target;
	TimestampTz due;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	clock.opened = PG_GETARG_TIMESTAMPTZ(0);
	if (TIMESTAMP_NOT_FINITE(clock.opened))
		PG_RETURN_NULL();
	clock.calendar = delivery_get_calendar(fcinfo, 2);
	delivery_sla_pauses(fcinfo, 3, &clock);
	(void) delivery_sla_target(fcinfo, 1, &clock, &target);
	if (!delivery_sla_due(&clock, &target, &due))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(due);
}

/*
 * sla_elapsed(opened_at, stopped_at, calendar, paused, as_of) -> interval
 */
Datum
delivery_sla_elapsed(PG_FUNCTION_ARGS)
{
	SlaClock	clock;

	if (!delivery_sla_clock(fcinfo, 1, 2, &clock))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(delivery_make_hours(delivery_sla_running(&clock)));
}

/*
 * sla_remaining(opened_at, stopped_at, target, calendar, paused, as_of) -> interval
 */
Datum
delivery_sla_remaining(PG_FUNCTION_ARGS)
{
	SlaClock	clock;
	SlaTarget	target;

	if (PG_ARGISNULL(2) || !delivery_sla_clock(fcinfo, 1, 3, &clock) ||
		!delivery_sla_target(fcinfo, 2, &clock, &target))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(delivery_make_hours(target.length - delivery_sla_running(&clock)));
}

/*
 * sla_breach(opened_at, stopped_at, target, calendar, paused, as_of) -> boolean
 */
Datum
delivery_sla_breach(PG_FUNCTION_ARGS)
{
	SlaClock	clock;
	SlaTarget	target;

	if (PG_ARGISNULL(2) || !delivery_sla_clock(fcinfo, 1, 3, &clock) ||
		!delivery_sla_target(fcinfo, 2, &clock, &target))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(delivery_sla_breached(&clock, &target));
}

/* --- status ------------------------------------------------------------- */

/* The enum's value, by its label. */
static Datum
status_value(FunctionCallInfo fcinfo, Oid type, SlaStatus status)
{
	StatusSite **site = (StatusSite **) delivery_site_private(fcinfo);

	if (*site == NULL)
		*site = (StatusSite *) MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(StatusSite));
	if (!OidIsValid((*site)->values[status]))
		(*site)->values[status] = DatumGetObjectId(DirectFunctionCall2(enum_in,
																	   CStringGetDatum(status_labels[status]),
																	   ObjectIdGetDatum(type)));
	return ObjectIdGetDatum((*site)->values[status]);
}

/* Share of the target that has run; false where the target is no time at all. */
static bool
get_fraction(int64 running, const SlaTarget *target, float8 *fraction)
{
	if (target->length == 0)
		return false;
	*fraction = (float8) running / (float8) target->length;
	return true;
}

static SlaStatus
get_status(const SlaClock *clock, const SlaTarget *target, bool breached, float8 at_risk_fraction)
{
	float8		fraction;

	if (breached)
		return SLA_BREACHED;
	if (clock->stopped)
		return SLA_MET;
	if (delivery_sla_pause_at(clock, clock->end) != NULL)
		return SLA_PAUSED;
	if (!get_fraction(delivery_sla_running(clock), target, &fraction) || fraction >= at_risk_fraction)
		return SLA_AT_RISK;
	return SLA_RUNNING;
}

/*
 * sla_status(opened_at, stopped_at, target, calendar, paused, as_of, at_risk_fraction) -> sla_status
 */
Datum
delivery_sla_status_at(PG_FUNCTION_ARGS)
{
	SlaClock	clock;
	SlaTarget	target;
	float8		at_risk_fraction;

	if (PG_ARGISNULL(2) || PG_ARGISNULL(6))
		PG_RETURN_NULL();
	at_risk_fraction = PG_GETARG_FLOAT8(6);
	if (!(at_risk_fraction >= 0.0 && at_risk_fraction <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at_risk_fraction must be between 0 and 1"),
				 errdetail("The value is %g.", at_risk_fraction),
				 errhint("Write a ratio such as 0.8, not a percentage.")));
	if (!delivery_sla_clock(fcinfo, 1, 3, &clock) ||
		!delivery_sla_target(fcinfo, 2, &clock, &target))
		PG_RETURN_NULL();
	return status_value(fcinfo, get_func_rettype(fcinfo->flinfo->fn_oid),
						get_status(&clock, &target, delivery_sla_breached(&clock, &target), at_risk_fraction));
}

/*
 * sla_clock(opened_at, stopped_at, target, calendar, paused, as_of) -> record
 */
Datum
delivery_sla_clock_record(PG_FUNCTION_ARGS)
{
	SlaClock	clock;
	SlaTarget	target;
	StatusSite **site;
	SlaStatus	status;
	Oid			status_type;
	int64		running;
	float8		fraction;
	bool		has_due;
	bool		breached;
	TimestampTz due;
	TimestampTz breached_at;
	Datum		values[CLOCK_FIELDS] = {0};
	bool		nulls[CLOCK_FIELDS] = {0};

	if (PG_ARGISNULL(2) || !delivery_sla_clock(fcinfo, 1, 3, &clock) ||
		!delivery_sla_target(fcinfo, 2, &clock, &target))
		PG_RETURN_NULL();

	running = delivery_sla_running(&clock);
	has_due = delivery_sla_due(&clock, &target, &due);
	breached = target.by_date ? has_due && clock.end > due : running > target.length;
	status = get_status(&clock, &target, breached, DEFAULT_AT_RISK_FRACTION);

	/* the clock runs on from its due instant at the next working one */
	breached_at = has_due ? due : 0;
	if (breached && !target.by_date && !delivery_sla_next_running(&clock, due, &breached_at))
		elog(ERROR, "a clock that is past its target never ran past it");

	nulls[CLOCK_DUE_AT] = !has_due;
	values[CLOCK_DUE_AT] = has_due ? TimestampTzGetDatum(due) : (Datum) 0;
	values[CLOCK_ELAPSED] = IntervalPGetDatum(delivery_make_hours(running));
	values[CLOCK_REMAINING] = IntervalPGetDatum(delivery_make_hours(target.length - running));
	nulls[CLOCK_FRACTION] = !get_fraction(running, &target, &fraction);
	values[CLOCK_FRACTION] = nulls[CLOCK_FRACTION] ? (Datum) 0 : Float8GetDatum(fraction);
	values[CLOCK_PAUSED_FOR] = IntervalPGetDatum(delivery_make_hours(clock.paused_for));
	values[CLOCK_BREACHED] = BoolGetDatum(breached);
	nulls[CLOCK_BREACHED_AT] = !breached;
	values[CLOCK_BREACHED_AT] = breached ? TimestampTzGetDatum(breached_at) : (Datum) 0;

	site = (StatusSite **) delivery_site_private(fcinfo);
	if (*site == NULL)
		*site = (StatusSite *) MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(StatusSite));
	delivery_result_record(fcinfo, &(*site)->record, CLOCK_FIELDS);
	status_type = TupleDescAttr((*site)->record, CLOCK_STATUS)->atttypid;
	values[CLOCK_STATUS] = status_value(fcinfo, status_type, status);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple((*site)->record, values, nulls)));
}

/* --- segments ----------------------------------------------------------- */

typedef enum SegmentKind
{
	SEGMENT_COUNTED,
	SEGMENT_PAUSED,
	SEGMENT_CLOSED
} SegmentKind;

static const char *const segment_labels[] = {"counted", "paused", "closed"};

/*
 * What happens from an instant on, and until when at most.
 */
static SegmentKind
find_segment(const SlaClock *clock, TimestampTz instant, TimestampTz *until)
{
	int			next;
	TimestampTz edge;

	*until = clock->end;
	if (!delivery_works_at(clock->calendar, instant))
	{
		if (delivery_next_opening(clock->calendar, instant, &edge))
			*until = Min(*until, edge);
		return SEGMENT_CLOSED;
	}
	if (delivery_next_closing(clock->calendar, instant, &edge))
		*until = Min(*until, edge);
	next = delivery_sla_find_pause(clock, instant);
	if (next < clock->pause_count && clock->pauses[next].start <= instant)
	{
		*until = Min(*until, clock->pauses[next].end);
		return SEGMENT_PAUSED;
	}
	if (next < clock->pause_count)
		*until = Min(*until, clock->pauses[next].start);
	return SEGMENT_COUNTED;
}

/*
 * sla_explain(opened_at, stopped_at, target, calendar, paused, as_of) -> setof record
 */
Datum
delivery_sla_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SlaClock	clock;
	SlaTarget	target;
	TypeCacheEntry *range_type;
	TimestampTz start;
	TimestampTz until;
	int64		running = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(2) || !delivery_sla_clock(fcinfo, 1, 3, &clock) ||
		!delivery_sla_target(fcinfo, 2, &clock, &target))
		return (Datum) 0;

	range_type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	for (start = clock.opened; start < clock.end; start = until)
	{
		SegmentKind kind = find_segment(&clock, start, &until);
		RangeBound	lower = {0};
		RangeBound	upper = {0};
		Datum		values[3];
		bool		nulls[3] = {0};
		int64		length;

		CHECK_FOR_INTERRUPTS();
		/* pauses can touch */
		while (until < clock.end)
		{
			TimestampTz next;

			if (find_segment(&clock, until, &next) != kind)
				break;
			until = next;
		}
		if (kind == SEGMENT_COUNTED &&
			(pg_sub_s64_overflow(until, start, &length) || pg_add_s64_overflow(running, length, &running)))
			delivery_span_overflow();
		lower.val = TimestampTzGetDatum(start);
		lower.inclusive = true;
		lower.lower = true;
		upper.val = TimestampTzGetDatum(until);
		values[0] = RangeTypePGetDatum(delivery_make_range(range_type, &lower, &upper));
		values[1] = CStringGetTextDatum(segment_labels[kind]);
		values[2] = IntervalPGetDatum(delivery_make_hours(running));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		/* there can be millions */
		for (int i = 0; i < (int) lengthof(values); i++)
			pfree(DatumGetPointer(values[i]));
	}
	return (Datum) 0;
}

/* --- from history ------------------------------------------------------- */

/*
 * sla_breach_probability(elapsed, target, history) -> float8
 *
 * Of the past durations that were longer than what has elapsed, the share that
 * was longer than the target too.
 */
Datum
delivery_sla_breach_probability(PG_FUNCTION_ARGS)
{
	ArrayType  *history = PG_GETARG_ARRAYTYPE_P(2);
	int64		elapsed;
	int64		target;
	int64		longer = 0;
	int64		breached = 0;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (PG_GETARG_INTERVAL_P(1)->month != 0)
		delivery_check_working_duration(PG_GETARG_INTERVAL_P(1));
	if (!delivery_duration_microseconds(PG_GETARG_INTERVAL_P(0), &elapsed) ||
		!delivery_duration_microseconds(PG_GETARG_INTERVAL_P(1), &target))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("elapsed time and target must be finite and not negative"),
				 errdetail("Elapsed are \"%s\" of \"%s\".",
						   DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(0))),
						   DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(1)))),
				 errhint("Pass sla_elapsed(...) and the target in hours.")));

	deconstruct_array(history, INTERVALOID, sizeof(Interval), false, TYPALIGN_DOUBLE,
					  &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		int64		total;

		CHECK_FOR_INTERRUPTS();
		/* data faults are left out, as the duration aggregates do */
		if (nulls[i] || !delivery_duration_microseconds(DatumGetIntervalP(elements[i]), &total) ||
			total <= elapsed)
			continue;
		longer++;
		if (total > target)
			breached++;
	}
	if (longer == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) breached / (float8) longer);
}
