/*
 * query.h
 *	  Queries of ours on configuration tables, planned once per session.
 */
#ifndef DELIVERY_QUERY_H
#define DELIVERY_QUERY_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/relcache.h"

extern bool delivery_is_empty(Relation table);
extern void delivery_query(Relation table, SPIPlanPtr *plan, const char *query, int nargs, Oid *types, Datum *values);

#endif							/* DELIVERY_QUERY_H */
