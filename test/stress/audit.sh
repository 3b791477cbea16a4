#!/bin/bash
# Many sessions on audited tables at every isolation level, while another one migrates
# the tables, rotates, erases and prunes the logs; then what must hold: each committed
# change is in the logs once and in its order, none that was rolled back is, all chains
# are whole, and nothing ended in a deadlock. Then two tables with a log each, changed in
# opposite order, and a board that is audited, with limits judged at the statement and at
# the commit. Prints TAP.
#
#   audit.sh
#
# STRESS_TRANSACTIONS (20000) of 8 clients, in all. Needs the connection of the usual
# PG* variables, to a database in which the extension is created.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
. test/bin/tap.sh
transactions=${STRESS_TRANSACTIONS:-20000}
clients=8
plan 13

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

deadlocks() {
	# what a session did is counted when it ends
	sleep 1
	query "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
}

# run LEVEL TRANSACTIONS SCRIPT...: no transaction may fail for good
run() {
	local level=$1 count=$2 status=0
	shift 2
	PGOPTIONS="${PGOPTIONS:-} -c default_transaction_isolation=${level/ /\\ } -c synchronous_commit=off" \
		pgbench -n "${@/#/--file=}" -c $clients -j 2 -t $((count / clients)) --max-tries=1000 >"$work/log" 2>&1 || status=1
	grep -q 'number of failed transactions: 0 ' "$work/log" || status=1
	[ $status -eq 0 ] || sed 's/^/# /' "$work/log"
	return $status
}

clear='SET client_min_messages = warning;
	DROP TABLE IF EXISTS stress_card, stress_count, stress_item CASCADE;
	DO $$ DECLARE log text; BEGIN FOR log IN SELECT oid::regclass FROM pg_class WHERE relname ~ '"'^stress_(log|archive)'"' AND relkind = '"'r'"' LOOP EXECUTE format('"'DROP TABLE %s CASCADE'"', log); END LOOP; END $$'
query "$clear"
query "CREATE TABLE stress_card (id integer PRIMARY KEY, moves integer NOT NULL DEFAULT 0, note text);
	INSERT INTO stress_card SELECT generate_series(1, 40);
	CREATE TABLE stress_count (client integer, id integer);
	CALL delivery.create_audit_log('stress_log_1000');
	CREATE TABLE stress_archive (LIKE stress_log_1000);
	ALTER TABLE stress_archive ADD log text;
	SELECT delivery.record_audit('stress_card', 'stress_log_1000');
	SELECT delivery.record_audit('stress_count', 'stress_log_1000')" >/dev/null
before=$(deadlocks)

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

# Images of counts are erased, and what is archived is pruned; each table is locked alone,
# or both as the clients do.
migrate() {
	local number=1000 log
	while [ ! -e "$work/done" ]; do
		log=stress_log_$number
		number=$((number + 1))
		psql -X -q -A -t -v ON_ERROR_STOP=1 >/dev/null <<SQL
ALTER TABLE stress_card ADD extra integer;
CREATE INDEX stress_extra ON stress_card (extra);
BEGIN;
LOCK TABLE stress_card IN ACCESS EXCLUSIVE MODE;
UPDATE stress_card SET note = 'migrated $number';
ALTER TABLE stress_card ALTER note SET NOT NULL;
ALTER TABLE stress_card ALTER note DROP NOT NULL;
COMMIT;
SELECT delivery.record_audit('stress_card', '$log', '{note}');
SELECT delivery.erase_audit('$log', sequence, 'stress') FROM (SELECT sequence FROM $log WHERE audited = 'public.stress_count' AND digest IS NOT NULL AND salt IS NOT NULL ORDER BY sequence DESC LIMIT 5) AS s;
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO stress_archive SELECT l.*, '$log' FROM $log AS l WHERE sequence <= (SELECT max(sequence) - 50 FROM $log);
SELECT delivery.prune_audit('$log', max(sequence), 'archived') FROM stress_archive WHERE log = '$log' HAVING max(sequence) IS NOT NULL;
COMMIT;
VACUUM $log;
DROP INDEX stress_extra;
ALTER TABLE stress_card DROP extra;
CALL delivery.rotate_audit_log('$log', 'stress_log_$number');
BEGIN;
SELECT delivery.stop_audit('stress_card');
SELECT delivery.record_audit('stress_card', 'stress_log_$number');
COMMIT;
SQL
		sleep 0.3
	done
}
migrate 2>"$work/migrate" &
migration=$!
status=0
for level in 'read committed' 'repeatable read' serializable; do
	run "$level" $((transactions / 3)) "$work/move.sql" || status=1
done
result $status "no session fails but for retries its isolation level demands"
touch "$work/done"
status=0
wait $migration || status=1
sed 's/^/# /' "$work/migrate"
result $status "nor does the one that migrates"
is "$(($(deadlocks) - before))" 0 "none ends in a deadlock"

# all rows there ever were
rows=$(query "SELECT string_agg(format('SELECT %L AS log, sequence, operation, audited, old_row, new_row FROM %I', relname, relname), ' UNION ALL ')
	FROM pg_class WHERE relname ~ '^stress_log' AND relkind = 'r'")
query "CREATE VIEW stress_log_all AS $rows UNION ALL SELECT log, sequence, operation, audited, old_row, new_row FROM stress_archive"
is "$(query "SELECT count(*) FROM pg_class AS c, LATERAL delivery.verify_audit(c.oid) WHERE relname ~ '^stress_log' AND relkind = 'r'")" 0 "all chains are whole"
is "$(query "SELECT count(*) > 1 AND bool_and(v.sequence IS NULL) FROM pg_class AS c, LATERAL (SELECT * FROM stress_log_all AS l WHERE l.log = c.relname AND l.operation = 'ROTATE') AS r
	LEFT JOIN delivery.verify_audit(c.oid) AS v ON true WHERE c.relkind = 'r'")" t "and there are some that go on in another one"
is "$(query "SELECT count(*) FROM (SELECT log, count(*) = max(sequence) AS all_there FROM stress_log_all GROUP BY log) AS s WHERE NOT all_there")" 0 "they have no gaps, with what was archived"
is "$(query "SELECT (SELECT count(*) FROM stress_log_all WHERE operation = 'UPDATE' AND (old_row ->> 'moves')::int <> (new_row ->> 'moves')::int) = (SELECT sum(moves) FROM stress_card)
	AND (SELECT count(*) FROM stress_log_all WHERE operation = 'INSERT' AND audited = 'public.stress_count') = (SELECT count(*) FROM stress_count)")" t "each committed change is in them once, and no other"
is "$(query "SELECT count(*) FROM (SELECT (old_row ->> 'moves')::integer AS old, lag((new_row ->> 'moves')::integer, 1, 0) OVER (PARTITION BY old_row ->> 'id' ORDER BY log, sequence) AS new
	FROM stress_log_all WHERE operation = 'UPDATE') AS s WHERE old <> new")" 0 "the changes of a row follow on each other"
query "$clear"

# --- two logs ---
query "CREATE TABLE stress_card (id integer PRIMARY KEY, moves integer NOT NULL DEFAULT 0);
	INSERT INTO stress_card SELECT generate_series(1, 40);
	CREATE TABLE stress_count (client integer, id integer);
	CALL delivery.create_audit_log('stress_log');
	CALL delivery.create_audit_log('stress_log_two');
	SELECT delivery.record_audit('stress_card', 'stress_log');
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
before=$(deadlocks)
status=0
run 'read committed' $((transactions / 4)) "$work/one.sql" "$work/two.sql" || status=1
result $status "two logs in opposite order: no session fails"
is "$(($(deadlocks) - before))" 0 "and none waits for another in a circle"
is "$(query "SELECT (SELECT count(*) FROM delivery.verify_audit('stress_log')) + (SELECT count(*) FROM delivery.verify_audit('stress_log_two'))")" 0 "and both chains are whole"

# --- an audited board: limits at the statement, and at the commit ---
query "CREATE TABLE stress_item (id bigserial PRIMARY KEY, client integer, lane text);
	CREATE INDEX ON stress_item (lane);
	SELECT delivery.limit_wip('stress_item', 'lane');
	SELECT delivery.set_wip_limit('stress_item', '{doing}', 1000000, 'block');
	SELECT delivery.record_audit('stress_item', 'stress_log')" >/dev/null
cat >"$work/now.sql" <<'SQL'
INSERT INTO stress_item (client, lane) VALUES (:client_id, 'doing');
SQL
cat >"$work/later.sql" <<'SQL'
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO stress_count VALUES (:client_id, 0);
INSERT INTO stress_item (client, lane) VALUES (:client_id, 'doing'), (:client_id, 'done');
COMMIT;
SQL
before=$(deadlocks)
status=0
run 'read committed' $((transactions / 8)) "$work/now.sql" "$work/later.sql" || status=1
[ "$(($(deadlocks) - before))" -eq 0 ] || status=1
result $status "limits at the statement and at the commit: no session fails"
is "$(query "SELECT (SELECT count(*) FROM delivery.verify_audit('stress_log')) = 0 AND (SELECT count(*) FROM stress_log WHERE audited = 'public.stress_item') = (SELECT count(*) FROM stress_item)")" t "and all is recorded"
query "SELECT delivery.unlimit_wip('stress_item')" >/dev/null
query "$clear"
finish
