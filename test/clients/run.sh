#!/bin/bash
# The code of doc/clients.md, for all clients or for those that are named, on a
# cluster of its own.
#
#   run.sh [CLIENT ...]     CLIENT is a folder beside this file
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
if [ $# -gt 0 ]; then
	scripts=("${@/%//run.pl}")
	scripts=("${scripts[@]/#/test/clients/}")
else
	scripts=(test/clients/*/run.pl)
fi
# shellcheck source=test/bin/server.sh
. test/bin/server.sh
choose_server
make --no-print-directory -s with_llvm=no
trap 'test/bin/cluster.sh stop clients_test' EXIT
test/bin/cluster.sh start clients_test "listen_addresses = '127.0.0.1'"
settings=$(test/bin/cluster.sh env clients_test)
eval "$settings"
prove "${scripts[@]}"
