/*
 * wip_index.c
 *	  Indexes by which the items of a group can be found.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "port/pg_bitutils.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard/wip.h"
#include "guard/wip_index.h"

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
Relation
delivery_wip_open_index(const WipTable *table, uint32 mask, LOCKMODE lock, const WipIndex **chosen, int *usable)
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
