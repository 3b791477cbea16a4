/*
 * delivery.h
 *	  What every module that the server calls includes first.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "postgres.h"

#include "fmgr.h"

#include "base/compat.h"

#endif							/* DELIVERY_H */
