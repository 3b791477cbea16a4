/*
 * selection_test.c
 *	  The selection and the packing, without a server: every distribution and
 *	  order against qsort(), and the work done in the worst case.
 *
 * Prints TAP. Built by run.sh with the address and undefined behaviour
 * sanitizers.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/packing.h"
#include "metrics/selection.h"

#define MAX_RANKS 2001

static int	tests = 0;
static int	failures = 0;
static uint64_t seed = 1;

/* one call per block of a pass over the data, so it measures the work */
static size_t pauses;

static void
count_pause(void)
{
	pauses++;
}

static void
ok(bool passed, const char *what)
{
	tests++;
	if (!passed)
		failures++;
	printf("%s %d - %s\n", passed ? "ok" : "not ok", tests, what);
}

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int
compare(const void *a, const void *b)
{
	int64_t		x = *(const int64_t *) a;
	int64_t		y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static int
compare_rank(const void *a, const void *b)
{
	size_t		x = *(const size_t *) a;
	size_t		y = *(const size_t *) b;

	return (x > y) - (x < y);
}

/* --- distributions ------------------------------------------------------ */

static int64_t
uniform(size_t i, size_t n)
{
	(void) i, (void) n;
	return (int64_t) (next_random() % 2592000000000);
}

static int64_t
full_range(size_t i, size_t n)
{
	(void) i, (void) n;
	return (int64_t) (next_random() >> 1);
}

static int64_t
skewed(size_t i, size_t n)
{
	(void) i, (void) n;
	return (int64_t) ((next_random() >> 1) >> (next_random() % 63));
}

static int64_t
constant(size_t i, size_t n)
{
	(void) i, (void) n;
	return 42;
}

static int64_t
all_zero(size_t i, size_t n)
{
	(void) i, (void) n;
	return 0;
}

static int64_t
largest(size_t i, size_t n)
{
	(void) n;
	return INT64_MAX - (int64_t) (i % 2);
}

static int64_t
ascending(size_t i, size_t n)
{
	(void) n;
	return (int64_t) i * 1000;
}

static int64_t
descending(size_t i, size_t n)
{
	return (int64_t) (n - i) * 1000;
}

static int64_t
organ_pipe(size_t i, size_t n)
{
	return (int64_t) (i < n / 2 ? i : n - i);
}

static int64_t
two_values(size_t i, size_t n)
{
	(void) n;
	return i % 3 == 0 ? 1 : INT64_MAX;
}

/* Half of what is left lies in the lowest bucket again, at every level. */
static int64_t
nested(size_t i, size_t n)
{
	int			level = 0;

	(void) n;
	for (; i % 2 == 1 && level < 62; i /= 2)
		level++;
	return INT64_C(1) << (62 - level);
}

/* Where the sample looks, nothing but zeros; the rest is large. */
static int64_t
hidden(size_t i, size_t n)
{
	static uint64_t random;
	static size_t sample;
	static size_t end;
	static size_t place;

	if (n < 65536)
		return (int64_t) i;
	if (i == 0)
	{
		random = n;
		sample = 0;
		end = 0;
	}
	if (i == end)
	{
		size_t		start = sample * n / 4096;

		end = ++sample * n / 4096;
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		place = start + (size_t) (random >> 33) % (end - start);
	}
	return i == place ? 0 : INT64_C(1000000000) + (int64_t) i;
}

typedef struct Distribution
{
	const char *name;
	int64_t		(*value) (size_t i, size_t n);
} Distribution;

static const Distribution distributions[] = {
	{"uniform", uniform}, {"full range", full_range}, {"skewed", skewed},
	{"constant", constant}, {"zero", all_zero}, {"largest", largest},
	{"ascending", ascending}, {"descending", descending}, {"organ pipe", organ_pipe},
	{"two values", two_values}, {"nested", nested}, {"hidden from the sample", hidden},
};

/* --- checks ------------------------------------------------------------- */

static bool
select_agrees(const int64_t *values, const int64_t *sorted, size_t n, size_t *ranks, size_t nranks)
{
	int64_t    *work = malloc(n * sizeof(int64_t));
	int64_t    *result = malloc(nranks * sizeof(int64_t));
	bool		same = true;

	memcpy(work, values, n * sizeof(int64_t));
	qsort(ranks, nranks, sizeof(size_t), compare_rank);
	delivery_select(work, n, ranks, nranks, result, count_pause);
	for (size_t r = 0; r < nranks; r++)
		same = same && result[r] == sorted[ranks[r]];
	/* nothing may be lost or made up */
	qsort(work, n, sizeof(int64_t), compare);
	same = same && memcmp(work, sorted, n * sizeof(int64_t)) == 0;
	free(work);
	free(result);
	return same;
}

static bool
pack_agrees(const int64_t *values, size_t n)
{
	Packing		packing = delivery_choose_packing(values, n, count_pause);
	size_t		size = delivery_packed_size(&packing, n);
	char	   *packed = malloc(size);
	int64_t    *back = malloc((n + 1) * sizeof(int64_t));
	bool		same;

	delivery_pack(&packing, values, n, packed, count_pause);
	delivery_unpack(&packing, packed, n, back, count_pause);
	same = memcmp(values, back, n * sizeof(int64_t)) == 0;
	free(packed);
	free(back);
	return same;
}

static void
check_distribution(const Distribution *distribution)
{
	static const size_t sizes[] = {1, 2, 3, 47, 48, 49, 50, 100, 1000, 1023, 1024, 1025, 5000, 65535, 65536, 69631, 100001, 131071};
	bool		selected = true;
	bool		packed = true;
	char		what[100];

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		size_t		n = sizes[s];
		int64_t    *values = malloc(n * sizeof(int64_t));
		int64_t    *sorted = malloc(n * sizeof(int64_t));
		size_t		ranks[MAX_RANKS];

		for (size_t i = 0; i < n; i++)
			values[i] = distribution->value(i, n);
		memcpy(sorted, values, n * sizeof(int64_t));
		qsort(sorted, n, sizeof(int64_t), compare);

		/* one percentile: two neighbouring ranks */
		for (int fraction = 0; fraction <= 20; fraction++)
		{
			ranks[0] = (n - 1) * (size_t) fraction / 20;
			ranks[1] = ranks[0] + (ranks[0] + 1 < n);
			selected = selected && select_agrees(values, sorted, n, ranks, 2);
		}
		/* where percentiles are asked for most */
		for (size_t from_top = 0; from_top < 3 && from_top < n; from_top++)
		{
			ranks[0] = n - 1 - from_top;
			selected = selected && select_agrees(values, sorted, n, ranks, 1);
			ranks[0] = from_top;
			selected = selected && select_agrees(values, sorted, n, ranks, 1);
		}
		ranks[0] = (size_t) (0.99 * (double) (n - 1));
		selected = selected && select_agrees(values, sorted, n, ranks, 1);
		/* several, and very many */
		for (int r = 0; r < MAX_RANKS; r++)
			ranks[r] = (size_t) (next_random() % n);
		selected = selected && select_agrees(values, sorted, n, ranks, 5);
		for (int r = 0; r < MAX_RANKS; r++)
			ranks[r] = (size_t) (next_random() % n);
		selected = selected && select_agrees(values, sorted, n, ranks, MAX_RANKS);
		packed = packed && pack_agrees(values, n);
		free(values);
		free(sorted);
	}
	snprintf(what, sizeof(what), "selection of %s values", distribution->name);
	ok(selected, what);
	snprintf(what, sizeof(what), "packing of %s values", distribution->name);
	ok(packed, what);
}

/*
 * Linear: the passes over the data, counted in blocks, must not grow with the
 * order or the distribution beyond what the bits of a value allow.
 */
static void
check_work(const Distribution *distribution)
{
	size_t		n = (size_t) 6 << 20;
	size_t		ranks[2] = {n / 2, n / 2 + 1};
	int64_t    *values = malloc(n * sizeof(int64_t));
	int64_t		result[2];
	double		passes;
	char		what[100];

	for (size_t i = 0; i < n; i++)
		values[i] = distribution->value(i, n);
	pauses = 0;
	delivery_select(values, n, ranks, 2, result, count_pause);
	passes = (double) pauses / 6;
	free(values);
	snprintf(what, sizeof(what), "%.1f passes over %s values are at most 20", passes, distribution->name);
	ok(passes <= 20, what);
}

static void
check_packing_widths(void)
{
	bool		right = true;
	int64_t		second = INT64_C(1000000);

	for (int bits = 1; bits <= 62; bits++)
	{
		int64_t		values[3] = {7, 7, 7 + (INT64_C(1) << bits)};
		Packing		packing = delivery_choose_packing(values, 3, count_pause);

		right = right && packing.width == bits / 8 + 1 && pack_agrees(values, 3);
	}
	ok(right, "packing takes the fewest bytes");
	{
		int64_t		values[3] = {0, 86400 * second, 65535 * second};
		Packing		packing = delivery_choose_packing(values, 3, count_pause);

		ok(packing.unit == second && packing.width == 3, "packing counts whole seconds");
		ok(pack_agrees(values, 3) && pack_agrees(values, 0), "whole seconds and nothing at all come back");
	}
}

int
main(void)
{
	size_t		kinds = sizeof(distributions) / sizeof(distributions[0]);

	for (size_t d = 0; d < kinds; d++)
		check_distribution(&distributions[d]);
	for (size_t d = 0; d < kinds; d++)
		check_work(&distributions[d]);
	check_packing_widths();
	printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}
