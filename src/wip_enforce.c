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
#include "delivery.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/combocid.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "errors.h"
#include "wip.h"
#include "wip_message.h"

PG_FUNCTION_INFO_V1(delivery_enters_wip);
PG_FUNCTION_INFO_V1(delivery_enters_weighted_wip);
PG_FUNCTION_INFO_V1(delivery_enforce_wip_limit);

/* --- while a statement runs --------------------------------------------- */

/* A lane and scope for which there is an event. */
typedef struct Queued
{
	struct Queued *next;
	uint32		hash;
	Datum		values[WIP_COLUMNS];
	bool		nulls[WIP_COLUMNS];
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
	bool		is_writer;		/* the user may write to the board */
	Queued	   *only;			/* the first one, until there is another */
	HTAB	   *queued;
} Entering;

static dlist_head running = DLIST_STATIC_INIT(running);

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
 * Others may have rights on a partition only, or call the function by hand.  They
 * must not learn from it which lanes are limited, nor make anybody wait.
 */
static bool
may_write(Oid board)
{
	Oid			user = GetUserId();

	return pg_class_aclmask(board, user, ACL_INSERT | ACL_UPDATE, ACLMASK_ANY) != 0 ||
		pg_attribute_aclcheck_all(board, user, ACL_INSERT, ACLMASK_ANY) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(board, user, ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

static Entering *
start_entering(FunctionCallInfo fcinfo, bool weighted)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	Entering   *entering = (Entering *) MemoryContextAllocZero(context, sizeof(Entering));
	MemoryContextCallback *callback = (MemoryContextCallback *) MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	WipBoard   *board;
	int			columns;

	if (PG_NARGS() < 2 || PG_ARGISNULL(0))
		refuse_call();
	AcceptInvalidationMessages();
	entering->board = PG_GETARG_OID(0);
	entering->weighted = weighted;
	entering->context = context;
	entering->command = ActiveSnapshotSet() ? GetActiveSnapshot()->curcid : GetCurrentCommandId(false);
	board = delivery_wip_board(entering->board);
	columns = board->layout.count + (entering->weighted ? 1 : 0);
	if (board->layout.count > 0)
	{
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
	}
	entering->columns = columns;
	entering->has_old = PG_NARGS() - 1 > columns;
	entering->is_writer = may_write(entering->board);
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
		if (queued->nulls[i] != row->nulls[i] ||
			(!row->nulls[i] && !delivery_wip_same(&board->columns[i], queued->values[i], row->values[i])))
			return false;
	return true;
}

static Queued *
remember(const Entering *entering, const WipBoard *board, uint32 hash, const WipRow *row)
{
	MemoryContext caller = MemoryContextSwitchTo(entering->context);
	Queued	   *queued = (Queued *) palloc0(sizeof(Queued));

	queued->hash = hash;
	for (int i = 0; i < board->layout.count; i++)
	{
		queued->nulls[i] = row->nulls[i];
		if (!row->nulls[i])
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
	Relation	relation = table_open(board->board, AccessShareLock);

	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("weight of an item on board \"%s\" is negative", board->name),
			 errdetail("The weight is %lld.", (long long) weight),
			 errhint("Weights are integers from 0 on; NULL counts 1."),
			 errtablecol(relation, board->layout.weight),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, WIP_INSERT_TRIGGER)));
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
	if (board->layout.count + (entering->weighted ? 1 : 0) != entering->columns || (board->place_count == 0 && entering->is_writer))
		return false;
	if (!entering->is_writer)
		return true;
	get_row(fcinfo, 1, board, &new);
	limits = delivery_wip_limits_of(board, &new);
	if (limits == NIL)
		return false;
	new_weight = get_weight(fcinfo, entering, board, 1);
	if (new_weight < 0)
		refuse_weight(board, new_weight);
	if (entering->has_old)
	{
		get_row(fcinfo, 1 + entering->columns, board, &old);
		old_weight = Max(get_weight(fcinfo, entering, board, 1 + entering->columns), 0);
	}
	foreach(cell, limits)
	{
		const WipLimit *limit = &board->limits[lfirst_int(cell)];

		if (entering->has_old ? is_entry(board, limit, &old, old_weight, &new, new_weight) : new_weight > 0)
			is_any = true;
	}
	if (!is_any || !is_new(entering, board, &new))
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

/* What was found to be right: nothing can change it but a command of our own. */
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
static CommandId judged_command;
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
	CommandId	command = GetCurrentCommandId(false);
	JudgedList *list;
	bool		found;

	if (judged != NULL && (judged_command != command || judged_subtransaction != GetCurrentSubTransactionId()))
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
		judged_command = command;
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
 * Whether there may be several events for one group; else there is nothing to be
 * remembered.
 */
static bool
may_repeat(const WipBoard *board, const WipLimit *limit, CommandId before)
{
	return before == FirstCommandId || limit->known_lanes > 1 || list_length(board->tables) > 1 ||
		limit->mask != ((uint32) 1 << (board->layout.count - 1)) - 1;
}

/*
 * With a snapshot of this moment, not of the transaction: in it nobody else can
 * enter, as we have the lock.
 */
static void
judge(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation written, CommandId before)
{
	int64		maximum = delivery_wip_maximum(board, limit, row);
	Snapshot	snapshot;
	int64		count;

	if (maximum == PG_INT64_MAX)
		return;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	/* rows of the running command, too */
	snapshot->curcid = GetCurrentCommandId(false) + 1;
	count = delivery_wip_count(board, limit, row, written, snapshot, maximum);
	if (count > maximum)
	{
		int64		count_before;

		count = delivery_wip_count(board, limit, row, written, snapshot, PG_INT64_MAX);
		snapshot->curcid = before;
		count_before = delivery_wip_count(board, limit, row, written, snapshot, PG_INT64_MAX);
		if (count > count_before)
			delivery_wip_report(board, limit, row, count_before, count - count_before, maximum);
	}
	UnregisterSnapshot(snapshot);
}

/*
 * The command that made the change, if its check is not deferred: its statement is
 * still there.
 */
static CommandId
judge_from(HeapTuple tuple)
{
	CommandId	command = HeapTupleHeaderGetCmin(tuple->t_data);
	dlist_iter	iterator;

	if (command == GetCurrentCommandId(false))
		return command;
	dlist_foreach(iterator, &running)
		if (dlist_container(Entering, node, iterator.cur)->command == command)
			return command;
	return FirstCommandId;
}

/*
 * The board with its limits after all locks are taken.
 */
static WipBoard *
lock_groups(WipBoard *board, Relation written, WipRow *row, List **limits)
{
	Oid			oid = board->board;

	for (;;)
	{
		uint64		generation = board->generation;
		ListCell   *cell;

		*limits = delivery_wip_limits_of(board, row);
		foreach(cell, *limits)
			delivery_wip_await(oid, delivery_wip_group_key(&board->limits[lfirst_int(cell)], row));
		delivery_wip_lock_awaited();
		/* so that no index is dropped that is known */
		foreach(cell, board->tables)
			if (((WipTable *) lfirst(cell))->table != RelationGetRelid(written))
				LockRelationOid(((WipTable *) lfirst(cell))->table, AccessShareLock);
		AcceptInvalidationMessages();
		board = delivery_wip_board(oid);
		if (board->generation == generation)
			return board;
	}
}

/* Of rows whose writer has no rights on the board the condition did not look at it. */
static void
check_weight(const WipBoard *board, HeapTuple tuple, const WipTable *table, TupleDesc desc)
{
	bool		is_null;
	Datum		value = heap_getattr(tuple, table->weight, desc, &is_null);
	int64		weight = delivery_wip_weight(board->weight_type, value, is_null);

	if (weight < 0)
		refuse_weight(board, weight);
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
	CommandId	before;
	List	   *limits;
	ListCell   *cell;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("enforce_wip_limit is a trigger function that limit_wip attaches"),
				 errdetail("It fires after rows are inserted or updated."),
				 errhint("SELECT delivery.limit_wip('a_table', 'lane_column')")));
	table = delivery_wip_triggered(trigger, &board);
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	for (int i = 0; i < board->layout.count; i++)
		row.values[i] = heap_getattr(tuple, table->columns[i], RelationGetDescr(trigger->tg_relation), &row.nulls[i]);

	delivery_wip_remember_function(fcinfo->flinfo->fn_oid);
	before = judge_from(tuple);
	board = lock_groups(board, trigger->tg_relation, &row, &limits);
	if (limits != NIL && table->weight != InvalidAttrNumber)
		check_weight(board, tuple, table, RelationGetDescr(trigger->tg_relation));
	foreach(cell, limits)
	{
		int			number = lfirst_int(cell);

		if (!may_repeat(board, &board->limits[number], before) || !was_judged(board, number, &row, before))
			judge(board, &board->limits[number], &row, trigger->tg_relation, before);
	}
	return PointerGetDatum(NULL);
}
