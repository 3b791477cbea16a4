/*
 * pause.h
 *	  How the modules that know no server header let a long loop be interrupted.
 */
#ifndef DELIVERY_PAUSE_H
#define DELIVERY_PAUSE_H

#include <stddef.h>

/* Called after every PAUSE_BLOCK elements; may not return (longjmp). */
typedef void (*PauseFunction) (void);

#define PAUSE_BLOCK ((size_t) 1 << 20)

#endif							/* DELIVERY_PAUSE_H */
