#!/bin/bash
# All tests: what "make test" runs. Each step writes its output to
# build/log/STEP.log; a failing one shows the end of it. Ends with a line
# "N passed, N failed, N skipped" and a non-zero status on any failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
passed=0
failed=0
skipped=0

# What a TAP stream or pg_regress (before and since 16) says of its tests.
count() {
	grep -cE "$1" "$2" || true
}

step() {
	local name=$1 log=build/log/$1.log status=0 started=$SECONDS good bad skips
	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	good=$(count '^ok [0-9]+|^test +[^ ]+ +\.\.\. ok' "$log")
	skips=$(count '^ok [0-9]+.*# SKIP|^1\.\.0 # SKIP' "$log")
	good=$((good - $(count '^ok [0-9]+.*# SKIP' "$log")))
	bad=$(count '^not ok [0-9]+|^test +[^ ]+ +\.\.\. FAILED' "$log")
	# a step that fails without a failed test, or runs none, is a failure too
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	elif [ "$status" -eq 0 ] && [ $((good + bad + skips)) -eq 0 ]; then
		echo "$name ran no test" >>"$log"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + skips))
	printf '%-28s %4d passed %3d failed %3d skipped %4d s\n' "$name" "$good" "$bad" "$skips" $((SECONDS - started))
	grep -hE '# SKIP' "$log" | sed 's/^/    /' || true
	if [ "$bad" -gt 0 ]; then
		tail -n 60 "$log" | sed 's/^/    /'
		find . -maxdepth 2 -name regression.diffs -newer build/log/started -exec head -n 100 {} \; | sed 's/^/    /'
	fi
}

tests() {
	prove -v "$@"
}

# pg_regress and the isolation tester with the given connection options
installcheck() {
	PGOPTIONS=$1 make --no-print-directory -s with_llvm=no installcheck
}

# The files on working time, whose results no session time zone may change.
in_other_zones() {
	local zone
	for zone in America/New_York Asia/Kolkata Australia/Lord_Howe; do
		DELIVERY_TEST_ZONE=$zone make --no-print-directory -s with_llvm=no installcheck \
			REGRESS="calendar working_time sla servicenow" ISOLATION= || return
	done
}

# Within a step a failed command ends nothing by itself, so they are chained.
new_database() {
	psql -X -q -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" &&
		psql -X -q -v ON_ERROR_STOP=1 -d "$1" -c 'CREATE EXTENSION delivery'
}

# A server as users have it: another collation, and other settings.
other_server() {
	CLUSTER_LOCALE=icu test/bin/cluster.sh start test_other "extra_float_digits = 0" \
		"timezone = 'Asia/Kolkata'" "datestyle = 'SQL, DMY'" "intervalstyle = 'iso_8601'" \
		"default_transaction_isolation = 'serializable'" || return
	local status=0
	(
		eval "$(test/bin/cluster.sh env test_other)"
		installcheck ""
	) || status=$?
	test/bin/cluster.sh stop test_other
	return $status
}

# A server whose newest version is made by upgrading the oldest.
upgraded_server() {
	test/bin/cluster.sh start test_upgraded || return
	local status=0
	(
		eval "$(test/bin/cluster.sh env test_upgraded)"
		test/upgrade/earlier.sh "$(dirname "$(find "$(readlink -f build/test_upgraded)/stage" -name delivery.control)")" &&
			installcheck ""
	) || status=$?
	test/bin/cluster.sh stop test_upgraded
	return $status
}

pgtap() {
	new_database delivery_pgtap &&
		psql -X -q -v ON_ERROR_STOP=1 -d delivery_pgtap -c 'CREATE EXTENSION pgtap' &&
		pg_prove -v -d delivery_pgtap test/pgtap/*.sql
}

in_new_database() {
	local database=$1
	shift
	new_database "$database" && PGDATABASE=$database tests "$@"
}

test/bin/provision.sh test
# the same server for everything
# shellcheck source=test/bin/server.sh
. test/bin/server.sh
choose_server
mkdir -p build/log
# root and another user may take turns in one tree, but not in one build/
[ -w build/log ] || {
	echo "build/ belongs to another user: remove it first" >&2
	exit 1
}
rm -f build/log/*
touch build/log/started
make --no-print-directory -s with_llvm=no
trap 'test/bin/cluster.sh stop test' EXIT
# the drivers for Java and ODBC, and pgbouncer, need TCP
test/bin/cluster.sh start test "listen_addresses = '127.0.0.1'"
settings=$(test/bin/cluster.sh env test)
eval "$settings"
psql -X -A -t -c 'SELECT version()'

if [ "$(psql -X -A -t -c "SELECT current_setting('server_version_num')::int >= 160000")" = t ]; then
	forced="-c debug_parallel_query=regress"
else
	forced="-c force_parallel_mode=regress"
fi

step machine tests test/t/provision.sh
step build tests test/t/build.sh
step layers tests test/t/layers.pl
step release tests test/t/release.pl test/t/release.sh test/t/dist.sh
step unit tests test/unit/run.sh test/unit/calendar.sh
step fuzz tests test/fuzz/replay.sh
step regress installcheck ""
step regress_on_search_path installcheck "-c search_path=public,delivery"
step regress_forced_parallel installcheck "$forced -c work_mem=64kB"
step regress_in_other_zones in_other_zones
step regress_other_server other_server
step regress_upgraded upgraded_server
step upgrade tests test/t/upgrade.sh
step stress in_new_database delivery_stress test/stress/*.sh
step pgtap pgtap
step data tests test/t/data.sh
step binary in_new_database delivery_binary test/t/binary.pl
step dump tests test/t/dump.sh test/t/dump_roles.sh test/t/backup.pl test/t/pg_upgrade.sh
step replication tests test/t/replication.sh
step examples tests test/t/examples.pl
step readme tests test/t/readme.pl test/t/security.pl
step reference in_new_database delivery_reference test/t/reference.sh
step jdbc in_new_database delivery_jdbc test/jdbc/run.sh
# without npm, which takes long to install: "make test-clients" has it
mapfile -t clients < <(find test/clients -name run.pl ! -path '*/node/*' | sort)
step clients tests "${clients[@]}"
step real_data in_new_database delivery_real test/realdata/git_dora.sh test/realdata/uci_incident.sh test/realdata/service_levels.sh
step demo tests test/demo/test_git.sh test/t/demo.sh
step bench tests test/t/bench.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
