/*
 * calendar_fuzz.c
 *	  Feeds bytes to the parser of calendars, and checks what must hold of any:
 *	  of a refusal, of the normal form, of the hours, of the rules said to have
 *	  no effect, and of public holidays that are bound.
 *
 * The hours are compared with a second reading of the rules that is as plain
 * as possible: ranges of dates as first and last day, hours as a minute each.
 *
 * A target of libFuzzer (make fuzz); replay.c drives it without (make test).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/calendar_day.h"
#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_show.h"

#define MINUTES			(2 * MINUTES_PER_DAY)
#define MOST_DAYS		400		/* looked at per calendar */
#define MOST_BOUND		64
#define MOST_LOOKED_AT	12		/* rules, where effects are looked for: that is slow */
#define LEAST_OFFSET	(-80)	/* from Easter, that stay within its year */
#define MOST_OFFSET		250

typedef struct Days
{
	int32_t		day[MOST_DAYS];
	int			count;
} Days;

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "calendar_fuzz: does not hold: %s\n", what);
	abort();
}

static void *
resize(void *pointer, size_t size)
{
	void	   *result = realloc(pointer, size);

	check(result != NULL, "there is memory");
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

/* --- the days that are looked at ---------------------------------------- */

static void
add_day(Days *days, int32_t day)
{
	for (int i = -1; i <= 1; i++)
		if (days->count < MOST_DAYS)
			days->day[days->count++] = day + i;
}

/* Easter Sunday by the golden number and the epact, after Knuth (1.3.2, ex. 14). */
static int32_t
easter_of(int32_t year)
{
	int32_t		y = year >= 0 ? year : year + 5700000;
	int32_t		golden = y % 19 + 1;
	int32_t		century = y / 100 + 1;
	int32_t		no_leap = 3 * century / 4 - 12;
	int32_t		moon = (8 * century + 5) / 25 - 5;
	int64_t		sunday = (int64_t) 5 * y / 4 - no_leap - 10;
	int32_t		epact = ((11 * golden + 20 + moon - no_leap) % 30 + 30) % 30;
	int32_t		full_moon;

	if ((epact == 25 && golden > 11) || epact == 24)
		epact++;
	full_moon = 44 - epact;
	if (full_moon < 21)
		full_moon += 30;
	full_moon += 7 - (int32_t) ((sunday + full_moon) % 7);
	return delivery_day_from_civil(year, 3, 1) + full_moon - 1;
}

/* The day that an end of a range names in a year, the first or the last of a month. */
static int32_t
named_day(const CalendarDate *date, int32_t year, bool is_end)
{
	int			length;

	if (date->kind == CALENDAR_EASTER)
		return easter_of(year) + date->offset;
	length = delivery_days_of_month(year, date->month);
	if (date->kind == CALENDAR_MONTH)
		return delivery_day_from_civil(year, date->month, is_end ? length : 1);
	/* the day after or before the Feb 29 that is not there */
	if (date->day > length)
		return is_end ? delivery_day_from_civil(year, date->month, length) :
			delivery_day_from_civil(year, date->month + 1, 1);
	return delivery_day_from_civil(year, date->month, date->day);
}

static void
choose_days(const CalendarRules *rules, Days *days)
{
	static const int32_t ends[][3] = {
		{-4713, 11, 25}, {-400, 2, 29}, {-1, 12, 31}, {0, 2, 29}, {0, 12, 31}, {4, 2, 29}, {1582, 10, 15},
		{1900, 2, 28}, {1999, 12, 31}, {2000, 2, 29}, {2024, 2, 29}, {2024, 12, 31}, {2100, 2, 28}, {2400, 2, 29},
		{9999, 12, 31}, {294276, 12, 31}, {5874897, 12, 30},
	};
	int32_t		years[6] = {2026};
	int			year_count = 1;

	days->count = 0;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		add_day(days, delivery_day_from_civil(ends[i][0], ends[i][1], ends[i][2]));
	for (int32_t i = 0; i < rules->holiday_count && i < 10; i++)
		add_day(days, rules->holidays[i]);
	/* weekdays and their numbers in a month */
	for (int32_t i = 0; i < 12; i++)
		add_day(days, delivery_day_from_civil(2026, 2, 20) + 3 * i);

	for (int32_t i = 0; i < rules->year_count && year_count < 3; i++)
		years[year_count++] = rules->years[i].first;
	for (int32_t i = rules->year_count - 1; i >= 0 && year_count < 4; i--)
		years[year_count++] = rules->years[i].last == CALENDAR_ALL_YEARS ? 2050 : rules->years[i].last;
	for (int32_t i = 0; i < rules->date_count && year_count < 6; i++)
		if (rules->dates[i].to.year != CALENDAR_NO_YEAR)
			years[year_count++] = rules->dates[i].to.year;
	for (int y = 0; y < year_count; y++)
	{
		add_day(days, delivery_day_from_civil(years[y], 1, 1));
		add_day(days, delivery_day_from_civil(years[y], 3, 1));
		add_day(days, delivery_day_from_civil(years[y], 12, 31));
		for (int32_t i = 0; i < rules->date_count && i < 8; i++)
			for (int next = 0; next <= 1; next++)
			{
				add_day(days, named_day(&rules->dates[i].from, years[y] + next, false));
				add_day(days, named_day(&rules->dates[i].to, years[y] + next, true));
			}
	}
}

/*
 * Days on which a rule may have its only effect: leap days, that around the end
 * of a century do not fall on each weekday, and the days by which the earliest
 * and the latest Easter Sundays go.
 */
static void
choose_rare_days(const CalendarRules *rules, Days *days)
{
	static const int32_t years[] = {1818, 1886, 1943, 2008, 2011, 2038, 2285, 2353};

	days->count = 0;
	for (int32_t year = 1804; year <= 2304; year += 4)
		days->day[days->count++] = delivery_day_from_civil(year, 2, 29);
	for (size_t y = 0; y < sizeof(years) / sizeof(years[0]); y++)
		for (int32_t i = 0; i < rules->date_count && i < 4 && rules->easter_used; i++)
		{
			/* how far two Easter Sundays of the rarest kind are from each other is not looked at */
			if (rules->dates[i].from.offset < LEAST_OFFSET || rules->dates[i].from.offset > MOST_OFFSET ||
				rules->dates[i].to.offset < LEAST_OFFSET || rules->dates[i].to.offset > MOST_OFFSET)
				return;
			add_day(days, named_day(&rules->dates[i].from, years[y], false));
			add_day(days, named_day(&rules->dates[i].to, years[y], true));
		}
}

/* --- the hours, once more ----------------------------------------------- */

static bool
begins_in(const CalendarRules *rules, const CalendarGroup *group, int32_t year)
{
	for (int32_t i = 0; i < group->year_count; i++)
		if (rules->years[group->years + i].first <= year && year <= rules->years[group->years + i].last)
			return true;
	return group->year_count == 0;
}

/* Whether the day lies in the range of dates that begins in a year. */
static bool
in_range(const CalendarDates *dates, int32_t year, int32_t day)
{
	const CalendarDate *from = &dates->from;
	const CalendarDate *to = &dates->to;
	int32_t		end_year = to->year == CALENDAR_NO_YEAR ? year : to->year;
	bool		wraps;

	if (from->kind == CALENDAR_EASTER || to->kind == CALENDAR_EASTER)
		wraps = named_day(to, year, true) < named_day(from, year, false);
	else
		wraps = to->month < from->month || (to->month == from->month && to->day < from->day);
	if (to->year == CALENDAR_NO_YEAR && wraps)
		end_year++;
	return day >= named_day(from, year, false) && day <= named_day(to, end_year, true);
}

static bool
plainly_applies(const CalendarRules *rules, const CalendarRule *rule, int32_t day)
{
	int			weekday = ((day + 5) % 7 + 7) % 7;
	bool		applies = (rule->weekdays & (1 << weekday)) != 0;
	int32_t		year;
	int32_t		month;
	int32_t		month_day;
	int32_t		month_length;

	delivery_civil_from_day(day, &year, &month, &month_day);
	month_length = delivery_days_of_month(year, month);
	for (int n = 0; n < CALENDAR_NTH_LIMIT; n++)
	{
		if ((rule->nth[weekday] & (1 << n)) && month_day > 7 * n && month_day <= 7 * (n + 1))
			applies = true;
		if ((rule->nth[weekday] & (1 << (CALENDAR_NTH_LIMIT + n))) &&
			month_day <= month_length - 7 * n && month_day > month_length - 7 * (n + 1))
			applies = true;
	}
	for (int32_t i = 0; rule->holidays && i < rules->holiday_count; i++)
		applies = applies || rules->holidays[i] == day;
	if (!applies || rule->group_count == 0)
		return applies;

	for (int32_t g = 0; g < rule->group_count; g++)
	{
		const CalendarGroup *group = &rules->groups[rule->groups + g];

		if (group->date_count == 0 && begins_in(rules, group, year))
			return true;
		for (int32_t d = 0; d < group->date_count; d++)
		{
			const CalendarDates *dates = &rules->dates[group->dates + d];

			/* dates that end in a year begin in the one year of their group */
			if (dates->to.year != CALENDAR_NO_YEAR)
			{
				if (in_range(dates, rules->years[group->years].first, day))
					return true;
				continue;
			}
			for (int32_t begin = year - 3; begin <= year + 3; begin++)
				if (begins_in(rules, group, begin) && in_range(dates, begin, day))
					return true;
		}
	}
	return false;
}

static void
plain_hours(const CalendarRules *rules, int32_t day, bool *open)
{
	memset(open, 0, MINUTES);
	for (int32_t r = 0; r < rules->rule_count; r++)
	{
		const CalendarRule *rule = &rules->rules[r];

		/* what is closed after midnight of the day before */
		if (rule->off && plainly_applies(rules, rule, day - 1))
			for (int32_t i = 0; i < rule->span_count; i++)
				for (int32_t minute = MINUTES_PER_DAY; minute < rules->spans[rule->spans + i].end; minute++)
					if (minute >= rules->spans[rule->spans + i].start)
						open[minute - MINUTES_PER_DAY] = false;
		if (!plainly_applies(rules, rule, day))
			continue;
		if (rule->off ? rule->whole_day : !rule->additive)
			memset(open, 0, MINUTES);
		for (int32_t i = 0; i < rule->span_count; i++)
			for (int32_t minute = rules->spans[rule->spans + i].start; minute < rules->spans[rule->spans + i].end; minute++)
				open[minute] = !rule->off;
	}
}

static void
check_hours(const CalendarRules *rules, int32_t day, const CalendarSpan *spans, int count)
{
	bool		open[MINUTES];
	int			minute = 0;

	check(count >= 0 && count <= delivery_calendar_room(rules), "hours have the room they ask for");
	plain_hours(rules, day, open);
	for (int i = 0; i < count; i++)
	{
		check(spans[i].start >= 0 && spans[i].end <= MINUTES, "hours lie within two days");
		check(spans[i].start < spans[i].end, "hours are not empty");
		check(i == 0 || spans[i].start > spans[i - 1].end, "hours are sorted and do not touch");
		for (; minute < spans[i].start; minute++)
			check(!open[minute], "hours are those of the rules: closed");
		for (; minute < spans[i].end; minute++)
			check(open[minute], "hours are those of the rules: open");
	}
	for (; minute < MINUTES; minute++)
		check(!open[minute], "hours are those of the rules: closed at the end");
}

/* Whether two calendars, of which the first has no fewer spans, agree on these days. */
static bool
same_hours(const CalendarRules *a, const CalendarRules *b, const Days *days, bool is_check)
{
	CalendarSpan *of_a = resize(NULL, (size_t) delivery_calendar_room(a) * sizeof(CalendarSpan));
	CalendarSpan *of_b = resize(NULL, (size_t) delivery_calendar_room(b) * sizeof(CalendarSpan));
	bool		same = true;

	for (int i = 0; i < days->count && same; i++)
	{
		int			count = delivery_calendar_hours(a, days->day[i], of_a);

		if (is_check)
			check_hours(a, days->day[i], of_a, count);
		same = count == delivery_calendar_hours(b, days->day[i], of_b) &&
			memcmp(of_a, of_b, (size_t) count * sizeof(CalendarSpan)) == 0;
	}
	free(of_a);
	free(of_b);
	return same;
}

/* --- what must hold ----------------------------------------------------- */

static void
check_refusal(const CalendarFault *fault, size_t size)
{
	check(fault->reason != NULL && fault->reason[0] != '\0', "a refusal has a reason");
	check(fault->hint != NULL && fault->hint[0] != '\0', "a refusal has a hint");
	check(fault->position <= size, "a refusal has a place in the text");
}

/* Its zone as a string; NULL for none. */
static char *
zone_of(const CalendarRules *rules)
{
	char	   *zone;

	if (rules->zone == NULL)
		return NULL;
	zone = resize(NULL, rules->zone_length + 1);
	memcpy(zone, rules->zone, rules->zone_length);
	zone[rules->zone_length] = '\0';
	return zone;
}

/*
 * What is printed is read as the same again.
 */
static void
check_normal_form(const CalendarRules *rules, const Days *days)
{
	char	   *zone = zone_of(rules);
	CalendarRules again;
	CalendarFault fault;
	size_t		length;
	size_t		length_again;
	char	   *text = delivery_show_calendar(rules, zone, resize, &length);
	char	   *text_again;

	check(text[length] == '\0', "the text ends where it says");
	/* the server refuses to store such a long one, and has no text with a zero byte */
	if (length <= CALENDAR_TEXT_LIMIT && (zone == NULL || strlen(zone) == rules->zone_length))
	{
		check(strlen(text) == length, "the text has no zero byte");
		check(delivery_parse_calendar(text, length, resize, &again, &fault), "the normal form can be read");
		check((zone == NULL) == (again.zone == NULL) &&
			  (zone == NULL || (again.zone_length == rules->zone_length &&
								memcmp(zone, again.zone, again.zone_length) == 0)), "the zone comes back");
		text_again = delivery_show_calendar(&again, zone, resize, &length_again);
		check(length_again == length && memcmp(text, text_again, length) == 0, "the normal form is its own");
		check(again.rule_count == rules->rule_count && again.holiday_count == rules->holiday_count &&
			  again.holidays_bound == rules->holidays_bound && again.holidays_used == rules->holidays_used &&
			  again.easter_used == rules->easter_used && again.first_year == rules->first_year &&
			  again.last_year == rules->last_year, "what the rules name comes back");
		check(same_hours(rules, &again, days, true), "the hours come back");
		free(text_again);
		release(&again);
	}
	for (int32_t r = 0; r < rules->rule_count; r++)
	{
		char	   *rule = delivery_show_calendar_rule(rules, r, resize);

		check(length > CALENDAR_TEXT_LIMIT || strstr(text, rule) != NULL || strlen(text) < length, "the text has each rule");
		free(rule);
	}
	free(text);
	free(zone);
}

/*
 * Letters mean the same in upper and in lower case, but for the zone.
 */
static void
check_case(const uint8_t *data, size_t size, const CalendarRules *rules, bool taken, const CalendarFault *fault)
{
	char	   *other = resize(NULL, size + 1);
	size_t		zone_start = rules->zone == NULL ? size : rules->zone_position;
	size_t		zone_end = rules->zone == NULL ? size : zone_start + rules->zone_length;
	CalendarRules other_rules;
	CalendarFault other_fault;
	bool		other_taken;

	for (size_t i = 0; i < size; i++)
	{
		bool		letter = (data[i] >= 'a' && data[i] <= 'z') || (data[i] >= 'A' && data[i] <= 'Z');

		other[i] = (char) (letter && !(i >= zone_start && i < zone_end) ? data[i] ^ 0x20 : data[i]);
	}
	other_taken = delivery_parse_calendar(other, size, resize, &other_rules, &other_fault);
	check(other_taken == taken, "upper and lower case are both taken");
	if (taken)
	{
		size_t		length;
		size_t		other_length;
		char	   *text = delivery_show_calendar(rules, NULL, resize, &length);
		char	   *other_text = delivery_show_calendar(&other_rules, NULL, resize, &other_length);

		check(length == other_length && memcmp(text, other_text, length) == 0, "upper and lower case mean the same");
		free(text);
		free(other_text);
	}
	else
		check(other_fault.position == fault->position && other_fault.reason == fault->reason, "upper and lower case are refused alike");
	release(&other_rules);
	free(other);
}

/*
 * A rule said to have no effect can go, whichever days are public holidays.
 */
static void
check_effect(CalendarRules *rules, const Days *days)
{
	CalendarRules without = *rules;
	Days		rare;
	int64_t		looks = 0;
	int			rule = -1;

	if (rules->rule_count > MOST_LOOKED_AT)
		return;
	choose_rare_days(rules, &rare);
	without.rules = resize(NULL, (size_t) rules->rule_count * sizeof(CalendarRule));
	while ((rule = delivery_calendar_rule_without_effect(rules, rule + 1, &looks)) >= 0)
	{
		check(rule < rules->rule_count, "a rule without effect is a rule");
		memcpy(without.rules, rules->rules, (size_t) rules->rule_count * sizeof(CalendarRule));
		memmove(without.rules + rule, without.rules + rule + 1,
				(size_t) (rules->rule_count - rule - 1) * sizeof(CalendarRule));
		without.rule_count = rules->rule_count - 1;
		check(same_hours(rules, &without, days, false) && same_hours(rules, &without, &rare, false),
			  "a rule without effect can go");
	}
	free(without.rules);
}

static int
compare_days(const void *a, const void *b)
{
	int32_t		x = *(const int32_t *) a;
	int32_t		y = *(const int32_t *) b;

	return (x > y) - (x < y);
}

static bool
contains(const int32_t *days, size_t count, int32_t day)
{
	for (size_t i = 0; i < count; i++)
		if (days[i] == day)
			return true;
	return false;
}

/*
 * Bind days that the bytes name: all of them or, where one lies outside, none.
 */
static void
check_binding(const uint8_t *data, size_t size, CalendarRules *rules, const Days *days)
{
	const int32_t first = delivery_day_from_civil(CALENDAR_FIRST_YEAR, 1, 1);
	const int32_t last = delivery_day_from_civil(CALENDAR_LAST_YEAR, 12, 31);
	int32_t		bound[MOST_BOUND];
	size_t		count = 0;
	size_t		outside = 0;
	size_t		first_outside = SIZE_MAX;
	int32_t		before = rules->holiday_count;
	bool		taken;

	/* each byte a day to look at, or one of the last year and of those after it */
	for (size_t i = 0; i < size && count < MOST_BOUND; i++)
		bound[count++] = data[i] == 0xFF ? last + (int32_t) (i % 3) : days->day[data[i] % days->count];
	while (outside < count && bound[outside] >= first && bound[outside] <= last)
		outside++;
	taken = delivery_bind_holidays(rules, bound, count, resize, &first_outside);
	check(taken == (outside == count), "days are bound unless one lies outside");
	if (!taken)
	{
		check(first_outside == outside, "the first day outside is told");
		check(rules->holiday_count == before, "nothing is bound where a day lies outside");
		/* then those that lie inside */
		for (size_t i = outside = 0; i < count; i++)
			if (bound[i] >= first && bound[i] <= last)
				bound[outside++] = bound[i];
		count = outside;
		check(delivery_bind_holidays(rules, bound, count, resize, &first_outside), "days inside are bound");
	}
	check(rules->holidays_bound, "a calendar knows that holidays are bound");
	for (int32_t i = 0; i < rules->holiday_count; i++)
	{
		check(i == 0 || rules->holidays[i] > rules->holidays[i - 1], "holidays are sorted, each once");
		check(contains(bound, count, rules->holidays[i]), "no holiday is made up");
	}
	for (size_t i = 0; i < count; i++)
		check(bsearch(&bound[i], rules->holidays, (size_t) rules->holiday_count, sizeof(int32_t), compare_days) != NULL,
			  "no holiday is lost");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CalendarRules rules;
	CalendarFault fault = {0};
	Days		days;
	bool		taken;

	/* a copy, so that a byte read beyond the end is noticed */
	char	   *text = resize(NULL, size > 0 ? size : 1);

	if (size > 0)
		memcpy(text, data, size);
	taken = delivery_parse_calendar(text, size, resize, &rules, &fault);
	check_case(data, size, &rules, taken, &fault);
	if (!taken)
		check_refusal(&fault, size);
	else
	{
		choose_days(&rules, &days);
		check_normal_form(&rules, &days);
		check_binding(data, size, &rules, &days);
		/* now with other holidays */
		check_normal_form(&rules, &days);
		check_effect(&rules, &days);
	}
	release(&rules);
	free(text);
	return 0;
}
