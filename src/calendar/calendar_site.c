/*
 * calendar_site.c
 *	  The calendar in an argument: found once per query where it is a constant,
 *	  and by its digest where it varies by row.
 */
#include "base/delivery.h"

#include "access/detoast.h"
#include "nodes/primnodes.h"
#include "utils/typcache.h"

#include "calendar/calendar_blocks.h"
#include "calendar/calendar_site.h"
#include "calendar/calendar_value.h"

/* calendars that vary by row: places by the first byte of the digest */
#define PLACES 64

/* Kept per call site. */
typedef struct CalendarSite
{
	uint64		generation;		/* of the calendars below */
	Calendar   *constant;		/* the argument is the same in every call */
	bool		may_be_constant;
	bool		asked;
	TypeCacheEntry *multirange;
	void	   *private;		/* of the function that is called */
	Calendar   *places[PLACES];
} CalendarSite;

/*
 * Whether an argument is a constant.  A parameter is none: PL/pgSQL keeps a
 * call site for many executions of an expression, each with other values.
 */
static bool
is_constant(const FmgrInfo *flinfo, int argument)
{
	const FuncExpr *call = (const FuncExpr *) flinfo->fn_expr;

	return call != NULL && IsA(call, FuncExpr) && argument < list_length(call->args) &&
		IsA(list_nth(call->args, argument), Const);
}

static CalendarSite *
get_site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CalendarSite));
	return (CalendarSite *) fcinfo->flinfo->fn_extra;
}

/*
 * The value's header, which is all that is needed to recognise a calendar: a
 * long one that is compressed or stored out of line is not fetched as a whole.
 */
static const WorkCalendar *
get_header(struct varlena *value)
{
	/* (a pointer to a value stored out of line looks short, too) */
	if (VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value))
		value = detoast_attr_slice(value, 0, WORK_CALENDAR_HEADER);
	return (const WorkCalendar *) VARDATA_ANY(value);
}

static Calendar *
find_or_compile(struct varlena *value, const WorkCalendar *header)
{
	Calendar   *calendar = delivery_find_calendar(header->digest);

	if (calendar == NULL)
	{
		struct varlena *whole = PG_DETOAST_DATUM_PACKED(PointerGetDatum(value));

		calendar = delivery_compile_calendar((const WorkCalendar *) VARDATA_ANY(whole),
											 VARSIZE_ANY_EXHDR(whole) - WORK_CALENDAR_HEADER);
	}
	return calendar;
}

/*
 * The compiled calendar in an argument that is not NULL.  Good until the next
 * call of this function.
 */
Calendar *
delivery_get_calendar(FunctionCallInfo fcinfo, int argument)
{
	CalendarSite *site = get_site(fcinfo);
	struct varlena *value;
	const WorkCalendar *header;
	Calendar  **place;

	if (likely(site->constant != NULL && site->generation == delivery_calendar_generation()))
		return site->constant;

	value = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(argument));
	header = get_header(value);
	if (site->generation != delivery_calendar_generation())
	{
		memset(site->places, 0, sizeof(site->places));
		site->constant = NULL;
	}
	place = &site->places[header->digest[0] % PLACES];
	if (*place == NULL || memcmp(delivery_calendar_digest(*place), header->digest, WORK_CALENDAR_DIGEST) != 0)
	{
		Calendar   *calendar = find_or_compile(value, header);

		/* to compile one may have dropped the others */
		if (site->generation != delivery_calendar_generation())
			memset(site->places, 0, sizeof(site->places));
		site->generation = delivery_calendar_generation();
		*place = calendar;
	}
	if (!site->asked)
	{
		site->asked = true;
		site->may_be_constant = is_constant(fcinfo->flinfo, argument);
	}
	if (site->may_be_constant)
		site->constant = *place;
	return *place;
}

TypeCacheEntry *
delivery_multirange_type(FunctionCallInfo fcinfo, Oid type)
{
	CalendarSite *site = get_site(fcinfo);

	if (site->multirange == NULL || site->multirange->type_id != type)
		site->multirange = lookup_type_cache(type, TYPECACHE_MULTIRANGE_INFO);
	return site->multirange;
}

/*
 * A pointer of the calling function's own, NULL at first; what it points to
 * belongs into fn_mcxt.
 */
void	  **
delivery_site_private(FunctionCallInfo fcinfo)
{
	return &get_site(fcinfo)->private;
}
