/*
 * objective.c
 *	  The type objective: a target ratio such as 99.9%.
 *
 * Kept as parts per billion, so that budgets are integer arithmetic.  What is
 * finer is refused rather than rounded, since it would change a promise.
 * Order, equality and hash are those of the server's integers.
 */
#include "base/delivery.h"

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/binary.h"
#include "base/shown.h"
#include "slo/objective.h"

PG_FUNCTION_INFO_V1(delivery_objective_in);
PG_FUNCTION_INFO_V1(delivery_objective_out);
PG_FUNCTION_INFO_V1(delivery_objective_ratio);
PG_FUNCTION_INFO_V1(delivery_objective_recv);
PG_FUNCTION_INFO_V1(delivery_objective_send);
PG_FUNCTION_INFO_V1(delivery_objective_from_float4);
PG_FUNCTION_INFO_V1(delivery_objective_from_float8);
PG_FUNCTION_INFO_V1(delivery_objective_from_numeric);

#define PERCENT_DECIMALS	7
/* what the hint says of a number too large to be a ratio */
#define PERCENT				(OBJECTIVE_WHOLE / 100)
/* far above any percentage, and small enough to be multiplied */
#define MOST_WHOLE			1000000

typedef enum Reading
{
	READ_OBJECTIVE,
	READ_SYNTAX,				/* no number */
	READ_RANGE,
	READ_DECIMALS				/* finer than a part per billion */
} Reading;

/* A decimal number as it was written. */
typedef struct Decimal
{
	bool		negative;
	int64		whole;			/* at least MOST_WHOLE if it is larger */
	int64		fraction;		/* in billionths */
	bool		finer;			/* has digits beyond those, other than 0 */
	bool		percent;
} Decimal;

/* --- reading ------------------------------------------------------------ */

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
scan_decimal(const char *text, Decimal *decimal)
{
	int			digits = 0;

	memset(decimal, 0, sizeof(Decimal));
	while (scanner_isspace(*text))
		text++;
	if (*text == '+' || *text == '-')
		decimal->negative = *text++ == '-';
	for (; is_digit(*text); text++, digits++)
		if (decimal->whole < MOST_WHOLE)
			decimal->whole = decimal->whole * 10 + (*text - '0');
	if (*text == '.')
	{
		int64		place = OBJECTIVE_WHOLE;

		for (text++; is_digit(*text); text++, digits++)
		{
			place /= 10;
			decimal->fraction += (*text - '0') * place;
			decimal->finer |= place == 0 && *text != '0';
		}
	}
	while (scanner_isspace(*text))
		text++;
	if (*text == '%')
	{
		decimal->percent = true;
		for (text++; scanner_isspace(*text); text++)
			 /* nothing */ ;
	}
	return digits > 0 && *text == '\0';
}

/* Parts per billion of a number in percent; false where they are not whole. */
static bool
percent_parts(const Decimal *decimal, int64 *parts)
{
	*parts = decimal->whole * PERCENT + decimal->fraction / 100;
	return !decimal->finer && decimal->fraction % 100 == 0;
}

static Reading
read_decimal(const Decimal *decimal, Objective *objective)
{
	int64		parts;
	bool		exact;

	if (decimal->percent)
		exact = percent_parts(decimal, &parts);
	else
	{
		parts = decimal->whole * OBJECTIVE_WHOLE + decimal->fraction;
		exact = !decimal->finer;
	}
	/* 0.0000000001 is not 0, but too fine */
	if (decimal->negative || parts >= OBJECTIVE_WHOLE || (parts == 0 && exact))
		return READ_RANGE;
	if (!exact)
		return READ_DECIMALS;
	*objective = (Objective) parts;
	return READ_OBJECTIVE;
}

/* What to write instead: for 99.9 both of its readings. */
static char *
suggest(const Decimal *decimal)
{
	int64		parts;

	if (!decimal->negative && decimal->fraction == 0 && !decimal->finer &&
		(decimal->whole == 100 || (decimal->whole == 1 && !decimal->percent)))
		return pstrdup("An objective of 100 % leaves no error budget; write for example 99.99%.");
	if (!decimal->percent && !decimal->negative && decimal->whole < 100 &&
		percent_parts(decimal, &parts) && parts > PERCENT)
	{
		char	   *percent = delivery_show_objective((Objective) parts);

		return psprintf("Write %s, or %s as a ratio.", percent,
						DatumGetCString(DirectFunctionCall1(numeric_out,
															DirectFunctionCall1(delivery_objective_ratio, ObjectiveGetDatum((Objective) parts)))));
	}
	return pstrdup("Write a percentage like 99.9% or a ratio like 0.999.");
}

/*
 * The one way in for text and numbers.  False after a soft error.
 */
static bool
read_objective(const char *text, Node *escape, Objective *objective)
{
	Decimal		decimal;
	Reading		reading = scan_decimal(text, &decimal) ? read_decimal(&decimal, objective) : READ_SYNTAX;

	switch (reading)
	{
		case READ_OBJECTIVE:
			return true;
		case READ_SYNTAX:
			errsave(escape,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", "objective", delivery_shown(text)),
					 errhint("Write a percentage like 99.9%% or a ratio like 0.999.")));
			break;
		case READ_RANGE:
			errsave(escape,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("objective out of range: \"%s\"", delivery_shown(text)),
					 errdetail("An objective lies above 0 and below 1, which is 100 %%."),
					 errhint("%s", suggest(&decimal))));
			break;
		case READ_DECIMALS:
			errsave(escape,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("objective has too many decimals: \"%s\"", delivery_shown(text)),
					 errdetail("An objective is kept as whole parts per billion: %d decimals of a ratio, %d of a percentage.",
							   OBJECTIVE_DECIMALS, PERCENT_DECIMALS),
					 errhint("Round it, for example with round(value, %d).", OBJECTIVE_DECIMALS)));
			break;
	}
	return false;
}

/* --- input and output --------------------------------------------------- */

/*
 * A percentage without trailing zeros.
 */
char *
delivery_show_objective(Objective objective)
{
	char	   *text = psprintf("%d.%0*d", objective / PERCENT, PERCENT_DECIMALS, objective % PERCENT);
	Size		length = strlen(text);

	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	text[length++] = '%';
	text[length] = '\0';
	return text;
}

Datum
delivery_objective_in(PG_FUNCTION_ARGS)
{
	Objective	objective;

	if (!read_objective(PG_GETARG_CSTRING(0), fcinfo->context, &objective))
		PG_RETURN_NULL();
	PG_RETURN_OBJECTIVE(objective);
}

Datum
delivery_objective_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(delivery_show_objective(PG_GETARG_OBJECTIVE(0)));
}

/*
 * The format, then the parts per billion as an int8: twelve bytes, as hardly any
 * other type has, where an int4 would make it as long as a bigint.
 */
Datum
delivery_objective_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length = delivery_receive_format(message, "objective");
	int64		parts;

	if (length != sizeof(int64))
		delivery_refuse_binary("objective", psprintf("Bytes after the format: %d, where %zu are wanted.", length, sizeof(int64)));
	parts = pq_getmsgint64(message);
	if (!delivery_is_objective(parts))
		delivery_refuse_binary("objective", psprintf("It has %lld parts per billion, and they lie above 0 and below %d.",
													 (long long) parts, OBJECTIVE_WHOLE));
	PG_RETURN_OBJECTIVE(parts);
}

Datum
delivery_objective_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	delivery_send_format(&message);
	pq_sendint64(&message, (uint64) PG_GETARG_OBJECTIVE(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* --- casts -------------------------------------------------------------- */

static Datum
objective_of_numeric(Numeric number)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	Objective	objective;

	if (numeric_is_nan(number) || numeric_is_inf(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("objective out of range: \"%s\"", text),
				 errdetail("An objective is a number."),
				 errhint("Write a ratio like 0.999.")));
	(void) read_objective(text, NULL, &objective);
	PG_RETURN_OBJECTIVE(objective);
}

/*
 * objective(numeric) -> objective
 */
Datum
delivery_objective_from_numeric(PG_FUNCTION_ARGS)
{
	return objective_of_numeric(PG_GETARG_NUMERIC(0));
}

/*
 * objective(float4) -> objective: by its shortest decimal.  The six digits that
 * a float4 holds for sure would round a promise such as 0.9999994.
 */
Datum
delivery_objective_from_float4(PG_FUNCTION_ARGS)
{
	char		shortest[FLOAT_SHORTEST_DECIMAL_LEN];

	float_to_shortest_decimal_buf(PG_GETARG_FLOAT4(0), shortest);
	return objective_of_numeric(DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(shortest),
																	ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

/*
 * objective(float8) -> objective: by the 15 digits that a float8 holds for
 * sure.  They are its shortest decimal where it was written as one with so many,
 * and what a calculation made of it, such as 99.9 / 100, is still 0.999.
 */
Datum
delivery_objective_from_float8(PG_FUNCTION_ARGS)
{
	return objective_of_numeric(DatumGetNumeric(DirectFunctionCall1(float8_numeric, PG_GETARG_DATUM(0))));
}

/*
 * ratio(objective) -> numeric
 */
Datum
delivery_objective_ratio(PG_FUNCTION_ARGS)
{
	Numeric		ratio = int64_div_fast_to_numeric(PG_GETARG_OBJECTIVE(0), OBJECTIVE_DECIMALS);

	return DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(ratio));
}
