/*
 * calendar_blocks.h
 *	  A compiled calendar: its hours in blocks of 27 weeks.
 *
 * For the files that look up in it; others see calendar_value.h only.
 */
#ifndef DELIVERY_CALENDAR_BLOCKS_H
#define DELIVERY_CALENDAR_BLOCKS_H

#include "postgres.h"

#include "pgtime.h"

#include "calendar/calendar_rules.h"
#include "calendar/calendar_value.h"

#define BLOCK_DAYS			189
#define BLOCK_LENGTH		(BLOCK_DAYS * USECS_PER_DAY)
#define CYCLE_BLOCKS		773 /* 400 years */
#define CYCLE_LENGTH		(CYCLE_BLOCKS * BLOCK_LENGTH)
/* block 0 begins before the first timestamp */
#define ORIGIN_DAY			(-12981 * BLOCK_DAYS)
#define ORIGIN				(ORIGIN_DAY * USECS_PER_DAY)
#define LAST_BLOCK			(block_of(END_TIMESTAMP - 1))

typedef struct Span
{
	int64		start;			/* since the start of the block */
	int64		end;
	int64		before;			/* worked in the block before it */
} Span;

typedef struct Block
{
	int64		before;			/* worked before it */
	int64		total;			/* worked in it */
	Span	   *spans;			/* the last one is a sentinel; NULL if not kept */
	uint32	   *first_of_day;	/* first span that ends after the day's start */
	int32		count;			/* spans without the sentinel */
	bool		dates_known;
	uint8		date_count;		/* working dates of the local clock, */
	uint64		dates[(BLOCK_DAYS + 63) / 64];	/* from the block's first day on */
} Block;

struct Calendar
{
	uint8		digest[WORK_CALENDAR_DIGEST];	/* key of the hash table */
	CalendarRules rules;
	pg_tz	   *zone;
	MemoryContext context;
	int32		settled;		/* from this block on everything repeats */
	bool		repeats;		/* after CYCLE_BLOCKS */
	int32		first;			/* blocks[0] is this one */
	int32		count;
	int32		room_before;	/* free places in front of blocks[0] */
	int32		room_after;
	Block	   *blocks;
	TimestampTz no_opening_from;	/* searched in vain from here on */
	TimestampTz no_closing_from;
	CalendarSpan *day_spans;	/* room for the hours of one date */
};

/* kept per session */
extern Calendar *delivery_find_calendar(const uint8 *digest);
extern Calendar *delivery_compile_calendar(const WorkCalendar *value, size_t text_length);
extern uint64 delivery_calendar_generation(void);
extern const uint8 *delivery_calendar_digest(const Calendar *calendar);

extern Block *delivery_make_blocks(Calendar *calendar, int32 number);
extern Block *delivery_mark_dates(Calendar *calendar, int32 number);

static inline int32
block_of(TimestampTz instant)
{
	/* the difference may need all 64 bits */
	return (int32) (((uint64) instant - (uint64) ORIGIN) / (uint64) BLOCK_LENGTH);
}

static inline TimestampTz
block_start(int32 number)
{
	/* the product may need all 64 bits */
	return (TimestampTz) ((uint64) ORIGIN + (uint64) number * (uint64) BLOCK_LENGTH);
}

static inline Block *
get_block(Calendar *calendar, int32 number)
{
	return &calendar->blocks[number - calendar->first];
}

/* The block with its totals, for which its spans may not be there. */
static inline Block *
need_totals(Calendar *calendar, int32 number)
{
	if (likely(number >= calendar->first && number < calendar->first + calendar->count))
		return get_block(calendar, number);
	return delivery_make_blocks(calendar, number);
}

/* The block with its spans. */
static inline Block *
need_spans(Calendar *calendar, int32 number)
{
	Block	   *block = need_totals(calendar, number);

	return likely(block->spans != NULL) ? block : delivery_make_blocks(calendar, number);
}

/* The block with its working dates. */
static inline Block *
need_dates(Calendar *calendar, int32 number)
{
	Block	   *block = need_totals(calendar, number);

	return likely(block->dates_known) ? block : delivery_mark_dates(calendar, number);
}

#endif							/* DELIVERY_CALENDAR_BLOCKS_H */
