# shellcheck shell=bash disable=SC2154
# steps.sh: what is installed on each kind of machine, and what must work there;
# to be sourced by inside.sh.

apt_install() {
	in_machine 900 root "apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1"
}

# The machine is what its name says: there are these files, and not those.
there_is() {
	in_machine 10 root "ls -d $1"
}

there_is_no() {
	in_machine 10 root "for path in $1; do [ ! -e \$path ] || { echo \"there is \$path\"; exit 1; }; done"
}

# Two majors: the next older release has another one.
add_older_release() {
	local older
	case $release in
	trixie) older=bookworm ;;
	*)
		echo "no older release is known for $release"
		return 1
		;;
	esac
	sed "s/ $release / $older /" "$root/etc/apt/sources.list" >"$root/etc/apt/sources.list.d/older.list" &&
		printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$older" >"$root/etc/apt/preferences.d/older"
}

prepare() {
	in_machine 60 root "useradd -M -d /home/newcomer newcomer && chown newcomer /home/newcomer && chown -R newcomer /home/newcomer/delivery" &&
		case $kind in
		bare)
			there_is_no "/usr/bin/pg_config /usr/bin/gcc /usr/lib/postgresql"
			;;
		client)
			apt_install "postgresql-client libpq-dev" &&
				there_is "/usr/bin/pg_config /usr/lib/postgresql/*/lib/pgxs/src/makefiles/pgxs.mk" &&
				there_is_no "/usr/include/postgresql/*/server/postgres.h /usr/lib/postgresql/*/bin/postgres"
			;;
		server)
			apt_install postgresql && there_is "/usr/lib/postgresql/*/bin/postgres /etc/postgresql/*/main" &&
				there_is_no "/usr/include/postgresql/*/server/postgres.h"
			;;
		two)
			# the older one is complete, the newer one lacks the headers
			add_older_release && apt_install "postgresql-15 postgresql-server-dev-15 postgresql-17" &&
				there_is "/usr/lib/postgresql/15/bin/postgres /usr/lib/postgresql/17/bin/postgres /usr/include/postgresql/15/server/postgres.h" &&
				there_is_no "/usr/include/postgresql/17/server/postgres.h"
			;;
		*)
			echo "no such kind of machine: $kind"
			return 1
			;;
		esac
}

clusters() {
	in_machine 10 root "ls -d /etc/postgresql/*/* 2>/dev/null || true"
}

# demo NAME FOLDER USER [ARGUMENT]: make demo, its report kept under that name
# without what comes before it and the port, which is another one each time
demo() {
	local status=0
	in_machine 900 "$3" "cd $2 && make demo ${4:-}" >"$log/$1.out" 2>&1 || status=$?
	cat "$log/$1.out"
	sed -n '/^Building the extension/,$p' "$log/$1.out" | sed '/^  connect /d' >"$log/$1.report"
	[ "$status" -eq 0 ] && grep -q '^First queries:' "$log/$1.report"
}

# demo_again NAME OTHER FOLDER USER [ARGUMENT]: the same report as that of OTHER
demo_again() {
	demo "$1" "${@:3}" && diff "$log/$2.report" "$log/$1.report"
}

# The connection that the report names works for whoever ran it.
connects() {
	local connect
	connect=$(sed -n 's/^  connect *//p' "$log/$1.out")
	[ "$(in_machine 30 "$2" "$connect -X -A -t -c 'SELECT count(*) > 0 FROM change'")" = t ]
}

stop() {
	in_machine 60 "$2" "cd $1 && make demo-stop" && ! grep -lx postgres "$root"/proc/[0-9]*/comm
}

no_new_cluster() {
	diff "$log/clusters_before" <(clusters)
}

# Without rights nothing can be installed: it is said what root is to install.
refused() {
	! in_machine 60 newcomer "cd /home/newcomer/delivery && make demo" >"$log/refused.out" 2>&1 || return 1
	cat "$log/refused.out"
	grep -q '^  as root: apt-get update && apt-get install ' "$log/refused.out" && ! grep -q postgres.h: "$log/refused.out"
}

taken() {
	grep -q "^PostgreSQL $2 is taken " "$log/$1.out"
}

whole_test() {
	local status=0
	in_machine 3600 "$2" "cd $1 && make test" >"$log/$3.out" 2>&1 || status=$?
	cat "$log/$3.out"
	[ "$status" -eq 0 ] && tail -n 1 "$log/$3.out" | grep -q ' passed, 0 failed, '
}

# The first machine runs all tests, after root installed what they need.
test_steps() {
	case $tests in
	yes) ;;
	no)
		line make_test skipped 0
		return
		;;
	# not the first machine
	*) return ;;
	esac
	step packages in_machine 900 root "cd /srv/delivery && test/bin/provision.sh test" || return 0
	step test_as_user whole_test /home/newcomer/delivery newcomer test_as_user || true
	step test_as_root whole_test /root/delivery root test_as_root || true
}

all_steps() {
	local folder=/srv/delivery
	# below /root the server cannot use the tree
	[ "$kind" != bare ] || folder=/root/delivery
	clusters >"$log/clusters_before"
	[ "$kind" != bare ] || step refused refused || true
	needed_step demo demo demo "$folder" root
	step demo_again demo_again demo_again demo "$folder" root || true
	step connects connects demo_again root || true
	if [ "$kind" = two ]; then
		step taken taken demo 15 || true
		# which brings the headers of the newer one, so that one is taken then
		needed_step demo_17 demo demo_17 "$folder" root PG_CONFIG=/usr/lib/postgresql/17/bin/pg_config
		step demo_17_again demo_again demo_17_again demo_17 "$folder" root || true
		step taken_then taken demo_17_again 17 || true
		step demo_15 demo_again demo_15 demo "$folder" root PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config || true
	fi
	step stop stop "$folder" root || true
	step no_new_cluster no_new_cluster || true
	if [ "$kind" = bare ]; then
		step demo_as_user demo demo_as_user /home/newcomer/delivery newcomer || true
		step demo_as_user_again demo_again demo_as_user_again demo_as_user /home/newcomer/delivery newcomer || true
		step stop_as_user stop /home/newcomer/delivery newcomer || true
		test_steps
	fi
}
