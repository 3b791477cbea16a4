/*
 * audit_chain.h
 *	  The chain of an audit log: digests and hashes of its rows, its head.
 */
#ifndef DELIVERY_AUDIT_CHAIN_H
#define DELIVERY_AUDIT_CHAIN_H

#include "postgres.h"

#include "access/genam.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "utils/relcache.h"

#include "guard/audit_log.h"

/* of the rows that are added; each row says which it has */
#define AUDIT_HASH_FORMAT 1
#define AUDIT_SALT_LENGTH 16

typedef struct AuditHead
{
	int64		sequence;		/* 0 for a log without rows */
	uint8		hash[PG_SHA256_DIGEST_LENGTH];	/* zeros for such a one */
} AuditHead;

/* Bytes, NULL where there are none. */
typedef struct AuditText
{
	const char *data;
	int			length;
} AuditText;

/* For many hashes one after the other. */
typedef struct AuditHasher
{
	pg_cryptohash_ctx *context;
	int			used;
	uint8		buffer[2048];	/* what is not handed to the context yet */
} AuditHasher;

extern void delivery_audit_start_hashing(AuditHasher *hasher);
extern void delivery_audit_end_hashing(AuditHasher *hasher);
extern void delivery_audit_digest_images(AuditHasher *hasher, int format, const AuditText *salt, const AuditText *old_row,
										 const AuditText *new_row, uint8 *digest);
extern void delivery_audit_digest(AuditHasher *hasher, const AuditRow *row, uint8 *digest);
extern void delivery_audit_hash(AuditHasher *hasher, const AuditRow *row, const uint8 *previous, uint8 *hash);
extern char *delivery_audit_hash_digits(const uint8 *hash);
extern bool delivery_audit_same_hash(Datum value, bool is_null, const uint8 *hash);
extern void delivery_audit_read_head(Relation log, const AttrNumber *columns, SysScanDesc rows, AuditHead *head);

#endif							/* DELIVERY_AUDIT_CHAIN_H */
