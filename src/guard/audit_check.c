/*
 * audit_check.c
 *	  Looking at the rows of an audit log, one after the other.
 *
 * A row that is not as it was made is told, and the next one is held against what that
 * row says its hash is: so each broken link is found.
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
#include "utils/memutils.h"
#include "utils/rel.h"

#include "guard/audit_check.h"

/* A row without its images. */
typedef struct Erased
{
	int64		sequence;		/* key of the hash table */
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
} Erased;

/* Rows that are missing; more gaps than these are told, and not remembered. */
typedef struct Gap
{
	int64		from;
	int64		to;
} Gap;

#define GAPS 256

typedef struct Walk
{
	AuditCheck *check;
	AuditHasher hasher;
	bool		has_begun;
	int64		first;			/* of the rows that there are */
	AuditHead	previous;
	bool		has_cut;		/* no row has explained yet what was before the first one */
	AuditHead	cut;			/* the row before it, as it says */
	HTAB	   *erased;			/* that no row has explained yet */
	Gap			gaps[GAPS];
	int			gap_count;
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

/*
 * The beginning of a detail, in exactly the form in which we write it: a number and a
 * hash.
 */
static bool
read_detail(const AuditRow *row, const char *number_name, const char *hash_name, AuditHead *found)
{
	text	   *detail = DatumGetTextPP(row->values[AUDIT_DETAIL]);
	char	   *start = pnstrdup(VARDATA_ANY(detail), Min(VARSIZE_ANY_EXHDR(detail), 200));
	char	   *expected = psprintf("{\"%s\":", number_name);
	char	   *place = start + strlen(expected);

	if (strncmp(start, expected, strlen(expected)) != 0)
		return false;
	errno = 0;
	found->sequence = strtoll(place, NULL, 10);
	expected = psprintf("{\"%s\":%lld,\"%s\":\"", number_name, (long long) found->sequence, hash_name);
	if (errno != 0 || strncmp(start, expected, strlen(expected)) != 0)
		return false;
	place = start + strlen(expected);
	if (strspn(place, "0123456789abcdef") != 2 * PG_SHA256_DIGEST_LENGTH || place[2 * PG_SHA256_DIGEST_LENGTH] != '"')
		return false;
	hex_decode(place, 2 * PG_SHA256_DIGEST_LENGTH, (char *) found->hash);
	return true;
}

static bool
is_operation(const AuditRow *row, const char *name)
{
	text	   *operation = DatumGetTextPP(row->values[AUDIT_OPERATION]);

	return VARSIZE_ANY_EXHDR(operation) == strlen(name) && memcmp(VARDATA_ANY(operation), name, strlen(name)) == 0;
}

static bool
is_in_gap(const Walk *walk, int64 sequence)
{
	for (int i = 0; i < walk->gap_count; i++)
		if (sequence >= walk->gaps[i].from && sequence <= walk->gaps[i].to)
			return true;
	/* behind the last one that is remembered there may be others */
	return walk->gap_count == GAPS && sequence > walk->gaps[GAPS - 1].to;
}

static void
explain_erased(Walk *walk, int64 sequence, const AuditHead *named)
{
	Erased	   *erased = (Erased *) hash_search(walk->erased, &named->sequence, HASH_FIND, NULL);

	if (erased == NULL)
	{
		/* pruned later, or before the head, it is not there to be seen */
		if (named->sequence >= walk->first && named->sequence < sequence && !is_in_gap(walk, named->sequence))
			tell(walk, named->sequence, psprintf("its rows are there, though row %lld says that they were erased", (long long) sequence));
	}
	else if (memcmp(erased->digest, named->hash, sizeof(erased->digest)) == 0)
		(void) hash_search(walk->erased, &named->sequence, HASH_REMOVE, NULL);
}

static void
explain_cut(Walk *walk, int64 sequence, const AuditHead *named)
{
	const AuditHead *head = walk->check->head;

	if (!walk->has_cut || named->sequence != walk->cut.sequence || memcmp(named->hash, walk->cut.hash, sizeof(named->hash)) != 0)
		return;
	if (head != NULL && head->sequence < walk->cut.sequence)
		tell(walk, head->sequence,
			 psprintf("the head is before the cut: the rows up to sequence %lld were pruned, as row %lld says",
					  (long long) walk->cut.sequence, (long long) sequence));
	walk->has_cut = false;
}

static void
explain(Walk *walk, const AuditRow *row, int64 sequence)
{
	bool		is_erase = is_operation(row, "ERASE");
	AuditHead	named;

	if (!is_erase && !is_operation(row, "PRUNE"))
		return;
	if (row->nulls[AUDIT_DETAIL] ||
		!read_detail(row, is_erase ? "sequence" : "up_to", is_erase ? "digest" : "hash", &named))
		tell(walk, sequence, "its detail is not in the form in which it is recorded");
	else if (is_erase)
		explain_erased(walk, sequence, &named);
	else
		explain_cut(walk, sequence, &named);
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

	walk->has_begun = true;
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
	walk->has_cut = true;
	set_head(&walk->cut, sequence - 1, row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH]);
	if (head == NULL || head->sequence != sequence - 1)
		walk->previous = walk->cut;
}

static void
note_gap(Walk *walk, int64 sequence, bool is_behind)
{
	Gap			gap = {walk->previous.sequence + 1, sequence - 1};

	tell_missing(walk, sequence, gap.from, gap.to);
	if (is_behind)
		tell(walk, walk->check->until, psprintf("row %lld, which has its hash, is missing", (long long) gap.from));
	if (walk->gap_count < GAPS)
		walk->gaps[walk->gap_count++] = gap;
}

/*
 * Where rows up to one are of interest, the row behind it tells of that one: its hash may
 * have been made anew with it.
 */
static void
tell_broken_link(const Walk *walk, int64 sequence)
{
	if (sequence - 1 == walk->check->until)
		tell(walk, sequence - 1, psprintf("its hash is not the previous_hash of row %lld", (long long) sequence));
	else
		tell(walk, sequence, "its previous_hash is not the hash of the row before it");
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
	bool		is_behind;		/* what is looked at, and holds the last row of that in its place */
	const char *problem;

	/* no row of ours is before the first one */
	if (sequence < 1)
	{
		tell(walk, sequence, "its sequence is below 1");
		return;
	}
	is_behind = walk->has_begun && walk->previous.sequence <= walk->check->until && sequence > walk->check->until;
	if (!walk->has_begun)
		begin_walk(walk, row, sequence);
	else if (sequence != walk->previous.sequence + 1)
		note_gap(walk, sequence, is_behind);
	if (sequence == walk->previous.sequence + 1 &&
		!delivery_audit_same_hash(row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH], walk->previous.hash))
		tell_broken_link(walk, sequence);
	problem = delivery_audit_row_problem(&walk->hasher, row, &is_erased);
	if (problem != NULL)
		tell(walk, sequence, problem);
	if (problem != NULL && is_behind)
		tell(walk, walk->check->until, psprintf("row %lld, which has its hash, is not as it was recorded", (long long) sequence));
	if (problem == NULL)
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
	return walk->has_begun && walk->previous.sequence > walk->check->until &&
		!walk->has_cut && hash_get_num_entries(walk->erased) == 0;
}

static void
end_walk(Walk *walk, int64 last)
{
	const AuditHead *head = walk->check->head;
	HASH_SEQ_STATUS scan;
	Erased	   *erased;

	if (walk->has_cut)
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
	end_walk(&walk, walk.has_begun ? walk.previous.sequence : last_sequence(log, columns, index, snapshot));
	delivery_audit_end_hashing(&walk.hasher);
	hash_destroy(walk.erased);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	MemoryContextDelete(row_context);
}
