/*
 * soft_input.c
 *	  Reading values whose text may be wrong.
 */
#include "delivery.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "soft_input.h"

#ifndef DELIVERY_HAS_SOFT_INPUT

/*
 * Before there were soft errors, the error has to be caught, in a subtransaction.
 */
static bool
read_and_catch(Oid input, const char *string, Oid parameter, Datum *value)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		*value = OidInputFunctionCall(input, (char *) string, parameter, -1);
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
		FreeErrorData(error);
	}
	PG_END_TRY();
	if (done)
		ReleaseCurrentSubTransaction();
	else
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return done;
}

#endif

/*
 * The value of a type, not a domain, that a text stands for; false if there is none.
 */
bool
delivery_read_softly(Oid type, const char *string, Datum *value)
{
	Oid			input;
	Oid			parameter;

	if (get_typtype(type) == TYPTYPE_ENUM && !SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(string)))
		return false;
	getTypeInputInfo(type, &input, &parameter);
	if (input == F_TEXTIN || input == F_VARCHARIN || input == F_BPCHARIN || input == F_ENUM_IN)
	{
		*value = OidInputFunctionCall(input, (char *) string, parameter, -1);
		return true;
	}
#ifdef DELIVERY_HAS_SOFT_INPUT
	{
		ErrorSaveContext context = {0};
		FmgrInfo	function;

		context.type = T_ErrorSaveContext;
		fmgr_info(input, &function);
		return InputFunctionCallSafe(&function, (char *) string, parameter, -1, (Node *) &context, value);
	}
#else
	return read_and_catch(input, string, parameter, value);
#endif
}
