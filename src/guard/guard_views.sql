-- guard_views.sql: what stands of the guardrails, for BI tools.
--
-- Views of built-in types only, text, bigint, double precision, boolean and timestamptz,
-- which drivers read that know nothing of regclass, enums, arrays and jsonb. Each caller
-- sees in them what the functions behind them show this caller; guardrail_health is with
-- health_check() in health.sql.
-- Unit: hours. NULL: what is not known, or not shown to the caller. Errors: none.

CREATE FUNCTION delivery_internal.plain_value(value text)
	RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN value = '' OR value ~ '[",:[:cntrl:]]|^\s|\s$' THEN '"' || replace(value, '"', '""') || '"' ELSE value END;
COMMENT ON FUNCTION delivery_internal.plain_value(text) IS
	'a value as it stands in a list: in double quotes where it would not be seen where it ends';

CREATE FUNCTION delivery_internal.plain_list("values" text[])
	RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(delivery_internal.plain_value(u.value), ', ' ORDER BY u.place) FROM unnest("values") WITH ORDINALITY AS u (value, place));
COMMENT ON FUNCTION delivery_internal.plain_list(text[]) IS
	'values with commas between them; NULL for none';

CREATE FUNCTION delivery_internal.plain_scope(scope jsonb)
	RETURNS text
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
RETURN CASE WHEN scope IS NULL THEN '' WHEN scope = '{}' THEN 'all scopes'
	ELSE (SELECT string_agg(delivery_internal.plain_value(s.key) || ': ' || delivery_internal.plain_value(s.value), ', ' ORDER BY s.place)
		FROM jsonb_each_text(scope) WITH ORDINALITY AS s (key, value, place)) END;
COMMENT ON FUNCTION delivery_internal.plain_scope(jsonb) IS
	'columns and values of a scope; empty for each scope, "all scopes" for all of them together';

CREATE VIEW delivery.wip_board AS
	SELECT t.name AS board, delivery_internal.plain_list(s.lanes) AS lanes, delivery_internal.plain_scope(s.scope) AS scope,
		s.in_progress, s.maximum, s.headroom, s.enforcement::text AS enforcement,
		(date_part('epoch', now()) - date_part('epoch', s.oldest)) / 3600 AS oldest_hours
	FROM delivery_internal.wip_ages() AS s JOIN delivery_internal.table_names() AS t ON t.relation = s.board;
COMMENT ON VIEW delivery.wip_board IS
	'wip_status() in built-in types for BI tools: how much is in progress under each limit, and for how long the oldest item';
COMMENT ON COLUMN delivery.wip_board.board IS 'table whose rows are work items, with its schema, as statements write it';
COMMENT ON COLUMN delivery.wip_board.lanes IS 'lanes that are counted together, with commas between them';
COMMENT ON COLUMN delivery.wip_board.scope IS
	'scope columns and values, as in "team: red"; empty where no scope has anything in these lanes; "all scopes" for the limit of all of them together';
COMMENT ON COLUMN delivery.wip_board.in_progress IS 'how much is in progress; NULL for who may not read all items';
COMMENT ON COLUMN delivery.wip_board.maximum IS 'how much may be, overrides included; 0 closes the lanes';
COMMENT ON COLUMN delivery.wip_board.headroom IS 'how much more may be, negative where the limit is exceeded';
COMMENT ON COLUMN delivery.wip_board.enforcement IS 'block refuses what exceeds it, warn lets it in with a warning';
COMMENT ON COLUMN delivery.wip_board.oldest_hours IS
	'hours since the earliest entry of these items, until the start of the transaction; NULL without items, an entry column, or the right to read it';
GRANT SELECT ON delivery.wip_board TO PUBLIC;

CREATE FUNCTION delivery_internal.last_audit_row(log regclass, OUT sequence bigint, OUT recorded_at timestamptz)
	RETURNS record
	AS 'MODULE_PATHNAME', 'delivery_last_audit_row'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.last_audit_row(regclass) IS
	'number and time of the last row of an audit log; NULL for one without rows, and for who may not read all of them';

CREATE VIEW delivery.audit_logs AS
	SELECT l.name AS log, a.name AS audited, coalesce(delivery_internal.plain_list(r.excluded::text[]), '') AS excluded,
		h.sequence AS last_sequence, h.recorded_at AS last_recorded_at
	FROM delivery.audits() AS r
		JOIN delivery_internal.table_names() AS l ON l.relation = r.log
		JOIN delivery_internal.table_names() AS a ON a.relation = r.audited,
		LATERAL delivery_internal.last_audit_row(r.log) AS h;
COMMENT ON VIEW delivery.audit_logs IS
	'audits() in built-in types for BI tools: a row for each audited table, with the last row of its log';
COMMENT ON COLUMN delivery.audit_logs.log IS 'audit log, with its schema, as statements write it';
COMMENT ON COLUMN delivery.audit_logs.audited IS 'table whose changes are recorded in it, written likewise';
COMMENT ON COLUMN delivery.audit_logs.excluded IS 'columns that are not recorded, with commas between them; empty for none';
COMMENT ON COLUMN delivery.audit_logs.last_sequence IS
	'number of the last row of the log, whatever table it is about; NULL for a log without rows, and for who may not read all of them';
COMMENT ON COLUMN delivery.audit_logs.last_recorded_at IS 'when that row was recorded';
GRANT SELECT ON delivery.audit_logs TO PUBLIC;
