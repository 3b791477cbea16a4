#!/bin/bash
# Run DeliveryTest.java against the server on 127.0.0.1 that PGPORT, PGUSER,
# PGPASSWORD and PGDATABASE name ("cluster.sh env" prints them), where the
# extension is already created. Output is TAP: "prove test/jdbc/run.sh".
set -euo pipefail

jar=${JDBC_JAR:-/usr/share/java/postgresql.jar}

: "${PGPORT:?}" "${PGUSER:?}" "${PGPASSWORD:?}" "${PGDATABASE:?}"

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

command -v java >/dev/null || skip "no java"
[ -e "$jar" ] || skip "no $jar (Debian: libpostgresql-jdbc-java)"

# small heap and no second compiler: the time goes into starting, not running
exec java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
	-cp "$jar" "$(dirname "${BASH_SOURCE[0]}")/DeliveryTest.java"
