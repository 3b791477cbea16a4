#!/usr/bin/env python3
"""Print test/data/task_sla.csv: a small export of ServiceNow's table task_sla.

All of it is made up here, and the same on every run. Working time is counted
day by day and without the extension, so that the rows which agree are a test of
it too. The first digits of a task number say what the row is about:

  INC00100..  agrees            INC00105..  a day counted as a working date
  INC00101..  rounded           INC00106..  no schedule
  INC00102..  clock change      INC00107..  still running at the export
  INC00103..  pause             INC00108..  a difference that nothing explains
  INC00104..  closing time      INC00109..  a fault of the data, or empty

Dates are UTC; durations are in turn seconds and date-times counted from 1970.
"""
import csv
import datetime
import sys
import zoneinfo

UTC = datetime.timezone.utc
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
HOUR = 3600
EXPORTED = datetime.datetime(2026, 4, 15, 12, tzinfo=UTC)


def at(text):
    """An instant, from local time in Paris."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def later(instant, seconds):
    return instant + datetime.timedelta(seconds=seconds)


def between(start, end):
    return int((end - start).total_seconds())


class Always:
    """Around the clock."""

    @staticmethod
    def worked(start, end):
        return between(start, end)

    @staticmethod
    def add(start, seconds):
        return later(start, seconds)


class Office:
    """Monday to Friday 08:00 to 18:00, on a clock with the given zone."""

    def __init__(self, zone):
        self.zone = zone

    def spans(self, start):
        date = start.astimezone(self.zone).date()
        while True:
            if date.weekday() < 5:
                hours = [datetime.datetime.combine(date, datetime.time(hour), self.zone) for hour in (8, 18)]
                yield [edge.astimezone(UTC) for edge in hours]
            date += datetime.timedelta(days=1)

    def worked(self, start, end):
        total = 0
        for opens, closes in self.spans(start):
            if opens >= end:
                return total
            total += max(0, between(max(opens, start), min(closes, end)))

    def add(self, start, seconds):
        for opens, closes in self.spans(start):
            available = max(0, between(max(opens, start), closes))
            if available >= seconds:
                return later(max(opens, start), seconds)
            seconds -= available


OFFICE = Office(PARIS)
CONTRACTS = {
    "P1 restore": (Always, 4 * HOUR),
    "P1 resolve": (Always, 24 * HOUR),
    "P2 resolve": (OFFICE, 8 * HOUR),
    "P3 resolve": (OFFICE, 24 * HOUR),
}
COLUMNS = ["task", "sla", "stage", "start_time", "end_time", "business_duration", "business_pause_duration",
           "planned_end_time", "has_breached", "business_percentage"]
rows = []


def make(task, sla, start, elapsed, pause=0, **theirs):
    """A row of so many seconds; what is given by name replaces what is right."""
    schedule, target = CONTRACTS[sla]
    row = {
        "task": f"INC00{task}",
        "sla": sla,
        "stage": "completed",
        "start_time": start,
        "end_time": schedule.add(start, elapsed + pause),
        "business_duration": elapsed,
        "business_pause_duration": pause,
        "planned_end_time": schedule.add(start, target + pause),
        "has_breached": elapsed > target,
    }
    row.update(theirs)
    if "business_percentage" not in row:
        row["business_percentage"] = 100 * row["business_duration"] / target
    rows.append(row)


def shown(row, number, column):
    value = row[column]
    if value is None:
        return ""
    if column.endswith("_time"):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if column.endswith("_duration"):
        if number % 2:
            return str(value)
        return later(datetime.datetime(1970, 1, 1), value).strftime("%Y-%m-%d %H:%M:%S")
    if column == "has_breached":
        return "true" if value else "false"
    if column == "business_percentage":
        return f"{value:,.2f}"
    return value


# agree: all contracts, over nights, weekends and both clock changes, with and without pauses
for number in range(24):
    contract = list(CONTRACTS)[number % 4]
    made = later(at("2026-03-02 09:12:36"), number * (31 * HOUR + 1009))
    make(10001 + number, contract, made, 216 * (7 + 29 * number), pause=0 if number % 3 else 611 * number)
make(10025, "P1 restore", at("2025-10-26 01:30:00"), 2 * HOUR)
make(10026, "P1 restore", at("2025-10-20 08:00:00"), 60 * HOUR)

# rounded: a percentage has two decimals, and 100.00 is a breach
make(10101, "P1 restore", at("2026-03-03 10:00:00"), 4801)
make(10102, "P2 resolve", at("2026-03-03 10:00:01"), 9601, pause=601)
make(10103, "P3 resolve", at("2026-03-04 17:59:59"), 100000)
make(10104, "P2 resolve", at("2026-03-05 08:30:00"), 8 * HOUR, has_breached=True)
make(10105, "P1 resolve", at("2026-03-05 08:30:00"), 24 * HOUR - 3, has_breached=True)
make(10106, "P2 resolve", at("2026-03-06 08:30:00"), 7200, business_duration=7199)


# clock change: counted on the wall clock, or with the offset of the start kept
def on_the_wall(task, sla, start, elapsed):
    target = CONTRACTS[sla][1]
    end = later(start, elapsed)
    wall = [instant.astimezone(PARIS).replace(tzinfo=None) for instant in (start, end)]
    seconds = int((wall[1] - wall[0]).total_seconds())
    due = (wall[0] + datetime.timedelta(seconds=target)).replace(tzinfo=PARIS).astimezone(UTC)
    make(task, sla, start, elapsed, business_duration=seconds, planned_end_time=due, has_breached=seconds > target)


on_the_wall(10201, "P1 resolve", at("2026-03-28 12:00:00"), 23 * HOUR + 1800)
on_the_wall(10202, "P1 resolve", at("2026-03-28 18:00:00"), 18 * HOUR)
on_the_wall(10203, "P1 resolve", at("2025-10-25 12:00:00"), 24 * HOUR + 1800)
on_the_wall(10204, "P1 restore", at("2025-10-26 00:30:00"), 3 * HOUR)
start = at("2026-03-27 15:00:00")
kept = Office(datetime.timezone(start.astimezone(PARIS).utcoffset()))
end = at("2026-03-30 15:30:00")
make(10205, "P2 resolve", start, OFFICE.worked(start, end), business_duration=kept.worked(start, end),
     planned_end_time=kept.add(start, 8 * HOUR), has_breached=kept.worked(start, end) > 8 * HOUR)

# pause: not taken off, the due instant not moved, or frozen once it had passed
make(10301, "P2 resolve", at("2026-03-09 09:00:00"), 4 * HOUR, pause=2 * HOUR, business_duration=6 * HOUR)
make(10302, "P2 resolve", at("2026-03-10 14:00:00"), 7 * HOUR, pause=3 * HOUR, business_duration=10 * HOUR,
     has_breached=True)
make(10303, "P1 restore", at("2026-03-11 22:00:00"), 2 * HOUR, pause=HOUR,
     planned_end_time=at("2026-03-12 02:00:00"))
make(10304, "P2 resolve", at("2026-03-12 08:00:00"), 9 * HOUR, pause=4 * HOUR,
     planned_end_time=at("2026-03-12 17:00:00"))

# closing time: due when the office opens rather than when it closed
make(10401, "P2 resolve", at("2026-03-13 10:00:00"), 2 * HOUR, planned_end_time=at("2026-03-16 08:00:00"))

# a day of the target as a working date instead of 24 hours
make(10501, "P3 resolve", at("2026-03-16 09:30:00"), 6 * HOUR, planned_end_time=at("2026-03-17 09:30:00"))
make(10502, "P3 resolve", at("2026-03-20 16:00:00"), 9 * HOUR, planned_end_time=at("2026-03-23 16:00:00"))
make(10503, "P3 resolve", at("2026-03-20 17:00:00"), 18 * HOUR, planned_end_time=at("2026-03-23 17:00:00"),
     has_breached=True, business_percentage=180)

# no schedule: nights and weekends counted too
for number, made, elapsed in ((1, "2026-03-17 17:00:00", 2 * HOUR), (2, "2026-03-20 16:30:00", 3 * HOUR)):
    begun = at(made)
    passed = between(begun, OFFICE.add(begun, elapsed))
    make(10600 + number, "P2 resolve", begun, elapsed, business_duration=passed,
         planned_end_time=later(begun, 8 * HOUR), has_breached=passed > 8 * HOUR)

# still running: as of the export, or as last calculated
running = {"stage": "in_progress", "end_time": None}
make(10701, "P2 resolve", at("2026-04-15 09:00:00"), OFFICE.worked(at("2026-04-15 09:00:00"), EXPORTED), **running)
make(10702, "P2 resolve", at("2026-04-14 10:00:00"), 3 * HOUR, **running)
make(10703, "P1 restore", at("2026-04-15 08:00:00"), 1 * HOUR, **running)

# nothing explains these: a flag that nobody reset, and minutes that do not add up
make(10801, "P1 restore", at("2026-03-24 13:00:00"), 3 * HOUR, has_breached=True)
make(10802, "P2 resolve", at("2026-03-24 09:00:00"), 9 * HOUR, has_breached=False)
make(10803, "P2 resolve", at("2026-03-25 09:00:00"), 5 * HOUR, business_duration=5 * HOUR - 1020)
make(10804, "P1 restore", at("2026-03-25 21:00:00"), 1 * HOUR, planned_end_time=at("2026-03-26 01:17:00"))

# ended before it started; cancelled before anything was calculated
make(10901, "P1 restore", at("2026-03-26 10:00:00"), HOUR, end_time=at("2026-03-26 09:00:00"))
make(10902, "P2 resolve", at("2026-03-26 10:00:00"), HOUR, stage="cancelled", business_duration=None,
     business_pause_duration=None, planned_end_time=None, has_breached=False, business_percentage=None)

writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(COLUMNS)
for number, row in enumerate(rows):
    writer.writerow([shown(row, number, column) for column in COLUMNS])
