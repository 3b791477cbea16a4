/*
 * slo.c
 *	  Error budgets and burn rates of counted events.
 *
 * Counts are added as integers and the objective is whole parts per billion, so
 * neither the order of rows nor a window that moves on changes a result; only
 * the last division is one of floating point.
 */
#include "base/delivery.h"

#include <float.h>

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/call.h"
#include "base/count.h"
#include "base/counter.h"
#include "slo/slo.h"

/* the state of error_budget() and burn_rate() */
enum
{
	SLO_FORMAT,
	SLO_ROWS,
	SLO_OBJECTIVE,				/* meaningless without rows */
	SLO_GOOD,
	SLO_TOTAL,
	SLO_FIELDS
};

/* a float8 has all integers up to here */
#define EXACT_INTEGERS 9007199254740992.0

/* fields of error_budget */
enum
{
	BUDGET_OBJECTIVE,
	BUDGET_GOOD,
	BUDGET_TOTAL,
	BUDGET_BAD,
	BUDGET_ALLOWED,
	BUDGET_CONSUMED,
	BUDGET_REMAINING,
	BUDGET_EXHAUSTED,
	BUDGET_FIELDS
};

PG_FUNCTION_INFO_V1(delivery_burn_rate_final);
PG_FUNCTION_INFO_V1(delivery_error_budget_final);
PG_FUNCTION_INFO_V1(delivery_error_budget_of_float8);
PG_FUNCTION_INFO_V1(delivery_error_budget_of_int8);
PG_FUNCTION_INFO_V1(delivery_error_budget_of_numeric);
PG_FUNCTION_INFO_V1(delivery_slo_accum_event);
PG_FUNCTION_INFO_V1(delivery_slo_accum_float8);
PG_FUNCTION_INFO_V1(delivery_slo_accum_int8);
PG_FUNCTION_INFO_V1(delivery_slo_accum_numeric);
PG_FUNCTION_INFO_V1(delivery_slo_accum_text);
PG_FUNCTION_INFO_V1(delivery_slo_combine);
PG_FUNCTION_INFO_V1(delivery_slo_remove_event);
PG_FUNCTION_INFO_V1(delivery_slo_remove_float8);
PG_FUNCTION_INFO_V1(delivery_slo_remove_int8);
PG_FUNCTION_INFO_V1(delivery_slo_remove_numeric);
PG_FUNCTION_INFO_V1(delivery_slo_remove_text);

/* --- arithmetic --------------------------------------------------------- */

int64
delivery_greatest_divisor(int64 a, int64 b)
{
	while (b != 0)
	{
		int64		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static Numeric
product(const int64 *factors, int count)
{
	Datum		result = NumericGetDatum(int64_to_numeric(factors[0]));

	for (int i = 1; i < count; i++)
		result = DirectFunctionCall2(numeric_mul, result, NumericGetDatum(int64_to_numeric(factors[i])));
	return DatumGetNumeric(result);
}

/*
 * Whether the product of the left factors is below (-1), equal to (0) or above
 * (1) that of the right ones, however large.
 */
int
delivery_compare_products(const int64 *left, const int64 *right, int factors)
{
	int64		a = left[0];
	int64		b = right[0];
	bool		fits = true;

	for (int i = 1; i < factors && fits; i++)
		fits = !pg_mul_s64_overflow(a, left[i], &a) && !pg_mul_s64_overflow(b, right[i], &b);
	if (fits)
		return a < b ? -1 : a > b;
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(product(left, factors)),
											 NumericGetDatum(product(right, factors))));
}

/*
 * The share of the budget that so many bad events use up, which is also the
 * burn rate: bad / (total * (1 - objective)).  Some events are given.
 *
 * With the fraction reduced, both products are exact in a float8 unless they are
 * huge, and their quotient is the float8 next to the true one.  Rounding must
 * not lead from one side of 1 to the other, as that is where the budget ends.
 */
float8
delivery_budget_consumed(int64 bad, int64 total, Objective objective)
{
	int64		divisor = delivery_greatest_divisor(OBJECTIVE_WHOLE, OBJECTIVE_BUDGET(objective));
	int64		used[2] = {bad, OBJECTIVE_WHOLE / divisor};
	int64		granted[2] = {total, OBJECTIVE_BUDGET(objective) / divisor};
	float8		all = (float8) granted[0] * (float8) granted[1];
	float8		consumed = ((float8) used[0] * (float8) used[1]) / all;

	if (likely(all < EXACT_INTEGERS))
		return consumed;
	if (delivery_compare_products(used, granted, 2) >= 0)
		return Max(consumed, 1.0);
	return Min(consumed, 1.0 - DBL_EPSILON / 2);
}

/* total * (1 - objective), exact and without trailing zeros */
static Datum
allowed_events(int64 total, Objective objective)
{
	int64		parts;
	Datum		allowed;

	if (!pg_mul_s64_overflow(total, OBJECTIVE_BUDGET(objective), &parts))
		allowed = NumericGetDatum(int64_div_fast_to_numeric(parts, OBJECTIVE_DECIMALS));
	else
		allowed = DirectFunctionCall2(numeric_mul, NumericGetDatum(int64_to_numeric(total)),
									  NumericGetDatum(int64_div_fast_to_numeric(OBJECTIVE_BUDGET(objective), OBJECTIVE_DECIMALS)));
	return DirectFunctionCall1(numeric_trim_scale, allowed);
}

/*
 * The composite error_budget, or NULL without events.  Kept is where
 * the caller keeps its row type.
 */
Datum
delivery_error_budget(FunctionCallInfo fcinfo, TupleDesc *kept, int64 good, int64 total, Objective objective)
{
	int64		bad = total - good;
	int64		used[2] = {bad, OBJECTIVE_WHOLE};
	int64		granted[2] = {total, OBJECTIVE_BUDGET(objective)};
	float8		consumed;
	Datum		values[BUDGET_FIELDS];
	bool		nulls[BUDGET_FIELDS] = {0};

	if (total == 0)
		PG_RETURN_NULL();
	consumed = delivery_budget_consumed(bad, total, objective);
	values[BUDGET_OBJECTIVE] = ObjectiveGetDatum(objective);
	values[BUDGET_GOOD] = Int64GetDatum(good);
	values[BUDGET_TOTAL] = Int64GetDatum(total);
	values[BUDGET_BAD] = Int64GetDatum(bad);
	values[BUDGET_ALLOWED] = allowed_events(total, objective);
	values[BUDGET_CONSUMED] = Float8GetDatum(consumed);
	values[BUDGET_REMAINING] = Float8GetDatum(1.0 - consumed);
	values[BUDGET_EXHAUSTED] = BoolGetDatum(delivery_compare_products(used, granted, 2) >= 0);
	return HeapTupleGetDatum(heap_form_tuple(delivery_result_record(fcinfo, kept, BUDGET_FIELDS), values, nulls));
}

/* --- transitions -------------------------------------------------------- */

void
delivery_refuse_objectives(Objective objective, Objective other)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("objective must be the same in all rows of a group"),
			 errdetail("One row has %s, another one %s.",
					   delivery_show_objective(objective), delivery_show_objective(other)),
			 errhint("Pass a constant, or add the objective to GROUP BY or PARTITION BY.")));
}

void
delivery_count_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("too many events"),
			 errdetail("A group can have at most %lld.", (long long) PG_INT64_MAX),
			 errhint("Make smaller groups, or count larger units such as thousands of events.")));
}

/*
 * Add rows to the state.  One without rows takes any objective, so that a
 * moving window may step from one to the next.
 */
static inline void
add_rows(int64 *slo, int64 rows, int64 objective, int64 good, int64 total)
{
	if (slo[SLO_ROWS] == 0)
		slo[SLO_OBJECTIVE] = objective;
	else if (unlikely(slo[SLO_OBJECTIVE] != objective))
		delivery_refuse_objectives((Objective) slo[SLO_OBJECTIVE], (Objective) objective);
	if (unlikely(pg_add_s64_overflow(slo[SLO_TOTAL], total, &slo[SLO_TOTAL])))
		delivery_count_overflow();
	slo[SLO_ROWS] += rows;
	slo[SLO_GOOD] += good;
}

static inline void
remove_row(int64 *slo, int64 good, int64 total)
{
	slo[SLO_ROWS]--;
	slo[SLO_GOOD] -= good;
	slo[SLO_TOTAL] -= total;
}

static inline Datum
accumulate(FunctionCallInfo fcinfo, int64 good, int64 total)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SLO_FIELDS, SLO_FIELDS);

	delivery_check_counts(good, total);
	add_rows(delivery_counters(state), 1, PG_GETARG_OBJECTIVE(3), good, total);
	PG_RETURN_ARRAYTYPE_P(state);
}

static inline Datum
subtract(FunctionCallInfo fcinfo, int64 good, int64 total)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SLO_FIELDS, SLO_FIELDS);

	remove_row(delivery_counters(state), good, total);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * (state, good, total, objective), in a form for each type of counts
 */
Datum
delivery_slo_accum_int8(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, PG_GETARG_INT64(1), PG_GETARG_INT64(2));
}

Datum
delivery_slo_accum_numeric(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, delivery_count_of_numeric(PG_GETARG_NUMERIC(1)), delivery_count_of_numeric(PG_GETARG_NUMERIC(2)));
}

Datum
delivery_slo_accum_float8(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, delivery_count_of_float8(PG_GETARG_FLOAT8(1)), delivery_count_of_float8(PG_GETARG_FLOAT8(2)));
}

Datum
delivery_slo_remove_int8(PG_FUNCTION_ARGS)
{
	return subtract(fcinfo, PG_GETARG_INT64(1), PG_GETARG_INT64(2));
}

Datum
delivery_slo_remove_numeric(PG_FUNCTION_ARGS)
{
	return subtract(fcinfo, delivery_count_of_numeric(PG_GETARG_NUMERIC(1)), delivery_count_of_numeric(PG_GETARG_NUMERIC(2)));
}

Datum
delivery_slo_remove_float8(PG_FUNCTION_ARGS)
{
	return subtract(fcinfo, delivery_count_of_float8(PG_GETARG_FLOAT8(1)), delivery_count_of_float8(PG_GETARG_FLOAT8(2)));
}

Datum
delivery_slo_accum_event(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SLO_FIELDS, SLO_FIELDS);

	add_rows(delivery_counters(state), 1, PG_GETARG_OBJECTIVE(2), PG_GETARG_BOOL(1), 1);
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
delivery_slo_remove_event(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SLO_FIELDS, SLO_FIELDS);

	remove_row(delivery_counters(state), PG_GETARG_BOOL(1), 1);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Counts without a type.  Not strict, as a range among them is to be refused
 * beside NULL too; false for a row that does not count.
 */
static bool
get_text_counts(FunctionCallInfo fcinfo, int64 *good, int64 *total)
{
	int64		counts[2] = {0};

	if (PG_ARGISNULL(0))
		delivery_invalid_state("It is NULL.");
	for (int i = 0; i < 2; i++)
		if (!PG_ARGISNULL(i + 1))
			counts[i] = delivery_count_of_text(TextDatumGetCString(PG_GETARG_DATUM(i + 1)));
	*good = counts[0];
	*total = counts[1];
	return !PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3);
}

Datum
delivery_slo_accum_text(PG_FUNCTION_ARGS)
{
	int64		good;
	int64		total;

	if (!get_text_counts(fcinfo, &good, &total))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return accumulate(fcinfo, good, total);
}

Datum
delivery_slo_remove_text(PG_FUNCTION_ARGS)
{
	int64		good;
	int64		total;

	if (!get_text_counts(fcinfo, &good, &total))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return subtract(fcinfo, good, total);
}

/*
 * What a state must fulfil that comes from a caller, who may pass any array.
 */
static const int64 *
get_state(FunctionCallInfo fcinfo, int argument)
{
	const int64 *slo = delivery_counters(delivery_counter_arg(fcinfo, argument, SLO_FIELDS, SLO_FIELDS));

	if (slo[SLO_FORMAT] != SLO_STATE_FORMAT)
		delivery_invalid_state("It is the state of another aggregate, or of another version.");
	if (slo[SLO_ROWS] < 0 || slo[SLO_GOOD] < 0 || slo[SLO_GOOD] > slo[SLO_TOTAL] ||
		(slo[SLO_ROWS] == 0 && slo[SLO_TOTAL] != 0))
		delivery_invalid_state("It counts more good events than events, or fewer than none.");
	if (slo[SLO_ROWS] > 0 && !delivery_is_objective(slo[SLO_OBJECTIVE]))
		delivery_invalid_state("Its objective is out of range.");
	return slo;
}

Datum
delivery_slo_combine(PG_FUNCTION_ARGS)
{
	const int64 *other = get_state(fcinfo, 1);
	ArrayType  *state;

	(void) get_state(fcinfo, 0);
	state = delivery_counter_state(fcinfo, SLO_FIELDS, SLO_FIELDS);
	if (other[SLO_ROWS] > 0)
		add_rows(delivery_counters(state), other[SLO_ROWS], other[SLO_OBJECTIVE], other[SLO_GOOD], other[SLO_TOTAL]);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* --- results ------------------------------------------------------------ */

Datum
delivery_error_budget_final(PG_FUNCTION_ARGS)
{
	const int64 *slo = get_state(fcinfo, 0);

	return delivery_error_budget(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, slo[SLO_GOOD], slo[SLO_TOTAL], (Objective) slo[SLO_OBJECTIVE]);
}

Datum
delivery_burn_rate_final(PG_FUNCTION_ARGS)
{
	const int64 *slo = get_state(fcinfo, 0);

	if (slo[SLO_TOTAL] == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(delivery_budget_consumed(slo[SLO_TOTAL] - slo[SLO_GOOD], slo[SLO_TOTAL],
											  (Objective) slo[SLO_OBJECTIVE]));
}

static Datum
budget_of(FunctionCallInfo fcinfo, int64 good, int64 total)
{
	delivery_check_counts(good, total);
	return delivery_error_budget(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, good, total, PG_GETARG_OBJECTIVE(2));
}

/*
 * error_budget_of(good, total, objective) -> error_budget, in a form for each
 * type of counts
 */
Datum
delivery_error_budget_of_int8(PG_FUNCTION_ARGS)
{
	return budget_of(fcinfo, PG_GETARG_INT64(0), PG_GETARG_INT64(1));
}

Datum
delivery_error_budget_of_numeric(PG_FUNCTION_ARGS)
{
	return budget_of(fcinfo, delivery_count_of_numeric(PG_GETARG_NUMERIC(0)), delivery_count_of_numeric(PG_GETARG_NUMERIC(1)));
}

Datum
delivery_error_budget_of_float8(PG_FUNCTION_ARGS)
{
	return budget_of(fcinfo, delivery_count_of_float8(PG_GETARG_FLOAT8(0)), delivery_count_of_float8(PG_GETARG_FLOAT8(1)));
}
