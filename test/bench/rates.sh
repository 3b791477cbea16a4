# rates.sh: what the benchmarks by pgbench and psql share; to be sourced after "work"
# names a folder of their own.

runs=${BENCH_RUNS:-15}
seconds=${BENCH_SECONDS:-2}

run_sql() {
	PGOPTIONS='-c client_min_messages=error' psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$1" >/dev/null
}

# rate SCRIPT: transactions per second of two clients; the commits do not wait for the
# disk. Each client counts its transactions in the variable n.
rate() {
	PGOPTIONS='-c synchronous_commit=off -c enable_seqscan=off' pgbench -n -D n=0 -f "$1" -c 2 -j 2 -T "$seconds" 2>/dev/null |
		sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# milliseconds SQL: how long a statement takes
milliseconds() {
	{
		printf '\\timing on\n'
		printf '%s\n' "$1"
	} | psql -X -q -v ON_ERROR_STOP=1 | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}

median() {
	sort -n "$1" | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}

# bar NAME RATIO "at least"|"at most" BAR DETAIL: a line like those of bench.pl
bar() {
	awk -v name="$1" -v ratio="$2" -v kind="$3" -v bar="$4" -v detail="$5" 'BEGIN {
		printf "%-44s %8.2f  %-14s  %-7s %s\n", name, ratio, kind " " bar,
			((kind == "at least" ? ratio >= bar : ratio <= bar) ? "met" : "MISSED"), detail }'
}

# ratios A B: the median of the ratios of runs that followed on each other, so that
# what else the machine does disturbs both alike
ratios() {
	paste "$1" "$2" | awk '{ print $1 / $2 }' >"$work/ratios"
	median "$work/ratios"
}
