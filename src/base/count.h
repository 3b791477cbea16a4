/*
 * count.h
 *	  Counts as arguments, of whatever integer type or numeric.
 *
 * Such arguments are declared anycompatible: one form of a function then takes
 * integer, bigint and numeric, mixed as well, and no call is ambiguous.
 */
#ifndef DELIVERY_COUNT_H
#define DELIVERY_COUNT_H

#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/numeric.h"

#include "base/compat.h"

/* Kept per call site by functions that have nothing else to keep there. */
typedef struct CountSite
{
	Oid			type;			/* of all counts in the call */
} CountSite;

extern CountSite *delivery_make_count_site(FunctionCallInfo fcinfo, int argument);
extern int64 delivery_count_of_numeric(Numeric number);
extern int64 delivery_count_of_other(Oid type, Datum value);
pg_noreturn extern void delivery_refuse_counts(int64 good, int64 total);

/* The type of the counts, of which the argument is one. */
static inline Oid
delivery_count_type(FunctionCallInfo fcinfo, int argument)
{
	CountSite  *site = (CountSite *) fcinfo->flinfo->fn_extra;

	if (unlikely(site == NULL))
		site = delivery_make_count_site(fcinfo, argument);
	return site->type;
}

static inline int64
delivery_get_count(Oid type, Datum value)
{
	if (likely(type == INT8OID))
		return DatumGetInt64(value);
	if (likely(type == INT4OID))
		return DatumGetInt32(value);
	return delivery_count_of_other(type, value);
}

/* Good events are a part of all events. */
static inline void
delivery_check_counts(int64 good, int64 total)
{
	if (unlikely(good < 0 || good > total))
		delivery_refuse_counts(good, total);
}

#endif							/* DELIVERY_COUNT_H */
