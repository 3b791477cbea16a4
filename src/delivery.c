/*
 * delivery.c
 *	  Module magic, and the few lines that every module needs.
 */
#include "delivery.h"

#include "funcapi.h"
#include "utils/guc.h"

#include "actor.h"
#include "audit_chain.h"
#include "condition.h"
#include "wip.h"

DELIVERY_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	delivery_define_actor();
	MarkGUCPrefixReserved("delivery");
	delivery_audit_watch_transactions();
	delivery_wip_watch_applied();
	delivery_wip_watch_transactions();
	delivery_watch_statements();
}

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
