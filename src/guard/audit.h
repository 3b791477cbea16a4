/*
 * audit.h
 *	  What is to be recorded in an audit log.
 */
#ifndef DELIVERY_AUDIT_H
#define DELIVERY_AUDIT_H

#include "postgres.h"

#include "utils/relcache.h"

#include "guard/audit_queue.h"

extern AuditText delivery_audit_text(const char *text);
extern void delivery_audit_describe(AuditEntry *entry, Oid log, Relation audited, AuditOperation operation);

#endif							/* DELIVERY_AUDIT_H */
