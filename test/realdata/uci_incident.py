"""The relation of uci_incident.sql once more, straight from the csv files.

    python3 uci_incident.py INCIDENTS HOLIDAYS SAMPLE

prints (calendar, metric, value). Definitions are those of DESIGN.md, sections 5
and 6, and of the head of uci_incident.sql; nothing of the computation is shared
with the extension or the server. A calendar is a byte per minute of a year, 1
where it is open, which was asked of the local clock minute by minute. A clock
is a copy of the minutes of its incident with those of its pauses put out: time
is counted by counting bytes, and an instant found by walking along them. That is
exact, as the log and the calendars have whole minutes, and no change of the
clock has less.
"""

import csv
import functools
import gzip
import hashlib
import os
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

UTC = timezone.utc
LONDON = ZoneInfo('Europe/London')
HOUR = 60
DAY = 24 * HOUR
# minutes are counted from here, and all that is asked must lie in between
ORIGIN = datetime(2016, 2, 28, tzinfo=UTC)
HORIZON = 400 * DAY
DAYS = (date(2016, 3, 1), date(2017, 2, 18))
SEED = '2016/'
# priority: hours, working dates, and both: dates and minutes
TARGETS = {
    1: (4 * HOUR, 1, (1, 4 * HOUR)),
    2: (8 * HOUR, 2, (1, 8 * HOUR)),
    3: (24 * HOUR, 3, (2, 30)),
    4: (40 * HOUR, 5, (4, 10 * HOUR)),
}


def minute(moment):
    """The minute of an instant."""
    minutes, rest = divmod(moment - ORIGIN, timedelta(minutes=1))
    assert not rest and 0 <= minutes < HORIZON, moment
    return minutes


def instant(local, zone):
    """The minute of a reading of the local clock, by the server's rule: one that the
    clock skips has the offset from before, one that it repeats that from after, so
    either way the smaller one."""
    offset = min(local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return minute((local - offset).replace(tzinfo=UTC))


@functools.lru_cache(maxsize=None)
def reading(text):
    """The minute of a reading in the log: day/month/year hours:minutes; None for ?."""
    if text == '?':
        return None
    day, clock = text.split(' ')
    numbers = [int(number) for number in day.split('/') + clock.split(':')]
    return instant(datetime(numbers[2], numbers[1], numbers[0], numbers[3], numbers[4]), LONDON)


LOG_END = minute(datetime(2017, 2, 20, tzinfo=UTC))
HALFWAY = instant(datetime(2016, 4, 13, 11, 47), LONDON)


# --- calendars -----------------------------------------------------------------

class Calendar:
    """Hours per date: spans of minutes of the local clock, from 0 on, beyond 24
    hours for what belongs to a date but lies on the next."""

    def __init__(self, zone, hours):
        self.zone = zone
        self.hours = hours
        self.spans = {}
        self.open = bytes(self.is_open(ORIGIN + timedelta(minutes=number)) for number in range(HORIZON))

    def of(self, day):
        if day not in self.spans:
            self.spans[day] = self.hours(day)
        return self.spans[day]

    def is_open(self, moment):
        local = moment.astimezone(self.zone)
        clock = local.hour * HOUR + local.minute
        today = local.date()
        return (any(start <= clock < end for start, end in self.of(today))
                or any(start <= clock + DAY < end for start, end in self.of(today - timedelta(days=1))))

    def promise(self, opened, days, minutes):
        """The clock reading so many working dates later, the first open minute from
        there on, and so many open minutes later."""
        local = (ORIGIN + timedelta(minutes=opened)).astimezone(self.zone).replace(tzinfo=None)
        while days:
            local += timedelta(days=1)
            days -= bool(self.of(local.date()))
        due = self.open.index(1, instant(local, self.zone))
        return reached(self.open, due, minutes) if minutes else due


def reached(flags, start, count):
    """The end of the last of so many minutes that count, from start on; None if there are not as many."""
    while start < len(flags):
        there = flags.count(1, start, start + DAY)
        if there >= count:
            for _ in range(count):
                start = flags.index(1, start) + 1
            return start
        count -= there
        start += DAY
    return None


def desk(holidays):
    def hours(day):
        if day in holidays:
            return []
        if day == date(2016, 3, 24):
            return [(8 * HOUR, 12 * HOUR)]
        if day.weekday() == 5:
            return [(9 * HOUR, 13 * HOUR)]
        return [] if day.weekday() == 6 else [(8 * HOUR, 18 * HOUR)]
    return Calendar(LONDON, hours)


def shifts(holidays):
    def hours(day):
        if day in holidays:
            return []
        if day.weekday() >= 5:
            return [(22 * HOUR, 30 * HOUR)]
        return [(7 * HOUR, 11 * HOUR + 30), (12 * HOUR + 15, 19 * HOUR)]
    return Calendar(ZoneInfo('America/New_York'), hours)


# --- clocks --------------------------------------------------------------------

class Clock:
    """The open minutes of a calendar, those of pauses put out; a pause may have no end."""

    def __init__(self, calendar, opened, pauses):
        self.calendar = calendar
        self.opened = opened
        self.pauses = pauses
        self.running = calendar.open
        if pauses:
            running = bytearray(calendar.open)
            for start, end in pauses:
                end = HORIZON if end is None else end
                running[start:end] = bytes(end - start)
            self.running = running
        # since when it is paused for good; a pause can take over from another
        self.endless = None
        for start, end in sorted(pauses, key=lambda pause: pause[0], reverse=True):
            if end is None or self.endless is not None and end >= self.endless:
                self.endless = start

    def elapsed(self, end):
        return self.running.count(1, self.opened, end)

    def known(self, due):
        assert due is not None or self.endless is not None, 'the horizon is too near'
        return due

    def due(self, minutes):
        return self.known(reached(self.running, self.opened, minutes))

    def length(self, days, minutes=0):
        """The running time that a promise of a date is worth."""
        return self.calendar.open.count(1, self.opened, self.calendar.promise(self.opened, days, minutes))

    def due_by_date(self, days, minutes=0):
        promised = self.calendar.promise(self.opened, days, minutes)
        if self.endless is not None and self.endless < promised:
            return None
        lost = self.calendar.open.count(1, self.opened, promised) - self.running.count(1, self.opened, promised)
        if lost == 0:
            return promised
        return self.known(reached(self.running, promised, lost))

    def status(self, stop, now, breached, target):
        if breached:
            return 'breached'
        if stop is not None and stop <= now:
            return 'met'
        if any(start <= now and (end is None or now < end) for start, end in self.pauses):
            return 'paused'
        return 'at_risk' if self.elapsed(now) / target >= 0.8 else 'running'


# --- figures -------------------------------------------------------------------

def percentile(values, fraction):
    """Linear interpolation between the two nearest ranks."""
    values = sorted(values)
    position = fraction * (len(values) - 1)
    below = position.numerator // position.denominator
    above = min(below + 1, len(values) - 1)
    return values[below] + (position - below) * (values[above] - values[below])


def microseconds(minutes):
    if minutes is None:
        return 'NULL'
    value = minutes * 60_000_000
    return str((2 * value + 1) // 2) if isinstance(value, Fraction) else str(value)


def shown(moment):
    return 'NULL' if moment is None else str((ORIGIN + timedelta(minutes=moment)).replace(tzinfo=None))


def boolean(value):
    return 'NULL' if value is None else 'true' if value else 'false'


class Incident:
    def __init__(self, rows):
        last = max(enumerate(rows), key=lambda row: (int(row[1]['sys_mod_count']), row[0]))[1]
        self.number = last['number']
        self.priority = int(last['priority'].split(' ')[0])
        self.opened, self.resolved, self.closed = (
            reading(last[name]) for name in ('opened_at', 'resolved_at', 'closed_at'))
        self.gone = self.closed if self.resolved is None else self.resolved
        times = [reading(row['sys_updated_at']) for row in rows]
        self.spells = [
            (row['incident_state'], start, end)
            for row, start, end in zip(rows, times, times[1:]) if start < end]
        self.pauses = [(start, end) for state, start, end in self.spells if state.startswith('Awaiting ')]
        self.pauses_halfway = [
            (start, end if end <= HALFWAY else None) for start, end in self.pauses if start <= HALFWAY]


def one_by_one(incident, calendar, clock):
    """The figures of one incident."""
    hours, days, both = TARGETS[incident.priority]
    end = LOG_END if incident.resolved is None else incident.resolved
    elapsed = clock.elapsed(end)
    due_by_date = clock.due_by_date(days)
    yield 'working_time_us', microseconds(
        None if incident.resolved is None else calendar.open.count(1, incident.opened, incident.resolved))
    yield 'sla_elapsed_us', microseconds(elapsed)
    yield 'sla_remaining_us', microseconds(hours - elapsed)
    yield 'sla_remaining_by_date_us', microseconds(clock.length(days) - elapsed)
    yield 'sla_due', shown(clock.due(hours))
    yield 'sla_due_by_date', shown(due_by_date)
    yield 'sla_due_by_date_and_hours', shown(clock.due_by_date(*both))
    yield 'sla_breach', boolean(elapsed > hours)
    yield 'sla_breach_by_date', boolean(end > due_by_date)

    halfway = Clock(calendar, incident.opened, incident.pauses_halfway)
    due, due_by_date = halfway.due(hours), halfway.due_by_date(days)
    elapsed, status, status_by_date = None, 'NULL', 'NULL'
    if incident.opened <= HALFWAY:
        end = HALFWAY if incident.resolved is None else min(incident.resolved, HALFWAY)
        elapsed = halfway.elapsed(end)
        status = halfway.status(incident.resolved, HALFWAY, elapsed > hours, hours)
        status_by_date = halfway.status(incident.resolved, HALFWAY, due_by_date is not None and end > due_by_date,
                                        halfway.length(days))
    yield 'halfway_sla_elapsed_us', microseconds(elapsed)
    yield 'halfway_sla_remaining_us', microseconds(None if elapsed is None else hours - elapsed)
    yield 'halfway_sla_due', shown(due)
    yield 'halfway_sla_due_by_date', shown(due_by_date)
    yield 'halfway_sla_status', status
    yield 'halfway_sla_status_by_date', status_by_date


def resolution(incident, calendar, clock):
    """Of a resolved incident: kept in hours, kept by date, and how long it took."""
    hours, days, _ = TARGETS[incident.priority]
    running = clock.elapsed(incident.resolved)
    return (running <= hours, incident.resolved <= clock.due_by_date(days),
            calendar.open.count(1, incident.opened, incident.resolved), running, incident.resolved - incident.opened)


def per_priority(resolutions):
    """The figures of each priority."""
    for priority, group in resolutions.items():
        kept, kept_by_date, *times = zip(*group)
        yield 'incidents priority %d' % priority, str(len(group))
        yield 'attainment priority %d' % priority, '%.15f' % (sum(kept) / len(group))
        yield 'attainment_by_date priority %d' % priority, '%.15f' % (sum(kept_by_date) / len(group))
        for metric, spans in zip(('resolution', 'running', 'elapsed'), times):
            for percent in (50, 90):
                yield ('%s_p%d_us priority %d' % (metric, percent, priority),
                       microseconds(percentile(spans, Fraction(percent, 100))))


def per_state(incidents, calendar, sample):
    """The time in each state, of the incidents of the sample and of all together."""
    groups = defaultdict(list)
    for incident in incidents:
        times = defaultdict(int)
        for state, start, end in incident.spells:
            times[state] += calendar.open.count(1, start, end)
        for state, time in times.items():
            groups[state].append(time)
            if incident.number in sample:
                yield 'time_in_state_us %s %s' % (incident.number, state), microseconds(time)
    for state, times in groups.items():
        yield 'state_incidents ' + state, str(len(times))
        yield 'state_total_us ' + state, microseconds(sum(times))
        yield 'state_p50_us ' + state, microseconds(percentile(times, Fraction(1, 2)))
        yield 'state_p90_us ' + state, microseconds(percentile(times, Fraction(9, 10)))


def midnights():
    day, last = DAYS
    while day <= last:
        yield day.isoformat(), instant(datetime(day.year, day.month, day.day), LONDON)
        day += timedelta(days=1)


def per_day(incidents, overdue, days):
    """What is open, paused and overdue when a day begins."""
    for day, midnight in days:
        open_then = [incident for incident in incidents if incident.opened <= midnight < incident.gone]
        yield 'day_open ' + day, str(len(open_then))
        yield 'day_paused ' + day, str(sum(
            any(start <= midnight < end for start, end in incident.pauses) for incident in open_then))
        yield 'day_overdue ' + day, str(sum(late <= midnight < gone for late, gone in overdue))


def read(incidents_folder, holidays_folder):
    histories = defaultdict(list)
    log = os.path.join(incidents_folder, 'incident_event_log.csv.gz')
    with gzip.open(log, 'rt', newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            histories[row['number']].append(row)
    holidays = defaultdict(set)
    with open(os.path.join(holidays_folder, 'holidays.csv'), newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            holidays[row['calendar']].add(date.fromisoformat(row['day']))
    return [Incident(rows) for rows in histories.values()], holidays


def main():
    incidents, holidays = read(*sys.argv[1:3])
    calendars = {
        'desk': desk(holidays['GB-ENG']),
        'shifts': shifts(holidays['US']),
        'always': Calendar(UTC, lambda day: [(0, DAY)]),
    }
    sample = set(sorted(
        (incident.number for incident in incidents),
        key=lambda number: (hashlib.md5((SEED + number).encode()).hexdigest(), number))[:int(sys.argv[3])])
    days = list(midnights())

    def show(group, figures):
        for metric, value in figures:
            print(group, metric, value, sep='\t')

    for name, calendar in calendars.items():
        resolutions, overdue = defaultdict(list), []
        for incident in incidents:
            clock = Clock(calendar, incident.opened, incident.pauses)
            if incident.number in sample:
                show(name, ((metric + ' ' + incident.number, value)
                            for metric, value in one_by_one(incident, calendar, clock)))
            if incident.resolved is not None:
                resolutions[incident.priority].append(resolution(incident, calendar, clock))
            # late from the end of the first minute that is one too many
            overdue.append((clock.due(TARGETS[incident.priority][0] + 1), incident.gone))
        show(name, per_priority(resolutions))
        show(name, per_state(incidents, calendar, sample))
        if name != 'always':
            show(name, per_day(incidents, overdue, days))


main()
