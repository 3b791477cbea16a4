/*
 * call.c
 *	  What functions of ours need of the call that they are in.
 */
#include "base/delivery.h"

#include "funcapi.h"

#include "base/call.h"

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

/*
 * The shape of the record that the function returns, looked up once per call
 * site and kept where the caller says.
 */
TupleDesc
delivery_result_record(FunctionCallInfo fcinfo, TupleDesc *kept, int fields)
{
	TupleDesc	record;
	MemoryContext old;

	if (*kept != NULL)
		return *kept;
	if (get_call_result_type(fcinfo, NULL, &record) != TYPEFUNC_COMPOSITE || record->natts != fields)
		elog(ERROR, "function %u is not declared to return a record of %d fields", fcinfo->flinfo->fn_oid, fields);
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	*kept = BlessTupleDesc(CreateTupleDescCopy(record));
	MemoryContextSwitchTo(old);
	return *kept;
}
