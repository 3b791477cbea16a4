/*
 * frequency.c
 *	  How often something is deployed within a period.
 *
 * Both states are an int8[] of counters that carries the period with it, for
 * the period comes with every row and must be the same in all of a group.
 */
#include "base/delivery.h"

#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "base/counter.h"
#include "base/period.h"
#include "base/zone.h"

/* what every state of this file begins with */
enum
{
	PERIOD_FORMAT,				/* which state, in which version */
	PERIOD_ROWS,				/* rows seen, whatever their time */
	PERIOD_FLAGS,
	PERIOD_LOWER,				/* bounds in microseconds, 0 if NULL */
	PERIOD_UPPER,
	PERIOD_FIELDS
};

#define FREQUENCY_FORMAT	1
#define WEEKS_FORMAT		2

#define FLAG_NULL		1		/* a NULL period, or time zone */
#define FLAG_LOWER_INC	2
#define FLAG_UPPER_INC	4

/* deployment_frequency */
enum
{
	FREQUENCY_INSIDE = PERIOD_FIELDS,
	FREQUENCY_FIELDS
};

/*
 * deployment_days_per_week: the full weeks of the period, and one byte per week
 * with a bit per day, eight weeks to a field, as far as the last one with a
 * deployment.
 */
enum
{
	WEEKS_ZONE = PERIOD_FIELDS, /* hash of the zone's name */
	WEEKS_FIRST_MONDAY,			/* as days since 2000-01-01 */
	WEEKS_COUNT,
	WEEKS_FIELDS
};

#define DAYS_PER_WEEK	7
/* more weeks than there are between the first and the last timestamp */
#define MAX_WEEKS		INT64CONST(16000000)
#define WEEKS_PER_FIELD ((int64) sizeof(int64))

typedef struct Period
{
	int64		flags;
	TimestampTz lower;
	TimestampTz upper;
} Period;

/* Kept per call site: what was made of the last period and time zone seen. */
typedef struct FrequencyCache
{
	TypeCacheEntry *range_type;
	RangeType  *range;
	Size		range_allocated;
	Period		period;
	char		zone_name[TZ_STRLEN_MAX + 1];
	int			zone_name_length;
	pg_tz	   *zone;			/* NULL as long as there is none */
	int64		zone_hash;
} FrequencyCache;

PG_FUNCTION_INFO_V1(delivery_frequency_accum);
PG_FUNCTION_INFO_V1(delivery_frequency_combine);
PG_FUNCTION_INFO_V1(delivery_frequency_final);
PG_FUNCTION_INFO_V1(delivery_frequency_remove);
PG_FUNCTION_INFO_V1(delivery_weeks_accum);
PG_FUNCTION_INFO_V1(delivery_weeks_combine);
PG_FUNCTION_INFO_V1(delivery_weeks_final);

/* --- the period --------------------------------------------------------- */

static FrequencyCache *
get_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
														  sizeof(FrequencyCache));
	return (FrequencyCache *) fcinfo->flinfo->fn_extra;
}

/*
 * The period in an argument.  A period seen before is recognised by its bytes.
 */
static Period
get_period(FunctionCallInfo fcinfo, int argument)
{
	FrequencyCache *cache = get_cache(fcinfo);
	Period		period = {FLAG_NULL, 0, 0};
	RangeType  *range;
	RangeBound	lower;
	RangeBound	upper;

	if (PG_ARGISNULL(argument))
		return period;

	range = PG_GETARG_RANGE_P(argument);
	if (cache->range != NULL && VARSIZE(cache->range) == VARSIZE(range) &&
		memcmp(cache->range, range, VARSIZE(range)) == 0)
		return cache->period;

	if (cache->range_type == NULL)
		cache->range_type = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	delivery_period_bounds(cache->range_type, range, &lower, &upper);
	period.lower = DatumGetTimestampTz(lower.val);
	period.upper = DatumGetTimestampTz(upper.val);
	period.flags = (lower.inclusive ? FLAG_LOWER_INC : 0) |
		(upper.inclusive ? FLAG_UPPER_INC : 0);

	if (cache->range_allocated < VARSIZE(range))
	{
		if (cache->range != NULL)
			pfree(cache->range);
		cache->range = (RangeType *) MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(range));
		cache->range_allocated = VARSIZE(range);
	}
	memcpy(cache->range, range, VARSIZE(range));
	cache->period = period;
	return period;
}

static bool
inside_period(const Period *period, TimestampTz instant)
{
	if (period->flags & FLAG_NULL)
		return false;
	if (instant < period->lower || instant > period->upper)
		return false;
	if (instant == period->lower && !(period->flags & FLAG_LOWER_INC))
		return false;
	return instant != period->upper || (period->flags & FLAG_UPPER_INC);
}

static const char *
show_period(int64 flags, int64 lower, int64 upper)
{
	char	   *start;

	if (flags & FLAG_NULL)
		return "NULL";
	/* timestamptz_to_str() uses the same buffer each time */
	start = pstrdup(timestamptz_to_str(lower));
	return psprintf("%s%s, %s%s", (flags & FLAG_LOWER_INC) ? "[" : "(", start,
					timestamptz_to_str(upper), (flags & FLAG_UPPER_INC) ? "]" : ")");
}

static inline void
check_same_period(const int64 *counters, int64 flags, int64 lower, int64 upper)
{
	if (likely(counters[PERIOD_FLAGS] == flags && counters[PERIOD_LOWER] == lower &&
			   counters[PERIOD_UPPER] == upper))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("period must be the same in all rows of a group"),
			 errdetail("One row has %s, another one %s.",
					   show_period(counters[PERIOD_FLAGS], counters[PERIOD_LOWER], counters[PERIOD_UPPER]),
					   show_period(flags, lower, upper)),
			 errhint("Pass a constant, or add the period to GROUP BY.")));
}

/* A state holds a hash of the name, so the detail can show only one of them. */
static void
check_same_zone(const int64 *counters, int64 zone_hash, const char *shown)
{
	if (likely(counters[WEEKS_ZONE] == zone_hash))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("time zone must be the same in all rows of a group"),
			 errdetail("One row has %s, another one has not.", shown),
			 errhint("Pass a constant, or add the time zone to GROUP BY.")));
}

static void
start_period(int64 *counters, int64 format, const Period *period)
{
	counters[PERIOD_FORMAT] = format;
	counters[PERIOD_FLAGS] = period->flags;
	counters[PERIOD_LOWER] = period->lower;
	counters[PERIOD_UPPER] = period->upper;
}

/*
 * What a state must fulfil that comes from a caller, who may pass any array.
 */
static void
check_period_state(const int64 *counters, int64 format)
{
	if (counters[PERIOD_FORMAT] != format)
		delivery_invalid_state("It is the state of another aggregate, or of another version.");
	if (counters[PERIOD_ROWS] < 0)
		delivery_invalid_state("It counts fewer rows than none.");
	if (!(counters[PERIOD_FLAGS] & FLAG_NULL) && counters[PERIOD_ROWS] > 0 &&
		counters[PERIOD_LOWER] >= counters[PERIOD_UPPER])
		delivery_invalid_state("Its period does not end after it begins.");
}

/* --- deployments per day ------------------------------------------------ */

/*
 * Count a row, or take it back.  A state without rows takes any period, so
 * that a moving window may step from one to the next.
 */
static Datum
frequency_advance(FunctionCallInfo fcinfo, int sign)
{
	Period		period = get_period(fcinfo, 2);
	ArrayType  *state;
	int64	   *counters;

	if (PG_ARGISNULL(0))
		state = delivery_counter_new(FREQUENCY_FIELDS);
	else
	{
		state = delivery_counter_state(fcinfo, FREQUENCY_FIELDS, FREQUENCY_FIELDS);
		check_period_state(delivery_counters(state), FREQUENCY_FORMAT);
	}
	counters = delivery_counters(state);

	if (counters[PERIOD_ROWS] == 0)
		start_period(counters, FREQUENCY_FORMAT, &period);
	else
		check_same_period(counters, period.flags, period.lower, period.upper);
	counters[PERIOD_ROWS] += sign;
	if (!PG_ARGISNULL(1) && inside_period(&period, PG_GETARG_TIMESTAMPTZ(1)))
		counters[FREQUENCY_INSIDE] += sign;
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
delivery_frequency_accum(PG_FUNCTION_ARGS)
{
	return frequency_advance(fcinfo, 1);
}

Datum
delivery_frequency_remove(PG_FUNCTION_ARGS)
{
	return frequency_advance(fcinfo, -1);
}

Datum
delivery_frequency_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, FREQUENCY_FIELDS, FREQUENCY_FIELDS);
	int64	   *counters = delivery_counters(state);
	const int64 *other = delivery_counters(delivery_counter_arg(fcinfo, 1, FREQUENCY_FIELDS,
																FREQUENCY_FIELDS));

	check_period_state(counters, FREQUENCY_FORMAT);
	check_period_state(other, FREQUENCY_FORMAT);
	check_same_period(counters, other[PERIOD_FLAGS], other[PERIOD_LOWER], other[PERIOD_UPPER]);
	counters[PERIOD_ROWS] += other[PERIOD_ROWS];
	counters[FREQUENCY_INSIDE] += other[FREQUENCY_INSIDE];
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Deployments inside the period per day (24 hours) of it.
 */
Datum
delivery_frequency_final(PG_FUNCTION_ARGS)
{
	const int64 *counters = delivery_counters(delivery_counter_arg(fcinfo, 0, FREQUENCY_FIELDS,
																   FREQUENCY_FIELDS));
	float8		length;

	check_period_state(counters, FREQUENCY_FORMAT);
	if (counters[FREQUENCY_INSIDE] < 0 || counters[FREQUENCY_INSIDE] > counters[PERIOD_ROWS])
		delivery_invalid_state("It counts more deployments than rows, or fewer than none.");
	if (counters[PERIOD_ROWS] == 0 || (counters[PERIOD_FLAGS] & FLAG_NULL))
		PG_RETURN_NULL();
	/* the difference may need all 64 bits */
	length = (float8) ((uint64) counters[PERIOD_UPPER] - (uint64) counters[PERIOD_LOWER]);
	/* days are exact in a period of whole days: 4 in 28 must equal the ladder's 1 in 7 */
	PG_RETURN_FLOAT8((float8) counters[FREQUENCY_INSIDE] / (length / USECS_PER_DAY));
}

/* --- days with a deployment per week ------------------------------------ */

/*
 * FNV-1a of the zone's own name: the same on every machine, as a state may
 * travel, and whatever case the caller wrote.
 */
static int64
hash_zone(pg_tz *zone)
{
	uint64		hash = UINT64CONST(14695981039346656037);

	for (const char *c = pg_get_timezone_name(zone); *c != '\0'; c++)
		hash = (hash ^ (unsigned char) *c) * UINT64CONST(1099511628211);
	return (int64) hash;
}

/*
 * Find the zone in an argument, unless it is the one seen last.
 */
static void
get_zone(FunctionCallInfo fcinfo, int argument)
{
	FrequencyCache *cache = get_cache(fcinfo);
	text	   *name = PG_GETARG_TEXT_PP(argument);
	int			length = VARSIZE_ANY_EXHDR(name);
	char	   *string;

	if (likely(cache->zone != NULL && cache->zone_name_length == length &&
			   memcmp(cache->zone_name, VARDATA_ANY(name), length) == 0))
		return;

	string = text_to_cstring(name);
	cache->zone = delivery_find_zone(string);
	cache->zone_hash = hash_zone(cache->zone);
	/* the zone was found, so its name is short enough */
	strlcpy(cache->zone_name, string, sizeof(cache->zone_name));
	cache->zone_name_length = length;
	pfree(string);
}

/* ISO weeks begin on Monday; 2000-01-03 was one. */
static DateADT
monday_of(DateADT date)
{
	int			since_monday = (date - 2) % DAYS_PER_WEEK;

	return date - (since_monday < 0 ? since_monday + DAYS_PER_WEEK : since_monday);
}

/*
 * The full ISO weeks of a period: those that lie in it with every instant.
 */
static void
find_full_weeks(const Period *period, pg_tz *zone, DateADT *first_monday, int64 *weeks)
{
	DateADT		monday = monday_of(delivery_local_date(period->lower, zone));
	DateADT		last_monday;
	TimestampTz start = delivery_day_start(monday, zone);

	if (start < period->lower ||
		(start == period->lower && !(period->flags & FLAG_LOWER_INC)))
		monday += DAYS_PER_WEEK;

	/* the Monday on or after which nothing is left of the period */
	last_monday = monday_of(delivery_local_date(period->upper, zone));
	if (delivery_day_start(last_monday, zone) > period->upper)
		last_monday -= DAYS_PER_WEEK;

	*first_monday = monday;
	*weeks = last_monday > monday ? (last_monday - monday) / DAYS_PER_WEEK : 0;
}

/*
 * What a state of weeks must fulfil on top: no field of it may lead outside of
 * the array, or to an array of any size.
 */
static void
check_weeks_state(ArrayType *state)
{
	const int64 *counters = delivery_counters(state);
	int64		weeks = counters[WEEKS_COUNT];

	check_period_state(counters, WEEKS_FORMAT);
	if (weeks < 0 || weeks > MAX_WEEKS ||
		counters[WEEKS_FIRST_MONDAY] < DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE - DAYS_PER_WEEK ||
		counters[WEEKS_FIRST_MONDAY] > TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE + DAYS_PER_WEEK ||
		delivery_counter_fields(state) > WEEKS_FIELDS + (weeks + WEEKS_PER_FIELD - 1) / WEEKS_PER_FIELD)
		delivery_invalid_state("Its weeks lie outside of the calendar.");
}

/*
 * A state with room for the given week, taking over what is there.
 */
static ArrayType *
enlarge_weeks(ArrayType *state, int64 week)
{
	int			fields = delivery_counter_fields(state);
	int64		wanted = WEEKS_FIELDS + week / WEEKS_PER_FIELD + 1;
	int64		at_most = WEEKS_FIELDS +
		(delivery_counters(state)[WEEKS_COUNT] + WEEKS_PER_FIELD - 1) / WEEKS_PER_FIELD;
	ArrayType  *larger;

	if (wanted <= fields)
		return state;
	/* some ahead, for rows mostly come in the order of time */
	wanted = Min(at_most, wanted + wanted / 2);
	larger = delivery_counter_new((int) wanted);
	memcpy(delivery_counters(larger), delivery_counters(state), fields * sizeof(int64));
	return larger;
}

Datum
delivery_weeks_accum(PG_FUNCTION_ARGS)
{
	FrequencyCache *cache = get_cache(fcinfo);
	Period		period = get_period(fcinfo, 2);
	int64		zone_hash = 0;
	ArrayType  *state;
	int64	   *counters;

	/* checked even if the other one is NULL */
	if (!PG_ARGISNULL(3))
	{
		get_zone(fcinfo, 3);
		zone_hash = cache->zone_hash;
	}
	else
		period.flags |= FLAG_NULL;

	if (PG_ARGISNULL(0))
	{
		state = delivery_counter_new(WEEKS_FIELDS);
		counters = delivery_counters(state);
		start_period(counters, WEEKS_FORMAT, &period);
		counters[WEEKS_ZONE] = zone_hash;
		if (!(period.flags & FLAG_NULL))
		{
			DateADT		first_monday;

			find_full_weeks(&period, cache->zone, &first_monday, &counters[WEEKS_COUNT]);
			counters[WEEKS_FIRST_MONDAY] = first_monday;
		}
	}
	else
	{
		state = delivery_counter_state(fcinfo, WEEKS_FIELDS, NO_LIMIT);
		check_weeks_state(state);
		counters = delivery_counters(state);
		check_same_period(counters, period.flags, period.lower, period.upper);
		check_same_zone(counters, zone_hash,
						PG_ARGISNULL(3) ? "NULL" : pg_get_timezone_name(cache->zone));
	}
	counters[PERIOD_ROWS]++;

	if (!PG_ARGISNULL(1) && inside_period(&period, PG_GETARG_TIMESTAMPTZ(1)))
	{
		int64		day = delivery_local_date(PG_GETARG_TIMESTAMPTZ(1), cache->zone) -
			counters[WEEKS_FIRST_MONDAY];
		int64		week = day / DAYS_PER_WEEK;

		if (day >= 0 && week < counters[WEEKS_COUNT])
		{
			state = enlarge_weeks(state, week);
			delivery_counters(state)[WEEKS_FIELDS + week / WEEKS_PER_FIELD] |=
				INT64CONST(1) << (8 * (week % WEEKS_PER_FIELD) + day % DAYS_PER_WEEK);
		}
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
delivery_weeks_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_state(fcinfo, WEEKS_FIELDS, NO_LIMIT);
	ArrayType  *other = delivery_counter_arg(fcinfo, 1, WEEKS_FIELDS, NO_LIMIT);
	const int64 *others = delivery_counters(other);
	int			fields = delivery_counter_fields(other);
	int64	   *counters;

	check_weeks_state(state);
	check_weeks_state(other);
	check_same_period(delivery_counters(state), others[PERIOD_FLAGS], others[PERIOD_LOWER],
					  others[PERIOD_UPPER]);
	check_same_zone(delivery_counters(state), others[WEEKS_ZONE], "one time zone");
	if (delivery_counters(state)[WEEKS_FIRST_MONDAY] != others[WEEKS_FIRST_MONDAY] ||
		delivery_counters(state)[WEEKS_COUNT] != others[WEEKS_COUNT])
		delivery_invalid_state("Two states of the same period have different weeks.");
	if (fields > delivery_counter_fields(state))
	{
		ArrayType  *larger = delivery_counter_new(fields);

		memcpy(delivery_counters(larger), delivery_counters(state),
			   delivery_counter_fields(state) * sizeof(int64));
		state = larger;
	}
	counters = delivery_counters(state);
	counters[PERIOD_ROWS] += others[PERIOD_ROWS];
	for (int i = WEEKS_FIELDS; i < fields; i++)
		counters[i] |= others[i];
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Median over the full weeks of the number of days with a deployment.
 */
Datum
delivery_weeks_final(PG_FUNCTION_ARGS)
{
	ArrayType  *state = delivery_counter_arg(fcinfo, 0, WEEKS_FIELDS, NO_LIMIT);
	const int64 *counters = delivery_counters(state);
	int64		weeks = counters[WEEKS_COUNT];
	int64		weeks_with[DAYS_PER_WEEK + 1] = {0};
	int64		seen = 0;
	int64		median_sum = 0;

	check_weeks_state(state);
	if (counters[PERIOD_ROWS] == 0 || (counters[PERIOD_FLAGS] & FLAG_NULL) || weeks == 0)
		PG_RETURN_NULL();

	for (int i = WEEKS_FIELDS; i < delivery_counter_fields(state); i++)
	{
		uint64		field = (uint64) counters[i];

		for (; field != 0; field >>= 8)
		{
			weeks_with[pg_popcount64(field & 0x7F)]++;
			seen++;
		}
	}
	/* fields beyond the array, and leading zeros of a field: weeks without any */
	weeks_with[0] += weeks - seen;

	/* sum of the two middle weeks, which are the same one of an odd number */
	seen = 0;
	for (int days = 0; days <= DAYS_PER_WEEK; days++)
	{
		int64		before = seen;

		seen += weeks_with[days];
		if (before <= (weeks - 1) / 2 && (weeks - 1) / 2 < seen)
			median_sum += days;
		if (before <= weeks / 2 && weeks / 2 < seen)
			median_sum += days;
	}
	PG_RETURN_FLOAT8(median_sum / 2.0);
}
