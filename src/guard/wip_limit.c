/*
 * wip_limit.c
 *	  The limits of a board: reading them, and finding those that hold for an item.
 *
 * A limit without a scope holds for each scope separately; one with a scope counts
 * all items that agree with it together, and one whose scope names nothing counts all
 * items of its lanes.  Where a scope names every column it would count the same items
 * as the one without: there the one for that scope takes the place of the other.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/internal.h"
#include "base/shown.h"
#include "base/soft_input.h"
#include "guard/wip.h"
#include "guard/wip_column.h"
#include "guard/wip_limit.h"

/* columns of wip_limit and wip_override that are read */
enum
{
	LIMIT_BOARD = 1,
	LIMIT_LANES,
	LIMIT_SCOPE,
	LIMIT_MAXIMUM,
	LIMIT_ENFORCEMENT
};

enum
{
	OVERRIDE_EXTRA = 4,
	OVERRIDE_REASON,
	OVERRIDE_UNTIL
};

/*
 * What is in these lanes, and agrees in these columns.
 */
static uint32
hash_scope(uint32 lanes, uint32 mask, const uint32 *hashes)
{
	uint32		hash = hash_combine(lanes, mask);

	for (int i = 1; mask != 0; i++, mask >>= 1)
		if (mask & 1)
			hash = hash_combine(hash, hashes[i]);
	return hash;
}

/* The same, of the values themselves. */
static uint32
hash_values(const WipBoard *board, uint32 lanes, uint32 mask, const Datum *values)
{
	uint32		hashes[WIP_COLUMNS];

	for (int i = 1; i < board->layout.count; i++)
		if ((mask >> (i - 1)) & 1)
			hashes[i] = delivery_wip_hash(&board->columns[i], values[i]);
	return hash_scope(lanes, mask, hashes);
}

static bool
same_scope(const WipBoard *board, uint32 mask, const Datum *a, const Datum *b)
{
	for (int i = 1; mask != 0; i++, mask >>= 1)
		if ((mask & 1) && !delivery_wip_same(&board->columns[i], a[i], b[i]))
			return false;
	return true;
}

/* --- reading ------------------------------------------------------------ */

/*
 * The value that a text stands for; false for what the column does not take, as it has
 * another type than when the limit was set, or its enum another label.
 */
static bool
read_value(WipBoard *board, int column, const char *string, Datum *value)
{
	if (delivery_read_softly(getBaseType(board->columns[column].type), -1, string, value))
		return true;
	board->unknown = lappend(board->unknown, psprintf("%s = %s", board->columns[column].name, quote_literal_cstr(delivery_shown(string))));
	return false;
}

/*
 * The values that a scope names, of which there must not be more than columns.  One that
 * is there and names none is of all scopes together.
 */
static bool
read_scope(WipBoard *board, Datum scope, uint32 *mask, bool *together, Datum *values)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(scope), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	*mask = 0;
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		if (i + 1 >= board->layout.count)
		{
			board->unknown = lappend(board->unknown, psprintf("%s, in a scope of %d values", quote_literal_cstr(delivery_shown_value(TEXTOID, texts[i])), count));
			return false;
		}
		if (!read_value(board, i + 1, TextDatumGetCString(texts[i]), &values[i + 1]))
			return false;
		*mask |= (uint32) 1 << i;
	}
	*together = count > 0 && *mask == 0;
	return true;
}

typedef struct Lane
{
	uint32		hash;
	int			number;
	Datum		value;
} Lane;

static int
compare_lanes(const void *a, const void *b)
{
	const Lane *one = (const Lane *) a;
	const Lane *two = (const Lane *) b;

	if (one->hash != two->hash)
		return one->hash < two->hash ? -1 : 1;
	return one->number < two->number ? -1 : 1;
}

/* The first of these, which are in order, that is not less. */
static int
first_hash(const uint32 *hashes, int count, uint32 hash)
{
	int			low = 0;
	int			high = count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (hashes[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_lane(const WipColumn *column, const WipLimit *limit, uint32 hash, Datum value)
{
	for (int i = first_hash(limit->lane_hashes, limit->known_lanes, hash); i < limit->known_lanes && limit->lane_hashes[i] == hash; i++)
		if (delivery_wip_same(column, limit->lanes[i], value))
			return true;
	return false;
}

/*
 * Those that the type of the column knows, each once, as it takes some texts for the
 * same.
 */
static void
read_lanes(WipBoard *board, WipLimit *limit)
{
	Lane	   *lanes = (Lane *) MemoryContextAllocHuge(CurrentMemoryContext, Max(limit->lane_count, 1) * sizeof(Lane));
	int			count = 0;

	for (int i = 0; i < limit->lane_count; i++)
		if (read_value(board, 0, limit->lane_names[i], &lanes[count].value))
		{
			lanes[count].hash = delivery_wip_hash(&board->columns[0], lanes[count].value);
			lanes[count].number = i;
			count++;
		}
	qsort(lanes, count, sizeof(Lane), compare_lanes);
	limit->lanes = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	limit->lane_hashes = (uint32 *) palloc(Max(count, 1) * sizeof(uint32));
	for (int i = 0; i < count; i++)
		if (!is_lane(&board->columns[0], limit, lanes[i].hash, lanes[i].value))
		{
			limit->lanes[limit->known_lanes] = lanes[i].value;
			limit->lane_hashes[limit->known_lanes++] = lanes[i].hash;
		}
	pfree(lanes);
}

static char *
lanes_key(Datum array)
{
	StringInfoData key;
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	initStringInfo(&key);
	for (int i = 0; i < count; i++)
	{
		char	   *lane = nulls[i] ? pstrdup("") : TextDatumGetCString(texts[i]);

		appendStringInfo(&key, "%zu:%s", strlen(lane), lane);
	}
	/* there may be many of them */
	return (char *) repalloc(key.data, key.len + 1);
}

static uint32
hash_key(const char *key)
{
	return DatumGetUInt32(hash_any((const unsigned char *) key, (int) strlen(key)));
}

static bool
read_limit(WipBoard *board, TupleDesc desc, HeapTuple tuple, WipLimit *limit)
{
	bool		is_null;
	Datum		lanes = heap_getattr(tuple, LIMIT_LANES, desc, &is_null);
	Datum		enforcement;
	Datum	   *texts;
	HeapTuple	label;

	memset(limit, 0, sizeof(WipLimit));
	if (!read_scope(board, heap_getattr(tuple, LIMIT_SCOPE, desc, &is_null), &limit->mask, &limit->together, limit->values))
		return false;
	limit->each_scope = limit->mask == 0 && !limit->together;
	if (limit->each_scope)
		limit->mask = ((uint32) 1 << (board->layout.count - 1)) - 1;
	limit->lanes_key = lanes_key(lanes);
	limit->lanes_hash = hash_key(limit->lanes_key);
	deconstruct_array(DatumGetArrayTypeP(lanes), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL, &limit->lane_count);
	limit->lane_names = (char **) palloc(Max(limit->lane_count, 1) * sizeof(char *));
	for (int i = 0; i < limit->lane_count; i++)
		limit->lane_names[i] = TextDatumGetCString(texts[i]);
	read_lanes(board, limit);
	limit->maximum = DatumGetInt64(heap_getattr(tuple, LIMIT_MAXIMUM, desc, &is_null));
	enforcement = heap_getattr(tuple, LIMIT_ENFORCEMENT, desc, &is_null);
	label = SearchSysCache1(ENUMOID, enforcement);
	if (!HeapTupleIsValid(label))
		elog(ERROR, "cache lookup failed for enum label %u", DatumGetObjectId(enforcement));
	limit->enforcement = enforcement;
	limit->warn = strcmp(NameStr(((Form_pg_enum) GETSTRUCT(label))->enumlabel), "warn") == 0;
	ReleaseSysCache(label);
	return true;
}

/*
 * False for one that has ended.
 */
static bool
read_override(WipBoard *board, TupleDesc desc, HeapTuple tuple, WipOverride *override)
{
	bool		is_null;

	memset(override, 0, sizeof(WipOverride));
	if (!read_scope(board, heap_getattr(tuple, LIMIT_SCOPE, desc, &is_null), &override->mask, &override->together, override->values))
		return false;
	override->extra = DatumGetInt64(heap_getattr(tuple, OVERRIDE_EXTRA, desc, &is_null));
	override->until = DatumGetTimestampTz(heap_getattr(tuple, OVERRIDE_UNTIL, desc, &is_null));
	if (override->until <= GetCurrentTimestamp())
		return false;
	override->lanes_key = lanes_key(heap_getattr(tuple, LIMIT_LANES, desc, &is_null));
	override->hash = hash_values(board, hash_key(override->lanes_key), override->mask, override->values);
	return true;
}

/*
 * Rows of a configuration table about this board, as of now and not of the
 * transaction, whatever the current user may see.
 */
static SysScanDesc
begin_scan(const char *name, const WipBoard *board, Snapshot snapshot, Relation *table)
{
	ScanKeyData key;

	*table = delivery_open_internal(name, AccessShareLock);
	ScanKeyInit(&key, LIMIT_BOARD, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(board->board));
	return systable_beginscan(*table, delivery_primary_key(*table), true, snapshot, 1, &key);
}

static int
compare_hashes(const void *a, const void *b)
{
	uint32		one = *(const uint32 *) a;
	uint32		two = *(const uint32 *) b;

	return one < two ? -1 : one > two;
}

static int
compare_places(const void *a, const void *b)
{
	return compare_hashes(&((const WipPlace *) a)->hash, &((const WipPlace *) b)->hash);
}

static int
compare_overrides(const void *a, const void *b)
{
	return compare_hashes(&((const WipOverride *) a)->hash, &((const WipOverride *) b)->hash);
}

/* Puts them in order, each once; returns how many they are then. */
static int
make_different(uint32 *masks, int count)
{
	int			different = 0;

	qsort(masks, count, sizeof(uint32), compare_hashes);
	for (int i = 0; i < count; i++)
		if (i == 0 || masks[i] != masks[i - 1])
			masks[different++] = masks[i];
	return different;
}

static void
index_overrides(WipBoard *board)
{
	board->override_masks = (uint32 *) palloc(Max(board->override_count, 1) * sizeof(uint32));
	for (int i = 0; i < board->override_count; i++)
		board->override_masks[i] = board->overrides[i].mask;
	board->override_mask_count = make_different(board->override_masks, board->override_count);
	if (board->override_count > 1)
		qsort(board->overrides, board->override_count, sizeof(WipOverride), compare_overrides);
}

static void
index_limits(WipBoard *board)
{
	int			places = 0;

	for (int i = 0; i < board->limit_count; i++)
		places += board->limits[i].known_lanes;
	board->places = (WipPlace *) palloc(Max(places, 1) * sizeof(WipPlace));
	board->lane_hashes = (uint32 *) palloc(Max(places, 1) * sizeof(uint32));
	board->masks = (uint32 *) palloc(Max(board->limit_count, 1) * sizeof(uint32));
	for (int i = 0; i < board->limit_count; i++)
	{
		WipLimit   *limit = &board->limits[i];
		uint32		mask = limit->each_scope ? 0 : limit->mask;

		board->masks[i] = mask;
		for (int j = 0; j < limit->known_lanes; j++)
		{
			WipPlace   *place = &board->places[board->place_count];

			place->hash = hash_values(board, limit->lane_hashes[j], mask, limit->values);
			place->limit = i;
			place->lane = limit->lanes[j];
			board->lane_hashes[board->place_count++] = limit->lane_hashes[j];
		}
	}
	board->mask_count = make_different(board->masks, board->limit_count);
	qsort(board->places, board->place_count, sizeof(WipPlace), compare_places);
	qsort(board->lane_hashes, board->place_count, sizeof(uint32), compare_hashes);
}

void
delivery_wip_load_limits(WipBoard *board)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Relation	table;
	SysScanDesc scan = begin_scan("wip_limit", board, snapshot, &table);
	int			room = 0;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (board->limit_count == room)
		{
			room = Max(8, room * 2);
			board->limits = board->limits == NULL ? (WipLimit *) palloc(room * sizeof(WipLimit)) :
				(WipLimit *) repalloc_huge(board->limits, room * sizeof(WipLimit));
		}
		if (read_limit(board, RelationGetDescr(table), tuple, &board->limits[board->limit_count]))
			board->limit_count++;
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);

	scan = begin_scan("wip_override", board, snapshot, &table);
	room = 0;
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (board->override_count == room)
		{
			room = Max(8, room * 2);
			board->overrides = board->overrides == NULL ? (WipOverride *) palloc(room * sizeof(WipOverride)) :
				(WipOverride *) repalloc_huge(board->overrides, room * sizeof(WipOverride));
		}
		if (read_override(board, RelationGetDescr(table), tuple, &board->overrides[board->override_count]))
			board->override_count++;
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);
	UnregisterSnapshot(snapshot);
	index_limits(board);
	index_overrides(board);
}

/* --- finding ------------------------------------------------------------ */

static bool
is_limited_lane(const WipBoard *board, uint32 hash)
{
	return bsearch(&hash, board->lane_hashes, board->place_count, sizeof(uint32), compare_hashes) != NULL;
}

static int
first_place(const WipBoard *board, uint32 hash)
{
	int			low = 0;
	int			high = board->place_count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (board->places[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_nulls(const WipRow *row, uint32 mask)
{
	for (int i = 1; mask != 0; i++, mask >>= 1)
		if ((mask & 1) && row->nulls[i])
			return true;
	return false;
}

/*
 * Whether another limit counts the same items, and is for this scope alone.
 */
static bool
is_replaced(const WipBoard *board, const WipLimit *limit, List *limits)
{
	ListCell   *cell;

	foreach(cell, limits)
	{
		const WipLimit *other = &board->limits[lfirst_int(cell)];

		if (!other->each_scope && !other->together && other->mask == limit->mask && strcmp(other->lanes_key, limit->lanes_key) == 0)
			return true;
	}
	return false;
}

static List *
leave_out_replaced(const WipBoard *board, List *limits)
{
	List	   *left = NIL;
	ListCell   *cell;

	foreach(cell, limits)
	{
		const WipLimit *limit = &board->limits[lfirst_int(cell)];

		if (!limit->each_scope || !is_replaced(board, limit, limits))
			left = lappend_int(left, lfirst_int(cell));
	}
	return left;
}

/*
 * The limits that count an item, as a list of their numbers.
 */
List *
delivery_wip_limits_of(WipBoard *board, WipRow *row)
{
	List	   *limits = NIL;

	if (board->place_count == 0 || row->nulls[0])
		return NIL;
	row->hashes[0] = delivery_wip_hash(&board->columns[0], row->values[0]);
	row->hashed = false;
	if (!is_limited_lane(board, row->hashes[0]))
		return NIL;
	for (int i = 1; i < board->layout.count; i++)
		row->hashes[i] = row->nulls[i] ? 0 : delivery_wip_hash(&board->columns[i], row->values[i]);
	row->hashed = true;

	for (int i = 0; i < board->mask_count; i++)
	{
		uint32		mask = board->masks[i];
		uint32		hash;

		if (has_nulls(row, mask))
			continue;
		hash = hash_scope(row->hashes[0], mask, row->hashes);
		for (int j = first_place(board, hash); j < board->place_count && board->places[j].hash == hash; j++)
		{
			const WipLimit *limit = &board->limits[board->places[j].limit];

			if ((limit->each_scope ? 0 : limit->mask) != mask || has_nulls(row, limit->mask) ||
				!delivery_wip_same(&board->columns[0], board->places[j].lane, row->values[0]) ||
				!same_scope(board, mask, limit->values, row->values) ||
				list_member_int(limits, board->places[j].limit))
				continue;
			limits = lappend_int(limits, board->places[j].limit);
		}
	}
	return list_length(limits) > 1 ? leave_out_replaced(board, limits) : limits;
}

/*
 * Whether an item is in one of the lanes of a limit.
 */
bool
delivery_wip_counts(const WipBoard *board, const WipLimit *limit, const WipRow *row)
{
	return !row->nulls[0] &&
		is_lane(&board->columns[0], limit, delivery_wip_hash(&board->columns[0], row->values[0]), row->values[0]);
}

/*
 * What is locked for a group.  Two groups may share a key: they wait for each other,
 * no more.
 */
uint32
delivery_wip_group_key(const WipLimit *limit, const WipRow *row)
{
	Assert(row->hashed);
	return hash_scope(limit->lanes_hash, limit->mask, row->hashes);
}

static int
first_override(const WipBoard *board, uint32 hash)
{
	int			low = 0;
	int			high = board->override_count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (board->overrides[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * With the overrides that hold at this moment: those of the same lanes that agree with
 * the row in all that they name, which is among what delimits the limit.  The limit of all
 * scopes together has its own.  Without a row, those for each scope.
 */
int64
delivery_wip_maximum(const WipBoard *board, const WipLimit *limit, const WipRow *row)
{
	int64		maximum = limit->maximum;
	TimestampTz now = board->override_count == 0 ? 0 : GetCurrentTimestamp();

	for (int i = 0; i < board->override_mask_count; i++)
	{
		uint32		mask = board->override_masks[i];
		uint32		hash;

		if ((mask & ~limit->mask) != 0 || (row == NULL && mask != 0))
			continue;
		hash = hash_values(board, limit->lanes_hash, mask, row == NULL ? NULL : row->values);
		for (int j = first_override(board, hash); j < board->override_count && board->overrides[j].hash == hash; j++)
		{
			const WipOverride *override = &board->overrides[j];

			if (override->until > now && override->mask == mask && override->together == limit->together && strcmp(override->lanes_key, limit->lanes_key) == 0 &&
				(row == NULL || same_scope(board, mask, override->values, row->values)) &&
				pg_add_s64_overflow(maximum, override->extra, &maximum))
				maximum = PG_INT64_MAX;
		}
	}
	return maximum;
}
