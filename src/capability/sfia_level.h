/*
 * sfia_level.h
 *	  Levels of responsibility: a whole number from 1 to 7.
 */
#ifndef DELIVERY_SFIA_LEVEL_H
#define DELIVERY_SFIA_LEVEL_H

#include "postgres.h"

#include "fmgr.h"

#define SFIA_LEVELS 7

/* Between 1 and SFIA_LEVELS. */
typedef int16 SfiaLevel;

#define DatumGetSfiaLevel(datum) ((SfiaLevel) DatumGetInt16(datum))
#define SfiaLevelGetDatum(level) Int16GetDatum(level)
#define PG_GETARG_SFIA_LEVEL(n) DatumGetSfiaLevel(PG_GETARG_DATUM(n))
#define PG_RETURN_SFIA_LEVEL(level) return SfiaLevelGetDatum(level)

static inline bool
delivery_is_sfia_level(int64 number)
{
	return number >= 1 && number <= SFIA_LEVELS;
}

#endif							/* DELIVERY_SFIA_LEVEL_H */
