-- service_levels.sql: error budgets of web sites, public services and an access
-- log, by the extension.
--
--   psql -XqAt -F <tab> -v folder=DATA -f service_levels.sql
--
-- prints a relation (group, metric, value): times in microseconds (_us), instants
-- in UTC, ratios with 15 decimals, NULL for unknown. service_levels.py prints the
-- same from the same files. Lines of the group "check" count the rows in which
-- two ways of computing differ inside the database, and must be 0.
--
-- Everything happens in a transaction that is rolled back.
--
-- What counts as what:
-- * A site has the status of a check until its next one; the last one's until the
--   end, which is the last check of all. So an outage runs from the first "down" to
--   the next "up", and one without an end (ed-34 was removed while down) until the
--   end. Before its first check nothing is known, so a period begins there if it
--   began before: neither good nor bad time is made up.
-- * An alert on a site sees its time in slices of five minutes up to its instant,
--   without what lies before the first check.
-- * A day of a public service has 1,440 minutes, of which those of major and of
--   partial outages are bad; weighted, a partial one counts for 30 %. The unit is
--   a tenth of a minute, so that all are whole.
-- * Downtime of a provider: from the first to the last post of incidents of major
--   and critical impact; those without a length do not count. One by one, an
--   incident of any impact counts, by the budget of the 30 days that it begins.
-- * A request is bad if its status is 500 or more, or, in a second reading, 400 or
--   more.

\set ON_ERROR_STOP on
-- \copy takes no psql variables, but its program reads the environment
\setenv SERVICE_LEVELS :folder

BEGIN;
CREATE SCHEMA delivery_realdata;
-- the extension is not on the path, as for a BI tool
SET LOCAL search_path = delivery_realdata;
SET LOCAL timezone = 'UTC';
-- whatever the server's, what is printed is compared as text
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL jit = off;

-- by its text, as the cast to numeric keeps only 15 digits
CREATE FUNCTION shown(ratio float8) RETURNS text LANGUAGE sql RETURN coalesce(round(ratio::text::numeric, 15)::text, 'NULL');
CREATE FUNCTION microseconds(duration interval) RETURNS bigint LANGUAGE sql RETURN (extract(epoch FROM duration) * 1000000)::bigint;
-- the fields of a budget, one line each
CREATE FUNCTION fields(b delivery.error_budget) RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
	VALUES ('objective', coalesce((b).objective::text, 'NULL')), ('good', coalesce((b).good::text, 'NULL')), ('total', coalesce((b).total::text, 'NULL')),
		('bad', coalesce((b).bad::text, 'NULL')), ('allowed', coalesce((b).allowed::text, 'NULL')), ('consumed', shown((b).consumed)),
		('remaining', shown((b).remaining)), ('exhausted', coalesce((b).exhausted::text, 'NULL')) $$;
CREATE FUNCTION alert_fields(a delivery.burn_alert) RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
	VALUES ('severity', (a).severity), ('windows', format('%s %s', microseconds((a).long_window), microseconds((a).short_window))),
		('threshold', shown((a).threshold)), ('long_burn', shown((a).long_burn)), ('short_burn', shown((a).short_burn)) $$;

/* --- web sites: time ------------------------------------------------------ */

CREATE TABLE probe (site text, checked_at timestamptz, status text, http_code integer, response_ms integer);
\copy probe from program 'gzip -dc "$SERVICE_LEVELS/uptime/checks.csv.gz"' with (format csv, header)

CREATE TABLE site AS
SELECT site, min(checked_at) AS first, (SELECT max(checked_at) FROM probe) AS finish,
	range_agg(tstzrange(checked_at, until)) FILTER (WHERE status = 'down') AS downtime,
	range_agg(tstzrange(checked_at, next)) FILTER (WHERE status = 'down') AS open_downtime
FROM (SELECT *, coalesce(next, (SELECT max(checked_at) FROM probe)) AS until
	FROM (SELECT *, lead(checked_at) OVER (PARTITION BY site ORDER BY checked_at) AS next FROM probe) AS p) AS p
GROUP BY site;
CREATE TABLE site_period AS
SELECT site, name, tstzrange(greatest(first, start), stop) AS period, downtime, open_downtime
FROM site, LATERAL (VALUES ('life', first, finish), ('last', finish - interval '30 days', finish), ('before', finish - interval '60 days', finish - interval '30 days'),
	('first', finish - interval '90 days', finish - interval '60 days')) AS v (name, start, stop)
WHERE first < stop;
\set service_hours '''TZ=Europe/Zurich; Mo-Fr 08:00-18:00; Apr 3,Apr 6,Aug 1 off; Dec 24-26 off'''

SELECT 'sites', format('%s_%s %s', name, field, site), value
FROM site_period, fields(delivery.error_budget(downtime, period, '99.9%'));
SELECT 'sites', format('%s_service_%s %s', name, field, site), value
FROM site_period, fields(delivery.error_budget(downtime, period, '99.5%', :service_hours));
SELECT 'sites', format('%s_availability %s', name, site), shown((b).good::float8 / (b).total) FROM (SELECT site, name, delivery.error_budget(downtime, period, '99%') AS b FROM site_period) AS s;
SELECT 'sites', format('outage %s %s', site, number), (extract(epoch FROM lower(outage)) * 1000000)::bigint || ' ' || microseconds(upper(outage) - lower(outage))
FROM (SELECT site, outage, row_number() OVER (PARTITION BY site ORDER BY upper(outage) - lower(outage) DESC, lower(outage)) AS number
	FROM site, unnest(downtime) AS outage) AS s WHERE number <= 3;
SELECT 'sites', format('exhaustion_us %s', site), coalesce(microseconds(delivery.time_to_exhaustion((b).remaining, (b).consumed, '30 days'))::text, 'NULL')
FROM (SELECT site, delivery.error_budget(downtime, period, '99.9%') AS b FROM site_period WHERE name = 'last') AS s;
SELECT 'sites', format('allowed_downtime_us %s %s %s', name, objective, site), microseconds(delivery.allowed_downtime(objective, period))
FROM site_period, unnest(ARRAY['99.9%', '97.8432109%']::delivery.objective[]) AS objective;
SELECT 'sites', 'open_outages', count(*) FROM site WHERE upper_inf(open_downtime);
-- all sites as one service: counts are added, ratios are not averaged
SELECT 'sites', format('%s_all_%s', name, field), value
FROM (SELECT name, delivery.error_budget((b).good, (b).total, '99.9%') AS b
	FROM (SELECT name, delivery.error_budget(downtime, period, '99.9%') AS b FROM site_period) AS s
	GROUP BY name) AS s, fields(b);

-- time by the day, UTC, to be added up again
CREATE TABLE site_day AS
SELECT site, day, first, finish, downtime, delivery.error_budget(downtime, whole, '99.9%') AS b,
	delivery.error_budget(downtime, whole, '99.5%', :service_hours) AS service_b
FROM (SELECT *, tstzrange(greatest(day, first), least(day + interval '1 day', finish)) AS whole
	FROM site, generate_series(date_trunc('day', first), finish, '1 day') AS day) AS d;
SELECT 'sites', format('burn_7_days %s %s', site, day::date), shown(delivery.burn_rate((b).good, (b).total, '99.9%')
	OVER (PARTITION BY site ORDER BY day RANGE BETWEEN interval '6 days' PRECEDING AND CURRENT ROW))
FROM site_day;

-- how an alert sees the longest outage of each site begin, last and end; and a
-- site that is known for less than the longest window
SELECT 'sites', format('alert_%s %s %s', field, site, moment), value
FROM (SELECT site, moment, delivery.burn_rate_alert(bucket, (b).good, (b).total, '99.9%', as_of) AS alert
	FROM (SELECT DISTINCT ON (site) site, first, finish, downtime, outage FROM site, unnest(downtime) AS outage
			ORDER BY site, upper(outage) - lower(outage) DESC, lower(outage)) AS longest
		CROSS JOIN LATERAL (VALUES ('begun', lower(outage) + interval '3 minutes'), ('half_an_hour', lower(outage) + interval '30 minutes'),
			('seven_hours', lower(outage) + interval '7 hours'), ('over', upper(outage) + interval '10 minutes'),
			('two_days_old', first + interval '2 days')) AS v (moment, as_of)
		CROSS JOIN LATERAL (SELECT bucket, delivery.error_budget(downtime, tstzrange(bucket, bucket + interval '5 minutes'), '99.9%') AS b
			FROM generate_series(as_of - interval '3 days', as_of - interval '5 minutes', '5 minutes') AS bucket
			WHERE bucket >= first OFFSET 0) AS slice
	WHERE as_of <= finish
	GROUP BY site, moment, as_of) AS s, alert_fields(alert);

SELECT 'check', 'an outage without an end lasts until the end of the period', count(*)
FROM site_period
WHERE delivery.error_budget(downtime, period, '99.9%') IS DISTINCT FROM delivery.error_budget(open_downtime, period, '99.9%')
	OR delivery.error_budget(downtime, period, '99.5%', :service_hours)
		IS DISTINCT FROM delivery.error_budget(open_downtime, period, '99.5%', :service_hours);
SELECT 'check', 'budgets of days add up to those of the life of a site', count(*)
FROM (SELECT site, delivery.error_budget((b).good, (b).total, '99.9%') AS days,
		delivery.error_budget((service_b).good, (service_b).total, '99.5%') AS service_days
	FROM site_day GROUP BY site) AS d
JOIN site_period USING (site)
WHERE name = 'life' AND (days IS DISTINCT FROM delivery.error_budget(downtime, period, '99.9%')
	OR service_days IS DISTINCT FROM delivery.error_budget(downtime, period, '99.5%', :service_hours));
SELECT 'check', 'days in a moving frame are the period from its first to its last', count(*)
FROM (SELECT *, delivery.error_budget((b).good, (b).total, '99.9%')
		OVER (PARTITION BY site ORDER BY day RANGE BETWEEN interval '6 days' PRECEDING AND CURRENT ROW) AS moving
	FROM site_day) AS d
WHERE moving IS DISTINCT FROM delivery.error_budget(downtime,
	tstzrange(greatest(first, day - interval '6 days'), least(day + interval '1 day', finish)), '99.9%');
SELECT 'check', 'all sites together have the sums of their counts', count(*)
FROM (SELECT name, delivery.error_budget((b).good, (b).total, '99.9%') AS all_sites, sum((b).good) AS good, sum((b).total) AS total,
		sum((b).bad) AS bad, sum((b).allowed) AS allowed
	FROM (SELECT name, delivery.error_budget(downtime, period, '99.9%') AS b FROM site_period) AS s
	GROUP BY name) AS s
WHERE ((all_sites).bad, (all_sites).allowed) IS DISTINCT FROM (bad, allowed)
	OR all_sites IS DISTINCT FROM delivery.error_budget_of(good, total, '99.9%');
SELECT 'check', 'downtime allowed in a range, and in its length', count(*)
FROM site_period
WHERE delivery.allowed_downtime('99.9%', period) IS DISTINCT FROM delivery.allowed_downtime('99.9%', upper(period) - lower(period));
SELECT 'check', 'budgets of two halves add up to the whole',
	count(*) FILTER (WHERE (a).bad + (b).bad <> (c).bad OR (a).good + (b).good <> (c).good OR (a).allowed + (b).allowed <> (c).allowed)
FROM (SELECT delivery.error_budget(downtime, tstzrange(lower(period), middle), 0.999) AS a, delivery.error_budget(downtime, tstzrange(middle, upper(period)), 0.999) AS b,
	delivery.error_budget(downtime, period, 0.999) AS c FROM site_period, LATERAL (SELECT lower(period) + (upper(period) - lower(period)) / 3 AS middle) AS m) AS s;
SELECT 'check', 'service around the clock is all of the time', count(*) FILTER (WHERE delivery.error_budget(downtime, period, 0.999) IS DISTINCT FROM delivery.error_budget(downtime, period, 0.999, '24/7'))
FROM site_period;

/* --- public services: minutes --------------------------------------------- */

CREATE TABLE outage_day (service text, provider text, day date, partial_outage_minutes integer, major_outage_minutes integer, incident_count integer);
\copy outage_day from program 'gzip -dc "$SERVICE_LEVELS/status_pages/outage_days.csv.gz"' with (format csv, header)
CREATE TABLE day AS
SELECT service, day, reading, 14400 - bad AS good, 14400 AS total, (day - min(day) OVER (PARTITION BY service)) / 30 AS month
FROM outage_day, LATERAL (VALUES ('full', 10 * (major_outage_minutes + partial_outage_minutes)), ('weighted', 10 * major_outage_minutes + 3 * partial_outage_minutes)) AS v (reading, bad);

SELECT 'services', format('%s_%s %s %s', reading, field, service, month), value
FROM (SELECT service, reading, month, delivery.error_budget(good, total, '99.9%') AS b FROM day GROUP BY service, reading, month) AS s, fields(b);
SELECT 'services', format('%s_burn_30_days %s %s', reading, service, day), shown(delivery.burn_rate(good, total, '99.9%') OVER (PARTITION BY service, reading ORDER BY day RANGE BETWEEN interval '29 days' PRECEDING AND CURRENT ROW))
FROM day;
SELECT 'services', format('%s_worst_month %s', reading, service), month FROM (SELECT DISTINCT ON (service, reading) service, reading, month
	FROM day GROUP BY service, reading, month ORDER BY service, reading, (delivery.error_budget(good, total, '99.9%')).consumed DESC, month) AS s;
-- how long 30 days last as they are, if the last three go on
SELECT 'services', format('exhaustion_us %s %s', service, day),
	coalesce(microseconds(delivery.time_to_exhaustion(remaining, burn, '30 days'))::text, 'NULL')
FROM (SELECT service, day, (delivery.error_budget(good, total, '99.9%') OVER month_until).remaining,
		delivery.burn_rate(good, total, '99.9%') OVER three_days AS burn
	FROM day WHERE reading = 'weighted'
	WINDOW three_days AS (PARTITION BY service ORDER BY day RANGE BETWEEN interval '2 days' PRECEDING AND CURRENT ROW),
		month_until AS (PARTITION BY service ORDER BY day RANGE BETWEEN interval '29 days' PRECEDING AND CURRENT ROW)) AS s;
SELECT 'check', 'the burn rate of a frame is what it consumes of its budget', count(*)
FROM (SELECT delivery.burn_rate(good, total, '99.9%') OVER w AS burn, (delivery.error_budget(good, total, '99.9%') OVER w).consumed
	FROM day WINDOW w AS (PARTITION BY service, reading ORDER BY day RANGE BETWEEN interval '29 days' PRECEDING AND CURRENT ROW)) AS s
WHERE burn IS DISTINCT FROM consumed;
SELECT 'check', 'budgets of months add up to that of all days', count(*)
FROM (SELECT service, reading, delivery.error_budget(good, total, '99.9%') AS days FROM day GROUP BY service, reading) AS d
JOIN (SELECT service, reading, delivery.error_budget((b).good, (b).total, '99.9%') AS months
	FROM (SELECT service, reading, delivery.error_budget(good, total, '99.9%') AS b FROM day GROUP BY service, reading, month) AS s
	GROUP BY service, reading) AS m USING (service, reading)
WHERE days IS DISTINCT FROM months;
-- five minutes into each day with an outage, when all windows have something; for two periods
SELECT 'services', format('alert_%s %s %s %s', field, service, period, as_of::date), value
FROM (SELECT d.service, period, as_of, delivery.burn_rate_alert(d.day::timestamptz, d.good, d.total, '99.9%', as_of, period) AS alert
	FROM day AS bad_day, LATERAL (SELECT bad_day.day::timestamptz + interval '5 minutes' AS as_of) AS a, unnest(ARRAY['30 days', '7 days']::interval[]) AS period,
		day AS d
	WHERE bad_day.reading = 'full' AND bad_day.good < bad_day.total AND d.service = bad_day.service AND d.reading = 'weighted' AND d.day BETWEEN bad_day.day - 4 AND bad_day.day + 1
	GROUP BY d.service, period, as_of) AS s, alert_fields(alert);

CREATE TABLE incident (incident_id text, provider text, impact_level integer, services text, investigating_at timestamptz, identified_at timestamptz, monitoring_at timestamptz,
	resolved_at timestamptz, postmortem_at timestamptz, started_at timestamptz, closed_at timestamptz);
\copy incident from program 'cat "$SERVICE_LEVELS/status_pages/incidents.csv"' with (format csv, header)
CREATE TABLE provider AS
SELECT provider, range_agg(tstzrange(started_at, closed_at)) AS downtime FROM incident WHERE impact_level IN (2, 3) AND closed_at > started_at GROUP BY provider;
SELECT 'providers', format('quarter_%s %s %s', field, provider, start::date), value
FROM provider, generate_series('2021-01-01'::timestamptz, '2024-07-01', '3 months') AS start, fields(delivery.error_budget(downtime, tstzrange(start, start + interval '3 months'), '99.95%'));
SELECT 'providers', format('outage %s %s', provider, number), (extract(epoch FROM lower(outage)) * 1000000)::bigint || ' ' || microseconds(upper(outage) - lower(outage))
FROM (SELECT provider, outage, row_number() OVER (PARTITION BY provider ORDER BY upper(outage) - lower(outage) DESC, lower(outage)) AS number
	FROM provider, unnest(downtime) AS outage) AS s WHERE number <= 3;
-- incidents one by one, the longest first, those of one length in the order of their names
SELECT 'providers', format('incident_%s %s %s', field, provider, number), value
FROM (SELECT *, row_number() OVER (PARTITION BY provider ORDER BY closed_at - started_at DESC, incident_id COLLATE "C") AS number,
		delivery.error_budget(tstzmultirange(tstzrange(started_at, closed_at)),
			tstzrange(started_at, started_at + interval '30 days'), '99.9%') AS b
	FROM incident WHERE closed_at > started_at) AS s,
	LATERAL (VALUES ('name', incident_id), ('length_us', microseconds(closed_at - started_at)::text), ('bad', (b).bad::text),
		('consumed', shown((b).consumed)), ('exhausted', (b).exhausted::text)) AS v (field, value);
SELECT 'check', 'counted as microseconds of a day, downtime is the same', count(*)
FROM (SELECT provider, start, delivery.error_budget(downtime, tstzrange(start, start + interval '3 months'), '99.9%') AS b FROM provider, generate_series('2023-01-01'::timestamptz, '2024-04-01', '3 months') AS start) AS s
JOIN LATERAL (SELECT delivery.error_budget((d).good, (d).total, '99.9%') AS c FROM (SELECT delivery.error_budget(downtime, tstzrange(day, day + interval '1 day'), '99.9%') AS d
	FROM provider, generate_series(start, start + interval '3 months' - interval '1 day', '1 day') AS day WHERE provider.provider = s.provider) AS days) AS t ON b IS DISTINCT FROM c;

/* --- requests: events ----------------------------------------------------- */

CREATE TABLE request (request_no integer, at timestamptz, method text, status integer, bytes bigint);
\copy request from program 'gzip -dc "$SERVICE_LEVELS/web_requests/requests.csv.gz"' with (format csv, header)
CREATE TABLE hour AS
SELECT date_trunc('hour', at) AS hour, below, count(*) FILTER (WHERE status < below) AS good, count(*) AS total
FROM request, unnest(ARRAY[400, 500]) AS below GROUP BY 1, 2;

SELECT 'requests', format('below_%s_%s %s', below, field, objective), value
FROM (SELECT below, objective, delivery.error_budget(good, total, objective) AS b FROM hour, unnest(ARRAY['99.9%', '99%', '97.8432%']::delivery.objective[]) AS objective GROUP BY below, objective) AS s, fields(b);
SELECT 'requests', format('below_%s_burn %s', below, hour), shown(delivery.burn_rate(good, total, '99%')) FROM hour GROUP BY below, hour;
SELECT 'requests', format('below_%s_burn_6_hours %s', below, hour), shown(delivery.burn_rate(good, total, '99%') OVER (PARTITION BY below ORDER BY hour RANGE BETWEEN interval '5 hours' PRECEDING AND CURRENT ROW)) FROM hour;
SELECT 'requests', format('below_%s_alert_%s %s %s', below, field, objective, as_of), value
FROM (SELECT below, objective, as_of, delivery.burn_rate_alert(at, (status < below)::integer, 1, objective, as_of) AS alert
	FROM request, unnest(ARRAY[400, 500]) AS below, unnest(ARRAY['99.9%', '99%', '90%']::delivery.objective[]) AS objective, generate_series('2015-05-17 10:10'::timestamptz, '2015-05-20', '100 minutes') AS as_of
	GROUP BY below, objective, as_of) AS s, alert_fields(alert) WHERE (alert).severity IS NOT NULL;

-- by the hour, from a boolean: most hours have no server error, none is without a request
SELECT 'requests', format('below_%s_hour_%s %s', below, field, hour), value
FROM (SELECT below, date_trunc('hour', at) AS hour, delivery.error_budget(status < below, '99.9%') AS b
	FROM request, unnest(ARRAY[400, 500]) AS below GROUP BY 1, 2) AS s,
	LATERAL (SELECT * FROM fields(b) UNION ALL VALUES ('availability', shown((b).good::float8 / (b).total))) AS f;
-- when a day ends, with a need of events: of none, of more than an hour has, of just
-- as many as the first day has, and of one more
CREATE VIEW day_end AS
SELECT below, objective, as_of, min_events, delivery.burn_rate_alert(hour, good, total, objective, as_of, '30 days', min_events) AS alert
FROM hour, unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective,
	generate_series('2015-05-18'::timestamptz, '2015-05-20', '1 day') AS as_of, unnest(ARRAY[0, 130, 1632, 1633]::bigint[]) AS min_events
GROUP BY below, objective, as_of, min_events;
CREATE TABLE day_end_serial AS TABLE day_end;
SELECT 'requests', format('below_%s_day_end_alert_%s %s %s %s', below, field, objective, as_of::date, min_events), value
FROM day_end_serial, alert_fields(alert);

-- all requests of an hour have come by its sixth minute, so an hour is a bucket like any of them
-- (joined by the text of an objective, as its operators are not on the path)
SELECT 'check', 'alerts on requests and on their hours when a day ends', count(*)
FROM day_end_serial
JOIN (SELECT below, objective::text AS aim, as_of, delivery.burn_rate_alert(at, (status < below)::integer, 1, objective, as_of) AS one_by_one
	FROM request, unnest(ARRAY[400, 500]) AS below, unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective,
		generate_series('2015-05-18'::timestamptz, '2015-05-20', '1 day') AS as_of
	GROUP BY below, objective, as_of) AS r ON r.below = day_end_serial.below AND aim = objective::text AND r.as_of = day_end_serial.as_of
WHERE min_events = 0 AND alert IS DISTINCT FROM one_by_one;
SELECT 'check', 'one row for each request gives the budget of the counts, by the hour', count(*)
FROM (SELECT below, hour, objective::text AS aim, delivery.error_budget_of(good, total, objective) AS b FROM hour,
		unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective) AS h
JOIN (SELECT below, date_trunc('hour', at) AS hour, objective::text AS aim, delivery.error_budget(status < below, objective) AS c
	FROM request, unnest(ARRAY[400, 500]) AS below, unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective
	GROUP BY below, 2, objective) AS r USING (below, hour, aim)
WHERE b IS DISTINCT FROM c;
SELECT 'check', 'one row for each request gives the budget of the counts', count(*) FILTER (WHERE b IS DISTINCT FROM c OR c IS DISTINCT FROM d)
FROM (SELECT below, objective::text AS aim, delivery.error_budget(good, total, objective) AS b,
		delivery.error_budget_of(sum(good), sum(total), objective) AS d
	FROM hour, unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective GROUP BY below, objective) AS h
JOIN (SELECT below, objective::text AS aim, delivery.error_budget(status < below, objective) AS c
	FROM request, unnest(ARRAY[400, 500]) AS below, unnest(ARRAY['99.9%', '99%']::delivery.objective[]) AS objective
	GROUP BY below, objective) AS r USING (below, aim);

CREATE VIEW day_budget AS
SELECT service, reading, delivery.error_budget(good, total, '99.9%') AS budget, delivery.burn_rate(good, total, '99.9%') AS burn,
	delivery.burn_rate_alert(day::timestamptz, good, total, '99.9%', '2024-06-05 00:05+00') AS alert
FROM day GROUP BY service, reading;
CREATE TABLE day_budget_serial AS TABLE day_budget;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SELECT 'check', 'budgets and alerts with and without parallel workers',
	(SELECT count(*) FROM (TABLE day_budget EXCEPT ALL TABLE day_budget_serial) AS difference)
	+ (SELECT count(*) FROM (TABLE day_end EXCEPT ALL TABLE day_end_serial) AS difference);
SELECT 'note', 'compared', format('%s sites, %s days of services, %s incidents, %s requests', (SELECT count(*) FROM site), (SELECT count(*) FROM outage_day), (SELECT count(*) FROM incident), (SELECT count(*) FROM request));
ROLLBACK;
