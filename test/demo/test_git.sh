#!/bin/bash
# git.sh on small repositories whose every date is known. Prints TAP.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# nothing of the user's, and no repository around the temporary folder
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$work
export GIT_AUTHOR_NAME=Author GIT_AUTHOR_EMAIL=author@example.org
export GIT_COMMITTER_NAME=Committer GIT_COMMITTER_EMAIL=committer@example.org
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

. "$here/../bin/tap.sh"
plan 18

# run NAME EXPECTED_STATUS PATH: reads PATH into $work/NAME
run() {
	local status=0
	"$here/git.sh" "$3" "$work/$1" >"$work/log" 2>&1 || status=$?
	[ "$status" -eq "$2" ] || { echo "exit status $status, expected $2" >>"$work/log"; return 1; }
}

check() {
	local name=$1 status=0
	shift
	"$@" || status=$?
	result "$status" "$name"
}

says() {
	run refused 1 "$1" && grep -qF "$2" "$work/log"
}

same() {
	diff -u "$1" "$2" >"$work/log"
}

at() {
	echo "2026-$1 +0000"
}

# commit AUTHOR_TIME COMMITTER_TIME MESSAGE...
commit() {
	local authored=$1 committed=$2
	shift 2
	GIT_AUTHOR_DATE=$(at "$authored") GIT_COMMITTER_DATE=$(at "$committed") \
		git -C "$repo" commit -q --allow-empty "${@/#/-m}"
}

annotated() {
	GIT_COMMITTER_DATE=$(at "$1") git -C "$repo" tag -a -m "$2" "$2" "${3:-HEAD}"
}

lightweight() {
	git -C "$repo" tag "$1" "${2:-HEAD}"
}

tip() {
	git -C "$repo" rev-parse HEAD
}

repo="$work/my shop, \"old\""
mkdir "$repo"
git -C "$repo" init -q -b main

# two commits; the author wrote them before the committer applied them
commit '01-01 10:00' '01-02 08:00' one
c1=$(tip)
commit '01-01 12:00' '01-02 09:00' two
c2=$(tip)
annotated '01-03 09:00' v1.0.0-rc1
annotated '01-05 09:00' v1.0.0
# no new commit: a deployment without changes
annotated '01-20 09:00' v1.0.0-again
# a release, and a hotfix exactly 72 hours later, tagged without a tag object
commit '01-21 10:00' '01-21 10:00' three
c3=$(tip)
annotated '02-01 09:00' v1.1.0
commit '02-03 10:00' '02-04 09:00' 'hotfix in time'
c4=$(tip)
lightweight v1.1.1
# a hotfix that comes a second too late, of a hotfix
commit '02-07 09:00:01' '02-07 09:00:01' 'hotfix too late'
c5=$(tip)
lightweight v1.1.2
# a branch that is never merged, and one that is
git -C "$repo" checkout -q -b lost
commit '02-08 09:00' '02-08 09:00' 'never delivered'
git -C "$repo" checkout -q -b side main
commit '02-09 09:00' '02-09 09:00' 'on a branch'
c6=$(tip)
git -C "$repo" checkout -q main
commit '02-10 09:00' '02-10 09:00' 'on main'
c7=$(tip)
GIT_AUTHOR_DATE=$(at '02-11 09:00') GIT_COMMITTER_DATE=$(at '02-11 09:00') \
	git -C "$repo" merge -q --no-ff -m 'merge side' side
c8=$(tip)
annotated '02-12 09:00' v1.2
# undone before it was deployed: no failure
commit '02-13 09:00' '02-13 09:00' 'a mistake'
c9=$(tip)
commit '02-14 09:00' '02-14 09:00' 'Revert "a mistake"' "This reverts commit $c9."
c10=$(tip)
annotated '02-20 09:00' v1.3.0
# undone after it was deployed, by its full name and by a short one
commit '02-22 09:00' '02-22 09:00' 'Revert "on a branch"' "This reverts commit $c6, which"
c11=$(tip)
annotated '03-01 09:00' v2.0.0
annotated '03-01 10:00' v2.1.0-BETA
commit '03-02 09:00' '03-02 09:00' 'Revert "on main"' "This reverts commit ${c7:0:12} (on main)."
c12=$(tip)
# a month later, but of the same line: no hotfix. The times are tagged in
# another order than the commits, and two of them are equal.
annotated '04-01 09:00' v2.0.1
commit '03-03 09:00' '03-03 09:00' 'tagged later than its successor'
c13=$(tip)
commit '03-04 09:00' '03-04 09:00' 'its successor'
c14=$(tip)
annotated '04-03 09:00' 'v2.10.0' "$c13"
annotated '04-03 09:00' 'v2.9.0' "$c14"
# dates are no x.y.z, and a clock ran ahead
commit '04-11 09:00' '04-09 09:00' 'author clock ahead'
c15=$(tip)
annotated '04-10 09:00' 2026.04.10
annotated '04-11 08:00' 2026.04.11
# tags that are no deployments: of a tree, and of a tag that is one
git -C "$repo" tag tree 'HEAD^{tree}'
GIT_COMMITTER_DATE=$(at '05-01 09:00') git -C "$repo" tag -a -m nested nested 2026.04.11 2>/dev/null
# words that only look like pre-releases, and those that are
annotated '05-02 09:00' latest
for name in 3.0.0beta2 3.0.0.dev1 3.0-ALPHA test-3 nightly/3 3.0-snapshot 3.0-pre1 3.0-preview; do
	annotated '05-03 09:00' "$name"
done
# two products in one repository: the next number of another one is no hotfix
annotated '05-04 09:00' api-1.0.0
annotated '05-04 10:00' web-1.0.1
annotated '05-04 11:00' web-1.0.2-linux4.4

shop='"my shop, ""old"""'
sed "s/^shop/$shop/" >"$work/deployment.expected" <<'END'
service,version,deployed_at,failed,unplanned,failed_at,restored_at
shop,v1.0.0,2026-01-05 09:00:00+00,false,false,,
shop,v1.0.0-again,2026-01-20 09:00:00+00,false,false,,
shop,v1.1.0,2026-02-01 09:00:00+00,true,false,2026-02-01 09:00:00+00,2026-02-04 09:00:00+00
shop,v1.1.1,2026-02-04 09:00:00+00,false,true,,
shop,v1.1.2,2026-02-07 09:00:01+00,false,false,,
shop,v1.2,2026-02-12 09:00:00+00,true,false,2026-02-12 09:00:00+00,2026-03-01 09:00:00+00
shop,v1.3.0,2026-02-20 09:00:00+00,false,false,,
shop,v2.0.0,2026-03-01 09:00:00+00,false,false,,
shop,v2.0.1,2026-04-01 09:00:00+00,false,false,,
shop,v2.9.0,2026-04-03 09:00:00+00,false,false,,
shop,v2.10.0,2026-04-03 09:00:00+00,false,false,,
shop,2026.04.10,2026-04-10 09:00:00+00,false,false,,
shop,2026.04.11,2026-04-11 08:00:00+00,false,false,,
shop,nested,2026-05-01 09:00:00+00,false,false,,
shop,latest,2026-05-02 09:00:00+00,false,false,,
shop,api-1.0.0,2026-05-04 09:00:00+00,false,false,,
shop,web-1.0.1,2026-05-04 10:00:00+00,true,false,2026-05-04 10:00:00+00,2026-05-04 11:00:00+00
shop,web-1.0.2-linux4.4,2026-05-04 11:00:00+00,false,true,,
END
sed "s/^shop/$shop/" >"$work/change.expected" <<END
service,change_id,committed_at,deployed_at,version
shop,$c1,2026-01-01 10:00:00+00,2026-01-05 09:00:00+00,v1.0.0
shop,$c2,2026-01-01 12:00:00+00,2026-01-05 09:00:00+00,v1.0.0
shop,$c3,2026-01-21 10:00:00+00,2026-02-01 09:00:00+00,v1.1.0
shop,$c4,2026-02-03 10:00:00+00,2026-02-04 09:00:00+00,v1.1.1
shop,$c5,2026-02-07 09:00:01+00,2026-02-07 09:00:01+00,v1.1.2
shop,$c6,2026-02-09 09:00:00+00,2026-02-12 09:00:00+00,v1.2
shop,$c7,2026-02-10 09:00:00+00,2026-02-12 09:00:00+00,v1.2
shop,$c8,2026-02-11 09:00:00+00,2026-02-12 09:00:00+00,v1.2
shop,$c9,2026-02-13 09:00:00+00,2026-02-20 09:00:00+00,v1.3.0
shop,$c10,2026-02-14 09:00:00+00,2026-02-20 09:00:00+00,v1.3.0
shop,$c11,2026-02-22 09:00:00+00,2026-03-01 09:00:00+00,v2.0.0
shop,$c12,2026-03-02 09:00:00+00,2026-04-01 09:00:00+00,v2.0.1
shop,$c13,2026-03-03 09:00:00+00,2026-04-03 09:00:00+00,v2.9.0
shop,$c14,2026-03-04 09:00:00+00,2026-04-03 09:00:00+00,v2.9.0
shop,$c15,2026-04-11 09:00:00+00,2026-04-10 09:00:00+00,2026.04.10
END

check "a clone in a folder with spaces is read" run first 0 "$repo"
check "deployments" same "$work/deployment.expected" "$work/first/deployment.csv"
check "changes" same "$work/change.expected" "$work/first/change.csv"

# the same from a bare clone, a worktree, a subfolder's .git, and other settings
git clone -q --bare "$repo" "$work/bare.git"
both_same() {
	sed "s/^$shop/$2/" "$work/deployment.expected" >"$work/expected.$2"
	sed "s/^$shop/$2/" "$work/change.expected" >>"$work/expected.$2"
	run "$2" 0 "$1" || return 1
	cat "$work/$2/deployment.csv" "$work/$2/change.csv" | diff -u "$work/expected.$2" - >"$work/log"
}
check "a bare clone gives the same" both_same "$work/bare.git" bare
git -C "$repo" worktree add -q --detach "$work/tree" main
check "a worktree gives the same" both_same "$work/tree" tree
git clone -q "$repo" "$work/dotgit" 2>/dev/null
check "the .git of a clone gives the same" both_same "$work/dotgit/.git" dotgit
printf '[log]\n\tshowSignature = true\n\tdecorate = full\n[i18n]\n\tlogOutputEncoding = UTF-16\n' >"$work/settings"
mv "$work/bare" "$work/bare.before"
GIT_CONFIG_GLOBAL=$work/settings GIT_DIR=/nonexistent check "settings and variables of the user do not matter" \
	both_same "$work/bare.git" bare

# a repair that fails itself; the earliest of several repairs counts
repo=$work/twice
mkdir "$repo"
git -C "$repo" init -q -b main
commit '06-01 09:00' '06-01 09:00' bad
bad=$(tip)
annotated '06-01 10:00' 1.0.0
commit '06-02 09:00' '06-02 09:00' 'Revert "bad"' "This reverts commit $bad."
undone=$(tip)
annotated '06-02 10:00' 1.0.1
commit '06-03 09:00' '06-03 09:00' 'Revert "Revert "bad""' "This reverts commit $undone."
annotated '06-08 10:00' 1.1.0
cat >"$work/twice.expected" <<'END'
service,version,deployed_at,failed,unplanned,failed_at,restored_at
twice,1.0.0,2026-06-01 10:00:00+00,true,false,2026-06-01 10:00:00+00,2026-06-02 10:00:00+00
twice,1.0.1,2026-06-02 10:00:00+00,true,true,2026-06-02 10:00:00+00,2026-06-08 10:00:00+00
twice,1.1.0,2026-06-08 10:00:00+00,false,false,,
END
check "a repair that fails itself is read" run twice 0 "$repo"
check "a deployment may be a repair and a failure" same "$work/twice.expected" "$work/twice/deployment.csv"

git clone -q --depth 1 "file://$repo" "$work/shallow" 2>/dev/null
shallow() {
	run shallow 0 "$work/shallow" && grep -q 'warning: .* is a shallow clone' "$work/log"
}
check "a shallow clone is read, with a warning" shallow
check "a shallow clone has one change" [ "$(wc -l <"$work/shallow/change.csv")" -eq 2 ]

# only root can give files away
if [ "$(id -u)" -eq 0 ]; then
	cp -r "$work/bare.git" "$work/foreign.git"
	chown -R 65534 "$work/foreign.git"
	check "a clone of somebody else is read" both_same "$work/foreign.git" foreign
else
	skip "a clone of somebody else is read" "needs root"
fi

# clear refusals
repo=$work/untagged
mkdir "$repo"
git -C "$repo" init -q -b main
check "no commit: no tags" says "$repo" 'no tags: a tag is taken for a deployment'
commit '01-01 10:00' '01-01 10:00' one
check "no tags" says "$repo" 'no tags: a tag is taken for a deployment'
git -C "$repo" tag tree 'HEAD^{tree}'
check "no tag of a commit" says "$repo" 'no tag points at a commit'
lightweight v1.0-rc1
check "pre-releases only" says "$repo" 'no deployment: 1 of the tags are pre-releases'
mkdir "$work/plain"
check "not a git repository" says "$work/plain" "not a git repository: $work/plain"
check "no such directory" says "$work/nowhere" "no such directory: $work/nowhere"

finish
