/*
 * version.h
 *	  What entry points answer that a release called and that do nothing any more.
 */
#ifndef DELIVERY_VERSION_H
#define DELIVERY_VERSION_H

#include "postgres.h"

#include "fmgr.h"

#include "base/compat.h"

/*
 * The library of a new version is in place before ALTER EXTENSION UPDATE has
 * run in every database, so what the SQL of a release names stays a symbol:
 * DELIVERY_RETIRED(delivery_old_name) in place of the function.
 */
#define DELIVERY_RETIRED(symbol) \
	pg_noreturn extern Datum symbol(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(symbol); \
	Datum \
	symbol(PG_FUNCTION_ARGS) \
	{ \
		delivery_retired(fcinfo); \
	}

pg_noreturn extern Datum delivery_retired(PG_FUNCTION_ARGS);

#endif							/* DELIVERY_VERSION_H */
