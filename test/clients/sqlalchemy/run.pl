#!/usr/bin/perl
# SQLAlchemy over psycopg2, and Alembic
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_python('psycopg2, sqlalchemy, alembic', 'python3-psycopg2 python3-sqlalchemy python3-alembic');
Client::run_python('SQLAlchemy and Alembic');
done_testing();
