/*
 * calendar.h
 *	  Arithmetic in working time.
 */
#ifndef DELIVERY_CALENDAR_H
#define DELIVERY_CALENDAR_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "calendar/calendar_value.h"

extern void delivery_check_working_duration(const Interval *duration);
extern TimestampTz delivery_add_working_duration(Calendar *calendar, TimestampTz start, const Interval *duration);

#endif							/* DELIVERY_CALENDAR_H */
