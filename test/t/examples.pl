#!/usr/bin/perl
# examples.pl: the examples of README.md and doc/*.md do what they say.
#
# Every block marked "sql" is run as a reader pastes it: one after the other, in
# one session on a database of the document's own. Where a block marked "text"
# follows it, that is its output; errors are expected where it shows one, and end
# nothing there. All is done in two time zones, as a reader may be in any. Prints
# TAP. Documents can be named as arguments.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../bin";
use Examples qw(examples same_text);
use File::Temp 'tempdir';

my @documents = @ARGV ? @ARGV : ('README.md', sort glob 'doc/*.md');
my $work = tempdir(CLEANUP => 1);
my $number = 0;
my $failed = 0;

sub ok
{
	my ($passed, $what) = @_;
	$number++;
	$failed++ unless $passed;
	print(($passed ? 'ok' : 'not ok') . " $number - $what\n");
}

foreach my $document (@documents)
{
	my @blocks = grep { $_->{language} eq 'sql' } examples($document);
	next unless @blocks;

	foreach my $zone ('UTC', 'America/New_York')
	{
		my $database = 'delivery_examples';
		local $ENV{PGTZ} = $zone;
		local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
		system('psql', '-X', '-q', '-c', "DROP DATABASE IF EXISTS $database", '-c', "CREATE DATABASE $database") == 0
			or die "cannot create database";
		open(my $sql, '>', "$work/example.sql") or die $!;
		foreach my $block (@blocks)
		{
			my $stop = ($block->{output} // '') =~ /^ERROR: /m ? 0 : 1;
			print $sql "\\echo BLOCK\n\\set ON_ERROR_STOP $stop\n$block->{body}\n";
		}
		close $sql;
		# as standard input: errors are then shown without the name of a file
		my (undef, @outputs) = split /^BLOCK\n/m, scalar qx(psql -X -q -d $database <$work/example.sql 2>&1), -1;
		my $complete = $? == 0;
		foreach my $block (@blocks)
		{
			my $output = shift @outputs;
			my $same = defined $output && (@outputs || $complete) &&
				(!defined $block->{output} || same_text($output, $block->{output}));
			ok($same, "$document line $block->{line} in $zone");
			print map { "# $_\n" } split /\n/, $output // 'not reached' unless $same;
		}
		system('psql', '-X', '-q', '-c', "DROP DATABASE $database");
	}
}
print "1..$number\n";
exit($failed || !$number ? 1 : 0);
