/*
 * delivery.c
 *	  Module magic, and the few lines that every module needs.
 */
#include "delivery.h"

DELIVERY_MODULE_MAGIC;

/*
 * The memory context that lives as long as the aggregate's state.
 */
MemoryContext
delivery_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate support function called outside an aggregate");
	return context;
}
