/*
 * actor.c
 *	  Who is held responsible for what a session does.
 *
 * An application that connects as one role for many people names the person in
 * the setting delivery.actor.  As that is evidence, only superusers may set it,
 * and whom they grant it: GRANT SET ON PARAMETER delivery.actor TO app.
 */
#include "base/delivery.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "guard/actor.h"

static char *actor_setting = NULL;

PG_FUNCTION_INFO_V1(delivery_actor);

void
delivery_define_actor(void)
{
	DefineCustomStringVariable("delivery.actor",
							   "Who is recorded as the actor of what this session does.",
							   "Empty means the user that logged in.",
							   &actor_setting, "", PGC_SUSET, 0, NULL, NULL, NULL);
}

/*
 * A role that was dropped meanwhile still is its number: what a session does must
 * not fail for that.
 */
static const char *
role_name(Oid role)
{
	const char *name = GetUserNameFromId(role, true);

	return name != NULL ? name : psprintf("%u", role);
}

/*
 * Never the current user: a SECURITY DEFINER function or SET ROLE does not
 * make somebody else responsible.
 */
const char *
delivery_actor_name(void)
{
	if (actor_setting != NULL && actor_setting[0] != '\0')
		return actor_setting;
	return role_name(GetSessionUserId());
}

/*
 * The user whom the server let in, whatever SET SESSION AUTHORIZATION says.
 */
const char *
delivery_login_name(void)
{
	return role_name(GetAuthenticatedUserId());
}

/*
 * actor() -> text
 */
Datum
delivery_actor(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(delivery_actor_name()));
}
