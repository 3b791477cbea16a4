/*
 * count.h
 *	  Counts as arguments: whole numbers as bigint, numeric or double precision.
 *
 * What takes counts has a form for each.  Double precision is the type that the
 * server prefers among numbers, so that an integer, a smallint or a parameter
 * without a type finds one form, and not three that are as good.
 */
#ifndef DELIVERY_COUNT_H
#define DELIVERY_COUNT_H

#include "postgres.h"

#include <math.h>

#include "utils/numeric.h"

#include "base/compat.h"

/* 2^53 - 1: a larger float8 may be the neighbour of the number that was meant */
#define GREATEST_FLOAT8_COUNT INT64CONST(9007199254740991)

extern int64 delivery_count_of_numeric(Numeric number);
extern int64 delivery_count_of_text(const char *written);
pg_noreturn extern void delivery_refuse_float8_count(float8 number);
pg_noreturn extern void delivery_refuse_counts(int64 good, int64 total);

static inline int64
delivery_count_of_float8(float8 number)
{
	/* false for NaN, too */
	if (unlikely(!(fabs(number) <= (float8) GREATEST_FLOAT8_COUNT) || (float8) (int64) number != number))
		delivery_refuse_float8_count(number);
	return (int64) number;
}

/* Good events are a part of all events. */
static inline void
delivery_check_counts(int64 good, int64 total)
{
	if (unlikely(good < 0 || good > total))
		delivery_refuse_counts(good, total);
}

#endif							/* DELIVERY_COUNT_H */
