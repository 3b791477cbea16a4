#!/bin/bash
# The stress tests in full, on a cluster of their own: what "make stress" runs, some
# minutes. In short they are part of "make test". STRESS_TRANSACTIONS, STRESS_STATEMENTS
# and STRESS_ATTACHES are what each of the tests says they are.
#
#   stress.sh [TEST ...]
#
# Without a name all of test/stress.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
export STRESS_TRANSACTIONS=${STRESS_TRANSACTIONS:-100000}
export STRESS_STATEMENTS=${STRESS_STATEMENTS:-200000}
export STRESS_ATTACHES=${STRESS_ATTACHES:-10000}
[ $# -gt 0 ] || set -- test/stress/*.sh
trap 'test/bin/cluster.sh stop stress' EXIT
make --no-print-directory -s with_llvm=no
test/bin/cluster.sh start stress
settings=$(test/bin/cluster.sh env stress)
eval "$settings"
psql -X -q -c 'CREATE DATABASE delivery_stress'
export PGDATABASE=delivery_stress
psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION delivery'
prove -v --timer "$@"
