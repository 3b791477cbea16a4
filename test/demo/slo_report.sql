-- slo_report.sql: error budgets, burn rates and alerts by service, from demo.sli
-- and demo.slo, as of an instant.
--
--   psql [-v to=2026-07-01] [-v zone=Europe/Paris] -f slo_report.sql
--
-- to     the instant up to which is counted (default: now)
-- zone   time zone in which times are shown (default: that of the session)

\ir as_of.sql

BEGIN READ ONLY;
SET LOCAL TimeZone = :'zone';

\pset title 'Error budgets of the last 30 days'
SELECT service AS "service",
	(budget).objective AS "objective",
	to_char(100.0 * (budget).good / (budget).total, 'FM990.000') || ' %' AS "good",
	to_char((budget).allowed, 'FM999999990') AS "allowed",
	(budget).bad AS "bad",
	to_char(100 * (budget).remaining, 'FM9999990.0') || ' %' AS "budget left",
	to_char(hour, 'FM9999990.00') AS "burn 1 h",
	to_char(six_hours, 'FM9999990.00') AS "6 h",
	to_char(day, 'FM9999990.00') AS "1 day",
	to_char(three_days, 'FM9999990.00') AS "3 days",
	(alert).severity AS "alert",
	CASE WHEN (budget).exhausted THEN 'exhausted'
		ELSE to_char(:'to'::timestamptz + delivery.time_to_exhaustion((budget).remaining, three_days, period), 'YYYY-MM-DD') END AS "used up by"
FROM (
	SELECT service, period,
		delivery.error_budget(good, total, objective) AS budget,
		delivery.burn_rate(good, total, objective) FILTER (WHERE bucket >= :'to'::timestamptz - interval '1 hour') AS hour,
		delivery.burn_rate(good, total, objective) FILTER (WHERE bucket >= :'to'::timestamptz - interval '6 hours') AS six_hours,
		delivery.burn_rate(good, total, objective) FILTER (WHERE bucket >= :'to'::timestamptz - interval '24 hours') AS day,
		delivery.burn_rate(good, total, objective) FILTER (WHERE bucket >= :'to'::timestamptz - interval '72 hours') AS three_days,
		delivery.burn_rate_alert(bucket, good, total, objective, :'to', period, min_events) AS alert
	FROM demo.sli JOIN demo.slo USING (service)
	-- a day of the period has 24 hours, whatever the clocks did
	WHERE bucket >= :'to'::timestamptz - extract(epoch FROM period) * interval '1 second' AND bucket < :'to'
	GROUP BY service, period
) AS s
ORDER BY (budget).remaining, service;

\echo 'allowed       requests that the objective allows to fail; burn 1 uses them up in exactly 30 days'
\echo 'alert         page: burn above 14.4 in 1 h and 5 min, or above 6 in 6 h and 30 min;'
\echo '              ticket: above 3 in 1 day and 2 h, or above 1 in 3 days and 6 h; silent below min_events (1,000)'
\echo 'used up by    if it goes on to burn as in the last 3 days; -: never'
\echo

\pset format unaligned
\pset tuples_only on
\pset title
SELECT 'Budget of checkout, from 1 at the start of the period (0: all used up)' || E'\n\n' || delivery.text_chart(array_agg(remaining ORDER BY bucket), 72, 9) || E'\n'
FROM (
	SELECT bucket, 1 - (sum(total - good) OVER (ORDER BY bucket) / (sum(total) OVER () * (1 - delivery.ratio(objective))))::float8 AS remaining
	FROM demo.sli JOIN demo.slo USING (service)
	WHERE service = 'checkout' AND bucket >= :'to'::timestamptz - extract(epoch FROM period) * interval '1 second' AND bucket < :'to'
) AS s;

\pset tuples_only off
\pset format aligned
ROLLBACK;
