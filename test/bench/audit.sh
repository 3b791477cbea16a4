#!/bin/bash
# audit.sh: the bar of audit logs: updates of a table that is audited against those of
# one that is not. Both run in turns; the median of the ratios is printed. BENCH_RUNS
# (15) and BENCH_SECONDS (2) of each run. Prints a line like those of bench.pl.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bench/rates.sh

run_sql "CREATE TABLE item (id bigint PRIMARY KEY, lane text, moves integer);
	INSERT INTO item SELECT i, 'lane ' || i % 20, 0 FROM generate_series(1, 1000) AS i;
	CALL delivery.create_audit_log('item_log')"
cat >"$work/move.sql" <<'SQL'
\set id random(1, 1000)
UPDATE item SET moves = moves + 1 WHERE id = :id;
SQL
for ((i = 0; i < runs; i++)); do
	run_sql "SELECT delivery.record_audit('item', 'item_log')"
	rate "$work/move.sql" >>"$work/with"
	run_sql "SELECT delivery.stop_audit('item')"
	rate "$work/move.sql" >>"$work/without"
done
bar 'updates with audit / without' "$(ratios "$work/with" "$work/without")" 'at least' 0.6 \
	"$(printf '%.0f / %.0f per second' "$(median "$work/with")" "$(median "$work/without")")"
run_sql 'DROP TABLE item, item_log'
