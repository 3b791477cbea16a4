#!/usr/bin/perl
# security.pl: the tests that doc/security.md names for each attack are there, and are
# run. Prints TAP.
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

my $document = content('doc/security.md');
my ($attacks) = $document =~ /^## Which attacks were tried\?\n(.*?)^## /ms;
my @rows = grep { /^\| / && !/^\| (?:---|attack \|)/ } split /\n/, $attacks // '';
foreach my $row (@rows)
{
	my ($attack, $path, $comment) = $row =~ /^\| (.*) \| `([^`]+)`: "([^"]+)" \|$/;
	ok(defined $comment && is_tested($path, $comment), $attack // $row);
}
ok(!is_tested('sql/security.sql', 'a comment that is not there') && !is_tested('sql/none.sql', 'names of owners'), 'seen to fail');
print "1..$number\n";
exit($failed || @rows < 20 ? 1 : 0);
