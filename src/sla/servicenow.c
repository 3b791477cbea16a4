/*
 * servicenow.c
 *	  Durations as a ServiceNow export writes them.
 *
 * That tool keeps a duration as the date-time that lies so far behind the
 * first of January 1970, and exports it as that date-time or as seconds.  What
 * the rows of such an export mean is compared in SQL: see servicenow.sql.
 */
#include "base/delivery.h"

#include <ctype.h>

#include "utils/builtins.h"
#include "utils/datetime.h"

#include "base/span.h"

PG_FUNCTION_INFO_V1(delivery_servicenow_duration);

/*
 * A number that large is the instant of a column of dates: both forms of a
 * duration reach the year 2000 only after thirty years.
 */
#define TOO_LONG ((date2j(2000, 1, 1) - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
#define SECONDS_DIGITS 12

/*
 * So many digits as a number; -1 where there are fewer.
 */
static int
take_digits(const char **cursor, int digits)
{
	int			number = 0;

	for (; digits > 0; digits--, (*cursor)++)
	{
		if (!isdigit((unsigned char) **cursor))
			return -1;
		number = number * 10 + (**cursor - '0');
	}
	return number;
}

static bool
take_character(const char **cursor, char character)
{
	if (**cursor != character)
		return false;
	(*cursor)++;
	return true;
}

/*
 * A fraction of a second, where there is one; digits past the sixth are cut off.
 */
static int64
take_fraction(const char **cursor)
{
	int64		unit = USECS_PER_SEC;
	int64		fraction = 0;

	if (**cursor != '.' || !isdigit((unsigned char) (*cursor)[1]))
		return 0;
	for ((*cursor)++; isdigit((unsigned char) **cursor); (*cursor)++)
	{
		unit /= 10;
		fraction += unit * (**cursor - '0');
	}
	return fraction;
}

/*
 * Seconds, such as 93600; a number with too many digits becomes one that is
 * too long.
 */
static bool
take_seconds(const char **cursor, int64 *microseconds)
{
	int64		seconds = 0;
	int			digits = 0;
	bool		negative = take_character(cursor, '-');

	if (!isdigit((unsigned char) **cursor))
		return false;
	for (; isdigit((unsigned char) **cursor); (*cursor)++)
	{
		digits += digits > 0 || **cursor != '0';
		if (digits <= SECONDS_DIGITS)
			seconds = seconds * 10 + (**cursor - '0');
	}
	*microseconds = seconds * USECS_PER_SEC + take_fraction(cursor);
	if (negative)
		*microseconds = -*microseconds;
	return true;
}

/*
 * A date-time, such as 1970-01-02 02:00:00, as what it counts from 1970 on.
 */
static bool
take_date_time(const char **cursor, int64 *microseconds)
{
	int			year = take_digits(cursor, 4);
	int			month = take_character(cursor, '-') ? take_digits(cursor, 2) : -1;
	int			day = take_character(cursor, '-') ? take_digits(cursor, 2) : -1;
	int			hour = take_character(cursor, ' ') ? take_digits(cursor, 2) : -1;
	int			minute = take_character(cursor, ':') ? take_digits(cursor, 2) : -1;
	int			second = take_character(cursor, ':') ? take_digits(cursor, 2) : -1;

	if (year < 1 || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1] ||
		hour < 0 || hour >= HOURS_PER_DAY || minute < 0 || minute >= MINS_PER_HOUR ||
		second < 0 || second >= SECS_PER_MINUTE)
		return false;
	*microseconds = (date2j(year, month, day) - UNIX_EPOCH_JDATE) * USECS_PER_DAY +
		((hour * MINS_PER_HOUR + minute) * SECS_PER_MINUTE + second) * USECS_PER_SEC +
		take_fraction(cursor);
	return true;
}

/*
 * servicenow_duration(value text) -> interval, in hours; NULL for an empty value
 */
Datum
delivery_servicenow_duration(PG_FUNCTION_ARGS)
{
	char	   *value = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *start = value;
	const char *cursor;
	int64		microseconds = 0;
	bool		taken;

	while (isspace((unsigned char) *start))
		start++;
	if (*start == '\0')
		PG_RETURN_NULL();

	cursor = start;
	taken = take_date_time(&cursor, &microseconds);
	if (!taken)
	{
		cursor = start;
		taken = take_seconds(&cursor, &microseconds);
	}
	while (isspace((unsigned char) *cursor))
		cursor++;
	if (!taken || *cursor != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid ServiceNow duration: \"%s\"", value),
				 errdetail("It is neither a number of seconds nor a date-time counted from 1970-01-01."),
				 errhint("Write seconds, such as '93600', or the same 26 hours as '1970-01-02 02:00:00'; export values rather than display values.")));
	if (microseconds >= TOO_LONG || microseconds <= -TOO_LONG)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("ServiceNow duration out of range: \"%s\"", value),
				 errdetail("It is 30 years or longer, as the instants in a column of dates are."),
				 errhint("Pass a column of durations, such as business_duration.")));
	PG_RETURN_INTERVAL_P(delivery_make_hours(microseconds));
}
