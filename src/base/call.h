/*
 * call.h
 *	  What functions of ours need of the call that they are in.
 */
#ifndef DELIVERY_CALL_H
#define DELIVERY_CALL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"

extern MemoryContext delivery_aggregate_context(FunctionCallInfo fcinfo);
extern TupleDesc delivery_result_record(FunctionCallInfo fcinfo, TupleDesc *kept, int fields);

#endif							/* DELIVERY_CALL_H */
