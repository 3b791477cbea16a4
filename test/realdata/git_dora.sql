-- git_dora.sql: delivery metrics of three public repositories, by the extension.
--
--   psql -XqAt -F <tab> -v folder=FOLDER -f git_dora.sql
--
-- prints a relation (repo, metric, value): durations in microseconds (_us),
-- ratios and frequencies with 15 decimals, NULL for unknown. git_dora.py prints
-- the same from the same files. Lines of the repo "check" count the rows in
-- which two ways of computing differ inside the database, and must be 0.
--
-- Everything happens in a transaction that is rolled back.
--
-- What counts as what:
-- * A deployment is a tag of kind release with at least one new commit. A tag
--   without any (in publishing-api a second tag on one commit, or one that was
--   overtaken by the tag of a later commit) brings no change to users, and as
--   a lightweight tag it has not even a time of its own: noise for DORA, which
--   asks how often changes go out. The figure with all tags is shown beside.
-- * A deployment failed when the next one is a hotfix, or when a later release
--   reverts a commit that it was the first to have. A revert in the same
--   release (or, from another branch, in an earlier one) kept the fault from
--   the users.
-- * The outcome is unknown for the last deployment, and where the next one's
--   tag does not tell whether it is a hotfix; where a repository's tags never
--   tell, reverts alone decide.
-- * Restored by whichever of the two came first.
-- * The period runs from the first to the last deployment, both inside.
-- * Bots' requests count: they are changes as well.
-- * A month of lead time is the month (UTC) of the release.

\set ON_ERROR_STOP on
-- \copy takes no psql variables, but its program reads the environment
\setenv GIT_DORA :folder

BEGIN;
CREATE SCHEMA delivery_realdata;
-- the extension is not on the path, as for a BI tool
SET LOCAL search_path = delivery_realdata;
-- nothing below may depend on it
SET LOCAL TimeZone = 'Pacific/Chatham';

/* --- the data ----------------------------------------------------------- */

CREATE TABLE release (
	repo text NOT NULL, tag text NOT NULL, kind text NOT NULL, tag_type text NOT NULL,
	commit_sha text NOT NULL, released_at timestamptz NOT NULL,
	major integer, minor integer, patch integer,
	new_commits integer, hours_since_prev_release double precision, hotfix_72h boolean
);
CREATE TABLE git_commit (
	repo text NOT NULL, sha text NOT NULL, authored_at timestamptz NOT NULL,
	committed_at timestamptz NOT NULL, parents integer NOT NULL, on_mainline boolean NOT NULL,
	is_bot boolean NOT NULL, is_revert boolean NOT NULL, reverts_sha text, first_release_tag text
);
CREATE TABLE pull_request (
	repo text NOT NULL, pr integer NOT NULL, style text NOT NULL, merge_sha text NOT NULL,
	merged_at timestamptz NOT NULL, commits integer NOT NULL,
	first_commit_at timestamptz NOT NULL, last_commit_at timestamptz NOT NULL,
	is_bot boolean NOT NULL, is_revert boolean NOT NULL, first_release_tag text, reverts_pr integer
);
\copy release from program 'gzip -dc "$GIT_DORA/releases.csv.gz"' with (format csv, header)
\copy git_commit from program 'gzip -dc "$GIT_DORA/commits.csv.gz"' with (format csv, header)
\copy pull_request from program 'gzip -dc "$GIT_DORA/pull_requests.csv.gz"' with (format csv, header)

-- changes: the requests, with the release that brought them to users
CREATE TABLE change AS
	SELECT pull_request.repo, pull_request.pr, pull_request.first_commit_at,
		pull_request.merged_at, release.released_at,
		to_char(release.released_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month
	FROM pull_request
	LEFT JOIN release ON release.repo = pull_request.repo
		AND release.tag = pull_request.first_release_tag AND release.kind = 'release';

-- commits, with the release that brought them to users; merges are no work of their own
CREATE TABLE released_commit AS
	SELECT git_commit.repo, git_commit.authored_at, git_commit.committed_at, release.released_at
	FROM git_commit
	LEFT JOIN release ON release.repo = git_commit.repo
		AND release.tag = git_commit.first_release_tag AND release.kind = 'release'
	WHERE git_commit.parents < 2;

-- releases with a commit that a later release reverts, and when that came
CREATE TABLE reverted AS
	SELECT failing.repo, failing.tag, min(mending.released_at) AS released_at
	FROM git_commit AS culprit
	JOIN git_commit AS revert ON revert.repo = culprit.repo AND revert.reverts_sha = culprit.sha
	JOIN release AS failing ON failing.repo = culprit.repo
		AND failing.tag = culprit.first_release_tag AND failing.kind = 'release'
	LEFT JOIN release AS mending ON mending.repo = revert.repo
		AND mending.tag = revert.first_release_tag AND mending.kind = 'release'
	WHERE mending.tag IS NULL OR mending.released_at > failing.released_at
	GROUP BY failing.repo, failing.tag;

CREATE TABLE deployment AS
	SELECT this.repo, this.tag, this.released_at, this.hotfix_72h, this.period,
		CASE
			WHEN reverted.tag IS NOT NULL THEN true
			WHEN this.next_at IS NULL THEN NULL
			WHEN this.tags_tell THEN this.next_hotfix
			ELSE false
		END AS failed,
		least(CASE WHEN this.next_hotfix THEN this.next_at END, reverted.released_at) AS restored_at
	FROM (
		SELECT repo, tag, released_at, hotfix_72h,
			lead(released_at) OVER in_order AS next_at,
			lead(hotfix_72h) OVER in_order AS next_hotfix,
			count(hotfix_72h) OVER whole > 0 AS tags_tell,
			tstzrange(min(released_at) OVER whole, max(released_at) OVER whole, '[]') AS period
		FROM release
		WHERE kind = 'release' AND new_commits > 0
		WINDOW whole AS (PARTITION BY repo),
			in_order AS (PARTITION BY repo ORDER BY released_at, tag COLLATE "C")
	) AS this
	LEFT JOIN reverted USING (repo, tag);
ANALYZE change, released_commit, deployment;

/* --- the figures -------------------------------------------------------- */

CREATE VIEW change_figures AS
	SELECT coalesce(repo, 'all') AS repo,
		count(*) AS changes,
		count(*) FILTER (WHERE delivery.span_fault(first_commit_at, released_at) IS NULL) AS lead_time_spans,
		delivery.lead_time(first_commit_at, released_at) AS lead_time,
		delivery.lead_time(first_commit_at, released_at, 0.9) AS lead_time_p90,
		delivery.lead_time(first_commit_at, released_at, '0.9') AS lead_time_p90_literal,
		delivery.lead_time(first_commit_at, released_at, ARRAY[0.5, 0.9]) AS lead_times,
		delivery.cycle_time(first_commit_at, merged_at) AS cycle_time,
		delivery.cycle_time(first_commit_at, merged_at, 0.9) AS cycle_time_p90,
		delivery.cycle_time(first_commit_at, merged_at, ARRAY[0.5, 0.9]) AS cycle_times,
		delivery.lead_time(merged_at, released_at) AS merge_to_release,
		delivery.lead_time(merged_at, released_at, 0.9) AS merge_to_release_p90,
		delivery.duration_percentile(released_at - merged_at, ARRAY[0.5, 0.9]) AS merges_to_release
	FROM change
	GROUP BY GROUPING SETS ((repo), ());

CREATE VIEW month_figures AS
	SELECT repo, month, delivery.lead_time(first_commit_at, released_at, ARRAY[0.5, 0.9]) AS lead_times
	FROM change
	WHERE month IS NOT NULL
	GROUP BY repo, month;

-- author times can be wrong: spans_left_out are the negative ones among them
CREATE VIEW commit_figures AS
	SELECT repo,
		delivery.lead_time(authored_at, released_at, ARRAY[0.5, 0.9]) AS lead_times,
		delivery.cycle_time(authored_at, committed_at, ARRAY[0.5, 0.9]) AS rebase_times,
		count(*) FILTER (WHERE delivery.span_fault(authored_at, released_at) = 'missing finish') AS unreleased,
		count(*) FILTER (WHERE delivery.span_fault(authored_at, committed_at) = 'negative') AS spans_left_out
	FROM released_commit
	GROUP BY repo;

-- a median over years of weeks would hide a day counted in the wrong zone or week
CREATE VIEW deployment_month_figures AS
	SELECT deployment.repo, to_char(month.start, 'YYYY-MM') AS month,
		delivery.deployment_frequency(released_at, month.period) AS frequency,
		delivery.deployment_days_per_week(released_at, month.period, 'Europe/London') AS days_in_london,
		delivery.deployment_days_per_week(released_at, month.period, 'Pacific/Auckland') AS days_in_auckland
	FROM deployment
	CROSS JOIN LATERAL (
		SELECT start, tstzrange(start AT TIME ZONE 'UTC', (start + interval '1 month') AT TIME ZONE 'UTC') AS period
		FROM date_trunc('month', released_at AT TIME ZONE 'UTC') AS start
	) AS month
	GROUP BY deployment.repo, month.start;

CREATE VIEW deployment_figures AS
	SELECT repo,
		count(*) AS deployments,
		count(failed) AS outcomes_known,
		count(*) FILTER (WHERE failed) AS failures,
		delivery.deployment_frequency(released_at, period) AS frequency,
		delivery.deployment_days_per_week(released_at, period, 'Europe/London') AS days_per_week,
		delivery.rework_rate(hotfix_72h) AS rework_rate,
		delivery.change_failure_rate(failed) AS change_failure_rate,
		delivery.time_to_restore(released_at, restored_at) FILTER (WHERE failed) AS time_to_restore,
		delivery.time_to_restore(released_at, restored_at, 0.9) FILTER (WHERE failed) AS time_to_restore_p90,
		delivery.time_to_restore(released_at, restored_at, ARRAY[0.5, 0.9]) FILTER (WHERE failed) AS times_to_restore,
		delivery.mttr(released_at, restored_at) FILTER (WHERE failed) AS mttr
	FROM deployment
	GROUP BY repo;

SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE change_serial AS SELECT * FROM change_figures;
CREATE TABLE month_serial AS SELECT * FROM month_figures;
CREATE TABLE commit_serial AS SELECT * FROM commit_figures;
CREATE TABLE deployment_serial AS SELECT * FROM deployment_figures;

-- the windows of 28 deployments that end with each of them
CREATE TABLE moving AS
	SELECT repo, tag,
		delivery.change_failure_rate(failed) OVER last_28 AS change_failure_rate,
		delivery.mttr(released_at, CASE WHEN failed THEN restored_at END) OVER last_28 AS mttr,
		-- the same in plain SQL
		count(*) FILTER (WHERE failed) OVER last_28 / nullif(count(failed) OVER last_28, 0)::double precision
			AS plain_change_failure_rate,
		avg(CASE WHEN failed THEN restored_at - released_at END) OVER last_28 AS plain_mttr
	FROM deployment
	WINDOW last_28 AS (PARTITION BY repo ORDER BY released_at, tag COLLATE "C" ROWS 27 PRECEDING);

CREATE TABLE level AS
	SELECT figure.repo, value.metric, benchmark.name AS benchmark,
		value.number, value.duration,
		coalesce(
			delivery.dora_level(CASE WHEN value.number IS NOT NULL THEN value.metric END, value.number, benchmark.name),
			delivery.dora_level(CASE WHEN value.duration IS NOT NULL THEN value.metric END, value.duration, benchmark.name)
		) AS level
	FROM deployment_serial AS figure
	JOIN change_serial USING (repo)
	CROSS JOIN LATERAL (VALUES
		('deployment_frequency', figure.frequency, NULL::interval),
		('lead_time', NULL, change_serial.lead_time),
		('change_failure_rate', figure.change_failure_rate, NULL),
		('time_to_restore', NULL, figure.time_to_restore),
		('rework_rate', figure.rework_rate, NULL)
	) AS value (metric, number, duration)
	CROSS JOIN (VALUES ('standard'), ('2021'), ('2022'), ('2023'), ('2024')) AS benchmark (name);

/* --- the relation ------------------------------------------------------- */

CREATE FUNCTION shown(value double precision) RETURNS text IMMUTABLE
	RETURN coalesce(round(value::numeric, 15)::text, 'NULL');
CREATE FUNCTION shown(value interval) RETURNS text IMMUTABLE
	RETURN coalesce((extract(epoch FROM value) * 1000000)::bigint::text, 'NULL');

SELECT repo, metric, value
FROM deployment_serial AS d
JOIN change_serial AS c USING (repo)
JOIN commit_serial AS g USING (repo)
CROSS JOIN LATERAL (VALUES
	('deployments', d.deployments::text),
	('deployments_per_week', shown(d.frequency * 7)),
	('deployment_days_per_week', shown(d.days_per_week)),
	('changes', c.changes::text),
	('lead_time_spans', c.lead_time_spans::text),
	('lead_time_p50_us', shown(c.lead_times[1])),
	('lead_time_p90_us', shown(c.lead_times[2])),
	('cycle_time_p50_us', shown(c.cycle_times[1])),
	('cycle_time_p90_us', shown(c.cycle_times[2])),
	('merge_to_release_p50_us', shown(c.merges_to_release[1])),
	('merge_to_release_p90_us', shown(c.merges_to_release[2])),
	('commit_lead_time_p50_us', shown(g.lead_times[1])),
	('commit_lead_time_p90_us', shown(g.lead_times[2])),
	('commits_unreleased', g.unreleased::text),
	('commit_rebase_time_p50_us', shown(g.rebase_times[1])),
	('commit_rebase_time_p90_us', shown(g.rebase_times[2])),
	('commit_rebase_time_negative', g.spans_left_out::text),
	('rework_rate', shown(d.rework_rate)),
	('failures', d.failures::text),
	('outcomes_known', d.outcomes_known::text),
	('change_failure_rate', shown(d.change_failure_rate)),
	('time_to_restore_p50_us', shown(d.times_to_restore[1])),
	('time_to_restore_p90_us', shown(d.times_to_restore[2])),
	('mttr_us', shown(d.mttr))
) AS figure (metric, value);

SELECT release.repo, 'all_tags_per_week', shown(delivery.deployment_frequency(release.released_at, whole.period) * 7)
FROM release
JOIN (
	SELECT repo, tstzrange(min(released_at), max(released_at), '[]') AS period
	FROM release
	WHERE kind = 'release'
	GROUP BY repo
) AS whole USING (repo)
WHERE release.kind = 'release'
GROUP BY release.repo;

SELECT repo, 'month_lead_time_p' || quantile.name || '_us ' || month, shown(lead_times[quantile.subscript])
FROM month_serial
CROSS JOIN (VALUES (1, '50'), (2, '90')) AS quantile (subscript, name);

SELECT figures.repo, figure.metric || ' ' || figures.month, shown(figure.value)
FROM deployment_month_figures AS figures
CROSS JOIN LATERAL (VALUES
	('month_deployments_per_day', frequency),
	('month_deployment_days_per_week_london', days_in_london),
	('month_deployment_days_per_week_auckland', days_in_auckland)
) AS figure (metric, value);

SELECT repo, 'moving_change_failure_rate ' || tag, shown(change_failure_rate) FROM moving;
SELECT repo, 'moving_mttr_us ' || tag, shown(mttr) FROM moving;

SELECT repo, 'dora_level_' || metric || ' ' || benchmark, coalesce(level::text, 'NULL') FROM level;

/* --- checks inside the database ----------------------------------------- */

SELECT 'check', 'one fraction as in the array of fractions', count(*)
FROM change_serial AS c
LEFT JOIN deployment_serial AS d USING (repo)
WHERE (c.lead_time, c.lead_time_p90, c.lead_time_p90_literal, c.cycle_time, c.cycle_time_p90,
		c.merge_to_release, c.merge_to_release_p90, d.time_to_restore, d.time_to_restore_p90)
	IS DISTINCT FROM (c.lead_times[1], c.lead_times[2], c.lead_times[2], c.cycle_times[1], c.cycle_times[2],
		c.merges_to_release[1], c.merges_to_release[2], d.times_to_restore[1], d.times_to_restore[2]);

SELECT 'check', 'level of a value as text', count(*)
FROM level
WHERE delivery.dora_level(metric, coalesce(duration::text, number::text), benchmark) IS DISTINCT FROM level;

-- Spans are whole seconds, so both percentiles are whole tenths of a second:
-- rounding them to milliseconds leaves no room for a difference.
CREATE VIEW plain_month AS
	SELECT repo, month,
		round(extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY released_at - first_commit_at)), 3) AS p50,
		round(extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY released_at - first_commit_at)), 3) AS p90
	FROM change
	WHERE released_at >= first_commit_at
	GROUP BY repo, month;
CREATE VIEW extension_month AS
	SELECT repo, month, round(extract(epoch FROM lead_times[1]), 3) AS p50,
		round(extract(epoch FROM lead_times[2]), 3) AS p90
	FROM month_serial;

SELECT 'check', 'lead time by month without percentile_cont''s rows', count(*)
FROM (TABLE extension_month EXCEPT ALL TABLE plain_month) AS difference;
SELECT 'check', 'percentile_cont by month without lead time''s rows', count(*)
FROM (TABLE plain_month EXCEPT ALL TABLE extension_month) AS difference;

-- medians once more from ranks alone
CREATE VIEW ranked_month AS
	SELECT repo, month, avg(span) AS p50
	FROM (
		SELECT repo, month, released_at - first_commit_at AS span,
			row_number() OVER (PARTITION BY repo, month ORDER BY released_at - first_commit_at) AS rank,
			count(*) OVER (PARTITION BY repo, month) AS spans
		FROM change
		WHERE released_at >= first_commit_at
	) AS ranked
	WHERE rank IN ((spans + 1) / 2, spans / 2 + 1)
	GROUP BY repo, month;

SELECT 'check', 'median by month without the ranks'' rows', count(*)
FROM (SELECT repo, month, lead_times[1] FROM month_serial EXCEPT ALL TABLE ranked_month) AS difference;
SELECT 'check', 'ranks by month without the median''s rows', count(*)
FROM (TABLE ranked_month EXCEPT ALL SELECT repo, month, lead_times[1] FROM month_serial) AS difference;

SELECT 'check', 'moving failure rate as in plain SQL', count(*)
FROM moving
WHERE change_failure_rate IS DISTINCT FROM plain_change_failure_rate;
-- avg(interval) rounds at every step of its division
SELECT 'check', 'moving mean time to restore as avg(interval)', count(*)
FROM moving
WHERE (mttr IS NULL) <> (plain_mttr IS NULL)
	OR abs(extract(epoch FROM mttr) - extract(epoch FROM plain_mttr)) > 0.000001;

/* --- parallel plans ----------------------------------------------------- */

SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

CREATE FUNCTION plan_lines(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query;
END $$;
-- grouping sets are not computed in workers, so the whole set is a query of its own
CREATE VIEW change_by_repo AS
	SELECT repo,
		delivery.lead_time(first_commit_at, released_at) AS lead_time,
		delivery.lead_time(first_commit_at, released_at, 0.9) AS lead_time_p90,
		delivery.lead_time(first_commit_at, released_at, '0.9') AS lead_time_p90_literal,
		delivery.lead_time(first_commit_at, released_at, ARRAY[0.5, 0.9]) AS lead_times
	FROM change
	GROUP BY repo;
CREATE VIEW change_in_all AS
	SELECT 'all' AS repo,
		delivery.lead_time(first_commit_at, released_at) AS lead_time,
		delivery.lead_time(first_commit_at, released_at, 0.9) AS lead_time_p90,
		delivery.lead_time(first_commit_at, released_at, '0.9') AS lead_time_p90_literal,
		delivery.lead_time(first_commit_at, released_at, ARRAY[0.5, 0.9]) AS lead_times
	FROM change;

CREATE TABLE plan AS
	SELECT query, line
	FROM (VALUES ('change_by_repo'), ('change_in_all'), ('commit_figures'), ('deployment_figures')) AS parallel (query)
	CROSS JOIN plan_lines('SELECT * FROM ' || parallel.query) AS line;
SELECT 'check', 'parallel queries without a partial aggregate', 4 - count(DISTINCT query)
FROM plan
WHERE line ~ 'Partial .*Aggregate';
SELECT 'note', 'workers launched', coalesce(sum(substring(line FROM 'Workers Launched: (\d+)')::integer), 0)
FROM plan;

-- CREATE TABLE AS runs in workers, INSERT does not
CREATE TABLE repo_parallel AS TABLE change_by_repo;
CREATE TABLE all_parallel AS TABLE change_in_all;
CREATE TABLE commit_parallel AS TABLE commit_figures;
CREATE TABLE deployment_parallel AS TABLE deployment_figures;
CREATE VIEW change_parallel AS TABLE repo_parallel UNION ALL TABLE all_parallel;
CREATE VIEW change_in_series AS
	SELECT repo, lead_time, lead_time_p90, lead_time_p90_literal, lead_times FROM change_serial;

SELECT 'check', 'parallel lead time without the serial rows', count(*)
FROM (TABLE change_parallel EXCEPT ALL TABLE change_in_series) AS difference;
SELECT 'check', 'serial lead time without the parallel rows', count(*)
FROM (TABLE change_in_series EXCEPT ALL TABLE change_parallel) AS difference;
SELECT 'check', 'parallel commits without the serial rows', count(*)
FROM (TABLE commit_parallel EXCEPT ALL TABLE commit_serial) AS difference;
SELECT 'check', 'serial commits without the parallel rows', count(*)
FROM (TABLE commit_serial EXCEPT ALL TABLE commit_parallel) AS difference;
SELECT 'check', 'parallel deployments without the serial rows', count(*)
FROM (TABLE deployment_parallel EXCEPT ALL TABLE deployment_serial) AS difference;
SELECT 'check', 'serial deployments without the parallel rows', count(*)
FROM (TABLE deployment_serial EXCEPT ALL TABLE deployment_parallel) AS difference;

ROLLBACK;
