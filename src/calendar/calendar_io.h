/*
 * calendar_io.h
 *	  Reading and writing calendars.
 */
#ifndef DELIVERY_CALENDAR_IO_H
#define DELIVERY_CALENDAR_IO_H

#include <stddef.h>

extern void *delivery_calendar_memory(void *pointer, size_t size);

#endif							/* DELIVERY_CALENDAR_IO_H */
