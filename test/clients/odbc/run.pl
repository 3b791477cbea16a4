#!/usr/bin/perl
# psqlODBC: isql of unixODBC, and pyodbc
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

# The page's odbc.ini, with the server of the tests.
sub write_odbc_ini
{
	my ($folder) = @_;
	my ($ini) = Client::blocks('ODBC', 'ini');
	Client::write_file("$folder/odbc.ini",
		"$ini->{body}Servername = 127.0.0.1\nPort = $ENV{PGPORT}\nUsername = $Client::role\nPassword = $ENV{PGPASSWORD}\n");
}

$ENV{ODBCINI} = 'odbc.ini';
Client::need('command -v isql', 'unixodbc odbc-postgresql');
Client::need_python('pyodbc', 'python3-pyodbc');
Client::run(section => 'ODBC', language => 'sh', marker => 'echo BLOCK', file => 'example.sh', command => ['sh'], prepare => \&write_odbc_ini);
Client::run_python('ODBC', prepare => \&write_odbc_ini);
done_testing();
