-- sla.sql: working time and service levels by hand, as rules an analyst can read.
BEGIN;
SET LOCAL timezone = 'Europe/Paris';
SET LOCAL search_path = public;
SELECT plan(34);

INSERT INTO delivery.calendar (name, calendar) VALUES
	('office', 'TZ=Europe/Paris; PH=2026-05-01; Mo-Fr 09:00-12:00,13:00-18:00; Dec 24 09:00-12:00; Dec 25 off; PH off'),
	('night', 'TZ=Europe/Paris; Mo-Fr 22:00-06:00');
CREATE TEMP TABLE ticket (id integer, opened_at timestamptz, resolved_at timestamptz, waiting tstzmultirange);
INSERT INTO ticket VALUES
	(1, '2026-01-05 10:00', '2026-01-05 15:00', '{}'),							-- Monday: 4 h
	(2, '2026-01-05 17:00', '2026-01-06 15:00', NULL),							-- over night: 6 h
	(3, '2026-01-09 16:00', '2026-01-12 16:00', '{[2026-01-09 17:00,2026-01-12 11:00)}'),	-- over the weekend, waiting: 5 h
	(4, '2026-01-12 09:00', NULL, '{[2026-01-12 11:00,)}');						-- waits

-- working time
SELECT is(delivery.working_time(delivery.calendar('office'), opened_at, resolved_at), '4:00', 'lunch is no working time') FROM ticket WHERE id = 1;
SELECT is(delivery.working_time(delivery.calendar('office'), opened_at, resolved_at), '6:00', 'nor is the night') FROM ticket WHERE id = 2;
SELECT is(delivery.working_time(delivery.calendar('office'), opened_at, resolved_at), '8:00', 'nor the weekend') FROM ticket WHERE id = 3;
SELECT is(delivery.working_time(delivery.calendar('office'), '2026-12-23 18:00', '2026-12-28 09:00'), '3:00', 'Christmas Eve has three hours') ;
SELECT is(delivery.working_time(delivery.calendar('office'), '2026-04-30 18:00', '2026-05-04 09:00'), '0:00', 'a public holiday has none');
SELECT is(delivery.working_time(delivery.calendar('night'), '2026-03-27 12:00', '2026-03-28 12:00'), '8:00', 'a night has eight hours');
SELECT is(delivery.working_time('TZ=Europe/Paris; Sa 22:00-06:00', '2026-03-28 12:00', '2026-03-29 12:00'), '7:00', 'seven when the clocks go forward');
SELECT is(delivery.working_time('TZ=Europe/Paris; Sa 22:00-06:00', '2026-10-24 12:00', '2026-10-25 12:00'), '9:00', 'and nine when they go back');
SELECT is(delivery.add_working_time(delivery.calendar('office'), '2026-01-05 10:00', '8:00'), '2026-01-06 10:00', 'eight working hours are a day later');
SELECT is(delivery.add_working_time(delivery.calendar('office'), '2026-01-05 09:00', '8:00'), '2026-01-05 18:00', 'and end at closing where they fit');
SELECT is(delivery.add_working_time(delivery.calendar('office'), '2026-04-30 10:00', '1 day'), '2026-05-04 10:00', 'a working day after Thursday is Monday, if Friday is a holiday');
SELECT ok(NOT delivery.is_working(delivery.calendar('office'), '2026-01-05 12:00'), 'at closing the office is closed');
SELECT is(delivery.next_opening(delivery.calendar('office'), '2026-01-05 12:00'), '2026-01-05 13:00', 'and opens after lunch');
SELECT is(delivery.next_closing(delivery.calendar('night'), '2026-01-05 23:00'), '2026-01-06 06:00', 'a night ends on the next day');
SELECT is(delivery.working_ranges(delivery.calendar('office'), '[2026-01-05 11:00,2026-01-05 14:00)'),
	'{[2026-01-05 11:00,2026-01-05 12:00),[2026-01-05 13:00,2026-01-05 14:00)}', 'the hours themselves');

-- the clock of a target of four hours
SELECT is(delivery.sla_breach(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting), false, 'exactly the target is kept') FROM ticket WHERE id = 1;
SELECT is(delivery.sla_due(opened_at, '4:00', delivery.calendar('office')), '2026-01-06 12:00', 'due where four hours have run') FROM ticket WHERE id = 2;
SELECT is(delivery.sla_breach(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting), true, 'six hours are more than four') FROM ticket WHERE id = 2;
SELECT is(delivery.sla_elapsed(opened_at, resolved_at, delivery.calendar('office'), waiting), '5:00', 'waiting does not count') FROM ticket WHERE id = 3;
SELECT is(delivery.sla_remaining(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting), '-1:00', 'an hour over') FROM ticket WHERE id = 3;
SELECT is(delivery.sla_due(opened_at, '4:00', delivery.calendar('office'), waiting), '2026-01-12 15:00', 'due later by what it waited') FROM ticket WHERE id = 3;
SELECT is(delivery.sla_due(opened_at, '4:00', delivery.calendar('office'), waiting), NULL, 'never due while it waits') FROM ticket WHERE id = 4;
SELECT is(delivery.sla_status(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting, '2026-01-20')::text, s, 'status of ticket ' || id)
FROM ticket JOIN (VALUES (1, 'met'), (2, 'breached'), (3, 'breached'), (4, 'paused')) AS v (id, s) USING (id) ORDER BY id;
SELECT is(delivery.sla_status(opened_at, NULL, '4:00', delivery.calendar('office'), NULL, '2026-01-12 13:30')::text, 'at_risk', 'at risk from 80 percent on') FROM ticket WHERE id = 4;
SELECT is(delivery.sla_due('2026-01-09 16:00', '1 day', delivery.calendar('office')), '2026-01-12 16:00', 'a promise of a working day keeps the clock');
SELECT is((SELECT running FROM delivery.sla_explain(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting) ORDER BY segment DESC LIMIT 1),
	'5:00', 'the segments add up to what has elapsed') FROM ticket WHERE id = 3;
SELECT is(delivery.sla_attainment(delivery.sla_breach(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting)), 1 / 3.0::float8, 'one of three was kept')
FROM ticket WHERE resolved_at IS NOT NULL;
SELECT is(delivery.sla_breach_rate(delivery.sla_breach(opened_at, resolved_at, '4:00', delivery.calendar('office'), waiting)), 2 / 3.0::float8, 'two were not')
FROM ticket WHERE resolved_at IS NOT NULL;
SELECT is(delivery.sla_breach_probability('2:00', '4:00', '{1:00,3:00,5:00,6:00}'), 2 / 3.0::float8, 'of those longer than two hours, two of three took more than four');
SELECT throws_ok($$ SELECT delivery.sla_due(now(), '1 month') $$, '22023', NULL, 'a month has no length');
SELECT throws_ok($$ SELECT 'Mo-Fr 9-17'::delivery.work_calendar $$, '22P02', NULL, 'hours have minutes');

SELECT * FROM finish();
ROLLBACK;
