#!/bin/bash
# What the fuzzer would do, without it and the same way each time: build its
# target with the address and undefined behaviour sanitizers of gcc, and run
# the corpus and mutations of it (FUZZ_MUTATIONS). Prints TAP; an input that
# fails is kept in build/fuzz/calendar.found.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/fuzz
rm -f build/fuzz/calendar.found
gcc -O2 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
	-Isrc test/fuzz/replay.c test/fuzz/calendar_fuzz.c \
	src/calendar/calendar_scan.c src/calendar/calendar_parse.c src/calendar/calendar_show.c src/calendar/calendar_day.c -o build/fuzz/replay
export ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
exec build/fuzz/replay test/fuzz/calendar.dict "${FUZZ_MUTATIONS:-60000}" build/fuzz/calendar.found \
	test/fuzz/corpus/calendar/*
