/*
 * calendar_day.h
 *	  The hours that a date has by the rules.
 */
#ifndef DELIVERY_CALENDAR_DAY_H
#define DELIVERY_CALENDAR_DAY_H

#include <stdint.h>

#include "calendar/calendar_rules.h"

extern int	delivery_add_calendar_span(CalendarSpan *spans, int count, CalendarSpan span);
extern void delivery_civil_from_day(int32_t day, int32_t *year, int32_t *month, int32_t *month_day);
extern int32_t delivery_day_from_civil(int32_t year, int32_t month, int32_t month_day);
extern int	delivery_days_of_month(int32_t year, int32_t month);
extern int	delivery_calendar_hours(const CalendarRules *rules, int32_t day, CalendarSpan *spans);
extern int	delivery_calendar_room(const CalendarRules *rules);
extern int	delivery_calendar_rule_without_effect(const CalendarRules *rules, int from, int64_t *looks);

#endif							/* DELIVERY_CALENDAR_DAY_H */
