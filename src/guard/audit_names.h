/*
 * audit_names.h
 *	  Lists of columns that are not recorded.
 */
#ifndef DELIVERY_AUDIT_NAMES_H
#define DELIVERY_AUDIT_NAMES_H

#include "postgres.h"

#include "utils/array.h"
#include "utils/relcache.h"

typedef struct AuditNames
{
	int			count;
	char	  **names;
} AuditNames;

extern AuditNames delivery_audit_read_names(ArrayType *array);
extern bool delivery_audit_same_names(const AuditNames *one, const AuditNames *other);
extern void delivery_audit_check_names(Relation audited, const char *table, const AuditNames *excluded);
extern char *delivery_audit_names_literal(const AuditNames *names);
extern char *delivery_audit_names_json(const AuditNames *names);

#endif							/* DELIVERY_AUDIT_NAMES_H */
