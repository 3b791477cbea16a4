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
#include "delivery.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"

#include "wip.h"

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

	if (is_held(board, key, kind))
		return;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, board, key, kind == GROUP ? GROUP_LOCK_CLASS : BOARD_LOCK_CLASS);
	(void) LockAcquire(&tag, kind == BOARD_SHARED ? ShareLock : ExclusiveLock, false, false);
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
 * From one lock to the next of another board.
 */
static int
lock_board_groups(int first)
{
	Oid			board = awaited.locks[first].board;
	int			groups = 0;
	int			next;

	for (next = first; next < awaited.count && awaited.locks[next].board == board; next++)
		if (next == first || awaited.locks[next].key != awaited.locks[next - 1].key)
			awaited.locks[first + groups++] = awaited.locks[next];
	if (is_held(board, 0, BOARD_EXCLUSIVE))
		return next;
	if (groups + count_held(board) > GROUPS_LOCKED)
	{
		int			more = 0;

		for (int i = 0; i < groups && groups <= GROUPS_LOCKED; i++)
			more += is_held(board, awaited.locks[first + i].key, GROUP) ? 0 : 1;
		if (groups > GROUPS_LOCKED || more + count_held(board) > GROUPS_LOCKED)
		{
			take(board, 0, BOARD_EXCLUSIVE);
			return next;
		}
	}
	take(board, 0, BOARD_SHARED);
	for (int i = 0; i < groups; i++)
		take(board, awaited.locks[first + i].key, GROUP);
	return next;
}

/*
 * All of them, in their order.
 */
void
delivery_wip_lock_awaited(void)
{
	if (awaited.count > 1)
		qsort(awaited.locks, awaited.count, sizeof(WipLock), compare_locks);
	for (int i = 0; i < awaited.count;)
		i = lock_board_groups(i);
	awaited.count = 0;
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
