#!/usr/bin/perl
# release.pl: what is written about the version in several places agrees, META.json is
# as PGXN asks for, and the frozen scripts of releases lead to the version in the
# making. Reads the sources alone. Prints TAP; release.sh refuses where a test fails.
use strict;
use warnings;
use JSON::PP;
use Test::More;

sub content
{
	my ($file) = @_;
	open(my $handle, '<:encoding(UTF-8)', $file) or return '';
	local $/;
	return <$handle>;
}

my $semantic = qr/(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)/;

# the control file, the only place where the version is decided
my %control = content('delivery.control') =~ /^(\w+)\s*=\s*'?([^'\n]*?)'?\s*$/mg;
my $version = $control{default_version} // '';
like($version, qr/^$semantic$/, 'control: the version is a semantic one');

# META.json, https://pgxn.org/spec/
my $meta = eval { JSON::PP->new->decode(content('META.json')) };
is($@, '', 'META.json is JSON');
$meta //= {};
is_deeply([grep { !defined $meta->{$_} } qw(name version abstract maintainer license provides meta-spec)], [], 'META: has what it must have');
my %known = map { $_ => 1 } qw(name version abstract description maintainer license provides prereqs tags resources
	release_status no_index generated_by meta-spec);
is_deeply([grep { !$known{$_} && !/^x_/i } sort keys %$meta], [], 'META: has no key that there is not');
like($meta->{name} // '', qr/^[^\s\/\\[:cntrl:]]{2,}$/, 'META: the name can be one');
is($meta->{name}, 'delivery', 'META: the name is that of the extension');
is($meta->{version}, $version, 'META: the version is that of the control file');
is($meta->{abstract}, $control{comment}, 'META: the abstract is the comment of the control file');
is($meta->{'meta-spec'}{version}, '1.0.0', 'META: says which specification it follows');
is($meta->{license}, 'postgresql', 'META: the license is one that PGXN knows');
like($meta->{release_status} // 'stable', qr/^(?:stable|testing|unstable)$/, 'META: the status can be one');
my @tags = @{ $meta->{tags} // [] };
is_deeply([grep { ref || length > 255 || /[\/\\[:cntrl:]]/ || $_ eq '' } @tags], [], 'META: tags are short strings');
my %seen;
is_deeply([grep { $seen{lc $_}++ } @tags], [], 'META: no tag comes twice');

my $provides = $meta->{provides} // {};
is_deeply([keys %$provides], ['delivery'], 'META: provides the extension');
foreach my $extension (sort keys %$provides)
{
	my $provided = $provides->{$extension};
	is($provided->{version}, $version, "META: provides $extension at the version of the control file");
	is($provided->{abstract}, $control{comment}, "META: with the comment of the control file");
	foreach my $key ('file', 'docfile')
	{
		ok(defined $provided->{$key} && $provided->{$key} !~ /^\// && -f $provided->{$key}, "META: the $key of $extension is there");
	}
}

my @faults;
my $prereqs = $meta->{prereqs} // {};
foreach my $phase (sort keys %$prereqs)
{
	push @faults, "phase $phase" unless $phase =~ /^(?:configure|build|test|runtime|develop)$/;
	foreach my $relation (sort keys %{ $prereqs->{$phase} })
	{
		push @faults, "relation $relation" unless $relation =~ /^(?:requires|recommends|suggests|conflicts)$/;
		my $needed = $prereqs->{$phase}{$relation};
		push @faults, map { "$_ $needed->{$_}" } grep { $needed->{$_} !~ /^(?:0|(?:[<>=!]+ *)?$semantic(?:, *[<>=!]+ *$semantic)*)$/ } sort keys %$needed;
	}
}
is_deeply(\@faults, [], 'META: prerequisites have known phases and relations, and semantic versions');

# the oldest server, in three places
my ($oldest) = content('src/base/compat.h') =~ /PG_VERSION_NUM < (\d+)0000\n#error/;
is($prereqs->{runtime}{requires}{PostgreSQL}, ($oldest // '') . '.0.0', 'META: asks for the oldest server that compiles');
is(content('debian/pgversions'), ($oldest // '') . "+\n", 'debian: so does debian/pgversions');

# changelogs
my ($noted) = content('CHANGELOG.md') =~ /^## (.*)$/m;
is($noted, $version, 'CHANGELOG.md: the first section is of this version');
my $debian = content('debian/changelog');
my ($source, $packaged, $suite) = $debian =~ /\A(\S+) \((\S+)\) (\S+); urgency=(?:low|medium|high)\n\n  \* /;
is($source, 'delivery', 'debian/changelog: begins with an entry of this package');
is($packaged, "$version-1", 'debian/changelog: its version is that of the control file');
like($debian, qr/\A.*?\n -- [^<>\n]+ <[^<>\s]+@[^<>\s]+>  \w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\n/s, 'debian/changelog: is signed and dated');
my $packages = content('debian/control.in');
like($packages, qr/^Source: delivery$/m, 'debian/control.in: names the source');
like($packages, qr/^Package: postgresql-PGVERSION-delivery$/m, 'debian/control.in: and a package for each major');
my ($license) = content('debian/copyright') =~ /^License: PostgreSQL\n(.*)/ms;
my $given = content('LICENSE');
$given =~ s/\ACopyright[^\n]*\n//;
foreach ($license, $given)
{
	$_ //= '';
	s/^ \.$//mg;
	s/\s+/ /g;
	s/^ | $//g;
}
is($license, $given, 'debian/copyright: has the text of LICENSE');

# frozen scripts of releases, and the way from each to the next
sub place
{
	return join '', map { sprintf '%08d', $_ } split /\./, $_[0];
}
my @files = map { s/^src\/upgrade\///r } grep { $_ ne 'src/upgrade/README.md' } glob 'src/upgrade/*';
is_deeply([grep { !/^delivery--$semantic(?:--$semantic)?\.sql$/ } @files], [], 'src/upgrade: has nothing but scripts, and what it is for');
my @released = sort { place($a) cmp place($b) } map { /^delivery--([\d.]+)\.sql$/ } @files;
my @chain = @released;
push @chain, $version unless grep { $_ eq $version } @released;
is($chain[-1], $version, 'src/upgrade: no release is later than this version');
my @steps = map { "delivery--$chain[$_]--$chain[$_ + 1].sql" } 0 .. $#chain - 1;
is_deeply([grep { /--.*--/ } @files], [sort @steps], 'src/upgrade: one script leads from each release to the next, and there are no others');
foreach my $step (@steps)
{
	my $script = content("src/upgrade/$step");
	like($script, qr/^\\echo Use "ALTER EXTENSION delivery UPDATE.*" to load this file\. \\quit$/m, "$step complains if it is sourced");
	unlike($script, qr/if not exists/i, "$step adopts nothing that is there");
	# in an upgrade, that is whoever runs it
	unlike($script, qr/\@extowner\@/, "$step takes the owner from pg_extension");
}
my ($pieces) = content('Makefile') =~ /^PIECES = (.*?[^\\])\n/ms;
my $joined = join '', map { content($_) } grep { /\.sql$/ } split /[\\\s]+/, $pieces // '';
ok(length $joined > 10000, 'Makefile: the pieces are there');
if (grep { $_ eq $version } @released)
{
	ok(content("src/upgrade/delivery--$version.sql") eq $joined, "$version is released: its pieces are what was frozen (else the next version begins)");
	isnt($suite, 'UNRELEASED', 'debian/changelog: a release has a suite');
}
# a library serves the SQL of all releases, until it is upgraded
my $code = join '', map { content($_) } glob 'src/*.c src/*/*.c';
my %entry = map { $_ => 1 } $code =~ /\b(?:PG_FUNCTION_INFO_V1|DELIVERY_RETIRED)\((\w+)/g;
foreach my $script ((map { "delivery--$_.sql" } @released), @steps)
{
	my %called = map { $_ => 1 } content("src/upgrade/$script") =~ /'MODULE_PATHNAME',\s*'(\w+)'/g;
	is_deeply([grep { !$entry{$_} } sort keys %called], [], "$script: all that it calls is still in the library");
}
done_testing();
