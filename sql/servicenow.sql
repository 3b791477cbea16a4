-- servicenow.sql: durations of a ServiceNow export, and the reconciliation of
-- its table task_sla: the rows that agree give none, the others their rule.
SET extra_float_digits = 1;
\getenv zone DELIVERY_TEST_ZONE
\if :{?zone}
\else
\set zone UTC
\endif
SET timezone = :'zone';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- durations: seconds, and date-times counted from 1970
SELECT value, delivery.servicenow_duration(value)
FROM (VALUES ('93600'), ('1970-01-02 02:00:00'), ('0'), ('1970-01-01 00:00:00'), (' 60 '), ('000000000000000060'),
	('0.5'), ('1970-01-01 00:00:00.25'), ('0.0000019'), ('-90'), ('1969-12-31 23:58:30'), ('1972-02-29 23:59:59'),
	('946684799'), ('-946684799.999999'), (''), ('  '), (NULL)) AS v (value);
-- both forms are the same over thirty years
SELECT count(*) AS differ FROM generate_series(-946684799, 946684799, 7654321) AS s
WHERE delivery.servicenow_duration(s::text) IS DISTINCT FROM
		delivery.servicenow_duration(to_char(timestamp '1970-01-01' + s * interval '1 second', 'YYYY-MM-DD HH24:MI:SS'))
	OR delivery.servicenow_duration(s::text) <> s * interval '1 second';
-- anything else is an error
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT left(value, 40) AS value, pg_temp.sqlstate_of(format('SELECT delivery.servicenow_duration(%L)', value))
FROM (VALUES ('1 Day 2 Hours'), ('26:00:00'), ('1 02:00:00'), ('93,600'), ('9e3'), ('+60'), ('- 60'), ('60 s'), ('.5'), ('5.'), ('0x10'), ('NaN'),
	('1970-01-02'), ('1970-01-02T02:00:00'), ('1970-01-02 02:00'), ('1970-1-2 02:00:00'), ('1970-02-30 00:00:00'), ('1971-02-29 00:00:00'),
	('1970-13-01 00:00:00'), ('1970-00-01 00:00:00'), ('1970-01-00 00:00:00'), ('1970-01-01 24:00:00'), ('1970-01-01 00:60:00'),
	('1970-01-01 00:00:60'), ('1970-01-01 00:00:00Z'), ('0000-01-01 00:00:00'), ('-1970-01-01 00:00:00'), ('1970-01-01 00:00:-1'),
	('946684800'), ('-946684800'), ('2000-01-01 00:00:00'), ('2026-03-02 08:12:36'), ('0001-01-01 00:00:00'), ('9999-12-31 23:59:59'),
	(repeat('9', 18)), (repeat('9', 400))) AS v (value);

-- the export, its columns as text, and the agreements with their schedules
CREATE TEMP TABLE task_sla (task text, sla text, stage text, start_time text, end_time text, business_duration text,
	business_pause_duration text, planned_end_time text, has_breached text, business_percentage text);
-- (read by psql, as the server may have no right to)
\copy task_sla FROM PROGRAM 'cat "$PG_ABS_SRCDIR/test/data/task_sla.csv"' (FORMAT csv, HEADER)
CREATE TEMP TABLE contract (sla text, target interval, calendar delivery.work_calendar);
INSERT INTO contract VALUES
	('P1 restore', '4:00', 'TZ=Europe/Paris; 24/7'),
	('P1 resolve', '1 day', 'TZ=Europe/Paris; 24/7'),
	('P2 resolve', '8:00', 'TZ=Europe/Paris; Mo-Fr 08:00-18:00'),
	('P3 resolve', '24:00', 'TZ=Europe/Paris; Mo-Fr 08:00-18:00');
CREATE TEMP VIEW converted AS
SELECT task, target, calendar,
	nullif(start_time, '')::timestamp AT TIME ZONE 'UTC' AS start_time,
	nullif(end_time, '')::timestamp AT TIME ZONE 'UTC' AS end_time,
	delivery.servicenow_duration(business_duration) AS business_duration,
	delivery.servicenow_duration(business_pause_duration) AS business_pause_duration,
	nullif(planned_end_time, '')::timestamp AT TIME ZONE 'UTC' AS planned_end_time,
	nullif(has_breached, '')::boolean AS has_breached,
	replace(nullif(business_percentage, ''), ',', '')::double precision AS business_percentage
FROM task_sla JOIN contract USING (sla);
CREATE TEMP VIEW disagreement AS
SELECT task, r.*
FROM converted, delivery.reconcile_task_sla(start_time, end_time, business_duration, business_pause_duration, planned_end_time,
	has_breached, business_percentage, target, calendar, '2026-04-15 12:00+00') AS r;

SELECT task, field, servicenow, delivery, difference, explanation
FROM disagreement ORDER BY task COLLATE "C", field COLLATE "C";
SELECT explanation, count(*) AS fields, count(DISTINCT task) AS rows
FROM disagreement GROUP BY explanation ORDER BY explanation COLLATE "C";
-- each has the explanation for which its row was made, and the others have none
SELECT count(*) AS agree FROM converted WHERE task NOT IN (SELECT task FROM disagreement);
SELECT task, explanation FROM disagreement
WHERE explanation IS DISTINCT FROM (ARRAY['none', 'rounding', 'daylight saving', 'pause', 'closing time', 'working date',
	'no schedule', 'still running', 'unexplained', 'not compared: negative'])[1 + substr(task, 7, 2)::integer];
-- without a target it is as long as they gave it, and their due instant is not compared
SELECT explanation, count(*) AS fields, count(*) FILTER (WHERE field = 'planned_end_time') AS due
FROM converted, delivery.reconcile_task_sla(start_time, end_time, business_duration, business_pause_duration, planned_end_time,
	has_breached, business_percentage, NULL, calendar, '2026-04-15 12:00+00')
WHERE substr(task, 7, 2) NOT IN ('03', '05') GROUP BY explanation ORDER BY explanation COLLATE "C";
-- a field that was not exported is not compared
SELECT count(*) FROM converted, delivery.reconcile_task_sla(start_time, end_time, NULL, business_pause_duration, NULL,
	NULL, NULL, target, calendar, '2026-04-15 12:00+00') WHERE explanation NOT LIKE 'not compared%';

-- pauses that are known: which of them, their length compared too
CREATE FUNCTION pg_temp.paused(duration interval, pause interval, due timestamptz, breached boolean, percentage float8, paused tstzmultirange,
	end_time timestamptz DEFAULT '2026-03-09 17:00+01')
	RETURNS TABLE (field text, servicenow text, delivery text, difference interval, explanation text) LANGUAGE sql
	RETURN delivery.reconcile_task_sla('2026-03-09 09:00+01', end_time, duration, pause, due, breached, percentage, '4:00',
		'TZ=Europe/Paris; Mo-Fr 08:00-18:00', '2026-03-09 16:00+01', paused);
\set lunch '''{[2026-03-09 12:00+01,2026-03-09 13:00+01)}'''
SELECT * FROM pg_temp.paused('7:00', '1:00', '2026-03-09 14:00+01', true, 175, :lunch);
SELECT * FROM pg_temp.paused('8:00', '0', '2026-03-09 13:00+01', true, 200, :lunch);
SELECT * FROM pg_temp.paused('6:30', '1:30', '2026-03-09 14:30+01', true, 162.5, :lunch);
SELECT * FROM pg_temp.paused('8:00', '0', '2026-03-09 13:00+01', true, 200, '{}');
-- known to lie after the due instant; with the total alone it may
SELECT * FROM pg_temp.paused('7:00', '1:00', '2026-03-09 13:00+01', true, 175, '{[2026-03-09 15:00+01,2026-03-09 16:00+01)}');
SELECT * FROM pg_temp.paused('7:00', '1:00', '2026-03-09 13:00+01', true, 175, NULL);
SELECT * FROM pg_temp.paused('7:00', '1:00', '2026-03-09 13:20+01', true, 175, NULL);
SELECT * FROM pg_temp.paused('3:00', '1:00', '2026-03-09 13:20+01', false, 75, NULL, '2026-03-09 13:00+01');
-- open, but cut at the end; of a row that stands, nobody knows when it is due
SELECT * FROM pg_temp.paused('3:00', '5:00', '2026-03-09 18:00+01', false, 75, '{[2026-03-09 12:00+01,)}');
SELECT * FROM pg_temp.paused('3:00', '0', '2026-03-09 13:00+01', false, 75, '{[2026-03-09 12:00+01,)}', NULL);
-- over a clock change
SELECT r.* FROM delivery.reconcile_task_sla('2026-03-28 20:00+01', '2026-03-29 20:00+02', '21:00', '3:00', '2026-03-29 23:00+02', false, 87.5,
	'24:00', 'TZ=Europe/Paris; 24/7', now(), '{[2026-03-29 01:00+01,2026-03-29 04:00+02)}') AS r;
-- two rules at once: on the wall clock, and with the pause as running time
SELECT r.* FROM delivery.reconcile_task_sla('2026-03-28 20:00+01', '2026-03-29 20:00+02', '24:00', '1:30', '2026-03-29 20:00+02', false, 100,
	'24:00', 'TZ=Europe/Paris; 24/7') AS r;

-- faults of the data are listed, never passed over
SELECT r.* FROM (VALUES
	('2026-03-09 09:00+01'::timestamptz, '2026-03-09 08:00+01'::timestamptz, '1:00'::interval, '0'::interval, NULL::timestamptz, 10::float8, '24/7'::delivery.work_calendar),
	(NULL, '2026-03-09 08:00+01', '1:00', '0', NULL, 10, '24/7'),
	('-infinity', '2026-03-09 08:00+01', '1:00', '0', NULL, 10, '24/7'),
	('2026-03-09 09:00+01', 'infinity', '1:00', '0', NULL, 10, '24/7'),
	('2026-05-09 09:00+01', NULL, '1:00', '0', NULL, 10, '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '-1:00', NULL, 10, '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', 'infinity', 10, '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', NULL, 'NaN', '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', NULL, '-Infinity', '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', NULL, 10, NULL),
	-- no faults
	('2026-03-09 09:00+01', '2026-03-09 09:00+01', '0', NULL, NULL, 0, '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '1 day', NULL, 10, '24/7'),
	('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1 month', NULL, NULL, 1e20, '24/7')
	) AS v (s, e, d, p, due, percentage, calendar),
	delivery.reconcile_task_sla(s, e, d, p, due, NULL, percentage, '10:00', calendar, '2026-04-15 12:00+00') AS r;
SELECT r.* FROM delivery.reconcile_task_sla('2026-03-09 09:00+01', NULL, '1:00', NULL, NULL, NULL, NULL, '1:00', '24/7', NULL) AS r;
-- a day has 24 hours, also as data; no share of nothing
SELECT r.* FROM delivery.reconcile_task_sla('2026-03-09 09:00+01', '2026-03-11 10:00+01', '2 days 01:00', '0', NULL, true, NULL, '2 days', '24/7') AS r;
SELECT r.* FROM delivery.reconcile_task_sla('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', NULL, true, 100, '0', '24/7') AS r;
SELECT pg_temp.sqlstate_of(format($$ SELECT delivery.reconcile_task_sla('2026-03-09 09:00+01', '2026-03-09 10:00+01', '1:00', '0', NULL,
	true, 100, %L, %L) $$, target, calendar)), target, calendar
FROM (VALUES ('1 month', '24/7'), ('-1:00', '24/7'), ('1:00', 'off'), ('1:00', 'PH off')) AS v (target, calendar);

-- the same whatever the settings of the session, which stay as they are
CREATE TEMP TABLE before AS SELECT * FROM disagreement;
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'iso_8601';
SET timezone = 'Asia/Kolkata';
SELECT count(*) AS differ FROM (
	(SELECT * FROM disagreement EXCEPT ALL SELECT * FROM before) UNION ALL
	(SELECT * FROM before EXCEPT ALL SELECT * FROM disagreement)) AS d;
SHOW timezone;
