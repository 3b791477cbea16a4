/*
 * version.c
 *	  Which version the library is of, and what is said where the SQL in a
 *	  database is of another one.
 */
#include "base/delivery.h"

#include "utils/builtins.h"
#include "utils/regproc.h"

#include "base/version.h"

PG_FUNCTION_INFO_V1(delivery_library_version);
PG_FUNCTION_INFO_V1(delivery_retired);

Datum
delivery_library_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(DELIVERY_VERSION));
}

/*
 * What all entry points come to that are gone: the function that calls is one of
 * an older version of the extension.
 */
Datum
delivery_retired(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("function %s needs an older library of delivery", format_procedure(fcinfo->flinfo->fn_oid)),
			 errdetail("The library is of version %s, the extension in this database of an earlier one.", DELIVERY_VERSION),
			 errhint("Run ALTER EXTENSION delivery UPDATE.")));
}
