-- wip.sql: WIP limits on the user's own tables, held by triggers.
--
-- A board is a table whose rows are work items; one column says in which lane an
-- item is, scope columns say whose it is. What enters a lane must not take it over
-- its limit; what leaves, stays or is edited is never refused. Weights are integers
-- from 0 on, NULL counts 1. Kanban: limit work in progress (D. Anderson, Kanban,
-- 2010, chapter 10; The Kanban Guide, 2020, "Actively Managing Items").
-- NULL: items whose lane is NULL are not limited, and those whose scope is NULL only by
--   limits that do not name what is NULL; of the arguments only the scope and the weight
--   column may be NULL.
-- Errors: 23W01 where a limit is exceeded, 01W01 where it only warns; 42501 for who
--   does not own the board, 42704 for a table that is no board or a limit that there
--   is not, 42710 for one that is a board already, 42703 for columns that are not
--   there, 42804 for those whose values cannot name a lane, or be a weight, 42809 for
--   what is not a table, 54000 for more lanes than a limit can have, 22004 for NULL,
--   22023 for other values.

CREATE TYPE delivery.wip_enforcement AS ENUM ('block', 'warn');
COMMENT ON TYPE delivery.wip_enforcement IS
	'what happens to work that enters a full lane: block refuses it, warn lets it in with a warning';

-- the condition and the function of the triggers
CREATE FUNCTION delivery_internal.enters_wip(board regclass, VARIADIC "columns" "any")
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_enters_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enters_wip(regclass, "any") IS
	'condition of the triggers that limit_wip attaches: whether a row enters a lane that has a limit';

CREATE FUNCTION delivery_internal.enters_weighted_wip(board regclass, VARIADIC "columns" "any")
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_enters_weighted_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enters_weighted_wip(regclass, "any") IS
	'the same for a board with weights, the last of the columns';

CREATE FUNCTION delivery_internal.enforce_wip_limit()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_enforce_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.enforce_wip_limit() IS
	'trigger function that limit_wip attaches: refuses what takes a lane over its limit';

-- limits, and what is allowed beyond them for a while

CREATE TABLE delivery_internal.wip_limit (
	board regclass NOT NULL,
	lanes text[] NOT NULL
		CHECK (cardinality(lanes) > 0 AND array_ndims(lanes) = 1 AND array_position(lanes, NULL) IS NULL),
	scope text[] NOT NULL DEFAULT '{}'
		CHECK (cardinality(scope) = 0 OR array_ndims(scope) = 1),
	maximum bigint NOT NULL CHECK (maximum >= 0),
	enforcement delivery.wip_enforcement NOT NULL,
	PRIMARY KEY (board, lanes, scope)
);
COMMENT ON TABLE delivery_internal.wip_limit IS
	'limits of work in progress, which set_wip_limit and drop_wip_limit write, behind the view delivery.wip_limit';
COMMENT ON COLUMN delivery_internal.wip_limit.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_limit.lanes IS 'lanes that are counted together, in order, as their column writes them';
COMMENT ON COLUMN delivery_internal.wip_limit.scope IS
	'empty: holds for each scope separately; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: counts all scopes together';
COMMENT ON COLUMN delivery_internal.wip_limit.maximum IS 'how much may be in progress; 0 closes the lanes';
COMMENT ON COLUMN delivery_internal.wip_limit.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';

CREATE TABLE delivery_internal.wip_override (
	board regclass NOT NULL,
	lanes text[] NOT NULL
		CHECK (cardinality(lanes) > 0 AND array_ndims(lanes) = 1 AND array_position(lanes, NULL) IS NULL),
	scope text[] NOT NULL DEFAULT '{}'
		CHECK (cardinality(scope) = 0 OR array_ndims(scope) = 1),
	extra bigint NOT NULL CHECK (extra > 0),
	reason text NOT NULL CHECK (btrim(reason, E' \t\n\r') <> ''),
	until timestamptz NOT NULL CHECK (isfinite(until)),
	granted_by text NOT NULL DEFAULT delivery.actor(),
	granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (board, lanes, scope, granted_at)
);
COMMENT ON TABLE delivery_internal.wip_override IS
	'what was allowed beyond a limit, which override_wip and end_wip_override write, behind the view delivery.wip_override';
COMMENT ON COLUMN delivery_internal.wip_override.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery_internal.wip_override.lanes IS 'lanes of the limit';
COMMENT ON COLUMN delivery_internal.wip_override.scope IS
	'empty: for all limits of single scopes; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: for the limit of all scopes together';
COMMENT ON COLUMN delivery_internal.wip_override.extra IS 'how much more may be in progress';
COMMENT ON COLUMN delivery_internal.wip_override.reason IS 'why';
COMMENT ON COLUMN delivery_internal.wip_override.until IS 'when it ends';
COMMENT ON COLUMN delivery_internal.wip_override.granted_by IS 'who allowed it: delivery.actor()';
COMMENT ON COLUMN delivery_internal.wip_override.granted_at IS 'when it was allowed';

CREATE FUNCTION delivery_internal.check_wip_setting()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_check_wip_setting'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.check_wip_setting() IS
	'trigger function of wip_limit and wip_override: writes lanes and scopes as their columns do';

CREATE FUNCTION delivery_internal.wip_setting_changed()
	RETURNS trigger
	AS 'MODULE_PATHNAME', 'delivery_wip_setting_changed'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery_internal.wip_setting_changed() IS
	'trigger function of wip_limit and wip_override: lets no check run while a limit changes';

CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON delivery_internal.wip_limit
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_setting();
CREATE TRIGGER setting_changed AFTER INSERT OR UPDATE OR DELETE ON delivery_internal.wip_limit
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.wip_setting_changed();
CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON delivery_internal.wip_override
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.check_wip_setting();
CREATE TRIGGER setting_changed AFTER INSERT OR UPDATE OR DELETE ON delivery_internal.wip_override
	FOR EACH ROW EXECUTE FUNCTION delivery_internal.wip_setting_changed();

CREATE TRIGGER settings_truncated AFTER TRUNCATE ON delivery_internal.wip_limit
	FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.wip_setting_changed();
CREATE TRIGGER settings_truncated AFTER TRUNCATE ON delivery_internal.wip_override
	FOR EACH STATEMENT EXECUTE FUNCTION delivery_internal.wip_setting_changed();
-- sessions must not go on with what they knew, whoever changes it
ALTER TABLE delivery_internal.wip_limit ENABLE ALWAYS TRIGGER setting_changed;
ALTER TABLE delivery_internal.wip_limit ENABLE ALWAYS TRIGGER settings_truncated;
ALTER TABLE delivery_internal.wip_override ENABLE ALWAYS TRIGGER setting_changed;
ALTER TABLE delivery_internal.wip_override ENABLE ALWAYS TRIGGER settings_truncated;

-- No right to UPDATE or DELETE for anybody: it is the right to LOCK, too, and with it
-- anybody could stop every board. Who owns the database dumps and restores.
GRANT SELECT, INSERT ON delivery_internal.wip_limit TO pg_database_owner;
GRANT SELECT, INSERT ON delivery_internal.wip_override TO pg_database_owner;

-- rows about tables that are gone are not dumped: their numbers may mean others when they are restored
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_limit', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.wip_override', 'WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = board)');

-- Settings to read, of the boards that the caller may read or owns. The joins keep
-- them from being written, by superusers, too.
CREATE VIEW delivery.wip_limit WITH (security_barrier) AS
	SELECT l.board, l.lanes, l.scope, l.maximum, l.enforcement::text AS enforcement
	FROM delivery_internal.wip_limit AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_limit IS
	'limits of work in progress, to read: set_wip_limit and drop_wip_limit write them; shown to whoever may read the board';
COMMENT ON COLUMN delivery.wip_limit.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_limit.lanes IS 'lanes that are counted together, in order, as their column writes them';
COMMENT ON COLUMN delivery.wip_limit.scope IS
	'empty: holds for each scope separately; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: counts all scopes together';
COMMENT ON COLUMN delivery.wip_limit.maximum IS 'how much may be in progress; 0 closes the lanes';
COMMENT ON COLUMN delivery.wip_limit.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';
GRANT SELECT ON delivery.wip_limit TO PUBLIC;

CREATE VIEW delivery.wip_override WITH (security_barrier) AS
	SELECT o.board, o.lanes, o.scope, o.extra, o.reason, o.until, o.granted_by, o.granted_at
	FROM delivery_internal.wip_override AS o JOIN pg_catalog.pg_class AS c ON c.oid = o.board
	WHERE pg_catalog.has_any_column_privilege(c.oid, 'SELECT') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW delivery.wip_override IS
	'what was allowed beyond a limit, by whom, why and until when, to read: override_wip and end_wip_override write it; overrides that hold at the same time add up';
COMMENT ON COLUMN delivery.wip_override.board IS 'table whose rows are work items';
COMMENT ON COLUMN delivery.wip_override.lanes IS 'lanes of the limit';
COMMENT ON COLUMN delivery.wip_override.scope IS
	'empty: for all limits of single scopes; else a value for each scope column of the board, in their order, NULL for those that do not matter; all of them NULL: for the limit of all scopes together';
COMMENT ON COLUMN delivery.wip_override.extra IS 'how much more may be in progress';
COMMENT ON COLUMN delivery.wip_override.reason IS 'why';
COMMENT ON COLUMN delivery.wip_override.until IS 'when it ends';
COMMENT ON COLUMN delivery.wip_override.granted_by IS 'who allowed it: delivery.actor()';
COMMENT ON COLUMN delivery.wip_override.granted_at IS 'when it was allowed';
GRANT SELECT ON delivery.wip_override TO PUBLIC;

-- functions

CREATE FUNCTION delivery.limit_wip(board regclass, lane_column name, scope_columns name[] DEFAULT '{}', weight_column name DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_limit_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.limit_wip(regclass, name, name[], name) IS
	'makes a table a board whose lanes can have limits; or attaches to a board what it misses, as a trigger on a new child';

CREATE FUNCTION delivery.unlimit_wip(board regclass)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_unlimit_wip'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.unlimit_wip(regclass) IS
	'makes a table a board no longer, and drops its limits and overrides';

CREATE FUNCTION delivery.set_wip_limit(board regclass, lanes text[], maximum bigint, enforcement delivery.wip_enforcement, scope jsonb DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_set_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.set_wip_limit(regclass, text[], bigint, delivery.wip_enforcement, jsonb) IS
	'limits how much may be in lanes together: in each scope separately (scope NULL), in the one that is named, or in all scopes together ({}); changes the limit if there is one';

CREATE FUNCTION delivery.drop_wip_limit(board regclass, lanes text[], scope jsonb DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_drop_wip_limit'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.drop_wip_limit(regclass, text[], jsonb) IS
	'drops the limit of these lanes and this scope';

CREATE FUNCTION delivery.override_wip(board regclass, lanes text[], scope jsonb, extra bigint, reason text, until timestamptz)
	RETURNS void
	AS 'MODULE_PATHNAME', 'delivery_override_wip'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.override_wip(regclass, text[], jsonb, bigint, text, timestamptz) IS
	'allows more than the limit of these lanes until an instant, in every scope (scope NULL), in the one that is named, or in all scopes together ({}), and records who did and why';

CREATE FUNCTION delivery.end_wip_override(board regclass, lanes text[], scope jsonb DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_end_wip_override'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delivery.end_wip_override(regclass, text[], jsonb) IS
	'ends now what override_wip allowed until later for these lanes and this scope, and returns how many overrides that were; they stay on record';

CREATE FUNCTION delivery.wip_status(OUT board regclass, OUT lanes text[], OUT scope jsonb, OUT in_progress bigint, OUT maximum bigint, OUT headroom bigint, OUT enforcement delivery.wip_enforcement)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_status'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 100;
COMMENT ON FUNCTION delivery.wip_status() IS
	'how much is in progress under each limit, and how much more may be, negative where it is exceeded; overrides are in the maximum; in_progress is NULL for who may not read all items';

CREATE FUNCTION delivery.wip_columns(part regclass, OUT board regclass, OUT lane_column name, OUT scope_columns name[], OUT weight_column name)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_wip_columns'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.wip_columns(regclass) IS
	'the board that a table belongs to, and the columns that it is limited by; NULL for a table that belongs to none';

CREATE FUNCTION delivery.wip_unindexed(board regclass, OUT part regclass, OUT "columns" name[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'delivery_wip_unindexed'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.wip_unindexed(regclass) IS
	'tables of a board, and columns by which a limit counts that no index of them begins with, in any order: they are read whole, or too much of them';

CREATE FUNCTION delivery.wip_unknown(board regclass)
	RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'delivery_wip_unknown'
	LANGUAGE C STABLE STRICT PARALLEL UNSAFE
	ROWS 1;
COMMENT ON FUNCTION delivery.wip_unknown(regclass) IS
	'values in limits and overrides of a board that its columns do not take: they hold for nothing';

CREATE FUNCTION delivery.suggested_wip_limit(team_size integer)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_suggested_wip_limit'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.suggested_wip_limit(integer) IS
	'a limit to start with: one less than the team has members, and at least 1';
