/*
 * wip_count.c
 *	  Counting the items of a group, straight from an index.
 *
 * There is no plan to be made: the columns are compared with constants for equality,
 * so an index that begins with them is right, whatever the size of the table was.
 * Row security and privileges do not matter to a count, as for foreign keys.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "common/int.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard/wip.h"
#include "guard/wip_board.h"
#include "guard/wip_column.h"
#include "guard/wip_count.h"
#include "guard/wip_index.h"

typedef struct Counting
{
	const WipBoard *board;
	const WipLimit *limit;
	const WipRow *row;
	const WipTable *table;
	uint32		mask;			/* of the columns in which items agree with the row */
	Snapshot	snapshot;
	WipVisitor	visit;
	void	   *state;
} Counting;

/* Whether an item agrees with the row in the columns that delimit the group. */
static bool
in_scope(const Counting *counting, TupleTableSlot *slot, uint32 mask)
{
	for (int i = 1; mask != 0; i++, mask >>= 1)
	{
		bool		is_null;
		Datum		value;

		if (!(mask & 1))
			continue;
		value = slot_getattr(slot, counting->table->columns[i], &is_null);
		if (is_null || !delivery_wip_same(&counting->board->columns[i], value, counting->row->values[i]))
			return false;
	}
	return true;
}

static bool
in_lane(const Counting *counting, TupleTableSlot *slot, Datum lane)
{
	bool		is_null;
	Datum		value = slot_getattr(slot, counting->table->columns[0], &is_null);

	return !is_null && delivery_wip_same(&counting->board->columns[0], value, lane);
}

/* False when it is enough. */
static bool
count_item(const Counting *counting, TupleTableSlot *slot)
{
	int64		weight = 1;

	if (counting->table->weight != InvalidAttrNumber)
	{
		bool		is_null;
		Datum		value = slot_getattr(slot, counting->table->weight, &is_null);

		weight = Max(delivery_wip_weight(counting->board->weight_type, value, is_null), 0);
	}
	return counting->visit(counting->table, slot, weight, counting->state);
}

static bool
count_by_index(Counting *counting, Relation relation, Relation index, const WipIndex *known, int usable, TupleTableSlot *slot)
{
	const WipBoard *board = counting->board;
	ScanKeyData keys[WIP_COLUMNS];
	IndexScanDesc scan = delivery_index_beginscan(relation, index, counting->snapshot, usable);
	uint32		unchecked = counting->mask;
	bool		has_lane = false;
	bool		more = true;

	for (int i = 0; i < usable; i++)
	{
		int			column = known->columns[i];

		ScanKeyEntryInitialize(&keys[i], 0, i + 1,
							   index->rd_rel->relam == HASH_AM_OID ? HTEqualStrategyNumber : BTEqualStrategyNumber,
							   InvalidOid, index->rd_indcollation[i], board->columns[column].equal.fn_oid,
							   column == 0 ? (Datum) 0 : counting->row->values[column]);
		if (column == 0)
			has_lane = true;
		else
			unchecked &= ~((uint32) 1 << (column - 1));
	}
	/* without the lane in the index one scan finds the items of all of them */
	for (int lane = 0; lane < (has_lane ? counting->limit->known_lanes : 1) && more; lane++)
	{
		for (int i = 0; i < usable; i++)
			if (known->columns[i] == 0)
				keys[i].sk_argument = counting->limit->lanes[lane];
		index_rescan(scan, keys, usable, NULL, 0);
		while (more && index_getnext_slot(scan, ForwardScanDirection, slot))
		{
			bool		counts;

			CHECK_FOR_INTERRUPTS();
			counts = in_scope(counting, slot, scan->xs_recheck ? counting->mask : unchecked);
			if (counts && has_lane && scan->xs_recheck)
				counts = in_lane(counting, slot, counting->limit->lanes[lane]);
			for (int i = 0; counts && !has_lane; i++)
			{
				counts = i < counting->limit->known_lanes;
				if (counts && in_lane(counting, slot, counting->limit->lanes[i]))
					break;
			}
			if (counts)
				more = count_item(counting, slot);
		}
	}
	index_endscan(scan);
	return more;
}

static bool
count_all(Counting *counting, Relation relation, TupleTableSlot *slot)
{
	TableScanDesc scan = table_beginscan(relation, counting->snapshot, 0, NULL);
	bool		more = true;

	while (more && table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < counting->limit->known_lanes; i++)
			if (in_lane(counting, slot, counting->limit->lanes[i]))
			{
				if (in_scope(counting, slot, counting->mask))
					more = count_item(counting, slot);
				break;
			}
	}
	table_endscan(scan);
	return more;
}

/* A table that is open, and locked. */
static bool
count_in_table(Counting *counting, Relation relation, LOCKMODE lock)
{
	const WipIndex *known = NULL;
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	int			usable = 0;
	Relation	index = delivery_wip_open_index(counting->table, counting->mask, lock, &known, &usable);
	bool		more;

	if (index != NULL)
	{
		more = count_by_index(counting, relation, index, known, usable, slot);
		index_close(index, lock);
	}
	else
		more = count_all(counting, relation, slot);
	ExecDropSingleTupleTableSlot(slot);
	return more;
}

/* Does something with a table while it is locked; false if it wants no more of them. */
typedef bool (*TableVisitor) (Counting *counting, Relation relation, LOCKMODE lock, void *state);

/*
 * Each table of a board.  One of them may be open already, with its indexes locked.
 */
static void
visit_tables(const WipBoard *board, Counting *counting, Relation opened, TableVisitor visit, void *state)
{
	ListCell   *cell;

	foreach(cell, board->tables)
	{
		Relation	relation = opened;
		bool		more;

		counting->table = (const WipTable *) lfirst(cell);
		if (opened != NULL && RelationGetRelid(opened) == counting->table->table)
			more = visit(counting, relation, NoLock, state);
		else
		{
			counting->table = delivery_wip_lock_table(board, counting->table);
			if (counting->table == NULL)
				continue;
			relation = table_open(counting->table->table, NoLock);
			more = visit(counting, relation, AccessShareLock, state);
			table_close(relation, AccessShareLock);
		}
		if (!more)
			break;
	}
}

static bool
show_items(Counting *counting, Relation relation, LOCKMODE lock, void *state)
{
	(void) state;
	return count_in_table(counting, relation, lock);
}

/*
 * Show each item in the lanes of a limit that agrees with the row in these columns, as a
 * snapshot sees them.  The limits do not change meanwhile, but tables may be attached and
 * detached.
 */
void
delivery_wip_visit(const WipBoard *board, const WipLimit *limit, const WipRow *row, uint32 mask,
				   Snapshot snapshot, WipVisitor visit, void *state)
{
	Counting	counting = {board, limit, row, NULL, mask, snapshot, visit, state};

	visit_tables(board, &counting, NULL, show_items, NULL);
}

/* --- for a judgement ---------------------------------------------------- */

typedef struct Sum
{
	int64		enough;
	int64		count;
	bool		before;			/* without what COPY ... FREEZE of our own wrote */
} Sum;

/* Such rows are seen by any snapshot. */
static bool
is_frozen_by_us(TupleTableSlot *slot)
{
	HeapTupleHeader header;

	if (!TTS_IS_BUFFERTUPLE(slot))
		return false;
	header = ((BufferHeapTupleTableSlot *) slot)->base.tuple->t_data;
	return HeapTupleHeaderXminFrozen(header) && TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmin(header));
}

static bool
add_item(const WipTable *table, TupleTableSlot *slot, int64 weight, void *state)
{
	Sum		   *sum = (Sum *) state;

	(void) table;
	if (sum->before && is_frozen_by_us(slot))
		return true;
	if (pg_add_s64_overflow(sum->count, weight, &sum->count))
		sum->count = PG_INT64_MAX;
	return sum->count <= sum->enough;
}

/* What is counted in one walk over the tables. */
typedef struct Walk
{
	CommandId	now;
	CommandId	before;
	bool		both;
	Sum			sum_now;
	Sum			sum_before;
} Walk;

/*
 * With a snapshot of the moment at which the table is locked: whoever held it may have
 * written all of its rows anew, which a snapshot from before does not see.  Nobody else
 * can enter meanwhile, as we have the lock of the group.
 */
static bool
count_table(Counting *counting, Relation relation, LOCKMODE lock, void *state)
{
	Walk	   *walk = (Walk *) state;
	bool		more;

	counting->snapshot = RegisterSnapshot(GetLatestSnapshot());
	counting->snapshot->curcid = walk->now;
	counting->state = &walk->sum_now;
	more = count_in_table(counting, relation, lock);
	if (walk->both)
	{
		counting->snapshot->curcid = walk->before;
		counting->state = &walk->sum_before;
		more = count_in_table(counting, relation, lock) || more;
	}
	UnregisterSnapshot(counting->snapshot);
	return more;
}

static bool
has_same_tables(const WipBoard *one, const WipBoard *other)
{
	ListCell   *a;
	ListCell   *b;

	if (one == other)
		return true;
	if (list_length(one->tables) != list_length(other->tables))
		return false;
	forboth(a, one->tables, b, other->tables)
		if (((const WipTable *) lfirst(a))->table != ((const WipTable *) lfirst(b))->table)
			return false;
	return true;
}

/*
 * Items may be in another table than when the walk began, if one was put in the place of
 * another: then again.
 */
static void
count_all_tables(const WipBoard *board, Counting *counting, Relation opened, Walk *walk, int64 enough)
{
	const WipBoard *walked;
	const WipBoard *current = board;

	do
	{
		CHECK_FOR_INTERRUPTS();
		walked = current;
		walk->sum_now = (Sum) {enough, 0, false};
		walk->sum_before = (Sum) {enough, 0, true};
		visit_tables(walked, counting, opened, count_table, walk);
		AcceptInvalidationMessages();
		current = delivery_wip_board(board->board);
	} while (!has_same_tables(walked, current));
}

/*
 * The items of the group that the row is in, up to more than enough.
 */
int64
delivery_wip_count(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation opened,
				   CommandId now, int64 enough)
{
	Counting	counting = {board, limit, row, NULL, limit->mask, NULL, add_item, NULL};
	Walk		walk = {.now = now};

	count_all_tables(board, &counting, opened, &walk, enough);
	return walk.sum_now.count;
}

/*
 * All of them, now and before a command of ours, of each table at the same moment.
 */
void
delivery_wip_count_both(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation opened,
						CommandId now, CommandId before, int64 *count, int64 *count_before)
{
	Counting	counting = {board, limit, row, NULL, limit->mask, NULL, add_item, NULL};
	Walk		walk = {.now = now, .before = before, .both = true};

	count_all_tables(board, &counting, opened, &walk, PG_INT64_MAX);
	*count = walk.sum_now.count;
	*count_before = walk.sum_before.count;
}
