#!/usr/bin/perl
# ActiveRecord
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

my $ruby = $ENV{RUBY} // '/usr/bin/ruby';

Client::need("$ruby -e 'require \"active_record\"; require \"pg\"'", 'ruby-activerecord ruby-pg');
Client::run(section => 'ActiveRecord', language => 'ruby', marker => '$stdout.puts "BLOCK"', before => "\$stdout.sync = true\n",
	file => 'example.rb', command => [$ruby]);
done_testing();
