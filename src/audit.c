/*
 * audit.c
 *	  Audit logs: what happens to a table, as a chain of rows in another one.
 *
 * A deferred constraint trigger on the audited table adds a row to the log when
 * the transaction commits.  Only then the chain is locked, until the commit is
 * done, so that its order is that of the commits and no row lock is waited for
 * with the chain in hand.  The trigger knows the log as the table it refers to
 * (FROM), which follows when the log is renamed, dumped and restored.
 */
#include "delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/s_lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "actor.h"
#include "audit_chain.h"
#include "canonical.h"

/* of our own among the advisory locks, of which users have 1 and 2 */
#define AUDIT_LOCK_CLASS 0x4441

#define LOCK_ATTEMPTS 40
#define LOCK_PAUSES 60

PG_FUNCTION_INFO_V1(delivery_audit_change);
PG_FUNCTION_INFO_V1(delivery_audit_head);

/* --- adding a row ------------------------------------------------------- */

/*
 * Until the end of the transaction.  It is mostly held for some microseconds, from
 * here to the end of a commit that does not wait for the disk; to sleep and to
 * be woken takes longer, so it is tried for as long first.
 */
static void
lock_chain(Oid relid)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, relid, AUDIT_LOCK_CLASS);
	for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++)
	{
		if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
			return;
		for (int pause = 0; pause < LOCK_PAUSES; pause++)
			SPIN_DELAY();
	}
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static Relation
find_index(Relation log, const ResultRelInfo *target)
{
	for (int i = 0; i < target->ri_NumIndices; i++)
		if (delivery_is_audit_index(log, target->ri_IndexRelationDescs[i]))
			return target->ri_IndexRelationDescs[i];
	delivery_refuse_audit_index(log);
	return NULL;
}

/*
 * What is known of a row before its place in the chain is.
 */
static void
fill_in(AuditRow *row)
{
	memset(row->nulls, 0, AUDIT_OPERATION * sizeof(bool));
	row->values[AUDIT_TRANSACTION_ID] = Int64GetDatum((int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	row->values[AUDIT_ACTOR] = CStringGetTextDatum(delivery_actor_name());
	row->values[AUDIT_LOGIN] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));
	for (int i = AUDIT_PREVIOUS_HASH; i <= AUDIT_HASH; i++)
	{
		bytea	   *hash = (bytea *) palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);

		SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
		row->values[i] = PointerGetDatum(hash);
		row->nulls[i] = false;
	}
}

/*
 * Put a row behind the last one as of now, not of the transaction, and with what
 * was added in it before.
 */
static void
link_row(Relation log, Relation index, AuditRow *row)
{
	Snapshot	snapshot;
	AuditHead	head;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	delivery_audit_read_head(log, index, snapshot, &head);
	UnregisterSnapshot(snapshot);
	if (head.sequence == PG_INT64_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("audit log \"%s\" is at its end", RelationGetRelationName(log)),
				 errdetail("Its last row has the greatest sequence there is."),
				 errhint("Go on with a new log.")));
	row->values[AUDIT_SEQUENCE] = Int64GetDatum(head.sequence + 1);
	row->values[AUDIT_RECORDED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	memcpy(VARDATA(DatumGetPointer(row->values[AUDIT_PREVIOUS_HASH])), head.hash, PG_SHA256_DIGEST_LENGTH);
	delivery_audit_hash(row, head.hash, (uint8 *) VARDATA(DatumGetPointer(row->values[AUDIT_HASH])));
}

static void
check_right_to_append(Relation log, Oid role)
{
	if (pg_class_aclcheck(RelationGetRelid(log), role, ACL_INSERT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of the audited table may not add rows to audit log \"%s\"", RelationGetRelationName(log)),
				 errdetail("The owner is \"%s\".", GetUserNameFromId(role, false)),
				 errhint("GRANT INSERT ON %s TO %s", RelationGetRelationName(log), quote_identifier(GetUserNameFromId(role, false)))));
}

/*
 * Add a row with the rights of a role, as the executor inserts one: with indexes,
 * constraints and triggers, but without rules, policies or a plan.  The chain is
 * locked last, as all wait for it.
 */
static void
append_row(Oid log_oid, Oid role, AuditRow *row)
{
	Relation	log = table_open(log_oid, RowExclusiveLock);
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *slot = table_slot_create(log, &estate->es_tupleTable);
	Relation	index;
	Oid			user;
	int			context;

	check_right_to_append(log, role);
	fill_in(row);
	InitResultRelInfo(target, log, 0, NULL, 0);
	ExecOpenIndices(target, false);
	index = find_index(log, target);
	AfterTriggerBeginQuery();
	lock_chain(log_oid);
	link_row(log, index, row);

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, RelationGetDescr(log)->natts * sizeof(bool));
	for (int i = 0; i < AUDIT_COLUMNS; i++)
	{
		AttrNumber	number = delivery_audit_column(log, (AuditColumn) i);

		slot->tts_values[number - 1] = row->values[i];
		slot->tts_isnull[number - 1] = row->nulls[i];
	}
	ExecStoreVirtualTuple(slot);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(role, context | SECURITY_LOCAL_USERID_CHANGE);
	ExecSimpleRelationInsert(target, estate, slot);
	AfterTriggerEndQuery(estate);
	SetUserIdAndSecContext(user, context);

	ExecCloseIndices(target);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
	table_close(log, NoLock);
}

/* --- what happened to a table ------------------------------------------- */

/* A row as json, the same in every session. */
static Datum
row_image(HeapTuple tuple, TupleDesc desc)
{
	int			level = delivery_pin_settings(desc);
	Datum		image = DirectFunctionCall1(row_to_json, heap_copy_tuple_as_datum(tuple, desc));

	delivery_unpin_settings(level);
	return image;
}

static Oid
find_truncated_log(Relation relation)
{
	/* this kind of trigger refers to no table, but its sibling does */
	for (int i = 0; i < relation->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &relation->trigdesc->triggers[i];

		if (OidIsValid(trigger->tgconstrrelid) && strcmp(trigger->tgname, AUDIT_TRIGGER) == 0)
			return trigger->tgconstrrelid;
	}
	return InvalidOid;
}

/*
 * audit_change() -> trigger
 */
Datum
delivery_audit_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation	relation;
	TupleDesc	desc;
	Oid			log;
	AuditRow	row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		TRIGGER_FIRED_FOR_ROW(trigger->tg_event) == TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("audit_change is a trigger function that record_audit attaches"),
				 errhint("SELECT delivery.record_audit('a_table', 'a_log')")));
	relation = trigger->tg_relation;
	desc = RelationGetDescr(relation);
	log = TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event) ? find_truncated_log(relation) : trigger->tg_trigger->tgconstrrelid;
	if (!OidIsValid(log))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" refers to no audit log", trigger->tg_trigger->tgname, RelationGetRelationName(relation)),
				 errdetail("It was not made by record_audit, or its other half is gone."),
				 errhint("SELECT delivery.stop_audit('%s'), then delivery.record_audit(...) again.", RelationGetRelationName(relation))));

	memset(row.nulls, true, sizeof(row.nulls));
	row.values[AUDIT_OPERATION] = CStringGetTextDatum(
		TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" :
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE");
	row.values[AUDIT_AUDITED] = CStringGetTextDatum(
		quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)), RelationGetRelationName(relation)));
	row.nulls[AUDIT_OPERATION] = row.nulls[AUDIT_AUDITED] = false;
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		row.values[AUDIT_NEW_ROW] = row_image(trigger->tg_trigtuple, desc);
		row.nulls[AUDIT_NEW_ROW] = false;
	}
	else if (!TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
	{
		row.values[AUDIT_OLD_ROW] = row_image(trigger->tg_trigtuple, desc);
		row.nulls[AUDIT_OLD_ROW] = false;
		if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		{
			row.values[AUDIT_NEW_ROW] = row_image(trigger->tg_newtuple, desc);
			row.nulls[AUDIT_NEW_ROW] = false;
		}
	}
	append_row(log, relation->rd_rel->relowner, &row);
	return PointerGetDatum(NULL);
}

/* --- head --------------------------------------------------------------- */

/* The log, open, if the caller may read it. */
static Relation
open_log(Oid relid)
{
	Relation	log = table_open(relid, AccessShareLock);

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(log->rd_rel->relkind), RelationGetRelationName(log));
	return log;
}

/*
 * audit_head(log) -> (sequence, hash)
 */
Datum
delivery_audit_head(PG_FUNCTION_ARGS)
{
	Relation	log = open_log(PG_GETARG_OID(0));
	Oid			index_oid = delivery_primary_key(log);
	Relation	index;
	AuditHead	head;
	bytea	   *hash = (bytea *) palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	Datum		values[2];
	bool		nulls[2] = {0};
	TupleDesc	record;

	delivery_check_audit_log(log);
	if (!OidIsValid(index_oid))
		delivery_refuse_audit_index(log);
	index = index_open(index_oid, AccessShareLock);
	if (!delivery_is_audit_index(log, index))
		delivery_refuse_audit_index(log);
	delivery_audit_read_head(log, index, GetActiveSnapshot(), &head);
	index_close(index, AccessShareLock);
	table_close(log, AccessShareLock);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	memcpy(VARDATA(hash), head.hash, PG_SHA256_DIGEST_LENGTH);
	values[0] = Int64GetDatum(head.sequence);
	values[1] = PointerGetDatum(hash);
	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 2);
	return HeapTupleGetDatum(heap_form_tuple(record, values, nulls));
}
