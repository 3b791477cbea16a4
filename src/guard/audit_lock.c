/*
 * audit_lock.c
 *	  The lock of a log's chain.
 *
 * It is taken when a transaction commits or is prepared, after all that it waits for,
 * and in the order of the logs' numbers, so that nobody waits for anything else with it
 * in hand.
 */
#include "base/delivery.h"

#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/s_lock.h"

#include "guard/audit_lock.h"

/* of our own among the advisory locks, of which users have 1 and 2 */
#define AUDIT_LOCK_CLASS 0x4441

#define LOCK_ATTEMPTS 40
#define LOCK_PAUSES 60

/*
 * Until the end of the transaction.  It is mostly held for some microseconds, from
 * here to the end of a commit that does not wait for the disk; to sleep and to
 * be woken takes longer, so it is tried for as long first.
 */
void
delivery_audit_lock_chain(Oid log)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, log, AUDIT_LOCK_CLASS);
	for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++)
	{
		if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
			return;
		for (int pause = 0; pause < LOCK_PAUSES; pause++)
			SPIN_DELAY();
	}
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}
