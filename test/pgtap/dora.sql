-- dora.sql: the delivery metrics by hand, as rules an analyst can read.
BEGIN;
SET LOCAL timezone = 'UTC';
SET LOCAL search_path = public;
SELECT plan(24);

CREATE TEMP TABLE deployment (
	version text, committed_at timestamptz, deployed_at timestamptz,
	failed boolean, unplanned boolean, restored_at timestamptz);
INSERT INTO deployment VALUES
	('1.0', '2026-01-05 09:00', '2026-01-05 11:00', false, false, NULL),
	('1.1', '2026-01-06 09:00', '2026-01-06 15:00', true, false, '2026-01-06 16:30'),
	('1.2', '2026-01-06 15:30', '2026-01-06 16:30', false, true, NULL),
	('1.3', '2026-01-14 09:00', '2026-01-16 09:00', NULL, false, NULL),
	('1.4', '2026-01-19 12:00', '2026-01-19 11:00', false, false, NULL);

-- lead time: 1 h, 2 h, 6 h, 48 h; the fault of 1.4 is left out and can be counted
SELECT is(delivery.lead_time(committed_at, deployed_at), '4 hours', 'the median of four lies halfway between the middle two') FROM deployment;
SELECT is(delivery.lead_time(committed_at, deployed_at, 0.25), '1:45', 'the 25th percentile interpolates') FROM deployment;
SELECT is(delivery.lead_time(committed_at, deployed_at, ARRAY[0, 1]), ARRAY['1 hour', '2 days']::interval[], 'shortest and longest in one pass') FROM deployment;
SELECT is(count(*) FILTER (WHERE delivery.span_fault(committed_at, deployed_at) = 'negative'), 1::bigint, 'the left-out row is counted') FROM deployment;
SELECT is(delivery.hours(delivery.lead_time(committed_at, deployed_at)), 4::float8, 'hours for a BI tool') FROM deployment;

-- change failure rate: one of the four whose outcome is known
SELECT is(delivery.change_failure_rate(failed), 0.25::float8, 'an unknown outcome is neither good nor bad') FROM deployment;
SELECT is(delivery.rework_rate(unplanned), 0.2::float8, 'one of five was made only to repair') FROM deployment;
SELECT is(delivery.change_failure_rate(failed), NULL, 'unknown outcomes alone are no rate of 0') FROM deployment WHERE failed IS NULL;

-- time to restore: 90 minutes; running failures are skipped
SELECT is(delivery.time_to_restore(deployed_at, restored_at), '1:30', 'only what was restored counts') FROM deployment WHERE failed;
SELECT is(delivery.mttr(deployed_at, restored_at), '1:30', 'the mean too') FROM deployment WHERE failed;
SELECT is(delivery.time_to_restore(deployed_at, restored_at), NULL, 'nothing restored is NULL') FROM deployment WHERE version = '1.3';

-- frequency: five deployments in the four weeks from Monday, 5 January
SELECT is(delivery.deployment_frequency(deployed_at, '[2026-01-05,2026-02-02)'), 5 / 28.0::float8, 'deployments per day of the period') FROM deployment;
SELECT is(delivery.deployment_frequency(deployed_at, '[2026-03-02,2026-03-30)'), 0::float8, 'none in the period is 0') FROM deployment;
SELECT is(delivery.deployment_frequency(deployed_at, '[2026-01-05,2026-02-02)'), NULL, 'no row at all is NULL') FROM deployment WHERE false;
-- deployment days per week: 2, 1, 1, 0
SELECT is(delivery.deployment_days_per_week(deployed_at, '[2026-01-05,2026-02-02)', 'UTC'), 1::float8, 'median week, empty ones included') FROM deployment;
SELECT is(delivery.deployment_days_per_week(deployed_at, '[2026-01-05,2026-01-19)', 'UTC'), 1.5::float8, 'the median of two weeks lies between them') FROM deployment;
SELECT throws_ok($$ SELECT delivery.deployment_frequency(deployed_at, '[2026-01-05,)') FROM deployment $$, '22023', NULL, 'an unbounded period has no frequency');

-- levels
SELECT is(delivery.dora_level('lead_time', delivery.lead_time(committed_at, deployed_at))::text, 'high', '4 hours are high') FROM deployment;
SELECT is(delivery.dora_level('lead_time', delivery.lead_time(committed_at, deployed_at), '2023')::text, 'elite', 'and were elite in 2023') FROM deployment;
SELECT is(delivery.dora_level('change_failure_rate', delivery.change_failure_rate(failed))::text, 'medium', '25 percent are medium') FROM deployment;
SELECT is(delivery.dora_level('deployment_frequency', delivery.deployment_frequency(deployed_at, '[2026-01-05,2026-02-02)'))::text, 'high', '5 in 4 weeks are high') FROM deployment;
SELECT is(delivery.dora_level('time_to_restore', delivery.time_to_restore(deployed_at, restored_at))::text, 'high', '90 minutes are high') FROM deployment WHERE failed;
SELECT is(delivery.dora_level('rework_rate', 0.2), NULL, 'no published ladder, no level');
SELECT throws_ok($$ SELECT delivery.dora_level('lead_time', 4) $$, '22023', NULL, 'a number says not whether it means hours');

SELECT * FROM finish();
ROLLBACK;
