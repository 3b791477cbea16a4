#!/bin/bash
# The benchmark in short form: that it runs and measures every bar. Whether the
# bars are met is for "make bench" with its full table to say. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
echo 1..2
status=0
output=$(BENCH_ROWS=100000 BENCH_RUNS=1 test/bench/bench.sh 2>&1) || status=$?
echo "$output" | sed 's/^/# /'
if echo "$output" | tail -n 1 | grep -qE '^([0-9]+ bars missed|all bars met)$'; then
	echo "ok 1 - the benchmark runs to its end"
else
	echo "not ok 1 - the benchmark runs to its end (status $status)"
fi
bars=$(echo "$output" | grep -cE '(at most|at least) [0-9.]+ +(met|MISSED)')
if [ "$bars" -eq 8 ]; then
	echo "ok 2 - eight bars are measured"
else
	echo "not ok 2 - eight bars are measured (found $bars)"
fi
