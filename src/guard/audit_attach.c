/*
 * audit_attach.c
 *	  Attaching tables to audit logs.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/audit.h"
#include "guard/audit_attach.h"
#include "guard/audit_log.h"
#include "guard/audit_names.h"
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
refuse_null(const char *what, const char *example)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("the %s must not be NULL", what),
			 errdetail("NULL names nothing."),
			 errhint("SELECT delivery.%s", example)));
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

/* --- audited otherwise -------------------------------------------------- */

static bool
excludes_other(const AuditTrigger *trigger, const AuditNames *excluded)
{
	return trigger->exists && !delivery_audit_same_names(&trigger->excluded, excluded);
}

pg_noreturn static void
refuse_audited(const char *name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_OBJECT),
			 errmsg("table %s is audited already", name),
			 errdetail("%s", detail),
			 errhint("SELECT delivery.stop_audit(%s) first.", quote_literal_cstr(name))));
}

/*
 * A table, and its partitions and children, must not be audited otherwise: in another
 * log, by themselves, or without other columns than before or than now.
 */
static void
check_not_audited_otherwise(Oid table, Oid log, bool root, const AuditTrigger *before, const AuditNames *excluded)
{
	Relation	relation = table_open(table, NoLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);
	char	   *name = delivery_qualified_name(relation);

	if (trigger.exists && !root && relation->rd_rel->relispartition && !trigger.is_clone)
		refuse_audited(name, "It is a partition that is audited by itself.");
	if (trigger.exists && trigger.log != log)
		refuse_audited(name, "It is recorded in another log.");
	if (!root && excludes_other(&trigger, excluded) && (!before->exists || excludes_other(&trigger, &before->excluded)))
		refuse_audited(name, "It is recorded without other columns.");
	table_close(relation, NoLock);
}

static List *
find_parents(Oid table)
{
	Relation	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *parents = NIL;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return parents;
}

/*
 * How a parent that is not among the tables has this one audited in the log.
 */
static AuditTrigger
audited_by_parent(Oid table, const List *tables, Oid log)
{
	AuditTrigger none = {0};
	List	   *parents = find_parents(table);
	ListCell   *cell;

	foreach(cell, parents)
	{
		Relation	parent = list_member_oid(tables, lfirst_oid(cell)) ? NULL : try_relation_open(lfirst_oid(cell), AccessShareLock);
		AuditTrigger trigger = none;

		if (parent == NULL)
			continue;
		trigger = delivery_audit_trigger(parent, AUDIT_TRIGGER);
		table_close(parent, AccessShareLock);
		if (trigger.log == log)
			return trigger;
	}
	return none;
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
create_missing_triggers(Oid table, Oid log, bool root, const char *log_name, const AuditNames *names)
{
	Relation	relation = table_open(table, NoLock);
	char	   *name = delivery_qualified_name(relation);
	const char *excluded = delivery_audit_names_literal(names);
	AuditTrigger truncate = delivery_audit_trigger(relation, AUDIT_TRUNCATE_TRIGGER);
	bool		by_row = (root || !relation->rd_rel->relispartition) && !delivery_audit_trigger(relation, AUDIT_TRIGGER).exists;
	bool		by_truncate = truncate.log != log || excludes_other(&truncate, names);
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
attach(const List *tables, Oid audited, Oid log, const char *log_name, const AuditNames *excluded)
{
	bool		created = false;
	const ListCell *cell;

	foreach(cell, tables)
		created |= create_missing_triggers(lfirst_oid(cell), log, lfirst_oid(cell) == audited, log_name, excluded);
	return created;
}

/* --- triggers in the place of others ------------------------------------ */

static const char *const our_triggers[] = {AUDIT_TRIGGER, AUDIT_TRUNCATE_TRIGGER};

/* Whether they fire, by table, in the order of the tables; 0 where there is none. */
static char *
read_states(const List *tables)
{
	char	   *states = (char *) palloc0(2 * Max(list_length(tables), 1));

	for (int t = 0; t < list_length(tables); t++)
	{
		Relation	relation = table_open(list_nth_oid(tables, t), NoLock);

		for (int i = 0; i < 2; i++)
			states[2 * t + i] = delivery_audit_trigger(relation, our_triggers[i]).enabled;
		table_close(relation, NoLock);
	}
	return states;
}

/*
 * As they were.  What is said of a table holds for its partitions, too, which come after
 * it.
 */
static void
restore_states(const List *tables, const char *states)
{
	for (int t = 0; t < list_length(tables); t++)
	{
		for (int i = 0; i < 2; i++)
		{
			Relation	relation = table_open(list_nth_oid(tables, t), NoLock);
			char		now = delivery_audit_trigger(relation, our_triggers[i]).enabled;
			char		before = states[2 * t + i];
			char	   *name = delivery_qualified_name(relation);

			table_close(relation, NoLock);
			if (before == 0 || before == now)
				continue;
			delivery_run_statement(psprintf("ALTER TABLE %s %s TRIGGER %s", name,
											before == TRIGGER_DISABLED ? "DISABLE" :
											before == TRIGGER_FIRES_ALWAYS ? "ENABLE ALWAYS" :
											before == TRIGGER_FIRES_ON_REPLICA ? "ENABLE REPLICA" : "ENABLE",
											our_triggers[i]));
		}
	}
}

static void
replace_triggers(const List *tables, Oid audited, Oid log, Oid next, const char *next_name, const AuditNames *excluded)
{
	char	   *states = read_states(tables);
	const ListCell *cell;

	foreach(cell, tables)
		drop_triggers(lfirst_oid(cell), log);
	(void) attach(tables, audited, next, next_name, excluded);
	restore_states(tables, states);
}

/*
 * All of a table and its parts, to another log; what is recorded of them stays the same,
 * and whether their triggers fire.  All are locked, and the caller owns them.
 */
void
delivery_audit_move(const List *tables, Oid audited, Oid log, Oid next, const char *next_name)
{
	Relation	relation = table_open(audited, NoLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);
	AuditNames	excluded;

	if (!OidIsValid(trigger.log))
		trigger = delivery_audit_trigger(relation, AUDIT_TRUNCATE_TRIGGER);
	table_close(relation, NoLock);
	excluded = trigger.excluded;
	replace_triggers(tables, audited, log, next, next_name, &excluded);
}

/* --- what the log is told ----------------------------------------------- */

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
 * Without a list, that of a table that is recorded in this log stays: who attaches a new
 * partition does not mean to record what was not to be recorded.
 */
static AuditNames
wanted_names(const AuditTrigger *before, Oid log, AuditNames named)
{
	return named.count == 0 && before->exists && before->log == log ? before->excluded : named;
}

/*
 * As CREATE TRIGGER locks a table; where triggers have to go first, as DROP TRIGGER
 * does, and at once: who reads the table and goes on to write would deadlock.
 */
static LOCKMODE
needed_lock(Oid audited, Oid log, AuditNames named)
{
	Relation	relation = delivery_open_table(audited, AccessShareLock);
	AuditTrigger trigger = delivery_audit_trigger(relation, AUDIT_TRIGGER);
	AuditNames	wanted = wanted_names(&trigger, log, named);

	table_close(relation, AccessShareLock);
	return excludes_other(&trigger, &wanted) ? AccessExclusiveLock : ShareRowExclusiveLock;
}

/*
 * The lock is one that rotate_audit_log waits for, so that it finds all tables.
 */
static char *
check_log(Oid oid)
{
	Relation	log = delivery_open_table(oid, ShareUpdateExclusiveLock);
	AttrNumber	columns[AUDIT_COLUMNS];
	char	   *name = delivery_qualified_name(log);

	delivery_check_audit_log(log, columns);
	table_close(log, NoLock);
	return name;
}

static void
check_parts(const List *tables, Oid audited, Oid log, const AuditTrigger *before, const AuditNames *excluded)
{
	AuditTrigger parent = audited_by_parent(audited, tables, log);
	const ListCell *cell;

	if (excludes_other(&parent, excluded))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table \"%s\" is audited as a child of another one", get_rel_name(audited)),
				 errdetail("Of that one other columns are not recorded."),
				 errhint("Call it for the parent.")));
	foreach(cell, tables)
		check_not_audited_otherwise(lfirst_oid(cell), log, lfirst_oid(cell) == audited, before, excluded);
}

/*
 * record_audit(audited, log, excluded)
 */
Datum
delivery_record_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid;
	Oid			log_oid;
	AuditNames	excluded;
	LOCKMODE	mode;
	Relation	audited;
	AuditTrigger before;
	char	   *name;
	char	   *log_name;
	List	   *tables;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		refuse_null(PG_ARGISNULL(0) ? "table" : PG_ARGISNULL(1) ? "log" : "list of excluded columns, which may be empty,",
					"record_audit('a_table', 'a_log', '{}')");
	audited_oid = PG_GETARG_OID(0);
	log_oid = PG_GETARG_OID(1);
	excluded = delivery_audit_read_names(PG_GETARG_ARRAYTYPE_P(2));
	delivery_check_table_exists(log_oid);
	delivery_audit_check_rights(audited_oid, log_oid);
	mode = needed_lock(audited_oid, log_oid, excluded);
	audited = open_audited(audited_oid, mode);
	name = delivery_qualified_name(audited);
	check_kind(audited, name);
	before = delivery_audit_trigger(audited, AUDIT_TRIGGER);
	excluded = wanted_names(&before, log_oid, excluded);
	delivery_audit_check_names(audited, name, &excluded);
	table_close(audited, NoLock);
	log_name = check_log(log_oid);

	tables = find_all_inheritors(audited_oid, mode, NULL);
	check_parts(tables, audited_oid, log_oid, &before, &excluded);
	if (excludes_other(&before, &excluded))
	{
		replace_triggers(tables, audited_oid, log_oid, log_oid, log_name, &excluded);
		queue_change(audited_oid, log_oid, AUDIT_EXCLUDE, delivery_audit_names_json(&excluded));
	}
	else if (!attach(tables, audited_oid, log_oid, log_name, &excluded))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 errdetail("It and its partitions and children are recorded in this log%s.", excluded.count > 0 ? ", without columns that are excluded" : ""),
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
		refuse_null("table", "stop_audit('a_table')");
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
	/* a child may have another parent that is audited */
	foreach(cell, tables)
		if (lfirst_oid(cell) == audited_oid || !audited_by_parent(lfirst_oid(cell), tables, log).exists)
			drop_triggers(lfirst_oid(cell), log);
	queue_change(audited_oid, log, AUDIT_STOP, NULL);
	PG_RETURN_VOID();
}
