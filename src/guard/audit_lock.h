/*
 * audit_lock.h
 *	  The lock of a log's chain.
 */
#ifndef DELIVERY_AUDIT_LOCK_H
#define DELIVERY_AUDIT_LOCK_H

#include "postgres.h"

extern void delivery_audit_lock_chain(Oid log);

#endif							/* DELIVERY_AUDIT_LOCK_H */
