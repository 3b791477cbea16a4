#!/usr/bin/perl
# What dumps keep of the example and of its text columns, which is what migration
# tools that are made of pg_dump keep.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More tests => 8;

my $folder = Client::folder('dump');

# The restored database, as its tables' owner sees it, without our schemas on the path.
sub ask
{
	my ($sql) = @_;
	local %ENV = (%ENV, PGUSER => $Client::role, PGDATABASE => $Client::database);
	my ($text, $complete) = Client::output($folder, 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=sqlstate', '-c', $sql);
	chomp $text;
	return $text;
}

sub restore
{
	my ($dump) = @_;
	Client::psql('postgres', "DROP DATABASE $Client::database; CREATE DATABASE $Client::database");
	my ($text, $complete) = Client::output($folder, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $Client::database, '-f', $dump);
	ok($complete, "$dump is restored") or diag($text);
}

Client::create_database('public');
Client::psql($Client::database, join('', 'SET ROLE app;', map { $_->{body} } grep { $_->{body} =~ /CREATE TABLE/ } Client::blocks('A text column instead', 'sql')));
foreach my $kind ('complete', 'schema-only')
{
	my ($text, $complete) = Client::output($folder, 'pg_dump', '-d', $Client::database, '-f', "$kind.sql", $kind eq 'complete' ? () : "--$kind");
	ok($complete, "$kind dump") or diag($text);
}

restore('complete.sql');
is(ask("INSERT INTO promise VALUES ('a', '0.995', '24/7'), ('b', '99%', NULL) RETURNING service"), "a\nb", 'checks of text columns take what they took');
is(ask("INSERT INTO promise VALUES ('c', '99.9', NULL)") . ' ' . ask("INSERT INTO promise VALUES ('c', '99.9%', 'nine to five')"),
	'ERROR:  22003 ERROR:  22P02', 'and refuse what they refused');
is(ask("UPDATE card SET lane = 'doing' WHERE id = 3"), 'ERROR:  23W01', 'limits hold');

restore('schema-only.sql');
is(ask("SELECT (SELECT count(*) FROM pg_trigger WHERE tgname ~ '^delivery_wip_'), count(*) FROM delivery.wip_status()"), '2|0',
	'a dump of the schema has the triggers and no limits');
Client::drop_database();
