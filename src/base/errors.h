/*
 * errors.h
 *	  SQLSTATEs of rule violations, private subclasses of class 23, and of class 01
 *	  for those that only warn.
 */
#ifndef DELIVERY_ERRORS_H
#define DELIVERY_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_DELIVERY_WIP_LIMIT_EXCEEDED	MAKE_SQLSTATE('2', '3', 'W', '0', '1')
#define ERRCODE_DELIVERY_WIP_LIMIT_WARNING	MAKE_SQLSTATE('0', '1', 'W', '0', '1')
#define ERRCODE_DELIVERY_APPEND_ONLY	MAKE_SQLSTATE('2', '3', 'W', '5', '0')
#define ERRCODE_DELIVERY_SKILL_LEVEL_UNDEFINED	MAKE_SQLSTATE('2', '3', 'W', '6', '0')

#endif							/* DELIVERY_ERRORS_H */
