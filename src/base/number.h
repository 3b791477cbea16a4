/*
 * number.h
 *	  Numbers that users write as text.
 */
#ifndef DELIVERY_NUMBER_H
#define DELIVERY_NUMBER_H

#include "postgres.h"

extern char *delivery_show_number(float8 number);
extern bool delivery_parse_number(const char *string, bool percent_allowed, float8 *number);

#endif							/* DELIVERY_NUMBER_H */
