-- errors.sql: the wording of every error a user can cause. The other files
-- print SQLSTATEs only.
SET extra_float_digits = 1;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
DECLARE
	code text; message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN QUERY VALUES ('no error', statement);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY VALUES ('sqlstate', code), ('message', message), ('detail', detail), ('hint', hint);
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep ': '

-- fractions
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), 1.5) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), 1.0000001) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), -0.1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), 'NaN'::float8) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), ARRAY[0.5, 'Infinity']) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(NULL, now(), 1.5) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), '{0.5,0.9}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), 'half') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), f) FROM (VALUES (0.5), (0.9)) AS v (f) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), f) FROM (VALUES (0.5), (NULL)) AS v (f) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), f) FROM (VALUES (0.5), (7)) AS v (f) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), f) FROM (VALUES (ARRAY[0.5]), (ARRAY[0.9])) AS v (f) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), f) FROM (VALUES (NULL::float8), ('NaN')) AS v (f) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time(now(), now(), array_fill(0.5::float8, ARRAY[1000001])) $$);
-- durations that do not fit
SELECT * FROM pg_temp.error_of($$ SELECT delivery.lead_time('4700-01-01 BC', '294000-01-01') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.duration_percentile('178000000 years') $$);
-- periods
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), '[2026-01-01,)') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), '(,2026-01-01)') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(NULL, 'empty') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), '[2026-01-01,infinity)') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), '[2026-01-01,2026-01-01]') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), p)
	FROM (VALUES ('[2026-01-01,2026-02-01)'::tstzrange), ('[2026-01-01,2026-02-01]')) AS v (p) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_frequency(now(), p)
	FROM (VALUES ('[2026-01-01,2026-02-01)'::tstzrange), (NULL)) AS v (p) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,)', 'UTC') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), 'empty', NULL) $$);
-- time zones
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', 'Mars/Olympus') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', '') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', 'PST') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', '../../etc/passwd') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', 'Europe/Paris2') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', 'UTC+2') $$);
SELECT * FROM pg_temp.error_of(format($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', %L) $$, repeat('x', 300)))
WHERE field <> 'detail';
SELECT * FROM pg_temp.error_of($$ SELECT delivery.deployment_days_per_week(now(), '[2026-01-01,2026-02-01)', z)
	FROM (VALUES ('UTC'), ('Europe/Paris')) AS v (z) $$);
-- levels
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('velocity', 3) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('Lead_Time', '1 day') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', '1 day', '1999') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', 3) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', ' 3 ') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', 'soon') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', '18%') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', '+ 5') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', '') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('lead_time', interval '-1 day') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', interval '1 day') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('deployment_frequency', interval '1 day') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', 15) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', 'NaN'::float8) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', '115%') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', 'few') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('change_failure_rate', '') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('deployment_frequency', -1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('deployment_frequency', 'Infinity'::float8) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.dora_level('deployment_frequency', '3 per week') $$);
-- arrays that are no states
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_final('{1}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_accum('{1,NULL}', true) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_combine('{1,2}', '{{1,2},{3,4}}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.mean_accum('{}', now(), now()) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.frequency_final('{1,2}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_accum('{1,2}', now(), '[2026-01-01,2026-02-01)', 'UTC') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_combine(delivery_internal.weeks_accum(NULL, now(), '[2026-01-01,2026-02-01)', 'UTC'),
	delivery_internal.weeks_accum(NULL, now(), '[2026-01-01,2026-02-02)', 'UTC')) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_final('{5,2}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_final('{-1,2}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.ratio_final('{1,2,3}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.mean_final('{1,0,9223372036854775807}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.mean_final('{1,9223372036854775807,0}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.mean_final('{-1,1,0}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.frequency_final('{1,1,0,5,5,0}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.frequency_final('{1,1,0,5,9,2}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.frequency_final('{2,1,0,5,9,1}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.frequency_final('{1,-1,0,5,9,0}') $$);
-- a state whose fields lead outside of it
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_accum(s[1:6] || '{-240518163176,34359738376}', '2000-02-05',
	'[2000-01-01,2000-03-01)', 'UTC') FROM delivery_internal.weeks_accum(NULL, '2000-02-05', '[2000-01-01,2000-03-01)', 'UTC') AS s $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_accum(s[1:6] || '{-1000000000,9223372036854775807}', '2000-02-05',
	'[2000-01-01,2000-03-01)', 'UTC') FROM delivery_internal.weeks_accum(NULL, '2000-02-05', '[2000-01-01,2000-03-01)', 'UTC') AS s $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_combine(s, s || 1::bigint || 1::bigint)
	FROM delivery_internal.weeks_accum(NULL, '2000-02-05', '[2000-01-01,2000-03-01)', 'UTC') AS s $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.weeks_combine(s, s[1:7] || 1::bigint)
	FROM delivery_internal.weeks_accum(NULL, '2000-02-05', '[2000-01-01,2000-03-01)', 'UTC') AS s $$);
-- an array with room for NULLs, and none in it, is a state
SELECT delivery_internal.ratio_final((ARRAY[NULL, 1, 2]::bigint[])[2:3]);
-- internal states cannot be had from SQL (in which words depends on the server)
SELECT count(*) AS accepted FROM pg_temp.error_of($$ SELECT delivery_internal.percentile_final(NULL) $$) WHERE field = 'no error';

-- calendars (what their text may be: see calendar.sql)
SELECT * FROM pg_temp.error_of($$ SELECT 'TZ=Europe/Paris; Mo-Fr 9-17'::delivery.work_calendar $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.is_working('24/7; PH off', now()) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.with_holidays('24/7; PH off', '{2026-12-25,NULL}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.with_holidays('24/7; PH off', '{infinity}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.with_holidays('24/7; PH off', (SELECT array_agg('2000-01-01'::date + i) FROM generate_series(1, 30000) AS i)) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.calendar('none') $$);
INSERT INTO delivery.calendar VALUES ('office', 'Mo-Fr 09:00-17:00'), ('on call', '24/7');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.calendar('offices') $$);
DELETE FROM delivery.calendar;
-- working time
SELECT * FROM pg_temp.error_of($$ SELECT delivery.working_time('24/7', '{[2026-01-01,2026-01-02),[2026-01-03,)}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.working_time('24/7', '4714-11-24 00:00+00 BC', '294276-12-31 00:00+00') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.working_ranges('24/7', '[2026-01-01,)') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '1 month 2 days') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.add_working_time('2020-2026 Mo 10:00-11:00', '2026-01-05 00:00+00', '53:00') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.add_working_time('24/7', '2026-01-05 00:00+00', '2562047788 hours') $$);
-- SLA clocks
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sla_due('2026-01-05 10:00+01', '-1:00') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sla_due('2026-01-05 10:00+01', '1 month') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sla_due('2026-01-05 10:00+01', '1:00', 'off') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sla_status('2026-01-05 10:00+01', NULL, '1:00', at_risk_fraction => 80) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sla_breach_probability('-1:00', '2:00', '{1:00}') $$);
-- ServiceNow
SELECT * FROM pg_temp.error_of($$ SELECT delivery.servicenow_duration('1 Day 2 Hours') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.servicenow_duration('2026-03-02 08:12:36') $$);

-- objectives: what 99.9 may have meant
SELECT * FROM pg_temp.error_of($$ SELECT '99.9'::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT 99.9::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT '1'::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT '100%'::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT 0.0::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT 'NaN'::float8::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT '99,9%'::delivery.objective $$);
SELECT * FROM pg_temp.error_of($$ SELECT '99.99999999%'::delivery.objective $$);
SELECT * FROM pg_temp.error_of(format($$ SELECT %L::delivery.objective $$, repeat('9', 1000)));
-- error budgets
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(11, 10, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(-1, 10, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1.5, 10, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1, 1e30, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1.5::float8, 10, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1, 9007199254740992::float8, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1, 'Infinity'::float8, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1, 'NaN'::numeric, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(NULL, '[2026-01-01,2026-02-01)', 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(1, 1, o) FROM (VALUES (0.999), (0.99)) AS v (o) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(t, t, 0.999) FROM (VALUES (9223372036854775807), (1)) AS v (t) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.error_budget(NULL, '[2026-01-01,)'::tstzrange, 0.999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.burn_rate_final('{3,1,0,1,1}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.allowed_downtime(0.999, '1 month') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.allowed_downtime(0.999, '-1 day') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.time_to_exhaustion('NaN', 1, '30 days') $$);
-- burn-rate alerts
SELECT * FROM pg_temp.error_of($$ SELECT delivery.burn_rate_alert('2026-01-01', 1, 1, 0.999, 'infinity') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.burn_rate_alert('2026-01-01', 1, 1, 0.999, '2026-01-01', '30 days', -1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.burn_rate_alert(a, 1, 1, 0.999, a) FROM (VALUES ('2026-01-01'::timestamptz), ('2026-01-02')) AS v (a) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.burn_rate_alert('2026-01-01', 1, 1, 0.999, '2026-01-01', p) FROM (VALUES ('30 days'::interval), ('7 days')) AS v (p) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.burn_rate_alert('2026-01-01', 1, 1, 0.999, '2026-01-01', '7 days', n) FROM (VALUES (1), (2)) AS v (n) $$);
-- charts
SELECT * FROM pg_temp.error_of($$ SELECT delivery.text_chart('{1}', 0) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.text_chart('{{1,2}}') $$);

-- append-only tables and audit logs
CREATE TABLE ledger (id integer);
CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION delivery.enforce_append_only();
SELECT * FROM pg_temp.error_of($$ DELETE FROM ledger $$);
SELECT * FROM pg_temp.error_of($$ INSERT INTO ledger VALUES (1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.enforce_append_only() $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.audit_change() $$);
SELECT * FROM pg_temp.error_of($$ CALL delivery.create_audit_log(NULL) $$);
SELECT * FROM pg_temp.error_of($$ CALL delivery.create_audit_log('pg_temp.log') $$) WHERE field <> 'detail';
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only(NULL) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('delivery.benchmark') $$);
CREATE TABLE bound (id integer) PARTITION BY LIST (id);
CREATE TABLE bound_1 PARTITION OF bound FOR VALUES IN (1);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.allow_changes('bound') $$);
SELECT delivery.append_only('bound_1');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('bound') $$);
SELECT delivery.allow_changes('bound_1');
SELECT delivery.append_only('bound');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('bound') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.allow_changes('bound_1') $$);
DROP TABLE bound;
CREATE TABLE partly (id integer);
CREATE FOREIGN DATA WRAPPER regress_delivery_wrapper;
CREATE SERVER regress_delivery_server FOREIGN DATA WRAPPER regress_delivery_wrapper;
CREATE FOREIGN TABLE far () INHERITS (partly) SERVER regress_delivery_server;
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('partly') $$);
DROP FOREIGN DATA WRAPPER regress_delivery_wrapper CASCADE;
CREATE ROLE regress_delivery_stranger;
SET ROLE regress_delivery_stranger;
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('partly') $$);
RESET ROLE;
DROP ROLE regress_delivery_stranger;
DROP TABLE partly;
CALL delivery.create_audit_log('audit_log');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.append_only('audit_log') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('audit_log', 'audit_log') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('ledger', 'ledger') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('delivery.benchmark', 'audit_log') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.stop_audit('ledger') $$);
SELECT delivery.record_audit('ledger', 'audit_log');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('ledger', 'audit_log') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('ledger', 'audit_log', '{nowhere}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('ledger', 'audit_log', '{NULL}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('ledger', NULL) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.stop_audit(NULL) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.audit_head('ledger') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.erase_audit('audit_log', 1, 'asked for') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.erase_audit('audit_log', 1, '') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.erase_audit(NULL, 1, 'asked for') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.prune_audit('audit_log', 5, 'archived') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.prune_audit('audit_log', NULL, 'archived') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.prune_audit('ledger', 5, 'archived') $$);
SELECT * FROM pg_temp.error_of($$ CALL delivery.rotate_audit_log('audit_log', NULL) $$);
SELECT * FROM pg_temp.error_of($$ CALL delivery.rotate_audit_log('ledger', 'next_log') $$);
SELECT * FROM pg_temp.error_of($$ CALL delivery.rotate_audit_log(999999, 'next_log') $$);
ALTER TABLE ledger DISABLE TRIGGER append_only;
CREATE OR REPLACE TRIGGER delivery_audit_truncate AFTER TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.audit_change();
SELECT * FROM pg_temp.error_of($$ TRUNCATE ledger $$);
SELECT * FROM pg_temp.error_of($$ INSERT INTO audit_log SELECT * FROM audit_log $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.audit_head(999999) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.verify_audit(NULL) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.verify_audit('audit_log', 1, 'short') $$);
CREATE TABLE half (id integer) PARTITION BY LIST (id);
CREATE TABLE half_1 PARTITION OF half FOR VALUES IN (1);
SELECT delivery.record_audit('half', 'audit_log');
SELECT * FROM pg_temp.error_of($$ SELECT delivery.record_audit('half_1', 'audit_log') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.stop_audit('half_1') $$);
DROP TABLE half;
SELECT delivery.stop_audit('ledger');
ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey;
SELECT * FROM pg_temp.error_of($$ SELECT delivery.audit_head('audit_log') $$);
DROP TABLE ledger, audit_log;
-- levels of responsibility
SELECT * FROM pg_temp.error_of($$ SELECT '3.5'::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT '7,5'::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT '0.5'::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT '8'::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT 8::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT (-9223372036854775807)::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT 'Lead'::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT ''::text::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT '03'::varchar::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT repeat('expert ', 30)::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT repeat('9', 300)::delivery.sfia_level $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sfia_level(9) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.sfia_level('Expert'::text) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.skill_coverage(3.5, '3') $$);
-- the register of skills
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('DEMG', '7') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('demg', '4') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level(' Delivery Management', '4') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('DEMG', '4', '8') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('%s', '4') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('', '4', '') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level(repeat('skill ', 1000), '4') $$);
BEGIN;
INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('XOPS', 'Operations of our own', 3, 3);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('XOPS', '4') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.check_sfia_level('xops', '4') $$);
ROLLBACK;
-- maturity
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(6, 1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(0, 1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(3, -1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(3, 'NaN') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(3, 1000001) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_score(3.5, 1) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_level(6, false) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery.maturity_level(0.25, true) $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.maturity_score_final('{0,11,0,2}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.maturity_score_final('{0,1,0,0}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.maturity_score_final('{0,-1,0,1}') $$);
SELECT * FROM pg_temp.error_of($$ SELECT delivery_internal.maturity_score_combine('{999999999999999999,0,1,0}', '{1,0,1,0}') $$);
