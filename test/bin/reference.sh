#!/bin/bash
# Print doc/reference.md, made from the catalogue of the database that the PG*
# variables name, in which the extension is created.
set -euo pipefail
# without the blank lines that psql leaves at the end
psql -X -q -v ON_ERROR_STOP=1 -f "$(dirname "$0")/reference.sql" | perl -0pe 's/\n+\z/\n/'
