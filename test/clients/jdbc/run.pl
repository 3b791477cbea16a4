#!/usr/bin/perl
# pgjdbc, over TCP as it can no other way
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_java();
Client::run_java('pgjdbc', tcp => 1);
done_testing();
