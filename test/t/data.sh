#!/bin/bash
# Data that comes with the tests is what its generator makes. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 1

status=0
python3 test/data/task_sla.py >"$work/task_sla.csv" &&
	diff "$work/task_sla.csv" test/data/task_sla.csv >"$work/log" || status=$?
result $status "test/data/task_sla.csv is what task_sla.py prints"
finish
