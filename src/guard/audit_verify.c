/*
 * audit_verify.c
 *	  Whether the chain of an audit log is whole.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "guard/audit_chain.h"

PG_FUNCTION_INFO_V1(delivery_verify_audit);

#define ROWS_AT_ONCE 1000

/* The head that somebody wrote down elsewhere; sequence 0 for none. */
typedef struct ExportedHead
{
	int64		sequence;
	bytea	   *hash;
} ExportedHead;

static bool
same_hash(Datum value, bool is_null, const uint8 *hash)
{
	bytea	   *bytes;

	if (is_null)
		return false;
	bytes = DatumGetByteaPP(value);
	return VARSIZE_ANY_EXHDR(bytes) == PG_SHA256_DIGEST_LENGTH &&
		memcmp(VARDATA_ANY(bytes), hash, PG_SHA256_DIGEST_LENGTH) == 0;
}

/*
 * What is wrong with the row that follows on a head, or NULL; makes the row the
 * head.
 */
static const char *
check_row(const AuditRow *row, AuditHead *head, const ExportedHead *exported)
{
	uint8		hash[PG_SHA256_DIGEST_LENGTH];
	int64		sequence = row->nulls[AUDIT_SEQUENCE] ? 0 : DatumGetInt64(row->values[AUDIT_SEQUENCE]);

	if (sequence != head->sequence + 1)
		return psprintf("the row of sequence %lld is missing before it", (long long) head->sequence + 1);
	delivery_audit_hash(row, head->hash, hash);
	if (!same_hash(row->values[AUDIT_PREVIOUS_HASH], row->nulls[AUDIT_PREVIOUS_HASH], head->hash))
		return "its previous_hash is not the hash of the row before it";
	if (!same_hash(row->values[AUDIT_HASH], row->nulls[AUDIT_HASH], hash))
		return "its hash is not that of its columns";
	if (sequence == exported->sequence && !same_hash(PointerGetDatum(exported->hash), false, hash))
		return "its hash is not the exported one";
	head->sequence = sequence;
	memcpy(head->hash, hash, sizeof(hash));
	return NULL;
}

static void
return_problem(ReturnSetInfo *result, int64 sequence, const char *problem)
{
	Datum		values[2];
	bool		nulls[2] = {0};

	values[0] = Int64GetDatum(sequence);
	values[1] = CStringGetTextDatum(problem);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static Portal
open_rows(Oid log_oid)
{
	AttrNumber	columns[AUDIT_COLUMNS];
	Relation	log = delivery_open_audit_log(log_oid, columns);
	StringInfoData query;
	Portal		portal;
	SPIPlanPtr	plan;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ");
	for (int i = 0; i < AUDIT_COLUMNS; i++)
		appendStringInfo(&query, "%s%s", i > 0 ? ", " : "", delivery_audit_column_names[i]);
	appendStringInfo(&query, " FROM ONLY %s ORDER BY sequence",
					 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(log)), RelationGetRelationName(log)));
	plan = SPI_prepare(query.data, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query.data, SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	table_close(log, NoLock);
	return portal;
}

pg_noreturn static void
refuse_null(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("nothing can be verified without a %s", argument),
			 errdetail("The %s is NULL.", argument),
			 errhint("Name the log; with a head, give both of what delivery.audit_head returned.")));
}

/*
 * A head that is none would find every chain whole, or none.
 */
static void
read_exported(FunctionCallInfo fcinfo, ExportedHead *exported)
{
	static const uint8 zeros[PG_SHA256_DIGEST_LENGTH];
	const char *fault = NULL;

	if (PG_ARGISNULL(0))
		refuse_null("log");
	if (PG_NARGS() == 1)
		return;
	if (PG_ARGISNULL(1))
		refuse_null("sequence of the head");
	if (PG_ARGISNULL(2))
		refuse_null("hash of the head");
	exported->sequence = PG_GETARG_INT64(1);
	exported->hash = PG_GETARG_BYTEA_PP(2);
	if (exported->sequence < 0)
		fault = psprintf("Its sequence is %lld.", (long long) exported->sequence);
	else if (VARSIZE_ANY_EXHDR(exported->hash) != PG_SHA256_DIGEST_LENGTH)
		fault = psprintf("Its hash has %d bytes, not %d.", (int) VARSIZE_ANY_EXHDR(exported->hash), PG_SHA256_DIGEST_LENGTH);
	else if (exported->sequence == 0 && !same_hash(PointerGetDatum(exported->hash), false, zeros))
		fault = "The hash of sequence 0, before the first row, is zeros.";
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is not the head of an audit log"),
				 errdetail("%s", fault),
				 errhint("Give sequence and hash as delivery.audit_head returned them.")));
}

/*
 * verify_audit(log [, sequence, hash]) -> setof (sequence, problem)
 */
Datum
delivery_verify_audit(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ExportedHead exported = {0};
	AuditHead	head = {0};
	const char *problem = NULL;
	MemoryContext rows_context;
	Portal		portal;

	read_exported(fcinfo, &exported);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	rows_context = AllocSetContextCreate(CurrentMemoryContext, "delivery audit rows", ALLOCSET_DEFAULT_SIZES);
	portal = open_rows(PG_GETARG_OID(0));
	do
	{
		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		for (uint64 r = 0; r < SPI_processed && problem == NULL; r++)
		{
			AuditRow	row;
			MemoryContext caller = MemoryContextSwitchTo(rows_context);

			CHECK_FOR_INTERRUPTS();
			for (int i = 0; i < AUDIT_COLUMNS; i++)
				row.values[i] = SPI_getbinval(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, i + 1, &row.nulls[i]);
			problem = check_row(&row, &head, &exported);
			MemoryContextSwitchTo(caller);
			if (problem != NULL)
				return_problem(result, row.nulls[AUDIT_SEQUENCE] ? 0 : DatumGetInt64(row.values[AUDIT_SEQUENCE]), problem);
			MemoryContextReset(rows_context);
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0 && problem == NULL);
	if (problem == NULL && exported.sequence > head.sequence)
		return_problem(result, exported.sequence,
					   psprintf("the rows after sequence %lld are missing", (long long) head.sequence));
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}
