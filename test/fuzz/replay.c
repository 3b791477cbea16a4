/*
 * replay.c
 *	  Runs a target of libFuzzer without libFuzzer, the same way each time: the
 *	  files of its corpus, then mutations of them made of the words of its
 *	  dictionary.  Prints TAP.
 *
 *	  replay DICTIONARY MUTATIONS FOUND FILE ...
 *
 * An input on which the target aborts is left in the file FOUND.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar/calendar_parse.h"
#include "calendar/calendar_rules.h"

#define LONGEST_FILE	4096
#define LONGEST_INPUT	400		/* of a mutation: short ones find as much, and faster */
#define MOST_FILES		1000
#define MOST_WORDS		500
#define MOST_EDITS		6

typedef struct Bytes
{
	uint8_t    *bytes;
	size_t		size;
} Bytes;

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 1;
static Bytes files[MOST_FILES];
static size_t file_count;
static Bytes words[MOST_WORDS];
static size_t word_count;
static const char *found;
static Bytes running;

static size_t
random_below(size_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t) ((seed >> 11) % limit);
}

/* --- files -------------------------------------------------------------- */

static void
fail(const char *what, const char *name)
{
	printf("Bail out! %s: %s\n", what, name);
	exit(1);
}

static Bytes
read_file(const char *name)
{
	Bytes		file = {malloc(LONGEST_FILE), 0};
	FILE	   *stream = fopen(name, "rb");

	if (stream == NULL || file.bytes == NULL)
		fail("cannot read", name);
	file.size = fread(file.bytes, 1, LONGEST_FILE, stream);
	if (!feof(stream) && fgetc(stream) != EOF)
		fail("too long a file", name);
	fclose(stream);
	return file;
}

/* The words of a dictionary as libFuzzer reads it: "..." with \", \\ and \xNN. */
static void
read_dictionary(const char *name)
{
	char		line[LONGEST_FILE];
	FILE	   *stream = fopen(name, "r");

	if (stream == NULL)
		fail("cannot read", name);
	while (fgets(line, sizeof(line), stream) != NULL)
	{
		Bytes		word = {malloc(strlen(line) + 1), 0};

		if (word_count == MOST_WORDS || word.bytes == NULL)
			fail("too many words", name);
		if (line[0] != '"')
		{
			free(word.bytes);
			continue;
		}
		for (const char *c = line + 1; *c != '"' && *c != '\0'; c++)
		{
			if (c[0] == '\\' && c[1] == 'x')
			{
				const char	digits[3] = {c[2], c[3], '\0'};

				word.bytes[word.size++] = (uint8_t) strtoul(digits, NULL, 16);
				c += 3;
			}
			else
			{
				if (c[0] == '\\')
					c++;
				word.bytes[word.size++] = (uint8_t) *c;
			}
		}
		words[word_count++] = word;
	}
	fclose(stream);
}

/* --- running ------------------------------------------------------------ */

/* Keeps what ran; then the process ends as it would have. */
static void
keep_input(int signal_number)
{
	int			file = open(found, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	bool		kept = file >= 0 && write(file, running.bytes, running.size) == (ssize_t) running.size;
	static const char not_ok[] = "not ok - the target ends well; its input is kept in build/fuzz\n";

	if (!kept || write(STDOUT_FILENO, not_ok, sizeof(not_ok) - 1) < 0)
		_exit(2);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void
run(Bytes input)
{
	running = input;
	LLVMFuzzerTestOneInput(input.bytes, input.size);
}

/* Put bytes in the place of some others. */
static void
replace(Bytes *input, size_t from, size_t removed, const uint8_t *bytes, size_t size)
{
	size_t		after = input->size - from - removed;

	if (from + size + after > LONGEST_INPUT)
		return;
	memmove(input->bytes + from + size, input->bytes + from + removed, after);
	if (size > 0)
		memcpy(input->bytes + from, bytes, size);
	input->size = from + size + after;
}

/* A place where a word begins, else any: edits within words are soon refused. */
static size_t
choose_place(const Bytes *input)
{
	size_t		place = random_below(input->size + 1);

	if (random_below(8) > 0)
		while (place > 0 && place < input->size && strchr(" ,;-:=[]", input->bytes[place - 1]) == NULL)
			place++;
	return place;
}

static void
mutate(Bytes *input)
{
	size_t		from = choose_place(input);
	size_t		rest = input->size - from;
	const Bytes *word = &words[random_below(word_count)];
	const Bytes *other = &files[random_below(file_count)];
	uint8_t		byte;
	size_t		start;

	switch (random_below(7))
	{
		case 0:
		case 1:
			replace(input, from, 0, word->bytes, word->size);
			break;
		case 2:
			replace(input, from, rest > 0 ? random_below(rest < 12 ? rest : 12) : 0, word->bytes, word->size);
			break;
		case 3:
			replace(input, from, rest > 0 ? random_below(rest < 12 ? rest : 12) : 0, NULL, 0);
			break;
		case 4:
			/* a part of another file, often all of it as more rules */
			start = random_below(2) ? 0 : random_below(other->size + 1);
			if (start == 0)
				replace(input, input->size, 0, (const uint8_t *) (random_below(2) ? "; " : ", "), 2);
			replace(input, start == 0 ? input->size : from, 0, other->bytes + start,
					start == 0 ? other->size : random_below(other->size - start + 1));
			break;
		case 5:
			if (rest > 0)
			{
				/* another digit, where one stands */
				byte = input->bytes[from];
				if (byte >= '0' && byte <= '9')
					byte = (uint8_t) ('0' + random_below(10));
				else
					byte ^= (uint8_t) (1 << random_below(8));
				input->bytes[from] = byte;
			}
			break;
		case 6:
			byte = (uint8_t) random_below(256);
			replace(input, from, 0, &byte, 1);
			break;
	}
}

/* What the name of a file says must be so. */
static bool
is_as_named(const char *name, Bytes file)
{
	CalendarRules rules;
	CalendarFault fault;
	bool		taken = delivery_parse_calendar((const char *) file.bytes, file.size, realloc, &rules, &fault);

	free(rules.rules);
	free(rules.groups);
	free(rules.years);
	free(rules.dates);
	free(rules.spans);
	free(rules.holidays);
	return strncmp(name, taken ? "taken-" : "refused-", taken ? 6 : 8) == 0;
}

int
main(int count, char **arguments)
{
	uint8_t		room[LONGEST_FILE];
	long		mutations;
	int			failures = 0;

	if (count < 5)
		fail("usage", "replay DICTIONARY MUTATIONS FOUND FILE ...");
	read_dictionary(arguments[1]);
	mutations = atol(arguments[2]);
	found = arguments[3];
	signal(SIGABRT, keep_input);
	setvbuf(stdout, NULL, _IOLBF, 0);

	printf("1..%d\n", count - 4 + 1);
	for (int i = 4; i < count; i++)
	{
		const char *slash = strrchr(arguments[i], '/');
		const char *name = slash == NULL ? arguments[i] : slash + 1;
		bool		passed;

		if (file_count == MOST_FILES)
			fail("too many files", arguments[i]);
		files[file_count] = read_file(arguments[i]);
		run(files[file_count]);
		passed = is_as_named(name, files[file_count]);
		failures += !passed;
		printf("%s %d - %s\n", passed ? "ok" : "not ok", i - 3, name);
		file_count++;
	}
	for (long i = 0; i < mutations; i++)
	{
		const Bytes *file = &files[random_below(file_count)];
		Bytes		input = {room, file->size < LONGEST_INPUT ? file->size : LONGEST_INPUT};
		size_t		edits = 1 + random_below(MOST_EDITS);

		memcpy(room, file->bytes, input.size);
		while (edits-- > 0)
			mutate(&input);
		run(input);
	}
	printf("ok %d - %ld mutations of them\n", count - 3, mutations);

	for (size_t i = 0; i < file_count; i++)
		free(files[i].bytes);
	for (size_t i = 0; i < word_count; i++)
		free(words[i].bytes);
	return failures == 0 ? 0 : 1;
}
