#!/usr/bin/perl
# psycopg2
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_python('psycopg2', 'python3-psycopg2');
Client::run_python('psycopg2');
done_testing();
