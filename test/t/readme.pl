#!/usr/bin/perl
# readme.pl: README.md and doc/*.md can be read by a stranger.
#
# No line is too long, no sentence of the README either, a first result and a
# refusal come early, links lead somewhere, files and targets are there, all that
# can be called is named on a page with an explanation, and META.json and the
# control file say the same. Each check is seen to complain about a bad text first.
# Prints TAP.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use File::Basename 'dirname';

my $longest_line = 140;
my $longest_sentence = 30;
my $average_sentence = 15;
# lines of the README until the first result, and the first refusal
my %within = ('(1 row)' => 40, 'HINT:  ' => 80);

my $number = 0;
my $failed = 0;

# is_silent WHAT, COMPLAINTS...
sub is_silent
{
	my ($what, @complaints) = @_;
	$number++;
	$failed++ if @complaints;
	print((@complaints ? 'not ok' : 'ok') . " $number - $what\n");
	print "# $_\n" foreach @complaints;
}

# complains WHAT, EXPECTED, COMPLAINTS...: as many complaints as the bad text has faults
sub complains
{
	my ($what, $expected, @complaints) = @_;
	is_silent("$what: seen to fail",
		@complaints == $expected ? () : (scalar(@complaints) . " complaints instead of $expected", @complaints));
}

sub content
{
	my ($path) = @_;
	local $/;
	open(my $file, '<', $path) or die "cannot read $path: $!";
	return <$file>;
}

sub long_lines
{
	my ($text) = @_;
	my $line = 0;
	return map { $line++; length > $longest_line ? "line $line has " . length() . ' characters' : () } split /\n/, $text;
}

# What is read aloud: neither code, nor tables, nor headings; a piece of code in a
# line and a link are their words. A blank line and a new item end a sentence.
sub sentences
{
	my ($text) = @_;
	$text =~ s/^```.*?^```$//msg;
	$text =~ s/^(?:#|\|).*$//mg;
	$text =~ s/`[^`]*`/code/g;
	$text =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
	$text =~ s/\*//g;
	$text =~ s/^\s*- /\n/mg;
	return map { s/\s+/ /g; s/^ | $//g; $_ eq '' ? () : $_ } map { split /(?<=[.!?])\)?\s+/ } split /\n\s*\n/, $text;
}

sub words
{
	my ($sentence) = @_;
	return scalar(() = $sentence =~ /\S*\w\S*/g);
}

sub long_sentences
{
	my @sentences = sentences(@_);
	my @complaints = map { words($_) > $longest_sentence ? words($_) . " words: $_" : () } @sentences;
	my $words = 0;
	$words += words($_) foreach @sentences;
	push @complaints, sprintf('%.1f words in an average sentence', $words / @sentences)
		if @sentences && $words / @sentences > $average_sentence;
	return @complaints;
}

sub late_results
{
	my ($text) = @_;
	my @complaints;
	foreach my $sign (sort keys %within)
	{
		my $start = join "\n", grep { defined } (split /\n/, $text)[0 .. $within{$sign} - 1];
		push @complaints, "no \"$sign\" within $within{$sign} lines" if index($start, $sign) < 0;
	}
	return @complaints;
}

# The names by which a heading is linked to.
sub anchors
{
	my ($text) = @_;
	$text =~ s/^```.*?^```$//msg;
	my %anchors;
	foreach my $heading ($text =~ /^#+ +(.*)$/mg)
	{
		my $anchor = lc $heading;
		$anchor =~ s/[^\w\- ]//g;
		$anchor =~ tr/ /-/;
		$anchors{$anchor} = 1;
	}
	return \%anchors;
}

sub broken_links
{
	my ($path, $text) = @_;
	my @complaints;
	$text =~ s/^```.*?^```$//msg;
	$text =~ s/`[^`\n]*`//g;
	while ($text =~ /\[[^\]]*\]\(([^)\s]*)\)/g)
	{
		my $link = $1;
		next if $link =~ /^\w+:/;
		my ($file, $anchor) = $link =~ /^([^#]*)#?(.*)$/;
		my $target = $file eq '' ? $path : dirname($path) . "/$file";
		if (!-e $target)
		{
			push @complaints, "$link: no such file";
		}
		elsif ($anchor ne '' && !anchors($file eq '' ? $_[1] : content($target))->{$anchor})
		{
			push @complaints, "$link: no such heading";
		}
	}
	return @complaints;
}

# Paths and make targets that are named and not there.
sub missing_things
{
	my ($text, $makefile) = @_;
	my @complaints;
	$text =~ s/^```.*?^```$//msg;
	while ($text =~ /`([^`\n]*)`/g)
	{
		my $code = $1;
		push @complaints, "$code: no such file" if $code =~ m{^(?:src|sql|expected|test|doc|\.ci)/\S*$} && !grep { -e } glob $code;
		push @complaints, "$code: no such target" if $code =~ /^make ([\w-]+)/ && $makefile !~ /^\Q$1\E *:/m;
	}
	return @complaints;
}

# Names that can be called, from a reference page: what its headings start with.
sub reference_names
{
	my ($text) = @_;
	my %names = map { $_ => 1 } $text =~ /^### `(?:CALL )?(\w+)/mg;
	return sort keys %names;
}

# Names of the reference that stand in no code on the pages.
sub unnamed
{
	my ($reference, @pages) = @_;
	my %named;
	foreach my $page (@pages)
	{
		my $text = $page;
		$named{$_} = 1 foreach map { /\w+/g } $text =~ /^```\w*\n(.*?)^```$/msg;
		$text =~ s/^```.*?^```$//msg;
		$named{$_} = 1 foreach map { /\w+/g } $text =~ /`([^`]*)`/g;
	}
	return map { $named{$_} ? () : "$_ is on no page" } reference_names($reference);
}

# META.json and the control file describe the extension in the same words.
sub different_abstracts
{
	my ($meta, $control) = @_;
	my ($comment) = $control =~ /^comment\s*=\s*'(.*)'$/m;
	return map { $_ eq $comment ? () : "\"$_\" is not \"$comment\"" } $meta =~ /"abstract":\s*"(.*)"/g;
}

complains('lines', 1, long_lines(join "\n", 'ä' x $longest_line, 'a' x ($longest_line + 1)));
complains('sentences', 2, long_sentences('word ' x $longest_sentence . "`select 1` end.\n\n- an item\n"));
complains('results', 2, late_results("# title\n" . "\n" x 90 . "(1 row)\nHINT:  no\n"));
complains('links', 3, broken_links('README.md',
		"# A (title)\n[a](#a-title) [b](#b) [c](doc/none.md) [d](doc/wip.md#none) [e](https://none.example/)\n"));
complains('paths', 2, missing_things("`src/base` `src/none*.c` `make test GIT=x` `make none`\n", "test:\n"));
complains('names', 1, unnamed("### `named(a integer)`\n### `CALL in_block()`\n### `in_prose()`\n",
		"`delivery.named` in_prose\n```sql\nCALL in_block();\n```\n"));
complains('abstracts', 1, different_abstracts("\"abstract\": \"a\",\n\"abstract\": \"b\",\n", "comment = 'a'\n"));

my @pages = grep { $_ ne 'doc/reference.md' } ('README.md', sort glob 'doc/*.md');
foreach my $page (@pages)
{
	is_silent("$page has no line of more than $longest_line characters", long_lines(content($page)));
}
foreach my $page (@pages, 'doc/reference.md', 'CHANGELOG.md', 'SECURITY.md')
{
	is_silent("links of $page lead somewhere", broken_links($page, content($page)));
}
is_silent('sentences of README.md are short', long_sentences(content('README.md')));
is_silent('README.md shows a result and a refusal early', late_results(content('README.md')));
is_silent('what README.md names is there', missing_things(content('README.md'), content('Makefile')));
is_silent('all of the reference is on a page', unnamed(content('doc/reference.md'), map { content($_) } @pages));
is_silent('META.json and the control file say the same', different_abstracts(content('META.json'), content('delivery.control')));
print "1..$number\n";
exit($failed ? 1 : 0);
