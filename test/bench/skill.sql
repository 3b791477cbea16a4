-- skill.sql: the table of the benchmark of levels and maturity, deterministic, with as
-- many rows as the psql variable "rows" says: what is required, held and rated, some of it
-- not known.
SELECT setseed(0.5);
CREATE TABLE skill (
	required delivery.sfia_level NOT NULL,
	held delivery.sfia_level,
	number integer,	-- held, as a number
	rating integer,
	weight double precision NOT NULL
);
INSERT INTO skill
SELECT required, held, held, rating, weight
FROM (SELECT 1 + floor(random() * 7)::integer AS required, CASE WHEN random() < 0.9 THEN 1 + floor(random() * 7)::integer END AS held,
		CASE WHEN random() < 0.9 THEN 1 + floor(random() * 5)::integer END AS rating, round((random() * 10)::numeric, 2) AS weight
	FROM generate_series(1, :rows)) AS s;
VACUUM (FREEZE, ANALYZE) skill;
