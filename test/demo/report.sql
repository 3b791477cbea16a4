-- report.sql: delivery performance of each service, from demo.deployment and demo.change.
--
--   psql [-v from=2026-01-01] [-v to=2026-07-01] [-v zone=Europe/Paris] [-v benchmark=2024] -f report.sql
--
-- from, to    the period, as dates or timestamps; "to" is not part of it. Default: the days of
--             the first and the last deployment, and at least four weeks
-- zone        time zone of the period and of calendar days (default: that of the session)
-- benchmark   ladder behind the levels (default: standard)
-- legend      off: without the ladder and the explanations
--
-- Each table is aggregated by itself, and only the results are joined: joining
-- deployments to their changes first would count a deployment once per change.

\set ON_ERROR_STOP on
\if :{?benchmark}
\else
	\set benchmark standard
\endif
\if :{?legend}
\else
	\set legend on
\endif
\if :{?zone}
\else
	SELECT current_setting('TimeZone') AS zone \gset
\endif

\pset border 1
\pset footer off
\pset format aligned
\pset linestyle ascii
\pset null '-'

BEGIN READ ONLY;
SET LOCAL TimeZone = :'zone';

\if :{?to}
\else
	SELECT (coalesce(max(deployed_at), now())::date + 1)::timestamptz AS "to" FROM demo.deployment
	\gset
\endif
\if :{?from}
\else
	-- nobody deploys daily because of a single deployment on a single day
	SELECT least(min(deployed_at)::date, :'to'::timestamptz::date - 28)::timestamptz AS "from" FROM demo.deployment
	\gset
\endif

SELECT tstzrange(:'from'::timestamptz, :'to'::timestamptz) AS period,
	to_char(:'from'::timestamptz, 'YYYY-MM-DD') AS first_day,
	to_char(:'to'::timestamptz - interval '1 microsecond', 'YYYY-MM-DD') AS last_day,
	round(extract(epoch FROM :'to'::timestamptz - :'from'::timestamptz) / 86400) AS days
\gset

\echo
\echo Delivery performance :first_day to :last_day (:days days, :zone), benchmark :benchmark
\echo

\pset title 'Speed'
WITH deployments AS (
	-- rows outside the period go in too: a service without any inside has a frequency of 0
	SELECT service,
		count(*) FILTER (WHERE deployed_at <@ :'period'::tstzrange) AS inside,
		delivery.deployment_frequency(deployed_at, :'period'::tstzrange) AS frequency,
		delivery.deployment_days_per_week(deployed_at, :'period'::tstzrange, :'zone') AS days_per_week
	FROM demo.deployment
	GROUP BY service
), changes AS (
	SELECT service, count(*) AS inside,
		delivery.lead_time(committed_at, deployed_at, ARRAY[0.5, 0.9]) AS lead_time
	FROM demo.change
	WHERE deployed_at <@ :'period'::tstzrange
	GROUP BY service
)
SELECT service AS "service",
	coalesce(d.inside, 0) AS "deploys",
	CASE WHEN frequency = 0 THEN 'none'
		WHEN frequency >= 1 THEN to_char(frequency, 'FM9990.00') || ' per day'
		WHEN frequency >= 1.0 / 7 THEN to_char(frequency * 7, 'FM990.00') || ' per week'
		ELSE '1 per ' || to_char(1 / frequency, 'FM999990.0') || ' days'
	END AS "frequency",
	delivery.dora_level('deployment_frequency', frequency, :'benchmark') AS "level",
	to_char(days_per_week, 'FM0.0') AS "days/wk",
	coalesce(c.inside, 0) AS "changes",
	readable[1] AS "lead p50",
	readable[2] AS "lead p90",
	delivery.dora_level('lead_time', lead_time[1], :'benchmark') AS "level"
FROM deployments AS d
FULL JOIN changes AS c USING (service)
CROSS JOIN LATERAL (
	SELECT array_agg(
			CASE WHEN hours < 1 THEN to_char(hours * 60, 'FM90') || ' min'
				WHEN hours < 24 THEN to_char(hours, 'FM90.0') || ' h'
				ELSE to_char(hours / 24, 'FM99990.0') || ' d' END
			ORDER BY position) AS readable
	FROM unnest(lead_time) WITH ORDINALITY AS durations(duration, position)
	CROSS JOIN LATERAL delivery.hours(duration) AS hours
) AS texts
ORDER BY d.frequency DESC NULLS LAST, service;

\pset title 'Stability'
WITH deployments AS (
	SELECT service,
		count(failed) FILTER (WHERE inside) AS known,
		count(*) FILTER (WHERE inside AND failed) AS failures,
		delivery.change_failure_rate(failed) FILTER (WHERE inside) AS failure_rate,
		delivery.rework_rate(unplanned) FILTER (WHERE inside) AS rework_rate,
		delivery.time_to_restore(failed_at, restored_at) FILTER (WHERE inside) AS time_to_restore,
		delivery.deployment_frequency(deployed_at, :'period'::tstzrange) AS frequency
	FROM demo.deployment
	CROSS JOIN LATERAL (SELECT deployed_at <@ :'period'::tstzrange) AS period(inside)
	GROUP BY service
)
SELECT service AS "service",
	known AS "known",
	failures AS "failed",
	to_char(failure_rate * 100, 'FM990.0') || ' %' AS "failure rate",
	delivery.dora_level('change_failure_rate', failure_rate, :'benchmark') AS "level",
	to_char(rework_rate * 100, 'FM990.0') || ' %' AS "rework",
	CASE WHEN restore_hours < 1 THEN to_char(restore_hours * 60, 'FM90') || ' min'
		WHEN restore_hours < 24 THEN to_char(restore_hours, 'FM90.0') || ' h'
		ELSE to_char(restore_hours / 24, 'FM99990.0') || ' d' END AS "restore p50",
	delivery.dora_level('time_to_restore', time_to_restore, :'benchmark') AS "level"
FROM deployments
CROSS JOIN LATERAL delivery.hours(time_to_restore) AS restore_hours
ORDER BY frequency DESC, service;

\pset title 'Left out of the durations above'
\pset footer on
SELECT service AS "service", duration AS "duration", fault AS "reason", count(*) AS "rows"
FROM (
	SELECT service, 'lead time' AS duration, delivery.span_fault(committed_at, deployed_at) AS fault
	FROM demo.change
	WHERE deployed_at <@ :'period'::tstzrange
	UNION ALL
	SELECT service, 'time to restore', delivery.span_fault(failed_at, restored_at)
	FROM demo.deployment
	WHERE deployed_at <@ :'period'::tstzrange
		AND (failed OR failed_at IS NOT NULL OR restored_at IS NOT NULL)
) AS spans
WHERE fault IS NOT NULL
GROUP BY service, duration, fault
ORDER BY service, duration, fault;
\pset footer off

\if :legend
\pset title 'Levels (what reaches none of them is low)'
SELECT replace(metric, '_', ' ') AS "metric",
	max(rung) FILTER (WHERE level = 'elite') AS "elite",
	max(rung) FILTER (WHERE level = 'high') AS "high",
	max(rung) FILTER (WHERE level = 'medium') AS "medium"
FROM (
	SELECT metric, level, comparison || ' ' || CASE
		WHEN threshold_hours < 24 THEN format('%s h', threshold_hours)
		WHEN threshold_hours >= 24 THEN format('%s d', round(threshold_hours::numeric / 24, 1)::float8)
		WHEN metric <> 'deployment_frequency' THEN format('%s %%', round(threshold::numeric * 100, 1)::float8)
		WHEN threshold >= 1 THEN format('%s per day', threshold)
		ELSE format('1 per %s days', round(1 / threshold::numeric, 1)::float8) END AS rung
	FROM delivery.benchmark
	WHERE benchmark = :'benchmark'
) AS ladder
GROUP BY metric
ORDER BY metric;

\echo 'deploys, changes  deployments in the period, and changes that they delivered first'
\echo 'frequency         deployments in the period, divided by its days (weekends count too)'
\echo 'days/wk           days with a deployment in the median week, Monday to Sunday'
\echo 'lead p50, p90     from commit to deployment: half (nine tenths) of the changes were faster'
\echo 'known, failed     deployments whose outcome is known, and those that failed'
\echo 'failure rate      deployments that failed in production, of those known'
\echo 'rework            deployments made only to repair production'
\echo 'restore p50       from failure to recovery: median of the failures that are resolved'
\echo 'missing finish    of a time to restore: a failure that is not resolved yet'
\echo '-                 not known: no row to tell it from, or no level in this benchmark'
\echo
\endif

\pset title
ROLLBACK;
