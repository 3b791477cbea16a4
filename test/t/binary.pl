#!/usr/bin/perl
# binary.pl: the binary forms of our types: bytes that are kept as fixtures are
# read for ever, and what is none of them is refused, be it the bytes of another
# type, those of a time without formats, cut off, or random. Prints TAP.
#
# Bytes reach a receive function by COPY, from files that are written here.
use strict;
use warnings;
use File::Temp 'tempdir';

my @types = ('objective', 'work_calendar', 'sfia_level');

# type, text, bytes of format 1, which is written in four bytes, but in one of a level
my $format = "\x01\x00\x00\x00";
my $level_format = "\x01";
my @fixtures = (
	['objective', '99.9%', $format . "\x00\x00\x00\x00\x3b\x8b\x87\xc0"],
	['objective', '0.0000001%', $format . "\x00\x00\x00\x00\x00\x00\x00\x01"],
	['objective', '99.9999999%', $format . "\x00\x00\x00\x00\x3b\x9a\xc9\xff"],
	['work_calendar', '24/7', $format . '24/7'],
	['work_calendar', 'TZ=Europe/Paris; Mo-Fr 09:00-17:00', $format . 'TZ=Europe/Paris; Mo-Fr 09:00-17:00'],
	(map { ['sfia_level', $_, $level_format . chr] } 1 .. 7),
);

# values of other types, some chosen since their bytes look like ours; not among them
# are those whose bytes are ours: a smallint of 257 to 263, and a text of two control
# characters, are a level to whoever sends them as one
my @others = (
	(map { ["text", $_], ["varchar", $_], ["name", $_] } '0.99', '99.9%', '0.999', '24/7', 'Mo-Fr 09:00-17:00', 'off', '', 'x'),
	(map { ["smallint", $_], ["integer", $_], ["bigint", $_] } 0 .. 7, 256, 264, 512, 769),
	(map { ["text", $_], ["jsonb", $_], ["jsonpath", $_], ['"char"', $_], ['delivery.sfia_level', $_] } 1 .. 7),
	(map { ["text", $_], ["varchar", $_] } '03', '+3', '3 ', 'P3', 'Apply'),
	['jsonpath', '$'], ['delivery.job_level', 'P3'], ['delivery.sfia_level[]', '{3}'],
	(map { ["integer", $_], ["bigint", $_], ["oid", $_] } 990000000, 999000000, 16777216, 16797039),
	(map { ["bigint", $_] } '72057594037927936', '72057595027927936', '80199000000'),
	(map { ["float8", $_], ["real", $_], ["numeric", $_], ["json", $_], ["jsonb", $_], ["jsonpath", $_] } 0.99, 0.999, 0, 1, 2026),
	(map { ["json", $_], ["jsonb", $_] } '"24/7"', '"99.9%"', '{"objective": 0.99}', '[0.99]', 'null'),
	['boolean', 'true'], ['"char"', 'x'], ['date', '2026-01-01'], ['date', 'infinity'], ['time', '10:00'], ['timetz', '10:00+00'], ['timestamptz', '2026-01-01'],
	['timestamptz', '4283-05-26 00:00+00'], ['interval', '1 hour'], ['interval', '0'], ['uuid', '01000000-0000-0000-0000-00003b8b87c0'], ['money', '720575940379279.36'], ['macaddr', '01:00:3b:8b:87:c0'],
	['macaddr', '01:00:5e:00:00:01'], ['macaddr8', '01:00:00:00:3b:8b:87:c0'], ['tid', '(16777216,1)'], ['inet', '1.0.0.0'], ['inet', '::1'], ['bit(8)', '10101010'], ['varbit', '1'], ['point', '(0.99,0)'], ['int4range', 'empty'],
	['int4range', '(,990000000)'], ['int8range', '[0,999000000)'], ['int4[]', '{999000000}'], ['text[]', '{24/7}'], ['numrange', '[0.9,0.99]'], ['pg_lsn', '1000000/3B8B87C0'], ['xid8', '72057595027927936'], ['tsvector', 'off'], ['tsquery', 'off'],
	['delivery.dora_level', 'elite'], ['delivery.error_budget', '(99.9%,1,1,0,0,0,1,f)'], ['delivery.work_calendar', '24/7'], ['delivery.objective', '84.2280759%'], ['delivery.objective', '82.5373492%'], ['delivery.objective', '99.9%'],
);

my $work = tempdir(CLEANUP => 1);
my $number = 0;
my $failed = 0;
my $files = 0;

sub ok
{
	my ($passed, $what, @said) = @_;
	$number++;
	$failed++ unless $passed;
	print(($passed ? 'ok' : 'not ok') . " $number - $what\n");
	print map { "# $_\n" } @said unless $passed;
}

# A file of COPY with one row of one column.
sub file_of
{
	my ($bytes) = @_;
	my $name = "$work/" . ++$files;
	open(my $file, '>:raw', $name) or die "cannot write $name: $!";
	print $file "PGCOPY\n\xff\r\n\0" . pack('N N n N', 0, 0, 1, length $bytes) . $bytes . pack('n', 0xffff);
	close $file;
	return $name;
}

# What psql says to each of the scripts, which all run in one session.
sub answers
{
	my @scripts = @_;
	open(my $sql, '>:raw', "$work/script.sql") or die $!;
	print $sql "\\set VERBOSITY sqlstate\nSET client_min_messages = warning;\n",
		(map { "CREATE TEMP TABLE $_ (value delivery.$_);\n" } @types), map { "\\echo ANSWER\n$_\n" } @scripts;
	close $sql;
	my (undef, @answers) = split /^ANSWER\n/m, scalar qx(psql -X -q -A -t <"$work/script.sql" 2>&1), -1;
	die "psql failed: @answers" if $? != 0 || @answers != @scripts;
	s/^ERROR:  //mg, s/\n+\z// foreach @answers;
	return @answers;
}

# Reads a file into a column of a type, and shows what it became.
sub reading
{
	my ($type, $file) = @_;
	return "DELETE FROM $type;\n\\copy $type FROM '$file' (FORMAT binary)\nSELECT value FROM $type;";
}

sub shown
{
	return join ' ', map { sprintf '%02x', ord } split //, $_[0];
}

# --- fixtures
my @got = answers(map { reading($_->[0], file_of($_->[2])), "SELECT encode(delivery_internal.$_->[0]_send('$_->[1]'), 'hex');" } @fixtures);
foreach my $fixture (@fixtures)
{
	my ($type, $text, $bytes) = @$fixture;
	my ($read, $sent) = splice @got, 0, 2;
	ok($read eq $text, "$type: the bytes of $text are read", $read);
	ok($sent eq unpack('H*', $bytes), "$type: $text is sent as these bytes", $sent);
}

# --- other types
foreach my $type (@types)
{
	my @cases = grep { $_->[0] ne "delivery.$type" } @others;
	my @answers = answers(map {
			my ($other, $value) = @$_;
			$value =~ s/'/''/g;
			my $file = "$work/" . ++$files;
			"\\copy (SELECT '$value'::$other) TO '$file' (FORMAT binary)\n" . reading($type, $file)
	} @cases);
	# (what begins like ours is then no text, or no calendar)
	my $refused = $type eq 'work_calendar' ? qr/^(?:22P03|22P02|22021)$/ : qr/^22P03$/;
	my @taken = map { "$cases[$_][0] $cases[$_][1]: $answers[$_]" } grep { $answers[$_] !~ $refused } 0 .. $#cases;
	ok(@cases > 80 && !@taken, "$type: bytes of no other type are taken, of " . @cases . ' values', @taken);
}

# --- what earlier, shorter, longer or later forms would be
my @near = (
	['objective', "\x3b\x8b\x87\xc0", 'an integer, as before there was a format'],
	['objective', "\x01\x3b\x8b\x87\xc0", 'a format without zeros'],
	['objective', "$format\x3b\x8b\x87\xc0", 'four bytes of parts'],
	['objective', $format, 'nothing but the format'],
	['objective', "$fixtures[0][2]\x00", 'a byte too many'],
	['objective', "\x02" . substr($fixtures[0][2], 1), 'a later format'],
	['objective', "\x00" . substr($fixtures[0][2], 1), 'format 0'],
	['objective', $format . pack('q>', 0), '0 %'],
	['objective', $format . pack('q>', 1000000000), '100 %'],
	['objective', $format . pack('q>', -1), 'less than nothing'],
	['objective', $format . pack('q>', (1 << 32) + 999000000), 'more than an integer has'],
	['work_calendar', "\x0124/7", 'a format without zeros'],
	['work_calendar', "\x02\x00\x00\x0024/7", 'a later format'],
	['work_calendar', "\x01\x00\x00", 'three bytes'],
	['sfia_level', "\x03", 'a byte without a format'],
	['sfia_level', "\x00\x03", 'format 0, which is a smallint'],
	['sfia_level', "\x02\x03", 'a later format'],
	['sfia_level', "\x03\x01", 'the format at the end'],
	['sfia_level', "$format\x03", 'the format of the others'],
	['sfia_level', "\x013", 'a digit'],
	(map { ['sfia_level', substr("\x01\x03" x 7, 0, $_), "$_ bytes"] } 0, 1, 3 .. 14),
	(map { ['objective', substr($fixtures[0][2], 0, $_), "cut off after $_ bytes"] } 0 .. 11),
	(map { ['work_calendar', substr($fixtures[3][2], 0, $_), "cut off after $_ bytes"] } 0 .. 3),
);
@got = answers(map { reading($_->[0], file_of($_->[1])) } @near);
my @taken = map { "$near[$_][0], $near[$_][2]: $got[$_]" } grep { $got[$_] ne '22P03' } 0 .. $#near;
ok(!@taken, scalar(@near) . ' near forms are refused', @taken);
# a text that is no calendar is told from bytes that are no text
my @texts = (["${format}Mo-Fr 9-17", '22P02'], [$format, '22P02'], ["${format}24/7\x00", '22021'], ["$format\xff\xfe", '22021'], ["${format}2026", '2026 00:00-24:00']);
@got = answers(map { reading('work_calendar', file_of($_->[0])) } @texts);
my $expected = join ' ', map { $_->[1] } @texts;
ok("@got" eq $expected, 'work_calendar: what follows the format is read as text is', "expected: $expected", "     got: @got");

# detail and hint say what to do
foreach my $refusal (['objective', '0.99', 'It begins with the bytes 30 2e 39 39'], ['sfia_level', "\x00\x03", 'It begins with the byte 00'])
{
	my ($type, $bytes, $detail) = @$refusal;
	my $words = qx(psql -X -q -c "CREATE TEMP TABLE o (o delivery.$type)" -c "\\copy o FROM '@{[file_of($bytes)]}' (FORMAT binary)" 2>&1);
	ok(scalar($words =~ /invalid binary $type.*DETAIL:  $detail.*HINT:  Send the value as text/s), "$type: detail and hint", split /\n/, $words);
}

# --- random bytes: half of them begin as ours do; the same ones in each run
sub expected_of
{
	my ($type, $bytes) = @_;
	return $bytes =~ /^\x01([\x01-\x07])\z/ ? ord $1 : '22P03' if $type eq 'sfia_level';
	return '22P03' if substr($bytes, 0, 4) ne $format;
	# no random text is a calendar, and most are no text either
	return '22P02|22021' if $type eq 'work_calendar';
	return '22P03' if length $bytes != 12;
	my $parts = unpack 'q>', substr $bytes, 4;
	return '22P03' if $parts <= 0 || $parts >= 1e9;
	return sprintf('%d.%07d', int($parts / 1e7), $parts % 1e7) =~ s/\.?0+$//r . '%';
}

srand(20260101);
my @random = map {
	my $bytes = join '', map { chr int rand 256 } 1 .. int rand 14;
	substr($bytes, 0, 4) = $format if rand() < 0.6;
	$bytes = $format . pack('q>', int rand 1100000000) if rand() < 0.2;
	$bytes
} 1 .. 800;
# a level has two bytes: each value of one beside one that is right, and random ones
my @pairs = (
	(map { chr($_) . "\x03" } 0 .. 255),
	(map { "\x01" . chr } 0 .. 255),
	(map { pack 'n', int rand 65536 } 1 .. 400),
	(map { pack 'n', 256 + int rand 12 } 1 .. 200));
foreach my $type (@types)
{
	my @strings = (@random, $type eq 'sfia_level' ? @pairs : ());
	my @answers = answers(map { reading($type, file_of($_)) } @strings);
	my ($good, @wrong) = (0);
	foreach my $i (0 .. $#strings)
	{
		my $expected = expected_of($type, $strings[$i]);
		$good++ if $expected ne '22P03';
		push @wrong, shown($strings[$i]) . ": $answers[$i] instead of $expected" unless $answers[$i] =~ /^(?:$expected)$/;
	}
	ok($good > 80 && !@wrong, "$type: " . @strings . " strings of bytes, most of them random, of which $good begin well",
		@wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]);
}

print "1..$number\n";
exit($failed || !$number ? 1 : 0);
