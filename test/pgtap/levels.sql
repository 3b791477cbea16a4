-- levels.sql: levels, gaps, coverage and maturity by hand, as rules an analyst can read.
BEGIN;
SET LOCAL search_path = public;
SELECT plan(37);

-- a team: what its role asks for, and what was assessed
CREATE TEMP TABLE skill (person text, code text, required delivery.sfia_level, held delivery.sfia_level);
INSERT INTO skill VALUES ('Ada', 'DEMG', '5', 'Ensure, advise'), ('Ada', 'RLMT', '4', '6'), ('Bob', 'DEMG', '5', '4'), ('Bob', 'RLMT', '4', NULL), ('Bob', 'PROF', NULL, '3');

-- levels
SELECT is('apply'::delivery.sfia_level::text, '3', 'a level is written as its digit, and read by its name');
SELECT is('Ensure/advise'::delivery.sfia_level::integer, 5, 'or by its name with slashes');
SELECT is(delivery.level_name('7'), 'Set strategy, inspire, mobilise', 'which can be had');
SELECT throws_ok($$ SELECT '3.5'::delivery.sfia_level $$, '22P02', NULL, 'half a level is not held');
SELECT throws_ok($$ SELECT 3.5::delivery.sfia_level $$, '42846', NULL, 'nor rounded');
SELECT throws_ok($$ SELECT '0'::delivery.sfia_level $$, '22003', NULL, 'there is no level 0');
SELECT throws_ok($$ SELECT 8::delivery.sfia_level $$, '22003', NULL, 'nor 8');
SELECT throws_ok($$ SELECT 'Expert'::delivery.sfia_level $$, '22P02', NULL, 'nor other names');

-- the level held in full
SELECT is(delivery.sfia_level(l)::text, '3', 'of what was demonstrated, the lowest is held in full') FROM unnest(ARRAY[5, 3, 4]) AS l;
SELECT is(delivery.sfia_level(l)::text, '4', 'also by names') FROM unnest(ARRAY['Ensure, advise', 'Enable']) AS l;
SELECT is(delivery.sfia_level(held)::text, NULL, 'who was not assessed holds none that is known') FROM skill WHERE held IS NULL;
SELECT throws_ok($$ SELECT delivery.sfia_level(l) FROM unnest(ARRAY[5, 9]) AS l $$, '22003', NULL, 'a number that is no level is not passed over');

-- gaps and coverage
SELECT is(delivery.sfia_gap('5', '3'), 2, 'two levels are missing');
SELECT is(delivery.sfia_gap('3', '5'), -2, 'more than required is below zero');
SELECT is(delivery.sfia_gap('7', NULL), 7, 'never assessed is a gap of all of it');
SELECT is(delivery.sfia_gap(NULL, '3'), NULL, 'without a requirement there is no gap');
SELECT is(delivery.skill_coverage(required, held), 0.5::float8, 'two of four requirements are met') FROM skill;
SELECT is(delivery.skill_coverage(required, held), 1::float8, 'Ada meets hers') FROM skill WHERE person = 'Ada';
SELECT is(delivery.skill_coverage(required, held), 0::float8, 'Bob none of his: the level that is missing and the one not assessed') FROM skill WHERE person = 'Bob';
SELECT is(delivery.skill_coverage(required, held), NULL, 'where nothing is required there is no coverage') FROM skill WHERE code = 'PROF';
SELECT ok((SELECT avg(held::integer) FROM skill) >= (SELECT avg(required::integer) FROM skill), 'while the averages look fine');

-- the register
SELECT is((SELECT name FROM delivery.sfia_skill WHERE code = 'DEMG'), 'Delivery management', 'skills have names');
SELECT ok(bool_and(delivery.check_sfia_level(code, held)), 'what was assessed is defined') FROM skill WHERE person = 'Ada';
SELECT throws_ok($$ SELECT delivery.check_sfia_level('DEMG', '7') $$, '23W60', NULL, 'a level that its skill does not define is refused');
SELECT throws_ok($$ SELECT delivery.check_sfia_level('demg', '4') $$, '22023', NULL, 'so is a code in other letters');
SELECT is(delivery.check_sfia_level('DEMG', NULL), NULL, 'of no level nothing is said');
SELECT is((SELECT sfia_level FROM delivery.job_level_guide WHERE track = 'service_delivery' AND level = 'P4'), 4, 'a job level has its level of responsibility');

-- maturity
CREATE TEMP TABLE criterion (rating integer, weight numeric, mandatory boolean);
INSERT INTO criterion VALUES (3, 2, true), (4, 1, true), (NULL, 5, true), (1, 1, false);
SELECT is(delivery.maturity_score(rating, weight), 2.75::float8, '(3 x 2 + 4 + 1) / (2 + 1 + 1)') FROM criterion;
SELECT is(delivery.maturity_level(rating, mandatory), 3, 'the lowest mandatory rating') FROM criterion;
SELECT is(delivery.maturity_level(rating, mandatory), NULL, 'without a mandatory one there is no level') FROM criterion WHERE NOT mandatory;
SELECT is(delivery.maturity_score(rating, weight), NULL, 'where nothing applies there is no score') FROM criterion WHERE rating IS NULL;
SELECT is(delivery.maturity_score(rating, 0), NULL, 'nor where all weights are zero, which is no error') FROM criterion;
SELECT is(delivery.maturity_score(4, random() * 1000000), 4::float8, 'equal ratings have that score, whatever their weights') FROM generate_series(1, 1000);
SELECT throws_ok($$ SELECT delivery.maturity_score(6, 1) $$, '22003', NULL, 'there is no rating of 6');
SELECT throws_ok($$ SELECT delivery.maturity_score(3, 'NaN') $$, '22003', NULL, 'nor a weight that is no number');
SELECT throws_ok($$ SELECT delivery.maturity_score(3.5, 1) $$, '42883', NULL, 'nor half a rating');
SELECT throws_ok($$ SELECT delivery.maturity_level(0, true) $$, '22003', NULL, 'nor one of 0');
SELECT * FROM finish();
ROLLBACK;
