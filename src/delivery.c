/*
 * delivery.c
 *	  Module magic, and what is done once when the library is loaded.
 */
#include "base/delivery.h"

#include "utils/guc.h"

#include "base/internal.h"
#include "guard/actor.h"
#include "guard/audit_record.h"
#include "guard/condition.h"
#include "guard/wip_enforce.h"
#include "guard/wip_lock.h"

DELIVERY_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	delivery_define_actor();
	MarkGUCPrefixReserved("delivery");
	delivery_audit_watch_transactions();
	delivery_wip_watch_applied();
	delivery_wip_watch_transactions();
	delivery_watch_schemas();
	delivery_watch_statements();
}
