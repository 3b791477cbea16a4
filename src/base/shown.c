/*
 * shown.c
 *	  What an error shows of a text that somebody wrote.
 */
#include "base/delivery.h"

#include "mb/pg_wchar.h"

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
