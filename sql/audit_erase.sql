-- audit_erase.sql: what the owner of a log takes away, and what is left: erased images,
-- pruned rows, a next log.
SET client_min_messages = warning;
CREATE ROLE regress_delivery_keeper;
CREATE ROLE regress_delivery_reader;
CREATE SCHEMA vault AUTHORIZATION regress_delivery_keeper;
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, sqlerrm, detail, hint);
END $$;

SET ROLE regress_delivery_keeper;
CALL delivery.create_audit_log('vault.log');
-- an index on the images goes with them, computed as the owner
CREATE FUNCTION vault.who(json) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN pg_catalog.concat(current_user, ' ', $1 ->> 'name'); END $$;
CREATE INDEX log_name ON vault.log (vault.who(new_row));
CREATE TABLE vault.person (id integer PRIMARY KEY, name text, long text);
SELECT delivery.record_audit('vault.person', 'vault.log');
INSERT INTO vault.person VALUES (1, 'ada'), (2, 'bob'), (3, 'eve');
INSERT INTO vault.person SELECT 4, 'long', string_agg(md5(i::text), '') FROM generate_series(1, 2000) AS i;
UPDATE vault.person SET name = 'Bob' WHERE id = 2;
DELETE FROM vault.person WHERE id = 2;
TRUNCATE vault.person;
SELECT sequence AS kept, hash AS kept_hash FROM vault.log WHERE sequence = 3 \gset
SELECT sequence AS second, hash AS second_hash FROM vault.log WHERE sequence = 2 \gset
SELECT sequence AS head, hash AS head_hash FROM delivery.audit_head('vault.log') \gset

-- erased: rows that have a name in them, in one statement
SELECT delivery.erase_audit('vault.log', sequence, 'request 4711') FROM vault.log WHERE 'bob' IN (lower(old_row ->> 'name'), lower(new_row ->> 'name')) ORDER BY sequence;
SELECT delivery.erase_audit('vault.log', 4, E'it is "too long"\n');
SELECT sequence, operation, audited, audited_oid = 'vault.person'::regclass AS of_person, regexp_replace(detail::text, '[0-9a-f]{64}', '...') AS detail, left(coalesce(new_row ->> 'name', old_row ->> 'name'), 4) AS name, salt IS NULL AS no_salt, digest IS NULL AS no_digest FROM vault.log ORDER BY sequence;
SELECT * FROM delivery.verify_audit('vault.log');
SELECT * FROM delivery.verify_audit('vault.log', :head, :'head_hash');
SELECT count(*) AS left_over FROM vault.log AS l WHERE l::text ~* 'bob';
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT (SELECT count(*) FROM vault.log WHERE vault.who(new_row) = 'regress_delivery_keeper ada') AS ada, (SELECT count(*) FROM vault.log WHERE vault.who(new_row) = 'regress_delivery_keeper bob') AS bob;
RESET enable_seqscan;
RESET enable_bitmapscan;
-- what cannot be erased
SELECT f, pg_temp.refusal(format('SELECT delivery.erase_audit(%s)', f)) FROM (VALUES (1, $$'vault.log', 2, 'again'$$), (2, $$'vault.log', 7, 'a truncation'$$), (3, $$'vault.log', 99, 'no row'$$), (4, $$'vault.log', -1, 'no row'$$), (5, $$'vault.log', 1, ' '$$), (6, $$'vault.log', 1, E'\t\n'$$),
	(7, $$'vault.log', 1, NULL$$), (8, $$'vault.log', NULL, 'x'$$), (9, $$NULL, 1, 'x'$$), (10, $$'vault.person', 1, 'no log'$$), (11, $$99999, 1, 'no table'$$), (12, $$'vault.log', 8, 'the row that says so'$$)) AS v (i, f) ORDER BY i;
-- undone, it is as if it had never been
BEGIN;
SELECT delivery.erase_audit('vault.log', 1, 'no');
SAVEPOINT s;
SELECT delivery.erase_audit('vault.log', 3, 'no');
ROLLBACK TO s;
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT delivery.erase_audit('vault.log', 3, 'no');
ROLLBACK TO s;
COMMIT;
SELECT count(*) AS rows, (SELECT count(*) FROM delivery.verify_audit('vault.log')) AS problems FROM vault.log;

-- not in a transaction that only reads
BEGIN READ ONLY;
SELECT pg_temp.refusal($$ SELECT delivery.erase_audit('vault.log', 1, 'no') $$) AS erase, pg_temp.refusal($$ SELECT delivery.prune_audit('vault.log', 1, 'no') $$) AS prune;
COMMIT;

-- pruned
SELECT f, pg_temp.refusal(format('SELECT delivery.prune_audit(%s)', f)) FROM (VALUES (1, $$'vault.log', 0, 'nothing'$$), (2, $$'vault.log', 99, 'beyond the end'$$), (3, $$'vault.log', 3, ''$$), (4, $$'vault.log', 3, NULL$$), (5, $$'vault.log', NULL, 'x'$$), (6, $$NULL, 3, 'x'$$), (7, $$'vault.person', 1, 'no log'$$), (8, $$'vault.log', -5, 'nothing'$$), (9, $$'vault.log', 9223372036854775807, 'all'$$)) AS v (i, f) ORDER BY i;
SELECT delivery.prune_audit('vault.log', 3, 'archived in 2026.csv');
SELECT min(sequence), count(*) FROM vault.log;
SELECT operation, audited, regexp_replace(detail::text, '[0-9a-f]{64}', '...') AS detail, decode(detail ->> 'hash', 'hex') = :'kept_hash' AS is_head FROM vault.log ORDER BY sequence DESC LIMIT 1;
SELECT * FROM delivery.verify_audit('vault.log');
-- heads: at the cut, before it, before all, after it
SELECT 'at the cut' AS head, v.* FROM delivery.verify_audit('vault.log', :kept, :'kept_hash') AS v UNION ALL SELECT 'before it', v.* FROM delivery.verify_audit('vault.log', :second, :'second_hash') AS v
UNION ALL SELECT 'before all', v.* FROM delivery.verify_audit('vault.log', 0, decode(repeat('00', 32), 'hex')) AS v UNION ALL SELECT 'after it', v.* FROM delivery.verify_audit('vault.log', :head, :'head_hash') AS v
UNION ALL SELECT 'at the cut, another hash', v.* FROM delivery.verify_audit('vault.log', :kept, :'head_hash') AS v;
-- the row that says that row 2 was erased stays, and does no harm; again, with that row
SELECT delivery.prune_audit('vault.log', 8, 'again');
SELECT * FROM delivery.verify_audit('vault.log');
SELECT * FROM delivery.verify_audit('vault.log', :kept, :'kept_hash');
-- more is gone than a row says, or less
RESET ROLE;
CREATE FUNCTION pg_temp.after(tampering text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE tampering;
	SELECT string_agg(concat_ws(': ', sequence, problem), E'\n') INTO found FROM delivery.verify_audit('vault.log');
	RAISE EXCEPTION USING errcode = 'P0001', message = coalesce(found, 'nothing is found');
EXCEPTION WHEN raise_exception THEN
	RETURN sqlerrm;
END $$;
SELECT what, pg_temp.after(tampering) FROM (VALUES (1, 'one more', 'DELETE FROM vault.log WHERE sequence = 9'), (2, 'the record', 'DELETE FROM vault.log WHERE sequence = (SELECT max(sequence) FROM vault.log)'), (3, 'its hash', $$ UPDATE vault.log SET previous_hash = '\x00' WHERE sequence = 9 $$)) AS v (i, what, tampering) ORDER BY i;
-- what is broken cannot be taken away: neither hides a forgery
SELECT pg_temp.refusal($$ SET LOCAL session_replication_role = replica; INSERT INTO vault.person VALUES (9, 'nine'); UPDATE vault.log SET actor = 'mallory' WHERE sequence = 9; SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('vault.log', 10, 'hide it') $$) AS prune;
SELECT pg_temp.refusal($$ SET LOCAL session_replication_role = replica; UPDATE vault.log SET new_row = '{}', digest = NULL WHERE sequence = 10; SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('vault.log', 10, 'hide it') $$) AS prune;
SET ROLE regress_delivery_keeper;
INSERT INTO vault.person VALUES (10, 'ten');
RESET ROLE;
SELECT max(sequence) AS last FROM vault.log \gset
SELECT pg_temp.refusal(format($$ SET LOCAL session_replication_role = replica; UPDATE vault.log SET new_row = '{}' WHERE sequence = %1$s; SET LOCAL session_replication_role = origin; SELECT delivery.erase_audit('vault.log', %1$s, 'hide it') $$, :last)) AS erase,
	pg_temp.refusal(format($$ SET LOCAL session_replication_role = replica; UPDATE vault.log SET actor = 'mallory' WHERE sequence = %1$s; SET LOCAL session_replication_role = origin; SELECT delivery.erase_audit('vault.log', %1$s, 'hide it') $$, :last)) AS erase;
SET ROLE regress_delivery_keeper;
-- all of it, in the transaction of a change
BEGIN;
INSERT INTO vault.person VALUES (11, 'eleven');
SELECT delivery.prune_audit('vault.log', max(sequence), 'all') > 0 AS pruned FROM vault.log;
INSERT INTO vault.person VALUES (12, 'twelve');
COMMIT;
SELECT sequence - :last AS sequence, operation, new_row ->> 'name' AS name FROM vault.log ORDER BY sequence;
SELECT * FROM delivery.verify_audit('vault.log');
-- all of it, twice, the second time undone
BEGIN;
SELECT delivery.prune_audit('vault.log', max(sequence), 'all') FROM vault.log;
COMMIT;
SELECT count(*), min(operation) FROM vault.log;
SELECT * FROM delivery.verify_audit('vault.log');
BEGIN;
SAVEPOINT s;
SELECT delivery.prune_audit('vault.log', max(sequence), 'all') FROM vault.log;
ROLLBACK TO s;
INSERT INTO vault.person VALUES (13, 'thirteen');
COMMIT;
SELECT count(*) FROM vault.log;
SELECT * FROM delivery.verify_audit('vault.log');
-- an empty log
CALL delivery.create_audit_log('vault.empty');
SELECT pg_temp.refusal($$ SELECT delivery.prune_audit('vault.empty', 1, 'x') $$) AS prune, pg_temp.refusal($$ SELECT delivery.erase_audit('vault.empty', 1, 'x') $$) AS erase;

-- what is taken away twice in one transaction is not explained yet
SELECT min(sequence) AS first FROM vault.log \gset
BEGIN;
SELECT delivery.erase_audit('vault.log', max(sequence), 'asked for') FROM vault.log WHERE salt IS NOT NULL;
SELECT pg_temp.refusal(format($$ SELECT delivery.prune_audit('vault.log', %s, 'archived') $$, :first)) AS erased;
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT delivery.erase_audit('vault.log', max(sequence), 'asked for') FROM vault.log WHERE salt IS NOT NULL;
ROLLBACK TO s;
SELECT pg_temp.refusal(format($$ SELECT delivery.prune_audit('vault.log', %s, 'archived') $$, :first)) AS undone;
ROLLBACK;

-- the next log: tables go on in it, and what is not recorded of them stays so
CREATE TABLE vault.part (id integer, secret text) PARTITION BY LIST (id);
CREATE TABLE vault.part_1 PARTITION OF vault.part FOR VALUES IN (1);
SELECT delivery.record_audit('vault.part', 'vault.log', '{secret}');
GRANT SELECT ON vault.log TO regress_delivery_reader;
GRANT INSERT ON vault.log TO PUBLIC;
ALTER TABLE vault.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE vault.part ENABLE ALWAYS TRIGGER delivery_audit;
BEGIN;
INSERT INTO vault.part VALUES (1, 'before');
CALL delivery.rotate_audit_log('vault.log', 'vault."log 2"');
INSERT INTO vault.part VALUES (1, 'after');
COMMIT;
SELECT operation, detail, new_row FROM vault.log ORDER BY sequence DESC LIMIT 2;
SELECT sequence, operation, audited, audited_oid = 'vault.log'::regclass AS of_log, regexp_replace(detail::text, '[0-9]+,|[0-9a-f]{64}', '...', 'g') AS detail, new_row FROM vault."log 2" ORDER BY sequence;
SELECT * FROM delivery.audits() WHERE audited::text LIKE 'vault.%' ORDER BY audited::text COLLATE "C";
SELECT log, has_table_privilege('regress_delivery_reader', log, 'SELECT') AS reads, has_table_privilege('regress_delivery_reader', log, 'INSERT') AS records, has_table_privilege('regress_delivery_reader', log, 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS more FROM unnest('{vault.log,"vault.\"log 2\""}'::regclass[]) AS log;
-- policies are not copied, so that nobody sees a row whom they hid it from; triggers fire as they did
SELECT relname, relrowsecurity FROM pg_class WHERE oid = 'vault."log 2"'::regclass;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgrelid IN ('vault.part'::regclass, 'vault.part_1'::regclass) ORDER BY tgrelid::regclass::text COLLATE "C", tgname;
SELECT pg_temp.refusal($$ CALL delivery.rotate_audit_log('vault.log', 'vault.fork') $$) AS twice;
TRUNCATE vault.part_1;
SELECT operation, audited FROM vault."log 2" ORDER BY sequence DESC LIMIT 1;
-- the first row is a kept head of the log before
SELECT count(*) AS problems FROM vault."log 2" AS l, LATERAL delivery.verify_audit('vault.log', (l.detail ->> 'sequence')::bigint, decode(l.detail ->> 'hash', 'hex')) WHERE l.sequence = 1;
SELECT (l.detail ->> 'sequence')::bigint = h.sequence AND decode(l.detail ->> 'hash', 'hex') = h.hash AS is_its_head FROM vault."log 2" AS l, delivery.audit_head('vault.log') AS h WHERE l.sequence = 1;
SELECT * FROM delivery.verify_audit('vault."log 2"');
-- nothing needs the old one any more
DROP TABLE vault.log;
INSERT INTO vault.person VALUES (14, 'fourteen');
SELECT f, pg_temp.refusal(format('CALL delivery.rotate_audit_log(%s)', f)) FROM (VALUES (1, $$'vault."log 2"', 'vault."log 2"'$$), (2, $$'vault."log 2"', NULL$$), (3, $$NULL, 'vault.x'$$), (4, $$'vault.person', 'vault.x'$$), (5, $$'vault."log 2"', 'nowhere.x'$$)) AS v (i, f) ORDER BY i;
RESET ROLE;
-- a table of somebody else in the log, which only its owner attaches elsewhere
CREATE TABLE public.foreign_table (id integer);
ALTER TABLE public.foreign_table OWNER TO regress_delivery_reader;
GRANT USAGE ON SCHEMA vault TO regress_delivery_reader;
SET ROLE regress_delivery_reader;
SELECT delivery.record_audit('foreign_table', 'vault."log 2"');
SELECT pg_temp.refusal($$ CALL delivery.rotate_audit_log('vault."log 2"', 'vault.mine') $$) AS no_owner, pg_temp.refusal($$ SELECT delivery.erase_audit('vault."log 2"', 1, 'x') $$) AS erase, pg_temp.refusal($$ SELECT delivery.prune_audit('vault."log 2"', 1, 'x') $$) AS prune;
SELECT count(*) AS locked FROM pg_locks WHERE relation = 'vault."log 2"'::regclass AND pid = pg_backend_pid();
SET ROLE regress_delivery_keeper;
SELECT pg_temp.refusal($$ CALL delivery.rotate_audit_log('vault."log 2"', 'vault.third') $$) AS table_of_another;
SELECT to_regclass('vault.third') IS NULL AS nothing_done;
RESET ROLE;
-- by who owns all of them, for the same owner
CALL delivery.rotate_audit_log('vault."log 2"', 'vault.third');
SELECT tableowner FROM pg_tables WHERE tablename = 'third';
SELECT audited, log, excluded FROM delivery.audits() WHERE log = 'vault.third'::regclass ORDER BY audited::text COLLATE "C";

-- over many pages of rows that are gone, but not vacuumed
INSERT INTO vault.person SELECT i, 'many' FROM generate_series(1001, 4000) AS i;
SELECT delivery.prune_audit('vault.third', 2000, 'archived');
SELECT count(delivery.erase_audit('vault.third', sequence, 'asked for')) AS erased FROM vault.third WHERE sequence % 2 = 0 AND operation = 'INSERT';
SELECT count(*) AS problems FROM generate_series(1, 3), delivery.verify_audit('vault.third');
SELECT delivery.prune_audit('vault.third', 2900, 'archived');
SELECT count(*) AS problems FROM generate_series(1, 3), delivery.verify_audit('vault.third');

DROP TABLE public.foreign_table, vault.person, vault.part, vault."log 2", vault.empty, vault.third;
DROP FUNCTION vault.who;
DROP SCHEMA vault;
DROP ROLE regress_delivery_keeper, regress_delivery_reader;
