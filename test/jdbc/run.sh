#!/bin/bash
# Compile the Java files of this folder into build/jdbc and run DeliveryTest
# against the server on 127.0.0.1 that PGPORT, PGUSER, PGPASSWORD and PGDATABASE
# name ("cluster.sh env" prints them), where the extension is already created.
# Output is TAP: "prove test/jdbc/run.sh".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
classes=$here/../../build/jdbc
jar=${JDBC_JAR:-/usr/share/java/postgresql.jar}

: "${PGPORT:?}" "${PGUSER:?}" "${PGPASSWORD:?}" "${PGDATABASE:?}"

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

command -v java >/dev/null || skip "no java"
command -v javac >/dev/null || skip "no javac (Debian: default-jdk-headless)"
[ -e "$jar" ] || skip "no $jar (Debian: libpostgresql-jdbc-java)"

# small heap and no second compiler: the time goes into starting, not running
jvm=(-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)

# no class of a source that is gone; a cluster named "jdbc" may live there too
mkdir -p "$classes"
rm -f "$classes"/*.class
javac "${jvm[@]/#/-J}" --release 11 -cp "$jar" -d "$classes" "$here"/*.java

exec java "${jvm[@]}" -cp "$classes:$jar" DeliveryTest
