-- level.sql: every step of every ladder, at, just below and just above its
-- threshold, against a second writing of the ladders; and the user's own.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

SELECT 'low'::delivery.dora_level < 'medium' AND 'medium'::delivery.dora_level < 'high'
	AND 'high'::delivery.dora_level < 'elite' AS ordered;

-- the ladders as the view shows them
SELECT metric, benchmark, level, comparison, threshold::numeric(12, 6), threshold_duration, threshold_hours, custom
FROM delivery.benchmark
ORDER BY metric, benchmark, level::delivery.dora_level DESC;

-- around every threshold; days and hours
CREATE TEMP TABLE duration_case AS
SELECT t + step * interval '1 us' AS value
FROM (VALUES ('1 hour'::interval), ('1 day'), ('7 days'), ('31 days'), ('183 days')) AS v (t),
	generate_series(-1, 1) AS step;
SELECT metric, value,
	delivery.dora_level(metric, value) AS standard, delivery.dora_level(metric, value, '2021') AS "2021",
	delivery.dora_level(metric, value, '2022') AS "2022", delivery.dora_level(metric, value, '2023') AS "2023",
	delivery.dora_level(metric, value, '2024') AS "2024"
FROM (VALUES ('lead_time'), ('time_to_restore')) AS m (metric), duration_case
ORDER BY metric, value;
SELECT value,
	delivery.dora_level('deployment_frequency', value) AS standard, delivery.dora_level('deployment_frequency', value, '2021') AS "2021",
	delivery.dora_level('deployment_frequency', value, '2022') AS "2022", delivery.dora_level('deployment_frequency', value, '2023') AS "2023",
	delivery.dora_level('deployment_frequency', value, '2024') AS "2024"
FROM (SELECT t * (1 + step * 1e-15::float8) AS value
	FROM (VALUES (1::float8), (1 / 7.0::float8), (1 / 31.0::float8), (1 / 183.0::float8)) AS v (t), generate_series(-1, 1) AS step
	UNION ALL SELECT 0) AS f
ORDER BY value;
SELECT value,
	delivery.dora_level('change_failure_rate', value) AS standard, delivery.dora_level('change_failure_rate', value, '2021') AS "2021",
	delivery.dora_level('change_failure_rate', value, '2022') AS "2022", delivery.dora_level('change_failure_rate', value, '2023') AS "2023",
	delivery.dora_level('change_failure_rate', value, '2024') AS "2024"
FROM (VALUES (0::float8), (0.05), (0.0500001), (0.10), (0.1000001), (0.15), (0.1500001), (0.20), (0.2000001), (0.30),
	(0.3000001), (1)) AS v (value)
ORDER BY value;
-- no ladder, NULL
SELECT delivery.dora_level('rework_rate', 0.1) AS no_ladder, delivery.dora_level(NULL, 0.1) AS null_metric,
	delivery.dora_level('lead_time', NULL::interval) AS null_value, delivery.dora_level('lead_time', NULL) AS untyped_null,
	delivery.dora_level('lead_time', '1 day', NULL) AS null_benchmark;

-- the same value in the ways that it can be written
SELECT delivery.dora_level('lead_time', '2 days') AS literal, delivery.dora_level('lead_time', 'P2D') AS iso,
	delivery.dora_level('lead_time', interval '48:00') AS typed, delivery.dora_level('lead_time', '2 days'::varchar) AS "varchar";
SELECT delivery.dora_level('change_failure_rate', 0.15) AS "numeric", delivery.dora_level('change_failure_rate', '0.15') AS literal,
	delivery.dora_level('change_failure_rate', ' 15 % ') AS percent, delivery.dora_level('change_failure_rate', 0) AS "integer",
	delivery.dora_level('deployment_frequency', 2::bigint) AS "bigint", delivery.dora_level('deployment_frequency', '1e-1') AS exponent;
PREPARE untyped AS SELECT delivery.dora_level($1, $2);
EXECUTE untyped('lead_time', '2 days');
-- predicates and order
SELECT value FROM (VALUES (0.01), (0.1), (0.2), (0.9)) AS v (value)
WHERE delivery.dora_level('change_failure_rate', value) >= 'high'
	AND delivery.dora_level('change_failure_rate', value) IN ('high', 'low') ORDER BY 1;
SELECT min(delivery.dora_level('change_failure_rate', value)), max(delivery.dora_level('change_failure_rate', value))
FROM (VALUES (0.01), (0.9)) AS v (value);
-- a rate that is exactly on the step, computed by the aggregate
SELECT delivery.dora_level('change_failure_rate', delivery.change_failure_rate(i <= 3)) AS three_of_twenty,
	delivery.dora_level('deployment_frequency', delivery.deployment_frequency('2024-01-02', '[2024-01-01,2024-02-01)')) AS often
FROM generate_series(1, 20) AS i;

-- your own ladder, and a step of a shipped one
BEGIN;
INSERT INTO delivery.custom_benchmark (benchmark, metric, level, comparison, threshold, threshold_duration) VALUES
	('ours', 'rework_rate', 'elite', '<=', 0.02, NULL),
	('ours', 'rework_rate', 'medium', '<', 0.1, NULL),
	('standard', 'lead_time', 'elite', '<=', NULL, '4 hours'),
	('2024', 'time_to_restore', 'medium', '<', NULL, '30 days');
SELECT delivery.dora_level('rework_rate', 0.02, 'ours') AS elite, delivery.dora_level('rework_rate', 0.05, 'ours') AS gap_falls,
	delivery.dora_level('rework_rate', 0.1, 'ours') AS low, delivery.dora_level('lead_time', '1 day', 'ours') AS no_ladder,
	delivery.dora_level('lead_time', '4 hours') AS own_step_wins, delivery.dora_level('lead_time', '7 days') AS shipped_step_stays,
	delivery.dora_level('time_to_restore', '29 days', '2024') AS new_step,
	delivery.dora_level('time_to_restore', '1 mon', '2024') AS month_is_30_days;
SELECT benchmark, metric, level, comparison, threshold, threshold_duration, threshold_hours
FROM delivery.benchmark WHERE custom OR (benchmark = 'standard' AND metric = 'lead_time')
ORDER BY benchmark, metric, level;
SAVEPOINT before;
DELETE FROM delivery.custom_benchmark;
SELECT delivery.dora_level('lead_time', '4 hours') AS without;
ROLLBACK TO before;
SELECT delivery.dora_level('lead_time', '4 hours') AS with_again;
ROLLBACK;
SELECT delivery.dora_level('lead_time', '4 hours') AS without, count(*) AS rows FROM delivery.custom_benchmark;

-- a shipped ladder as the start of an own one
BEGIN;
INSERT INTO delivery.custom_benchmark
SELECT 'mine', metric, level, comparison, threshold, threshold_duration FROM delivery.benchmark WHERE benchmark = 'standard';
UPDATE delivery.custom_benchmark SET threshold_duration = '2 hours' WHERE metric = 'lead_time' AND level = 'elite';
SELECT delivery.dora_level('lead_time', '90 min') AS standard, delivery.dora_level('lead_time', '90 min', 'mine') AS mine,
	delivery.dora_level('change_failure_rate', 0.15, 'mine') AS copied;
ROLLBACK;
-- text that is taken for a duration has a unit; numbers have the forms of SQL
\set VERBOSITY sqlstate
SELECT delivery.dora_level('lead_time', '0.5/day');
SELECT delivery.dora_level('lead_time', '5,');
SELECT delivery.dora_level('lead_time', '$5');
SELECT delivery.dora_level('lead_time', '5 5');
SELECT delivery.dora_level('lead_time', '-5');
SELECT delivery.dora_level('lead_time', '@ 5');
SELECT delivery.dora_level('lead_time', '1:30') AS clock, delivery.dora_level('lead_time', '0-1') AS year_month,
	delivery.dora_level('lead_time', '1 day, 2 hours') AS comma, delivery.dora_level('lead_time', 'PT5M') AS iso;
SELECT delivery.dora_level('lead_time', '@ 5 min');
SELECT delivery.dora_level('change_failure_rate', '0x0p0');
SELECT delivery.dora_level('change_failure_rate', '1e-400') AS next_to_nothing;

-- rows that make no sense are refused
\set VERBOSITY terse
INSERT INTO delivery.custom_benchmark VALUES ('', 'rework_rate', 'elite', '<=', 0.02, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'velocity', 'elite', '<=', 0.02, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'low', '<=', 0.02, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '>', 0.02, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 5, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'elite', '<=', 'NaN', NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'deployment_frequency', 'elite', '>', '-1', NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'lead_time', 'elite', '<', 2, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'lead_time', 'elite', '<', NULL, '-1 day');
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'lead_time', 'elite', '<', NULL, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'lead_time', 'elite', '<', NULL, '1 mon');
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'lead_time', 'elite', '<', NULL, '106751992 days');
INSERT INTO delivery.custom_benchmark VALUES (' standard', 'rework_rate', 'elite', '<=', 0.02, NULL);
INSERT INTO delivery.custom_benchmark VALUES ('ours', 'rework_rate', 'unicorn', '<=', 0.02, NULL);
