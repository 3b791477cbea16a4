/*
 * canonical.c
 *	  Values written alike in every session, whatever its settings.
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/guc.h"

#include "guard/canonical.h"

/*
 * Whether a value of this type is written alike whatever the search_path: names of
 * tables, functions and such are not, and of other types nothing is known.
 */
static bool
is_plain_type(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case BPCHAROID:
		case BYTEAOID:
		case DATEOID:
		case FLOAT4OID:
		case FLOAT8OID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case INTERVALOID:
		case JSONBOID:
		case JSONOID:
		case NUMERICOID:
		case TEXTOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMETZOID:
		case UUIDOID:
		case VARCHAROID:
			return true;
		default:
			return false;
	}
}

/*
 * Fix the settings that change how values of these columns are written, where they
 * are not so already.  Returns the level to go back from, 0 if there is nothing to
 * undo.
 */
int
delivery_pin_settings(TupleDesc desc)
{
	const char *wanted[9][2];
	long		offset;
	int			count = 0;
	int			level;

	if (bytea_output != BYTEA_OUTPUT_HEX)
		wanted[count][0] = "bytea_output", wanted[count++][1] = "hex";
	if (DateStyle != USE_ISO_DATES)
		wanted[count][0] = "datestyle", wanted[count++][1] = "ISO";
	if (extra_float_digits < 1)
		wanted[count][0] = "extra_float_digits", wanted[count++][1] = "1";
	if (IntervalStyle != INTSTYLE_POSTGRES)
		wanted[count][0] = "intervalstyle", wanted[count++][1] = "postgres";
	if (quote_all_identifiers)
		wanted[count][0] = "quote_all_identifiers", wanted[count++][1] = "off";
	if (!pg_get_timezone_offset(session_timezone, &offset) || offset != 0)
		wanted[count][0] = "timezone", wanted[count++][1] = "UTC";
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped || is_plain_type(TupleDescAttr(desc, i)->atttypid))
			continue;
		wanted[count][0] = "search_path", wanted[count++][1] = "pg_catalog, pg_temp";
		wanted[count][0] = "lc_monetary", wanted[count++][1] = "C";
		wanted[count][0] = "xmlbinary", wanted[count++][1] = "base64";
		break;
	}
	if (count == 0)
		return 0;
	level = NewGUCNestLevel();
	for (int i = 0; i < count; i++)
		(void) set_config_option(wanted[i][0], wanted[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/*
 * Also undoes what functions of the types' owners may have set meanwhile.
 */
void
delivery_unpin_settings(int level)
{
	if (level > 0)
		AtEOXact_GUC(false, level);
}
