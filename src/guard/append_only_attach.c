/*
 * append_only_attach.c
 *	  Making a table append-only, and no longer.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/owner.h"
#include "base/statement.h"
#include "guard/audit_log.h"

PG_FUNCTION_INFO_V1(delivery_append_only);
PG_FUNCTION_INFO_V1(delivery_allow_changes);

/*
 * The first one is a constraint trigger: whoever has the right TRIGGER on the table could
 * put another in the place of an ordinary one.  For TRUNCATE there are none.
 */
#define APPEND_ONLY_TRIGGER "delivery_append_only"
#define APPEND_ONLY_TRUNCATE_TRIGGER "delivery_append_only_truncate"

#define CHANGES_OF_ROWS (TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE)

/* What triggers of ours refuse on a table, whatever their names. */
typedef struct Refusal
{
	bool		is_any;			/* there are such triggers */
	bool		truncates;
	int			by_row;			/* as in pg_trigger.tgtype */
	const char *cloned;			/* a trigger that is there because a parent has it */
} Refusal;

/* --- what there is ------------------------------------------------------ */

static bool
is_ours(const Trigger *trigger)
{
	List	   *name = list_make2(makeString("delivery"), makeString("enforce_append_only"));

	return trigger->tgfoid == LookupFuncName(name, 0, NULL, false);
}

static Refusal
find_refusal(Relation table)
{
	Refusal		refusal = {0};
	/* to look for the function reads the catalog, at which the relation's own may be freed */
	TriggerDesc *triggers = CopyTriggerDesc(table->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!is_ours(trigger))
			continue;
		refusal.is_any = true;
		if (trigger->tgisclone)
			refusal.cloned = pstrdup(trigger->tgname);
		/* one with a condition, or for some columns, refuses some changes only */
		if (trigger->tgqual != NULL || trigger->tgnattr > 0)
			continue;
		if (TRIGGER_FOR_ROW(trigger->tgtype))
			refusal.by_row |= trigger->tgtype & CHANGES_OF_ROWS;
		refusal.truncates |= TRIGGER_FOR_TRUNCATE(trigger->tgtype);
	}
	FreeTriggerDesc(triggers);
	return refusal;
}

static const char *
name_of(Oid table)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
}

/* --- what is refused ---------------------------------------------------- */

static void
check_kind(Oid table)
{
	char		kind = get_rel_relkind(table);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", get_rel_name(table)),
				 errdetail("Only tables and partitioned tables keep their rows to themselves."),
				 errhint("Call it for the tables behind it.")));
}

static Relation
open_table(FunctionCallInfo fcinfo, LOCKMODE mode)
{
	Relation	table;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("no table is named"),
				 errdetail("The table is NULL."),
				 errhint("SELECT delivery.append_only('a_table')")));
	delivery_check_table_exists(PG_GETARG_OID(0));
	delivery_check_owns_all(PG_GETARG_OID(0), "Whether rows may be changed is the owner's to say, for partitions and children, too.");
	check_kind(PG_GETARG_OID(0));
	table = delivery_open_table(PG_GETARG_OID(0), mode);
	if (delivery_is_audit_log(table))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("audit log %s is append-only as it is", delivery_qualified_name(table)),
				 errdetail("Rows are added to it by audited tables only, and nothing else is done to it."),
				 errhint("Call it for tables of your own.")));
	return table;
}

static void
check_part(Oid oid, bool is_cloning)
{
	Relation	part = table_open(oid, NoLock);
	const char *name = delivery_qualified_name(part);

	if (part->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a table with foreign tables in it cannot be append-only"),
				 errdetail("%s is a foreign table: its rows can be changed where they are.", name),
				 errhint("Keep all rows in ordinary tables.")));
	for (int i = 0; is_cloning && part->trigdesc != NULL && i < part->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &part->trigdesc->triggers[i];

		if (part->rd_rel->relispartition && !trigger->tgisclone && strcmp(trigger->tgname, APPEND_ONLY_TRIGGER) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("partition %s is append-only by itself", name),
					 errdetail("It has a trigger \"%s\" of its own.", APPEND_ONLY_TRIGGER),
					 errhint("SELECT delivery.allow_changes(%s) first.", quote_literal_cstr(name))));
	}
	table_close(part, NoLock);
}

/* --- attach and detach -------------------------------------------------- */

/* An audit log may inherit from a table, and is append-only as it is. */
static Relation
open_part(Oid oid)
{
	Relation	part = table_open(oid, NoLock);

	if (!delivery_is_audit_log(part))
		return part;
	table_close(part, NoLock);
	return NULL;
}

/*
 * To partitions the server copies triggers that fire for each row, but none for TRUNCATE;
 * to children it copies none.
 */
static bool
create_missing_triggers(Oid oid)
{
	Relation	part = open_part(oid);
	Refusal		refusal;
	const char *name;

	if (part == NULL)
		return false;
	refusal = find_refusal(part);
	name = delivery_qualified_name(part);
	table_close(part, NoLock);
	if (refusal.by_row != CHANGES_OF_ROWS)
		delivery_run_statement(psprintf("CREATE CONSTRAINT TRIGGER " APPEND_ONLY_TRIGGER " AFTER UPDATE OR DELETE ON %s "
										"NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()", name));
	/* OR REPLACE: somebody may have put another in its place */
	if (!refusal.truncates)
		delivery_run_statement(psprintf("CREATE OR REPLACE TRIGGER " APPEND_ONLY_TRUNCATE_TRIGGER " BEFORE TRUNCATE ON %s "
										"FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()", name));
	return refusal.by_row != CHANGES_OF_ROWS || !refusal.truncates;
}

/*
 * append_only(relation)
 */
Datum
delivery_append_only(PG_FUNCTION_ARGS)
{
	/* as CREATE TRIGGER locks it */
	Relation	table = open_table(fcinfo, ShareRowExclusiveLock);
	const char *name = delivery_qualified_name(table);
	bool		is_cloning = find_refusal(table).by_row != CHANGES_OF_ROWS;
	List	   *tables = find_all_inheritors(RelationGetRelid(table), ShareRowExclusiveLock, NULL);
	bool		created = false;
	ListCell   *cell;

	table_close(table, NoLock);
	for_each_from(cell, tables, 1)
		check_part(lfirst_oid(cell), is_cloning);
	foreach(cell, tables)
		created |= create_missing_triggers(lfirst_oid(cell));
	if (!created)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is append-only already", name),
				 errdetail("It, its partitions and children have all triggers for that."),
				 errhint("SELECT delivery.allow_changes(%s) ends that; delivery.health_check() lists triggers that are disabled.",
						 quote_literal_cstr(name))));
	PG_RETURN_VOID();
}

/* All of them, those that were made by hand, too; copies go with what they are copied from. */
static void
drop_triggers(Oid oid)
{
	Relation	part = open_part(oid);
	TriggerDesc *triggers;
	List	   *statements = NIL;
	ListCell   *cell;

	if (part == NULL)
		return;
	triggers = CopyTriggerDesc(part->trigdesc);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (is_ours(trigger) && !trigger->tgisclone)
			statements = lappend(statements, psprintf("DROP TRIGGER %s ON %s", quote_identifier(trigger->tgname), delivery_qualified_name(part)));
	}
	FreeTriggerDesc(triggers);
	table_close(part, NoLock);
	foreach(cell, statements)
		delivery_run_statement(lfirst(cell));
}

/* The table of whose trigger a partition has a copy. */
static const char *
find_ancestor(Oid partition, const char *trigger)
{
	Oid			found = partition;
	ListCell   *cell;
	List	   *ancestors = get_partition_ancestors(partition);

	foreach(cell, ancestors)
		if (OidIsValid(get_trigger_oid(lfirst_oid(cell), trigger, true)))
			found = lfirst_oid(cell);
	return name_of(found);
}

/*
 * allow_changes(relation)
 */
Datum
delivery_allow_changes(PG_FUNCTION_ARGS)
{
	/* as DROP TRIGGER locks it, and at once: readers of the table who go on to write would deadlock */
	Relation	table = open_table(fcinfo, AccessExclusiveLock);
	Oid			oid = RelationGetRelid(table);
	const char *name = delivery_qualified_name(table);
	Refusal		refusal = find_refusal(table);
	List	   *tables;
	ListCell   *cell;

	table_close(table, NoLock);
	if (refusal.cloned != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table %s is append-only with the table that it is a partition of", name),
				 errdetail("That is table %s.", find_ancestor(oid, refusal.cloned)),
				 errhint("Call it for that one, or detach the partition first.")));
	if (!refusal.is_any)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table %s is not append-only", name),
				 errdetail("It has no trigger of delivery.enforce_append_only()."),
				 errhint("SELECT delivery.append_only(%s) makes it so.", quote_literal_cstr(name))));
	tables = find_all_inheritors(oid, AccessExclusiveLock, NULL);
	foreach(cell, tables)
		drop_triggers(lfirst_oid(cell));
	PG_RETURN_VOID();
}
