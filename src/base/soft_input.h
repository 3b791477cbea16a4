/*
 * soft_input.h
 *	  Reading values whose text may be wrong.
 */
#ifndef DELIVERY_SOFT_INPUT_H
#define DELIVERY_SOFT_INPUT_H

#include "postgres.h"

extern bool delivery_read_softly(Oid type, int32 typmod, const char *string, Datum *value);

#endif							/* DELIVERY_SOFT_INPUT_H */
