/*
 * audit_chain.c
 *	  The chain of an audit log: its rows, their hashes, its head.
 *
 * A hash covers the hash before it and every other column, in a canonical form:
 * the format, then each value with its length, integers in network order, text in
 * UTF-8.  No setting of a session, and no encoding of a database, changes it.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "guard/audit_chain.h"

PG_FUNCTION_INFO_V1(delivery_audit_log_fault);

#define AUDIT_HASH_FORMAT 1

const char *const delivery_audit_column_names[AUDIT_COLUMNS] = {
	"sequence", "recorded_at", "transaction_id", "actor", "login", "operation", "audited",
	"old_row", "new_row", "previous_hash", "hash"
};

static const Oid column_types[AUDIT_COLUMNS] = {
	INT8OID, TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	JSONOID, JSONOID, BYTEAOID, BYTEAOID
};

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
	return NULL;
}

/*
 * Rows are added without a look at constraints, so there must not be one that says
 * that an image is never missing.
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
			if (strcmp(NameStr(attribute->attname), delivery_audit_column_names[c]) == 0)
				break;
		if (c == AUDIT_COLUMNS)
			return psprintf("It has a column \"%s\", which logs have not.", NameStr(attribute->attname));
		if (attribute->atttypid != column_types[c])
			return psprintf("Its column \"%s\" is not of type %s.", NameStr(attribute->attname), format_type_be(column_types[c]));
		if (attribute->attgenerated != '\0')
			return psprintf("Its column \"%s\" is generated.", NameStr(attribute->attname));
		if (attribute->attnotnull && (c == AUDIT_OLD_ROW || c == AUDIT_NEW_ROW))
			return psprintf("Its column \"%s\" must not be NULL.", NameStr(attribute->attname));
		columns[c] = attribute->attnum;
	}
	for (int c = 0; c < AUDIT_COLUMNS; c++)
		if (columns[c] == InvalidAttrNumber)
			return psprintf("It has no column \"%s\" of type %s.", delivery_audit_column_names[c], format_type_be(column_types[c]));
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

/*
 * Where the columns of a log are; 42809 for a table that is none.
 */
void
delivery_check_audit_log(Relation log, AttrNumber *columns)
{
	const char *fault = find_fault(log, columns);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no audit log", RelationGetRelationName(log)),
				 errdetail("%s", fault),
				 errhint("CALL delivery.create_audit_log('a_new_name') makes one.")));
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

/* --- hash --------------------------------------------------------------- */

static void
update_hash(pg_cryptohash_ctx *context, const void *data, size_t length)
{
	if (pg_cryptohash_update(context, (const uint8 *) data, length) < 0)
		elog(ERROR, "could not compute the hash of an audit row");
}

static void
hash_int64(pg_cryptohash_ctx *context, int64 value)
{
	uint64		bytes = pg_hton64((uint64) value);

	update_hash(context, &bytes, sizeof(bytes));
}

/* A length, which is -1 for NULL, and the bytes. */
static void
hash_bytes(pg_cryptohash_ctx *context, const char *bytes, int length)
{
	uint32		prefix = pg_hton32((uint32) length);

	update_hash(context, &prefix, sizeof(prefix));
	if (length > 0)
		update_hash(context, bytes, (size_t) length);
}

static void
hash_text(pg_cryptohash_ctx *context, const char *text, int length)
{
	/* a database without an encoding has bytes, of which nothing is known */
	char	   *utf8 = GetDatabaseEncoding() == PG_SQL_ASCII ? unconstify(char *, text) : pg_server_to_any(text, length, PG_UTF8);

	hash_bytes(context, utf8, utf8 == text ? length : (int) strlen(utf8));
	if (utf8 != text)
		pfree(utf8);
}

static void
hash_value(pg_cryptohash_ctx *context, Oid type, Datum value)
{
	if (type == INT8OID || type == TIMESTAMPTZOID)
	{
		uint32		prefix = pg_hton32(sizeof(int64));

		update_hash(context, &prefix, sizeof(prefix));
		hash_int64(context, DatumGetInt64(value));
	}
	else
	{
		text	   *string = DatumGetTextPP(value);

		hash_text(context, VARDATA_ANY(string), (int) VARSIZE_ANY_EXHDR(string));
	}
}

/*
 * SHA-256 of a row behind the one that has the previous hash.
 */
void
delivery_audit_hash(const AuditRow *row, const uint8 *previous, uint8 *hash)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	uint8		format = AUDIT_HASH_FORMAT;

	if (context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	if (pg_cryptohash_init(context) < 0)
		elog(ERROR, "could not compute the hash of an audit row");
	update_hash(context, &format, sizeof(format));
	hash_bytes(context, (const char *) previous, PG_SHA256_DIGEST_LENGTH);
	for (int i = 0; i < AUDIT_HASHED; i++)
	{
		if (row->nulls[i])
			hash_bytes(context, NULL, -1);
		else
			hash_value(context, column_types[i], row->values[i]);
	}
	if (pg_cryptohash_final(context, hash, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute the hash of an audit row");
	pg_cryptohash_free(context);
}

/* --- head --------------------------------------------------------------- */

/*
 * The last row that the snapshot sees, whatever policies on the log say: a head
 * that is not the last one would fork the chain.
 */
void
delivery_audit_read_head(Relation log, const AttrNumber *columns, Relation index, Snapshot snapshot, AuditHead *head)
{
	SysScanDesc scan = systable_beginscan_ordered(log, index, snapshot, 0, NULL);
	HeapTuple	tuple = systable_getnext_ordered(scan, BackwardScanDirection);

	memset(head, 0, sizeof(AuditHead));
	if (HeapTupleIsValid(tuple))
	{
		bool		is_null;
		Datum		value = heap_getattr(tuple, columns[AUDIT_SEQUENCE], RelationGetDescr(log), &is_null);
		bytea	   *hash;

		head->sequence = is_null ? 0 : DatumGetInt64(value);
		value = heap_getattr(tuple, columns[AUDIT_HASH], RelationGetDescr(log), &is_null);
		hash = is_null ? NULL : DatumGetByteaPP(value);
		if (hash == NULL || VARSIZE_ANY_EXHDR(hash) != PG_SHA256_DIGEST_LENGTH)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("the last row of audit log \"%s\" has no hash", RelationGetRelationName(log)),
					 errdetail("It has the sequence %lld.", (long long) head->sequence),
					 errhint("Ask delivery.verify_audit where the chain is broken.")));
		memcpy(head->hash, VARDATA_ANY(hash), PG_SHA256_DIGEST_LENGTH);
	}
	systable_endscan_ordered(scan);
}
