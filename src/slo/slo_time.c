/*
 * slo_time.c
 *	  Error budgets in time: downtime within a period, downtime allowed, and when
 *	  a budget will be used up.
 */
#include "base/delivery.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/multirangetypes.h"
#include "utils/timestamp.h"

#include "base/period.h"
#include "base/span.h"
#include "calendar/calendar_hours.h"
#include "calendar/calendar_site.h"
#include "calendar/calendar_value.h"
#include "slo/objective.h"
#include "slo/slo.h"

/* so far away that an instant of our time plus it is no timestamp */
#define NEVER (END_TIMESTAMP - INT64CONST(365250) * USECS_PER_DAY)

PG_FUNCTION_INFO_V1(delivery_allowed_downtime);
PG_FUNCTION_INFO_V1(delivery_allowed_downtime_range);
PG_FUNCTION_INFO_V1(delivery_allowed_downtime_text);
PG_FUNCTION_INFO_V1(delivery_error_budget_downtime);
PG_FUNCTION_INFO_V1(delivery_error_budget_service_hours);
PG_FUNCTION_INFO_V1(delivery_time_to_exhaustion);

/* --- downtime ----------------------------------------------------------- */

/* Microseconds that count between two instants: all, or those of service. */
static int64
counted_between(Calendar *service_hours, TimestampTz from, TimestampTz to)
{
	int64		length;

	if (service_hours == NULL)
		return delivery_period_between(from, to);
	if (pg_sub_s64_overflow(delivery_worked_before(service_hours, to),
							delivery_worked_before(service_hours, from), &length))
		delivery_span_overflow();
	return length;
}

/*
 * Downtime inside the period.  A multirange has no overlaps, so the sum is at
 * most the whole period; whether a bound is included makes no difference.
 */
static int64
downtime_between(FunctionCallInfo fcinfo, int argument, Calendar *service_hours, TimestampTz from, TimestampTz to)
{
	MultirangeType *downtime;
	TypeCacheEntry *type;
	int64		sum = 0;

	if (PG_ARGISNULL(argument))
		return 0;
	downtime = PG_GETARG_MULTIRANGE_P(argument);
	type = delivery_multirange_type(fcinfo, MultirangeTypeGetOid(downtime));
	for (uint32 i = 0; i < downtime->rangeCount; i++)
	{
		RangeBound	lower;
		RangeBound	upper;
		TimestampTz start;
		TimestampTz end;

		CHECK_FOR_INTERRUPTS();
		multirange_get_bounds(type->rngtype, downtime, i, &lower, &upper);
		start = lower.infinite ? from : Max(from, DatumGetTimestampTz(lower.val));
		end = upper.infinite ? to : Min(to, DatumGetTimestampTz(upper.val));
		if (start >= to)
			break;
		if (start < end)
			sum += counted_between(service_hours, start, end);
	}
	return sum;
}

static Datum
downtime_budget(FunctionCallInfo fcinfo, Calendar *service_hours)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	TimestampTz from;
	TimestampTz to;
	int64		total;
	int64		bad;

	delivery_period_bounds(type, PG_GETARG_RANGE_P(1), &lower, &upper);
	from = DatumGetTimestampTz(lower.val);
	to = DatumGetTimestampTz(upper.val);
	total = counted_between(service_hours, from, to);
	bad = downtime_between(fcinfo, 0, service_hours, from, to);
	return delivery_error_budget(fcinfo, (TupleDesc *) delivery_site_private(fcinfo),
								 total - bad, total, PG_GETARG_OBJECTIVE(2));
}

/*
 * error_budget(downtime, period, objective) -> error_budget
 */
Datum
delivery_error_budget_downtime(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	return downtime_budget(fcinfo, NULL);
}

/*
 * error_budget(downtime, period, objective, service_hours) -> error_budget
 */
Datum
delivery_error_budget_service_hours(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	return downtime_budget(fcinfo, delivery_get_calendar(fcinfo, 3));
}

/* --- downtime allowed --------------------------------------------------- */

/*
 * The budget's part of a length, rounded to a microsecond.
 */
static Datum
allowed_of(Objective objective, int64 length)
{
	int64		budget = OBJECTIVE_BUDGET(objective);
	int64		rest = length % OBJECTIVE_WHOLE * budget;

	PG_RETURN_INTERVAL_P(delivery_make_interval(length / OBJECTIVE_WHOLE * budget +
												(rest + OBJECTIVE_WHOLE / 2) / OBJECTIVE_WHOLE));
}

static Datum
allowed_in_range(Objective objective, const RangeType *period)
{
	RangeBound	lower;
	RangeBound	upper;

	delivery_period_bounds(lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO), period, &lower, &upper);
	return allowed_of(objective, delivery_period_between(DatumGetTimestampTz(lower.val),
														 DatumGetTimestampTz(upper.val)));
}

/*
 * allowed_downtime(objective, interval) -> interval
 */
Datum
delivery_allowed_downtime(PG_FUNCTION_ARGS)
{
	return allowed_of(PG_GETARG_OBJECTIVE(0), delivery_period_length(PG_GETARG_INTERVAL_P(1)));
}

/*
 * allowed_downtime(objective, tstzrange) -> interval
 */
Datum
delivery_allowed_downtime_range(PG_FUNCTION_ARGS)
{
	return allowed_in_range(PG_GETARG_OBJECTIVE(0), PG_GETARG_RANGE_P(1));
}

/*
 * allowed_downtime(objective, text) -> interval: the same for a literal, which
 * could be either.
 */
Datum
delivery_allowed_downtime_text(PG_FUNCTION_ARGS)
{
	char	   *written = TextDatumGetCString(PG_GETARG_DATUM(1));
	const char *start = written + strspn(written, " \t\n\r\f\v");
	bool		range = *start == '[' || *start == '(' || pg_strncasecmp(start, "empty", 5) == 0;
	Oid			input;
	Oid			parameter;
	Datum		period;

	getTypeInputInfo(range ? TSTZRANGEOID : INTERVALOID, &input, &parameter);
	period = OidInputFunctionCall(input, written, parameter, -1);
	if (range)
		return allowed_in_range(PG_GETARG_OBJECTIVE(0), DatumGetRangeTypeP(period));
	return allowed_of(PG_GETARG_OBJECTIVE(0), delivery_period_length(DatumGetIntervalP(period)));
}

/* --- when it is used up ------------------------------------------------- */

/*
 * time_to_exhaustion(remaining, burn, period) -> interval
 */
Datum
delivery_time_to_exhaustion(PG_FUNCTION_ARGS)
{
	float8		remaining = PG_GETARG_FLOAT8(0);
	float8		burn = PG_GETARG_FLOAT8(1);
	int64		period = delivery_period_length(PG_GETARG_INTERVAL_P(2));
	float8		time;

	if (isnan(remaining) || isinf(remaining) || isnan(burn) || isinf(burn) || burn < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("remaining budget and burn rate must be finite, and the burn rate not negative"),
				 errdetail("The remaining budget is %g, the burn rate %g.", remaining, burn),
				 errhint("Pass (error_budget(...)).remaining and burn_rate(...).")));
	/* used up already, whatever burns now */
	if (remaining <= 0)
		PG_RETURN_INTERVAL_P(delivery_make_interval(0));
	if (burn == 0)
		PG_RETURN_NULL();
	time = remaining * (float8) period / burn;
	if (isinf(time) || isnan(time))
		time = remaining / burn * (float8) period;
	time = rint(time);
	if (time >= (float8) NEVER)
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(delivery_make_interval((int64) time));
}
