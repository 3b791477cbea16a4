/*
 * audit_log.h
 *	  Audit logs as tables: their columns, and what makes a table a log.
 */
#ifndef DELIVERY_AUDIT_LOG_H
#define DELIVERY_AUDIT_LOG_H

#include "postgres.h"

#include "access/attnum.h"
#include "access/htup.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

typedef enum AuditColumn
{
	AUDIT_SEQUENCE,
	AUDIT_FORMAT,
	AUDIT_RECORDED_AT,
	AUDIT_TRANSACTION_ID,
	AUDIT_ACTOR,
	AUDIT_LOGIN,
	AUDIT_OPERATION,
	AUDIT_AUDITED,
	AUDIT_AUDITED_OID,
	AUDIT_DETAIL,
	AUDIT_OLD_ROW,
	AUDIT_NEW_ROW,
	AUDIT_SALT,
	AUDIT_DIGEST,
	AUDIT_PREVIOUS_HASH,
	AUDIT_HASH,
	AUDIT_COLUMNS
} AuditColumn;

typedef struct AuditColumnInfo
{
	const char *name;
	Oid			type;
	bool		may_be_null;
	const char *comment;
} AuditColumnInfo;

typedef struct AuditRow
{
	Datum		values[AUDIT_COLUMNS];
	bool		nulls[AUDIT_COLUMNS];
} AuditRow;

extern const AuditColumnInfo delivery_audit_columns[AUDIT_COLUMNS];

extern bool delivery_is_audit_log(Relation log);
extern void delivery_check_audit_log(Relation log, AttrNumber *columns);
extern Relation delivery_open_audit_log(Oid relid, AttrNumber *columns);
extern void delivery_audit_read_row(Relation log, const AttrNumber *columns, HeapTuple tuple, AuditRow *row);
extern void delivery_check_owns_log(Oid log, const char *detail);
extern void delivery_check_table_exists(Oid relid);
extern Relation delivery_open_table(Oid relid, LOCKMODE mode);

#endif							/* DELIVERY_AUDIT_LOG_H */
