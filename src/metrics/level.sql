-- level.sql: performance levels and the benchmarks behind them.

CREATE TYPE delivery.dora_level AS ENUM ('low', 'medium', 'high', 'elite');
COMMENT ON TYPE delivery.dora_level IS
	'DORA performance level: low < medium < high < elite';

-- The ladders that the extension ships. They live in the library, so that a
-- dump holds none of them.
-- Sources: DORA, Accelerate State of DevOps Report 2021 to 2024; "standard" is
-- the reading of them that this extension recommends.
CREATE FUNCTION delivery_internal.shipped_benchmark(
		OUT benchmark text, OUT metric text, OUT level text, OUT comparison text,
		OUT threshold double precision, OUT threshold_duration interval)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_shipped_benchmark'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	ROWS 53;
COMMENT ON FUNCTION delivery_internal.shipped_benchmark() IS
	'the ladders that the extension ships; read the view delivery.benchmark, which also has your own';

CREATE TABLE delivery_internal.custom_benchmark (
	benchmark text NOT NULL
		CONSTRAINT custom_benchmark_name_trimmed CHECK (benchmark <> '' AND benchmark = btrim(benchmark)),
	metric text NOT NULL
		CONSTRAINT custom_benchmark_metric_known CHECK (metric IN (
			'change_failure_rate', 'deployment_frequency', 'lead_time',
			'rework_rate', 'time_to_restore')),
	level text NOT NULL
		CONSTRAINT custom_benchmark_level_known CHECK (level IN ('medium', 'high', 'elite')),
	comparison text NOT NULL,
	threshold double precision
		CONSTRAINT custom_benchmark_threshold_in_range CHECK (
			threshold >= 0 AND threshold < 'Infinity' AND
			(metric NOT IN ('change_failure_rate', 'rework_rate') OR threshold <= 1)),
	threshold_duration interval
		CONSTRAINT custom_benchmark_duration_in_range CHECK (
			threshold_duration >= interval '0' AND threshold_duration <= interval '106751991 days')
		CONSTRAINT custom_benchmark_duration_without_months CHECK (
			extract(year FROM threshold_duration) = 0 AND extract(month FROM threshold_duration) = 0),
	CONSTRAINT custom_benchmark_pkey PRIMARY KEY (benchmark, metric, level),
	CONSTRAINT custom_benchmark_comparison_fits CHECK (
		CASE WHEN metric = 'deployment_frequency' THEN comparison IN ('>', '>=')
			ELSE comparison IN ('<', '<=') END),
	CONSTRAINT custom_benchmark_unit_fits CHECK (
		CASE WHEN metric IN ('lead_time', 'time_to_restore')
			THEN threshold IS NULL AND threshold_duration IS NOT NULL
			ELSE threshold IS NOT NULL AND threshold_duration IS NULL END)
);
COMMENT ON TABLE delivery_internal.custom_benchmark IS
	'ladders of the user, behind the view delivery.custom_benchmark';
COMMENT ON COLUMN delivery_internal.custom_benchmark.benchmark IS
	'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery_internal.custom_benchmark.metric IS
	'change_failure_rate, deployment_frequency, lead_time, rework_rate or time_to_restore';
COMMENT ON COLUMN delivery_internal.custom_benchmark.level IS
	'medium, high or elite: level reached by a value that passes the comparison; what passes none is low';
COMMENT ON COLUMN delivery_internal.custom_benchmark.comparison IS
	'how a value is compared with the threshold: > or >= for deployment_frequency, < or <= for the others';
COMMENT ON COLUMN delivery_internal.custom_benchmark.threshold IS
	'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery_internal.custom_benchmark.threshold_duration IS
	'threshold of lead_time and time_to_restore, without months, which have no length; NULL for the other metrics';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.custom_benchmark', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_benchmark TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.custom_benchmark TO pg_database_owner;

CREATE VIEW delivery.custom_benchmark AS
	SELECT benchmark, metric, level, comparison, threshold, threshold_duration
	FROM delivery_internal.custom_benchmark;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.custom_benchmark OWNER TO @extowner@;
COMMENT ON VIEW delivery.custom_benchmark IS
	'your own ladders, or steps of them; a row wins over a shipped one of the same benchmark, metric and level; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.custom_benchmark.benchmark IS
	'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery.custom_benchmark.metric IS
	'change_failure_rate, deployment_frequency, lead_time, rework_rate or time_to_restore';
COMMENT ON COLUMN delivery.custom_benchmark.level IS
	'medium, high or elite: level reached by a value that passes the comparison; what passes none is low';
COMMENT ON COLUMN delivery.custom_benchmark.comparison IS
	'how a value is compared with the threshold: > or >= for deployment_frequency, < or <= for the others';
COMMENT ON COLUMN delivery.custom_benchmark.threshold IS
	'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery.custom_benchmark.threshold_duration IS
	'threshold of lead_time and time_to_restore, without months, which have no length; NULL for the other metrics';
GRANT SELECT ON delivery.custom_benchmark TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.custom_benchmark TO pg_database_owner;

-- Built-in types only, durations also as hours: BI tools read it. The columns
-- that custom_benchmark has are the same there, so that a ladder can be copied.
CREATE VIEW delivery.benchmark AS
	SELECT custom.benchmark, custom.metric, custom.level, custom.comparison,
		custom.threshold, custom.threshold_duration,
		delivery.hours(custom.threshold_duration) AS threshold_hours, true AS custom
	FROM delivery_internal.custom_benchmark AS custom
	UNION ALL
	SELECT shipped.benchmark, shipped.metric, shipped.level, shipped.comparison,
		shipped.threshold, shipped.threshold_duration,
		delivery.hours(shipped.threshold_duration), false
	FROM delivery_internal.shipped_benchmark() AS shipped
	WHERE NOT EXISTS (
		SELECT FROM delivery_internal.custom_benchmark AS custom
		WHERE custom.benchmark = shipped.benchmark
			AND custom.metric = shipped.metric
			AND custom.level = shipped.level);
COMMENT ON VIEW delivery.benchmark IS
	'thresholds of every level that dora_level() knows: the shipped ladders and your own; the first comparison that holds from elite down decides, else low';
COMMENT ON COLUMN delivery.benchmark.benchmark IS 'name of the ladder, as passed to dora_level()';
COMMENT ON COLUMN delivery.benchmark.metric IS 'metric, as passed to dora_level()';
COMMENT ON COLUMN delivery.benchmark.level IS 'medium, high or elite: level reached by a value that passes the comparison; cast it to delivery.dora_level to sort by rank';
COMMENT ON COLUMN delivery.benchmark.comparison IS 'how a value is compared with the threshold: <, <=, > or >=';
COMMENT ON COLUMN delivery.benchmark.threshold IS 'deployments per day for deployment_frequency, a ratio between 0 and 1 for the rates; NULL for a duration metric';
COMMENT ON COLUMN delivery.benchmark.threshold_duration IS 'threshold of lead_time and time_to_restore; NULL for the other metrics';
COMMENT ON COLUMN delivery.benchmark.threshold_hours IS 'threshold of lead_time and time_to_restore in hours; NULL for the other metrics';
COMMENT ON COLUMN delivery.benchmark.custom IS 'whether the row comes from delivery.custom_benchmark';
GRANT SELECT ON delivery.benchmark TO PUBLIC;

-- Level of a value on a ladder.
-- NULL: for a NULL argument, and where the benchmark has no ladder for the metric.
-- Errors: 22023 for an unknown metric or benchmark, and a value of the wrong
--   kind (a number for a duration); 22003 for a value out of range; 22P02 and
--   22007 for text that is no value.
-- Unit: deployment_frequency per day; rates 0 .. 1, as text also '15%'.

CREATE FUNCTION delivery.dora_level(metric text, value double precision, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_number'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, double precision, text) IS
	'performance level of a deployment frequency (per day) or of a rate (0 .. 1)';

CREATE FUNCTION delivery.dora_level(metric text, value interval, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_duration'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, interval, text) IS
	'performance level of a lead time or a time to restore';

CREATE FUNCTION delivery.dora_level(metric text, value text, benchmark text DEFAULT 'standard')
	RETURNS delivery.dora_level
	AS 'MODULE_PATHNAME', 'delivery_dora_level_text'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.dora_level(text, text, text) IS
	'performance level of a value written as text, in the unit of the metric';
