/*
 * wip_attach.c
 *	  Making a table a board, and no longer.
 *
 * All is done by ordinary statements with the rights of the caller.  Which columns
 * matter is said in the condition of the triggers, and nowhere else.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/statement.h"
#include "guard/wip.h"
#include "guard/wip_column.h"
#include "guard/wip_layout.h"
#include "guard/wip_rights.h"

PG_FUNCTION_INFO_V1(delivery_limit_wip);
PG_FUNCTION_INFO_V1(delivery_unlimit_wip);

/* --- columns ------------------------------------------------------------ */

/*
 * A column that a condition of a trigger can look at.
 */
static AttrNumber
find_column(Relation relation, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	if (number == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", name, RelationGetRelationName(relation)),
				 errdetail("A board is limited by columns of its own."),
				 errhint("Name a column as it is written in the table, without quotes.")));
	if (number < 0 || delivery_is_virtual(TupleDescAttr(RelationGetDescr(relation), number - 1)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" is not stored", name, RelationGetRelationName(relation)),
				 errdetail("System columns and virtual generated columns cannot be counted by."),
				 errhint("Use an ordinary or a stored generated column.")));
	return number;
}

static void
add_column(Relation relation, const char *name, WipLayout *layout)
{
	AttrNumber	number = find_column(relation, name);
	WipColumn	column;

	for (int i = 0; i < layout->count; i++)
		if (layout->columns[i] == number)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is named twice", name),
					 errdetail("Lane and scope of an item are in different columns."),
					 errhint("Name it once.")));
	if (layout->count == WIP_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("a board can have at most %d scope columns", WIP_SCOPES),
				 errdetail("The first that is too many is \"%s\".", name),
				 errhint("Name the columns that say whose an item is.")));
	delivery_wip_describe_column(relation, number, &column);
	layout->columns[layout->count++] = number;
}

static void
set_weight(Relation relation, const char *name, WipLayout *layout)
{
	AttrNumber	number = find_column(relation, name);
	Oid			type = getBaseType(TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid);

	if (!delivery_wip_can_weigh(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" cannot be the weight of an item", name),
				 errdetail("It is of type %s.", format_type_be(TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid)),
				 errhint("Weights are smallint, integer or bigint.")));
	for (int i = 0; i < layout->count; i++)
		if (layout->columns[i] == number)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is named twice", name),
					 errdetail("The weight of an item is not its lane or scope."),
					 errhint("Name another column.")));
	layout->weight = number;
}

static void
read_layout(FunctionCallInfo fcinfo, Relation relation, WipLayout *layout)
{
	Datum	   *scopes;
	bool	   *nulls;
	int			count = 0;

	memset(layout, 0, sizeof(WipLayout));
	layout->board = RelationGetRelid(relation);
	add_column(relation, NameStr(*PG_GETARG_NAME(1)), layout);
	if (!PG_ARGISNULL(2))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &scopes, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a scope column has no name"),
					 errdetail("The name is NULL."),
					 errhint("Write ARRAY['team'], or '{}' for none.")));
		add_column(relation, NameStr(*DatumGetName(scopes[i])), layout);
	}
	if (!PG_ARGISNULL(3))
		set_weight(relation, NameStr(*PG_GETARG_NAME(3)), layout);
}

/* --- triggers ----------------------------------------------------------- */

static void
append_columns(StringInfo statement, Relation relation, const WipLayout *layout, const char *row)
{
	for (int i = 0; i <= layout->count; i++)
	{
		AttrNumber	number = i < layout->count ? layout->columns[i] : layout->weight;

		if (number != InvalidAttrNumber)
			appendStringInfo(statement, ", %s.%s", row,
							 quote_identifier(NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname)));
	}
}

/*
 * Attach one of the triggers to the board, or to a table that inherits from it.
 */
static void
create_trigger(Relation board, const WipLayout *layout, const char *table, bool update)
{
	StringInfoData statement;

	initStringInfo(&statement);
	appendStringInfo(&statement,
					 "CREATE CONSTRAINT TRIGGER %s AFTER %s ON %s DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW "
					 "WHEN (delivery_internal.%s(%s::pg_catalog.regclass",
					 update ? WIP_UPDATE_TRIGGER : WIP_INSERT_TRIGGER, update ? "UPDATE" : "INSERT", table,
					 layout->weight == InvalidAttrNumber ? WIP_CONDITION : WIP_WEIGHTED_CONDITION,
					 quote_literal_cstr(delivery_qualified_name(board)));
	append_columns(&statement, board, layout, "NEW");
	if (update)
		append_columns(&statement, board, layout, "OLD");
	appendStringInfoString(&statement, ")) EXECUTE FUNCTION delivery_internal.enforce_wip_limit()");
	delivery_run_statement(statement.data);
}

/* Its name, or NULL. */
static char *
find_trigger(Oid oid, bool update)
{
	Relation	table = table_open(oid, AccessShareLock);
	/* to look at its function reads the catalog, at which the relation's own may be freed */
	TriggerDesc *triggers = CopyTriggerDesc(table->trigdesc);
	char	   *name = NULL;

	for (int i = 0; name == NULL && triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if ((trigger->tgtype & (update ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_INSERT)) && delivery_wip_is_trigger(trigger))
			name = pstrdup(trigger->tgname);
	}
	FreeTriggerDesc(triggers);
	table_close(table, AccessShareLock);
	return name;
}

/*
 * Tables that need triggers of their own: the board, and children, to which, unlike
 * to partitions, the server copies none.
 */
static List *
find_tables(Oid board, LOCKMODE lock)
{
	List	   *tables = NIL;
	List	   *all = find_all_inheritors(board, lock, NULL);
	ListCell   *cell;

	foreach(cell, all)
	{
		Oid			oid = lfirst_oid(cell);

		if (oid == board || (!get_rel_relispartition(oid) && RELKIND_HAS_TABLE_AM(get_rel_relkind(oid))))
			tables = lappend_oid(tables, oid);
	}
	return tables;
}

static bool
create_missing_triggers(Relation board, const WipLayout *layout)
{
	bool		created = false;
	List	   *tables = find_tables(RelationGetRelid(board), ShareRowExclusiveLock);
	ListCell   *cell;

	foreach(cell, tables)
	{
		Relation	table = table_open(lfirst_oid(cell), ShareRowExclusiveLock);
		WipLayout	found;

		if (lfirst_oid(cell) != layout->board && delivery_wip_find_layout(table, &found, NULL) && found.board != layout->board)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("table %s is a board of its own", delivery_qualified_name(table)),
					 errdetail("It inherits from table %s.", delivery_qualified_name(board)),
					 errhint("SELECT delivery.unlimit_wip(%s) first.", quote_literal_cstr(delivery_qualified_name(table)))));
		for (int update = 0; update <= 1; update++)
			if (find_trigger(lfirst_oid(cell), update) == NULL)
			{
				create_trigger(board, layout, delivery_qualified_name(table), update);
				created = true;
			}
		table_close(table, NoLock);
	}
	return created;
}

/*
 * Limits that were set before the triggers were dropped hold again.  Their scopes are
 * values of the scope columns, in order, so they must be as many.
 */
static void
check_old_limits(Relation board, const WipLayout *layout)
{
	Oid			types[2] = {REGCLASSOID, INT4OID};
	Datum		values[2] = {ObjectIdGetDatum(RelationGetRelid(board)), Int32GetDatum(layout->count - 1)};
	const char *misfits = "SELECT FROM (SELECT board, scope FROM delivery_internal.wip_limit UNION ALL SELECT board, scope FROM delivery_internal.wip_override) AS s"
		" WHERE board = $1 AND scope <> '{}'"
		/* all scopes together, also on a board that has but one */
		" AND cardinality(scope) <> CASE array_remove(scope, NULL) WHEN '{}' THEN greatest($2, 1) ELSE $2 END";

	if (delivery_run_internal("wip_limit", misfits, 2, types, values) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s has limits for other scope columns", delivery_qualified_name(board)),
				 errdetail("Some name a scope of other than %d values.", layout->count - 1),
				 errhint("Name the scope columns as before, or SELECT delivery.unlimit_wip(%s), which drops them.",
						 quote_literal_cstr(delivery_qualified_name(board)))));
}

/* --- attach and detach -------------------------------------------------- */

static Relation
open_board(Oid oid, LOCKMODE lock)
{
	Relation	relation;

	delivery_wip_check_owner(oid);
	if (get_rel_relkind(oid) != RELKIND_RELATION && get_rel_relkind(oid) != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", get_rel_name(oid)),
				 errdetail("Only tables and partitioned tables can be boards."),
				 errhint("Limit the tables behind it.")));
	relation = table_open(oid, lock);
	/* it may be another's, if that was waited for */
	delivery_wip_check_owner(oid);
	if (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a temporary table cannot be a board"),
				 errdetail("Table %s ends with the session, its limits would not.", delivery_qualified_name(relation)),
				 errhint("Limit a table that lasts.")));
	return relation;
}

/*
 * limit_wip(board, lane_column, scope_columns, weight_column)
 */
Datum
delivery_limit_wip(PG_FUNCTION_ARGS)
{
	Relation	board;
	WipLayout	layout;
	WipLayout	found;
	bool		mended;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a board has a table and a lane column"),
				 errdetail("%s is NULL.", PG_ARGISNULL(0) ? "The table" : "The column"),
				 errhint("SELECT delivery.limit_wip('card', 'lane')")));
	/* as CREATE TRIGGER locks it */
	board = open_board(PG_GETARG_OID(0), ShareRowExclusiveLock);
	read_layout(fcinfo, board, &layout);
	mended = delivery_wip_find_layout(board, &found, NULL);
	if (mended && memcmp(&layout, &found, sizeof(WipLayout)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is a board already", delivery_qualified_name(board)),
				 errdetail("%s", found.board == layout.board ? "Its limits look at other columns." : "It belongs to the board that it inherits from."),
				 errhint("SELECT delivery.unlimit_wip(%s) first; it drops the limits, too.",
						 quote_literal_cstr(found.board == layout.board ? delivery_qualified_name(board) : get_rel_name(found.board)))));
	check_old_limits(board, &layout);
	if (!create_missing_triggers(board, &layout))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is a board already", delivery_qualified_name(board)),
				 errdetail("It has the triggers \"%s\" and \"%s\".", WIP_INSERT_TRIGGER, WIP_UPDATE_TRIGGER),
				 errhint("SELECT delivery.set_wip_limit(%s, '{doing}', 3, 'block') sets a limit.",
						 quote_literal_cstr(delivery_qualified_name(board)))));
	table_close(board, NoLock);
	PG_RETURN_VOID();
}

/*
 * unlimit_wip(board)
 */
Datum
delivery_unlimit_wip(PG_FUNCTION_ARGS)
{
	/* as DROP TRIGGER locks it, and at once: readers of the table who go on to write would deadlock */
	Relation	board = open_board(PG_GETARG_OID(0), AccessExclusiveLock);
	char	   *name = delivery_qualified_name(board);
	List	   *tables = find_tables(RelationGetRelid(board), AccessExclusiveLock);
	Oid			types[1] = {REGCLASSOID};
	Datum		values[1] = {PG_GETARG_DATUM(0)};
	WipLayout	layout;
	uint64		limits;
	bool		dropped = false;
	ListCell   *cell;

	if (delivery_wip_find_layout(board, &layout, NULL) && layout.board != RelationGetRelid(board))
		delivery_wip_refuse_part(board, &layout);
	table_close(board, NoLock);
	foreach(cell, tables)
	{
		Oid			oid = lfirst_oid(cell);
		char	   *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(oid)), get_rel_name(oid));

		for (int update = 0; update <= 1; update++)
		{
			char	   *trigger = find_trigger(oid, update);

			if (trigger == NULL)
				continue;
			delivery_run_statement(psprintf("DROP TRIGGER %s ON %s", quote_identifier(trigger), table));
			dropped = true;
		}
	}
	limits = delivery_run_internal("wip_limit", "DELETE FROM delivery_internal.wip_limit WHERE board = $1", 1, types, values);
	limits += delivery_run_internal("wip_override", "DELETE FROM delivery_internal.wip_override WHERE board = $1", 1, types, values);
	limits += delivery_run_internal("wip_entry", "DELETE FROM delivery_internal.wip_entry WHERE board = $1", 1, types, values);
	if (!dropped && limits == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table %s is not a board", name),
				 errdetail("It has no trigger \"%s\", and no limits.", WIP_INSERT_TRIGGER),
				 errhint("SELECT delivery.limit_wip(%s, 'lane_column') makes it one.", quote_literal_cstr(name))));
	PG_RETURN_VOID();
}
