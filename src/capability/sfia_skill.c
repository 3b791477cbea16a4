/*
 * sfia_skill.c
 *	  The register of skills, and whether a skill is defined at a level.
 *
 * The user's own rows are read at every call, with the snapshot of the query; one of the
 * same version and code stands before a shipped one.
 */
#include "base/delivery.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/internal.h"
#include "base/query.h"
#include "base/shown.h"
#include "capability/sfia_register.h"

PG_FUNCTION_INFO_V1(delivery_check_sfia_level);
PG_FUNCTION_INFO_V1(delivery_shipped_sfia_skill);

/* The levels at which a skill is defined. */
typedef struct DefinedLevels
{
	int			first;
	int			last;
} DefinedLevels;

/* --- what is shipped ----------------------------------------------------- */

Datum
delivery_shipped_sfia_skill(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const SfiaSkill *skills;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	skills = delivery_sfia_register(&count);
	for (int i = 0; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {0};

		values[0] = CStringGetTextDatum(SFIA_VERSION);
		values[1] = CStringGetTextDatum(skills[i].code);
		values[2] = CStringGetTextDatum(skills[i].name);
		values[3] = Int32GetDatum(skills[i].first_level);
		values[4] = Int32GetDatum(skills[i].last_level);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* --- what is defined ------------------------------------------------------ */

static int
int_column(int column)
{
	bool		is_null;

	/* NOT NULL in the table */
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &is_null));
}

static bool
find_custom_skill(Datum skill, Datum version, DefinedLevels *defined)
{
	static SPIPlanPtr plan = NULL;
	Relation	table = delivery_open_internal("custom_sfia_skill", AccessShareLock);
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {version, skill};
	bool		found = false;

	if (!delivery_is_empty(table))
	{
		SPI_connect();
		delivery_query(table, &plan,
					   "SELECT first_level, last_level FROM delivery_internal.custom_sfia_skill"
					   " WHERE version OPERATOR(pg_catalog.=) $1 AND code OPERATOR(pg_catalog.=) $2",
					   2, types, values);
		found = SPI_processed > 0;
		if (found)
		{
			defined->first = int_column(1);
			defined->last = int_column(2);
		}
		SPI_finish();
	}
	table_close(table, AccessShareLock);
	return found;
}

static bool
find_shipped_skill(const char *skill, const char *version, DefinedLevels *defined)
{
	const SfiaSkill *shipped = strcmp(version, SFIA_VERSION) == 0 ? delivery_find_sfia_skill(skill) : NULL;

	if (shipped == NULL)
		return false;
	defined->first = shipped->first_level;
	defined->last = shipped->last_level;
	return true;
}

/*
 * What somebody may have meant: the code in other letters, with blanks around, by its
 * name, or of another version; NULL if there is nothing like it.
 */
static char *
suggest(Datum skill, Datum version)
{
	static SPIPlanPtr plan = NULL;
	Relation	table = delivery_open_internal("custom_sfia_skill", AccessShareLock);
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {version, skill};
	char	   *meant = NULL;
	MemoryContext caller = CurrentMemoryContext;

	SPI_connect();
	delivery_query(table, &plan,
				   "SELECT pg_catalog.format('%L of version %L', code, version) FROM delivery.sfia_skill"
				   " WHERE pg_catalog.lower(pg_catalog.btrim($2, E' \\t\\n\\r\\f\\x0B')) OPERATOR(pg_catalog.=) ANY (ARRAY[pg_catalog.lower(code), pg_catalog.lower(name)])"
				   " ORDER BY version OPERATOR(pg_catalog.=) $1 DESC, version COLLATE pg_catalog.\"C\" DESC, code COLLATE pg_catalog.\"C\" LIMIT 1",
				   2, types, values);
	if (SPI_processed > 0)
		meant = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	table_close(table, AccessShareLock);
	return meant;
}

pg_noreturn static void
refuse_unknown(Datum skill, Datum version)
{
	char	   *meant = suggest(skill, version);
	char	   *code = delivery_shown(TextDatumGetCString(skill));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("skill \"%s\" is not known", code),
			 errdetail("The register has no skill \"%s\" of version \"%s\".", code, delivery_shown(TextDatumGetCString(version))),
			 meant != NULL ?
			 errhint("Write %s.", meant) :
			 errhint("Pass a code of delivery.sfia_skill, or define your own in delivery.custom_sfia_skill.")));
}

/*
 * check_sfia_level(skill text, level sfia_level, version text) -> boolean
 */
Datum
delivery_check_sfia_level(PG_FUNCTION_ARGS)
{
	Datum		skill = PG_GETARG_DATUM(0);
	Datum		version = PG_GETARG_DATUM(2);
	SfiaLevel	level = PG_GETARG_SFIA_LEVEL(1);
	char	   *code = TextDatumGetCString(skill);
	DefinedLevels defined;

	if (!find_custom_skill(skill, version, &defined) &&
		!find_shipped_skill(code, TextDatumGetCString(version), &defined))
		refuse_unknown(skill, version);
	if (level < defined.first || level > defined.last)
		ereport(ERROR,
				(errcode(ERRCODE_DELIVERY_SKILL_LEVEL_UNDEFINED),
				 errmsg("skill \"%s\" is not defined at level %d", code, level),
				 defined.first == defined.last ?
				 errdetail("It is defined at level %d only.", defined.first) :
				 errdetail("It is defined at levels %d to %d.", defined.first, defined.last),
				 errhint("Use a level at which it is defined, or define it at other levels in delivery.custom_sfia_skill."),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "skill_level_undefined")));
	PG_RETURN_BOOL(true);
}
