/*
 * selection.h
 *	  Order statistics of an array of non-negative int64s, in place.
 *
 * Pure C: this module knows no server header, so that it can be tested and
 * fuzzed on its own.
 */
#ifndef DELIVERY_SELECTION_H
#define DELIVERY_SELECTION_H

#include <stddef.h>
#include <stdint.h>

/* Called about every SELECTION_BLOCK elements; may not return (longjmp). */
typedef void (*selection_pause) (void);

extern void delivery_select(int64_t *values, size_t n,
							const size_t *ranks, size_t nranks,
							int64_t *result, selection_pause pause);

#endif							/* DELIVERY_SELECTION_H */
