/*
 * audit_create.c
 *	  Making audit logs, and going on with a new one.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "base/statement.h"
#include "guard/audit.h"
#include "guard/audit_attach.h"
#include "guard/audit_log.h"
#include "guard/audit_target.h"

PG_FUNCTION_INFO_V1(delivery_create_audit_log);
PG_FUNCTION_INFO_V1(delivery_rotate_audit_log);

/* --- create_audit_log --------------------------------------------------- */

static void
create_table(const char *name)
{
	StringInfoData statement;

	initStringInfo(&statement);
	appendStringInfo(&statement, "CREATE TABLE %s (", name);
	for (int i = 0; i < AUDIT_COLUMNS; i++)
		appendStringInfo(&statement, "%s %s%s, ", delivery_audit_columns[i].name, format_type_be(delivery_audit_columns[i].type),
						 delivery_audit_columns[i].may_be_null ? "" : " NOT NULL");
	appendStringInfo(&statement, "PRIMARY KEY (%s))", delivery_audit_columns[AUDIT_SEQUENCE].name);
	delivery_run_statement(statement.data);
	delivery_run_statement(psprintf("COMMENT ON TABLE %s IS 'audit log: a chain of what happened to the tables that record_audit attached'", name));
	for (int i = 0; i < AUDIT_COLUMNS; i++)
		delivery_run_statement(psprintf("COMMENT ON COLUMN %s.%s IS '%s'", name, delivery_audit_columns[i].name, delivery_audit_columns[i].comment));
}

static void
create_triggers(const char *name)
{
	/* statements that touch no row, and TRUNCATE */
	delivery_run_statement(psprintf("CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s "
									"FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()", name));
	/*
	 * Where changes come without a statement, from a replica or of a parent; a constraint
	 * trigger, so that the right TRIGGER is none to put another in its place.
	 */
	delivery_run_statement(psprintf("CREATE CONSTRAINT TRIGGER append_only_rows AFTER INSERT OR UPDATE OR DELETE ON %s "
									"NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION delivery.enforce_append_only()", name));
}

/*
 * Makes a log and returns its name as it is written in a statement.
 */
static char *
create_log(text *wanted_name)
{
	RangeVar   *wanted = makeRangeVarFromNameList(textToQualifiedNameList(wanted_name));
	Oid			namespace = RangeVarGetCreationNamespace(wanted);
	char	   *name;

	if (isTempNamespace(namespace))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("an audit log must not be temporary"),
				 errdetail("Schema \"%s\" ends with the session.", get_namespace_name(namespace)),
				 errhint("Name a schema that lasts.")));
	name = quote_qualified_identifier(get_namespace_name(namespace), wanted->relname);
	create_table(name);
	create_triggers(name);
	return name;
}

/*
 * create_audit_log(log)
 */
Datum
delivery_create_audit_log(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an audit log needs a name"),
				 errdetail("The name is NULL."),
				 errhint("CALL delivery.create_audit_log('audit_log')")));
	(void) create_log(PG_GETARG_TEXT_PP(0));
	PG_RETURN_VOID();
}

/* --- rotate_audit_log --------------------------------------------------- */

static Oid
table_of_trigger(Oid trigger)
{
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			table = InvalidOid;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(triggers, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && !OidIsValid(((Form_pg_trigger) GETSTRUCT(tuple))->tgparentid))
		table = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return table;
}

/*
 * Tables that have triggers of their own that depend on the log, in the order of their
 * numbers.
 */
static List *
find_audited(Oid log)
{
	Relation	depends = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *tables = NIL;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(log));
	scan = systable_beginscan(depends, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);
		Oid			table = depend->classid == TriggerRelationId && depend->deptype == DEPENDENCY_NORMAL ? table_of_trigger(depend->objid) : InvalidOid;

		if (OidIsValid(table) && table != log)
			tables = list_append_unique_oid(tables, table);
	}
	systable_endscan(scan);
	table_close(depends, AccessShareLock);
	list_sort(tables, list_oid_cmp);
	return tables;
}

/* Of the tables, those that are no partition or child of another one of them. */
static List *
find_roots(List *tables)
{
	List	   *parts = NIL;
	ListCell   *cell;

	foreach(cell, tables)
	{
		List	   *inheritors = find_all_inheritors(lfirst_oid(cell), NoLock, NULL);

		parts = list_concat_unique_oid(parts, list_delete_oid(inheritors, lfirst_oid(cell)));
	}
	return list_difference_oid(tables, parts);
}

/*
 * Who may read the whole old log or record into it may do so with the new one, which
 * belongs to the same role.  Where policies say who sees which rows, nobody but the owner
 * sees any until there are policies again.
 */
static void
give_rights(Relation log, const char *next)
{
	Oid			owner = log->rd_rel->relowner;
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(log)));
	Datum		acl;
	bool		is_null;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", RelationGetRelid(log));
	if (owner != GetUserId())
		delivery_run_statement(psprintf("ALTER TABLE %s OWNER TO %s", next, quote_identifier(GetUserNameFromId(owner, false))));
	if (log->rd_rel->relrowsecurity)
		delivery_run_statement(psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", next));
	if (log->rd_rel->relforcerowsecurity)
		delivery_run_statement(psprintf("ALTER TABLE %s FORCE ROW LEVEL SECURITY", next));
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &is_null);
	if (!is_null)
	{
		Acl		   *rights = DatumGetAclP(acl);
		const AclItem *items = ACL_DAT(rights);

		for (int i = 0; i < ACL_NUM(rights); i++)
		{
			const char *role = items[i].ai_grantee == ACL_ID_PUBLIC ? "PUBLIC" : quote_identifier(GetUserNameFromId(items[i].ai_grantee, false));

			if (items[i].ai_grantee != owner && (ACLITEM_GET_PRIVS(items[i]) & ACL_SELECT))
				delivery_run_statement(psprintf("GRANT SELECT ON %s TO %s", next, role));
			if (items[i].ai_grantee != owner && (ACLITEM_GET_PRIVS(items[i]) & ACL_INSERT))
				delivery_run_statement(psprintf("GRANT INSERT ON %s TO %s", next, role));
		}
	}
	ReleaseSysCache(tuple);
}

/*
 * A log goes on in one other: if the last thing that is recorded in it is that it does,
 * it does so already.
 */
static void
check_not_rotated(Relation log, const AttrNumber *columns)
{
	Relation	index = index_open(delivery_primary_key(log), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc rows = systable_beginscan_ordered(log, index, snapshot, 0, NULL);
	HeapTuple	tuple = systable_getnext_ordered(rows, BackwardScanDirection);
	AuditRow	row;

	if (HeapTupleIsValid(tuple))
	{
		delivery_audit_read_row(log, columns, tuple, &row);
		if (strcmp(TextDatumGetCString(row.values[AUDIT_OPERATION]), "ROTATE") == 0 && !row.nulls[AUDIT_DETAIL])
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("audit log \"%s\" goes on in another one already", RelationGetRelationName(log)),
					 errdetail("Its last row says: %s", TextDatumGetCString(row.values[AUDIT_DETAIL])),
					 errhint("Rotate that one.")));
	}
	systable_endscan_ordered(rows);
	UnregisterSnapshot(snapshot);
	index_close(index, AccessShareLock);
}

/*
 * The last row of the old log names the new one; the first row of the new one has the
 * hash of that.
 */
static void
queue_link(Oid log, Oid next, const char *next_name)
{
	Relation	relation = table_open(log, RowExclusiveLock);
	StringInfoData detail;
	AuditEntry	entry;

	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"next\":");
	escape_json(&detail, next_name);
	appendStringInfoChar(&detail, '}');
	delivery_audit_describe(&entry, log, relation, AUDIT_ROTATE);
	entry.texts[AUDIT_ENTRY_DETAIL] = delivery_audit_text(detail.data);
	delivery_audit_queue(&entry);
	delivery_audit_describe(&entry, next, relation, AUDIT_LINK);
	delivery_audit_queue(&entry);
	table_close(relation, NoLock);
}

/*
 * The audited tables, as DROP TRIGGER locks them, and then the log, as who writes to them
 * does; returns lists of each with its parts.  Who attaches a table locks the log, too.
 */
static List *
lock_audited(Oid log)
{
	List	   *roots = find_roots(find_audited(log));
	List	   *trees = NIL;
	ListCell   *cell;

	foreach(cell, roots)
		delivery_audit_check_rights(lfirst_oid(cell), InvalidOid);
	foreach(cell, roots)
	{
		table_close(delivery_open_table(lfirst_oid(cell), AccessExclusiveLock), NoLock);
		trees = lappend(trees, find_all_inheritors(lfirst_oid(cell), AccessExclusiveLock, NULL));
	}
	table_close(delivery_open_table(log, ShareUpdateExclusiveLock), NoLock);
	AcceptInvalidationMessages();
	if (!equal(roots, find_roots(find_audited(log))))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("tables of audit log \"%s\" were attached or detached meanwhile", get_rel_name(log)),
				 errdetail("All of them have to be locked before the log."),
				 errhint("Call it again.")));
	return trees;
}

/*
 * rotate_audit_log(log, next_log)
 */
Datum
delivery_rotate_audit_log(PG_FUNCTION_ARGS)
{
	Oid			log_oid;
	AttrNumber	columns[AUDIT_COLUMNS];
	List	   *trees;
	ListCell   *cell;
	Relation	log;
	char	   *next_name;
	Oid			next;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an audit log and the name of the next one are needed"),
				 errdetail("The %s is NULL.", PG_ARGISNULL(0) ? "log" : "name"),
				 errhint("CALL delivery.rotate_audit_log('audit_log', 'audit_log_2')")));
	log_oid = PG_GETARG_OID(0);
	delivery_check_table_exists(log_oid);
	delivery_check_owns_log(log_oid, "Where it goes on is the owner's to say.");
	trees = lock_audited(log_oid);
	log = table_open(log_oid, NoLock);
	delivery_check_audit_log(log, columns);
	check_not_rotated(log, columns);
	next_name = create_log(PG_GETARG_TEXT_PP(1));
	next = RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(next_name))), NoLock, false);
	give_rights(log, next_name);
	queue_link(log_oid, next, next_name);
	foreach(cell, trees)
	{
		List	   *tables = (List *) lfirst(cell);

		delivery_audit_move(tables, linitial_oid(tables), log_oid, next, next_name);
	}
	table_close(log, NoLock);
	PG_RETURN_VOID();
}
