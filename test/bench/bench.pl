#!/usr/bin/perl
# bench.pl: the performance bars, each a ratio against a baseline of the same
# run.
#
# Every pair of queries runs alternately in one session; the medians of the runs
# are compared. Machines differ and are shared, ratios hardly: only those count.
# Environment: BENCH_ROWS (5000000), BENCH_RUNS (7), BENCH_ONLY (part of a name). The connection comes from
# the PG* variables; the tables from deployment.sql, ticket.sql, sli.sql and skill.sql.
# A missed bar is said, and with BENCH_STRICT=1 the exit status is 1 then.
use strict;
use warnings;
use IPC::Open2;

my $rows = $ENV{BENCH_ROWS} || 5_000_000;
my $runs = $ENV{BENCH_RUNS} || 7;
my $cores = qx(nproc) + 0;

my $lead_time = 'SELECT delivery.lead_time(committed_at, deployed_at) FROM deployment';
my $grouped = 'SELECT count(value) FROM (SELECT %s AS value FROM deployment GROUP BY %s) AS grouped';

# working time: a calendar of ten years of holidays in a zone with daylight saving
my $elapsed = 'SELECT count(finished_at - opened_at) FROM %s';
# what analysts write: a row for every minute, of which the open ones are counted
my $minutes = <<'SQL' =~ s/\s+/ /gr;
SELECT count(worked) FROM (SELECT id, (SELECT count(*) FROM generate_series(opened_at, finished_at - interval '1 minute', interval '1 minute') AS minute
	WHERE extract(isodow FROM minute AT TIME ZONE 'Europe/Paris') <= 5
		AND (minute AT TIME ZONE 'Europe/Paris')::time >= '09:00' AND (minute AT TIME ZONE 'Europe/Paris')::time < '17:00'
		AND NOT EXISTS (SELECT FROM holiday WHERE day = (minute AT TIME ZONE 'Europe/Paris')::date)) AS worked
	FROM ticket WHERE id <= %d) AS s
SQL
my $sample = $rows < 200 ? $rows : 200;

# error budgets: a window of an hour, and one of 1,000 rows that is also recomputed
# for each row of a sample
my $burn_rate = "delivery.burn_rate(good, total, '99.9%')";
my $hour = q{SELECT count(value) FROM (SELECT %s OVER (ORDER BY bucket RANGE BETWEEN interval '1 hour' PRECEDING AND CURRENT ROW) AS value FROM sli_of_one) AS s};
my $recomputed = <<'SQL' =~ s/\s+/ /gr;
SELECT count(value) FROM (SELECT (SELECT delivery.burn_rate(good, total, '99.9%%') FROM sli_of_one AS other
	WHERE other.bucket BETWEEN sli_of_one.bucket - interval '999 minutes' AND sli_of_one.bucket) AS value
	FROM sli_of_one ORDER BY bucket DESC LIMIT %d) AS s
SQL
my $fifth = int($rows / 5);

# name, our query, baseline, "at most" or "at least", bar, rows of ours and of the
# baseline where they differ; CALENDAR stands for the calendar as a literal
my @bars = (
	['lead_time / count(deployed_at)', $lead_time,
		'SELECT count(deployed_at) FROM deployment', 'at most', 1.5],
	['percentile_cont(0.5) / lead_time',
		'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY deployed_at - committed_at) FROM deployment',
		$lead_time, 'at least', 10],
	['lead_time / count(*), 100 groups',
		sprintf($grouped, 'delivery.lead_time(committed_at, deployed_at)', 'service'),
		sprintf($grouped, 'count(*)', 'service'), 'at most', 1.6],
	['lead_time / avg(interval), groups of five',
		sprintf($grouped, 'delivery.lead_time(committed_at, deployed_at)', 'change'),
		sprintf($grouped, 'avg(deployed_at - committed_at)', 'change'), 'at most', 1.6],
	['change_failure_rate / avg(failed::int)',
		'SELECT delivery.change_failure_rate(failed) FROM deployment',
		'SELECT avg(failed::int) FROM deployment', 'at most', 1.1],
	['lead_time, no workers / 2 workers', $lead_time,
		"SET max_parallel_workers_per_gather = 2;\n$lead_time", 'at least', 1.6],
	['count(deployed_at), no workers / 2 workers', 'SELECT count(deployed_at) FROM deployment',
		"SET max_parallel_workers_per_gather = 2;\nSELECT count(deployed_at) FROM deployment", 'for comparison', 0],
	['lead_time, three fractions / one', 'SELECT delivery.lead_time(committed_at, deployed_at, ARRAY[0.5, 0.9, 0.95]) FROM deployment',
		$lead_time, 'for comparison', 0],
	['working_time / count(finished - opened)', 'SELECT count(delivery.working_time(CALENDAR, opened_at, finished_at)) FROM ticket',
		sprintf($elapsed, 'ticket'), 'at most', 1.4],
	['sla_breach / count(finished - opened)', q{SELECT count(delivery.sla_breach(opened_at, finished_at, '8:00', CALENDAR)) FROM ticket},
		sprintf($elapsed, 'ticket'), 'at most', 2],
	['sla_due / count(finished - opened)', q{SELECT count(delivery.sla_due(opened_at, '8:00', CALENDAR)) FROM ticket},
		sprintf($elapsed, 'ticket'), 'at most', 2],
	['sla_breach, three pauses / count(...)', q{SELECT count(delivery.sla_breach(opened_at, finished_at, '8:00', CALENDAR, paused)) FROM paused_ticket},
		sprintf($elapsed, 'paused_ticket'), 'at most', 5],
	['sla_due, three pauses / count(...)', q{SELECT count(delivery.sla_due(opened_at, '8:00', CALENDAR, paused)) FROM paused_ticket},
		sprintf($elapsed, 'paused_ticket'), 'at most', 5],
	['minutes by generate_series / working_time', sprintf($minutes, $sample),
		'SELECT count(delivery.working_time(CALENDAR, opened_at, finished_at)) FROM ticket', 'at least', 200, $sample, $rows],
	['working_time, 10 years / 10 hours', 'SELECT count(delivery.working_time(CALENDAR, opened_at, ten_years_later)) FROM span',
		'SELECT count(delivery.working_time(CALENDAR, opened_at, ten_hours_later)) FROM span', 'at most', 1.5],
	['working_time, 20 calendars joined / constant', 'SELECT count(delivery.working_time(calendar, opened_at, finished_at)) FROM ticket JOIN team USING (team)',
		'SELECT count(delivery.working_time(CALENDAR, opened_at, finished_at)) FROM ticket JOIN team USING (team)', 'at most', 1.5],
	[q{working_time, calendar('name') / constant}, q{SELECT count(delivery.working_time(delivery.calendar('office'), opened_at, finished_at)) FROM ticket},
		'SELECT count(delivery.working_time(CALENDAR, opened_at, finished_at)) FROM ticket', 'at most', 1.5],
	['sla_due, date promise / count(...)', q{SELECT count(delivery.sla_due(opened_at, '3 days', CALENDAR)) FROM ticket},
		sprintf($elapsed, 'ticket'), 'for comparison', 0],
	['error_budget / sum(good), sum(total)', q{SELECT delivery.error_budget(good, total, '99.9%') FROM sli},
		'SELECT sum(good), sum(total) FROM sli', 'at most', 1.3],
	['burn_rate moving over 1 hour / sum(good)', sprintf($hour, $burn_rate),
		sprintf($hour, 'sum(good)'), 'at most', 2],
	['burn_rate of 1,000 rows, recomputed / moving', sprintf($recomputed, $sample),
		"SELECT count(value) FROM (SELECT $burn_rate OVER (ORDER BY bucket ROWS BETWEEN 999 PRECEDING AND CURRENT ROW) AS value FROM sli_of_one) AS s",
		'at least', 50, $sample, $fifth],
	['burn_rate_alert, 115 services / sum(good)', q{SELECT count(alert) FROM (SELECT delivery.burn_rate_alert(bucket, good, total, '99.9%', '2026-01-31') AS alert FROM sli GROUP BY service) AS s},
		'SELECT count(good) FROM (SELECT sum(good) AS good FROM sli GROUP BY service) AS s', 'at most', 2],
	['error_budget_of / good + total', q{SELECT count(delivery.error_budget_of(good, total, '99.9%')) FROM sli},
		'SELECT count(good + total) FROM sli', 'for comparison', 0],
	['sfia_level of levels / min(integer)', 'SELECT delivery.sfia_level(held) FROM skill',
		'SELECT min(number) FROM skill', 'at most', 1.2],
	['sfia_level of integers / min(integer)', 'SELECT delivery.sfia_level(number) FROM skill',
		'SELECT min(number) FROM skill', 'at most', 1.2],
	['skill_coverage / avg of the comparison', 'SELECT delivery.skill_coverage(required, held) FROM skill',
		'SELECT avg((held OPERATOR(delivery.>=) required)::integer) FROM skill', 'at most', 1.5],
	['maturity_score / sum(w * r) / sum(w)', 'SELECT delivery.maturity_score(rating, weight) FROM skill',
		'SELECT sum(weight * rating) / sum(weight) FROM skill', 'at most', 1.5],
	['maturity_level / min(rating)', 'SELECT delivery.maturity_level(rating, weight > 5) FROM skill',
		'SELECT min(rating) FILTER (WHERE weight > 5) FROM skill', 'for comparison', 0],
);

open2(my $from, my $to, 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1')
	or die "cannot start psql: $!";
select((select($to), $| = 1)[0]);

# Runs SQL in the session; returns the lines it printed, without the mark.
sub run_sql
{
	my ($sql) = @_;
	print $to "$sql;\n\\echo END OF ANSWER\n";
	my @lines;
	while (defined(my $line = <$from>))
	{
		chomp $line;
		return @lines if $line eq 'END OF ANSWER';
		push @lines, $line;
	}
	die "psql ended while running: $sql\n";
}

# Milliseconds of one query; what stands before its last line is not timed.
sub milliseconds
{
	my ($sql) = @_;
	my @parts = split /\n/, $sql;
	my $query = pop @parts;
	run_sql("RESET ALL;\nSET max_parallel_workers_per_gather = 0;\nSET jit = off");
	run_sql($_) foreach @parts;
	print $to "\\timing on\n";
	my ($time) = map { /^Time: ([0-9.]+) ms/ ? $1 : () } run_sql($query);
	print $to "\\timing off\n";
	return $time;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[$#sorted / 2] + $sorted[(@sorted) / 2]) / 2;
}

sub high_water_mark
{
	my ($pid) = @_;
	open(my $status, '<', "/proc/$pid/status") or return undef;
	my ($kilobytes) = map { /^VmHWM:\s+(\d+)/ ? $1 : () } <$status>;
	return $kilobytes * 1024;
}

# with those of the benchmarks before this one
my $missed = $ENV{BENCH_MISSED} // 0;

sub report
{
	my ($name, $measured, $bound, $bar, $figures) = @_;
	my $met = $bound eq 'at most' ? $measured <= $bar : $bound eq 'at least' ? $measured >= $bar : 1;
	$missed++ unless $met;
	printf "%-44s %8.2f  %-14s  %-7s %s\n", $name, $measured,
		$bar ? "$bound $bar" : $bound, $bar ? ($met ? 'met' : 'MISSED') : '', $figures;
}

print "# $rows rows, $runs runs, medians; $cores cores\n";
print "# settings: defaults of the cluster, jit off, max_parallel_workers_per_gather = 0\n";
print "# settings: " . join(', ', run_sql(
	"SELECT string_agg(name || ' = ' || current_setting(name), ', ') FROM pg_settings WHERE name IN ('shared_buffers', 'work_mem')")) . "\n";
printf "%-44s %8s  %-14s  %-7s %s\n", 'ratio', 'measured', 'bar', '', 'medians';

# everything is read once, so that no pair pays for a cold cache
run_sql($lead_time);
run_sql(sprintf($elapsed, $_)) foreach ('ticket', 'paused_ticket');
run_sql("SELECT count(good) FROM $_") foreach ('sli', 'sli_of_one');
run_sql('SELECT count(weight) FROM skill');
run_sql('SELECT count(ten_years_later) FROM span');
my $literal = (run_sql("SELECT quote_literal(calendar::text) FROM delivery.calendar WHERE name = 'office'"))[0];
my $only = $ENV{BENCH_ONLY} // '';
foreach my $case (@bars)
{
	my ($name, $first, $second, $bound, $bar, $first_rows, $second_rows) = @$case;
	next unless index($name, $only) >= 0;
	s/CALENDAR/$literal/g foreach ($first, $second);
	my (@first, @second);
	foreach my $run (1 .. $runs)
	{
		push @first, milliseconds($first);
		push @second, milliseconds($second);
	}
	my ($a, $b) = (median(@first), median(@second));
	# per row, where one of both looks at a sample
	my $per_row = defined $first_rows ? $second_rows / $first_rows : 1;
	report($name, $a * $per_row / $b, $bound, $bar, sprintf('%.0f ms / %.0f ms', $a, $b));
}

# state per group: what the hash table takes beyond that of count(*)
sub hash_kilobytes
{
	my ($aggregate) = @_;
	my $plan = join ' ', run_sql("EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) SELECT $aggregate FROM deployment GROUP BY change");
	return $plan =~ /"Peak Memory Usage": (\d+)/ ? $1 : die "no hash aggregate in: $plan\n";
}
run_sql("RESET ALL;\nSET max_parallel_workers_per_gather = 0;\nSET jit = off;\nSET work_mem = '2GB'");
my $groups = (run_sql('SELECT count(DISTINCT change) FROM deployment'))[0];
my $per_group = (hash_kilobytes('delivery.lead_time(committed_at, deployed_at)') - hash_kilobytes('count(*)')) * 1024 / $groups;
report('bytes of state per group of five', $per_group, 'at most', 200, "$groups groups");

# memory per row: growth of the backend's high-water mark by the percentile,
# after the same scan without it. A new session, as the mark never goes down.
close $to;
close $from;
open2($from, $to, 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1');
select((select($to), $| = 1)[0]);
run_sql("SET max_parallel_workers_per_gather = 0;\nSET jit = off");
my $pid = (run_sql('SELECT pg_backend_pid()'))[0];
run_sql('SELECT count(deployed_at) FROM deployment');
run_sql($lead_time . ' WHERE id <= 1000');
my $before = high_water_mark($pid);
run_sql($lead_time);
my $after = high_water_mark($pid);
if (defined $before && defined $after)
{
	report('bytes of memory per row', ($after - $before) / $rows, 'at most', 16, "$rows rows");
}
else
{
	print "bytes of memory per row: skipped, no /proc\n";
}
print $missed ? "$missed bars missed\n" : "all bars met\n";
exit($missed && $ENV{BENCH_STRICT} ? 1 : 0);
