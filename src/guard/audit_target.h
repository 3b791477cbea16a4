/*
 * audit_target.h
 *	  What a trigger that audits names: the log, and columns that are not recorded.
 */
#ifndef DELIVERY_AUDIT_TARGET_H
#define DELIVERY_AUDIT_TARGET_H

#include "postgres.h"

#include "utils/relcache.h"
#include "utils/reltrigger.h"

#include "guard/audit_names.h"

/* the condition of the triggers on an audited table */
#define AUDIT_CONDITION "records_audit"

/* the constraint trigger on an audited table, and its sibling for TRUNCATE */
#define AUDIT_TRIGGER "delivery_audit"
#define AUDIT_TRUNCATE_TRIGGER "delivery_audit_truncate"

/* A trigger, copied. */
typedef struct AuditTrigger
{
	bool		exists;
	bool		is_clone;		/* of that of the table that this is a partition of */
	char		enabled;		/* as in pg_trigger.tgenabled */
	Oid			log;			/* InvalidOid: it is none of ours */
	AuditNames	excluded;
} AuditTrigger;

/* What is needed for each row. */
typedef struct AuditTarget
{
	Oid			log;
	Oid			row_type;		/* of what is recorded of a row */
	int32		row_typmod;
} AuditTarget;

extern AuditTrigger delivery_audit_trigger(Relation relation, const char *name);
extern void delivery_audit_target(Relation relation, const Trigger *trigger, AuditTarget *target);

#endif							/* DELIVERY_AUDIT_TARGET_H */
