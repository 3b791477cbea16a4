/*
 * canonical.h
 *	  Values written alike in every session, whatever its settings.
 */
#ifndef DELIVERY_CANONICAL_H
#define DELIVERY_CANONICAL_H

#include "postgres.h"

#include "access/tupdesc.h"

extern int	delivery_pin_settings(TupleDesc desc);
extern void delivery_unpin_settings(int level);

#endif							/* DELIVERY_CANONICAL_H */
