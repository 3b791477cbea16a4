/*
 * wip_rights.h
 *	  What a role may do with a board.
 */
#ifndef DELIVERY_WIP_RIGHTS_H
#define DELIVERY_WIP_RIGHTS_H

#include "postgres.h"

#include "guard/wip.h"

extern void delivery_wip_check_owner(Oid board);
extern bool delivery_wip_may_look(Oid board);
extern bool delivery_wip_may_enter(const WipBoard *board);
extern bool delivery_wip_may_read(const WipBoard *board);

#endif							/* DELIVERY_WIP_RIGHTS_H */
