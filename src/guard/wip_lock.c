/*
 * wip_lock.c
 *	  Locks that keep two transactions from entering the last place of a group.
 *
 * They are held to the end of the transaction, as the rows are seen by others only
 * then.  The groups that a statement enters are known before it takes the first
 * lock, so all statements lock in the same order.  Whoever locks groups holds the
 * board shared; a statement of too many groups, and a change of the limits, takes
 * the board for itself.
 */
#include "base/delivery.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "guard/wip_board.h"
#include "guard/wip_lock.h"
#include "guard/wip_rights.h"

/* of our own among the advisory locks, of which users have 1 and 2 */
#define BOARD_LOCK_CLASS 0x4457
#define GROUP_LOCK_CLASS 0x4458

/* more of one board are one lock of the board */
#define GROUPS_LOCKED 256

typedef enum WipLockKind
{
	BOARD_SHARED,
	BOARD_EXCLUSIVE,
	GROUP
} WipLockKind;

typedef struct WipLock
{
	Oid			board;
	uint32		key;
	WipLockKind kind;
	SubTransactionId owner;
} WipLock;

typedef struct WipLocks
{
	WipLock    *locks;
	int			count;
	int			room;
} WipLocks;

static WipLocks awaited;
static WipLocks held;

static void
add(WipLocks *locks, Oid board, uint32 key, WipLockKind kind)
{
	if (locks->count == locks->room)
	{
		int			room = Max(16, locks->room * 2);

		locks->locks = locks->locks == NULL ?
			(WipLock *) MemoryContextAlloc(TopMemoryContext, room * sizeof(WipLock)) :
			(WipLock *) repalloc_huge(locks->locks, room * sizeof(WipLock));
		locks->room = room;
	}
	locks->locks[locks->count].board = board;
	locks->locks[locks->count].key = key;
	locks->locks[locks->count].kind = kind;
	locks->locks[locks->count].owner = GetCurrentSubTransactionId();
	locks->count++;
}

static bool
is_held(Oid board, uint32 key, WipLockKind kind)
{
	for (int i = 0; i < held.count; i++)
		if (held.locks[i].board == board && held.locks[i].key == key && held.locks[i].kind == kind)
			return true;
	return false;
}

static void
take(Oid board, uint32 key, WipLockKind kind)
{
	LOCKTAG		tag;
	ResourceOwner owner = CurrentResourceOwner;

	if (is_held(board, key, kind))
		return;
	/* a cursor may run in another subtransaction than it was opened in */
	CurrentResourceOwner = CurTransactionResourceOwner;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, board, key, kind == GROUP ? GROUP_LOCK_CLASS : BOARD_LOCK_CLASS);
	(void) LockAcquire(&tag, kind == BOARD_SHARED ? ShareLock : ExclusiveLock, false, false);
	CurrentResourceOwner = owner;
	add(&held, board, key, kind);
}

/*
 * A statement is going to lock this group before it ends.
 */
void
delivery_wip_await(Oid board, uint32 key)
{
	add(&awaited, board, key, GROUP);
}

static int
compare_locks(const void *a, const void *b)
{
	const WipLock *one = (const WipLock *) a;
	const WipLock *two = (const WipLock *) b;

	if (one->board != two->board)
		return one->board < two->board ? -1 : 1;
	return one->key < two->key ? -1 : one->key > two->key;
}

static int
count_held(Oid board)
{
	int			count = 0;

	for (int i = 0; i < held.count; i++)
		if (held.locks[i].board == board && held.locks[i].kind == GROUP)
			count++;
	return count;
}

/*
 * Lock the groups of one board, which are in order; returns how many entries they are.
 */
static int
lock_board_groups(const WipLock *locks, int count)
{
	Oid			board = locks[0].board;
	int			entries = 0;
	int			more = 0;

	while (entries < count && locks[entries].board == board)
		entries++;
	if (is_held(board, 0, BOARD_EXCLUSIVE))
		return entries;
	for (int i = 0; i < entries && more <= GROUPS_LOCKED; i++)
		if ((i == 0 || locks[i].key != locks[i - 1].key) && (entries == 1 || !is_held(board, locks[i].key, GROUP)))
			more++;
	if (more > 0 && more + count_held(board) > GROUPS_LOCKED)
	{
		take(board, 0, BOARD_EXCLUSIVE);
		return entries;
	}
	take(board, 0, BOARD_SHARED);
	for (int i = 0; i < entries; i++)
		take(board, locks[i].key, GROUP);
	return entries;
}

static bool
is_wanted(const WipLock *lock, Oid board)
{
	return lock->board == board || delivery_wip_may_enter(delivery_wip_board(lock->board));
}

/*
 * All that statements await at this board, and those at others whose lanes they may
 * write to, in one order.  What a transaction awaits that this subtransaction is part
 * of stays, as it would be unlocked with the subtransaction.
 */
void
delivery_wip_lock_awaited(Oid board)
{
	SubTransactionId current = GetCurrentSubTransactionId();
	WipLock    *wanted = (WipLock *) MemoryContextAllocHuge(CurrentMemoryContext, Max(awaited.count, 1) * sizeof(WipLock));
	int			count = 0;
	int			left = 0;

	for (int i = 0; i < awaited.count; i++)
		if (is_wanted(&awaited.locks[i], board))
			wanted[count++] = awaited.locks[i];
	if (count > 1)
		qsort(wanted, count, sizeof(WipLock), compare_locks);
	for (int i = 0; i < count;)
		i += lock_board_groups(&wanted[i], count - i);
	pfree(wanted);
	for (int i = 0; i < awaited.count; i++)
		if (awaited.locks[i].owner != current || !is_wanted(&awaited.locks[i], board))
			awaited.locks[left++] = awaited.locks[i];
	awaited.count = left;
}

/*
 * For a change of its limits: no check of them runs at the same time.
 */
void
delivery_wip_lock_board(Oid board)
{
	take(board, 0, BOARD_EXCLUSIVE);
}

/* --- end of transactions ------------------------------------------------ */

static void
end_transaction(XactEvent event, void *argument)
{
	(void) argument;
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		awaited.count = held.count = 0;
}

/* Locks of a subtransaction go with it when it is rolled back. */
static void
end_subtransaction(WipLocks *locks, bool commit, SubTransactionId ended, SubTransactionId parent)
{
	int			left = 0;

	for (int i = 0; i < locks->count; i++)
	{
		if (locks->locks[i].owner == ended)
		{
			if (!commit)
				continue;
			locks->locks[i].owner = parent;
		}
		locks->locks[left++] = locks->locks[i];
	}
	locks->count = left;
}

static void
watch_subtransaction(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void *argument)
{
	(void) argument;
	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	end_subtransaction(&awaited, event == SUBXACT_EVENT_COMMIT_SUB, ended, parent);
	end_subtransaction(&held, event == SUBXACT_EVENT_COMMIT_SUB, ended, parent);
}

void
delivery_wip_watch_transactions(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(watch_subtransaction, NULL);
}
