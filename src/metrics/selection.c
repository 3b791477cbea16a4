/*
 * selection.c
 *	  Order statistics of an array of non-negative int64s, in place.
 *
 * Neither a sort nor a quickselect: a radix selection.  One pass counts the
 * values per bucket, a second gathers the few buckets that hold a wanted rank
 * at the front of the array, and the work goes on inside those alone.  For a
 * single percentile of a large array a sample first guesses two values that
 * enclose it; where the guess holds, nearly always, one pass is enough.
 *
 * - The first level has logarithmic buckets (power of two and the next few
 *   bits), because durations are skewed: linear buckets up to the longest
 *   outlier would put nearly every row into the first one.
 * - Later levels have linear buckets over the range that is left, and take at
 *   least MIN_BITS bits off it, whatever the order or the distribution of the
 *   values.
 *
 * The sample is tried once, so the time is linear in the worst case too and
 * there is no adversarial input.  Only swaps are made: the array holds the same
 * values afterwards.
 *
 * Deliberately left out: negative values, which no duration aggregate keeps.
 */
#include <stdbool.h>
#include <string.h>

#include "metrics/selection.h"

#define SORT_LIMIT			((size_t) 48)	/* insertion sort up to here */
#define FEW_VALUES			((size_t) 1024) /* fewer buckets up to here */
#define MAX_BITS			11
#define MIN_BITS			8
#define MAX_BUCKETS			((size_t) 1 << MAX_BITS)
#define SAMPLE_SIZE			((size_t) 4096)
#define SAMPLE_MARGIN		((size_t) 128)	/* four standard deviations of a rank */
#define SAMPLE_FROM			(SAMPLE_SIZE * 16)	/* sampled from this size on */

/*
 * How a value becomes a bucket number.  Logarithmic: numbers below
 * 2^mantissa_bits stand for themselves, then 2^mantissa_bits buckets for each
 * power of two.  Linear: distance from "low" without its last "shift" bits.
 */
typedef struct Bucketing
{
	bool		logarithmic;
	int			mantissa_bits;
	uint64_t	low;
	int			shift;
	size_t		buckets;
} Bucketing;

static inline int
high_bit(uint64_t value)
{
	return 63 - __builtin_clzll(value);
}

static inline size_t
bucket_of(const Bucketing *bucketing, int64_t value)
{
	uint64_t	v = (uint64_t) value;
	int			top;

	if (!bucketing->logarithmic)
		return (size_t) ((v - bucketing->low) >> bucketing->shift);
	if (v < ((uint64_t) 1 << bucketing->mantissa_bits))
		return (size_t) v;
	top = high_bit(v);
	return ((size_t) (top - bucketing->mantissa_bits + 1) << bucketing->mantissa_bits) |
		(size_t) ((v >> (top - bucketing->mantissa_bits)) &
				  (((uint64_t) 1 << bucketing->mantissa_bits) - 1));
}

static inline void
swap(int64_t *a, int64_t *b)
{
	int64_t		saved = *a;

	*a = *b;
	*b = saved;
}

static void
insertion_sort(int64_t *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		int64_t		value = values[i];
		size_t		j = i;

		for (; j > 0 && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
}

static void
find_bounds(const int64_t *values, size_t n, int64_t *low, int64_t *high,
			PauseFunction pause)
{
	int64_t		lowest = values[0];
	int64_t		highest = values[0];

	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			if (values[i] < lowest)
				lowest = values[i];
			if (values[i] > highest)
				highest = values[i];
		}
		pause();
	}
	*low = lowest;
	*high = highest;
}

static void
count_buckets(const int64_t *values, size_t n, const Bucketing *bucketing,
			  size_t *counts, PauseFunction pause)
{
	/* a local copy tells the compiler that the counters do not change it */
	const Bucketing local = *bucketing;

	memset(counts, 0, local.buckets * sizeof(size_t));
	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
			counts[bucket_of(&local, values[i])]++;
		pause();
	}
}

/* Swap the values of all wanted buckets to the front; returns their number. */
static size_t
gather_wanted(int64_t *values, size_t n, const Bucketing *bucketing,
			  const bool *wanted, PauseFunction pause)
{
	const Bucketing local = *bucketing;
	size_t		gathered = 0;

	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			if (wanted[bucket_of(&local, values[i])])
				swap(&values[i], &values[gathered++]);
		}
		pause();
	}
	return gathered;
}

/*
 * Bring the gathered values into bucket order by following the cycles of the
 * permutation: each swap puts one value into its bucket for good.
 */
static void
order_by_bucket(int64_t *values, const Bucketing *bucketing,
				const size_t *counts, const bool *wanted, PauseFunction pause)
{
	size_t		next[MAX_BUCKETS];
	size_t		start = 0;
	size_t		swaps = 0;

	for (size_t b = 0; b < bucketing->buckets; b++)
	{
		next[b] = start;
		if (wanted[b])
			start += counts[b];
	}
	start = 0;
	for (size_t b = 0; b < bucketing->buckets; b++)
	{
		if (!wanted[b])
			continue;
		start += counts[b];
		while (next[b] < start)
		{
			size_t		home = bucket_of(bucketing, values[next[b]]);

			if (home == b)
				next[b]++;
			else
				swap(&values[next[b]], &values[next[home]++]);
			if (++swaps % PAUSE_BLOCK == 0)
				pause();
		}
	}
}

/*
 * Select among n values whose smallest has the rank "base".  The depth of the
 * recursion is bounded by the bits of a value: the logarithmic level, and then
 * at most 63 / MIN_BITS rounded up.
 */
static void
select_ranks(int64_t *values, size_t n, size_t base, bool first_level,
			 const size_t *ranks, size_t nranks, int64_t *result,
			 PauseFunction pause)
{
	while (nranks > 0)
	{
		Bucketing	bucketing = {0};
		size_t		counts[MAX_BUCKETS];
		bool		wanted[MAX_BUCKETS];
		size_t		wanted_buckets = 0;
		size_t		below;
		size_t		start;
		size_t		r;
		int64_t		low = 0;

		if (n <= SORT_LIMIT)
		{
			insertion_sort(values, n);
			for (r = 0; r < nranks; r++)
				result[r] = values[ranks[r] - base];
			return;
		}

		if (first_level)
		{
			bucketing.logarithmic = true;
			bucketing.mantissa_bits = n <= FEW_VALUES ? MIN_BITS - 6 : MAX_BITS - 6;
			bucketing.buckets = (size_t) 64 << bucketing.mantissa_bits;
		}
		else
		{
			int			bits = n <= FEW_VALUES ? MIN_BITS : MAX_BITS;
			int64_t		high;
			int			range_bits;

			find_bounds(values, n, &low, &high, pause);
			if (low == high)
			{
				for (r = 0; r < nranks; r++)
					result[r] = low;
				return;
			}
			range_bits = high_bit((uint64_t) high - (uint64_t) low) + 1;
			bucketing.low = (uint64_t) low;
			bucketing.shift = range_bits > bits ? range_bits - bits : 0;
			bucketing.buckets = (size_t) 1 << bits;
		}

		count_buckets(values, n, &bucketing, counts, pause);

		/* Ranks and buckets both ascend: one walk finds which are wanted. */
		memset(wanted, 0, bucketing.buckets * sizeof(bool));
		below = base;
		r = 0;
		for (size_t b = 0; r < nranks; below += counts[b++])
		{
			while (r < nranks && ranks[r] < below + counts[b])
			{
				if (!wanted[b])
					wanted_buckets++;
				wanted[b] = true;
				/* a linear bucket of width one is the value itself */
				if (!bucketing.logarithmic && bucketing.shift == 0)
					result[r] = low + (int64_t) b;
				r++;
			}
		}
		if (!bucketing.logarithmic && bucketing.shift == 0)
			return;

		start = gather_wanted(values, n, &bucketing, wanted, pause);

		if (wanted_buckets == 1)
		{
			size_t		b = 0;

			for (below = base; !wanted[b]; b++)
				below += counts[b];
			base = below;
			n = start;
			first_level = false;
			continue;
		}

		order_by_bucket(values, &bucketing, counts, wanted, pause);
		below = base;
		start = 0;
		r = 0;
		for (size_t b = 0; r < nranks; below += counts[b++])
		{
			size_t		first = r;

			while (r < nranks && ranks[r] < below + counts[b])
				r++;
			if (r == first)
				continue;
			select_ranks(values + start, counts[b], below, false,
						 ranks + first, r - first, result + first, pause);
			start += counts[b];
		}
		return;
	}
}

/*
 * Swap the values from low to high to the front; returns their number, and how
 * many values are below low.
 */
static size_t
gather_range(int64_t *values, size_t n, int64_t low, int64_t high,
			 size_t *below, PauseFunction pause)
{
	const uint64_t width = (uint64_t) high - (uint64_t) low;
	size_t		gathered = 0;
	size_t		smaller = 0;

	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			int64_t		value = values[i];

			smaller += value < low;
			if ((uint64_t) value - (uint64_t) low <= width)
			{
				values[i] = values[gathered];
				values[gathered++] = value;
			}
		}
		pause();
	}
	*below = smaller;
	return gathered;
}

/* Where the i-th of SAMPLE_SIZE equal stretches of n values begins. */
static inline size_t
share_of(size_t i, size_t n)
{
	return (size_t) ((uint64_t) i * n / SAMPLE_SIZE);
}

/*
 * Guess from a sample which values enclose the ranks first to last and gather
 * those.  The sample is one value at a pseudo-random place out of each of
 * SAMPLE_SIZE equal stretches, which no order of the rows works against for
 * long: a wrong guess is noticed, and costs this one pass.
 */
static bool
gather_by_sample(int64_t *values, size_t n, size_t first, size_t last,
				 size_t *below, size_t *gathered, PauseFunction pause)
{
	int64_t		sample[SAMPLE_SIZE];
	int64_t		bounds[2];
	size_t		bound_ranks[2];
	uint64_t	random = n;

	for (size_t i = 0; i < SAMPLE_SIZE; i++)
	{
		size_t		start = share_of(i, n);
		size_t		stretch = share_of(i + 1, n) - start;

		/* Knuth's MMIX generator; its high bits are the good ones */
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		sample[i] = values[start + (size_t) (random >> 33) % stretch];
	}
	/* first and last are below n, so these are below SAMPLE_SIZE */
	bound_ranks[0] = (size_t) ((uint64_t) first * SAMPLE_SIZE / n);
	bound_ranks[0] = bound_ranks[0] > SAMPLE_MARGIN ? bound_ranks[0] - SAMPLE_MARGIN : 0;
	bound_ranks[1] = (size_t) ((uint64_t) last * SAMPLE_SIZE / n) + SAMPLE_MARGIN;
	if (bound_ranks[1] > SAMPLE_SIZE - 1)
		bound_ranks[1] = SAMPLE_SIZE - 1;
	select_ranks(sample, SAMPLE_SIZE, 0, true, bound_ranks, 2, bounds, pause);

	/* at the very ends the sample says nothing about what lies beyond it */
	if (bound_ranks[0] == 0)
		bounds[0] = 0;
	if (bound_ranks[1] == SAMPLE_SIZE - 1)
		bounds[1] = INT64_MAX;
	*gathered = gather_range(values, n, bounds[0], bounds[1], below, pause);
	return first >= *below && last < *below + *gathered;
}

/*
 * Store in result[i] the value of rank ranks[i] (0 = smallest) of values[0 .. n).
 *
 * ranks must ascend (equal ones are allowed) and lie below n; no value may be
 * negative.  The values are reordered, none is lost.  Time is O(n) per eight
 * bits of the range at worst, independent of the number of ranks; no memory is
 * allocated.
 */
void
delivery_select(int64_t *values, size_t n, const size_t *ranks, size_t nranks,
				int64_t *result, PauseFunction pause)
{
	size_t		base = 0;

	if (n >= SAMPLE_FROM && nranks > 0 && ranks[nranks - 1] - ranks[0] <= 1)
	{
		size_t		below;
		size_t		gathered;

		if (gather_by_sample(values, n, ranks[0], ranks[nranks - 1],
							 &below, &gathered, pause))
		{
			base = below;
			n = gathered;
		}
	}
	select_ranks(values, n, base, true, ranks, nranks, result, pause);
}
