-- servicenow.sql: the SLA figures of a ServiceNow export (table task_sla),
-- compared with ours, and what explains a difference.
--
-- Unit: durations are working time in hours. A target of one day means 24 hours
--   of the schedule there, and here where it is compared.
-- NULL: a field that is NULL was not exported, and is not compared; end_time NULL
--   means still running, business_pause_duration NULL no pause, paused NULL that
--   only their total is known. An empty duration is NULL.
-- Errors: 22007 for text that is no duration; 22008 for a duration of 30 years;
--   those of sla_due().
-- Source: ServiceNow's documentation of the table task_sla and of durations.

CREATE FUNCTION delivery.servicenow_duration(value text)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_servicenow_duration'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.servicenow_duration(text) IS
	'a duration of a ServiceNow export, in hours: seconds (93600), or the date-time that lies so far behind 1970-01-01 (1970-01-02 02:00:00); NULL for an empty value';

-- The settings are for the text of the results, which thus depends on the
-- arguments only. No column in the body has the name of an argument, which it
-- would hide.
--
-- A row of "rule" is one way to count: on which clock (ours, that on the wall,
-- the offset of the start kept, around the clock), with which pauses, and with
-- what as a day of the target. Rank 0 is ours. The others are computed only where
-- a field differs, and the first that gives their value is its explanation:
-- one name before two, then in the order of the ranks.
CREATE FUNCTION delivery.reconcile_task_sla(
		start_time timestamptz, end_time timestamptz, business_duration interval,
		business_pause_duration interval, planned_end_time timestamptz, has_breached boolean,
		business_percentage double precision, target interval, calendar delivery.work_calendar,
		as_of timestamptz DEFAULT now(), paused tstzmultirange DEFAULT NULL,
		OUT field text, OUT servicenow text, OUT delivery text, OUT difference interval, OUT explanation text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	ROWS 2
	SET timezone TO 'UTC'
	SET datestyle TO 'ISO, YMD'
	SET intervalstyle TO 'postgres'
BEGIN ATOMIC
	WITH checked AS MATERIALIZED (
		SELECT name AS fault_at, value AS fault_value, fault
		FROM (VALUES
			(1, 'calendar', NULL, CASE WHEN calendar IS NULL THEN 'missing calendar' END),
			(2, CASE WHEN isfinite(start_time) THEN 'end_time' ELSE 'start_time' END,
				CASE WHEN isfinite(start_time) THEN end_time ELSE start_time END::text,
				delivery.span_fault(start_time, coalesce(end_time, as_of))),
			(3, 'business_duration', business_duration::text,
				CASE WHEN NOT isfinite(business_duration) THEN 'infinite' END),
			(4, 'business_pause_duration', business_pause_duration::text,
				CASE WHEN NOT isfinite(business_pause_duration) THEN 'infinite' WHEN business_pause_duration < '0'::interval THEN 'negative' END),
			(5, 'planned_end_time', planned_end_time::text,
				CASE WHEN NOT isfinite(planned_end_time) THEN 'infinite' END),
			(6, 'business_percentage', business_percentage::text,
				CASE WHEN business_percentage IN ('NaN'::double precision, 'Infinity'::double precision, '-Infinity'::double precision) THEN 'no number' END)
		) AS argument (position, name, value, fault)
		ORDER BY fault IS NULL, position LIMIT 1
	), given AS MATERIALIZED (
		SELECT start_time AS opened,
			coalesce(end_time, as_of) AS finished,
			end_time IS NULL AS running,
			-- a day is 24 hours; months are for sla_due() to refuse
			CASE WHEN isfinite(target)
				THEN target - make_interval(days => extract(day FROM target)::integer) +
					extract(day FROM target)::double precision * '24:00'::interval
				ELSE target
			END AS agreed,
			calendar AS office,
			CASE WHEN starts_with(calendar::text, 'TZ=') THEN substr(split_part(calendar::text, ';', 1), 4) END AS office_zone,
			-- either the pauses are known, or only how long they were
			paused IS NOT NULL AS pauses_known,
			coalesce(paused * tstzmultirange(tstzrange(least(start_time, coalesce(end_time, as_of)),
				greatest(start_time, coalesce(end_time, as_of)))), '{}'::tstzmultirange) AS pauses,
			end_time IS NULL AND coalesce(paused @> as_of, false) AS standing,
			CASE WHEN isfinite(business_pause_duration)
				THEN make_interval(secs => 3600 * delivery.hours(business_pause_duration)) END AS their_pause,
			CASE WHEN isfinite(business_duration)
				THEN make_interval(secs => 3600 * delivery.hours(business_duration)) END AS their_elapsed,
			planned_end_time AS their_due,
			has_breached AS their_breach,
			business_percentage::numeric AS their_percentage
		FROM checked WHERE fault IS NULL
	), rule AS MATERIALIZED (
		SELECT 100 * num_nonnulls(clock.name, pause.name, day.name) + clock.rank + pause.rank + day.rank AS rank,
			concat_ws(', ', clock.name, pause.name, day.name) AS name,
			clock.rank AS clock, zone, shift, ranges, total, pause.rank AS pause, days
		FROM given,
			LATERAL (VALUES
				(0, NULL, 'UTC', '0'::interval),
				(1, 'daylight saving', office_zone, '0'::interval),
				(2, 'daylight saving', 'UTC', (opened AT TIME ZONE office_zone) AT TIME ZONE 'UTC' - opened),
				(64, 'no schedule', 'UTC', '0'::interval)
			) AS clock (rank, name, zone, shift),
			LATERAL (VALUES
				(0, NULL, pauses, CASE WHEN pauses_known THEN '0'::interval ELSE coalesce(their_pause, '0'::interval) END),
				(4, 'pause', '{}'::tstzmultirange, '0'::interval),
				(8, 'pause', '{}'::tstzmultirange, CASE WHEN pauses_known THEN their_pause END)
			) AS pause (rank, name, ranges, total),
			LATERAL (VALUES
				(0, NULL, 0),
				(16, 'working date', trunc(extract(epoch FROM agreed) / 86400)::integer)
			) AS day (rank, name, days)
		WHERE num_nonnulls(clock.name, pause.name, day.name) <= 2
			AND zone IS NOT NULL AND shift IS NOT NULL AND total IS NOT NULL
			AND (pause.rank = 0 OR pauses <> '{}'::tstzmultirange OR their_pause > '0'::interval)
			AND (day.rank = 0 OR days > 0)
		ORDER BY 1
	), moved AS MATERIALIZED (
		-- onto a clock that is read without a zone
		SELECT rule.*,
			(opened AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS opened_there,
			(finished AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS finished_there,
			(their_due AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS their_due_there,
			CASE WHEN clock IN (0, 64) THEN ranges
				ELSE (SELECT coalesce(range_agg(tstzrange(span.starts, greatest(span.starts, span.stops))), '{}'::tstzmultirange)
					FROM unnest(ranges) AS r,
						LATERAL (SELECT (lower(r) AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS starts,
							(upper(r) AT TIME ZONE zone) AT TIME ZONE 'UTC' + shift AS stops) AS span)
			END AS ranges_there,
			CASE clock WHEN 0 THEN office
				WHEN 64 THEN '24/7'::delivery.work_calendar
				ELSE substr(office::text, strpos(office::text, ';') + 2)::delivery.work_calendar
			END AS hours
		FROM rule, given
	), counted AS MATERIALIZED (
		SELECT moved.*,
			greatest(delivery.sla_elapsed(opened_there, finished_there, hours, ranges_there, finished_there) - total, '0'::interval) AS elapsed,
			CASE WHEN pauses_known AND pause <> 8 THEN delivery.working_time(hours, ranges_there) END AS paused_for,
			agreed - days * '24:00'::interval + make_interval(days => days) AS promised,
			-- without a target, as long as they gave it
			CASE WHEN agreed IS NULL THEN
				delivery.sla_elapsed(opened_there, their_due_there, hours, ranges_there, their_due_there) -
					CASE WHEN pauses_known THEN total ELSE coalesce(their_pause, '0'::interval) END
			END AS given_time
		FROM moved, given
	), due AS MATERIALIZED (
		SELECT counted.*,
			((delivery.sla_due(opened_there, promised + total, hours, ranges_there) - shift) AT TIME ZONE 'UTC') AT TIME ZONE zone AS due_at,
			-- their due instant does not move any more once it has passed
			CASE WHEN pause = 4 AND clock = 0 AND days = 0 AND NOT pauses_known
				THEN delivery.sla_due(opened_there, promised + their_pause, hours) END AS due_at_most,
			CASE WHEN days > 0 THEN delivery.working_time(hours, opened_there, delivery.sla_due(opened_there, promised, hours))
				WHEN agreed IS NULL THEN CASE WHEN given_time > '0'::interval THEN given_time END
				ELSE agreed
			END AS length
		FROM counted, given
	), result AS MATERIALIZED (
		SELECT rank, name, elapsed, paused_for, due_at, due_at_most, length, hours,
			round(100 * extract(epoch FROM elapsed) / nullif(extract(epoch FROM length), 0), 6) AS percentage,
			CASE WHEN days > 0 THEN finished > due_at ELSE elapsed > length END AS breach
		FROM due, given
	), ours AS MATERIALIZED (
		SELECT * FROM result WHERE rank = 0 LIMIT 1
	), fitting AS MATERIALIZED (
		-- which fields fit: duration, pause, due, percentage, breach
		SELECT rank, CASE rank WHEN 0 THEN 'rounding' ELSE name END AS name,
			ARRAY[their_elapsed - elapsed BETWEEN '-00:00:01'::interval AND '00:00:01'::interval,
				their_pause - paused_for BETWEEN '-00:00:01'::interval AND '00:00:01'::interval,
				their_due - due_at BETWEEN '-00:00:01'::interval AND '00:00:01'::interval OR
					their_breach IS NOT FALSE AND their_due BETWEEN due_at AND due_at_most,
				-- two decimals, of a duration in whole seconds
				abs(their_percentage - percentage) <= 0.01 + 100 / nullif(extract(epoch FROM length), 0),
				-- they call it a breach at 100.00 %
				CASE rank WHEN 0 THEN abs(extract(epoch FROM elapsed - length)) <= greatest(1, 0.00005 * extract(epoch FROM length))
					ELSE breach = their_breach END] AS fits
		FROM result, given
		UNION ALL
		SELECT 1, 'closing time',
			ARRAY[false, false, delivery.working_time(hours, due_at, their_due) BETWEEN '-00:00:01'::interval AND '00:00:01'::interval, false, false]
		FROM ours, given
		UNION ALL
		SELECT 1000, 'still running',
			ARRAY[their_elapsed < elapsed, their_pause < paused_for, false, their_percentage < percentage, NOT their_breach]
		FROM ours, given WHERE running
	), explained AS MATERIALIZED (
		SELECT position, min(rank) AS rank FROM fitting, generate_series(1, 4) AS position WHERE fits[position] GROUP BY position
	)
	SELECT fault_at, fault_value, NULL::text, NULL::interval, 'not compared: ' || fault
	FROM checked WHERE fault IS NOT NULL
	UNION ALL
	(SELECT compared.name, theirs, own, off,
		coalesce((SELECT fitting.name FROM fitting
			WHERE fits[position] AND (position < 5 OR rank IN (SELECT explained.rank FROM explained))
			ORDER BY rank LIMIT 1), 'unexplained')
	FROM ours, given,
		LATERAL (VALUES
			(1, 'business_duration', their_elapsed::text, elapsed::text, their_elapsed - elapsed, their_elapsed <> elapsed),
			(2, 'business_pause_duration', their_pause::text, paused_for::text, their_pause - paused_for, their_pause <> paused_for),
			(3, 'planned_end_time', their_due::text, due_at::text, their_due - due_at, their_due <> due_at AND NOT standing),
			(4, 'business_percentage', trim_scale(their_percentage)::text, trim_scale(percentage)::text,
				CASE WHEN abs(their_percentage - percentage) * extract(epoch FROM length) < 1e14
					THEN (their_percentage - percentage)::double precision / 100 * length END, their_percentage <> percentage),
			(5, 'has_breached', their_breach::text, breach::text, elapsed - length, their_breach <> breach)
		) AS compared (position, name, theirs, own, off, differs)
	WHERE differs
	ORDER BY position);
END;
COMMENT ON FUNCTION delivery.reconcile_task_sla(timestamptz, timestamptz, interval, interval, timestamptz, boolean,
		double precision, interval, delivery.work_calendar, timestamptz, tstzmultirange) IS
	'the fields of a row of ServiceNow''s task_sla on which it and delivery disagree: both values, theirs less ours as working time (for has_breached, how far ours is past the target), and what explains it; no row where all agree';
