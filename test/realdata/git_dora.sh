#!/bin/bash
# Real data: the extension's figures of three public repositories against an
# independent computation. Prints TAP; exits non-zero where they differ.
#
#   git_dora.sh
#
# Needs the connection of the usual PG* variables, to a database in which the
# extension is created, and leaves nothing there. DELIVERY_SHARED is the folder
# that holds data/git_dora; a relative one starts at the top of the repository.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=test/realdata
shared=${DELIVERY_SHARED:-../shared}
folder=$shared/data/git_dora

if [ ! -d "$folder" ]; then
	echo "1..0 # SKIP no $folder"
	exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning" psql -XqAt -F $'\t' \
	-v folder="$folder" -f "$here/git_dora.sql" >"$scratch/extension" ||
	{ echo "Bail out! the extension's computation failed"; exit 1; }
python3 "$here/git_dora.py" "$folder" >"$scratch/independent" ||
	{ echo "Bail out! the independent computation failed"; exit 1; }

# Values of one metric and repository are one test. Durations (_us) may differ
# by a microsecond, fractions by 1e-9 of the value, all else not at all.
awk -F '\t' '
	function differ(name, a, b, gap) {
		gap = a - b < 0 ? b - a : a - b
		if (a == b)
			return 0
		if (a !~ /^-?[0-9]+(\.[0-9]+)?$/ || b !~ /^-?[0-9]+(\.[0-9]+)?$/)
			return 1
		if (name ~ /_us$/)
			return gap > 1
		if (a ~ /\./ && b ~ /\./)
			return gap > 1e-9 * (b + 0 < 0 ? -b : b)
		return 1
	}
	function complain(test, text) {
		if (faults[test]++ < 5)
			faulty[test] = faulty[test] "#   " text "\n"
	}
	function span(value,  hours) {
		hours = value / 3600000000
		if (value == "NULL")
			return "unknown"
		if (hours < 1)
			return sprintf("%.1f min", hours * 60)
		return hours < 72 ? sprintf("%.1f h", hours) : sprintf("%.1f days", hours / 24)
	}
	function percent(value) {
		return value == "NULL" ? "unknown" : sprintf("%.1f %%", value * 100)
	}
	# one TAP test per repository and metric, without what follows a space
	function test_of(repo, metric) {
		sub(/ .*/, "", metric)
		metric = repo " " metric
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
			repos[++count] = $1
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
		if (count < 3 || checked < 1)
			complain(order[tests], count + 0 " repositories, " checked + 0 " checks in the database")

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
		for (i = 1; i <= count; i++) {
			repo = repos[i]
			printf "# %s: %.2f deployments a week (%.2f with all tags), on %.1f days of a median week\n", repo,
				got[repo, "deployments_per_week"], got[repo, "all_tags_per_week"],
				got[repo, "deployment_days_per_week"]
			printf "#   lead time p50 %s, p90 %s; cycle time p50 %s; merge to release p50 %s\n",
				span(got[repo, "lead_time_p50_us"]), span(got[repo, "lead_time_p90_us"]),
				span(got[repo, "cycle_time_p50_us"]), span(got[repo, "merge_to_release_p50_us"])
			printf "#   change failure rate %s (%s of %s), hotfixes %s, time to restore p50 %s, mean %s\n",
				percent(got[repo, "change_failure_rate"]), got[repo, "failures"],
				got[repo, "outcomes_known"], percent(got[repo, "rework_rate"]),
				span(got[repo, "time_to_restore_p50_us"]), span(got[repo, "mttr_us"])
			line = ""
			split("deployment_frequency lead_time change_failure_rate time_to_restore", metrics, " ")
			for (m = 1; m <= 4; m++)
				line = line (m > 1 ? ", " : "") metrics[m] " " got[repo, "dora_level_" metrics[m] " standard"]
			print "#   standard levels: " line
		}
		if (failed)
			print "# " failed " of " tests " tests failed"
		exit (failed > 0)
	}
' independent="$scratch/independent" "$scratch/independent" "$scratch/extension"
