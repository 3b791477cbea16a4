-- calendar.sql: the type work_calendar: what it reads and refuses, its normal
-- form, equality, order and hash, public holidays, and calendars by name.
SET extra_float_digits = 1;
\getenv zone DELIVERY_TEST_ZONE
\if :{?zone}
\else
\set zone UTC
\endif
SET timezone = :'zone';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- the normal form: each thing is written in one way
CREATE TEMP TABLE written (id serial, input text);
INSERT INTO written (input) VALUES
	('TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00; Dec 25 off; 2026 Dec 24 09:00-12:00; PH off'),
	('24/7'), ('00:00-24:00'), ('Mo-Su 00:00-24:00'), ('Mo-Su'), ('09:00-17:00'), ('off'), ('closed'),
	('TZ=UTC; 24/7'), ('TZ=utc;24/7;'), ('tz=UTC; 24/7'), ('TZ=america/new_york; mo-fr 9:00-17:00'),
	('  mo , we,FR  09:00 - 12:00 , 13:00-18:00  '), ('Fr-Mo 10:00-12:00'), ('Sa,Su,Mo 10:00-12:00'),
	('Mo,Tu,We,Th,Fr,Sa,Su 10:00-12:00'), ('Mo-Fr 13:00-18:00,09:00-12:00'),
	('Mo 09:00-12:00,11:00-13:00'), ('Mo 09:00-12:00,12:00-13:00'),
	('Mo 22:00-06:00'), ('Mo 22:00-30:00'), ('Mo 09:00-09:00'), ('Mo 00:00-00:00'), ('Mo 00:00-48:00'),
	('Mo 22:00-47:00'), ('Mo 12:00-24:00'), ('Mo-Fr 09:00-17:00, Sa 10:00-12:00'),
	('Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off'), ('Mo-Fr 09:00-17:00; Mo 00:00-24:00 off'),
	('24/7; Dec 25,26 off'), ('24/7; Dec 24-26 off'), ('24/7; Dec 24-Jan 2 off'), ('24/7; Dec 24-Dec 26 off'),
	('24/7; 2026 Dec 24-2027 Jan 2 off'), ('24/7; 2026 Dec 24 - 2026 Dec 26 off'), ('24/7; Jul-Aug off'), ('24/7; Nov-Feb off'),
	('24/7; 2025 off'), ('2025+ Mo-Fr 09:00-17:00'), ('2025-2027,2030 Mo-Fr 09:00-17:00'),
	('24/7; 2025,2027 Dec 24,Dec 31,2028 Jan 2 off'), ('24/7; easter off'), ('24/7; easter -2 days-easter +1 day off'),
	('24/7; easter - 2 days, easter+39 days off'), ('24/7; 2026 easter off'), ('24/7; Nov Th[4] off'),
	('Th[4],Mo[-1],Tu[1,3],We[1-3],Th 10:00-12:00'), ('24/7; PH off'), ('24/7; Sa,PH off'), ('24/7; PH,Mo-Su off'),
	('PH=2026-12-26,2026-12-25,2026-12-26; 24/7; PH off'), ('PH=; 24/7; PH off'),
	('TZ=Asia/Kolkata; PH=2026-01-26; Mo-Fr 09:00-17:00; PH off'), ('24/7; Dec 24 off, 2026 Dec 25 off'),
	('Mo-Fr 09:00-17:00, PH off'), ('24/7; Feb 29 off'), ('24/7; 2024 Feb 29 off');
SET client_min_messages = warning;
SELECT input, input::delivery.work_calendar AS normal FROM written ORDER BY id;
-- what is written is read as the same again, and by the binary functions too
SELECT count(*) AS not_the_same FROM written
WHERE input::delivery.work_calendar::text::delivery.work_calendar OPERATOR(delivery.<>) input::delivery.work_calendar
	OR input::delivery.work_calendar::text::delivery.work_calendar::text <> input::delivery.work_calendar::text;
SELECT delivery_internal.work_calendar_send('Mo-Fr 09:00-17:00') AS sent;
RESET client_min_messages;

-- what has no effect is said
SELECT 'Mo-Fr 09:00-17:00; 24/7; PH off'::delivery.work_calendar;
SELECT 'PH=2026-12-25; PH off; Mo-Su 09:00-17:00'::delivery.work_calendar;
SELECT '24/7; 2026 Dec 24 off; Dec off'::delivery.work_calendar;
SELECT 'Mo-Fr 12:00-13:00 off; Mo-Sa 09:00-17:00'::delivery.work_calendar;
SELECT 'Mo-Fr 09:00-17:00; Dec 1-7 We[2] off'::delivery.work_calendar;
SELECT 'PH=2026-12-25; Mo-Fr 09:00-17:00'::delivery.work_calendar;
-- and nothing where a rule has one, be it on one day in years
SELECT 'Mo-Fr 09:00-17:00; 2031 Dec 24 09:00-12:00; PH off; easter off; Feb 29 We 10:00-11:00; 2026+ Sa 10:00-12:00'::delivery.work_calendar IS NOT NULL AS quiet;

-- what is refused, and where
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.refusal(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code text; message text; detail text; hint text;
BEGIN
	PERFORM input::delivery.work_calendar;
	RETURN 'taken: ' || input;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n    ', input, code || ' ' || message, detail, hint);
END $$;
SELECT pg_temp.refusal(input) FROM unnest(ARRAY[
	'', '  ', ';', 'TZ=Europe/Paris', 'TZ=Europe/Paris;', 'TZ=; 24/7', 'TZ=Europe/Atlantis; 24/7', 'TZ=UTC+2; 24/7', 'TZ=PST; 24/7',
	'Mo-Fr', 'Mo-', 'Mo-Fr 9-17', 'Mo-Fr 09:00', 'Mo-Fr 09:00-', 'Mo-Fr 09:00+', 'Mo-Fr 09:00-17:00+', 'Mo-Fr 09:00-17:00/30',
	'Mo-Fr 9:0-17:00', 'Mo-Fr 09:60-17:00', 'Mo-Fr 24:00-26:00', 'Mo-Fr 09:00-48:01', 'Mo-Fr 09:00:30-17:00', 'Mo-Fr 109:00-17:00',
	'Mon-Fri 09:00-17:00', 'Monday 09:00-17:00', 'December 25 off', 'Dez 25 off', 'Mo Fr 09:00-17:00', 'Mo-Fr 09:00–17:00',
	'Mo-Fr sunrise-sunset', 'Mo-Fr (sunset-01:00)-20:00', 'SH off', 'week 10 off', 'Mo unknown', 'Mo-Fr open', 'Mo-Fr 09:00-17:00 "by phone"',
	'Mo-Fr 09:00-17:00 || Sa 10:00-12:00', 'Mo-Fr 09:00-17:00 Sa 10:00-12:00', 'Dec 25,PH off', '24/7 Mo', 'Mo 24/7', 'Dec 25, 2026 off', '2026-12-25 off', '25 Dec off', 'Mo-Fr: 09:00-17:00', U&'Mo-Fr\00A009:00-17:00', 'TZ=localtime; 24/7', 'office',
	'Feb 30 off', 'Apr 31 off', '2025 Feb 29 off', '2025 Feb 27-Feb 29 off', '2025 Feb 27-29 off', '2025 Dec 24-Feb 29 off', 'Dec 0 off', 'Dec 32 off', 'Dec 26-24 off', 'Dec 24-Dec 2 off', '2026 Dec 24-2026 Jan 2 off',
	'2027 Dec 24-2026 Jan 2 off', 'Dec 24-2027 Jan 2 off', 'Dec-Jan 5 off', 'Dec 24- off', 'Dec 25 2026 off', '2027-2026 off', '2026- off', '2026-2030/2 off',
	'0000 off', '26 Dec off', '20260 off', 'easter -2 off', 'easter +400 days off', 'Th[0] 09:00-10:00', 'Th[6] 09:00-10:00', 'Th[3-1] 09:00-10:00',
	'Th[1 09:00-10:00', 'Th[-1-2] 09:00-10:00', 'Mo-Fr[1] 09:00-10:00', 'PH Mo-Fr off', 'PH=2026-12-25; TZ=UTC; 24/7', '24/7; PH=2026-12-25; PH off',
	'PH=2026-13-01; 24/7', 'PH=2026-02-30; 24/7', 'PH=25.12.2026; 24/7', 'PH=2026-12-25, 24/7', 'PH=2026-12-25 24/7', 'Mo 09:00-17:00;; Tu 09:00-17:00',
	'Mo 09:00-17:00,,', 'Mo-Fr 09:00-17:00; nonsense', 'x', E'Mo\x01', 'Größe'
	]) WITH ORDINALITY AS r (input, n) ORDER BY n;
SELECT pg_temp.refusal(repeat('2026 Dec 24,', 30000) || '2026 Dec 24 off') ~ '22P02.*longer than' AS too_long;
-- a long one that is taken
SELECT length((repeat('2026 Dec 24,', 10000) || '2026 Dec 24 off')::delivery.work_calendar::text);
\pset format aligned
\pset tuples_only off

-- equality, hash: of the normal form
SELECT 'Mo-Fr 9:00-17:00'::delivery.work_calendar OPERATOR(delivery.=) 'mo,tu,we,th,fr 09:00-17:00' AS equal,
	'Mo-Fr 9:00-17:00'::delivery.work_calendar OPERATOR(delivery.<>) 'TZ=Europe/Paris; Mo-Fr 09:00-17:00' AS not_equal,
	delivery_internal.work_calendar_hash('Mo') = delivery_internal.work_calendar_hash('Mo 00:00-24:00') AS same_hash,
	delivery_internal.work_calendar_hash('Mo') = delivery_internal.work_calendar_hash('Tu') AS other_hash,
	delivery_internal.work_calendar_hash_extended('Mo', 1) <> delivery_internal.work_calendar_hash_extended('Mo', 2) AS seeded;
CREATE TEMP TABLE team (team serial, hours delivery.work_calendar);
INSERT INTO team (hours) SELECT i::delivery.work_calendar FROM unnest(ARRAY['Mo', 'Mo 00:00-24:00', 'Tu', '24/7', 'Mo-Su', NULL]) AS i;
SELECT hours, count(*) FROM team GROUP BY hours ORDER BY hours::text COLLATE "C";
CREATE INDEX team_hours ON team USING hash (hours);
SET enable_seqscan = off;
-- (the operator is found by its schema, or on the search_path)
SET search_path = public, delivery;
SELECT count(*) AS pairs FROM team AS a JOIN team AS b USING (hours);
EXPLAIN (COSTS OFF) SELECT team FROM team WHERE hours = 'Tu';
SELECT team FROM team WHERE hours = 'Tu';
RESET search_path;
RESET enable_seqscan;

-- order: that of the bytes of the normal form, whatever the collation of the database
CREATE TEMP TABLE ordered AS
SELECT row_number() OVER (ORDER BY t COLLATE "C") AS place, t, t::delivery.work_calendar AS c
FROM (SELECT DISTINCT input::delivery.work_calendar::text AS t FROM (SELECT input FROM written WHERE id < 30
		UNION ALL VALUES ('Mo'), ('Mo 09:00-10:00'), ('Mo 09:00-10:00; Tu 09:00-10:00'), ('Mo 09:00-10:01')) AS s) AS s;
SELECT count(*) > 500 AS many_pairs, count(*) FILTER (WHERE
	(a.c OPERATOR(delivery.<) b.c) <> (a.t < b.t COLLATE "C") OR (a.c OPERATOR(delivery.<=) b.c) <> (a.t <= b.t COLLATE "C")
	OR (a.c OPERATOR(delivery.=) b.c) <> (a.t = b.t) OR (a.c OPERATOR(delivery.<>) b.c) <> (a.t <> b.t)
	OR (a.c OPERATOR(delivery.>=) b.c) <> (a.t >= b.t COLLATE "C") OR (a.c OPERATOR(delivery.>) b.c) <> (a.t > b.t COLLATE "C")
	OR delivery_internal.work_calendar_cmp(a.c, b.c) <> sign(a.place - b.place)) AS differ
FROM ordered AS a, ordered AS b;
SELECT place, c FROM ordered ORDER BY c LIMIT 5;
SELECT count(*) FILTER (WHERE place <> rank) AS differ FROM (SELECT place, rank() OVER (ORDER BY c) FROM ordered) AS s;

-- without any search_path: groups, order, windows, joins, indexes, keys, generated columns
SET search_path = '';
CREATE TABLE public.site (id integer PRIMARY KEY, written varchar, hours delivery.work_calendar GENERATED ALWAYS AS (written::delivery.work_calendar) STORED,
	open_on_monday boolean GENERATED ALWAYS AS (delivery.is_working(written::delivery.work_calendar, '2026-01-05 10:00+00')) STORED, UNIQUE (hours, id));
CREATE INDEX site_hours ON public.site (hours);
CREATE INDEX ON public.site USING hash (hours);
CREATE INDEX ON public.site ((written::delivery.work_calendar));
CREATE TABLE public.schedule (hours delivery.work_calendar PRIMARY KEY, name text) PARTITION BY HASH (hours);
CREATE TABLE public.schedule_0 PARTITION OF public.schedule FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.schedule_1 PARTITION OF public.schedule FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- text, varchar, char and domains are taken where a calendar is stored
CREATE DOMAIN public.hours_text AS text;
INSERT INTO public.schedule VALUES ('24/7'::text, 'always'), ('mo-fr 9:00-17:00'::varchar, 'office'), ('off'::char(8), 'never'), (' Sa '::public.hours_text, 'weekend');
INSERT INTO public.schedule SELECT t, 'no NULL' FROM (VALUES (NULL::text)) AS v (t) WHERE t IS NOT NULL;
PREPARE store (text, varchar) AS INSERT INTO public.schedule SELECT $1, $2;
EXECUTE store ('Su', 'one day');
PREPARE untyped AS UPDATE public.schedule SET hours = $1 WHERE name = $2;
EXECUTE untyped ('Su 10:00-12:00', 'one day');
DEALLOCATE ALL;
ALTER TABLE public.site ADD FOREIGN KEY (hours) REFERENCES public.schedule;
INSERT INTO public.site (id, written) SELECT i, (ARRAY['Mo-Su', 'mo-fr 09:00-17:00', 'off'])[1 + i % 3] FROM pg_catalog.generate_series(1, 9) AS i;
SELECT hours, open_on_monday, count(*), count(DISTINCT hours) AS one FROM public.site GROUP BY hours, open_on_monday ORDER BY hours;
SELECT DISTINCT hours FROM public.site ORDER BY hours DESC;
SELECT DISTINCT ON (hours) hours, id FROM public.site ORDER BY hours, id;
SELECT id, hours, row_number() OVER (PARTITION BY hours ORDER BY id), rank() OVER (ORDER BY hours) FROM public.site ORDER BY id LIMIT 4;
SELECT hours FROM public.site UNION SELECT hours FROM public.schedule EXCEPT SELECT 'off'::delivery.work_calendar ORDER BY hours;
SELECT array_agg(DISTINCT hours ORDER BY hours) AS distinct_values FROM public.site;
-- each kind of join, and the indexes; the values differ only in the way in which they are stored
ANALYZE public.site, public.schedule;
SET enable_nestloop = off;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM public.site AS a JOIN public.site AS b ON a.hours OPERATOR(delivery.=) b.hours;
SELECT count(*) AS pairs FROM public.site AS a JOIN public.site AS b ON a.hours OPERATOR(delivery.=) b.hours;
SET enable_hashjoin = on;
SET enable_mergejoin = off;
SELECT count(*) AS pairs FROM public.site AS a JOIN public.site AS b ON a.hours OPERATOR(delivery.=) b.hours;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM public.site WHERE hours OPERATOR(delivery.>) 'Mo' ORDER BY hours;
SELECT id FROM public.site WHERE hours OPERATOR(delivery.>) 'Mo' ORDER BY hours, id;
\set VERBOSITY sqlstate
INSERT INTO public.schedule VALUES ('00:00-24:00', 'twice');
INSERT INTO public.site (id, written) VALUES (10, 'Mo 10:00-11:00');
INSERT INTO public.schedule VALUES ('office hours'::text, 'no calendar');
\set VERBOSITY default
DROP TABLE public.site, public.schedule;
DROP DOMAIN public.hours_text;
-- (as at the beginning)
RESET ALL;
SET extra_float_digits = 1;
SET timezone = :'zone';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- public holidays: bound, bound anew, bound to none; a clause that nothing uses is said
SELECT delivery.with_holidays('Mo-Fr 09:00-17:00; PH off', '{2026-12-26,2026-12-25,2026-12-26}');
SELECT delivery.with_holidays(delivery.with_holidays('TZ=Europe/Paris; 24/7; PH off', '{2026-12-26}'), '{2027-01-01}');
SELECT delivery.with_holidays('24/7; PH off', '{}'), delivery.with_holidays('24/7; PH off', NULL) IS NULL AS null_dates,
	delivery.with_holidays(NULL, '{2026-12-25}') IS NULL AS null_calendar;
SELECT delivery.with_holidays('24/7', '{2026-12-25}');
SELECT delivery.is_working(delivery.with_holidays('24/7; PH off', '{2026-12-25}'), '2026-12-25 00:00+00') AS holiday,
	delivery.is_working(delivery.with_holidays('24/7; PH off', '{}'), '2026-12-25 00:00+00') AS none,
	delivery.is_working('PH=2026-12-25; PH 10:00-12:00', '2026-12-25 11:00+00') AS open_on_holidays;
\set VERBOSITY sqlstate
SELECT delivery.is_working('24/7; PH off', '2026-12-25 00:00+00');
SELECT delivery.working_time('24/7; PH off', '2026-12-25 00:00+00', '2026-12-26 00:00+00');
SELECT delivery.with_holidays('24/7; PH off', '{2026-12-25,NULL}');
SELECT delivery.with_holidays('24/7; PH off', '{infinity}');
SELECT delivery.with_holidays('24/7; PH off', '{10000-01-01}');
SELECT delivery.with_holidays('24/7; PH off', '{0001-01-01 BC}');
SELECT delivery.with_holidays('24/7; PH off', (SELECT array_agg('2000-01-01'::date + i) FROM generate_series(1, 30000) AS i));
\set VERBOSITY default

-- a calendar that is stored out of line, or compressed, is the same
CREATE TEMP TABLE long_calendar (way text, hours delivery.work_calendar);
ALTER TABLE long_calendar ALTER hours SET STORAGE external;
INSERT INTO long_calendar SELECT 'out of line', delivery.with_holidays('Mo-Fr 09:00-17:00; PH off', array_agg('2020-01-01'::date + 3 * i))
FROM generate_series(0, 2000) AS i;
ALTER TABLE long_calendar ALTER hours SET STORAGE extended;
INSERT INTO long_calendar SELECT 'compressed', (hours::text)::delivery.work_calendar FROM long_calendar;
SELECT way, length(hours::text), delivery.working_time(hours, '2020-01-01 00:00+00', '2036-01-01 00:00+00')
FROM long_calendar ORDER BY way;
SELECT bool_and(pg_column_size(hours) < length(hours::text) / 2) AS compressed FROM long_calendar WHERE way = 'compressed';
-- and compiled once, not for each row
SELECT count(delivery.is_working(hours, '2026-01-05 00:00+00'::timestamptz + i * interval '1 hour')) AS rows FROM (SELECT hours FROM long_calendar OFFSET 0) AS l, generate_series(1, 2000) AS i;
SELECT count(*) <= 1000 AS few FROM pg_backend_memory_contexts WHERE name = 'delivery calendar';
SELECT count(DISTINCT hours::text) = 1 AS same_text, count(*) = 2 AS both FROM long_calendar
WHERE hours OPERATOR(delivery.=) (SELECT hours FROM long_calendar WHERE way = 'compressed');

SELECT delivery_internal.work_calendar_cmp(a.hours, b.hours) AS order FROM long_calendar AS a, long_calendar AS b WHERE a.way < b.way;

-- more calendars than a session keeps
SELECT count(*) AS calendars, sum(delivery.working_time(c, '2026-01-05 00:00+00', '2026-01-12 00:00+00')) AS worked
FROM (SELECT format('Mo %s:%s-24:00', lpad((i / 60)::text, 2, '0'), lpad((i % 60)::text, 2, '0'))::delivery.work_calendar AS c
	FROM generate_series(0, 1439) AS i) AS many;
SELECT sum(24 * 60 - i) * interval '1 minute' AS expected FROM generate_series(0, 1439) AS i;

-- calendars by name
INSERT INTO delivery.calendar (name, calendar, description) VALUES
	('office', 'TZ=Europe/Paris; Mo-Fr 09:00-17:00', 'the Paris office'),
	('always', '24/7', NULL);
SELECT delivery.calendar('office'), delivery.calendar('always'), delivery.calendar(NULL) IS NULL AS null_name;
SELECT name, delivery.calendar(name) OPERATOR(delivery.=) calendar AS same FROM delivery.calendar ORDER BY name COLLATE "C";
SELECT delivery.working_time(delivery.calendar('office'), '2026-01-05 00:00+00', '2026-01-12 00:00+00');
-- a change is seen by the next statement, also where PL/pgSQL keeps the expression
DO $$
DECLARE
	seen text := '';
	i integer;
BEGIN
	FOR i IN 1 .. 4 LOOP
		seen := seen || delivery.calendar('office')::text || ' / ';
		IF i = 1 THEN
			UPDATE delivery.calendar SET calendar = 'Mo 10:00-11:00' WHERE name = 'office';
		ELSIF i = 2 THEN
			BEGIN
				UPDATE delivery.calendar SET calendar = 'Mo 12:00-13:00' WHERE name = 'office';
				seen := seen || delivery.calendar('office')::text || ' / ';
				RAISE division_by_zero;
			EXCEPTION WHEN division_by_zero THEN NULL;
			END;
		END IF;
	END LOOP;
	RAISE NOTICE '%', seen;
END $$;
-- so is a calendar in a variable
DO $$
DECLARE
	hours delivery.work_calendar;
	worked text := '';
BEGIN
	FOR hours IN SELECT calendar FROM delivery.calendar ORDER BY name COLLATE "C" LOOP
		worked := worked || delivery.working_time(hours, '2026-01-05 00:00+00', '2026-01-12 00:00+00') || ' ';
	END LOOP;
	RAISE NOTICE '%', worked;
END $$;
\set VERBOSITY sqlstate
SELECT delivery.calendar('none');
SELECT delivery.calendar(repeat('x', 1000));
SELECT delivery.calendar('');
INSERT INTO delivery.calendar VALUES ('office', '24/7');
INSERT INTO delivery.calendar VALUES ('', '24/7');
INSERT INTO delivery.calendar VALUES (' office', '24/7');
INSERT INTO delivery.calendar VALUES (repeat('x', 101), '24/7');
INSERT INTO delivery.calendar VALUES ('empty', NULL);
-- not IMMUTABLE, so no index can keep an old one
CREATE INDEX ON written ((delivery.calendar(input)::text));
\set VERBOSITY default
DELETE FROM delivery.calendar;
