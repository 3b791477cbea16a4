/*
 * audit_image.c
 *	  The image of a row, as an audit log keeps it.
 *
 * It is what row_to_json writes, but always parses, by key, in every session: a column
 * of type json may hold what its own input takes and what no operator on json reads,
 * such as an escaped NUL.  Such a value becomes a string with its text.
 */
#include "base/delivery.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/json.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "guard/audit_image.h"

/* more of them, and who reads may have too small a stack */
#define NESTED_LEVELS 1000

/* --- whether a value can be read ---------------------------------------- */

/* What is left of a text, and what was seen of it. */
typedef struct Reader
{
	const char *place;
	const char *end;
	bool		is_readable;
} Reader;

/* The four digits behind \u, or -1. */
static int
read_digits(const char *digits, const char *end)
{
	int			value = 0;

	if (end - digits < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char		digit = digits[i];

		value *= 16;
		if (digit >= '0' && digit <= '9')
			value += digit - '0';
		else if (digit >= 'a' && digit <= 'f')
			value += digit - 'a' + 10;
		else if (digit >= 'A' && digit <= 'F')
			value += digit - 'A' + 10;
		else
			return -1;
	}
	return value;
}

/*
 * Behind \u.  No text has a NUL, a surrogate has to be one of a pair, and what is not
 * ASCII may not be in the database's encoding.
 */
static void
read_escape(Reader *reader)
{
	int			value = read_digits(reader->place, reader->end);
	bool		is_pair = false;

	if (value >= 0xD800 && value <= 0xDBFF && reader->end - reader->place >= 10 &&
		reader->place[4] == '\\' && reader->place[5] == 'u')
	{
		int			second = read_digits(reader->place + 6, reader->end);

		is_pair = second >= 0xDC00 && second <= 0xDFFF;
	}
	if (value <= 0 || (value >= 0xD800 && value <= 0xDFFF && !is_pair) ||
		(value > 0x7F && GetDatabaseEncoding() != PG_UTF8))
		reader->is_readable = false;
	reader->place += is_pair ? 10 : Min(4, reader->end - reader->place);
}

/* Behind the quote that begins it. */
static void
read_string(Reader *reader)
{
	while (reader->place < reader->end)
	{
		char		c = *reader->place++;

		if (c == '"')
			return;
		if (c != '\\' || reader->place == reader->end)
			continue;
		if (*reader->place++ == 'u')
			read_escape(reader);
	}
}

/*
 * A value, up to the comma or brace behind it.
 */
static void
read_value(Reader *reader)
{
	int			depth = 0;

	while (reader->place < reader->end)
	{
		char		c = *reader->place;

		if (depth == 0 && (c == ',' || c == '}'))
			return;
		reader->place++;
		if (c == '"')
			read_string(reader);
		else if (c == '{' || c == '[')
		{
			if (++depth > NESTED_LEVELS)
				reader->is_readable = false;
		}
		else if (c == '}' || c == ']')
			depth--;
	}
}

/*
 * The next of the values of a row: from the end of the one before it, or the brace that
 * begins the row, to the colon.
 */
static bool
read_name(Reader *reader)
{
	while (reader->place < reader->end && *reader->place != '"')
		reader->place++;
	if (reader->place == reader->end)
		return false;
	reader->place++;
	read_string(reader);
	while (reader->place < reader->end && *reader->place != ':')
		reader->place++;
	if (reader->place < reader->end)
		reader->place++;
	/* a name has nothing that cannot be read */
	reader->is_readable = true;
	return true;
}

static bool
all_readable(const char *json, int length)
{
	Reader		reader = {json, json + length, true};

	while (read_name(&reader))
	{
		read_value(&reader);
		if (!reader.is_readable)
			return false;
	}
	return true;
}

/* --- image -------------------------------------------------------------- */

static text *
quote_unreadable(const char *json, int length)
{
	Reader		reader = {json, json + length, true};
	const char *copied = json;
	StringInfoData quoted;

	initStringInfo(&quoted);
	while (read_name(&reader))
	{
		const char *value = reader.place;

		read_value(&reader);
		if (reader.is_readable)
			continue;
		appendBinaryStringInfo(&quoted, copied, (int) (value - copied));
		escape_json(&quoted, pnstrdup(value, reader.place - value));
		copied = reader.place;
	}
	appendBinaryStringInfo(&quoted, copied, (int) (reader.end - copied));
	return cstring_to_text_with_len(quoted.data, quoted.len);
}

/* In a type of its own, columns that are not to be recorded are dropped. */
static bool
is_recorded(TupleDesc recorded, int column)
{
	return !TupleDescAttr(recorded, column)->attisdropped;
}

/*
 * The row in the type that is recorded.  What is not is not looked at, nor fetched from
 * where long values are.
 */
static Datum
recorded_row(Relation relation, HeapTuple tuple, TupleDesc recorded)
{
	TupleDesc	desc = RelationGetDescr(relation);
	Datum	   *values;
	bool	   *nulls;

	if (recorded->tdtypeid != RECORDOID)
		return heap_copy_tuple_as_datum(tuple, recorded);
	values = (Datum *) palloc(desc->natts * sizeof(Datum));
	nulls = (bool *) palloc(desc->natts * sizeof(bool));
	heap_deform_tuple(tuple, desc, values, nulls);
	for (int i = 0; i < desc->natts; i++)
		nulls[i] = nulls[i] || !is_recorded(recorded, i);
	return heap_copy_tuple_as_datum(heap_form_tuple(recorded, values, nulls), recorded);
}

/*
 * Whether anything that is recorded differs, be it not to be seen in the images.
 */
bool
delivery_audit_differs(Relation relation, HeapTuple old, HeapTuple new, Oid type, int32 typmod)
{
	TupleDesc	desc = RelationGetDescr(relation);
	TupleDesc	recorded = lookup_rowtype_tupdesc(type, typmod);
	bool		differs = false;

	for (int i = 0; !differs && i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		bool		old_is_null;
		bool		new_is_null;
		Datum		old_value;
		Datum		new_value;

		if (attribute->attisdropped || !is_recorded(recorded, i))
			continue;
		old_value = heap_getattr(old, i + 1, desc, &old_is_null);
		new_value = heap_getattr(new, i + 1, desc, &new_is_null);
		differs = old_is_null != new_is_null;
		/* the same long value is in the same place */
		if (!old_is_null && !new_is_null)
			differs = !datumIsEqual(old_value, new_value, attribute->attbyval, attribute->attlen) &&
				!datum_image_eq(old_value, new_value, attribute->attbyval, attribute->attlen);
	}
	ReleaseTupleDesc(recorded);
	return differs;
}

/*
 * The type is that of the table, or one in which columns that are not to be recorded are
 * dropped.
 */
text *
delivery_audit_image(Relation relation, HeapTuple tuple, Oid type, int32 typmod)
{
	TupleDesc	recorded = lookup_rowtype_tupdesc(type, typmod);
	text	   *json = DatumGetTextP(DirectFunctionCall1(row_to_json, recorded_row(relation, tuple, recorded)));

	ReleaseTupleDesc(recorded);
	if (all_readable(VARDATA_ANY(json), (int) VARSIZE_ANY_EXHDR(json)))
		return json;
	return quote_unreadable(VARDATA_ANY(json), (int) VARSIZE_ANY_EXHDR(json));
}
