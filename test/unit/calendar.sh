#!/bin/bash
# Build the tests of calendars, which know no server header, with the address
# and undefined behaviour sanitizers, and run them. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/unit
gcc -O2 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
	-Isrc test/unit/calendar_test.c src/calendar/calendar_scan.c src/calendar/calendar_parse.c src/calendar/calendar_show.c src/calendar/calendar_day.c \
	-o build/unit/calendar_test
exec build/unit/calendar_test
