/*
 * span.h
 *	  Spans between two instants, and durations, as int64 microseconds.
 */
#ifndef DELIVERY_SPAN_H
#define DELIVERY_SPAN_H

#include "postgres.h"

#include "common/int.h"
#include "datatype/timestamp.h"

#include "base/compat.h"

pg_noreturn extern void delivery_span_overflow(void);
extern Interval *delivery_make_interval(int64 microseconds);
extern Interval *delivery_make_hours(int64 microseconds);
extern bool delivery_duration_microseconds(const Interval *duration, int64 *microseconds);

/*
 * Length of the span in microseconds; false where it is a data fault that
 * span_fault() names (infinite end, finish before start).
 */
static inline bool
delivery_span_microseconds(TimestampTz start, TimestampTz finish, int64 *microseconds)
{
	if (TIMESTAMP_NOT_FINITE(start) || TIMESTAMP_NOT_FINITE(finish) || finish < start)
		return false;
	/* from 4714 BC to 294276 AD is more than an int64 of microseconds */
	if (unlikely(pg_sub_s64_overflow(finish, start, microseconds)))
		delivery_span_overflow();
	return true;
}

#endif							/* DELIVERY_SPAN_H */
