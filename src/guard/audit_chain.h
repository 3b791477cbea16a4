/*
 * audit_chain.h
 *	  The chain of an audit log: its rows, their hashes, its head.
 */
#ifndef DELIVERY_AUDIT_CHAIN_H
#define DELIVERY_AUDIT_CHAIN_H

#include "postgres.h"

#include "access/attnum.h"
#include "common/sha2.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/* columns of a log, in the order in which they are hashed */
typedef enum AuditColumn
{
	AUDIT_SEQUENCE,
	AUDIT_RECORDED_AT,
	AUDIT_TRANSACTION_ID,
	AUDIT_ACTOR,
	AUDIT_LOGIN,
	AUDIT_OPERATION,
	AUDIT_AUDITED,
	AUDIT_OLD_ROW,
	AUDIT_NEW_ROW,
	AUDIT_PREVIOUS_HASH,
	AUDIT_HASH,
	AUDIT_COLUMNS
} AuditColumn;

/* what is hashed: all but the hashes */
#define AUDIT_HASHED AUDIT_PREVIOUS_HASH

typedef struct AuditRow
{
	Datum		values[AUDIT_COLUMNS];
	bool		nulls[AUDIT_COLUMNS];
} AuditRow;

typedef struct AuditHead
{
	int64		sequence;		/* 0 for a log without rows */
	uint8		hash[PG_SHA256_DIGEST_LENGTH];	/* zeros for such a one */
} AuditHead;

extern const char *const delivery_audit_column_names[AUDIT_COLUMNS];

extern bool delivery_is_audit_log(Relation log);
extern void delivery_check_audit_log(Relation log, AttrNumber *columns);
extern Relation delivery_open_table(Oid relid, LOCKMODE mode);
extern void delivery_check_table_exists(Oid relid);
extern Relation delivery_open_audit_log(Oid relid, AttrNumber *columns);
extern void delivery_audit_hash(const AuditRow *row, const uint8 *previous, uint8 *hash);
extern void delivery_audit_read_head(Relation log, const AttrNumber *columns, Relation index, Snapshot snapshot, AuditHead *head);

#endif							/* DELIVERY_AUDIT_CHAIN_H */
