/*
 * actor.h
 *	  Who is held responsible for what a session does.
 */
#ifndef DELIVERY_ACTOR_H
#define DELIVERY_ACTOR_H

extern void delivery_define_actor(void);
extern const char *delivery_actor_name(void);
extern const char *delivery_login_name(void);

#endif							/* DELIVERY_ACTOR_H */
