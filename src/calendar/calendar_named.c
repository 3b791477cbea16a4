/*
 * calendar_named.c
 *	  Calendars by name, as delivery.calendar lists them.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/internal.h"
#include "base/query.h"

/* as the table's CHECK says */
#define LONGEST_NAME 100
#define NAMES_TO_SHOW "10"

typedef struct NamedCalendar
{
	char		name[LONGEST_NAME + 1]; /* key of the hash table */
	Datum		calendar;
} NamedCalendar;

/*
 * Kept per call site: what was read with one snapshot.  An ordinary query has
 * one for all its rows; PL/pgSQL may keep a call site for several statements,
 * so what the snapshot sees is compared.
 */
typedef struct NamedCalendars
{
	MemoryContext context;
	TimestampTz transaction;
	SubTransactionId subtransaction;
	SnapshotData snapshot;		/* with copies of its arrays */
	HTAB	   *calendars;
	NamedCalendar *last;
	size_t		last_length;
} NamedCalendars;

PG_FUNCTION_INFO_V1(delivery_calendar_by_name);

static bool
same_ids(const TransactionId *a, const TransactionId *b, int64 count)
{
	return count <= 0 || memcmp(a, b, count * sizeof(TransactionId)) == 0;
}

static bool
sees_the_same(const NamedCalendars *named, Snapshot snapshot)
{
	const SnapshotData *seen = &named->snapshot;

	return named->context != NULL &&
		named->transaction == GetCurrentTransactionStartTimestamp() &&
		named->subtransaction == GetCurrentSubTransactionId() &&
		seen->snapshot_type == snapshot->snapshot_type &&
		seen->xmin == snapshot->xmin && seen->xmax == snapshot->xmax &&
		seen->curcid == snapshot->curcid &&
		seen->xcnt == snapshot->xcnt && seen->subxcnt == snapshot->subxcnt &&
		seen->suboverflowed == snapshot->suboverflowed &&
		seen->takenDuringRecovery == snapshot->takenDuringRecovery &&
		same_ids(seen->xip, snapshot->xip, snapshot->xcnt) &&
		same_ids(seen->subxip, snapshot->subxip, snapshot->subxcnt);
}

static TransactionId *
copy_ids(const TransactionId *ids, int64 count)
{
	TransactionId *copy = (TransactionId *) palloc(Max(count, 1) * sizeof(TransactionId));

	if (count > 0)
		memcpy(copy, ids, count * sizeof(TransactionId));
	return copy;
}

/*
 * Forget what was read, and remember which snapshot comes now.
 */
static void
start_anew(NamedCalendars *named, Snapshot snapshot, MemoryContext parent)
{
	HASHCTL		control = {0};
	MemoryContext caller;

	if (named->context != NULL)
	{
		MemoryContext old = named->context;

		named->context = NULL;
		MemoryContextDelete(old);
	}
	named->last = NULL;
	{
		MemoryContext context = AllocSetContextCreate(parent, "delivery named calendars",
													  ALLOCSET_SMALL_SIZES);

		caller = MemoryContextSwitchTo(context);
		named->snapshot = *snapshot;
		named->snapshot.xip = copy_ids(snapshot->xip, snapshot->xcnt);
		named->snapshot.subxip = copy_ids(snapshot->subxip, snapshot->subxcnt);
		named->transaction = GetCurrentTransactionStartTimestamp();
		named->subtransaction = GetCurrentSubTransactionId();
		control.keysize = LONGEST_NAME + 1;
		control.entrysize = sizeof(NamedCalendar);
		control.hcxt = context;
		named->calendars = hash_create("delivery named calendars", 16, &control,
									   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
		MemoryContextSwitchTo(caller);
		named->context = context;
	}
}

pg_noreturn static void
unknown_calendar(const char *name)
{
	static SPIPlanPtr plan = NULL;
	Relation	table = delivery_open_internal("calendar", AccessShareLock);
	char	   *known;

	SPI_connect();
	delivery_query(table, &plan,
				   "SELECT pg_catalog.string_agg(pg_catalog.quote_literal(name), ', ' ORDER BY name)"
				   " FROM (SELECT name FROM delivery_internal.calendar ORDER BY name LIMIT " NAMES_TO_SHOW ") AS first",
				   0, NULL, NULL);
	known = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("working calendar \"%s\" does not exist", name),
			 known == NULL ? errdetail("delivery.calendar has no rows.") :
			 errdetail("delivery.calendar has %s, and perhaps more.", known),
			 errhint("INSERT INTO delivery.calendar (name, calendar) VALUES (%s, 'TZ=Europe/Paris; Mo-Fr 09:00-17:00').",
					 quote_literal_cstr(name))));
}

static Datum
read_calendar(const char *name, MemoryContext context)
{
	static SPIPlanPtr plan = NULL;
	Relation	table = delivery_open_internal("calendar", AccessShareLock);
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	Datum		calendar;
	bool		is_null;
	MemoryContext caller;

	SPI_connect();
	values[0] = CStringGetTextDatum(name);
	delivery_query(table, &plan,
				   "SELECT calendar FROM delivery_internal.calendar WHERE name OPERATOR(pg_catalog.=) $1",
				   1, types, values);
	if (SPI_processed == 0)
		unknown_calendar(name);
	calendar = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	if (is_null)
		elog(ERROR, "calendar without hours in delivery_internal.calendar");
	caller = MemoryContextSwitchTo(context);
	calendar = PointerGetDatum(PG_DETOAST_DATUM_COPY(calendar));
	MemoryContextSwitchTo(caller);
	SPI_finish();
	table_close(table, AccessShareLock);
	return calendar;
}

/*
 * calendar(text) -> work_calendar
 */
Datum
delivery_calendar_by_name(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	size_t		length = VARSIZE_ANY_EXHDR(name);
	NamedCalendars *named = (NamedCalendars *) fcinfo->flinfo->fn_extra;
	Snapshot	snapshot = GetActiveSnapshot();
	char	   *string;
	NamedCalendar *entry;
	bool		found;

	if (named == NULL)
	{
		named = (NamedCalendars *) MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(NamedCalendars));
		fcinfo->flinfo->fn_extra = named;
	}
	if (!sees_the_same(named, snapshot))
		start_anew(named, snapshot, fcinfo->flinfo->fn_mcxt);
	else if (named->last != NULL && named->last_length == length &&
			 memcmp(named->last->name, VARDATA_ANY(name), length) == 0)
		PG_RETURN_DATUM(named->last->calendar);

	string = text_to_cstring(name);
	if (length > LONGEST_NAME)
		unknown_calendar(string);
	entry = (NamedCalendar *) hash_search(named->calendars, string, HASH_FIND, NULL);
	if (entry == NULL)
	{
		Datum		calendar = read_calendar(string, named->context);

		entry = (NamedCalendar *) hash_search(named->calendars, string, HASH_ENTER, &found);
		entry->calendar = calendar;
	}
	named->last = entry;
	named->last_length = length;
	PG_RETURN_DATUM(entry->calendar);
}
