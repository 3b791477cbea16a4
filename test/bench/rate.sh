#!/bin/bash
# rate.sh: bars of transaction rates, by pgbench with two clients; the commits do not
# wait for the disk. Each pair runs alternately; the medians of the runs are
# compared. BENCH_RUNS (5) and BENCH_SECONDS (5) of each run. Prints lines like those
# of bench.pl.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${BENCH_RUNS:-5}
seconds=${BENCH_SECONDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run_sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$1" >/dev/null
}

# rate SCRIPT: transactions per second
rate() {
	PGOPTIONS='-c synchronous_commit=off' pgbench -n -f "$1" -c 2 -j 2 -T "$seconds" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

median() {
	sort -n "$1" | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}

# compare NAME SCRIPT BAR WITH WITHOUT: the rate after the statement WITH to that after WITHOUT
compare() {
	local i
	rm -f "$work/with" "$work/without"
	for ((i = 0; i < runs; i++)); do
		run_sql "$4"
		rate "$2" >>"$work/with"
		run_sql "$5"
		rate "$2" >>"$work/without"
	done
	awk -v name="$1" -v bar="$3" -v with="$(median "$work/with")" -v without="$(median "$work/without")" 'BEGIN {
		printf "%-44s %8.2f  %-14s  %-7s %.0f / %.0f per second\n", name, with / without, "at least " bar,
			(with / without >= bar ? "met" : "MISSED"), with, without }'
}

run_sql "CREATE TABLE item (id bigint PRIMARY KEY, lane text, moves integer);
	INSERT INTO item SELECT i, 'lane ' || i % 20, 0 FROM generate_series(1, 1000) AS i;
	CALL delivery.create_audit_log('item_log')"
cat >"$work/move.sql" <<'SQL'
\set id random(1, 1000)
UPDATE item SET moves = moves + 1 WHERE id = :id;
SQL
compare 'updates with audit / without' "$work/move.sql" 0.6 "SELECT delivery.record_audit('item', 'item_log')" "SELECT delivery.stop_audit('item')"
run_sql 'DROP TABLE item, item_log'
