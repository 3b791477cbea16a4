/*
 * calendar_hours.c
 *	  Looks up in a compiled calendar: what was worked before an instant, when
 *	  so much was worked, when it opens and closes, and its working dates.
 */
#include "base/delivery.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "calendar/calendar_blocks.h"
#include "calendar/calendar_hours.h"
#include "calendar/calendar_value.h"

/* how many spans to look at one by one before searching among all of a block */
#define SPANS_TO_STEP 8

/* --- 400 years later ---------------------------------------------------- */

/* How many cycles to go back to find the same in a block that is made. */
static inline int32
cycles_before(const Calendar *calendar, int32 number)
{
	if (likely(number < calendar->settled + CYCLE_BLOCKS || !calendar->repeats))
		return 0;
	return (number - calendar->settled) / CYCLE_BLOCKS;
}

/*
 * What did not come within 400 years of the same rules never comes.  The rarest
 * dates of Easter stay away for more than 600 years.
 */
static int32
blocks_to_search(const Calendar *calendar)
{
	return calendar->repeats ? CYCLE_BLOCKS + 1 : 5 * CYCLE_BLOCKS;
}

static int64
worked_before_block(Calendar *calendar, int32 number)
{
	return need_totals(calendar, number)->before;
}

static int64
worked_per_cycle(Calendar *calendar)
{
	return worked_before_block(calendar, calendar->settled + CYCLE_BLOCKS) -
		worked_before_block(calendar, calendar->settled);
}

/* --- lookups ------------------------------------------------------------ */

/* The first span of the block that ends after the offset into it, or the sentinel. */
static inline Span *
find_span(const Block *block, int64 offset)
{
	Span	   *span = &block->spans[block->first_of_day[offset / USECS_PER_DAY]];

	while (span->end <= offset)
		span++;
	return span;
}

int64
delivery_worked_before(Calendar *calendar, TimestampTz instant)
{
	int32		number = block_of(instant);
	int32		cycles = cycles_before(calendar, number);
	const Block *block = need_spans(calendar, number - cycles * CYCLE_BLOCKS);
	int64		offset = instant - block_start(number);
	const Span *span = find_span(block, offset);
	int64		worked = block->before + span->before;

	if (offset > span->start)
		worked += offset - span->start;
	if (unlikely(cycles > 0))
		worked += cycles * worked_per_cycle(calendar);
	return worked;
}

bool
delivery_works_at(Calendar *calendar, TimestampTz instant)
{
	int32		number = block_of(instant);
	int64		offset = instant - block_start(number);
	const Block *block = need_spans(calendar, number - cycles_before(calendar, number) * CYCLE_BLOCKS);

	return find_span(block, offset)->start <= offset;
}

/*
 * An instant of a block, some cycles later; false where time has ended.
 */
static bool
instant_of(int32 number, int64 offset, int64 cycles, TimestampTz *result)
{
	int64		later;

	*result = block_start(number) + offset;
	if (cycles != 0 &&
		(pg_mul_s64_overflow(cycles, CYCLE_LENGTH, &later) ||
		 pg_add_s64_overflow(*result, later, result)))
		return false;
	return IS_VALID_TIMESTAMP(*result);
}

/* The number of spans of the block before which no more than that was worked. */
static int32
count_spans_up_to(const Block *block, int64 worked)
{
	int32		low = 0;
	int32		high = block->count;

	while (low < high)
	{
		int32		middle = low + (high - low) / 2;

		if (block->spans[middle].before <= worked)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

pg_noreturn static void
refuse_far_instant(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("timestamp out of range"),
			 errdetail("So much working time is reached only after the last timestamp, in the year 294276, or before the first, in 4714 BC."),
			 errhint("Pass a shorter duration.")));
}

/*
 * The first instant before which so much was worked, by the calendar's own
 * count; false where that is never.  Near is an instant before which less was
 * worked.
 */
bool
delivery_first_worked(Calendar *calendar, int64 worked, TimestampTz near, TimestampTz *result)
{
	int32		number = block_of(near);
	int64		cycles = 0;
	int32		quiet = 0;
	const Block *block;
	const Span *span;

	if (cycles_before(calendar, number) > 0)
		number = calendar->settled;

	/* the block is often the one of the instant near, or the next */
	while (block = need_totals(calendar, number), block->before + block->total < worked)
	{
		if (calendar->repeats && number == calendar->settled + CYCLE_BLOCKS)
		{
			int64		per_cycle = worked_per_cycle(calendar);

			if (per_cycle == 0)
				return false;
			cycles = (worked - block->before + per_cycle - 1) / per_cycle;
			worked -= cycles * per_cycle;
			/* worked > what was worked before the settled block, now at most a cycle more */
			number = calendar->settled;
			continue;
		}
		if (number > calendar->settled && block->total == 0)
			quiet++;
		else
			quiet = 0;
		if (quiet > blocks_to_search(calendar))
			return false;
		if (number == LAST_BLOCK)
			refuse_far_instant();
		number++;
	}
	block = need_spans(calendar, number);
	worked -= block->before;
	/* mostly it is a span soon after the near one */
	span = cycles == 0 && number == block_of(near) ? find_span(block, near - block_start(number)) : block->spans;
	for (int step = 0; step < SPANS_TO_STEP && span[1].before < worked; step++)
		span++;
	if (span[1].before < worked)
		span = &block->spans[count_spans_up_to(block, worked - 1) - 1];
	if (!instant_of(number, span->start + (worked - span->before), cycles, result))
		refuse_far_instant();
	return true;
}

/* At the first timestamp: out of range, unless the calendar had no hours then. */
static void
refuse_if_time_begins(Calendar *calendar)
{
	if (worked_before_block(calendar, CYCLE_BLOCKS) > worked_before_block(calendar, 0))
		refuse_far_instant();
}

/*
 * The last instant before which no more than so much was worked; false where
 * time begins before that.  Near is an instant before which more was worked.
 */
bool
delivery_last_worked(Calendar *calendar, int64 worked, TimestampTz near, TimestampTz *result)
{
	int32		number = block_of(near);
	int64		cycles = 0;
	const Block *block;
	const Span *span;

	if (cycles_before(calendar, number) > 0)
	{
		int64		before_settled = worked_before_block(calendar, calendar->settled);

		number = calendar->settled + CYCLE_BLOCKS;
		if (worked >= before_settled)
		{
			int64		per_cycle = worked_per_cycle(calendar);

			cycles = (worked - before_settled) / per_cycle;
			worked -= cycles * per_cycle;
		}
	}
	while (block = need_totals(calendar, number), block->before > worked)
	{
		if (number == 0)
		{
			refuse_if_time_begins(calendar);
			return false;
		}
		number--;
	}
	block = need_spans(calendar, number);
	span = &block->spans[count_spans_up_to(block, worked - block->before) - 1];
	return instant_of(number, span->start + (worked - block->before - span->before), cycles, result);
}

/* --- openings and closings ---------------------------------------------- */

/* The block by its number, at the same place of the first cycle. */
static Block *
spans_of(Calendar *calendar, int32 number)
{
	CHECK_FOR_INTERRUPTS();
	return need_spans(calendar, number - cycles_before(calendar, number) * CYCLE_BLOCKS);
}

static int32
last_block_to_search(const Calendar *calendar, int32 number)
{
	return Min(Max(number, calendar->settled) + blocks_to_search(calendar), LAST_BLOCK);
}

/*
 * The first instant after the given one at which the calendar opens; false if
 * it never does.
 */
bool
delivery_next_opening(Calendar *calendar, TimestampTz instant, TimestampTz *result)
{
	int32		number = block_of(instant);
	int32		last = last_block_to_search(calendar, number);
	int64		after = instant - block_start(number);
	bool		open;

	if (instant >= calendar->no_opening_from)
		return false;
	{
		const Block *block = spans_of(calendar, number);
		const Span *span = find_span(block, after);

		if (span->start <= after)
			span++;
		if (span < block->spans + block->count)
			return instant_of(number, span->start, 0, result);
		open = block->count > 0 && block->spans[block->count - 1].end == BLOCK_LENGTH;
	}
	while (++number <= last)
	{
		const Block *block = spans_of(calendar, number);
		/* open since the block before */
		int32		first = open && block->count > 0 && block->spans[0].start == 0;

		if (first < block->count)
			return instant_of(number, block->spans[first].start, 0, result);
		open = block->count > 0 && block->spans[block->count - 1].end == BLOCK_LENGTH;
	}
	calendar->no_opening_from = Min(calendar->no_opening_from, instant);
	return false;
}

/*
 * The first instant after the given one at which the calendar closes; false if
 * it never does.
 */
bool
delivery_next_closing(Calendar *calendar, TimestampTz instant, TimestampTz *result)
{
	int32		number = block_of(instant);
	int32		last = last_block_to_search(calendar, number);
	int64		after = instant - block_start(number);
	bool		open = false;

	if (instant >= calendar->no_closing_from)
		return false;
	for (; number <= last; number++)
	{
		const Block *block = spans_of(calendar, number);
		const Span *span = find_span(block, after);

		/* open until the end of the block before */
		if (open && span->start > 0)
			return instant_of(number, 0, 0, result);
		if (span->end < BLOCK_LENGTH)
			return instant_of(number, span->end, 0, result);
		open = span < block->spans + block->count;
		after = 0;
	}
	calendar->no_closing_from = Min(calendar->no_closing_from, instant);
	return false;
}

/* The first working instant that is not before the given one. */
bool
delivery_next_working(Calendar *calendar, TimestampTz instant, TimestampTz *result)
{
	*result = instant;
	return delivery_works_at(calendar, instant) || delivery_next_opening(calendar, instant, result);
}

/* --- working dates ------------------------------------------------------ */

/* The last day of the block, from the given one back, that is a working date; -1 for none. */
static int
working_date_up_to(const Block *block, int day)
{
	for (; day >= 0; day--)
		if (block->dates[day / 64] & (UINT64CONST(1) << (day % 64)))
			return day;
	return -1;
}

/* The first one from the given day on; BLOCK_DAYS for none. */
static int
working_date_from(const Block *block, int day)
{
	for (; day < BLOCK_DAYS; day++)
		if (block->dates[day / 64] & (UINT64CONST(1) << (day % 64)))
			return day;
	return BLOCK_DAYS;
}

/*
 * The date so many working dates after another one, or before it; false where
 * there are not that many.
 */
static bool
move_date(Calendar *calendar, int64 date, int32 dates, int64 *result)
{
	int32		number = (int32) ((date - ORIGIN_DAY) / BLOCK_DAYS);
	int			day = (int) ((date - ORIGIN_DAY) % BLOCK_DAYS);
	int64		left = dates < 0 ? -(int64) dates : dates;
	int			step = dates < 0 ? -1 : 1;
	int32		quiet = 0;

	day += step;
	for (;;)
	{
		const Block *block = need_dates(calendar, number - cycles_before(calendar, number) * CYCLE_BLOCKS);
		bool		whole = day == (step > 0 ? 0 : BLOCK_DAYS - 1);

		CHECK_FOR_INTERRUPTS();
		if (whole && block->date_count < left)
			left -= block->date_count;
		else
		{
			for (day = step > 0 ? working_date_from(block, day) : working_date_up_to(block, day);
				 day >= 0 && day < BLOCK_DAYS;
				 day = step > 0 ? working_date_from(block, day + 1) : working_date_up_to(block, day - 1))
			{
				if (--left == 0)
				{
					*result = ORIGIN_DAY + (int64) number * BLOCK_DAYS + day;
					return true;
				}
			}
		}
		quiet = block->date_count == 0 && number > calendar->settled ? quiet + 1 : 0;
		number += step;
		day = step > 0 ? 0 : BLOCK_DAYS - 1;
		if (number < 0)
			refuse_if_time_begins(calendar);
		if (number < 0 || quiet > blocks_to_search(calendar))
			return false;
		if (number > LAST_BLOCK)
			refuse_far_instant();
	}
}

/*
 * The same clock reading so many working dates later, or earlier; false where
 * there are not that many.  A reading that the clock skips on that date, or
 * repeats, is taken as the server takes it.
 */
bool
delivery_add_working_dates(Calendar *calendar, TimestampTz instant, int32 dates, TimestampTz *result)
{
	struct pg_tm local;
	fsec_t		fraction;
	int			offset;
	int64		date;

	if (timestamp2tm(instant, &offset, &local, &fraction, NULL, calendar->zone) != 0)
		elog(ERROR, "timestamp out of range");
	date = date2j(local.tm_year, local.tm_mon, local.tm_mday) - POSTGRES_EPOCH_JDATE;
	if (!move_date(calendar, date, dates, &date))
		return false;
	j2date((int) date + POSTGRES_EPOCH_JDATE, &local.tm_year, &local.tm_mon, &local.tm_mday);
	offset = DetermineTimeZoneOffset(&local, calendar->zone);
	/* the first and the last block reach beyond the range of timestamps */
	if (date > END_TIMESTAMP / USECS_PER_DAY)
		refuse_far_instant();
	*result = date * USECS_PER_DAY +
		((local.tm_hour * MINS_PER_HOUR + local.tm_min) * SECS_PER_MINUTE + local.tm_sec + offset) * USECS_PER_SEC + fraction;
	if (!IS_VALID_TIMESTAMP(*result))
		refuse_far_instant();
	return true;
}
