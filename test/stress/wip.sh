#!/bin/bash
# Many sessions that enter, leave and exchange the last places of two boards, one of them
# partitioned, at every isolation level, while another one changes limits, columns,
# indexes and partitions without a pause; then what must hold: no lane was ever above its
# limit, nothing is lost, and no session saw another error than a refusal or, above READ
# COMMITTED, a retry. Each client writes rows of its own, so that a deadlock could only
# come from the limits. Prints TAP.
#
#   wip.sh
#
# STRESS_TRANSACTIONS (20000) of 8 clients, in all. Needs the connection of the usual
# PG* variables, to a database in which the extension is created.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'touch "$work/stop"; wait; rm -rf "$work"' EXIT
. test/bin/tap.sh
transactions=${STRESS_TRANSACTIONS:-20000}
clients=8
plan 12

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

query "SET client_min_messages = warning;
	DROP TABLE IF EXISTS stress_item, stress_done, stress_part, stress_part_8, stress_part_9, stress_other;
	CREATE TABLE stress_item (id bigint PRIMARY KEY, client integer NOT NULL, lane text, team integer, points integer);
	CREATE INDEX ON stress_item (lane, team);
	CREATE TABLE stress_done (client integer, created integer, removed integer);
	SELECT delivery.limit_wip('stress_item', 'lane', '{team}', 'points');
	SELECT delivery.set_wip_limit('stress_item', '{doing}', 7, 'block');
	SELECT delivery.set_wip_limit('stress_item', '{doing,review}', 10, 'block');
	SELECT delivery.set_wip_limit('stress_item', '{review}', 3, 'block', '{\"team\": 1}');
	SELECT delivery.set_wip_limit('stress_item', '{doing}', 15, 'block', '{}');
	CREATE TABLE stress_part (id bigint, client integer, lane text, team integer) PARTITION BY LIST (team);
	CREATE TABLE stress_part_1 PARTITION OF stress_part FOR VALUES IN (1);
	CREATE TABLE stress_part_2 PARTITION OF stress_part FOR VALUES IN (2);
	CREATE TABLE stress_part_9 PARTITION OF stress_part FOR VALUES IN (9);
	CREATE TABLE stress_part_rest PARTITION OF stress_part DEFAULT;
	CREATE INDEX ON stress_part (lane, team);
	CREATE INDEX ON stress_part (id);
	INSERT INTO stress_part SELECT -i, -1, 'doing', 9 FROM generate_series(1, 2) AS i;
	SELECT delivery.limit_wip('stress_part', 'lane', '{team}');
	SELECT delivery.set_wip_limit('stress_part', '{doing}', 6, 'block');
	SELECT delivery.set_wip_limit('stress_part', '{doing}', 14, 'block', '{}');
	CREATE TABLE stress_other (id bigint, lane text);
	SELECT delivery.limit_wip('stress_other', 'lane');
	SELECT delivery.set_wip_limit('stress_other', '{doing}', 3, 'block')" >/dev/null
above="SELECT team, sum(points) FROM stress_item WHERE lane = 'doing' GROUP BY team HAVING sum(points) > 7
	UNION ALL SELECT team, sum(points) FROM stress_item WHERE lane IN ('doing', 'review') GROUP BY team HAVING sum(points) > 10
	UNION ALL SELECT team, sum(points) FROM stress_item WHERE lane = 'review' AND team = 1 GROUP BY team HAVING sum(points) > 3
	UNION ALL SELECT NULL, sum(points) FROM stress_item WHERE lane = 'doing' HAVING sum(points) > 15
	UNION ALL SELECT team, count(*) FROM stress_part WHERE lane = 'doing' GROUP BY team HAVING count(*) > 6
	UNION ALL SELECT NULL, count(*) FROM stress_part WHERE lane = 'doing' AND team <> 9 HAVING count(*) > 14"

# What a session changes again and again. No lane may hold more than above for it, and what
# locks several parts of a board is not beside who writes to a part by its own name.
cat >"$work/changes.sql" <<'SQL'
SET default_transaction_isolation = 'read committed';
SET client_min_messages = warning;
CREATE INDEX stress_item_way ON stress_item (team, lane);
ANALYZE stress_item;
SELECT delivery.set_wip_limit('stress_item', '{doing}', 6, 'block');
SELECT delivery.override_wip('stress_item', '{doing}', '{"team": 1}', 1, 'a test', now() + interval '1 hour');
ALTER TABLE stress_item ADD COLUMN stress_more integer;
DROP INDEX stress_item_lane_team_idx;
ALTER TABLE stress_part DETACH PARTITION stress_part_9;
SELECT delivery.set_wip_limit('stress_item', '{todo}', 100000, 'warn');
CREATE INDEX CONCURRENTLY stress_item_lane_team_idx ON stress_item (lane, team);
VACUUM stress_item;
BEGIN;
SELECT delivery.end_wip_override('stress_item', '{doing}', '{"team": 1}');
SELECT delivery.set_wip_limit('stress_item', '{doing}', 7, 'block');
COMMIT;
ALTER TABLE stress_part ATTACH PARTITION stress_part_9 FOR VALUES IN (9);
ALTER TABLE stress_item DROP COLUMN stress_more;
DROP INDEX CONCURRENTLY stress_item_way;
SELECT delivery.drop_wip_limit('stress_item', '{todo}');
BEGIN;
SELECT delivery.unlimit_wip('stress_other');
SELECT delivery.limit_wip('stress_other', 'lane');
SELECT delivery.set_wip_limit('stress_other', '{doing}', 3, 'block');
COMMIT;
SELECT delivery.set_wip_limit('stress_part', '{review}', 2, 'block', '{"team": 2}');
CREATE TABLE stress_part_8 PARTITION OF stress_part FOR VALUES IN (8);
ANALYZE stress_part;
SELECT delivery.drop_wip_limit('stress_part', '{review}', '{"team": 2}');
ALTER TABLE stress_part DETACH PARTITION stress_part_8;
DROP TABLE stress_part_8;
SELECT count(*) FROM delivery.wip_status();
SQL

# transactions CLIENT COUNT: of one statement each, or deferred, so that all their
# locks are taken in one order
transactions() {
	awk -v client="$1" -v count="$2" -v seed="$(($1 + 1))" 'BEGIN {
		srand(seed)
		split("todo doing review done", lanes, " ")
		for (i = 1; i <= count; i++) {
			kind = int(rand() * 15)
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
			else if (kind > 9) {
				part = sprintf("VALUES (%d, %d, %c%s%c, ", id, client, 39, lane, 39)
				if (kind == 10)
					print "INSERT INTO stress_part " part team ");"
				else if (kind == 11)
					print "INSERT INTO stress_part_1 " part "1);"
				else if (kind == 12)
					print "BEGIN; LOCK TABLE ONLY stress_part IN ROW EXCLUSIVE MODE; INSERT INTO stress_part_rest " part "7); COMMIT;"
				else if (kind == 13)
					printf "UPDATE stress_part SET lane = %c%s%c, team = %d WHERE client = %d AND id > %d;\n", 39, lane, 39, team, client, id - 9
				else
					print "DELETE FROM stress_part WHERE client = " client " AND id < " id - 9 "; INSERT INTO stress_other VALUES (" id ", \x27" lane "\x27); DELETE FROM stress_other WHERE id = " id ";"
			}
			else {
				print "BEGIN; SET CONSTRAINTS ALL DEFERRED;"
				print move "; " insert "; INSERT INTO stress_done VALUES (" client ", 1, 0);"
				print "SAVEPOINT s; UPDATE stress_item SET lane = \x27doing\x27 WHERE client = " client " AND id > " id - 5 "; ROLLBACK TO s;"
				print (kind < 9 || rand() < 0.8 ? "COMMIT;" : "ROLLBACK;")
			}
		}
	}'
}

until_stop() {
	while [ ! -e "$work/stop" ]; do "$@"; done
}

until_stop query "$above" >"$work/watched" 2>"$work/watcher" &
until_stop psql -X -q -A -t -v VERBOSITY=sqlstate -f "$work/changes.sql" >"$work/changed" 2>"$work/errors.changes" &
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
touch "$work/stop"
wait

# states NUMBER: the SQLSTATEs that the sessions at an isolation level saw; after a
# retry is demanded, what remains of a transaction fails
states() {
	cat "$work/errors.$1."* | awk '/ERROR: / { print $NF; next } NF { print "other: " $0 }' | sort -u | tr '\n' ' ' |
		sed '/40001/s/40001 \|25P02 \|3B001 //g'
}

is "$(states 0)" '23W01 ' "READ COMMITTED: no error but refusals"
is "$(states 1)" '23W01 ' "REPEATABLE READ: no error but refusals and retries"
is "$(states 2)" '23W01 ' "SERIALIZABLE: no error but refusals and retries"
is "$(cat "$work/errors.changes" "$work/watcher")" '' "who changes limits, columns, indexes and partitions meanwhile, and who reads, sees none"
is "$(($(grep -c . "$work/changed") > 10))" 1 "changes were made"
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
query "SELECT delivery.unlimit_wip('stress_item'), delivery.unlimit_wip('stress_part'), delivery.unlimit_wip('stress_other');
	DROP TABLE stress_item, stress_done, stress_part, stress_other" >/dev/null
finish
