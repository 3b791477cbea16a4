#!/bin/bash
# Upgrades, on made-up versions: from half of the pieces to all of them, and on to a
# later version with objects of every kind. sql/upgrade.sql finds a database that was
# upgraded equal to a new one, and finds what an upgrade script forgets. Needs a cluster
# of its own, as it writes into the staged installation. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
. test/bin/tap.sh
trap 'rm -rf "$work"; test/bin/cluster.sh stop upgrade' EXIT
planted=$(grep -c "^('" test/upgrade/planted.sql)
plan $((planted + 14))
test/bin/cluster.sh start upgrade
settings=$(test/bin/cluster.sh env upgrade)
eval "$settings"
folder=$(dirname "$(find "$(readlink -f build/upgrade)/stage" -name delivery.control)")
version=$(sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)

query() {
	psql -X -A -t -q -d "$1" -c "$2" 2>&1
}

# compare STATUS NAME [USER]: sql/upgrade.sql ends with STATUS 0 or 1 against what is
# expected of it, where that user owns database and extension
compare() {
	local status=0 PGUSER=$PGUSER
	query postgres "DROP DATABASE IF EXISTS delivery_upgrade" >/dev/null
	query postgres "CREATE DATABASE delivery_upgrade OWNER ${3:-postgres}" >/dev/null
	PGUSER=${3:-$PGUSER}
	query delivery_upgrade "CREATE EXTENSION delivery" >"$work/log"
	PG_ABS_SRCDIR=$PWD psql -X -a -q -d delivery_upgrade <sql/upgrade.sql >"$work/out" 2>&1 || status=$?
	diff expected/upgrade.out "$work/out" >"$work/log" || status=1
	[ "$status" -eq "$1" ] || { result 1 "$2"; return; }
	result 0 "$2"
}

cp "$folder/delivery--$version.sql" "$work/present.sql"
test/upgrade/earlier.sh "$folder"
query postgres "CREATE DATABASE delivery_upgrade" >/dev/null
query delivery_upgrade "CREATE EXTENSION delivery" >/dev/null
is "$(query delivery_upgrade "SELECT extversion, (SELECT count(*) > 0 FROM delivery.health_check()) FROM pg_extension WHERE extname = 'delivery'")" \
	"$version|f" "where the oldest version alone can be installed, CREATE EXTENSION walks from there"

# the versions 98 and 99 follow on the present one
cp "$work/present.sql" "$folder/delivery--$version.sql"
cat "$work/present.sql" test/upgrade/before.sql >"$folder/delivery--98.0.0.sql"
cat "$work/present.sql" test/upgrade/after.sql >"$folder/delivery--99.0.0.sql"
cp test/upgrade/before.sql "$folder/delivery--$version--98.0.0.sql"
cp test/upgrade/step.sql "$folder/delivery--98.0.0--99.0.0.sql"
sed -i "s/^default_version.*/default_version = '99.0.0'/" "$folder/delivery.control"
chmod a+r "$folder"/*
origins=$(find "$folder" -name 'delivery--*.sql' ! -name 'delivery--*--*.sql' ! -name '*--99.0.0.sql' | wc -l)
compare 0 "databases upgraded from any version are equal to a new one"
is "$(query delivery_upgrade "SELECT count(*) FROM pg_extension_update_paths('delivery') WHERE target = '99.0.0' AND path IS NOT NULL")" "$origins" "from all that there are"
query postgres "CREATE ROLE delivery_upgrade_owner LOGIN" >/dev/null
compare 0 "and so they are where all is done by an owner who is no superuser" delivery_upgrade_owner
compare 0 "and by a superuser, again"

psql -X -q -v first=6 -v folder="$PWD/test/upgrade" -d delivery_upgrade -f test/upgrade/planted.sql 2>"$work/log" |
	tee "$work/planted" || true
sed 's/^/# /' "$work/log"
tap_number=$((5 + planted + 1))
tap_failed=$((tap_failed + $(grep -c '^not ok' "$work/planted" || true)))
is "$(wc -l <"$work/planted")" $((planted + 1)) "each of them was tried"

# an upgrade script that forgets a line
sed -i '/COMMENT ON COLUMN tried.thing.weight/d' "$folder/delivery--98.0.0--99.0.0.sql"
compare 1 "an upgrade script that forgets a comment is found"
is "$(grep -c 'table column tried.thing.weight | comment' "$work/out")" $((2 * origins)) "and what it forgot is named, for each way"

is "$(query delivery_upgrade "SELECT hint FROM delivery.health_check()")" \
	"install the packages of version 99.0.0 on this server, and connect again" "a library that is older than the SQL is named"

# versions from which there is no way
cp "$work/present.sql" "$folder/delivery--0.0.7.sql"
query postgres "DROP DATABASE delivery_upgrade" >/dev/null
query postgres "CREATE DATABASE delivery_upgrade" >/dev/null
is "$(query delivery_upgrade "CREATE EXTENSION delivery VERSION '0.0.8'")" \
	"ERROR:  extension \"delivery\" has no installation script nor update path for version \"0.0.8\"" "a version that there is not cannot be installed"
query delivery_upgrade "CREATE EXTENSION delivery VERSION '0.0.7'" >/dev/null
is "$(query delivery_upgrade "ALTER EXTENSION delivery UPDATE")" \
	"ERROR:  extension \"delivery\" has no update path from version \"0.0.7\" to version \"99.0.0\"" "nor upgraded from where there is no script"

# the way out that doc/upgrade.md shows
query delivery_upgrade "CREATE TABLE card (lane text); CREATE INDEX ON card (lane);
	SELECT delivery.limit_wip('card', 'lane'); SELECT delivery.set_wip_limit('card', '{doing}', 1, 'block');
	INSERT INTO delivery.calendar (name, calendar) VALUES ('office', '24/7')" >/dev/null
pg_dump -d delivery_upgrade --data-only -t 'delivery_internal.*' >"$work/rows.sql"
query delivery_upgrade "DROP EXTENSION delivery CASCADE; CREATE EXTENSION delivery" >"$work/log"
psql -X -q -v ON_ERROR_STOP=1 -d delivery_upgrade -f "$work/rows.sql" >/dev/null
is "$(query delivery_upgrade "SELECT problem FROM delivery.health_check() WHERE object = 'public.card'")" \
	"it has WIP limits, but no triggers that hold them" "then rows can be taken along, and what is to be attached again is listed"
query delivery_upgrade "SELECT delivery.limit_wip('card', 'lane')" >/dev/null
is "$(query delivery_upgrade "INSERT INTO card VALUES ('doing'), ('doing')" | grep -c 'ERROR.*limit'), $(query delivery_upgrade "SELECT name FROM delivery.calendar")" \
	"1, office" "and it holds again"
finish
