/*
 * wip_enforce.c
 *	  The triggers of a board: what enters a group must not take it over its limit.
 *
 * It takes two steps.  The condition of the triggers, enters_wip, runs for each row
 * as it is written; it queues one event per lane and scope of a statement, and none
 * for lanes without a limit.  The trigger function runs when the statement is done,
 * or at the commit if it is deferred.  It locks all groups that the statement enters,
 * and counts with a snapshot of that moment, as the server's foreign keys do.
 *
 * A group over its limit is refused only what enters it: it is counted again as it
 * was before the statement, or before the transaction for a deferred check.  So rows
 * that were there before the limit was lowered may be edited, moved between
 * partitions and exchanged, in any order of the rows.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "nodes/primnodes.h"
#include "replication/logicalworker.h"
#include "utils/combocid.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/internal.h"
#include "guard/condition.h"
#include "guard/wip.h"
#include "guard/wip_board.h"
#include "guard/wip_column.h"
#include "guard/wip_count.h"
#include "guard/wip_enforce.h"
#include "guard/wip_limit.h"
#include "guard/wip_lock.h"
#include "guard/wip_message.h"
#include "guard/wip_rights.h"

PG_FUNCTION_INFO_V1(delivery_enters_wip);
PG_FUNCTION_INFO_V1(delivery_enters_weighted_wip);
PG_FUNCTION_INFO_V1(delivery_enforce_wip_limit);

/* --- while a statement runs --------------------------------------------- */

/* A lane and scope for which there is an event. */
typedef struct Queued
{
	struct Queued *next;
	uint32		hash;
	uint32		nulls;			/* bit 0 for the lane */
	Datum		values[FLEXIBLE_ARRAY_MEMBER];
} Queued;

typedef struct QueuedList
{
	uint32		hash;			/* key of the hash table */
	Queued	   *first;
} QueuedList;

/*
 * Lives as long as the executor's state of the statement, as its condition does.
 */
typedef struct Entering
{
	dlist_node	node;
	CommandId	command;
	MemoryContext context;
	Oid			board;
	bool		weighted;
	bool		has_old;
	int			columns;		/* lane, scope, and weight if there is one */
	uint64		generation;		/* of the board that the arguments were compared with */
	Queued	   *only;			/* the first one, until there is another */
	HTAB	   *queued;
} Entering;

static dlist_head running = DLIST_STATIC_INIT(running);

/* whether something entered since groups were judged */
static bool judged_is_old = false;

static void
stop_entering(void *argument)
{
	dlist_delete(&((Entering *) argument)->node);
}

pg_noreturn static void
refuse_call(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("enters_wip is the condition of triggers that limit_wip attaches"),
			 errdetail("Its arguments are not those of a board."),
			 errhint("SELECT delivery.limit_wip('a_table', 'lane_column')")));
}

/*
 * Whether the call is the condition of a trigger: only there the server makes OLD and
 * NEW, also as they were written, the two sides of a join.  Others must not learn which
 * lanes are limited, nor make anybody wait.
 */
static bool
is_condition(FmgrInfo *function)
{
	FuncExpr   *call = (FuncExpr *) function->fn_expr;

	if (call == NULL || !IsA(call, FuncExpr))
		return false;
	for (int i = 1; i < list_length(call->args); i++)
	{
		Var		   *column = (Var *) list_nth(call->args, i);

		if (!IsA(column, Var) || ((int) column->varnosyn != INNER_VAR && (int) column->varnosyn != OUTER_VAR))
			return false;
	}
	return true;
}

/*
 * The arguments are values of the board's columns.  While rows are written its columns
 * cannot change, but its limits can.
 */
static void
check_arguments(FunctionCallInfo fcinfo, Entering *entering, const WipBoard *board)
{
	int			columns = board->layout.count + (entering->weighted ? 1 : 0);

	entering->generation = board->generation;
	entering->columns = columns;
	if (board->layout.count == 0)
		return;
	if (entering->weighted != (board->layout.weight != InvalidAttrNumber) ||
		(PG_NARGS() - 1 != columns && PG_NARGS() - 1 != 2 * columns))
		refuse_call();
	for (int i = 0; i < PG_NARGS() - 1; i++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
		int			column = i % columns;

		if (column < board->layout.count ? type != board->columns[column].type : getBaseType(type) != board->weight_type)
			refuse_call();
	}
	entering->has_old = PG_NARGS() - 1 > columns;
	/* a trigger of another table */
	if (!delivery_wip_is_written(board) && !delivery_wip_may_enter(board))
		refuse_call();
	if (!board->agrees)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("triggers of board \"%s\" name different columns", board->name),
				 errdetail("Somebody made one besides those of limit_wip."),
				 errhint("Drop it, as its owner or the table's.")));
}

static Entering *
start_entering(FunctionCallInfo fcinfo, bool weighted)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	Entering   *entering;
	MemoryContextCallback *callback;

	if (PG_NARGS() < 2 || PG_ARGISNULL(0) || !is_condition(fcinfo->flinfo))
		refuse_call();
	AcceptInvalidationMessages();
	delivery_check_schemas(fcinfo->flinfo->fn_oid);
	entering = (Entering *) MemoryContextAllocZero(context, sizeof(Entering));
	callback = (MemoryContextCallback *) MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	entering->board = PG_GETARG_OID(0);
	entering->weighted = weighted;
	entering->context = context;
	entering->command = ActiveSnapshotSet() ? GetActiveSnapshot()->curcid : GetCurrentCommandId(false);
	check_arguments(fcinfo, entering, delivery_wip_board(entering->board));
	dlist_push_head(&running, &entering->node);
	callback->func = stop_entering;
	callback->arg = entering;
	MemoryContextRegisterResetCallback(context, callback);
	return entering;
}

static bool
same_place(const WipBoard *board, const Queued *queued, uint32 hash, const WipRow *row)
{
	if (queued->hash != hash)
		return false;
	for (int i = 0; i < board->layout.count; i++)
		if (((queued->nulls >> i) & 1) != (row->nulls[i] ? 1 : 0) ||
			(!row->nulls[i] && !delivery_wip_same(&board->columns[i], queued->values[i], row->values[i])))
			return false;
	return true;
}

static Queued *
remember(const Entering *entering, const WipBoard *board, uint32 hash, const WipRow *row)
{
	MemoryContext caller = MemoryContextSwitchTo(entering->context);
	Queued	   *queued = (Queued *) palloc0(offsetof(Queued, values) + board->layout.count * sizeof(Datum));

	queued->hash = hash;
	for (int i = 0; i < board->layout.count; i++)
	{
		if (row->nulls[i])
			queued->nulls |= (uint32) 1 << i;
		else
			queued->values[i] = datumCopy(row->values[i], board->columns[i].by_value, board->columns[i].length);
	}
	MemoryContextSwitchTo(caller);
	return queued;
}

static QueuedList *
find_list(Entering *entering, uint32 hash)
{
	bool		found;
	QueuedList *list = (QueuedList *) hash_search(entering->queued, &hash, HASH_ENTER, &found);

	if (!found)
		list->first = NULL;
	return list;
}

/*
 * Whether there is no event for this lane and scope yet; from now on there is.
 */
static bool
is_new(Entering *entering, const WipBoard *board, const WipRow *row)
{
	uint32		hash = 0;
	QueuedList *list;
	Queued	   *queued;

	for (int i = 0; i < board->layout.count; i++)
		hash = hash_combine(hash, row->hashes[i]);
	if (entering->only == NULL)
	{
		entering->only = remember(entering, board, hash, row);
		return true;
	}
	if (same_place(board, entering->only, hash, row))
		return false;
	if (entering->queued == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(uint32);
		control.entrysize = sizeof(QueuedList);
		control.hcxt = entering->context;
		entering->queued = hash_create("delivery lanes entered", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	list = find_list(entering, hash);
	for (queued = list->first; queued != NULL; queued = queued->next)
		if (same_place(board, queued, hash, row))
			return false;
	queued = remember(entering, board, hash, row);
	queued->next = list->first;
	list->first = queued;
	return true;
}

static void
get_row(FunctionCallInfo fcinfo, int first, const WipBoard *board, WipRow *row)
{
	for (int i = 0; i < board->layout.count; i++)
	{
		row->values[i] = PG_GETARG_DATUM(first + i);
		row->nulls[i] = PG_ARGISNULL(first + i);
	}
}

static int64
get_weight(FunctionCallInfo fcinfo, const Entering *entering, const WipBoard *board, int first)
{
	int			argument = first + board->layout.count;

	return entering->weighted ? delivery_wip_weight(board->weight_type, PG_GETARG_DATUM(argument), PG_ARGISNULL(argument)) : 1;
}

pg_noreturn static void
refuse_weight(const WipBoard *board, int64 weight)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("weight of an item on board \"%s\" is negative", board->name),
			 errdetail("The weight is %lld.", (long long) weight),
			 errhint("Weights are integers from 0 on; NULL counts 1."),
			 delivery_wip_errcolumn(board, get_attname(board->board, board->layout.weight, false)),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "wip_weight")));
}

/*
 * Whether an item that was counted before adds to the group now.
 */
static bool
is_entry(const WipBoard *board, const WipLimit *limit, const WipRow *old, int64 old_weight, const WipRow *new, int64 new_weight)
{
	if (new_weight == 0)
		return false;
	if (!delivery_wip_counts(board, limit, old))
		return true;
	for (int i = 1; i < board->layout.count; i++)
		if ((limit->mask >> (i - 1)) & 1 &&
			(old->nulls[i] || !delivery_wip_same(&board->columns[i], old->values[i], new->values[i])))
			return true;
	return new_weight > old_weight;
}

static bool
enters(FunctionCallInfo fcinfo, bool weighted)
{
	Entering   *entering = (Entering *) fcinfo->flinfo->fn_extra;
	WipBoard   *board;
	WipRow		new;
	WipRow		old;
	int64		new_weight;
	int64		old_weight = 0;
	List	   *limits;
	ListCell   *cell;
	bool		is_any = false;

	if (entering == NULL)
		fcinfo->flinfo->fn_extra = entering = start_entering(fcinfo, weighted);
	board = delivery_wip_board(entering->board);
	if (board->generation != entering->generation)
		check_arguments(fcinfo, entering, board);
	if (board->place_count == 0)
		return false;
	get_row(fcinfo, 1, board, &new);
	limits = delivery_wip_limits_of(board, &new);
	if (limits == NIL)
		return false;
	new_weight = get_weight(fcinfo, entering, board, 1);
	if (entering->has_old)
	{
		get_row(fcinfo, 1 + entering->columns, board, &old);
		old_weight = get_weight(fcinfo, entering, board, 1 + entering->columns);
	}
	/* one that was there before the limit may stay */
	if (new_weight < 0 && !(entering->has_old && old_weight == new_weight))
		refuse_weight(board, new_weight);
	new_weight = Max(new_weight, 0);
	old_weight = Max(old_weight, 0);
	foreach(cell, limits)
	{
		const WipLimit *limit = &board->limits[lfirst_int(cell)];

		if (entering->has_old ? is_entry(board, limit, &old, old_weight, &new, new_weight) : new_weight > 0)
			is_any = true;
	}
	if (!is_any)
		return false;
	judged_is_old = true;
	if (!is_new(entering, board, &new))
		return false;
	foreach(cell, limits)
		delivery_wip_await(entering->board, delivery_wip_group_key(&board->limits[lfirst_int(cell)], &new));
	return true;
}

/*
 * enters_wip(board, columns of NEW..., columns of OLD...) -> boolean
 */
Datum
delivery_enters_wip(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(enters(fcinfo, false));
}

/*
 * enters_weighted_wip(board, columns of NEW..., columns of OLD...) -> boolean
 */
Datum
delivery_enters_weighted_wip(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(enters(fcinfo, true));
}

/* --- when it is done ---------------------------------------------------- */

/*
 * What was found to be right: nothing can change it but what we enter ourselves.  A
 * command alone does not: the checks of foreign keys are such, one for each row.
 */
typedef struct Judged
{
	struct Judged *next;
	uint64		generation;
	int			limit;
	CommandId	before;
	Datum		values[WIP_COLUMNS];
} Judged;

typedef struct JudgedList
{
	uint32		key;			/* key of the hash table */
	Judged	   *first;
} JudgedList;

static HTAB *judged = NULL;
static MemoryContext judged_context = NULL;
static SubTransactionId judged_subtransaction;

static void
forget_judged(void *argument)
{
	(void) argument;
	judged = NULL;
	judged_context = NULL;
}

static JudgedList *
judged_list(uint32 key)
{
	JudgedList *list;
	bool		found;

	if (judged != NULL && (judged_is_old || judged_subtransaction != GetCurrentSubTransactionId()))
		MemoryContextDelete(judged_context);
	if (judged == NULL)
	{
		HASHCTL		control = {0};
		MemoryContextCallback *callback;
		MemoryContext context = AllocSetContextCreate(TopTransactionContext, "delivery groups judged", ALLOCSET_SMALL_SIZES);

		control.keysize = sizeof(uint32);
		control.entrysize = sizeof(JudgedList);
		control.hcxt = context;
		callback = (MemoryContextCallback *) MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
		callback->func = forget_judged;
		judged = hash_create("delivery groups judged", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		judged_context = context;
		judged_is_old = false;
		judged_subtransaction = GetCurrentSubTransactionId();
		MemoryContextRegisterResetCallback(context, callback);
	}
	list = (JudgedList *) hash_search(judged, &key, HASH_ENTER, &found);
	if (!found)
		list->first = NULL;
	return list;
}

/*
 * Whether the group was judged before; from now on it is.
 */
static bool
was_judged(const WipBoard *board, int number, const WipRow *row, CommandId before)
{
	const WipLimit *limit = &board->limits[number];
	JudgedList *list = judged_list(delivery_wip_group_key(limit, row));
	Judged	   *entry;
	MemoryContext caller;

	for (entry = list->first; entry != NULL; entry = entry->next)
	{
		bool		same = entry->generation == board->generation && entry->limit == number && entry->before == before;

		for (int i = 1; same && i < board->layout.count; i++)
			same = !((limit->mask >> (i - 1)) & 1) || delivery_wip_same(&board->columns[i], entry->values[i], row->values[i]);
		if (same)
			return true;
	}
	caller = MemoryContextSwitchTo(judged_context);
	entry = (Judged *) palloc0(sizeof(Judged));
	entry->generation = board->generation;
	entry->limit = number;
	entry->before = before;
	for (int i = 1; i < board->layout.count; i++)
		if ((limit->mask >> (i - 1)) & 1)
			entry->values[i] = datumCopy(row->values[i], board->columns[i].by_value, board->columns[i].length);
	entry->next = list->first;
	list->first = entry;
	MemoryContextSwitchTo(caller);
	return false;
}

/*
 * Whether there may be several events for one group, as when the statement no longer
 * runs; else there is nothing to be remembered.
 */
static bool
may_repeat(const WipBoard *board, const WipLimit *limit, bool runs)
{
	return !runs || limit->known_lanes > 1 || list_length(board->tables) > 1 ||
		limit->mask != ((uint32) 1 << (board->layout.count - 1)) - 1;
}

/*
 * As of this moment, not of the transaction: nobody else can enter, as we have the lock.
 */
static void
judge(const WipBoard *board, const WipLimit *limit, const WipRow *row, const TriggerData *trigger, CommandId before, bool runs)
{
	/* its indexes are open while the statement runs */
	Relation	written = runs ? trigger->tg_relation : NULL;
	int64		maximum = delivery_wip_maximum(board, limit, row);
	/* rows of the running command, too */
	CommandId	now = GetCurrentCommandId(false) + 1;
	int64		count;
	int64		count_before;

	if (maximum == PG_INT64_MAX || delivery_wip_count(board, limit, row, written, now, maximum) <= maximum)
		return;
	delivery_wip_count_both(board, limit, row, written, now, before, &count, &count_before);
	/* some may have left meanwhile; weights beyond what can be counted: something entered, or there were no event */
	if (count > maximum && (count > count_before || count == PG_INT64_MAX))
		delivery_wip_report(board, limit, row, trigger, count_before, count - count_before, maximum);
}

/*
 * The command that made the change, if its check is not deferred: its statement is
 * still there.  For what foreign keys write it is not.
 */
static CommandId
judge_from(HeapTuple tuple, bool *runs)
{
	CommandId	command;
	dlist_iter	iterator;

	*runs = false;

	/* COPY ... FREEZE */
	if (HeapTupleHeaderXminFrozen(tuple->t_data))
		return FirstCommandId;
	command = HeapTupleHeaderGetCmin(tuple->t_data);
	dlist_foreach(iterator, &running)
		if (dlist_container(Entering, node, iterator.cur)->command == command)
		{
			*runs = true;
			return command;
		}
	return FirstCommandId;
}

/*
 * The board with its limits after all locks are taken.
 */
static WipBoard *
lock_groups(WipBoard *board, WipRow *row, List **limits)
{
	for (;;)
	{
		uint64		generation = board->generation;
		ListCell   *cell;

		*limits = delivery_wip_limits_of(board, row);
		foreach(cell, *limits)
			delivery_wip_await(board->board, delivery_wip_group_key(&board->limits[lfirst_int(cell)], row));
		delivery_wip_lock_awaited(board->board);
		AcceptInvalidationMessages();
		board = delivery_wip_board(board->board);
		if (board->generation == generation)
			return board;
	}
}

/*
 * All limits that count the item.  There is no trigger at the end of a transaction
 * that was applied.
 */
static void
judge_all(WipBoard *board, WipRow *row, const TriggerData *trigger, CommandId before, bool runs)
{
	List	   *limits;
	ListCell   *cell;

	board = lock_groups(board, row, &limits);
	foreach(cell, limits)
	{
		int			number = lfirst_int(cell);

		if (!may_repeat(board, &board->limits[number], runs) || !was_judged(board, number, row, before))
			judge(board, &board->limits[number], row, trigger, before, runs);
	}
}

/* --- rows of a subscription --------------------------------------------- */

/*
 * They are applied one by one, whatever statements they come from, so they are judged
 * when their transaction ends, as if they were deferred.
 */
typedef struct Applied
{
	struct Applied *next;
	Oid			function;		/* of the trigger */
	Oid			board;
	int			count;
	WipRow		row;
} Applied;

static Applied *applied = NULL;

static void
postpone(Oid function, const WipBoard *board, const WipRow *row)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	Applied    *entry = (Applied *) palloc0(sizeof(Applied));

	entry->function = function;
	entry->board = board->board;
	entry->count = board->layout.count;
	for (int i = 0; i < board->layout.count; i++)
	{
		entry->row.nulls[i] = row->nulls[i];
		if (!row->nulls[i])
			entry->row.values[i] = datumCopy(row->values[i], board->columns[i].by_value, board->columns[i].length);
	}
	entry->next = applied;
	applied = entry;
	MemoryContextSwitchTo(caller);
}

/*
 * The columns of a board cannot change while a transaction writes to it.
 */
static void
judge_applied(XactEvent event, void *argument)
{
	Applied    *entry = applied;

	(void) argument;
	applied = NULL;
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		return;
	for (; entry != NULL; entry = entry->next)
	{
		WipBoard   *board;

		delivery_check_schemas(entry->function);
		board = delivery_wip_board(entry->board);
		if (board->layout.count == entry->count)
			judge_all(board, &entry->row, NULL, FirstCommandId, false);
	}
}

void
delivery_wip_watch_applied(void)
{
	RegisterXactCallback(judge_applied, NULL);
}

/*
 * enforce_wip_limit() -> trigger
 */
Datum
delivery_enforce_wip_limit(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	WipBoard   *board;
	const WipTable *table;
	WipRow		row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("enforce_wip_limit is a trigger function that limit_wip attaches"),
				 errdetail("It fires after rows are inserted or updated."),
				 errhint("SELECT delivery.limit_wip('a_table', 'lane_column')")));
	delivery_check_schemas(fcinfo->flinfo->fn_oid);
	table = delivery_wip_triggered(trigger, &board);
	if (table == NULL)
		return PointerGetDatum(NULL);
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	for (int i = 0; i < board->layout.count; i++)
		row.values[i] = heap_getattr(tuple, table->columns[i], RelationGetDescr(trigger->tg_relation), &row.nulls[i]);

	delivery_keep_conditions(fcinfo->flinfo->fn_oid);
	if (IsLogicalWorker())
		postpone(fcinfo->flinfo->fn_oid, board, &row);
	else
	{
		bool		runs;
		CommandId	before = judge_from(tuple, &runs);

		judge_all(board, &row, trigger, before, runs);
	}
	return PointerGetDatum(NULL);
}
