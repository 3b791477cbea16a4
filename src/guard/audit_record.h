/*
 * audit_record.h
 *	  Recording what a transaction did, at its end.
 */
#ifndef DELIVERY_AUDIT_RECORD_H
#define DELIVERY_AUDIT_RECORD_H

#include "postgres.h"

extern void delivery_audit_watch_transactions(void);

#endif							/* DELIVERY_AUDIT_RECORD_H */
