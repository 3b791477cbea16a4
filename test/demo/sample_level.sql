-- sample_level.sql: skills and practices of one team, for the tables of schema.sql.
--
-- The people are MADE UP and the figures written by hand: nothing is random, and nothing
-- was taken from any organisation. The codes are those of SFIA 9. A member who joins
-- later, and ratings of the last dimension, are entered by level_report.sql, which shows
-- how.

BEGIN;

TRUNCATE demo.person, demo.role_skill, demo.skill_assessment, demo.maturity_rating;

INSERT INTO demo.person VALUES
	('Ada', 'payments', 'delivery manager'),
	('Bruno', 'payments', 'delivery manager'),
	('Chen', 'payments', 'service analyst');

INSERT INTO demo.role_skill VALUES
	('delivery manager', 'DEMG', '5'), ('delivery manager', 'RLMT', '5'), ('delivery manager', 'SLMO', '4'), ('delivery manager', 'RELM', '4'),
	('service analyst', 'USUP', '3'), ('service analyst', 'PBMG', '3'), ('service analyst', 'CHMG', '3'), ('service analyst', 'MEAS', '3');

-- one line per person and skill; Bruno was not assessed in RLMT
INSERT INTO demo.skill_assessment
SELECT person, skill, attribute, level
FROM (VALUES
	('Ada', 'DEMG', 5, 5, 6), ('Ada', 'RLMT', 5, 4, 5), ('Ada', 'SLMO', 5, 5, 4), ('Ada', 'RELM', 5, 5, 5),
	('Bruno', 'DEMG', 4, 4, 4), ('Bruno', 'SLMO', 4, 4, 5), ('Bruno', 'RELM', 4, 3, 4),
	('Chen', 'USUP', 3, 3, 3), ('Chen', 'PBMG', 4, 3, 4), ('Chen', 'CHMG', 3, 4, 3), ('Chen', 'MEAS', 3, 3, 3))
	AS assessment (person, skill, autonomy, influence, complexity)
CROSS JOIN LATERAL (VALUES ('autonomy', autonomy), ('influence', influence), ('complexity', complexity)) AS demonstrated (attribute, level);

-- a mean that looks well, and one practice that holds the team back: nobody has a deputy
INSERT INTO demo.maturity_rating VALUES
	('payments', 'processes', 'changes are reviewed', 4, 2, true),
	('payments', 'processes', 'work in progress is limited', 3, 1, true),
	('payments', 'processes', 'incidents are reviewed', 4, 1, false),
	('payments', 'technology', 'what is tested is what is deployed', 5, 2, true),
	('payments', 'technology', 'each change is tested', 4, 2, true),
	('payments', 'technology', 'a rollback takes minutes', 2, 1, false),
	('payments', 'technology', 'the mainframe is monitored', NULL, 1, true),
	('payments', 'people', 'skills are assessed each year', 3, 1, true),
	('payments', 'people', 'everybody has a deputy', 1, 1, true),
	('payments', 'people', 'there is time to learn', 5, 2, false),
	('payments', 'governance', 'each decision has an owner', 3, 1, true),
	('payments', 'governance', 'risks are looked at each month', 3, 1, false);

COMMIT;
ANALYZE demo.person, demo.role_skill, demo.skill_assessment, demo.maturity_rating;
