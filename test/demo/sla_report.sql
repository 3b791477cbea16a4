-- sla_report.sql: service level attainment by priority, from demo.ticket and
-- demo.target, as of an instant.
--
--   psql [-v to=2026-07-01] [-v zone=Europe/Paris] -f sla_report.sql
--
-- to     the instant up to which is counted (default: now)
-- zone   time zone in which times are shown (default: that of the session)

\ir as_of.sql

BEGIN READ ONLY;
SET LOCAL TimeZone = :'zone';

\pset title 'Service levels by priority'
SELECT priority AS "priority",
	target AS "target",
	calendar AS "hours",
	count(*) AS "tickets",
	to_char(delivery.sla_attainment(breached) * 100, 'FM990.0') || ' %' AS "attainment",
	count(*) FILTER (WHERE breached) AS "breached",
	count(*) FILTER (WHERE status IN ('running', 'at_risk', 'paused')) AS "open",
	count(*) FILTER (WHERE status = 'at_risk') AS "at risk",
	to_char(delivery.hours(delivery.cycle_time(opened_at, resolved_at)), 'FM9990.0') || ' h' AS "elapsed p50",
	to_char(delivery.hours(delivery.duration_percentile(elapsed) FILTER (WHERE resolved_at IS NOT NULL)), 'FM9990.0') || ' h' AS "worked p50",
	to_char(delivery.hours(delivery.duration_percentile(elapsed, 0.9) FILTER (WHERE resolved_at IS NOT NULL)), 'FM9990.0') || ' h' AS "worked p90"
FROM demo.ticket
JOIN demo.target USING (priority)
CROSS JOIN LATERAL delivery.sla_clock(opened_at, resolved_at, target, delivery.calendar(calendar), waiting, :'to')
GROUP BY priority, target, calendar
ORDER BY priority;

\pset title 'Due next'
SELECT ticket AS "ticket", priority AS "priority", status AS "status",
	to_char(opened_at, 'Dy YYYY-MM-DD HH24:MI') AS "opened",
	to_char(due_at, 'Dy YYYY-MM-DD HH24:MI') AS "due",
	remaining AS "left"
FROM demo.ticket
JOIN demo.target USING (priority)
CROSS JOIN LATERAL delivery.sla_clock(opened_at, resolved_at, target, delivery.calendar(calendar), waiting, :'to')
WHERE status IN ('running', 'at_risk', 'paused')
ORDER BY due_at NULLS LAST, ticket
LIMIT 8;

\echo 'target        hours are working hours of the calendar, days working dates'
\echo 'attainment    tickets that did not exceed the target, less the time they waited; those that still run count as kept'
\echo 'elapsed p50   from opened to resolved on the clock: half of the tickets were faster'
\echo 'worked        the same in working hours of the calendar, less the time they waited'
\echo 'due -         it waits, with no end known'
\echo

\pset title
ROLLBACK;
