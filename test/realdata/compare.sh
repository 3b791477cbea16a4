# compare.sh: what the real-data checks share, to be sourced by them from the
# top of the repository.
#
# Such a check is NAME.sql, which has the extension compute, and NAME.py, which
# computes the same by itself; both print (group, metric, value). DELIVERY_SHARED
# is the folder that holds the data; a relative one starts at the top of the
# repository. The data is read where it lies, and nothing of it is kept.

here=test/realdata
shared=${DELIVERY_SHARED:-../shared}

# need FOLDER ...: skips the whole check where one of them is missing
need() {
	local folder
	for folder; do
		if [ ! -d "$folder" ]; then
			echo "1..0 # SKIP no $folder"
			exit 0
		fi
	done
}

# compare NAME GROUPS FOLDER [FOLDER2 [SAMPLE]]: prints TAP; GROUPS is how many
# there must be at least. NAME.sql finds the others in variables, NAME.py in its
# arguments; what the former printed stays in $scratch/extension.
compare() {
	local name=$1 groups=$2
	shift 2
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning" psql -XqAt -F $'\t' \
		-v folder="$1" -v folder2="${2:-}" -v sample="${3:-}" -f "$here/$name.sql" >"$scratch/extension" ||
		{ echo "Bail out! the extension's computation failed"; exit 1; }
	python3 "$here/$name.py" "$@" >"$scratch/independent" ||
		{ echo "Bail out! the independent computation failed"; exit 1; }
	awk -F '\t' -v groups="$groups" -v independent="$scratch/independent" -f "$here/compare.awk" \
		"$scratch/independent" "$scratch/extension"
}
