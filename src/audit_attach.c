/*
 * audit_attach.c
 *	  Making audit logs, and attaching tables to them.
 *
 * All is done by ordinary statements with the rights of the caller.
 */
#include "delivery.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "audit_chain.h"
#include "statement.h"

PG_FUNCTION_INFO_V1(delivery_create_audit_log);
PG_FUNCTION_INFO_V1(delivery_record_audit);
PG_FUNCTION_INFO_V1(delivery_stop_audit);

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
	appendStringInfo(&statement,
					 "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s "
					 "FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only()", name);
	delivery_run_statement(statement.data);
	PG_RETURN_VOID();
}

/* --- attach and detach -------------------------------------------------- */

/* The audited table, locked as CREATE TRIGGER locks it; the caller owns it. */
static Relation
open_audited(Oid relid)
{
	Relation	relation;

	if (!delivery_owns_table(relid))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relid));
	relation = table_open(relid, ShareRowExclusiveLock);
	if (relation->rd_rel->relkind != RELKIND_RELATION && relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(relation)),
				 errdetail("Only tables and partitioned tables have rows of their own to be audited."),
				 errhint("Audit the tables behind it.")));
	return relation;
}

/*
 * record_audit(audited, log)
 */
Datum
delivery_record_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid = PG_GETARG_OID(0);
	Oid			log_oid = PG_GETARG_OID(1);
	Relation	audited = open_audited(audited_oid);
	Relation	log;
	Oid			owner = audited->rd_rel->relowner;
	char	   *name = delivery_qualified_name(audited);
	char	   *log_name;

	if (audited_oid == log_oid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an audit log cannot record itself"),
				 errdetail("Both tables are %s.", name),
				 errhint("It is append-only and chained as it is.")));
	if (audited->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a temporary table cannot be audited"),
				 errdetail("The table is %s.", name),
				 errhint("Audit a table that lasts.")));
	if (OidIsValid(get_trigger_oid(audited_oid, AUDIT_TRIGGER, true)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table %s is audited already", name),
				 errdetail("It has the trigger \"%s\".", AUDIT_TRIGGER),
				 errhint("SELECT delivery.stop_audit(%s) first, to record it in another log.", quote_literal_cstr(name))));

	log = table_open(log_oid, ShareRowExclusiveLock);
	delivery_check_audit_log(log);
	log_name = delivery_qualified_name(log);
	/* rows are added with the rights of the audited table's owner */
	if (pg_class_aclcheck(log_oid, owner, ACL_INSERT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of table %s may not add rows to audit log %s", name, log_name),
				 errdetail("The owner is \"%s\".", GetUserNameFromId(owner, false)),
				 errhint("GRANT INSERT ON %s TO %s", log_name, quote_identifier(GetUserNameFromId(owner, false)))));
	delivery_run_statement(psprintf("CREATE CONSTRAINT TRIGGER " AUDIT_TRIGGER " AFTER INSERT OR UPDATE OR DELETE ON %s FROM %s "
						 "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION delivery.audit_change()", name, log_name));
	delivery_run_statement(psprintf("CREATE TRIGGER " AUDIT_TRUNCATE_TRIGGER " AFTER TRUNCATE ON %s "
						 "FOR EACH STATEMENT EXECUTE FUNCTION delivery.audit_change()", name));
	table_close(log, NoLock);
	table_close(audited, NoLock);
	PG_RETURN_VOID();
}

/*
 * stop_audit(audited)
 */
Datum
delivery_stop_audit(PG_FUNCTION_ARGS)
{
	Oid			audited_oid = PG_GETARG_OID(0);
	Relation	audited = open_audited(audited_oid);
	char	   *name = delivery_qualified_name(audited);

	table_close(audited, NoLock);
	if (!OidIsValid(get_trigger_oid(audited_oid, AUDIT_TRIGGER, true)) &&
		!OidIsValid(get_trigger_oid(audited_oid, AUDIT_TRUNCATE_TRIGGER, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table %s is not audited", name),
				 errdetail("It has no trigger \"%s\".", AUDIT_TRIGGER),
				 errhint("SELECT delivery.record_audit(%s, 'a_log') audits it.", quote_literal_cstr(name))));
	delivery_run_statement(psprintf("DROP TRIGGER IF EXISTS " AUDIT_TRIGGER " ON %s", name));
	delivery_run_statement(psprintf("DROP TRIGGER IF EXISTS " AUDIT_TRUNCATE_TRIGGER " ON %s", name));
	PG_RETURN_VOID();
}
