/*
 * guard_views.c
 *	  What views for BI tools show of an audit log: its last row.
 *
 * Who looks at a view has not asked for a query on each log: policies on a log, and
 * whatever else its owner put there, would run as the one who looks.  So nothing is run,
 * the row is read from the index of the primary key; and who may read only some rows
 * is shown nothing.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/call.h"

PG_FUNCTION_INFO_V1(delivery_last_audit_row);

/* A column of that name and type, or InvalidAttrNumber. */
static AttrNumber
find_column(Oid log, const char *name, Oid type)
{
	AttrNumber	number = get_attnum(log, name);

	return number > 0 && get_atttype(log, number) == type ? number : InvalidAttrNumber;
}

static bool
may_read(Oid log, AttrNumber sequence, AttrNumber recorded_at)
{
	if (check_enable_rls(log, InvalidOid, true) == RLS_ENABLED)
		return false;
	return pg_class_aclcheck(log, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		(pg_attribute_aclcheck(log, sequence, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		 pg_attribute_aclcheck(log, recorded_at, GetUserId(), ACL_SELECT) == ACLCHECK_OK);
}

/* The index of a primary key on that column alone, or InvalidOid. */
static Oid
find_key(Relation log, AttrNumber sequence)
{
	Oid			key = delivery_primary_key(log);
	HeapTuple	tuple = OidIsValid(key) ? SearchSysCache1(INDEXRELID, ObjectIdGetDatum(key)) : NULL;
	Form_pg_index index;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	index = (Form_pg_index) GETSTRUCT(tuple);
	if (!index->indisvalid || index->indnkeyatts != 1 || index->indkey.values[0] != sequence)
		key = InvalidOid;
	ReleaseSysCache(tuple);
	return key;
}

static void
read_last(Relation log, Oid key, AttrNumber sequence, AttrNumber recorded_at, Datum *values, bool *nulls)
{
	Relation	index = index_open(key, AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(log, index, GetActiveSnapshot(), 0, NULL);
	HeapTuple	tuple = systable_getnext_ordered(scan, BackwardScanDirection);

	if (HeapTupleIsValid(tuple))
	{
		values[0] = heap_getattr(tuple, sequence, RelationGetDescr(log), &nulls[0]);
		values[1] = heap_getattr(tuple, recorded_at, RelationGetDescr(log), &nulls[1]);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
}

/*
 * last_audit_row(log) -> (sequence, recorded_at)
 *
 * A log that somebody has locked for themselves keeps nobody from the others.
 */
Datum
delivery_last_audit_row(PG_FUNCTION_ARGS)
{
	TupleDesc	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 2);
	Oid			oid = PG_GETARG_OID(0);
	AttrNumber	sequence = find_column(oid, "sequence", INT8OID);
	AttrNumber	recorded_at = find_column(oid, "recorded_at", TIMESTAMPTZOID);
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (get_rel_relkind(oid) == RELKIND_RELATION && sequence != InvalidAttrNumber && recorded_at != InvalidAttrNumber &&
		may_read(oid, sequence, recorded_at) && ConditionalLockRelationOid(oid, AccessShareLock))
	{
		Relation	log = try_relation_open(oid, AccessShareLock);
		Oid			key = log == NULL ? InvalidOid : find_key(log, sequence);

		if (OidIsValid(key))
			read_last(log, key, sequence, recorded_at, values, nulls);
		if (log != NULL)
			relation_close(log, AccessShareLock);
		UnlockRelationOid(oid, AccessShareLock);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(record, values, nulls)));
}
