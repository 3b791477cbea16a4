#!/usr/bin/perl
# layers.pl: the sources keep to the layers of doc/architecture.md.
#
# The table there is the only place where the order is written; it is read from the
# page. Every include of a header of ours points to a lower rank or stays in its
# folder, and no circle ties files; a header declares what the C file of its name
# defines, so that an include says who calls whom. The lists of the Makefile are
# complete, pieces of the install script are in the order of the layers, and each has
# tests of its name. The rules are first seen to fail on a small tree that is made up
# here. Prints TAP.
use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Find 'find';
use File::Path 'make_path';
use File::Temp 'tempdir';
use Test::More;

# Pieces without tests of their own name, and why.
my %untested = (
	'guard_health' => 'health.sql tests all that health_check() joins',
	'schema' => 'catalog.sql has its rules, security.sql a schema that somebody else made first',
);

sub slurp
{
	my ($path) = @_;
	local $/;
	open(my $file, '<', $path) or die "cannot read $path: $!";
	return scalar <$file>;
}

# --- what there is ----------------------------------------------------------

# Ranks by place, a folder or a file: the rows "| rank | `src/...` | ... |".
sub ranks_of
{
	my ($page) = @_;
	my %ranks;
	$ranks{$2} = $1 while $page =~ m{^\|\s*(\d+)\s*\|\s*`(src/[\w./]+)`}mg;
	return %ranks;
}

sub files_of
{
	my ($root) = @_;
	my @files;
	find({ no_chdir => 1, wanted => sub { push @files, substr($_, length($root) + 1) if /\.(?:c|h|sql)\z/ } },
		grep { -d } map { "$root/$_" } 'src', 'sql');
	return sort @files;
}

# The words of a list in the Makefile.
sub list_of
{
	my ($makefile, $name) = @_;
	$makefile =~ s/\\\n/ /g;
	return $makefile =~ /^$name\s*=(.*)$/m ? split(' ', $1) : ();
}

sub stem
{
	return $_[0] =~ s/\.[a-z]+\z//r;
}

# --- the rules --------------------------------------------------------------

# Of a file, or of the folder that it is in.
sub rank
{
	my ($ranks, $file) = @_;
	return $ranks->{$file} // $ranks->{dirname($file)};
}

# Which headers of ours a file includes, as their paths in the tree.
sub includes
{
	my ($root, $file, $faults) = @_;
	my @included;
	foreach my $name (slurp("$root/$file") =~ /^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]/mg)
	{
		if (-e "$root/src/$name" && $name !~ m{(?:^|/)\.\.?/})
		{
			push @included, "src/$name";
		}
		elsif ($name =~ m{(?:^|/)\.\.?/} || -e "$root/" . dirname($file) . "/$name")
		{
			push @$faults, "$file includes \"$name\": it is written from src/ on";
		}
	}
	return @included;
}

sub check_arrow
{
	my ($ranks, $file, $included) = @_;
	my ($from, $to) = (rank($ranks, $file), rank($ranks, $included));
	return () if !defined $from || !defined $to || $to < $from || dirname($file) eq dirname($included) && $to == $from;
	return "$file includes $included, which is " . ($to > $from ? 'above it' : 'beside it');
}

# A circle of stems, as a list that ends as it begins; none if there is none.
sub circle
{
	my ($arrows) = @_;
	my %done;
	my (@path, $visit);
	$visit = sub {
		my ($stem) = @_;
		foreach my $at (0 .. $#path)
		{
			return (@path[$at .. $#path], $stem) if $path[$at] eq $stem;
		}
		return () if $done{$stem};
		push @path, $stem;
		foreach my $next (sort keys %{ $arrows->{$stem} // {} })
		{
			my @found = $visit->($next);
			return @found if @found;
		}
		pop @path;
		$done{$stem} = 1;
		return ();
	};
	foreach my $stem (sort keys %$arrows)
	{
		my @found = $visit->($stem);
		return @found if @found;
	}
	return ();
}

# What a header declares is defined in the C file of its name, and only there declared.
sub check_declarations
{
	my ($root, $file) = @_;
	my @faults;
	my $text = slurp("$root/$file") =~ s{/\*.*?\*/}{}gsr;
	if ($file =~ /\.c\z/)
	{
		return map { "$file declares $_ itself, instead of a header" } $text =~ /^extern\b[^;]*?\b(\w+)\s*[(;\[]/mg;
	}
	my $source = stem($file) . '.c';
	my $definitions = -e "$root/$source" ? slurp("$root/$source") : '';
	foreach my $name ($text =~ /^(?:pg_noreturn )?extern\b[^;]*?\b(\w+)\s*[(;\[]/mg)
	{
		push @faults, "$file declares $name, which $source does not define"
			unless $definitions =~ /^$name\(/m || $definitions =~ /^(?!extern|static)\w[^;(]*\b$name\b[^;(]*(?:=|;)/m;
	}
	return @faults;
}

sub check_sources
{
	my ($root, $ranks, @sources) = @_;
	my (@faults, %arrows);
	foreach my $file (@sources)
	{
		push @faults, "$file is in no layer of doc/architecture.md" unless defined rank($ranks, $file);
		push @faults, check_declarations($root, $file);
		foreach my $included (includes($root, $file, \@faults))
		{
			push @faults, check_arrow($ranks, $file, $included);
			$arrows{ stem($file) }{ stem($included) } = 1 if stem($file) ne stem($included);
		}
	}
	my @circle = circle(\%arrows);
	push @faults, 'a circle: ' . join(' -> ', @circle) if @circle;
	return @faults;
}

sub check_list
{
	my ($name, $listed, $there) = @_;
	my %listed = map { $_ => 1 } @$listed;
	my %there = map { $_ => 1 } @$there;
	return ((map { "$_ is missing from $name" } grep { !$listed{$_} } @$there),
		(map { "$_ in $name does not exist" } grep { !$there{$_} } @$listed));
}

# A piece can name only what was made before it.
sub check_order
{
	my ($ranks, @pieces) = @_;
	my @faults;
	my ($highest, $last) = (0, '');
	foreach my $piece (@pieces)
	{
		my $rank = rank($ranks, $piece) // next;
		push @faults, "$piece in PIECES stands after $last, which is above it" if $rank < $highest;
		($highest, $last) = ($rank, $piece) if $rank > $highest;
	}
	return @faults;
}

sub check_pairs
{
	my ($root, $untested, $pieces, $tests, $scheduled) = @_;
	my %tests = map { basename(stem($_)) => 1 } @$tests;
	my %pieces = map { basename(stem($_)) => $_ } @$pieces;
	my @faults = check_list('REGRESS', $scheduled, [ sort keys %tests ]);
	push @faults, map { "sql/$_.sql has no expected/$_.out" } grep { !-e "$root/expected/$_.out" } sort keys %tests;
	push @faults, map { "expected/$_.out has no sql/$_.sql" } grep { !$tests{$_} } map { basename(stem($_)) } glob("$root/expected/*.out");
	push @faults, map { "$pieces{$_} has no test sql/$_.sql" } grep { !$tests{$_} && !$untested->{$_} } sort keys %pieces;
	push @faults, map { "\"$_\" is excused from a test for nothing" } grep { $tests{$_} || !$pieces{$_} } sort keys %$untested;
	return @faults;
}

# All that is wrong with a tree, in sentences.
sub faults_of
{
	my ($root, $untested) = @_;
	my %ranks = ranks_of(slurp("$root/doc/architecture.md"));
	my $makefile = slurp("$root/Makefile");
	my @files = files_of($root);
	my @sources = grep { m{^src/.*\.[ch]\z} } @files;
	# those of former releases are no part of an install
	my @pieces = grep { m{^src/.*\.sql\z} && !m{^src/upgrade/} } @files;
	my @listed_pieces = list_of($makefile, 'PIECES');
	return (check_sources($root, \%ranks, @sources),
		check_list('OWN_HEADERS', [ list_of($makefile, 'OWN_HEADERS') ], [ grep { /\.h\z/ } @sources ]),
		check_list('OBJS', [ list_of($makefile, 'OBJS') ], [ map { s/\.c\z/.o/r } grep { /\.c\z/ } @sources ]),
		check_list('PIECES', \@listed_pieces, \@pieces),
		(map { "$_ is in no layer of doc/architecture.md" } grep { !defined rank(\%ranks, $_) } @pieces),
		check_order(\%ranks, @listed_pieces),
		check_pairs($root, $untested, \@pieces, [ grep { m{^sql/} } @files ], [ list_of($makefile, 'REGRESS') ]));
}

# --- a tree that is made up -------------------------------------------------

my %made_up = (
	'doc/architecture.md' => <<'PAGE',
| rank | place | what |
| ---: | --- | --- |
| 0 | `src/schema.sql` | the schema |
| 1 | `src/low` | below |
| 2 | `src/left` | above |
| 2 | `src/right` | beside it |
| 3 | `src/main.c` | all |
PAGE
	'Makefile' => <<'MAKE',
OWN_HEADERS = \
	src/left/a.h \
	src/left/b.h \
	src/low/types.h
OBJS = src/left/a.o src/left/b.o src/right/c.o src/main.o
PIECES = src/schema.sql src/left/a.sql
REGRESS = a other
MAKE
	'src/schema.sql' => "CREATE SCHEMA s;\n",
	'src/low/types.h' => "typedef int number;\n",
	'src/left/a.h' => "#include \"low/types.h\"\n\nextern number delivery_a(\n\tnumber x);\nextern const number delivery_table[2];\n",
	'src/left/a.c' => "#include \"postgres.h\"\n#include \"left/a.h\"\n#include \"left/b.h\"\nconst number delivery_table[2] = {\n\t1, 2};\nnumber\ndelivery_a(number x)\n{\n\treturn delivery_b(x);\n}\n",
	'src/left/a.sql' => "SELECT 1;\n",
	'src/left/b.h' => "/* extern int not_this(void); */\nextern int delivery_b(int x);\n",
	'src/left/b.c' => "#include \"left/b.h\"\nint\ndelivery_b(int x)\n{\n\treturn x;\n}\n",
	'src/right/c.c' => "#include \"low/types.h\"\n",
	'src/main.c' => "#include \"left/a.h\"\n",
	'sql/a.sql' => "SELECT 1;\n",
	'sql/other.sql' => "SELECT 1;\n",
	'expected/a.out' => "1\n",
	'expected/other.out' => "1\n",
);

# What is planted in it, undef takes a file away, and the only thing to be said of it.
my @plants = (
	[ 'nothing', {}, undef ],
	[ 'an upward include', { 'src/low/types.h' => "#include \"left/b.h\"\n" }, 'src/low/types.h includes src/left/b.h, which is above it' ],
	[ 'an upward include, written oddly', { 'src/low/types.h' => "  # include <left/b.h>\n" }, 'src/low/types.h includes src/left/b.h, which is above it' ],
	[ 'an include of a sibling', { 'src/right/c.c' => "#include \"left/b.h\"\n" }, 'src/right/c.c includes src/left/b.h, which is beside it' ],
	[ 'an include of the top', { 'src/main.h' => '', 'Makefile' => [ 'OWN_HEADERS = ', 'OWN_HEADERS = src/main.h ' ], 'doc/architecture.md' => [ '`src/main.c`', "`src/main.c` |\n| 3 | `src/main.h`" ],
		'src/right/c.c' => "#include \"main.h\"\n" }, 'src/right/c.c includes src/main.h, which is above it' ],
	[ 'an include by place', { 'src/left/b.c' => [ 'left/b.h', 'b.h' ] }, 'src/left/b.c includes "b.h": it is written from src/ on' ],
	[ 'an include by a way round', { 'src/left/b.c' => [ 'left/b.h', '../left/b.h' ] }, 'src/left/b.c includes "../left/b.h": it is written from src/ on' ],
	[ 'a circle of two', { 'src/left/b.c' => [ '#include', "#include \"left/a.h\"\n#include" ] }, 'a circle: src/left/a -> src/left/b -> src/left/a' ],
	[ 'a circle through a header alone', { 'src/low/types.h' => "#include \"low/more.h\"\n", 'src/low/more.h' => "#include \"low/types.h\"\n", 'Makefile' => [ 'OWN_HEADERS = ', 'OWN_HEADERS = src/low/more.h ' ] },
		'a circle: src/low/types -> src/low/more -> src/low/types' ],
	[ 'a function declared elsewhere', { 'src/low/types.h' => [ "\n", "\nextern int delivery_b(int x);\n" ] }, 'src/low/types.h declares delivery_b, which src/low/types.c does not define' ],
	[ 'a function that is called only', { 'src/left/b.h' => [ 'extern int delivery_b', "extern int delivery_c(void);\nextern int delivery_b" ], 'src/left/b.c' => [ 'return x', 'return delivery_c()' ] },
		'src/left/b.h declares delivery_c, which src/left/b.c does not define' ],
	[ 'a declaration in a C file', { 'src/right/c.c' => "extern int delivery_b(int x);\n" }, 'src/right/c.c declares delivery_b itself, instead of a header' ],
	[ 'a folder without a rank', { 'src/new/d.c' => '', 'Makefile' => [ 'OBJS = ', 'OBJS = src/new/d.o ' ] }, 'src/new/d.c is in no layer of doc/architecture.md' ],
	[ 'a header that is not listed', { 'Makefile' => [ "\tsrc/left/b.h \\\n", '' ] }, 'src/left/b.h is missing from OWN_HEADERS' ],
	[ 'an object that is not listed', { 'src/right/d.c' => '' }, 'src/right/d.o is missing from OBJS' ],
	[ 'an object without a source', { 'src/right/c.c' => undef }, 'src/right/c.o in OBJS does not exist' ],
	[ 'a piece that is not listed', { 'src/right/a.sql' => '' }, 'src/right/a.sql is missing from PIECES' ],
	[ 'a piece too early', { 'src/low/other.sql' => '', 'Makefile' => [ 'left/a.sql', 'left/a.sql src/low/other.sql' ] }, 'src/low/other.sql in PIECES stands after src/left/a.sql, which is above it' ],
	[ 'a piece without a test', { 'src/right/c.sql' => '', 'Makefile' => [ 'left/a.sql', 'left/a.sql src/right/c.sql' ] }, 'src/right/c.sql has no test sql/c.sql' ],
	[ 'a test without its output', { 'expected/other.out' => undef }, 'sql/other.sql has no expected/other.out' ],
	[ 'an output without its test', { 'expected/more.out' => '' }, 'expected/more.out has no sql/more.sql' ],
	[ 'a test that does not run', { 'Makefile' => [ 'REGRESS = a other', 'REGRESS = a' ] }, 'other is missing from REGRESS' ],
	[ 'an excuse that is not needed', { 'sql/schema.sql' => '', 'expected/schema.out' => '', 'Makefile' => [ 'REGRESS = ', 'REGRESS = schema ' ] }, '"schema" is excused from a test for nothing' ],
);

# A pair is a text in the file and what stands there instead.
sub plant
{
	my ($root, $changes) = @_;
	my %tree = %made_up;
	foreach my $path (keys %$changes)
	{
		my $change = $changes->{$path};
		if (ref $change)
		{
			my $at = index($tree{$path}, $change->[0]);
			die "nothing to be changed in $path" if $at < 0;
			substr($tree{$path}, $at, length $change->[0]) = $change->[1];
		}
		else
		{
			$tree{$path} = $change;
		}
	}
	foreach my $path (grep { defined $tree{$_} } keys %tree)
	{
		make_path(dirname("$root/$path"));
		open(my $file, '>', "$root/$path") or die "cannot write $root/$path: $!";
		print $file $tree{$path};
		close $file;
	}
	return;
}

# --- tests ------------------------------------------------------------------

foreach my $plant (@plants)
{
	my ($name, $changes, $expected) = @$plant;
	my $root = tempdir(CLEANUP => 1);
	plant($root, $changes);
	is(join("\n", faults_of($root, { schema => 'it is small' })), $expected // '', "made-up tree: $name");
}

my %ranks = ranks_of(slurp('doc/architecture.md'));
ok(scalar(keys %ranks) >= 8 && defined $ranks{'src/base'}, 'doc/architecture.md has a table of the layers');
is(join("\n", faults_of('.', \%untested)), '', 'the sources keep to it');
done_testing();
