/*
 * calendar_value.h
 *	  Working calendars: the stored value, and the compiled one as others see it.
 */
#ifndef DELIVERY_CALENDAR_VALUE_H
#define DELIVERY_CALENDAR_VALUE_H

#include "postgres.h"

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

#endif							/* DELIVERY_CALENDAR_VALUE_H */
