-- sample_sli.sql: a month of requests to five services, for the tables of
-- schema.sql.
--
-- The data is GENERATED here, as in sample.sql: nothing is random, and nothing
-- was taken from any organisation.

BEGIN;
SET LOCAL TimeZone = 'Europe/Paris';

TRUNCATE demo.slo, demo.sli;
INSERT INTO demo.slo VALUES
	('checkout', '99.9%', '30 days', 1000), ('billing', '99.95%', '30 days', 1000), ('search', '99.5%', '30 days', 1000),
	('mainframe', '99%', '30 days', 1000), ('intranet', '99%', '30 days', 1000);

-- from, until, share of requests that failed
CREATE TEMP TABLE trouble ON COMMIT DROP AS
SELECT * FROM (VALUES
	('checkout', timestamptz '2026-06-12 14:00', timestamptz '2026-06-12 15:15', 0.21),
	('checkout', '2026-06-24 09:30', '2026-06-24 09:55', 0.35),
	('billing', '2026-06-18 02:00', '2026-06-18 03:40', 0.5),
	('search', '2026-06-28 08:00', '2026-07-01 00:00', 0.012),
	('mainframe', '2026-06-09 01:00', '2026-06-09 01:30', 0.9),
	('checkout', '2026-06-30 23:10', '2026-07-01 00:00', 0.06),
	-- few requests: one of them makes a burn rate
	('intranet', '2026-06-30 23:40', '2026-07-01 00:00', 0.5)) AS v (service, from_instant, until_instant, share);

INSERT INTO demo.sli (service, bucket, good, total)
SELECT service, bucket, total - least(total, floor(total * (calm + coalesce(share, 0)) + part[2])::integer), total
FROM (VALUES ('checkout', 2400, 0.0002), ('billing', 300, 0.0001), ('search', 1800, 0.002), ('mainframe', 120, 0.003), ('intranet', 25, 0.0005)) AS load (service, per_slice, calm)
CROSS JOIN generate_series('2026-06-01 00:00'::timestamptz, '2026-06-30 23:55', interval '5 minutes') AS bucket
CROSS JOIN LATERAL (
	SELECT array_agg(('x' || substr(md5(format('%s %s %s', service, extract(epoch FROM bucket)::bigint, name)), 1, 8))::bit(32)::bigint / 4294967296.0::float8
		ORDER BY position) AS part
	FROM unnest(ARRAY['load', 'failures']) WITH ORDINALITY AS names(name, position)
) AS parts
-- busy by day, quiet by night
CROSS JOIN LATERAL (
	SELECT floor(per_slice * (0.6 - 0.5 * cos(2 * pi() * extract(hour FROM bucket) / 24)) * (0.8 + 0.4 * part[1]))::integer AS total
) AS requests
LEFT JOIN LATERAL (
	SELECT share FROM trouble WHERE trouble.service = load.service AND bucket >= from_instant AND bucket < until_instant
) AS failures ON true;

COMMIT;
ANALYZE demo.slo, demo.sli;
