/*
 * wip_enforce.h
 *	  The triggers of a board: what enters a group must not take it over its limit.
 */
#ifndef DELIVERY_WIP_ENFORCE_H
#define DELIVERY_WIP_ENFORCE_H

#include "postgres.h"

extern void delivery_wip_watch_applied(void);

#endif							/* DELIVERY_WIP_ENFORCE_H */
