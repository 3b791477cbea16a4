/*
 * period.c
 *	  Periods as parameters: a range with both ends, or an interval.
 */
#include "delivery.h"

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "period.h"
#include "span.h"

static void
refuse_range(const RangeType *range, const char *detail)
{
	char	   *shown = OidOutputFunctionCall(F_RANGE_OUT, RangeTypePGetDatum(range));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("period must be bounded and longer than nothing"),
			 errdetail("The period %s %s.", shown, detail),
			 errhint("Write both ends, for example tstzrange('2026-01-01', '2026-04-01'), rather than the first and last time of the data.")));
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
		refuse_range(range, "is empty");
	if (lower->infinite || upper->infinite)
		refuse_range(range, "is unbounded");
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(lower->val)) ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper->val)))
		refuse_range(range, "has an infinite end");
	if (DatumGetTimestampTz(lower->val) == DatumGetTimestampTz(upper->val))
		refuse_range(range, "is a single instant");
}

/*
 * Microseconds from one instant to a later one; 22008 if an int64 is too small.
 */
int64
delivery_period_between(TimestampTz lower, TimestampTz upper)
{
	int64		length;

	if (pg_sub_s64_overflow(upper, lower, &length))
		delivery_span_overflow();
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
				 errhint("Write days, such as '365 days', or take a range where there is such a form.")));
	if (INTERVAL_NOT_FINITE(period) || !delivery_duration_microseconds(period, &length) || length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be finite and longer than nothing"),
				 errdetail("The period is \"%s\".",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(period)))),
				 errhint("Write a period such as '30 days'.")));
	return length;
}
