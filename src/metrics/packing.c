/*
 * packing.c
 *	  Arrays of non-negative int64s in as few whole bytes per value as they need.
 *
 * A worker of a parallel plan hands its durations to the leader through a
 * queue that copies them several times, and that is what a parallel percentile
 * spends its time on.  Few durations need eight bytes: six hold nine years in
 * microseconds, three hold half a year in seconds.
 *
 * The bytes keep this machine's order; they never leave it.
 */
#include <string.h>

#include "metrics/packing.h"

#define MICROSECONDS_PER_SECOND INT64_C(1000000)

/* The loops move eight bytes at a time, so this many may follow the last value. */
#define SLACK sizeof(uint64_t)

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define TO_FRONT(number, width) ((number) << (64 - 8 * (width)))
#define FROM_FRONT(number, width) ((number) >> (64 - 8 * (width)))
#else
#define TO_FRONT(number, width) (number)
#define FROM_FRONT(number, width) ((number) & (UINT64_MAX >> (64 - 8 * (width))))
#endif

/*
 * The narrowest packing that holds all of the values.
 */
Packing
delivery_choose_packing(const int64_t *values, size_t n, PauseFunction pause)
{
	Packing		packing = {0, 1, 1};
	int64_t		high = 0;
	uint64_t	range;
	int			whole_seconds = 1;	/* apart, as most tools record them */

	if (n == 0)
		return packing;

	packing.low = values[0];
	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			if (values[i] < packing.low)
				packing.low = values[i];
			if (values[i] > high)
				high = values[i];
		}
		for (size_t i = done; i < end && whole_seconds; i++)
			whole_seconds = (values[i] - values[0]) % MICROSECONDS_PER_SECOND == 0;
		pause();
	}
	range = (uint64_t) high - (uint64_t) packing.low;
	if (whole_seconds)
	{
		packing.unit = MICROSECONDS_PER_SECOND;
		range /= MICROSECONDS_PER_SECOND;
	}
	while (packing.width < 8 && (range >> (8 * packing.width)) != 0)
		packing.width++;
	return packing;
}

/*
 * Bytes that delivery_pack() may write, and delivery_unpack() read.
 */
size_t
delivery_packed_size(const Packing *packing, size_t n)
{
	return n * (size_t) packing->width + SLACK;
}

void
delivery_pack(const Packing *packing, const int64_t *values, size_t n, char *to,
			  PauseFunction pause)
{
	const Packing local = *packing;
	const uint64_t zero = 0;

	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			uint64_t	number = (uint64_t) (values[i] - local.low);

			if (local.unit != 1)
				number /= (uint64_t) local.unit;
			number = TO_FRONT(number, local.width);
			memcpy(to, &number, sizeof(number));
			to += local.width;
		}
		pause();
	}
	/* no byte that is sent may be undefined */
	memcpy(to, &zero, sizeof(zero));
}

void
delivery_unpack(const Packing *packing, const char *from, size_t n, int64_t *values,
				PauseFunction pause)
{
	const Packing local = *packing;

	for (size_t done = 0; done < n; done += PAUSE_BLOCK)
	{
		size_t		end = n - done < PAUSE_BLOCK ? n : done + PAUSE_BLOCK;

		for (size_t i = done; i < end; i++)
		{
			uint64_t	number;

			memcpy(&number, from, sizeof(number));
			from += local.width;
			values[i] = local.low + (int64_t) FROM_FRONT(number, local.width) * local.unit;
		}
		pause();
	}
}
