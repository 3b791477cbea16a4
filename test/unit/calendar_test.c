/*
 * calendar_test.c
 *	  Calendars without a server: dates and Easter Sundays, the hours that dates
 *	  have by a calendar, normal forms, what is refused and where, and which
 *	  rules have no effect.
 *
 * What is expected was worked out by hand, or by counting days one by one.
 * Prints TAP. Built by calendar.sh with the address and undefined behaviour
 * sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/calendar_day.h"
#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_show.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static int	tests = 0;
static int	failures = 0;

static void
ok(bool passed, const char *what)
{
	tests++;
	if (!passed)
		failures++;
	printf("%s %d - %s\n", passed ? "ok" : "not ok", tests, what);
}

static void
is(const char *got, const char *expected, const char *what)
{
	bool		same = strcmp(got, expected) == 0;

	ok(same, what);
	if (!same)
		printf("#      got: %s\n# expected: %s\n", got, expected);
}

static void *
resize(void *pointer, size_t size)
{
	void	   *result = realloc(pointer, size);

	if (result == NULL)
		abort();
	return result;
}

static void
release(CalendarRules *rules)
{
	free(rules->rules);
	free(rules->groups);
	free(rules->years);
	free(rules->dates);
	free(rules->spans);
	free(rules->holidays);
}

/* A calendar that must be taken. */
static void
parse(const char *text, CalendarRules *rules)
{
	CalendarFault fault;

	if (delivery_parse_calendar(text, strlen(text), resize, rules, &fault))
		return;
	printf("Bail out! %s: %s at %zu\n", text, fault.reason, fault.position);
	exit(1);
}

/* --- dates -------------------------------------------------------------- */

/*
 * Every day, counted on by hand.
 */
static void
check_days(void)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t		day = -2451545 - 327;	/* Julian day 0, Nov 24, back to Jan 1 */
	bool		right = true;

	for (int32_t year = -4713; year <= 4000; year++)
	{
		bool		leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);

		for (int32_t month = 1; month <= 12; month++)
		{
			int			length = lengths[month - 1] + (leap && month == 2 ? 1 : 0);

			right = right && delivery_days_of_month(year, month) == length;
			for (int32_t month_day = 1; month_day <= length; month_day++, day++)
			{
				int32_t		y;
				int32_t		m;
				int32_t		d;

				delivery_civil_from_day(day, &y, &m, &d);
				right = right && y == year && m == month && d == month_day &&
					delivery_day_from_civil(year, month, month_day) == day;
			}
		}
	}
	ok(right, "every day from -4713 to 4000");
}

static void
check_known_days(void)
{
	static const struct
	{
		int32_t		year;
		int32_t		month;
		int32_t		month_day;
		int32_t		day;
	}			known[] = {
		{2000, 1, 1, 0},
		{1970, 1, 1, -10957},
		{-4713, 11, 24, -2451545},	/* Julian day 0 */
		{1858, 11, 17, -51544},	/* modified Julian day 0 */
		{1582, 10, 15, -152384},	/* Julian day 2299161 */
		{2038, 1, 19, 13898},
		{9999, 12, 31, 2921939},
		{294277, 1, 1, 106751983},	/* after the last timestamp of the server */
		{5874898, 6, 3, 2145032102},	/* Julian day INT32_MAX */
	};
	bool		right = true;

	for (size_t i = 0; i < COUNT(known); i++)
	{
		int32_t		year;
		int32_t		month;
		int32_t		month_day;

		delivery_civil_from_day(known[i].day, &year, &month, &month_day);
		right = right && year == known[i].year && month == known[i].month && month_day == known[i].month_day &&
			delivery_day_from_civil(year, month, month_day) == known[i].day;
	}
	ok(right, "well-known days, and the last ones");
}

/*
 * Easter Sundays from church calendars: with the earliest and the latest ones,
 * and the exceptions of the computus in 1954, 1981, 2049 and 2076.
 */
static void
check_easter(void)
{
	static const int dates[][3] = {
		{1818, 3, 22}, {1900, 4, 15}, {1913, 3, 23}, {1916, 4, 23}, {1940, 3, 24}, {1943, 4, 25}, {1945, 4, 1},
		{1954, 4, 18}, {1961, 4, 2}, {1967, 3, 26}, {1970, 3, 29}, {1974, 4, 14}, {1978, 3, 26}, {1980, 4, 6},
		{1981, 4, 19}, {1984, 4, 22}, {1986, 3, 30}, {1989, 3, 26}, {1990, 4, 15}, {1994, 4, 3}, {1996, 4, 7},
		{1999, 4, 4}, {2000, 4, 23}, {2001, 4, 15}, {2002, 3, 31}, {2003, 4, 20}, {2004, 4, 11}, {2005, 3, 27},
		{2006, 4, 16}, {2007, 4, 8}, {2008, 3, 23}, {2009, 4, 12}, {2010, 4, 4}, {2011, 4, 24}, {2012, 4, 8},
		{2013, 3, 31}, {2014, 4, 20}, {2015, 4, 5}, {2016, 3, 27}, {2017, 4, 16}, {2018, 4, 1}, {2019, 4, 21},
		{2020, 4, 12}, {2021, 4, 4}, {2022, 4, 17}, {2023, 4, 9}, {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},
		{2027, 3, 28}, {2028, 4, 16}, {2029, 4, 1}, {2030, 4, 21}, {2035, 3, 25}, {2038, 4, 25}, {2049, 4, 18},
		{2076, 4, 19}, {2100, 3, 28}, {2285, 3, 22},
	};
	CalendarRules rules;
	CalendarSpan span[2];
	char		what[60];

	parse("easter", &rules);
	for (size_t i = 0; i < COUNT(dates); i++)
	{
		int			open = 0;
		bool		on_day = delivery_calendar_hours(&rules, delivery_day_from_civil(dates[i][0], dates[i][1], dates[i][2]), span) == 1;

		for (int32_t day = delivery_day_from_civil(dates[i][0], 1, 1); day <= delivery_day_from_civil(dates[i][0], 12, 31); day++)
			open += delivery_calendar_hours(&rules, day, span);
		snprintf(what, sizeof(what), "Easter of %d is on %d-%02d and on no other day", dates[i][0], dates[i][1], dates[i][2]);
		ok(on_day && open == 1, what);
	}
	release(&rules);
}

/* --- hours -------------------------------------------------------------- */

/* '09:00-12:00 13:00-18:00', hours after midnight as such; 'off' for none. */
static void
show_hours(const CalendarRules *rules, int32_t day, char *text, size_t room)
{
	CalendarSpan *spans = resize(NULL, (size_t) delivery_calendar_room(rules) * sizeof(CalendarSpan));
	int			count = delivery_calendar_hours(rules, day, spans);
	size_t		length = 0;

	snprintf(text, room, "off");
	for (int i = 0; i < count && length < room; i++)
		length += (size_t) snprintf(text + length, room - length, "%s%02d:%02d-%02d:%02d", i > 0 ? " " : "",
									spans[i].start / 60, spans[i].start % 60, spans[i].end / 60, spans[i].end % 60);
	free(spans);
}

static const struct
{
	const char *calendar;
	int32_t		year;
	int32_t		month;
	int32_t		month_day;
	const char *hours;
}			hours[] = {
	/* weekdays: 2026-01-05 was a Monday */
	{"24/7", 2026, 1, 5, "00:00-24:00"},
	{"Mo-Fr 09:00-17:00", 2026, 1, 5, "09:00-17:00"},
	{"Mo-Fr 09:00-17:00", 2026, 1, 9, "09:00-17:00"},
	{"Mo-Fr 09:00-17:00", 2026, 1, 10, "off"},
	{"Mo-Fr 09:00-17:00", 1815, 6, 18, "off"},	/* Waterloo: a Sunday */
	{"Mo-Fr 09:00-17:00", 1969, 7, 21, "09:00-17:00"},	/* on the moon: a Monday */
	{"Fr-Mo 10:00-12:00", 2026, 1, 8, "off"},
	{"Fr-Mo 10:00-12:00", 2026, 1, 9, "10:00-12:00"},
	{"Fr-Mo 10:00-12:00", 2026, 1, 12, "10:00-12:00"},
	{"Fr-Mo 10:00-12:00", 2026, 1, 13, "off"},
	{"Mo,We 10:00-12:00", 2026, 1, 6, "off"},
	{"Mo,We 10:00-12:00", 2026, 1, 7, "10:00-12:00"},
	{"Tu", 2026, 1, 6, "00:00-24:00"},
	{"off", 2026, 1, 6, "off"},

	/* hours */
	{"13:00-18:00,09:00-12:00", 2026, 1, 5, "09:00-12:00 13:00-18:00"},
	{"09:00-12:00,11:00-13:00", 2026, 1, 5, "09:00-13:00"},
	{"09:00-12:00,12:00-13:00", 2026, 1, 5, "09:00-13:00"},
	{"09:00-09:00", 2026, 1, 5, "09:00-33:00"},
	{"00:00-00:00", 2026, 1, 5, "00:00-24:00"},
	{"00:00-48:00", 2026, 1, 5, "00:00-48:00"},

	/* overnight hours belong to the day on which they begin */
	{"Mo 22:00-06:00", 2026, 1, 5, "22:00-30:00"},
	{"Mo 22:00-06:00", 2026, 1, 6, "off"},
	{"Mo 22:00-30:00; Tu off", 2026, 1, 5, "22:00-30:00"},
	{"Mo 22:00-06:00; Mo 23:00-24:00 off", 2026, 1, 5, "22:00-23:00 24:00-30:00"},
	{"Mo 22:00-06:00; Mo 02:00-03:00 off", 2026, 1, 5, "22:00-30:00"},

	/* a semicolon replaces, a comma adds */
	{"Mo-Fr 09:00-17:00; We 09:00-12:00", 2026, 1, 7, "09:00-12:00"},
	{"Mo-Fr 09:00-17:00, We 18:00-20:00", 2026, 1, 7, "09:00-17:00 18:00-20:00"},
	{"Mo-Fr 09:00-17:00, We 16:00-20:00", 2026, 1, 7, "09:00-20:00"},
	{"Mo-Fr 09:00-17:00; We off", 2026, 1, 7, "off"},
	{"Mo-Fr 09:00-17:00, We off", 2026, 1, 7, "off"},
	{"Mo-Fr 09:00-17:00; We off, We 10:00-11:00", 2026, 1, 7, "10:00-11:00"},
	{"We off; Mo-Fr 09:00-17:00", 2026, 1, 7, "09:00-17:00"},
	{"24/7, Mo off", 2026, 1, 5, "off"},

	/* off for a part of a day */
	{"Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off", 2026, 1, 7, "09:00-12:00 13:00-17:00"},
	{"Mo-Fr 09:00-17:00; We 08:00-10:00,16:00-18:00 off", 2026, 1, 7, "10:00-16:00"},
	{"Mo-Fr 09:00-17:00; We 00:00-24:00 off", 2026, 1, 7, "off"},
	{"Mo-Fr 09:00-12:00,13:00-17:00; We 11:00-14:00 off", 2026, 1, 7, "09:00-11:00 14:00-17:00"},
	{"Mo-Fr 09:00-10:00; We 11:00-12:00 off", 2026, 1, 7, "09:00-10:00"},
	{"We 12:00-13:00 off; Mo-Fr 09:00-17:00", 2026, 1, 7, "09:00-17:00"},

	/* dates */
	{"24/7; Dec 25 off", 2026, 12, 25, "off"},
	{"24/7; Dec 25 off", 2025, 12, 25, "off"},
	{"24/7; Dec 25 off", 2026, 12, 24, "00:00-24:00"},
	{"24/7; Dec 24,26,31 off", 2026, 12, 25, "00:00-24:00"},
	{"24/7; Dec 24,26,31 off", 2026, 12, 31, "off"},
	{"24/7; Dec 24-26 off", 2026, 12, 23, "00:00-24:00"},
	{"24/7; Dec 24-26 off", 2026, 12, 24, "off"},
	{"24/7; Dec 24-26 off", 2026, 12, 26, "off"},
	{"24/7; Dec 24-26 off", 2026, 12, 27, "00:00-24:00"},
	{"24/7; Dec 24-Jan 2 off", 2026, 1, 2, "off"},
	{"24/7; Dec 24-Jan 2 off", 2026, 1, 3, "00:00-24:00"},
	{"24/7; Dec 24-Jan 2 off", 2026, 12, 31, "off"},
	{"24/7; 2026 Dec 24-Jan 2 off", 2027, 1, 2, "off"},
	{"24/7; 2026 Dec 24-Jan 2 off", 2026, 1, 2, "00:00-24:00"},
	{"24/7; 2026 Dec 24-2027 Jan 2 off", 2027, 1, 2, "off"},
	{"24/7; 2026 Dec 24-2028 Jan 2 off", 2027, 7, 1, "off"},
	{"24/7; 2026 Dec 24-2028 Jan 2 off", 2028, 1, 3, "00:00-24:00"},
	{"24/7; Jul-Aug off", 2026, 8, 31, "off"},
	{"24/7; Jul-Aug off", 2026, 9, 1, "00:00-24:00"},
	{"24/7; Nov-Feb off", 2028, 2, 29, "off"},
	{"24/7; Nov-Feb off", 2026, 3, 1, "00:00-24:00"},
	{"24/7; Dec Fr off", 2026, 12, 25, "off"},
	{"24/7; Dec Fr off", 2026, 12, 24, "00:00-24:00"},
	{"24/7; Feb 29 off", 2024, 2, 29, "off"},
	{"24/7; Feb 29 off", 2023, 3, 1, "00:00-24:00"},
	{"24/7; Feb 29 off", 2100, 2, 28, "00:00-24:00"},
	{"24/7; Feb 27-29 off", 2026, 2, 28, "off"},
	{"24/7; Feb 29-Mar 2 off", 2026, 2, 28, "00:00-24:00"},
	{"24/7; Feb 29-Mar 2 off", 2026, 3, 1, "off"},

	/* years */
	{"2025 Mo", 2025, 12, 29, "00:00-24:00"},
	{"2025 Mo", 2026, 1, 5, "off"},
	{"2025,2027 Mo", 2026, 1, 5, "off"},
	{"2025,2027 Mo", 2027, 1, 4, "00:00-24:00"},
	{"2025-2027 Mo", 2026, 1, 5, "00:00-24:00"},
	{"2025-2027 Mo", 2028, 1, 3, "off"},
	{"2025+ Mo", 2024, 12, 30, "off"},
	{"2025+ Mo", 294276, 12, 25, "00:00-24:00"},
	{"24/7; 2025,2027 Dec 24,Dec 31 off", 2027, 12, 31, "off"},
	{"24/7; 2025,2027 Dec 24,Dec 31 off", 2026, 12, 31, "00:00-24:00"},
	{"24/7; 2025 Dec 24,2026 Dec 31 off", 2026, 12, 31, "off"},
	{"24/7; 2025 Dec 24,2026 Dec 31 off", 2025, 12, 31, "00:00-24:00"},
	{"24/7; 2025,Dec 24 off", 2025, 7, 1, "off"},
	{"24/7; 2025,Dec 24 off", 2030, 12, 24, "off"},
	{"24/7; 2025,Dec 24 off", 2030, 7, 1, "00:00-24:00"},

	/* Easter: 2026-04-05 */
	{"24/7; easter -2 days off", 2026, 4, 3, "off"},
	{"24/7; easter -2 days off", 2026, 4, 5, "00:00-24:00"},
	{"24/7; easter +1 day off", 2026, 4, 6, "off"},
	{"24/7; easter -2 days-easter +1 day off", 2026, 4, 4, "off"},
	{"24/7; easter -2 days-easter +1 day off", 2026, 4, 7, "00:00-24:00"},
	{"24/7; easter +39 days off", 2026, 5, 14, "off"},
	{"24/7; 2025 easter off", 2026, 4, 5, "00:00-24:00"},
	{"24/7; easter-Apr 10 off", 2026, 4, 10, "off"},
	{"24/7; Apr 1-easter off", 2026, 4, 6, "00:00-24:00"},
	{"24/7; 2026 easter-2027 Jan 6 off", 2027, 1, 6, "off"},
	{"24/7; 2026 easter-2027 Jan 6 off", 2027, 1, 7, "00:00-24:00"},
	{"24/7; easter +270 days off", 2026, 12, 31, "off"},
	{"24/7; easter +271 days off", 2027, 1, 1, "off"},
	/* 2024-03-31 and 365 days are 2025-03-31; 2025-04-20 and 300 days are 2026-02-14 */
	{"24/7; 2024 easter +365 days-easter +300 days off", 2025, 3, 30, "00:00-24:00"},
	{"24/7; 2024 easter +365 days-easter +300 days off", 2025, 3, 31, "off"},
	{"24/7; 2024 easter +365 days-easter +300 days off", 2026, 2, 14, "off"},
	{"24/7; 2024 easter +365 days-easter +300 days off", 2026, 2, 15, "00:00-24:00"},

	/* nth weekdays: Nov 26 is the fourth Thursday, Aug 31 and Nov 30 the last Mondays */
	{"24/7; Nov Th[4] off", 2026, 11, 26, "off"},
	{"24/7; Nov Th[4] off", 2026, 11, 19, "00:00-24:00"},
	{"24/7; Mo[-1] off", 2026, 8, 31, "off"},
	{"24/7; Mo[-1] off", 2026, 8, 24, "00:00-24:00"},
	{"24/7; Mo[5] off", 2026, 8, 31, "off"},
	{"24/7; Mo[5] off", 2026, 9, 28, "00:00-24:00"},
	{"24/7; Mo[-5] off", 2026, 8, 3, "off"},
	{"24/7; Tu[1,3] off", 2026, 1, 20, "off"},
	{"24/7; Tu[1,3] off", 2026, 1, 13, "00:00-24:00"},
	{"24/7; Tu[2-3] off", 2026, 1, 13, "off"},
	{"24/7; Mo,Tu[1] off", 2026, 1, 12, "off"},

	/* public holidays */
	{"PH=2026-12-25; Mo-Fr 09:00-17:00; PH off", 2026, 12, 25, "off"},
	{"PH=2026-12-25; Mo-Fr 09:00-17:00; PH off", 2026, 12, 24, "09:00-17:00"},
	{"PH=2026-12-26; Mo-Fr 09:00-17:00; PH 10:00-12:00", 2026, 12, 26, "10:00-12:00"},
	{"PH=2026-12-26; Sa,PH 10:00-12:00", 2026, 12, 19, "10:00-12:00"},
	{"PH=2026-12-25,2027-07-01; 24/7; Dec PH off", 2026, 12, 25, "off"},
	{"PH=2026-12-25,2027-07-01; 24/7; Dec PH off", 2027, 7, 1, "00:00-24:00"},
	{"PH=; Mo-Fr 09:00-17:00; PH off", 2026, 12, 25, "09:00-17:00"},
};

static void
check_hours(void)
{
	for (size_t i = 0; i < COUNT(hours); i++)
	{
		CalendarRules rules;
		char		got[200];
		char		what[200];

		parse(hours[i].calendar, &rules);
		show_hours(&rules, delivery_day_from_civil(hours[i].year, hours[i].month, hours[i].month_day), got, sizeof(got));
		snprintf(what, sizeof(what), "%s on %d-%02d-%02d", hours[i].calendar, hours[i].year, hours[i].month, hours[i].month_day);
		is(got, hours[i].hours, what);
		release(&rules);
	}
}

/* --- normal forms ------------------------------------------------------- */

static const struct
{
	const char *text;
	const char *normal;
}			normal_forms[] = {
	{"24/7", "24/7"},
	{"Mo-Su 00:00-24:00;", "24/7"},
	{"00:00-00:00", "24/7"},
	{"09:00-17:00", "Mo-Su 09:00-17:00"},
	{"closed", "off"},
	{"Mo", "Mo 00:00-24:00"},
	{"mo , we,FR  9:00 - 12:00 , 13:00-18:00 ", "Mo,We,Fr 09:00-12:00,13:00-18:00"},
	{"Fr-Mo 10:00-12:00", "Mo,Fr-Su 10:00-12:00"},
	{"Mo 13:00-18:00,09:00-12:00,11:30-12:30", "Mo 09:00-12:30,13:00-18:00"},
	{"Mo 22:00-30:00", "Mo 22:00-06:00"},
	{"Mo 22:00-46:00", "Mo 22:00-22:00"},
	{"Mo 22:00-47:00", "Mo 22:00-47:00"},
	{"Mo 01:00-02:00,02:00-25:00", "Mo 01:00-01:00"},
	{"tz= Europe/Paris ;24/7", "TZ=Europe/Paris; 24/7"},
	{"PH=2026-12-26, 2026-12-25,2026-12-26; 24/7; PH off", "PH=2026-12-25,2026-12-26; 24/7; PH off"},
	{"ph=;PH,Mo-Su", "PH=; 24/7"},
	{"24/7; Dec 24,26-28,31 off", "24/7; Dec 24,Dec 26-28,Dec 31 off"},
	{"24/7; 2026 Dec 24 - 2026 Dec 26 off", "24/7; 2026 Dec 24-26 off"},
	{"24/7; 2026 Dec 24-2027 Dec 24 off", "24/7; 2026 Dec 24-2027 Dec 24 off"},
	{"24/7; 2025-2025,2027 Dec 24 off", "24/7; 2025,2027 Dec 24 off"},
	{"0001+ Jul - Aug Sa off", "0001+ Jul-Aug Sa off"},
	{"easter + 1 days-easter+39 day off", "easter +1 day-easter +39 days off"},
	{"easter -0 days off", "easter off"},
	{"2026 easter - 2027 Jan 6 off", "2026 easter-2027 Jan 6 off"},
	{"2026 easter +0 days-2027 easter off", "2026 easter-2027 easter off"},
	{"Th,Th[4],Mo[-1,2],Tu[1-3] 10:00-12:00", "Th,Mo[2,-1],Tu[1,2,3] 10:00-12:00"},
	{"Mo 09:00-12:00, Tu 13:00-18:00, PH off", "Mo 09:00-12:00, Tu 13:00-18:00, PH off"},
	{"12:00-13:00 off", "Mo-Su 12:00-13:00 off"},
};

static char *
show(const CalendarRules *rules)
{
	size_t		length;
	char	   *zone = NULL;
	char	   *text;

	if (rules->zone != NULL)
	{
		zone = resize(NULL, rules->zone_length + 1);
		memcpy(zone, rules->zone, rules->zone_length);
		zone[rules->zone_length] = '\0';
	}
	text = delivery_show_calendar(rules, zone, resize, &length);
	free(zone);
	return text;
}

static void
check_normal_forms(void)
{
	for (size_t i = 0; i < COUNT(normal_forms); i++)
	{
		CalendarRules rules;
		CalendarRules again;
		char	   *normal;
		char	   *normal_again;
		char		what[200];

		parse(normal_forms[i].text, &rules);
		normal = show(&rules);
		snprintf(what, sizeof(what), "normal form of %s", normal_forms[i].text);
		is(normal, normal_forms[i].normal, what);
		parse(normal, &again);
		normal_again = show(&again);
		snprintf(what, sizeof(what), "which is that of %s", normal);
		is(normal_again, normal, what);
		free(normal);
		free(normal_again);
		release(&rules);
		release(&again);
	}
}

/* --- refusals ----------------------------------------------------------- */

static const struct
{
	const char *text;
	size_t		position;
	const char *reason;
}			refusals[] = {
	{"", 0, "a rule is missing"},
	{"24/7; ;", 6, "a rule cannot begin so"},
	{"nonsense", 0, "a rule cannot begin so"},
	{"Mo 09:00-17:00,", 15, "a rule is missing"},
	{"Mo Tu off", 3, "the rule does not go on so"},
	{"TZ=", 3, "the time zone is missing"},
	{"TZ=Europe/Paris", 15, "a semicolon is missing after the time zone"},
	{"24/7; TZ=UTC", 6, "the time zone does not stand in front"},
	{"PH=2026-12; 24/7", 3, "a public holiday is not a date"},
	{"PH=2026-12-25,2026-02-29; 24/7", 14, "there is no such date"},
	{"PH=2026-12-25 24/7", 14, "a semicolon is missing after the public holidays"},
	{"24/7; PH=2026-12-25; PH off", 6, "the list of public holidays does not stand in front"},
	{"0000 off", 0, "there is no year 0000"},
	{"2026- off", 6, "the last year is missing"},
	{"2027-2026 off", 5, "the years end before they begin"},
	{"2026-2030/2 off", 9, "every so many years is not supported"},
	{"Dec 2026 off", 4, "the year does not stand in front"},
	{"24/7; easter +366 days off", 14, "the date is too far from Easter"},
	{"easter -2 off", 10, "the word days is missing"},
	{"Apr 31 off", 4, "the month has no such day"},
	{"2025 Feb 29 off", 9, "the month has no such day"},
	{"Dec 24,32 off", 7, "the month has no such day"},
	{"Dec 24- off", 8, "a month or easter is missing"},
	{"Dec 26-24 off", 7, "the dates end before they begin"},
	{"Dec 24-Dec 2 off", 7, "the dates end before they begin"},
	{"2026 Dec 24-2026 Jan 2 off", 12, "the dates end before they begin"},
	{"Dec 24-2027 Jan 2 off", 7, "the dates end in a year but do not begin in one"},
	{"Dec-Jan 5 off", 4, "the dates begin with a day and end with a month, or the other way round"},
	{"Dec 25,PH off", 6, "a comma cannot follow days without hours"},
	{"December 25 off", 0, "a month is not written so"},
	{"Mo- off", 4, "a weekday is missing"},
	{"Mon 09:00-17:00", 0, "a weekday is not written so"},
	{"Th[6] off", 3, "the weekday of a month is not a number from 1 to 5"},
	{"Th[1 off", 5, "a bracket is missing"},
	{"Mo 9-17", 3, "hours are not written so"},
	{"Mo 9:0-17:00", 5, "minutes have two digits"},
	{"Mo 09:00:30-17:00", 8, "seconds are not supported"},
	{"Mo 09:00-48:01", 9, "there is no such time of day"},
	{"Mo 109:00-17:00", 3, "there is no such time of day"},
	{"Mo 24:00-26:00", 3, "there is no such time of day"},
	{"Mo 09:00", 8, "the end of the hours is missing"},
	{"Mo 09:00-", 9, "a time of day is missing"},
	{"Mo 09:00+", 8, "the hours have no end"},
	{"Mo 09:00-17:00+", 14, "the hours have no end"},
	{"Mo 09:00-17:00/30", 14, "points in time are not supported"},
	{"Mo 09:00\xE2\x80\x93" "17:00", 8, "a dash is not a range"},
	{"Mo sunrise-17:00", 3, "hours that depend on the sun are not supported"},
	{"Mo (sunset-01:00)-20:00", 3, "computed hours are not supported"},
	{"24/7; SH off", 6, "school holidays are not supported"},
	{"week 10 off", 0, "week numbers are not supported"},
	{"Mo unknown", 3, "a rule is open or off, not unknown"},
	{"Mo open", 3, "the word open is not supported"},
	{"24/7 \"by phone\"", 5, "comments are not supported"},
	{"Mo || Tu", 3, "fallback rules are not supported"},
	{"Mo 24/7", 3, "24/7 stands alone, without days"},
};

static void
check_refusals(void)
{
	for (size_t i = 0; i < COUNT(refusals); i++)
	{
		CalendarRules rules;
		CalendarFault fault = {0};
		bool		taken = delivery_parse_calendar(refusals[i].text, strlen(refusals[i].text), resize, &rules, &fault);
		char		got[200] = "taken";
		char		expected[200];
		char		what[200];

		if (!taken)
			snprintf(got, sizeof(got), "%s at %zu", fault.reason, fault.position);
		snprintf(expected, sizeof(expected), "%s at %zu", refusals[i].reason, refusals[i].position);
		snprintf(what, sizeof(what), "refused: %s", refusals[i].text);
		is(got, expected, what);
		release(&rules);
	}
}

static void
check_length(void)
{
	char	   *text = resize(NULL, CALENDAR_TEXT_LIMIT + 1);
	CalendarRules rules;
	CalendarFault fault;

	memset(text, ' ', CALENDAR_TEXT_LIMIT + 1);
	memcpy(text, "24/7", 4);
	ok(delivery_parse_calendar(text, CALENDAR_TEXT_LIMIT, resize, &rules, &fault), "the longest text is taken");
	release(&rules);
	ok(!delivery_parse_calendar(text, CALENDAR_TEXT_LIMIT + 1, resize, &rules, &fault) && fault.position == 0,
	   "a longer one is refused");
	release(&rules);
	free(text);
}

/* --- rules without effect ----------------------------------------------- */

static const struct
{
	const char *calendar;
	const char *rules;			/* without effect, from 1 */
}			effects[] = {
	{"Mo-Fr 09:00-17:00", ""},
	{"Mo-Fr 09:00-17:00; 24/7", "1 "},
	{"Mo-Fr 09:00-17:00, 24/7", ""},
	{"Mo-Fr 09:00-17:00; PH off; 24/7", "1 2 "},
	{"24/7; 2026 Dec 24 off; Dec off", "2 "},
	{"24/7; 2031 Dec 24 off", ""},
	{"24/7; Dec 1-7 We[2] off", "2 "},
	{"24/7; Feb 29 We 10:00-11:00", ""},
	{"Mo-Sa 09:00-17:00; Mo-Fr 12:00-13:00 off; Mo-Sa off", "1 2 "},
	{"24/7; PH off; Mo-Fr 09:00-17:00", ""},
	/* the latest Easter is that of 2038, the earliest that of 2285 */
	{"24/7; easter 10:00-11:00; Mar 22-Apr 24 off", ""},
	{"24/7; easter 10:00-11:00; Mar 23-Apr 25 off", ""},
	{"24/7; easter 10:00-11:00; Mar 22-Apr 25 off", "2 "},
	{"24/7; easter 10:00-11:00; easter off", "2 "},
	/* between one Easter and the next are 350 to 385 days */
	{"24/7; easter +329 days-easter -48 days off; Dec 24", ""},
	/* Feb 29 was no Tuesday from 1880 to 1912 */
	{"24/7; 1880-1999 Feb 29 Tu 10:00-11:00", ""},
};

static void
check_effects(void)
{
	for (size_t i = 0; i < COUNT(effects); i++)
	{
		CalendarRules rules;
		char		got[200] = "";
		char		what[200];
		int64_t		looks = 0;
		int			rule = -1;

		parse(effects[i].calendar, &rules);
		while ((rule = delivery_calendar_rule_without_effect(&rules, rule + 1, &looks)) >= 0)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%d ", rule + 1);
		snprintf(what, sizeof(what), "rules without effect: %s", effects[i].calendar);
		is(got, effects[i].rules, what);
		release(&rules);
	}
}

/*
 * Looking ends, however many rules there are: this would take minutes.
 */
static void
check_effort(void)
{
	static const char rule_text[] = "Mo 01:00-02:00 off;";
	const size_t length = sizeof(rule_text) - 1;
	char	   *text = resize(NULL, 10000 * length + sizeof("24/7"));
	CalendarRules rules;
	int64_t		looks = 0;
	int			rule = -1;
	int			said = 0;

	for (size_t i = 0; i < 10000; i++)
		memcpy(text + i * length, rule_text, length);
	strcpy(text + 10000 * length, "24/7");
	parse(text, &rules);
	while ((rule = delivery_calendar_rule_without_effect(&rules, rule + 1, &looks)) >= 0)
		said++;
	ok(looks < 30000000 && said < 10000, "looking for rules without effect ends");
	release(&rules);
	free(text);
}

/* --- public holidays ---------------------------------------------------- */

static void
check_holidays(void)
{
	const int32_t first = delivery_day_from_civil(CALENDAR_FIRST_YEAR, 1, 1);
	const int32_t last = delivery_day_from_civil(CALENDAR_LAST_YEAR, 12, 31);
	const int32_t days[] = {last, 100, first, 100, -1, last};
	const int32_t outside[] = {0, last + 1, first - 1};
	CalendarRules rules;
	size_t		first_outside = 99;

	parse("PH=2026-12-25; 24/7; PH off", &rules);
	ok(!delivery_bind_holidays(&rules, outside, 3, resize, &first_outside) && first_outside == 1 &&
	   rules.holiday_count == 1, "a holiday after the last year is refused, and nothing bound");
	ok(!delivery_bind_holidays(&rules, outside + 2, 1, resize, &first_outside) && first_outside == 0,
	   "so is one before the first");
	ok(delivery_bind_holidays(&rules, days, 6, resize, &first_outside) && rules.holiday_count == 4 &&
	   rules.holidays[0] == first && rules.holidays[1] == -1 && rules.holidays[2] == 100 && rules.holidays[3] == last,
	   "holidays are bound in order, each once, in place of those before");
	ok(delivery_bind_holidays(&rules, NULL, 0, resize, &first_outside) && rules.holiday_count == 0 && rules.holidays_bound,
	   "none can be bound");
	release(&rules);
}

int
main(void)
{
	check_days();
	check_known_days();
	check_easter();
	check_hours();
	check_normal_forms();
	check_refusals();
	check_length();
	check_effects();
	check_effort();
	check_holidays();
	printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}
