/*
 * calendar_site.h
 *	  The calendar that a call site works with.
 */
#ifndef DELIVERY_CALENDAR_SITE_H
#define DELIVERY_CALENDAR_SITE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/typcache.h"

#include "calendar/calendar_value.h"

extern Calendar *delivery_get_calendar(FunctionCallInfo fcinfo, int argument);
extern void **delivery_site_private(FunctionCallInfo fcinfo);
extern TypeCacheEntry *delivery_multirange_type(FunctionCallInfo fcinfo, Oid type);

#endif							/* DELIVERY_CALENDAR_SITE_H */
