/*
 * wip_known.c
 *	  Whether a value that a limit names can be in its column at all.
 *
 * A limit on a lane that is misspelt would never hold, and nobody would see.  Where
 * the table says which values there are, by a CHECK or a foreign key of the column
 * alone, others are refused; what the type does not take is refused before.
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "base/shown.h"
#include "base/statement.h"
#include "guard/wip_known.h"

/*
 * What a foreign key refers to is looked at with the rights of the board's owner, so its
 * own owner's policies, which may call anything, must not be part of it.
 */
static bool
may_look_up(Oid table)
{
	/* until the end: or they are there when the statement is planned */
	LockRelationOid(table, AccessShareLock);
	return pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(table, GetUserId(), true) != RLS_ENABLED;
}

/*
 * Statements that are true for a value ($1, as text) which one of the constraints
 * allows, and the names of the constraints.
 */
static void
find_conditions(Relation relation, AttrNumber number, List **names, List **conditions)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
	Oid			types[2] = {OIDOID, INT2OID};
	Datum		values[2] = {ObjectIdGetDatum(RelationGetRelid(relation)), Int16GetDatum(number)};
	MemoryContext caller = CurrentMemoryContext;

	SPI_connect();
	if (SPI_execute_with_args("SELECT c.conname::text, c.contype::text, pg_get_expr(c.conbin, c.conrelid), c.confrelid::regclass::text, quote_ident(a.attname), c.confrelid"
							  " FROM pg_constraint AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = c.confkey[1]"
							  " WHERE c.conrelid = $1 AND c.contype IN ('c', 'f') AND c.conkey = ARRAY[$2] ORDER BY c.conname",
							  2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the constraints of \"%s\"", RelationGetRelationName(relation));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		const char *value = psprintf("CAST($1 AS %s)", format_type_with_typemod(attribute->atttypid, attribute->atttypmod));
		char	   *condition;
		MemoryContext old;
		bool		is_null;

		if (strcmp(SPI_getvalue(tuple, desc, 2), "c") == 0)
			condition = psprintf("SELECT (%s) IS NOT FALSE FROM (SELECT %s AS %s) AS board",
								 SPI_getvalue(tuple, desc, 3), value, quote_identifier(NameStr(attribute->attname)));
		else if (may_look_up(DatumGetObjectId(SPI_getbinval(tuple, desc, 6, &is_null))))
			condition = psprintf("SELECT EXISTS (SELECT FROM %s AS known WHERE known.%s = %s)",
								 SPI_getvalue(tuple, desc, 4), SPI_getvalue(tuple, desc, 5), value);
		else
			continue;
		old = MemoryContextSwitchTo(caller);
		*names = lappend(*names, pstrdup(SPI_getvalue(tuple, desc, 1)));
		*conditions = lappend(*conditions, pstrdup(condition));
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
}

static bool
is_true(const char *condition, Datum value)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {value};
	bool		is_null;
	bool		result;

	SPI_connect();
	if (SPI_execute_with_args(condition, 1, types, values, NULL, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not run \"%s\"", condition);
	result = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null)) && !is_null;
	SPI_finish();
	return result;
}

/*
 * The search_path is ours from the first statement to the last: what is written with it,
 * names qualified or in pg_catalog, must be read with it.
 */
void
delivery_wip_check_known(Relation relation, AttrNumber number, Datum *texts, const bool *nulls, int count)
{
	int			level = delivery_pin_search_path();
	List	   *names = NIL;
	List	   *conditions = NIL;
	ListCell   *name;
	ListCell   *condition;

	find_conditions(relation, number, &names, &conditions);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		forboth(name, names, condition, conditions)
			if (!is_true((const char *) lfirst(condition), texts[i]))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("\"%s\" is no value of column \"%s\"", delivery_shown_value(TEXTOID, texts[i]),
								NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname)),
						 errdetail("Constraint \"%s\" of table \"%s\" does not allow it.", (const char *) lfirst(name), RelationGetRelationName(relation)),
						 errhint("Write it as it is written in the table.")));
	}
	/* what functions in it may have set, too */
	AtEOXact_GUC(false, level);
}
