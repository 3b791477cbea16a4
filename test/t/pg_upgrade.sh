#!/bin/bash
# pg_upgrade keeps boards with their settings, whose tables are known by number, and
# audit logs. From a cluster of this version to another one, as far as pg_upgrade is
# concerned that is no different from a newer version. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'test/bin/cluster.sh stop test_upgraded; test/bin/cluster.sh stop test_old; rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 4

query() {
	psql -X -A -t -q -v ON_ERROR_STOP=1 -d postgres -c "$1"
}

contents() {
	query "TABLE delivery.calendar; TABLE delivery.custom_benchmark; TABLE delivery.custom_sfia_skill; TABLE delivery.custom_job_level; TABLE skill; TABLE delivery.wip_limit; TABLE delivery.wip_override; TABLE delivery.wip_entry;
		SELECT * FROM delivery.wip_status(); TABLE trail; SELECT * FROM delivery.verify_audit('trail'); SELECT * FROM delivery.health_check();
		SELECT c.oid::regclass, relacl FROM pg_class AS c WHERE relnamespace IN ('delivery'::regnamespace, 'delivery_internal'::regnamespace)
			AND relkind IN ('r', 'v') ORDER BY 1"
}

on() {
	local settings
	settings=$(test/bin/cluster.sh env "$1")
	(eval "$settings" && "${@:2}")
}

# stopped, as the user that the server runs as
as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd "$1" && runuser -u postgres -- "${@:2}")
	else
		(cd "$1" && "${@:2}")
	fi
}

test/bin/cluster.sh start test_old >"$work/log"
test/bin/cluster.sh start test_upgraded >>"$work/log"
# numbers that the new cluster would not give by itself
on test_old query "CREATE TABLE other (i integer); CREATE EXTENSION delivery;
	CREATE TABLE card (id integer PRIMARY KEY, lane text, team text, entered date);
	CREATE INDEX ON card (lane, team);
	SELECT delivery.limit_wip('card', 'lane', '{team}');
	SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
	SELECT delivery.override_wip('card', '{doing}', '{\"team\": \"blue\"}', 1, 'a fair', '2999-01-01 00:00+00');
	SELECT delivery.set_wip_entry_column('card', 'entered');
	INSERT INTO delivery.calendar VALUES ('office', 'Mo-Fr 09:00-17:00');
	INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 0.02, NULL);
	INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 2, 4);
	INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P6', 7);
	CREATE TABLE skill (code text, level delivery.sfia_level, job delivery.job_level, PRIMARY KEY (level, code));
	INSERT INTO skill VALUES ('XOPS', 'Assist', 'P2'), ('DEMG', '5', 'P6');
	CALL delivery.create_audit_log('trail');
	SELECT delivery.record_audit('card', 'trail');
	INSERT INTO card VALUES (1, 'doing', 'red')" >/dev/null
expected=$(on test_old contents)
test/bin/cluster.sh stop test_old
test/bin/cluster.sh stop test_upgraded
old=$(readlink -f build/test_old)
new=$(readlink -f build/test_upgraded)
bindir=$("${PG_CONFIG:-pg_config}" --bindir)
# passwords are for TCP, which is off
status=0
as_server "$new" "$bindir/pg_upgrade" --link -U postgres -b "$bindir" -B "$bindir" -d "$old/data" -D "$new/data" -s "$new" \
	>"$work/log" 2>&1 || status=$?
result $status "pg_upgrade"
as_server "$new" "$bindir/pg_ctl" -D "$new/data" -l "$new/server.log" -w start >"$work/log" 2>&1
is "$(on test_upgraded contents)" "$expected" "keeps all settings, rights and audit logs"
is "$(on test_upgraded query "INSERT INTO card VALUES (2, 'doing', 'red')" 2>&1 | sed -n 's/^DETAIL:  //p')" \
	"Rule wip_limit(doing), team = 'red': 1 in progress, 1 entering, limit 1." "which hold"
on test_upgraded query "INSERT INTO card VALUES (3, 'todo', 'red')"
is "$(on test_upgraded query "SELECT max(sequence), (SELECT count(*) FROM delivery.verify_audit('trail')) FROM trail")" "2|0" "and go on"
finish
