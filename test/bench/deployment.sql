-- deployment.sql: the table of the benchmark, deterministic, with as many rows
-- as the psql variable "rows" says: a deployment log in the order of time, as
-- it is written, with lead times between 0 and 30 days in microseconds.
CREATE EXTENSION delivery;
SELECT setseed(0.5);
CREATE TABLE deployment (
	id bigint NOT NULL,
	service integer NOT NULL,	-- one of 100
	change integer NOT NULL,	-- five rows each
	committed_at timestamptz NOT NULL,
	deployed_at timestamptz NOT NULL,
	failed boolean NOT NULL
);
INSERT INTO deployment
SELECT i, floor(random() * 100), i / 5, committed_at, committed_at + random() * interval '30 days', random() < 0.15
FROM generate_series(1, :rows) AS i,
	LATERAL (SELECT '2020-01-01 00:00+00'::timestamptz + i * interval '6 s' AS committed_at) AS c;
VACUUM (FREEZE, ANALYZE) deployment;
