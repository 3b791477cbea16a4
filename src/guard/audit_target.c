/*
 * audit_target.c
 *	  What a trigger that audits names: the log, and columns that are not recorded.
 *
 * Both are constants in the condition of the trigger, a call of records_audit.  So the
 * log follows when it is renamed, dumped and restored, and is not dropped while tables
 * are recorded in it.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "nodes/nodes.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/call.h"
#include "base/internal.h"
#include "base/shown.h"
#include "base/statement.h"
#include "guard/audit_target.h"
#include "guard/condition.h"

PG_FUNCTION_INFO_V1(delivery_records_audit);
PG_FUNCTION_INFO_V1(delivery_audit_target_of);

/* --- conditions --------------------------------------------------------- */

static const Const *
constant(const FuncExpr *call, int argument, Oid type)
{
	const Const *value = (const Const *) list_nth(call->args, argument);

	return IsA(value, Const) && value->consttype == type && !value->constisnull ? value : NULL;
}

/*
 * The log that a condition names, and an array of names, or InvalidOid.
 */
static Oid
read_condition(const char *condition, ArrayType **excluded)
{
	FuncExpr   *call = condition == NULL ? NULL : (FuncExpr *) stringToNode(condition);
	const Const *log;
	const Const *names;

	if (call == NULL || !IsA(call, FuncExpr) || list_length(call->args) != 2 ||
		!delivery_is_internal_function(call->funcid, AUDIT_CONDITION))
		return InvalidOid;
	log = constant(call, 0, REGCLASSOID);
	names = constant(call, 1, NAMEARRAYOID);
	if (log == NULL || names == NULL)
		return InvalidOid;
	*excluded = DatumGetArrayTypeP(names->constvalue);
	return DatumGetObjectId(log->constvalue);
}

/*
 * The trigger of that name.  To look into a condition reads the catalog, at which the
 * relation's own triggers may be freed.
 */
AuditTrigger
delivery_audit_trigger(Relation relation, const char *name)
{
	AuditTrigger found = {0};
	char	   *condition = NULL;
	ArrayType  *excluded;

	for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &relation->trigdesc->triggers[i];

		if (strcmp(trigger->tgname, name) != 0)
			continue;
		found.exists = true;
		found.is_clone = trigger->tgisclone;
		found.enabled = trigger->tgenabled;
		condition = trigger->tgqual == NULL ? NULL : pstrdup(trigger->tgqual);
	}
	found.log = read_condition(condition, &excluded);
	if (OidIsValid(found.log))
		found.excluded = delivery_audit_read_names(excluded);
	return found;
}

/*
 * records_audit(log, excluded) -> true
 */
Datum
delivery_records_audit(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(true);
}

/*
 * audit_target_of(trigger) -> (log, excluded)
 */
Datum
delivery_audit_target_of(PG_FUNCTION_ARGS)
{
	char	   *condition = delivery_read_condition(PG_GETARG_OID(0));
	ArrayType  *excluded;
	Datum		values[2];
	bool		nulls[2] = {0};

	values[0] = ObjectIdGetDatum(read_condition(condition, &excluded));
	if (!OidIsValid(DatumGetObjectId(values[0])))
		PG_RETURN_NULL();
	values[1] = PointerGetDatum(excluded);
	return HeapTupleGetDatum(heap_form_tuple(delivery_result_record(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, 2), values, nulls));
}

/* --- what is recorded of a row ------------------------------------------ */

static void
mask_column(Relation relation, TupleDesc masked, const char *name)
{
	for (int i = 0; i < masked->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(masked, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		attribute->attisdropped = true;
		delivery_attribute_changed(masked, i);
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\", which is not to be recorded, is not in table %s", name, delivery_qualified_name(relation)),
			 errdetail("It was renamed or dropped; under another name it would be recorded."),
			 errhint("SELECT delivery.record_audit(%s, 'the same log', '{...}') with the columns as they are now.",
					 quote_literal_cstr(delivery_qualified_name(relation))),
			 errtable(relation)));
}

/*
 * Columns that are computed from excluded ones have what is in these.
 */
static void
mask_computed(Relation relation, TupleDesc masked)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; desc->constr != NULL && i < desc->constr->num_defval; i++)
	{
		const AttrDefault *expression = &desc->constr->defval[i];
		Bitmapset  *used = NULL;

		if (TupleDescAttr(desc, expression->adnum - 1)->attgenerated == '\0')
			continue;
		pull_varattnos((Node *) stringToNode(expression->adbin), 1, &used);
		for (int c = 0; c < desc->natts; c++)
			if (TupleDescAttr(masked, c)->attisdropped && !TupleDescAttr(desc, c)->attisdropped &&
				(bms_is_member(c + 1 - FirstLowInvalidHeapAttributeNumber, used) ||
				 bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, used)))
			{
				TupleDescAttr(masked, expression->adnum - 1)->attisdropped = true;
				delivery_attribute_changed(masked, expression->adnum - 1);
				break;
			}
	}
}

/*
 * A row type in which the excluded columns are dropped ones, so that nothing looks at
 * them.  The server keeps one of each shape per session.
 */
static void
find_row_type(Relation relation, const AuditNames *excluded, AuditTarget *target)
{
	TupleDesc	masked;

	target->row_type = RelationGetDescr(relation)->tdtypeid;
	target->row_typmod = RelationGetDescr(relation)->tdtypmod;
	if (excluded->count == 0)
		return;
	masked = CreateTupleDescCopy(RelationGetDescr(relation));
	for (int i = 0; i < excluded->count; i++)
		mask_column(relation, masked, excluded->names[i]);
	mask_computed(relation, masked);
	masked->tdtypeid = RECORDOID;
	masked->tdtypmod = -1;
	masked = BlessTupleDesc(masked);
	target->row_type = masked->tdtypeid;
	target->row_typmod = masked->tdtypmod;
}

/* --- known ones --------------------------------------------------------- */

typedef struct KnownTarget
{
	Oid			trigger;
	AuditTarget target;
} KnownTarget;

#define KNOWN_TARGETS 64

/* by the number of the trigger; those that were asked for last */
static KnownTarget known_targets[KNOWN_TARGETS];
static uint64 target_changes = 0;

static void
forget_targets(Datum argument, Oid relid)
{
	(void) argument;
	(void) relid;
	memset(known_targets, 0, sizeof(known_targets));
	target_changes++;
}

/* A schema was renamed. */
static void
forget_all_targets(Datum argument, int cache, uint32 value)
{
	(void) cache;
	(void) value;
	forget_targets(argument, InvalidOid);
}

static void
watch(void)
{
	static bool watched = false;

	if (watched)
		return;
	CacheRegisterRelcacheCallback(forget_targets, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, forget_all_targets, (Datum) 0);
	watched = true;
}

pg_noreturn static void
refuse_trigger(Relation relation, const char *trigger)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("trigger \"%s\" of table \"%s\" names no audit log", trigger, RelationGetRelationName(relation)),
			 errdetail("It was not made by record_audit, whose triggers do so in their condition."),
			 errhint("DROP TRIGGER %s ON %s, then SELECT delivery.record_audit('a_table', 'a_log').",
					 quote_identifier(trigger), delivery_qualified_name(relation))));
}

/*
 * Where a trigger records, and what; 39P01 for one that names no log, 42703 if a column
 * that is not to be recorded is gone.
 */
void
delivery_audit_target(Relation relation, const Trigger *trigger, AuditTarget *target)
{
	KnownTarget *known = &known_targets[trigger->tgoid % KNOWN_TARGETS];
	Oid			oid = trigger->tgoid;
	char	   *name;
	char	   *condition;
	ArrayType  *excluded;
	AuditNames	names;
	uint64		before;

	watch();
	if (known->trigger == oid)
	{
		*target = known->target;
		return;
	}
	before = target_changes;
	name = pstrdup(trigger->tgname);
	condition = trigger->tgqual == NULL ? NULL : pstrdup(trigger->tgqual);
	target->log = read_condition(condition, &excluded);
	if (!OidIsValid(target->log))
		refuse_trigger(relation, name);
	names = delivery_audit_read_names(excluded);
	find_row_type(relation, &names, target);
	/* what changed while we looked is looked at the next time */
	if (target_changes == before)
	{
		known->trigger = oid;
		known->target = *target;
	}
}
