/*
 * calendar_day.c
 *	  The hours that a date has by the rules of a calendar.
 */
#include "calendar/calendar_day.h"
#include "calendar/calendar_rules.h"

#include <string.h>

#define EPOCH_OFFSET	730425	/* days from 0000-03-01 to 2000-01-01 */
#define DAYS_PER_CYCLE	146097	/* of 400 years */
#define DAYS_PER_WEEK	7
#define FIRST_WEEKDAY	5		/* 2000-01-01 was a Saturday, Monday being 0 */

/*
 * All weekdays fall on all dates within as many years, also on Feb 29 where the
 * end of a century leaves one out.
 */
#define YEARS_OF_ALL_WEEKDAYS 40
/* Easter is one of as many Sundays, from Mar 22 on. */
#define EASTER_SUNDAYS	5
#define REAL_EASTER		(-1)
/* what looking for the rules without effect of a calendar may cost */
#define LOOK_LIMIT		5000000

/* What the rules look at in a date. */
typedef struct Today
{
	int32_t		day;
	int32_t		year;
	int32_t		month;
	int32_t		month_day;
	int32_t		month_length;
	int			weekday;
	bool		holiday;
	bool		easter_known;
	int			sunday;			/* that Easter is supposed to be, or REAL_EASTER */
	int32_t		easter[4];		/* of the two years before, this one and the next */
} Today;

/* --- dates -------------------------------------------------------------- */

/*
 * Year, month and day of month.  Years are counted from March within cycles of
 * 400, so that the leap day is the last of its year.
 */
void
delivery_civil_from_day(int32_t day, int32_t *year, int32_t *month, int32_t *month_day)
{
	int64_t		shifted = (int64_t) day + EPOCH_OFFSET;
	int64_t		cycle = (shifted >= 0 ? shifted : shifted - (DAYS_PER_CYCLE - 1)) / DAYS_PER_CYCLE;
	int32_t		in_cycle = (int32_t) (shifted - cycle * DAYS_PER_CYCLE);
	int32_t		cycle_year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
	int32_t		in_year = in_cycle - (365 * cycle_year + cycle_year / 4 - cycle_year / 100);
	int32_t		from_march = (5 * in_year + 2) / 153;

	*month_day = in_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = (int32_t) (cycle * 400) + cycle_year + (*month <= 2);
}

int32_t
delivery_day_from_civil(int32_t year, int32_t month, int32_t month_day)
{
	int32_t		march_year = month <= 2 ? year - 1 : year;
	int32_t		cycle = (march_year >= 0 ? march_year : march_year - 399) / 400;
	int32_t		cycle_year = march_year - cycle * 400;
	int32_t		in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + month_day - 1;

	return cycle * DAYS_PER_CYCLE + cycle_year * 365 + cycle_year / 4 - cycle_year / 100 +
		in_year - EPOCH_OFFSET;
}

int
delivery_days_of_month(int32_t year, int32_t month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return lengths[month - 1];
}

/*
 * Easter Sunday by the Gregorian computus (Meeus, Astronomical Algorithms,
 * ch. 8), which repeats after 5,700,000 years; years before the first are
 * taken from that cycle too.
 */
static int32_t
easter_of(int32_t year)
{
	int32_t		y = year >= 0 ? year : year + 5700000;
	int32_t		golden = y % 19;
	int32_t		century = y / 100;
	int32_t		in_century = y % 100;
	int32_t		shift = (century - (century + 8) / 25 + 1) / 3;
	int32_t		epact = (19 * golden + century - century / 4 - shift + 15) % 30;
	int32_t		to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
	int32_t		late = (golden + 11 * epact + 22 * to_sunday) / 451;
	int32_t		sum = epact + to_sunday - 7 * late + 114;

	return delivery_day_from_civil(year, sum / 31, sum % 31 + 1);
}

static int
weekday_of(int32_t day)
{
	int			weekday = (day % DAYS_PER_WEEK + FIRST_WEEKDAY) % DAYS_PER_WEEK;

	return weekday < 0 ? weekday + DAYS_PER_WEEK : weekday;
}

/* One of the Sundays on which Easter can fall. */
static int32_t
sunday_of(int32_t year, int sunday)
{
	int32_t		first = delivery_day_from_civil(year, 3, 22);

	return first + (DAYS_PER_WEEK - 1 - weekday_of(first)) + sunday * DAYS_PER_WEEK;
}

static bool
is_holiday(const CalendarRules *rules, int32_t day)
{
	int32_t		low = 0;
	int32_t		high = rules->holiday_count;

	while (low < high)
	{
		int32_t		middle = low + (high - low) / 2;

		if (rules->holidays[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < rules->holiday_count && rules->holidays[low] == day;
}

static void
set_date(Today *today, int32_t day)
{
	today->day = day;
	delivery_civil_from_day(day, &today->year, &today->month, &today->month_day);
	today->month_length = delivery_days_of_month(today->year, today->month);
	today->weekday = weekday_of(day);
	today->easter_known = false;
	today->sunday = REAL_EASTER;
}

/* Does a rule close hours of the next date, too? */
static bool
closes_after_midnight(const CalendarRules *rules, const CalendarRule *rule)
{
	return rule->off && rule->span_count > 0 &&
		rules->spans[rule->spans + rule->span_count - 1].end > MINUTES_PER_DAY;
}

/* --- does a rule apply? ------------------------------------------------- */

static bool
year_listed(const CalendarRules *rules, const CalendarGroup *group, int32_t year)
{
	for (int32_t i = 0; i < group->year_count; i++)
	{
		const CalendarYears *years = &rules->years[group->years + i];

		if (years->first <= year && year <= years->last)
			return true;
	}
	return group->year_count == 0;
}

/* Month and day as one number; a whole month lies between its first and last. */
static int32_t
first_key(const CalendarDate *date)
{
	return date->month * 100 + (date->kind == CALENDAR_DAY ? date->day : 0);
}

static int32_t
last_key(const CalendarDate *date)
{
	return date->month * 100 + (date->kind == CALENDAR_DAY ? date->day : 99);
}

static int32_t
easter_in(Today *today, int32_t year)
{
	if (!today->easter_known)
	{
		for (int i = 0; i < 4; i++)
			today->easter[i] = today->sunday == REAL_EASTER ? easter_of(today->year - 2 + i) :
				sunday_of(today->year - 2 + i, today->sunday);
		today->easter_known = true;
	}
	if (year >= today->year - 2 && year <= today->year + 1)
		return today->easter[year - today->year + 2];
	return easter_of(year);
}

/* The day an end of a range falls on in a year. */
static int32_t
resolve(Today *today, const CalendarDate *date, int32_t year, bool is_end)
{
	if (date->kind == CALENDAR_EASTER)
		return easter_in(today, year) + date->offset;
	if (date->kind == CALENDAR_DAY)
	{
		int			length = delivery_days_of_month(year, date->month);

		/* Feb 29 of an ordinary year: as an end the day before, else the day after */
		return delivery_day_from_civil(year, date->month, is_end && date->day > length ? length : date->day);
	}
	return delivery_day_from_civil(year, date->month, is_end ? delivery_days_of_month(year, date->month) : 1);
}

/*
 * Whether the date lies in a range.  The years of its group are those in which
 * the range begins.
 */
static bool
dates_apply(const CalendarRules *rules, const CalendarGroup *group, const CalendarDates *dates,
			Today *today)
{
	const CalendarDate *from = &dates->from;
	const CalendarDate *to = &dates->to;

	if (from->kind != CALENDAR_EASTER && to->kind != CALENDAR_EASTER && to->year == CALENDAR_NO_YEAR)
	{
		int32_t		key = today->month * 100 + today->month_day;
		int32_t		first = first_key(from);
		int32_t		last = last_key(to);

		if (first <= last)
			return key >= first && key <= last && year_listed(rules, group, today->year);
		return (key >= first && year_listed(rules, group, today->year)) ||
			(key <= last && year_listed(rules, group, today->year - 1));
	}

	if (to->year != CALENDAR_NO_YEAR)
	{
		int32_t		year = rules->years[group->years].first;

		return today->day >= resolve(today, from, year, false) &&
			today->day <= resolve(today, to, to->year, true);
	}

	/* an offset may lead into a neighbouring year, and the end into the one after */
	for (int32_t year = today->year - 2; year <= today->year + 1; year++)
	{
		int32_t		first;
		int32_t		last;

		if (!year_listed(rules, group, year))
			continue;
		first = resolve(today, from, year, false);
		last = resolve(today, to, year, true);
		if (last < first)
			last = resolve(today, to, year + 1, true);
		if (today->day >= first && today->day <= last)
			return true;
	}
	return false;
}

static bool
group_applies(const CalendarRules *rules, const CalendarGroup *group, Today *today)
{
	if (group->date_count == 0)
		return year_listed(rules, group, today->year);
	for (int32_t i = 0; i < group->date_count; i++)
		if (dates_apply(rules, group, &rules->dates[group->dates + i], today))
			return true;
	return false;
}

static bool
weekday_applies(const CalendarRule *rule, const Today *today)
{
	uint16_t	nth = rule->nth[today->weekday];

	if (rule->weekdays & (1 << today->weekday))
		return true;
	if (rule->holidays && today->holiday)
		return true;
	if (nth == 0)
		return false;
	return (nth & (1 << ((today->month_day - 1) / DAYS_PER_WEEK))) != 0 ||
		(nth & (1 << (CALENDAR_NTH_LIMIT +
					  (today->month_length - today->month_day) / DAYS_PER_WEEK))) != 0;
}

static bool
rule_applies(const CalendarRules *rules, const CalendarRule *rule, Today *today)
{
	if (!weekday_applies(rule, today))
		return false;
	for (int32_t i = 0; i < rule->group_count; i++)
		if (group_applies(rules, &rules->groups[rule->groups + i], today))
			return true;
	return rule->group_count == 0;
}

/* --- hours -------------------------------------------------------------- */

/*
 * Add a span to sorted, disjoint ones; returns their new number.
 */
int
delivery_add_calendar_span(CalendarSpan *spans, int count, CalendarSpan span)
{
	int			from = 0;
	int			to;

	/* those that it touches, spans[from .. to - 1], become one with it */
	while (from < count && spans[from].end < span.start)
		from++;
	for (to = from; to < count && spans[to].start <= span.end; to++)
	{
		if (spans[to].start < span.start)
			span.start = spans[to].start;
		if (spans[to].end > span.end)
			span.end = spans[to].end;
	}
	memmove(spans + from + 1, spans + to, (size_t) (count - to) * sizeof(CalendarSpan));
	spans[from] = span;
	return count - (to - from) + 1;
}

/*
 * Cut a span out of sorted, disjoint ones; returns their new number.
 */
static int
cut_span(CalendarSpan *spans, int count, CalendarSpan cut)
{
	for (int i = 0; i < count; i++)
	{
		CalendarSpan *span = &spans[i];

		if (span->end <= cut.start || span->start >= cut.end)
			continue;
		if (span->start < cut.start && span->end > cut.end)
		{
			memmove(span + 1, span, (size_t) (count - i) * sizeof(CalendarSpan));
			span[0].end = cut.start;
			span[1].start = cut.end;
			return count + 1;
		}
		if (span->start < cut.start)
			span->end = cut.start;
		else if (span->end > cut.end)
			span->start = cut.end;
		else
		{
			memmove(span, span + 1, (size_t) (count - i - 1) * sizeof(CalendarSpan));
			count--;
			i--;
		}
	}
	return count;
}

/*
 * How many spans a date can have at most: each span of a rule adds one, or by
 * being cut out makes two of one, and once more of the next date.
 */
int
delivery_calendar_room(const CalendarRules *rules)
{
	return 2 * rules->span_count + 1;
}

/*
 * Cut out what a rule closes after midnight of the date before.
 */
static int
cut_after_midnight(const CalendarRules *rules, const CalendarRule *rule, CalendarSpan *spans, int count)
{
	for (int32_t i = 0; i < rule->span_count; i++)
	{
		CalendarSpan cut = rules->spans[rule->spans + i];

		cut.start = cut.start > MINUTES_PER_DAY ? cut.start - MINUTES_PER_DAY : 0;
		cut.end -= MINUTES_PER_DAY;
		if (cut.end > 0)
			count = cut_span(spans, count, cut);
	}
	return count;
}

/*
 * The hours of a date, sorted and disjoint, into room for as many spans as
 * delivery_calendar_room() says; returns their number.  Hours after midnight
 * belong to the date on which they began: a rule for the next one leaves them
 * alone.  Hours that are cut out after midnight are cut out of both.
 */
int
delivery_calendar_hours(const CalendarRules *rules, int32_t day, CalendarSpan *spans)
{
	Today		today;
	Today		yesterday;
	bool		yesterday_known = false;
	int			count = 0;

	set_date(&today, day);
	today.holiday = rules->holidays_used && is_holiday(rules, day);

	for (int32_t r = 0; r < rules->rule_count; r++)
	{
		const CalendarRule *rule = &rules->rules[r];

		if (closes_after_midnight(rules, rule))
		{
			if (!yesterday_known)
			{
				set_date(&yesterday, day - 1);
				yesterday.holiday = rules->holidays_used && is_holiday(rules, day - 1);
				yesterday_known = true;
			}
			if (rule_applies(rules, rule, &yesterday))
				count = cut_after_midnight(rules, rule, spans, count);
		}
		if (!rule_applies(rules, rule, &today))
			continue;
		if (rule->off)
		{
			if (rule->whole_day)
				count = 0;
			for (int32_t i = 0; i < rule->span_count; i++)
				count = cut_span(spans, count, rules->spans[rule->spans + i]);
			continue;
		}
		if (!rule->additive)
			count = 0;
		for (int32_t i = 0; i < rule->span_count; i++)
			count = delivery_add_calendar_span(spans, count, rules->spans[rule->spans + i]);
	}
	return count;
}

/* --- rules without effect ----------------------------------------------- */

/* How much there is to look at in a rule: its lists lie one behind the other. */
static int64_t
cost_of_look(const CalendarRules *rules, const CalendarRule *rule)
{
	const CalendarGroup *first;
	const CalendarGroup *last;

	if (rule->group_count == 0)
		return 1;
	first = &rules->groups[rule->groups];
	last = first + rule->group_count - 1;
	return 1 + rule->group_count + (last->dates + last->date_count - first->dates) +
		(last->years + last->year_count - first->years);
}

/*
 * Whether the rule has a say on that date: it applies, and none of the later
 * ones that apply replaces the day.
 */
static bool
has_effect(const CalendarRules *rules, int r, Today *today, int64_t *looks)
{
	*looks += cost_of_look(rules, &rules->rules[r]);
	if (!rule_applies(rules, &rules->rules[r], today))
		return false;
	/* it has a say on the next date too */
	if (closes_after_midnight(rules, &rules->rules[r]))
		return true;
	for (int32_t later = r + 1; later < rules->rule_count; later++)
	{
		const CalendarRule *rule = &rules->rules[later];

		*looks += 1;
		if (!(rule->off ? rule->whole_day : !rule->additive))
			continue;
		*looks += cost_of_look(rules, rule);
		if (rule_applies(rules, rule, today))
			return false;
	}
	return true;
}

/*
 * Whether the rule has a say on a date.  Which dates are public holidays may
 * not be known yet, so it is looked at as both; and in which years Easter is
 * on which of its Sundays repeats too late to be looked up, so it is supposed
 * on each.
 */
static bool
has_effect_on(const CalendarRules *rules, int r, int32_t day, int64_t *looks)
{
	Today		today;

	set_date(&today, day);
	for (int holiday = 0; holiday <= rules->holidays_used; holiday++)
	{
		today.holiday = holiday != 0;
		today.easter_known = true;
		/* once is enough where no rule asks for it */
		for (today.sunday = REAL_EASTER; today.sunday < EASTER_SUNDAYS && today.easter_known; today.sunday++)
		{
			today.easter_known = false;
			if (has_effect(rules, r, &today, looks))
				return true;
		}
	}
	return false;
}

/* The years that are looked at: those around each that is named. */
typedef struct YearMarks
{
	bool		marked[CALENDAR_LAST_YEAR + 2 * YEARS_OF_ALL_WEEKDAYS + 1];
} YearMarks;

static void
mark_years(YearMarks *years, int32_t around)
{
	memset(&years->marked[around], true, 2 * YEARS_OF_ALL_WEEKDAYS + 1);
}

/* The years that the rule itself names, in which it mostly has a say. */
static bool
has_effect_in_own_years(const CalendarRules *rules, int r, int64_t *looks)
{
	const CalendarRule *rule = &rules->rules[r];

	for (int32_t g = 0; g < rule->group_count; g++)
	{
		const CalendarGroup *group = &rules->groups[rule->groups + g];

		for (int32_t i = 0; i < group->year_count; i++)
		{
			int32_t		year = rules->years[group->years + i].first;
			int32_t		last = delivery_day_from_civil(year, 12, 31);

			for (int32_t day = delivery_day_from_civil(year, 1, 1); day <= last; day++)
				if (*looks > LOOK_LIMIT || has_effect_on(rules, r, day, looks))
					return true;
		}
	}
	return false;
}

static bool
has_effect_in(const CalendarRules *rules, int r, const YearMarks *years, int64_t *looks)
{
	for (int32_t i = 0; i < (int32_t) sizeof(years->marked); i++)
	{
		int32_t		year = i - YEARS_OF_ALL_WEEKDAYS;
		int32_t		last = delivery_day_from_civil(year, 12, 31);

		if (!years->marked[i])
			continue;
		for (int32_t day = delivery_day_from_civil(year, 1, 1); day <= last; day++)
			if (*looks > LOOK_LIMIT || has_effect_on(rules, r, day, looks))
				return true;	/* or not known: nothing is said */
	}
	return false;
}

/*
 * The first rule, from the given one on, that later rules replace on every
 * date to which it applies, or that applies to none; -1 for none.
 *
 * Which rules apply can change from the years that are named on, and repeats
 * with the weekdays; so those years are looked at, and as many before and
 * after each as it takes for all weekdays to fall on all dates.
 *
 * The looks taken are counted from call to call, beginning with 0: there can be
 * tens of thousands of rules, and beyond a limit nothing more is said.
 */
int
delivery_calendar_rule_without_effect(const CalendarRules *rules, int from, int64_t *looks)
{
	YearMarks	years = {{false}};

	mark_years(&years, 2001);
	for (int32_t i = 0; i < rules->year_count; i++)
	{
		mark_years(&years, rules->years[i].first);
		if (rules->years[i].last != CALENDAR_ALL_YEARS)
			mark_years(&years, rules->years[i].last);
	}
	for (int32_t i = 0; i < rules->date_count; i++)
		if (rules->dates[i].to.year != CALENDAR_NO_YEAR)
			mark_years(&years, rules->dates[i].to.year);

	for (int r = from; r < rules->rule_count && *looks <= LOOK_LIMIT; r++)
		if (!has_effect_in_own_years(rules, r, looks) && !has_effect_in(rules, r, &years, looks))
			return r;
	return -1;
}
