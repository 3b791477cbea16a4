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

#include "base/pause.h"

extern void delivery_select(int64_t *values, size_t n,
							const size_t *ranks, size_t nranks,
							int64_t *result, PauseFunction pause);

#endif							/* DELIVERY_SELECTION_H */
