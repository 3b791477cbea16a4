/*
 * calendar_parse.c
 *	  Reads the text of a calendar into rules: a strict subset of the
 *	  opening_hours syntax of OpenStreetMap, with a time zone in front.
 *
 * Left out on purpose, and refused with the place and what to write instead:
 * hours that depend on the sun, school holidays, week numbers, fallback rules,
 * comments, open ends.  A calendar decides on money; it must say what it means.
 *
 *	calendar := ["TZ=" zone ";"] ["PH=" [date {"," date}] ";"] rule {(";" | ",") rule}
 *	rule     := ("24/7" | [dates] [days] [spans]) ["off" | "closed"]
 */
#include "calendar/calendar_day.h"
#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_scan.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_OFFSET	365		/* days from Easter */
#define LAST_MINUTE		2880	/* 48:00 */

static void
name_year(CalendarRules *rules, int32_t year)
{
	if (rules->first_year > rules->last_year)
		rules->first_year = rules->last_year = year;
	else if (year < rules->first_year)
		rules->first_year = year;
	else if (year > rules->last_year)
		rules->last_year = year;
}

/* --- clauses in front --------------------------------------------------- */

static bool
parse_zone(CalendarParser *parser)
{
	CalendarRules *rules = parser->rules;
	size_t		end;

	parser->at += strlen("TZ=");
	delivery_skip_blanks(parser);
	rules->zone = parser->text + parser->at;
	rules->zone_position = parser->at;
	for (end = parser->at; end < parser->length && parser->text[end] != ';';)
		end++;
	parser->at = end;
	while (end > rules->zone_position && parser->text[end - 1] == ' ')
		end--;
	rules->zone_length = end - rules->zone_position;
	if (rules->zone_length == 0)
		return delivery_refuse_calendar(parser, rules->zone_position, "the time zone is missing", "Write a name such as TZ=Europe/Paris;.");
	if (!delivery_take(parser, ';'))
		return delivery_refuse_calendar(parser, parser->at, "a semicolon is missing after the time zone", "Write TZ=Europe/Paris; and then the rules.");
	return true;
}

static int
compare_days(const void *a, const void *b)
{
	int32_t		x = *(const int32_t *) a;
	int32_t		y = *(const int32_t *) b;

	return (x > y) - (x < y);
}

/*
 * Sort the holidays, each but once.
 */
static void
sort_holidays(CalendarRules *rules)
{
	int32_t		kept = 0;

	if (rules->holiday_count > 0)
		qsort(rules->holidays, (size_t) rules->holiday_count, sizeof(int32_t), compare_days);
	for (int32_t i = 0; i < rules->holiday_count; i++)
		if (kept == 0 || rules->holidays[kept - 1] != rules->holidays[i])
			rules->holidays[kept++] = rules->holidays[i];
	rules->holiday_count = kept;
}

static bool
parse_holiday(CalendarParser *parser)
{
	size_t		position = parser->at;
	int32_t		year = -1;
	int32_t		month = -1;
	int32_t		month_day = -1;
	int32_t		day;

	if (delivery_count_digits(parser) == 4)
		year = delivery_take_number(parser, 4);
	if (year >= 0 && delivery_look(parser, 0) == '-')
	{
		parser->at++;
		month = delivery_count_digits(parser) == 2 ? delivery_take_number(parser, 2) : -1;
	}
	if (month >= 0 && delivery_look(parser, 0) == '-')
	{
		parser->at++;
		month_day = delivery_count_digits(parser) == 2 ? delivery_take_number(parser, 2) : -1;
	}
	if (month_day < 0)
		return delivery_refuse_calendar(parser, position, "a public holiday is not a date", WRITE_HOLIDAYS);
	if (year < CALENDAR_FIRST_YEAR || month < 1 || month > 12 ||
		month_day < 1 || month_day > delivery_days_of_month(year, month))
		return delivery_refuse_calendar(parser, position, "there is no such date", WRITE_HOLIDAYS);
	day = delivery_day_from_civil(year, month, month_day);
	ADD(parser, holidays, holiday_count, holiday_room, day);
	return true;
}

static bool
parse_holidays(CalendarParser *parser)
{
	parser->at += strlen("PH=");
	parser->rules->holidays_bound = true;
	delivery_skip_blanks(parser);
	if (delivery_look(parser, 0) != ';')
	{
		do
		{
			delivery_skip_blanks(parser);
			if (!parse_holiday(parser))
				return false;
		} while (delivery_take(parser, ','));
	}
	if (!delivery_take(parser, ';'))
		return delivery_refuse_calendar(parser, parser->at, "a semicolon is missing after the public holidays", WRITE_HOLIDAYS);
	sort_holidays(parser->rules);
	return true;
}

/*
 * Bind the public holidays, in place of those bound before.  False where one,
 * whose index is told, lies outside of the years that a calendar can name.
 */
bool
delivery_bind_holidays(CalendarRules *rules, const int32_t *days, size_t count, CalendarResize resize,
					   size_t *first_outside)
{
	const int32_t first = delivery_day_from_civil(CALENDAR_FIRST_YEAR, 1, 1);
	const int32_t last = delivery_day_from_civil(CALENDAR_LAST_YEAR, 12, 31);

	for (size_t i = 0; i < count; i++)
	{
		if (days[i] < first || days[i] > last)
		{
			*first_outside = i;
			return false;
		}
	}
	rules->holidays = resize(rules->holidays, (count + 1) * sizeof(int32_t));
	if (count > 0)
		memcpy(rules->holidays, days, count * sizeof(int32_t));
	rules->holiday_count = (int32_t) count;
	rules->holidays_bound = true;
	sort_holidays(rules);
	return true;
}

/* --- dates -------------------------------------------------------------- */

static bool
parse_years(CalendarParser *parser)
{
	CalendarYears years;
	size_t		position = parser->at;

	years.first = years.last = delivery_take_number(parser, 4);
	if (delivery_look(parser, 0) == '-' && delivery_is_digit(delivery_look(parser, 1)) &&
		delivery_is_digit(delivery_look(parser, 2)) && delivery_look(parser, 3) == '-')
		return delivery_refuse_calendar(parser, position, "a date is not written so", WRITE_DATE);
	if (years.first < CALENDAR_FIRST_YEAR)
		return delivery_refuse_calendar(parser, position, "there is no year 0000", WRITE_YEAR);
	if (delivery_look(parser, 0) == '+')
	{
		parser->at++;
		years.last = CALENDAR_ALL_YEARS;
	}
	else if (delivery_take(parser, '-'))
	{
		delivery_skip_blanks(parser);
		position = parser->at;
		if (!delivery_at_year(parser))
			return delivery_refuse_calendar(parser, position, "the last year is missing", WRITE_YEAR);
		years.last = delivery_take_number(parser, 4);
		if (years.last < years.first)
			return delivery_refuse_calendar(parser, position, "the years end before they begin", WRITE_YEAR);
	}
	if (delivery_look(parser, 0) == '/')
		return delivery_refuse_calendar(parser, parser->at, "every so many years is not supported", WRITE_YEAR);
	name_year(parser->rules, years.first);
	if (years.last != CALENDAR_ALL_YEARS)
		name_year(parser->rules, years.last);
	ADD(parser, years, year_count, year_room, years);
	return true;
}

/*
 * Does '+2 days' or '-2 days' begin here?  A range goes on otherwise, which may
 * end in a year: 'easter-2027 Jan 6'.
 */
static bool
at_offset(const CalendarParser *parser)
{
	CalendarParser ahead = *parser;

	if (delivery_take(&ahead, '+'))
	{
		delivery_skip_blanks(&ahead);
		return delivery_is_digit(delivery_look(&ahead, 0));
	}
	if (!delivery_take(&ahead, '-'))
		return false;
	delivery_skip_blanks(&ahead);
	return delivery_is_digit(delivery_look(&ahead, 0)) && !delivery_at_year(&ahead);
}

static bool
parse_easter(CalendarParser *parser, CalendarDate *date)
{
	size_t		position;
	int32_t		days;
	bool		before;

	date->kind = CALENDAR_EASTER;
	parser->rules->easter_used = true;
	delivery_skip_blanks(parser);
	if (!at_offset(parser))
		return true;
	before = delivery_look(parser, 0) == '-';
	parser->at++;
	delivery_skip_blanks(parser);
	position = parser->at;
	days = delivery_take_number(parser, 3);
	if (days < 0 || days > LONGEST_OFFSET)
		return delivery_refuse_calendar(parser, position, "the date is too far from Easter", "Write at most 365 days, such as easter -2 days.");
	if (!delivery_take_word(parser, "days") && !delivery_take_word(parser, "day"))
		return delivery_refuse_calendar(parser, parser->at, "the word days is missing", "Write easter -2 days, or easter +1 day.");
	date->offset = (int16_t) (before ? -days : days);
	return true;
}

/* The day of a month, in the year that is known, if any. */
static bool
parse_month_day(CalendarParser *parser, CalendarDate *date, int32_t year)
{
	size_t		position = parser->at;
	int32_t		day = delivery_take_number(parser, 2);

	/* without a year Feb 29 is a date */
	if (day < 1 || day > delivery_days_of_month(year == CALENDAR_NO_YEAR ? 2000 : year, date->month))
		return delivery_refuse_calendar(parser, position, "the month has no such day", WRITE_DATE);
	date->kind = CALENDAR_DAY;
	date->day = (uint8_t) day;
	return true;
}

/*
 * A month, a day of a month, or a day by Easter.  At the end of a range the
 * month may be left out.
 */
static bool
parse_date(CalendarParser *parser, CalendarDate *date, int32_t year)
{
	memset(date, 0, sizeof(*date));
	if (delivery_take_word(parser, "easter"))
		return parse_easter(parser, date);
	date->month = (uint8_t) delivery_look_month(parser);
	if (date->month == 0)
		return delivery_refuse_here(parser, "a month or easter is missing", WRITE_DATE);
	parser->at += 3;
	delivery_skip_blanks(parser);
	if (delivery_count_digits(parser) == 4 && !delivery_at_clock(parser))
		return delivery_refuse_calendar(parser, parser->at, "the year does not stand in front", WRITE_DATE);
	if (delivery_count_digits(parser) > 0 && !delivery_at_clock(parser))
		return parse_month_day(parser, date, year);
	date->kind = CALENDAR_MONTH;
	return true;
}

/*
 * The end of a range of dates that is not shorter than nothing.
 */
static bool
parse_last_date(CalendarParser *parser, CalendarDates *dates, int32_t year)
{
	size_t		position;
	int32_t		last_year = year;
	bool		year_given;
	bool		by_easter;

	delivery_skip_blanks(parser);
	position = parser->at;
	if (delivery_count_digits(parser) > 0 && delivery_count_digits(parser) < 3 && dates->from.kind == CALENDAR_DAY)
	{
		dates->to = dates->from;
		if (!parse_month_day(parser, &dates->to, year))
			return false;
		if (dates->to.day < dates->from.day)
			return delivery_refuse_calendar(parser, position, "the dates end before they begin", WRITE_DATE);
		return true;
	}
	year_given = delivery_at_year(parser);
	if (year_given)
	{
		if (year == CALENDAR_NO_YEAR)
			return delivery_refuse_calendar(parser, position, "the dates end in a year but do not begin in one", "Write both years, such as 2026 Dec 24-2027 Jan 2.");
		last_year = delivery_take_number(parser, 4);
		delivery_skip_blanks(parser);
	}
	/* where the end has no year of its own, it may lie in the next one */
	if (!parse_date(parser, &dates->to, year_given ? last_year : CALENDAR_NO_YEAR))
		return false;
	if ((dates->from.kind == CALENDAR_MONTH) != (dates->to.kind == CALENDAR_MONTH))
		return delivery_refuse_calendar(parser, position, "the dates begin with a day and end with a month, or the other way round", WRITE_DATE);
	by_easter = dates->from.kind == CALENDAR_EASTER || dates->to.kind == CALENDAR_EASTER;
	if (year != CALENDAR_NO_YEAR && !by_easter && !year_given &&
		dates->to.day > delivery_days_of_month(year + (dates->to.month < dates->from.month), dates->to.month))
		return delivery_refuse_calendar(parser, position, "the month has no such day", WRITE_DATE);
	if (last_year < year ||
		(!by_easter && dates->from.month == dates->to.month && dates->from.day > dates->to.day && last_year == year) ||
		(!by_easter && dates->from.month > dates->to.month && year_given && last_year == year))
		return delivery_refuse_calendar(parser, position, "the dates end before they begin", WRITE_DATE);
	if (year_given && (last_year != year || by_easter))
	{
		dates->to.year = last_year;
		name_year(parser->rules, last_year);
	}
	return true;
}

/*
 * Dates, after the years in which they begin.  A day alone stands in the month
 * of the one before.
 */
static bool
parse_dates(CalendarParser *parser, CalendarGroup *group)
{
	CalendarRules *rules = parser->rules;
	int32_t		year = CALENDAR_NO_YEAR;
	CalendarDates dates;

	if (group->year_count == 1 && rules->years[group->years].first == rules->years[group->years].last)
		year = rules->years[group->years].first;

	group->dates = rules->date_count;
	if (!parse_date(parser, &dates.from, year))
		return false;
	for (;;)
	{
		size_t		after;

		dates.to = dates.from;
		if (delivery_take(parser, '-') && !parse_last_date(parser, &dates, year))
			return false;
		ADD(parser, dates, date_count, date_room, dates);
		group->date_count++;

		after = parser->at;
		if (!delivery_take(parser, ','))
			return true;
		delivery_skip_blanks(parser);
		if (delivery_look_month(parser) > 0 || delivery_at_word(parser, "easter"))
		{
			if (!parse_date(parser, &dates.from, year))
				return false;
		}
		else if (delivery_count_digits(parser) > 0 && delivery_count_digits(parser) < 3 && !delivery_at_clock(parser) &&
				 dates.to.kind == CALENDAR_DAY && dates.to.year == CALENDAR_NO_YEAR)
		{
			dates.from = dates.to;
			if (!parse_month_day(parser, &dates.from, year))
				return false;
		}
		else
		{
			parser->at = after;
			return true;
		}
	}
}

/*
 * Years, dates, or dates in years: '2025-2027', 'Dec 25', '2026 Dec 24,Dec 31'.
 */
static bool
parse_group(CalendarParser *parser)
{
	CalendarGroup group = {0};

	group.years = parser->rules->year_count;
	group.dates = parser->rules->date_count;
	while (delivery_at_year(parser))
	{
		size_t		after;

		if (!parse_years(parser))
			return false;
		group.year_count++;
		after = parser->at;
		if (!delivery_take(parser, ','))
			break;
		delivery_skip_blanks(parser);
		if (!delivery_at_year(parser))
		{
			parser->at = after;
			break;
		}
	}
	delivery_skip_blanks(parser);
	if ((delivery_look_month(parser) > 0 || delivery_at_word(parser, "easter")) && !parse_dates(parser, &group))
		return false;
	ADD(parser, groups, group_count, group_room, group);
	return true;
}

static bool
at_group(const CalendarParser *parser)
{
	return delivery_at_year(parser) || delivery_look_month(parser) > 0 || delivery_at_word(parser, "easter");
}

/* --- weekdays ----------------------------------------------------------- */

/* Which of a month: [1], [1,3], [1-3], [-1]. */
static bool
parse_nth(CalendarParser *parser, uint16_t *nth)
{
	static const char *const hint = "Write Th[4] for the fourth, Mo[-1] for the last, Tu[1,3] or Tu[1-3] for several.";

	do
	{
		size_t		position;
		bool		from_end;
		int32_t		first;
		int32_t		last;

		delivery_skip_blanks(parser);
		position = parser->at;
		from_end = delivery_take(parser, '-');
		first = last = delivery_take_number(parser, 1);
		if (first > 0 && !from_end && delivery_look(parser, 0) == '-')
		{
			parser->at++;
			last = delivery_take_number(parser, 1);
		}
		if (first < 1 || last < first || last > CALENDAR_NTH_LIMIT)
			return delivery_refuse_calendar(parser, position, "the weekday of a month is not a number from 1 to 5", hint);
		for (int32_t n = first; n <= last; n++)
			*nth = (uint16_t) (*nth | 1 << (n - 1 + (from_end ? CALENDAR_NTH_LIMIT : 0)));
	} while (delivery_take(parser, ','));
	if (!delivery_take(parser, ']'))
		return delivery_refuse_calendar(parser, parser->at, "a bracket is missing", hint);
	return true;
}

static bool
parse_weekdays(CalendarParser *parser, CalendarRule *rule)
{
	int			first = delivery_look_weekday(parser);
	int			last = first;

	if (first < 0)
		return delivery_refuse_here(parser, "a weekday is missing", WRITE_WEEKDAY);
	parser->at += 2;
	if (delivery_look(parser, 0) == '[')
	{
		parser->at++;
		return parse_nth(parser, &rule->nth[first]);
	}
	if (delivery_take(parser, '-'))
	{
		delivery_skip_blanks(parser);
		last = delivery_look_weekday(parser);
		if (last < 0)
			return delivery_refuse_here(parser, "a weekday is missing", WRITE_WEEKDAY);
		parser->at += 2;
	}
	for (int day = first;; day = (day + 1) % 7)
	{
		rule->weekdays |= (uint8_t) (1 << day);
		if (day == last)
			break;
	}
	return true;
}

static bool
at_days(const CalendarParser *parser)
{
	return delivery_look_weekday(parser) >= 0 || delivery_at_word(parser, "ph");
}

static bool
parse_days(CalendarParser *parser, CalendarRule *rule)
{
	do
	{
		delivery_skip_blanks(parser);
		if (delivery_at_word(parser, "ph") && delivery_look(parser, 2) != '=')
		{
			parser->at += 2;
			rule->holidays = true;
		}
		else if (!parse_weekdays(parser, rule))
			return false;
	} while (delivery_take(parser, ','));

	/* one way to say each thing */
	if (rule->weekdays == CALENDAR_EVERY_DAY)
		rule->holidays = false;
	for (int day = 0; day < 7; day++)
		if (rule->weekdays & (1 << day))
			rule->nth[day] = 0;
	return true;
}

/* --- hours -------------------------------------------------------------- */

static bool
parse_clock(CalendarParser *parser, int32_t last_minute, int32_t *minutes)
{
	size_t		position;
	int32_t		hour;
	int32_t		minute;

	delivery_skip_blanks(parser);
	position = parser->at;
	if (!delivery_at_clock(parser))
		return delivery_refuse_here(parser, "a time of day is missing", WRITE_SPAN);
	hour = delivery_take_number(parser, 2);
	if (hour < 0)
		return delivery_refuse_calendar(parser, position, "there is no such time of day", WRITE_SPAN);
	parser->at++;				/* the colon */
	if (delivery_count_digits(parser) != 2)
		return delivery_refuse_calendar(parser, parser->at, "minutes have two digits", WRITE_SPAN);
	minute = delivery_take_number(parser, 2);
	if (delivery_look(parser, 0) == ':')
		return delivery_refuse_calendar(parser, parser->at, "seconds are not supported", WRITE_SPAN);
	*minutes = hour * 60 + minute;
	if (minute > 59 || *minutes > last_minute)
		return delivery_refuse_calendar(parser, position, "there is no such time of day",
					  "Write 00:00 to 23:59 for a start, and 00:01 to 48:00 for an end.");
	return true;
}

static bool
parse_span(CalendarParser *parser, CalendarSpan *span)
{
	if (!parse_clock(parser, MINUTES_PER_DAY - 1, &span->start))
		return false;
	delivery_skip_blanks(parser);
	if (delivery_look(parser, 0) == '+')
		return delivery_refuse_calendar(parser, parser->at, "the hours have no end", "Write the end, such as 18:00-24:00.");
	if (!delivery_take(parser, '-'))
		return delivery_refuse_here(parser, "the end of the hours is missing", WRITE_SPAN);
	if (!parse_clock(parser, LAST_MINUTE, &span->end))
		return false;
	if (delivery_look(parser, 0) == '+')
		return delivery_refuse_calendar(parser, parser->at, "the hours have no end", "Write the end, such as 18:00-24:00.");
	if (delivery_look(parser, 0) == '/')
		return delivery_refuse_calendar(parser, parser->at, "points in time are not supported", WRITE_SPAN);
	if (span->end <= span->start)
		span->end += MINUTES_PER_DAY;
	return true;
}

static bool
parse_spans(CalendarParser *parser, CalendarRule *rule)
{
	CalendarRules *rules = parser->rules;
	CalendarSpan span;

	rule->spans = rules->span_count;
	for (;;)
	{
		size_t		after;

		if (!parse_span(parser, &span))
			return false;
		/* makes room at the end, then puts it where it belongs */
		ADD(parser, spans, span_count, span_room, span);
		rule->span_count = delivery_add_calendar_span(rules->spans + rule->spans, rule->span_count, span);
		rules->span_count = rule->spans + rule->span_count;

		after = parser->at;
		if (!delivery_take(parser, ','))
			return true;
		delivery_skip_blanks(parser);
		if (!delivery_at_clock(parser))
		{
			parser->at = after;
			return true;
		}
	}
}

/* --- rules -------------------------------------------------------------- */

static bool
parse_always(CalendarParser *parser)
{
	if (parser->length - parser->at < 4 || memcmp(parser->text + parser->at, "24/7", 4) != 0)
		return false;
	parser->at += 4;
	return true;
}

static bool
parse_rule(CalendarParser *parser, bool additive)
{
	CalendarRules *rules = parser->rules;
	const CalendarSpan day = {0, MINUTES_PER_DAY};
	CalendarRule rule = {0};
	size_t		start;
	bool		always;

	delivery_skip_blanks(parser);
	start = parser->at;
	rule.additive = additive;
	rule.groups = rules->group_count;
	rule.spans = rules->span_count;

	always = parse_always(parser);
	if (!always)
	{
		size_t		after = parser->at;

		while (at_group(parser))
		{
			size_t		position = parser->at;

			if (!parse_group(parser))
				return false;
			/* 'Dec 25, 2026 off' would close all of 2026 */
			if (rule.group_count > 0 && rules->groups[rules->group_count - 1].date_count == 0)
				return delivery_refuse_calendar(parser, position, "a year without dates cannot follow dates", WRITE_DATE);
			rule.group_count++;
			after = parser->at;
			if (!delivery_take(parser, ','))
				break;
			delivery_skip_blanks(parser);
		}
		/* a comma that nothing of the kind follows begins another rule */
		if (!at_group(parser))
			parser->at = after;
		delivery_skip_blanks(parser);
		if (at_days(parser) && !parse_days(parser, &rule))
			return false;
		delivery_skip_blanks(parser);
		if (delivery_at_clock(parser) && !parse_spans(parser, &rule))
			return false;
	}
	if (rule.weekdays == 0 && !rule.holidays && memcmp(rule.nth, (uint16_t[7]) {0}, sizeof(rule.nth)) == 0)
		rule.weekdays = CALENDAR_EVERY_DAY;

	if (delivery_take_word(parser, "off") || delivery_take_word(parser, "closed"))
	{
		rule.off = true;
		rule.whole_day = rule.span_count == 0;
	}
	else if (parser->at == start)
		return delivery_refuse_here(parser, parser->at < parser->length ? "a rule cannot begin so" : "a rule is missing", WRITE_RULE);
	else if (rule.span_count == 0)
	{
		/* 'Dec 25,PH off' would open the 25th of December all day */
		delivery_skip_blanks(parser);
		if (delivery_look(parser, 0) == ',' && !always)
			return delivery_refuse_calendar(parser, parser->at, "a comma cannot follow days without hours",
						  "Write the hours or off before the comma, or one rule for each kind of days: Dec 25 off; PH off.");
		ADD(parser, spans, span_count, span_room, day);
		rule.span_count = 1;
	}
	rules->holidays_used = rules->holidays_used || rule.holidays;
	ADD(parser, rules, rule_count, rule_room, rule);
	return true;
}

static bool
parse_rules(CalendarParser *parser)
{
	bool		additive = false;

	for (;;)
	{
		if (!parse_rule(parser, additive))
			return false;
		delivery_skip_blanks(parser);
		if (parser->at >= parser->length)
			return true;
		if (delivery_take(parser, ','))
			additive = true;
		else if (delivery_take(parser, ';'))
		{
			additive = false;
			delivery_skip_blanks(parser);
			if (parser->at >= parser->length)
				return true;	/* one at the end does no harm */
		}
		else
			return delivery_refuse_here(parser, "the rule does not go on so", WRITE_NEXT_RULE);
	}
}

/*
 * Read a calendar.  False with the place and the reason where it is none; what
 * the lists hold then is undefined, but they can be released.
 */
bool
delivery_parse_calendar(const char *text, size_t length, CalendarResize resize,
						CalendarRules *rules, CalendarFault *fault)
{
	CalendarParser		parser = {0};

	memset(rules, 0, sizeof(*rules));
	rules->first_year = 1;
	rules->last_year = 0;
	parser.text = text;
	parser.length = length;
	parser.resize = resize;
	parser.rules = rules;
	parser.fault = fault;

	if (length > CALENDAR_TEXT_LIMIT)
		return delivery_refuse_calendar(&parser, 0, "the calendar is longer than 262144 bytes", "Write ranges rather than lists, or keep fewer dates in it.");
	delivery_skip_blanks(&parser);
	if (delivery_at_word(&parser, "tz") && delivery_look(&parser, 2) == '=' && !parse_zone(&parser))
		return false;
	delivery_skip_blanks(&parser);
	if (delivery_at_word(&parser, "ph") && delivery_look(&parser, 2) == '=' && !parse_holidays(&parser))
		return false;
	return parse_rules(&parser);
}
