#!/bin/bash
# Logical replication: rows that are applied are neither judged nor recorded, unless
# the triggers are ENABLE ALWAYS; what is refused then stops the subscription. Needs a
# cluster of its own, as wal_level is logical; so that transactions can be prepared,
# two-phase commit of audited changes is tested here, too. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
. test/bin/tap.sh
trap 'rm -rf "$work"; test/bin/cluster.sh stop replication' EXIT
plan 14
test/bin/cluster.sh start replication "wal_level = logical" "wal_retrieve_retry_interval = 200ms" "max_prepared_transactions = 2"
settings=$(test/bin/cluster.sh env replication)
eval "$settings"

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$1" -c "SET client_min_messages = warning" -c "$2"
}

# wait_for DATABASE QUERY: until it is true, for ten seconds at most
wait_for() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(query "$1" "$2")" = t ] && return
		sleep 0.1
	done
	return 1
}

# wait_for_log TEXT: likewise, until the server says so
wait_for_log() {
	local i
	for ((i = 0; i < 100; i++)); do
		grep -q "$1" build/replication/server.log && return
		sleep 0.1
	done
	return 1
}

table="CREATE TABLE card (id integer PRIMARY KEY, lane text); CREATE INDEX ON card (lane)"
query postgres "CREATE DATABASE publisher" >/dev/null
query postgres "CREATE DATABASE subscriber" >/dev/null
query publisher "$table; CREATE PUBLICATION cards FOR TABLE card" >/dev/null
query publisher "SELECT pg_create_logical_replication_slot('cards', 'pgoutput')" >/dev/null
query subscriber "CREATE EXTENSION delivery; $table;
	SELECT delivery.limit_wip('card', 'lane');
	SELECT delivery.set_wip_limit('card', '{doing}', 2, 'block');
	CALL delivery.create_audit_log('log');
	SELECT delivery.record_audit('card', 'log')" >/dev/null
query subscriber "CREATE SUBSCRIPTION cards CONNECTION 'host=$PGHOST port=$PGPORT user=${PGUSER:-$(id -un)} dbname=publisher' PUBLICATION cards
	WITH (create_slot = false, copy_data = false, slot_name = 'cards')" >/dev/null

query publisher "INSERT INTO card VALUES (1, 'doing'), (2, 'doing'), (3, 'doing'), (4, 'todo')"
status=0
wait_for subscriber "SELECT count(*) = 4 FROM card" || status=1
result $status "applied rows are not judged"
is "$(query subscriber "SELECT count(*) FROM log")" 0 "nor recorded"
is "$(query subscriber "SELECT count(*) FROM delivery.health_check() WHERE problem LIKE '%rows of a subscription'")" 4 "health_check() says so"

query subscriber "ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_wip_insert; ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_wip_update;
	ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_audit; ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_audit_truncate"
query publisher "UPDATE card SET lane = 'done' WHERE id = 1"
status=0
wait_for subscriber "SELECT count(*) = 1 FROM log" || status=1
result $status "with ENABLE ALWAYS they are recorded"
# a swap in one statement, of two full lanes: rows are applied one by one
query subscriber "SELECT delivery.set_wip_limit('card', '{todo}', 1, 'block')" >/dev/null
query publisher "UPDATE card SET lane = CASE lane WHEN 'doing' THEN 'todo' ELSE 'doing' END WHERE id IN (2, 4)"
query publisher "UPDATE card SET lane = CASE lane WHEN 'doing' THEN 'todo' ELSE 'doing' END WHERE id IN (2, 4)"
status=0
wait_for subscriber "SELECT count(*) = 5 FROM log" || status=1
result $status "a transaction is judged at its end, as it was a statement at the publisher"
query publisher "UPDATE card SET lane = 'doing' WHERE id = 4"
status=0
wait_for_log 'WIP limit of lane "doing" on board "card" is exceeded' || status=1
result $status "and judged: what is refused stops the subscription"
is "$(query subscriber "SELECT lane FROM card WHERE id = 4")" todo "and is not applied"
query subscriber "SELECT delivery.set_wip_limit('card', '{doing}', 3, 'block')" >/dev/null
status=0
wait_for subscriber "SELECT lane = 'doing' FROM card WHERE id = 4" || status=1
result $status "until there is room for it"

# two-phase commit: rows are added when it is prepared, and seen when it is committed
last="$(query subscriber "SELECT max(sequence) FROM log")"
query subscriber "BEGIN; INSERT INTO card VALUES (9, 'later'); PREPARE TRANSACTION 'two'"
is "$(query subscriber "SELECT max(sequence) - $last FROM log")" 0 "a prepared change is not in the log yet"
query subscriber "COMMIT PREPARED 'two'"
is "$(query subscriber "SELECT sequence - $last, operation, new_row ->> 'lane' FROM log WHERE sequence > $last")" "1|INSERT|later" \
	"and is once it is committed"
is "$(query subscriber "SELECT count(*) FROM delivery.verify_audit('log')")" 0 "and the chain is whole"
query subscriber "DELETE FROM card WHERE id = 9"

# an append-only table
append_only="SELECT delivery.append_only('card');
	ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_append_only; ALTER TABLE card ENABLE ALWAYS TRIGGER delivery_append_only_truncate"
query subscriber "$append_only" >/dev/null
query publisher "DELETE FROM card WHERE id = 4"
status=0
wait_for_log 'Trigger "delivery_append_only" refuses DELETE' || status=1
result $status "an append-only table refuses applied changes of rows"
query subscriber "SELECT delivery.allow_changes('card')" >/dev/null
status=0
wait_for subscriber "SELECT count(*) = 3 FROM card" || status=1
result $status "until it is none"
query subscriber "$append_only" >/dev/null
query publisher "TRUNCATE card"
status=0
wait_for_log 'Trigger "delivery_append_only_truncate" refuses TRUNCATE' || status=1
result $status "and TRUNCATE"
query subscriber "ALTER SUBSCRIPTION cards DISABLE; ALTER SUBSCRIPTION cards SET (slot_name = NONE); DROP SUBSCRIPTION cards"
query publisher "SELECT pg_drop_replication_slot('cards') FROM pg_replication_slots WHERE NOT active" >/dev/null || true
finish
