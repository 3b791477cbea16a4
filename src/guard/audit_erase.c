/*
 * audit_erase.c
 *	  What the owner of a log may take away: the images of a row, or old rows.
 *
 * Both leave a row in the chain that says so, and first look whether what goes is as it
 * was recorded: neither can hide a forgery.  A lock of the log that is its own rival
 * lets one of them run at a time, and lets rows be added meanwhile.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/audit.h"
#include "guard/audit_check.h"
#include "guard/audit_queue.h"

PG_FUNCTION_INFO_V1(delivery_erase_audit);
PG_FUNCTION_INFO_V1(delivery_prune_audit);

/* --- what is refused ---------------------------------------------------- */

static void
check_arguments(FunctionCallInfo fcinfo, const char *example)
{
	static const char *const names[] = {"log", "sequence", "reason"};
	text	   *reason;
	const char *place;
	const char *end;

	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("an audit log, a sequence and a reason are needed"),
					 errdetail("The %s is NULL.", names[i]),
					 errhint("%s", example)));
	reason = PG_GETARG_TEXT_PP(2);
	place = VARDATA_ANY(reason);
	end = place + VARSIZE_ANY_EXHDR(reason);
	while (place < end && strchr(" \t\r\n\f\v", *place) != NULL)
		place++;
	if (place == end)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an audit log, a sequence and a reason are needed"),
				 errdetail("The reason is blank."),
				 errhint("%s", example)));
}

/*
 * The log, if the caller owns it.
 */
static Relation
open_log(Oid oid, AttrNumber *columns)
{
	Relation	log;

	delivery_check_table_exists(oid);
	delivery_check_owns_log(oid, "What is taken away from a log is the owner's to say.");
	log = delivery_open_table(oid, ShareUpdateExclusiveLock);
	delivery_check_audit_log(log, columns);
	/* for the rows that are changed */
	LockRelationOid(oid, RowExclusiveLock);
	return log;
}

/* --- details ------------------------------------------------------------ */

static void
append_reason(StringInfo detail, const text *reason)
{
	appendStringInfoString(detail, "\"reason\":");
	escape_json(detail, text_to_cstring(reason));
	appendStringInfoChar(detail, '}');
}

/* --- changing rows ------------------------------------------------------ */

/* Rows of the log, in their order, as they are now and whatever policies say. */
typedef struct RowScan
{
	Relation	log;
	Relation	index;
	Snapshot	snapshot;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} RowScan;

static void
begin_rows(RowScan *rows, Relation log, StrategyNumber strategy, RegProcedure compare, int64 sequence)
{
	ScanKeyData key;

	rows->log = log;
	rows->index = index_open(delivery_primary_key(log), RowExclusiveLock);
	rows->snapshot = RegisterSnapshot(GetLatestSnapshot());
	rows->slot = table_slot_create(log, NULL);
	rows->scan = delivery_index_beginscan(log, rows->index, rows->snapshot, 1);
	ScanKeyInit(&key, 1, strategy, compare, Int64GetDatum(sequence));
	index_rescan(rows->scan, &key, 1, NULL, 0);
}

static void
end_rows(RowScan *rows)
{
	index_endscan(rows->scan);
	ExecDropSingleTupleTableSlot(rows->slot);
	UnregisterSnapshot(rows->snapshot);
	index_close(rows->index, NoLock);
}

/*
 * Indexes of the log may compute something, as its owner.
 */
static void
store_erased(RowScan *rows, const AttrNumber *columns)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rows->log), &TTSOpsVirtual);
	DeliveryIndexUpdates updates;
	int			level = delivery_pin_search_path();
	Caller		caller;

	ExecCopySlot(slot, rows->slot);
	slot->tts_isnull[columns[AUDIT_OLD_ROW] - 1] = true;
	slot->tts_isnull[columns[AUDIT_NEW_ROW] - 1] = true;
	slot->tts_isnull[columns[AUDIT_SALT] - 1] = true;
	delivery_become_owner(rows->log, &caller);
	InitResultRelInfo(target, rows->log, 0, NULL, 0);
	ExecOpenIndices(target, false);
	simple_table_tuple_update(rows->log, &rows->slot->tts_tid, slot, rows->snapshot, &updates);
	if (delivery_needs_index_tuples(updates))
		(void) delivery_update_index_tuples(target, slot, estate, updates);
	ExecCloseIndices(target);
	delivery_become_caller(&caller);
	AtEOXact_GUC(false, level);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
}

/* --- erase -------------------------------------------------------------- */

pg_noreturn static void
refuse_row(Relation log, int64 sequence, int code, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(code),
			 errmsg("the row of sequence %lld of audit log \"%s\" cannot be erased", (long long) sequence, RelationGetRelationName(log)),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/*
 * What is erased must be what was recorded, and be there.
 */
static void
check_row(Relation log, int64 sequence, const AuditRow *row)
{
	AuditHasher hasher;
	bool		is_erased;
	const char *problem;

	delivery_audit_start_hashing(&hasher);
	problem = delivery_audit_row_problem(&hasher, row, &is_erased);
	delivery_audit_end_hashing(&hasher);
	if (problem != NULL)
		refuse_row(log, sequence, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, psprintf("It is not as it was recorded: %s.", problem),
				   psprintf("SELECT * FROM delivery.verify_audit(%s)", quote_literal_cstr(delivery_qualified_name(log))));
	if (is_erased)
		refuse_row(log, sequence, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "Its rows were erased before.",
				   "The log has a row with the operation ERASE that says when, and by whom.");
	if (row->nulls[AUDIT_DIGEST])
		refuse_row(log, sequence, ERRCODE_INVALID_PARAMETER_VALUE,
				   psprintf("It is of operation %s and has no rows.", TextDatumGetCString(row->values[AUDIT_OPERATION])),
				   "Name one that has an old_row or a new_row.");
}

/*
 * A row may have been made anew, with a hash that fits it: the row behind has the one
 * that it had.
 */
static void
check_row_behind(Relation log, const AttrNumber *columns, int64 sequence, const AuditRow *row)
{
	RowScan		rows;
	AuditHasher hasher;
	AuditRow	behind;
	bool		is_erased;
	bool		fits = true;

	begin_rows(&rows, log, BTGreaterStrategyNumber, F_INT8GT, sequence);
	delivery_audit_start_hashing(&hasher);
	if (index_getnext_slot(rows.scan, ForwardScanDirection, rows.slot))
	{
		delivery_audit_read_row(log, columns, ExecCopySlotHeapTuple(rows.slot), &behind);
		fits = DatumGetInt64(behind.values[AUDIT_SEQUENCE]) == sequence + 1 &&
			delivery_audit_row_problem(&hasher, &behind, &is_erased) == NULL &&
			delivery_audit_same_hash(behind.values[AUDIT_PREVIOUS_HASH], behind.nulls[AUDIT_PREVIOUS_HASH],
									 (uint8 *) VARDATA_ANY(DatumGetByteaPP(row->values[AUDIT_HASH])));
	}
	delivery_audit_end_hashing(&hasher);
	end_rows(&rows);
	if (!fits)
		refuse_row(log, sequence, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
				   "The row behind it is missing, not as it was recorded, or has another hash for it.",
				   psprintf("SELECT * FROM delivery.verify_audit(%s)", quote_literal_cstr(delivery_qualified_name(log))));
}

static void
queue_erase(Relation log, int64 sequence, const AuditRow *row, const text *reason)
{
	StringInfoData detail;
	AuditEntry	entry;

	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"sequence\":%lld,\"digest\":\"%s\",", (long long) sequence,
					 delivery_audit_hash_digits((uint8 *) VARDATA_ANY(DatumGetByteaPP(row->values[AUDIT_DIGEST]))));
	append_reason(&detail, reason);
	delivery_audit_describe(&entry, RelationGetRelid(log), log, AUDIT_ERASE);
	/* the table whose history has lost a row, and keeps its name */
	entry.audited = DatumGetObjectId(row->values[AUDIT_AUDITED_OID]);
	entry.texts[AUDIT_ENTRY_AUDITED] = delivery_audit_text(TextDatumGetCString(row->values[AUDIT_AUDITED]));
	entry.texts[AUDIT_ENTRY_DETAIL] = delivery_audit_text(detail.data);
	delivery_audit_queue_erase(&entry);
}

/*
 * erase_audit(log, sequence, reason)
 */
Datum
delivery_erase_audit(PG_FUNCTION_ARGS)
{
	AttrNumber	columns[AUDIT_COLUMNS];
	int64		sequence;
	Relation	log;
	RowScan		rows;
	AuditRow	row;

	PreventCommandIfReadOnly("erase_audit()");
	check_arguments(fcinfo, "SELECT delivery.erase_audit('a_log', 42, 'the person asked for it')");
	sequence = PG_GETARG_INT64(1);
	log = open_log(PG_GETARG_OID(0), columns);
	begin_rows(&rows, log, BTEqualStrategyNumber, F_INT8EQ, sequence);
	if (!index_getnext_slot(rows.scan, ForwardScanDirection, rows.slot))
		refuse_row(log, sequence, ERRCODE_INVALID_PARAMETER_VALUE, "There is no such row.",
				   psprintf("SELECT sequence FROM %s", delivery_qualified_name(log)));
	delivery_audit_read_row(log, columns, ExecCopySlotHeapTuple(rows.slot), &row);
	check_row(log, sequence, &row);
	check_row_behind(log, columns, sequence, &row);
	store_erased(&rows, columns);
	end_rows(&rows);
	queue_erase(log, sequence, &row, PG_GETARG_TEXT_PP(2));
	table_close(log, NoLock);
	/* so that who erases several rows in one statement sees each as it is */
	CommandCounterIncrement();
	PG_RETURN_VOID();
}

/* --- prune -------------------------------------------------------------- */

pg_noreturn static void
refuse_prune(const char *log, int64 up_to, int code, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(code),
			 errmsg("the rows up to sequence %lld of audit log \"%s\" cannot be pruned", (long long) up_to, log),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

typedef struct Prefix
{
	Relation	log;
	int64		up_to;
} Prefix;

static void
refuse_problem(int64 sequence, const char *problem, void *state)
{
	const Prefix *prefix = (const Prefix *) state;
	const char *name = RelationGetRelationName(prefix->log);

	refuse_prune(name, prefix->up_to, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
				 psprintf("The row of sequence %lld is not as it was recorded: %s.", (long long) sequence, problem),
				 psprintf("SELECT * FROM delivery.verify_audit(%s)", quote_literal_cstr(delivery_qualified_name(prefix->log))));
}

static void
check_prefix(Relation log, const AttrNumber *columns, int64 up_to, AuditCheck *check)
{
	Prefix		prefix = {log, up_to};
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());

	memset(check, 0, sizeof(AuditCheck));
	check->until = up_to;
	check->tell = refuse_problem;
	check->state = &prefix;
	delivery_audit_check(log, columns, snapshot, check);
	UnregisterSnapshot(snapshot);
	if (check->count == 0 || check->last.sequence != up_to)
		refuse_prune(RelationGetRelationName(log), up_to, ERRCODE_INVALID_PARAMETER_VALUE,
					 check->count == 0 ? "There is no row up to that sequence." :
					 psprintf("The last row has the sequence %lld.", (long long) check->last.sequence),
					 "Name a row that there is.");
}

static void
delete_rows(Relation log, int64 up_to)
{
	RowScan		rows;

	begin_rows(&rows, log, BTLessEqualStrategyNumber, F_INT8LE, up_to);
	while (index_getnext_slot(rows.scan, ForwardScanDirection, rows.slot))
	{
		CHECK_FOR_INTERRUPTS();
		simple_table_tuple_delete(log, &rows.slot->tts_tid, rows.snapshot);
	}
	end_rows(&rows);
	CommandCounterIncrement();
}

static void
queue_prune(Relation log, const AuditCheck *check, const text *reason)
{
	StringInfoData detail;
	AuditEntry	entry;

	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"up_to\":%lld,\"hash\":\"%s\",\"count\":%lld,", (long long) check->last.sequence,
					 delivery_audit_hash_digits(check->last.hash), (long long) check->count);
	append_reason(&detail, reason);
	delivery_audit_describe(&entry, RelationGetRelid(log), log, AUDIT_PRUNE);
	entry.texts[AUDIT_ENTRY_DETAIL] = delivery_audit_text(detail.data);
	delivery_audit_queue_prune(&entry, &check->last);
}

/*
 * prune_audit(log, up_to_sequence, reason) -> number of rows
 */
Datum
delivery_prune_audit(PG_FUNCTION_ARGS)
{
	AttrNumber	columns[AUDIT_COLUMNS];
	AuditCheck	check;
	Relation	log;

	PreventCommandIfReadOnly("prune_audit()");
	check_arguments(fcinfo, "SELECT delivery.prune_audit('a_log', 1000, 'archived in a_file')");
	log = open_log(PG_GETARG_OID(0), columns);
	/* what explains them is not in the log yet */
	if (delivery_audit_has_removal(RelationGetRelid(log)))
		refuse_prune(RelationGetRelationName(log), PG_GETARG_INT64(1), ERRCODE_OBJECT_IN_USE,
					 "Rows of it were erased or pruned in this transaction, which is recorded when it commits.", "Commit first.");
	check_prefix(log, columns, PG_GETARG_INT64(1), &check);
	delete_rows(log, PG_GETARG_INT64(1));
	queue_prune(log, &check, PG_GETARG_TEXT_PP(2));
	table_close(log, NoLock);
	PG_RETURN_INT64(check.count);
}
