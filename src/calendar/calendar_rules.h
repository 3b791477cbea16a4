/*
 * calendar_rules.h
 *	  Opening hours as rules: read from text, written as text, and the hours
 *	  that a date has by them.
 *
 * Knows no server header, so that it can be fuzzed; nothing here knows what a
 * time zone does either.  Hours are minutes of the local clock, dates are days
 * since 2000-01-01 of the proleptic Gregorian calendar.
 */
#ifndef DELIVERY_CALENDAR_RULES_H
#define DELIVERY_CALENDAR_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_TEXT_LIMIT		262144	/* bytes */
#define CALENDAR_FIRST_YEAR		1	/* that a rule or a holiday can name */
#define CALENDAR_LAST_YEAR		9999
#define CALENDAR_NO_YEAR		0
#define CALENDAR_ALL_YEARS		INT32_MAX	/* end of '2025+' */
#define MINUTES_PER_DAY			1440

/* How memory is had: as realloc() gives it, and never NULL. */
typedef void *(*CalendarResize) (void *pointer, size_t size);

/* Hours of a date: minutes since its midnight, half-open, at most 48 hours. */
typedef struct CalendarSpan
{
	int32_t		start;
	int32_t		end;
} CalendarSpan;

typedef struct CalendarYears
{
	int32_t		first;
	int32_t		last;
} CalendarYears;

typedef enum CalendarDateKind
{
	CALENDAR_MONTH,				/* all of it */
	CALENDAR_DAY,
	CALENDAR_EASTER
} CalendarDateKind;

typedef struct CalendarDate
{
	int32_t		year;			/* only at the end of a range, else none */
	int16_t		offset;			/* days after Easter Sunday */
	uint8_t		kind;
	uint8_t		month;
	uint8_t		day;
} CalendarDate;

typedef struct CalendarDates
{
	CalendarDate from;
	CalendarDate to;
} CalendarDates;

/* Dates in years: '2025,2027 Dec 24-26,Dec 31'. None of either means all. */
typedef struct CalendarGroup
{
	int32_t		years;			/* where its years begin in the rules */
	int32_t		year_count;
	int32_t		dates;
	int32_t		date_count;
} CalendarGroup;

#define CALENDAR_EVERY_DAY		0x7F	/* a bit per weekday, Monday first */
#define CALENDAR_NTH_LIMIT		5

typedef struct CalendarRule
{
	bool		additive;		/* stands after a comma */
	bool		off;
	bool		whole_day;		/* off without hours; an open rule always has hours */
	bool		holidays;		/* PH */
	uint8_t		weekdays;
	uint16_t	nth[7];			/* bits 0 .. 4: first to fifth, 5 .. 9: last to fifth last */
	int32_t		groups;
	int32_t		group_count;
	int32_t		spans;
	int32_t		span_count;
} CalendarRule;

typedef struct CalendarRules
{
	const char *zone;			/* points into the text; NULL for none */
	size_t		zone_length;
	size_t		zone_position;
	bool		holidays_bound; /* there is a clause PH= */
	bool		holidays_used;	/* a rule names PH */
	bool		easter_used;
	int32_t		first_year;		/* first and last year named by a rule or a holiday; */
	int32_t		last_year;		/* first > last for none */
	int32_t		rule_count;
	int32_t		group_count;
	int32_t		year_count;
	int32_t		date_count;
	int32_t		span_count;
	int32_t		holiday_count;
	CalendarRule *rules;
	CalendarGroup *groups;
	CalendarYears *years;
	CalendarDates *dates;
	CalendarSpan *spans;
	int32_t    *holidays;		/* sorted days */
} CalendarRules;

typedef struct CalendarFault
{
	size_t		position;		/* bytes before the place */
	const char *reason;
	const char *hint;
} CalendarFault;

#endif							/* DELIVERY_CALENDAR_RULES_H */
