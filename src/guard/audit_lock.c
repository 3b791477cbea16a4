/*
 * audit_lock.c
 *	  Which logs a transaction is going to write to, and the locks of their chains.
 *
 * records_audit, the condition of the triggers of an audited table, runs for each
 * row as it is written and notes the log.  The first row that is added locks the
 * chains of all logs noted so far, in the order of their numbers, so that two
 * transactions that wrote to two logs in different order do not wait for each other.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "nodes/primnodes.h"
#include "storage/lock.h"
#include "storage/s_lock.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "base/internal.h"
#include "guard/audit_lock.h"

/* of our own among the advisory locks, of which users have 1 and 2 */
#define AUDIT_LOCK_CLASS 0x4441

#define LOCK_ATTEMPTS 40
#define LOCK_PAUSES 60

PG_FUNCTION_INFO_V1(delivery_records_audit);

/* --- which log a trigger writes to -------------------------------------- */

typedef struct KnownTrigger
{
	Oid			trigger;
	Oid			log;
} KnownTrigger;

#define KNOWN_TRIGGERS 64

/* by the number of the trigger; those that were asked for last */
static KnownTrigger known_triggers[KNOWN_TRIGGERS];

static void
forget_triggers(Datum argument, Oid relid)
{
	(void) argument;
	(void) relid;
	memset(known_triggers, 0, sizeof(known_triggers));
}

/* A schema was renamed. */
static void
forget_all_triggers(Datum argument, int cache, uint32 value)
{
	(void) cache;
	(void) value;
	forget_triggers(argument, InvalidOid);
}

static Oid
read_log(const char *condition)
{
	FuncExpr   *call = condition == NULL ? NULL : (FuncExpr *) stringToNode(condition);
	Const	   *log;

	if (call == NULL || !IsA(call, FuncExpr) || list_length(call->args) != 1 ||
		!delivery_is_internal_function(call->funcid, AUDIT_CONDITION))
		return InvalidOid;
	log = (Const *) linitial(call->args);
	if (!IsA(log, Const) || log->consttype != REGCLASSOID || log->constisnull)
		return InvalidOid;
	return DatumGetObjectId(log->constvalue);
}

/*
 * The log that the condition of a trigger names, or InvalidOid.
 */
Oid
delivery_audit_log_of(const Trigger *trigger)
{
	static bool watched = false;
	KnownTrigger *known = &known_triggers[trigger->tgoid % KNOWN_TRIGGERS];

	if (!watched)
	{
		CacheRegisterRelcacheCallback(forget_triggers, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, forget_all_triggers, (Datum) 0);
		watched = true;
	}
	if (known->trigger != trigger->tgoid)
	{
		known->log = read_log(trigger->tgqual);
		known->trigger = trigger->tgoid;
	}
	return known->log;
}

/* --- logs of the transaction -------------------------------------------- */

/* Noted and locked by a subtransaction, or one below it that is done. */
typedef struct NotedLog
{
	Oid			log;
	SubTransactionId noted;
	SubTransactionId locked;	/* InvalidSubTransactionId: not yet */
} NotedLog;

static NotedLog *noted_logs = NULL;
static int	noted_count = 0;
static int	noted_room = 0;

void
delivery_audit_note_log(Oid log)
{
	for (int i = noted_count - 1; i >= 0; i--)
		if (noted_logs[i].log == log)
			return;
	if (noted_count == noted_room)
	{
		int			room = Max(8, noted_room * 2);

		noted_logs = noted_logs == NULL ?
			(NotedLog *) MemoryContextAlloc(TopMemoryContext, room * sizeof(NotedLog)) :
			(NotedLog *) repalloc_huge(noted_logs, room * sizeof(NotedLog));
		noted_room = room;
	}
	noted_logs[noted_count].log = log;
	noted_logs[noted_count].noted = GetCurrentSubTransactionId();
	noted_logs[noted_count].locked = InvalidSubTransactionId;
	noted_count++;
}

/*
 * records_audit(log) -> true
 */
Datum
delivery_records_audit(PG_FUNCTION_ARGS)
{
	delivery_check_schemas(fcinfo->flinfo->fn_oid);
	delivery_audit_note_log(PG_GETARG_OID(0));
	PG_RETURN_BOOL(true);
}

/* --- locks -------------------------------------------------------------- */

/*
 * Until the end of the transaction.  It is mostly held for some microseconds, from
 * here to the end of a commit that does not wait for the disk; to sleep and to
 * be woken takes longer, so it is tried for as long first.
 */
static void
lock_chain(Oid log)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, log, AUDIT_LOCK_CLASS);
	for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++)
	{
		if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
			return;
		for (int pause = 0; pause < LOCK_PAUSES; pause++)
			SPIN_DELAY();
	}
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static bool
is_changed(Oid table)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, table);
	for (LOCKMODE mode = RowExclusiveLock; mode <= AccessExclusiveLock; mode++)
		if (delivery_holds_lock(&tag, mode))
			return true;
	return false;
}

/* Whether we write to the table of a trigger, and its owner may add to the log. */
static bool
writes_through(Oid trigger, Oid log)
{
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		writes = false;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(triggers, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Oid			table = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
		HeapTuple	class = SearchSysCache1(RELOID, ObjectIdGetDatum(table));

		if (HeapTupleIsValid(class))
		{
			writes = is_changed(table) &&
				pg_class_aclcheck(log, ((Form_pg_class) GETSTRUCT(class))->relowner, ACL_INSERT) == ACLCHECK_OK;
			ReleaseSysCache(class);
		}
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return writes;
}

/*
 * Whether a row of ours is going to be added to a log: not everybody who names one in
 * a call of records_audit may make others wait for it.
 */
static bool
is_written(Oid log)
{
	Relation	depends;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		written = false;

	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(log)))
		return false;
	depends = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(log));
	scan = systable_beginscan(depends, DependReferenceIndexId, true, NULL, 2, keys);
	while (!written && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);

		if (depend->classid == TriggerRelationId && depend->deptype == DEPENDENCY_NORMAL)
			written = writes_through(depend->objid, log);
	}
	systable_endscan(scan);
	table_close(depends, AccessShareLock);
	return written;
}

static int
compare_logs(const void *a, const void *b)
{
	Oid			one = ((const NotedLog *) a)->log;
	Oid			two = ((const NotedLog *) b)->log;

	return one < two ? -1 : one > two;
}

/*
 * Before a row is added to a log, which was noted: all of them, in their order.
 */
void
delivery_audit_lock_logs(Oid wanted)
{
	if (noted_count > 1)
		qsort(noted_logs, noted_count, sizeof(NotedLog), compare_logs);
	for (int i = 0; i < noted_count; i++)
	{
		NotedLog   *noted = &noted_logs[i];

		if (noted->locked == InvalidSubTransactionId && (noted->log == wanted || is_written(noted->log)))
		{
			ResourceOwner owner = CurrentResourceOwner;

			/* a cursor may run in another subtransaction than it was opened in */
			CurrentResourceOwner = CurTransactionResourceOwner;
			lock_chain(noted->log);
			CurrentResourceOwner = owner;
			noted->locked = GetCurrentSubTransactionId();
		}
	}
}

/* --- end of transactions ------------------------------------------------ */

static void
end_transaction(XactEvent event, void *argument)
{
	(void) argument;
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		noted_count = 0;
}

/* What a subtransaction noted and locked goes with it when it is rolled back. */
static void
end_subtransaction(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void *argument)
{
	bool		commit = event == SUBXACT_EVENT_COMMIT_SUB;
	int			left = 0;

	(void) argument;
	if (!commit && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (int i = 0; i < noted_count; i++)
	{
		NotedLog	noted = noted_logs[i];

		if (noted.noted == ended && !commit)
			continue;
		if (noted.noted == ended)
			noted.noted = parent;
		if (noted.locked == ended)
			noted.locked = commit ? parent : InvalidSubTransactionId;
		noted_logs[left++] = noted;
	}
	noted_count = left;
}

void
delivery_audit_watch_transactions(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
}
