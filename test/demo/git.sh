#!/bin/bash
# Read deployments and changes from any git clone (bare or not).
#
#   git.sh PATH_TO_CLONE OUTDIR
#
# Writes OUTDIR/deployment.csv and OUTDIR/change.csv, for the tables of
# schema.sql. The clone is only read, and nothing is fetched.
#
# deployment   A tag that points at a commit. Its time is that of the tagger, for
#              a lightweight tag that of the commit (committer date). At the same
#              time the lower version counts as the earlier one. A name with alpha,
#              beta, rc, pre, prerelease, preview, dev, test, nightly or snapshot
#              as a word of its own (v1.0-rc1, 1.0.0beta2) is no deployment.
# change       A commit, merges included, at its author time. It is delivered by
#              the earliest deployment that contains it. A tag on commits that are
#              all delivered already is a deployment without changes.
# hotfix       A deployment x.y.z of the same line x.y (and the same text before it) as
#              the deployment just before it, with a higher z, at most 72 hours
#              later. "v1.2" counts as 1.2.0; a date (2026.01.15) is no such version.
# unplanned    The deployment is a hotfix.
# failed       The next deployment is a hotfix, or a commit that this one delivered
#              is undone by a commit ("This reverts commit ...") that a later
#              deployment delivered. Failed when deployed; restored when the first
#              such hotfix or undoing was deployed.
#
# doc/git.md says what this cannot know.
set -euo pipefail
# a descriptor closed by the caller would be taken by the next file opened
exec </dev/null

clone=${1:?"usage: git.sh PATH_TO_CLONE OUTDIR"}
outdir=${2:?"usage: git.sh PATH_TO_CLONE OUTDIR"}

fail() {
	echo "git.sh: $*" >&2
	exit 1
}

command -v git >/dev/null || fail "git is not installed"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No settings of the user: they may change what git prints. The clone may belong
# to somebody else; older versions of git take that permission only from a file.
# shellcheck disable=SC2046
unset $(git rev-parse --local-env-vars) XDG_CONFIG_HOME GIT_CONFIG_GLOBAL
export HOME=$work LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_ALLOW_PROTOCOL=none
printf '[safe]\n\tdirectory = *\n' >"$work/.gitconfig"

git_in() {
	git --no-pager -C "$clone" -c safe.directory='*' -c log.showSignature=false \
		-c i18n.logOutputEncoding=UTF-8 "$@"
}

[ -d "$clone" ] || fail "no such directory: $clone"
git_in rev-parse --git-dir >"$work/git_dir" 2>"$work/error" ||
	fail "not a git repository: $clone ($(head -n 1 "$work/error"))"
if [ "$(git_in rev-parse --is-shallow-repository)" = true ]; then
	echo "git.sh: warning: $clone is a shallow clone: older commits and tags are missing," \
		"so lead times come out too short (git fetch --unshallow --tags)" >&2
fi

# the folder that holds the clone names the service
top=$(git_in rev-parse --show-toplevel 2>/dev/null) || top=$(git_in rev-parse --absolute-git-dir)
service=$(basename "${top%/.git}" .git)

git_in for-each-ref --sort=version:refname --format='%(refname) %(taggerdate:unix)' refs/tags >"$work/tags" ||
	fail "cannot read the tags of $clone"
[ -s "$work/tags" ] || fail "no tags: a tag is taken for a deployment (a clone without them: git fetch --tags)"
# tags of tags are followed to the commit; a tag of anything else is "missing"
sed 's/ .*/^{commit}/' "$work/tags" | git_in cat-file --batch-check='%(objectname) %(objecttype)' \
	>"$work/targets" 2>"$work/error" || fail "cannot read the tags of $clone ($(head -n 1 "$work/error"))"
awk '$2 == "commit" { print $1 }' "$work/targets" | sort -u >"$work/commits"
[ -s "$work/commits" ] || fail "no tag points at a commit: a tag is taken for a deployment"
# four fields a commit, each ended by NUL, which no message contains
git_in log -z --no-color --no-notes --no-show-signature --format='%H %P%x00%at%x00%ct%x00%B' --stdin \
	<"$work/commits" >"$work/log" || fail "cannot read the history of $clone"

mkdir -p "$outdir"
perl "$(dirname "${BASH_SOURCE[0]}")/git_walk.pl" "$service" "$work" "$outdir" || exit 1
