/*
 * audit_chain.c
 *	  The chain of an audit log: its rows, their hashes, its head.
 *
 * A hash covers the hash before it and every other column, in a canonical form:
 * the format, then each value with its length, integers in network order, text in
 * UTF-8.  No setting of a session, and no encoding of a database, changes it.
 */
#include "delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "audit_chain.h"

#define AUDIT_HASH_FORMAT 1

const char *const delivery_audit_column_names[AUDIT_COLUMNS] = {
	"sequence", "recorded_at", "transaction_id", "actor", "login", "operation", "audited",
	"old_row", "new_row", "previous_hash", "hash"
};

static const Oid column_types[AUDIT_COLUMNS] = {
	INT8OID, TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	JSONOID, JSONOID, BYTEAOID, BYTEAOID
};

/*
 * Where a column of a log is; 42809 for a table that is none.
 */
AttrNumber
delivery_audit_column(Relation log, AuditColumn column)
{
	TupleDesc	desc = RelationGetDescr(log);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (!attribute->attisdropped && attribute->atttypid == column_types[column] &&
			strcmp(NameStr(attribute->attname), delivery_audit_column_names[column]) == 0)
			return attribute->attnum;
	}
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("table \"%s\" is no audit log", RelationGetRelationName(log)),
			 errdetail("It has no column \"%s\" of type %s.", delivery_audit_column_names[column],
					   format_type_be(column_types[column])),
			 errhint("CALL delivery.create_audit_log('a_new_name') makes one.")));
}

void
delivery_check_audit_log(Relation log)
{
	for (int i = 0; i < AUDIT_COLUMNS; i++)
		(void) delivery_audit_column(log, (AuditColumn) i);
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
	char	   *utf8 = pg_server_to_any(text, length, PG_UTF8);

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
 * Whether the rows of a log can be read in their order from an index.
 */
bool
delivery_is_audit_index(Relation log, Relation index)
{
	return index->rd_index->indisprimary && index->rd_index->indisvalid &&
		index->rd_index->indkey.values[0] == delivery_audit_column(log, AUDIT_SEQUENCE);
}

void
delivery_refuse_audit_index(Relation log)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("audit log \"%s\" has no primary key that begins with its sequence", RelationGetRelationName(log)),
			 errdetail("Without it the last row cannot be found."),
			 errhint("ALTER TABLE ... ADD PRIMARY KEY (sequence)")));
}

/*
 * The last row that the snapshot sees, whatever policies on the log say: a head
 * that is not the last one would fork the chain.
 */
void
delivery_audit_read_head(Relation log, Relation index, Snapshot snapshot, AuditHead *head)
{
	SysScanDesc scan = systable_beginscan_ordered(log, index, snapshot, 0, NULL);
	HeapTuple	tuple = systable_getnext_ordered(scan, BackwardScanDirection);

	memset(head, 0, sizeof(AuditHead));
	if (HeapTupleIsValid(tuple))
	{
		bool		is_null;
		Datum		value = heap_getattr(tuple, delivery_audit_column(log, AUDIT_SEQUENCE), RelationGetDescr(log), &is_null);
		bytea	   *hash;

		head->sequence = is_null ? 0 : DatumGetInt64(value);
		value = heap_getattr(tuple, delivery_audit_column(log, AUDIT_HASH), RelationGetDescr(log), &is_null);
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
