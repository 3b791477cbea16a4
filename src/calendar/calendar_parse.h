/*
 * calendar_parse.h
 *	  Reading opening hours as rules.
 */
#ifndef DELIVERY_CALENDAR_PARSE_H
#define DELIVERY_CALENDAR_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar_rules.h"

extern bool delivery_parse_calendar(const char *text, size_t length, CalendarResize resize,
									CalendarRules *rules, CalendarFault *fault);
extern bool delivery_bind_holidays(CalendarRules *rules, const int32_t *days, size_t count,
								   CalendarResize resize, size_t *first_outside);

#endif							/* DELIVERY_CALENDAR_PARSE_H */
