#!/usr/bin/perl
# bench.pl: the performance bars, each a ratio against a baseline of the same
# run.
#
# Every pair of queries runs alternately in one session; the medians of the runs
# are compared. Machines differ and are shared, ratios hardly: only those count.
# Environment: BENCH_ROWS (5000000), BENCH_RUNS (7). The connection comes from
# the PG* variables; the table from deployment.sql.
# A missed bar is said, and with BENCH_STRICT=1 the exit status is 1 then.
use strict;
use warnings;
use IPC::Open2;

my $rows = $ENV{BENCH_ROWS} || 5_000_000;
my $runs = $ENV{BENCH_RUNS} || 7;
my $cores = qx(nproc) + 0;

my $lead_time = 'SELECT delivery.lead_time(committed_at, deployed_at) FROM deployment';
my $grouped = 'SELECT count(value) FROM (SELECT %s AS value FROM deployment GROUP BY %s) AS grouped';

# name, our query, baseline, "at most" or "at least", bar, settings of ours
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

my $missed = 0;

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
foreach my $case (@bars)
{
	my ($name, $first, $second, $bound, $bar) = @$case;
	my (@first, @second);
	foreach my $run (1 .. $runs)
	{
		push @first, milliseconds($first);
		push @second, milliseconds($second);
	}
	my ($a, $b) = (median(@first), median(@second));
	report($name, $a / $b, $bound, $bar, sprintf('%.0f ms / %.0f ms', $a, $b));
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
