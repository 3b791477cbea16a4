# tap.sh: TAP for the shell tests, to be sourced after "work" names a folder
# of the test's own. What a failed test has to say stands in $work/log.

tap_number=0
tap_failed=0

plan() {
	echo "1..$1"
}

# result STATUS NAME
result() {
	tap_number=$((tap_number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_number - $2"
	else
		echo "not ok $tap_number - $2"
		sed 's/^/# /' "$work/log"
		tap_failed=$((tap_failed + 1))
	fi
}

# skip NAME REASON
skip() {
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1 # SKIP $2"
}

# is GOT EXPECTED NAME
is() {
	local status=0
	printf '     got: %s\nexpected: %s\n' "$1" "$2" >"$work/log"
	[ "$1" = "$2" ] || status=1
	result "$status" "$3"
}

# The exit status of the test, as the last command.
finish() {
	[ "$tap_failed" -eq 0 ]
}
