#!/usr/bin/perl
# psycopg 3
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_python('psycopg', 'python3-psycopg');
Client::run_python('psycopg 3');
done_testing();
