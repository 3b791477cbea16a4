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

sub install
{
	make_path($modules);
	copy("$FindBin::Bin/package.json", "$modules/package.json") or die "cannot copy package.json: $!";
	system("npm install --prefix '$modules' --no-package-lock --no-audit --no-fund --silent >/dev/null") == 0
		or die "npm cannot install pg\n";
}

Client::need('node --version && npm --version', 'nodejs npm');
install();
$ENV{NODE_PATH} = "$modules/node_modules";
Client::run(section => 'node-postgres', language => 'javascript', marker => 'console.log("BLOCK");', file => 'example.js',
	command => ['node'], before => "(async () => {\n", after => "})().catch((error) => { console.log(error); process.exit(1); });\n");
done_testing();
