#!/bin/bash
# The delivery report on a cluster of its own: what "make demo" runs.
#
#   demo.sh                 on generated data (sample.sql)
#   demo.sh PATH_TO_CLONE   on the tags and commits of a git clone (git.sh)
#
# Leaves the cluster running, to be looked at; the next run replaces it.
set -euo pipefail
# it reads nothing: a closed or waiting standard input must not matter
exec </dev/null

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
clone=${1:-}
database=delivery_demo
# the tests use a cluster of another name, and leave a running demo alone
cluster=${DEMO_CLUSTER:-demo}
zone=Europe/Paris

# before the server starts, so that a wrong path is answered at once
if [ -n "$clone" ]; then
	zone=UTC
	rm -rf "$top/build/git"
	"$here/git.sh" "$clone" "$top/build/git"
fi

# nothing of the caller's may lead to another server or change the output
unset PGHOSTADDR PGSERVICE PGOPTIONS PGTZ PGDATESTYLE
export PGCLIENTENCODING=UTF8

client=psql
command -v psql >/dev/null || client=
echo "Building the extension and starting a server of its own ..."
"$top/test/bin/cluster.sh" start "$cluster"
settings=$("$top/test/bin/cluster.sh" env "$cluster")
eval "$settings"
client=${client:-$(command -v psql)}

sql() {
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}

sql -d postgres -c "CREATE DATABASE $database"
export PGDATABASE=$database
sql -c 'CREATE EXTENSION delivery' \
	-c "ALTER DATABASE $database SET search_path = public, demo, delivery" \
	-c "ALTER DATABASE $database SET TimeZone = '$zone'"
sql -f "$here/schema.sql"

if [ -z "$clone" ]; then
	sql -f "$here/sample.sql" -f "$here/sample_ticket.sql" -f "$here/sample_sli.sql" -f "$here/sample_card.sql" -f "$here/sample_level.sql"
	echo
	echo "Generated sample data: five services and a service desk over two quarters, a month of requests, a board," \
		"the skills of a team (test/demo/sample*.sql)."
	sql -v from=2026-01-01 -v to=2026-07-01 -v zone="$zone" -f "$here/report.sql"
	sql -v to=2026-07-01 -v zone="$zone" -f "$here/sla_report.sql"
	sql -v to=2026-07-01 -v zone="$zone" -f "$here/slo_report.sql"
	sql <"$here/wip_report.sql" 2>&1
	sql <"$here/level_report.sql" 2>&1
else
	cd "$top/build/git"
	sql -c '\copy demo.deployment FROM deployment.csv WITH (FORMAT csv, HEADER)' \
		-c '\copy demo.change FROM change.csv WITH (FORMAT csv, HEADER)' \
		-c 'ANALYZE demo.deployment, demo.change'
	echo
	echo "Tags as deployments, commits as changes: doc/git.md has the definitions."
	last_year=$(sql -A -t -c "
		SELECT (max(deployed_at)::date + 1 - interval '1 year')::date FROM demo.deployment
		HAVING min(deployed_at) < max(deployed_at)::date + 1 - interval '1 year'")
	if [ -n "$last_year" ]; then
		sql -v zone="$zone" -v legend=off -f "$here/report.sql"
		echo "The last 12 months of it:"
		sql -v zone="$zone" -v from="$last_year" -f "$here/report.sql"
	else
		sql -v zone="$zone" -f "$here/report.sql"
	fi
fi

cat <<END
The server stays, to be asked more:

  connect   $(printf '%q' "$client") -h $(printf '%q' "$PGHOST") -p $PGPORT -U postgres $database
  stop      make demo-stop

First queries:

  SELECT service, lead_time(committed_at, deployed_at),
      dora_level('lead_time', lead_time(committed_at, deployed_at))
  FROM change GROUP BY service;

  SELECT date_trunc('month', deployed_at)::date AS month, count(*), change_failure_rate(failed)
  FROM deployment GROUP BY month ORDER BY month;
END
[ -n "$clone" ] || cat <<END

  SELECT service, (error_budget(good, total, objective)).* FROM sli JOIN slo USING (service) GROUP BY service;

  SELECT * FROM wip_status();

  SELECT person, skill, level_name(sfia_level(level)) FROM skill_assessment GROUP BY person, skill;

  SELECT segment, kind, running FROM ticket JOIN target USING (priority),
      sla_explain(opened_at, resolved_at, target, delivery.calendar(calendar), waiting)
  WHERE ticket = 7 ORDER BY segment;
END
