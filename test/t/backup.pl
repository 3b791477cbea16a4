#!/usr/bin/perl
# backup.pl: the commands of doc/backup.md do what it says.
#
# Every block marked "sh" is run as a reader pastes it, one after the other, by the
# owner of a database who is no superuser; where a block marked "text" follows it, that
# is its output. It may fail only where an error is shown. Prints TAP.
use strict;
use warnings;
use File::Temp 'tempdir';

my $work = tempdir(CLEANUP => 1);
my $superuser = $ENV{PGUSER};
my @databases = qw(shop copy one_schema by_sections refused by_hand schema_only one_table);
my @roles = qw(shop_owner shop_admin shop_heir shop_app);
my $number = 0;
my $failed = 0;

sub ok
{
	my ($passed, $what, $output) = @_;
	$number++;
	$failed++ unless $passed;
	print(($passed ? 'ok' : 'not ok') . " $number - $what\n");
	print map { "# $_\n" } split /\n/, $output unless $passed;
}

# Lines without trailing blanks, which editors and psql treat differently.
sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\n+\z/\n/;
	return $text;
}

# run USER, SCRIPT: all that it says, and its status
sub run
{
	my ($user, $script) = @_;
	local $ENV{PGUSER} = $user;
	local $ENV{PGDATABASE} = 'postgres';
	open(my $file, '>', "$work/script") or die $!;
	print $file $script;
	close $file;
	my $output = qx(cd $work && bash -eu -o pipefail script 2>&1);
	return ($output, $?);
}

sub clean_up
{
	my $script = "{\n";
	$script .= "psql -X -q -c 'DROP DATABASE IF EXISTS $_'\n" foreach @databases;
	$script .= "psql -X -q -c 'DROP ROLE IF EXISTS $_'\n" foreach @roles;
	run($superuser, "export PGOPTIONS='-c client_min_messages=error'\n$script} || true\n");
}

sub prepare
{
	my ($output, $status) = run($superuser, <<'END');
for role in shop_owner shop_admin shop_heir shop_app; do psql -X -q -c "CREATE ROLE $role LOGIN"; done
psql -X -q -c 'ALTER ROLE shop_owner CREATEDB' -c 'CREATE DATABASE shop OWNER shop_owner'
psql -X -q -d shop -c 'GRANT CREATE ON DATABASE shop TO shop_admin'
PGUSER=shop_admin psql -X -q -d shop -c 'CREATE EXTENSION delivery' \
	-c "INSERT INTO delivery.calendar VALUES ('office', 'Mo-Fr 09:00-17:00')"
PGUSER=shop_owner psql -X -q -v ON_ERROR_STOP=1 -d shop >/dev/null <<'SQL'
CREATE SCHEMA app;
CREATE TABLE app.card (id integer PRIMARY KEY, lane text, team text);
CREATE INDEX ON app.card (lane, team);
SELECT delivery.limit_wip('app.card', 'lane', '{team}');
CALL delivery.create_audit_log('app.trail');
SELECT delivery.record_audit('app.card', 'app.trail');
INSERT INTO app.card SELECT i, 'doing', 'red' FROM generate_series(1, 3) AS i;
SELECT delivery.set_wip_limit('app.card', '{doing}', 1, 'block');
SELECT delivery.override_wip('app.card', '{doing}', '{"team": "blue"}', 1, 'a fair', '2999-01-01 00:00+00');
GRANT USAGE ON SCHEMA app TO shop_app;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO shop_app;
SQL
END
	die $output if $status;
}

local $/;
open(my $document, '<', 'doc/backup.md') or die "cannot read doc/backup.md: $!";
my $content = <$document>;
# a reader's settings are not ours
$ENV{PGTZ} = 'UTC';
$ENV{PSQLRC} = '/dev/null';
clean_up();
prepare();
while ($content =~ /^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/msg)
{
	my ($script, $expected) = ($1, $2);
	my $line = 1 + (substr($content, 0, $-[0]) =~ tr/\n//);
	my ($output, $status) = run('shop_owner', $script);
	my $fails = ($expected // '') =~ /^(?:\w+: )?error:/mi;
	ok(($status == 0 || $fails) && trimmed($output) eq trimmed($expected // ''), "doc/backup.md line $line", $output);
}
# what a view takes from 17 on
my ($output, $status) = run('shop_owner', <<'END');
psql -A -t -q -d copy <<'SQL'
MERGE INTO delivery.calendar AS c USING (VALUES ('office')) AS v (name) ON c.name = v.name WHEN MATCHED THEN UPDATE SET description = 'merged';
SELECT current_setting('server_version_num')::int >= 170000, description IS NOT NULL FROM delivery.calendar;
SQL
END
ok(scalar($output =~ /^(.)\|\1$/m), 'MERGE into a view works from PostgreSQL 17 on', $output);
clean_up();
print "1..$number\n";
exit($failed || !$number ? 1 : 0);
