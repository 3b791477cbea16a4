/*
 * objective.h
 *	  Service level objectives: a ratio in exact parts per billion.
 */
#ifndef DELIVERY_OBJECTIVE_H
#define DELIVERY_OBJECTIVE_H

#include "postgres.h"

#include "fmgr.h"

/* all of the events, in the parts that an objective counts */
#define OBJECTIVE_WHOLE 1000000000
#define OBJECTIVE_DECIMALS 9

/* Between 0 and OBJECTIVE_WHOLE, both excluded. */
typedef int32 Objective;

#define DatumGetObjective(datum) ((Objective) DatumGetInt32(datum))
#define ObjectiveGetDatum(objective) Int32GetDatum(objective)
#define PG_GETARG_OBJECTIVE(n) DatumGetObjective(PG_GETARG_DATUM(n))
#define PG_RETURN_OBJECTIVE(objective) return ObjectiveGetDatum(objective)

/* The share that may fail, in parts per billion. */
#define OBJECTIVE_BUDGET(objective) (OBJECTIVE_WHOLE - (objective))

static inline bool
delivery_is_objective(int64 parts)
{
	return parts > 0 && parts < OBJECTIVE_WHOLE;
}

extern char *delivery_show_objective(Objective objective);

#endif							/* DELIVERY_OBJECTIVE_H */
