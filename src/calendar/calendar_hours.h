/*
 * calendar_hours.h
 *	  Looking up in a compiled calendar.
 */
#ifndef DELIVERY_CALENDAR_HOURS_H
#define DELIVERY_CALENDAR_HOURS_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "calendar/calendar_value.h"

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

#endif							/* DELIVERY_CALENDAR_HOURS_H */
