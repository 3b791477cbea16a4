/*
 * shown.c
 *	  What an error shows of what somebody wrote: texts, values, lists of them.
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/shown.h"

/* more of a long text says no more */
#define MOST_SHOWN 64

/*
 * The text as far as it is of use, in whole characters.
 */
char *
delivery_shown(const char *text)
{
	int			length = (int) strlen(text);
	int			shown = pg_mbcliplen(text, length, MOST_SHOWN);

	return psprintf("%.*s%s", shown, text, shown < length ? "..." : "");
}

/*
 * A value, as its type writes it.  Of a long one no more is read than is shown: written
 * out, it can be longer than any text can be, and the error would be another one.
 */
char *
delivery_shown_value(Oid type, Datum value)
{
	Oid			output;
	bool		is_varlena;

	switch (getBaseType(type))
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case BYTEAOID:
			/* so much more that it is seen to be cut, also within a character */
			value = PointerGetDatum(PG_DETOAST_DATUM_SLICE(value, 0, MOST_SHOWN + MAX_MULTIBYTE_CHAR_LEN));
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	return delivery_shown(OidOutputFunctionCall(output, value));
}

/*
 * An array of texts, as far as it is of use.
 */
char *
delivery_shown_texts(Datum array)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;
	int			shown;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	shown = Min(count, DELIVERY_LISTED);
	for (int i = 0; i < shown; i++)
		if (!nulls[i])
			texts[i] = CStringGetTextDatum(delivery_shown_value(TEXTOID, texts[i]));
	if (shown < count)
	{
		texts[shown] = CStringGetTextDatum("...");
		nulls[shown++] = false;
	}
	if (shown == 0)
		return pstrdup("{}");
	return OidOutputFunctionCall(F_ARRAY_OUT,
								 PointerGetDatum(construct_md_array(texts, nulls, 1, &shown, &(int){1}, TEXTOID, -1, false, TYPALIGN_INT)));
}
