/*
 * audit_queue.h
 *	  What a transaction did, until it is recorded at its end.
 */
#ifndef DELIVERY_AUDIT_QUEUE_H
#define DELIVERY_AUDIT_QUEUE_H

#include "postgres.h"

#include "guard/audit_chain.h"

typedef enum AuditOperation
{
	AUDIT_INSERT,
	AUDIT_UPDATE,
	AUDIT_DELETE,
	AUDIT_TRUNCATE,
	AUDIT_EXCLUDE,
	AUDIT_STOP,
	AUDIT_ERASE,
	AUDIT_PRUNE,
	AUDIT_ROTATE,
	AUDIT_LINK
} AuditOperation;

typedef enum AuditEntryText
{
	AUDIT_ENTRY_ACTOR,
	AUDIT_ENTRY_AUDITED,
	AUDIT_ENTRY_DETAIL,
	AUDIT_ENTRY_OLD_ROW,
	AUDIT_ENTRY_NEW_ROW,
	AUDIT_ENTRY_SALT,
	AUDIT_ENTRY_DIGEST,
	AUDIT_ENTRY_TEXTS
} AuditEntryText;

typedef struct AuditEntry
{
	Oid			log;
	Oid			audited;
	AuditOperation operation;
	AuditText	texts[AUDIT_ENTRY_TEXTS];
} AuditEntry;

/* A log that has entries. */
typedef struct AuditQueueLog
{
	Oid			log;
	AuditHead	pruned;			/* the last row that went; sequence 0 for none */
} AuditQueueLog;

extern void delivery_audit_queue(const AuditEntry *entry);
extern void delivery_audit_queue_erase(const AuditEntry *entry);
extern void delivery_audit_queue_prune(const AuditEntry *entry, const AuditHead *last);
extern bool delivery_audit_has_entries(void);
extern bool delivery_audit_next(AuditEntry *entry);
extern int	delivery_audit_queue_logs(AuditQueueLog **logs);
extern bool delivery_audit_is_pending(Oid log);
extern bool delivery_audit_has_removal(Oid log);
extern void delivery_audit_close_queue(void);
extern void delivery_audit_empty_queue(void);
extern void delivery_audit_end_subtransaction(SubTransactionId ended, SubTransactionId parent, bool is_commit);

#endif							/* DELIVERY_AUDIT_QUEUE_H */
