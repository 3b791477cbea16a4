-- sli.sql: the tables of the benchmark of error budgets, deterministic, with as
-- many rows as the psql variable "rows" says. Buckets of a minute: those of 115
-- services (5 million rows are 30 days of them), and a fifth as many of one.
SELECT setseed(0.5);
CREATE TABLE sli (
	service integer NOT NULL,
	bucket timestamptz NOT NULL,
	good bigint NOT NULL,
	total bigint NOT NULL
);
INSERT INTO sli
SELECT i % 115, '2026-01-01 00:00+00'::timestamptz + i / 115 * interval '1 minute', 1000 - floor(random() * 4), 1000
FROM generate_series(0, :rows - 1) AS i;

CREATE TABLE sli_of_one AS
SELECT '2026-01-01 00:00+00'::timestamptz + i * interval '1 minute' AS bucket, (1000 - floor(random() * 4))::bigint AS good, 1000::bigint AS total
FROM generate_series(0, :rows / 5 - 1) AS i;
CREATE UNIQUE INDEX ON sli_of_one (bucket);
VACUUM (FREEZE, ANALYZE) sli, sli_of_one;
