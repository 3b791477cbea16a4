/*
 * wip_lock.h
 *	  Locks that keep two transactions from entering the last place of a group.
 */
#ifndef DELIVERY_WIP_LOCK_H
#define DELIVERY_WIP_LOCK_H

#include "postgres.h"

extern void delivery_wip_await(Oid board, uint32 key);
extern void delivery_wip_lock_awaited(Oid board);
extern void delivery_wip_lock_board(Oid board);
extern void delivery_wip_watch_transactions(void);

#endif							/* DELIVERY_WIP_LOCK_H */
