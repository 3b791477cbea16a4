/*
 * calendar_blocks.c
 *	  The instants at which a calendar is open, as running totals.
 *
 * An instant is worked if and only if its local clock reading is, so hours are
 * first laid out on the local clock and then moved to instants, piece by piece
 * between the changes of the zone's offset, as the server's library tells them.
 * What the clock skips is lost, what it repeats counts twice.
 *
 * Time is cut into blocks of 27 weeks.  A block that somebody asked for keeps
 * its spans, sorted, with the time worked before each, and an index by day: a
 * lookup is a few comparisons.  The blocks in between keep their totals only.
 * After the last year that the rules name, and the last that a time zone can be
 * said to know, everything repeats after 400 years, so no block lies beyond;
 * Easter alone repeats later than time ends.
 *
 * Calendars are kept for the session, and dropped when they take too much
 * memory.
 */
#include "base/delivery.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/zone.h"
#include "calendar/calendar_blocks.h"
#include "calendar/calendar_day.h"
#include "calendar/calendar_io.h"
#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_value.h"

/* the first block to be made lies in these years, so that no total overflows */
#define FIRST_ANCHOR_YEAR	2001
#define LAST_ANCHOR_YEAR	2200
/* no time zone is known to change its rules after that */
#define SETTLED_YEAR		2500
/* days of the local clock to look at before and after a block: hours may go on
 * for a day after their date, and the clock may be a day away */
#define DAYS_AHEAD			3
#define DAYS_AFTER			2
/* blocks made on the way keep their spans if they are that near */
#define NEAR_BLOCKS			32

#define MOST_CALENDARS		1000
#define MOST_BYTES			(128 * 1024 * 1024)
#define MOST_SPAN_BYTES		(64 * 1024 * 1024)

static HTAB *calendars = NULL;
static MemoryContext calendars_context = NULL;
static MemoryContext spans_context = NULL;
static uint64 generation = 0;
static Size span_bytes = 0;

/* --- blocks ------------------------------------------------------------- */

static int32
block_of_year(int32 year)
{
	return (delivery_day_from_civil(year, 1, 1) - ORIGIN_DAY) / BLOCK_DAYS;
}

/*
 * The hours on the local clock, in minutes since midnight of the block's first
 * day, sorted and disjoint.
 */
static CalendarSpan *
lay_out_hours(Calendar *calendar, int32 number, int *count)
{
	int			day_room = delivery_calendar_room(&calendar->rules);
	int			room = (BLOCK_DAYS + DAYS_AHEAD + DAYS_AFTER) * 2 + day_room;
	CalendarSpan *hours = (CalendarSpan *) palloc(room * sizeof(CalendarSpan));
	int			n = 0;

	for (int32 day = -DAYS_AHEAD; day < BLOCK_DAYS + DAYS_AFTER; day++)
	{
		int32		date = ORIGIN_DAY + number * BLOCK_DAYS + day;
		int			of_day = delivery_calendar_hours(&calendar->rules, date, calendar->day_spans);

		CHECK_FOR_INTERRUPTS();
		if (n + of_day > room)
		{
			room = (n + of_day) * 2;
			hours = (CalendarSpan *) repalloc_huge(hours, room * sizeof(CalendarSpan));
		}
		for (int i = 0; i < of_day; i++)
		{
			int32		start = day * MINUTES_PER_DAY + calendar->day_spans[i].start;
			int32		end = day * MINUTES_PER_DAY + calendar->day_spans[i].end;

			int			from = n;

			/* hours of the days before may go on, or begin only after midnight */
			while (from > 0 && hours[from - 1].end >= start)
				from--;
			n = from + delivery_add_calendar_span(hours + from, n - from, (CalendarSpan) {start, end});
		}
	}
	*count = n;
	return hours;
}

/*
 * Offset from UTC in seconds at an instant, and how many seconds later it may
 * change (at most the given number).
 */
static int64
offset_at(pg_time_t instant, pg_tz *zone, int64 *seconds)
{
	struct pg_tm *local = pg_localtime(&instant, zone);
	long		offset;
	long		ignored_offset;
	int			ignored_dst;
	pg_time_t	boundary;
	pg_time_t	later = instant + 1;

	if (local == NULL)
		elog(ERROR, "instant is out of range of the time zone");
	offset = local->tm_gmtoff;
	/*
	 * At the very last change that it knows, which repeats after 400 years, the
	 * library sees none to come; a second later it does.
	 */
	if (pg_next_dst_boundary(&instant, &ignored_offset, &ignored_dst, &boundary,
							 &ignored_offset, &ignored_dst, zone) == 1 ||
		pg_next_dst_boundary(&later, &ignored_offset, &ignored_dst, &boundary,
							 &ignored_offset, &ignored_dst, zone) == 1)
	{
		if (boundary > instant && boundary - instant < *seconds)
			*seconds = boundary - instant;
	}
	return offset;
}

/*
 * Make the spans of a block, in the current memory context.
 */
static Span *
make_spans(Calendar *calendar, int32 number, int32 *count)
{
	TimestampTz start = block_start(number);
	int64		first = start < MIN_TIMESTAMP ? MIN_TIMESTAMP - start : 0;
	int64		length = number == LAST_BLOCK ? END_TIMESTAMP - start : BLOCK_LENGTH;
	int			hour_count;
	CalendarSpan *hours = lay_out_hours(calendar, number, &hour_count);
	int			room = hour_count + 16;
	Span	   *spans = (Span *) palloc(room * sizeof(Span));
	int			n = 0;
	int64		piece = 0;

	/* piece by piece, in which the offset is the same */
	while (piece < length)
	{
		int64		seconds = (length - piece + USECS_PER_SEC - 1) / USECS_PER_SEC;
		int64		offset = offset_at(timestamptz_to_time_t(start + piece), calendar->zone, &seconds);
		int64		piece_end = Min(piece + seconds * USECS_PER_SEC, length);
		int64		from = Max(piece, first);

		offset *= USECS_PER_SEC;
		for (int i = 0; i < hour_count; i++)
		{
			int64		opens = hours[i].start * USECS_PER_MINUTE - offset;
			int64		closes = hours[i].end * USECS_PER_MINUTE - offset;

			if (closes <= from)
				continue;
			if (opens >= piece_end)
				break;
			opens = Max(opens, from);
			closes = Min(closes, piece_end);
			if (opens >= closes)
				continue;
			if (n > 0 && spans[n - 1].end == opens)
			{
				spans[n - 1].end = closes;
				continue;
			}
			if (n == room)
			{
				room *= 2;
				spans = (Span *) repalloc_huge(spans, room * sizeof(Span));
			}
			spans[n++] = (Span) {opens, closes, 0};
		}
		piece = piece_end;
	}
	pfree(hours);
	*count = n;
	return spans;
}

static void
forget_all_spans(void)
{
	HASH_SEQ_STATUS status;
	Calendar   *calendar;

	hash_seq_init(&status, calendars);
	while ((calendar = (Calendar *) hash_seq_search(&status)) != NULL)
		for (int32 i = 0; i < calendar->count; i++)
			calendar->blocks[i].spans = NULL;
	MemoryContextReset(spans_context);
	span_bytes = 0;
}

/*
 * Make a block; its spans are kept if asked for.
 */
static Block
make_block(Calendar *calendar, int32 number, bool keep)
{
	Block		block = {0};
	Span	   *spans;

	CHECK_FOR_INTERRUPTS();
	spans = make_spans(calendar, number, &block.count);
	for (int32 i = 0; i < block.count; i++)
	{
		spans[i].before = block.total;
		block.total += spans[i].end - spans[i].start;
	}
	if (keep)
	{
		Size		spans_size = (block.count + 1) * sizeof(Span);
		Size		size = spans_size + BLOCK_DAYS * sizeof(uint32);
		uint32		next = 0;

		if (span_bytes + size > MOST_SPAN_BYTES)
			forget_all_spans();
		block.spans = (Span *) MemoryContextAllocHuge(spans_context, size);
		span_bytes += size;
		memcpy(block.spans, spans, block.count * sizeof(Span));
		block.spans[block.count] = (Span) {PG_INT64_MAX, PG_INT64_MAX, block.total};
		block.first_of_day = (uint32 *) ((char *) block.spans + spans_size);
		for (int day = 0; day < BLOCK_DAYS; day++)
		{
			while (block.spans[next].end <= day * USECS_PER_DAY)
				next++;
			block.first_of_day[day] = next;
		}
	}
	pfree(spans);
	return block;
}

/*
 * Room for the blocks up to the given one, in front of those there or behind.
 */
static void
extend_blocks(Calendar *calendar, int32 number)
{
	int32		before = Max(calendar->first - number - calendar->room_before, 0);
	int32		after = Max(number - (calendar->first + calendar->count) + 1 - calendar->room_after, 0);
	Block	   *blocks;

	if (before == 0 && after == 0)
		return;
	/* some more, for rows mostly come in the order of time */
	if (before > 0)
		before += calendar->room_before + calendar->count / 2 + 8;
	else
		before = calendar->room_before;
	if (after > 0)
		after += calendar->room_after + calendar->count / 2 + 8;
	else
		after = calendar->room_after;

	blocks = (Block *) MemoryContextAllocHuge(calendar->context,
											  ((Size) before + calendar->count + after) * sizeof(Block));
	if (calendar->count > 0)
	{
		memcpy(blocks + before, calendar->blocks, calendar->count * sizeof(Block));
		pfree(calendar->blocks - calendar->room_before);
	}
	calendar->blocks = blocks + before;
	calendar->room_before = before;
	calendar->room_after = after;
}

/*
 * Make the block with its spans, and all blocks between it and those there.
 * Each is added as soon as it is made, so what an interrupt leaves is sound.
 */
Block *
delivery_make_blocks(Calendar *calendar, int32 number)
{
	Block	   *block;

	if (calendar->count == 0)
	{
		int32		anchor = Min(Max(number, block_of_year(FIRST_ANCHOR_YEAR)), block_of_year(LAST_ANCHOR_YEAR));
		Block		made = make_block(calendar, anchor, anchor == number);

		calendar->first = anchor;
		extend_blocks(calendar, anchor);
		calendar->blocks[0] = made;
		calendar->room_after--;
		calendar->count = 1;
	}
	extend_blocks(calendar, number);
	while (number >= calendar->first + calendar->count)
	{
		int32		next = calendar->first + calendar->count;
		Block		made = make_block(calendar, next, number - next <= NEAR_BLOCKS);
		Block	   *last = get_block(calendar, next - 1);

		made.before = last->before + last->total;
		calendar->blocks[calendar->count] = made;
		calendar->room_after--;
		calendar->count++;
	}
	while (number < calendar->first)
	{
		int32		next = calendar->first - 1;
		Block		made = make_block(calendar, next, next - number <= NEAR_BLOCKS);

		made.before = calendar->blocks[0].before - made.total;
		calendar->blocks--;
		calendar->blocks[0] = made;
		calendar->room_before--;
		calendar->first--;
		calendar->count++;
	}
	block = get_block(calendar, number);
	if (block->spans == NULL)
	{
		Block		made = make_block(calendar, number, true);

		block->spans = made.spans;
		block->first_of_day = made.first_of_day;
	}
	return block;
}

/* --- working dates ------------------------------------------------------ */

/*
 * Whether the local clock shows any reading of a span of minutes, counted from
 * midnight of a date: a change of the clock can skip all of it, and a zone a
 * whole date.
 */
static bool
clock_shows(Calendar *calendar, int32 date, const CalendarSpan *span)
{
	const pg_time_t margin = 2 * SECS_PER_DAY;
	pg_time_t	midnight = ((pg_time_t) date + POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	pg_time_t	opens = midnight + span->start * SECS_PER_MINUTE;
	pg_time_t	closes = midnight + span->end * SECS_PER_MINUTE;

	/* as if in UTC, which is less than two days away */
	for (pg_time_t instant = opens - margin; instant < closes + margin;)
	{
		int64		seconds = closes + margin - instant;
		int64		offset = offset_at(instant, calendar->zone, &seconds);

		if (instant + offset < closes && instant + seconds + offset > opens)
			return true;
		instant += seconds;
	}
	return false;
}

/*
 * Find the working dates of a block: those that the local clock shows and that
 * have hours of their own, those after midnight being of the date before.
 */
Block *
delivery_mark_dates(Calendar *calendar, int32 number)
{
	const CalendarSpan whole_day = {0, MINUTES_PER_DAY};
	uint64		dates[lengthof(((Block *) NULL)->dates)] = {0};
	Block	   *block;
	int			count = 0;

	for (int day = 0; day < BLOCK_DAYS; day++)
	{
		int32		date = ORIGIN_DAY + number * BLOCK_DAYS + day;
		int			spans = delivery_calendar_hours(&calendar->rules, date, calendar->day_spans);
		bool		works = false;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < spans && !works; i++)
			works = clock_shows(calendar, date, &calendar->day_spans[i]);
		if (works && clock_shows(calendar, date, &whole_day))
		{
			dates[day / 64] |= UINT64CONST(1) << (day % 64);
			count++;
		}
	}
	block = need_totals(calendar, number);
	memcpy(block->dates, dates, sizeof(dates));
	block->date_count = (uint8) count;
	block->dates_known = true;
	return block;
}

/* --- the calendars of the session --------------------------------------- */

/*
 * Changes whenever calendars found before are gone.
 */
uint64
delivery_calendar_generation(void)
{
	return generation;
}

const uint8 *
delivery_calendar_digest(const Calendar *calendar)
{
	return calendar->digest;
}

static void
forget_calendars(void)
{
	generation++;
	calendars = NULL;
	spans_context = NULL;
	span_bytes = 0;
	if (calendars_context != NULL)
		MemoryContextReset(calendars_context);
}

static void
remember_calendars(void)
{
	HASHCTL		control = {0};

	if (calendars_context == NULL)
		calendars_context = AllocSetContextCreate(TopMemoryContext, "delivery calendars",
												  ALLOCSET_DEFAULT_SIZES);
	spans_context = AllocSetContextCreate(calendars_context, "delivery calendar spans",
										  ALLOCSET_DEFAULT_SIZES);
	control.keysize = WORK_CALENDAR_DIGEST;
	control.entrysize = sizeof(Calendar);
	control.hcxt = calendars_context;
	calendars = hash_create("delivery calendars", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * The calendar of that digest, if the session has compiled it; else NULL.
 */
Calendar *
delivery_find_calendar(const uint8 *digest)
{
	if (calendars == NULL)
		return NULL;
	return (Calendar *) hash_search(calendars, digest, HASH_FIND, NULL);
}

/*
 * Compile a calendar that the session has not.  What it stands for is checked
 * here again, as a zone can have vanished since the value was stored.
 */
Calendar *
delivery_compile_calendar(const WorkCalendar *value, size_t text_length)
{
	MemoryContext context;
	MemoryContext caller;
	Calendar	compiled = {0};
	Calendar   *calendar;
	CalendarFault fault;
	char	   *text;
	int32		settled_year;

	if (calendars != NULL &&
		(hash_get_num_entries(calendars) >= MOST_CALENDARS ||
		 MemoryContextMemAllocated(calendars_context, true) >= MOST_BYTES))
		forget_calendars();
	if (calendars == NULL)
		remember_calendars();

	/* the caller's as long as something can go wrong */
	context = AllocSetContextCreate(CurrentMemoryContext, "delivery calendar", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);

	if (value->version != WORK_CALENDAR_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("work_calendar has a format that this version does not know"),
				 errdetail("The format is %d; this version knows format %d.", value->version, WORK_CALENDAR_VERSION),
				 errhint("Install the version of the extension that stored the value, or a newer one.")));
	text = pnstrdup(value->text, text_length);
	if (!delivery_parse_calendar(text, text_length, delivery_calendar_memory, &compiled.rules, &fault))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("work_calendar cannot be read"),
				 errdetail("At byte %zu of \"%s\" %s.", fault.position + 1, text, fault.reason),
				 errhint("Write the value anew.")));
	if (compiled.rules.holidays_used && !compiled.rules.holidays_bound)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("public holidays of the working calendar are not known"),
				 errdetail("The calendar is \"%s\", and PH stands for dates that it does not list.", text),
				 errhint("Bind them by delivery.with_holidays(calendar, dates), or write PH=2026-12-25,2026-12-26; in front of the rules.")));
	compiled.zone = delivery_find_zone(compiled.rules.zone == NULL ? "UTC" :
									   pnstrdup(compiled.rules.zone, compiled.rules.zone_length));
	compiled.day_spans = (CalendarSpan *) palloc(delivery_calendar_room(&compiled.rules) * sizeof(CalendarSpan));
	memcpy(compiled.digest, value->digest, WORK_CALENDAR_DIGEST);
	/* a range of dates or an offset may lead into the year after the last one */
	settled_year = Max(SETTLED_YEAR, compiled.rules.last_year + 3);
	compiled.settled = block_of_year(settled_year) + 1;
	compiled.repeats = !compiled.rules.easter_used;
	compiled.no_opening_from = compiled.no_closing_from = PG_INT64_MAX;
	compiled.context = context;

	MemoryContextSwitchTo(caller);
	calendar = (Calendar *) hash_search(calendars, value->digest, HASH_ENTER, NULL);
	*calendar = compiled;
	MemoryContextSetParent(context, calendars_context);
	return calendar;
}
