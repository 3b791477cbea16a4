#!/bin/bash
# audit.sh: the bars of audit logs: updates of a table that is audited against those of
# one that is not, and the verification of the log against the server's sha256 over what
# is recorded in the same rows, by one process each. Both of a bar run in turns; the
# median of the ratios is printed. BENCH_RUNS (15) and BENCH_SECONDS (2) of each run.
# Prints lines like those of bench.pl.
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
bar 'updates with audit / without' "$(ratios "$work/with" "$work/without")" 'at least' 0.65 \
	"$(printf '%.0f / %.0f per second' "$(median "$work/with")" "$(median "$work/without")")"
run_sql 'VACUUM ANALYZE item_log'
hash="SELECT count(sha256(convert_to(actor || login || operation || audited || coalesce(old_row::text, '') || coalesce(new_row::text, ''), 'UTF8'))) FROM item_log"
export PGOPTIONS='-c max_parallel_workers_per_gather=0'
for ((i = 0; i < runs; i++)); do
	milliseconds "SELECT count(*) FROM delivery.verify_audit('item_log')" >>"$work/verify"
	milliseconds "$hash" >>"$work/hash"
done
bar 'verify_audit / sha256 of the same rows' "$(ratios "$work/verify" "$work/hash")" 'at most' 3 \
	"$(printf '%.0f / %.0f ms' "$(median "$work/verify")" "$(median "$work/hash")")"
run_sql 'DROP TABLE item, item_log'
