/*
 * wip_status.c
 *	  How full the groups of all boards are.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "nodes/bitmapset.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/internal.h"
#include "guard/wip.h"
#include "guard/wip_board.h"
#include "guard/wip_column.h"
#include "guard/wip_count.h"
#include "guard/wip_entry.h"
#include "guard/wip_index.h"
#include "guard/wip_layout.h"
#include "guard/wip_limit.h"
#include "guard/wip_rights.h"

PG_FUNCTION_INFO_V1(delivery_wip_status);
PG_FUNCTION_INFO_V1(delivery_wip_columns);
PG_FUNCTION_INFO_V1(delivery_wip_unindexed);
PG_FUNCTION_INFO_V1(delivery_wip_unknown);
PG_FUNCTION_INFO_V1(delivery_suggested_wip_limit);

/* --- scopes in which there are items ------------------------------------ */

/* of the items of a group */
typedef struct Tally
{
	int64		count;
	bool		is_dated;		/* one of them says since when it is there */
	TimestampTz oldest;
} Tally;

typedef struct Scope
{
	struct Scope *next;
	WipRow		row;
	Tally		tally;
} Scope;

typedef struct ScopeList
{
	uint32		hash;			/* key of the hash table */
	Scope	   *first;
} ScopeList;

typedef struct Scopes
{
	const WipBoard *board;
	WipEntry   *entry;
	MemoryContext context;
	HTAB	   *lists;
	List	   *all;
} Scopes;

static void
add_item(Tally *tally, WipEntry *entry, const WipTable *table, TupleTableSlot *slot, int64 weight)
{
	TimestampTz at;

	if (pg_add_s64_overflow(tally->count, weight, &tally->count))
		tally->count = PG_INT64_MAX;
	if (!delivery_wip_entered_at(entry, table, slot, &at))
		return;
	if (!tally->is_dated || at < tally->oldest)
		tally->oldest = at;
	tally->is_dated = true;
}

static bool
count_in_scope(const WipTable *table, TupleTableSlot *slot, int64 weight, void *state)
{
	Scopes	   *scopes = (Scopes *) state;
	const WipBoard *board = scopes->board;
	Datum		values[WIP_COLUMNS];
	uint32		hash = 0;
	ScopeList  *list;
	Scope	   *scope;
	bool		found;
	MemoryContext caller;

	for (int i = 1; i < board->layout.count; i++)
	{
		bool		is_null;

		values[i] = slot_getattr(slot, table->columns[i], &is_null);
		if (is_null)
			return true;
		hash = hash_combine(hash, delivery_wip_hash(&board->columns[i], values[i]));
	}
	list = (ScopeList *) hash_search(scopes->lists, &hash, HASH_ENTER, &found);
	if (!found)
		list->first = NULL;
	for (scope = list->first; scope != NULL; scope = scope->next)
	{
		bool		same = true;

		for (int i = 1; same && i < board->layout.count; i++)
			same = delivery_wip_same(&board->columns[i], scope->row.values[i], values[i]);
		if (same)
			break;
	}
	if (scope == NULL)
	{
		caller = MemoryContextSwitchTo(scopes->context);
		scope = (Scope *) palloc0(sizeof(Scope));
		for (int i = 1; i < board->layout.count; i++)
			scope->row.values[i] = datumCopy(values[i], board->columns[i].by_value, board->columns[i].length);
		scope->next = list->first;
		list->first = scope;
		scopes->all = lappend(scopes->all, scope);
		MemoryContextSwitchTo(caller);
	}
	add_item(&scope->tally, scopes->entry, table, slot, weight);
	return true;
}

static void
find_scopes(const WipBoard *board, const WipLimit *limit, WipEntry *entry, Scopes *scopes)
{
	HASHCTL		control = {0};
	WipRow		none = {0};

	scopes->board = board;
	scopes->entry = entry;
	scopes->context = CurrentMemoryContext;
	scopes->all = NIL;
	control.keysize = sizeof(uint32);
	control.entrysize = sizeof(ScopeList);
	control.hcxt = CurrentMemoryContext;
	scopes->lists = hash_create("delivery scopes", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	delivery_wip_visit(board, limit, &none, 0, GetActiveSnapshot(), count_in_scope, scopes);
}

/* --- one group ---------------------------------------------------------- */

typedef struct Counted
{
	WipEntry   *entry;
	Tally		tally;
} Counted;

static bool
count_in_group(const WipTable *table, TupleTableSlot *slot, int64 weight, void *state)
{
	Counted    *group = (Counted *) state;

	add_item(&group->tally, group->entry, table, slot, weight);
	return true;
}

/* --- rows --------------------------------------------------------------- */

static Datum
lanes_array(const WipLimit *limit)
{
	Datum	   *texts = (Datum *) palloc(limit->lane_count * sizeof(Datum));

	for (int i = 0; i < limit->lane_count; i++)
		texts[i] = CStringGetTextDatum(limit->lane_names[i]);
	return PointerGetDatum(construct_array(texts, limit->lane_count, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
push_value(JsonbParseState **state, const WipColumn *column, Datum value)
{
	JsonbValue	json;
	Oid			output;
	bool		is_varlena;
	char	   *text;

	getTypeOutputInfo(column->type, &output, &is_varlena);
	text = OidOutputFunctionCall(output, value);
	switch (getBaseType(column->type))
	{
		case BOOLOID:
			json.type = jbvBool;
			json.val.boolean = DatumGetBool(value);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			json.type = jbvNumeric;
			json.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
			break;
		default:
			json.type = jbvString;
			json.val.string.val = text;
			json.val.string.len = (int) strlen(text);
	}
	(void) pushJsonbValue(state, WJB_VALUE, &json);
}

static Datum
scope_json(const WipBoard *board, uint32 mask, const Datum *values)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 1; i < board->layout.count; i++)
	{
		JsonbValue	key;

		if (!((mask >> (i - 1)) & 1))
			continue;
		key.type = jbvString;
		key.val.string.val = board->columns[i].name;
		key.val.string.len = (int) strlen(board->columns[i].name);
		(void) pushJsonbValue(&state, WJB_KEY, &key);
		push_value(&state, &board->columns[i], values[i]);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static void
put_row(ReturnSetInfo *result, const WipBoard *board, const WipLimit *limit, bool each, const WipRow *row, const Tally *tally)
{
	/* of the last one only wip_ages() has a column */
	Datum		values[8] = {0};
	bool		nulls[8] = {0};
	int64		maximum = delivery_wip_maximum(board, limit, each ? NULL : row);
	int64		count = tally == NULL ? 0 : tally->count;
	int64		headroom;

	values[0] = ObjectIdGetDatum(board->board);
	values[1] = lanes_array(limit);
	nulls[2] = each;
	if (!nulls[2])
		values[2] = scope_json(board, limit->mask, row->values);
	nulls[3] = nulls[5] = tally == NULL;
	values[3] = Int64GetDatum(count);
	values[4] = Int64GetDatum(maximum);
	if (pg_sub_s64_overflow(maximum, count, &headroom))
		headroom = PG_INT64_MIN;
	values[5] = Int64GetDatum(headroom);
	values[6] = limit->enforcement;
	nulls[7] = tally == NULL || !tally->is_dated;
	if (!nulls[7])
		values[7] = TimestampTzGetDatum(tally->oldest);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Whether the general limit holds there, and not one for this scope alone.
 */
static bool
holds(WipBoard *board, int number, WipRow *row)
{
	row->values[0] = board->limits[number].lanes[0];
	row->nulls[0] = false;
	return list_member_int(delivery_wip_limits_of(board, row), number);
}

static void
put_limit(ReturnSetInfo *result, WipBoard *board, int number, bool readable, WipEntry *entry)
{
	const WipLimit *limit = &board->limits[number];
	WipRow		row = {0};
	Counted		group = {entry, {0}};
	Scopes		scopes;
	ListCell   *cell;
	bool		put = false;

	memcpy(row.values, limit->values, sizeof(row.values));
	if (!readable)
		put_row(result, board, limit, limit->each_scope, &row, NULL);
	else if (!limit->each_scope || limit->mask == 0)
	{
		delivery_wip_visit(board, limit, &row, limit->mask, GetActiveSnapshot(), count_in_group, &group);
		put_row(result, board, limit, limit->each_scope, &row, &group.tally);
	}
	else
	{
		find_scopes(board, limit, entry, &scopes);
		foreach(cell, scopes.all)
		{
			Scope	   *scope = (Scope *) lfirst(cell);

			if (!holds(board, number, &scope->row))
				continue;
			put_row(result, board, limit, false, &scope->row, &scope->tally);
			put = true;
		}
		/* a limit is shown, even if there is nothing in its lanes */
		if (!put)
			put_row(result, board, limit, true, &row, &group.tally);
	}
}

/* Boards whose limits the caller may see, as the view says. */
static List *
visible_boards(void)
{
	MemoryContext caller = CurrentMemoryContext;
	List	   *boards = NIL;

	SPI_connect();
	if (SPI_execute("SELECT DISTINCT board::pg_catalog.oid FROM delivery.wip_limit ORDER BY 1", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the limits");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		is_null;
		Datum		board = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
		MemoryContext old = MemoryContextSwitchTo(caller);

		boards = lappend_oid(boards, DatumGetObjectId(board));
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return boards;
}

/*
 * wip_status() -> set of (board, lanes, scope, in_progress, maximum, headroom, enforcement)
 * wip_ages() -> the same with the oldest entry
 */
Datum
delivery_wip_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *boards;
	ListCell   *cell;
	bool		with_entries;

	delivery_check_internal("wip_limit");
	boards = visible_boards();
	InitMaterializedSRF(fcinfo, 0);
	with_entries = result->setDesc->natts > 7;
	foreach(cell, boards)
	{
		Oid			oid = lfirst_oid(cell);
		MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "delivery board status", ALLOCSET_DEFAULT_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(context);
		WipEntry	entry = {0};
		WipBoard   *board;
		bool		readable;

		/* what its limits name stays what its columns hold */
		LockRelationOid(oid, AccessShareLock);
		AcceptInvalidationMessages();
		board = delivery_wip_board(oid);
		readable = board->layout.count > 0 && delivery_wip_may_read(board);
		if (with_entries && readable)
			delivery_wip_find_entry(board, &entry);
		for (int i = 0; i < board->limit_count; i++)
			put_limit(result, board, i, readable && board->limits[i].known_lanes > 0, &entry);
		UnlockRelationOid(oid, AccessShareLock);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	return (Datum) 0;
}

/* --- columns of a board ------------------------------------------------- */

/*
 * wip_columns(part) -> (board, lane_column, scope_columns, weight_column)
 */
Datum
delivery_wip_columns(PG_FUNCTION_ARGS)
{
	Relation	relation = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	WipLayout	layout;
	Datum		values[4] = {0};
	bool		nulls[4] = {true, true, true, true};
	Datum		scopes[WIP_COLUMNS];
	TupleDesc	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 4);
	HeapTuple	tuple;

	if (relation == NULL)
		PG_RETURN_NULL();
	if (RELKIND_HAS_STORAGE(relation->rd_rel->relkind) || relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		if (delivery_wip_find_layout(relation, &layout, NULL))
		{
			TupleDesc	desc = RelationGetDescr(relation);

			for (int i = 0; i < layout.count; i++)
				scopes[i] = NameGetDatum(&TupleDescAttr(desc, layout.columns[i] - 1)->attname);
			values[0] = ObjectIdGetDatum(layout.board);
			values[1] = scopes[0];
			values[2] = PointerGetDatum(construct_array(scopes + 1, layout.count - 1, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR));
			if (layout.weight != InvalidAttrNumber)
				values[3] = NameGetDatum(&TupleDescAttr(desc, layout.weight - 1)->attname);
			nulls[0] = nulls[1] = nulls[2] = false;
			nulls[3] = layout.weight == InvalidAttrNumber;
		}
	tuple = heap_form_tuple(record, values, nulls);
	relation_close(relation, AccessShareLock);
	return HeapTupleGetDatum(tuple);
}

/* The columns of an index that a table misses for these groups, if it does. */
static void
put_unindexed(ReturnSetInfo *result, const WipBoard *board, const WipTable *table, uint32 mask)
{
	Datum		values[2];
	bool		nulls[2] = {0};
	Datum		columns[WIP_COLUMNS];
	int			count = 0;

	if (delivery_wip_is_indexed(table, mask))
		return;
	for (int i = 0; i < board->layout.count; i++)
		if (i == 0 || (mask >> (i - 1)) & 1)
			columns[count++] = DirectFunctionCall1(namein, CStringGetDatum(board->columns[i].name));
	values[0] = ObjectIdGetDatum(table->table);
	values[1] = PointerGetDatum(construct_array(columns, count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * wip_unindexed(board) -> set of (part, columns)
 */
Datum
delivery_wip_unindexed(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	WipBoard   *board;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (!SearchSysCacheExists1(RELOID, PG_GETARG_DATUM(0)) || !delivery_wip_may_look(PG_GETARG_OID(0)))
		return (Datum) 0;
	board = delivery_wip_board(PG_GETARG_OID(0));
	foreach(cell, board->tables)
	{
		const WipTable *table = (const WipTable *) lfirst(cell);
		Bitmapset  *seen = NULL;

		/* what limits would need that are not set yet */
		if (board->limit_count == 0)
			put_unindexed(result, board, table, ((uint32) 1 << (board->layout.count - 1)) - 1);
		for (int i = 0; i < board->limit_count; i++)
		{
			if (!bms_is_member((int) board->limits[i].mask, seen))
				put_unindexed(result, board, table, board->limits[i].mask);
			seen = bms_add_member(seen, (int) board->limits[i].mask);
		}
		bms_free(seen);
	}
	return (Datum) 0;
}

/*
 * wip_unknown(board) -> set of text
 */
Datum
delivery_wip_unknown(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			oid = PG_GETARG_OID(0);
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(oid)) || !delivery_wip_may_look(oid))
		return (Datum) 0;
	foreach(cell, delivery_wip_board(oid)->unknown)
	{
		Datum		value = CStringGetTextDatum((const char *) lfirst(cell));
		bool		is_null = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &is_null);
	}
	return (Datum) 0;
}

/*
 * suggested_wip_limit(team_size) -> integer
 */
Datum
delivery_suggested_wip_limit(PG_FUNCTION_ARGS)
{
	int32		team_size = PG_GETARG_INT32(0);

	if (team_size < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("team size must not be negative"),
				 errdetail("It is %d.", team_size),
				 errhint("Count the members of the team.")));
	PG_RETURN_INT32(Max(team_size - 1, 1));
}
