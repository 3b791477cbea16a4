-- chart.sql: charts in plain characters.
\pset format unaligned
\pset tuples_only on

-- a budget that burns down, by day, and a curve around zero
SELECT delivery.text_chart(ARRAY(SELECT 1 - day * day / 700.0::float8 FROM generate_series(0, 29) AS day));
SELECT delivery.text_chart(ARRAY(SELECT sin(x / 8.0) FROM generate_series(0, 99) AS x), 50, 9);
-- as wide and as high as asked, whatever the values
SELECT width, height, cardinality(lines) AS lines, max(length(line)) <= width AS fits, bool_and(line !~ ' $') AS no_blanks_at_the_end
FROM (VALUES (1, 1), (2, 2), (7, 3), (10, 1), (20, 5), (60, 8), (1000, 1000)) AS v (width, height),
	LATERAL (SELECT string_to_array(delivery.text_chart(ARRAY(SELECT (x * 37 % 101)::float8 FROM generate_series(1, 5000) AS x), width, height), E'\n') AS lines) AS s, unnest(lines) AS line
GROUP BY width, height, lines ORDER BY width;
-- gaps: NULL, NaN, infinities; nothing at all
SELECT delivery.text_chart('{1,NULL,2,NaN,3,Infinity,4,-Infinity,5}', 40, 5);
SELECT delivery.text_chart('{}') IS NULL, delivery.text_chart('{NULL,NULL}') IS NULL, delivery.text_chart('{NaN,Infinity}') IS NULL, delivery.text_chart(NULL) IS NULL,
	delivery.text_chart('{1}', NULL) IS NULL, delivery.text_chart('{1}', 10, NULL) IS NULL;
-- one value, equal ones, a line of one row
SELECT delivery.text_chart('{42}', 20, 3);
SELECT delivery.text_chart('{7,7,7}', 20, 4);
SELECT delivery.text_chart('{1,2,3}', 20, 1);
SELECT delivery.text_chart('{0,0}', 20, 2);
-- labels tell top and bottom apart; too narrow for any
SELECT delivery.text_chart('{0.9990,0.9995}', 30, 2);
SELECT delivery.text_chart('{-1e300,1e300}', 30, 3);
SELECT delivery.text_chart('{-1.7e308,1.7e308,1.7e308}', 30, 3);
SELECT delivery.text_chart('{1e-12,3e-12}', 30, 3);
SELECT delivery.text_chart('{1200000,1500000}', 30, 2);
SELECT delivery.text_chart('{-0.001,100}', 30, 3);
SELECT delivery.text_chart('{100,105}', 8, 2);
SELECT delivery.text_chart('{0.5,0.5000000001}', 40, 2);
SELECT delivery.text_chart('{1000000000000,1000000000001}', 40, 2);
SELECT delivery.text_chart('{-1,100}', 40, 4);
SELECT delivery.text_chart(array_fill(0.999::float8, ARRAY[168]), 40, 3);
-- more values than columns: all of them
SELECT delivery.text_chart(ARRAY(SELECT x::float8 FROM generate_series(1, 1000) AS x), 30, 4);
SELECT delivery.text_chart(ARRAY(SELECT CASE WHEN x = 777 THEN 10 ELSE x % 3 END::float8 FROM generate_series(1, 1000) AS x), 40, 6);
SELECT delivery.text_chart(ARRAY(SELECT CASE WHEN x % 2 = 0 THEN 1.7e308 ELSE -1.7e308 END::float8 FROM generate_series(1, 1000) AS x) || ARRAY[1.7e308::float8], 30, 3);
-- integers and numerics as they come
SELECT delivery.text_chart(array_agg(x ORDER BY x), 20, 3) FROM generate_series(1, 3) AS x;
SELECT delivery.text_chart(array_agg(x::numeric / 2 ORDER BY x)::float8[], 20, 3) FROM generate_series(1, 3) AS x;

\set VERBOSITY sqlstate
SELECT delivery.text_chart('{1}', 0);
SELECT delivery.text_chart('{1}', 1001);
SELECT delivery.text_chart('{1}', 10, 0);
SELECT delivery.text_chart('{1}', 10, -5);
SELECT delivery.text_chart('{1}', 10, 1001);
SELECT delivery.text_chart('{{1,2},{3,4}}');
