/*
 * wip_index.h
 *	  Indexes by which the items of a group can be found.
 */
#ifndef DELIVERY_WIP_INDEX_H
#define DELIVERY_WIP_INDEX_H

#include "postgres.h"

#include "access/attnum.h"
#include "nodes/pg_list.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "guard/wip.h"

extern List *delivery_wip_find_indexes(Relation relation, const WipBoard *board, const AttrNumber *columns);
extern bool delivery_wip_is_indexed(const WipTable *table, uint32 mask);
extern Relation delivery_wip_open_index(const WipTable *table, uint32 mask, LOCKMODE lock, const WipIndex **chosen, int *usable);

#endif							/* DELIVERY_WIP_INDEX_H */
