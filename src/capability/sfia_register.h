/*
 * sfia_register.h
 *	  The skills that the extension ships.
 */
#ifndef DELIVERY_SFIA_REGISTER_H
#define DELIVERY_SFIA_REGISTER_H

#include "postgres.h"

#include "capability/sfia_level.h"

/* the version of the framework whose skills they are */
#define SFIA_VERSION "9"

/* A skill, and the levels at which the framework defines it. */
typedef struct SfiaSkill
{
	const char *code;
	const char *name;
	SfiaLevel	first_level;
	SfiaLevel	last_level;
} SfiaSkill;

extern const SfiaSkill *delivery_sfia_register(int *count);
extern const SfiaSkill *delivery_find_sfia_skill(const char *code);

#endif							/* DELIVERY_SFIA_REGISTER_H */
