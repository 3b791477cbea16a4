-- zone.sql: the session's time zone changes no result (this file alone varies it).
SET extra_float_digits = 1;
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SELECT setseed(0.5);
CREATE TEMP TABLE deployment AS
SELECT '2024-01-01 00:00+00'::timestamptz + random() * interval '300 days' AS committed_at,
	'2024-03-01 00:00+00'::timestamptz + random() * interval '300 days' AS deployed_at,
	random() < 0.2 AS failed
FROM generate_series(1, 3000);
CREATE TEMP VIEW every_metric AS
SELECT zone,
	delivery.lead_time(committed_at, deployed_at) AS lead_time,
	delivery.cycle_time(committed_at, deployed_at, 0.9) AS cycle_time,
	delivery.time_to_restore(committed_at, deployed_at, ARRAY[0.1, 0.9]) AS time_to_restore,
	delivery.mttr(committed_at, deployed_at) AS mttr,
	delivery.change_failure_rate(failed) AS change_failure_rate,
	delivery.deployment_frequency(deployed_at, '[2024-03-05 00:00+00,2024-10-05 00:00+00)') AS deployment_frequency,
	delivery.deployment_days_per_week(deployed_at, '[2024-03-05 00:00+00,2024-10-05 00:00+00)', zone) AS days_per_week,
	count(delivery.span_fault(committed_at, deployed_at)) AS faults
FROM deployment, (VALUES ('America/Los_Angeles'), ('Europe/Paris'), ('Australia/Sydney')) AS z (zone)
GROUP BY zone;
SET timezone = 'America/Los_Angeles';
CREATE TEMP TABLE west AS SELECT * FROM every_metric;
SET timezone = 'Europe/Paris';
CREATE TEMP TABLE north AS SELECT * FROM every_metric;
SET timezone = 'Australia/Sydney';
CREATE TEMP TABLE south AS SELECT * FROM every_metric;
SELECT zone, west IS NOT DISTINCT FROM north AND north IS NOT DISTINCT FROM south AS same, north.faults > 0 AS with_faults
FROM west JOIN north USING (zone) JOIN south USING (zone) ORDER BY zone;
-- nor do DateStyle and IntervalStyle
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'iso_8601';
SELECT count(*) FROM every_metric JOIN south USING (zone) WHERE every_metric IS DISTINCT FROM south;
