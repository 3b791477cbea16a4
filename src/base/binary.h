/*
 * binary.h
 *	  How the binary form of each type of ours begins.
 *
 * Drivers send bytes without saying of which type they are, and some send text
 * where a binary form is wanted.  Each form begins with a byte that counts formats,
 * and with three zeros, but for sfia_level.  No text has a zero, while jsonb and others
 * have a version before theirs; an integer has no room for more after four bytes.  A
 * level is a byte after the format: no text of two letters and no jsonb is like that, nor
 * a smallint that could be a level.
 */
#ifndef DELIVERY_BINARY_H
#define DELIVERY_BINARY_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"

#define BINARY_FORMAT 1

extern void delivery_send_format(StringInfo message);
extern int	delivery_receive_format(StringInfo message, const char *type);
pg_noreturn extern void delivery_refuse_binary(const char *type, const char *detail);

#endif							/* DELIVERY_BINARY_H */
