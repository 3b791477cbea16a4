-- actor.sql: who is held responsible for what a session does.
--
-- The setting delivery.actor where it is not empty, else session_user; never
-- current_user. Only superusers set it, and whom they allow to:
--   GRANT SET ON PARAMETER delivery.actor TO app;

CREATE FUNCTION delivery.actor()
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_actor'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.actor() IS
	'who is held responsible for what this session does: the setting delivery.actor, or else the user that logged in';
