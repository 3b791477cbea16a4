-- wip_report.sql: how full the lanes of demo.card are, and what is refused there.
--
--   psql <wip_report.sql
--
-- It is read from standard input, as errors are then shown without the name of a
-- file. One statement is refused; nothing is changed.

\set ON_ERROR_STOP on
\pset footer off
\pset null '-'

\pset title 'Work in progress and its limits'
SELECT scope ->> 'team' AS "team",
	array_to_string(lanes, ', ') AS "lanes",
	in_progress AS "in progress",
	maximum AS "limit",
	headroom AS "headroom",
	enforcement AS "enforcement"
FROM delivery.wip_status()
WHERE board = 'demo.card'::regclass
ORDER BY 1, cardinality(lanes) DESC, lanes;
\pset title

SELECT min(card) AS card FROM demo.card WHERE team = 'payments' AND lane = 'ready' \gset
SELECT min(card) AS finished FROM demo.card WHERE team = 'payments' AND lane = 'doing' \gset

BEGIN;
\set ON_ERROR_STOP off
\echo 'The payments team starts another card:'
\echo
\set ECHO queries
UPDATE demo.card SET lane = 'doing' WHERE card = :card;
\set ECHO none
ROLLBACK;
\set ON_ERROR_STOP on
\echo
\echo 'and may, when it finishes one:'
\echo
BEGIN;
\set ECHO queries
UPDATE demo.card SET lane = CASE card WHEN :finished THEN 'done' ELSE 'doing' END WHERE card IN (:card, :finished) RETURNING *;
\set ECHO none
ROLLBACK;
