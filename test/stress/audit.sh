#!/bin/bash
# Many sessions on audited tables at every isolation level; then what must hold:
# each committed change is in the log once, none that was rolled back is, and the
# chain is whole. Then two tables with a log each, changed in opposite order: no
# transaction ends in a deadlock. Prints TAP.
#
#   audit.sh
#
# STRESS_TRANSACTIONS (20000) of 8 clients, in all. Needs the connection of the usual
# PG* variables, to a database in which the extension is created.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
transactions=${STRESS_TRANSACTIONS:-20000}
clients=8
plan 7

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

query "DROP TABLE IF EXISTS stress_card, stress_count, stress_log, stress_log_two;
	CREATE TABLE stress_card (id integer PRIMARY KEY, moves integer NOT NULL DEFAULT 0);
	INSERT INTO stress_card SELECT generate_series(1, 40);
	CREATE TABLE stress_count (client integer, id integer);
	CALL delivery.create_audit_log('stress_log');
	SELECT delivery.record_audit('stress_card', 'stress_log');
	SELECT delivery.record_audit('stress_count', 'stress_log')" >/dev/null

# one or two cards in any order; some are rolled back, to a savepoint or whole
cat >"$work/move.sql" <<'SQL'
\set one random(1, 40)
\set two random(1, 40)
\set first least(:one, :two)
\set second greatest(:one, :two)
\set fate random(1, 10)
BEGIN;
UPDATE stress_card SET moves = moves + 1 WHERE id = :first;
INSERT INTO stress_count VALUES (:client_id, :first);
SAVEPOINT s;
UPDATE stress_card SET moves = moves + 1 WHERE id = :second;
INSERT INTO stress_count VALUES (:client_id, :second);
\if :fate < 3
ROLLBACK TO s;
\endif
\if :fate = 10
ROLLBACK;
\else
COMMIT;
\endif
SQL
status=0
for level in 'read committed' 'repeatable read' serializable; do
	PGOPTIONS="${PGOPTIONS:-} -c default_transaction_isolation=${level/ /\\ } -c synchronous_commit=off" \
		pgbench -n -f "$work/move.sql" -c $clients -j 2 -t $((transactions / clients / 3)) --max-tries=1000 >"$work/log" 2>&1 || status=1
	grep -q 'number of failed transactions: 0 ' "$work/log" || status=1
done
result $status "no session fails but for retries its isolation level demands"

is "$(query "SELECT count(*) FROM delivery.verify_audit('stress_log')")" 0 "the chain is whole"
is "$(query "SELECT count(*) = max(sequence) AND count(*) > 0 FROM stress_log")" t "it has no gaps"
is "$(query "SELECT (SELECT count(*) FROM stress_log WHERE operation = 'UPDATE') = (SELECT sum(moves) FROM stress_card)
	AND (SELECT count(*) FROM stress_log WHERE operation = 'INSERT') = (SELECT count(*) FROM stress_count)")" t "each committed change is in it once, and no other"
is "$(query "SELECT count(*) FROM (SELECT (old_row ->> 'moves')::integer AS old, lag((new_row ->> 'moves')::integer, 1, 0) OVER (PARTITION BY old_row ->> 'id' ORDER BY sequence) AS new
	FROM stress_log WHERE operation = 'UPDATE') AS s WHERE old <> new")" 0 "the changes of a row follow on each other"

# --- two logs ---
query "CALL delivery.create_audit_log('stress_log_two');
	SELECT delivery.stop_audit('stress_count');
	SELECT delivery.record_audit('stress_count', 'stress_log_two')" >/dev/null
cat >"$work/one.sql" <<'SQL'
BEGIN;
UPDATE stress_card SET moves = moves + 1 WHERE id = :client_id + 1;
INSERT INTO stress_count VALUES (:client_id, 0);
COMMIT;
SQL
cat >"$work/two.sql" <<'SQL'
BEGIN;
INSERT INTO stress_count VALUES (:client_id, 0);
UPDATE stress_card SET moves = moves + 1 WHERE id = :client_id + 1;
COMMIT;
SQL
status=0
PGOPTIONS="${PGOPTIONS:-} -c synchronous_commit=off" \
	pgbench -n -f "$work/one.sql" -f "$work/two.sql" -c $clients -j 2 -t $((transactions / clients / 4)) >"$work/log" 2>&1 || status=1
grep -q 'number of failed transactions: 0 ' "$work/log" || status=1
result $status "two logs in opposite order end in no deadlock"
is "$(query "SELECT (SELECT count(*) FROM delivery.verify_audit('stress_log')) + (SELECT count(*) FROM delivery.verify_audit('stress_log_two'))")" 0 "and both chains are whole"
query 'DROP TABLE stress_card, stress_count, stress_log, stress_log_two'
finish
