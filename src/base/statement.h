/*
 * statement.h
 *	  Statements of ours, run with the rights of the caller or of the extension.
 */
#ifndef DELIVERY_STATEMENT_H
#define DELIVERY_STATEMENT_H

#include "postgres.h"

#include "utils/relcache.h"

extern int	delivery_pin_search_path(void);
extern uint64 delivery_run_statement(const char *statement);
extern uint64 delivery_run_internal(const char *table, const char *statement, int nargs, Oid *types, Datum *values);
extern char *delivery_qualified_name(Relation relation);

#endif							/* DELIVERY_STATEMENT_H */
