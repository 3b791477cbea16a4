"""The relation of git_dora.sql once more, straight from the csv.gz files.

    python3 git_dora.py FOLDER

prints (repo, metric, value). Definitions are those of DESIGN.md, section 4, and
of the head of git_dora.sql; nothing of the computation is shared with the
extension or the server: percentiles and ratios are exact rationals, weeks are
counted on a local calendar, the ladders are typed in again.
"""

import csv
import gzip
import os
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
DAY = 24 * HOUR
LONDON = ZoneInfo('Europe/London')
AUCKLAND = ZoneInfo('Pacific/Auckland')
MEDIAN = Fraction(1, 2)
P90 = Fraction(9, 10)

# DESIGN.md, section 4a: elite, high, medium; None where a ladder has no such step.
LADDERS = {
    'deployment_frequency': {
        'standard': (('>', 1), ('>=', Fraction(1, 7)), ('>=', Fraction(1, 31))),
        '2021': (('>', 1), ('>=', Fraction(1, 31)), ('>=', Fraction(1, 183))),
        '2022': (None, ('>', 1), ('>=', Fraction(1, 31))),
        '2023': (('>', 1), ('>=', Fraction(1, 7)), ('>=', Fraction(1, 31))),
        '2024': (('>', 1), ('>=', Fraction(1, 7)), ('>=', Fraction(1, 31))),
    },
    'lead_time': {
        'standard': (('<', HOUR), ('<=', 7 * DAY), ('<=', 31 * DAY)),
        '2021': (('<', HOUR), ('<=', 7 * DAY), ('<=', 183 * DAY)),
        '2022': (None, ('<=', 7 * DAY), ('<=', 31 * DAY)),
        '2023': (('<', DAY), ('<=', 7 * DAY), ('<=', 31 * DAY)),
        '2024': (('<', DAY), ('<=', 7 * DAY), ('<=', 31 * DAY)),
    },
    'time_to_restore': {
        'standard': (('<', HOUR), ('<', DAY), ('<', 7 * DAY)),
        '2021': (('<', HOUR), ('<', DAY), ('<', 7 * DAY)),
        '2022': (None, ('<', DAY), ('<', 7 * DAY)),
        '2023': (('<', HOUR), ('<', DAY), ('<', 7 * DAY)),
        '2024': (('<', HOUR), ('<', DAY), None),
    },
    'change_failure_rate': {
        'standard': (('<=', Fraction(5, 100)), ('<=', Fraction(15, 100)), ('<=', Fraction(30, 100))),
        '2021': (('<=', Fraction(15, 100)), ('<=', Fraction(30, 100)), None),
        '2022': (None, ('<=', Fraction(15, 100)), ('<=', Fraction(30, 100))),
        '2023': (('<=', Fraction(5, 100)), ('<=', Fraction(10, 100)), ('<=', Fraction(15, 100))),
        '2024': (('<=', Fraction(5, 100)), ('<=', Fraction(20, 100)), None),
    },
    'rework_rate': {'standard': None, '2021': None, '2022': None, '2023': None, '2024': None},
}

PASSES = {
    '<': lambda value, threshold: value < threshold,
    '<=': lambda value, threshold: value <= threshold,
    '>': lambda value, threshold: value > threshold,
    '>=': lambda value, threshold: value >= threshold,
}


def read(folder, name):
    with gzip.open(os.path.join(folder, name + '.csv.gz'), 'rt', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def instant(text):
    """Microseconds since 1970 of a time in UTC."""
    moment = datetime.strptime(text, '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // MICROSECOND


def local(microseconds, zone):
    return (EPOCH + microseconds * MICROSECOND).astimezone(zone)


def boolean(text):
    return {'t': True, 'f': False, '': None}[text]


def percentile(spans, fraction):
    """Linear interpolation between the two nearest ranks; None of nothing."""
    values = sorted(span for span in spans if span is not None and span >= 0)
    if not values:
        return None
    position = fraction * (len(values) - 1)
    below = position.numerator // position.denominator
    above = min(below + 1, len(values) - 1)
    return values[below] + (position - below) * (values[above] - values[below])


def mean(spans):
    values = [span for span in spans if span is not None and span >= 0]
    return Fraction(sum(values), len(values)) if values else None


def share(flags):
    known = [flag for flag in flags if flag is not None]
    return Fraction(sum(known), len(known)) if known else None


def per_day(times, start, end):
    """Frequency of times that all lie in the period."""
    return Fraction(len(times) * DAY, end - start)


def days_per_week(times, period_start, period_end, zone):
    """Median number of local dates over the ISO weeks that lie in the period whole."""
    dates = {local(time, zone).date() for time in times}
    monday = local(period_start, zone).date()
    monday -= timedelta(days=monday.weekday())
    counts = []
    while True:
        start, end = (
            (datetime(day.year, day.month, day.day, tzinfo=zone) - EPOCH) // MICROSECOND
            for day in (monday, monday + timedelta(days=7))
        )
        if end > period_end:
            break
        if start >= period_start:
            counts.append(sum(monday + timedelta(days=day) in dates for day in range(7)))
        monday += timedelta(days=7)
    return percentile(counts, MEDIAN)


def months(times):
    """Per month (UTC): name, the times in it, its start and its end."""
    found = defaultdict(list)
    for time in times:
        moment = local(time, timezone.utc)
        found[moment.year, moment.month].append(time)
    for (year, month), inside in found.items():
        start, end = (
            (datetime(year + number // 12, number % 12 + 1, 1, tzinfo=timezone.utc) - EPOCH) // MICROSECOND
            for number in (month - 1, month)
        )
        yield '%04d-%02d' % (year, month), inside, start, end


def level(metric, value, benchmark):
    ladder = LADDERS[metric][benchmark]
    if ladder is None or value is None:
        return 'NULL'
    for name, step in zip(('elite', 'high', 'medium'), ladder):
        if step is not None and PASSES[step[0]](value, step[1]):
            return name
    return 'low'


def decimal(value):
    return 'NULL' if value is None else '%.15f' % value


def whole(value):
    """Nearest integer, for microseconds."""
    return 'NULL' if value is None else str((2 * value + 1) // 2)


def reverts(commits, releases):
    """Per release tag, when later releases reverted something it was the first to have."""
    by_sha = {commit['sha']: commit for commit in commits}
    found = defaultdict(list)
    for revert in commits:
        culprit = by_sha.get(revert['reverts_sha'])
        failing = releases.get(culprit['first_release_tag']) if culprit else None
        mending = releases.get(revert['first_release_tag'])
        if failing is None:
            continue
        if mending is None:
            found[failing['tag']].append(None)
        elif instant(mending['released_at']) > instant(failing['released_at']):
            found[failing['tag']].append(instant(mending['released_at']))
    return found


def outcomes(deployments, reverted):
    """Per deployment: time, failed (None = unknown), restored at (None = not yet)."""
    tags_tell = any(deployment['hotfix_72h'] != '' for deployment in deployments)
    result = []
    for position, deployment in enumerate(deployments):
        later = deployments[position + 1] if position + 1 < len(deployments) else None
        repaired = list(reverted.get(deployment['tag'], []))
        hotfixed = later is not None and boolean(later['hotfix_72h']) is True
        if repaired:
            failed = True
        elif later is None:
            failed = None
        else:
            failed = boolean(later['hotfix_72h']) if tags_tell else False
        if hotfixed:
            repaired.append(instant(later['released_at']))
        restored = min((time for time in repaired if time is not None), default=None)
        result.append((instant(deployment['released_at']), failed, restored))
    return result


def figures(releases, commits, requests):
    """(metric, value) of one repository."""
    by_tag = {release['tag']: release for release in releases}
    deployments = sorted(
        (release for release in releases if int(release['new_commits']) > 0),
        key=lambda release: (instant(release['released_at']), release['tag']),
    )
    times = [instant(deployment['released_at']) for deployment in deployments]
    history = outcomes(deployments, reverts(commits, by_tag))
    failures = [failed for _, failed, _ in history]
    recoveries = [
        restored - time if failed and restored is not None else None
        for time, failed, restored in history
    ]

    lead, cycle, merge, by_month = [], [], [], defaultdict(list)
    for request in requests:
        start, merged = instant(request['first_commit_at']), instant(request['merged_at'])
        cycle.append(merged - start)
        if request['first_release_tag'] not in by_tag:
            continue
        released = instant(by_tag[request['first_release_tag']]['released_at'])
        lead.append(released - start)
        merge.append(released - merged)
        by_month[local(released, timezone.utc).strftime('%Y-%m')].append(released - start)

    authored, rebased, unreleased = [], [], 0
    for commit in commits:
        if int(commit['parents']) >= 2:
            continue
        start = instant(commit['authored_at'])
        rebased.append(instant(commit['committed_at']) - start)
        if commit['first_release_tag'] in by_tag:
            authored.append(instant(by_tag[commit['first_release_tag']]['released_at']) - start)
        else:
            unreleased += 1

    frequency = per_day(times, times[0], times[-1])
    all_times = sorted(instant(release['released_at']) for release in releases)
    yield 'deployments', str(len(deployments))
    yield 'deployments_per_week', decimal(7 * frequency)
    yield 'all_tags_per_week', decimal(7 * per_day(all_times, all_times[0], all_times[-1]))
    yield 'deployment_days_per_week', decimal(days_per_week(times, times[0], times[-1], LONDON))
    yield 'changes', str(len(requests))
    yield 'lead_time_spans', str(sum(span >= 0 for span in lead))
    for metric, spans in (('lead_time', lead), ('cycle_time', cycle), ('merge_to_release', merge),
                          ('commit_lead_time', authored), ('commit_rebase_time', rebased)):
        yield metric + '_p50_us', whole(percentile(spans, MEDIAN))
        yield metric + '_p90_us', whole(percentile(spans, P90))
    yield 'commits_unreleased', str(unreleased)
    yield 'commit_rebase_time_negative', str(sum(span < 0 for span in rebased))
    rework = share(boolean(deployment['hotfix_72h']) for deployment in deployments)
    yield 'rework_rate', decimal(rework)
    yield 'failures', str(failures.count(True))
    yield 'outcomes_known', str(len(failures) - failures.count(None))
    yield 'change_failure_rate', decimal(share(failures))
    yield 'time_to_restore_p50_us', whole(percentile(recoveries, MEDIAN))
    yield 'time_to_restore_p90_us', whole(percentile(recoveries, P90))
    yield 'mttr_us', whole(mean(recoveries))

    for metric, value in (
        ('deployment_frequency', frequency),
        ('lead_time', percentile(lead, MEDIAN)),
        ('change_failure_rate', share(failures)),
        ('time_to_restore', percentile(recoveries, MEDIAN)),
        ('rework_rate', rework),
    ):
        for benchmark in LADDERS[metric]:
            yield 'dora_level_%s %s' % (metric, benchmark), level(metric, value, benchmark)

    for month, spans in by_month.items():
        yield 'month_lead_time_p50_us ' + month, whole(percentile(spans, MEDIAN))
        yield 'month_lead_time_p90_us ' + month, whole(percentile(spans, P90))
    for month, inside, start, end in months(times):
        yield 'month_deployments_per_day ' + month, decimal(per_day(inside, start, end))
        yield ('month_deployment_days_per_week_london ' + month,
               decimal(days_per_week(inside, start, end, LONDON)))
        yield ('month_deployment_days_per_week_auckland ' + month,
               decimal(days_per_week(inside, start, end, AUCKLAND)))
    for position, deployment in enumerate(deployments):
        window = slice(max(0, position - 27), position + 1)
        yield 'moving_change_failure_rate ' + deployment['tag'], decimal(share(failures[window]))
        yield 'moving_mttr_us ' + deployment['tag'], whole(mean(recoveries[window]))


def main():
    folder = sys.argv[1]
    tables = [defaultdict(list) for _ in range(3)]
    for table, name in zip(tables, ('releases', 'commits', 'pull_requests')):
        for row in read(folder, name):
            if row.get('kind', 'release') == 'release':
                table[row['repo']].append(row)
    releases, commits, requests = tables
    for repo in releases:
        for metric, value in figures(releases[repo], commits[repo], requests[repo]):
            print(repo, metric, value, sep='\t')


main()
