#!/bin/bash
# Real data: the extension's figures of three public repositories against an
# independent computation. Prints TAP; exits non-zero where they differ.
#
#   git_dora.sh
#
# Needs the connection of the usual PG* variables, to a database in which the
# extension is created, and leaves nothing there. The data is the folder
# data/git_dora; see compare.sh.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/realdata/compare.sh
need "$shared/data/git_dora"

status=0
compare git_dora 3 "$shared/data/git_dora" || status=$?

awk -F '\t' '
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

	{
		got[$1, $2] = $3
	}
	$2 == "deployments" {
		repos[++count] = $1
	}
	END {
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
	}
' "$scratch/extension"
exit $status
