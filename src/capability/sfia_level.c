/*
 * sfia_level.c
 *	  The type sfia_level: one of the seven levels of responsibility.
 *
 * A level is held in full or not yet, so there is no way in for fractions: they are
 * neither rounded nor cut off.  Order, equality and hash are those of the server's
 * integers.
 */
#include "base/delivery.h"

#include "libpq/pqformat.h"
#include "parser/scansup.h"
#include "utils/builtins.h"

#include "base/binary.h"
#include "base/shown.h"
#include "capability/sfia_level.h"

PG_FUNCTION_INFO_V1(delivery_sfia_level_from_int2);
PG_FUNCTION_INFO_V1(delivery_sfia_level_from_int4);
PG_FUNCTION_INFO_V1(delivery_sfia_level_from_int8);
PG_FUNCTION_INFO_V1(delivery_sfia_level_from_text);
PG_FUNCTION_INFO_V1(delivery_sfia_level_in);
PG_FUNCTION_INFO_V1(delivery_sfia_level_lowest_int4);
PG_FUNCTION_INFO_V1(delivery_sfia_level_lowest_text);
PG_FUNCTION_INFO_V1(delivery_sfia_level_name);
PG_FUNCTION_INFO_V1(delivery_sfia_level_out);
PG_FUNCTION_INFO_V1(delivery_sfia_level_recv);
PG_FUNCTION_INFO_V1(delivery_sfia_level_send);

typedef enum Reading
{
	READ_LEVEL,
	READ_SYNTAX,
	READ_RANGE,					/* a whole number, but no level */
	READ_FRACTION				/* a number between two levels, the lower one of which was read */
} Reading;

/* As SFIA 9 writes them; the parts of a name are divided by commas. */
static const char *const level_names[SFIA_LEVELS + 1] = {
	NULL,
	"Follow",
	"Assist",
	"Apply",
	"Enable",
	"Ensure, advise",
	"Initiate, influence",
	"Set strategy, inspire, mobilise",
};

/* --- reading ------------------------------------------------------------ */

static inline bool
is_divider(char c)
{
	return c == ',' || c == '/' || scanner_isspace(c);
}

/* Letters are the same in any case, and the s of -ise, which begins no name, may be a z. */
static bool
same_letter(const char *name, char c)
{
	c = (char) pg_ascii_tolower((unsigned char) c);
	return c == (char) pg_ascii_tolower((unsigned char) *name) ||
		(c == 'z' && *name == 's' && name[-1] == 'i' && name[1] == 'e');
}

/*
 * Whether a text, without blanks around, is the name of a level or its first part.
 */
static bool
is_name(const char *name, const char *text, int length)
{
	const char *end = text + length;
	bool		is_first_part = true;

	while (*name != '\0')
	{
		if (text == end)
			return *name == ',' && is_first_part;
		if (is_divider(*name))
		{
			is_first_part = is_first_part && *name != ',';
			if (!is_divider(*text))
				return false;
			while (is_divider(*name))
				name++;
			while (text < end && is_divider(*text))
				text++;
			if (text == end)
				return false;
		}
		else if (same_letter(name, *text))
		{
			name++;
			text++;
		}
		else
			return false;
	}
	return text == end;
}

static Reading
read_name(const char *text, int length, SfiaLevel *level)
{
	for (int l = 1; l <= SFIA_LEVELS; l++)
	{
		if (is_name(level_names[l], text, length))
		{
			*level = (SfiaLevel) l;
			return READ_LEVEL;
		}
	}
	return READ_SYNTAX;
}

/*
 * Digits as a number is written without need: no plus, no zero in front.
 */
static Reading
read_number(const char *text, int length, SfiaLevel *level)
{
	const char *digits = *text == '-' ? text + 1 : text;
	int			whole = (int) strspn(digits, "0123456789");
	bool		negative = digits > text;
	bool		is_level = !negative && whole == 1 && delivery_is_sfia_level(*digits - '0');

	if (is_level)
		*level = (SfiaLevel) (*digits - '0');
	if (whole == 0 || (*digits == '0' && (whole > 1 || (negative && length == 2))))
		return READ_SYNTAX;
	if (digits + whole == text + length)
		return is_level ? READ_LEVEL : READ_RANGE;
	/* some write a comma before the fraction */
	if (is_level && (digits[1] == '.' || digits[1] == ',') && length > 2 &&
		2 + (int) strspn(digits + 2, "0123456789") == length)
		return READ_FRACTION;
	return READ_SYNTAX;
}

static Reading
read_level(const char *text, SfiaLevel *level)
{
	int			length;

	while (scanner_isspace(*text))
		text++;
	length = (int) strlen(text);
	while (length > 0 && scanner_isspace(text[length - 1]))
		length--;
	if (length == 0)
		return READ_SYNTAX;
	if (*text == '-' || (*text >= '0' && *text <= '9'))
		return read_number(text, length, level);
	return read_name(text, length, level);
}

#define WRITE_LEVEL "Write a digit from 1 to 7 or the name of a level, such as Enable; NULL where none is held."

/*
 * The one way in for text.  False after a soft error.
 */
static bool
read_or_refuse(const char *text, Node *escape, SfiaLevel *level)
{
	switch (read_level(text, level))
	{
		case READ_LEVEL:
			return true;
		case READ_SYNTAX:
			errsave(escape,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", "sfia_level", delivery_shown(text)),
					 errdetail("It is neither a digit from 1 to 7 nor the name of a level."),
					 errhint(WRITE_LEVEL)));
			break;
		case READ_FRACTION:
			errsave(escape,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", "sfia_level", delivery_shown(text)),
					 errdetail("There is nothing between two levels."),
					 errhint("A level is held in full or not yet, so write %d.", *level)));
			break;
		case READ_RANGE:
			errsave(escape,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("level of responsibility out of range: %s", delivery_shown(text)),
					 errdetail("The levels are 1 to %d.", SFIA_LEVELS),
					 errhint(WRITE_LEVEL)));
			break;
	}
	return false;
}

/* --- input and output --------------------------------------------------- */

Datum
delivery_sfia_level_in(PG_FUNCTION_ARGS)
{
	SfiaLevel	level;

	if (!read_or_refuse(PG_GETARG_CSTRING(0), fcinfo->context, &level))
		PG_RETURN_NULL();
	PG_RETURN_SFIA_LEVEL(level);
}

Datum
delivery_sfia_level_out(PG_FUNCTION_ARGS)
{
	char	   *text = (char *) palloc(2);

	text[0] = (char) ('0' + PG_GETARG_SFIA_LEVEL(0));
	text[1] = '\0';
	PG_RETURN_CSTRING(text);
}

/*
 * The format and the level, a byte each.  See binary.h for what else has two bytes.
 */
Datum
delivery_sfia_level_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length = message->len - message->cursor;
	int			format;
	int			level;

	if (length != 2)
		delivery_refuse_binary("sfia_level", psprintf("Bytes: %d, where 2 are wanted.", length));
	format = pq_getmsgbyte(message);
	level = pq_getmsgbyte(message);
	if (format != BINARY_FORMAT)
		delivery_refuse_binary("sfia_level", psprintf("It begins with the byte %02x, which is no format that this version knows.", format));
	if (!delivery_is_sfia_level(level))
		delivery_refuse_binary("sfia_level", psprintf("It has level %d, and the levels are 1 to %d.", level, SFIA_LEVELS));
	PG_RETURN_SFIA_LEVEL(level);
}

Datum
delivery_sfia_level_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, BINARY_FORMAT);
	pq_sendbyte(&message, (uint8) PG_GETARG_SFIA_LEVEL(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* --- casts and names ---------------------------------------------------- */

static inline SfiaLevel
level_of_number(int64 number)
{
	if (unlikely(!delivery_is_sfia_level(number)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("level of responsibility out of range: %lld", (long long) number),
				 errdetail("The levels are 1 to %d.", SFIA_LEVELS),
				 errhint(WRITE_LEVEL)));
	return (SfiaLevel) number;
}

static SfiaLevel
level_of_text(text *written)
{
	SfiaLevel	level = 0;

	(void) read_or_refuse(text_to_cstring(written), NULL, &level);
	return level;
}

Datum
delivery_sfia_level_from_int2(PG_FUNCTION_ARGS)
{
	PG_RETURN_SFIA_LEVEL(level_of_number(PG_GETARG_INT16(0)));
}

Datum
delivery_sfia_level_from_int4(PG_FUNCTION_ARGS)
{
	PG_RETURN_SFIA_LEVEL(level_of_number(PG_GETARG_INT32(0)));
}

Datum
delivery_sfia_level_from_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_SFIA_LEVEL(level_of_number(PG_GETARG_INT64(0)));
}

Datum
delivery_sfia_level_from_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_SFIA_LEVEL(level_of_text(PG_GETARG_TEXT_PP(0)));
}

/*
 * level_name(sfia_level) -> text
 */
Datum
delivery_sfia_level_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(level_names[PG_GETARG_SFIA_LEVEL(0)]));
}

/* --- the level held in full ---------------------------------------------- */

/*
 * The lower one of a state, NULL before the first level, and a level.
 */
static inline Datum
lowest(FunctionCallInfo fcinfo, SfiaLevel level)
{
	if (!PG_ARGISNULL(0))
		level = Min(level, PG_GETARG_SFIA_LEVEL(0));
	PG_RETURN_SFIA_LEVEL(level);
}

/* Rows that know no level leave the state as it is. */
static inline Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * sfia_level(integer), transition
 */
Datum
delivery_sfia_level_lowest_int4(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	return lowest(fcinfo, level_of_number(PG_GETARG_INT32(1)));
}

/*
 * sfia_level(text), transition
 */
Datum
delivery_sfia_level_lowest_text(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	return lowest(fcinfo, level_of_text(PG_GETARG_TEXT_PP(1)));
}
