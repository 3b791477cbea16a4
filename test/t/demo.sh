#!/bin/bash
# "make demo" as a newcomer runs it: twice, on the sample and on a git clone,
# and what it says about connecting and stopping. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
export DEMO_CLUSTER=test_demo
trap 'make -s demo-stop; rm -rf "$work"' EXIT
. test/bin/tap.sh
plan 16

# Status of a command whose output is kept in $work/log.
run() {
	status=0
	"$@" >"$work/log" 2>&1 </dev/null || status=$?
}

# The socket is in another place and under another port each time.
report() {
	grep -v '^  connect ' "$work/log"
}

run make -s demo
result $status "make demo ends well"
report >"$work/first"
status=0
for service in checkout billing search mainframe intranet; do
	[ "$(grep -c "^ $service " "$work/first")" -ge 2 ] || status=1
done
result $status "the report has every service, in speed and in stability"
status=0
for level in elite high medium low; do
	grep -q "| $level" "$work/first" || status=1
done
result $status "the sample reaches every level"

[ "$(sed -n '/Service levels by priority/,/^$/p' "$work/first" | grep -cE '^ +[1-4] \|.*[0-9]\.[0-9] % ')" -eq 4 ] || status=1
result $status "and the attainment of each priority"

status=0
for expected in 'checkout .* page .*exhausted' 'search .* ticket .*2026-' 'intranet .* none '; do
	sed -n '/Error budgets/,/^$/p' "$work/first" | grep -qE "^ $expected" || status=1
done
sed -n '/Budget of checkout/,/Work in progress/p' "$work/first" >"$work/log"
grep -qE '^ +0 \|-+' "$work/log" || status=1
result $status "and the error budget of each service, with its burn-down"

status=0
sed -n '/Work in progress/,/^The server/p' "$work/first" >"$work/wip"
[ "$(grep -cE '^ (payments|platform|web) +\| .* (block|warn)$' "$work/wip")" -eq 9 ] || status=1
grep -qE '^ platform \| doing +\| +3 \| +2 \| +-1 \| block$' "$work/wip" || status=1
sed -n '/^UPDATE /,/^$/p' "$work/wip" | cut -d ' ' -f 1 | paste -s -d ' ' - | grep -q '^UPDATE ERROR: DETAIL: HINT:  UPDATE' || status=1
grep -q "^DETAIL:  Rule wip_limit(doing), team = 'payments': 4 in progress, 1 entering, limit 4.$" "$work/wip" || status=1
result $status "and the limits of the board, with a move that is refused"

# by hand: Ada's 5, 4, 5 are a 4 held in full, and 5 - 4 = 1; nothing held or assessed counts 0, and more than required is below 0
status=0
sed -n '/^ *Levels held by/,/^$/p' "$work/first" >"$work/log"
[ "$(grep -cE '\| (yes|no) *$' "$work/log")" -eq 16 ] || status=1
for expected in 'Ada .* DEMG .* 5 Ensure, advise +\| 5 Ensure, advise +\| +0 \| yes' 'Ada .* RLMT .* 5 Ensure, advise +\| 4 Enable +\| +1 \| no' \
	'Ada .* RELM .* 4 Enable +\| 5 Ensure, advise +\| +-1 \| yes' 'Bruno .* RLMT .* not assessed +\| +5 \| no' \
	'Dana .* CHMG .* 3 Apply +\| none +\| +3 \| no' 'Dana .* USUP .* 3 Apply +\| 3 Apply +\| +0 \| yes'; do
	grep -qE "^ $expected *$" "$work/log" || status=1
done
result $status "the levels of a team, and those that its roles ask for"

# met of required: 3 of 4, 1 of 4, all, 2 of 4; 10 of 16
status=0
sed -n '/^ *Coverage of what/,/^$/p' "$work/first" >"$work/log"
for expected in 'Ada +\| +4 \| +3 \| +0 \| 75\.0 % +\| +1' 'Bruno +\| +4 \| +1 \| +1 \| 25\.0 % +\| +5' 'Chen +\| +4 \| +4 \| +0 \| 100\.0 % +\| +0' \
	'Dana +\| +4 \| +2 \| +0 \| 50\.0 % +\| +3' 'whole team +\| +16 \| +10 \| +1 \| 62\.5 % +\| +5'; do
	grep -qE "^ $expected *$" "$work/log" || status=1
done
# (2 * 4 + 3 + 4) / 4, (2 * 5 + 2 * 4 + 2) / 5, (3 + 1 + 2 * 5) / 4, (3 + 3) / 2, (4 + 3) / 2; 62 / 17
sed -n '/^ *Maturity of/,/^$/p' "$work/first" >>"$work/log"
for expected in 'processes +\| +3 \| +0 \| 3\.75 +\| +3' 'technology +\| +3 \| +1 \| 4\.00 +\| +4' 'people +\| +3 \| +0 \| 3\.50 +\| +1' \
	'governance +\| +2 \| +0 \| 3\.00 +\| +3' 'culture +\| +2 \| +0 \| 3\.50 +\| +-' 'all of them +\| +13 \| +1 \| 3\.65 +\| +1'; do
	grep -qE "^ $expected \| " "$work/log" || status=1
done
result $status "their coverage by person, and maturity by dimension"

# the statements by which rows are entered, the last of which is refused
status=0
sed -n '/^Dana joins/,/^ *Levels held by/p' "$work/first" >"$work/log"
[ "$(grep -E '^(INSERT|ERROR|DETAIL)' "$work/log" | cut -d ' ' -f 1 | paste -s -d ' ' -)" = "INSERT INSERT INSERT INSERT ERROR: DETAIL:" ] || status=1
grep -q '^DETAIL:  It is defined at levels 6 to 7.$' "$work/log" || status=1
result $status "and how they are entered, with a level that is refused"

run make -s demo
report | cmp -s - "$work/first" || status=1
result $status "a second run prints the same report"

connect=$(sed -n 's/^  connect *//p' "$work/log")
run bash -c "$connect -X -A -t -c 'SELECT lead_time(committed_at, deployed_at) IS NOT NULL FROM change'"
[ "$(cat "$work/log")" = t ] || status=1
result $status "the connection it names works, without a schema in front"

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
clone="$work/a clone"
git init -q "$clone"
for day in 05 06 07; do
	GIT_AUTHOR_DATE="2026-01-${day}T09:00:00Z" GIT_COMMITTER_DATE="2026-01-${day}T12:00:00Z" \
		git -C "$clone" commit -q --allow-empty -m "change of $day"
	git -C "$clone" tag "v1.${day#0}.0"
done
run make -s demo GIT="$clone"
grep -q 'a clone .*3 ' "$work/log" && grep -q '3.0 h' "$work/log" || status=1
result $status "make demo GIT=... reports the history of a clone"

run make -s demo GIT="$work/nowhere"
[ "$status" -ne 0 ] && status=0 || status=1
result $status "a path that is no clone is refused"

[ -e "build/$DEMO_CLUSTER/data/postmaster.pid" ] || echo "# no server to stop"
run make -s demo-stop
[ ! -e "build/$DEMO_CLUSTER/data/postmaster.pid" ] || status=1
result $status "make demo-stop stops the server"
run make -s demo-stop
result $status "and may be said twice"

# as it is cloned, and built nowhere yet
tree="$work/a tree"
mkdir "$tree"
cp -r src test doc Makefile delivery.control "$tree"
find "$tree" \( -name '*.o' -o -name '*.bc' \) -delete
chmod 755 "$work"
run make -s -C "$tree" demo
connect=$(sed -n 's/^  connect *//p' "$work/log")
echo 'SELECT 1' | bash -c "$connect -X -A -t" >/dev/null 2>&1 || status=1
make -s -C "$tree" demo-stop || status=1
result $status "all of it works in a path with a space"
finish
