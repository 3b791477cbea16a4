/*
 * delivery.h
 *	  What the modules of the extension share.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"

#include "compat.h"

extern MemoryContext delivery_aggregate_context(FunctionCallInfo fcinfo);
extern TupleDesc delivery_result_record(FunctionCallInfo fcinfo, TupleDesc *kept, int fields);

#endif							/* DELIVERY_H */
