/*
 * counter.c
 *	  Aggregate states that are an int8[] of counters.
 */
#include "base/delivery.h"

#include "utils/array.h"

#include "base/counter.h"

/*
 * An array of zeros.
 */
ArrayType *
delivery_counter_new(int fields)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + (Size) fields * sizeof(int64);
	ArrayType  *state = (ArrayType *) palloc0(size);

	SET_VARSIZE(state, size);
	state->ndim = 1;
	state->dataoffset = 0;
	state->elemtype = INT8OID;
	ARR_DIMS(state)[0] = fields;
	ARR_LBOUND(state)[0] = 1;
	return state;
}

void
delivery_invalid_state(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid aggregate state"),
			 errdetail("%s", detail),
			 errhint("Pass on what the aggregate's own transition function returned.")));
}

static void
check_shape(ArrayType *state, int least, int most)
{
	if (ARR_NDIM(state) != 1 || ARR_ELEMTYPE(state) != INT8OID ||
		ARR_DIMS(state)[0] < least || ARR_DIMS(state)[0] > most)
		delivery_invalid_state("The array has not the number of fields of such a state.");
	if (ARR_HASNULL(state) && array_contains_nulls(state))
		delivery_invalid_state("The array contains NULL.");
}

/*
 * The state in argument 0 where it is not at once seen to be our own.
 */
ArrayType *
delivery_counter_state_checked(FunctionCallInfo fcinfo, int least, int most)
{
	ArrayType  *state;

	if (AggCheckCallContext(fcinfo, NULL))
		state = PG_GETARG_ARRAYTYPE_P(0);
	else
		state = PG_GETARG_ARRAYTYPE_P_COPY(0);
	check_shape(state, least, most);
	return state;
}

/*
 * A state that is only read.
 */
ArrayType *
delivery_counter_arg(FunctionCallInfo fcinfo, int argument, int least, int most)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(argument);

	check_shape(state, least, most);
	return state;
}
