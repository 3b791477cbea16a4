/*
 * counter.h
 *	  Aggregate states that are an int8[] of counters.
 *
 * Such a state is an ordinary value: it is combined by parallel workers, kept
 * in rollup tables and moved between servers as text.  Callers may therefore
 * hand us any array: its shape is checked here, what its fields mean where they
 * are used.
 */
#ifndef DELIVERY_COUNTER_H
#define DELIVERY_COUNTER_H

#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/array.h"

#include "base/compat.h"

#define NO_LIMIT INT_MAX

extern ArrayType *delivery_counter_new(int fields);
extern ArrayType *delivery_counter_state_checked(FunctionCallInfo fcinfo, int least, int most);
extern ArrayType *delivery_counter_arg(FunctionCallInfo fcinfo, int argument, int least, int most);
pg_noreturn extern void delivery_invalid_state(const char *detail);

/*
 * The state in argument 0, of so many fields, ready to be changed: in place
 * inside an aggregate, else a copy.
 */
static inline ArrayType *
delivery_counter_state(FunctionCallInfo fcinfo, int least, int most)
{
	ArrayType  *state = (ArrayType *) PG_GETARG_POINTER(0);

	/* as it is for every row but the first */
	if (likely(fcinfo->context != NULL &&
			   (IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState)) &&
			   !VARATT_IS_EXTENDED(state) && state->ndim == 1 && state->dataoffset == 0 &&
			   state->elemtype == INT8OID && ARR_DIMS(state)[0] >= least && ARR_DIMS(state)[0] <= most))
		return state;
	return delivery_counter_state_checked(fcinfo, least, most);
}

static inline int64 *
delivery_counters(ArrayType *state)
{
	return (int64 *) ARR_DATA_PTR(state);
}

static inline int
delivery_counter_fields(ArrayType *state)
{
	return ARR_DIMS(state)[0];
}

#endif							/* DELIVERY_COUNTER_H */
