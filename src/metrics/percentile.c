/*
 * percentile.c
 *	  Exact percentiles of durations.
 *
 * lead_time, cycle_time, time_to_restore and duration_percentile are the same
 * aggregate over different inputs.  The state keeps every duration as an int64
 * and selects in place at the end; see selection.c.  It is "internal", because
 * an exact percentile cannot be had from less than the values themselves.
 *
 * Deliberately left out: a moving (inverse) form, for which a value would have
 * to be found again in the state.
 */
#include "base/delivery.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/number.h"
#include "base/span.h"
#include "metrics/packing.h"
#include "metrics/selection.h"

/*
 * The wanted percentile travels with the rows, as an ordinary aggregate has no
 * direct arguments, and must be the same in all rows of a group.
 */
typedef enum PercentileKind
{
	KIND_MEDIAN,
	KIND_FRACTION,
	KIND_FRACTIONS
} PercentileKind;

/*
 * A million small groups must fit into memory: the header is two words, and
 * the capacity is not stored, for the whole struct always has a power of two
 * of words.
 */
typedef struct PercentileState
{
	uint64		count;
	union
	{
		float8		fraction;	/* NaN for a NULL fraction */
		ArrayType  *fractions;	/* NULL for a NULL array */
	}			wanted;
	int64		values[FLEXIBLE_ARRAY_MEMBER];
} PercentileState;

#define HEADER_WORDS	2
#define INITIAL_WORDS	8
#define SERIAL_VERSION	1
/* more of them are a sort of the rows, and leave no room for the result */
#define MAX_FRACTIONS	1000000
#define PARTIAL_TAG		UINT64CONST(0xDE11BE5AFA57DA7A)

/* What precedes the fractions array and the packed values in a serialised state. */
typedef struct SerialHeader
{
	uint32		version;
	uint32		fractions_size; /* bytes of the fractions array, 0 for a NULL one */
	uint64		count;
	float8		fraction;
	Packing		packing;
} SerialHeader;

/*
 * What the combine function reads: a serialised state, still packed.  It is
 * combined before the tuple that holds it goes away, so it need not be copied.
 */
typedef struct PartialState
{
	uint64		tag;			/* PARTIAL_TAG: never a state that still grows */
	SerialHeader header;
	ArrayType  *fractions;
	const char *packed;
} PartialState;

StaticAssertDecl(offsetof(PercentileState, values) == HEADER_WORDS * sizeof(int64),
				 "the header of a percentile state must have two words");

PG_FUNCTION_INFO_V1(delivery_duration_accum);
PG_FUNCTION_INFO_V1(delivery_duration_accum_fraction);
PG_FUNCTION_INFO_V1(delivery_duration_accum_fractions);
PG_FUNCTION_INFO_V1(delivery_duration_accum_literal);
PG_FUNCTION_INFO_V1(delivery_percentile_combine);
PG_FUNCTION_INFO_V1(delivery_percentile_combine_fraction);
PG_FUNCTION_INFO_V1(delivery_percentile_combine_fractions);
PG_FUNCTION_INFO_V1(delivery_percentile_deserialize);
PG_FUNCTION_INFO_V1(delivery_percentile_final);
PG_FUNCTION_INFO_V1(delivery_percentile_final_fraction);
PG_FUNCTION_INFO_V1(delivery_percentile_final_fractions);
PG_FUNCTION_INFO_V1(delivery_percentile_serialize);
PG_FUNCTION_INFO_V1(delivery_percentile_serialize_fraction);
PG_FUNCTION_INFO_V1(delivery_percentile_serialize_fractions);
PG_FUNCTION_INFO_V1(delivery_span_accum);
PG_FUNCTION_INFO_V1(delivery_span_accum_fraction);
PG_FUNCTION_INFO_V1(delivery_span_accum_fractions);
PG_FUNCTION_INFO_V1(delivery_span_accum_literal);

static void
pause_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* --- fractions ---------------------------------------------------------- */

static void
check_fraction(float8 fraction)
{
	/* written so that NaN fails */
	if (!(fraction >= 0.0 && fraction <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("fraction must be between 0 and 1"),
				 errdetail("The fraction is %s.", delivery_show_number(fraction)),
				 errhint("For the 90th percentile write 0.9.")));
}

static void
check_fractions(ArrayType *fractions)
{
	int			count = ArrayGetNItems(ARR_NDIM(fractions), ARR_DIMS(fractions));
	ArrayIterator iterator;
	Datum		element;
	bool		is_null;

	if (count > MAX_FRACTIONS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many fractions"),
				 errdetail("The array has %d fractions, at most %d are taken.", count, MAX_FRACTIONS),
				 errhint("Ask for fewer percentiles, or sort the durations themselves.")));
	iterator = array_create_iterator(fractions, 0, NULL);

	while (array_iterate(iterator, &element, &is_null))
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_null)
			check_fraction(DatumGetFloat8(element));
	}
	array_free_iterator(iterator);
}

static void
fraction_differs(const char *one, const char *other)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("fraction must be the same in all rows of a group"),
			 errdetail("One row asks for %s, another one for %s.", one, other),
			 errhint("Pass a constant, add the fraction to GROUP BY, or ask for several at once with an array of fractions.")));
}

static const char *
show_fraction(float8 fraction)
{
	return isnan(fraction) ? "NULL" : delivery_show_number(fraction);
}

static const char *
show_fractions(ArrayType *fractions)
{
	if (fractions == NULL)
		return "NULL";
	return OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(fractions));
}

/* Both as stored in a state: NaN stands for NULL and equals itself. */
static inline void
check_same_fraction(float8 a, float8 b)
{
	if (likely(a == b) || (isnan(a) && isnan(b)))
		return;
	fraction_differs(show_fraction(a), show_fraction(b));
}

static inline void
check_same_fractions(ArrayType *a, ArrayType *b)
{
	if (a == NULL && b == NULL)
		return;
	if (a != NULL && b != NULL && VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0)
		return;
	fraction_differs(show_fractions(a), show_fractions(b));
}

static ArrayType *
copy_fractions(ArrayType *fractions, MemoryContext context)
{
	ArrayType  *copy;

	if (fractions == NULL)
		return NULL;
	copy = (ArrayType *) MemoryContextAlloc(context, VARSIZE(fractions));
	memcpy(copy, fractions, VARSIZE(fractions));
	return copy;
}

/* --- building the state ------------------------------------------------- */

static Size
words_for(uint64 count)
{
	return Max((Size) INITIAL_WORDS, (Size) pg_nextpower2_64(count + HEADER_WORDS));
}

static PercentileState *
new_state(MemoryContext context, uint64 capacity)
{
	PercentileState *state;

	state = (PercentileState *) MemoryContextAllocHuge(context,
													   words_for(capacity) * sizeof(int64));
	state->count = 0;
	state->wanted.fractions = NULL;
	return state;
}

/*
 * Append a value; returns the state, which moves when it grows.
 */
static inline PercentileState *
append(PercentileState *state, int64 value)
{
	uint64		words = state->count + HEADER_WORDS;

	/* full when the words in use are a power of two: see words_for() */
	if (unlikely((words & (words - 1)) == 0) && words >= INITIAL_WORDS)
		state = (PercentileState *) repalloc_huge(state, words * 2 * sizeof(int64));
	state->values[state->count++] = value;
	return state;
}

/*
 * The value of this row: arguments 1 and 2 are the ends of a span, or argument
 * 1 is a duration.  False where the row is to be left out.
 */
static inline bool
span_value(FunctionCallInfo fcinfo, int64 *value)
{
	return !PG_ARGISNULL(1) && !PG_ARGISNULL(2) &&
		delivery_span_microseconds(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2), value);
}

static inline bool
duration_value(FunctionCallInfo fcinfo, int64 *value)
{
	return !PG_ARGISNULL(1) &&
		delivery_duration_microseconds(PG_GETARG_INTERVAL_P(1), value);
}

/* The state of the median form exists from the first value on. */
static inline Datum
accum(FunctionCallInfo fcinfo, bool keep, int64 value)
{
	PercentileState *state = PG_ARGISNULL(0) ? NULL : (PercentileState *) PG_GETARG_POINTER(0);

	if (keep)
	{
		if (unlikely(state == NULL))
			state = new_state(delivery_aggregate_context(fcinfo), 0);
		state = append(state, value);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * The other two forms make it with the first row, so that a bad fraction is
 * refused and a changing one noticed even where the rows are left out.
 */
static inline Datum
accum_fraction(FunctionCallInfo fcinfo, bool fraction_is_null, float8 fraction,
			   bool keep, int64 value)
{
	PercentileState *state;

	if (fraction_is_null)
		fraction = get_float8_nan();
	else
		check_fraction(fraction);
	if (unlikely(PG_ARGISNULL(0)))
	{
		state = new_state(delivery_aggregate_context(fcinfo), 0);
		state->wanted.fraction = fraction;
	}
	else
	{
		state = (PercentileState *) PG_GETARG_POINTER(0);
		check_same_fraction(state->wanted.fraction, fraction);
	}
	if (keep)
		state = append(state, value);
	PG_RETURN_POINTER(state);
}

/*
 * The fraction as text, for literals and parameters without a type.
 */
static float8
fraction_from_text(text *literal)
{
	char	   *string = text_to_cstring(literal);
	float8		fraction;

	if (!delivery_parse_number(string, false, &fraction))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("fraction must be a number"),
				 errdetail("The fraction is \"%s\".", string),
				 errhint("For the 90th percentile write 0.9, for several percentiles ARRAY[0.5, 0.9]; cast a parameter to float8[].")));
	return fraction;
}

static Datum
accum_literal(FunctionCallInfo fcinfo, int argument, bool keep, int64 value)
{
	bool		is_null = PG_ARGISNULL(argument);

	return accum_fraction(fcinfo, is_null,
						  is_null ? 0.0 : fraction_from_text(PG_GETARG_TEXT_PP(argument)),
						  keep, value);
}

static inline Datum
accum_fractions(FunctionCallInfo fcinfo, int argument, bool keep, int64 value)
{
	ArrayType  *fractions = PG_ARGISNULL(argument) ? NULL : PG_GETARG_ARRAYTYPE_P(argument);
	PercentileState *state;

	if (unlikely(PG_ARGISNULL(0)))
	{
		MemoryContext context = delivery_aggregate_context(fcinfo);

		if (fractions != NULL)
			check_fractions(fractions);
		state = new_state(context, 0);
		state->wanted.fractions = copy_fractions(fractions, context);
	}
	else
	{
		state = (PercentileState *) PG_GETARG_POINTER(0);
		check_same_fractions(state->wanted.fractions, fractions);
	}
	if (keep)
		state = append(state, value);
	PG_RETURN_POINTER(state);
}

Datum
delivery_span_accum(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = span_value(fcinfo, &value);

	return accum(fcinfo, keep, value);
}

Datum
delivery_span_accum_fraction(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = span_value(fcinfo, &value);

	return accum_fraction(fcinfo, PG_ARGISNULL(3),
						  PG_ARGISNULL(3) ? 0.0 : PG_GETARG_FLOAT8(3), keep, value);
}

Datum
delivery_span_accum_literal(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = span_value(fcinfo, &value);

	return accum_literal(fcinfo, 3, keep, value);
}

Datum
delivery_span_accum_fractions(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = span_value(fcinfo, &value);

	return accum_fractions(fcinfo, 3, keep, value);
}

Datum
delivery_duration_accum(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = duration_value(fcinfo, &value);

	return accum(fcinfo, keep, value);
}

Datum
delivery_duration_accum_fraction(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = duration_value(fcinfo, &value);

	return accum_fraction(fcinfo, PG_ARGISNULL(2),
						  PG_ARGISNULL(2) ? 0.0 : PG_GETARG_FLOAT8(2), keep, value);
}

Datum
delivery_duration_accum_literal(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = duration_value(fcinfo, &value);

	return accum_literal(fcinfo, 2, keep, value);
}

Datum
delivery_duration_accum_fractions(PG_FUNCTION_ARGS)
{
	int64		value = 0;
	bool		keep = duration_value(fcinfo, &value);

	return accum_fractions(fcinfo, 2, keep, value);
}

/* --- parallel plans ----------------------------------------------------- */

/*
 * Append the values of a worker's state to ours.
 */
static Datum
combine(FunctionCallInfo fcinfo, PercentileKind kind)
{
	MemoryContext context = delivery_aggregate_context(fcinfo);
	PercentileState *state = PG_ARGISNULL(0) ? NULL : (PercentileState *) PG_GETARG_POINTER(0);
	const PartialState *partial = PG_ARGISNULL(1) ? NULL : (PartialState *) PG_GETARG_POINTER(1);
	uint64		total;

	if (partial == NULL)
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	if (partial->tag != PARTIAL_TAG)
		elog(ERROR, "percentile state was not deserialized");
	if (state == NULL)
	{
		state = new_state(context, partial->header.count);
		if (kind == KIND_FRACTION)
			state->wanted.fraction = partial->header.fraction;
		else if (kind == KIND_FRACTIONS)
			state->wanted.fractions = copy_fractions(partial->fractions, context);
	}
	else if (kind == KIND_FRACTION)
		check_same_fraction(state->wanted.fraction, partial->header.fraction);
	else if (kind == KIND_FRACTIONS)
		check_same_fractions(state->wanted.fractions, partial->fractions);

	total = state->count + partial->header.count;
	if (words_for(total) > words_for(state->count))
		state = (PercentileState *) repalloc_huge(state, words_for(total) * sizeof(int64));
	delivery_unpack(&partial->header.packing, partial->packed, partial->header.count,
					state->values + state->count, pause_for_interrupts);
	state->count = total;
	PG_RETURN_POINTER(state);
}

Datum
delivery_percentile_combine(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, KIND_MEDIAN);
}

Datum
delivery_percentile_combine_fraction(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, KIND_FRACTION);
}

Datum
delivery_percentile_combine_fractions(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, KIND_FRACTIONS);
}

/*
 * State to bytea: header, fractions array, packed values.
 */
static Datum
serialize(FunctionCallInfo fcinfo, PercentileKind kind)
{
	PercentileState *state = (PercentileState *) PG_GETARG_POINTER(0);
	ArrayType  *fractions = kind == KIND_FRACTIONS ? state->wanted.fractions : NULL;
	SerialHeader header = {0};
	Size		size;
	bytea	   *result;
	char	   *end;

	header.version = SERIAL_VERSION;
	header.fractions_size = fractions == NULL ? 0 : VARSIZE(fractions);
	header.count = state->count;
	header.fraction = kind == KIND_FRACTION ? state->wanted.fraction : 0.0;
	header.packing = delivery_choose_packing(state->values, state->count, pause_for_interrupts);

	size = VARHDRSZ + sizeof(header) + header.fractions_size +
		delivery_packed_size(&header.packing, state->count);
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many durations for one worker of a parallel plan"),
				 errdetail("A partial state of %llu durations does not fit into the limit of 1 GB.",
						   (unsigned long long) state->count),
				 errhint("Run the query with max_parallel_workers_per_gather = 0, or group it more finely.")));

	result = (bytea *) palloc(size);
	SET_VARSIZE(result, size);
	end = VARDATA(result);
	memcpy(end, &header, sizeof(header));
	end += sizeof(header);
	if (fractions != NULL)
	{
		memcpy(end, fractions, header.fractions_size);
		end += header.fractions_size;
	}
	delivery_pack(&header.packing, state->values, state->count, end, pause_for_interrupts);
	PG_RETURN_BYTEA_P(result);
}

Datum
delivery_percentile_serialize(PG_FUNCTION_ARGS)
{
	return serialize(fcinfo, KIND_MEDIAN);
}

Datum
delivery_percentile_serialize_fraction(PG_FUNCTION_ARGS)
{
	return serialize(fcinfo, KIND_FRACTION);
}

Datum
delivery_percentile_serialize_fractions(PG_FUNCTION_ARGS)
{
	return serialize(fcinfo, KIND_FRACTIONS);
}

Datum
delivery_percentile_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *serialized = PG_GETARG_BYTEA_PP(0);
	const char *data = VARDATA_ANY(serialized);
	Size		size = VARSIZE_ANY_EXHDR(serialized);
	PartialState *partial = (PartialState *) palloc(sizeof(PartialState));

	if (size < sizeof(SerialHeader))
		elog(ERROR, "serialized percentile state is too short");
	partial->tag = PARTIAL_TAG;
	memcpy(&partial->header, data, sizeof(SerialHeader));
	if (partial->header.version != SERIAL_VERSION ||
		size != sizeof(SerialHeader) + partial->header.fractions_size +
		delivery_packed_size(&partial->header.packing, partial->header.count))
		elog(ERROR, "serialized percentile state has an unexpected format");
	data += sizeof(SerialHeader);

	partial->fractions = NULL;
	if (partial->header.fractions_size > 0)
	{
		/* copied, for an array must be aligned */
		partial->fractions = (ArrayType *) palloc(partial->header.fractions_size);
		memcpy(partial->fractions, data, partial->header.fractions_size);
		data += partial->header.fractions_size;
	}
	partial->packed = data;
	PG_RETURN_POINTER(partial);
}

/* --- the result --------------------------------------------------------- */

/* Where a percentile lies: between the values of two ranks. */
typedef struct Position
{
	uint64		lower;
	uint64		upper;
	float8		share;			/* of the way from lower to upper */
} Position;

/* As percentile_cont does it. */
static Position
position_of(float8 fraction, uint64 count)
{
	float8		rank = fraction * (float8) (count - 1);
	Position	position;

	position.lower = (uint64) floor(rank);
	position.upper = (uint64) ceil(rank);
	position.share = rank - (float8) position.lower;
	return position;
}

/*
 * lower + share * (upper - lower), rounded to the microsecond.  A double has
 * not enough bits for the product of a long duration: fma() recovers what the
 * multiplication loses, the last term what the conversion loses.
 */
static int64
interpolate(int64 lower, int64 upper, float8 share)
{
	int64		difference = upper - lower;
	float8		rounded = (float8) difference;
	float8		product = share * rounded;
	float8		whole = trunc(product);
	float8		rest;

	if (difference == 0 || share == 0.0)
		return lower;
	rest = (product - whole) + fma(share, rounded, -product);
	/* converted back only where it fits: 2^63 itself does not */
	if (rounded < 9223372036854775808.0)
		rest += share * (float8) (difference - (int64) rounded);
	return lower + (int64) whole + (int64) rint(rest);
}

static int
compare_ranks(const void *a, const void *b)
{
	size_t		x = *(const size_t *) a;
	size_t		y = *(const size_t *) b;

	return (x > y) - (x < y);
}

static Datum
single_percentile(PercentileState *state, float8 fraction)
{
	Position	position = position_of(fraction, state->count);
	size_t		ranks[2] = {position.lower, position.upper};
	int64		bounds[2];

	delivery_select(state->values, state->count, ranks, lengthof(ranks), bounds,
					pause_for_interrupts);
	return IntervalPGetDatum(delivery_make_interval(interpolate(bounds[0], bounds[1],
																position.share)));
}

Datum
delivery_percentile_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return single_percentile((PercentileState *) PG_GETARG_POINTER(0), 0.5);
}

Datum
delivery_percentile_final_fraction(PG_FUNCTION_ARGS)
{
	PercentileState *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (PercentileState *) PG_GETARG_POINTER(0);
	if (state->count == 0 || isnan(state->wanted.fraction))
		PG_RETURN_NULL();
	return single_percentile(state, state->wanted.fraction);
}

/*
 * An array of the shape of the fractions array, NULL where that is NULL.
 */
Datum
delivery_percentile_final_fractions(PG_FUNCTION_ARGS)
{
	PercentileState *state;
	ArrayType  *fractions;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	size_t	   *ranks;
	int64	   *bounds;
	size_t		nranks = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (PercentileState *) PG_GETARG_POINTER(0);
	fractions = state->wanted.fractions;
	if (state->count == 0 || fractions == NULL)
		PG_RETURN_NULL();

	deconstruct_array(fractions, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, &count);
	if (count == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(INTERVALOID));

	ranks = (size_t *) palloc(sizeof(size_t) * 2 * count);
	bounds = (int64 *) palloc(sizeof(int64) * 2 * count);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!nulls[i])
		{
			Position	position = position_of(DatumGetFloat8(elements[i]), state->count);

			ranks[nranks++] = position.lower;
			ranks[nranks++] = position.upper;
		}
	}
	qsort(ranks, nranks, sizeof(size_t), compare_ranks);
	delivery_select(state->values, state->count, ranks, nranks, bounds, pause_for_interrupts);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!nulls[i])
		{
			Position	position = position_of(DatumGetFloat8(elements[i]), state->count);
			size_t		lower = position.lower;
			size_t		upper = position.upper;
			size_t	   *lower_at = bsearch(&lower, ranks, nranks, sizeof(size_t), compare_ranks);
			size_t	   *upper_at = bsearch(&upper, ranks, nranks, sizeof(size_t), compare_ranks);

			elements[i] = IntervalPGetDatum(delivery_make_interval(interpolate(bounds[lower_at - ranks],
																			   bounds[upper_at - ranks],
																			   position.share)));
		}
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, ARR_NDIM(fractions),
											 ARR_DIMS(fractions), ARR_LBOUND(fractions),
											 INTERVALOID, sizeof(Interval), false,
											 TYPALIGN_DOUBLE));
}
