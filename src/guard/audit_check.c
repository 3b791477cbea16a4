/*
 * audit_check.c
 *	  Looking at the rows of an audit log, one after the other.
 *
 * A row that is not as it was made is told, and the next one is held against what that
 * row says its hash is: so each broken link is found, and none twice.
 *
 * Rows may lack what was erased, and the log its beginning, if rows behind them say so.
 * What is still to be explained is kept until then.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "guard/audit_check.h"

/* A row without its images. */
typedef struct Erased
{
	int64		sequence;		/* key of the hash table */
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
} Erased;

typedef struct Walk
{
	AuditCheck *check;
	AuditHasher hasher;
	AuditHead	previous;
	int64		first;			/* of the rows that there are, 0 for none yet */
	AuditHead	cut;			/* what the first row says was before it; sequence 0 if that is known */
	HTAB	   *erased;			/* that no row has explained yet */
} Walk;

static void
tell(const Walk *walk, int64 sequence, const char *problem)
{
	if (sequence <= walk->check->until)
		walk->check->tell(sequence, problem, walk->check->state);
}

/* --- a row by itself ---------------------------------------------------- */

static bool
is_of_length(Datum value, bool is_null, int least, int most)
{
	int			length = is_null ? -1 : (int) VARSIZE_ANY_EXHDR(DatumGetByteaPP(value));

	return length >= least && length <= most;
}

static const char *
images_problem(AuditHasher *hasher, const AuditRow *row)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];

	if (row->nulls[AUDIT_OLD_ROW] && row->nulls[AUDIT_NEW_ROW] && row->nulls[AUDIT_SALT])
		return NULL;
	if (row->nulls[AUDIT_DIGEST])
		return "it has rows or a salt, but no digest of them";
	if (!is_of_length(row->values[AUDIT_SALT], row->nulls[AUDIT_SALT], AUDIT_SALT_LENGTH, INT_MAX))
		return "its salt is missing or too short";
	delivery_audit_digest(hasher, row, digest);
	if (!delivery_audit_same_hash(row->values[AUDIT_DIGEST], false, digest))
		return "its digest is not that of its rows";
	return NULL;
}

/*
 * Whether its hash is that of what it has, or what is wrong.  Erased is one that had
 * images and has none; whether that is right another row says.
 */
const char *
delivery_audit_row_problem(AuditHasher *hasher, const AuditRow *row, bool *is_erased)
{
	uint8		hash[PG_SHA256_DIGEST_LENGTH];

	*is_erased = row->nulls[AUDIT_OLD_ROW] && row->nulls[AUDIT_NEW_ROW] && row->nulls[AUDIT_SALT] && !row->nulls[AUDIT_DIGEST];
	if (row->nulls[AUDIT_FORMAT] || DatumGetInt16(row->values[AUDIT_FORMAT]) != AUDIT_HASH_FORMAT)
		return psprintf("it is of format %d, which this version does not know",
						row->nulls[AUDIT_FORMAT] ? 0 : DatumGetInt16(row->values[AUDIT_FORMAT]));
	if (!is_of_length(row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH], PG_SHA256_DIGEST_LENGTH, PG_SHA256_DIGEST_LENGTH))
		return "its previous_hash is no hash";
	delivery_audit_hash(hasher, row, (uint8 *) VARDATA_ANY(DatumGetByteaPP(row->values[AUDIT_PREVIOUS_HASH])), hash);
	if (!delivery_audit_same_hash(row->values[AUDIT_HASH], row->nulls[AUDIT_HASH], hash))
		return "its hash is not that of its columns";
	return images_problem(hasher, row);
}

/* --- rows that explain others ------------------------------------------- */

/* A field of the detail as text, or NULL. */
static char *
detail_field(const AuditRow *row, const char *name)
{
	LOCAL_FCINFO(fcinfo, 2);
	Datum		value;

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = row->values[AUDIT_DETAIL];
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = CStringGetTextDatum(name);
	fcinfo->args[1].isnull = false;
	value = json_object_field_text(fcinfo);
	return fcinfo->isnull ? NULL : TextDatumGetCString(value);
}

static bool
detail_has_hash(const AuditRow *row, const char *name, const uint8 *hash)
{
	char	   *digits = detail_field(row, name);
	char		wanted[2 * PG_SHA256_DIGEST_LENGTH + 1];

	for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; i++)
		snprintf(wanted + 2 * i, 3, "%02x", hash[i]);
	return digits != NULL && strcmp(digits, wanted) == 0;
}

static int64
detail_sequence(const AuditRow *row, const char *name)
{
	char	   *digits = detail_field(row, name);

	return digits == NULL ? 0 : strtoll(digits, NULL, 10);
}

static bool
is_operation(const AuditRow *row, const char *name)
{
	text	   *operation = DatumGetTextPP(row->values[AUDIT_OPERATION]);

	return VARSIZE_ANY_EXHDR(operation) == strlen(name) && memcmp(VARDATA_ANY(operation), name, strlen(name)) == 0;
}

static void
explain_erased(Walk *walk, const AuditRow *row, int64 sequence)
{
	int64		which = detail_sequence(row, "sequence");
	Erased	   *erased = (Erased *) hash_search(walk->erased, &which, HASH_FIND, NULL);

	if (erased == NULL)
	{
		/* pruned later, or before the head, it is not there to be seen */
		if (which >= walk->first && which < sequence)
			tell(walk, which, psprintf("its rows are there, though row %lld says that they were erased", (long long) sequence));
	}
	else if (detail_has_hash(row, "digest", erased->digest))
		(void) hash_search(walk->erased, &which, HASH_REMOVE, NULL);
}

static void
explain(Walk *walk, const AuditRow *row, int64 sequence)
{
	if (row->nulls[AUDIT_DETAIL])
		return;
	if (is_operation(row, "ERASE"))
		explain_erased(walk, row, sequence);
	else if (is_operation(row, "PRUNE") && walk->cut.sequence > 0 &&
			 detail_sequence(row, "up_to") == walk->cut.sequence && detail_has_hash(row, "hash", walk->cut.hash))
	{
		const AuditHead *head = walk->check->head;

		if (head != NULL && head->sequence < walk->cut.sequence)
			tell(walk, head->sequence,
				 psprintf("the head is before the cut: the rows up to sequence %lld were pruned, as row %lld says",
						  (long long) walk->cut.sequence, (long long) sequence));
		walk->cut.sequence = 0;
	}
}

/* --- rows in their order ------------------------------------------------ */

static void
set_head(AuditHead *head, int64 sequence, Datum hash, bool is_null)
{
	memset(head, 0, sizeof(AuditHead));
	head->sequence = sequence;
	if (is_of_length(hash, is_null, PG_SHA256_DIGEST_LENGTH, PG_SHA256_DIGEST_LENGTH))
		memcpy(head->hash, VARDATA_ANY(DatumGetByteaPP(hash)), PG_SHA256_DIGEST_LENGTH);
}

static void
tell_missing(const Walk *walk, int64 sequence, int64 from, int64 to)
{
	tell(walk, sequence, from == to ?
		 psprintf("the row of sequence %lld is missing before it", (long long) from) :
		 psprintf("the rows of sequence %lld to %lld are missing before it", (long long) from, (long long) to));
}

/*
 * The first row that there is: the first of all, the one of the head that was kept, or
 * the one behind what was pruned.
 */
static void
begin_walk(Walk *walk, const AuditRow *row, int64 sequence)
{
	const AuditHead *head = walk->check->head;

	walk->first = sequence;
	if (head != NULL)
		walk->previous = *head;
	if (head != NULL && head->sequence > 0 && sequence == head->sequence)
	{
		if (!delivery_audit_same_hash(row->values[AUDIT_HASH], row->nulls[AUDIT_HASH], head->hash))
			tell(walk, sequence, "its hash is not the exported one");
		set_head(&walk->previous, sequence - 1, row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH]);
		return;
	}
	if (sequence == 1)
		return;
	set_head(&walk->cut, sequence - 1, row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH]);
	if (head == NULL || head->sequence != sequence - 1)
		walk->previous = walk->cut;
}

static void
note_erased(Walk *walk, const AuditRow *row, int64 sequence)
{
	Erased	   *erased = (Erased *) hash_search(walk->erased, &sequence, HASH_ENTER, NULL);
	AuditHead	digest;

	set_head(&digest, sequence, row->values[AUDIT_DIGEST], row->nulls[AUDIT_DIGEST]);
	memcpy(erased->digest, digest.hash, sizeof(erased->digest));
}

static void
check_row(Walk *walk, const AuditRow *row)
{
	int64		sequence = DatumGetInt64(row->values[AUDIT_SEQUENCE]);
	bool		is_erased;
	const char *problem;

	if (walk->first == 0)
		begin_walk(walk, row, sequence);
	else if (sequence != walk->previous.sequence + 1)
		tell_missing(walk, sequence, walk->previous.sequence + 1, sequence - 1);
	if (sequence == walk->previous.sequence + 1 &&
		!delivery_audit_same_hash(row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH], walk->previous.hash))
		tell(walk, sequence, "its previous_hash is not the hash of the row before it");
	problem = delivery_audit_row_problem(&walk->hasher, row, &is_erased);
	if (problem != NULL)
		tell(walk, sequence, problem);
	else
		explain(walk, row, sequence);
	if (is_erased)
		note_erased(walk, row, sequence);
	set_head(&walk->previous, sequence, row->values[AUDIT_HASH], row->nulls[AUDIT_HASH]);
	if (sequence <= walk->check->until)
	{
		walk->check->count++;
		walk->check->last = walk->previous;
	}
}

/* Behind the last row that is looked at, others are only to explain. */
static bool
is_done(const Walk *walk)
{
	return walk->first > 0 && walk->previous.sequence >= walk->check->until &&
		walk->cut.sequence == 0 && hash_get_num_entries(walk->erased) == 0;
}

static void
end_walk(Walk *walk, int64 last)
{
	const AuditHead *head = walk->check->head;
	HASH_SEQ_STATUS scan;
	Erased	   *erased;

	if (walk->cut.sequence > 0)
	{
		int64		from = head == NULL ? 1 : Max(head->sequence, 1);

		/* at the cut, the row of the head itself is what is missing */
		tell_missing(walk, walk->first, from, walk->cut.sequence);
	}
	hash_seq_init(&scan, walk->erased);
	while ((erased = (Erased *) hash_seq_search(&scan)) != NULL)
		tell(walk, erased->sequence, "its rows are missing, and no row behind it says that they were erased");
	if (head != NULL && head->sequence > last)
		tell(walk, head->sequence, psprintf("the rows after sequence %lld are missing", (long long) last));
}

static SysScanDesc
begin_scan(Relation log, const AttrNumber *columns, Relation index, Snapshot snapshot, int64 from)
{
	ScanKeyData key;

	ScanKeyInit(&key, columns[AUDIT_SEQUENCE], BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	return systable_beginscan_ordered(log, index, snapshot, 1, &key);
}

static int64
last_sequence(Relation log, const AttrNumber *columns, Relation index, Snapshot snapshot)
{
	SysScanDesc scan = systable_beginscan_ordered(log, index, snapshot, 0, NULL);
	HeapTuple	tuple = systable_getnext_ordered(scan, BackwardScanDirection);
	bool		is_null;
	int64		sequence = HeapTupleIsValid(tuple) ?
		DatumGetInt64(heap_getattr(tuple, columns[AUDIT_SEQUENCE], RelationGetDescr(log), &is_null)) : 0;

	systable_endscan_ordered(scan);
	return sequence;
}

static void
start_walk(Walk *walk, AuditCheck *check)
{
	HASHCTL		control = {0};

	memset(walk, 0, sizeof(Walk));
	walk->check = check;
	check->count = 0;
	memset(&check->last, 0, sizeof(check->last));
	control.keysize = sizeof(int64);
	control.entrysize = sizeof(Erased);
	control.hcxt = CurrentMemoryContext;
	walk->erased = hash_create("delivery erased rows", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	delivery_audit_start_hashing(&walk->hasher);
}

/*
 * All rows, or those from the head on, whatever policies on the log say.
 */
void
delivery_audit_check(Relation log, const AttrNumber *columns, Snapshot snapshot, AuditCheck *check)
{
	Relation	index = index_open(delivery_primary_key(log), AccessShareLock);
	SysScanDesc scan = begin_scan(log, columns, index, snapshot, check->head == NULL ? PG_INT64_MIN : check->head->sequence);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "delivery audit row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext context;
	HeapTuple	tuple;
	Walk		walk;

	start_walk(&walk, check);
	/* the scan keeps what it allocates, such as a list of dead entries, for longer than a row */
	while (!is_done(&walk) && HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		AuditRow	row;

		CHECK_FOR_INTERRUPTS();
		context = MemoryContextSwitchTo(row_context);
		delivery_audit_read_row(log, columns, tuple, &row);
		check_row(&walk, &row);
		MemoryContextSwitchTo(context);
		MemoryContextReset(row_context);
	}
	end_walk(&walk, walk.first > 0 ? walk.previous.sequence : last_sequence(log, columns, index, snapshot));
	delivery_audit_end_hashing(&walk.hasher);
	hash_destroy(walk.erased);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	MemoryContextDelete(row_context);
}
