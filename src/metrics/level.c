/*
 * level.c
 *	  Performance levels: a value against a benchmark's ladder.
 *
 * The shipped ladders are facts of published reports and stand here; the
 * user's own rows are read from custom_benchmark at every call, with
 * the snapshot of the query.
 */
#include "base/delivery.h"

#include <ctype.h>
#include <math.h>

#include "access/table.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/internal.h"
#include "base/number.h"
#include "base/query.h"
#include "base/span.h"

typedef enum MetricKind
{
	METRIC_PER_DAY,
	METRIC_DURATION,
	METRIC_RATIO
} MetricKind;

typedef struct Metric
{
	const char *name;
	MetricKind	kind;
} Metric;

static const Metric metrics[] = {
	{"change_failure_rate", METRIC_RATIO},
	{"deployment_frequency", METRIC_PER_DAY},
	{"lead_time", METRIC_DURATION},
	{"rework_rate", METRIC_RATIO},
	{"time_to_restore", METRIC_DURATION},
};

/* Levels from the top, as a ladder is tried; what passes no step is low. */
static const char *const levels[] = {"elite", "high", "medium"};

typedef enum Comparison
{
	NO_STEP,
	LESS,
	LESS_EQUAL,
	GREATER,
	GREATER_EQUAL
} Comparison;

static const char *const comparisons[] = {"", "<", "<=", ">", ">="};

/* One step of a ladder: number for rates and frequencies, else duration. */
typedef struct Step
{
	Comparison	comparison;
	float8		number;
	int64		duration;		/* microseconds */
} Step;

typedef struct Ladder
{
	const char *benchmark;
	const char *metric;
	Step		steps[lengthof(levels)];
} Ladder;

#define NONE {NO_STEP, 0, 0}
#define AT_MOST(number) {LESS_EQUAL, number, 0}
#define MORE_THAN_PER_DAY(number) {GREATER, number, 0}
#define ONCE_IN_DAYS(days) {GREATER_EQUAL, 1.0 / (days), 0}
#define BELOW_HOURS(hours) {LESS, 0, (hours) * USECS_PER_HOUR}
#define BELOW_DAYS(days) {LESS, 0, (days) * USECS_PER_DAY}
#define WITHIN_DAYS(days) {LESS_EQUAL, 0, (days) * USECS_PER_DAY}

/*
 * Accelerate State of DevOps Reports 2021 to 2024; where two published
 * clusters tie the better level stands.
 */
static const Ladder ladders[] = {
	{"standard", "deployment_frequency", {MORE_THAN_PER_DAY(1), ONCE_IN_DAYS(7), ONCE_IN_DAYS(31)}},
	{"standard", "lead_time", {BELOW_HOURS(1), WITHIN_DAYS(7), WITHIN_DAYS(31)}},
	{"standard", "time_to_restore", {BELOW_HOURS(1), BELOW_DAYS(1), BELOW_DAYS(7)}},
	{"standard", "change_failure_rate", {AT_MOST(0.05), AT_MOST(0.15), AT_MOST(0.30)}},
	{"2021", "deployment_frequency", {MORE_THAN_PER_DAY(1), ONCE_IN_DAYS(31), ONCE_IN_DAYS(183)}},
	{"2021", "lead_time", {BELOW_HOURS(1), WITHIN_DAYS(7), WITHIN_DAYS(183)}},
	{"2021", "time_to_restore", {BELOW_HOURS(1), BELOW_DAYS(1), BELOW_DAYS(7)}},
	{"2021", "change_failure_rate", {AT_MOST(0.15), AT_MOST(0.30), NONE}},
	{"2022", "deployment_frequency", {NONE, MORE_THAN_PER_DAY(1), ONCE_IN_DAYS(31)}},
	{"2022", "lead_time", {NONE, WITHIN_DAYS(7), WITHIN_DAYS(31)}},
	{"2022", "time_to_restore", {NONE, BELOW_DAYS(1), BELOW_DAYS(7)}},
	{"2022", "change_failure_rate", {NONE, AT_MOST(0.15), AT_MOST(0.30)}},
	{"2023", "deployment_frequency", {MORE_THAN_PER_DAY(1), ONCE_IN_DAYS(7), ONCE_IN_DAYS(31)}},
	{"2023", "lead_time", {BELOW_DAYS(1), WITHIN_DAYS(7), WITHIN_DAYS(31)}},
	{"2023", "time_to_restore", {BELOW_HOURS(1), BELOW_DAYS(1), BELOW_DAYS(7)}},
	{"2023", "change_failure_rate", {AT_MOST(0.05), AT_MOST(0.10), AT_MOST(0.15)}},
	{"2024", "deployment_frequency", {MORE_THAN_PER_DAY(1), ONCE_IN_DAYS(7), ONCE_IN_DAYS(31)}},
	{"2024", "lead_time", {BELOW_DAYS(1), WITHIN_DAYS(7), WITHIN_DAYS(31)}},
	{"2024", "time_to_restore", {BELOW_HOURS(1), BELOW_DAYS(1), NONE}},
	{"2024", "change_failure_rate", {AT_MOST(0.05), AT_MOST(0.20), NONE}},
};

PG_FUNCTION_INFO_V1(delivery_dora_level_duration);
PG_FUNCTION_INFO_V1(delivery_dora_level_number);
PG_FUNCTION_INFO_V1(delivery_dora_level_text);
PG_FUNCTION_INFO_V1(delivery_shipped_benchmark);

/* --- shipped ladders ---------------------------------------------------- */

Datum
delivery_shipped_benchmark(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(ladders); i++)
	{
		const Ladder *ladder = &ladders[i];

		for (int l = 0; l < (int) lengthof(levels); l++)
		{
			const Step *step = &ladder->steps[l];
			Datum		values[6] = {0};
			bool		nulls[6] = {0};

			if (step->comparison == NO_STEP)
				continue;
			values[0] = CStringGetTextDatum(ladder->benchmark);
			values[1] = CStringGetTextDatum(ladder->metric);
			values[2] = CStringGetTextDatum(levels[l]);
			values[3] = CStringGetTextDatum(comparisons[step->comparison]);
			if (step->duration > 0)
			{
				nulls[4] = true;
				values[5] = IntervalPGetDatum(delivery_make_interval(step->duration));
			}
			else
			{
				values[4] = Float8GetDatum(step->number);
				nulls[5] = true;
			}
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* --- the user's ladders ------------------------------------------------- */

static void
apply_custom_row(HeapTuple row, TupleDesc desc, Step *steps)
{
	char	   *level = SPI_getvalue(row, desc, 1);
	char	   *comparison = SPI_getvalue(row, desc, 2);
	Datum		number;
	Datum		duration;
	bool		number_is_null;
	bool		duration_is_null;

	number = SPI_getbinval(row, desc, 3, &number_is_null);
	duration = SPI_getbinval(row, desc, 4, &duration_is_null);
	for (int l = 0; l < (int) lengthof(levels); l++)
	{
		if (strcmp(level, levels[l]) != 0)
			continue;
		for (int c = LESS; c < (int) lengthof(comparisons); c++)
		{
			if (strcmp(comparison, comparisons[c]) == 0)
				steps[l].comparison = (Comparison) c;
		}
		steps[l].number = number_is_null ? 0.0 : DatumGetFloat8(number);
		steps[l].duration = 0;
		if (!duration_is_null)
			(void) delivery_duration_microseconds(DatumGetIntervalP(duration), &steps[l].duration);
	}
}

/*
 * Put the user's steps over the shipped ones; returns whether the user has
 * anything under that benchmark.
 */
static bool
apply_custom_steps(const char *benchmark, const char *metric, Step *steps)
{
	static SPIPlanPtr step_plan = NULL;
	static SPIPlanPtr known_plan = NULL;
	Relation	table = delivery_open_internal("custom_benchmark", AccessShareLock);
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
	bool		known = false;

	if (!delivery_is_empty(table))
	{
		SPI_connect();
		values[0] = CStringGetTextDatum(benchmark);
		values[1] = CStringGetTextDatum(metric);
		delivery_query(table, &step_plan,
					   "SELECT level, comparison, threshold, threshold_duration"
					   " FROM delivery_internal.custom_benchmark"
					   " WHERE benchmark OPERATOR(pg_catalog.=) $1 AND metric OPERATOR(pg_catalog.=) $2",
					   2, types, values);
		for (uint64 i = 0; i < SPI_processed; i++)
			apply_custom_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, steps);
		known = SPI_processed > 0;
		if (!known)
		{
			delivery_query(table, &known_plan,
						   "SELECT FROM delivery_internal.custom_benchmark"
						   " WHERE benchmark OPERATOR(pg_catalog.=) $1 LIMIT 1",
						   1, types, values);
			known = SPI_processed > 0;
		}
		SPI_finish();
	}
	table_close(table, AccessShareLock);
	return known;
}

/* --- unknown names ------------------------------------------------------ */

static void
unknown_metric(const char *metric)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < (int) lengthof(metrics); i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", metrics[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("metric \"%s\" is not known", metric),
			 errdetail("Known metrics: %s.", known.data),
			 errhint("Pass one of the known metrics.")));
}

static void
unknown_benchmark(const char *benchmark)
{
	static SPIPlanPtr plan = NULL;
	Relation	table = delivery_open_internal("custom_benchmark", AccessShareLock);
	char	   *known;

	SPI_connect();
	delivery_query(table, &plan,
				   "SELECT pg_catalog.string_agg(DISTINCT benchmark, ', ' ORDER BY benchmark) FROM delivery.benchmark",
				   0, NULL, NULL);
	known = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("benchmark \"%s\" is not known", benchmark),
			 errdetail("Known benchmarks: %s.", known),
			 errhint("Pass one of the known benchmarks, or define your own in delivery.custom_benchmark.")));
}

static const Metric *
find_metric(const char *name)
{
	for (int i = 0; i < (int) lengthof(metrics); i++)
	{
		if (strcmp(name, metrics[i].name) == 0)
			return &metrics[i];
	}
	unknown_metric(name);
	return NULL;				/* not reached */
}

/* --- values ------------------------------------------------------------- */

static void
check_number(const Metric *metric, float8 number, const char *shown)
{
	if (metric->kind == METRIC_RATIO && !(number >= 0.0 && number <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of metric \"%s\" must be between 0 and 1", metric->name),
				 errdetail("The value is %s.", shown),
				 errhint("Write 15 percent as 0.15, or as text '15%%'.")));
	if (metric->kind == METRIC_PER_DAY && !(number >= 0.0 && !isinf(number)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of metric \"%s\" must be a finite number of at least 0", metric->name),
				 errdetail("The value is %s.", shown),
				 errhint("Write deployments per day, such as 0.5 for one in two days.")));
}

static int64
check_duration(const Metric *metric, const Interval *value)
{
	int64		duration;

	if (!delivery_duration_microseconds(value, &duration))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value of metric \"%s\" must be a finite duration of at least 0", metric->name),
				 errdetail("The value is %s.",
						   DatumGetCString(DirectFunctionCall1(interval_out,
															   IntervalPGetDatum(value)))),
				 errhint("Leave data faults out; span_fault() names them.")));
	return duration;
}

static void
wrong_kind(const Metric *metric, const char *shown)
{
	if (metric->kind == METRIC_DURATION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value of metric \"%s\" must be an interval", metric->name),
				 errdetail("The value is %s, a number without a unit.", shown),
				 errhint("Write the unit, for example interval '2 days'.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("value of metric \"%s\" must be a number", metric->name),
			 errdetail("The value is the interval %s.", shown),
			 metric->kind == METRIC_PER_DAY ?
			 errhint("Write deployments per day, such as 0.5 for one in two days.") :
			 errhint("Write a ratio between 0 and 1, such as 0.15.")));
}

/*
 * Whether text of an interval gives no unit anywhere: no letter, no clock
 * reading, no SQL year-month.  The server takes such numbers for seconds.
 */
static bool
has_no_unit(const char *string)
{
	for (const char *c = string; *c != '\0'; c++)
	{
		if (isalpha((unsigned char) *c) || IS_HIGHBIT_SET(*c) || *c == ':')
			return false;
		if (*c == '-' && c > string && isdigit((unsigned char) c[-1]))
			return false;
	}
	return true;
}

/*
 * An interval by the server's own input function, which skips punctuation it
 * does not know ('18%' are 18 seconds); that is refused here.  Its errors say
 * neither what the value is for nor what to write: raised again with both.
 */
static Interval *
parse_interval(const Metric *metric, const char *string)
{
	MemoryContext context = CurrentMemoryContext;
	volatile Datum value = (Datum) 0;

	if (string[strspn(string, "0123456789"
					  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  " \t\n\v\f\r.,:+-@")] != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("value of metric \"%s\" must be an interval", metric->name),
				 errdetail("The value is \"%s\".", string),
				 errhint("Write an interval, for example '2 days'.")));

	PG_TRY();
	{
		value = DirectFunctionCall3(interval_in, CStringGetDatum(string),
									ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		if (error->detail == NULL)
			error->detail = psprintf("It is the value of metric \"%s\".", metric->name);
		if (error->hint == NULL)
			error->hint = pstrdup("Write an interval, for example '2 days'.");
		ReThrowError(error);
	}
	PG_END_TRY();
	return DatumGetIntervalP(value);
}

/* --- levels ------------------------------------------------------------- */

static bool
passes(const Step *step, MetricKind kind, float8 number, int64 duration)
{
	int			order;

	if (step->comparison == NO_STEP)
		return false;
	if (kind == METRIC_DURATION)
		order = (duration > step->duration) - (duration < step->duration);
	else
		order = (number > step->number) - (number < step->number);
	switch (step->comparison)
	{
		case LESS:
			return order < 0;
		case LESS_EQUAL:
			return order <= 0;
		case GREATER:
			return order > 0;
		case GREATER_EQUAL:
			return order >= 0;
		case NO_STEP:
			break;
	}
	return false;
}

static Datum
level_of(FunctionCallInfo fcinfo, const Metric *metric, float8 number, int64 duration)
{
	char	   *benchmark = text_to_cstring(PG_GETARG_TEXT_PP(2));
	Step		steps[lengthof(levels)] = {0};
	bool		known = false;
	bool		has_ladder = false;
	const char *level = "low";

	for (int i = 0; i < (int) lengthof(ladders); i++)
	{
		if (strcmp(benchmark, ladders[i].benchmark) != 0)
			continue;
		known = true;
		if (strcmp(metric->name, ladders[i].metric) == 0)
			memcpy(steps, ladders[i].steps, sizeof(steps));
	}
	if (apply_custom_steps(benchmark, metric->name, steps))
		known = true;
	if (!known)
		unknown_benchmark(benchmark);

	for (int l = 0; l < (int) lengthof(levels); l++)
		has_ladder = has_ladder || steps[l].comparison != NO_STEP;
	if (!has_ladder)
		PG_RETURN_NULL();
	for (int l = 0; l < (int) lengthof(levels); l++)
	{
		if (passes(&steps[l], metric->kind, number, duration))
		{
			level = levels[l];
			break;
		}
	}
	return DirectFunctionCall2(enum_in, CStringGetDatum(level),
							   ObjectIdGetDatum(get_func_rettype(fcinfo->flinfo->fn_oid)));
}

Datum
delivery_dora_level_number(PG_FUNCTION_ARGS)
{
	const Metric *metric = find_metric(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	float8		number = PG_GETARG_FLOAT8(1);

	if (metric->kind == METRIC_DURATION)
		wrong_kind(metric, delivery_show_number(number));
	check_number(metric, number, delivery_show_number(number));
	return level_of(fcinfo, metric, number, 0);
}

Datum
delivery_dora_level_duration(PG_FUNCTION_ARGS)
{
	const Metric *metric = find_metric(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Interval   *value = PG_GETARG_INTERVAL_P(1);

	if (metric->kind != METRIC_DURATION)
		wrong_kind(metric, DatumGetCString(DirectFunctionCall1(interval_out,
															   IntervalPGetDatum(value))));
	return level_of(fcinfo, metric, 0.0, check_duration(metric, value));
}

Datum
delivery_dora_level_text(PG_FUNCTION_ARGS)
{
	const Metric *metric = find_metric(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char	   *string = text_to_cstring(PG_GETARG_TEXT_PP(1));
	float8		number;

	if (metric->kind != METRIC_DURATION)
	{
		if (!delivery_parse_number(string, metric->kind == METRIC_RATIO, &number))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("value of metric \"%s\" must be a number", metric->name),
					 errdetail("The value is \"%s\".", string),
					 metric->kind == METRIC_PER_DAY ?
					 errhint("Write deployments per day, such as '0.5' for one in two days.") :
					 errhint("Write a ratio between 0 and 1 such as '0.15', or a percentage such as '15%%'.")));
		check_number(metric, number, psprintf("\"%s\"", string));
		return level_of(fcinfo, metric, number, 0);
	}

	if (string[0] != '\0' && has_no_unit(string))
		wrong_kind(metric, psprintf("\"%s\"", string));
	return level_of(fcinfo, metric, 0.0, check_duration(metric, parse_interval(metric, string)));
}
