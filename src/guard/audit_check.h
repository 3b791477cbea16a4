/*
 * audit_check.h
 *	  Looking at the rows of an audit log, one after the other.
 */
#ifndef DELIVERY_AUDIT_CHECK_H
#define DELIVERY_AUDIT_CHECK_H

#include "postgres.h"

#include "utils/snapshot.h"

#include "guard/audit_chain.h"

/* Told of each problem, with the sequence of the row that has it. */
typedef void (*AuditProblem) (int64 sequence, const char *problem, void *state);

typedef struct AuditCheck
{
	const AuditHead *head;		/* kept elsewhere: only what came after it is looked at; or NULL */
	int64		until;			/* only problems up to this row are told; the others to PG_INT64_MAX */
	AuditProblem tell;
	void	   *state;
	/* results */
	int64		count;			/* rows up to there */
	AuditHead	last;			/* the last one of them, as it says */
} AuditCheck;

extern const char *delivery_audit_row_problem(AuditHasher *hasher, const AuditRow *row, bool *is_erased);
extern void delivery_audit_check(Relation log, const AttrNumber *columns, Snapshot snapshot, AuditCheck *check);

#endif							/* DELIVERY_AUDIT_CHECK_H */
