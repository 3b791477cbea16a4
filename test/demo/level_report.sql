-- level_report.sql: levels that a team holds against those that its roles ask for, and
-- the maturity of its practices, from demo.person, demo.role_skill, demo.skill_assessment
-- and demo.maturity_rating.
--
--   psql <level_report.sql
--
-- It first enters a member and some ratings, to show how, anew at each run. It is read
-- from standard input, as errors are then shown without the name of a file.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\pset border 1
\pset footer off
\pset format aligned
\pset linestyle ascii
\pset null '-'

DELETE FROM demo.person WHERE person = 'Dana';
DELETE FROM demo.maturity_rating WHERE dimension = 'culture';

\echo 'Dana joins the payments team. What was seen of her is entered by attribute, as digits or names; NULL where no level was:'
\echo
\set ECHO queries
INSERT INTO demo.person (person, team, role) VALUES ('Dana', 'payments', 'service analyst');
INSERT INTO demo.skill_assessment (person, skill, attribute, level) VALUES
	('Dana', 'USUP', 'autonomy', '3'), ('Dana', 'USUP', 'influence', 'Apply'), ('Dana', 'USUP', 'complexity', 'Enable'),
	('Dana', 'PBMG', 'autonomy', '2'), ('Dana', 'PBMG', 'influence', '3'), ('Dana', 'PBMG', 'complexity', '3'),
	('Dana', 'CHMG', 'autonomy', NULL), ('Dana', 'CHMG', 'influence', NULL), ('Dana', 'CHMG', 'complexity', NULL),
	('Dana', 'MEAS', 'autonomy', '4'), ('Dana', 'MEAS', 'influence', '4'), ('Dana', 'MEAS', 'complexity', '4');
\set ECHO none
\echo
\echo 'A rating is entered with its weight, and whether it is mandatory:'
\echo
\set ECHO queries
INSERT INTO demo.maturity_rating (team, dimension, criterion, rating, weight, mandatory) VALUES
	('payments', 'culture', 'failures are talked about', 4, 1, false),
	('payments', 'culture', 'ideas are tried out', 3, 1, false);
\set ECHO none
\echo
\echo 'A level at which the skill is not defined is refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
INSERT INTO demo.role_skill (role, skill, level) VALUES ('delivery manager', 'GOVN', '5');
\set ECHO none
\set ON_ERROR_STOP on
\echo

BEGIN READ ONLY;

\pset title 'Levels held by the payments team, and required by its roles'
SELECT person AS "person",
	role AS "role",
	gap.skill AS "skill",
	register.name AS "name",
	required || ' ' || delivery.level_name(required) AS "required",
	CASE WHEN held IS NOT NULL THEN held || ' ' || delivery.level_name(held) WHEN assessed THEN 'none' ELSE 'not assessed' END AS "held",
	gap AS "gap",
	CASE WHEN met THEN 'yes' ELSE 'no' END AS "met"
FROM demo.skill_gap AS gap
JOIN delivery.sfia_skill AS register ON register.version = '9' AND register.code = gap.skill
WHERE team = 'payments'
ORDER BY role, person, gap.skill;

\pset title 'Coverage of what the roles require'
SELECT CASE WHEN grouping(person) = 0 THEN person ELSE 'whole team' END AS "person",
	count(*) AS "required",
	count(*) FILTER (WHERE met) AS "met",
	count(*) FILTER (WHERE NOT assessed) AS "not assessed",
	to_char(delivery.skill_coverage(required, held) * 100, 'FM990.0') || ' %' AS "coverage",
	max(gap) AS "largest gap"
FROM demo.skill_gap
WHERE team = 'payments'
GROUP BY GROUPING SETS ((person), ())
ORDER BY grouping(person), person;

\pset title 'Maturity of the payments team'
SELECT CASE WHEN grouping(dimension) = 0 THEN dimension ELSE 'all of them' END AS "dimension",
	count(rating) AS "rated",
	count(*) - count(rating) AS "not applicable",
	to_char(delivery.maturity_score(rating, weight), 'FM0.00') AS "score",
	delivery.maturity_level(rating, mandatory) AS "level",
	(array_agg(criterion ORDER BY rating, criterion) FILTER (WHERE mandatory AND rating IS NOT NULL))[1] AS "held back by"
FROM demo.maturity_rating
WHERE team = 'payments'
GROUP BY GROUPING SETS ((dimension), ())
ORDER BY grouping(dimension), array_position('{processes,technology,people,governance,culture}'::text[], dimension);

\echo 'held          the level held in full: the lowest of what was demonstrated in autonomy, influence and complexity'
\echo 'gap           levels that are missing; below 0: more than is asked for. None, and not assessed, count 0'
\echo 'score         mean of the ratings, 1 to 5, by their weights'
\echo 'level         the lowest mandatory rating, which the score hides; -: nothing is mandatory'
\echo

\pset title
ROLLBACK;
