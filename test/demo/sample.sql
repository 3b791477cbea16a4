-- sample.sql: two quarters of five services, for the tables of schema.sql.
--
-- The data is GENERATED here, by the rules below; it was not taken from any
-- organisation. Nothing is random: every figure comes from the md5 of a key by
-- multiplication and addition alone, so that all machines and server versions get
-- the same rows. (The server's own hash functions depend on the byte order.)
--
-- Period: 2026-01-01 to 2026-07-01, working hours of Europe/Paris.
--
-- Some rows are as untidy as real ones: outcomes not known yet, failures not
-- resolved, a clock that went wrong, a date that was never recorded.

BEGIN;
SET LOCAL TimeZone = 'Europe/Paris';

TRUNCATE demo.change, demo.deployment;

-- One row per service: how it works.
CREATE TEMPORARY TABLE sample_service (
	service text PRIMARY KEY,
	-- fixed dates of its releases, else the chance that a weekday has a deployment
	-- and the most of them on one day
	releases date[],
	chance float8 NOT NULL,
	per_day integer NOT NULL,
	-- changes in a deployment: fewest, and how many more at most
	changes integer NOT NULL,
	more_changes integer NOT NULL,
	-- scale of the time from commit to deployment, and from failure to recovery
	lead interval NOT NULL,
	restore interval NOT NULL,
	failure_rate float8 NOT NULL
) ON COMMIT DROP;

INSERT INTO sample_service VALUES
	('checkout',  NULL, 0.97, 3,  1,  1, '50 minutes', '45 minutes', 0.04),
	('billing',   NULL, 0.55, 1,  2,  3, '2 days',     '7 hours',    0.11),
	('search',    NULL, 0.11, 1,  6, 10, '18 days',    '60 hours',   0.20),
	('mainframe', '{2026-02-10,2026-03-31,2026-05-19,2026-06-30}', 0, 1, 20, 25, '75 days', '11 days', 0.45),
	('intranet',  '{2026-04-14}', 0, 1, 12, 0, '30 days', '1 day', 0.00);

-- Planned deployments. "part" is a fraction in 0 .. 1 for a key; a few
-- products of it give the long tail that durations have.
CREATE TEMPORARY TABLE sample_deployment ON COMMIT DROP AS
WITH slot AS (
	SELECT s.service, s.releases, s.chance, s.restore, s.failure_rate, day, number,
		format('%s %s %s', s.service, to_char(day, 'YYYY-MM-DD'), number) AS key
	FROM sample_service AS s
	CROSS JOIN generate_series(timestamp '2026-01-02', timestamp '2026-06-30', interval '1 day') AS day
	CROSS JOIN LATERAL generate_series(1, s.per_day) AS number
	WHERE extract(isodow FROM day) <= 5
), drawn AS (
	SELECT slot.*, part[1] AS clock_part, part[2] AS failure_part, part[3] AS delay_part,
		part[4] AS restore_part, part[5] AS repair_part
	FROM slot
	CROSS JOIN LATERAL (
		SELECT array_agg(('x' || substr(md5(slot.key || ' ' || name), 1, 8))::bit(32)::bigint / 4294967296.0::float8
			ORDER BY position) AS part
		FROM unnest(ARRAY['clock', 'failure', 'delay', 'restore', 'repair', 'chance'])
			WITH ORDINALITY AS names(name, position)
	) AS parts
	WHERE part[6] < slot.chance / slot.number
		OR slot.day::date = ANY (slot.releases)
), timed AS (
	SELECT drawn.*,
		-- 09:00 to 17:00, in whole minutes
		((day + interval '9 hours' + floor(clock_part * 480) * interval '1 minute')
			AT TIME ZONE 'Europe/Paris') AS deployed_at,
		failure_part < failure_rate AS failed
	FROM drawn
), broken AS (
	SELECT timed.*,
		CASE WHEN failed THEN deployed_at + floor(delay_part * 30) * interval '1 minute' END AS failed_at
	FROM timed
)
SELECT service, key, deployed_at, failed, failed_at, repair_part,
	failed_at + floor(extract(epoch FROM restore)::float8 / 60
		* (0.2 + restore_part + 3 * restore_part * restore_part * restore_part * restore_part * restore_part))
		* interval '1 minute' AS restored_at
FROM broken;

-- Most failures are repaired by one more deployment, made for that alone; the
-- others by a switch or by going back.
INSERT INTO demo.deployment (service, version, deployed_at, failed, unplanned, failed_at, restored_at)
SELECT service,
	to_char(deployed_at, 'YYYY.MM.DD') || '.'
		|| row_number() OVER (PARTITION BY service, deployed_at::date ORDER BY deployed_at, key COLLATE "C"),
	deployed_at, failed, unplanned, failed_at, restored_at
FROM (
	SELECT service, key, deployed_at, failed, false AS unplanned, failed_at, restored_at
	FROM sample_deployment
	UNION ALL
	SELECT service, key || ' repair', restored_at, false, true, NULL, NULL
	FROM sample_deployment
	WHERE restored_at < '2026-07-01' AND repair_part < 0.7
) AS made;

-- The changes: a few hours or weeks of work before a planned deployment, a
-- single change before a repair.
INSERT INTO demo.change (service, change_id, committed_at, deployed_at, version)
SELECT d.service, substr(md5(d.service || d.version || number), 1, 10),
	d.deployed_at - CASE WHEN d.unplanned THEN interval '5 minutes' + floor(part * 15) * interval '1 minute'
		ELSE interval '3 minutes' + floor(extract(epoch FROM s.lead)::float8 / 60
			* (0.1 + part + 3 * part * part * part * part * part * part)) * interval '1 minute' END,
	d.deployed_at, d.version
FROM demo.deployment AS d
JOIN sample_service AS s USING (service)
CROSS JOIN LATERAL (
	SELECT ('x' || substr(md5(d.service || d.version || ' size'), 1, 8))::bit(32)::bigint / 4294967296.0::float8
) AS size(size_part)
CROSS JOIN LATERAL generate_series(1, CASE WHEN d.unplanned THEN 1
	ELSE s.changes + floor(size_part * (s.more_changes + 1))::integer END) AS number
CROSS JOIN LATERAL (
	SELECT ('x' || substr(md5(d.service || d.version || ' lead ' || number), 1, 8))::bit(32)::bigint / 4294967296.0::float8
) AS lead(part);

-- Outcomes not known yet: the only deployment of one service, the last two of another.
UPDATE demo.deployment AS d SET failed = NULL, failed_at = NULL, restored_at = NULL
WHERE service = 'intranet' OR (service, version) IN (
	SELECT service, version FROM demo.deployment
	WHERE service = 'checkout' ORDER BY deployed_at DESC, version LIMIT 2);

-- Failures not resolved by the end of the period.
UPDATE demo.deployment SET restored_at = NULL
WHERE restored_at >= '2026-07-01' OR (service, version) IN (
	SELECT service, version FROM demo.deployment
	WHERE service = 'billing' AND failed ORDER BY deployed_at DESC, version LIMIT 1);

-- A recovery typed in with the wrong day: before the failure.
UPDATE demo.deployment SET restored_at = failed_at - interval '1 day'
WHERE (service, version) IN (
	SELECT service, version FROM demo.deployment
	WHERE service = 'search' AND failed ORDER BY deployed_at, version LIMIT 1);

-- A build machine whose clock was ahead: committed after the deployment.
UPDATE demo.change SET committed_at = deployed_at + interval '2 hours'
WHERE (service, change_id) IN (
	SELECT service, change_id FROM demo.change
	WHERE service = 'billing' ORDER BY deployed_at, change_id LIMIT 3);

-- A change imported without the date of its commit.
UPDATE demo.change SET committed_at = NULL
WHERE (service, change_id) IN (
	SELECT service, change_id FROM demo.change
	WHERE service = 'mainframe' ORDER BY deployed_at, change_id LIMIT 1);

COMMIT;
ANALYZE demo.deployment, demo.change;
