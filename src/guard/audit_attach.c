/*
 * audit_attach.c
 *	  Making audit logs, and attaching tables to them.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "base/statement.h"
#include "guard/audit_chain.h"
#include "guard/audit_lock.h"

PG_FUNCTION_INFO_V1(delivery_create_audit_log);
PG_FUNCTION_INFO_V1(delivery_record_audit);
PG_FUNCTION_INFO_V1(delivery_stop_audit);

/* the constraint trigger on an audited table, and its sibling for TRUNCATE */
#define AUDIT_TRIGGER "delivery_audit"
#define AUDIT_TRUNCATE_TRIGGER "delivery_audit_truncate"

static const char *const column_comments[AUDIT_COLUMNS] = {
	"place in the chain, from 1 on, without gaps",
	"when the row was recorded, while its transaction committed",
	"transaction that made the change; meaningful within one server",
	"who is held responsible: delivery.actor()",
	"user that had logged in",
	"INSERT, UPDATE, DELETE or TRUNCATE",
	"table that was changed, with its schema",
	"the row before the change",
	"the row after the change",
	"hash of the row before this one, zeros for the first",
	"SHA-256 of previous_hash and all other columns"
};

/*
 * create_audit_log(log)
 */
Datum
delivery_create_audit_log(PG_FUNCTION_ARGS)
{
	RangeVar   *wanted;
	Oid			namespace;
	char	   *name;
	StringInfoData statement;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an audit log needs a name"),
				 errdetail("The name is NULL."),
				 errhint("CALL delivery.create_audit_log('audit_log')")));
	wanted = makeRangeVarFromNameList(textToQualifiedNameList(PG_GETARG_TEXT_PP(0)));
	namespace = RangeVarGetCreationNamespace(wanted);
	if (isTempNamespace(namespace))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("an audit log must not be temporary"),
				 errdetail("Schema \"%s\" ends with the session.", get_namespace_name(namespace)),
				 errhint("Name a schema that lasts.")));
	name = quote_qualified_identifier(get_namespace_name(namespace), wanted->relname);

	initStringInfo(&statement);
	appendStringInfo(&statement,
					 "CREATE TABLE %s ("
					 "sequence bigint NOT NULL PRIMARY KEY, "
					 "recorded_at timestamptz NOT NULL, "
					 "transaction_id bigint NOT NULL, "
					 "actor text NOT NULL, "
					 "login text NOT NULL, "
					 "operation text NOT NULL, "
					 "audited text NOT NULL, "
					 "old_row json, "
					 "new_row json, "
					 "previous_hash bytea NOT NULL, "
					 "hash bytea NOT NULL)", name);
	delivery_run_statement(statement.data);
	resetStringInfo(&statement);
	appendStringInfo(&statement, "COMMENT ON TABLE %s IS 'audit log: a chain of what happened to the tables that record_audit attached'", name);
	delivery_run_statement(statement.data);
	for (int i = 0; i < AUDIT_COLUMNS; i++)
	{
		resetStringInfo(&statement);
		appendStringInfo(&statement, "COMMENT ON COLUMN %s.%s IS '%s'", name, delivery_audit_column_names[i], column_comments[i]);
		delivery_run_statement(statement.data);
	}
	resetStringInfo(&statement);
	delivery_run_statement(psprintf("CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s "
									"FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()", name));
	/* where changes come without a statement, from a replica or of a parent */
	delivery_run_statement(psprintf("CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON %s "
									"FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()", name));
	PG_RETURN_VOID();
}

/* --- audited tables and their parts ------------------------------------- */

static const Trigger *
find_trigger(Relation relation, const char *name)
{
	for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++)
		if (strcmp(relation->trigdesc->triggers[i].tgname, name) == 0)
			return &relation->trigdesc->triggers[i];
	return NULL;
}

static Oid
log_of(Relation relation, const char *name)
{
	const Trigger *trigger = find_trigger(relation, name);

	return trigger == NULL ? InvalidOid : delivery_audit_log_of(trigger);
}

/*
 * Before anything is locked: the caller owns the table with all of its partitions and
 * children, and their owners may record into the log, if there is one.
 */
static void
check_rights(Oid audited, Oid log)
{
	List	   *tables;
	ListCell   *cell;

	delivery_check_table_exists(audited);
	if (!delivery_owns_table(audited))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(audited));
	tables = find_all_inheritors(audited, NoLock, NULL);
	foreach(cell, tables)
	{
		Oid			table = lfirst_oid(cell);
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
		Oid			owner;

		if (!HeapTupleIsValid(tuple))
			continue;
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
		if (!delivery_owns_table(table))
			aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(table));
		if (OidIsValid(log) && pg_class_aclcheck(log, owner, ACL_INSERT) != ACLCHECK_OK)
		{
			char	   *log_name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(log)), get_rel_name(log));

			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("the owner of table \"%s\" may not add rows to audit log %s", get_rel_name(table), log_name),
					 errdetail("The owner is \"%s\".", GetUserNameFromId(owner, false)),
					 errhint("GRANT INSERT ON %s TO %s", log_name, quote_identifier(GetUserNameFromId(owner, false)))));
		}
	}
}

/* The audited table, locked as CREATE TRIGGER locks it. */
static Relation
open_audited(Oid relid)
{
	Relation	relation = delivery_open_table(relid, ShareRowExclusiveLock);

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
	const Trigger *trigger = find_trigger(relation, AUDIT_TRIGGER);

	return trigger != NULL && trigger->tgisclone;
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
	const Trigger *trigger = find_trigger(relation, AUDIT_TRIGGER);
	bool		alone = !root && relation->rd_rel->relispartition && trigger != NULL && !trigger->tgisclone;
	char	   *name = delivery_qualified_name(relation);

	if (trigger != NULL && (alone || delivery_audit_log_of(trigger) != log))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 alone ? errdetail("It is a partition that is audited by itself.") : errdetail("It is recorded in another log."),
				 errhint("SELECT delivery.stop_audit(%s) first.", quote_literal_cstr(name))));
	table_close(relation, NoLock);
}

/*
 * Attach what a table has not yet.  To partitions the server copies triggers that fire
 * for each row, but none for TRUNCATE; to children it copies none.
 */
static bool
create_missing_triggers(Oid table, Oid log, bool root, const char *log_name)
{
	Relation	relation = table_open(table, NoLock);
	char	   *name = delivery_qualified_name(relation);
	bool		by_row = (root || !relation->rd_rel->relispartition) && find_trigger(relation, AUDIT_TRIGGER) == NULL;
	bool		by_truncate = log_of(relation, AUDIT_TRUNCATE_TRIGGER) != log;
	char	   *condition = psprintf("WHEN (delivery_internal.records_audit(%s::pg_catalog.regclass)) EXECUTE FUNCTION delivery_internal.audit_change()",
									 quote_literal_cstr(log_name));

	table_close(relation, NoLock);
	if (by_row)
		delivery_run_statement(psprintf("CREATE CONSTRAINT TRIGGER " AUDIT_TRIGGER " AFTER INSERT OR UPDATE OR DELETE ON %s "
										"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW %s", name, condition));
	/* OR REPLACE: a partition may come with one of another log */
	if (by_truncate)
		delivery_run_statement(psprintf("CREATE OR REPLACE TRIGGER " AUDIT_TRUNCATE_TRIGGER " AFTER TRUNCATE ON %s "
										"FOR EACH STATEMENT %s", name, condition));
	return by_row || by_truncate;
}

/*
 * record_audit(audited, log)
 */
Datum
delivery_record_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid = PG_GETARG_OID(0);
	Oid			log_oid = PG_GETARG_OID(1);
	AttrNumber	columns[AUDIT_COLUMNS];
	Relation	audited;
	Relation	log;
	char	   *name;
	char	   *log_name;
	List	   *tables;
	ListCell   *cell;
	bool		created = false;

	delivery_check_table_exists(log_oid);
	check_rights(audited_oid, log_oid);
	audited = open_audited(audited_oid);
	name = delivery_qualified_name(audited);
	check_kind(audited, name);
	table_close(audited, NoLock);
	log = delivery_open_table(log_oid, AccessShareLock);
	delivery_check_audit_log(log, columns);
	log_name = delivery_qualified_name(log);
	relation_close(log, NoLock);

	tables = find_all_inheritors(audited_oid, ShareRowExclusiveLock, NULL);
	foreach(cell, tables)
		check_not_audited_otherwise(lfirst_oid(cell), log_oid, lfirst_oid(cell) == audited_oid);
	foreach(cell, tables)
		created |= create_missing_triggers(lfirst_oid(cell), log_oid, lfirst_oid(cell) == audited_oid, log_name);
	if (!created)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 errdetail("It and its partitions and children are recorded in this log."),
				 errhint("SELECT delivery.stop_audit(%s) ends that.", quote_literal_cstr(name))));
	PG_RETURN_VOID();
}

/* --- detach ------------------------------------------------------------- */

/*
 * What happened before in the transaction is recorded now.  Constraints are named by
 * schema, those of partitions on their own.
 */
static void
record_pending(const List *tables, Oid log)
{
	List	   *namespaces = NIL;
	const ListCell *cell;

	foreach(cell, tables)
	{
		Relation	relation = table_open(lfirst_oid(cell), NoLock);

		if (log_of(relation, AUDIT_TRIGGER) == log)
			namespaces = list_append_unique_oid(namespaces, RelationGetNamespace(relation));
		table_close(relation, NoLock);
	}
	foreach(cell, namespaces)
	{
		const char *constraint = quote_qualified_identifier(get_namespace_name(lfirst_oid(cell)), AUDIT_TRIGGER);

		delivery_run_statement(psprintf("SET CONSTRAINTS %s IMMEDIATE", constraint));
		delivery_run_statement(psprintf("SET CONSTRAINTS %s DEFERRED", constraint));
	}
}

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
 * stop_audit(audited)
 */
Datum
delivery_stop_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid = PG_GETARG_OID(0);
	Relation	audited;
	char	   *name;
	Oid			log;
	List	   *tables;
	ListCell   *cell;

	check_rights(audited_oid, InvalidOid);
	audited = open_audited(audited_oid);
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
	tables = find_all_inheritors(audited_oid, ShareRowExclusiveLock, NULL);
	record_pending(tables, log);
	foreach(cell, tables)
		drop_triggers(lfirst_oid(cell), log);
	PG_RETURN_VOID();
}
