/*
 * calendar_io.c
 *	  The type work_calendar: text and binary input and output, equality, order,
 *	  hash, and the binding of public holidays.
 *
 * What is stored is the normalised text; both inputs and with_holidays() go
 * through the one parser, so a stored value can always be read.
 */
#include "base/delivery.h"

#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/hashfn.h"
#include "common/sha2.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/binary.h"
#include "base/zone.h"
#include "calendar/calendar_day.h"
#include "calendar/calendar_io.h"
#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_show.h"
#include "calendar/calendar_value.h"

PG_FUNCTION_INFO_V1(delivery_calendar_cmp);
PG_FUNCTION_INFO_V1(delivery_calendar_eq);
PG_FUNCTION_INFO_V1(delivery_calendar_ge);
PG_FUNCTION_INFO_V1(delivery_calendar_gt);
PG_FUNCTION_INFO_V1(delivery_calendar_hash);
PG_FUNCTION_INFO_V1(delivery_calendar_hash_extended);
PG_FUNCTION_INFO_V1(delivery_calendar_in);
PG_FUNCTION_INFO_V1(delivery_calendar_le);
PG_FUNCTION_INFO_V1(delivery_calendar_lt);
PG_FUNCTION_INFO_V1(delivery_calendar_ne);
PG_FUNCTION_INFO_V1(delivery_calendar_out);
PG_FUNCTION_INFO_V1(delivery_calendar_recv);
PG_FUNCTION_INFO_V1(delivery_calendar_send);
PG_FUNCTION_INFO_V1(delivery_with_holidays);

#define MOST_NOTICES 5

#define GET_CALENDAR(n) PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(n))
#define CALENDAR_VALUE(varlena) ((const WorkCalendar *) VARDATA_ANY(varlena))
#define CALENDAR_TEXT_LENGTH(varlena) (VARSIZE_ANY_EXHDR(varlena) - WORK_CALENDAR_HEADER)

/*
 * Memory for the parser, as realloc() gives it.
 */
void *
delivery_calendar_memory(void *pointer, size_t size)
{
	return pointer == NULL ? palloc(size) : repalloc(pointer, size);
}

/* --- values ------------------------------------------------------------- */

static void
digest_text(const char *text, size_t length, uint8 *digest)
{
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) text, length) < 0 ||
		pg_cryptohash_final(context, sha256, sizeof(sha256)) < 0)
		elog(ERROR, "could not compute the digest of a calendar");
	pg_cryptohash_free(context);
	memcpy(digest, sha256, WORK_CALENDAR_DIGEST);
}

/*
 * The value of these rules, or NULL after a soft error.  UTC is not written, as
 * none means UTC.
 */
static struct varlena *
make_value(const CalendarRules *rules, const char *zone, Node *escape)
{
	size_t		length;
	char	   *text = delivery_show_calendar(rules, strcmp(zone, "UTC") == 0 ? NULL : zone,
											  delivery_calendar_memory, &length);
	struct varlena *value;
	WorkCalendar *calendar;

	if (length > CALENDAR_TEXT_LIMIT)
	{
		errsave(escape,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("working calendar is too long"),
				 errdetail("Its text has %zu bytes; at most %d are possible.", length, CALENDAR_TEXT_LIMIT),
				 errhint("Write ranges rather than lists, or keep fewer dates in it.")));
		return NULL;
	}
	value = (struct varlena *) palloc(VARHDRSZ + WORK_CALENDAR_HEADER + length);
	SET_VARSIZE(value, VARHDRSZ + WORK_CALENDAR_HEADER + length);
	calendar = (WorkCalendar *) VARDATA(value);
	calendar->version = WORK_CALENDAR_VERSION;
	digest_text(text, length, calendar->digest);
	memcpy(calendar->text, text, length);
	return value;
}

/* What stands from a place on, as far as it helps to find it. */
static char *
show_place(const char *text, size_t length, size_t position)
{
	int			shown = (int) Min(length - position, 20);

	if (position >= length)
		return pstrdup("at the end");
	shown = pg_mbcliplen(text + position, (int) (length - position), shown);
	return psprintf("at \"%.*s%s\"", shown, text + position,
					(size_t) shown < length - position ? "..." : "");
}

static bool
refuse_text(Node *escape, const char *text, size_t length, const CalendarFault *fault)
{
	errsave(escape,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid working calendar: %s", fault->reason),
			 errdetail("Position %d, %s.", pg_mbstrlen_with_len(text, (int) fault->position) + 1,
					   show_place(text, length, fault->position)),
			 errhint("%s", fault->hint)));
	return false;
}

/*
 * Read text into rules and the name of their zone; false after a soft error.
 */
static bool
read_text(const char *text, size_t length, Node *escape, CalendarRules *rules, const char **zone)
{
	CalendarFault fault;
	pg_tz	   *found;

	*zone = "UTC";
	if (!delivery_parse_calendar(text, length, delivery_calendar_memory, rules, &fault))
		return refuse_text(escape, text, length, &fault);
	if (rules->zone == NULL)
		return true;
	found = delivery_look_up_zone(pnstrdup(rules->zone, rules->zone_length));
	if (found == NULL)
	{
		fault.position = rules->zone_position;
		fault.reason = "the time zone is not known";
		fault.hint = "Write a name that pg_timezone_names lists, such as TZ=Europe/Paris; or leave it out for UTC.";
		return refuse_text(escape, text, length, &fault);
	}
	*zone = pg_get_timezone_name(found);
	return true;
}

/*
 * Say what has no effect, as it is hardly meant.
 */
static void
notice_rules_without_effect(const CalendarRules *rules)
{
	int			rule = -1;
	int64_t		looks = 0;

	/* who wrote one will look at the others, too */
	for (int notices = 0; notices < MOST_NOTICES &&
		 (rule = delivery_calendar_rule_without_effect(rules, rule + 1, &looks)) >= 0; notices++)
		ereport(NOTICE,
				(errmsg("rule %d of the working calendar has no effect", rule + 1),
				 errdetail("The rule is \"%s\"; later rules replace it on every day to which it applies, or it applies to none.",
						   delivery_show_calendar_rule(rules, rule, delivery_calendar_memory)),
				 errhint("Put general rules first and exceptions last.")));
}

static void
notice_unused_holidays(const CalendarRules *rules)
{
	if (rules->holidays_bound && !rules->holidays_used)
		ereport(NOTICE,
				(errmsg("public holidays of the working calendar have no effect"),
				 errdetail("None of its rules names PH."),
				 errhint("Add a rule such as ; PH off.")));
}

/* --- input and output --------------------------------------------------- */

Datum
delivery_calendar_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	CalendarRules rules;
	const char *zone;
	struct varlena *value;

	if (!read_text(text, strlen(text), fcinfo->context, &rules, &zone))
		PG_RETURN_NULL();
	value = make_value(&rules, zone, fcinfo->context);
	if (value == NULL)
		PG_RETURN_NULL();
	notice_rules_without_effect(&rules);
	notice_unused_holidays(&rules);
	PG_RETURN_POINTER(value);
}

Datum
delivery_calendar_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = GET_CALENDAR(0);

	PG_RETURN_CSTRING(pnstrdup(CALENDAR_VALUE(value)->text, CALENDAR_TEXT_LENGTH(value)));
}

/*
 * The format, then the text.
 */
Datum
delivery_calendar_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			bytes = delivery_receive_format(message, "work_calendar");
	int			length;
	char	   *text;
	CalendarRules rules;
	const char *zone;

	text = pq_getmsgtext(message, bytes, &length);
	read_text(text, length, NULL, &rules, &zone);
	PG_RETURN_POINTER(make_value(&rules, zone, NULL));
}

Datum
delivery_calendar_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = GET_CALENDAR(0);
	StringInfoData message;

	pq_begintypsend(&message);
	delivery_send_format(&message);
	pq_sendtext(&message, CALENDAR_VALUE(value)->text, CALENDAR_TEXT_LENGTH(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* --- equality and order: of the normalised text ------------------------- */

static bool
is_equal(struct varlena *a, struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

Datum
delivery_calendar_eq(PG_FUNCTION_ARGS)
{
	struct varlena *a = GET_CALENDAR(0);
	struct varlena *b = GET_CALENDAR(1);
	bool		equal = is_equal(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	PG_RETURN_BOOL(equal);
}

Datum
delivery_calendar_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!DatumGetBool(delivery_calendar_eq(fcinfo)));
}

/*
 * By the bytes of the text, as the collation "C" orders: the same on every
 * server, and a value need not be read as rules.
 */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = GET_CALENDAR(0);
	struct varlena *b = GET_CALENDAR(1);
	size_t		a_length = CALENDAR_TEXT_LENGTH(a);
	size_t		b_length = CALENDAR_TEXT_LENGTH(b);
	int			order = memcmp(CALENDAR_VALUE(a)->text, CALENDAR_VALUE(b)->text, Min(a_length, b_length));

	if (order == 0)
		order = (a_length > b_length) - (a_length < b_length);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order < 0 ? -1 : order > 0;
}

Datum
delivery_calendar_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

Datum
delivery_calendar_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

Datum
delivery_calendar_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

Datum
delivery_calendar_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

Datum
delivery_calendar_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

Datum
delivery_calendar_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = GET_CALENDAR(0);
	Datum		hash = hash_any((const unsigned char *) CALENDAR_VALUE(value)->text,
								(int) CALENDAR_TEXT_LENGTH(value));

	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_DATUM(hash);
}

Datum
delivery_calendar_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = GET_CALENDAR(0);
	Datum		hash = hash_any_extended((const unsigned char *) CALENDAR_VALUE(value)->text,
										 (int) CALENDAR_TEXT_LENGTH(value), PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_DATUM(hash);
}

/* --- public holidays ---------------------------------------------------- */

/*
 * with_holidays(work_calendar, date[]) -> work_calendar
 */
Datum
delivery_with_holidays(PG_FUNCTION_ARGS)
{
	struct varlena *value = GET_CALENDAR(0);
	ArrayType  *dates = PG_GETARG_ARRAYTYPE_P(1);
	CalendarRules rules;
	const char *zone;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int32	   *days;
	size_t		first_outside;

	read_text(CALENDAR_VALUE(value)->text, CALENDAR_TEXT_LENGTH(value), NULL, &rules, &zone);
	deconstruct_array(dates, DATEOID, sizeof(DateADT), true, TYPALIGN_INT, &elements, &nulls, &count);
	days = (int32 *) palloc((count + 1) * sizeof(int32));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("public holidays must not be NULL"),
					 errdetail("Element %d of %d is NULL.", i + 1, count),
					 errhint("Leave it out, for example with array_remove(dates, NULL).")));
		days[i] = DatumGetDateADT(elements[i]);
	}
	if (!delivery_bind_holidays(&rules, days, count, delivery_calendar_memory, &first_outside))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("public holiday out of range"),
				 errdetail("Public holidays lie between 0001-01-01 and 9999-12-31; element %zu is %s.", first_outside + 1,
						   DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(days[first_outside])))),
				 errhint("Leave out infinite dates, and those before our era.")));
	notice_unused_holidays(&rules);
	PG_RETURN_POINTER(make_value(&rules, zone, NULL));
}
