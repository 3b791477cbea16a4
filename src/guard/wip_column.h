/*
 * wip_column.h
 *	  Columns of a board: which there can be, and how their values are compared.
 */
#ifndef DELIVERY_WIP_COLUMN_H
#define DELIVERY_WIP_COLUMN_H

#include "postgres.h"

#include "access/attnum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/relcache.h"

#include "guard/wip.h"

extern bool delivery_wip_can_name(Oid type);
extern bool delivery_wip_can_weigh(Oid type);
extern void delivery_wip_describe_column(Relation relation, AttrNumber number, WipColumn *column);

static inline bool
delivery_wip_same(const WipColumn *column, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2Coll((FmgrInfo *) &column->equal, column->collation, a, b));
}

static inline uint32
delivery_wip_hash(const WipColumn *column, Datum value)
{
	return DatumGetUInt32(FunctionCall1Coll((FmgrInfo *) &column->hash, column->collation, value));
}

/*
 * What an item counts: NULL is 1, and what must not be negative is nothing.
 */
static inline int64
delivery_wip_weight(Oid type, Datum value, bool is_null)
{
	if (is_null || !OidIsValid(type))
		return 1;
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return DatumGetInt64(value);
		default:
			elog(ERROR, "type %u cannot be a weight", type);
	}
}

#endif							/* DELIVERY_WIP_COLUMN_H */
