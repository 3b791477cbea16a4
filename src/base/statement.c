/*
 * statement.c
 *	  Statements of ours, run with the rights of the caller or of the extension.
 *
 * All names in them are qualified, and nothing is looked for on the caller's
 * search_path.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/internal.h"
#include "base/owner.h"
#include "base/statement.h"

/*
 * Look for names where only superusers can have put something.  Returns the level to go
 * back from.
 */
int
delivery_pin_search_path(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/*
 * Returns the number of rows that it touched.
 */
static uint64
run_with(const char *statement, int nargs, Oid *types, Datum *values)
{
	int			level = delivery_pin_search_path();
	uint64		rows;

	SPI_connect();
	if (SPI_execute_with_args(statement, nargs, types, values, NULL, false, 0) < 0)
		elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(SPI_result));
	rows = SPI_processed;
	SPI_finish();
	AtEOXact_GUC(true, level);
	return rows;
}

uint64
delivery_run_statement(const char *statement)
{
	return run_with(statement, 0, NULL, NULL);
}

/*
 * A condition could call anything: none, or one of ours with constants, as that of a
 * trigger that audits.
 */
static bool
is_ours(const Trigger *trigger, Oid schema)
{
	FuncExpr   *call;
	ListCell   *cell;

	if (trigger->tgisinternal)
		return true;
	if (get_func_namespace(trigger->tgfoid) != schema)
		return false;
	if (trigger->tgqual == NULL)
		return true;
	call = (FuncExpr *) stringToNode(trigger->tgqual);
	if (!IsA(call, FuncExpr) || get_func_namespace(call->funcid) != schema)
		return false;
	foreach(cell, call->args)
		if (!IsA(lfirst(cell), Const))
			return false;
	return true;
}

/*
 * Triggers run as whoever writes, which we do as a superuser: none but ours may.  The
 * extension gives nobody the right to make one, but what a superuser granted, perhaps by
 * ALTER DEFAULT PRIVILEGES long before, is granted.
 */
static void
refuse_other_triggers(Relation relation)
{
	/* to look at one reads the catalog, at which the relation's own may be freed */
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!is_ours(trigger, RelationGetNamespace(relation)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("trigger \"%s\" of table \"%s\" is none of the extension's", trigger->tgname, RelationGetRelationName(relation)),
					 errdetail("It would run with the rights of the table's owner."),
					 errhint("DROP TRIGGER %s ON %s, and revoke TRIGGER on it from whoever has it.",
							 quote_identifier(trigger->tgname), delivery_qualified_name(relation)),
					 errtable(relation)));
	}
	FreeTriggerDesc(triggers);
}

/*
 * A statement on a table of the extension, with the rights of its owner: nobody else
 * writes to those that functions of ours write.  Who may have it done is the function's
 * to ask.  The lock keeps triggers from being added meanwhile.  No code of others runs,
 * so it need not be a restricted operation.
 */
uint64
delivery_run_internal(const char *table, const char *statement, int nargs, Oid *types, Datum *values)
{
	Relation	relation = delivery_open_internal(table, RowExclusiveLock);
	Caller		caller;
	uint64		rows;

	refuse_other_triggers(relation);
	delivery_act_as_owner(relation, &caller);
	rows = run_with(statement, nargs, types, values);
	delivery_become_caller(&caller);
	table_close(relation, NoLock);
	return rows;
}

char *
delivery_qualified_name(Relation relation)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
									  RelationGetRelationName(relation));
}
