-- audit_verify.sql: what a broken chain tells: every kind of tampering, heads that were
-- kept, and the same hashes computed by the server's own functions.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET bytea_output = 'hex';
CREATE SCHEMA ledger;

-- the oracle: digests and hashes by plain SQL
CREATE FUNCTION pg_temp.field(value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN value IS NULL THEN int4send(-1) ELSE int4send(length(value)) || value END $$;
CREATE FUNCTION pg_temp.utf8(value text) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT convert_to(value, 'UTF8') $$;
CALL delivery.create_audit_log('ledger.chain');
CREATE VIEW ledger.oracle AS
SELECT c.sequence,
	sha256('\x01' || pg_temp.field(previous_hash) || pg_temp.field(int8send(c.sequence)) || pg_temp.field(timestamptz_send(recorded_at)) || pg_temp.field(int8send(transaction_id))
		|| pg_temp.field(pg_temp.utf8(actor)) || pg_temp.field(pg_temp.utf8(login)) || pg_temp.field(pg_temp.utf8(operation)) || pg_temp.field(pg_temp.utf8(audited)) || pg_temp.field(oidsend(audited_oid))
		|| pg_temp.field(pg_temp.utf8(detail::text)) || pg_temp.field(digest)) = c.hash AS hash_fits,
	digest IS NULL OR sha256('\x01' || pg_temp.field(salt) || pg_temp.field(pg_temp.utf8(old_row::text)) || pg_temp.field(pg_temp.utf8(new_row::text))) = digest AS digest_fits,
	previous_hash = lag(c.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY c.sequence) AS is_linked
FROM ledger.chain AS c;
CREATE TABLE fact (id integer, what text);
SELECT delivery.record_audit('fact', 'ledger.chain');
-- random rows, also long ones, with texts of all kinds
SELECT setseed(0.5);
DO $$
BEGIN
	FOR i IN 1 .. 200 LOOP
		CASE (random() * 5)::int
			WHEN 0 THEN UPDATE fact SET what = what || 'x' WHERE id % 7 = i % 7;
			WHEN 1 THEN DELETE FROM fact WHERE id % 11 = i % 11;
			WHEN 2 THEN INSERT INTO fact VALUES (i, repeat('é€😀"\', (random() * 3000)::int));
			WHEN 3 THEN TRUNCATE fact;
			WHEN 4 THEN INSERT INTO fact VALUES (i, NULL), (NULL, E'\t\n\x01');
			ELSE INSERT INTO fact SELECT i, string_agg(chr(33 + (random() * 5000)::int), '') FROM generate_series(1, 200);
		END CASE;
		COMMIT;
	END LOOP;
END $$;
SELECT count(*) > 100 AS many, bool_and(hash_fits) AS hashes, bool_and(digest_fits) AS digests, bool_and(is_linked) AS links FROM ledger.oracle;
SELECT count(*) AS problems FROM delivery.verify_audit('ledger.chain');
SELECT count(DISTINCT salt) = count(salt) AS each_its_own, min(length(salt)) AS bytes, min(length(digest)) AS digest FROM ledger.chain;
SELECT delivery.stop_audit('fact');
DROP VIEW ledger.oracle;
DROP TABLE fact, ledger.chain;

-- tampering, by somebody who can switch triggers off; a row may be broken in several ways
CALL delivery.create_audit_log('ledger.chain');
CREATE TABLE fact (id integer, what text);
SELECT delivery.record_audit('fact', 'ledger.chain');
INSERT INTO fact SELECT i, 'fact ' || i FROM generate_series(1, 10) AS i;
TRUNCATE fact;
SELECT delivery.erase_audit('ledger.chain', 3, 'asked for');
SELECT sequence, length(hash) FROM delivery.audit_head('ledger.chain');
SELECT sequence AS head, hash FROM delivery.audit_head('ledger.chain') \gset
SELECT sequence AS fifth, hash AS fifth_hash FROM ledger.chain WHERE sequence = 5 \gset
INSERT INTO fact VALUES (13, 'later');
CREATE FUNCTION pg_temp.after(tampering text, verify text DEFAULT $$ delivery.verify_audit('ledger.chain') $$) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE tampering;
	EXECUTE format('SELECT string_agg(concat_ws('': '', sequence, problem), E''\n'') FROM %s', verify) INTO found;
	RAISE EXCEPTION USING errcode = 'P0001', message = coalesce(found, 'nothing is found');
EXCEPTION WHEN raise_exception THEN
	RETURN sqlerrm;
END $$;
-- what a forger would do, who knows how: a hash that fits the row
CREATE FUNCTION pg_temp.forge(which bigint) RETURNS void LANGUAGE sql AS $$
	UPDATE ledger.chain AS c SET digest = CASE WHEN old_row IS NULL AND new_row IS NULL THEN digest ELSE sha256('\x01' || pg_temp.field(salt) || pg_temp.field(pg_temp.utf8(old_row::text)) || pg_temp.field(pg_temp.utf8(new_row::text))) END WHERE sequence = which;
	UPDATE ledger.chain AS c SET hash = sha256('\x01' || pg_temp.field(previous_hash) || pg_temp.field(int8send(c.sequence)) || pg_temp.field(timestamptz_send(recorded_at)) || pg_temp.field(int8send(transaction_id))
		|| pg_temp.field(pg_temp.utf8(actor)) || pg_temp.field(pg_temp.utf8(login)) || pg_temp.field(pg_temp.utf8(operation)) || pg_temp.field(pg_temp.utf8(audited)) || pg_temp.field(oidsend(audited_oid))
		|| pg_temp.field(pg_temp.utf8(detail::text)) || pg_temp.field(digest)) WHERE sequence = which;
$$;
SELECT what, pg_temp.after(tampering) FROM (VALUES
	(1, 'nothing', 'SELECT 1'), (2, 'a row is edited', $$ UPDATE ledger.chain SET new_row = '{"id":4,"what":"other"}' WHERE sequence = 4 $$), (3, 'another actor', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 5 $$),
	(4, 'another time', $$ UPDATE ledger.chain SET recorded_at = recorded_at + interval '1 microsecond' WHERE sequence = 13 $$), (5, 'a row is deleted', 'DELETE FROM ledger.chain WHERE sequence = 6'), (6, 'rows are deleted', 'DELETE FROM ledger.chain WHERE sequence BETWEEN 6 AND 8'), (7, 'the first row is deleted', 'DELETE FROM ledger.chain WHERE sequence = 1'),
	(8, 'two rows change places', 'UPDATE ledger.chain SET sequence = CASE sequence WHEN 4 THEN 105 ELSE 104 END WHERE sequence IN (4, 5); UPDATE ledger.chain SET sequence = sequence - 100 WHERE sequence > 100'),
	(9, 'rows move up', 'DELETE FROM ledger.chain WHERE sequence = 11; UPDATE ledger.chain SET sequence = sequence - 1 WHERE sequence > 11'),
	(10, 'a hash is edited', $$ UPDATE ledger.chain SET hash = previous_hash WHERE sequence = 7 $$), (11, 'a hash is short', $$ UPDATE ledger.chain SET hash = '\x00' WHERE sequence = 7 $$), (12, 'a row is added', $$ INSERT INTO ledger.chain SELECT 14, format, recorded_at, transaction_id, actor, login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, hash, hash FROM ledger.chain WHERE sequence = 13 $$),
	(13, 'NULL becomes text', $$ UPDATE ledger.chain SET old_row = 'null' WHERE sequence = 2 $$), (14, 'a blank in a row', $$ UPDATE ledger.chain SET new_row = '{"id":4, "what":"fact 4"}' WHERE sequence = 4 $$),
	(15, 'the tail is cut off', 'DELETE FROM ledger.chain WHERE sequence > 8'), (16, 'all is gone', 'DELETE FROM ledger.chain'),
	(17, 'another format', 'UPDATE ledger.chain SET format = 2 WHERE sequence = 4'), (18, 'another table', 'UPDATE ledger.chain SET audited_oid = 1 WHERE sequence = 4'), (19, 'a detail', $$ UPDATE ledger.chain SET detail = '{}' WHERE sequence = 4 $$),
	(20, 'a row is emptied', 'UPDATE ledger.chain SET new_row = NULL, salt = NULL WHERE sequence = 4'), (21, 'and its digest', 'UPDATE ledger.chain SET new_row = NULL, salt = NULL, digest = NULL WHERE sequence = 4'), (22, 'without its salt', 'UPDATE ledger.chain SET salt = NULL WHERE sequence = 4'), (23, 'a short salt', $$ UPDATE ledger.chain SET salt = '\x00' WHERE sequence = 4 $$),
	(24, 'a truncation has a row', $$ UPDATE ledger.chain SET new_row = '{}' WHERE sequence = 11 $$), (25, 'an erased row has images', $$ UPDATE ledger.chain SET new_row = '{}', salt = repeat('x', 16)::bytea WHERE sequence = 3 $$),
	(26, 'the row that says so is gone', 'DELETE FROM ledger.chain WHERE sequence = 12'), (27, 'it names another row', $$ UPDATE ledger.chain SET detail = replace(detail::text, ':3,', ':4,')::json WHERE sequence = 12; SELECT pg_temp.forge(12) $$),
	(28, 'it names another digest', $$ UPDATE ledger.chain SET detail = replace(detail::text, '"digest":"', '"digest":"0')::json WHERE sequence = 12; SELECT pg_temp.forge(12) $$),
	(29, 'a forgery', $$ UPDATE ledger.chain SET new_row = '{"id":4}' WHERE sequence = 4; SELECT pg_temp.forge(4) $$), (30, 'a forgery of images alone', $$ UPDATE ledger.chain SET new_row = '{"id":4}' WHERE sequence = 4; UPDATE ledger.chain SET digest = sha256('\x01' || pg_temp.field(salt) || pg_temp.field(NULL) || pg_temp.field(pg_temp.utf8(new_row::text))) WHERE sequence = 4 $$),
	(31, 'several', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence IN (2, 5, 9); DELETE FROM ledger.chain WHERE sequence IN (4, 7, 8) $$), (32, 'an erased row, edited', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 3 $$),
	(34, 'a row before the first', $$ INSERT INTO ledger.chain SELECT 0, format, recorded_at, transaction_id, 'alice', login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, previous_hash, hash FROM ledger.chain WHERE sequence = 1; SELECT pg_temp.forge(0) $$),
	(35, 'another one', $$ INSERT INTO ledger.chain SELECT -7, format, recorded_at, transaction_id, 'alice', login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, previous_hash, hash FROM ledger.chain WHERE sequence = 1; SELECT pg_temp.forge(-7) $$),
	(36, 'a detail that nobody can read', $$ UPDATE ledger.chain SET detail = '{"sequence":3,"x":"\u0000"}' WHERE sequence = 12; SELECT pg_temp.forge(12) $$), (37, 'an erased row is gone', 'DELETE FROM ledger.chain WHERE sequence = 3'),
	(33, 'a detail that is no object', $$ UPDATE ledger.chain SET detail = '[1]' WHERE sequence = 12; SELECT pg_temp.forge(12) $$)
) AS v (i, what, tampering) ORDER BY i;
-- what is cut off at the end, a head tells that was kept elsewhere; it looks at nothing before
SELECT count(*) AS problems FROM delivery.verify_audit('ledger.chain', :head, :'hash');
SELECT what, pg_temp.after(tampering, format($$ delivery.verify_audit('ledger.chain', %L, %L) $$, :fifth, :'fifth_hash')) FROM (VALUES
	(1, 'nothing', 'SELECT 1'), (2, 'before the head', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 4 $$), (3, 'rows before it are gone', 'DELETE FROM ledger.chain WHERE sequence < 5'), (4, 'at the head', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 5 $$),
	(5, 'a forgery at the head', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 5; SELECT pg_temp.forge(5) $$), (6, 'after it', $$ UPDATE ledger.chain SET actor = 'mallory' WHERE sequence = 6 $$), (7, 'the head is gone', 'DELETE FROM ledger.chain WHERE sequence = 5'),
	(8, 'the head and what was before', 'DELETE FROM ledger.chain WHERE sequence < 6'), (9, 'and more', 'DELETE FROM ledger.chain WHERE sequence < 9'), (10, 'the tail', 'DELETE FROM ledger.chain WHERE sequence > 3'), (11, 'all', 'DELETE FROM ledger.chain'), (12, 'two in the middle', 'DELETE FROM ledger.chain WHERE sequence IN (8, 10)'), (13, 'what says that it was erased', 'DELETE FROM ledger.chain WHERE sequence = 12')) AS v (i, what, tampering) ORDER BY i;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM ledger.chain WHERE sequence > 8;
SELECT * FROM delivery.verify_audit('ledger.chain', :head, :'hash');
SET LOCAL session_replication_role = origin;
INSERT INTO fact VALUES (12, 'instead'), (13, 'of it');
COMMIT;
INSERT INTO fact VALUES (14, 'goes on'), (15, 'from there');
-- the row that says that row 3 was erased went with the tail
SELECT * FROM delivery.verify_audit('ledger.chain');
SELECT sequence, problem FROM delivery.verify_audit('ledger.chain', :head, :'hash');

-- a head before the first row sees what is before it
SELECT pg_temp.after($$ INSERT INTO ledger.chain SELECT 0, format, recorded_at, transaction_id, 'alice', login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, previous_hash, hash FROM ledger.chain WHERE sequence = 1; SELECT pg_temp.forge(0) $$,
	$$ delivery.verify_audit('ledger.chain', 0, decode(repeat('00', 32), 'hex')) $$);
-- a forgery cannot be pruned, be it the last row that goes
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING errcode = 'P0001', message = 'no error';
EXCEPTION WHEN raise_exception THEN
	RETURN sqlerrm;
WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(': ', sqlstate, detail);
END $$;
SELECT pg_temp.refused($$ SET LOCAL session_replication_role = replica; UPDATE ledger.chain SET new_row = '{"id":2}' WHERE sequence = 2; SELECT pg_temp.forge(2); SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('ledger.chain', 2, 'hide it') $$) AS forged,
	pg_temp.refused($$ SELECT delivery.prune_audit('ledger.chain', 2, 'archived') $$) AS whole,
	pg_temp.refused($$ SET LOCAL session_replication_role = replica; INSERT INTO ledger.chain SELECT 0, format, recorded_at, transaction_id, 'alice', login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, previous_hash, hash FROM ledger.chain WHERE sequence = 1; SELECT pg_temp.forge(0); SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('ledger.chain', 2, 'hide it') $$) AS before_the_first;

-- nor where the row behind is bent to fit, or taken away; and it is not erased
SELECT pg_temp.refused($$ SET LOCAL session_replication_role = replica; UPDATE ledger.chain SET new_row = '{"id":2}' WHERE sequence = 2; SELECT pg_temp.forge(2); UPDATE ledger.chain SET previous_hash = (SELECT hash FROM ledger.chain WHERE sequence = 2) WHERE sequence = 3; SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('ledger.chain', 2, 'hide it') $$) AS bent,
	pg_temp.refused($$ SET LOCAL session_replication_role = replica; UPDATE ledger.chain SET new_row = '{"id":2}' WHERE sequence = 2; SELECT pg_temp.forge(2); DELETE FROM ledger.chain WHERE sequence = 3; SET LOCAL session_replication_role = origin; SELECT delivery.prune_audit('ledger.chain', 2, 'hide it') $$) AS gone,
	pg_temp.refused($$ SET LOCAL session_replication_role = replica; UPDATE ledger.chain SET new_row = '{"id":2}' WHERE sequence = 2; SELECT pg_temp.forge(2); SET LOCAL session_replication_role = origin; SELECT delivery.erase_audit('ledger.chain', 2, 'hide it') $$) AS erased;

-- what is no head
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN concat_ws(' ', sqlstate, sqlerrm); END $$;
SELECT head, pg_temp.refusal(format('SELECT delivery.verify_audit(%s)', head)) FROM (VALUES (1, 'NULL'), (2, $$NULL, 1, sha256('')$$), (3, $$'ledger.chain', NULL, sha256('')$$), (4, $$'ledger.chain', 1, NULL$$), (5, $$'ledger.chain', -1, sha256('')$$),
	(6, $$'ledger.chain', 1, 'short'$$), (7, $$'ledger.chain', 0, sha256('')$$), (8, $$'ledger.chain', 0, decode(repeat('00', 32), 'hex')$$)) AS v (i, head) ORDER BY i;

DROP TABLE fact, ledger.chain;

-- a log as 0.1.0 wrote it, the first release: rows of format 1 verify from here on, with what was erased and pruned
CALL delivery.create_audit_log('ledger.kept');
SET session_replication_role = replica;
INSERT INTO ledger.kept (sequence, format, recorded_at, transaction_id, actor, login, operation, audited, audited_oid, detail, old_row, new_row, salt, digest, previous_hash, hash) VALUES
	(2, 1, '2026-06-01 10:00:01.000000+00', 1235, 'bob@example.org', 'app', 'UPDATE', 'public."Konto é"', 16401, NULL, NULL, NULL, NULL, '\x7f4fa4034897fc90c81fb1f3f8ce4f93386be80af00150a532510cd02df543c9', '\x18473cdc055e9b9fee0d8067fd01514d96c43cb6e9c14786b3f57c4aff54ee15', '\xdb1324ec5fbdb03471f506e73444430beb84a5a84a8e16d79ff81f75cc900c55'),
	(3, 1, '2026-06-01 10:00:02.000000+00', 1236, 'bob@example.org', 'app', 'DELETE', 'public."Konto é"', 16401, NULL, '{"id":1,"name":null}', NULL, '\xa394664f9ae7066d4cafba639423de48', '\xf8b4adf24284d2e82e94eb8ef6d24fdd0be9278ef9643e0396de0b113c521cbe', '\xdb1324ec5fbdb03471f506e73444430beb84a5a84a8e16d79ff81f75cc900c55', '\x3308fa9820e78dc00f92c7d58be77e07c68154db45239c2bcad28eea02dbc26f'),
	(4, 1, '2026-06-01 10:00:03.000000+00', 4294968296, 'postgres', 'postgres', 'TRUNCATE', 'public."Konto é"', 16401, NULL, NULL, NULL, NULL, NULL, '\x3308fa9820e78dc00f92c7d58be77e07c68154db45239c2bcad28eea02dbc26f', '\x9b061e6296c2ffe5c526cacbc6e5ce325b23361780123ead9b64606bfe331187'),
	(5, 1, '2026-12-01 04:43:01.081744+00', 3996, 'postgres', 'postgres', 'ERASE', 'public."Konto é"', 16401, '{"sequence":2,"digest":"7f4fa4034897fc90c81fb1f3f8ce4f93386be80af00150a532510cd02df543c9","reason":"asked for"}', NULL, NULL, NULL, NULL, '\x9b061e6296c2ffe5c526cacbc6e5ce325b23361780123ead9b64606bfe331187', '\x48465452886ae6656caa7716e62b5ebc31b95a998500a21b880170f9b0b9453a'),
	(6, 1, '2026-12-01 04:43:01.081940+00', 3997, 'postgres', 'postgres', 'PRUNE', 'public.fx', 22246, '{"up_to":1,"hash":"18473cdc055e9b9fee0d8067fd01514d96c43cb6e9c14786b3f57c4aff54ee15","count":1,"reason":"archived"}', NULL, NULL, NULL, NULL, '\x48465452886ae6656caa7716e62b5ebc31b95a998500a21b880170f9b0b9453a', '\x1e88db65abbd206f0759f2528f9b252dcbcd50520b81f727c0d633bf9d084cd6');
RESET session_replication_role;
SELECT count(*), (SELECT count(*) FROM delivery.verify_audit('ledger.kept')) AS problems FROM ledger.kept;
SELECT sequence, encode(hash, 'hex') AS hash FROM delivery.audit_head('ledger.kept');
DROP TABLE ledger.kept;
DROP SCHEMA ledger;
