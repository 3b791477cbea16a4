/*
 * packing.h
 *	  Arrays of non-negative int64s in as few whole bytes per value as they need.
 *
 * Pure C: this module knows no server header.
 */
#ifndef DELIVERY_PACKING_H
#define DELIVERY_PACKING_H

#include <stddef.h>
#include <stdint.h>

#include "base/pause.h"

/* value = low + unit * (the number stored in "width" bytes) */
typedef struct Packing
{
	int64_t		low;
	int64_t		unit;
	int			width;
} Packing;

extern Packing delivery_choose_packing(const int64_t *values, size_t n, PauseFunction pause);
extern size_t delivery_packed_size(const Packing *packing, size_t n);
extern void delivery_pack(const Packing *packing, const int64_t *values, size_t n, char *to,
						  PauseFunction pause);
extern void delivery_unpack(const Packing *packing, const char *from, size_t n, int64_t *values,
							PauseFunction pause);

#endif							/* DELIVERY_PACKING_H */
