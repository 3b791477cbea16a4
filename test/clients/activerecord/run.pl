#!/usr/bin/perl
# ActiveRecord
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

Client::need_ruby();
Client::run_ruby('ActiveRecord');
done_testing();
