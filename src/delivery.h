/*
 * delivery.h
 *	  What the modules of the extension share.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "postgres.h"

#include "fmgr.h"

#include "compat.h"

extern MemoryContext delivery_aggregate_context(FunctionCallInfo fcinfo);

#endif							/* DELIVERY_H */
