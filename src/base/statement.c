/*
 * statement.c
 *	  Statements of ours, run with the rights of the caller.
 *
 * All names in them are qualified, and nothing is looked for on the caller's
 * search_path.
 */
#include "base/delivery.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/statement.h"

/*
 * Look for names where only superusers can have put something.  Returns the level to go
 * back from.
 */
int
delivery_pin_search_path(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/*
 * Returns the number of rows that it touched.
 */
uint64
delivery_run_with(const char *statement, int nargs, Oid *types, Datum *values)
{
	int			level = delivery_pin_search_path();
	uint64		rows;

	SPI_connect();
	if (SPI_execute_with_args(statement, nargs, types, values, NULL, false, 0) < 0)
		elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(SPI_result));
	rows = SPI_processed;
	SPI_finish();
	AtEOXact_GUC(true, level);
	return rows;
}

uint64
delivery_run_statement(const char *statement)
{
	return delivery_run_with(statement, 0, NULL, NULL);
}

char *
delivery_qualified_name(Relation relation)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
									  RelationGetRelationName(relation));
}
