/*
 * period.h
 *	  Periods as parameters: a range with both ends, or an interval.
 */
#ifndef DELIVERY_PERIOD_H
#define DELIVERY_PERIOD_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

extern void delivery_period_bounds(TypeCacheEntry *type, const RangeType *range,
								   RangeBound *lower, RangeBound *upper);
extern int64 delivery_period_between(TimestampTz lower, TimestampTz upper);
extern int64 delivery_period_length(const Interval *period);

#endif							/* DELIVERY_PERIOD_H */
