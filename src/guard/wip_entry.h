/*
 * wip_entry.h
 *	  The column of a board that says since when an item is where it is.
 */
#ifndef DELIVERY_WIP_ENTRY_H
#define DELIVERY_WIP_ENTRY_H

#include "postgres.h"

#include "access/attnum.h"
#include "datatype/timestamp.h"
#include "executor/tuptable.h"

#include "guard/wip.h"

typedef struct WipEntry
{
	char	   *column;			/* NULL: none, or none for the current user */
	Oid			table;			/* for which the rest is known */
	AttrNumber	number;
	Oid			type;
} WipEntry;

extern void delivery_wip_find_entry(const WipBoard *board, WipEntry *entry);
extern bool delivery_wip_entered_at(WipEntry *entry, const WipTable *table, TupleTableSlot *slot, TimestampTz *at);

#endif							/* DELIVERY_WIP_ENTRY_H */
