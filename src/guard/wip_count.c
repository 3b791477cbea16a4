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
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard/wip.h"

/*
 * What an item counts: NULL is 1, and what must not be negative is nothing.
 */
int64
delivery_wip_weight(Oid type, Datum value, bool is_null)
{
	if (is_null || !OidIsValid(type))
		return 1;
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return DatumGetInt64(value);
		default:
			elog(ERROR, "type %u cannot be a weight", type);
	}
}

/* --- indexes ------------------------------------------------------------ */

static bool
compares_alike(Oid collation, Oid other)
{
	return collation == other ||
		((!OidIsValid(collation) || get_collation_isdeterministic(collation)) &&
		 (!OidIsValid(other) || get_collation_isdeterministic(other)));
}

/* Which of the board's columns a column of an index is, -1 for none. */
static int
find_column(const WipBoard *board, const AttrNumber *columns, Relation index, int position)
{
	Oid			family = index->rd_opfamily[position];

	for (int i = 0; i < board->layout.count; i++)
		if (index->rd_index->indkey.values[position] == columns[i] && columns[i] != InvalidAttrNumber &&
			family == (index->rd_rel->relam == HASH_AM_OID ? board->columns[i].hash_family : board->columns[i].btree_family) &&
			compares_alike(index->rd_indcollation[position], board->columns[i].collation))
			return i;
	return -1;
}

/*
 * Indexes of a table that begin with columns of the board, in the current memory
 * context.
 */
List *
delivery_wip_find_indexes(Relation relation, const WipBoard *board, const AttrNumber *columns)
{
	List	   *oids = RelationGetIndexList(relation);
	List	   *indexes = NIL;
	ListCell   *cell;

	foreach(cell, oids)
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		WipIndex	known = {0};

		if (index->rd_index->indisvalid && (index->rd_rel->relam == BTREE_AM_OID || index->rd_rel->relam == HASH_AM_OID) &&
			heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		{
			known.index = RelationGetRelid(index);
			while (known.count < index->rd_index->indnkeyatts && known.count < WIP_COLUMNS)
			{
				int			column = find_column(board, columns, index, known.count);

				if (column < 0)
					break;
				known.columns[known.count++] = column;
			}
		}
		index_close(index, AccessShareLock);
		if (known.count > 0)
		{
			WipIndex   *copy = (WipIndex *) palloc(sizeof(WipIndex));

			*copy = known;
			indexes = lappend(indexes, copy);
		}
	}
	list_free(oids);
	return indexes;
}

/*
 * How many of the first columns of an index the group has values for.
 */
static int
usable_columns(const WipIndex *index, uint32 mask)
{
	int			count = 0;

	while (count < index->count && (index->columns[count] == 0 || (mask >> (index->columns[count] - 1)) & 1))
		count++;
	return count;
}

/*
 * Whether the items of a group can be found without reading others.
 */
bool
delivery_wip_is_indexed(const WipTable *table, uint32 mask)
{
	ListCell   *cell;

	foreach(cell, table->indexes)
		if (usable_columns((const WipIndex *) lfirst(cell), mask) >= 1 + pg_popcount32(mask))
			return true;
	return false;
}

/*
 * The best one: with most columns, and one that has the lane before one without.
 */
static Relation
open_index(const WipTable *table, uint32 mask, LOCKMODE lock, const WipIndex **chosen, int *usable)
{
	const WipIndex *best = NULL;
	int			best_score = 0;
	ListCell   *cell;

	foreach(cell, table->indexes)
	{
		const WipIndex *index = (const WipIndex *) lfirst(cell);
		int			count = usable_columns(index, mask);
		int			score = count;

		for (int i = 0; i < count; i++)
			if (index->columns[i] == 0)
				score += WIP_COLUMNS;
		if (score > best_score)
		{
			best = index;
			best_score = score;
			*usable = count;
		}
	}
	if (best != NULL)
	{
		Relation	index = index_open(best->index, lock);

		/* as for the planner: its chains may be broken for a snapshot this old */
		if (!index->rd_index->indcheckxmin ||
			TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin))
		{
			*chosen = best;
			return index;
		}
		index_close(index, lock);
	}
	return NULL;
}

/* --- counting ----------------------------------------------------------- */

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

/*
 * Show each item in the lanes of a limit that agrees with the row in these columns.
 * One of the tables may be open already, with its indexes locked.
 */
void
delivery_wip_visit(const WipBoard *board, const WipLimit *limit, const WipRow *row, uint32 mask,
				   Relation opened, Snapshot snapshot, WipVisitor visit, void *state)
{
	Counting	counting = {board, limit, row, NULL, mask, snapshot, visit, state};
	bool		more = true;
	ListCell   *cell;

	foreach(cell, board->tables)
	{
		Relation	relation;
		Relation	index;
		const WipIndex *known = NULL;
		TupleTableSlot *slot;
		int			usable = 0;
		LOCKMODE	lock = AccessShareLock;

		counting.table = (const WipTable *) lfirst(cell);
		if (opened != NULL && RelationGetRelid(opened) == counting.table->table)
		{
			relation = opened;
			lock = NoLock;
		}
		else
			relation = table_open(counting.table->table, AccessShareLock);
		slot = table_slot_create(relation, NULL);
		index = open_index(counting.table, mask, lock, &known, &usable);
		if (index != NULL)
		{
			more = count_by_index(&counting, relation, index, known, usable, slot);
			index_close(index, lock);
		}
		else
			more = count_all(&counting, relation, slot);
		ExecDropSingleTupleTableSlot(slot);
		if (relation != opened)
			table_close(relation, AccessShareLock);
		if (!more)
			break;
	}
}

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

/*
 * The items of the group that the row is in, up to more than enough.
 */
int64
delivery_wip_count(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation opened,
				   Snapshot snapshot, int64 enough, bool before)
{
	Sum			sum = {enough, 0, before};

	delivery_wip_visit(board, limit, row, limit->mask, opened, snapshot, add_item, &sum);
	return sum.count;
}
