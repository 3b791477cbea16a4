/*
 * audit.c
 *	  Audit logs: what happens to a table, as a chain of rows in another one.
 *
 * A trigger on the audited table queues what it did, as it is then: images of the row,
 * the actor, whether the table's owner may record.  At the end of the transaction
 * audit_record.c makes rows of the log of it.  As no trigger of ours waits for the
 * commit, the table can be altered or dropped in the same transaction.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/call.h"
#include "base/internal.h"
#include "base/owner.h"
#include "base/statement.h"
#include "guard/actor.h"
#include "guard/audit.h"
#include "guard/audit_image.h"
#include "guard/audit_queue.h"
#include "guard/audit_target.h"
#include "guard/canonical.h"
#include "guard/condition.h"

PG_FUNCTION_INFO_V1(delivery_audit_change);
PG_FUNCTION_INFO_V1(delivery_audit_head);

/* --- entries ------------------------------------------------------------ */

AuditText
delivery_audit_text(const char *text)
{
	AuditText	result = {text, text == NULL ? -1 : (int) strlen(text)};

	return result;
}

/*
 * What is to be recorded of a table, which may be the log itself, but for what is
 * particular.
 */
void
delivery_audit_describe(AuditEntry *entry, Oid log, Relation audited, AuditOperation operation)
{
	memset(entry, 0, sizeof(AuditEntry));
	entry->log = log;
	entry->audited = RelationGetRelid(audited);
	entry->operation = operation;
	entry->texts[AUDIT_ENTRY_ACTOR] = delivery_audit_text(delivery_actor_name());
	entry->texts[AUDIT_ENTRY_AUDITED] = delivery_audit_text(delivery_qualified_name(audited));
}

/* --- what happened to a table ------------------------------------------- */

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

/*
 * Now, and not at the commit, as the statement that may not be recorded is refused; the
 * lock lasts until then.
 */
static void
check_log(Oid oid, Oid role)
{
	Relation	log = delivery_open_table(oid, RowExclusiveLock);
	AttrNumber	columns[AUDIT_COLUMNS];

	delivery_check_audit_log(log, columns);
	check_right_to_append(log, role);
	table_close(log, NoLock);
}

static AuditText
image_of(Relation relation, HeapTuple tuple, const AuditTarget *target)
{
	text	   *image = delivery_audit_image(relation, tuple, target->row_type, target->row_typmod);
	AuditText	result = {VARDATA_ANY(image), (int) VARSIZE_ANY_EXHDR(image)};

	return result;
}

static void
describe_rows(const TriggerData *trigger, const AuditTarget *target, AuditEntry *entry)
{
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		return;
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		entry->texts[AUDIT_ENTRY_NEW_ROW] = image_of(trigger->tg_relation, trigger->tg_trigtuple, target);
	else
		entry->texts[AUDIT_ENTRY_OLD_ROW] = image_of(trigger->tg_relation, trigger->tg_trigtuple, target);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		entry->texts[AUDIT_ENTRY_NEW_ROW] = image_of(trigger->tg_relation, trigger->tg_newtuple, target);
}

static AuditOperation
operation_of(const TriggerData *trigger)
{
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		return AUDIT_INSERT;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return AUDIT_UPDATE;
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		return AUDIT_DELETE;
	return AUDIT_TRUNCATE;
}

/*
 * What happened, written the same in every session.  Types may have casts to json,
 * which run with the rights of the table's owner, not of whoever writes.
 */
static void
describe_change(const TriggerData *trigger, const AuditTarget *target, AuditEntry *entry)
{
	Relation	relation = trigger->tg_relation;
	int			level = delivery_pin_settings(RelationGetDescr(relation));
	Caller		caller;

	delivery_audit_describe(entry, target->log, relation, operation_of(trigger));
	delivery_become_owner(relation, &caller);
	describe_rows(trigger, target, entry);
	delivery_become_caller(&caller);
	delivery_unpin_settings(level);
}

/* Salts come out of a pool, as it takes longer to ask for each. */
static void
add_digest(AuditEntry *entry)
{
	static uint8 pool[64 * AUDIT_SALT_LENGTH];
	static int	left = 0;
	uint8	   *bytes = (uint8 *) palloc(AUDIT_SALT_LENGTH + PG_SHA256_DIGEST_LENGTH);
	AuditText	salt = {(char *) bytes, AUDIT_SALT_LENGTH};
	AuditText	digest = {(char *) bytes + AUDIT_SALT_LENGTH, PG_SHA256_DIGEST_LENGTH};
	AuditHasher hasher;

	if (left == 0)
	{
		if (!pg_strong_random(pool, sizeof(pool)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not get random bytes for an audit row")));
		left = sizeof(pool);
	}
	left -= AUDIT_SALT_LENGTH;
	memcpy(bytes, pool + left, AUDIT_SALT_LENGTH);
	delivery_audit_start_hashing(&hasher);
	delivery_audit_digest_images(&hasher, AUDIT_HASH_FORMAT, &salt, &entry->texts[AUDIT_ENTRY_OLD_ROW],
								 &entry->texts[AUDIT_ENTRY_NEW_ROW], bytes + AUDIT_SALT_LENGTH);
	delivery_audit_end_hashing(&hasher);
	entry->texts[AUDIT_ENTRY_SALT] = salt;
	entry->texts[AUDIT_ENTRY_DIGEST] = digest;
}

/* An update of columns that are not recorded, or of nothing. */
static bool
changes_nothing(const TriggerData *trigger, const AuditTarget *target)
{
	return TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		!delivery_audit_differs(trigger->tg_relation, trigger->tg_trigtuple, trigger->tg_newtuple, target->row_type, target->row_typmod);
}

/*
 * The row of the log is made when nobody can do anything about it any more.
 */
static void
check_size(const TriggerData *trigger, const AuditEntry *entry)
{
	Size		size = 0;

	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		size += entry->texts[i].data == NULL ? 0 : (Size) entry->texts[i].length;
	/* with room for the other columns */
	if (size > MaxAllocSize - 65536)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a change of table %s is too long to be recorded", delivery_qualified_name(trigger->tg_relation)),
				 errdetail("The row before and after it have %zu bytes as JSON.", size),
				 errhint("Exclude long columns: SELECT delivery.record_audit('a_table', 'a_log', '{a_column}')."),
				 errtable(trigger->tg_relation)));
}

/*
 * audit_change() -> trigger
 */
Datum
delivery_audit_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	AuditTarget target;
	AuditEntry	entry;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		TRIGGER_FIRED_FOR_ROW(trigger->tg_event) == TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("audit_change is a trigger function that record_audit attaches"),
				 errhint("SELECT delivery.record_audit('a_table', 'a_log')")));
	delivery_check_schemas(fcinfo->flinfo->fn_oid);
	delivery_audit_target(trigger->tg_relation, trigger->tg_trigger, &target);
	delivery_keep_conditions(fcinfo->flinfo->fn_oid);
	check_log(target.log, trigger->tg_relation->rd_rel->relowner);
	if (changes_nothing(trigger, &target))
		return PointerGetDatum(NULL);
	describe_change(trigger, &target, &entry);
	check_size(trigger, &entry);
	if (entry.operation != AUDIT_TRUNCATE)
		add_digest(&entry);
	delivery_audit_queue(&entry);
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

	delivery_audit_read_head(log, columns, systable_beginscan_ordered(log, index, GetActiveSnapshot(), 0, NULL), &head);
	index_close(index, AccessShareLock);
	table_close(log, AccessShareLock);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	memcpy(VARDATA(hash), head.hash, PG_SHA256_DIGEST_LENGTH);
	values[0] = Int64GetDatum(head.sequence);
	values[1] = PointerGetDatum(hash);
	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 2);
	return HeapTupleGetDatum(heap_form_tuple(record, values, nulls));
}
