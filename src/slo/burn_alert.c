/*
 * burn_alert.c
 *	  Burn-rate alerts over several windows at once.
 *
 * An alert looks at pairs of windows that end at the same instant: the long one
 * says that it matters, the short one that it still goes on.  Each window lies in
 * the next longer one, so a row is counted once, by its age, and the windows are
 * sums over ages.
 */
#include "base/delivery.h"

#include "common/int.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/count.h"
#include "base/counter.h"
#include "base/period.h"
#include "base/span.h"
#include "slo/slo.h"

typedef enum Window
{
	FIVE_MINUTES,
	HALF_HOUR,
	HOUR,
	TWO_HOURS,
	SIX_HOURS,
	DAY,
	THREE_DAYS,
	WINDOWS
} Window;

static const int64 lengths[WINDOWS] = {
	5 * USECS_PER_MINUTE,
	30 * USECS_PER_MINUTE,
	USECS_PER_HOUR,
	2 * USECS_PER_HOUR,
	6 * USECS_PER_HOUR,
	USECS_PER_DAY,
	3 * USECS_PER_DAY
};

typedef struct Pair
{
	const char *severity;
	Window		long_window;
	Window		short_window;
	int			percent;		/* of the budget, used up in the long window */
} Pair;

/* The Site Reliability Workbook (2018), ch. 5; the most severe first. */
static const Pair pairs[] = {
	{"page", HOUR, FIVE_MINUTES, 2},
	{"page", SIX_HOURS, HALF_HOUR, 5},
	{"ticket", DAY, TWO_HOURS, 10},
	{"ticket", THREE_DAYS, SIX_HOURS, 10},
};

#define DEFAULT_PERIOD (30 * USECS_PER_DAY)

/* the state: parameters, then bad and total events by age */
enum
{
	ALERT_FORMAT,
	ALERT_ROWS,
	ALERT_OBJECTIVE,			/* this and the following: meaningless without rows */
	ALERT_AS_OF,
	ALERT_PERIOD,
	ALERT_MIN_EVENTS,
	ALERT_EVENTS,
	ALERT_FIELDS = ALERT_EVENTS + 2 * WINDOWS
};

#define PARAMETERS (ALERT_EVENTS - ALERT_OBJECTIVE)
#define BAD(counters, age) ((counters)[ALERT_EVENTS + 2 * (age)])
#define TOTAL(counters, age) ((counters)[ALERT_EVENTS + 2 * (age) + 1])

/* fields of burn_alert */
enum
{
	BURN_SEVERITY,
	BURN_LONG_WINDOW,
	BURN_SHORT_WINDOW,
	BURN_THRESHOLD,
	BURN_LONG,
	BURN_SHORT,
	BURN_FIELDS
};

typedef struct Events
{
	int64		bad;
	int64		total;
} Events;

PG_FUNCTION_INFO_V1(delivery_burn_alert_accum_float8);
PG_FUNCTION_INFO_V1(delivery_burn_alert_accum_int8);
PG_FUNCTION_INFO_V1(delivery_burn_alert_accum_numeric);
PG_FUNCTION_INFO_V1(delivery_burn_alert_combine);
PG_FUNCTION_INFO_V1(delivery_burn_alert_final);

/* --- transitions -------------------------------------------------------- */

static const char *
show_microseconds(int64 microseconds)
{
	return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(delivery_make_interval(microseconds))));
}

/*
 * All rows of a group are measured against the same; the first one says what.
 */
static inline void
take_parameters(int64 *counters, const int64 *parameters)
{
	const int64 *own = &counters[ALERT_OBJECTIVE];

	if (counters[ALERT_ROWS] == 0)
	{
		memcpy(&counters[ALERT_OBJECTIVE], parameters, PARAMETERS * sizeof(int64));
		return;
	}
	if (likely(memcmp(own, parameters, PARAMETERS * sizeof(int64)) == 0))
		return;
	if (own[0] != parameters[0])
		delivery_refuse_objectives((Objective) own[0], (Objective) parameters[0]);
	for (int i = 1; i < PARAMETERS; i++)
	{
		static const char *const names[] = {"objective", "as_of", "period", "min_events"};
		char	   *shown[2];

		if (own[i] == parameters[i])
			continue;
		for (int j = 0; j < 2; j++)
		{
			int64		value = j == 0 ? own[i] : parameters[i];

			shown[j] = i == ALERT_AS_OF - ALERT_OBJECTIVE ? pstrdup(timestamptz_to_str(value)) :
				i == ALERT_PERIOD - ALERT_OBJECTIVE ? pstrdup(show_microseconds(value)) :
				psprintf("%lld", (long long) value);
		}
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in all rows of a group", names[i]),
				 errdetail("One row has %s, another one %s.", shown[0], shown[1]),
				 errhint("Pass a constant, and now() rather than clock_timestamp().")));
	}
}

static inline void
add_events(int64 *counters, int age, int64 bad, int64 total)
{
	if (unlikely(pg_add_s64_overflow(TOTAL(counters, age), total, &TOTAL(counters, age))))
		delivery_count_overflow();
	BAD(counters, age) += bad;
}

static int64
get_period(FunctionCallInfo fcinfo, int argument)
{
	int64		period = delivery_period_length(PG_GETARG_INTERVAL_P(argument));

	if (unlikely(period < lengths[THREE_DAYS]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must not be shorter than the longest window of an alert"),
				 errdetail("The period is \"%s\", that window three days.", show_microseconds(period)),
				 errhint("Write the period of the objective, such as '30 days'.")));
	return period;
}

static int64
check_min_events(int64 min_events)
{
	if (min_events < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_events must not be negative"),
				 errdetail("It is %lld.", (long long) min_events),
				 errhint("Pass the number of events in the long window from which on an alert may fire; 0 for any.")));
	return min_events;
}

/*
 * (state, bucket, good, total, objective, as_of [, period [, min_events]])
 */
static Datum
accumulate(FunctionCallInfo fcinfo, int64 good, int64 total, int64 min_events)
{
	ArrayType  *state = delivery_counter_state(fcinfo, ALERT_FIELDS, ALERT_FIELDS);
	int64	   *counters = delivery_counters(state);
	TimestampTz bucket = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz as_of = PG_GETARG_TIMESTAMPTZ(5);
	int64		parameters[PARAMETERS];

	delivery_check_counts(good, total);
	if (unlikely(TIMESTAMP_NOT_FINITE(as_of)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of must be finite"),
				 errdetail("It is %s.", timestamptz_to_str(as_of)),
				 errhint("Pass the instant at which the windows end, for example now().")));
	parameters[ALERT_OBJECTIVE - ALERT_OBJECTIVE] = PG_GETARG_OBJECTIVE(4);
	parameters[ALERT_AS_OF - ALERT_OBJECTIVE] = as_of;
	parameters[ALERT_PERIOD - ALERT_OBJECTIVE] = PG_NARGS() > 6 ? get_period(fcinfo, 6) : DEFAULT_PERIOD;
	parameters[ALERT_MIN_EVENTS - ALERT_OBJECTIVE] = check_min_events(min_events);
	take_parameters(counters, parameters);
	counters[ALERT_ROWS]++;

	if (bucket < as_of && bucket >= as_of - lengths[THREE_DAYS])
	{
		int64		ago = as_of - bucket;
		int			age = 0;

		while (ago > lengths[age])
			age++;
		add_events(counters, age, total - good, total);
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Any number of events will do where the call does not say how many. */
#define HAS_MIN_EVENTS (PG_NARGS() > 7)

Datum
delivery_burn_alert_accum_int8(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, PG_GETARG_INT64(2), PG_GETARG_INT64(3), HAS_MIN_EVENTS ? PG_GETARG_INT64(7) : 0);
}

Datum
delivery_burn_alert_accum_numeric(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, delivery_count_of_numeric(PG_GETARG_NUMERIC(2)), delivery_count_of_numeric(PG_GETARG_NUMERIC(3)),
					  HAS_MIN_EVENTS ? delivery_count_of_numeric(PG_GETARG_NUMERIC(7)) : 0);
}

Datum
delivery_burn_alert_accum_float8(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, delivery_count_of_float8(PG_GETARG_FLOAT8(2)), delivery_count_of_float8(PG_GETARG_FLOAT8(3)),
					  HAS_MIN_EVENTS ? delivery_count_of_float8(PG_GETARG_FLOAT8(7)) : 0);
}

/*
 * What a state must fulfil that comes from a caller, who may pass any array.
 */
static const int64 *
get_state(FunctionCallInfo fcinfo, int argument)
{
	const int64 *counters = delivery_counters(delivery_counter_arg(fcinfo, argument, ALERT_FIELDS, ALERT_FIELDS));

	if (counters[ALERT_FORMAT] != BURN_ALERT_STATE_FORMAT)
		delivery_invalid_state("It is the state of another aggregate, or of another version.");
	if (counters[ALERT_ROWS] < 0)
		delivery_invalid_state("It counts fewer rows than none.");
	for (int age = 0; age < WINDOWS; age++)
		if (BAD(counters, age) < 0 || BAD(counters, age) > TOTAL(counters, age) ||
			(counters[ALERT_ROWS] == 0 && TOTAL(counters, age) > 0))
			delivery_invalid_state("It counts more bad events than events, or fewer than none.");
	if (counters[ALERT_ROWS] > 0 &&
		(!delivery_is_objective(counters[ALERT_OBJECTIVE]) || counters[ALERT_PERIOD] <= 0 ||
		 counters[ALERT_MIN_EVENTS] < 0 || !IS_VALID_TIMESTAMP(counters[ALERT_AS_OF])))
		delivery_invalid_state("Its objective, instant, period or least number of events is out of range.");
	return counters;
}

Datum
delivery_burn_alert_combine(PG_FUNCTION_ARGS)
{
	const int64 *other = get_state(fcinfo, 1);
	ArrayType  *state;
	int64	   *counters;

	(void) get_state(fcinfo, 0);
	state = delivery_counter_state(fcinfo, ALERT_FIELDS, ALERT_FIELDS);
	if (other[ALERT_ROWS] == 0)
		PG_RETURN_ARRAYTYPE_P(state);
	counters = delivery_counters(state);
	take_parameters(counters, &other[ALERT_OBJECTIVE]);
	counters[ALERT_ROWS] += other[ALERT_ROWS];
	for (int age = 0; age < WINDOWS; age++)
		add_events(counters, age, BAD(other, age), TOTAL(other, age));
	PG_RETURN_ARRAYTYPE_P(state);
}

/* --- the alert ---------------------------------------------------------- */

/* A pair of windows against its threshold, percent * period / (100 * length). */
typedef struct Judgement
{
	const Pair *pair;
	Objective	objective;
	int64		period;			/* reduced against length */
	int64		length;
	float8		threshold;
	float8		long_burn;
	float8		short_burn;		/* 0 without events, as long_burn */
	bool		judged;			/* by enough events, in both windows */
	Events		long_events;
	Events		calmer;			/* of the window that burns less */
} Judgement;

static float8
burn_of(const Events *events, Objective objective)
{
	return events->total == 0 ? 0 : delivery_budget_consumed(events->bad, events->total, objective);
}

/*
 * Which of two windows burns more, each in parts of its own limit, by integers; a
 * window without events burns nothing.
 */
static int
compare_burn(const Events *events, int64 limit, const Events *other, int64 other_limit)
{
	int64		left[] = {events->bad, Max(other->total, 1), other_limit};
	int64		right[] = {other->bad, Max(events->total, 1), limit};

	return delivery_compare_products(left, right, lengthof(left));
}

static Judgement
judge(const Pair *pair, const int64 *counters, const Events *windows)
{
	Judgement	result = {.pair = pair,.objective = (Objective) counters[ALERT_OBJECTIVE]};
	int64		divisor = delivery_greatest_divisor(counters[ALERT_PERIOD], lengths[pair->long_window]);

	result.period = counters[ALERT_PERIOD] / divisor;
	result.length = lengths[pair->long_window] / divisor;
	result.threshold = ((float8) pair->percent * (float8) result.period) / (100.0 * (float8) result.length);
	result.long_burn = burn_of(&windows[pair->long_window], result.objective);
	result.short_burn = burn_of(&windows[pair->short_window], result.objective);
	result.judged = windows[pair->short_window].total > 0 &&
		windows[pair->long_window].total >= counters[ALERT_MIN_EVENTS];
	result.long_events = windows[pair->long_window];
	result.calmer = compare_burn(&result.long_events, 1, &windows[pair->short_window], 1) <= 0 ?
		result.long_events : windows[pair->short_window];
	return result;
}

/* Whether the burn in a window is above the threshold, by integers. */
static bool
above_threshold(const Judgement *judgement, const Events *events)
{
	int64		burned[] = {events->bad, OBJECTIVE_WHOLE, 100, judgement->length};
	int64		allowed[] = {events->total, OBJECTIVE_BUDGET(judgement->objective), judgement->pair->percent, judgement->period};

	return delivery_compare_products(burned, allowed, lengthof(burned)) > 0;
}

static bool
fires(const Judgement *judgement, const Events *windows)
{
	return judgement->judged &&
		above_threshold(judgement, &windows[judgement->pair->long_window]) &&
		above_threshold(judgement, &windows[judgement->pair->short_window]);
}

/*
 * Whether a pair is nearer to firing than another one: by both windows, and where
 * nothing burns any more by the long one.
 */
static bool
is_nearer(const Judgement *judgement, const Judgement *other)
{
	int64		limit;
	int64		other_limit;
	int			by_both;

	if (judgement->judged != other->judged)
		return judgement->judged;
	/* the thresholds of one period are to each other as the percentages per time */
	limit = judgement->pair->percent * (lengths[THREE_DAYS] / lengths[judgement->pair->long_window]);
	other_limit = other->pair->percent * (lengths[THREE_DAYS] / lengths[other->pair->long_window]);
	by_both = compare_burn(&judgement->calmer, limit, &other->calmer, other_limit);
	if (by_both != 0)
		return by_both > 0;
	return compare_burn(&judgement->long_events, limit, &other->long_events, other_limit) > 0;
}

/*
 * The most severe pair that fires, else the one nearest to it; NULL without an
 * event in any window.
 */
Datum
delivery_burn_alert_final(PG_FUNCTION_ARGS)
{
	const int64 *counters = get_state(fcinfo, 0);
	TupleDesc	record;
	Events		windows[WINDOWS];
	Events		sum = {0};
	Judgement	chosen = {0};
	bool		firing = false;
	Datum		values[BURN_FIELDS];
	bool		nulls[BURN_FIELDS] = {0};

	for (int age = 0; age < WINDOWS; age++)
	{
		sum.bad += BAD(counters, age);
		if (pg_add_s64_overflow(sum.total, TOTAL(counters, age), &sum.total))
			delivery_count_overflow();
		windows[age] = sum;
	}
	if (sum.total == 0)
		PG_RETURN_NULL();

	for (int i = 0; i < (int) lengthof(pairs) && !firing; i++)
	{
		Judgement	judgement = judge(&pairs[i], counters, windows);

		firing = fires(&judgement, windows);
		if (i == 0 || firing || is_nearer(&judgement, &chosen))
			chosen = judgement;
	}

	record = delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, BURN_FIELDS);
	values[BURN_SEVERITY] = CStringGetTextDatum(firing ? chosen.pair->severity : "none");
	values[BURN_LONG_WINDOW] = IntervalPGetDatum(delivery_make_interval(lengths[chosen.pair->long_window]));
	values[BURN_SHORT_WINDOW] = IntervalPGetDatum(delivery_make_interval(lengths[chosen.pair->short_window]));
	values[BURN_THRESHOLD] = Float8GetDatum(chosen.threshold);
	values[BURN_LONG] = Float8GetDatum(chosen.long_burn);
	values[BURN_SHORT] = Float8GetDatum(chosen.short_burn);
	nulls[BURN_LONG] = windows[chosen.pair->long_window].total == 0;
	nulls[BURN_SHORT] = windows[chosen.pair->short_window].total == 0;
	return HeapTupleGetDatum(heap_form_tuple(record, values, nulls));
}
