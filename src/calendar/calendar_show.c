/*
 * calendar_show.c
 *	  Writes the rules of a calendar as text, each thing in one way, so that
 *	  what is read from it is the same again.
 */
#include "calendar/calendar_day.h"
#include "calendar/calendar_rules.h"
#include "calendar/calendar_show.h"

#include <stdio.h>
#include <string.h>

typedef struct Writer
{
	char	   *text;
	size_t		length;
	size_t		room;
	CalendarResize resize;
} Writer;

static const char *const weekdays[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

static void
add_bytes(Writer *writer, const char *bytes, size_t length)
{
	if (writer->length + length + 1 > writer->room)
	{
		writer->room = (writer->length + length + 1) * 2;
		writer->text = writer->resize(writer->text, writer->room);
	}
	if (length > 0)
		memcpy(writer->text + writer->length, bytes, length);
	writer->length += length;
	writer->text[writer->length] = '\0';
}

static void
add(Writer *writer, const char *string)
{
	add_bytes(writer, string, strlen(string));
}

static void
add_number(Writer *writer, const char *format, int number)
{
	char		digits[32];

	snprintf(digits, sizeof(digits), format, number);
	add(writer, digits);
}

static void
add_clock(Writer *writer, int32_t minutes)
{
	add_number(writer, "%02d:", minutes / 60);
	add_number(writer, "%02d", minutes % 60);
}

static void
add_span(Writer *writer, const CalendarSpan *span)
{
	int32_t		end = span->end;

	/* 22:00-06:00 rather than 22:00-30:00, where it means the same */
	if (end > MINUTES_PER_DAY && end - span->start <= MINUTES_PER_DAY)
		end -= MINUTES_PER_DAY;
	add_clock(writer, span->start);
	add(writer, "-");
	add_clock(writer, end);
}

static void
add_date(Writer *writer, const CalendarDate *date)
{
	if (date->kind == CALENDAR_EASTER)
	{
		add(writer, "easter");
		if (date->offset != 0)
		{
			add_number(writer, " %+d", date->offset);
			add(writer, date->offset == 1 || date->offset == -1 ? " day" : " days");
		}
		return;
	}
	add(writer, months[date->month - 1]);
	if (date->kind == CALENDAR_DAY)
		add_number(writer, " %d", date->day);
}

static void
add_dates(Writer *writer, const CalendarDates *dates)
{
	const CalendarDate *from = &dates->from;
	const CalendarDate *to = &dates->to;

	add_date(writer, from);
	if (to->year == CALENDAR_NO_YEAR && from->kind == to->kind && from->month == to->month &&
		from->day == to->day && from->offset == to->offset)
		return;
	add(writer, "-");
	if (to->year != CALENDAR_NO_YEAR)
		add_number(writer, "%04d ", to->year);
	if (to->year == CALENDAR_NO_YEAR && from->kind == CALENDAR_DAY && to->kind == CALENDAR_DAY &&
		from->month == to->month)
		add_number(writer, "%d", to->day);
	else
		add_date(writer, to);
}

static void
add_group(Writer *writer, const CalendarRules *rules, const CalendarGroup *group)
{
	for (int32_t i = 0; i < group->year_count; i++)
	{
		const CalendarYears *years = &rules->years[group->years + i];

		if (i > 0)
			add(writer, ",");
		add_number(writer, "%04d", years->first);
		if (years->last == CALENDAR_ALL_YEARS)
			add(writer, "+");
		else if (years->last != years->first)
			add_number(writer, "-%04d", years->last);
	}
	if (group->year_count > 0 && group->date_count > 0)
		add(writer, " ");
	for (int32_t i = 0; i < group->date_count; i++)
	{
		if (i > 0)
			add(writer, ",");
		add_dates(writer, &rules->dates[group->dates + i]);
	}
}

static void
add_nth(Writer *writer, int weekday, uint16_t nth)
{
	const char *separator = "[";

	add(writer, weekdays[weekday]);
	for (int bit = 0; bit < 2 * CALENDAR_NTH_LIMIT; bit++)
	{
		if (!(nth & (1 << bit)))
			continue;
		add(writer, separator);
		separator = ",";
		add_number(writer, "%d", bit < CALENDAR_NTH_LIMIT ? bit + 1 : CALENDAR_NTH_LIMIT - 1 - bit);
	}
	add(writer, "]");
}

static void
add_days(Writer *writer, const CalendarRule *rule)
{
	const char *separator = "";

	for (int day = 0; day < 7; day++)
	{
		int			last = day;

		if (!(rule->weekdays & (1 << day)))
			continue;
		while (last < 6 && (rule->weekdays & (1 << (last + 1))))
			last++;
		add(writer, separator);
		separator = ",";
		add(writer, weekdays[day]);
		if (last > day)
		{
			add(writer, "-");
			add(writer, weekdays[last]);
		}
		day = last;
	}
	for (int day = 0; day < 7; day++)
	{
		if (rule->nth[day] == 0)
			continue;
		add(writer, separator);
		separator = ",";
		add_nth(writer, day, rule->nth[day]);
	}
	if (rule->holidays)
	{
		add(writer, separator);
		add(writer, "PH");
	}
}

static void
add_rule(Writer *writer, const CalendarRules *rules, const CalendarRule *rule)
{
	const CalendarSpan *spans = rule->span_count > 0 ? &rules->spans[rule->spans] : NULL;
	const char *separator = "";

	for (int32_t i = 0; i < rule->group_count; i++)
	{
		add(writer, i > 0 ? "," : "");
		add_group(writer, rules, &rules->groups[rule->groups + i]);
		separator = " ";
	}
	if (rule->weekdays != CALENDAR_EVERY_DAY)
	{
		add(writer, separator);
		add_days(writer, rule);
		separator = " ";
	}
	else if (rule->group_count == 0 && !rule->whole_day)
	{
		if (!rule->off && rule->span_count == 1 && spans[0].start == 0 && spans[0].end == MINUTES_PER_DAY)
		{
			add(writer, "24/7");
			return;
		}
		add(writer, "Mo-Su");
		separator = " ";
	}
	for (int32_t i = 0; i < rule->span_count; i++)
	{
		add(writer, i > 0 ? "," : separator);
		add_span(writer, &spans[i]);
		separator = " ";
	}
	if (rule->off)
	{
		add(writer, separator);
		add(writer, "off");
	}
}

/*
 * The whole calendar, with that name of its time zone (NULL for UTC).
 */
char *
delivery_show_calendar(const CalendarRules *rules, const char *zone, CalendarResize resize,
					   size_t *length)
{
	Writer		writer = {NULL, 0, 0, resize};

	add(&writer, "");
	if (zone != NULL)
	{
		add(&writer, "TZ=");
		add(&writer, zone);
		add(&writer, "; ");
	}
	if (rules->holidays_bound)
	{
		add(&writer, "PH=");
		for (int32_t i = 0; i < rules->holiday_count; i++)
		{
			int32_t		year;
			int32_t		month;
			int32_t		day;

			delivery_civil_from_day(rules->holidays[i], &year, &month, &day);
			add_number(&writer, i > 0 ? ",%04d" : "%04d", year);
			add_number(&writer, "-%02d", month);
			add_number(&writer, "-%02d", day);
		}
		add(&writer, "; ");
	}
	for (int32_t i = 0; i < rules->rule_count; i++)
	{
		if (i > 0)
			add(&writer, rules->rules[i].additive ? ", " : "; ");
		add_rule(&writer, rules, &rules->rules[i]);
	}
	*length = writer.length;
	return writer.text;
}

char *
delivery_show_calendar_rule(const CalendarRules *rules, int rule, CalendarResize resize)
{
	Writer		writer = {NULL, 0, 0, resize};

	add(&writer, "");
	add_rule(&writer, rules, &rules->rules[rule]);
	return writer.text;
}
