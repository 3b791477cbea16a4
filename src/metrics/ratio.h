/*
 * ratio.h
 *	  The state of shares: two counters, of true rows and of known ones.
 */
#ifndef DELIVERY_RATIO_H
#define DELIVERY_RATIO_H

#include "postgres.h"

#include "fmgr.h"

#include "base/counter.h"

enum
{
	RATIO_TRUE,
	RATIO_KNOWN,
	RATIO_FIELDS
};

/* The state in argument 0 with so many rows more, or fewer. */
static inline Datum
delivery_ratio_add(FunctionCallInfo fcinfo, int64 flagged, int64 known)
{
	ArrayType  *state = delivery_counter_state(fcinfo, RATIO_FIELDS, RATIO_FIELDS);
	int64	   *ratio = delivery_counters(state);

	ratio[RATIO_TRUE] += flagged;
	ratio[RATIO_KNOWN] += known;
	PG_RETURN_ARRAYTYPE_P(state);
}

#endif							/* DELIVERY_RATIO_H */
