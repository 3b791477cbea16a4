/*
 * append_only.c
 *	  A trigger for tables to which rows are only ever added.
 */
#include "base/delivery.h"

#include "commands/trigger.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "guard/audit_log.h"

PG_FUNCTION_INFO_V1(delivery_enforce_append_only);

pg_noreturn static void
refuse_insert(const TriggerData *trigger)
{
	if (!delivery_is_audit_log(trigger->tg_relation))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" would refuse every row", trigger->tg_trigger->tgname,
						RelationGetRelationName(trigger->tg_relation)),
				 errdetail("It fires on INSERT, which is what such a table is for."),
				 errhint("Make it BEFORE UPDATE OR DELETE OR TRUNCATE.")));
	ereport(ERROR,
			(errcode(ERRCODE_DELIVERY_APPEND_ONLY),
			 errmsg("rows of audit log \"%s\" are added by audited tables only", RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Trigger \"%s\" refuses INSERT.", trigger->tg_trigger->tgname),
			 errhint("Change a table that delivery.record_audit attached."),
			 errtableconstraint(trigger->tg_relation, trigger->tg_trigger->tgname)));
}

/*
 * enforce_append_only() -> trigger
 *
 * For UPDATE, DELETE and TRUNCATE, before or after, by row or by statement; on audit
 * logs, to which no row is added by a statement, for INSERT, too.
 */
Datum
delivery_enforce_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *operation;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("enforce_append_only is a trigger function"),
				 errhint("SELECT delivery.append_only('a_table') makes the triggers that call it.")));
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		refuse_insert(trigger);

	operation = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE";
	ereport(ERROR,
			(errcode(ERRCODE_DELIVERY_APPEND_ONLY),
			 errmsg("table \"%s\" is append-only", RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Trigger \"%s\" refuses %s.", trigger->tg_trigger->tgname, operation),
			 errhint("Add a row that corrects the other one."),
			 errtableconstraint(trigger->tg_relation, trigger->tg_trigger->tgname)));
}
