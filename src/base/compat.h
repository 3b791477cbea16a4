/*
 * compat.h
 *	  Differences between the supported server versions, and nothing else.
 *
 * Every PG_VERSION_NUM test of the extension stands here.
 */
#ifndef DELIVERY_COMPAT_H
#define DELIVERY_COMPAT_H

#include "datatype/timestamp.h"

#if PG_VERSION_NUM < 150000
#error "delivery needs PostgreSQL 15 or newer"
#endif

/* 16: the varlena macros moved out of postgres.h; input errors can be soft */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define errsave(context, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#endif

/* 16: to make a range takes a place for soft errors; to be used with utils/rangetypes.h */
#if PG_VERSION_NUM >= 160000
#define delivery_make_range(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define delivery_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* 17: intervals may be infinite */
#if PG_VERSION_NUM < 170000
#define INTERVAL_NOT_FINITE(i) ((void) (i), false)
#define INTERVAL_IS_NOBEGIN(i) ((void) (i), false)
#define INTERVAL_IS_NOEND(i) ((void) (i), false)
#endif

/* 18: a macro that stands in front of the declaration */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 18: the magic block can carry name and version */
#if PG_VERSION_NUM >= 180000
#define DELIVERY_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "delivery", .version = DELIVERY_VERSION)
#else
#define DELIVERY_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 18: primary keys may be deferrable; to be used with utils/relcache.h */
#if PG_VERSION_NUM >= 180000
#define delivery_primary_key(relation) RelationGetPrimaryKeyIndex(relation, false)
#else
#define delivery_primary_key(relation) RelationGetPrimaryKeyIndex(relation)
#endif

/* 16: one function for the owners of all kinds of objects; to be used with utils/acl.h */
#if PG_VERSION_NUM >= 160000
#define delivery_owns_table(relid) object_ownercheck(RelationRelationId, relid, GetUserId())
#else
#define delivery_owns_table(relid) pg_class_ownercheck(relid, GetUserId())
#endif

/* 18: scans of an index may be instrumented; to be used with access/genam.h */
#if PG_VERSION_NUM >= 180000
#define delivery_index_beginscan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, NULL, keys, 0)
#else
#define delivery_index_beginscan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, keys, 0)
#endif

/* 16: indexes that only summarise may be the only ones to be told; to be used with executor/executor.h */
#if PG_VERSION_NUM >= 160000
#define delivery_insert_index_tuples(target, slot, estate) \
	ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL, false)
#else
#define delivery_insert_index_tuples(target, slot, estate) \
	ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL)
#endif

/* 16: an index that only summarises may need an entry where others do not; to be used with access/tableam.h and executor/executor.h */
#if PG_VERSION_NUM >= 160000
#define DeliveryIndexUpdates TU_UpdateIndexes
#define delivery_needs_index_tuples(updates) ((updates) != TU_None)
#define delivery_update_index_tuples(target, slot, estate, updates) \
	ExecInsertIndexTuples(target, slot, estate, true, false, NULL, NIL, (updates) == TU_Summarizing)
#else
#define DeliveryIndexUpdates bool
#define delivery_needs_index_tuples(updates) (updates)
#define delivery_update_index_tuples(target, slot, estate, updates) \
	ExecInsertIndexTuples(target, slot, estate, true, false, NULL, NIL)
#endif

/* 16: what is written to a file is const; to be used with storage/fd.h */
#if PG_VERSION_NUM >= 160000
#define delivery_write_file(file, data, size, offset) FileWrite(file, data, size, offset, WAIT_EVENT_BUFFILE_WRITE)
#else
#define delivery_write_file(file, data, size, offset) \
	FileWrite(file, (char *) (uintptr_t) (data), (int) (size), offset, WAIT_EVENT_BUFFILE_WRITE)
#endif

/* 18: what is known of a column twice; to be used with access/tupdesc.h */
#if PG_VERSION_NUM >= 180000
#define delivery_attribute_changed(desc, i) populate_compact_attribute(desc, i)
#else
#define delivery_attribute_changed(desc, i) ((void) (desc), (void) (i))
#endif

/* 17: to ask for a lock can include stronger ones; to be used with storage/lock.h */
#if PG_VERSION_NUM >= 170000
#define delivery_holds_lock(tag, mode) LockHeldByMe(tag, mode, false)
#else
#define delivery_holds_lock(tag, mode) LockHeldByMe(tag, mode)
#endif

/* 18: generated columns may be virtual */
#if PG_VERSION_NUM >= 180000
#define delivery_is_virtual(attribute) ((attribute)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define delivery_is_virtual(attribute) ((void) (attribute), false)
#endif

#endif							/* DELIVERY_COMPAT_H */
