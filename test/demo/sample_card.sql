-- sample_card.sql: the board of three teams, for the tables of schema.sql.
--
-- The data is GENERATED here, as in sample.sql: nothing is random, and nothing
-- was taken from any organisation.

BEGIN;

TRUNCATE demo.card;
INSERT INTO demo.card
SELECT row_number() OVER (ORDER BY md5(format('%s %s %s', team, lane, number)) COLLATE "C"), lane, team,
	format('%s %s', (ARRAY['Repair', 'Replace', 'Measure', 'Simplify'])[1 + part % 4], (ARRAY['login', 'search', 'basket', 'invoice', 'backup'])[1 + part / 4 % 5])
FROM (VALUES
	('payments', 'backlog', 6), ('payments', 'ready', 2), ('payments', 'doing', 4), ('payments', 'review', 1), ('payments', 'done', 9),
	('platform', 'backlog', 9), ('platform', 'ready', 1), ('platform', 'doing', 3), ('platform', 'review', 3), ('platform', 'done', 5),
	('web', 'backlog', 4), ('web', 'ready', 3), ('web', 'doing', 2), ('web', 'review', 1), ('web', 'done', 12)) AS cards (team, lane, cards)
CROSS JOIN generate_series(1, cards) AS number
CROSS JOIN LATERAL (
	SELECT ('x' || substr(md5(format('%s %s %s', team, lane, number)), 1, 6))::bit(24)::integer AS part
) AS parts;

DO $$
BEGIN
	-- teams of five; the platform team agreed on less, and has not finished what it had
	PERFORM delivery.set_wip_limit('demo.card', '{doing}', delivery.suggested_wip_limit(5), 'block');
	PERFORM delivery.set_wip_limit('demo.card', '{doing}', 2, 'block', '{"team": "platform"}');
	PERFORM delivery.set_wip_limit('demo.card', '{doing,review}', 6, 'block');
	PERFORM delivery.set_wip_limit('demo.card', '{review}', 2, 'warn');
END $$;

COMMIT;
ANALYZE demo.card;
