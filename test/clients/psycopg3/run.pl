#!/usr/bin/perl
# psycopg 3
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::run_python('psycopg 3', 'psycopg', 'python3-psycopg');
done_testing();
