/*
 * audit_image.h
 *	  The image of a row, as an audit log keeps it.
 */
#ifndef DELIVERY_AUDIT_IMAGE_H
#define DELIVERY_AUDIT_IMAGE_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/relcache.h"

extern text *delivery_audit_image(HeapTuple tuple, Oid type, int32 typmod);

#endif							/* DELIVERY_AUDIT_IMAGE_H */
