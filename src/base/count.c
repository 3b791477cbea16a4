/*
 * count.c
 *	  Counts as arguments, of whatever integer type or numeric.
 */
#include "base/delivery.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/count.h"

#define WHITE_SPACE " \t\n\r\f\v"

/*
 * Finds out which type the counts of this call have.  Untyped literals and
 * parameters arrive as text.
 */
CountSite *
delivery_make_count_site(FunctionCallInfo fcinfo, int argument)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, argument);
	CountSite  *site;

	if (OidIsValid(type))
		type = getBaseType(type);
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("counts must be integers"),
					 OidIsValid(type) ?
					 errdetail("They are of type %s.", format_type_be(type)) :
					 errdetail("Their type is not known."),
					 errhint("Pass integer, bigint or numeric, for example by a cast; downtime is a tstzmultirange, and its period a tstzrange.")));
	}
	site = (CountSite *) MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(CountSite));
	site->type = type;
	fcinfo->flinfo->fn_extra = site;
	return site;
}

pg_noreturn static void
refuse_numeric(Numeric number, bool whole)
{
	char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	if (!whole)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("count must be a whole number"),
				 errdetail("The count is %s.", shown),
				 errhint("Count smaller units, such as seconds instead of minutes, or round() a count that was estimated.")));
	if (numeric_is_nan(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("count out of range"),
				 errdetail("The count is NaN."),
				 errhint("Pass NULL for a count that is not known.")));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("count out of range"),
			 errdetail("The count is %s, and has to fit into a bigint.", shown),
			 errhint("Count larger units, such as thousands of events.")));
}

/* Made once per session, as each count is compared with them. */
static Numeric
kept_numeric(Numeric *kept, int64 value)
{
	if (*kept == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		*kept = int64_to_numeric(value);
		MemoryContextSwitchTo(caller);
	}
	return *kept;
}

int64
delivery_count_of_numeric(Numeric number)
{
	static Numeric least = NULL;
	static Numeric greatest = NULL;
	Datum		value = NumericGetDatum(number);
	Datum		count;

	/* NaN is above all numbers here */
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, value, NumericGetDatum(kept_numeric(&greatest, PG_INT64_MAX)))) > 0 ||
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, value, NumericGetDatum(kept_numeric(&least, PG_INT64_MIN)))) < 0)
		refuse_numeric(number, true);
	count = DirectFunctionCall1(numeric_int8, value);
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, value)) > 0 &&
		!DatumGetBool(DirectFunctionCall2(numeric_eq, value, NumericGetDatum(int64_to_numeric(DatumGetInt64(count))))))
		refuse_numeric(number, false);
	return DatumGetInt64(count);
}

/* A literal or a parameter without a type: what it was meant as is a guess. */
static int64
count_of_text(char *written)
{
	const char *start = written + strspn(written, WHITE_SPACE);

	if (*start == '[' || *start == '(' || *start == '{')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid count: \"%s\"", written),
				 errdetail("It looks like a range; without a type it is taken as a count."),
				 errhint("Name the type, for example '[2026-01-01,2026-02-01)'::tstzrange.")));
	if (start[strspn(start, "0123456789+-.eE" WHITE_SPACE)] != '\0' || *start == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid count: \"%s\"", written),
				 errdetail("It is no number."),
				 errhint("Pass a whole number.")));
	return delivery_count_of_numeric(DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(written),
																		 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

int64
delivery_count_of_other(Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case NUMERICOID:
			return delivery_count_of_numeric(DatumGetNumeric(value));
		case TEXTOID:
		case VARCHAROID:
			return count_of_text(TextDatumGetCString(value));
		default:
			elog(ERROR, "unexpected type of a count: %u", type);
	}
}

void
delivery_refuse_counts(int64 good, int64 total)
{
	if (good < 0 || total < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("counts must not be negative"),
				 errdetail("Of %lld events %lld are good.", (long long) total, (long long) good),
				 errhint("Leave such rows out with WHERE, or mend what counts them.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there cannot be more good events than events"),
			 errdetail("Of %lld events %lld are good.", (long long) total, (long long) good),
			 errhint("The order is good, total; both count the same kind of event.")));
}
