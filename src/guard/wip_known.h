/*
 * wip_known.h
 *	  Whether a value that a limit names can be in its column at all.
 */
#ifndef DELIVERY_WIP_KNOWN_H
#define DELIVERY_WIP_KNOWN_H

#include "postgres.h"

#include "access/attnum.h"
#include "utils/relcache.h"

extern void delivery_wip_check_known(Relation relation, AttrNumber number, Datum *texts, const bool *nulls, int count);

#endif							/* DELIVERY_WIP_KNOWN_H */
