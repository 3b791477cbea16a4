/*
 * internal.h
 *	  The extension's two schemas, and the tables in the internal one.
 */
#ifndef DELIVERY_INTERNAL_H
#define DELIVERY_INTERNAL_H

#include "postgres.h"

#include "storage/lockdefs.h"
#include "utils/relcache.h"

#define DELIVERY_SCHEMA "delivery"
#define DELIVERY_INTERNAL_SCHEMA "delivery_internal"

extern Relation delivery_open_internal(const char *name, LOCKMODE mode);
extern void delivery_check_internal(const char *name);
extern bool delivery_is_internal_table(Relation relation, const char *name);
extern bool delivery_is_internal_function(Oid function, const char *name);
extern void delivery_check_schemas(Oid function);
extern void delivery_watch_schemas(void);

#endif							/* DELIVERY_INTERNAL_H */
