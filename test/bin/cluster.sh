#!/bin/bash
# Throw-away PostgreSQL clusters for the demo, the tests and the benchmark.
#
#   cluster.sh start NAME [setting=value ...]   stage the extension, start afresh
#   cluster.sh stop NAME                        stop it
#   cluster.sh env NAME                         print what a client must export
#
# A cluster lives in build/NAME: its data, its socket, its log and a staged
# installation of the extension, so that nothing outside is written and no
# rights are needed beyond the installed packages. The server refuses to run as
# root; for root it runs as the user "postgres" of Debian's packages.
# CLUSTER_STAGE names a folder with an installation to be used instead.
# CLUSTER_LOCALE=icu makes a cluster that sorts by language, else it is C.
# Only that user and root may connect, over the socket and without a password.
# Where a setting opens a TCP port, everyone needs the password made for this
# cluster.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=test/bin/server.sh
. "$top/test/bin/server.sh"
choose_server
pg_config=$PG_CONFIG
command=${1:?"usage: cluster.sh start|stop|env NAME"}
name=${2:?"usage: cluster.sh start|stop|env NAME"}
shift 2

# it becomes part of a path that is removed
case $name in
*[!a-z0-9_]*)
	echo "cluster.sh: NAME may have small letters, digits and underscores" >&2
	exit 2
	;;
esac

bindir=$("$pg_config" --bindir)
link=$top/build/$name

server_user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	server_user=postgres
fi

as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		# no login shell, and a working directory that user can enter
		(cd / && runuser -u "$server_user" -- "$@")
	else
		"$@"
	fi
}

# A socket path longer than this does not fit into sockaddr_un.
fits() {
	[ $((${#1} + 30)) -le 107 ]
}

# The folder that really holds the cluster: build/NAME, or behind a link of
# that name where the server could not reach it (a clone below /root) or the
# path is too long for a socket.
make_run_dir() {
	mkdir -p "$top/build"
	if [ -L "$link" ]; then
		case $(readlink "$link") in
		*/delivery.??????) rm -rf "$(readlink "$link")" ;;
		esac
		rm -f "$link"
	fi
	rm -rf "$link"
	mkdir "$link"
	[ "$(id -u)" -ne 0 ] || chown "$server_user" "$link"
	if fits "$link" && as_server test -w "$link"; then
		run=$link
		return
	fi
	rmdir "$link"
	# root's TMPDIR may be closed to the server, too
	make_run_dir_in "${TMPDIR:-/tmp}" || make_run_dir_in /tmp || {
		echo "no folder for the server: neither $link nor ${TMPDIR:-/tmp} nor /tmp can be used by user $server_user" >&2
		return 1
	}
	ln -s "$run" "$link"
	# without its name, which is another one each time
	echo "build/$name is a link to a folder in ${run%/*} (the server cannot use the folder itself)"
}

make_run_dir_in() {
	run=$(mktemp -d "$1/delivery.XXXXXX") || return 1
	chmod 755 "$run"
	[ "$(id -u)" -ne 0 ] || chown "$server_user" "$run"
	if fits "$run" && as_server test -w "$run"; then
		return
	fi
	rmdir "$run"
	return 1
}

# A pid file may be left from a crash, so the server itself is asked.
stop_cluster() {
	local data
	[ -e "$link/data/postmaster.pid" ] || return 0
	data=$(readlink -f "$link")/data
	if as_server "$bindir/pg_ctl" -D "$data" status >/dev/null 2>&1; then
		as_server "$bindir/pg_ctl" -D "$data" -m fast -w stop >/dev/null
	fi
}

free_port() {
	perl -MIO::Socket::INET -e \
		'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

stage_extension() {
	if [ -n "${CLUSTER_STAGE:-}" ]; then
		cp -r "$CLUSTER_STAGE" "$run/stage"
		chmod -R a+rX "$run/stage"
		return
	fi
	make -C "$top" --no-print-directory -s install with_llvm=no \
		PG_CONFIG="$pg_config" DESTDIR="$run/stage" >"$run/install.log" 2>&1 ||
		{ cat "$run/install.log" >&2; return 1; }
	chmod -R a+rX "$run/stage"
}

# Where the server finds the staged files: 18 and newer by a setting of its
# own, older ones by the one that Debian adds.
staged_settings() {
	local share lib version
	version=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	share=$("$pg_config" --sharedir)
	lib=$("$pg_config" --pkglibdir)
	if [ "$version" -ge 18 ]; then
		echo "extension_control_path = '$run/stage$share:\$system'"
		echo "dynamic_library_path = '$run/stage$lib:\$libdir'"
	# (read to its end, or the writer is told off and the pipe fails)
	elif "$bindir/postgres" --describe-config | grep '^extension_destdir' >/dev/null; then
		echo "extension_destdir = '$run/stage'"
	else
		echo "below version 18 only Debian's server finds an extension in another folder;" >&2
		echo "with this one, run make install and make installcheck" >&2
		return 1
	fi
}

start_cluster() {
	local password port setting tries
	stop_cluster
	make_run_dir
	stage_extension
	as_server mkdir -m 755 "$run/socket"
	password=$(perl -e 'open my $r, "<", "/dev/urandom"; read $r, my $b, 16; print unpack "H*", $b')
	(umask 077 && echo "$password" >"$run/password")
	[ "$(id -u)" -ne 0 ] || chown "$server_user" "$run/password"
	as_server "$bindir/initdb" --no-sync -D "$run/data" -U postgres --pwfile="$run/password" \
		-A scram-sha-256 --auth-local=trust -E UTF8 --locale=C \
		${CLUSTER_LOCALE:+--locale-provider=icu --icu-locale=en-US} >"$run/initdb.log" 2>&1 ||
		{ cat "$run/initdb.log" >&2; return 1; }
	for tries in 1 2 3; do
		port=$(free_port)
		{
			echo "fsync = off"
			echo "listen_addresses = ''"
			echo "port = $port"
			echo "unix_socket_directories = '$run/socket'"
			echo "unix_socket_permissions = 0700"
			staged_settings || exit 1
			for setting in "$@"; do
				echo "$setting"
			done
		} >"$run/settings" || return 1
		chmod a+r "$run/settings"
		as_server cp "$run/settings" "$run/data/postgresql.auto.conf"
		if as_server "$bindir/pg_ctl" -D "$run/data" -l "$run/server.log" -w -t 60 start \
			>/dev/null 2>&1 </dev/null; then
			echo "$port" >"$run/port"
			return 0
		fi
	done
	tail -n 20 "$run/server.log" >&2
	return 1
}

case $command in
start)
	start_cluster "$@"
	;;
stop)
	stop_cluster
	;;
env)
	[ -e "$link/port" ] || { echo "no cluster build/$name" >&2; exit 1; }
	run=$(readlink -f "$link")
	# quoted, as the path of the tree may have spaces
	printf 'export PGHOST=%q PGPORT=%q PGUSER=postgres PGDATABASE=postgres\n' "$run/socket" "$(cat "$run/port")"
	printf 'export PGPASSWORD=%q\n' "$(cat "$run/password")"
	printf 'export PATH=%q:$PATH PG_CONFIG=%q\n' "$bindir" "$pg_config"
	;;
*)
	echo "usage: cluster.sh start|stop|env NAME" >&2
	exit 2
	;;
esac
