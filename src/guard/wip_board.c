/*
 * wip_board.c
 *	  What a session knows of a board: its columns, tables, indexes and limits.
 *
 * It is read when it is needed first, and anew after anything about it changed:
 * the triggers on the configuration tables, as DDL does, invalidate the relation.
 * There is no plan in it that could grow old.
 */
#include "base/delivery.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/wip.h"
#include "guard/wip_board.h"
#include "guard/wip_column.h"
#include "guard/wip_index.h"
#include "guard/wip_layout.h"
#include "guard/wip_limit.h"

typedef struct KnownBoard
{
	Oid			board;			/* key of the hash table */
	bool		valid;
	bool		compiling;
	WipBoard   *compiled;
} KnownBoard;

/* which boards the triggers of a table belong to: that for INSERT, and that for UPDATE */
#define TRIGGERS_KNOWN 2

typedef struct KnownTriggers
{
	Oid			table;			/* key of the hash table */
	int			next;			/* to be replaced */
	Oid			triggers[TRIGGERS_KNOWN];
	Oid			boards[TRIGGERS_KNOWN];
} KnownTriggers;

static HTAB *known_boards = NULL;
static HTAB *known_triggers = NULL;

/* entries stay where they are; a statement asks for its board again and again */
static KnownBoard *last_board = NULL;

/* some are not valid */
static bool some_outdated = false;

/* what is outdated may be in use by whoever asked for it, until the client's next message */
static List *outdated_boards = NIL;
static TimestampTz outdated_at = 0;
static uint64 last_generation = 0;

/* --- tables ------------------------------------------------------------- */

static bool
is_written(const List *parts)
{
	ListCell   *cell;

	foreach(cell, parts)
	{
		LOCKTAG		tag;

		SET_LOCKTAG_RELATION(tag, MyDatabaseId, lfirst_oid(cell));
		for (LOCKMODE mode = RowExclusiveLock; mode <= AccessExclusiveLock; mode++)
			if (delivery_holds_lock(&tag, mode))
				return true;
	}
	return false;
}

/*
 * Partitions and children may have the columns elsewhere.  What holds no items is not
 * locked: DETACH locks a partitioned table before it waits for who writes to its parts.
 */
static void
add_table(WipBoard *board, Relation root, Oid oid)
{
	Relation	relation = RELKIND_HAS_TABLE_AM(get_rel_relkind(oid)) ? try_relation_open(oid, AccessShareLock) : NULL;
	WipTable   *table;

	if (relation == NULL)
		return;
	if (!RELATION_IS_OTHER_TEMP(relation))
	{
		table = (WipTable *) palloc0(sizeof(WipTable));
		table->table = oid;
		for (int i = 0; i < board->layout.count; i++)
			table->columns[i] = get_attnum(oid, board->columns[i].name);
		if (board->layout.weight != InvalidAttrNumber)
			table->weight = get_attnum(oid, NameStr(TupleDescAttr(RelationGetDescr(root), board->layout.weight - 1)->attname));
		table->indexes = delivery_wip_find_indexes(relation, board, table->columns);
		board->tables = lappend(board->tables, table);
	}
	/* who counts locks them for as long as needed */
	relation_close(relation, AccessShareLock);
}

/*
 * Types may call functions of the board's owner when values are read: not with the
 * rights or the search_path of whoever writes to it, or asks for its status.
 */
static void
load_limits(WipBoard *board, Relation relation)
{
	int			level = delivery_pin_search_path();
	Caller		caller;

	delivery_become_owner(relation, &caller);
	delivery_wip_load_limits(board);
	delivery_become_caller(&caller);
	AtEOXact_GUC(false, level);
}

/* As limit_wip sees to it; triggers can be made by hand. */
static bool
has_fitting_types(Relation relation, WipLayout *layout)
{
	TupleDesc	desc = RelationGetDescr(relation);
	bool		fits = layout->weight == InvalidAttrNumber ||
		delivery_wip_can_weigh(getBaseType(TupleDescAttr(desc, layout->weight - 1)->atttypid));

	for (int i = 0; fits && i < layout->count; i++)
		fits = delivery_wip_can_name(TupleDescAttr(desc, layout->columns[i] - 1)->atttypid);
	if (!fits)
		memset(layout, 0, sizeof(WipLayout));
	return fits;
}

/*
 * A board that is gone, or has lost its triggers, has no limits.
 *
 * Who writes to a part does not wait for the board, which is locked first by what waits
 * for the part then, such as DETACH of another one.  There is no need to: columns and
 * triggers are changed with all parts locked.  What else changes makes the board invalid.
 */
static WipBoard *
compile(Oid oid, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	WipBoard   *board = (WipBoard *) palloc0(sizeof(WipBoard));
	List	   *tables = find_all_inheritors(oid, NoLock, NULL);
	LOCKMODE	lock = is_written(tables) ? NoLock : AccessShareLock;
	Relation	relation = lock == NoLock ? RelationIdGetRelation(oid) : try_relation_open(oid, lock);

	board->board = oid;
	board->context = context;
	board->generation = ++last_generation;
	if (relation != NULL && delivery_wip_find_layout(relation, &board->layout, &board->agrees) && has_fitting_types(relation, &board->layout))
	{
		ListCell   *cell;

		board->name = pstrdup(RelationGetRelationName(relation));
		for (int i = 0; i < board->layout.count; i++)
			delivery_wip_describe_column(relation, board->layout.columns[i], &board->columns[i]);
		if (board->layout.weight != InvalidAttrNumber)
			board->weight_type = getBaseType(TupleDescAttr(RelationGetDescr(relation), board->layout.weight - 1)->atttypid);
		board->parts = tables;
		foreach(cell, tables)
			add_table(board, relation, lfirst_oid(cell));
		load_limits(board, relation);
	}
	if (relation != NULL)
		relation_close(relation, lock);
	MemoryContextSwitchTo(caller);
	return board;
}

/* --- what is known ------------------------------------------------------ */

/* While a board is read again nobody knows yet what it is made of. */
static bool
concerns(const KnownBoard *known, Oid relation)
{
	return known->compiled == NULL || known->compiling || relation == InvalidOid ||
		known->board == relation || list_member_oid(known->compiled->parts, relation);
}

static void
forget(Datum argument, Oid relation)
{
	HASH_SEQ_STATUS scan;
	KnownBoard *known;
	KnownTriggers *triggers;

	(void) argument;
	hash_seq_init(&scan, known_boards);
	while ((known = (KnownBoard *) hash_seq_search(&scan)) != NULL)
		if (concerns(known, relation))
		{
			known->valid = false;
			some_outdated = true;
		}
	if (relation != InvalidOid)
	{
		(void) hash_search(known_triggers, &relation, HASH_REMOVE, NULL);
		return;
	}
	hash_seq_init(&scan, known_triggers);
	while ((triggers = (KnownTriggers *) hash_seq_search(&scan)) != NULL)
		(void) hash_search(known_triggers, &triggers->table, HASH_REMOVE, NULL);
}

/* The labels of an enum were changed, or a schema renamed. */
static void
forget_all(Datum argument, int cache, uint32 value)
{
	(void) cache;
	(void) value;
	forget(argument, InvalidOid);
}

/*
 * Nobody uses a board between transactions: those that are outdated go, as their tables
 * may be gone.
 */
static void
end_transaction(XactEvent event, void *argument)
{
	HASH_SEQ_STATUS scan;
	KnownBoard *known;

	(void) argument;
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	/* with the transaction's memory */
	outdated_boards = NIL;
	if (!some_outdated)
		return;
	some_outdated = false;
	last_board = NULL;
	hash_seq_init(&scan, known_boards);
	while ((known = (KnownBoard *) hash_seq_search(&scan)) != NULL)
		if (!known->valid)
		{
			if (known->compiled != NULL)
				MemoryContextDelete(known->compiled->context);
			(void) hash_search(known_boards, &known->board, HASH_REMOVE, NULL);
		}
}

static void
start(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(KnownBoard);
	control.hcxt = CacheMemoryContext;
	known_boards = hash_create("delivery boards", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	control.entrysize = sizeof(KnownTriggers);
	known_triggers = hash_create("delivery triggers of boards", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	RegisterXactCallback(end_transaction, NULL);
	CacheRegisterRelcacheCallback(forget, (Datum) 0);
	CacheRegisterSyscacheCallback(ENUMTYPOIDNAME, forget_all, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, forget_all, (Datum) 0);
}

/*
 * Keep an outdated board for those who asked for it.  They do not wait for the client, so
 * after its next message nobody uses what was outdated before.
 */
static void
outdate(WipBoard *board)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();
	MemoryContext caller;

	if (outdated_boards != NIL && outdated_at != now)
	{
		ListCell   *cell;

		foreach(cell, outdated_boards)
			MemoryContextDelete((MemoryContext) lfirst(cell));
		list_free(outdated_boards);
		outdated_boards = NIL;
	}
	outdated_at = now;
	MemoryContextSetParent(board->context, TopTransactionContext);
	caller = MemoryContextSwitchTo(TopTransactionContext);
	outdated_boards = lappend(outdated_boards, board->context);
	MemoryContextSwitchTo(caller);
}

/*
 * The board as it is now.  The result stays in memory until the client's next message at
 * least, also when it is outdated.
 */
WipBoard *
delivery_wip_board(Oid oid)
{
	KnownBoard *known;
	bool		found;

	if (last_board != NULL && last_board->board == oid && last_board->valid && !last_board->compiling)
		return last_board->compiled;
	if (known_boards == NULL)
		start();
	known = (KnownBoard *) hash_search(known_boards, &oid, HASH_ENTER, &found);
	if (!found)
	{
		known->valid = false;
		known->compiling = false;
		known->compiled = NULL;
	}
	/* no type of its columns can call what wants the board: see delivery_wip_can_name() */
	if (known->compiling)
		elog(ERROR, "board %u is read while it is read", oid);
	while (!known->valid)
	{
		MemoryContext context = AllocSetContextCreate(TopTransactionContext, "delivery board", ALLOCSET_SMALL_SIZES);
		WipBoard   *outdated = known->compiled;
		WipBoard   *compiled;

		/* what comes in meanwhile makes it invalid again */
		known->valid = true;
		known->compiling = true;
		PG_TRY();
		{
			compiled = compile(oid, context);
		}
		PG_CATCH();
		{
			known->valid = known->compiling = false;
			some_outdated = true;
			PG_RE_THROW();
		}
		PG_END_TRY();
		known->compiling = false;
		MemoryContextSetParent(context, CacheMemoryContext);
		known->compiled = compiled;
		if (outdated != NULL)
			outdate(outdated);
	}
	last_board = known;
	return known->compiled;
}

static bool
is_current(const WipBoard *board)
{
	const KnownBoard *known = (const KnownBoard *) hash_search(known_boards, &board->board, HASH_FIND, NULL);

	return known != NULL && known->valid && known->compiled == board;
}

static const WipTable *
find_table(const WipBoard *board, Oid relid)
{
	ListCell   *cell;

	foreach(cell, board->tables)
		if (((WipTable *) lfirst(cell))->table == relid)
			return (const WipTable *) lfirst(cell);
	return NULL;
}

/*
 * One of the tables as it is now, locked so that no index is dropped that is known; NULL
 * if it is no part of the board any more.
 *
 * Whoever calls this holds no other table but what it writes to, and gives this one back
 * before the next: DETACH has locked the board and the default partition when it waits
 * for another one.  What was counted stays right, as the groups are locked.
 */
const WipTable *
delivery_wip_lock_table(const WipBoard *board, const WipTable *table)
{
	Oid			relid = table->table;

	for (;;)
	{
		const WipBoard *current = delivery_wip_board(board->board);

		if (current != board)
			table = find_table(current, relid);
		if (table == NULL)
			return NULL;
		LockRelationOid(relid, AccessShareLock);
		AcceptInvalidationMessages();
		if (is_current(current))
			return table;
		/* to read the board anew locks others */
		UnlockRelationOid(relid, AccessShareLock);
	}
}

static Oid
board_of_trigger(Oid table, const Trigger *trigger)
{
	KnownTriggers *known;
	WipLayout	layout;
	bool		found;

	if (known_triggers == NULL)
		start();
	known = (KnownTriggers *) hash_search(known_triggers, &table, HASH_FIND, NULL);
	for (int i = 0; known != NULL && i < TRIGGERS_KNOWN; i++)
		if (known->triggers[i] == trigger->tgoid)
			return known->boards[i];
	if (!delivery_wip_layout(trigger, &layout))
		return InvalidOid;
	known = (KnownTriggers *) hash_search(known_triggers, &table, HASH_ENTER, &found);
	if (!found)
	{
		memset(known, 0, sizeof(KnownTriggers));
		known->table = table;
	}
	known->triggers[known->next] = trigger->tgoid;
	known->boards[known->next] = layout.board;
	known->next = (known->next + 1) % TRIGGERS_KNOWN;
	return layout.board;
}

/*
 * The board that a trigger belongs to, and its table there; NULL for a partition that
 * is being detached.
 */
const WipTable *
delivery_wip_triggered(const TriggerData *trigger, WipBoard **board)
{
	Oid			relid = RelationGetRelid(trigger->tg_relation);
	Oid			oid = board_of_trigger(relid, trigger->tg_trigger);
	const WipTable *table = NULL;

	if (OidIsValid(oid))
	{
		*board = delivery_wip_board(oid);
		table = find_table(*board, relid);
	}
	if (table == NULL && !(OidIsValid(oid) && trigger->tg_relation->rd_rel->relispartition))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" was not made by limit_wip", trigger->tg_trigger->tgname,
						RelationGetRelationName(trigger->tg_relation)),
				 errdetail("Its condition does not name a board that the table belongs to, and its columns."),
				 errhint("Drop it, and SELECT delivery.limit_wip('a_table', 'lane_column').")));
	return table;
}

/*
 * Whether we write to one of its tables.
 */
bool
delivery_wip_is_written(const WipBoard *board)
{
	return is_written(board->parts);
}
