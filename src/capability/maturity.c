/*
 * maturity.c
 *	  Maturity: the weighted mean of ratings, and the lowest mandatory one.
 *
 * A mean hides the one practice that holds a team back, and the staged level all the
 * others: both are wanted, side by side.
 */
#include "base/delivery.h"

#include <math.h>

#include "base/counter.h"
#include "base/number.h"

#define FIRST_RATING	1
#define LAST_RATING		5
#define GREATEST_WEIGHT	1000000.0
/* weights are summed as whole numbers of so many to one, so that no order matters */
#define WEIGHT_PARTS	1e9

/* A sum is kept in two counters, each less than LIMB: so many times LIMB, and the rest. */
#define LIMB			INT64CONST(1000000000000000000)
/* more than a float8 has after the point, and not more than an int64 has beside a rating */
#define BINARY_DIGITS	58

enum
{
	SCORE_PRODUCT_HIGH,			/* weights times ratings */
	SCORE_PRODUCT_LOW,
	SCORE_WEIGHT_HIGH,
	SCORE_WEIGHT_LOW,
	SCORE_FIELDS
};

PG_FUNCTION_INFO_V1(delivery_maturity_level_accum);
PG_FUNCTION_INFO_V1(delivery_maturity_score_accum);
PG_FUNCTION_INFO_V1(delivery_maturity_score_combine);
PG_FUNCTION_INFO_V1(delivery_maturity_score_final);
PG_FUNCTION_INFO_V1(delivery_maturity_score_remove);

/* --- input ---------------------------------------------------------------- */

static inline int
checked_rating(int32 rating)
{
	if (unlikely(rating < FIRST_RATING || rating > LAST_RATING))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("rating out of range"),
				 errdetail("The rating is %d.", rating),
				 errhint("Rate from %d to %d; NULL where the criterion does not apply.", FIRST_RATING, LAST_RATING)));
	return rating;
}

/*
 * A weight in whole parts, 0 for one that is less than half of a part.
 */
static inline int64
weight_parts(float8 weight)
{
	/* false for NaN, too */
	if (unlikely(!(weight >= 0.0 && weight <= GREATEST_WEIGHT)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight out of range"),
				 errdetail("The weight is %s.", delivery_show_number(weight)),
				 errhint("Weigh from 0, which leaves the rating out, to 1,000,000.")));
	return (int64) round(weight * WEIGHT_PARTS);
}

/* --- score ------------------------------------------------------------------ */

/* Add to a sum, or take off it, less than LIMB. */
static inline void
add_to_sum(int64 *sum, int64 parts)
{
	sum[1] += parts;
	if (sum[1] >= LIMB)
	{
		sum[1] -= LIMB;
		sum[0]++;
	}
	else if (sum[1] < 0)
	{
		sum[1] += LIMB;
		sum[0]--;
	}
}

static inline Datum
score_add(FunctionCallInfo fcinfo, int sign)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SCORE_FIELDS, SCORE_FIELDS);
	int64	   *score = delivery_counters(state);
	int			rating = checked_rating(PG_GETARG_INT32(1));
	int64		weight = weight_parts(PG_GETARG_FLOAT8(2)) * sign;

	add_to_sum(&score[SCORE_PRODUCT_HIGH], weight * rating);
	add_to_sum(&score[SCORE_WEIGHT_HIGH], weight);
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
delivery_maturity_score_accum(PG_FUNCTION_ARGS)
{
	return score_add(fcinfo, 1);
}

Datum
delivery_maturity_score_remove(PG_FUNCTION_ARGS)
{
	return score_add(fcinfo, -1);
}

static void
check_sums(const int64 *score)
{
	for (int i = 0; i < SCORE_FIELDS; i += 2)
		if (score[i] < 0 || score[i] >= LIMB || score[i + 1] < 0 || score[i + 1] >= LIMB)
			delivery_invalid_state("It has a sum that is no sum of weights.");
}

Datum
delivery_maturity_score_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, SCORE_FIELDS, SCORE_FIELDS);
	int64	   *score = delivery_counters(state);
	const int64 *other = delivery_counters(delivery_counter_arg(fcinfo, 1, SCORE_FIELDS, SCORE_FIELDS));

	check_sums(score);
	check_sums(other);
	/* far below what 64 bits hold, as both were checked */
	for (int i = 0; i < SCORE_FIELDS; i += 2)
	{
		add_to_sum(&score[i], other[i + 1]);
		score[i] += other[i];
	}
	check_sums(score);
	PG_RETURN_ARRAYTYPE_P(state);
}

static bool
is_less(const int64 *sum, const int64 *other)
{
	return sum[0] < other[0] || (sum[0] == other[0] && sum[1] < other[1]);
}

/* The first sum less the second one, which is no larger. */
static void
subtract(int64 *sum, const int64 *other)
{
	sum[0] -= other[0];
	add_to_sum(sum, -other[1]);
}

static void
double_sum(int64 *sum)
{
	int64		low = sum[1];

	sum[0] *= 2;
	add_to_sum(sum, low);
}

/*
 * The quotient of two sums, rounded once: in binary digits, of which a float8 has fewer,
 * and the last of which says whether there are more.  False if it is no mean of ratings.
 */
static bool
divide(const int64 *product, const int64 *weight, float8 *mean)
{
	int64		rest[2] = {product[0], product[1]};
	int64		digits = 0;

	for (; digits <= LAST_RATING && !is_less(rest, weight); digits++)
		subtract(rest, weight);
	if (digits < FIRST_RATING || digits > LAST_RATING || (digits == LAST_RATING && (rest[0] != 0 || rest[1] != 0)))
		return false;
	for (int i = 0; i < BINARY_DIGITS; i++)
	{
		bool		one;

		double_sum(rest);
		one = !is_less(rest, weight);
		if (one)
			subtract(rest, weight);
		digits = digits * 2 + one;
	}
	*mean = ldexp((float8) (digits | (rest[0] != 0 || rest[1] != 0)), -BINARY_DIGITS);
	return true;
}

Datum
delivery_maturity_score_final(PG_FUNCTION_ARGS)
{
	const int64 *score = delivery_counters(delivery_counter_arg(fcinfo, 0, SCORE_FIELDS, SCORE_FIELDS));
	const int64 *product = &score[SCORE_PRODUCT_HIGH];
	const int64 *weight = &score[SCORE_WEIGHT_HIGH];
	float8		mean;

	check_sums(score);
	if (weight[0] == 0 && weight[1] == 0)
	{
		if (product[0] != 0 || product[1] != 0)
			delivery_invalid_state("It has ratings without a weight.");
		PG_RETURN_NULL();
	}
	if (!divide(product, weight, &mean))
		delivery_invalid_state("Its mean is no rating.");
	PG_RETURN_FLOAT8(mean);
}

/* --- level -------------------------------------------------------------------- */

/*
 * The lowest mandatory rating so far, NULL before the first.
 */
Datum
delivery_maturity_level_accum(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		int			rating = checked_rating(PG_GETARG_INT32(1));

		if (PG_GETARG_BOOL(2) && (PG_ARGISNULL(0) || rating < PG_GETARG_INT32(0)))
			PG_RETURN_INT32(rating);
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
