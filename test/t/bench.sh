#!/bin/bash
# The benchmark in short form: that it runs and measures every bar. Whether the
# bars are met is for "make bench" with its full table to say. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 2

status=0
BENCH_ROWS=100000 BENCH_RUNS=1 BENCH_SECONDS=1 test/bench/bench.sh >"$work/log" 2>&1 || status=$?
sed 's/^/# /' "$work/log"
tail -n 1 "$work/log" | grep -qE '^([0-9]+ bars missed|all bars met)$' || status=1
result $status "the benchmark runs to its end"
is "$(grep -cE '(at most|at least) [0-9.]+ +(met|MISSED)' "$work/log")" 33 "thirty-three bars are measured"
finish
