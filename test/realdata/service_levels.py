"""The relation of service_levels.sql once more, straight from the csv files.

    python3 service_levels.py DATA

prints (group, metric, value). Definitions are those of DESIGN.md, section 7, and
of the head of service_levels.sql; nothing of the computation is shared with the
extension or the server. Counts are integers and ratios are fractions, so every
value is exact until it is printed; times are integers of microseconds, and time
within service hours is measured by going through the days.
"""

import csv
import gzip
import os
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60 * 10**6
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ZURICH = ZoneInfo('Europe/Zurich')
CLOSED = {(4, 3), (4, 6), (8, 1), (12, 24), (12, 25), (12, 26)}
# severity, long window, short window, part of the budget
PAIRS = [
    ('page', HOUR, 5 * MINUTE, Fraction(2, 100)),
    ('page', 6 * HOUR, 30 * MINUTE, Fraction(5, 100)),
    ('ticket', DAY, 2 * HOUR, Fraction(10, 100)),
    ('ticket', 3 * DAY, 6 * HOUR, Fraction(10, 100)),
]


def say(group, metric, value):
    print(group, metric, value, sep='\t')


def rows(*path):
    name = os.path.join(sys.argv[1], *path)
    opened = gzip.open(name, 'rt', newline='') if name.endswith('.gz') else open(name, newline='')
    with opened as file:
        yield from csv.DictReader(file)


def instant(text):
    return (datetime.fromisoformat(text.replace('Z', '+00:00')) - EPOCH) // MICROSECOND


def decimal(fraction):
    """Fifteen decimals, rounded half away from zero."""
    if fraction is None:
        return 'NULL'
    scaled = abs(fraction) * 10**15
    digits = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return f'{"-" if fraction < 0 and digits else ""}{digits // 10**15}.{digits % 10**15:015}'


def plain(fraction):
    """A number with as many decimals as it has."""
    digits = 0
    while (fraction * 10**digits).denominator != 1:
        digits += 1
    text = str(int(fraction * 10**digits))
    return text if digits == 0 else f'{text.zfill(digits + 1)[:-digits]}.{text.zfill(digits + 1)[-digits:]}'


def percent(objective):
    return plain(objective * 100) + '%'


def budget(group, metric, good, total, objective):
    """The fields of an error budget; metric has a place for the name of the field."""
    allowed = total * (1 - objective)
    none = total == 0
    for field, value in [
            ('objective', percent(objective)), ('good', good), ('total', total), ('bad', total - good), ('allowed', plain(allowed)),
            ('consumed', None if none else decimal((total - good) / allowed)),
            ('remaining', None if none else decimal(1 - (total - good) / allowed)),
            ('exhausted', str(total - good >= allowed).lower())]:
        say(group, metric.format(field), 'NULL' if none else value)


def burn(bad, total, objective):
    return None if total == 0 else Fraction(bad, total) / (1 - objective)


def alert(events, objective, as_of, period=30 * DAY, min_events=0):
    """The fields of an alert on events (instant, good, total); none without any."""
    def within(window):
        inside = [(good, total) for bucket, good, total in events if as_of - window <= bucket < as_of]
        total = sum(total for good, total in inside)
        return burn(total - sum(good for good, total in inside), total, objective)

    def enough(window):
        return sum(total for bucket, good, total in events if as_of - window <= bucket < as_of) >= min_events

    if within(3 * DAY) is None:
        return []
    best = None
    for rank, (severity, long_window, short_window, part) in enumerate(PAIRS):
        threshold = part * period / long_window
        burns = within(long_window), within(short_window)
        line = [('windows', f'{long_window} {short_window}'), ('threshold', decimal(threshold)),
                ('long_burn', decimal(burns[0])), ('short_burn', decimal(burns[1]))]
        counts = None not in burns and enough(long_window)
        if counts and min(burns) > threshold:
            return [('severity', severity)] + line
        known = [value or 0 for value in burns]
        nearness = (counts, min(known) / threshold, known[0] / threshold)
        if best is None or nearness > best[0]:
            best = nearness, line
    return [('severity', 'none')] + best[1]


def merged(spans):
    """Spans without overlaps, in order."""
    result = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end)
        else:
            result.append([start, end])
    return result


def overlap(spans, start, end):
    return sum(max(0, min(end, until) - max(start, since)) for since, until in spans)


def longest(group, name, spans):
    for number, (start, end) in enumerate(sorted(spans, key=lambda span: (span[0] - span[1], span[0]))[:3], 1):
        say(group, f'outage {name} {number}', f'{start} {end - start}')


# --- web sites ------------------------------------------------------------

# where the windows of an alert begin, before its instant
WINDOWS = sorted({window for severity, *windows, part in PAIRS for window in windows}, reverse=True)


def site_alerts(site, first, finish, down):
    """The longest outage: what an alert says as it begins, lasts and is over.

    Slices of five minutes fill each window, so the windows are measured whole.
    """
    start, end = min(down, key=lambda span: (span[0] - span[1], span[0]))
    for moment, as_of in [('begun', start + 3 * MINUTE), ('half_an_hour', start + 30 * MINUTE),
                          ('seven_hours', start + 7 * HOUR), ('over', end + 10 * MINUTE),
                          ('two_days_old', first + 2 * DAY)]:
        if as_of > finish:
            continue
        known = as_of - (as_of - first) // (5 * MINUTE) * (5 * MINUTE)
        borders = sorted({max(known, as_of - window) for window in WINDOWS}) + [as_of]
        events = [(since, until - since - overlap(down, since, until), until - since)
                  for since, until in zip(borders, borders[1:])]
        for field, value in alert(events, Fraction('0.999'), as_of):
            say('sites', f'alert_{field} {site} {moment}', value)


def site_days(site, first, finish, down):
    """The burn of the seven days that end with each day."""
    for midnight in range(first // DAY * DAY, finish + 1, DAY):
        start, end = max(first, midnight - 6 * DAY), min(midnight + DAY, finish)
        say('sites', f'burn_7_days {site} {(EPOCH + midnight * MICROSECOND).date()}',
            decimal(burn(overlap(down, start, end), end - start, Fraction('0.999'))))


def service_hours():
    """The spans of the service hours of the year, in UTC."""
    day = date(2026, 1, 1)
    while day.year == 2026:
        if day.weekday() < 5 and (day.month, day.day) not in CLOSED:
            yield tuple((datetime(day.year, day.month, day.day, hour, tzinfo=ZURICH).astimezone(UTC) - EPOCH) // MICROSECOND for hour in (8, 18))
        day += timedelta(days=1)


def sites():
    checks = defaultdict(list)
    for row in rows('uptime', 'checks.csv.gz'):
        checks[row['site']].append((instant(row['checked_at']), row['status']))
    finish = max(moment for list_ in checks.values() for moment, status in list_)
    hours = list(service_hours())
    together = defaultdict(lambda: [0, 0])
    # those whose last status is down have no end
    say('sites', 'open_outages', sum(max(list_)[1] == 'down' for list_ in checks.values()))
    for site, list_ in checks.items():
        list_.sort()
        ends = [moment for moment, status in list_[1:]] + [finish]
        down = merged((moment, end) for (moment, status), end in zip(list_, ends) if status == 'down')
        first = list_[0][0]
        for name, start, end in [('life', first, finish), ('last', finish - 30 * DAY, finish), ('before', finish - 60 * DAY, finish - 30 * DAY), ('first', finish - 90 * DAY, finish - 60 * DAY)]:
            if first >= end:
                continue
            start = max(start, first)
            bad, total = overlap(down, start, end), end - start
            together[name][0] += bad
            together[name][1] += total
            for objective in ('0.999', '0.978432109'):
                allowed = total * (1 - Fraction(objective))
                say('sites', f'allowed_downtime_us {name} {percent(Fraction(objective))} {site}',
                    (2 * allowed + 1) // 2)
            budget('sites', f'{name}_{{}} {site}', total - bad, total, Fraction('0.999'))
            say('sites', f'{name}_availability {site}', decimal(Fraction(total - bad, total)))
            served = [(max(start, since), min(end, until)) for since, until in hours if since < end and until > start]
            service_total = sum(until - since for since, until in served)
            service_bad = sum(overlap(down, since, until) for since, until in served)
            budget('sites', f'{name}_service_{{}} {site}', service_total - service_bad, service_total, Fraction('0.995'))
            if name == 'last':
                used = burn(bad, total, Fraction('0.999'))
                left = 0 if used >= 1 else None if used == 0 else round((1 - used) * 30 * DAY / used)
                say('sites', f'exhaustion_us {site}', 'NULL' if left is None else left)
        longest('sites', site, down)
        site_days(site, first, finish, down)
        if down:
            site_alerts(site, first, finish, down)
    for name, (bad, total) in together.items():
        budget('sites', f'{name}_all_{{}}', total - bad, total, Fraction('0.999'))


# --- public services ------------------------------------------------------

def services():
    days = defaultdict(list)
    for row in rows('status_pages', 'outage_days.csv.gz'):
        major, partial = int(row['major_outage_minutes']), int(row['partial_outage_minutes'])
        days[row['service']].append((date.fromisoformat(row['day']), {'full': 10 * (major + partial), 'weighted': 10 * major + 3 * partial}))
    objective = Fraction('0.999')
    for service, list_ in days.items():
        list_.sort(key=lambda entry: entry[0])
        first = list_[0][0]
        of_day = dict(list_)

        def last_days(day, number, reading):
            """The burn of so many days up to a day."""
            known = [day - timedelta(days=back) for back in range(number) if day - timedelta(days=back) in of_day]
            return burn(sum(of_day[d][reading] for d in known), 14400 * len(known), objective)

        for day in of_day:
            used, rate = last_days(day, 30, 'weighted'), last_days(day, 3, 'weighted')
            left = 0 if used >= 1 else 'NULL' if rate == 0 else round((1 - used) * 30 * DAY / rate)
            say('services', f'exhaustion_us {service} {day}', left)
        for reading in ('full', 'weighted'):
            months = defaultdict(list)
            for day, bad in list_:
                months[(day - first).days // 30].append(bad[reading])
                say('services', f'{reading}_burn_30_days {service} {day}', decimal(last_days(day, 30, reading)))
            worst = None
            for month, bad in sorted(months.items()):
                total = 14400 * len(bad)
                budget('services', f'{reading}_{{}} {service} {month}', total - sum(bad), total, objective)
                if worst is None or Fraction(sum(bad), total) > worst[0]:
                    worst = Fraction(sum(bad), total), month
            say('services', f'{reading}_worst_month {service}', worst[1])
        midnight = {day: (datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) // MICROSECOND for day, bad in list_}
        for day, bad in list_:
            if bad['full'] > 0:
                events = [(midnight[d], 14400 - b['weighted'], 14400) for d, b in list_ if abs((d - day).days) <= 5]
                for name, period in (('30 days', 30 * DAY), ('7 days', 7 * DAY)):
                    for field, value in alert(events, objective, midnight[day] + 5 * MINUTE, period):
                        say('services', f'alert_{field} {service} {name} {day}', value)


def providers():
    downtime, incidents = defaultdict(list), defaultdict(list)
    for row in rows('status_pages', 'incidents.csv'):
        if row['impact_level'] in ('2', '3'):
            downtime[row['provider']].append((instant(row['started_at']), instant(row['closed_at'])))
        length = instant(row['closed_at']) - instant(row['started_at'])
        if length > 0:
            incidents[row['provider']].append((-length, row['incident_id']))
    for provider, list_ in incidents.items():
        for number, (negative, name) in enumerate(sorted(list_), 1):
            length, bad = -negative, min(-negative, 30 * DAY)
            used = burn(bad, 30 * DAY, Fraction('0.999'))
            for field, value in [('name', name), ('length_us', length), ('bad', bad), ('consumed', decimal(used)),
                                 ('exhausted', str(used >= 1).lower())]:
                say('providers', f'incident_{field} {provider} {number}', value)
    quarters = [date(year, month, 1) for year in range(2021, 2025) for month in (1, 4, 7, 10)]
    starts = [(datetime(day.year, day.month, 1, tzinfo=UTC) - EPOCH) // MICROSECOND for day in quarters]
    for provider, spans in downtime.items():
        spans = merged(spans)
        if not spans:
            continue
        # the last quarter only ends the one before it
        for day, start, end in zip(quarters, starts, starts[1:]):
            bad = overlap(spans, start, end)
            budget('providers', f'quarter_{{}} {provider} {day}', end - start - bad, end - start, Fraction('0.9995'))
        longest('providers', provider, spans)


# --- requests -------------------------------------------------------------

def requests():
    log = [(instant(row['at']), int(row['status'])) for row in rows('web_requests', 'requests.csv.gz')]
    for below in (400, 500):
        hours = defaultdict(lambda: [0, 0])
        for moment, status in log:
            hours[moment // HOUR][0] += status < below
            hours[moment // HOUR][1] += 1
        good, total = (sum(hour[i] for hour in hours.values()) for i in (0, 1))
        for objective in ('0.999', '0.99', '0.978432'):
            budget('requests', f'below_{below}_{{}} {percent(Fraction(objective))}', good, total, Fraction(objective))
        for hour, (good, total) in hours.items():
            name = (EPOCH + timedelta(hours=hour)).strftime('%Y-%m-%d %H:%M:%S+00')
            budget('requests', f'below_{below}_hour_{{}} {name}', good, total, Fraction('0.999'))
            say('requests', f'below_{below}_hour_availability {name}', decimal(Fraction(good, total)))
            frame = [hours[h] for h in range(hour - 5, hour + 1) if h in hours]
            say('requests', f'below_{below}_burn {name}', decimal(burn(total - good, total, Fraction('0.99'))))
            say('requests', f'below_{below}_burn_6_hours {name}',
                decimal(burn(sum(t - g for g, t in frame), sum(t for g, t in frame), Fraction('0.99'))))
        events = [(moment, int(status < below), 1) for moment, status in log]
        for day in (18, 19, 20):
            as_of = datetime(2015, 5, day, tzinfo=UTC)
            for objective in ('0.999', '0.99'):
                for least in (0, 130, 1632, 1633):
                    for field, value in alert(events, Fraction(objective), (as_of - EPOCH) // MICROSECOND,
                                              min_events=least):
                        say('requests', f'below_{below}_day_end_alert_{field} {percent(Fraction(objective))}'
                            f' {as_of:%Y-%m-%d} {least}', value)
        as_of = datetime(2015, 5, 17, 10, 10, tzinfo=UTC)
        while as_of <= datetime(2015, 5, 20, tzinfo=UTC):
            for objective in ('0.999', '0.99', '0.9'):
                for field, value in alert(events, Fraction(objective), (as_of - EPOCH) // MICROSECOND):
                    say('requests', f'below_{below}_alert_{field} {percent(Fraction(objective))} {as_of:%Y-%m-%d %H:%M:%S}+00', value)
            as_of += timedelta(minutes=100)


sites()
services()
providers()
requests()
