/*
 * soft_input.c
 *	  Reading values whose text may be wrong.
 */
#include "base/delivery.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "base/soft_input.h"

/*
 * Errors that say something of the session or the server, not of the value.
 */
static bool
is_about_value(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_SYSTEM_ERROR:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INTERNAL_ERROR:
			return false;
		default:
			return true;
	}
}

/*
 * Not all input functions know soft errors, and what they call knows none, so errors
 * are caught in a subtransaction.
 */
static bool
read_and_catch(Oid input, const char *string, Oid parameter, int32 typmod, Datum *value)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		*value = OidInputFunctionCall(input, (char *) string, parameter, typmod);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	if (error == NULL)
		ReleaseCurrentSubTransaction();
	else
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (error == NULL)
		return true;
	if (!is_about_value(error))
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}

/*
 * The value of a type that a text stands for; false if there is none.
 */
bool
delivery_read_softly(Oid type, int32 typmod, const char *string, Datum *value)
{
	Oid			input;
	Oid			parameter;

	if (get_typtype(type) == TYPTYPE_ENUM && !SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(string)))
		return false;
	getTypeInputInfo(type, &input, &parameter);
	if (input == F_ENUM_IN || (typmod < 0 && (input == F_TEXTIN || input == F_VARCHARIN || input == F_BPCHARIN)))
	{
		*value = OidInputFunctionCall(input, (char *) string, parameter, typmod);
		return true;
	}
	return read_and_catch(input, string, parameter, typmod, value);
}
