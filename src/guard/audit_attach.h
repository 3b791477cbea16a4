/*
 * audit_attach.h
 *	  Attaching tables to audit logs.
 */
#ifndef DELIVERY_AUDIT_ATTACH_H
#define DELIVERY_AUDIT_ATTACH_H

#include "postgres.h"

#include "nodes/pg_list.h"

extern void delivery_audit_check_rights(Oid audited, Oid log);
extern void delivery_audit_move(const List *tables, Oid audited, Oid log, Oid next, const char *next_name);

#endif							/* DELIVERY_AUDIT_ATTACH_H */
