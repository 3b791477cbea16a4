/*
 * internal.c
 *	  The extension's two schemas, and the tables in the internal one.
 *
 * Rules are found by the names of the schemas.  If one of these is renamed nothing is
 * found, which must stop what is guarded, and not let it pass.
 */
#include "base/delivery.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/internal.h"

PG_FUNCTION_INFO_V1(delivery_refuse_schemas);

/* functions of ours that were called, and found in their schema since it changed last */
#define CHECKED_FUNCTIONS 16
static Oid	checked_functions[CHECKED_FUNCTIONS];
static int	checked_count = 0;
/* how often they were forgotten */
static uint64 changes = 0;

/* --- tables and functions ----------------------------------------------- */

/*
 * A table of the extension, whatever the caller may do with it.
 */
Relation
delivery_open_internal(const char *name, LOCKMODE mode)
{
	Oid			schema = get_namespace_oid(DELIVERY_INTERNAL_SCHEMA, true);
	Oid			oid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s.%s does not exist", DELIVERY_INTERNAL_SCHEMA, name),
				 errdetail("It belongs to the extension \"delivery\": the table or its schema was renamed, or the extension is of an older version."),
				 errhint("Rename it back, or ALTER EXTENSION delivery UPDATE.")));
	return table_open(oid, mode);
}

/*
 * For those that find no rule, and would say so: an error if there can be none, as the
 * schema or the table has another name.
 */
void
delivery_check_internal(const char *name)
{
	table_close(delivery_open_internal(name, AccessShareLock), AccessShareLock);
}

bool
delivery_is_internal_table(Relation relation, const char *name)
{
	return strcmp(RelationGetRelationName(relation), name) == 0 &&
		RelationGetNamespace(relation) == get_namespace_oid(DELIVERY_INTERNAL_SCHEMA, true);
}

bool
delivery_is_internal_function(Oid function, const char *name)
{
	char	   *found = get_func_name(function);

	return found != NULL && strcmp(found, name) == 0 &&
		get_func_namespace(function) == get_namespace_oid(DELIVERY_INTERNAL_SCHEMA, true);
}

/* --- making the schemas ------------------------------------------------- */

static void
refuse_schema(const char *name)
{
	Oid			schema = get_namespace_oid(name, true);
	HeapTuple	tuple;
	char	   *owner;

	if (!OidIsValid(schema))
		return;
	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple))
		return;
	owner = GetUserNameFromId(((Form_pg_namespace) GETSTRUCT(tuple))->nspowner, false);
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_SCHEMA),
			 errmsg("schema \"%s\" already exists", name),
			 errdetail("It belongs to role \"%s\". The extension makes a schema of that name itself, and adopts none.", owner),
			 errhint("Rename it (ALTER SCHEMA %s RENAME TO another_name), or drop it, then create the extension.", name),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, name)));
}

/*
 * Called by the install script before it makes its schemas.
 */
Datum
delivery_refuse_schemas(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	refuse_schema(DELIVERY_SCHEMA);
	refuse_schema(DELIVERY_INTERNAL_SCHEMA);
	PG_RETURN_VOID();
}

/* --- names of the schemas ----------------------------------------------- */

/*
 * What the extension's other schema is named now, or NULL.
 */
static char *
other_schema(Oid extension, Oid schema)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *name = NULL;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(extension));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (name == NULL && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend member = (Form_pg_depend) GETSTRUCT(tuple);

		if (member->deptype == DEPENDENCY_EXTENSION && member->classid == NamespaceRelationId && member->objid != schema)
			name = get_namespace_name(member->objid);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return name;
}

pg_noreturn static void
refuse_name(const char *wanted, const char *found)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_SCHEMA),
			 errmsg("schema \"%s\" of the extension \"delivery\" is not there", wanted),
			 found == NULL ? errdetail("Guarded tables find their rules by its name.") :
			 errdetail("It is named \"%s\"; guarded tables find their rules by its name.", found),
			 found == NULL ? errhint("Rename it back.") :
			 errhint("ALTER SCHEMA %s RENAME TO %s", quote_identifier(found), wanted)));
}

static void
check_names(Oid function)
{
	Oid			schema = get_func_namespace(function);
	Oid			extension = getExtensionOfObject(ProcedureRelationId, function);
	Oid			api = get_namespace_oid(DELIVERY_SCHEMA, true);

	if (schema != get_namespace_oid(DELIVERY_INTERNAL_SCHEMA, true))
		refuse_name(DELIVERY_INTERNAL_SCHEMA, get_namespace_name(schema));
	if (!OidIsValid(api) ||
		(OidIsValid(extension) && getExtensionOfObject(NamespaceRelationId, api) != extension))
		refuse_name(DELIVERY_SCHEMA, OidIsValid(extension) ? other_schema(extension, schema) : NULL);
}

/*
 * Called by what guards a table, at each statement and again at commit, with itself.
 */
void
delivery_check_schemas(Oid function)
{
	uint64		before = changes;

	for (int i = 0; i < checked_count; i++)
		if (checked_functions[i] == function)
			return;
	check_names(function);
	/* what was renamed while we looked is looked at the next time */
	if (changes != before)
		return;
	if (checked_count == CHECKED_FUNCTIONS)
		checked_count = 0;
	checked_functions[checked_count++] = function;
}

static void
forget(Datum argument, int cache, uint32 value)
{
	(void) argument;
	(void) cache;
	(void) value;
	checked_count = 0;
	changes++;
}

void
delivery_watch_schemas(void)
{
	CacheRegisterSyscacheCallback(NAMESPACEOID, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, forget, (Datum) 0);
}
