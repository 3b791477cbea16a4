/*
 * wip_layout.h
 *	  Which columns of a board its triggers look at.
 */
#ifndef DELIVERY_WIP_LAYOUT_H
#define DELIVERY_WIP_LAYOUT_H

#include "postgres.h"

#include "utils/relcache.h"
#include "utils/reltrigger.h"

#include "base/compat.h"
#include "guard/wip.h"

extern bool delivery_wip_is_trigger(const Trigger *trigger);
extern bool delivery_wip_layout(const Trigger *trigger, WipLayout *layout);
extern bool delivery_wip_find_layout(Relation relation, WipLayout *layout, bool *agree);
pg_noreturn extern void delivery_wip_refuse_table(Relation table);
pg_noreturn extern void delivery_wip_refuse_part(Relation part, const WipLayout *layout);

#endif							/* DELIVERY_WIP_LAYOUT_H */
