#!/bin/bash
# Data that comes with the tests is what its generator makes, and the register of skills
# is the published list, where that is present beside the repository. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 2

status=0
python3 test/data/task_sla.py >"$work/task_sla.csv" &&
	diff "$work/task_sla.csv" test/data/task_sla.csv >"$work/log" || status=$?
result $status "test/data/task_sla.csv is what task_sla.py prints"

# quotes stand around what has a comma, in both
skills=../shared/sfia-9-skills.csv
name="the register of skills is the published list"
if [ ! -e "$skills" ]; then
	skip "$name" "no $skills"
else
	status=0
	psql -X -q -d postgres -c 'DROP DATABASE IF EXISTS delivery_data' -c 'CREATE DATABASE delivery_data'
	psql -X -q -d delivery_data -c 'CREATE EXTENSION delivery' -c "COPY (SELECT code, name, first_level, last_level FROM delivery.sfia_skill ORDER BY code COLLATE \"C\")
		TO STDOUT (FORMAT csv, HEADER)" >"$work/skills.csv"
	psql -X -q -d postgres -c 'DROP DATABASE delivery_data'
	diff "$work/skills.csv" "$skills" >"$work/log" || status=$?
	result $status "$name"
fi
finish
