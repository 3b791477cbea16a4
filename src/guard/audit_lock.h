/*
 * audit_lock.h
 *	  Which logs a transaction is going to write to, and the locks of their chains.
 */
#ifndef DELIVERY_AUDIT_LOCK_H
#define DELIVERY_AUDIT_LOCK_H

#include "postgres.h"

#include "utils/reltrigger.h"

/* the condition of the triggers on an audited table */
#define AUDIT_CONDITION "records_audit"

extern Oid	delivery_audit_log_of(const Trigger *trigger);
extern void delivery_audit_note_log(Oid log);
extern void delivery_audit_lock_logs(Oid wanted);
extern void delivery_audit_watch_transactions(void);

#endif							/* DELIVERY_AUDIT_LOCK_H */
