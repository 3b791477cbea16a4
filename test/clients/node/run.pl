#!/usr/bin/perl
# node-postgres, from npm into build/clients/npm
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use File::Copy 'copy';
use File::Path 'make_path';
use Test::More;

my $modules = "$Client::top/build/clients/npm";

sub content
{
	my ($name) = @_;
	open(my $file, '<', $name) or return '';
	return do { local $/; <$file> };
}

# The registry is asked only where another version is wanted than the one there is.
sub install
{
	my $wanted = "$FindBin::Bin/package.json";
	return if content($wanted) eq content("$modules/package.json") && -e "$modules/node_modules/pg/package.json";
	make_path($modules);
	copy($wanted, "$modules/package.json") or die "cannot copy package.json: $!\n";
	system("npm install --prefix '$modules' --no-package-lock --no-audit --no-fund >'$modules/log' 2>&1") == 0
		or die "npm cannot install pg:\n", content("$modules/log");
}

Client::need('node --version && npm --version', 'nodejs npm');
install();
$ENV{NODE_PATH} = "$modules/node_modules";
Client::run(section => 'node-postgres', language => 'javascript', marker => 'console.log("BLOCK");', file => 'example.js',
	command => ['node'], before => "(async () => {\n", after => "})().catch((error) => { console.log(error); process.exit(1); });\n");
done_testing();
