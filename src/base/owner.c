/*
 * owner.c
 *	  Running code of a relation's owner with the owner's rights.
 *
 * Types, constraints and indexes may call functions of their owner's.  These get neither
 * the rights of whoever makes us look at them, nor, where it matters, the search_path.
 */
#include "base/delivery.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/owner.h"

/*
 * Before anything is locked: the current user owns the table with all of its partitions
 * and children.  The detail says of what that is the condition.
 */
void
delivery_check_owns_all(Oid table, const char *detail)
{
	List	   *tables = delivery_owns_table(table) ? find_all_inheritors(table, NoLock, NULL) : list_make1_oid(table);
	ListCell   *cell;

	foreach(cell, tables)
	{
		char	   *name = get_rel_name(lfirst_oid(cell));

		if (name != NULL && !delivery_owns_table(lfirst_oid(cell)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("must be owner of table %s", name),
					 errdetail("%s", detail),
					 errhint("Ask its owner, or become a member of that role.")));
	}
}

static void
become_owner(Relation relation, int restrictions, Caller *caller)
{
	GetUserIdAndSecContext(&caller->user, &caller->context);
	SetUserIdAndSecContext(relation->rd_rel->relowner, caller->context | SECURITY_LOCAL_USERID_CHANGE | restrictions);
}

/*
 * Code of others may run: what lasts longer than it is refused to it, such as temporary
 * tables and deferred triggers.
 */
void
delivery_become_owner(Relation relation, Caller *caller)
{
	become_owner(relation, SECURITY_RESTRICTED_OPERATION, caller);
}

/*
 * For statements of ours that run no code of others, and may fire deferred triggers.
 */
void
delivery_act_as_owner(Relation relation, Caller *caller)
{
	become_owner(relation, 0, caller);
}

void
delivery_become_caller(const Caller *caller)
{
	SetUserIdAndSecContext(caller->user, caller->context);
}
