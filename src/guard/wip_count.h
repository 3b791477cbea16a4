/*
 * wip_count.h
 *	  Counting the items of a group, straight from an index.
 */
#ifndef DELIVERY_WIP_COUNT_H
#define DELIVERY_WIP_COUNT_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#include "guard/wip.h"

/* Shown an item and its weight; false if it wants no more of them. */
typedef bool (*WipVisitor) (const WipTable *table, TupleTableSlot *slot, int64 weight, void *state);

extern void delivery_wip_visit(const WipBoard *board, const WipLimit *limit, const WipRow *row, uint32 mask,
							   Snapshot snapshot, WipVisitor visit, void *state);
extern int64 delivery_wip_count(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation opened,
								CommandId now, int64 enough);
extern void delivery_wip_count_both(const WipBoard *board, const WipLimit *limit, const WipRow *row, Relation opened,
									CommandId now, CommandId before, int64 *count, int64 *count_before);

#endif							/* DELIVERY_WIP_COUNT_H */
