/*
 * calendar_scan.c
 *	  Characters, words and lists for the parser of calendars, and what it says
 *	  of text that belongs to the full syntax but not to this subset.
 */
#include "calendar/calendar_scan.h"

#include <string.h>

#define LONGEST_WORD	16

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

/* --- characters and words ----------------------------------------------- */

bool
delivery_refuse_calendar(CalendarParser *parser, size_t position, const char *reason, const char *hint)
{
	parser->fault->position = position;
	parser->fault->reason = reason;
	parser->fault->hint = hint;
	return false;
}

char
delivery_look(const CalendarParser *parser, size_t ahead)
{
	return parser->at + ahead < parser->length ? parser->text[parser->at + ahead] : '\0';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void
delivery_skip_blanks(CalendarParser *parser)
{
	while (delivery_look(parser, 0) == ' ' || (delivery_look(parser, 0) >= '\t' && delivery_look(parser, 0) <= '\r'))
		parser->at++;
}

bool
delivery_take(CalendarParser *parser, char c)
{
	delivery_skip_blanks(parser);
	if (parser->at >= parser->length || delivery_look(parser, 0) != c)
		return false;
	parser->at++;
	return true;
}

/* The word that begins here, in lower case; its length. */
static size_t
look_word(const CalendarParser *parser, char word[LONGEST_WORD])
{
	size_t		length = 0;

	while (is_letter(delivery_look(parser, length)))
	{
		if (length < LONGEST_WORD - 1)
			word[length] = (char) (delivery_look(parser, length) | 0x20);
		length++;
	}
	word[length < LONGEST_WORD ? length : LONGEST_WORD - 1] = '\0';
	return length;
}

bool
delivery_at_word(const CalendarParser *parser, const char *wanted)
{
	char		word[LONGEST_WORD];

	return look_word(parser, word) == strlen(wanted) && strcmp(word, wanted) == 0;
}

bool
delivery_take_word(CalendarParser *parser, const char *wanted)
{
	delivery_skip_blanks(parser);
	if (!delivery_at_word(parser, wanted))
		return false;
	parser->at += strlen(wanted);
	return true;
}

/* Index of the word that begins here in a list, or -1. */
static int
find_word(const CalendarParser *parser, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (delivery_at_word(parser, list[i]))
			return i;
	return -1;
}

int
delivery_look_weekday(const CalendarParser *parser)
{
	return find_word(parser, weekdays, 7);
}

int
delivery_look_month(const CalendarParser *parser)
{
	return find_word(parser, months, 12) + 1;
}

size_t
delivery_count_digits(const CalendarParser *parser)
{
	size_t		digits = 0;

	while (delivery_is_digit(delivery_look(parser, digits)))
		digits++;
	return digits;
}

/* A number of at most so many digits; -1 where none begins. */
int32_t
delivery_take_number(CalendarParser *parser, size_t most_digits)
{
	size_t		digits = delivery_count_digits(parser);
	int32_t		number = 0;

	if (digits == 0 || digits > most_digits)
		return -1;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (delivery_look(parser, i) - '0');
	parser->at += digits;
	return number;
}

bool
delivery_at_year(const CalendarParser *parser)
{
	return delivery_count_digits(parser) == 4 && delivery_look(parser, 4) != ':';
}

bool
delivery_at_clock(const CalendarParser *parser)
{
	size_t		digits = delivery_count_digits(parser);

	return digits > 0 && delivery_look(parser, digits) == ':';
}

/*
 * What to say of something that no rule goes on with.
 */
bool
delivery_refuse_here(CalendarParser *parser, const char *reason, const char *hint)
{
	char		word[LONGEST_WORD];
	size_t		length;

	delivery_skip_blanks(parser);
	length = look_word(parser, word);
	for (size_t i = 0; i < sizeof(refused_words) / sizeof(refused_words[0]); i++)
		if (length == strlen(refused_words[i].word) && strcmp(word, refused_words[i].word) == 0)
			return delivery_refuse_calendar(parser, parser->at, refused_words[i].reason, refused_words[i].hint);
	if (length == 2 && strcmp(word, "ph") == 0 && delivery_look(parser, 2) == '=')
		return delivery_refuse_calendar(parser, parser->at, "the list of public holidays does not stand in front", WRITE_HOLIDAYS);
	for (int i = 0; i < 7; i++)
		if (length > 2 && strncmp(word, weekdays[i], 2) == 0)
			return delivery_refuse_calendar(parser, parser->at, "a weekday is not written so", WRITE_WEEKDAY);
	for (int i = 0; i < 12; i++)
		if (length > 3 && strncmp(word, months[i], 3) == 0)
			return delivery_refuse_calendar(parser, parser->at, "a month is not written so", WRITE_MONTH);
	if (parser->length - parser->at >= 4 && memcmp(parser->text + parser->at, "24/7", 4) == 0)
		return delivery_refuse_calendar(parser, parser->at, "24/7 stands alone, without days", "Write 00:00-24:00 for all hours of some days.");
	if (delivery_at_year(parser))
		return delivery_refuse_calendar(parser, parser->at, "a year does not stand here", WRITE_DATE);
	if (delivery_is_digit(delivery_look(parser, 0)) && delivery_count_digits(parser) < 3)
	{
		size_t		after = delivery_count_digits(parser);

		while (delivery_look(parser, after) == ' ')
			after++;
		if (is_letter(delivery_look(parser, after)))
			return delivery_refuse_calendar(parser, parser->at, "a date is not written so", WRITE_DATE);
		return delivery_refuse_calendar(parser, parser->at, "hours are not written so", WRITE_SPAN);
	}
	switch (delivery_look(parser, 0))
	{
		case '"':
			return delivery_refuse_calendar(parser, parser->at, "comments are not supported", "Leave the comment out.");
		case '|':
			return delivery_refuse_calendar(parser, parser->at, "fallback rules are not supported", WRITE_NEXT_RULE);
		case '(':
			return delivery_refuse_calendar(parser, parser->at, "computed hours are not supported", WRITE_SPAN);
		case ':':
			return delivery_refuse_calendar(parser, parser->at, "a colon does not stand here", "Leave it out.");
		case '\xC2':
			if (delivery_look(parser, 1) == '\xA0')
				return delivery_refuse_calendar(parser, parser->at, "a no-break space is not a blank", "Write an ordinary space.");
			break;
		case '\xE2':
			if (delivery_look(parser, 1) == '\x80' && (delivery_look(parser, 2) == '\x93' || delivery_look(parser, 2) == '\x94'))
				return delivery_refuse_calendar(parser, parser->at, "a dash is not a range", "Write ranges with a hyphen: -.");
			break;
	}
	return delivery_refuse_calendar(parser, parser->at, reason, hint);
}

/* Room for one more element; the text is limited, so no size overflows. */
void *
delivery_make_room(CalendarParser *parser, void *list, int32_t count, int32_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room == 0 ? 8 : *room * 2;
	return parser->resize(list, (size_t) *room * size);
}
