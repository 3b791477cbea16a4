/*
 * count.c
 *	  Counts as arguments: whole numbers as bigint, numeric or double precision.
 */
#include "base/delivery.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/count.h"
#include "base/number.h"

#define WHITE_SPACE " \t\n\r\f\v"

/* Of whatever type it is. */
pg_noreturn static void
refuse_fraction(const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("count must be a whole number"),
			 errdetail("The count is %s.", shown),
			 errhint("Count smaller units, such as seconds instead of minutes, or round() a count that was estimated.")));
}

pg_noreturn static void
refuse_unknown(const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("count out of range"),
			 errdetail("The count is %s.", shown),
			 errhint("Pass NULL for a count that is not known.")));
}

void
delivery_refuse_float8_count(float8 number)
{
	const char *shown = delivery_show_number(number);

	if (isnan(number) || isinf(number))
		refuse_unknown(shown);
	if (fabs(number) <= (float8) GREATEST_FLOAT8_COUNT)
		refuse_fraction(shown);
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("count out of range"),
			 errdetail("The count is %s; double precision has every whole number up to %lld, and not beyond.",
					   shown, (long long) GREATEST_FLOAT8_COUNT),
			 errhint("Pass it as bigint, for example by a cast.")));
}

pg_noreturn static void
refuse_range(Numeric number)
{
	char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	if (numeric_is_nan(number) || numeric_is_inf(number))
		refuse_unknown(shown);
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
		refuse_range(number);
	count = DirectFunctionCall1(numeric_int8, value);
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, value)) > 0 &&
		!DatumGetBool(DirectFunctionCall2(numeric_eq, value, NumericGetDatum(int64_to_numeric(DatumGetInt64(count))))))
		refuse_fraction(DatumGetCString(DirectFunctionCall1(numeric_out, value)));
	return DatumGetInt64(count);
}

/* A literal or a parameter without a type: what it was meant as is a guess. */
int64
delivery_count_of_text(const char *written)
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
