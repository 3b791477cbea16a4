/*
 * zone.c
 *	  Instants and local dates of a time zone, by the server's own library.
 *
 * Only names of the time zone database.  Left out are abbreviations that are
 * no such name (PST), as what they mean depends on a setting and an IMMUTABLE
 * function must not; and POSIX rules, which the server also takes: in 'UTC+2'
 * the sign means the opposite of what people expect, and 'Europe/Paris2' would
 * be a zone two hours west of UTC.
 */
#include "base/delivery.h"

#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

#include "base/zone.h"

static const char *const local_names[] = {"localtime", "posixrules", "Factory"};

typedef struct ListedZone
{
	char		name[TZ_STRLEN_MAX + 1];
	bool		listed;
} ListedZone;

/*
 * Whether the database lists that name.  To look takes milliseconds, so the
 * answer is kept for the session, as the server keeps the zone itself.
 */
static bool
is_listed(pg_tz *zone)
{
	static HTAB *cache = NULL;
	const char *name = pg_get_timezone_name(zone);
	ListedZone *entry;
	pg_tzenum  *all;
	pg_tz	   *other;
	bool		listed = false;

	if (cache == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(((ListedZone *) NULL)->name);
		control.entrysize = sizeof(ListedZone);
		cache = hash_create("delivery listed time zones", 16, &control, HASH_ELEM | HASH_STRINGS);
	}
	entry = (ListedZone *) hash_search(cache, name, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->listed;

	all = pg_tzenumerate_start();
	while (!listed && (other = pg_tzenumerate_next(all)) != NULL)
		listed = pg_strcasecmp(pg_get_timezone_name(other), name) == 0;
	pg_tzenumerate_end(all);

	entry = (ListedZone *) hash_search(cache, name, HASH_ENTER, NULL);
	entry->listed = listed;
	return listed;
}

/*
 * The zone of that name, or NULL.
 */
pg_tz *
delivery_look_up_zone(const char *name)
{
	pg_tz	   *zone = NULL;

	/* what these are depends on the machine */
	for (int i = 0; i < (int) lengthof(local_names); i++)
		if (pg_strcasecmp(name, local_names[i]) == 0)
			return NULL;
	if (name[0] != '\0' && strlen(name) <= TZ_STRLEN_MAX)
		zone = pg_tzset(name);
	/* a POSIX rule has an offset, so a name without digits is none */
	if (zone == NULL || !pg_tz_acceptable(zone) ||
		(strpbrk(name, "0123456789") != NULL && !is_listed(zone)))
		return NULL;
	return zone;
}

/*
 * The zone of that name; an unknown one is an error.
 */
pg_tz *
delivery_find_zone(const char *name)
{
	pg_tz	   *zone = delivery_look_up_zone(name);

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone is not known"),
				 errdetail("The time zone is \"%s\".", name),
				 errhint("Write a name that pg_timezone_names lists, such as 'Europe/Paris' or 'UTC'.")));
	return zone;
}

/*
 * What the calendar on the wall says at a finite instant.  It may be a day
 * beyond the range of timestamps, but not of dates.
 */
DateADT
delivery_local_date(TimestampTz instant, pg_tz *zone)
{
	struct pg_tm local;
	fsec_t		fraction;
	int			offset;

	if (timestamp2tm(instant, &offset, &local, &fraction, NULL, zone) != 0)
		elog(ERROR, "timestamp out of range");
	return date2j(local.tm_year, local.tm_mon, local.tm_mday) - POSTGRES_EPOCH_JDATE;
}

/*
 * The first instant at which the calendar on the wall shows that date, or the
 * next date where the zone skipped it.
 *
 * Clocks change at midnight in some zones.  The server reads a midnight that
 * comes twice as the second one and a missing one with the offset before; both
 * can be later than the first instant of the date, which a clock change within
 * the day before tells.
 */
TimestampTz
delivery_day_start(DateADT date, pg_tz *zone)
{
	struct pg_tm midnight = {0};
	TimestampTz start;
	pg_time_t	day_before;
	pg_time_t	boundary;
	long		before_offset;
	long		after_offset;
	int			before_dst;
	int			after_dst;

	j2date(date + POSTGRES_EPOCH_JDATE, &midnight.tm_year, &midnight.tm_mon, &midnight.tm_mday);
	start = (TimestampTz) date * USECS_PER_DAY +
		(int64) DetermineTimeZoneOffset(&midnight, zone) * USECS_PER_SEC;

	day_before = timestamptz_to_time_t(start) - SECS_PER_DAY;
	if (pg_next_dst_boundary(&day_before, &before_offset, &before_dst, &boundary,
							 &after_offset, &after_dst, zone) == 1)
	{
		TimestampTz change = time_t_to_timestamptz(boundary);
		TimestampTz first = (TimestampTz) date * USECS_PER_DAY -
			(int64) before_offset * USECS_PER_SEC;

		if (change <= start && first < change)
			start = first;		/* midnight came before the change already */
		else if (change <= start && delivery_local_date(change, zone) == date)
			start = change;		/* the change itself turned the page */
	}
	return start;
}
