/*
 * audit_image.h
 *	  The image of a row, as an audit log keeps it.
 */
#ifndef DELIVERY_AUDIT_IMAGE_H
#define DELIVERY_AUDIT_IMAGE_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/relcache.h"

extern bool delivery_audit_differs(Relation relation, HeapTuple old, HeapTuple new, Oid type, int32 typmod);
extern text *delivery_audit_image(Relation relation, HeapTuple tuple, Oid type, int32 typmod);

#endif							/* DELIVERY_AUDIT_IMAGE_H */
