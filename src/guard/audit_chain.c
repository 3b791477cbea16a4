/*
 * audit_chain.c
 *	  The chain of an audit log: digests and hashes of its rows, its head.
 *
 * The hash of a row covers the hash before it, every other column, and of the images
 * of the row before and after the change only a digest, so that they can be taken away
 * and the chain still verifies.  The digest covers random bytes, too, which go with the
 * images: what is left does not tell whether a guess of them is right.
 *
 * All is hashed in a canonical form: the format, then each value with its length,
 * integers in network order, text in UTF-8.  No setting of a session, and no encoding
 * of a database, changes it.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "guard/audit_chain.h"

static const AuditColumn hashed_columns[] = {
	AUDIT_SEQUENCE, AUDIT_RECORDED_AT, AUDIT_TRANSACTION_ID, AUDIT_ACTOR, AUDIT_LOGIN,
	AUDIT_OPERATION, AUDIT_AUDITED, AUDIT_AUDITED_OID, AUDIT_DETAIL, AUDIT_DIGEST
};

/* --- canonical form ----------------------------------------------------- */

pg_noreturn static void
fail_to_hash(void)
{
	elog(ERROR, "could not compute the hash of an audit row");
}

void
delivery_audit_start_hashing(AuditHasher *hasher)
{
	hasher->context = pg_cryptohash_create(PG_SHA256);
	if (hasher->context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	hasher->used = 0;
}

void
delivery_audit_end_hashing(AuditHasher *hasher)
{
	pg_cryptohash_free(hasher->context);
}

static void
update(AuditHasher *hasher, const void *bytes, int length)
{
	if (pg_cryptohash_update(hasher->context, (const uint8 *) bytes, (size_t) length) < 0)
		fail_to_hash();
}

static void
begin(AuditHasher *hasher, int format)
{
	if (pg_cryptohash_init(hasher->context) < 0)
		fail_to_hash();
	hasher->buffer[0] = (uint8) format;
	hasher->used = 1;
}

static void
finish(AuditHasher *hasher, uint8 *hash)
{
	update(hasher, hasher->buffer, hasher->used);
	if (pg_cryptohash_final(hasher->context, hash, PG_SHA256_DIGEST_LENGTH) < 0)
		fail_to_hash();
}

/* A length, which is -1 for NULL, and the bytes. */
static void
add_bytes(AuditHasher *hasher, const char *bytes, int length)
{
	uint32		prefix = pg_hton32((uint32) length);

	if (hasher->used + (int) sizeof(prefix) > (int) sizeof(hasher->buffer))
	{
		update(hasher, hasher->buffer, hasher->used);
		hasher->used = 0;
	}
	memcpy(hasher->buffer + hasher->used, &prefix, sizeof(prefix));
	hasher->used += sizeof(prefix);
	if (length <= 0)
		return;
	if (length <= (int) sizeof(hasher->buffer) - hasher->used)
	{
		memcpy(hasher->buffer + hasher->used, bytes, (size_t) length);
		hasher->used += length;
		return;
	}
	/* long values are not copied */
	update(hasher, hasher->buffer, hasher->used);
	hasher->used = 0;
	update(hasher, bytes, length);
}

static void
add_text(AuditHasher *hasher, const char *text, int length)
{
	/* a database without an encoding has bytes, of which nothing is known */
	char	   *utf8 = GetDatabaseEncoding() == PG_SQL_ASCII ? unconstify(char *, text) : pg_server_to_any(text, length, PG_UTF8);

	add_bytes(hasher, utf8, utf8 == text ? length : (int) strlen(utf8));
	if (utf8 != text)
		pfree(utf8);
}

static void
add_varlena(AuditHasher *hasher, Oid type, Datum value)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

	if (type == BYTEAOID)
		add_bytes(hasher, VARDATA_ANY(bytes), (int) VARSIZE_ANY_EXHDR(bytes));
	else
		add_text(hasher, VARDATA_ANY(bytes), (int) VARSIZE_ANY_EXHDR(bytes));
}

static void
add_column(AuditHasher *hasher, const AuditRow *row, AuditColumn column)
{
	Oid			type = delivery_audit_columns[column].type;
	Datum		value = row->values[column];
	uint64		wide;
	uint32		narrow;

	if (row->nulls[column])
		add_bytes(hasher, NULL, -1);
	else if (type == INT8OID || type == TIMESTAMPTZOID)
	{
		wide = pg_hton64((uint64) DatumGetInt64(value));
		add_bytes(hasher, (const char *) &wide, sizeof(wide));
	}
	else if (type == OIDOID)
	{
		narrow = pg_hton32((uint32) DatumGetObjectId(value));
		add_bytes(hasher, (const char *) &narrow, sizeof(narrow));
	}
	else
		add_varlena(hasher, type, value);
}

static int
format_of(const AuditRow *row)
{
	return row->nulls[AUDIT_FORMAT] ? 0 : DatumGetInt16(row->values[AUDIT_FORMAT]);
}

/* --- digest and hash ---------------------------------------------------- */

/*
 * SHA-256 of the images of a row with its salt, as they are queued.
 */
void
delivery_audit_digest_images(AuditHasher *hasher, int format, const AuditText *salt, const AuditText *old_row,
							 const AuditText *new_row, uint8 *digest)
{
	const AuditText *const images[] = {old_row, new_row};

	begin(hasher, format);
	add_bytes(hasher, salt->data, salt->data == NULL ? -1 : salt->length);
	for (size_t i = 0; i < lengthof(images); i++)
	{
		if (images[i]->data == NULL)
			add_bytes(hasher, NULL, -1);
		else
			add_text(hasher, images[i]->data, images[i]->length);
	}
	finish(hasher, digest);
}

static AuditText
text_of(const AuditRow *row, AuditColumn column)
{
	AuditText	result = {NULL, -1};

	if (!row->nulls[column])
	{
		struct varlena *bytes = PG_DETOAST_DATUM_PACKED(row->values[column]);

		result.data = VARDATA_ANY(bytes);
		result.length = (int) VARSIZE_ANY_EXHDR(bytes);
	}
	return result;
}

/*
 * The same of a row of the log.
 */
void
delivery_audit_digest(AuditHasher *hasher, const AuditRow *row, uint8 *digest)
{
	AuditText	salt = text_of(row, AUDIT_SALT);
	AuditText	old_row = text_of(row, AUDIT_OLD_ROW);
	AuditText	new_row = text_of(row, AUDIT_NEW_ROW);

	delivery_audit_digest_images(hasher, format_of(row), &salt, &old_row, &new_row, digest);
}

/*
 * SHA-256 of a row behind the one that has the previous hash.
 */
void
delivery_audit_hash(AuditHasher *hasher, const AuditRow *row, const uint8 *previous, uint8 *hash)
{
	begin(hasher, format_of(row));
	add_bytes(hasher, (const char *) previous, PG_SHA256_DIGEST_LENGTH);
	for (size_t i = 0; i < lengthof(hashed_columns); i++)
		add_column(hasher, row, hashed_columns[i]);
	finish(hasher, hash);
}

/*
 * As details of rows have it.
 */
char *
delivery_audit_hash_digits(const uint8 *hash)
{
	char	   *digits = (char *) palloc(2 * PG_SHA256_DIGEST_LENGTH + 1);

	digits[hex_encode((const char *) hash, PG_SHA256_DIGEST_LENGTH, digits)] = '\0';
	return digits;
}

bool
delivery_audit_same_hash(Datum value, bool is_null, const uint8 *hash)
{
	bytea	   *bytes;

	if (is_null)
		return false;
	bytes = DatumGetByteaPP(value);
	return VARSIZE_ANY_EXHDR(bytes) == PG_SHA256_DIGEST_LENGTH &&
		memcmp(VARDATA_ANY(bytes), hash, PG_SHA256_DIGEST_LENGTH) == 0;
}

/* --- head --------------------------------------------------------------- */

/*
 * The last row of a scan of the primary key that has just begun, whatever policies on the
 * log say: a head that is not the last one would fork the chain.  Ends the scan.
 */
void
delivery_audit_read_head(Relation log, const AttrNumber *columns, SysScanDesc rows, AuditHead *head)
{
	HeapTuple	tuple = systable_getnext_ordered(rows, BackwardScanDirection);

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
	systable_endscan_ordered(rows);
}
