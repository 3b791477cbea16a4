/*
 * wip_settings.c
 *	  Setting, dropping and overriding limits, and keeping what is set in order.
 *
 * The functions write to the configuration tables, for a board's owner, as their owner.
 * The triggers on these tables write lanes and scopes in one way, and see to it that
 * a change and a running check come one after the other.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/internal.h"
#include "base/owner.h"
#include "base/shown.h"
#include "base/soft_input.h"
#include "base/statement.h"
#include "guard/canonical.h"
#include "guard/wip.h"
#include "guard/wip_known.h"
#include "guard/wip_layout.h"
#include "guard/wip_lock.h"
#include "guard/wip_rights.h"

PG_FUNCTION_INFO_V1(delivery_set_wip_limit);
PG_FUNCTION_INFO_V1(delivery_drop_wip_limit);
PG_FUNCTION_INFO_V1(delivery_override_wip);
PG_FUNCTION_INFO_V1(delivery_end_wip_override);
PG_FUNCTION_INFO_V1(delivery_check_wip_setting);
PG_FUNCTION_INFO_V1(delivery_wip_setting_changed);

/* --- writing values in one way ------------------------------------------ */

/*
 * As the column writes it, which must be able to hold it; or any other text as it is,
 * so that what was set before the column was changed can be dropped.
 */
static char *
canonical_value(Relation relation, AttrNumber number, const char *value, bool any)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
	Oid			function;
	Oid			parameter;
	bool		is_varlena;
	Datum		datum;

	if (!any)
	{
		getTypeInputInfo(attribute->atttypid, &function, &parameter);
		datum = OidInputFunctionCall(function, (char *) value, parameter, attribute->atttypmod);
	}
	else if (!delivery_read_softly(attribute->atttypid, attribute->atttypmod, value, &datum))
		return pstrdup(value);
	getTypeOutputInfo(attribute->atttypid, &function, &is_varlena);
	return OidOutputFunctionCall(function, datum);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* In order, each once. */
static Datum
canonical_lanes(Relation relation, const WipLayout *layout, ArrayType *lanes, bool any)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;
	char	  **values;
	int			different = 0;

	deconstruct_array(lanes, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	/* what is there already may be dropped */
	if (count > WIP_LANES && !any)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a limit can have at most %d lanes", WIP_LANES),
				 errdetail("There are %d.", count),
				 errhint("Set a limit for each of fewer lanes, or make another column that of the lanes.")));
	values = (char **) palloc(Max(count, 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a lane has no name"),
					 errdetail("Items whose lane is NULL are in none, and not limited."),
					 errhint("Leave it out.")));
		values[i] = canonical_value(relation, layout->columns[0], TextDatumGetCString(texts[i]), any);
	}
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a limit needs a lane"),
				 errdetail("The list of lanes is empty."),
				 errhint("Write ARRAY['doing'].")));
	qsort(values, count, sizeof(char *), compare_texts);
	for (int i = 0; i < count; i++)
		if (i == 0 || strcmp(values[i], values[i - 1]) != 0)
			texts[different++] = CStringGetTextDatum(values[i]);
	return PointerGetDatum(construct_array(texts, different, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * The values of the scope columns, NULL for those that are not named; where none is, that
 * is all scopes together.  So that this differs from each scope separately, a board
 * without scope columns has one NULL then, too.
 */
static Datum
scope_array(const WipLayout *layout, Datum *values, bool *nulls)
{
	int			dimensions[1] = {Max(layout->count - 1, 1)};
	int			bounds[1] = {1};

	return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, bounds, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
canonical_scope(Relation relation, const WipLayout *layout, ArrayType *scope, bool any)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	deconstruct_array(scope, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	if (count == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	if (count != layout->count - 1 && !(count == 1 && nulls[0] && layout->count == 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a scope of board \"%s\" has %d values", RelationGetRelationName(relation), layout->count - 1),
				 errdetail("There are %d.", count),
				 errhint("One for each scope column, NULL for those that do not matter; or none for each scope separately.")));
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			texts[i] = CStringGetTextDatum(canonical_value(relation, layout->columns[i + 1], TextDatumGetCString(texts[i]), any));
	return scope_array(layout, texts, nulls);
}

pg_noreturn static void
refuse_scope(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a scope is an object of column names and values"),
			 errdetail_internal("%s", detail),
			 errhint("Write it as {\"team\": \"red\"}, {} for all scopes together, or NULL for each scope separately.")));
}

static int
find_scope_column(Relation relation, const WipLayout *layout, const char *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 1; i < layout->count; i++)
	{
		const char *column = NameStr(TupleDescAttr(RelationGetDescr(relation), layout->columns[i] - 1)->attname);

		if (strcmp(column, name) == 0)
			return i - 1;
		appendStringInfo(&known, "%s\"%s\"", i > 1 ? ", " : "", column);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("\"%s\" is no scope column of board \"%s\"", delivery_shown(name), RelationGetRelationName(relation)),
			 layout->count > 1 ? errdetail("Its scope columns are %s.", known.data) : errdetail("It has no scope columns."),
			 errhint("Name a scope column that limit_wip was called with.")));
}

static Datum
scope_of_json(Relation relation, const WipLayout *layout, Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	Datum		values[WIP_SCOPES];
	bool		nulls[WIP_SCOPES];
	int			column = 0;

	if (!JB_ROOT_IS_OBJECT(json))
		refuse_scope("It is no object.");
	memset(nulls, true, sizeof(nulls));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			column = find_scope_column(relation, layout, pnstrdup(value.val.string.val, value.val.string.len));
		if (token != WJB_VALUE)
			continue;
		nulls[column] = false;
		switch (value.type)
		{
			case jbvString:
				values[column] = PointerGetDatum(cstring_to_text_with_len(value.val.string.val, value.val.string.len));
				break;
			case jbvNumeric:
				values[column] = CStringGetTextDatum(numeric_normalize(value.val.numeric));
				break;
			case jbvBool:
				values[column] = CStringGetTextDatum(value.val.boolean ? "true" : "false");
				break;
			case jbvNull:
				refuse_scope("One of its values is null.");
			default:
				refuse_scope("One of its values is an object or an array.");
		}
	}
	return scope_array(layout, values, nulls);
}

/* --- arguments ---------------------------------------------------------- */

typedef struct Setting
{
	Relation	relation;
	WipLayout	layout;
	Datum		lanes;
	Datum		scope;
} Setting;

static void
check_known(const Setting *setting)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(setting->lanes), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	delivery_wip_check_known(setting->relation, setting->layout.columns[0], texts, nulls, count);
	deconstruct_array(DatumGetArrayTypeP(setting->scope), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			delivery_wip_check_known(setting->relation, setting->layout.columns[i + 1], &texts[i], &nulls[i], 1);
}

/* Else the index would refuse it, in words about itself. */
static void
check_length(Datum lanes, Datum scope)
{
	Size		length = VARSIZE_ANY(DatumGetPointer(lanes)) + VARSIZE_ANY(DatumGetPointer(scope));

	if (length > WIP_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("lanes and scope of a limit are too long"),
				 errdetail("Together they take %zu bytes, of at most %d.", length, WIP_BYTES),
				 errhint("Use shorter names for them, or a limit for each of fewer lanes.")));
}

static void
refuse_null(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be NULL", name),
				 errdetail("Only the scope of a limit may be NULL."),
				 errhint("Name the %s.", name)));
}

/*
 * Board, lanes and scope, as they are written in the configuration tables.  The board is
 * locked to the end of the transaction, so that unlimit_wip waits there for us, and not in
 * its tables with the board locked.
 */
static void
read_setting(FunctionCallInfo fcinfo, int scope, bool known, Setting *setting)
{
	Caller		caller;
	int			level;

	refuse_null(fcinfo, 0, "board");
	refuse_null(fcinfo, 1, "lanes");
	delivery_wip_check_owner(PG_GETARG_OID(0));
	delivery_check_internal("wip_limit");
	setting->relation = relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (!delivery_wip_find_layout(setting->relation, &setting->layout, NULL))
		delivery_wip_refuse_table(setting->relation);
	if (setting->layout.board != PG_GETARG_OID(0))
		delivery_wip_refuse_part(setting->relation, &setting->layout);
	delivery_become_owner(setting->relation, &caller);
	level = delivery_pin_settings(RelationGetDescr(setting->relation));
	setting->lanes = canonical_lanes(setting->relation, &setting->layout, PG_GETARG_ARRAYTYPE_P(1), !known);
	setting->scope = PG_ARGISNULL(scope) ? PointerGetDatum(construct_empty_array(TEXTOID)) :
		canonical_scope(setting->relation, &setting->layout,
						DatumGetArrayTypeP(scope_of_json(setting->relation, &setting->layout, PG_GETARG_JSONB_P(scope))), !known);
	delivery_unpin_settings(level);
	if (known)
	{
		check_known(setting);
		check_length(setting->lanes, setting->scope);
	}
	delivery_become_caller(&caller);
}

/* As in the functions' arguments, not as it is stored. */
static const char *
scope_text(Datum scope)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(scope), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			return psprintf("scope %s", delivery_shown_texts(scope));
	return count == 0 ? "each scope separately (NULL)" : "all scopes together ({})";
}

pg_noreturn static void
refuse_unknown_limit(const Setting *setting)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("board %s has no such limit", delivery_qualified_name(setting->relation)),
			 errdetail("There is none for lanes %s and %s.",
					   delivery_shown_texts(setting->lanes), scope_text(setting->scope)),
			 errhint("SELECT * FROM delivery.wip_status() shows which there are.")));
}

/* --- functions ---------------------------------------------------------- */

/*
 * Those that write to lanes without a limit lock no group, so a new limit waits for
 * all that write to the board.
 */
static void
await_writers(Oid board)
{
	LockRelationOid(board, ShareRowExclusiveLock);
	list_free(find_all_inheritors(board, ShareRowExclusiveLock, NULL));
}

/*
 * Lanes and scope were read for the columns that the board had before its writers were
 * waited for.
 */
static void
check_same_board(Oid oid, const WipLayout *layout)
{
	Relation	board = relation_open(oid, NoLock);
	WipLayout	now;

	if (!delivery_wip_find_layout(board, &now, NULL) || memcmp(&now, layout, sizeof(WipLayout)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("board \"%s\" was changed meanwhile", RelationGetRelationName(board)),
				 errdetail("It looks at other columns now, or is no board any more."),
				 errhint("Call it again, for the board as it is now."),
				 errtable(board)));
	relation_close(board, NoLock);
}

/*
 * A new limit needs more of a lock on the board, which is taken at once and not raised:
 * who writes to the board, and then locks it, would deadlock.
 */
static void
lock_new_limit(Setting *setting, Oid *types, Datum *values)
{
	if (delivery_run_internal("wip_limit", "SELECT FROM delivery_internal.wip_limit WHERE board = $1 AND lanes = $2 AND scope = $3", 3, types, values) > 0)
		relation_close(setting->relation, NoLock);
	else
	{
		relation_close(setting->relation, AccessShareLock);
		await_writers(DatumGetObjectId(values[0]));
		/* it may be gone, or another's */
		delivery_wip_check_owner(DatumGetObjectId(values[0]));
		check_same_board(DatumGetObjectId(values[0]), &setting->layout);
	}
}

/*
 * set_wip_limit(board, lanes, maximum, enforcement, scope)
 */
Datum
delivery_set_wip_limit(PG_FUNCTION_ARGS)
{
	Setting		setting;
	Oid			types[5] = {REGCLASSOID, TEXTARRAYOID, TEXTARRAYOID, INT8OID, TEXTOID};
	Datum		values[5];

	refuse_null(fcinfo, 2, "maximum");
	refuse_null(fcinfo, 3, "enforcement");
	if (PG_GETARG_INT64(2) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("maximum must not be negative"),
				 errdetail("It is %lld.", (long long) PG_GETARG_INT64(2)),
				 errhint("0 closes a lane; drop_wip_limit removes a limit.")));
	read_setting(fcinfo, 4, true, &setting);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = setting.lanes;
	values[2] = setting.scope;
	values[3] = PG_GETARG_DATUM(2);
	values[4] = CStringGetTextDatum(OidOutputFunctionCall(F_ENUM_OUT, PG_GETARG_DATUM(3)));
	lock_new_limit(&setting, types, values);
	(void) delivery_run_internal("wip_limit",
							 "INSERT INTO delivery_internal.wip_limit (board, lanes, scope, maximum, enforcement)"
							 " VALUES ($1, $2, $3, $4, $5::delivery.wip_enforcement)"
							 " ON CONFLICT (board, lanes, scope) DO UPDATE"
							 " SET maximum = EXCLUDED.maximum, enforcement = EXCLUDED.enforcement", 5, types, values);
	PG_RETURN_VOID();
}

/*
 * drop_wip_limit(board, lanes, scope)
 */
Datum
delivery_drop_wip_limit(PG_FUNCTION_ARGS)
{
	Setting		setting;
	Oid			types[3] = {REGCLASSOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		values[3];

	read_setting(fcinfo, 2, false, &setting);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = setting.lanes;
	values[2] = setting.scope;
	if (delivery_run_internal("wip_limit", "DELETE FROM delivery_internal.wip_limit WHERE board = $1 AND lanes = $2 AND scope = $3", 3, types, values) == 0)
		refuse_unknown_limit(&setting);
	relation_close(setting.relation, NoLock);
	PG_RETURN_VOID();
}

static void
check_override(FunctionCallInfo fcinfo)
{
	char	   *reason;

	refuse_null(fcinfo, 3, "extra");
	refuse_null(fcinfo, 4, "reason");
	refuse_null(fcinfo, 5, "until");
	if (PG_GETARG_INT64(3) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an override allows at least one more"),
				 errdetail("It is %lld.", (long long) PG_GETARG_INT64(3)),
				 errhint("set_wip_limit lowers a limit.")));
	reason = text_to_cstring(PG_GETARG_TEXT_PP(4));
	if (strspn(reason, " \t\n\r") == strlen(reason))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an override needs a reason"),
				 errdetail("The reason is empty."),
				 errhint("Write what those will want to know who read it later.")));
	if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(5)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an override needs an end"),
				 errdetail("It is %s.", timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(5))),
				 errhint("set_wip_limit raises a limit for good.")));
	if (PG_GETARG_TIMESTAMPTZ(5) <= GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an override ends later than now"),
				 errdetail("It is %s.", timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(5))),
				 errhint("Name an instant in the future.")));
}

/*
 * override_wip(board, lanes, scope, extra, reason, until)
 *
 * Its scope names the scopes of a limit, or those of them for which it is meant; of the
 * limit of all scopes together, none.
 */
Datum
delivery_override_wip(PG_FUNCTION_ARGS)
{
	Setting		setting;
	Oid			types[6] = {REGCLASSOID, TEXTARRAYOID, TEXTARRAYOID, INT8OID, TEXTOID, TIMESTAMPTZOID};
	Datum		values[6];

	check_override(fcinfo);
	read_setting(fcinfo, 2, true, &setting);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = setting.lanes;
	values[2] = setting.scope;
	for (int i = 3; i < 6; i++)
		values[i] = PG_GETARG_DATUM(i);
	if (delivery_run_internal("wip_override",
						  "INSERT INTO delivery_internal.wip_override (board, lanes, scope, extra, reason, until)"
						  " SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT FROM delivery_internal.wip_limit AS l"
						  " WHERE l.board = $1 AND l.lanes = $2 AND (l.scope = $3 OR l.scope = '{}' AND array_remove($3, NULL) <> '{}'"
						  " OR array_remove(l.scope, NULL) <> '{}' AND ($3 = '{}' OR array_remove($3, NULL) <> '{}') AND NOT EXISTS"
						  " (SELECT FROM unnest($3, l.scope) AS s (wanted, limited)"
						  " WHERE wanted IS NOT NULL AND wanted IS DISTINCT FROM limited)))", 6, types, values) == 0)
		refuse_unknown_limit(&setting);
	relation_close(setting.relation, NoLock);
	PG_RETURN_VOID();
}

/*
 * end_wip_override(board, lanes, scope) -> bigint
 *
 * They stay on record, as having ended now.
 */
Datum
delivery_end_wip_override(PG_FUNCTION_ARGS)
{
	Setting		setting;
	Oid			types[3] = {REGCLASSOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		values[3];
	uint64		ended;

	read_setting(fcinfo, 2, false, &setting);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = setting.lanes;
	values[2] = setting.scope;
	ended = delivery_run_internal("wip_override",
								  "UPDATE delivery_internal.wip_override SET until = clock_timestamp()"
								  " WHERE board = $1 AND lanes = $2 AND scope = $3 AND until > clock_timestamp()", 3, types, values);
	if (ended == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("board %s has no such override", delivery_qualified_name(setting.relation)),
				 errdetail("None holds now for lanes %s and %s.",
						   delivery_shown_texts(setting.lanes), scope_text(setting.scope)),
				 errhint("SELECT * FROM delivery.wip_override WHERE until > now() shows which there are.")));
	relation_close(setting.relation, NoLock);
	PG_RETURN_INT64((int64) ended);
}

/* --- triggers on the configuration tables ------------------------------- */

/* places of these columns in both tables */
enum
{
	SETTING_BOARD = 1,
	SETTING_LANES,
	SETTING_SCOPE
};

/*
 * The functions take the columns for what they are in these two tables, and lock what
 * the first one names.
 */
static bool
is_configuration(Relation relation)
{
	return delivery_is_internal_table(relation, "wip_limit") || delivery_is_internal_table(relation, "wip_override");
}

pg_noreturn static void
refuse_trigger(const char *function)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("%s is a trigger function of the extension's own tables", function),
			 errdetail("These are wip_limit and wip_override in the schema delivery_internal."),
			 errhint("SELECT delivery.set_wip_limit(...) sets a limit.")));
}

/* Before a row is checked its columns may be NULL. */
static bool
is_same_group(const TriggerData *trigger, HeapTuple old, HeapTuple new)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);

	for (int i = SETTING_BOARD; i <= SETTING_SCOPE; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i - 1);
		bool		old_is_null;
		bool		new_is_null;
		Datum		a = heap_getattr(old, i, desc, &old_is_null);
		Datum		b = heap_getattr(new, i, desc, &new_is_null);

		if (old_is_null || new_is_null || !datumIsEqual(a, b, attribute->attbyval, attribute->attlen))
			return false;
	}
	return true;
}

/*
 * check_wip_setting() -> trigger, before each row
 *
 * Lanes and scope are written as the functions write them.  While a dump is restored
 * the board has no triggers yet, so that nothing is known of its columns; the rows
 * have been checked when they were dumped.  An override that ends may name what the
 * columns take no longer.
 */
Datum
delivery_check_wip_setting(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	HeapTuple	tuple;
	Relation	relation;
	WipLayout	layout;
	int			columns[2] = {SETTING_LANES, SETTING_SCOPE};
	Datum		values[2];
	bool		nulls[2];
	bool		is_null;
	bool		is_guarded;
	Datum		board;

	if (!CALLED_AS_TRIGGER(fcinfo) || !is_configuration(trigger->tg_relation) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		refuse_trigger("check_wip_setting");
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && is_same_group(trigger, trigger->tg_trigtuple, tuple))
		return PointerGetDatum(tuple);
	desc = RelationGetDescr(trigger->tg_relation);
	board = heap_getattr(tuple, SETTING_BOARD, desc, &is_null);
	values[0] = heap_getattr(tuple, SETTING_LANES, desc, &nulls[0]);
	values[1] = heap_getattr(tuple, SETTING_SCOPE, desc, &nulls[1]);
	if (is_null || nulls[0] || nulls[1])
		return PointerGetDatum(tuple);
	relation = try_relation_open(DatumGetObjectId(board), AccessShareLock);
	if (relation == NULL)
		return PointerGetDatum(tuple);
	is_guarded = delivery_wip_find_layout(relation, &layout, NULL);
	/* who owns the database may restore, not set limits on others' boards, nor lock parts of them */
	if (is_guarded && GetUserId() != trigger->tg_relation->rd_rel->relowner)
		delivery_wip_check_owner(RelationGetRelid(relation));
	if (is_guarded && layout.board == RelationGetRelid(relation))
	{
		Caller		caller;
		int			level;

		delivery_become_owner(relation, &caller);
		level = delivery_pin_settings(RelationGetDescr(relation));
		values[0] = canonical_lanes(relation, &layout, DatumGetArrayTypeP(values[0]), false);
		values[1] = canonical_scope(relation, &layout, DatumGetArrayTypeP(values[1]), false);
		delivery_unpin_settings(level);
		delivery_become_caller(&caller);
		check_length(values[0], values[1]);
		tuple = heap_modify_tuple_by_cols(tuple, desc, 2, columns, values, nulls);
	}
	relation_close(relation, AccessShareLock);
	return PointerGetDatum(tuple);
}

static Oid
setting_board(const TriggerData *trigger, HeapTuple tuple)
{
	bool		is_null;

	return DatumGetObjectId(heap_getattr(tuple, SETTING_BOARD, RelationGetDescr(trigger->tg_relation), &is_null));
}

/* Not while a dump is restored: then the table has no triggers yet.  Nor a part of one. */
static bool
is_board(Oid oid)
{
	Relation	relation = try_relation_open(oid, AccessShareLock);
	WipLayout	layout;
	bool		found;

	if (relation == NULL)
		return false;
	found = delivery_wip_find_layout(relation, &layout, NULL) && layout.board == oid;
	relation_close(relation, AccessShareLock);
	return found;
}

static void
change_board(Oid board, bool is_new)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(board)))
		return;
	if (is_new && is_board(board))
		await_writers(board);
	delivery_wip_lock_board(board);
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(board)))
		CacheInvalidateRelcacheByRelid(board);
}

/*
 * wip_setting_changed() -> trigger, after each row, or after TRUNCATE
 *
 * Checks that run wait for the change, or the change for them; all sessions forget
 * what they know of the board when it is committed.
 */
Datum
delivery_wip_setting_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool		is_override;

	if (!CALLED_AS_TRIGGER(fcinfo) || !is_configuration(trigger->tg_relation) || !TRIGGER_FIRED_AFTER(trigger->tg_event))
		refuse_trigger("wip_setting_changed");
	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
	{
		CacheInvalidateRelcacheAll();
		return PointerGetDatum(NULL);
	}
	/* an override lets in what is in, a limit that is dropped, too */
	is_override = strcmp(RelationGetRelationName(trigger->tg_relation), "wip_override") == 0;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		bool		is_new = !is_override && !is_same_group(trigger, trigger->tg_trigtuple, trigger->tg_newtuple);

		change_board(setting_board(trigger, trigger->tg_newtuple), is_new);
		change_board(setting_board(trigger, trigger->tg_trigtuple), false);
	}
	else
		change_board(setting_board(trigger, trigger->tg_trigtuple), TRIGGER_FIRED_BY_INSERT(trigger->tg_event) && !is_override);
	return PointerGetDatum(NULL);
}
