/*
 * owner.c
 *	  Running code of a relation's owner with the owner's rights.
 *
 * Types, constraints and indexes may call functions of their owner's.  These get neither
 * the rights of whoever makes us look at them, nor, where it matters, the search_path.
 */
#include "base/delivery.h"

#include "miscadmin.h"
#include "utils/rel.h"

#include "base/owner.h"

void
delivery_become_owner(Relation relation, Caller *caller)
{
	GetUserIdAndSecContext(&caller->user, &caller->context);
	SetUserIdAndSecContext(relation->rd_rel->relowner, caller->context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
}

void
delivery_become_caller(const Caller *caller)
{
	SetUserIdAndSecContext(caller->user, caller->context);
}
