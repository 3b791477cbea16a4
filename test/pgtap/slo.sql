-- slo.sql: error budgets by hand, as rules an analyst can read.
BEGIN;
SET LOCAL timezone = 'Europe/Paris';
SET LOCAL search_path = public;
SELECT plan(34);

-- a day of requests: 10,000, of which 4 failed
CREATE TEMP TABLE request (hour timestamptz, good integer, total integer);
INSERT INTO request VALUES ('2026-06-01 08:00', 2999, 3000), ('2026-06-01 09:00', 4997, 5000), ('2026-06-01 10:00', 2000, 2000);
CREATE TEMP VIEW budget AS SELECT (delivery.error_budget(good, total, '99.9%')).* FROM request;

-- objectives
SELECT is('99.9%'::delivery.objective::text, '99.9%', 'an objective is written with its sign');
SELECT is('0.999'::delivery.objective::text, '99.9%', 'a ratio is the same objective');
SELECT is(delivery.ratio('99.95%'), 0.9995, 'and can be had as a number');
SELECT throws_ok($$ SELECT '99.9'::delivery.objective $$, '22003', NULL, '99.9 without its sign is refused');
SELECT throws_ok($$ SELECT '100%'::delivery.objective $$, '22003', NULL, 'so is a promise never to fail');
SELECT throws_ok($$ SELECT '0%'::delivery.objective $$, '22003', NULL, 'and none at all');

-- budgets
SELECT is(bad, 4::bigint, 'bad events are the rest') FROM budget;
SELECT is(allowed, 10.0, '99.9 % of 10,000 allow 10') FROM budget;
SELECT is(consumed, 0.4::float8, 'four of ten are 40 %') FROM budget;
SELECT is(remaining, 0.6::float8, 'of which 60 % remain') FROM budget;
SELECT ok(NOT exhausted, 'so there is some left') FROM budget;
SELECT ok((delivery.error_budget_of(9990, 10000, 0.999)).exhausted, 'ten bad events use it up');
SELECT is((delivery.error_budget_of(9980, 10000, 0.999)).remaining, -1::float8, 'twenty are ten too many: nothing is clamped');
SELECT is(delivery.error_budget_of(0, 0, 0.999), NULL, 'without events there is no budget');
SELECT is((delivery.error_budget(ok, '50%')).consumed, 0.5::float8, 'events can be rows') FROM (VALUES (true), (false), (true), (true), (NULL)) AS v (ok);
SELECT throws_ok($$ SELECT delivery.error_budget_of(11, 10, 0.999) $$, '22023', NULL, 'more good events than events are a mistake');
SELECT throws_ok($$ SELECT delivery.error_budget(1, 1, o) FROM (VALUES (0.9), (0.99)) AS v (o) $$, '22023', NULL, 'a group has one objective');

-- time
SELECT is(delivery.allowed_downtime('99.9%', '30 days'), '00:43:12'::interval, 'three nines are 43 minutes in 30 days');
SELECT is(delivery.allowed_downtime('99.99%', '365 days'), '00:52:33.6'::interval, 'four are less than an hour a year');
SELECT is(delivery.allowed_downtime('99.9%', tstzrange('2026-01-01', '2026-04-01')), '02:09:32.4'::interval, 'a quarter has the length it has, an hour less in spring');
SELECT throws_ok($$ SELECT delivery.allowed_downtime('99.9%', '1 month') $$, '22023', NULL, 'a month has none');
SELECT is((delivery.error_budget('{[2026-06-10 10:00,2026-06-10 10:36)}'::tstzmultirange, tstzrange('2026-06-01', '2026-07-01'), 0.999)).consumed, 0.8333333333333334::float8, '36 of 43.2 minutes');
SELECT is((delivery.error_budget(NULL::tstzmultirange, tstzrange('2026-06-01', '2026-07-01'), 0.999)).consumed, 0::float8, 'no downtime uses nothing');
SELECT is((delivery.error_budget('{[2026-05-01,2026-06-01 00:10),[2026-06-30 23:50,)}'::tstzmultirange, tstzrange('2026-06-01', '2026-07-01'), 0.999)).bad, 1200000000::bigint, 'only what lies inside counts');
SELECT is((delivery.error_budget('{[2026-06-10 03:00,2026-06-10 09:00)}'::tstzmultirange, tstzrange('2026-06-08', '2026-06-15'), 0.99, 'TZ=Europe/Paris; Mo-Fr 08:00-18:00')).bad, 3600000000::bigint, 'and only in service hours');
SELECT is((delivery.error_budget('{}'::tstzmultirange, tstzrange('2026-06-08', '2026-06-15'), 0.99, 'TZ=Europe/Paris; Mo-Fr 08:00-18:00')).total, 180000000000::bigint, 'of which a week has fifty');

-- burn rates
SELECT is(delivery.burn_rate(good, total, '99.9%'), 0.4::float8, 'a burn rate of 1 lasts for the period') FROM request;
SELECT is(array_agg(rate ORDER BY hour), ARRAY[0.3333333333333333, 0.5, 0.42857142857142855]::float8[], 'over the last two hours')
FROM (SELECT hour, delivery.burn_rate(good, total, '99.9%') OVER (ORDER BY hour RANGE BETWEEN '1 hour' PRECEDING AND CURRENT ROW) AS rate FROM request) AS s;
SELECT is(delivery.time_to_exhaustion(0.6, 2, '30 days'), '9 days'::interval, '60 % at twice the rate last nine days');
SELECT is(delivery.time_to_exhaustion(0.6, 0, '30 days'), NULL, 'without burning for ever');
SELECT is((delivery.burn_rate_alert(minute, 980, 1000, '99.9%', '2026-06-02')).severity, 'page', '2 % of errors for an hour are a page')
FROM generate_series('2026-06-01 23:00'::timestamptz, '2026-06-01 23:59', '1 minute') AS minute;
SELECT is((delivery.burn_rate_alert(minute, 996, 1000, '99.9%', '2026-06-02')).severity, 'ticket', '0.4 % for a day a ticket')
FROM generate_series('2026-06-01'::timestamptz, '2026-06-01 23:59', '1 minute') AS minute;
SELECT is((delivery.burn_rate_alert(minute, 999, 1000, '99.9%', '2026-06-02')).severity, 'none', 'what just uses up the budget is none')
FROM generate_series('2026-05-01'::timestamptz, '2026-06-01 23:59', '1 minute') AS minute;
SELECT is((delivery.burn_rate_alert('2026-06-01 23:59', 0, 1, '99.9%', '2026-06-02', '30 days', 100)).severity, 'none', 'nor is a single request that failed, where a hundred are asked for');

SELECT * FROM finish();
ROLLBACK;
