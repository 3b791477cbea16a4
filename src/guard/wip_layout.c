/*
 * wip_layout.c
 *	  Which columns of a board its triggers look at.
 *
 * It is said in the condition of the triggers, and nowhere else.
 */
#include "base/delivery.h"

#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/internal.h"
#include "base/statement.h"
#include "guard/wip.h"
#include "guard/wip_layout.h"

static AttrNumber
column_of(Node *node)
{
	if (node == NULL || !IsA(node, Var) || ((Var *) node)->varattno <= 0)
		return InvalidAttrNumber;
	return ((Var *) node)->varattno;
}

/*
 * By its function, as its name may be changed.
 */
bool
delivery_wip_is_trigger(const Trigger *trigger)
{
	return delivery_is_internal_function(trigger->tgfoid, WIP_FUNCTION);
}

/*
 * The condition of a trigger, enters_wip(board, columns of NEW, those of OLD), is
 * where the columns are known from: it follows when they are renamed, and when the
 * table is dumped and restored.  It is parsed for each statement, so it is short.
 */
bool
delivery_wip_layout(const Trigger *trigger, WipLayout *layout)
{
	FuncExpr   *call;
	Const	   *board;
	bool		weighted;
	int			columns;

	memset(layout, 0, sizeof(WipLayout));
	if (trigger->tgqual == NULL)
		return false;
	call = (FuncExpr *) stringToNode(trigger->tgqual);
	if (!IsA(call, FuncExpr) || list_length(call->args) < 2)
		return false;
	board = (Const *) linitial(call->args);
	if (!IsA(board, Const) || board->consttype != REGCLASSOID || board->constisnull)
		return false;
	weighted = delivery_is_internal_function(call->funcid, WIP_WEIGHTED_CONDITION);
	if (!weighted && !delivery_is_internal_function(call->funcid, WIP_CONDITION))
		return false;
	columns = list_length(call->args) - 1;
	if (trigger->tgtype & TRIGGER_TYPE_UPDATE)
		columns /= 2;
	layout->board = DatumGetObjectId(board->constvalue);
	layout->count = columns - (weighted ? 1 : 0);
	if (layout->count < 1 || layout->count > WIP_COLUMNS)
		return false;
	for (int i = 0; i < columns; i++)
	{
		AttrNumber	number = column_of((Node *) list_nth(call->args, 1 + i));

		if (number == InvalidAttrNumber)
			return false;
		if (i < layout->count)
			layout->columns[i] = number;
		else
			layout->weight = number;
	}
	return true;
}

/*
 * The layout of a table that has one of the triggers.  If somebody else with the right
 * to make triggers made another one, it is that of the first; agree, which may be NULL,
 * tells.
 */
bool
delivery_wip_find_layout(Relation relation, WipLayout *layout, bool *agree)
{
	const Trigger *first = NULL;
	bool		all_agree = true;
	/* to look into a condition reads the catalog, at which the relation's own may be freed */
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		WipLayout	found;

		if (!delivery_wip_is_trigger(trigger) || !delivery_wip_layout(trigger, &found))
			continue;
		if (first != NULL && memcmp(&found, layout, sizeof(WipLayout)) != 0)
			all_agree = false;
		if (first == NULL || trigger->tgoid < first->tgoid)
		{
			first = trigger;
			*layout = found;
		}
	}
	if (agree != NULL)
		*agree = all_agree;
	FreeTriggerDesc(triggers);
	return first != NULL;
}

void
delivery_wip_refuse_table(Relation table)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table %s is not a board", delivery_qualified_name(table)),
			 errdetail("It has no trigger \"%s\".", WIP_INSERT_TRIGGER),
			 errhint("SELECT delivery.limit_wip(%s, 'lane_column') makes it one.", quote_literal_cstr(delivery_qualified_name(table)))));
}

void
delivery_wip_refuse_part(Relation part, const WipLayout *layout)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("table %s is part of a board", delivery_qualified_name(part)),
			 errdetail("The board is table \"%s\".", get_rel_name(layout->board)),
			 errhint("Call it for that one.")));
}
