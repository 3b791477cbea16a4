-- actor.sql: who is held responsible: the setting, or who logged in; never the
-- current user.
SET client_min_messages = warning;
\set VERBOSITY sqlstate

SELECT delivery.actor() = session_user AS by_login;
SET delivery.actor = 'ada@example.org';
SELECT delivery.actor();
CREATE ROLE regress_delivery_writer;
SET ROLE regress_delivery_writer;
SELECT delivery.actor(), current_user;
RESET ROLE;
SET delivery.actor = '';
SELECT delivery.actor() = session_user AS by_login;
SET SESSION AUTHORIZATION regress_delivery_writer;
SELECT delivery.actor();
SET delivery.actor = 'somebody';
RESET SESSION AUTHORIZATION;
GRANT SET ON PARAMETER delivery.actor TO regress_delivery_writer;
SET SESSION AUTHORIZATION regress_delivery_writer;
SET delivery.actor = 'grace';
SELECT delivery.actor();
RESET delivery.actor;
RESET SESSION AUTHORIZATION;
SET delivery.nothing = 1;
REVOKE SET ON PARAMETER delivery.actor FROM regress_delivery_writer;
DROP ROLE regress_delivery_writer;
