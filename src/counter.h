/*
 * counter.h
 *	  Aggregate states that are an int8[] of counters.
 *
 * Such a state is an ordinary value: it is combined by parallel workers, kept
 * in rollup tables and moved between servers as text.  Callers may therefore
 * hand us any array, and each use checks its shape.
 */
#ifndef DELIVERY_COUNTER_H
#define DELIVERY_COUNTER_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

extern ArrayType *delivery_counter_new(int fields);
extern ArrayType *delivery_counter_state(FunctionCallInfo fcinfo, int fields);
extern ArrayType *delivery_counter_arg(FunctionCallInfo fcinfo, int argument, int fields);

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
