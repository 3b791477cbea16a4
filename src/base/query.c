/*
 * query.c
 *	  Queries of ours on configuration tables, planned once per session.
 */
#include "base/delivery.h"

#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/owner.h"
#include "base/query.h"

/*
 * Whether a table has no rows at all, as most have in which users can put their own:
 * spares them the query.
 */
bool
delivery_is_empty(Relation table)
{
	if (RelationGetNumberOfBlocks(table) > 0)
		return false;
	/* to find nothing is a read too, for SERIALIZABLE */
	PredicateLockRelation(table, GetActiveSnapshot());
	return true;
}

/*
 * Run a query that only reads, with the caller's snapshot and the rights of the
 * table's owner: what is configured holds for everybody.  Between SPI_connect and
 * SPI_finish; the plan is a static variable, NULL at first.
 */
void
delivery_query(Relation table, SPIPlanPtr *plan, const char *query, int nargs, Oid *types, Datum *values)
{
	Caller		caller;

	if (*plan == NULL)
	{
		SPIPlanPtr	fresh = SPI_prepare(query, nargs, types);

		if (fresh == NULL || SPI_keepplan(fresh) != 0)
			elog(ERROR, "could not prepare \"%s\": %s", query, SPI_result_code_string(SPI_result));
		*plan = fresh;
	}
	delivery_become_owner(table, &caller);
	if (SPI_execute_plan(*plan, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not run \"%s\": %s", query, SPI_result_code_string(SPI_result));
	delivery_become_caller(&caller);
}
