-- sample_ticket.sql: two quarters of a service desk, for the tables of schema.sql.
--
-- The data is GENERATED here, as in sample.sql: nothing is random, and nothing
-- was taken from any organisation.

BEGIN;
SET LOCAL TimeZone = 'Europe/Paris';

TRUNCATE demo.ticket, demo.target;
DELETE FROM delivery.calendar WHERE name IN ('office', 'always');
-- public holidays of the first half of 2026 in France, by their dates and by Easter
INSERT INTO delivery.calendar (name, calendar, description) VALUES
	('office', 'TZ=Europe/Paris; Mo-Fr 08:00-12:00,13:00-18:00; Jan 1,May 1,May 8,easter +1 day,easter +39 days,easter +50 days off',
		'service desk, first to third priority'),
	('always', '24/7', 'on call');
INSERT INTO demo.target VALUES
	(1, '4:00', 'always'), (2, '8:00', 'office'), (3, '24:00', 'office'), (4, '10 days', 'office');

INSERT INTO demo.ticket (ticket, priority, opened_at, resolved_at, waiting)
SELECT ticket, priority, opened_at, CASE WHEN resolved_at < '2026-07-01' THEN resolved_at END,
	CASE WHEN part[4] < 0.4 THEN tstzmultirange(tstzrange(
		opened_at + (resolved_at - opened_at) * (0.1 + 0.3 * part[5]),
		-- some still wait
		CASE WHEN resolved_at < '2026-07-01' OR part[6] < 0.5 THEN opened_at + (resolved_at - opened_at) * (0.5 + 0.4 * part[6]) END)) END
FROM generate_series(1, 600) AS ticket
CROSS JOIN LATERAL (
	SELECT array_agg(('x' || substr(md5(format('ticket %s %s', ticket, name)), 1, 8))::bit(32)::bigint / 4294967296.0::float8
		ORDER BY position) AS part
	FROM unnest(ARRAY['clock', 'priority', 'length', 'waits', 'from', 'until'])
		WITH ORDINALITY AS names(name, position)
) AS parts
CROSS JOIN LATERAL (
	SELECT CASE WHEN part[2] < 0.05 THEN 1 WHEN part[2] < 0.25 THEN 2 WHEN part[2] < 0.8 THEN 3 ELSE 4 END AS priority,
		-- working days at any hour, most of them by day
		(timestamp '2026-01-02 06:00' + floor((ticket - 1) * 0.3) * interval '1 day'
			+ floor(part[1] * 840) * interval '1 minute') AT TIME ZONE 'Europe/Paris' AS opened_at
) AS opening
CROSS JOIN LATERAL (
	SELECT opened_at + floor(60 + extract(epoch FROM CASE priority WHEN 1 THEN interval '3 hours' WHEN 2 THEN interval '14 hours'
			WHEN 3 THEN interval '48 hours' ELSE interval '200 hours' END)::float8 / 60
		* (0.1 + part[3] + 4 * part[3] * part[3] * part[3] * part[3] * part[3] * part[3])) * interval '1 minute' AS resolved_at
) AS resolution;

COMMIT;
ANALYZE demo.ticket, demo.target;
