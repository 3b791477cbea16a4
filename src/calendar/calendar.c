/*
 * calendar.c
 *	  Arithmetic with working time.
 *
 * An infinite timestamp is a data fault: it gives NULL, as span_fault() names
 * it, and never an error that would end a report.
 */
#include "base/delivery.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#include "base/span.h"
#include "calendar/calendar.h"
#include "calendar/calendar_hours.h"
#include "calendar/calendar_site.h"
#include "calendar/calendar_value.h"

/* that one value may hold; more than 30,000 years of working days */
#define MOST_RANGES 10000000

PG_FUNCTION_INFO_V1(delivery_add_working_time);
PG_FUNCTION_INFO_V1(delivery_is_working);
PG_FUNCTION_INFO_V1(delivery_next_closing_at);
PG_FUNCTION_INFO_V1(delivery_next_opening_at);
PG_FUNCTION_INFO_V1(delivery_working_ranges);
PG_FUNCTION_INFO_V1(delivery_working_time);
PG_FUNCTION_INFO_V1(delivery_working_time_in_ranges);

/* --- how much ----------------------------------------------------------- */

/*
 * working_time(work_calendar, timestamptz, timestamptz) -> interval
 */
Datum
delivery_working_time(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz finish = PG_GETARG_TIMESTAMPTZ(2);
	int64		worked;

	if (TIMESTAMP_NOT_FINITE(start) || TIMESTAMP_NOT_FINITE(finish))
		PG_RETURN_NULL();
	if (pg_sub_s64_overflow(delivery_worked_before(calendar, finish),
							delivery_worked_before(calendar, start), &worked))
		delivery_span_overflow();
	PG_RETURN_INTERVAL_P(delivery_make_hours(worked));
}

/*
 * working_time(work_calendar, tstzmultirange) -> interval
 */
Datum
delivery_working_time_in_ranges(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	MultirangeType *ranges = PG_GETARG_MULTIRANGE_P(1);
	TypeCacheEntry *type = delivery_multirange_type(fcinfo, MultirangeTypeGetOid(ranges));
	int64		total = 0;

	for (uint32 i = 0; i < ranges->rangeCount; i++)
	{
		RangeBound	lower;
		RangeBound	upper;
		int64		worked;

		CHECK_FOR_INTERRUPTS();
		multirange_get_bounds(type->rngtype, ranges, i, &lower, &upper);
		if (lower.infinite || upper.infinite ||
			TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(lower.val)) ||
			TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper.val)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("ranges must be bounded"),
					 errdetail("Range %u of %u has no end, or no beginning.", i + 1, ranges->rangeCount),
					 errhint("Intersect them with a bounded one, for example ranges * tstzmultirange(tstzrange(opened_at, now())).")));
		if (pg_sub_s64_overflow(delivery_worked_before(calendar, DatumGetTimestampTz(upper.val)),
								delivery_worked_before(calendar, DatumGetTimestampTz(lower.val)), &worked) ||
			pg_add_s64_overflow(total, worked, &total))
			delivery_span_overflow();
	}
	PG_RETURN_INTERVAL_P(delivery_make_hours(total));
}

/* --- until when --------------------------------------------------------- */

pg_noreturn static void
never_reached(TimestampTz start, const Interval *duration)
{
	char	   *shown = DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(duration)));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("so much working time is never reached"),
			 errdetail("From %s on, the calendar has fewer working hours than \"%s\" asks for.",
					   timestamptz_to_str(start), shown),
			 errhint("Give the calendar working hours in those years, or ask for less.")));
}

/*
 * A duration that is to be worked has no months, and an end.
 */
void
delivery_check_working_duration(const Interval *duration)
{
	if (INTERVAL_NOT_FINITE(duration))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("working time must be finite"),
				 errdetail("The interval is infinite."),
				 errhint("Write hours, such as '40:00', or working dates, such as '5 days'.")));
	if (duration->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("working time must not have months"),
				 errdetail("The interval is \"%s\", and months differ in length.",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(duration)))),
				 errhint("Write hours, such as '160:00', or working dates, such as '20 days'.")));
}

/*
 * The instant at which that much has been worked since the start, or, of a
 * negative duration, since which that much is worked until the start: the
 * first one, or going back the last one.  Working dates are counted first, on
 * which the clock reads the same; where no work is done then, the next working
 * instant counts, also after going back.
 */
TimestampTz
delivery_add_working_duration(Calendar *calendar, TimestampTz start, const Interval *duration)
{
	TimestampTz result = start;
	int64		worked;
	bool		reached = true;

	if (duration->day != 0)
	{
		reached = delivery_add_working_dates(calendar, start, duration->day, &result) &&
			delivery_next_working(calendar, result, &result);
	}
	else if (duration->time == 0)
		reached = delivery_next_working(calendar, start, &result);

	if (reached && duration->time != 0)
	{
		/* what does not fit is not reached, or out of range either way */
		if (pg_add_s64_overflow(delivery_worked_before(calendar, result), duration->time, &worked))
			worked = duration->time > 0 ? PG_INT64_MAX : PG_INT64_MIN;
		reached = duration->time > 0 ? delivery_first_worked(calendar, worked, result, &result) :
			delivery_last_worked(calendar, worked, result, &result);
	}
	if (!reached)
		never_reached(start, duration);
	return result;
}

/*
 * add_working_time(work_calendar, timestamptz, interval) -> timestamptz
 */
Datum
delivery_add_working_time(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(1);
	Interval   *duration = PG_GETARG_INTERVAL_P(2);

	delivery_check_working_duration(duration);
	if (TIMESTAMP_NOT_FINITE(start))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(delivery_add_working_duration(calendar, start, duration));
}

/* --- when --------------------------------------------------------------- */

/*
 * is_working(work_calendar, timestamptz) -> boolean
 */
Datum
delivery_is_working(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	TimestampTz instant = PG_GETARG_TIMESTAMPTZ(1);

	if (TIMESTAMP_NOT_FINITE(instant))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(delivery_works_at(calendar, instant));
}

/*
 * next_opening(work_calendar, timestamptz) -> timestamptz
 */
Datum
delivery_next_opening_at(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	TimestampTz instant = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz result;

	if (TIMESTAMP_NOT_FINITE(instant) || !delivery_next_opening(calendar, instant, &result))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(result);
}

/*
 * next_closing(work_calendar, timestamptz) -> timestamptz
 */
Datum
delivery_next_closing_at(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	TimestampTz instant = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz result;

	if (TIMESTAMP_NOT_FINITE(instant) || !delivery_next_closing(calendar, instant, &result))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(result);
}

/*
 * working_ranges(work_calendar, tstzrange) -> tstzmultirange
 *
 * The working hours that the period touches, cut to it by the server, which
 * knows what its bounds include.
 */
Datum
delivery_working_ranges(PG_FUNCTION_ARGS)
{
	Calendar   *calendar = delivery_get_calendar(fcinfo, 0);
	RangeType  *period = PG_GETARG_RANGE_P(1);
	Oid			multirange_oid = get_fn_expr_rettype(fcinfo->flinfo);
	TypeCacheEntry *type = delivery_multirange_type(fcinfo, multirange_oid);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	RangeType **ranges;
	int32		count = 0;
	int32		room = 64;
	TimestampTz opens;
	TimestampTz last;
	bool		open;

	range_deserialize(type->rngtype, period, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_MULTIRANGE_P(make_multirange(multirange_oid, type->rngtype, 0, NULL));
	if (lower.infinite || upper.infinite ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(lower.val)) ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper.val)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be bounded"),
				 errdetail("The period is %s.", OidOutputFunctionCall(F_RANGE_OUT, RangeTypePGetDatum(period))),
				 errhint("Write both ends, for example tstzrange('2026-01-01', '2026-04-01').")));

	ranges = (RangeType **) palloc(room * sizeof(RangeType *));
	opens = DatumGetTimestampTz(lower.val);
	last = DatumGetTimestampTz(upper.val);
	for (open = delivery_next_working(calendar, opens, &opens); open && opens <= last;
		 open = delivery_next_opening(calendar, opens, &opens))
	{
		RangeBound	from = {0};
		RangeBound	to = {0};
		TimestampTz closes;

		CHECK_FOR_INTERRUPTS();
		from.val = TimestampTzGetDatum(opens);
		from.inclusive = true;
		from.lower = true;
		/* hours that never end go on beyond the period */
		to.infinite = !delivery_next_closing(calendar, opens, &closes);
		to.val = to.infinite ? (Datum) 0 : TimestampTzGetDatum(closes);
		if (count == MOST_RANGES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many working ranges"),
					 errdetail("The period %s has more than %d.",
							   OidOutputFunctionCall(F_RANGE_OUT, RangeTypePGetDatum(period)), MOST_RANGES),
					 errhint("Ask for a shorter period, or for working_time().")));
		if (count == room)
		{
			room *= 2;
			ranges = (RangeType **) repalloc_huge(ranges, room * sizeof(RangeType *));
		}
		ranges[count++] = delivery_make_range(type->rngtype, &from, &to);
	}
	PG_RETURN_MULTIRANGE_P(multirange_intersect_internal(multirange_oid, type->rngtype, count, ranges, 1, &period));
}
