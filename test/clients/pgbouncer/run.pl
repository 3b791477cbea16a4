#!/usr/bin/perl
# pgbouncer, on a port of 127.0.0.1 for the time of the test
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use File::Temp 'tempdir';
use IO::Socket::INET;
use Test::More;
use Time::HiRes 'sleep';

# Not below build/, where the user that it runs as may not come.
my $folder = tempdir(CLEANUP => 1);
my $user = $> == 0 ? 'postgres' : getpwuid($>);
my $pid;

sub accepts
{
	my ($port) = @_;
	return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
}

# The page's pgbouncer.ini, with the server of the tests.
sub write_settings
{
	my ($port) = @_;
	my ($ini) = Client::blocks('pgbouncer', 'ini');
	Client::write_file("$folder/pgbouncer.ini", $ini->{body} =~ s/(dbname=)/host=$ENV{PGHOST} port=$ENV{PGPORT} $1/gr
		. "listen_addr = 127.0.0.1\nlisten_port = $port\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = $folder/users\n");
	Client::write_file("$folder/users", "\"$Client::role\" \"$ENV{PGPASSWORD}\"\n");
	chmod(0600, "$folder/users");
	chown(scalar getpwnam($user), -1, $folder, "$folder/users") if $> == 0;
}

# Neither root nor a daemon: pgbouncer refuses the first, and is then our child.
sub start
{
	my $port = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport;
	write_settings($port);
	$pid = fork() // die "cannot fork: $!";
	if (!$pid)
	{
		open(STDOUT, '>', "$Client::top/build/clients/pgbouncer.log");
		open(STDERR, '>&', \*STDOUT);
		my @as = $> == 0 ? ('setpriv', "--reuid=$user", "--regid=$user", '--clear-groups') : ();
		exec(@as, 'pgbouncer', '-q', "$folder/pgbouncer.ini") or die "cannot run pgbouncer: $!";
	}
	for (1 .. 100)
	{
		last if accepts($port);
		sleep(0.1);
	}
	@ENV{qw(PGHOST PGPORT)} = ('127.0.0.1', $port);
}

sub stop
{
	kill('INT', $pid);
	waitpid($pid, 0);
	undef $pid;
}

$ENV{PATH} .= ':/usr/sbin';
Client::need('pgbouncer --version', 'pgbouncer');
Client::need_python('psycopg', 'python3-psycopg');
Client::need_ruby();
Client::need_java();
my @pooled = (prepare => \&start, clean_up => \&stop);
Client::run_python('pgbouncer', @pooled);
Client::run_ruby('pgbouncer', @pooled);
Client::run_java('pgbouncer', @pooled);
done_testing();

END
{
	stop() if $pid;
}
