/*
 * wip_limit.h
 *	  The limits of a board: reading them, and finding those that hold for an item.
 */
#ifndef DELIVERY_WIP_LIMIT_H
#define DELIVERY_WIP_LIMIT_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "guard/wip.h"

extern void delivery_wip_load_limits(WipBoard *board);
extern List *delivery_wip_limits_of(WipBoard *board, WipRow *row);
extern bool delivery_wip_counts(const WipBoard *board, const WipLimit *limit, const WipRow *row);
extern uint32 delivery_wip_group_key(const WipLimit *limit, const WipRow *row);
extern int64 delivery_wip_maximum(const WipBoard *board, const WipLimit *limit, const WipRow *row);

#endif							/* DELIVERY_WIP_LIMIT_H */
