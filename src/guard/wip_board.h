/*
 * wip_board.h
 *	  What a session knows of a board: its columns, tables, indexes and limits.
 */
#ifndef DELIVERY_WIP_BOARD_H
#define DELIVERY_WIP_BOARD_H

#include "postgres.h"

#include "commands/trigger.h"

#include "guard/wip.h"

extern WipBoard *delivery_wip_board(Oid board);
extern bool delivery_wip_is_written(const WipBoard *board);
extern const WipTable *delivery_wip_lock_table(const WipBoard *board, const WipTable *table);
extern const WipTable *delivery_wip_triggered(const TriggerData *trigger, WipBoard **board);

#endif							/* DELIVERY_WIP_BOARD_H */
