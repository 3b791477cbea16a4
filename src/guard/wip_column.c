/*
 * wip_column.c
 *	  Columns of a board: which there can be, and how their values are compared.
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "guard/wip.h"
#include "guard/wip_column.h"

/*
 * Whether to read a value runs checks of domains within it.  They can call anything, and
 * limits are read in the sessions of all who look at a board.  A domain itself is read as
 * what it is of; a row can get parts later.
 */
static bool
has_checks(Oid type)
{
	Oid			base = getBaseType(type);
	Oid			part;

	switch (get_typtype(base))
	{
		case TYPTYPE_COMPOSITE:
			return true;
		case TYPTYPE_RANGE:
			part = get_range_subtype(base);
			break;
		case TYPTYPE_MULTIRANGE:
			part = get_multirange_range(base);
			break;
		default:
			part = get_element_type(base);
	}
	return OidIsValid(part) && (get_typtype(part) == TYPTYPE_DOMAIN || has_checks(part));
}

/*
 * Whether values of a type can name lanes or scopes.
 */
bool
delivery_wip_can_name(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR_FINFO | TYPECACHE_HASH_PROC_FINFO);

	return OidIsValid(entry->eq_opr_finfo.fn_oid) && OidIsValid(entry->hash_proc_finfo.fn_oid) && !has_checks(type);
}

/*
 * Whether values of a type, which is no domain, can be weights.
 */
bool
delivery_wip_can_weigh(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/*
 * How values of a column are compared and hashed, in the current memory context.
 */
void
delivery_wip_describe_column(Relation relation, AttrNumber number, WipColumn *column)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
	TypeCacheEntry *type;

	if (!delivery_wip_can_name(attribute->atttypid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" cannot name lanes or scopes", NameStr(attribute->attname)),
				 has_checks(attribute->atttypid) ?
				 errdetail("Type %s has parts that are domains, or that can become some.", format_type_be(attribute->atttypid)) :
				 errdetail("Values of type %s cannot be compared and hashed.", format_type_be(attribute->atttypid)),
				 errhint("Use a column of a type such as text, integer or an enum.")));
	type = lookup_type_cache(attribute->atttypid,
							 TYPECACHE_EQ_OPR_FINFO | TYPECACHE_HASH_PROC_FINFO | TYPECACHE_BTREE_OPFAMILY | TYPECACHE_HASH_OPFAMILY);
	column->name = pstrdup(NameStr(attribute->attname));
	column->type = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->collation = attribute->attcollation;
	column->length = attribute->attlen;
	column->by_value = attribute->attbyval;
	column->btree_family = type->btree_opf;
	column->hash_family = type->hash_opf;
	fmgr_info_copy(&column->equal, &type->eq_opr_finfo, CurrentMemoryContext);
	fmgr_info_copy(&column->hash, &type->hash_proc_finfo, CurrentMemoryContext);
}
