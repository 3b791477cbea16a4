/*
 * calendar_show.h
 *	  Writing rules as text.
 */
#ifndef DELIVERY_CALENDAR_SHOW_H
#define DELIVERY_CALENDAR_SHOW_H

#include <stddef.h>

#include "calendar/calendar_rules.h"

extern char *delivery_show_calendar(const CalendarRules *rules, const char *zone,
									CalendarResize resize, size_t *length);
extern char *delivery_show_calendar_rule(const CalendarRules *rules, int rule, CalendarResize resize);

#endif							/* DELIVERY_CALENDAR_SHOW_H */
