#!/usr/bin/perl
# security.pl: the tests that doc/security.md names for each attack are there, and are
# run; and nothing of ours, upgrades least of all, reads or writes the views that belong
# to a role which may have put rules and triggers there. Prints TAP.
use strict;
use warnings;

my $number = 0;
my $failed = 0;

sub ok
{
	my ($passed, $what) = @_;
	$number++;
	$failed++ unless $passed;
	print(($passed ? 'ok' : 'not ok') . " $number - $what\n");
}

sub content
{
	my ($path) = @_;
	local $/;
	open(my $file, '<', $path) or return '';
	return <$file>;
}

# Whether a comment of the test begins so, and make runs it.
sub is_tested
{
	my ($path, $comment) = @_;
	my ($stem) = $path =~ m{([^/]+)\.\w+$};
	my ($list) = content('Makefile') =~ ($path =~ /\.spec$/ ? qr/^ISOLATION = (.*)$/m : qr/^REGRESS = (.*)$/m);
	return content($path) =~ /^(?:--|#) (?:.* )?\Q$comment\E/m && $list =~ /\b\Q$stem\E\b/;
}

my $written = qr/\bdelivery\.(?:calendar|custom_benchmark|custom_sfia_skill|custom_job_level)\b(?!\s*\()/;

# Statements that do more with a written view than to make it, and to say whose it is.
sub uses_of_views
{
	my ($sql) = @_;
	# a comment may have an apostrophe, and a string two dashes
	$sql =~ s/('(?:[^']|'')*')|--.*$/defined $1 ? "''" : ''/mge;
	return grep { /$written/ && !/^\s*(?:CREATE VIEW|ALTER VIEW \S+ OWNER TO|COMMENT ON|GRANT|REVOKE)\b/ } split /;/, $sql;
}

# Queries in C, but for those that a hint says.
sub queries_of_views
{
	my ($code) = @_;
	return grep { /(?:FROM|JOIN|INTO|UPDATE) $written/ && !/err(?:hint|detail)/ } split /\n/, $code;
}

my $document = content('doc/security.md');
my ($attacks) = $document =~ /^## Which attacks were tried\?\n(.*?)^## /ms;
my @rows = grep { /^\| / && !/^\| (?:---|attack \|)/ } split /\n/, $attacks // '';
foreach my $row (@rows)
{
	my ($attack, $path, $comment) = $row =~ /^\| (.*) \| `([^`]+)`: "([^"]+)" \|$/;
	ok(defined $comment && is_tested($path, $comment), $attack // $row);
}
ok(!is_tested('sql/security.sql', 'a comment that is not there') && !is_tested('sql/none.sql', 'names of owners'), 'seen to fail');
my @pieces = grep { /\S/ } split /\n/, qx(find src -name '*.sql' | sort);
my @sources = grep { /\S/ } split /\n/, qx(find src -name '*.c' | sort);
ok(@pieces > 10 && !grep({ uses_of_views(content($_)) } @pieces), 'no script reads or writes the written views');
ok(@sources > 40 && !grep({ queries_of_views(content($_)) } @sources), 'nor does C code');
ok(uses_of_views("GRANT SELECT ON delivery.calendar TO PUBLIC; SELECT 1 FROM\n\tdelivery.calendar AS c;") == 1 &&
	queries_of_views('"SELECT * FROM delivery.custom_benchmark"') == 1, 'seen to fail');
print "1..$number\n";
exit($failed || @rows < 20 ? 1 : 0);
