# compare.awk: two relations (group, metric, value), as TAP: one from the file
# named in the variable "independent", the other from the extension. The latter
# may also have lines of the group "check", with a number that must be 0, and of
# the group "note", which are printed.
#
# Values of one group and metric are one test; what follows a space in the name
# of the metric tells the values apart. Durations (_us) may differ by a
# microsecond, fractions by 1e-12 of the value or twice their last digit, the
# fifteenth, all else not at all.

function differ(name, a, b, gap) {
	gap = a - b < 0 ? b - a : a - b
	if (a == b)
		return 0
	if (a !~ /^-?[0-9]+(\.[0-9]+)?$/ || b !~ /^-?[0-9]+(\.[0-9]+)?$/)
		return 1
	if (name ~ /_us$/)
		return gap > 1
	if (a ~ /\./ && b ~ /\./)
		return gap > 1e-12 * (b + 0 < 0 ? -b : b) && gap > 2.1e-15
	return 1
}
function complain(test, text) {
	if (faults[test]++ < 5)
		faulty[test] = faulty[test] "#   " text "\n"
}
# one TAP test per group and metric
function test_of(group, metric) {
	sub(/ .*/, "", metric)
	metric = group " " metric
	if (!(metric in size)) {
		size[metric] = 0
		order[++tests] = metric
	}
	return metric
}

FILENAME == independent {
	test = test_of($1, $2)
	if (($1, $2) in wanted)
		complain(test, $2 ": twice in the independent computation")
	size[test]++
	wanted[$1, $2] = $3
	if (!($1 in known)) {
		known[$1]
		count++
	}
	next
}
$1 == "note" {
	notes[++noted] = $2 ": " $3
	next
}
$1 == "check" {
	order[++tests] = "database: " $2
	checked++
	if ($3 != "0")
		complain("database: " $2, $3 " rows, expected 0")
	next
}
{
	test = test_of($1, $2)
	name = $2
	sub(/ .*/, "", name)
	if (($1, $2) in got)
		complain(test, $2 ": twice from the extension")
	got[$1, $2] = $3
	if (!(($1, $2) in wanted))
		complain(test, $2 ": only from the extension, " $3)
	else if (differ(name, $3, wanted[$1, $2]))
		complain(test, $2 ": " $3 ", expected " wanted[$1, $2])
}

END {
	for (key in wanted) {
		if (!(key in got)) {
			split(key, part, SUBSEP)
			complain(test_of(part[1], part[2]), part[2] ": missing, expected " wanted[key])
		}
	}
	# an empty comparison must not pass
	order[++tests] = "every part of the comparison has rows"
	if (count < groups || checked < 1)
		complain(order[tests], count + 0 " groups, " checked + 0 " checks in the database")

	print "1.." tests
	for (i = 1; i <= tests; i++) {
		test = order[i]
		failed += faults[test] > 0
		values = size[test] > 1 ? " (" size[test] " values)" : ""
		printf "%s %d - %s%s\n", faults[test] ? "not ok" : "ok", i, test, values
		if (faults[test])
			printf "#   %d differ\n%s", faults[test], faulty[test]
	}
	for (i = 1; i <= noted; i++)
		print "# " notes[i]
	if (failed)
		print "# " failed " of " tests " tests failed"
	exit (failed > 0)
}
