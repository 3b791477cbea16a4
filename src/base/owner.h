/*
 * owner.h
 *	  Running code of a relation's owner with the owner's rights.
 */
#ifndef DELIVERY_OWNER_H
#define DELIVERY_OWNER_H

#include "postgres.h"

#include "utils/relcache.h"

/* Who we were before. */
typedef struct Caller
{
	Oid			user;
	int			context;
} Caller;

extern void delivery_check_owns_all(Oid table, const char *detail);
extern void delivery_become_owner(Relation relation, Caller *caller);
extern void delivery_act_as_owner(Relation relation, Caller *caller);
extern void delivery_become_caller(const Caller *caller);

#endif							/* DELIVERY_OWNER_H */
