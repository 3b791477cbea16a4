/*
 * audit_log.c
 *	  Audit logs as tables: their columns, and what makes a table a log.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "guard/audit_log.h"

PG_FUNCTION_INFO_V1(delivery_audit_log_fault);

const AuditColumnInfo delivery_audit_columns[AUDIT_COLUMNS] = {
	[AUDIT_SEQUENCE] = {"sequence", INT8OID, false,
	"place in the chain, from 1 on, without gaps"},
	[AUDIT_FORMAT] = {"format", INT2OID, false,
	"how digest and hash are computed; see doc/audit.md"},
	[AUDIT_RECORDED_AT] = {"recorded_at", TIMESTAMPTZOID, false,
	"when the row was recorded, while its transaction committed"},
	[AUDIT_TRANSACTION_ID] = {"transaction_id", INT8OID, false,
	"transaction that made the change; meaningful within one server"},
	[AUDIT_ACTOR] = {"actor", TEXTOID, false,
	"who is held responsible: delivery.actor() at the change"},
	[AUDIT_LOGIN] = {"login", TEXTOID, false,
	"user that had logged in"},
	[AUDIT_OPERATION] = {"operation", TEXTOID, false,
	"INSERT, UPDATE, DELETE, TRUNCATE; EXCLUDE and STOP of a table; ERASE, PRUNE, ROTATE and LINK of the log"},
	[AUDIT_AUDITED] = {"audited", TEXTOID, false,
	"table that it happened to, with its schema, as it was named then"},
	[AUDIT_AUDITED_OID] = {"audited_oid", OIDOID, false,
	"number of that table, which stays when it is renamed; meaningful within one database"},
	[AUDIT_DETAIL] = {"detail", JSONOID, true,
	"what there is to know of operations that have no rows"},
	[AUDIT_OLD_ROW] = {"old_row", JSONOID, true,
	"the row before the change"},
	[AUDIT_NEW_ROW] = {"new_row", JSONOID, true,
	"the row after the change"},
	[AUDIT_SALT] = {"salt", BYTEAOID, true,
	"random bytes, without which the digest tells nothing of the rows; goes with them"},
	[AUDIT_DIGEST] = {"digest", BYTEAOID, true,
	"SHA-256 of salt, old_row and new_row; NULL where there are none"},
	[AUDIT_PREVIOUS_HASH] = {"previous_hash", BYTEAOID, false,
	"hash of the row before this one, zeros for the first"},
	[AUDIT_HASH] = {"hash", BYTEAOID, false,
	"SHA-256 of previous_hash and all other columns but the rows and their salt"},
};

/* What is known of logs until something about them changes. */
typedef struct KnownLog
{
	Oid			log;
	AttrNumber	columns[AUDIT_COLUMNS];
} KnownLog;

#define KNOWN_LOGS 16

static KnownLog known_logs[KNOWN_LOGS];
static uint64 log_changes = 0;

/* --- what is an audit log ----------------------------------------------- */

/* A sentence that can be shown, or NULL. */
static const char *
find_fault_of_table(Relation log)
{
	if (log->rd_rel->relkind != RELKIND_RELATION)
		return "It is no ordinary table.";
	if (log->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		return "It is temporary.";
	if (log->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT)
		return "It is unlogged, so a crash empties it.";
	if (log->rd_rel->relispartition)
		return "It is a partition.";
	if (log->rd_rel->relhassubclass && find_inheritance_children(RelationGetRelid(log), NoLock) != NIL)
		return "It has children, whose rows are in no chain.";
	return NULL;
}

/*
 * Rows are added without a look at constraints, so there must not be one that says
 * that what is missing in some rows never is.
 */
static const char *
find_fault_of_columns(Relation log, AttrNumber *columns)
{
	TupleDesc	desc = RelationGetDescr(log);

	memset(columns, 0, AUDIT_COLUMNS * sizeof(AttrNumber));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		int			c;

		if (attribute->attisdropped)
			continue;
		for (c = 0; c < AUDIT_COLUMNS; c++)
			if (strcmp(NameStr(attribute->attname), delivery_audit_columns[c].name) == 0)
				break;
		if (c == AUDIT_COLUMNS)
			return psprintf("It has a column \"%s\", which logs have not.", NameStr(attribute->attname));
		if (attribute->atttypid != delivery_audit_columns[c].type)
			return psprintf("Its column \"%s\" is not of type %s.", NameStr(attribute->attname), format_type_be(delivery_audit_columns[c].type));
		if (attribute->attgenerated != '\0')
			return psprintf("Its column \"%s\" is generated.", NameStr(attribute->attname));
		if (attribute->attnotnull && delivery_audit_columns[c].may_be_null)
			return psprintf("Its column \"%s\" must not be NULL.", NameStr(attribute->attname));
		columns[c] = attribute->attnum;
	}
	for (int c = 0; c < AUDIT_COLUMNS; c++)
		if (columns[c] == InvalidAttrNumber)
			return psprintf("It has no column \"%s\" of type %s.", delivery_audit_columns[c].name, format_type_be(delivery_audit_columns[c].type));
	return NULL;
}

/*
 * Rows are read in their order from the index of the primary key.
 */
static const char *
find_fault_of_key(Relation log, AttrNumber sequence)
{
	Oid			key = delivery_primary_key(log);
	HeapTuple	tuple = OidIsValid(key) ? SearchSysCache1(INDEXRELID, ObjectIdGetDatum(key)) : NULL;
	bool		fits = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

		fits = index->indisvalid && index->indimmediate && index->indnkeyatts == 1 && index->indkey.values[0] == sequence;
		ReleaseSysCache(tuple);
	}
	return fits ? NULL : "It has no primary key on \"sequence\", or a deferrable one.";
}

static const char *
find_fault(Relation log, AttrNumber *columns)
{
	const char *fault = find_fault_of_table(log);

	if (fault == NULL)
		fault = find_fault_of_columns(log, columns);
	if (fault == NULL)
		fault = find_fault_of_key(log, columns[AUDIT_SEQUENCE]);
	return fault;
}

bool
delivery_is_audit_log(Relation log)
{
	AttrNumber	columns[AUDIT_COLUMNS];

	return find_fault(log, columns) == NULL;
}

static void
forget_log(Datum argument, Oid relid)
{
	(void) argument;
	for (int i = 0; i < KNOWN_LOGS; i++)
		if (relid == InvalidOid || known_logs[i].log == relid)
			known_logs[i].log = InvalidOid;
	log_changes++;
}

static KnownLog *
place_of(Oid log)
{
	static bool watched = false;

	if (!watched)
	{
		CacheRegisterRelcacheCallback(forget_log, (Datum) 0);
		watched = true;
	}
	return &known_logs[log % KNOWN_LOGS];
}

/*
 * Where the columns of a log are; 42809 for a table that is none.
 */
void
delivery_check_audit_log(Relation log, AttrNumber *columns)
{
	KnownLog   *known = place_of(RelationGetRelid(log));
	uint64		before = log_changes;
	const char *fault;

	if (known->log == RelationGetRelid(log))
	{
		memcpy(columns, known->columns, sizeof(known->columns));
		return;
	}
	fault = find_fault(log, columns);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no audit log", RelationGetRelationName(log)),
				 errdetail("%s", fault),
				 errhint("CALL delivery.create_audit_log('a_new_name') makes one.")));
	/* what changed while we looked is looked at the next time */
	if (log_changes != before)
		return;
	known->log = RelationGetRelid(log);
	memcpy(known->columns, columns, sizeof(known->columns));
}

/*
 * audit_log_fault(log)
 */
Datum
delivery_audit_log_fault(PG_FUNCTION_ARGS)
{
	Relation	log = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	AttrNumber	columns[AUDIT_COLUMNS];
	const char *fault;

	if (log == NULL)
		PG_RETURN_NULL();
	fault = find_fault(log, columns);
	relation_close(log, AccessShareLock);
	if (fault == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fault));
}

/* --- tables by their number --------------------------------------------- */

pg_noreturn static void
refuse_number(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("there is no table of number %u", relid),
			 errdetail("It was dropped, or never made, in this database."),
			 errhint("Name a table, as in 'audit_log'.")));
}

void
delivery_check_table_exists(Oid relid)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		refuse_number(relid);
}

/* Of any kind; rights are to be checked before. */
Relation
delivery_open_table(Oid relid, LOCKMODE mode)
{
	Relation	relation = try_relation_open(relid, mode);

	if (relation == NULL)
		refuse_number(relid);
	return relation;
}

/*
 * Before it is locked; the detail says of what that is the condition.
 */
void
delivery_check_owns_log(Oid log, const char *detail)
{
	if (!delivery_owns_table(log))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of audit log %s", get_rel_name(log)),
				 errdetail("%s", detail),
				 errhint("Ask its owner, or become a member of that role.")));
}

/*
 * A log and where its columns are, if the caller may read it.
 */
Relation
delivery_open_audit_log(Oid relid, AttrNumber *columns)
{
	Relation	log;

	delivery_check_table_exists(relid);
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
	log = delivery_open_table(relid, AccessShareLock);
	delivery_check_audit_log(log, columns);
	return log;
}

/*
 * The columns as they are stored, within the tuple.
 */
void
delivery_audit_read_row(Relation log, const AttrNumber *columns, HeapTuple tuple, AuditRow *row)
{
	int			count = RelationGetDescr(log)->natts;
	Datum	   *values = (Datum *) palloc(count * sizeof(Datum));
	bool	   *nulls = (bool *) palloc(count * sizeof(bool));

	heap_deform_tuple(tuple, RelationGetDescr(log), values, nulls);
	for (int i = 0; i < AUDIT_COLUMNS; i++)
	{
		row->values[i] = values[columns[i] - 1];
		row->nulls[i] = nulls[columns[i] - 1];
	}
}
