#!/usr/bin/perl
# Django
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_python('django, psycopg2', 'python3-django python3-psycopg2');
Client::run_python('Django');
done_testing();
