/*
 * shown.h
 *	  What an error shows of what somebody wrote: texts, values, lists of them.
 */
#ifndef DELIVERY_SHOWN_H
#define DELIVERY_SHOWN_H

#include "postgres.h"

/* more of a long list say no more */
#define DELIVERY_LISTED 8

extern char *delivery_shown(const char *text);
extern char *delivery_shown_value(Oid type, Datum value);
extern char *delivery_shown_texts(Datum array);

#endif							/* DELIVERY_SHOWN_H */
