#!/bin/bash
# The benchmark on a cluster of its own. BENCH_ROWS and BENCH_RUNS make it
# shorter; see bench.pl.
set -euo pipefail
cd "$(dirname "$0")/../.."
trap 'test/bin/cluster.sh stop bench' EXIT
test/bin/cluster.sh start bench "shared_buffers = '2GB'" "max_wal_size = '4GB'" "autovacuum = off"
settings=$(test/bin/cluster.sh env bench)
eval "$settings"
echo "# loading ${BENCH_ROWS:-5000000} rows"
psql -X -q -v ON_ERROR_STOP=1 -v rows="${BENCH_ROWS:-5000000}" -f test/bench/deployment.sql -f test/bench/ticket.sql -f test/bench/sli.sql -f test/bench/skill.sql >/dev/null
rates=$(mktemp)
trap 'rm -f "$rates"; test/bin/cluster.sh stop bench' EXIT
{
	test/bench/audit.sh
	test/bench/wip.sh
} | tee "$rates"
BENCH_MISSED=$(grep -c MISSED "$rates" || true) perl test/bench/bench.pl
