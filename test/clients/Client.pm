# Client.pm: runs the examples of doc/clients.md that are written for one client.
#
# The blocks of a section are one program in their order, run as the role and on
# the tables of the section "The example"; what each prints is compared with the
# block marked "text" that follows it. All is done twice: with the default
# search_path and time zone, and with "delivery" on the path in another zone.
# Prints TAP. The server is that of "cluster.sh env", started with listen_addresses
# = '127.0.0.1': none but a throw-away one, as a database and a role are dropped.
package Client;
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../bin";
use Cwd 'abs_path';
use Examples qw(examples same_text);
use File::Path qw(make_path remove_tree);
use Test::More;

our $top = abs_path("$FindBin::Bin/../../..");
our $database = 'shop';
our $role = 'app';

my $page = "$top/doc/clients.md";
my @settings = (
	{ name => 'off the search_path', path => 'public', zone => 'UTC' },
	{ name => 'on the search_path', path => 'public, delivery', zone => 'America/New_York' });

# The connection of the superuser, before the program gets another one.
my %superuser = map { $_ => $ENV{$_} // die "$_ is not set: cluster.sh env says to what\n" } qw(PGHOST PGPORT PGUSER PGPASSWORD);
-e "$ENV{PGHOST}/../initdb.log" or die "$ENV{PGHOST} is of no cluster that cluster.sh made\n";

# Statements as the superuser.
sub psql
{
	my ($in, $statements) = @_;
	local %ENV = (%ENV, %superuser, PGOPTIONS => '-c client_min_messages=warning');
	local $SIG{PIPE} = 'IGNORE';
	open(my $psql, '|-', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $in) or die "cannot run psql: $!\n";
	print $psql $statements;
	close $psql or die "psql failed on: $statements\n";
}

# A folder of this client under build/, empty.
sub folder
{
	my ($name) = @_;
	my $folder = "$top/build/clients/$name";
	remove_tree($folder);
	make_path($folder);
	return $folder;
}

sub write_file
{
	my ($name, $content) = @_;
	open(my $file, '>', $name) or die "cannot write $name: $!";
	print $file $content;
	close $file or die "cannot write $name: $!";
}

# The blocks of one section in one language.
sub blocks
{
	my ($section, $language) = @_;
	my @blocks = grep { $_->{heading} eq $section && $_->{language} eq $language } examples($page);
	die "no $language in the section $section of $page\n" unless @blocks;
	return @blocks;
}

# The database as the section "The example" leaves it. Roles are the cluster's,
# so one of an earlier run is taken away with what it was granted.
sub create_database
{
	my ($path) = @_;
	drop_database();
	psql('postgres', "CREATE DATABASE $database");
	psql($database, join('', map { $_->{body} } blocks('The example', 'sql'))
		. "ALTER ROLE $role IN DATABASE $database SET search_path = $path; ALTER ROLE $role PASSWORD '$ENV{PGPASSWORD}';");
}

sub drop_database
{
	psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE);"
		. "SELECT format('DROP OWNED BY %I', rolname) FROM pg_roles WHERE rolname = '$role' \\gexec\n"
		. "DROP ROLE IF EXISTS $role;");
}

# Run one client's section. Named arguments:
#   section, language   which blocks
#   marker              a statement that prints a line "BLOCK"
#   before, after       what the program needs around them
#   file                the program's name, in the folder of the client
#   command             what runs it, as a list
#   tcp                 connects to 127.0.0.1 instead of to the socket
#   prepare, clean_up   called before and after it, with the folder
sub run
{
	my (%client) = @_;
	my @blocks = blocks($client{section}, $client{language});
	my $folder = folder($FindBin::Bin =~ s{.*/}{}r . "_$client{language}");
	my $program = "$folder/$client{file}";

	write_file($program, join('', $client{before} // '', (map { "$client{marker}\n$_->{body}" } @blocks), $client{after} // ''));
	foreach my $setting (@settings)
	{
		create_database($setting->{path});
		local %ENV = (%ENV, PGUSER => $role, PGDATABASE => $database, PGTZ => $setting->{zone});
		$ENV{PGHOST} = '127.0.0.1' if $client{tcp};
		$client{prepare}->($folder) if $client{prepare};
		compare("$client{section}, $setting->{name}", output($folder, @{$client{command}}, $program), @blocks);
		$client{clean_up}->($folder) if $client{clean_up};
	}
	drop_database();
	return;
}

# Skip all where a command fails that shows that the client is there.
sub need
{
	my ($command, $packages) = @_;
	plan(skip_all => "not installed (Debian: $packages)") if system("{ $command; } >/dev/null 2>&1") != 0;
}

# Debian's interpreters, which have Debian's modules.
my $python = $ENV{PYTHON} // '/usr/bin/python3';
my $ruby = $ENV{RUBY} // '/usr/bin/ruby';
my $jar = $ENV{JDBC_JAR} // '/usr/share/java/postgresql.jar';

sub need_python
{
	my ($modules, $packages) = @_;
	need("$python -c 'import $modules'", $packages);
}

sub need_ruby
{
	need("$ruby -e 'require \"active_record\"; require \"pg\"'", 'ruby-activerecord ruby-pg');
}

sub need_java
{
	need("javac --version && java --version && test -e '$jar'", 'default-jdk-headless libpostgresql-jdbc-java');
}

# A section in a language; more arguments are those of run.
sub run_python
{
	my ($section, %more) = @_;
	run(section => $section, language => 'python', marker => 'print("BLOCK", flush=True)', file => 'example.py', command => [$python], %more);
}

sub run_ruby
{
	my ($section, %more) = @_;
	run(section => $section, language => 'ruby', marker => 'puts "BLOCK"', file => 'example.rb', before => "\$stdout.sync = true\n",
		command => [$ruby], %more);
}

sub run_java
{
	my ($section, %more) = @_;
	run(section => $section, language => 'java', marker => 'System.out.println("BLOCK");', file => 'Example.java',
		before => <<'JAVA', after => "}\n}\n", command => ['java', '-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', $jar], %more);
import java.math.BigDecimal;
import java.sql.*;
import java.time.OffsetDateTime;
import java.util.*;
import org.postgresql.util.*;

public class Example {
public static void main(String[] arguments) throws Exception {
String port = System.getenv("PGPORT");
String database = System.getenv("PGDATABASE");
String user = System.getenv("PGUSER");
String password = System.getenv("PGPASSWORD");
JAVA
}

# What a command writes, and whether it ends well.
sub output
{
	my ($folder, @command) = @_;
	my $pid = open(my $pipe, '-|') // die "cannot fork: $!";
	if (!$pid)
	{
		chdir $folder or die "cannot enter $folder: $!";
		open(STDERR, '>&', \*STDOUT);
		open(STDIN, '<', '/dev/null');
		exec(@command) or die "cannot run $command[0]: $!";
	}
	my $text = do { local $/; <$pipe> } // '';
	return ($text, close $pipe);
}

sub compare
{
	my ($name, $text, $complete, @blocks) = @_;
	my ($before, @outputs) = split /^BLOCK\n/m, $text, -1;
	foreach my $block (@blocks)
	{
		my $output = shift @outputs;
		my $expected = $block->{output} // '';
		my $same = defined $output && (@outputs || $complete) && same_text($output, $expected);
		ok($same, "clients.md line $block->{line}, $name") or
			diag("expected:\n$expected", "got:\n", $output // "nothing, after:\n$before");
	}
}

1;
