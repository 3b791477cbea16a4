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
#include "calendar_rules.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_WORD	16
#define LONGEST_OFFSET	365		/* days from Easter */
#define LAST_MINUTE		2880	/* 48:00 */

typedef struct Parser
{
	const char *text;
	size_t		length;
	size_t		at;
	CalendarResize resize;
	CalendarRules *rules;
	CalendarFault *fault;
	int32_t		rule_room;
	int32_t		group_room;
	int32_t		year_room;
	int32_t		date_room;
	int32_t		span_room;
	int32_t		holiday_room;
} Parser;

static const char *const weekdays[] = {"mo", "tu", "we", "th", "fr", "sa", "su"};
static const char *const months[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
};

/* Words of the full syntax that mean something this subset has not. */
static const struct
{
	const char *word;
	const char *reason;
	const char *hint;
}			refused_words[] =
{
	{"sunrise", "hours that depend on the sun are not supported", "Write clock times, such as 08:00-20:00."},
	{"sunset", "hours that depend on the sun are not supported", "Write clock times, such as 08:00-20:00."},
	{"dawn", "hours that depend on the sun are not supported", "Write clock times, such as 08:00-20:00."},
	{"dusk", "hours that depend on the sun are not supported", "Write clock times, such as 08:00-20:00."},
	{"sh", "school holidays are not supported", "Write their dates, such as 2026 Jul 4-Sep 1 off."},
	{"week", "week numbers are not supported", "Write dates, such as 2026 Dec 28-2027 Jan 3."},
	{"unknown", "a rule is open or off, not unknown", "Write off, or leave the rule out."},
	{"open", "the word open is not supported", "Leave it out: a rule is open unless it says off."},
	{"tz", "the time zone does not stand in front", "Write TZ=Europe/Paris; before everything else."},
};

static const char *const write_span = "Write hours as 09:00-17:00, or several as 09:00-12:00,13:00-18:00.";
static const char *const write_weekday = "Write weekdays as Mo, Tu, We, Th, Fr, Sa, Su, or a range such as Mo-Fr.";
static const char *const write_date = "Write dates as Dec 25, 2026 Dec 25, Dec 24-26 or Dec 24-Jan 2.";
static const char *const write_month = "Write months as Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec.";
static const char *const write_holidays = "Write PH=2026-12-25,2026-12-26; after the time zone.";
static const char *const write_rule = "Write days, hours or both, such as Mo-Fr 09:00-17:00, Dec 25 off, or 24/7.";
static const char *const write_next_rule = "Separate rules by ; to replace the hours of a day, or by , to add to them.";
static const char *const write_year = "Write years with four digits, such as 2026, 2025-2027 or 2025+.";

/* --- characters and words ----------------------------------------------- */

static bool
refuse(Parser *parser, size_t position, const char *reason, const char *hint)
{
	parser->fault->position = position;
	parser->fault->reason = reason;
	parser->fault->hint = hint;
	return false;
}

static char
look(const Parser *parser, size_t ahead)
{
	return parser->at + ahead < parser->length ? parser->text[parser->at + ahead] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void
skip_blanks(Parser *parser)
{
	while (look(parser, 0) == ' ' || (look(parser, 0) >= '\t' && look(parser, 0) <= '\r'))
		parser->at++;
}

static bool
take(Parser *parser, char c)
{
	skip_blanks(parser);
	if (parser->at >= parser->length || look(parser, 0) != c)
		return false;
	parser->at++;
	return true;
}

/* The word that begins here, in lower case; its length. */
static size_t
look_word(const Parser *parser, char word[LONGEST_WORD])
{
	size_t		length = 0;

	while (is_letter(look(parser, length)))
	{
		if (length < LONGEST_WORD - 1)
			word[length] = (char) (look(parser, length) | 0x20);
		length++;
	}
	word[length < LONGEST_WORD ? length : LONGEST_WORD - 1] = '\0';
	return length;
}

static bool
at_word(const Parser *parser, const char *wanted)
{
	char		word[LONGEST_WORD];

	return look_word(parser, word) == strlen(wanted) && strcmp(word, wanted) == 0;
}

static bool
take_word(Parser *parser, const char *wanted)
{
	skip_blanks(parser);
	if (!at_word(parser, wanted))
		return false;
	parser->at += strlen(wanted);
	return true;
}

/* Index of the word that begins here in a list, or -1. */
static int
find_word(const Parser *parser, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (at_word(parser, list[i]))
			return i;
	return -1;
}

static int
look_weekday(const Parser *parser)
{
	return find_word(parser, weekdays, 7);
}

static int
look_month(const Parser *parser)
{
	return find_word(parser, months, 12) + 1;
}

static size_t
count_digits(const Parser *parser)
{
	size_t		digits = 0;

	while (is_digit(look(parser, digits)))
		digits++;
	return digits;
}

/* A number of at most so many digits; -1 where none begins. */
static int32_t
take_number(Parser *parser, size_t most_digits)
{
	size_t		digits = count_digits(parser);
	int32_t		number = 0;

	if (digits == 0 || digits > most_digits)
		return -1;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (look(parser, i) - '0');
	parser->at += digits;
	return number;
}

static bool
at_year(const Parser *parser)
{
	return count_digits(parser) == 4 && look(parser, 4) != ':';
}

static bool
at_clock(const Parser *parser)
{
	size_t		digits = count_digits(parser);

	return digits > 0 && look(parser, digits) == ':';
}

static bool
at_days(const Parser *parser)
{
	return look_weekday(parser) >= 0 || at_word(parser, "ph");
}

/*
 * What to say of something that no rule goes on with.
 */
static bool
refuse_here(Parser *parser, const char *reason, const char *hint)
{
	char		word[LONGEST_WORD];
	size_t		length;

	skip_blanks(parser);
	length = look_word(parser, word);
	for (size_t i = 0; i < sizeof(refused_words) / sizeof(refused_words[0]); i++)
		if (length == strlen(refused_words[i].word) && strcmp(word, refused_words[i].word) == 0)
			return refuse(parser, parser->at, refused_words[i].reason, refused_words[i].hint);
	if (length == 2 && strcmp(word, "ph") == 0 && look(parser, 2) == '=')
		return refuse(parser, parser->at, "the list of public holidays does not stand in front", write_holidays);
	for (int i = 0; i < 7; i++)
		if (length > 2 && strncmp(word, weekdays[i], 2) == 0)
			return refuse(parser, parser->at, "a weekday is not written so", write_weekday);
	for (int i = 0; i < 12; i++)
		if (length > 3 && strncmp(word, months[i], 3) == 0)
			return refuse(parser, parser->at, "a month is not written so", write_month);
	switch (look(parser, 0))
	{
		case '"':
			return refuse(parser, parser->at, "comments are not supported", "Leave the comment out.");
		case '|':
			return refuse(parser, parser->at, "fallback rules are not supported", write_next_rule);
		case '(':
			return refuse(parser, parser->at, "computed hours are not supported", write_span);
		case '\xE2':
			if (look(parser, 1) == '\x80' && (look(parser, 2) == '\x93' || look(parser, 2) == '\x94'))
				return refuse(parser, parser->at, "a dash is not a range", "Write ranges with a hyphen: -.");
			break;
	}
	return refuse(parser, parser->at, reason, hint);
}

/* --- lists -------------------------------------------------------------- */

/* Room for one more element; the text is limited, so no size overflows. */
static void *
make_room(Parser *parser, void *list, int32_t count, int32_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room == 0 ? 8 : *room * 2;
	return parser->resize(list, (size_t) *room * size);
}

#define ADD(parser, list, count, room, element) \
	do { \
		(parser)->rules->list = make_room(parser, (parser)->rules->list, (parser)->rules->count, \
										  &(parser)->room, sizeof(element)); \
		(parser)->rules->list[(parser)->rules->count++] = (element); \
	} while (0)

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
parse_zone(Parser *parser)
{
	CalendarRules *rules = parser->rules;
	size_t		end;

	parser->at += strlen("TZ=");
	skip_blanks(parser);
	rules->zone = parser->text + parser->at;
	rules->zone_position = parser->at;
	for (end = parser->at; end < parser->length && parser->text[end] != ';';)
		end++;
	parser->at = end;
	while (end > rules->zone_position && parser->text[end - 1] == ' ')
		end--;
	rules->zone_length = end - rules->zone_position;
	if (rules->zone_length == 0)
		return refuse(parser, rules->zone_position, "the time zone is missing", "Write a name such as TZ=Europe/Paris;.");
	if (!take(parser, ';'))
		return refuse(parser, parser->at, "a semicolon is missing after the time zone", "Write TZ=Europe/Paris; and then the rules.");
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
parse_holiday(Parser *parser)
{
	size_t		position = parser->at;
	int32_t		year = -1;
	int32_t		month = -1;
	int32_t		month_day = -1;
	int32_t		day;

	if (count_digits(parser) == 4)
		year = take_number(parser, 4);
	if (year >= 0 && look(parser, 0) == '-')
	{
		parser->at++;
		month = count_digits(parser) == 2 ? take_number(parser, 2) : -1;
	}
	if (month >= 0 && look(parser, 0) == '-')
	{
		parser->at++;
		month_day = count_digits(parser) == 2 ? take_number(parser, 2) : -1;
	}
	if (month_day < 0)
		return refuse(parser, position, "a public holiday is not a date", write_holidays);
	if (year < CALENDAR_FIRST_YEAR || month < 1 || month > 12 ||
		month_day < 1 || month_day > delivery_days_of_month(year, month))
		return refuse(parser, position, "there is no such date", write_holidays);
	day = delivery_day_from_civil(year, month, month_day);
	ADD(parser, holidays, holiday_count, holiday_room, day);
	return true;
}

static bool
parse_holidays(Parser *parser)
{
	parser->at += strlen("PH=");
	parser->rules->holidays_bound = true;
	skip_blanks(parser);
	if (look(parser, 0) != ';')
	{
		do
		{
			skip_blanks(parser);
			if (!parse_holiday(parser))
				return false;
		} while (take(parser, ','));
	}
	if (!take(parser, ';'))
		return refuse(parser, parser->at, "a semicolon is missing after the public holidays", write_holidays);
	sort_holidays(parser->rules);
	return true;
}

/*
 * Bind the public holidays, in place of those bound before.  False where one
 * lies outside of the years that a calendar can name.
 */
bool
delivery_bind_holidays(CalendarRules *rules, const int32_t *days, size_t count, CalendarResize resize)
{
	const int32_t first = delivery_day_from_civil(CALENDAR_FIRST_YEAR, 1, 1);
	const int32_t last = delivery_day_from_civil(CALENDAR_LAST_YEAR, 12, 31);

	for (size_t i = 0; i < count; i++)
		if (days[i] < first || days[i] > last)
			return false;
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
parse_years(Parser *parser)
{
	CalendarYears years;
	size_t		position = parser->at;

	years.first = years.last = take_number(parser, 4);
	if (years.first < CALENDAR_FIRST_YEAR)
		return refuse(parser, position, "there is no year 0000", write_year);
	if (look(parser, 0) == '+')
	{
		parser->at++;
		years.last = CALENDAR_ALL_YEARS;
	}
	else if (take(parser, '-'))
	{
		skip_blanks(parser);
		position = parser->at;
		if (!at_year(parser))
			return refuse(parser, position, "the last year is missing", write_year);
		years.last = take_number(parser, 4);
		if (years.last < years.first)
			return refuse(parser, position, "the years end before they begin", write_year);
	}
	if (look(parser, 0) == '/')
		return refuse(parser, parser->at, "every so many years is not supported", write_year);
	name_year(parser->rules, years.first);
	if (years.last != CALENDAR_ALL_YEARS)
		name_year(parser->rules, years.last);
	ADD(parser, years, year_count, year_room, years);
	return true;
}

/* Does '+2 days' or '-2 days' begin here?  A range goes on otherwise. */
static bool
at_offset(const Parser *parser)
{
	size_t		ahead = 1;

	if (look(parser, 0) != '+' && look(parser, 0) != '-')
		return false;
	while (look(parser, ahead) == ' ')
		ahead++;
	return is_digit(look(parser, ahead));
}

static bool
parse_easter(Parser *parser, CalendarDate *date)
{
	size_t		position;
	int32_t		days;
	bool		before;

	date->kind = CALENDAR_EASTER;
	parser->rules->easter_used = true;
	skip_blanks(parser);
	if (!at_offset(parser))
		return true;
	before = look(parser, 0) == '-';
	parser->at++;
	skip_blanks(parser);
	position = parser->at;
	days = take_number(parser, 3);
	if (days < 0 || days > LONGEST_OFFSET)
		return refuse(parser, position, "the date is too far from Easter", "Write at most 365 days, such as easter -2 days.");
	if (!take_word(parser, "days") && !take_word(parser, "day"))
		return refuse(parser, parser->at, "the word days is missing", "Write easter -2 days, or easter +1 day.");
	date->offset = (int16_t) (before ? -days : days);
	return true;
}

/* The day of a month, in the year that is known, if any. */
static bool
parse_month_day(Parser *parser, CalendarDate *date, int32_t year)
{
	size_t		position = parser->at;
	int32_t		day = take_number(parser, 2);

	/* without a year Feb 29 is a date */
	if (day < 1 || day > delivery_days_of_month(year == CALENDAR_NO_YEAR ? 2000 : year, date->month))
		return refuse(parser, position, "the month has no such day", write_date);
	date->kind = CALENDAR_DAY;
	date->day = (uint8_t) day;
	return true;
}

/*
 * A month, a day of a month, or a day by Easter.  At the end of a range the
 * month may be left out.
 */
static bool
parse_date(Parser *parser, CalendarDate *date, int32_t year)
{
	memset(date, 0, sizeof(*date));
	if (take_word(parser, "easter"))
		return parse_easter(parser, date);
	date->month = (uint8_t) look_month(parser);
	if (date->month == 0)
		return refuse_here(parser, "a month or easter is missing", write_date);
	parser->at += 3;
	skip_blanks(parser);
	if (count_digits(parser) == 4 && !at_clock(parser))
		return refuse(parser, parser->at, "the year does not stand in front", write_date);
	if (count_digits(parser) > 0 && !at_clock(parser))
		return parse_month_day(parser, date, year);
	date->kind = CALENDAR_MONTH;
	return true;
}

/*
 * The end of a range of dates that is not shorter than nothing.
 */
static bool
parse_last_date(Parser *parser, CalendarDates *dates, int32_t year)
{
	size_t		position;
	int32_t		last_year = year;
	bool		year_given;
	bool		by_easter;

	skip_blanks(parser);
	position = parser->at;
	if (count_digits(parser) > 0 && count_digits(parser) < 3 && dates->from.kind == CALENDAR_DAY)
	{
		dates->to = dates->from;
		if (!parse_month_day(parser, &dates->to, year))
			return false;
		if (dates->to.day < dates->from.day)
			return refuse(parser, position, "the dates end before they begin", write_date);
		return true;
	}
	year_given = at_year(parser);
	if (year_given)
	{
		if (year == CALENDAR_NO_YEAR)
			return refuse(parser, position, "the dates end in a year but do not begin in one", "Write both years, such as 2026 Dec 24-2027 Jan 2.");
		last_year = take_number(parser, 4);
		skip_blanks(parser);
	}
	/* where the end has no year of its own, it may lie in the next one */
	if (!parse_date(parser, &dates->to, year_given ? last_year : CALENDAR_NO_YEAR))
		return false;
	if ((dates->from.kind == CALENDAR_MONTH) != (dates->to.kind == CALENDAR_MONTH))
		return refuse(parser, position, "the dates begin with a day and end with a month, or the other way round", write_date);
	by_easter = dates->from.kind == CALENDAR_EASTER || dates->to.kind == CALENDAR_EASTER;
	if (last_year < year ||
		(!by_easter && dates->from.month == dates->to.month && dates->from.day > dates->to.day && last_year == year) ||
		(!by_easter && dates->from.month > dates->to.month && year_given && last_year == year))
		return refuse(parser, position, "the dates end before they begin", write_date);
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
parse_dates(Parser *parser, CalendarGroup *group)
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
		if (take(parser, '-') && !parse_last_date(parser, &dates, year))
			return false;
		ADD(parser, dates, date_count, date_room, dates);
		group->date_count++;

		after = parser->at;
		if (!take(parser, ','))
			return true;
		skip_blanks(parser);
		if (look_month(parser) > 0 || at_word(parser, "easter"))
		{
			if (!parse_date(parser, &dates.from, year))
				return false;
		}
		else if (count_digits(parser) > 0 && count_digits(parser) < 3 && !at_clock(parser) &&
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
parse_group(Parser *parser)
{
	CalendarGroup group = {0};

	group.years = parser->rules->year_count;
	group.dates = parser->rules->date_count;
	while (at_year(parser))
	{
		size_t		after;

		if (!parse_years(parser))
			return false;
		group.year_count++;
		after = parser->at;
		if (!take(parser, ','))
			break;
		skip_blanks(parser);
		if (!at_year(parser))
		{
			parser->at = after;
			break;
		}
	}
	skip_blanks(parser);
	if ((look_month(parser) > 0 || at_word(parser, "easter")) && !parse_dates(parser, &group))
		return false;
	ADD(parser, groups, group_count, group_room, group);
	return true;
}

static bool
at_group(const Parser *parser)
{
	return at_year(parser) || look_month(parser) > 0 || at_word(parser, "easter");
}

/* --- weekdays ----------------------------------------------------------- */

/* Which of a month: [1], [1,3], [1-3], [-1]. */
static bool
parse_nth(Parser *parser, uint16_t *nth)
{
	static const char *const hint = "Write Th[4] for the fourth, Mo[-1] for the last, Tu[1,3] or Tu[1-3] for several.";

	do
	{
		bool		from_end;
		int32_t		first;
		int32_t		last;

		skip_blanks(parser);
		from_end = take(parser, '-');
		first = last = take_number(parser, 1);
		if (first > 0 && !from_end && look(parser, 0) == '-')
		{
			parser->at++;
			last = take_number(parser, 1);
		}
		if (first < 1 || last < first || last > CALENDAR_NTH_LIMIT)
			return refuse(parser, parser->at, "the weekday of a month is not a number from 1 to 5", hint);
		for (int32_t n = first; n <= last; n++)
			*nth = (uint16_t) (*nth | 1 << (n - 1 + (from_end ? CALENDAR_NTH_LIMIT : 0)));
	} while (take(parser, ','));
	if (!take(parser, ']'))
		return refuse(parser, parser->at, "a bracket is missing", hint);
	return true;
}

static bool
parse_weekdays(Parser *parser, CalendarRule *rule)
{
	int			first = look_weekday(parser);
	int			last = first;

	if (first < 0)
		return refuse_here(parser, "a weekday is missing", write_weekday);
	parser->at += 2;
	if (look(parser, 0) == '[')
	{
		parser->at++;
		return parse_nth(parser, &rule->nth[first]);
	}
	if (take(parser, '-'))
	{
		skip_blanks(parser);
		last = look_weekday(parser);
		if (last < 0)
			return refuse_here(parser, "a weekday is missing", write_weekday);
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
parse_days(Parser *parser, CalendarRule *rule)
{
	do
	{
		skip_blanks(parser);
		if (at_word(parser, "ph") && look(parser, 2) != '=')
		{
			parser->at += 2;
			rule->holidays = true;
		}
		else if (!parse_weekdays(parser, rule))
			return false;
	} while (take(parser, ','));

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
parse_clock(Parser *parser, int32_t last_minute, int32_t *minutes)
{
	size_t		position;
	int32_t		hour;
	int32_t		minute;

	skip_blanks(parser);
	position = parser->at;
	if (!at_clock(parser))
		return refuse_here(parser, "a time of day is missing", write_span);
	hour = take_number(parser, 2);
	if (hour < 0)
		return refuse(parser, position, "there is no such time of day", write_span);
	parser->at++;				/* the colon */
	if (count_digits(parser) != 2)
		return refuse(parser, parser->at, "minutes have two digits", write_span);
	minute = take_number(parser, 2);
	if (look(parser, 0) == ':')
		return refuse(parser, parser->at, "seconds are not supported", write_span);
	*minutes = hour * 60 + minute;
	if (minute > 59 || *minutes > last_minute)
		return refuse(parser, position, "there is no such time of day",
					  "Write 00:00 to 23:59 for a start, and 00:01 to 48:00 for an end.");
	return true;
}

static bool
parse_span(Parser *parser, CalendarSpan *span)
{
	if (!parse_clock(parser, MINUTES_PER_DAY - 1, &span->start))
		return false;
	skip_blanks(parser);
	if (look(parser, 0) == '+')
		return refuse(parser, parser->at, "the hours have no end", "Write the end, such as 18:00-24:00.");
	if (!take(parser, '-'))
		return refuse_here(parser, "the end of the hours is missing", write_span);
	if (!parse_clock(parser, LAST_MINUTE, &span->end))
		return false;
	if (look(parser, 0) == '+')
		return refuse(parser, parser->at, "the hours have no end", "Write the end, such as 18:00-24:00.");
	if (look(parser, 0) == '/')
		return refuse(parser, parser->at, "points in time are not supported", write_span);
	if (span->end <= span->start)
		span->end += MINUTES_PER_DAY;
	return true;
}

static bool
parse_spans(Parser *parser, CalendarRule *rule)
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
		if (!take(parser, ','))
			return true;
		skip_blanks(parser);
		if (!at_clock(parser))
		{
			parser->at = after;
			return true;
		}
	}
}

/* --- rules -------------------------------------------------------------- */

static bool
parse_always(Parser *parser)
{
	if (parser->length - parser->at < 4 || memcmp(parser->text + parser->at, "24/7", 4) != 0)
		return false;
	parser->at += 4;
	return true;
}

static bool
parse_rule(Parser *parser, bool additive)
{
	CalendarRules *rules = parser->rules;
	const CalendarSpan day = {0, MINUTES_PER_DAY};
	CalendarRule rule = {0};
	size_t		start;
	bool		always;

	skip_blanks(parser);
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
			if (!parse_group(parser))
				return false;
			rule.group_count++;
			after = parser->at;
			if (!take(parser, ','))
				break;
			skip_blanks(parser);
		}
		/* a comma that nothing of the kind follows begins another rule */
		if (!at_group(parser))
			parser->at = after;
		skip_blanks(parser);
		if (at_days(parser) && !parse_days(parser, &rule))
			return false;
		skip_blanks(parser);
		if (at_clock(parser) && !parse_spans(parser, &rule))
			return false;
	}
	if (rule.weekdays == 0 && !rule.holidays && memcmp(rule.nth, (uint16_t[7]) {0}, sizeof(rule.nth)) == 0)
		rule.weekdays = CALENDAR_EVERY_DAY;

	if (take_word(parser, "off") || take_word(parser, "closed"))
	{
		rule.off = true;
		rule.whole_day = rule.span_count == 0;
	}
	else if (parser->at == start)
		return refuse_here(parser, parser->at < parser->length ? "a rule cannot begin so" : "a rule is missing", write_rule);
	else if (rule.span_count == 0)
	{
		/* 'Dec 25,PH off' would open the 25th of December all day */
		skip_blanks(parser);
		if (look(parser, 0) == ',' && !always)
			return refuse(parser, parser->at, "a comma cannot follow days without hours",
						  "Write the hours or off before the comma, or one rule for each kind of days: Dec 25 off; PH off.");
		ADD(parser, spans, span_count, span_room, day);
		rule.span_count = 1;
	}
	rules->holidays_used = rules->holidays_used || rule.holidays;
	ADD(parser, rules, rule_count, rule_room, rule);
	return true;
}

static bool
parse_rules(Parser *parser)
{
	bool		additive = false;

	for (;;)
	{
		if (!parse_rule(parser, additive))
			return false;
		skip_blanks(parser);
		if (parser->at >= parser->length)
			return true;
		if (take(parser, ','))
			additive = true;
		else if (take(parser, ';'))
		{
			additive = false;
			skip_blanks(parser);
			if (parser->at >= parser->length)
				return true;	/* one at the end does no harm */
		}
		else
			return refuse_here(parser, "the rule does not go on so", write_next_rule);
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
	Parser		parser = {0};

	memset(rules, 0, sizeof(*rules));
	rules->first_year = 1;
	rules->last_year = 0;
	parser.text = text;
	parser.length = length;
	parser.resize = resize;
	parser.rules = rules;
	parser.fault = fault;

	if (length > CALENDAR_TEXT_LIMIT)
		return refuse(&parser, 0, "the calendar is longer than 262144 bytes", "Keep fewer years of dates in it.");
	skip_blanks(&parser);
	if (at_word(&parser, "tz") && look(&parser, 2) == '=' && !parse_zone(&parser))
		return false;
	skip_blanks(&parser);
	if (at_word(&parser, "ph") && look(&parser, 2) == '=' && !parse_holidays(&parser))
		return false;
	return parse_rules(&parser);
}
