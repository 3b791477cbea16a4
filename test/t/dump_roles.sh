#!/bin/bash
# Backups without a superuser: who may dump and restore a database with boards, audit
# logs and calendars, in every format, and what is there afterwards; what a change of
# owners breaks, and how it is mended. Prints TAP.
set -euo pipefail
work=$(mktemp -d)
. "$(dirname "$0")/../bin/tap.sh"
roles="owner installer heir reader writer stranger"
source=delivery_dump_source
target=delivery_dump_target

# as ROLE command: roles of this test are named dump_X
as() {
	local role=dump_$1
	[ "$1" != superuser ] || role=$PGUSER
	PGUSER=$role "${@:2}"
}

query() {
	as "$1" psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$2" -c "$3"
}

# refusal ROLE DATABASE STATEMENT: SQLSTATE of its error, or nothing
refusal() {
	as "$1" psql -X -A -t -q -v VERBOSITY=sqlstate -d "$2" -c "$3" 2>&1 >/dev/null | sed -n 's/^ERROR:  //p' | paste -s -d ' ' -
}

cleanup() {
	psql -X -q -c "DROP DATABASE IF EXISTS $source" -c "DROP DATABASE IF EXISTS $target" 2>/dev/null
	for role in $roles; do
		psql -X -q -c "DROP ROLE IF EXISTS dump_$role" 2>/dev/null
	done
}

# make_source INSTALLER: a database of dump_owner, the extension made by INSTALLER
make_source() {
	psql -X -q -c "DROP DATABASE IF EXISTS $source" -c "CREATE DATABASE $source OWNER dump_owner" 2>/dev/null
	psql -X -q -d $source -c "GRANT CREATE ON DATABASE $source TO dump_installer"
	query "$1" $source "CREATE EXTENSION delivery;
		INSERT INTO delivery.calendar VALUES ('office', 'Mo-Fr 09:00-17:00', 'of us all');
		INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 0.02, NULL);
		INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 2, 4);
		INSERT INTO delivery.custom_job_level (level, sfia_level) VALUES ('P6', 7);
		GRANT INSERT, UPDATE ON delivery.calendar TO dump_writer;
		GRANT INSERT ON delivery.custom_benchmark, delivery.custom_sfia_skill, delivery.custom_job_level TO dump_writer"
	query owner $source "CREATE TABLE card (id integer PRIMARY KEY, lane text, team text, entered date);
		CREATE INDEX ON card (lane, team);
		SELECT delivery.limit_wip('card', 'lane', '{team}');
		INSERT INTO card VALUES (1, 'doing', 'red'), (2, 'doing', 'red'), (3, 'doing', 'red');
		SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
		SELECT delivery.override_wip('card', '{doing}', '{\"team\": \"blue\"}', 1, 'a fair', '2999-01-01 00:00+00');
		SELECT delivery.set_wip_entry_column('card', 'entered');
		CALL delivery.create_audit_log('trail');
		SELECT delivery.record_audit('card', 'trail');
		UPDATE card SET id = id + 10;
		INSERT INTO card VALUES (4, 'todo', 'red')" >/dev/null
}

contents() {
	query superuser "$1" "TABLE delivery.calendar; TABLE delivery.custom_benchmark; TABLE delivery.custom_sfia_skill; TABLE delivery.custom_job_level;
		SELECT board, lanes, scope, maximum, enforcement FROM delivery.wip_limit; TABLE delivery.wip_override; TABLE delivery.wip_entry;
		SELECT * FROM delivery.wip_status(); TABLE trail; SELECT * FROM delivery.verify_audit('trail'); SELECT * FROM delivery.health_check()"
}

# refusals ROLE STATEMENT...: the SQLSTATE of each in the restored database, or "done"
refusals() {
	local arguments=() statement
	for statement in "${@:2}"; do
		arguments+=(-c "$statement" -c '\warn done')
	done
	as "$1" psql -X -A -t -q -v VERBOSITY=sqlstate -d $target "${arguments[@]}" 2>&1 >/dev/null |
		sed -z 's/ERROR:  \([^\n]*\)\ndone/\1/g' | paste -s -d ' ' -
}

# What holds in the restored database, written by its owner, a role that was granted it, and a stranger.
holds() {
	refusals "$1" "INSERT INTO card VALUES (5, 'doing', 'red')" \
		"INSERT INTO card VALUES (6, 'doing', 'blue'), (7, 'doing', 'blue')" \
		"INSERT INTO card VALUES (8, 'doing', 'blue')" \
		"DELETE FROM trail" \
		"SELECT delivery.set_wip_limit('card', '{todo}', 7, 'warn')" \
		"INSERT INTO delivery.calendar VALUES ('night', '22:00-06:00')" \
		"DELETE FROM delivery.custom_benchmark"
	refusals writer "INSERT INTO delivery.calendar VALUES ('noon', '12:00-13:00')" \
		"UPDATE delivery.calendar SET description = 'w'" \
		"INSERT INTO delivery.custom_benchmark VALUES ('theirs', 'rework_rate', 'elite', '<=', 0.5, NULL)" \
		"DELETE FROM delivery.calendar"
	refusals stranger "INSERT INTO delivery.calendar VALUES ('mine', '24/7')" "SELECT FROM delivery.calendar" "SELECT FROM delivery_internal.wip_limit"
	query superuser $target "SELECT string_agg(sequence || ' ' || operation, ', ' ORDER BY sequence) FROM trail WHERE sequence > 4;
		SELECT count(*) FROM delivery.verify_audit('trail')"
}
expected_holds="23W01 done 23W01 23W50 done done done
done done done 42501
42501 done 42501
5 INSERT, 6 INSERT
0"

# dump ROLE FORMAT [options]: what was said
dump() {
	rm -rf "$work/dump"
	case $2 in
	plain) as "$1" pg_dump -d $source -f "$work/dump" "${@:3}" 2>&1 ;;
	custom) as "$1" pg_dump -Fc -d $source -f "$work/dump" "${@:3}" 2>&1 ;;
	parallel) as "$1" pg_dump -Fd -j 2 -d $source -f "$work/dump" "${@:3}" 2>&1 ;;
	esac
	echo "status $?"
}

# restore ROLE FORMAT OWNER: into an empty database of OWNER
restore() {
	psql -X -q -c "DROP DATABASE IF EXISTS $target" -c "CREATE DATABASE $target OWNER dump_$3" 2>/dev/null
	case $2 in
	plain) as "$1" psql -X -q -v ON_ERROR_STOP=1 -d $target -f "$work/dump" 2>&1 >/dev/null ;;
	custom) as "$1" pg_restore -d $target "$work/dump" 2>&1 ;;
	parallel) as "$1" pg_restore -j 2 -d $target "$work/dump" 2>&1 ;;
	esac
	echo "status $?"
}

# round NAME DUMPED_BY RESTORED_BY OWNER
round() {
	local expected format
	expected=$(contents $source)
	for format in plain custom parallel; do
		is "$(dump "$2" $format)" "status 0" "$1: $format dump"
		is "$(restore "$3" $format "$4")" "status 0" "$1: $format restore"
		is "$(contents $target)" "$expected" "$1: $format has all"
		is "$(holds "$4")" "$expected_holds" "$1: $format holds"
	done
}

plan 76
cleanup
trap 'cleanup; rm -rf "$work"' EXIT
for role in $roles; do
	psql -X -q -c "CREATE ROLE dump_$role LOGIN"
done
psql -X -q -c 'GRANT pg_read_all_data TO dump_reader'

make_source owner
is "$(contents $source | wc -l)" 12 "there is something to be dumped"
round "owner, who made the extension" owner owner owner
round "role that reads all, for the owner" reader owner owner
round "superuser, for the owner" superuser superuser owner

# the extension is somebody else's, who may write calendars and grant it
make_source installer
round "owner, another role made the extension" owner owner owner
is "$(refusal installer $source "UPDATE delivery.calendar SET description = 'mine'")" "" "who made the extension writes calendars"
is "$(refusal installer $source "SELECT FROM delivery_internal.wip_limit")" 42501 "and reads no settings of boards"
psql -X -q -d $source -c "ALTER DATABASE $source OWNER TO dump_heir" -c 'ALTER TABLE card OWNER TO dump_heir' -c 'ALTER TABLE trail OWNER TO dump_heir'
round "after a change of the database's owner" heir heir heir

# others
is "$(dump owner plain | head -n 1)" "pg_dump: error: query failed: ERROR:  permission denied for table card" "other roles are told which table they may not read"
psql -X -q -d $source -c 'GRANT SELECT ON card, trail TO dump_owner'
is "$(dump owner plain | grep -c 'permission denied for table calendar')" 1 "and so are those that may read all tables but ours"
is "$(dump owner plain -N delivery -N delivery_internal)" "status 0" "without both schemas they may dump"
is "$(restore heir plain heir)" "status 0" "and that restores"
is "$(query heir $target "SELECT problem FROM delivery.health_check()")" "it is a board without a limit" "with what health_check says is missing"

# REASSIGN OWNED: the views go to the new owner, the rights to their tables stay
psql -X -q -d $source -c 'REASSIGN OWNED BY dump_installer TO dump_stranger'
is "$(refusal stranger $source "INSERT INTO delivery.calendar VALUES ('mine', '24/7')") $(refusal writer $source "SELECT FROM delivery.calendar")" "42501 42501" \
	"after REASSIGN OWNED nobody reads or writes calendars"
is "$(query writer $source "SELECT delivery.calendar('office'); SELECT count(*) FROM delivery.benchmark WHERE custom")" "Mo-Fr 09:00-17:00
1" "but the functions and views that read them"
psql -X -q -d $source -c 'GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.calendar, delivery_internal.custom_benchmark, delivery_internal.custom_sfia_skill,
	delivery_internal.custom_job_level TO dump_stranger'
is "$(refusal stranger $source "INSERT INTO delivery.calendar VALUES ('mine', '24/7')") $(refusal writer $source "INSERT INTO delivery.calendar VALUES ('yours', '24/7')")" " " \
	"until the new owner is granted it"
# before 17 the old owner stays in what a dump takes for the extension's own rights, by number once dropped
number=$(query superuser $source "SELECT 'dump_installer'::regrole::oid")
psql -X -q -d $source -c 'DROP OWNED BY dump_installer' -c 'DROP ROLE dump_installer'
if [ "$(psql -X -A -t -c "SELECT current_setting('server_version_num')::int >= 170000")" = f ]; then
	is "$(dump heir plain) $(restore heir plain heir | grep -c "role \"$number\" does not exist")" "status 0 1" "a number in place of a dropped owner stops the restore"
	psql -X -q -d $source -c "UPDATE pg_catalog.pg_init_privs
		SET initprivs = regexp_replace(initprivs::text, '\\y$number\\y', 'dump_stranger', 'g')::aclitem[]
		WHERE initprivs::text ~ '\\y$number\\y'"
else
	is "$(dump heir plain) $(restore heir plain heir)" "status 0 status 0" "a dropped owner stops no restore"
fi
is "$(dump heir plain)" "status 0" "the old owner is dropped: dump"
is "$(grep -cE 'dump_installer|^REVOKE|"[0-9]+"' "$work/dump" || true)" 0 "without a trace of it"
is "$(restore heir plain heir)" "status 0" "restore"
is "$(contents $target)" "$(contents $source)" "has all"
finish
