/*
 * audit_names.c
 *	  Lists of columns that are not recorded.
 */
#include "base/delivery.h"

#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "guard/audit_names.h"

static bool
has_name(const AuditNames *names, const char *name)
{
	for (int i = 0; i < names->count; i++)
		if (strcmp(names->names[i], name) == 0)
			return true;
	return false;
}

/*
 * Each once; 22004 for one that is NULL.
 */
AuditNames
delivery_audit_read_names(ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	AuditNames	result = {0};
	int			count;

	deconstruct_array(array, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &values, &nulls, &count);
	result.names = (char **) palloc(Max(count, 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the name of an excluded column must not be NULL"),
					 errdetail("NULL names nothing."),
					 errhint("SELECT delivery.record_audit('a_table', 'a_log', '{a_column}')")));
		if (!has_name(&result, NameStr(*DatumGetName(values[i]))))
			result.names[result.count++] = pstrdup(NameStr(*DatumGetName(values[i])));
	}
	return result;
}

/*
 * In any order.
 */
bool
delivery_audit_same_names(const AuditNames *one, const AuditNames *other)
{
	if (one->count != other->count)
		return false;
	for (int i = 0; i < one->count; i++)
		if (!has_name(other, one->names[i]))
			return false;
	return true;
}

/*
 * Columns of the table, which is named so in messages, without which it still is clear
 * what was changed.
 */
void
delivery_audit_check_names(Relation audited, const char *table, const AuditNames *excluded)
{
	Bitmapset  *key = RelationGetIndexAttrBitmap(audited, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	int			left = 0;

	for (int i = 0; i < excluded->count; i++)
	{
		AttrNumber	column = get_attnum(RelationGetRelid(audited), excluded->names[i]);

		if (column <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of table %s does not exist", excluded->names[i], table),
					 errdetail("It is among the columns that are not to be recorded."),
					 errhint("Name columns of the table, as they are named there.")));
		if (bms_is_member(column - FirstLowInvalidHeapAttributeNumber, key))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" of table %s has to be recorded", excluded->names[i], table),
					 errdetail("It belongs to the primary key, which tells what row was changed."),
					 errhint("Exclude other columns, or give the table a key that may be recorded.")));
	}
	for (int i = 0; i < RelationGetDescr(audited)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(audited), i);

		left += !attribute->attisdropped && !has_name(excluded, NameStr(attribute->attname));
	}
	if (left == 0 && excluded->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no column of table %s is left to be recorded", table),
				 errdetail("All of them are excluded."),
				 errhint("SELECT delivery.stop_audit(%s) ends the recording.", quote_literal_cstr(table))));
}

/*
 * As the input of name[] takes them.
 */
char *
delivery_audit_names_literal(const AuditNames *names)
{
	Datum	   *values = (Datum *) palloc(Max(names->count, 1) * sizeof(Datum));
	Oid			output;
	bool		is_varlena;

	for (int i = 0; i < names->count; i++)
		values[i] = CStringGetDatum(names->names[i]);
	getTypeOutputInfo(NAMEARRAYOID, &output, &is_varlena);
	return OidOutputFunctionCall(output, PointerGetDatum(construct_array(values, names->count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR)));
}

/*
 * As the log is told.
 */
char *
delivery_audit_names_json(const AuditNames *names)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"excluded\":[");
	for (int i = 0; i < names->count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&detail, ',');
		escape_json(&detail, names->names[i]);
	}
	appendStringInfoString(&detail, "]}");
	return detail.data;
}
