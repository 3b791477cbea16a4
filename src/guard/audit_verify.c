/*
 * audit_verify.c
 *	  Whether the chain of an audit log is whole.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplesort.h"

#include "guard/audit_check.h"

PG_FUNCTION_INFO_V1(delivery_verify_audit);

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
read_head(FunctionCallInfo fcinfo, AuditHead *head)
{
	static const uint8 zeros[PG_SHA256_DIGEST_LENGTH];
	const char *fault = NULL;
	bytea	   *hash;

	if (PG_ARGISNULL(1))
		refuse_null("sequence of the head");
	if (PG_ARGISNULL(2))
		refuse_null("hash of the head");
	head->sequence = PG_GETARG_INT64(1);
	hash = PG_GETARG_BYTEA_PP(2);
	if (head->sequence < 0)
		fault = psprintf("Its sequence is %lld.", (long long) head->sequence);
	else if (VARSIZE_ANY_EXHDR(hash) != PG_SHA256_DIGEST_LENGTH)
		fault = psprintf("Its hash has %d bytes, not %d.", (int) VARSIZE_ANY_EXHDR(hash), PG_SHA256_DIGEST_LENGTH);
	else if (head->sequence == 0 && !delivery_audit_same_hash(PointerGetDatum(hash), false, zeros))
		fault = "The hash of sequence 0, before the first row, is zeros.";
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is not the head of an audit log"),
				 errdetail("%s", fault),
				 errhint("Give sequence and hash as delivery.audit_head returned them.")));
	memcpy(head->hash, VARDATA_ANY(hash), PG_SHA256_DIGEST_LENGTH);
}

/* --- problems in the order of the rows ---------------------------------- */

/* Some are known only when the rows behind are. */
typedef struct Problems
{
	Tuplesortstate *sort;
	TupleTableSlot *slot;
} Problems;

static void
start_problems(Problems *problems, TupleDesc desc)
{
	AttrNumber	columns[] = {1, 2};
	Oid			operators[] = {Int8LessOperator, TextLessOperator};
	Oid			collations[] = {InvalidOid, C_COLLATION_OID};
	bool		nulls_first[] = {false, false};

	problems->sort = tuplesort_begin_heap(desc, 2, columns, operators, collations, nulls_first, work_mem, NULL, TUPLESORT_NONE);
	problems->slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
}

static void
add_problem(int64 sequence, const char *problem, void *state)
{
	Problems   *problems = (Problems *) state;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(problems->slot->tts_tupleDescriptor, &TTSOpsVirtual);

	slot->tts_values[0] = Int64GetDatum(sequence);
	slot->tts_values[1] = CStringGetTextDatum(problem);
	memset(slot->tts_isnull, 0, 2 * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(problems->sort, slot);
	ExecDropSingleTupleTableSlot(slot);
}

static void
return_problems(Problems *problems, ReturnSetInfo *result)
{
	tuplesort_performsort(problems->sort);
	while (tuplesort_gettupleslot(problems->sort, true, false, problems->slot, NULL))
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttupleslot(result->setResult, problems->slot);
	}
	ExecDropSingleTupleTableSlot(problems->slot);
	tuplesort_end(problems->sort);
}

/*
 * verify_audit(log [, sequence, hash]) -> setof (sequence, problem)
 */
Datum
delivery_verify_audit(PG_FUNCTION_ARGS)
{
	AttrNumber	columns[AUDIT_COLUMNS];
	AuditHead	head = {0};
	Problems	problems;
	AuditCheck	check = {0};
	Relation	log;

	if (PG_ARGISNULL(0))
		refuse_null("log");
	if (PG_NARGS() > 1)
	{
		read_head(fcinfo, &head);
		check.head = &head;
	}
	InitMaterializedSRF(fcinfo, 0);
	log = delivery_open_audit_log(PG_GETARG_OID(0), columns);
	start_problems(&problems, ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc);
	check.until = PG_INT64_MAX;
	check.tell = add_problem;
	check.state = &problems;
	delivery_audit_check(log, columns, GetActiveSnapshot(), &check);
	table_close(log, AccessShareLock);
	return_problems(&problems, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
