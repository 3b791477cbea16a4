/*
 * zone.h
 *	  Instants and local dates of a time zone, by the server's own library.
 */
#ifndef DELIVERY_ZONE_H
#define DELIVERY_ZONE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pgtime.h"
#include "utils/date.h"

extern pg_tz *delivery_look_up_zone(const char *name);
extern pg_tz *delivery_find_zone(const char *name);
extern DateADT delivery_local_date(TimestampTz instant, pg_tz *zone);
extern TimestampTz delivery_day_start(DateADT date, pg_tz *zone);

#endif							/* DELIVERY_ZONE_H */
