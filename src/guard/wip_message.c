/*
 * wip_message.c
 *	  What is said of a limit that is exceeded.
 */
#include "base/delivery.h"

#include "access/sysattr.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "base/shown.h"
#include "guard/wip.h"
#include "guard/wip_message.h"
#include "guard/wip_rights.h"

static char *
lanes_text(const WipLimit *limit, const char *quote)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < limit->lane_count && i < DELIVERY_LISTED; i++)
		appendStringInfo(&text, "%s%s%s%s", i > 0 ? ", " : "", quote, delivery_shown(limit->lane_names[i]), quote);
	if (limit->lane_count > DELIVERY_LISTED)
		appendStringInfoString(&text, ", ...");
	return text.data;
}

static void
append_scope(StringInfo text, const WipBoard *board, const WipLimit *limit, const WipRow *row)
{
	bool		first = true;

	if (limit->together)
		appendStringInfoString(text, ", all scopes together");
	for (int i = 1; i < board->layout.count; i++)
		if ((limit->mask >> (i - 1)) & 1)
		{
			appendStringInfo(text, "%s%s = %s", first ? ", " : " and ", board->columns[i].name,
							 quote_literal_cstr(delivery_shown_value(board->columns[i].type, row->values[i])));
			first = false;
		}
}

/*
 * Whether the caller knows in which lane the item is: who may read it, or wrote it.
 */
static bool
knows_lane(const WipBoard *board, const TriggerData *trigger)
{
	Oid			user = GetUserId();
	AttrNumber	lane;

	if (trigger == NULL)
		return true;
	lane = get_attnum(RelationGetRelid(trigger->tg_relation), board->columns[0].name);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ||
		bms_is_member(lane - FirstLowInvalidHeapAttributeNumber, trigger->tg_updatedcols))
		return true;
	return pg_class_aclcheck(board->board, user, ACL_SELECT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(board->board, board->layout.columns[0], user, ACL_SELECT) == ACLCHECK_OK;
}

/*
 * As errtablecol() says which column it is about, without a lock on the board: who writes
 * to a part must not wait for it.
 */
int
delivery_wip_errcolumn(const WipBoard *board, const char *column)
{
	err_generic_string(PG_DIAG_SCHEMA_NAME, get_namespace_name(get_rel_namespace(board->board)));
	err_generic_string(PG_DIAG_TABLE_NAME, board->name);
	err_generic_string(PG_DIAG_COLUMN_NAME, column);
	return 0;					/* as all that is called within ereport() */
}

void
delivery_wip_report(const WipBoard *board, const WipLimit *limit, const WipRow *row,
					const TriggerData *trigger, int64 in_progress, int64 entering, int64 maximum)
{
	bool		full = delivery_wip_may_read(board);
	bool		named = full || knows_lane(board, trigger);
	const char *lane = delivery_shown_value(board->columns[0].type, row->values[0]);
	char	   *rule = psprintf("wip_limit(%s)", full ? lanes_text(limit, "") : named ? lane : "");
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "Rule %s", rule);
	if (full)
	{
		append_scope(&detail, board, limit, row);
		appendStringInfo(&detail, ": %lld in progress, %lld entering, limit %lld.",
						 (long long) in_progress, (long long) entering, (long long) maximum);
	}
	else
		appendStringInfoString(&detail, "; how many there are is not shown to those who may not read all of them.");
	ereport(limit->warn ? WARNING : ERROR,
			(errcode(limit->warn ? ERRCODE_DELIVERY_WIP_LIMIT_WARNING : ERRCODE_DELIVERY_WIP_LIMIT_EXCEEDED),
			 named ? errmsg("WIP limit of lane \"%s\" on board \"%s\" is exceeded", lane, board->name) :
			 errmsg("WIP limit of a lane on board \"%s\" is exceeded", board->name),
			 errdetail_internal("%s", detail.data),
			 full && maximum == 0 ? errhint("The lane is closed: choose another one.") :
			 errhint("Finish an item of %s first, or let the board's owner allow more for a while with delivery.override_wip.",
					 full ? lanes_text(limit, "\"") : named ? psprintf("\"%s\"", lane) : "the lane"),
			 delivery_wip_errcolumn(board, board->columns[0].name),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule)));
}
