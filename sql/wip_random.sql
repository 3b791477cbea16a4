-- WIP limits against an oracle in plain SQL: random statements on a partitioned board
-- with scopes, weights and limits of all kinds, and the same on a table without
-- triggers. A statement is refused if and only if some group is above its maximum
-- after it, and has grown.
SET timezone = 'UTC';
SET client_min_messages = error;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE item (id integer, lane text, team text, person integer, points integer, part integer) PARTITION BY LIST (part);
CREATE TABLE item_0 PARTITION OF item FOR VALUES IN (0);
CREATE TABLE item_1 PARTITION OF item FOR VALUES IN (1);
CREATE INDEX ON item_0 (lane, team);
CREATE INDEX ON item_1 (person, lane);
CREATE TABLE shadow (LIKE item);
SELECT delivery.limit_wip('item', 'lane', '{team,person}', 'points');
SELECT delivery.set_wip_limit('item', '{a}', 4, 'block');
SELECT delivery.set_wip_limit('item', '{a,b}', 7, 'block');
SELECT delivery.set_wip_limit('item', '{b}', 9, 'block', '{"team": "t1"}');
SELECT delivery.set_wip_limit('item', '{a}', 6, 'block', '{"team": "t1", "person": 1}');
SELECT delivery.set_wip_limit('item', '{c}', 0, 'block', '{"person": 2}');
SELECT delivery.set_wip_limit('item', '{a}', 9, 'block', '{}');
SELECT delivery.set_wip_limit('item', '{b,c}', 12, 'block', '{}');
SELECT delivery.override_wip('item', '{a,b}', '{"team": "t2"}', 2, 'an oracle', 'tomorrow');
SELECT delivery.override_wip('item', '{a}', '{}', 2, 'an oracle', 'tomorrow');

-- groups, and how much is in them: what the limits say, by hand
CREATE VIEW load AS
	SELECT 'a' AS rule, team, person, sum(greatest(coalesce(points, 1), 0)) AS load, CASE WHEN team = 't1' AND person = 1 THEN 6 ELSE 4 END AS maximum
		FROM shadow WHERE lane = 'a' AND team IS NOT NULL AND person IS NOT NULL GROUP BY team, person
	UNION ALL SELECT 'ab', team, person, sum(greatest(coalesce(points, 1), 0)), CASE team WHEN 't2' THEN 9 ELSE 7 END
		FROM shadow WHERE lane IN ('a', 'b') AND team IS NOT NULL AND person IS NOT NULL GROUP BY team, person
	UNION ALL SELECT 'b', team, NULL, sum(greatest(coalesce(points, 1), 0)), 9 FROM shadow WHERE lane = 'b' AND team = 't1' GROUP BY team
	-- all scopes together, and what has none
	UNION ALL SELECT 'a', NULL, NULL, sum(greatest(coalesce(points, 1), 0)), 11 FROM shadow WHERE lane = 'a' HAVING count(*) > 0
	UNION ALL SELECT 'bc', NULL, NULL, sum(greatest(coalesce(points, 1), 0)), 12 FROM shadow WHERE lane IN ('b', 'c') HAVING count(*) > 0
	UNION ALL SELECT 'c', NULL, person, sum(greatest(coalesce(points, 1), 0)), 0 FROM shadow WHERE lane = 'c' AND person = 2 GROUP BY person;
CREATE TABLE load_before (LIKE load);

-- one of the values, NULL now and then
CREATE FUNCTION pg_temp.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT CASE WHEN random() < 0.1 THEN NULL ELSE choices[1 + floor(random() * array_length(choices, 1))] END
$$;

CREATE FUNCTION pg_temp.statement(n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	chosen text := format('id %% %s = %s', 2 + floor(random() * 9), floor(random() * 4));
	lane text := quote_nullable(pg_temp.one_of('a', 'b', 'c', 'd'));
	team text := quote_nullable(pg_temp.one_of('t1', 't2', 't3'));
	person text := coalesce(pg_temp.one_of('1', '2'), 'NULL');
	points text := coalesce(pg_temp.one_of('0', '1', '1', '2'), 'NULL');
BEGIN
	RETURN CASE floor(random() * 9)
		WHEN 0 THEN format('INSERT INTO @ VALUES (%s, %s, %s, %s, %s, %s)', n, lane, team, person, points, n % 2)
		WHEN 1 THEN format('INSERT INTO @ SELECT %s * 10 + i, %s, %s, i %% 2 + 1, i %% 3, i %% 2 FROM generate_series(0, %s) AS i', n, lane, team, floor(random() * 6))
		WHEN 2 THEN format('UPDATE @ SET lane = %s WHERE %s', lane, chosen)
		WHEN 3 THEN format('UPDATE @ SET team = %s, person = %s WHERE %s', team, person, chosen)
		WHEN 4 THEN format('UPDATE @ SET part = 1 - part, points = greatest(points + %s, 0) WHERE %s', floor(random() * 3) - 1, chosen)
		WHEN 5 THEN format('UPDATE @ SET lane = CASE lane WHEN ''a'' THEN ''b'' WHEN ''b'' THEN ''a'' ELSE %s END, part = (part + id) %% 2 WHERE %s', lane, chosen)
		WHEN 6 THEN format('DELETE FROM @ WHERE %s', chosen)
		WHEN 7 THEN format('WITH gone AS (DELETE FROM @ WHERE %s RETURNING *) INSERT INTO @ SELECT id, %s, team, person, points, 1 - part FROM gone', chosen, lane)
		ELSE format('MERGE INTO @ AS m USING generate_series(%s, %s) AS s (id) ON m.id = s.id WHEN MATCHED AND m.lane = ''d'' THEN DELETE WHEN MATCHED THEN UPDATE SET lane = %s WHEN NOT MATCHED THEN INSERT VALUES (s.id, %s, %s, %s, 1, 0)', greatest(n - 20, 0), n, lane, lane, team, person)
	END;
END $$;

CREATE PROCEDURE pg_temp.compare(count integer) LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	state text;
	expected boolean;
	refusals integer := 0;
BEGIN
	FOR n IN 1..count LOOP
		statement := pg_temp.statement(n);
		DELETE FROM load_before;
		INSERT INTO load_before SELECT * FROM load;
		BEGIN
			EXECUTE replace(statement, '@', 'item');
			state := 'done';
		EXCEPTION WHEN OTHERS THEN
			state := sqlstate;
		END;
		BEGIN
			EXECUTE replace(statement, '@', 'shadow');
			SELECT EXISTS (SELECT FROM load AS l LEFT JOIN load_before AS b ON b.rule = l.rule AND b.team IS NOT DISTINCT FROM l.team AND b.person IS NOT DISTINCT FROM l.person
				WHERE l.load > l.maximum AND l.load > coalesce(b.load, 0)) INTO expected;
			IF state <> 'done' THEN
				RAISE EXCEPTION 'as refused' USING ERRCODE = 'DE001';
			END IF;
		EXCEPTION WHEN SQLSTATE 'DE001' THEN
			NULL;
		END;
		IF state = '23W01' THEN
			refusals := refusals + 1;
		END IF;
		IF state <> (CASE WHEN expected THEN '23W01' ELSE 'done' END) THEN
			RAISE EXCEPTION 'statement % ended with %: %', n, state, statement;
		END IF;
		-- a limit that is lowered makes groups that are above it
		IF n % 50 = 0 THEN
			DELETE FROM item WHERE id % 3 = 0 OR id < n - 200;
			DELETE FROM shadow WHERE id % 3 = 0 OR id < n - 200;
			UPDATE delivery_internal.wip_limit SET maximum = 1000 WHERE board = 'item'::regclass AND maximum > 0;
			FOR i IN 1..6 LOOP
				INSERT INTO item VALUES (n, 'a', 't3', 2, 1, i % 2);
				INSERT INTO shadow VALUES (n, 'a', 't3', 2, 1, i % 2);
			END LOOP;
			PERFORM delivery.set_wip_limit('item', '{a}', 4, 'block');
			PERFORM delivery.set_wip_limit('item', '{a,b}', 7, 'block');
			PERFORM delivery.set_wip_limit('item', '{a}', 9, 'block', '{}');
			PERFORM delivery.set_wip_limit('item', '{b,c}', 12, 'block', '{}');
			PERFORM delivery.set_wip_limit('item', '{b}', 9, 'block', '{"team": "t1"}');
			PERFORM delivery.set_wip_limit('item', '{a}', 6, 'block', '{"team": "t1", "person": 1}');
		END IF;
	END LOOP;
	RAISE WARNING 'refusals: %', CASE WHEN refusals > count / 20 AND refusals < count / 2 THEN 'a share of all' ELSE refusals::text END;
END $$;
SELECT setseed(0.5) IS NOT NULL AS seeded;
SET client_min_messages = warning;
CALL pg_temp.compare(600);
SELECT (SELECT count(*) FROM item) > 0 AS some, NOT EXISTS (TABLE item EXCEPT ALL TABLE shadow) AND NOT EXISTS (TABLE shadow EXCEPT ALL TABLE item) AS alike;
-- what wip_status() counts is what the oracle does
SELECT count(*) > 3 AS groups FROM delivery.wip_status() WHERE in_progress > 0;
SELECT count(*) AS different FROM (
	(SELECT replace(array_to_string(lanes, ''), '"', ''), scope ->> 'team', (scope ->> 'person')::integer, in_progress, maximum FROM delivery.wip_status() WHERE in_progress > 0)
	EXCEPT ALL (SELECT rule, team, person, load, maximum FROM load WHERE load > 0)) AS d;
DROP VIEW load;
DROP TABLE load_before, shadow, item;
DELETE FROM delivery_internal.wip_limit;
DELETE FROM delivery_internal.wip_override;
