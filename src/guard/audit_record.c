/*
 * audit_record.c
 *	  Recording what a transaction did, at its end.
 *
 * Before a transaction commits or is prepared, after its last deferred trigger, its
 * queue becomes rows of the logs.  Only then the chains are locked, all of them and in
 * one order, so that a chain's order is that of the commits, and nothing but the commit
 * is waited for with a chain in hand.
 *
 * Rows are added as an act of our own: nothing that belongs to the log runs but the
 * expressions of its indexes, with the rights of their owner.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/actor.h"
#include "guard/audit_chain.h"
#include "guard/audit_lock.h"
#include "guard/audit_queue.h"
#include "guard/audit_record.h"

static const char *const operation_names[] = {
	[AUDIT_INSERT] = "INSERT",
	[AUDIT_UPDATE] = "UPDATE",
	[AUDIT_DELETE] = "DELETE",
	[AUDIT_TRUNCATE] = "TRUNCATE",
	[AUDIT_EXCLUDE] = "EXCLUDE",
	[AUDIT_STOP] = "STOP",
	[AUDIT_ERASE] = "ERASE",
	[AUDIT_PRUNE] = "PRUNE",
	[AUDIT_ROTATE] = "ROTATE",
	[AUDIT_LINK] = "LINK",
};

/* A log to which rows are added; its head is ours as long as its chain is locked. */
typedef struct OpenLog
{
	Relation	relation;
	AttrNumber	columns[AUDIT_COLUMNS];
	EState	   *estate;
	ResultRelInfo *target;
	TupleTableSlot *slot;
	SysScanDesc rows;			/* of which the last one is to be read */
	bool		computes;		/* it has indexes of its owner's, which may compute something */
	AuditHead	head;
} OpenLog;

/* What is the same for all rows of the transaction. */
typedef struct Recorder
{
	AuditQueueLog *logs;
	int			log_count;
	List	   *open;			/* of OpenLog */
	AuditHasher hasher;
	Datum		recorded_at;
	Datum		transaction_id;
	Datum		login;
} Recorder;

/* --- logs --------------------------------------------------------------- */

static Relation
find_index(const ResultRelInfo *target)
{
	for (int i = 0; i < target->ri_NumIndices; i++)
		if (target->ri_IndexRelationDescs[i]->rd_index->indisprimary)
			return target->ri_IndexRelationDescs[i];
	elog(ERROR, "audit log %u lost its primary key", RelationGetRelid(target->ri_RelationDesc));
}

/*
 * The last row as of now, not of a snapshot: who added one has let go of the chain.  If
 * this transaction pruned all, the one that was the last.
 */
static void
read_head(OpenLog *log, const Recorder *recorder)
{
	delivery_audit_read_head(log->relation, log->columns, log->rows, &log->head);
	for (int i = 0; log->head.sequence == 0 && i < recorder->log_count; i++)
		if (recorder->logs[i].log == RelationGetRelid(log->relation))
			log->head = recorder->logs[i].pruned;
}

/*
 * What indexes compute is code of the log's owner: already when they are opened it has
 * neither the rights nor the search_path of whoever commits.
 */
static OpenLog *
open_log(Oid oid, Recorder *recorder)
{
	MemoryContext context = MemoryContextSwitchTo(GetMemoryChunkContext(recorder));
	OpenLog    *log = (OpenLog *) palloc0(sizeof(OpenLog));
	List	   *indexes;
	Caller		caller;
	int			level;

	log->relation = delivery_open_table(oid, RowExclusiveLock);
	delivery_check_audit_log(log->relation, log->columns);
	indexes = RelationGetIndexList(log->relation);
	log->computes = list_length(indexes) > 1;
	log->estate = CreateExecutorState();
	log->target = makeNode(ResultRelInfo);
	level = log->computes ? delivery_pin_search_path() : NewGUCNestLevel();
	delivery_become_owner(log->relation, &caller);
	InitResultRelInfo(log->target, log->relation, 0, NULL, 0);
	ExecOpenIndices(log->target, false);
	delivery_become_caller(&caller);
	AtEOXact_GUC(false, level);
	log->slot = table_slot_create(log->relation, NULL);
	/* reads nothing yet, and then what is committed and what is ours */
	log->rows = systable_beginscan_ordered(log->relation, find_index(log->target), SnapshotSelf, 0, NULL);
	recorder->open = lappend(recorder->open, log);
	MemoryContextSwitchTo(context);
	return log;
}

/* Those that something changed meanwhile, such as a function of an index, come late. */
static OpenLog *
find_log(Oid oid, Recorder *recorder)
{
	ListCell   *cell;
	OpenLog    *log;

	foreach(cell, recorder->open)
	{
		log = (OpenLog *) lfirst(cell);
		if (RelationGetRelid(log->relation) == oid)
			return log;
	}
	log = open_log(oid, recorder);
	delivery_audit_lock_chain(oid);
	read_head(log, recorder);
	return log;
}

static void
close_log(OpenLog *log)
{
	ExecDropSingleTupleTableSlot(log->slot);
	ExecCloseIndices(log->target);
	FreeExecutorState(log->estate);
	table_close(log->relation, NoLock);
}

/* --- rows --------------------------------------------------------------- */

static Datum
make_bytes(const uint8 *data, int length)
{
	bytea	   *bytes = (bytea *) palloc(VARHDRSZ + length);

	SET_VARSIZE(bytes, VARHDRSZ + length);
	memcpy(VARDATA(bytes), data, (size_t) length);
	return PointerGetDatum(bytes);
}

/* A text and a bytea are the same to who stores them. */
static void
set_text(AuditRow *row, AuditColumn column, const AuditText *value)
{
	row->nulls[column] = value->data == NULL;
	if (value->data != NULL)
		row->values[column] = PointerGetDatum(cstring_to_text_with_len(value->data, value->length));
}

/*
 * A log that goes on where another one ended: from its last row, with what this
 * transaction added.
 */
static Datum
describe_link(const AuditEntry *entry, Recorder *recorder)
{
	const OpenLog *previous = find_log(entry->audited, recorder);

	return CStringGetTextDatum(psprintf("{\"sequence\":%lld,\"hash\":\"%s\"}", (long long) previous->head.sequence,
										delivery_audit_hash_digits(previous->head.hash)));
}

static void
fill_in(const AuditEntry *entry, Recorder *recorder, AuditRow *row)
{
	memset(row->nulls, 0, sizeof(row->nulls));
	row->values[AUDIT_FORMAT] = Int16GetDatum(AUDIT_HASH_FORMAT);
	row->values[AUDIT_RECORDED_AT] = recorder->recorded_at;
	row->values[AUDIT_TRANSACTION_ID] = recorder->transaction_id;
	row->values[AUDIT_LOGIN] = recorder->login;
	row->values[AUDIT_OPERATION] = CStringGetTextDatum(operation_names[entry->operation]);
	row->values[AUDIT_AUDITED_OID] = ObjectIdGetDatum(entry->audited);
	set_text(row, AUDIT_ACTOR, &entry->texts[AUDIT_ENTRY_ACTOR]);
	set_text(row, AUDIT_AUDITED, &entry->texts[AUDIT_ENTRY_AUDITED]);
	set_text(row, AUDIT_DETAIL, &entry->texts[AUDIT_ENTRY_DETAIL]);
	set_text(row, AUDIT_OLD_ROW, &entry->texts[AUDIT_ENTRY_OLD_ROW]);
	set_text(row, AUDIT_NEW_ROW, &entry->texts[AUDIT_ENTRY_NEW_ROW]);
	set_text(row, AUDIT_SALT, &entry->texts[AUDIT_ENTRY_SALT]);
	set_text(row, AUDIT_DIGEST, &entry->texts[AUDIT_ENTRY_DIGEST]);
	if (entry->operation == AUDIT_LINK)
	{
		row->values[AUDIT_DETAIL] = describe_link(entry, recorder);
		row->nulls[AUDIT_DETAIL] = false;
	}
}

static void
link_row(OpenLog *log, Recorder *recorder, AuditRow *row)
{
	AuditHead	next;

	if (log->head.sequence == PG_INT64_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("audit log \"%s\" is at its end", RelationGetRelationName(log->relation)),
				 errdetail("Its last row has the greatest sequence there is."),
				 errhint("CALL delivery.rotate_audit_log(%s, 'a_new_log')", quote_literal_cstr(delivery_qualified_name(log->relation)))));
	next.sequence = log->head.sequence + 1;
	row->values[AUDIT_SEQUENCE] = Int64GetDatum(next.sequence);
	row->values[AUDIT_PREVIOUS_HASH] = make_bytes(log->head.hash, PG_SHA256_DIGEST_LENGTH);
	delivery_audit_hash(&recorder->hasher, row, log->head.hash, next.hash);
	row->values[AUDIT_HASH] = make_bytes(next.hash, PG_SHA256_DIGEST_LENGTH);
	log->head = next;
}

/*
 * To the table and its indexes, without triggers and constraints but unique ones.
 */
static void
store_row(OpenLog *log, const AuditRow *row)
{
	TupleTableSlot *slot = log->slot;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, RelationGetDescr(log->relation)->natts * sizeof(bool));
	for (int i = 0; i < AUDIT_COLUMNS; i++)
	{
		slot->tts_values[log->columns[i] - 1] = row->values[i];
		slot->tts_isnull[log->columns[i] - 1] = row->nulls[i];
	}
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(log->relation, slot, GetCurrentCommandId(true), 0, NULL);
	if (delivery_insert_index_tuples(log->target, slot, log->estate) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("a row of audit log \"%s\" may violate a deferrable constraint", RelationGetRelationName(log->relation)),
				 errdetail("Rows are added without such checks."),
				 errhint("Drop the constraint of table %s.", delivery_qualified_name(log->relation)),
				 errtable(log->relation)));
	ResetPerTupleExprContext(log->estate);
}

static void
record_entry(const AuditEntry *entry, Recorder *recorder)
{
	OpenLog    *log = find_log(entry->log, recorder);
	AuditRow	row;
	Caller		caller;
	int			level;
	fill_in(entry, recorder, &row);
	link_row(log, recorder, &row);
	level = log->computes ? delivery_pin_search_path() : 0;
	delivery_become_owner(log->relation, &caller);
	store_row(log, &row);
	delivery_become_caller(&caller);
	if (level > 0)
		AtEOXact_GUC(false, level);
}

/*
 * All that is queued, in its order; what index expressions do may add to it.
 */
static void
record_entries(Recorder *recorder)
{
	MemoryContext entry_context = AllocSetContextCreate(CurrentMemoryContext, "delivery audit entry", ALLOCSET_DEFAULT_SIZES);
	MemoryContext context = MemoryContextSwitchTo(entry_context);
	AuditEntry	entry;

	while (delivery_audit_next(&entry))
	{
		CHECK_FOR_INTERRUPTS();
		record_entry(&entry, recorder);
		MemoryContextReset(entry_context);
	}
	MemoryContextSwitchTo(context);
	MemoryContextDelete(entry_context);
}

/*
 * All are open before the first chain is locked, which others wait for.
 */
static void
lock_logs(Recorder *recorder)
{
	ListCell   *cell;

	recorder->log_count = delivery_audit_queue_logs(&recorder->logs);
	for (int i = 0; i < recorder->log_count; i++)
		(void) open_log(recorder->logs[i].log, recorder);
	for (int i = 0; i < recorder->log_count; i++)
		delivery_audit_lock_chain(recorder->logs[i].log);
	foreach(cell, recorder->open)
		read_head((OpenLog *) lfirst(cell), recorder);
	recorder->recorded_at = TimestampTzGetDatum(GetCurrentTimestamp());
}

static void
record_transaction(void)
{
	MemoryContext record_context;
	MemoryContext context;
	Recorder   *recorder;
	ListCell   *cell;

	if (!delivery_audit_has_entries())
	{
		delivery_audit_close_queue();
		return;
	}
	record_context = AllocSetContextCreate(CurrentMemoryContext, "delivery audit record", ALLOCSET_DEFAULT_SIZES);
	context = MemoryContextSwitchTo(record_context);
	recorder = (Recorder *) palloc0(sizeof(Recorder));
	PushActiveSnapshot(GetTransactionSnapshot());
	recorder->transaction_id = Int64GetDatum((int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	recorder->login = CStringGetTextDatum(delivery_login_name());
	delivery_audit_start_hashing(&recorder->hasher);
	lock_logs(recorder);
	record_entries(recorder);
	delivery_audit_end_hashing(&recorder->hasher);
	foreach(cell, recorder->open)
		close_log((OpenLog *) lfirst(cell));
	PopActiveSnapshot();
	delivery_audit_close_queue();
	MemoryContextSwitchTo(context);
	MemoryContextDelete(record_context);
}

/* --- transactions ------------------------------------------------------- */

static object_access_hook_type next_access_hook = NULL;

/*
 * A log that is dropped has no place for what its transaction did.
 */
static void
refuse_drop(ObjectAccessType access, Oid class, Oid object, int part, void *argument)
{
	if (next_access_hook != NULL)
		next_access_hook(access, class, object, part, argument);
	if (access == OAT_DROP && class == RelationRelationId && part == 0 && delivery_audit_is_pending(object))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("audit log \"%s\" has rows pending", get_rel_name(object)),
				 errdetail("This transaction changed tables that are recorded in it, which is written when it commits."),
				 errhint("Drop it in the next transaction.")));
}

static void
end_transaction(XactEvent event, void *argument)
{
	(void) argument;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			record_transaction();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			delivery_audit_empty_queue();
			break;
		default:
			break;
	}
}

static void
end_subtransaction(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void *argument)
{
	(void) argument;
	if (event == SUBXACT_EVENT_COMMIT_SUB || event == SUBXACT_EVENT_ABORT_SUB)
		delivery_audit_end_subtransaction(ended, parent, event == SUBXACT_EVENT_COMMIT_SUB);
}

/*
 * To be called before others of ours register: the last one to do so comes first, and
 * whoever judges deferred changes has to be before whoever records them.
 */
void
delivery_audit_watch_transactions(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
	next_access_hook = object_access_hook;
	object_access_hook = refuse_drop;
}
