/*
 * audit.c
 *	  Audit logs: what happens to a table, as a chain of rows in another one.
 *
 * A deferred constraint trigger on the audited table adds a row to the log when
 * the transaction commits.  Only then the chain is locked, until the commit is
 * done, so that its order is that of the commits and no row lock is waited for
 * with the chain in hand.  The log is named in the condition of the trigger, which
 * follows when the log is renamed, dumped and restored, and keeps it from being
 * dropped.
 *
 * Rows are added as an act of our own: nothing that belongs to the log runs but the
 * expressions of its indexes, with the rights of their owner.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/internal.h"
#include "base/owner.h"
#include "base/statement.h"
#include "guard/actor.h"
#include "guard/audit_chain.h"
#include "guard/audit_lock.h"
#include "guard/canonical.h"
#include "guard/condition.h"

PG_FUNCTION_INFO_V1(delivery_audit_change);
PG_FUNCTION_INFO_V1(delivery_audit_head);

/* --- adding a row ------------------------------------------------------- */

/*
 * What is known of a row before its place in the chain is.
 */
static void
fill_in(AuditRow *row)
{
	memset(row->nulls, 0, AUDIT_OPERATION * sizeof(bool));
	row->values[AUDIT_TRANSACTION_ID] = Int64GetDatum((int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	row->values[AUDIT_ACTOR] = CStringGetTextDatum(delivery_actor_name());
	row->values[AUDIT_LOGIN] = CStringGetTextDatum(delivery_login_name());
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
link_row(Relation log, const AttrNumber *columns, Relation index, AuditRow *row)
{
	Snapshot	snapshot;
	AuditHead	head;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	delivery_audit_read_head(log, columns, index, snapshot, &head);
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
				 errhint("GRANT INSERT ON %s TO %s", delivery_qualified_name(log), quote_identifier(GetUserNameFromId(role, false)))));
}

static Relation
find_index(const ResultRelInfo *target)
{
	for (int i = 0; i < target->ri_NumIndices; i++)
		if (target->ri_IndexRelationDescs[i]->rd_index->indisprimary)
			return target->ri_IndexRelationDescs[i];
	elog(ERROR, "audit log %u lost its primary key", RelationGetRelid(target->ri_RelationDesc));
}

/*
 * To the table and its indexes, without triggers and constraints but unique ones.
 */
static void
store_row(ResultRelInfo *target, EState *estate, const AttrNumber *columns, const AuditRow *row)
{
	Relation	log = target->ri_RelationDesc;
	TupleTableSlot *slot = table_slot_create(log, &estate->es_tupleTable);

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, RelationGetDescr(log)->natts * sizeof(bool));
	for (int i = 0; i < AUDIT_COLUMNS; i++)
	{
		slot->tts_values[columns[i] - 1] = row->values[i];
		slot->tts_isnull[columns[i] - 1] = row->nulls[i];
	}
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(log, slot, GetCurrentCommandId(true), 0, NULL);
	if (delivery_insert_index_tuples(target, slot, estate) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("a row of audit log \"%s\" may violate a deferrable constraint", RelationGetRelationName(log)),
				 errdetail("Rows are added without such checks."),
				 errhint("Drop the constraint of table %s.", delivery_qualified_name(log)),
				 errtable(log)));
}

/*
 * Whether the log has indexes of its owner's, which may compute something.
 */
static bool
has_more_indexes(Relation log)
{
	List	   *indexes = RelationGetIndexList(log);
	bool		more = list_length(indexes) > 1;

	list_free(indexes);
	return more;
}

/*
 * The chain is locked last, as all wait for it.
 */
static void
insert_row(Relation log, const AttrNumber *columns, AuditRow *row)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);

	InitResultRelInfo(target, log, 0, NULL, 0);
	ExecOpenIndices(target, false);
	delivery_audit_lock_logs(RelationGetRelid(log));
	link_row(log, columns, find_index(target), row);
	store_row(target, estate, columns, row);
	ExecCloseIndices(target);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
}

/*
 * Add a row, if a role may.  What indexes compute is code of the log's owner: already
 * when they are opened it has neither the rights nor the search_path of whoever
 * commits.
 */
static void
append_row(Oid log_oid, Oid role, AuditRow *row)
{
	Relation	log = delivery_open_table(log_oid, RowExclusiveLock);
	AttrNumber	columns[AUDIT_COLUMNS];
	int			level;
	Caller		caller;

	delivery_check_audit_log(log, columns);
	check_right_to_append(log, role);
	fill_in(row);
	level = has_more_indexes(log) ? delivery_pin_search_path() : NewGUCNestLevel();
	delivery_become_owner(log, &caller);
	insert_row(log, columns, row);
	delivery_become_caller(&caller);
	AtEOXact_GUC(false, level);
	table_close(log, NoLock);
}

/* --- what happened to a table ------------------------------------------- */

static void
describe_rows(const TriggerData *trigger, AuditRow *row)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	bool		has_new = !TRIGGER_FIRED_BY_DELETE(trigger->tg_event);
	HeapTuple	new = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;

	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		return;
	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		row->values[AUDIT_OLD_ROW] = DirectFunctionCall1(row_to_json, heap_copy_tuple_as_datum(trigger->tg_trigtuple, desc));
		row->nulls[AUDIT_OLD_ROW] = false;
	}
	if (has_new)
	{
		row->values[AUDIT_NEW_ROW] = DirectFunctionCall1(row_to_json, heap_copy_tuple_as_datum(new, desc));
		row->nulls[AUDIT_NEW_ROW] = false;
	}
}

/*
 * What happened, written the same in every session.  Types may have casts to json,
 * which run with the rights of the table's owner, not of whoever commits.
 */
static void
describe_change(const TriggerData *trigger, AuditRow *row)
{
	Relation	relation = trigger->tg_relation;
	int			level = delivery_pin_settings(RelationGetDescr(relation));
	Caller		caller;

	memset(row->nulls, true, sizeof(row->nulls));
	row->values[AUDIT_OPERATION] = CStringGetTextDatum(
		TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" :
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE");
	row->values[AUDIT_AUDITED] = CStringGetTextDatum(delivery_qualified_name(relation));
	row->nulls[AUDIT_OPERATION] = row->nulls[AUDIT_AUDITED] = false;
	delivery_become_owner(relation, &caller);
	describe_rows(trigger, row);
	delivery_become_caller(&caller);
	delivery_unpin_settings(level);
}

/*
 * audit_change() -> trigger
 */
Datum
delivery_audit_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Oid			log;
	AuditRow	row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		TRIGGER_FIRED_FOR_ROW(trigger->tg_event) == TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("audit_change is a trigger function that record_audit attaches"),
				 errhint("SELECT delivery.record_audit('a_table', 'a_log')")));
	delivery_check_schemas(fcinfo->flinfo->fn_oid);
	log = delivery_audit_log_of(trigger->tg_trigger);
	if (!OidIsValid(log))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" names no audit log", trigger->tg_trigger->tgname,
						RelationGetRelationName(trigger->tg_relation)),
				 errdetail("It was not made by record_audit, whose triggers do so in their condition."),
				 errhint("DROP TRIGGER %s ON %s, then SELECT delivery.record_audit('a_table', 'a_log').",
						 quote_identifier(trigger->tg_trigger->tgname), delivery_qualified_name(trigger->tg_relation))));
	delivery_keep_conditions(fcinfo->flinfo->fn_oid);
	delivery_audit_note_log(log);
	describe_change(trigger, &row);
	append_row(log, trigger->tg_relation->rd_rel->relowner, &row);
	return PointerGetDatum(NULL);
}

/* --- head --------------------------------------------------------------- */

/*
 * audit_head(log) -> (sequence, hash)
 */
Datum
delivery_audit_head(PG_FUNCTION_ARGS)
{
	AttrNumber	columns[AUDIT_COLUMNS];
	Relation	log = delivery_open_audit_log(PG_GETARG_OID(0), columns);
	Relation	index = index_open(delivery_primary_key(log), AccessShareLock);
	AuditHead	head;
	bytea	   *hash = (bytea *) palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	Datum		values[2];
	bool		nulls[2] = {0};
	TupleDesc	record;

	delivery_audit_read_head(log, columns, index, GetActiveSnapshot(), &head);
	index_close(index, AccessShareLock);
	table_close(log, AccessShareLock);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	memcpy(VARDATA(hash), head.hash, PG_SHA256_DIGEST_LENGTH);
	values[0] = Int64GetDatum(head.sequence);
	values[1] = PointerGetDatum(hash);
	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 2);
	return HeapTupleGetDatum(heap_form_tuple(record, values, nulls));
}
