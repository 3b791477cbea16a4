/*
 * calendar.h
 *	  Working calendars: the stored value, and the instants at which it is open.
 */
#ifndef DELIVERY_CALENDAR_H
#define DELIVERY_CALENDAR_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/typcache.h"

#include "calendar/calendar_rules.h"

/*
 * The value: what stands in it after the length.  No field needs alignment, so
 * it is read in place also with a short header.  The digest is of the text and
 * serves to recognise a calendar without reading all of it.
 */
#define WORK_CALENDAR_VERSION	1
#define WORK_CALENDAR_DIGEST	16

typedef struct WorkCalendar
{
	uint8		version;
	uint8		digest[WORK_CALENDAR_DIGEST];
	char		text[FLEXIBLE_ARRAY_MEMBER];
} WorkCalendar;

#define WORK_CALENDAR_HEADER	offsetof(WorkCalendar, text)

typedef struct Calendar Calendar;

/* calendar_io.c */
extern void *delivery_calendar_memory(void *pointer, size_t size);

/* calendar_hours.c: kept per session */
extern Calendar *delivery_find_calendar(const uint8 *digest);
extern Calendar *delivery_compile_calendar(const WorkCalendar *value, size_t text_length);
extern uint64 delivery_calendar_generation(void);
extern const uint8 *delivery_calendar_digest(const Calendar *calendar);

/*
 * Microseconds worked before an instant, counted from an instant of the
 * calendar's own: only differences mean something.
 */
extern int64 delivery_worked_before(Calendar *calendar, TimestampTz instant);
extern bool delivery_works_at(Calendar *calendar, TimestampTz instant);
extern bool delivery_first_worked(Calendar *calendar, int64 worked, TimestampTz near, TimestampTz *result);
extern bool delivery_last_worked(Calendar *calendar, int64 worked, TimestampTz near, TimestampTz *result);
extern bool delivery_next_opening(Calendar *calendar, TimestampTz instant, TimestampTz *result);
extern bool delivery_next_closing(Calendar *calendar, TimestampTz instant, TimestampTz *result);
extern bool delivery_next_working(Calendar *calendar, TimestampTz instant, TimestampTz *result);
extern bool delivery_add_working_dates(Calendar *calendar, TimestampTz instant, int32 dates, TimestampTz *result);

/* calendar.c */
extern void delivery_check_working_duration(const Interval *duration);
extern TimestampTz delivery_add_working_duration(Calendar *calendar, TimestampTz start, const Interval *duration);

/* calendar_site.c */
extern Calendar *delivery_get_calendar(FunctionCallInfo fcinfo, int argument);
extern void **delivery_site_private(FunctionCallInfo fcinfo);
extern TypeCacheEntry *delivery_multirange_type(FunctionCallInfo fcinfo, Oid type);

#endif							/* DELIVERY_CALENDAR_H */
