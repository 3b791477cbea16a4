/*
 * slo.h
 *	  Error budgets: what an objective leaves, and what has been used of it.
 */
#ifndef DELIVERY_SLO_H
#define DELIVERY_SLO_H

#include "postgres.h"

#include "funcapi.h"

#include "slo/objective.h"

/* Formats of states begin with different numbers: see frequency.c for 1 and 2. */
#define SLO_STATE_FORMAT		3
#define BURN_ALERT_STATE_FORMAT 4

extern int64 delivery_greatest_divisor(int64 a, int64 b);
extern float8 delivery_budget_consumed(int64 bad, int64 total, Objective objective);
extern int	delivery_compare_products(const int64 *left, const int64 *right, int factors);
extern Datum delivery_error_budget(FunctionCallInfo fcinfo, TupleDesc *kept,
								   int64 good, int64 total, Objective objective);
pg_noreturn extern void delivery_refuse_objectives(Objective objective, Objective other);
pg_noreturn extern void delivery_count_overflow(void);

#endif							/* DELIVERY_SLO_H */
