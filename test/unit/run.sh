#!/bin/bash
# Build the tests of the modules that know no server header with the address
# and undefined behaviour sanitizers, and run them. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/unit
gcc -O2 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
	-Isrc test/unit/selection_test.c src/metrics/selection.c src/metrics/packing.c -o build/unit/selection_test
exec build/unit/selection_test
