-- ticket.sql: the tables of the benchmark of working time, deterministic, with
-- as many rows as the psql variable "rows" says. Tickets of ten years in no
-- order, open for up to ten days; a calendar with 100 public holidays in these
-- years, and 20 that differ in their closing time.
SELECT setseed(0.5);
CREATE TABLE ticket (
	id bigint NOT NULL,
	team integer NOT NULL,		-- one of 20
	opened_at timestamptz NOT NULL,
	finished_at timestamptz NOT NULL
);
INSERT INTO ticket
SELECT i, floor(random() * 20), opened_at, opened_at + random() * interval '10 days'
FROM generate_series(1, :rows) AS i,
	LATERAL (SELECT '2020-01-01 00:00+00'::timestamptz + random() * interval '3650 days' AS opened_at WHERE i > 0) AS o;

CREATE TABLE paused_ticket AS
SELECT opened_at, finished_at, tstzmultirange(
	tstzrange(opened_at + length * 0.1, opened_at + length * 0.2),
	tstzrange(opened_at + length * 0.4, opened_at + length * 0.5),
	tstzrange(opened_at + length * 0.7, opened_at + length * 0.8)) AS paused
FROM ticket, LATERAL (SELECT finished_at - opened_at AS length) AS l;

CREATE TABLE span AS
SELECT opened_at, opened_at + interval '87600 hours' AS ten_years_later, opened_at + interval '10 hours' AS ten_hours_later FROM ticket;

CREATE TABLE holiday AS
SELECT '2020-01-01'::date + (i * 36.5)::integer AS day FROM generate_series(0, 99) AS i;
INSERT INTO delivery.calendar (name, calendar)
SELECT 'office', delivery.with_holidays('TZ=Europe/Paris; Mo-Fr 09:00-17:00; PH off', array_agg(day)) FROM holiday;
CREATE TABLE team AS
SELECT team, delivery.with_holidays(format('TZ=Europe/Paris; Mo-Fr 09:00-17:%s; PH off', lpad(team::text, 2, '0'))::delivery.work_calendar, days) AS calendar
FROM generate_series(0, 19) AS team, (SELECT array_agg(day) AS days FROM holiday) AS h;
VACUUM (FREEZE, ANALYZE) ticket, paused_ticket, span, holiday, team;
