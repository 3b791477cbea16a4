/*
 * errors.h
 *	  SQLSTATEs of rule violations, private subclasses of class 23.
 */
#ifndef DELIVERY_ERRORS_H
#define DELIVERY_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_DELIVERY_APPEND_ONLY	MAKE_SQLSTATE('2', '3', 'W', '5', '0')

#endif							/* DELIVERY_ERRORS_H */
