/*
 * condition.h
 *	  The conditions of our triggers, prepared once per session.
 */
#ifndef DELIVERY_CONDITION_H
#define DELIVERY_CONDITION_H

#include "postgres.h"

extern char *delivery_read_condition(Oid trigger);
extern void delivery_keep_conditions(Oid function);
extern void delivery_watch_statements(void);

#endif							/* DELIVERY_CONDITION_H */
