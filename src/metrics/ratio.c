/*
 * ratio.c
 *	  Share of rows for which something is true.
 */
#include "base/delivery.h"

#include "base/counter.h"
#include "metrics/ratio.h"

PG_FUNCTION_INFO_V1(delivery_ratio_accum);
PG_FUNCTION_INFO_V1(delivery_ratio_combine);
PG_FUNCTION_INFO_V1(delivery_ratio_final);
PG_FUNCTION_INFO_V1(delivery_ratio_final_complement);
PG_FUNCTION_INFO_V1(delivery_ratio_remove);

Datum
delivery_ratio_accum(PG_FUNCTION_ARGS)
{
	return delivery_ratio_add(fcinfo, PG_GETARG_BOOL(1), 1);
}

Datum
delivery_ratio_remove(PG_FUNCTION_ARGS)
{
	return delivery_ratio_add(fcinfo, -(int64) PG_GETARG_BOOL(1), -1);
}

Datum
delivery_ratio_combine(PG_FUNCTION_ARGS)
{
	const int64 *other = delivery_counters(delivery_counter_arg(fcinfo, 1, RATIO_FIELDS, RATIO_FIELDS));

	return delivery_ratio_add(fcinfo, other[RATIO_TRUE], other[RATIO_KNOWN]);
}

/* Known rows, of which one or the other share is wanted; none gives NULL. */
static Datum
ratio_share(FunctionCallInfo fcinfo, bool of_true)
{
	const int64 *ratio = delivery_counters(delivery_counter_arg(fcinfo, 0, RATIO_FIELDS, RATIO_FIELDS));
	int64		wanted;

	if (ratio[RATIO_TRUE] < 0 || ratio[RATIO_TRUE] > ratio[RATIO_KNOWN])
		delivery_invalid_state("It counts more true rows than known ones, or fewer than none.");
	if (ratio[RATIO_KNOWN] == 0)
		PG_RETURN_NULL();
	wanted = of_true ? ratio[RATIO_TRUE] : ratio[RATIO_KNOWN] - ratio[RATIO_TRUE];
	PG_RETURN_FLOAT8((float8) wanted / (float8) ratio[RATIO_KNOWN]);
}

Datum
delivery_ratio_final(PG_FUNCTION_ARGS)
{
	return ratio_share(fcinfo, true);
}

Datum
delivery_ratio_final_complement(PG_FUNCTION_ARGS)
{
	return ratio_share(fcinfo, false);
}
