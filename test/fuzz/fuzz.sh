#!/bin/bash
# Fuzz the parser of calendars with libFuzzer for FUZZ_SECONDS. What it finds
# and what it learns goes to build/fuzz, so that the next run goes on from there.
# FUZZ_KEEP=1 then adds to the corpus in the tree what reaches more code; give
# these files names that begin with taken- or refused-, as replay.c checks them.
set -euo pipefail
cd "$(dirname "$0")/../.."
corpus=test/fuzz/corpus/calendar
mkdir -p build/fuzz/corpus
flags="-O2 -g -Wall -Wextra -Werror -fno-sanitize-recover=all -Isrc -fsanitize=address,undefined"
# the paths of the target itself are no news, and slow to record; so are numbers
# compared day by day, while words come from the dictionary
# shellcheck disable=SC2086
clang $flags -c test/fuzz/calendar_fuzz.c -o build/fuzz/calendar_fuzz.o
# shellcheck disable=SC2086
clang $flags -fsanitize=fuzzer -fno-sanitize-coverage=trace-cmp build/fuzz/calendar_fuzz.o \
	src/calendar/calendar_scan.c src/calendar/calendar_parse.c src/calendar/calendar_show.c src/calendar/calendar_day.c -o build/fuzz/calendar_fuzz
# new files go to the first folder, the others are only read
build/fuzz/calendar_fuzz -max_total_time="${FUZZ_SECONDS:-600}" -max_len=512 -timeout=20 \
	-dict=test/fuzz/calendar.dict -artifact_prefix=build/fuzz/ -print_final_stats=1 \
	build/fuzz/corpus "$corpus"
if [ "${FUZZ_KEEP:-}" = 1 ]; then
	build/fuzz/calendar_fuzz -merge=1 "$corpus" build/fuzz/corpus
fi
