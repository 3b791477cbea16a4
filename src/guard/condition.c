/*
 * condition.c
 *	  The conditions of our triggers, prepared once per session.
 *
 * The server parses the condition of a trigger anew for each statement, which takes
 * longer than to look at the row.  So they are kept as they are after planning, and
 * handed to a statement when it starts.  Where this does not come first, as for COPY
 * and for partitions that rows are routed to, the server does as it always does.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/internal.h"
#include "guard/condition.h"

PG_FUNCTION_INFO_V1(delivery_is_plain_trigger);

typedef struct KnownCondition
{
	Oid			trigger;
	char	   *text;			/* as it is stored */
	List	   *planned;
} KnownCondition;

/* Forgotten when anything about the table changes, as when a trigger is dropped. */
typedef struct KnownTable
{
	Oid			table;			/* key of the hash table */
	MemoryContext context;
	List	   *conditions;
} KnownTable;

static HTAB *known_tables = NULL;
/* those of our triggers that have run */
#define TRIGGER_FUNCTIONS 4
static Oid	trigger_functions[TRIGGER_FUNCTIONS];
static int	trigger_function_count = 0;
static ExecutorStart_hook_type next_start = NULL;

static List *
plan(const char *text)
{
	Node	   *condition = (Node *) stringToNode(text);

	/* as the server does: OLD and NEW are the two sides of a join */
	ChangeVarNodes(condition, PRS2_OLD_VARNO, INNER_VAR, 0);
	ChangeVarNodes(condition, PRS2_NEW_VARNO, OUTER_VAR, 0);
	return make_ands_implicit(expression_planner((Expr *) condition));
}

static void
forget_table(KnownTable *known)
{
	MemoryContextDelete(known->context);
	(void) hash_search(known_tables, &known->table, HASH_REMOVE, NULL);
}

static void
forget(Datum argument, Oid relation)
{
	HASH_SEQ_STATUS scan;
	KnownTable *known;

	(void) argument;
	if (relation != InvalidOid)
	{
		known = (KnownTable *) hash_search(known_tables, &relation, HASH_FIND, NULL);
		if (known != NULL)
			forget_table(known);
		return;
	}
	hash_seq_init(&scan, known_tables);
	while ((known = (KnownTable *) hash_seq_search(&scan)) != NULL)
		forget_table(known);
}

static void
start(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(KnownTable);
	control.hcxt = CacheMemoryContext;
	known_tables = hash_create("delivery conditions", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(forget, (Datum) 0);
}

static const KnownCondition *
find_condition(Oid table, const Trigger *trigger)
{
	const KnownTable *known = (const KnownTable *) hash_search(known_tables, &table, HASH_FIND, NULL);
	ListCell   *cell;

	foreach(cell, known == NULL ? NIL : known->conditions)
	{
		const KnownCondition *condition = (const KnownCondition *) lfirst(cell);

		if (condition->trigger == trigger->tgoid && strcmp(condition->text, trigger->tgqual) == 0)
			return condition;
	}
	return NULL;
}

static void
keep_condition(Oid table, const Trigger *trigger, List *planned)
{
	KnownTable *known = (KnownTable *) hash_search(known_tables, &table, HASH_FIND, NULL);
	MemoryContext caller;
	KnownCondition *condition;

	if (known == NULL)
	{
		MemoryContext context = AllocSetContextCreate(CacheMemoryContext, "delivery conditions of a table", ALLOCSET_SMALL_SIZES);

		known = (KnownTable *) hash_search(known_tables, &table, HASH_ENTER, NULL);
		known->context = context;
		known->conditions = NIL;
	}
	caller = MemoryContextSwitchTo(known->context);
	condition = (KnownCondition *) palloc(sizeof(KnownCondition));
	condition->trigger = trigger->tgoid;
	condition->text = pstrdup(trigger->tgqual);
	condition->planned = (List *) copyObject(planned);
	known->conditions = lappend(known->conditions, condition);
	MemoryContextSwitchTo(caller);
}

/*
 * In the current memory context, which is that of the statement: what is known may be
 * forgotten while it runs.
 */
static List *
planned_condition(Oid table, const Trigger *trigger)
{
	const KnownCondition *known;
	List	   *planned;

	if (known_tables == NULL)
		start();
	known = find_condition(table, trigger);
	if (known != NULL)
		return (List *) copyObject(known->planned);
	planned = plan(trigger->tgqual);
	keep_condition(table, trigger, planned);
	return planned;
}

/*
 * Whether the statement fires the trigger; what ON CONFLICT fires besides is left to
 * the server.
 */
static bool
is_needed(const QueryDesc *query, const Trigger *trigger)
{
	if (query->plannedstmt->hasModifyingCTE)
		return true;
	switch (query->operation)
	{
		case CMD_INSERT:
			return TRIGGER_FOR_INSERT(trigger->tgtype);
		case CMD_UPDATE:
			return TRIGGER_FOR_UPDATE(trigger->tgtype);
		case CMD_DELETE:
			return TRIGGER_FOR_DELETE(trigger->tgtype);
		default:
			return true;
	}
}

static bool
is_ours(const Trigger *trigger)
{
	for (int i = 0; i < trigger_function_count; i++)
		if (trigger_functions[i] == trigger->tgfoid)
			return true;
	return false;
}

static void
prepare(const QueryDesc *query, ResultRelInfo *target)
{
	for (int i = 0; i < target->ri_TrigDesc->numtriggers; i++)
	{
		const Trigger *trigger = &target->ri_TrigDesc->triggers[i];

		if (trigger->tgqual != NULL && target->ri_TrigWhenExprs[i] == NULL &&
			is_ours(trigger) && is_needed(query, trigger))
			target->ri_TrigWhenExprs[i] = ExecInitQual(planned_condition(RelationGetRelid(target->ri_RelationDesc), trigger), NULL);
	}
}

static void
prepare_conditions(QueryDesc *query, int flags)
{
	ListCell   *cell;

	if (next_start != NULL)
		next_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if ((flags & EXEC_FLAG_EXPLAIN_ONLY) || trigger_function_count == 0)
		return;
	foreach(cell, query->estate->es_opened_result_relations)
	{
		ResultRelInfo *target = (ResultRelInfo *) lfirst(cell);

		if (target->ri_TrigDesc != NULL && target->ri_TrigWhenExprs != NULL)
		{
			MemoryContext caller = MemoryContextSwitchTo(query->estate->es_query_cxt);

			prepare(query, target);
			MemoryContextSwitchTo(caller);
		}
	}
}

/*
 * A trigger function of ours, by itself: its triggers' conditions are worth keeping.
 */
void
delivery_keep_conditions(Oid function)
{
	for (int i = 0; i < trigger_function_count; i++)
		if (trigger_functions[i] == function)
			return;
	/* others are from before the extension was created anew */
	if (trigger_function_count == TRIGGER_FUNCTIONS)
		trigger_function_count = 0;
	trigger_functions[trigger_function_count++] = function;
}

void
delivery_watch_statements(void)
{
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = prepare_conditions;
}

/* --- as the catalog has them -------------------------------------------- */

/*
 * The condition of a trigger, as it is stored, or NULL.
 */
char *
delivery_read_condition(Oid trigger)
{
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *condition = NULL;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(triggers, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		is_null;
		Datum		tree = heap_getattr(tuple, Anum_pg_trigger_tgqual, RelationGetDescr(triggers), &is_null);

		condition = is_null ? NULL : TextDatumGetCString(tree);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return condition;
}

/*
 * Names of tables and of columns: to read what else there may be calls what others wrote.
 */
static bool
is_plain_argument(const Node *argument)
{
	if (IsA(argument, Const))
		return ((const Const *) argument)->consttype == REGCLASSOID || ((const Const *) argument)->consttype == NAMEARRAYOID;
	return IsA(argument, Var);
}

/*
 * is_plain_trigger(trigger): whether its definition can be run by somebody else, as nothing
 * is called when the server reads it
 */
Datum
delivery_is_plain_trigger(PG_FUNCTION_ARGS)
{
	char	   *condition = delivery_read_condition(PG_GETARG_OID(0));
	FuncExpr   *call = condition == NULL ? NULL : (FuncExpr *) stringToNode(condition);
	ListCell   *cell;

	if (call == NULL)
		PG_RETURN_BOOL(true);
	if (!IsA(call, FuncExpr) || get_func_namespace(call->funcid) != get_namespace_oid(DELIVERY_INTERNAL_SCHEMA, true))
		PG_RETURN_BOOL(false);
	foreach(cell, call->args)
		if (!is_plain_argument((const Node *) lfirst(cell)))
			PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(true);
}
