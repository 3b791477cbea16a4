/*
 * span.c
 *	  Faults of spans, durations as hours, and the mean duration.
 *
 * The mean needs no values, only a count and a sum, so its state is an int8[]
 * that combines, can be stored, and can be taken back when a window moves on.
 */
#include "base/delivery.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/timestamp.h"

#include "base/counter.h"
#include "base/span.h"

#define HOURS_PER_MONTH ((float8) DAYS_PER_MONTH * HOURS_PER_DAY)

/* mttr: number of spans, and their sum as whole days and the rest of a day */
enum
{
	MEAN_COUNT,
	MEAN_DAYS,
	MEAN_MICROSECONDS,
	MEAN_FIELDS
};

PG_FUNCTION_INFO_V1(delivery_hours);
PG_FUNCTION_INFO_V1(delivery_mean_accum);
PG_FUNCTION_INFO_V1(delivery_mean_combine);
PG_FUNCTION_INFO_V1(delivery_mean_final);
PG_FUNCTION_INFO_V1(delivery_mean_remove);
PG_FUNCTION_INFO_V1(delivery_span_fault);

void
delivery_span_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("duration out of range"),
			 errdetail("A duration can be at most %lld microseconds (about 292,000 years).",
					   (long long) PG_INT64_MAX),
			 errhint("Leave such rows out with FILTER (WHERE ...).")));
}

/*
 * An interval of so many microseconds, with full days counted as days, as
 * timestamptz - timestamptz gives it.
 */
Interval *
delivery_make_interval(int64 microseconds)
{
	Interval   *result = (Interval *) palloc(sizeof(Interval));

	result->month = 0;
	result->day = (int32) (microseconds / USECS_PER_DAY);
	result->time = microseconds % USECS_PER_DAY;
	return result;
}

/*
 * An interval of so many microseconds as hours, however many, and never days:
 * for working time, of which a day has no fixed number.
 */
Interval *
delivery_make_hours(int64 microseconds)
{
	Interval   *result = (Interval *) palloc(sizeof(Interval));

	result->month = 0;
	result->day = 0;
	result->time = microseconds;
	return result;
}

/*
 * A duration in microseconds, a month counted as 30 days and a day as 24
 * hours, as the server compares intervals.  False where it is a data fault
 * (infinite or negative).
 */
bool
delivery_duration_microseconds(const Interval *duration, int64 *microseconds)
{
	int64		days = (int64) duration->month * DAYS_PER_MONTH + duration->day;

	if (INTERVAL_NOT_FINITE(duration))
		return false;
	if (pg_mul_s64_overflow(days, USECS_PER_DAY, microseconds) ||
		pg_add_s64_overflow(*microseconds, duration->time, microseconds))
	{
		/* days and time of opposite signs: only the sum decides on the sign */
		if (days < 0)
			return false;
		delivery_span_overflow();
	}
	return *microseconds >= 0;
}

/*
 * hours(interval) -> float8
 */
Datum
delivery_hours(PG_FUNCTION_ARGS)
{
	Interval   *duration = PG_GETARG_INTERVAL_P(0);

	if (INTERVAL_IS_NOEND(duration))
		PG_RETURN_FLOAT8(get_float8_infinity());
	if (INTERVAL_IS_NOBEGIN(duration))
		PG_RETURN_FLOAT8(-get_float8_infinity());
	PG_RETURN_FLOAT8(duration->month * HOURS_PER_MONTH +
					 duration->day * (float8) HOURS_PER_DAY +
					 duration->time / (float8) USECS_PER_HOUR);
}

/*
 * span_fault(started_at, finished_at) -> text
 *
 * Infinite before negative: where an end is infinite, which one comes first
 * says nothing about the data.
 */
Datum
delivery_span_fault(PG_FUNCTION_ARGS)
{
	TimestampTz start;
	TimestampTz finish;

	if (PG_ARGISNULL(0))
		PG_RETURN_TEXT_P(cstring_to_text("missing start"));
	if (PG_ARGISNULL(1))
		PG_RETURN_TEXT_P(cstring_to_text("missing finish"));
	start = PG_GETARG_TIMESTAMPTZ(0);
	finish = PG_GETARG_TIMESTAMPTZ(1);
	if (TIMESTAMP_NOT_FINITE(start) || TIMESTAMP_NOT_FINITE(finish))
		PG_RETURN_TEXT_P(cstring_to_text("infinite"));
	if (finish < start)
		PG_RETURN_TEXT_P(cstring_to_text("negative"));
	PG_RETURN_NULL();
}

/*
 * Add a sum to the state, or with sign = -1 take it away, with a carry between
 * the fields so that no number of long durations overflows.
 */
static void
mean_add(int64 *mean, int64 count, int64 days, int64 microseconds, int sign)
{
	mean[MEAN_COUNT] += sign * count;
	mean[MEAN_DAYS] += sign * days;
	mean[MEAN_MICROSECONDS] += sign * microseconds;
	if (mean[MEAN_MICROSECONDS] >= USECS_PER_DAY)
	{
		mean[MEAN_MICROSECONDS] -= USECS_PER_DAY;
		mean[MEAN_DAYS]++;
	}
	else if (mean[MEAN_MICROSECONDS] < 0)
	{
		mean[MEAN_MICROSECONDS] += USECS_PER_DAY;
		mean[MEAN_DAYS]--;
	}
}

static Datum
mean_advance(FunctionCallInfo fcinfo, int sign)
{
	ArrayType  *state = delivery_counter_state(fcinfo, MEAN_FIELDS, MEAN_FIELDS);
	int64		span;

	if (delivery_span_microseconds(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2), &span))
		mean_add(delivery_counters(state), 1, span / USECS_PER_DAY, span % USECS_PER_DAY, sign);
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
delivery_mean_accum(PG_FUNCTION_ARGS)
{
	return mean_advance(fcinfo, 1);
}

Datum
delivery_mean_remove(PG_FUNCTION_ARGS)
{
	return mean_advance(fcinfo, -1);
}

Datum
delivery_mean_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, MEAN_FIELDS, MEAN_FIELDS);
	const int64 *other = delivery_counters(delivery_counter_arg(fcinfo, 1, MEAN_FIELDS, MEAN_FIELDS));

	mean_add(delivery_counters(state), other[MEAN_COUNT], other[MEAN_DAYS],
			 other[MEAN_MICROSECONDS], 1);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Mean duration, or NULL of none.
 */
Datum
delivery_mean_final(PG_FUNCTION_ARGS)
{
	const int64 *mean = delivery_counters(delivery_counter_arg(fcinfo, 0, MEAN_FIELDS, MEAN_FIELDS));
	int64		whole;
	int64		result;
	float8		rest;

	if (mean[MEAN_COUNT] < 0 || mean[MEAN_DAYS] < 0 ||
		mean[MEAN_MICROSECONDS] < 0 || mean[MEAN_MICROSECONDS] >= USECS_PER_DAY)
		delivery_invalid_state("Its count or its sum is negative, or it has more than a day of microseconds.");
	if (mean[MEAN_COUNT] == 0)
		PG_RETURN_NULL();
	/* whole days divide exactly; what is left over is below one day */
	whole = mean[MEAN_DAYS] / mean[MEAN_COUNT];
	rest = ((float8) (mean[MEAN_DAYS] % mean[MEAN_COUNT]) * USECS_PER_DAY +
			mean[MEAN_MICROSECONDS]) / mean[MEAN_COUNT];
	/* no mean of durations is longer than the longest of them */
	if (pg_mul_s64_overflow(whole, USECS_PER_DAY, &result) ||
		pg_add_s64_overflow(result, (int64) rint(rest), &result))
		delivery_invalid_state("Its sum is too large for its count.");
	PG_RETURN_INTERVAL_P(delivery_make_interval(result));
}
