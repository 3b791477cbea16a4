#!/usr/bin/perl
# git_walk.pl: the second half of git.sh, which has the definitions.
#
#   git_walk.pl SERVICE WORKDIR OUTDIR
#
# Reads what git.sh took from the clone: tags (name, tagger date) in the order of
# their versions, targets (their commits) in the same order, and log. Every commit
# is visited once, whatever the number of tags.
use strict;
use warnings;
use POSIX 'strftime';

my ($service, $work, $outdir) = @ARGV;
my $hotfix_within = 72 * 3600;
my $prerelease = qr/(?<![a-z])(?:alpha|beta|rc|pre|prerelease|preview|dev|test|nightly|snapshot)(?![a-z])/i;

# Seconds since 1970 that are a date people live in; otherwise nothing is known.
sub known_time
{
	my ($seconds) = @_;
	return defined $seconds && $seconds =~ /^\d{1,12}$/ && $seconds < 253402300800 ? $seconds : undef;
}

sub timestamp
{
	my ($seconds) = @_;
	return defined $seconds ? strftime('%Y-%m-%d %H:%M:%S+00', gmtime $seconds) : '';
}

# A field of the CSV file, in UTF-8 whatever the bytes were.
sub field
{
	my ($value) = @_;
	my $copy = $value;
	$value =~ s/[\x80-\xff]/?/g unless utf8::decode($copy);
	return $value unless $value =~ /[",\r\n]/;
	$value =~ s/"/""/g;
	return qq("$value");
}

# The line and the last number of a version, ("v1.2", 3) for v1.2.3: the last
# x.y.z in the name, else the last x.y; no part of a longer one.
sub version
{
	my ($name) = @_;
	my $start = qr/^(.*)(?<![0-9])(?<![0-9][._])/;
	my $end = qr/(?![0-9])(?![._][0-9])/;
	my ($prefix, $x, $y, $z) = $name =~ /$start([0-9]+)[._]([0-9]+)[._]([0-9]+)$end/;
	($prefix, $x, $y, $z) = ($1, $2, $3, 0) if !defined $z && $name =~ /$start([0-9]+)[._]([0-9]+)$end/;
	return unless defined $z;
	# a date, of which every day would look like the repair of the day before
	return if $x >= 1970 && $x < 2200 && $y >= 1 && $y <= 12 && $z >= 1 && $z <= 31;
	return ("$prefix$x.$y", $z);
}

# Commits: parents, times, and which commits they undo.
my (%parents, %author_time, %committer_time, %undoes);
{
	local $/ = "\0";
	open(my $log, '<', "$work/log") or die "cannot read the log: $!\n";
	while (defined(my $head = <$log>))
	{
		my $authored = <$log>;
		my $committed = <$log>;
		my $message = <$log>;
		chomp($head, $authored, $committed);
		my ($commit, @parents) = split ' ', $head;
		$parents{$commit} = \@parents;
		$author_time{$commit} = known_time($authored);
		$committer_time{$commit} = known_time($committed);
		my @undone = $message =~ /This reverts commit\s+([0-9a-f]{7,64})\b/g;
		$undoes{$commit} = \@undone if @undone;
	}
	close $log;
}

# An abbreviated commit is looked up by its length; an ambiguous one is nobody.
my %wanted;
foreach my $undone (map { @$_ } values %undoes)
{
	$wanted{ length $undone }->{$undone} = '' unless exists $parents{$undone};
}
foreach my $length (keys %wanted)
{
	my $short = $wanted{$length};
	foreach my $commit (keys %parents)
	{
		my $start = substr($commit, 0, $length);
		$short->{$start} .= "$commit " if exists $short->{$start};
	}
}

sub full_commit
{
	my ($name) = @_;
	return $name if exists $parents{$name};
	my @found = split ' ', $wanted{ length $name }->{$name};
	return @found == 1 ? $found[0] : undef;
}

# Deployments, in the order of their times.
my @deployments;
my ($prereleases, $undated) = (0, 0);
open(my $tags, '<', "$work/tags") or die "cannot read the tags: $!\n";
open(my $targets, '<', "$work/targets") or die "cannot read the targets: $!\n";
while (my $tag = <$tags>)
{
	chomp $tag;
	my ($name, $tagged) = split ' ', $tag;
	my ($commit, $type) = split ' ', <$targets>;
	$name =~ s{^refs/tags/}{};
	next unless $type eq 'commit';
	if ($name =~ $prerelease)
	{
		$prereleases++;
		next;
	}
	my $time = known_time($tagged);
	$time = $committer_time{$commit} unless defined $time;
	if (!defined $time)
	{
		$undated++;
		next;
	}
	my ($line, $fix) = version($name);
	push @deployments, {
		name => $name, commit => $commit, time => $time, line => $line, fix => $fix,
		position => scalar @deployments, unplanned => 0,
	};
}
if (!@deployments)
{
	print STDERR "git.sh: no deployment: $prereleases of the tags are pre-releases, $undated have no date;"
		. " a tag is taken for a deployment\n";
	exit 1;
}
print STDERR "git.sh: warning: $undated tags without a usable date are left out\n" if $undated;
@deployments = sort { $a->{time} <=> $b->{time} || $a->{position} <=> $b->{position} } @deployments;

# The deployment that delivers each commit: earlier ones have taken their
# whole history already, so a walk stops at the first commit taken.
my (%delivered_by, @changes);
foreach my $number (0 .. $#deployments)
{
	my @new;
	my @waiting = ($deployments[$number]->{commit});
	while (defined(my $commit = pop @waiting))
	{
		# a parent cut off by a shallow clone is not in the log
		next if exists $delivered_by{$commit} || !exists $parents{$commit};
		$delivered_by{$commit} = $number;
		push @new, $commit;
		push @waiting, @{ $parents{$commit} };
	}
	push @changes, sort {
		($author_time{$a} || 0) <=> ($author_time{$b} || 0) || $a cmp $b
	} @new;
}

# Failures, by the first deployment that repaired them.
sub repaired
{
	my ($broken, $repair) = @_;
	my $deployment = $deployments[$broken];
	$deployment->{repair} = $repair unless defined $deployment->{repair} && $deployment->{repair} <= $repair;
}

foreach my $number (1 .. $#deployments)
{
	my ($before, $deployment) = @deployments[$number - 1, $number];
	next unless defined $before->{line} && defined $deployment->{line}
		&& $before->{line} eq $deployment->{line} && $deployment->{fix} > $before->{fix}
		&& $deployment->{time} - $before->{time} <= $hotfix_within;
	$deployment->{unplanned} = 1;
	repaired($number - 1, $number);
}
foreach my $commit (keys %undoes)
{
	next unless exists $delivered_by{$commit};
	foreach my $undone (grep { defined } map { full_commit($_) } @{ $undoes{$commit} })
	{
		next unless exists $delivered_by{$undone} && $delivered_by{$undone} < $delivered_by{$commit};
		repaired($delivered_by{$undone}, $delivered_by{$commit});
	}
}

open(my $out, '>', "$outdir/deployment.csv") or die "cannot write $outdir/deployment.csv: $!\n";
print $out "service,version,deployed_at,failed,unplanned,failed_at,restored_at\n";
foreach my $deployment (@deployments)
{
	my $repair = $deployment->{repair};
	my $deployed_at = timestamp($deployment->{time});
	print $out join(',', field($service), field($deployment->{name}), $deployed_at,
		(defined $repair ? 'true' : 'false'), ($deployment->{unplanned} ? 'true' : 'false'),
		(defined $repair ? ($deployed_at, timestamp($deployments[$repair]->{time})) : ('', ''))), "\n";
}
close $out or die "cannot write $outdir/deployment.csv: $!\n";

open($out, '>', "$outdir/change.csv") or die "cannot write $outdir/change.csv: $!\n";
print $out "service,change_id,committed_at,deployed_at,version\n";
foreach my $commit (@changes)
{
	my $deployment = $deployments[ $delivered_by{$commit} ];
	print $out join(',', field($service), $commit, timestamp($author_time{$commit}),
		timestamp($deployment->{time}), field($deployment->{name})), "\n";
}
close $out or die "cannot write $outdir/change.csv: $!\n";

printf STDERR "git.sh: %s: %d deployments, %d changes (%d pre-release tags left out)\n",
	$service, scalar @deployments, scalar @changes, $prereleases;
