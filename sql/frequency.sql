-- frequency.sql: deployment frequency and deployment days per week equal the
-- plainest SQL on random data, in zones of both hemispheres and over clock
-- changes, in parallel and in a moving window.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- by hand: 4 deployments in 28 days are exactly 1 in 7
CREATE TEMP TABLE deployment (deployed_at timestamptz);
INSERT INTO deployment VALUES
	('2024-01-01 00:00'), ('2024-01-03 10:00'), ('2024-01-03 12:00'), ('2024-01-28 23:59'),
	('2024-01-29 00:00'), ('2023-12-31 23:59'), (NULL);
SELECT delivery.deployment_frequency(deployed_at, '[2024-01-01,2024-01-29)') = 1.0 / 7 AS per_day,
	delivery.deployment_frequency(deployed_at, '(2024-01-01,2024-01-29]') * 28 AS other_ends,
	delivery.deployment_frequency(deployed_at, '[2024-02-01,2024-03-01)') AS outside,
	delivery.deployment_days_per_week(deployed_at, '[2024-01-01,2024-01-29)', 'UTC') AS days_per_week
FROM deployment;
-- 0 for rows without a time, NULL for no rows, a NULL period or zone
SELECT delivery.deployment_frequency(NULL, '[2024-01-01,2024-01-29)') AS null_time,
	delivery.deployment_frequency(now(), NULL) AS null_period,
	delivery.deployment_days_per_week(NULL, '[2024-01-01,2024-01-29)', 'UTC') AS null_time_weeks,
	delivery.deployment_days_per_week(now(), NULL, 'UTC') AS null_period_weeks,
	delivery.deployment_days_per_week(now(), '[2024-01-01,2024-01-29)', NULL) AS null_zone,
	delivery.deployment_days_per_week('2024-01-03', '[2024-01-02,2024-01-14)', 'UTC') AS no_full_week;
SELECT delivery.deployment_frequency(deployed_at, '[2024-01-01,2024-01-29)') AS no_row,
	delivery.deployment_days_per_week(deployed_at, '[2024-01-01,2024-01-29)', 'UTC') AS no_row_weeks
FROM deployment WHERE false;
-- a day is 24 hours: the period of a spring week in Paris is one hour short of seven
SELECT delivery.deployment_frequency('2024-03-27', tstzrange('2024-03-25 00:00 Europe/Paris', '2024-04-01 00:00 Europe/Paris'))
	= 1 / (167 / 24.0::float8) AS spring;
-- periods of microseconds near the end of time, where a double has no microseconds
SELECT delivery.deployment_frequency(d, '[294276-12-31 23:59:59.000001,294276-12-31 23:59:59.000003]') = 86400000000 / 2 AS far
FROM (VALUES ('294276-12-31 23:59:59.000002'::timestamptz), ('2026-01-01')) AS v (d);
-- at the ends of the range of timestamps local time goes on
SELECT delivery.deployment_days_per_week(d, '[294276-12-15 00:00+00,294276-12-31 23:59:59+00]', 'Pacific/Kiritimati') AS last_weeks,
	delivery.deployment_days_per_week(d, '[4714-11-24 00:00+00 BC,4714-12-24 00:00+00 BC]', 'America/New_York') AS first_weeks
FROM (VALUES ('294276-12-20 12:00+00'::timestamptz), ('4714-11-30 12:00+00 BC')) AS v (d);
-- infinite times are outside of every period
SELECT delivery.deployment_frequency(d, '[2024-01-01,2024-01-29)') AS frequency,
	delivery.deployment_days_per_week(d, '[2024-01-01,2024-01-29)', 'UTC') AS days
FROM (VALUES ('infinity'::timestamptz), ('-infinity')) AS v (d);

-- random deployments around clock changes; weeks by the plainest SQL
SELECT setseed(0.4);
CREATE TEMP TABLE random_deployment AS
SELECT i AS id, i % 5 AS service,
	CASE WHEN random() < 0.05 THEN NULL
		ELSE '2023-01-01'::timestamptz + random() ^ (i % 5 + 1) * interval '800 days' END AS deployed_at
FROM generate_series(1, 2000) AS i;
CREATE TEMP TABLE trial AS
SELECT zone, period
FROM (VALUES ('UTC'), ('Europe/Paris'), ('America/Sao_Paulo'), ('America/New_York'), ('Australia/Lord_Howe'),
		('Asia/Kathmandu'), ('Pacific/Auckland'), ('Pacific/Kiritimati'), ('Etc/GMT+12'), ('America/Havana')) AS z (zone),
	(VALUES (tstzrange('2023-01-01', '2025-01-01')), (tstzrange('2023-03-06', '2023-04-10')),
		(tstzrange('2023-10-02', '2023-11-20 05:00')), (tstzrange('2024-02-29', '2024-03-31'))) AS p (period)
UNION ALL  -- months that begin and end with the day of the zone itself
SELECT zone, tstzrange(month AT TIME ZONE zone, (month + interval '1 month') AT TIME ZONE zone)
FROM (VALUES ('Europe/Paris'), ('America/New_York'), ('Pacific/Auckland')) AS z (zone),
	generate_series('2023-01-01'::timestamp, '2024-12-01', '1 month') AS month;
-- a week is full if both its ends, by the clock on the wall, are in the period
-- and a deployment belongs to one by its local date
CREATE TEMP VIEW oracle_weeks AS
SELECT service, zone, period, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS days
FROM (
	SELECT service, zone, period, week,
		(SELECT count(DISTINCT (d.deployed_at AT TIME ZONE zone)::date)
			FROM random_deployment AS d
			WHERE d.service = services.service AND d.deployed_at AT TIME ZONE zone >= week
				AND d.deployed_at AT TIME ZONE zone < week + interval '7 days') AS days
	FROM trial
	CROSS JOIN (SELECT DISTINCT service FROM random_deployment) AS services
	CROSS JOIN LATERAL generate_series(date_trunc('week', lower(period) AT TIME ZONE zone),
		upper(period) AT TIME ZONE zone, '7 days') AS week
	WHERE week AT TIME ZONE zone >= lower(period)
		AND (week + interval '7 days') AT TIME ZONE zone <= upper(period)) AS every_week
GROUP BY service, zone, period;
CREATE TEMP VIEW our_weeks AS
SELECT service, zone, period,
	delivery.deployment_days_per_week(deployed_at, period, zone) AS days
FROM trial, random_deployment GROUP BY service, zone, period;
SELECT count(*) AS trials, count(o.days) AS with_weeks, count(DISTINCT o.days) > 5 AS varied,
	count(*) FILTER (WHERE o.days IS DISTINCT FROM w.days) AS differ
FROM our_weeks AS o LEFT JOIN oracle_weeks AS w USING (service, zone, period);
SELECT count(*) FILTER (WHERE ours IS DISTINCT FROM oracle) AS differ
FROM (
	SELECT delivery.deployment_frequency(deployed_at, period) AS ours,
		count(*) FILTER (WHERE deployed_at <@ period) /
			(extract(epoch FROM upper(period) - lower(period))::float8 / 86400) AS oracle
	FROM trial, random_deployment GROUP BY service, zone, period) AS both_ways;

-- a week begins with its first instant, also where Monday's midnight is missing
-- (Tehran, 2021-03-22) or the clock goes back to Sunday at it (2020-09-21)
SELECT delivery.deployment_days_per_week(d, '[2021-03-21 20:30+00,2021-03-28 19:30+00)', 'Asia/Tehran') AS skipped,
	delivery.deployment_days_per_week(d, '[2021-03-21 20:30:00.000001+00,2021-03-28 19:30+00)', 'Asia/Tehran') AS too_late
FROM (VALUES ('2021-03-21 20:30+00'::timestamptz), ('2021-03-21 20:29:59+00')) AS v (d);
SELECT delivery.deployment_days_per_week(d, '[2020-09-20 20:30+00,2020-09-27 20:30+00)', 'Asia/Tehran') AS went_back,
	delivery.deployment_days_per_week(d, '[2020-09-20 20:30:00.000001+00,2020-09-27 20:30+00)', 'Asia/Tehran') AS too_late
FROM (VALUES ('2020-09-21 12:00+00'::timestamptz), ('2020-09-22 12:00+00')) AS v (d);
-- Samoa had no 2011-12-30: that week has six days
SELECT delivery.deployment_days_per_week(d, '[2011-12-26 10:00+00,2012-01-01 10:00+00)', 'Pacific/Apia') AS six_days
FROM generate_series('2011-12-26 11:00+00'::timestamptz, '2012-01-01 09:00+00', '1 hour') AS d;
-- ends of a week: one instant short, open, closed
SELECT delivery.deployment_days_per_week(d, tstzrange('2023-01-02', '2023-01-08 23:59:59.999999'), 'UTC') AS one_instant_short,
	delivery.deployment_days_per_week(d, '(2023-01-02,2023-01-09)', 'UTC') AS open_start,
	delivery.deployment_days_per_week(d, '[2023-01-02,2023-01-09]', 'UTC') AS closed_end
FROM (VALUES ('2023-01-04'::timestamptz)) AS v (d);
-- zones with digits in their name, and in whatever case
SELECT delivery.deployment_days_per_week('2024-01-03', '[2023-12-31 10:00+00,2024-01-07 10:00+00)', z) AS etc_gmt_14
FROM (VALUES ('Etc/GMT-14'), ('etc/gmt-14')) AS v (z);
-- ISO weeks over a turn of the year
SELECT delivery.deployment_days_per_week(d, '[2024-12-30,2025-01-06)', 'UTC') AS turn_of_year
FROM (VALUES ('2024-12-30'::timestamptz), ('2024-12-31'), ('2025-01-01'), ('2025-01-05 23:59')) AS v (d);

-- moving frame equals recomputation
WITH moving AS (
	SELECT delivery.deployment_frequency(deployed_at, '[2023-01-01,2023-03-01)') OVER w AS ours,
		count(*) OVER w AS n,
		count(*) FILTER (WHERE deployed_at >= '2023-01-01' AND deployed_at < '2023-03-01') OVER w AS inside
	FROM random_deployment
	WINDOW w AS (PARTITION BY service ORDER BY id ROWS BETWEEN 10 PRECEDING AND 2 PRECEDING))
SELECT count(*) AS frames, count(*) FILTER (WHERE n = 0) AS empty,
	count(*) FILTER (WHERE ours IS DISTINCT FROM CASE WHEN n > 0 THEN inside / 59::float8 END) AS differ
FROM moving;

-- parallel plan equals serial plan
CREATE TABLE frequency_parallel AS SELECT * FROM random_deployment;
ALTER TABLE frequency_parallel SET (parallel_workers = 2);
CREATE TEMP TABLE serial AS
SELECT service, delivery.deployment_frequency(deployed_at, '[2023-01-01,2025-01-01)'),
	delivery.deployment_days_per_week(deployed_at, '[2023-01-01,2025-01-01)', 'Europe/Paris')
FROM random_deployment GROUP BY service;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT delivery.deployment_days_per_week(deployed_at, '[2023-01-01,2025-01-01)', 'Europe/Paris')
FROM frequency_parallel;
SELECT count(*) AS services, count(*) FILTER (WHERE s IS DISTINCT FROM p) AS differ
FROM serial AS s JOIN (
	SELECT service, delivery.deployment_frequency(deployed_at, '[2023-01-01,2025-01-01)'),
		delivery.deployment_days_per_week(deployed_at, '[2023-01-01,2025-01-01)', 'Europe/Paris')
	FROM frequency_parallel GROUP BY service) AS p USING (service);
DROP TABLE frequency_parallel;

-- states are ordinary values: kept as text, combined in either order, finished
WITH states AS (
	SELECT delivery_internal.weeks_accum(NULL, '2023-12-20', '[2023-01-01,2025-01-01)', 'UTC')::text::bigint[] AS a,
		delivery_internal.weeks_accum(NULL, '2023-01-20', '[2023-01-01,2025-01-01)', 'UTC') AS b)
SELECT delivery_internal.weeks_combine(a, b) = delivery_internal.weeks_combine(b, a) AS same_either_way,
	delivery_internal.weeks_final(delivery_internal.weeks_combine(a, b)) AS median
FROM states;
SELECT delivery_internal.frequency_final(delivery_internal.frequency_combine(
	delivery_internal.frequency_accum(NULL, '2024-01-02', '[2024-01-01,2024-01-11)')::text::bigint[],
	delivery_internal.frequency_accum(NULL, NULL, '[2024-01-01,2024-01-11)')));
