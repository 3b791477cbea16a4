/*
 * sfia_gap.c
 *	  Levels held against levels required, of one skill and of many.
 *
 * A level that was never assessed is no level: it meets nothing, and leaves a gap of
 * all that is required.
 */
#include "base/delivery.h"

#include "capability/sfia_level.h"
#include "metrics/ratio.h"

PG_FUNCTION_INFO_V1(delivery_sfia_gap);
PG_FUNCTION_INFO_V1(delivery_skill_coverage_accum);
PG_FUNCTION_INFO_V1(delivery_skill_coverage_remove);

/*
 * sfia_gap(required sfia_level, held sfia_level) -> integer
 */
Datum
delivery_sfia_gap(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_INT32(PG_GETARG_SFIA_LEVEL(0) - (PG_ARGISNULL(1) ? 0 : PG_GETARG_SFIA_LEVEL(1)));
}

/* A requirement that comes to the state in argument 0, or goes. */
static inline Datum
coverage_add(FunctionCallInfo fcinfo, int rows)
{
	bool		met;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	met = !PG_ARGISNULL(2) && PG_GETARG_SFIA_LEVEL(2) >= PG_GETARG_SFIA_LEVEL(1);
	return delivery_ratio_add(fcinfo, met ? rows : 0, rows);
}

Datum
delivery_skill_coverage_accum(PG_FUNCTION_ARGS)
{
	return coverage_add(fcinfo, 1);
}

Datum
delivery_skill_coverage_remove(PG_FUNCTION_ARGS)
{
	return coverage_add(fcinfo, -1);
}
