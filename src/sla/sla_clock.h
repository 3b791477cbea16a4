/*
 * sla_clock.h
 *	  A clock that runs in working time, from an opening, less pauses.
 */
#ifndef DELIVERY_SLA_CLOCK_H
#define DELIVERY_SLA_CLOCK_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/multirangetypes.h"

#include "calendar/calendar_value.h"

/* A pause, half-open; DT_NOBEGIN and DT_NOEND where it has no end. */
typedef struct SlaPause
{
	TimestampTz start;
	TimestampTz end;
} SlaPause;

#define SLA_PAUSES_IN_PLACE 8

typedef struct SlaClock
{
	Calendar   *calendar;
	TimestampTz opened;
	TimestampTz end;			/* stopped, or as of */
	bool		stopped;		/* at the end, rather than still running */
	int64		worked_before;	/* opening and end, by the calendar's count */
	int64		worked_until;
	int64		paused_for;		/* working time lost to pauses until the end */
	int			pause_count;
	SlaPause   *pauses;			/* sorted, disjoint */
	SlaPause	in_place[SLA_PAUSES_IN_PLACE];
} SlaClock;

/* A target as hours, or as a date promise. */
typedef struct SlaTarget
{
	const Interval *interval;
	int64		length;			/* running time at which it is reached */
	TimestampTz due;			/* by a date promise, before pauses */
	bool		by_date;
} SlaTarget;

extern void delivery_sla_pauses(FunctionCallInfo fcinfo, int argument, SlaClock *clock);
extern bool delivery_sla_clock(FunctionCallInfo fcinfo, int stopped, int calendar, SlaClock *clock);
extern bool delivery_sla_target(FunctionCallInfo fcinfo, int argument, const SlaClock *clock, SlaTarget *target);
extern int64 delivery_sla_running(const SlaClock *clock);
extern bool delivery_sla_due(const SlaClock *clock, const SlaTarget *target, TimestampTz *due);
extern bool delivery_sla_next_running(const SlaClock *clock, TimestampTz instant, TimestampTz *result);
extern bool delivery_sla_breached(const SlaClock *clock, const SlaTarget *target);
extern int	delivery_sla_find_pause(const SlaClock *clock, TimestampTz instant);
extern const SlaPause *delivery_sla_pause_at(const SlaClock *clock, TimestampTz instant);

#endif							/* DELIVERY_SLA_CLOCK_H */
