/*
 * calendar_scan.h
 *	  Characters, words and lists for the parser of calendars.
 */
#ifndef DELIVERY_CALENDAR_SCAN_H
#define DELIVERY_CALENDAR_SCAN_H

#include "calendar/calendar_rules.h"

typedef struct CalendarParser
{
	const char *text;
	size_t		length;
	size_t		at;
	CalendarResize resize;
	CalendarRules *rules;
	CalendarFault *fault;
	int32_t		rule_room;
	int32_t		group_room;
	int32_t		year_room;
	int32_t		date_room;
	int32_t		span_room;
	int32_t		holiday_room;
} CalendarParser;

/* hints: what to write */
#define WRITE_SPAN \
	"Write hours as 09:00-17:00, or several as 09:00-12:00,13:00-18:00."
#define WRITE_WEEKDAY \
	"Write weekdays as Mo, Tu, We, Th, Fr, Sa, Su, or a range such as Mo-Fr."
#define WRITE_DATE \
	"Write dates as Dec 25, 2026 Dec 25, Dec 24-26 or Dec 24-Jan 2."
#define WRITE_MONTH \
	"Write months as Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec."
#define WRITE_HOLIDAYS \
	"Write PH=2026-12-25,2026-12-26; after the time zone."
#define WRITE_RULE \
	"Write days, hours or both, such as Mo-Fr 09:00-17:00, Dec 25 off, or 24/7; a calendar by name is delivery.calendar('name')."
#define WRITE_NEXT_RULE \
	"Separate rules by ; to replace the hours of a day, or by , to add to them."
#define WRITE_YEAR \
	"Write years with four digits, such as 2026, 2025-2027 or 2025+."

static inline bool
delivery_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

extern bool delivery_refuse_calendar(CalendarParser *parser, size_t position, const char *reason, const char *hint);
extern bool delivery_refuse_here(CalendarParser *parser, const char *reason, const char *hint);
extern char delivery_look(const CalendarParser *parser, size_t ahead);
extern void delivery_skip_blanks(CalendarParser *parser);
extern bool delivery_take(CalendarParser *parser, char c);
extern bool delivery_at_word(const CalendarParser *parser, const char *wanted);
extern bool delivery_take_word(CalendarParser *parser, const char *wanted);
extern int	delivery_look_weekday(const CalendarParser *parser);
extern int	delivery_look_month(const CalendarParser *parser);
extern size_t delivery_count_digits(const CalendarParser *parser);
extern int32_t delivery_take_number(CalendarParser *parser, size_t most_digits);
extern bool delivery_at_year(const CalendarParser *parser);
extern bool delivery_at_clock(const CalendarParser *parser);
extern void *delivery_make_room(CalendarParser *parser, void *list, int32_t count, int32_t *room, size_t size);

/* Put an element at the end of one of the lists of rules. */
#define ADD(parser, list, count, room, element) \
	do { \
		(parser)->rules->list = delivery_make_room(parser, (parser)->rules->list, \
												   (parser)->rules->count, &(parser)->room, sizeof(element)); \
		(parser)->rules->list[(parser)->rules->count++] = (element); \
	} while (0)

#endif							/* DELIVERY_CALENDAR_SCAN_H */
