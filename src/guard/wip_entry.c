/*
 * wip_entry.c
 *	  The column of a board that says since when an item is where it is.
 *
 * No limit looks at it, only who asks for the oldest item of a group.  So it is kept by
 * name in a table, and not in the condition of the triggers: it may be dropped, and its
 * type be changed, as if there were no board.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/internal.h"
#include "base/statement.h"
#include "guard/wip.h"
#include "guard/wip_entry.h"
#include "guard/wip_layout.h"
#include "guard/wip_rights.h"

PG_FUNCTION_INFO_V1(delivery_set_wip_entry_column);
PG_FUNCTION_INFO_V1(delivery_check_wip_entry);
PG_FUNCTION_INFO_V1(delivery_is_wip_entry);

#define ENTRY_TABLE "wip_entry"

/* its columns */
enum
{
	ENTRY_BOARD = 1,
	ENTRY_COLUMN
};

/* --- columns that say when ---------------------------------------------- */

static bool
says_when(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/* A column of that name, or NULL. */
static Form_pg_attribute
find_attribute(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0)
			return attribute;
	}
	return NULL;
}

/* One that is stored and says when, or InvalidAttrNumber. */
static AttrNumber
find_entry(TupleDesc desc, const char *name, Oid *type)
{
	Form_pg_attribute attribute = find_attribute(desc, name);

	if (attribute == NULL || delivery_is_virtual(attribute))
		return InvalidAttrNumber;
	*type = getBaseType(attribute->atttypid);
	return says_when(*type) ? attribute->attnum : InvalidAttrNumber;
}

/*
 * is_wip_entry(board, column)
 */
Datum
delivery_is_wip_entry(PG_FUNCTION_ARGS)
{
	HeapTuple	tuple;
	bool		found = false;

	/* nobody is waited for: a table that is gone has no row */
	if (!SearchSysCacheExists1(RELOID, PG_GETARG_DATUM(0)))
		PG_RETURN_NULL();
	tuple = SearchSysCacheAttName(PG_GETARG_OID(0), NameStr(*PG_GETARG_NAME(1)));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_attribute attribute = (Form_pg_attribute) GETSTRUCT(tuple);

		found = attribute->attnum > 0 && !delivery_is_virtual(attribute) && says_when(getBaseType(attribute->atttypid));
		ReleaseSysCache(tuple);
	}
	PG_RETURN_BOOL(found);
}

/* --- reading it --------------------------------------------------------- */

static char *
read_name(Oid board)
{
	Relation	table = delivery_open_internal(ENTRY_TABLE, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *name = NULL;

	ScanKeyInit(&key, ENTRY_BOARD, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(board));
	scan = systable_beginscan(table, delivery_primary_key(table), true, snapshot, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		is_null;
		Datum		value = heap_getattr(tuple, ENTRY_COLUMN, RelationGetDescr(table), &is_null);

		if (!is_null)
			name = pstrdup(NameStr(*DatumGetName(value)));
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return name;
}

/*
 * The entry column of a board whose items the current user may count, if that role may
 * read it, too.
 */
void
delivery_wip_find_entry(const WipBoard *board, WipEntry *entry)
{
	AttrNumber	number;

	memset(entry, 0, sizeof(WipEntry));
	entry->column = read_name(board->board);
	if (entry->column == NULL)
		return;
	number = get_attnum(board->board, entry->column);
	if (number == InvalidAttrNumber ||
		(pg_class_aclcheck(board->board, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		 pg_attribute_aclcheck(board->board, number, GetUserId(), ACL_SELECT) != ACLCHECK_OK))
		entry->column = NULL;
}

/*
 * Since when an item is there; false where that is not known, or not at any instant.
 * What has no zone is of the session's.
 */
bool
delivery_wip_entered_at(WipEntry *entry, const WipTable *table, TupleTableSlot *slot, TimestampTz *at)
{
	Datum		value;
	bool		is_null;
	Timestamp	local;

	if (entry->column == NULL)
		return false;
	if (entry->table != table->table)
	{
		entry->table = table->table;
		entry->number = find_entry(slot->tts_tupleDescriptor, entry->column, &entry->type);
	}
	if (entry->number == InvalidAttrNumber)
		return false;
	value = slot_getattr(slot, entry->number, &is_null);
	if (is_null)
		return false;
	if (entry->type == TIMESTAMPTZOID)
	{
		*at = DatumGetTimestampTz(value);
		return !TIMESTAMP_NOT_FINITE(*at);
	}
	if (entry->type == DATEOID)
	{
		DateADT		date = DatumGetDateADT(value);

		if (date <= MIN_TIMESTAMP / USECS_PER_DAY || date >= END_TIMESTAMP / USECS_PER_DAY)
			return false;
		local = date * USECS_PER_DAY;
	}
	else
		local = DatumGetTimestamp(value);
	/* at the ends of time another zone can be beyond them */
	if (local < MIN_TIMESTAMP + 2 * USECS_PER_DAY || local >= END_TIMESTAMP - 2 * USECS_PER_DAY)
		return false;
	*at = DatumGetTimestampTz(DirectFunctionCall1(timestamp_timestamptz, TimestampGetDatum(local)));
	return true;
}

/* --- setting it --------------------------------------------------------- */

static void
check_column(Relation board, const char *name)
{
	Form_pg_attribute attribute = find_attribute(RelationGetDescr(board), name);

	if (attribute == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", name, RelationGetRelationName(board)),
				 errdetail("Since when an item is in its lane is said by a column of the board."),
				 errhint("Name a column as it is written in the table, without quotes.")));
	if (delivery_is_virtual(attribute))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" is not stored", name, RelationGetRelationName(board)),
				 errdetail("Virtual generated columns are not read."),
				 errhint("Use an ordinary or a stored generated column.")));
	if (!says_when(getBaseType(attribute->atttypid)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" cannot say since when an item is in its lane", name),
				 errdetail("It is of type %s.", format_type_be(attribute->atttypid)),
				 errhint("Name a column of type timestamptz, timestamp or date.")));
}

/*
 * set_wip_entry_column(board, entry_column)
 *
 * The lock keeps the table from being made a board no longer meanwhile, and nobody from
 * writing to it.
 */
Datum
delivery_set_wip_entry_column(PG_FUNCTION_ARGS)
{
	Relation	board;
	WipLayout	layout;
	Oid			types[2] = {REGCLASSOID, NAMEOID};
	Datum		values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("board must not be NULL"),
				 errdetail("Only the entry column may be NULL, which takes it away."),
				 errhint("Name the board.")));
	delivery_wip_check_owner(PG_GETARG_OID(0));
	board = relation_open(PG_GETARG_OID(0), ShareUpdateExclusiveLock);
	if (!delivery_wip_find_layout(board, &layout, NULL))
		delivery_wip_refuse_table(board);
	if (layout.board != PG_GETARG_OID(0))
		delivery_wip_refuse_part(board, &layout);
	if (PG_ARGISNULL(1))
		(void) delivery_run_internal(ENTRY_TABLE, "DELETE FROM delivery_internal.wip_entry WHERE board = $1", 1, types, values);
	else
	{
		check_column(board, NameStr(*PG_GETARG_NAME(1)));
		(void) delivery_run_internal(ENTRY_TABLE,
									 "INSERT INTO delivery_internal.wip_entry (board, entry_column) VALUES ($1, $2)"
									 " ON CONFLICT (board) DO UPDATE SET entry_column = EXCLUDED.entry_column", 2, types, values);
	}
	relation_close(board, NoLock);
	PG_RETURN_VOID();
}

/*
 * check_wip_entry() -> trigger, before each row
 *
 * Who owns the database may restore, before there are triggers on the boards, but not
 * set anything on boards of others.
 */
Datum
delivery_check_wip_entry(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	Relation	board;
	WipLayout	layout;
	Datum		value;
	bool		is_null;

	if (!CALLED_AS_TRIGGER(fcinfo) || !delivery_is_internal_table(trigger->tg_relation, ENTRY_TABLE) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("check_wip_entry is a trigger function of a table of the extension"),
				 errdetail("That is wip_entry in the schema delivery_internal."),
				 errhint("SELECT delivery.set_wip_entry_column(...) names the entry column of a board.")));
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	value = heap_getattr(tuple, ENTRY_BOARD, RelationGetDescr(trigger->tg_relation), &is_null);
	if (is_null || GetUserId() == trigger->tg_relation->rd_rel->relowner)
		return PointerGetDatum(tuple);
	board = try_relation_open(DatumGetObjectId(value), AccessShareLock);
	if (board == NULL)
		return PointerGetDatum(tuple);
	if (delivery_wip_find_layout(board, &layout, NULL))
		delivery_wip_check_owner(RelationGetRelid(board));
	relation_close(board, AccessShareLock);
	return PointerGetDatum(tuple);
}
