/*
 * shown.h
 *	  What an error shows of a text that somebody wrote.
 */
#ifndef DELIVERY_SHOWN_H
#define DELIVERY_SHOWN_H

#include "postgres.h"

extern char *delivery_shown(const char *text);

#endif							/* DELIVERY_SHOWN_H */
