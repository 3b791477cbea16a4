/*
 * audit_attach.c
 *	  Attaching tables to audit logs.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/audit.h"
#include "guard/audit_attach.h"
#include "guard/audit_log.h"
#include "guard/audit_target.h"

PG_FUNCTION_INFO_V1(delivery_record_audit);
PG_FUNCTION_INFO_V1(delivery_stop_audit);

/* --- audited tables and their parts ------------------------------------- */

static Oid
log_of(Relation relation, const char *name)
{
	return delivery_audit_trigger(relation, name).log;
}

pg_noreturn static void
refuse_null(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("no %s is named", what),
			 errdetail("The %s is NULL.", what),
			 errhint("SELECT delivery.record_audit('a_table', 'a_log')")));
}

/*
 * Before anything is locked: the caller owns the table with all of its partitions and
 * children, and their owners may record into the log, if there is one.
 */
void
delivery_audit_check_rights(Oid audited, Oid log)
{
	List	   *tables;
	ListCell   *cell;

	delivery_check_table_exists(audited);
	delivery_check_owns_all(audited, "What is recorded of a table is the owner's to say, for partitions and children, too.");
	tables = OidIsValid(log) ? find_all_inheritors(audited, NoLock, NULL) : NIL;
	foreach(cell, tables)
	{
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(cell)));
		Oid			owner;
		char	   *log_name;

		if (!HeapTupleIsValid(tuple))
			continue;
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
		if (pg_class_aclcheck(log, owner, ACL_INSERT) == ACLCHECK_OK)
			continue;
		log_name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(log)), get_rel_name(log));
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of table \"%s\" may not add rows to audit log %s", get_rel_name(lfirst_oid(cell)), log_name),
				 errdetail("The owner is \"%s\".", GetUserNameFromId(owner, false)),
				 errhint("GRANT INSERT ON %s TO %s", log_name, quote_identifier(GetUserNameFromId(owner, false)))));
	}
}

static Relation
open_audited(Oid relid, LOCKMODE mode)
{
	Relation	relation = delivery_open_table(relid, mode);

	if (relation->rd_rel->relkind != RELKIND_RELATION && relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(relation)),
				 errdetail("Only tables and partitioned tables have rows of their own to be audited."),
				 errhint("Audit the tables behind it.")));
	return relation;
}

/* The name of the table whose trigger a partition has; for messages. */
static char *
audited_ancestor(Oid partition)
{
	Oid			audited = partition;
	List	   *ancestors = get_partition_ancestors(partition);
	ListCell   *cell;

	foreach(cell, ancestors)
		if (OidIsValid(get_trigger_oid(lfirst_oid(cell), AUDIT_TRIGGER, true)))
			audited = lfirst_oid(cell);
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(audited)), get_rel_name(audited));
}

static bool
is_audited_by_parent(Relation relation)
{
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);

	return trigger.exists && trigger.is_clone;
}

/* --- attach ------------------------------------------------------------- */

static void
check_kind(Relation audited, const char *name)
{
	if (audited->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a temporary table cannot be audited"),
				 errdetail("The table is %s.", name),
				 errhint("Audit a table that lasts.")));
	if (delivery_is_audit_log(audited))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("an audit log cannot be audited"),
				 errdetail("Table %s is an audit log.", name),
				 errhint("It is append-only and chained as it is.")));
	if (is_audited_by_parent(audited))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 errdetail("It is a partition of the audited table %s.", audited_ancestor(RelationGetRelid(audited))),
				 errhint("Its changes are recorded, under its own name.")));
}

/*
 * A table, and its partitions and children, must not be audited otherwise.
 */
static void
check_not_audited_otherwise(Oid table, Oid log, bool root)
{
	Relation	relation = table_open(table, NoLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);
	bool		alone = !root && relation->rd_rel->relispartition && trigger.exists && !trigger.is_clone;
	char	   *name = delivery_qualified_name(relation);

	if (trigger.exists && (alone || trigger.log != log))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 alone ? errdetail("It is a partition that is audited by itself.") : errdetail("It is recorded in another log."),
				 errhint("SELECT delivery.stop_audit(%s) first.", quote_literal_cstr(name))));
	table_close(relation, NoLock);
}

/* --- excluded columns --------------------------------------------------- */

typedef struct Names
{
	int			count;
	char	  **names;
} Names;

static bool
has_name(int count, char *const *names, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Each once. */
static Names
read_names(ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	Names		result = {0};
	int			count;

	deconstruct_array(array, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &values, &nulls, &count);
	result.names = (char **) palloc(Max(count, 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			refuse_null("excluded column");
		if (!has_name(result.count, result.names, NameStr(*DatumGetName(values[i]))))
			result.names[result.count++] = NameStr(*DatumGetName(values[i]));
	}
	return result;
}

static void
check_excluded(Relation audited, const char *table, const Names *excluded)
{
	Bitmapset  *key = RelationGetIndexAttrBitmap(audited, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	int			left = 0;

	for (int i = 0; i < excluded->count; i++)
	{
		AttrNumber	column = get_attnum(RelationGetRelid(audited), excluded->names[i]);

		if (column <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of table %s does not exist", excluded->names[i], table),
					 errdetail("It is among the columns that are not to be recorded."),
					 errhint("Name columns of the table, as they are named there.")));
		if (bms_is_member(column - FirstLowInvalidHeapAttributeNumber, key))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" of table %s has to be recorded", excluded->names[i], table),
					 errdetail("It belongs to the primary key, which tells what row was changed."),
					 errhint("Exclude other columns, or give the table a key that may be recorded.")));
	}
	for (int i = 0; i < RelationGetDescr(audited)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(audited), i);

		left += !attribute->attisdropped && !has_name(excluded->count, excluded->names, NameStr(attribute->attname));
	}
	if (left == 0 && excluded->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no column of table %s is left to be recorded", table),
				 errdetail("All of them are excluded."),
				 errhint("SELECT delivery.stop_audit(%s) ends the recording.", quote_literal_cstr(table))));
}

static char *
name_array(const Names *names)
{
	Datum	   *values = (Datum *) palloc(Max(names->count, 1) * sizeof(Datum));
	Oid			output;
	bool		is_varlena;

	for (int i = 0; i < names->count; i++)
		values[i] = CStringGetDatum(names->names[i]);
	getTypeOutputInfo(NAMEARRAYOID, &output, &is_varlena);
	return OidOutputFunctionCall(output, PointerGetDatum(construct_array(values, names->count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR)));
}

static bool
excludes_other(const AuditTrigger *trigger, const Names *excluded)
{
	if (!trigger->exists || trigger->excluded_count != excluded->count)
		return trigger->exists;
	for (int i = 0; i < excluded->count; i++)
		if (!has_name(trigger->excluded_count, trigger->excluded, excluded->names[i]))
			return true;
	return false;
}

/* --- triggers ----------------------------------------------------------- */

static void
drop_triggers(Oid table, Oid log)
{
	Relation	relation = table_open(table, NoLock);
	char	   *name = delivery_qualified_name(relation);
	bool		by_row = log_of(relation, AUDIT_TRIGGER) == log && !is_audited_by_parent(relation);
	bool		by_truncate = log_of(relation, AUDIT_TRUNCATE_TRIGGER) == log;

	table_close(relation, NoLock);
	if (by_row)
		delivery_run_statement(psprintf("DROP TRIGGER " AUDIT_TRIGGER " ON %s", name));
	if (by_truncate)
		delivery_run_statement(psprintf("DROP TRIGGER " AUDIT_TRUNCATE_TRIGGER " ON %s", name));
}

/*
 * Attach what a table has not yet.  To partitions the server copies triggers that fire
 * for each row, but none for TRUNCATE; to children it copies none.
 */
static bool
create_missing_triggers(Oid table, Oid log, bool root, const char *log_name, const char *excluded)
{
	Relation	relation = table_open(table, NoLock);
	char	   *name = delivery_qualified_name(relation);
	bool		by_row = (root || !relation->rd_rel->relispartition) && !delivery_audit_trigger(relation, AUDIT_TRIGGER).exists;
	bool		by_truncate = log_of(relation, AUDIT_TRUNCATE_TRIGGER) != log;
	char	   *condition = psprintf("WHEN (delivery_internal.records_audit(%s::pg_catalog.regclass, %s::pg_catalog.name[])) "
									 "EXECUTE FUNCTION delivery_internal.audit_change()",
									 quote_literal_cstr(log_name), quote_literal_cstr(excluded));

	table_close(relation, NoLock);
	/* a constraint trigger: nobody can put another in its place */
	if (by_row)
		delivery_run_statement(psprintf("CREATE CONSTRAINT TRIGGER " AUDIT_TRIGGER " AFTER INSERT OR UPDATE OR DELETE ON %s "
										"NOT DEFERRABLE FOR EACH ROW %s", name, condition));
	/* OR REPLACE: a partition may come with one of another log, or somebody have put another in its place */
	if (by_truncate)
		delivery_run_statement(psprintf("CREATE OR REPLACE TRIGGER " AUDIT_TRUNCATE_TRIGGER " AFTER TRUNCATE ON %s "
										"FOR EACH STATEMENT %s", name, condition));
	return by_row || by_truncate;
}

static bool
attach(const List *tables, Oid audited, Oid log, const char *log_name, const char *excluded)
{
	bool		created = false;
	const ListCell *cell;

	foreach(cell, tables)
		created |= create_missing_triggers(lfirst_oid(cell), log, lfirst_oid(cell) == audited, log_name, excluded);
	return created;
}

/*
 * All of a table and its parts, to another log; what is recorded of them stays the same.
 * All are locked, and the caller owns them.  One that was detached before it was locked
 * is not attached again.
 */
void
delivery_audit_move(const List *tables, Oid audited, Oid log, Oid next, const char *next_name)
{
	Relation	relation = table_open(audited, NoLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);
	Names		excluded = {trigger.excluded_count, trigger.excluded};
	const ListCell *cell;

	table_close(relation, NoLock);
	if (trigger.log != log)
		return;
	foreach(cell, tables)
		drop_triggers(lfirst_oid(cell), log);
	(void) attach(tables, audited, next, next_name, name_array(&excluded));
}

/* --- what the log is told ----------------------------------------------- */

static char *
describe_excluded(const Names *excluded)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"excluded\":[");
	for (int i = 0; i < excluded->count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&detail, ',');
		escape_json(&detail, excluded->names[i]);
	}
	appendStringInfoString(&detail, "]}");
	return detail.data;
}

/*
 * That from now on other columns are recorded, or none.  A log that takes nothing any
 * more has nothing to be told.
 */
static void
queue_change(Oid audited, Oid log, AuditOperation operation, const char *detail)
{
	Relation	relation = table_open(audited, NoLock);
	Relation	log_relation = delivery_open_table(log, RowExclusiveLock);
	AuditEntry	entry;

	if (delivery_is_audit_log(log_relation) &&
		pg_class_aclcheck(log, relation->rd_rel->relowner, ACL_INSERT) == ACLCHECK_OK)
	{
		delivery_audit_describe(&entry, log, relation, operation);
		entry.texts[AUDIT_ENTRY_DETAIL] = delivery_audit_text(detail);
		delivery_audit_queue(&entry);
	}
	table_close(log_relation, NoLock);
	table_close(relation, NoLock);
}

/* --- record_audit ------------------------------------------------------- */

/*
 * As CREATE TRIGGER locks a table; where triggers have to go first, as DROP TRIGGER
 * does, and at once: who reads the table and goes on to write would deadlock.
 */
static LOCKMODE
needed_lock(Oid audited, const Names *excluded)
{
	Relation	relation = delivery_open_table(audited, AccessShareLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);

	table_close(relation, AccessShareLock);
	return excludes_other(&trigger, excluded) ? AccessExclusiveLock : ShareRowExclusiveLock;
}

static char *
check_log(Oid oid)
{
	Relation	log = delivery_open_table(oid, AccessShareLock);
	AttrNumber	columns[AUDIT_COLUMNS];
	char	   *name = delivery_qualified_name(log);

	delivery_check_audit_log(log, columns);
	table_close(log, NoLock);
	return name;
}

/*
 * record_audit(audited, log, excluded)
 */
Datum
delivery_record_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid;
	Oid			log_oid;
	Names		excluded;
	LOCKMODE	mode;
	Relation	audited;
	AuditTrigger before;
	char	   *name;
	char	   *log_name;
	List	   *tables;
	ListCell   *cell;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		refuse_null(PG_ARGISNULL(0) ? "table" : PG_ARGISNULL(1) ? "log" : "list of excluded columns");
	audited_oid = PG_GETARG_OID(0);
	log_oid = PG_GETARG_OID(1);
	excluded = read_names(PG_GETARG_ARRAYTYPE_P(2));
	delivery_check_table_exists(log_oid);
	delivery_audit_check_rights(audited_oid, log_oid);
	mode = needed_lock(audited_oid, &excluded);
	audited = open_audited(audited_oid, mode);
	name = delivery_qualified_name(audited);
	check_kind(audited, name);
	check_excluded(audited, name, &excluded);
	before = delivery_audit_trigger(audited, AUDIT_TRIGGER);
	table_close(audited, NoLock);
	log_name = check_log(log_oid);

	tables = find_all_inheritors(audited_oid, mode, NULL);
	foreach(cell, tables)
		check_not_audited_otherwise(lfirst_oid(cell), log_oid, lfirst_oid(cell) == audited_oid);
	if (excludes_other(&before, &excluded))
	{
		foreach(cell, tables)
			drop_triggers(lfirst_oid(cell), log_oid);
		queue_change(audited_oid, log_oid, AUDIT_EXCLUDE, describe_excluded(&excluded));
	}
	if (!attach(tables, audited_oid, log_oid, log_name, name_array(&excluded)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 errdetail("It and its partitions and children are recorded in this log%s.", excluded.count > 0 ? ", without these columns" : ""),
				 errhint("SELECT delivery.stop_audit(%s) ends that.", quote_literal_cstr(name))));
	PG_RETURN_VOID();
}

/* --- stop_audit --------------------------------------------------------- */

/*
 * stop_audit(audited)
 */
Datum
delivery_stop_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid;
	Relation	audited;
	char	   *name;
	Oid			log;
	List	   *tables;
	ListCell   *cell;

	if (PG_ARGISNULL(0))
		refuse_null("table");
	audited_oid = PG_GETARG_OID(0);
	delivery_audit_check_rights(audited_oid, InvalidOid);
	/* as DROP TRIGGER locks it, and at once */
	audited = open_audited(audited_oid, AccessExclusiveLock);
	name = delivery_qualified_name(audited);
	if (is_audited_by_parent(audited))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table %s is audited with the table that it is a partition of", name),
				 errdetail("That is table %s.", audited_ancestor(audited_oid)),
				 errhint("Call it for that one, or detach the partition first.")));
	log = log_of(audited, AUDIT_TRIGGER);
	if (!OidIsValid(log))
		log = log_of(audited, AUDIT_TRUNCATE_TRIGGER);
	table_close(audited, NoLock);
	if (!OidIsValid(log))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table %s is not audited", name),
				 errdetail("It has no trigger \"%s\".", AUDIT_TRIGGER),
				 errhint("SELECT delivery.record_audit(%s, 'a_log') audits it.", quote_literal_cstr(name))));
	tables = find_all_inheritors(audited_oid, AccessExclusiveLock, NULL);
	foreach(cell, tables)
		drop_triggers(lfirst_oid(cell), log);
	queue_change(audited_oid, log, AUDIT_STOP, NULL);
	PG_RETURN_VOID();
}
