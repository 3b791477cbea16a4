#!/bin/bash
# One session that goes on for long: guarded and audited statements, refusals, limits that
# change and tables that become boards, append-only or audited and no longer, again and
# again. What it holds
# in memory after the first of them is what it holds after the last. Prints TAP.
#
#   memory.sh
#
# STRESS_STATEMENTS (5000) guarded statements and STRESS_ATTACHES (200) of each kind. Needs
# the connection of the usual PG* variables, to a database in which the extension is
# created.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bin/tap.sh
statements=${STRESS_STATEMENTS:-5000}
attaches=${STRESS_ATTACHES:-200}
# bytes: what a hash table or a cache may grow by once, not a few for each statement
grown=8192
plan 10

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"
}

query "SET client_min_messages = warning;
	DROP TABLE IF EXISTS memory_item, memory_part, memory_note, memory_board, memory_child, memory_new, memory_account;
	DROP TABLE IF EXISTS memory_log;
	CREATE TABLE memory_item (id bigint, lane text, team text, points integer);
	CREATE INDEX ON memory_item (lane, team);
	CREATE TABLE memory_part (id bigint, lane text, team text) PARTITION BY LIST (team);
	CREATE TABLE memory_red PARTITION OF memory_part FOR VALUES IN ('red');
	CREATE TABLE memory_rest PARTITION OF memory_part DEFAULT;
	CREATE INDEX ON memory_part (lane, team);
	CREATE TABLE memory_note (id bigint) PARTITION BY LIST (id);
	CREATE TABLE memory_note_rest PARTITION OF memory_note DEFAULT;
	INSERT INTO memory_note VALUES (1);
	CREATE TABLE memory_board (id bigint, lane text);
	CREATE TABLE memory_child () INHERITS (memory_board);
	CREATE TABLE memory_account (id integer PRIMARY KEY, visits integer, secret text);
	INSERT INTO memory_account SELECT i, 0, 'x' FROM generate_series(1, 10) AS i;
	CALL delivery.create_audit_log('memory_log');
	SELECT delivery.record_audit('memory_account', 'memory_log', '{secret}');
	SELECT delivery.limit_wip('memory_item', 'lane', '{team}', 'points');
	SELECT delivery.set_wip_limit('memory_item', '{doing}', 5, 'block');
	SELECT delivery.set_wip_limit('memory_item', '{doing,review}', 9, 'block', '{}');
	SELECT delivery.override_wip('memory_item', '{doing}', NULL, 1, 'a test', now() + interval '1 day');
	SELECT delivery.limit_wip('memory_part', 'lane', '{team}');
	SELECT delivery.set_wip_limit('memory_part', '{doing}', 5, 'block')" >/dev/null

# flat NAME LINES FILE [FIRST LAST GROWN]: one session runs the lines of a file, between a
# first and a last one, and holds no more after all of them than after a tenth
flat() {
	local more status=0 tenth=$(($2 / 10)) ask="SELECT 'held', sum(used_bytes) FROM pg_backend_memory_contexts;"
	{
		# what this needs itself is there from here on
		echo "$ask"
		echo "${4:-}"
		head -n $tenth "$3"
		echo "$ask"
		tail -n +$((tenth + 1)) "$3"
		echo "$ask"
		echo "${5:-}"
	} >"$work/input"
	more=$(psql -X -A -t -q -v VERBOSITY=sqlstate -f "$work/input" 2>"$work/errors" |
		awk -F '|' '$1 == "held" { more = $2 - before; before = $2 } END { print more }')
	{
		printf 'grown by %s bytes\n' "$more"
		grep -v 'ERROR:  23W' "$work/errors" | head
	} >"$work/log" || true
	[ "$(wc -l <"$work/log")" -eq 1 ] && [ "${more:-$((grown + 1))}" -le $((grown + ${6:-0})) ] || status=1
	result $status "$1"
	echo "# $more bytes more after $(($2 - tenth)) lines, $(wc -l <"$work/errors") of them refused"
}

awk -v count="$statements" 'BEGIN {
	for (i = 1; i <= count; i++) {
		team = i % 3 == 0 ? "red" : "team " i % 7
		if (i % 5 == 0) print "INSERT INTO memory_item VALUES (" i % 50 ", \x27doing\x27, \x27" team "\x27, 1);"
		else if (i % 5 == 1) print "UPDATE memory_item SET lane = \x27review\x27 WHERE id = " i % 50 ";"
		else if (i % 5 == 2) print "DELETE FROM memory_item WHERE id = " i % 10 ";"
		else if (i % 5 == 3) print "INSERT INTO memory_part VALUES (" i % 50 ", \x27doing\x27, \x27" team "\x27);"
		else print "DELETE FROM memory_part WHERE id = " (i + 4) % 10 ";"
	}
}' >"$work/statements"
flat "guarded statements, also those that are refused" "$statements" "$work/statements"

head -n $((statements / 5)) "$work/statements" |
	sed 's/^/BEGIN; SET CONSTRAINTS ALL DEFERRED; SAVEPOINT s; /; s/$/ RELEASE s; COMMIT;/' >"$work/deferred"
flat "deferred ones in savepoints" $((statements / 5)) "$work/deferred"

lines() {
	awk -v count="$attaches" -v line="$1" 'BEGIN { for (i = 1; i <= count; i++) { one = line; gsub(/%d/, 5 + i % 2, one); print one } }'
}

lines "SELECT delivery.limit_wip('memory_board', 'lane'); SELECT delivery.set_wip_limit('memory_board', '{doing}', 1, 'block'); INSERT INTO memory_board VALUES (1, 'doing'); DELETE FROM memory_board; SELECT delivery.unlimit_wip('memory_board');" >"$work/attaches"
flat "tables that become a board, and no longer" "$attaches" "$work/attaches"
lines "CREATE TABLE memory_new (id bigint, lane text); SELECT delivery.limit_wip('memory_new', 'lane'); SELECT delivery.append_only('memory_new'); SELECT delivery.set_wip_limit('memory_new', '{doing}', 1, 'block'); INSERT INTO memory_new VALUES (1, 'doing'); SELECT delivery.unlimit_wip('memory_new'); DROP TABLE memory_new;" >"$work/new"
# the server itself keeps that there are no statistics of what is gone
flat "tables that are made and dropped as well" "$attaches" "$work/new" "" "" $((1024 * attaches))
lines "SELECT delivery.append_only('memory_note'); DELETE FROM memory_note; SELECT delivery.allow_changes('memory_note'); DELETE FROM memory_note; INSERT INTO memory_note VALUES (1);" >"$work/append_only"
flat "tables that become append-only, and no longer" "$attaches" "$work/append_only"
lines "SELECT delivery.set_wip_limit('memory_item', '{doing}', %d, 'block'); SELECT delivery.set_wip_limit('memory_item', '{todo}', 3, 'block'); INSERT INTO memory_item VALUES (99, 'todo', 'x', 1); DELETE FROM memory_item WHERE id = 99; SELECT delivery.drop_wip_limit('memory_item', '{todo}'); SELECT count(*) FROM delivery.wip_status();" >"$work/limits"
flat "limits that are set and dropped" "$attaches" "$work/limits"
# the server itself notes rows that a transaction changes twice, and what it outdates; it
# looks through all versions of a row each time, so there are fewer
head -n $((attaches / 5)) "$work/limits" >"$work/fewer"
flat "and in one transaction" $((attaches / 5)) "$work/fewer" "BEGIN;" "ROLLBACK;" $((512 * attaches / 5))

awk -v count="$statements" 'BEGIN {
	for (i = 1; i <= count; i++) {
		update = "UPDATE memory_account SET visits = visits + 1, secret = \x27" i "\x27 WHERE id = " 1 + i % 10 ";"
		print (i % 4 ? update : "BEGIN; " update " SAVEPOINT s; " update " ROLLBACK TO s; " update " COMMIT;")
	}
}' >"$work/audited"
flat "audited statements, some of them rolled back" "$statements" "$work/audited"
lines "SELECT delivery.stop_audit('memory_account'); SELECT delivery.record_audit('memory_account', 'memory_log'); UPDATE memory_account SET visits = %d WHERE id = 1; SELECT delivery.record_audit('memory_account', 'memory_log', '{visits}'); SELECT delivery.record_audit('memory_account', 'memory_log', '{secret}');" >"$work/audits"
flat "tables that are audited, otherwise, and no longer" "$attaches" "$work/audits"
lines "UPDATE memory_account SET visits = visits + 1 WHERE id = 1; SELECT delivery.erase_audit('memory_log', max(sequence), 'test') FROM memory_log WHERE salt IS NOT NULL; SELECT delivery.prune_audit('memory_log', max(sequence) - 5, 'test') FROM memory_log; SELECT count(*) FROM delivery.verify_audit('memory_log');" >"$work/taken"
flat "rows of a log that are erased, pruned and verified" "$attaches" "$work/taken"

query "SELECT delivery.unlimit_wip('memory_item'), delivery.unlimit_wip('memory_part');
	DROP TABLE memory_item, memory_part, memory_note, memory_board, memory_child, memory_account, memory_log" >/dev/null
finish
