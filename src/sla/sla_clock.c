/*
 * sla_clock.c
 *	  How long a clock has run, and when a target is due: what all the SLA
 *	  functions share.
 *
 * Running time is the working time since the opening, less pauses.  A target
 * of hours is due at the first instant at which so much has run.  A target with
 * a day part is a promise of a date: it is due that many working dates later
 * at the same time of day, and later by what was lost to pauses until then.
 */
#include "base/delivery.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#include "base/span.h"
#include "calendar/calendar.h"
#include "calendar/calendar_hours.h"
#include "calendar/calendar_site.h"
#include "calendar/calendar_value.h"
#include "sla/sla_clock.h"

/* --- pauses ------------------------------------------------------------- */

/*
 * The pauses in an argument; NULL means none.  A multirange is sorted and has
 * no overlaps; whether a bound is included makes no difference to its length.
 */
void
delivery_sla_pauses(FunctionCallInfo fcinfo, int argument, SlaClock *clock)
{
	MultirangeType *ranges;
	TypeCacheEntry *type;

	clock->pause_count = 0;
	clock->pauses = clock->in_place;
	if (PG_ARGISNULL(argument))
		return;
	ranges = PG_GETARG_MULTIRANGE_P(argument);
	if (ranges->rangeCount == 0)
		return;
	type = delivery_multirange_type(fcinfo, MultirangeTypeGetOid(ranges));
	if (ranges->rangeCount > SLA_PAUSES_IN_PLACE)
		clock->pauses = (SlaPause *) palloc_extended(mul_size(ranges->rangeCount, sizeof(SlaPause)), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < ranges->rangeCount; i++)
	{
		RangeBound	lower;
		RangeBound	upper;

		CHECK_FOR_INTERRUPTS();
		multirange_get_bounds(type->rngtype, ranges, i, &lower, &upper);
		clock->pauses[i].start = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
		clock->pauses[i].end = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	}
	clock->pause_count = (int) ranges->rangeCount;
}

/*
 * The first pause that ends after the instant; the number of pauses for none.
 */
int
delivery_sla_find_pause(const SlaClock *clock, TimestampTz instant)
{
	int			low = 0;
	int			high = clock->pause_count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (clock->pauses[middle].end <= instant)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The pause in which the instant lies, or NULL.
 */
const SlaPause *
delivery_sla_pause_at(const SlaClock *clock, TimestampTz instant)
{
	int			i = delivery_sla_find_pause(clock, instant);

	return i < clock->pause_count && clock->pauses[i].start <= instant ? &clock->pauses[i] : NULL;
}

static int64
working_time(Calendar *calendar, TimestampTz from, TimestampTz to)
{
	int64		worked;

	if (pg_sub_s64_overflow(delivery_worked_before(calendar, to),
							delivery_worked_before(calendar, from), &worked))
		delivery_span_overflow();
	return worked;
}

/* The working time between two instants that was lost to pauses. */
static int64
paused_between(const SlaClock *clock, TimestampTz from, TimestampTz to)
{
	int64		paused = 0;

	for (int i = 0; i < clock->pause_count; i++)
	{
		TimestampTz start = Max(clock->pauses[i].start, from);
		TimestampTz end = Min(clock->pauses[i].end, to);

		if (clock->pauses[i].start >= to)
			break;
		if (start < end &&
			pg_add_s64_overflow(paused, working_time(clock->calendar, start, end), &paused))
			delivery_span_overflow();
	}
	return paused;
}

/* --- clocks ------------------------------------------------------------- */

/*
 * The clock of arguments opened_at (the first), stopped_at, calendar, paused
 * and as_of, the last three next to each other.  False where it is not known:
 * an argument is NULL that must not be, the end lies before the opening, or
 * the opening, the stop or the end is infinite.
 */
bool
delivery_sla_clock(FunctionCallInfo fcinfo, int stopped, int calendar, SlaClock *clock)
{
	int			as_of = calendar + 2;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(calendar) || PG_ARGISNULL(as_of))
		return false;
	clock->opened = PG_GETARG_TIMESTAMPTZ(0);
	clock->end = PG_GETARG_TIMESTAMPTZ(as_of);
	if (!PG_ARGISNULL(stopped) && TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(stopped)))
		return false;
	clock->stopped = !PG_ARGISNULL(stopped) && PG_GETARG_TIMESTAMPTZ(stopped) <= clock->end;
	if (clock->stopped)
		clock->end = PG_GETARG_TIMESTAMPTZ(stopped);
	if (TIMESTAMP_NOT_FINITE(clock->opened) || TIMESTAMP_NOT_FINITE(clock->end) ||
		clock->end < clock->opened)
		return false;

	clock->calendar = delivery_get_calendar(fcinfo, calendar);
	delivery_sla_pauses(fcinfo, calendar + 1, clock);
	clock->worked_before = delivery_worked_before(clock->calendar, clock->opened);
	clock->worked_until = delivery_worked_before(clock->calendar, clock->end);
	clock->paused_for = paused_between(clock, clock->opened, clock->end);
	return true;
}

/*
 * Microseconds that the clock has run.
 */
int64
delivery_sla_running(const SlaClock *clock)
{
	int64		worked;

	if (pg_sub_s64_overflow(clock->worked_until, clock->worked_before, &worked))
		delivery_span_overflow();
	return worked - clock->paused_for;
}

/*
 * The target in an argument, of a clock that has at least an opening and a
 * calendar; false for NULL.
 */
bool
delivery_sla_target(FunctionCallInfo fcinfo, int argument, const SlaClock *clock, SlaTarget *target)
{
	if (PG_ARGISNULL(argument))
		return false;
	target->interval = PG_GETARG_INTERVAL_P(argument);
	delivery_check_working_duration(target->interval);
	if (target->interval->day < 0 || target->interval->time < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target must not be negative"),
				 errdetail("The target is \"%s\".",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(target->interval)))),
				 errhint("Write hours, such as '8:00', or working dates, such as '2 days'.")));
	target->by_date = target->interval->day > 0;
	target->length = target->interval->time;
	if (target->by_date)
	{
		target->due = delivery_add_working_duration(clock->calendar, clock->opened, target->interval);
		/* what pauses take is added to the due instant, so the length is the same */
		target->length = working_time(clock->calendar, clock->opened, target->due);
	}
	return true;
}

/* --- when --------------------------------------------------------------- */

/*
 * The first instant, not before the given one, at which the clock runs; false
 * where that is never.
 */
bool
delivery_sla_next_running(const SlaClock *clock, TimestampTz instant, TimestampTz *result)
{
	for (;;)
	{
		const SlaPause *pause;

		CHECK_FOR_INTERRUPTS();
		if (!delivery_next_working(clock->calendar, instant, result))
			return false;
		pause = delivery_sla_pause_at(clock, *result);
		if (pause == NULL)
			return true;
		if (pause->end == DT_NOEND)
			return false;
		instant = pause->end;
	}
}

pg_noreturn static void
never_due(TimestampTz opened, const Interval *target)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target is never reached"),
			 errdetail("From %s on, the calendar has fewer working hours than the target \"%s\" asks for.",
					   timestamptz_to_str(opened),
					   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(target)))),
			 errhint("Give the calendar working hours in those years.")));
}

/*
 * When the target is due; false where a pause without end begins before.
 */
bool
delivery_sla_due(const SlaClock *clock, const SlaTarget *target, TimestampTz *due)
{
	TimestampTz from = clock->opened;
	int64		left = target->length;
	int64		worked;

	if (target->by_date)
	{
		from = target->due;
		left = paused_between(clock, clock->opened, from);
		if (left == 0)
		{
			const SlaPause *last = clock->pauses + clock->pause_count - 1;

			*due = from;
			return clock->pause_count == 0 || last->end != DT_NOEND || last->start >= from;
		}
	}

	for (int i = delivery_sla_find_pause(clock, from); i < clock->pause_count; i++)
	{
		const SlaPause *pause = &clock->pauses[i];

		CHECK_FOR_INTERRUPTS();
		if (pause->start > from)
		{
			int64		available = working_time(clock->calendar, from, pause->start);

			/* a target of nothing is due when the clock first runs */
			if (available > 0 && left <= available)
				break;
			left -= available;
		}
		if (pause->end == DT_NOEND)
			return false;
		from = pause->end;
	}
	/* what overflows is out of range, as the search finds */
	if (pg_add_s64_overflow(delivery_worked_before(clock->calendar, from), left, &worked))
		worked = PG_INT64_MAX;
	if (left == 0 ? !delivery_next_working(clock->calendar, from, due) :
		!delivery_first_worked(clock->calendar, worked, from, due))
		never_due(clock->opened, target->interval);
	return true;
}

/*
 * Whether the clock has run for longer than the target, or past a promised
 * date.
 */
bool
delivery_sla_breached(const SlaClock *clock, const SlaTarget *target)
{
	TimestampTz due;

	if (!target->by_date)
		return delivery_sla_running(clock) > target->length;
	return delivery_sla_due(clock, target, &due) && clock->end > due;
}
