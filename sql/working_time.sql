-- working_time.sql: arithmetic with working time equals the plainest SQL, which
-- reads the wall clock minute by minute, in zones that change their clocks in
-- every odd way; and what must hold of it at random.
SET extra_float_digits = 1;
\getenv zone DELIVERY_TEST_ZONE
\if :{?zone}
\else
\set zone UTC
\endif
SET timezone = :'zone';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
-- instants are shown in UTC, whatever the session's zone
CREATE FUNCTION pg_temp.utc(instant timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (instant AT TIME ZONE 'UTC')::text;
CREATE FUNCTION pg_temp.utc(ranges tstzmultirange) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT string_agg(concat(CASE WHEN lower_inc(r) THEN '[' ELSE '(' END, pg_temp.utc(lower(r)), ', ',
		pg_temp.utc(upper(r)), CASE WHEN upper_inc(r) THEN ']' ELSE ')' END), ' ' ORDER BY r) FROM unnest(ranges) AS r);

-- by hand: a working week in Paris, over lunch, a night and a weekend
\set office '''TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00; Dec 25 off'''
SELECT delivery.working_time(:office, '2026-01-05 09:00+01', '2026-01-05 18:00+01') AS a_day,
	delivery.working_time(:office, '2026-01-05 11:30+01', '2026-01-05 13:30+01') AS lunch,
	delivery.working_time(:office, '2026-01-09 17:30+01', '2026-01-12 09:30+01') AS weekend,
	delivery.working_time(:office, '2026-01-05 00:00+01', '2026-01-12 00:00+01') AS a_week,
	delivery.working_time(:office, '2026-01-12 00:00+01', '2026-01-05 00:00+01') AS back,
	delivery.working_time(:office, '2026-01-05 10:00:00.000001+01', '2026-01-05 10:00:00.000003+01') AS microseconds,
	delivery.working_time(:office, '2026-12-24 17:00+01', '2026-12-28 10:00+01') AS christmas;
-- the clocks of Paris: 02:00 to 03:00 is skipped on 29 March and comes twice on 25 October 2026
SELECT delivery.working_time('TZ=Europe/Paris; 24/7', '2026-03-29 00:00+01', '2026-03-30 00:00+02') AS spring,
	delivery.working_time('TZ=Europe/Paris; 24/7', '2026-10-25 00:00+02', '2026-10-26 00:00+01') AS autumn,
	delivery.working_time('TZ=Europe/Paris; 02:00-03:00', '2026-03-29 00:00+01', '2026-03-30 00:00+02') AS skipped,
	delivery.working_time('TZ=Europe/Paris; 02:00-03:00', '2026-10-25 00:00+02', '2026-10-26 00:00+01') AS twice,
	delivery.working_time('TZ=Europe/Paris; 01:30-03:30', '2026-03-29 00:00+01', '2026-03-30 00:00+02') AS over_spring,
	delivery.working_time('TZ=Europe/Paris; Sa 22:00-06:00', '2026-03-28 12:00+01', '2026-03-29 12:00+02') AS spring_night,
	delivery.working_time('TZ=Europe/Paris; Sa 22:00-06:00', '2026-10-24 12:00+02', '2026-10-25 12:00+01') AS autumn_night;
SELECT pg_temp.utc(delivery.working_ranges('TZ=Europe/Paris; 02:00-03:00', '[2026-10-24 12:00+00,2026-10-26 12:00+00)')) AS twice,
	pg_temp.utc(delivery.working_ranges('TZ=Europe/Paris; 01:30-02:00,03:00-03:30', '[2026-03-28 12:00+00,2026-03-29 12:00+00)')) AS joined;
-- half an hour on Lord Howe Island, a whole day in Samoa, both ends of the day's range, odd minutes
SELECT delivery.working_time('TZ=Australia/Lord_Howe; 24/7', '2026-04-04 13:00+00', '2026-04-05 13:30+00') AS lord_howe,
	delivery.working_time('TZ=Australia/Lord_Howe; 01:00-03:00', '2026-04-04 13:00+00', '2026-04-05 13:30+00') AS autumn,
	delivery.working_time('TZ=Australia/Lord_Howe; 01:00-03:00', '2026-10-03 13:30+00', '2026-10-04 13:00+00') AS spring,
	delivery.working_time('TZ=Pacific/Apia; 24/7; 2011 Dec 30 off', '2011-12-29 10:00+00', '2011-12-31 10:00+00') AS apia;
SELECT delivery.working_time('TZ=Pacific/Apia; 2011 Dec 30 00:00-24:00', '2011-12-29 10:00+00', '2011-12-31 10:00+00') AS no_such_day,
	delivery.working_time('TZ=Pacific/Apia; Mo-Fr 09:00-17:00', '2011-12-25 00:00-10', '2012-01-01 00:00+14') AS four_days,
	delivery.working_time('TZ=Pacific/Kiritimati; Mo 00:00-24:00', '2026-01-04 10:00+00', '2026-01-05 10:00+00') AS plus_14,
	delivery.working_time('TZ=Etc/GMT+12; Mo 00:00-24:00', '2026-01-05 12:00+00', '2026-01-06 12:00+00') AS minus_12,
	delivery.working_time('TZ=Asia/Kathmandu; 00:00-01:00', '2026-01-05 18:15+00', '2026-01-05 19:15+00') AS kathmandu;

-- which rule holds: ; replaces the day, a comma adds to it, off with hours cuts
-- them out; hours after midnight belong to the day on which they began
CREATE TEMP TABLE example (id serial, calendar text, week interval);
INSERT INTO example (calendar, week) VALUES
	('Mo-Fr 09:00-17:00', '40:00'), ('Mo-Fr 09:00-17:00; We 09:00-12:00', '35:00'), ('Mo-Fr 09:00-17:00, We 18:00-20:00', '42:00'),
	('Mo-Fr 09:00-17:00, We 12:00-20:00', '43:00'), ('Mo-Fr 09:00-17:00; We off', '32:00'), ('Mo-Fr 09:00-17:00, We off', '32:00'),
	('Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off', '35:00'), ('Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off; We 09:00-17:00', '36:00'),
	('Mo 22:00-06:00', '8:00'), ('Mo 22:00-06:00; Tu off', '8:00'), ('Mo 22:00-06:00; Tu 09:00-10:00', '9:00'),
	('Mo 22:00-06:00; Tu 00:00-02:00 off', '8:00'), ('24/7; Mo 22:00-06:00 off', '160:00'), ('24/7; Mo 22:00-30:00 off; Tu 00:00-24:00', '166:00'),
	('Mo 10:00-40:00; Mo 20:00-30:00 off; Tu 05:00-05:30', '20:30'), ('Mo-Fr 08:00-30:00; Mo-Fr 20:00-28:00 off; Sa 03:00-05:00', '71:00'), ('Mo 22:00-06:00; Mo 23:00-01:00 off', '6:00'), ('Mo 22:00-30:00, Tu 05:00-07:00', '9:00'),
	('Mo 12:00-12:00', '24:00'), ('Mo 00:00-48:00', '48:00'), ('Fr-Mo 10:00-11:00', '4:00'), ('2026 Jan 5 10:00-11:00', '1:00'),
	('2026 Jan 5-7 10:00-11:00', '3:00'), ('2025 Dec 29-2026 Jan 6 10:00-11:00', '2:00'), ('Dec 29-Jan 6 10:00-11:00', '2:00'),
	('2025 Dec 29-Jan 6 10:00-11:00', '2:00'), ('2026 Dec 29-Jan 6 10:00-11:00', '0:00'), ('Jan 10:00-11:00', '7:00'), ('Nov-Feb 10:00-11:00', '7:00'),
	('Jan Mo 10:00-11:00', '1:00'), ('Mo[1] 10:00-11:00', '1:00'), ('Mo[2] 10:00-11:00', '0:00'), ('Mo[-4] 10:00-11:00', '1:00'),
	('Su[2],Mo[1] 10:00-11:00', '2:00'), ('2026+ Mo 10:00-11:00', '1:00'), ('2027+ Mo 10:00-11:00', '0:00'), ('2020-2026 Mo 10:00-11:00', '1:00'),
	('2020,2026 Mo 10:00-11:00', '1:00'), ('PH=2026-01-06; Mo-Fr 09:00-17:00; PH off', '32:00'), ('PH=2026-01-10; Mo-Fr,PH 09:00-17:00', '48:00'),
	('PH=2026-01-06; PH off; Mo-Fr 09:00-17:00', '40:00'), ('24/7; 2026 off', '0:00'), ('off', '0:00'), ('24/7', '168:00');
SET client_min_messages = warning;
SELECT calendar, week, delivery.working_time(calendar::delivery.work_calendar, '2026-01-05 00:00+00', '2026-01-12 00:00+00') AS worked
FROM example
WHERE delivery.working_time(calendar::delivery.work_calendar, '2026-01-05 00:00+00', '2026-01-12 00:00+00') <> week ORDER BY id;
-- Easter Sunday was on 2024-03-31 and 2025-04-20, and is on 2026-04-05, 2027-03-28 and 2038-04-25
SELECT pg_temp.utc(delivery.working_ranges('2024-2026,2027,2038 easter 10:00-11:00', '[2000-01-01,2050-01-01)')) AS easter;
SELECT pg_temp.utc(delivery.working_ranges('2026 easter -2 days-easter +1 day 10:00-11:00', '[2026-01-01,2027-01-01)')) AS easter_days;
-- Easter can stay away from a date for more than 400 years
SELECT pg_temp.utc(delivery.next_opening('Mar 22; Jan 1-easter -1 day off', '2506-01-01 00:00+00')) AS next_earliest_easter;
SELECT pg_temp.utc(delivery.working_ranges('Feb 29 10:00-11:00', '[1895-01-01,1910-01-01)')) AS leap_days;
RESET client_min_messages;

-- what is half-open is: at an opening work is done, at a closing it is not
SELECT is_working, pg_temp.utc(next_opening) AS next_opening, pg_temp.utc(next_closing) AS next_closing FROM unnest(ARRAY[
	'2026-01-05 08:59:59.999999+01', '2026-01-05 09:00+01', '2026-01-05 11:59:59.999999+01', '2026-01-05 12:00+01',
	'2026-01-09 18:00+01']::timestamptz[]) AS t,
	delivery.is_working(:office, t), delivery.next_opening(:office, t), delivery.next_closing(:office, t) ORDER BY t;
SELECT delivery.next_closing('24/7', '2026-01-05 12:00+00') IS NULL AS never_closes, delivery.next_opening('24/7', '2026-01-05 12:00+00') IS NULL AS never_opens,
	delivery.next_opening('off', '2026-01-05 12:00+00') IS NULL AS never;
SELECT delivery.next_opening('2020 00:00-24:00', '2026-01-05 12:00+00') IS NULL AS not_again,
	pg_temp.utc(delivery.next_closing('2020 00:00-24:00', '2019-06-01 12:00+00')) AS once,
	pg_temp.utc(delivery.next_opening('2400 Feb 29 10:00-11:00', '2026-01-05 12:00+00')) AS far,
	pg_temp.utc(delivery.next_opening('Feb 29 Mo 10:00-11:00', '2096-01-05 12:00+00')) AS rare,
	pg_temp.utc(delivery.next_opening('9999+ 10:00-11:00', '2026-01-05 12:00+00')) AS farthest;

-- to add: hours, working dates, zero, back
SELECT pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 10:00+01', '8:00')) AS next_day,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 09:00+01', '8:00')) AS at_closing,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 07:00+01', '0:00')) AS zero_before,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 10:00+01', '0')) AS zero_within,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 18:00+01', '0')) AS zero_at_closing,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-06 10:00+01', '-1:00')) AS back_to_opening,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-06 10:00+01', '-1:00:00.000001')) AS back_over_night;
SELECT pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 10:00+01', '1 day')) AS a_date,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-09 10:00+01', '1 day')) AS over_weekend,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-10 10:00+01', '1 day')) AS from_saturday,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 20:00+01', '1 day')) AS after_hours,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 10:00+01', '1 day 4:00')) AS date_and_hours,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-06 09:00+01', '-1 day')) AS a_date_back,
	pg_temp.utc(delivery.add_working_time(:office, '2026-12-24 10:00+01', '1 day')) AS over_christmas;
SELECT pg_temp.utc(delivery.add_working_time('TZ=Europe/Paris; 24/7', '2026-03-28 02:30+01', '1 day')) AS into_gap,
	pg_temp.utc(delivery.add_working_time('TZ=Europe/Paris; 24/7', '2026-10-24 02:30+02', '1 day')) AS into_repeated,
	pg_temp.utc(delivery.add_working_time('TZ=Europe/Paris; 24/7', '2026-03-28 12:00+01', '1 day')) AS keeps_the_clock,
	pg_temp.utc(delivery.add_working_time('TZ=Europe/Paris; 24/7', '2026-03-28 12:00+01', '24:00')) AS keeps_the_hours,
	pg_temp.utc(delivery.add_working_time('TZ=Pacific/Apia; Mo-Fr 09:00-17:00', '2011-12-29 10:00-10', '1 day')) AS skipped_date,
	pg_temp.utc(delivery.add_working_time('Mo-Fr 22:00-06:00', '2026-01-09 23:00+00', '1 day')) AS night_shift,
	pg_temp.utc(delivery.add_working_time(:office, '2026-01-05 10:00+01', '5000 days')) AS many;

-- ranges
SELECT delivery.working_time(:office, '{[2026-01-05 10:00+01,2026-01-05 11:00+01),[2026-01-05 11:30+01,2026-01-06 09:30+01)}') AS two,
	delivery.working_time(:office, '{}') AS none, delivery.working_time(:office, NULL::tstzmultirange) IS NULL AS null_ranges;
SELECT pg_temp.utc(delivery.working_ranges(:office, '[2026-01-05 10:00+01,2026-01-05 14:00+01]')) AS closed,
	pg_temp.utc(delivery.working_ranges(:office, '(2026-01-05 10:00+01,2026-01-05 13:00+01]')) AS at_opening,
	delivery.working_ranges(:office, 'empty') AS empty, delivery.working_ranges(:office, '[2026-01-10 00:00+00,2026-01-11 00:00+00)') AS no_hours;
SELECT pg_temp.utc(delivery.working_ranges('24/7', '[1000-01-01 00:00+00,9000-01-01 00:00+00)')) AS one_range;

-- NULL for NULL and for infinite timestamps
SELECT delivery.working_time(NULL, now(), now()) IS NULL, delivery.working_time(:office, NULL, now()) IS NULL, delivery.working_time(:office, now(), NULL) IS NULL,
	delivery.working_time(:office, 'infinity', now()) IS NULL, delivery.working_time(:office, now(), '-infinity') IS NULL,
	delivery.add_working_time(:office, 'infinity', '1:00') IS NULL, delivery.add_working_time(:office, now(), NULL) IS NULL,
	delivery.is_working(:office, 'infinity') IS NULL, delivery.next_opening(:office, '-infinity') IS NULL, delivery.next_closing(:office, 'infinity') IS NULL;
\set VERBOSITY sqlstate
SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '1 month');
SELECT delivery.add_working_time('off', '2026-01-05 00:00+00', '1:00');
SELECT delivery.add_working_time('off', '2026-01-05 00:00+00', '0');
SELECT delivery.add_working_time('off', '2026-01-05 00:00+00', '1 day');
SELECT delivery.add_working_time('off', '2026-01-05 00:00+00', '-1:00');
SELECT delivery.add_working_time('off', '2026-01-05 00:00+00', '-1 day');
SELECT delivery.add_working_time('2020-2026 Mo 10:00-11:00', '2026-01-05 00:00+00', '53:00');
SELECT delivery.add_working_time('2026+ Mo 10:00-11:00', '2026-01-05 00:00+00', '-1:00');
SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '2562047788 hours');
SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '2147483647 days');
SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '-2147483648 days');
SELECT delivery.add_working_time('24/7; easter off', '4000-01-05 00:00+00', '-2562047788 hours');
SELECT delivery.add_working_time('24/7', '4714-11-24 00:30+00 BC', '-1:00');
SELECT delivery.working_ranges('00:00-00:01,00:02-00:03,00:04-00:05,00:06-00:07,00:08-00:09,00:10-00:11,00:12-00:13,00:14-00:15', '[0001-01-01 00:00+00,9000-01-01 00:00+00)');
SELECT delivery.working_time('24/7', '4714-11-24 00:00+00 BC', '294276-12-31 23:59:59.999999+00');
SELECT delivery.working_time('24/7', '{(,2026-01-01)}');
SELECT delivery.working_time('24/7', '{[2026-01-01,)}');
SELECT delivery.working_time('24/7', '{[2026-01-01,infinity)}');
SELECT delivery.working_ranges('24/7', '[2026-01-01,)');
SELECT delivery.working_ranges('24/7', '[-infinity,2026-01-01)');
\set VERBOSITY default

-- far away: time ends, and the rules go on
SELECT delivery.working_time(:office, '4714-11-24 00:00+00 BC', '4713-11-24 00:00+00 BC') AS first_year,
	delivery.working_time('Mo-Fr 09:00-17:00', '294276-01-01 00:00+00', '294276-12-31 23:59:59.999999+00') AS last_year,
	delivery.working_time('24/7', '4714-11-24 00:00+00 BC', '100000-01-01 00:00+00') AS eras,
	delivery.working_time('24/7; 4000 off', '0001-01-01 00:00+00', '9999-12-31 00:00+00') AS but_a_year,
	delivery.next_closing('24/7', '294276-12-31 23:59:59.999999+00') IS NULL AS no_closing;
-- after 400 years everything comes again, but for Easter
SELECT bool_and(delivery.working_time(c, t, t + l) = delivery.working_time(c, t + i * interval '400 years', t + i * interval '400 years' + l)) AS same,
	bool_and(delivery.add_working_time(c, t + i * interval '400 years', d) = delivery.add_working_time(c, t, d) + i * interval '400 years') AS same_end,
	bool_and(delivery.next_opening(c, t + i * interval '400 years') = delivery.next_opening(c, t) + i * interval '400 years') AS same_opening,
	bool_and(delivery.next_closing(c, t + i * interval '400 years') = delivery.next_closing(c, t) + i * interval '400 years') AS same_closing
FROM (SELECT setseed(0.1)) AS seed,
	(VALUES ('TZ=Europe/Paris; Mo-Fr 22:00-03:00; Feb 29 off; Mar Su[-1] 02:00-03:30'::delivery.work_calendar), ('TZ=Australia/Lord_Howe; Sa-Su 00:30-24:00')) AS c (c),
	LATERAL (SELECT '2600-01-01 00:00+00'::timestamptz AT TIME ZONE 'UTC' + random() * interval '1000 days' AS local, random() * interval '900 days' AS l,
		justify_hours(random() * interval '2000 hours') AS j FROM generate_series(1, 50) WHERE c IS NOT NULL) AS r,
	LATERAL (SELECT local AT TIME ZONE 'UTC' AS t, make_interval(hours => extract(day FROM j)::int + 1) AS d) AS s,
	(VALUES (1), (7), (700)) AS n (i);
SELECT delivery.working_time('Mo-Fr 09:00-17:00; easter -2 days off', '3000-01-01 00:00+00', '3001-01-01 00:00+00') AS easter_3000,
	pg_temp.utc(delivery.next_opening('easter 10:00-11:00', '20000-01-01 00:00+00')) AS easter_20000;

-- the plainest SQL: every minute of a span, read from the wall clock
CREATE FUNCTION pg_temp.open(calendar integer, local timestamp) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN CASE calendar
		WHEN 0 THEN extract(isodow FROM local) <= 5 AND local::time >= '09:00' AND local::time < '17:00'
		WHEN 1 THEN local::time >= '01:30' AND local::time < '02:45'
		WHEN 2 THEN (extract(isodow FROM local) IN (5, 6) AND local::time >= '22:00') OR (extract(isodow FROM local) IN (6, 7) AND local::time < '06:00')
		WHEN 3 THEN local::date <> '2011-12-31' AND to_char(local, 'MM-DD') NOT BETWEEN '10-24' AND '10-26' AND (local::time < '12:00' OR local::time >= '12:30')
		ELSE true END;
CREATE TEMP TABLE shape (id integer, rules text);
INSERT INTO shape VALUES (0, 'Mo-Fr 09:00-17:00'), (1, '01:30-02:45'), (2, 'Fr-Sa 22:00-06:00'),
	(3, '00:00-12:00,12:30-24:00; Oct 24-26 off; 2011 Dec 31 off'), (4, '24/7');
CREATE TEMP TABLE zone (name text, change timestamptz);
INSERT INTO zone VALUES ('Europe/Paris', '2026-03-29 01:00+00'), ('Europe/Paris', '2026-10-25 01:00+00'), ('America/New_York', '2025-11-02 06:00+00'),
	('America/New_York', '2026-03-08 07:00+00'), ('Australia/Lord_Howe', '2026-04-04 15:00+00'), ('Australia/Lord_Howe', '2026-10-03 15:30+00'),
	('Pacific/Apia', '2011-12-30 10:00+00'), ('Pacific/Kiritimati', '1994-12-31 10:00+00'), ('Pacific/Kwajalein', '1993-08-21 12:00+00'),
	('Etc/GMT+12', '2026-01-01 12:00+00'), ('Asia/Kathmandu', '1985-12-31 18:30+00'), ('Africa/Casablanca', '2026-02-15 02:00+00'),
	('America/Sao_Paulo', '2018-11-04 03:00+00'), ('Asia/Tehran', '2021-03-21 20:30+00'), ('America/Caracas', '2016-05-01 07:00+00');
SELECT setseed(0.2);
CREATE TEMP TABLE span AS
SELECT z.name, s.id, s.rules, (format('TZ=%s; %s', z.name, s.rules))::delivery.work_calendar AS calendar, start, start + l AS finish
FROM zone AS z, shape AS s,
	LATERAL (SELECT change + floor(random() * 4320 - 2880) * interval '1 minute' AS start, floor(random() * 4320) * interval '1 minute' AS l
		FROM generate_series(1, 3) WHERE s.id >= 0 AND z.name <> '') AS r;
SELECT count(*) AS spans, count(*) FILTER (WHERE delivery.working_time(calendar, start, finish) <>
	(SELECT count(*) * interval '1 minute' FROM generate_series(start, finish - interval '1 minute', interval '1 minute') AS m
		WHERE pg_temp.open(id, m AT TIME ZONE name))) AS differences
FROM span;
-- and what follows from it, minute by minute
SELECT count(*) AS minutes, count(*) FILTER (WHERE delivery.is_working(calendar, m) <> is_open) AS working,
	count(*) FILTER (WHERE opens AND delivery.next_opening(calendar, m - interval '1 microsecond') <> m) AS opening,
	count(*) FILTER (WHERE closes AND delivery.next_closing(calendar, m - interval '1 microsecond') <> m) AS closing
FROM (SELECT *, is_open AND NOT before AS opens, before AND NOT is_open AS closes FROM (
	SELECT calendar, m, pg_temp.open(id, m AT TIME ZONE name) AS is_open,
		pg_temp.open(id, (m - interval '1 minute') AT TIME ZONE name) AS before
	FROM (SELECT DISTINCT ON (rules, calendar::text) * FROM span ORDER BY rules, calendar::text, start) AS one,
		generate_series(start, start + interval '36 hours', interval '1 minute') AS m) AS each_minute) AS edge;

-- what must hold at random, to the microsecond
SELECT setseed(0.3);
CREATE TEMP TABLE point AS
SELECT c::delivery.work_calendar AS c, '1970-01-01 00:00+00'::timestamptz + random() * interval '47000 days' AS a,
	random() * interval '40 days' AS ab, random() * interval '40 days' AS bd, random() * interval '300 hours' AS d
FROM unnest(ARRAY['TZ=Europe/Paris; PH=2026-05-01,2026-05-08; Mo-Fr 09:00-12:00,13:00-18:00; Dec 25 off; 2026 Dec 24 09:00-12:00; PH off',
	'TZ=America/New_York; Mo-Sa 22:00-06:00; Nov Th[4] off', 'TZ=Pacific/Apia; Fr-Mo 00:00-24:00; easter -2 days-easter +1 day off',
	'TZ=Australia/Lord_Howe; 01:00-02:15,23:00-01:00', 'Dec 24-Jan 2 off, Mo 00:00-48:00', '24/7', 'TZ=Asia/Kolkata; 2030+ Mo-Fr 10:00-19:00; 1960-2029 We 10:00-19:00']) AS c,
	generate_series(1, 300);
SELECT count(*) AS points,
	count(*) FILTER (WHERE delivery.working_time(c, a, a + ab) + delivery.working_time(c, a + ab, a + ab + bd) <> delivery.working_time(c, a, a + ab + bd)) AS additive,
	count(*) FILTER (WHERE delivery.working_time(c, a + ab, a) <> - delivery.working_time(c, a, a + ab)) AS signed,
	count(*) FILTER (WHERE delivery.working_time(c, a, delivery.add_working_time(c, a, d)) <> d) AS inverse,
	count(*) FILTER (WHERE delivery.working_time(c, delivery.add_working_time(c, a, -d), a) <> d) AS inverse_back,
	count(*) FILTER (WHERE NOT delivery.is_working(c, delivery.add_working_time(c, a, d) - interval '1 microsecond')) AS first_instant,
	count(*) FILTER (WHERE NOT delivery.is_working(c, delivery.add_working_time(c, a, -d))) AS last_instant,
	count(*) FILTER (WHERE delivery.working_time(c, a, a + ab) <>
		(SELECT coalesce(sum(upper(r) - lower(r)), '0') FROM unnest(delivery.working_ranges(c, tstzrange(a, a + ab))) AS r)) AS length,
	count(*) FILTER (WHERE delivery.working_time(c, tstzmultirange(tstzrange(a, a + ab), tstzrange(a + ab + bd, a + ab + bd + d))) <>
		delivery.working_time(c, a, a + ab) + delivery.working_time(c, a + ab + bd, a + ab + bd + d)) AS ranges
FROM point;
SELECT count(*) FILTER (WHERE extract(day FROM delivery.working_time(c, a, a + ab)) <> 0) AS has_days, max(delivery.working_time(c, a, a + ab)) > '24:00' AS long FROM point;

-- parallel = serial
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE working_time_point AS SELECT * FROM point;
ANALYZE working_time_point;
EXPLAIN (COSTS OFF) SELECT sum(delivery.working_time(c, a, a + ab)) FROM working_time_point;
SELECT (SELECT sum(delivery.working_time(c, a, a + ab)) FROM working_time_point) = (SELECT sum(delivery.working_time(c, a, a + ab)) FROM point) AS same;
DROP TABLE working_time_point;

-- an index on working time, and a search that would not end is ended by hand
CREATE TABLE working_time_ticket (opened_at timestamptz, closed_at timestamptz,
	worked interval GENERATED ALWAYS AS (delivery.working_time('TZ=Europe/Paris; Mo-Fr 09:00-17:00', opened_at, closed_at)) STORED);
CREATE INDEX ON working_time_ticket (delivery.working_time('24/7', opened_at, closed_at));
INSERT INTO working_time_ticket VALUES ('2026-01-05 10:00+01', '2026-01-06 10:00+01');
SELECT worked FROM working_time_ticket;
DROP TABLE working_time_ticket;
SET statement_timeout = '200ms';
\set VERBOSITY sqlstate
SELECT delivery.working_time('TZ=Europe/Paris; Mo-Fr 09:00-17:00; easter off', '2000-01-01 00:00+00', '294000-01-01 00:00+00');
RESET statement_timeout;
