/*
 * period.c
 *	  Periods as parameters: a range with both ends, or an interval.
 */
#include "base/delivery.h"

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "base/period.h"
#include "base/span.h"

static void
refuse_range(const RangeType *range, bool empty, const char *detail)
{
	char	   *shown = OidOutputFunctionCall(F_RANGE_OUT, RangeTypePGetDatum(range));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("period must be bounded and longer than nothing"),
			 errdetail("The period %s.", empty ? "is empty" : psprintf("%s %s", shown, detail)),
			 errhint("Write both ends, for example '[2026-01-01 00:00+00,2026-04-01 00:00+00)'.")));
}

/*
 * The bounds of a period; 22023 for one without a length.
 */
void
delivery_period_bounds(TypeCacheEntry *type, const RangeType *range, RangeBound *lower, RangeBound *upper)
{
	bool		empty;

	range_deserialize(type, range, lower, upper, &empty);
	if (empty)
		refuse_range(range, true, NULL);
	if (lower->infinite || upper->infinite)
		refuse_range(range, false, "is unbounded");
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(lower->val)) ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper->val)))
		refuse_range(range, false, "has an infinite end");
	if (DatumGetTimestampTz(lower->val) == DatumGetTimestampTz(upper->val))
		refuse_range(range, false, "is a single instant");
}

/*
 * Microseconds from one instant to a later one; 22008 if an int64 is too small.
 */
int64
delivery_period_between(TimestampTz lower, TimestampTz upper)
{
	int64		length;

	if (pg_sub_s64_overflow(upper, lower, &length))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("period is too long"),
				 errdetail("It can have at most %lld microseconds (about 292,000 years).", (long long) PG_INT64_MAX),
				 errhint("Write a shorter period.")));
	return length;
}

/*
 * Microseconds of a period given as an interval, a day counted as 24 hours;
 * 22023 for one that has months, no end or no length.
 */
int64
delivery_period_length(const Interval *period)
{
	int64		length = 0;

	if (!INTERVAL_NOT_FINITE(period) && period->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must not have months"),
				 errdetail("The period is \"%s\", and months differ in length.",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(period)))),
				 errhint("Write days, such as '365 days'; for calendar months some functions take a range instead.")));
	if (INTERVAL_NOT_FINITE(period) || !delivery_duration_microseconds(period, &length) || length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be finite and longer than nothing"),
				 errdetail("The period is \"%s\".",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(period)))),
				 errhint("Write a period such as '30 days'.")));
	return length;
}
