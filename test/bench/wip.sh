#!/bin/bash
# wip.sh: bars of WIP limits: against no trigger, against a trigger in PL/pgSQL, of bulk
# loads, and of a table that is large. What is compared runs in turns; the medians of
# the ratios are printed. BENCH_RUNS (15), BENCH_SECONDS (2) of each run, BENCH_ROWS
# (5000000) of the large table. Prints lines like those of bench.pl.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. test/bench/rates.sh
rows=${BENCH_ROWS:-5000000}

# An item leaves its lane, and another one enters it: there are 20 in each. The table
# starts empty and is never analysed.
cat >"$work/move.sql" <<'SQL'
\set n :n + 1
\set id :client_id * 1000000000 + :n
\set left :id - 20
UPDATE item SET lane = 'done' WHERE id = :left;
INSERT INTO item (id, team, lane) VALUES (:id, :client_id, 'doing');
SQL
new_table="DROP TABLE IF EXISTS item; CREATE TABLE item (id bigint PRIMARY KEY, team integer, lane text); CREATE INDEX ON item (lane, team)"
limit="SELECT delivery.limit_wip('item', 'lane', '{team}'); SELECT delivery.set_wip_limit('item', '{doing}', 20, 'block')"

# As it would be written by hand: lane and limit are arguments of the trigger. Plans
# that read the table whole are off, as one made while it is empty would stay.
run_sql "CREATE OR REPLACE FUNCTION limit_by_hand() RETURNS trigger LANGUAGE plpgsql AS \$\$
	DECLARE
		in_progress bigint;
	BEGIN
		IF NEW.lane = TG_ARGV[0] AND (TG_OP = 'INSERT' OR NEW.lane IS DISTINCT FROM OLD.lane OR NEW.team IS DISTINCT FROM OLD.team) THEN
			PERFORM pg_advisory_xact_lock(hashtextextended(NEW.lane, NEW.team));
			SELECT count(*) INTO in_progress FROM item WHERE lane = NEW.lane AND team = NEW.team;
			IF in_progress > TG_ARGV[1]::bigint THEN
				RAISE EXCEPTION 'lane % is full', NEW.lane USING ERRCODE = '23W01';
			END IF;
		END IF;
		RETURN NULL;
	END \$\$"
by_hand="CREATE CONSTRAINT TRIGGER limit_by_hand AFTER INSERT OR UPDATE ON item DEFERRABLE FOR EACH ROW EXECUTE FUNCTION limit_by_hand('doing', '20')"

for ((i = 0; i < runs; i++)); do
	run_sql "$new_table"
	rate "$work/move.sql" >>"$work/without"
	run_sql "$new_table; $limit"
	rate "$work/move.sql" >>"$work/with"
	run_sql "$new_table; $by_hand"
	rate "$work/move.sql" >>"$work/by_hand"
done
# added FILE: microseconds that a transaction takes longer than without, run by run
added() {
	paste "$1" "$work/without" | awk '{ print 2e6 / $1 - 2e6 / $2 }'
}
added "$work/with" >"$work/with.added"
added "$work/by_hand" >"$work/by_hand.added"
bar 'moves with WIP limits / without' "$(ratios "$work/with" "$work/without")" 'at least' 0.8 \
	"$(printf '%.0f / %.0f per second' "$(median "$work/with")" "$(median "$work/without")")"
bar 'moves with WIP limits / PL/pgSQL trigger' "$(ratios "$work/with" "$work/by_hand")" 'at least' 1.15 \
	"$(printf '%.0f / %.0f per second' "$(median "$work/with")" "$(median "$work/by_hand")")"
bar 'time that limits add / PL/pgSQL adds' "$(awk -v a="$(median "$work/with.added")" -v b="$(median "$work/by_hand.added")" 'BEGIN { print a / b }')" 'at most' 0.5 \
	"$(printf '%.1f / %.1f us' "$(median "$work/with.added")" "$(median "$work/by_hand.added")")"

# bulk loads
psql -X -q -A -t -c "COPY (SELECT i, i % 20, 'doing' FROM generate_series(1, 100000) AS i) TO STDOUT" >"$work/limited"
psql -X -q -A -t -c "COPY (SELECT i, i % 20, 'todo' FROM generate_series(1, 100000) AS i) TO STDOUT" >"$work/unlimited"
for ((i = 0; i < runs; i++)); do
	for lanes in limited unlimited; do
		run_sql "$new_table"
		milliseconds "\\copy item FROM '$work/$lanes'" >>"$work/$lanes.without"
		run_sql "$new_table; $limit; SELECT delivery.set_wip_limit('item', '{doing}', 10000, 'block')"
		milliseconds "\\copy item FROM '$work/$lanes'" >>"$work/$lanes.with"
	done
done
# load NAME LANES BAR
load() {
	bar "$1" "$(ratios "$work/$2.with" "$work/$2.without")" 'at most' "$3" \
		"$(printf '%.0f / %.0f ms' "$(median "$work/$2.with")" "$(median "$work/$2.without")")"
}
load 'COPY into 20 lanes with limits / without' limited 2
load 'COPY into lanes without a limit / without' unlimited 1.15

# the same on a table that has many items done
run_sql "DROP TABLE IF EXISTS item_small, item_large;
	CREATE TABLE item_small (id bigint PRIMARY KEY, team integer, lane text); CREATE TABLE item_large (LIKE item_small INCLUDING ALL);
	INSERT INTO item_small SELECT -i, i % 2, 'done' FROM generate_series(1, least(10000, $rows)) AS i;
	INSERT INTO item_large SELECT -i, i % 2, 'done' FROM generate_series(1, $rows) AS i;
	CREATE INDEX ON item_small (lane, team); CREATE INDEX ON item_large (lane, team)"
for table in item_small item_large; do
	run_sql "SELECT delivery.limit_wip('$table', 'lane', '{team}'); SELECT delivery.set_wip_limit('$table', '{doing}', 20, 'block')"
	sed "s/ item / $table /" "$work/move.sql" >"$work/$table.sql"
done
for ((i = 0; i < runs; i++)); do
	for table in item_small item_large; do
		run_sql "DELETE FROM $table WHERE id > 0"
		rate "$work/$table.sql" >>"$work/$table"
	done
done
bar 'moves among 10,000 items / among 5 million' "$(ratios "$work/item_small" "$work/item_large")" 'at most' 1.2 \
	"$(printf '%.0f / %.0f per second' "$(median "$work/item_small")" "$(median "$work/item_large")")"
run_sql 'DROP TABLE item, item_small, item_large; DROP FUNCTION limit_by_hand'
