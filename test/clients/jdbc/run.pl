#!/usr/bin/perl
# pgjdbc
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Client;
use Test::More;

my $jar = $ENV{JDBC_JAR} // '/usr/share/java/postgresql.jar';
my $before = <<'JAVA';
import java.math.BigDecimal;
import java.sql.*;
import java.time.OffsetDateTime;
import java.util.*;
import org.postgresql.util.*;

public class Example {
public static void main(String[] arguments) throws Exception {
String port = System.getenv("PGPORT");
String database = System.getenv("PGDATABASE");
String user = System.getenv("PGUSER");
String password = System.getenv("PGPASSWORD");
JAVA

Client::need("javac --version && java --version && test -e '$jar'", 'default-jdk-headless libpostgresql-jdbc-java');
Client::run(section => 'pgjdbc', language => 'java', marker => 'System.out.println("BLOCK");', file => 'Example.java', before => $before,
	after => "}\n}\n", command => ['java', '-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', $jar], tcp => 1);
done_testing();
