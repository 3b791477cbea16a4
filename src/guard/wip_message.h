/*
 * wip_message.h
 *	  What is said of a limit that is exceeded.
 */
#ifndef DELIVERY_WIP_MESSAGE_H
#define DELIVERY_WIP_MESSAGE_H

#include "postgres.h"

#include "commands/trigger.h"

#include "guard/wip.h"

extern int	delivery_wip_errcolumn(const WipBoard *board, const char *column);
extern void delivery_wip_report(const WipBoard *board, const WipLimit *limit, const WipRow *row,
								const TriggerData *trigger, int64 in_progress, int64 entering, int64 maximum);

#endif							/* DELIVERY_WIP_MESSAGE_H */
