#!/bin/bash
# Many sessions that enter, leave and exchange the last places of a board, at every
# isolation level; then what must hold: no lane was ever above its limit, nothing is
# lost, and no session saw another error than a refusal or, above READ COMMITTED, a
# retry. Each client writes rows of its own, so that a deadlock could only come from
# the limits. Prints TAP.
#
#   wip.sh
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
plan 10

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

query "SET client_min_messages = warning;
	DROP TABLE IF EXISTS stress_item, stress_done;
	CREATE TABLE stress_item (id bigint PRIMARY KEY, client integer NOT NULL, lane text, team integer, points integer);
	CREATE INDEX ON stress_item (lane, team);
	CREATE TABLE stress_done (client integer, created integer, removed integer);
	SELECT delivery.limit_wip('stress_item', 'lane', '{team}', 'points');
	SELECT delivery.set_wip_limit('stress_item', '{doing}', 7, 'block');
	SELECT delivery.set_wip_limit('stress_item', '{doing,review}', 10, 'block');
	SELECT delivery.set_wip_limit('stress_item', '{review}', 3, 'block', '{\"team\": 1}');
	SELECT delivery.set_wip_limit('stress_item', '{doing}', 15, 'block', '{}')" >/dev/null
above="SELECT team, sum(points) FROM stress_item WHERE lane = 'doing' GROUP BY team HAVING sum(points) > 7
	UNION ALL SELECT team, sum(points) FROM stress_item WHERE lane IN ('doing', 'review') GROUP BY team HAVING sum(points) > 10
	UNION ALL SELECT team, sum(points) FROM stress_item WHERE lane = 'review' AND team = 1 GROUP BY team HAVING sum(points) > 3
	UNION ALL SELECT NULL, sum(points) FROM stress_item WHERE lane = 'doing' HAVING sum(points) > 15"

# transactions CLIENT COUNT: of one statement each, or deferred, so that all their
# locks are taken in one order
transactions() {
	awk -v client="$1" -v count="$2" -v seed="$(($1 + 1))" 'BEGIN {
		srand(seed)
		split("todo doing review done", lanes, " ")
		for (i = 1; i <= count; i++) {
			kind = int(rand() * 10)
			id = client * 1000000 + i
			old = client * 1000000 + int(rand() * i) + 1
			lane = lanes[1 + int(rand() * 4)]
			team = 1 + int(rand() * 3)
			ledger = "INSERT INTO stress_done VALUES (" client ", %d, %d)"
			insert = sprintf("INSERT INTO stress_item VALUES (%d, %d, %c%s%c, %d, %d)", id, client, 39, lane, 39, team, 1 + int(rand() * 2))
			move = sprintf("UPDATE stress_item SET lane = %c%s%c, team = %d WHERE id = %d", 39, lane, 39, team, old)
			if (kind < 4)
				print "WITH new AS (" insert " RETURNING 1) INSERT INTO stress_done SELECT " client ", 1, 0 FROM new;"
			else if (kind < 6)
				print move ";"
			else if (kind < 7)
				printf "UPDATE stress_item SET lane = (ARRAY[%cdoing%c, %creview%c, %cdone%c])[1 + (id + %d) %% 3], team = 1 + (id + %d) %% 3 WHERE client = %d AND id > %d AND lane <> %cdone%c;\n",
					39, 39, 39, 39, 39, 39, i, int(i / 2), client, id - 20, 39, 39
			else if (kind < 8)
				print "WITH gone AS (DELETE FROM stress_item WHERE id = " old " RETURNING 1) INSERT INTO stress_done SELECT " client ", 0, 1 FROM gone;"
			else {
				print "BEGIN; SET CONSTRAINTS ALL DEFERRED;"
				print move "; " insert "; INSERT INTO stress_done VALUES (" client ", 1, 0);"
				print "SAVEPOINT s; UPDATE stress_item SET lane = \x27doing\x27 WHERE client = " client " AND id > " id - 5 "; ROLLBACK TO s;"
				print (kind < 9 || rand() < 0.8 ? "COMMIT;" : "ROLLBACK;")
			}
		}
	}'
}

(while :; do query "$above"; done >"$work/watched" 2>"$work/watcher") &
watcher=$!
number=0
for level in 'read committed' 'repeatable read' serializable; do
	pids=()
	for ((client = 0; client < clients; client++)); do
		transactions $((number * clients + client)) $((transactions / clients / 3)) >"$work/$client.sql"
		PGOPTIONS="${PGOPTIONS:-} -c default_transaction_isolation=${level/ /\\ } -c synchronous_commit=off -c deadlock_timeout=50ms" \
			psql -X -q -v VERBOSITY=sqlstate -f "$work/$client.sql" >"$work/out.$client" 2>"$work/errors.$number.$client" &
		pids+=($!)
	done
	wait "${pids[@]}"
	number=$((number + 1))
done
kill $watcher
wait $watcher 2>/dev/null || true

# states NUMBER: the SQLSTATEs that the sessions at an isolation level saw; after a
# retry is demanded, what remains of a transaction fails
states() {
	cat "$work/errors.$1."* | awk '/ERROR: / { print $NF; next } NF { print "other: " $0 }' | sort -u | tr '\n' ' ' |
		sed '/40001/s/40001 \|25P02 \|3B001 //g'
}

is "$(states 0)" '23W01 ' "READ COMMITTED: no error but refusals"
is "$(states 1)" '23W01 ' "REPEATABLE READ: no error but refusals and retries"
is "$(states 2)" '23W01 ' "SERIALIZABLE: no error but refusals and retries"
is "$(query "$above")" '' "no lane is above its limit"
is "$(cat "$work/watched")" '' "none ever was"
is "$(query "SELECT (SELECT count(*) FROM stress_item) = sum(created) - sum(removed) AND sum(created) > 100 FROM stress_done")" t "nothing is lost"
is "$(query "SELECT bool_and(headroom >= 0) AND bool_or(headroom = 0) AND sum(in_progress) > 0 FROM delivery.wip_status() WHERE board = 'stress_item'::regclass")" t "lanes were full"
is "$(query "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 "no lock is left"

# statements that enter as many groups as one may lock, none in common: 30 fit, 3 do not
query "SET client_min_messages = warning;
	DROP TABLE IF EXISTS stress_group;
	CREATE TABLE stress_group (lane text, team integer);
	CREATE INDEX ON stress_group (lane, team);
	SELECT delivery.limit_wip('stress_group', 'lane', '{team}');
	SELECT delivery.set_wip_limit('stress_group', '{doing}', 30, 'block')" >/dev/null
pids=()
for ((client = 0; client < clients; client++)); do
	for ((i = 0; i < 33; i++)); do
		echo "INSERT INTO stress_group SELECT 'doing', $client * 1000 + i FROM generate_series(1, 256) AS i;"
	done >"$work/groups.$client.sql"
	PGOPTIONS="${PGOPTIONS:-} -c synchronous_commit=off -c deadlock_timeout=50ms" \
		psql -X -q -v VERBOSITY=sqlstate -f "$work/groups.$client.sql" >"$work/out.$client" 2>"$work/errors.groups.$client" &
	pids+=($!)
done
wait "${pids[@]}"
is "$(states groups)" '23W01 ' "256 groups in each statement: no error but refusals"
is "$(query "SELECT count(*) || ' ' || min(items) || ' ' || max(items) FROM (SELECT count(*) AS items FROM stress_group GROUP BY team) AS g")" \
	"$((clients * 256)) 30 30" "each of the groups is full, and none above its limit"
query "SELECT delivery.unlimit_wip('stress_group'); DROP TABLE stress_group" >/dev/null
query "SELECT delivery.unlimit_wip('stress_item'); DROP TABLE stress_item, stress_done" >/dev/null
finish
