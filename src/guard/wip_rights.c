/*
 * wip_rights.c
 *	  What a role may do with a board.
 */
#include "base/delivery.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "guard/wip.h"
#include "guard/wip_rights.h"

void
delivery_wip_check_owner(Oid board)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(board));

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table with OID %u does not exist", board),
				 errdetail("It may have been dropped."),
				 errhint("Name a table that is there.")));
	ReleaseSysCache(tuple);
	if (!delivery_owns_table(board))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table %s", get_rel_name(board)),
				 errdetail("The limits of a board are its owner's to set."),
				 errhint("Ask its owner, or become a member of that role.")));
}

/*
 * Whether the current user may see the limits of a board, as the view of them says.
 */
bool
delivery_wip_may_look(Oid board)
{
	return pg_attribute_aclcheck_all(board, GetUserId(), ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK ||
		pg_class_aclcheck(board, GetUserId(), ACL_SELECT) == ACLCHECK_OK || delivery_owns_table(board);
}

/*
 * Whether the current user may write to the lanes of a board.
 */
bool
delivery_wip_may_enter(const WipBoard *board)
{
	Oid			user = GetUserId();
	AttrNumber	lane = board->layout.columns[0];

	return board->layout.count > 0 &&
		(pg_class_aclmask(board->board, user, ACL_INSERT | ACL_UPDATE, ACLMASK_ANY) != 0 ||
		 pg_attribute_aclcheck(board->board, lane, user, ACL_INSERT) == ACLCHECK_OK ||
		 pg_attribute_aclcheck(board->board, lane, user, ACL_UPDATE) == ACLCHECK_OK);
}

/*
 * As for foreign keys: values of other rows, which a count is, are shown only to
 * those who could have counted themselves.
 */
bool
delivery_wip_may_read(const WipBoard *board)
{
	Oid			user = GetUserId();

	if (check_enable_rls(board->board, InvalidOid, true) == RLS_ENABLED)
		return false;
	if (pg_class_aclcheck(board->board, user, ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (int i = 0; i < board->layout.count; i++)
		if (pg_attribute_aclcheck(board->board, board->layout.columns[i], user, ACL_SELECT) != ACLCHECK_OK)
			return false;
	return board->layout.weight == InvalidAttrNumber ||
		pg_attribute_aclcheck(board->board, board->layout.weight, user, ACL_SELECT) == ACLCHECK_OK;
}
