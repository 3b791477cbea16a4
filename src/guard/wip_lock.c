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
#include "lib/ilist.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lock.h"
#include "utils/hsearch.h"
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

/* what a transaction locked is kept for the next one, unless it was much more */
#define LOCKS_KEPT 1024

typedef enum WipLockKind
{
	BOARD_SHARED,
	BOARD_EXCLUSIVE,
	GROUP
} WipLockKind;

/* What is held already need not be taken, nor counted, again. */
typedef struct WipLock
{
	Oid			board;			/* these two are key of the hash table */
	uint32		group;
} WipLock;

typedef struct HeldLock
{
	WipLock		lock;			/* group is 0 for the board */
	WipLockKind kind;
	SubTransactionId owner;
} HeldLock;

/*
 * A group that a statement is going to lock before it ends.  It may be locked by a
 * subtransaction of the one that it is awaited in, and with that be unlocked again.
 */
typedef struct Awaited
{
	uint32		group;
	SubTransactionId owner;
	SubTransactionId locked;	/* the subtransaction that holds it */
} Awaited;

typedef struct BoardLocks
{
	Oid			board;			/* key of the hash table */
	dlist_node	node;
	bool		shared;
	bool		exclusive;
	int			groups;			/* that are held */

	/*
	 * Both who awaits and who holds are nested, as subtransactions are: what the
	 * innermost one did stands last.  So an event looks at what came after the ones
	 * that are locked, and the end of a subtransaction at its own.
	 */
	Awaited    *awaited;
	int			count;
	int			locked;			/* so many of the first ones */
	int			room;
} BoardLocks;

static HTAB *boards = NULL;
static dlist_head touched = DLIST_STATIC_INIT(touched);
static HTAB *held_groups = NULL;
static HeldLock *held = NULL;
static int	held_count = 0;
static int	held_room = 0;

static HTAB *
make_table(const char *name, Size key, Size entry)
{
	HASHCTL		control = {0};

	control.keysize = key;
	control.entrysize = entry;
	control.hcxt = TopMemoryContext;
	return hash_create(name, 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static BoardLocks *
locks_of(Oid oid)
{
	BoardLocks *board;
	bool		found;

	if (boards == NULL)
		boards = make_table("delivery boards locked", sizeof(Oid), sizeof(BoardLocks));
	board = (BoardLocks *) hash_search(boards, &oid, HASH_ENTER, &found);
	if (!found)
	{
		memset(board, 0, sizeof(BoardLocks));
		board->board = oid;
		dlist_push_tail(&touched, &board->node);
	}
	return board;
}

static bool
is_held(const BoardLocks *board, uint32 group)
{
	WipLock		lock = {board->board, group};

	return board->groups > 0 && hash_search(held_groups, &lock, HASH_FIND, NULL) != NULL;
}

/* It must not fail between its steps: what is noted is held, and what is not is not. */
static void
take(BoardLocks *board, uint32 group, WipLockKind kind)
{
	LOCKTAG		tag;
	WipLock		lock = {board->board, group};
	ResourceOwner owner = CurrentResourceOwner;

	if (held_groups == NULL)
		held_groups = make_table("delivery groups locked", sizeof(WipLock), sizeof(WipLock));
	if (held_count == held_room)
	{
		int			room = Max(16, held_room * 2);

		held = held == NULL ? (HeldLock *) MemoryContextAlloc(TopMemoryContext, room * sizeof(HeldLock)) :
			(HeldLock *) repalloc_huge(held, room * sizeof(HeldLock));
		held_room = room;
	}
	/* a cursor may run in another subtransaction than it was opened in */
	CurrentResourceOwner = CurTransactionResourceOwner;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, board->board, group, kind == GROUP ? GROUP_LOCK_CLASS : BOARD_LOCK_CLASS);
	(void) LockAcquire(&tag, kind == BOARD_SHARED ? ShareLock : ExclusiveLock, false, false);
	CurrentResourceOwner = owner;
	if (kind == GROUP)
	{
		(void) hash_search(held_groups, &lock, HASH_ENTER, NULL);
		board->groups++;
	}
	else if (kind == BOARD_SHARED)
		board->shared = true;
	else
		board->exclusive = true;
	held[held_count].lock = lock;
	held[held_count].kind = kind;
	held[held_count].owner = GetCurrentSubTransactionId();
	held_count++;
}

/* The server unlocks it. */
static void
forget_last(void)
{
	const HeldLock *last = &held[--held_count];
	BoardLocks *board = locks_of(last->lock.board);

	if (last->kind == GROUP)
	{
		(void) hash_search(held_groups, &last->lock, HASH_REMOVE, NULL);
		board->groups--;
	}
	else if (last->kind == BOARD_SHARED)
		board->shared = false;
	else
		board->exclusive = false;
}

/*
 * A statement is going to lock this group before it ends.
 */
void
delivery_wip_await(Oid oid, uint32 group)
{
	BoardLocks *board = locks_of(oid);

	if (board->count == board->room)
	{
		int			room = Max(16, board->room * 2);

		board->awaited = board->awaited == NULL ?
			(Awaited *) MemoryContextAlloc(TopTransactionContext, room * sizeof(Awaited)) :
			(Awaited *) repalloc_huge(board->awaited, room * sizeof(Awaited));
		board->room = room;
	}
	board->awaited[board->count].group = group;
	board->awaited[board->count].owner = GetCurrentSubTransactionId();
	board->awaited[board->count].locked = InvalidSubTransactionId;
	board->count++;
}

static int
compare_groups(const void *a, const void *b)
{
	uint32		one = *(const uint32 *) a;
	uint32		two = *(const uint32 *) b;

	return one < two ? -1 : one > two;
}

/*
 * Lock the groups of one board in order.  Those that are held do not count again: else
 * whoever holds as many as may be would take the board, and so would the next one that
 * does, and they would wait for each other.
 */
static void
lock_groups(BoardLocks *board, uint32 *groups, int count)
{
	int			missing = 0;

	if (board->exclusive)
		return;
	if (count > 1)
		qsort(groups, count, sizeof(uint32), compare_groups);
	for (int i = 0; i < count; i++)
		if ((i == 0 || groups[i] != groups[i - 1]) && !is_held(board, groups[i]))
			groups[missing++] = groups[i];
	if (missing == 0)
		return;
	if (missing + board->groups > GROUPS_LOCKED)
	{
		take(board, 0, BOARD_EXCLUSIVE);
		return;
	}
	if (!board->shared)
		take(board, 0, BOARD_SHARED);
	for (int i = 0; i < missing; i++)
		take(board, groups[i], GROUP);
}

/* What is locked for as long as it is awaited is done. */
static void
drop_lasting(BoardLocks *board)
{
	while (board->count > 0 && board->count == board->locked && board->awaited[board->count - 1].locked == board->awaited[board->count - 1].owner)
		board->locked = --board->count;
}

/*
 * Lock what is awaited at one board.  What a transaction awaits that this subtransaction
 * is part of is kept, as it would be unlocked with the subtransaction.
 */
static void
lock_awaited(BoardLocks *board)
{
	SubTransactionId current = GetCurrentSubTransactionId();
	int			count = board->count - board->locked;
	uint32		one;
	uint32	   *groups = &one;

	if (count > 1)
		groups = (uint32 *) MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(uint32));
	for (int i = 0; i < count; i++)
		groups[i] = board->awaited[board->locked + i].group;
	lock_groups(board, groups, count);
	if (count > 1)
		pfree(groups);
	while (board->count > board->locked && board->awaited[board->count - 1].owner == current)
		board->count--;
	for (int i = board->locked; i < board->count; i++)
		board->awaited[i].locked = current;
	board->locked = board->count;
	drop_lasting(board);
}

static int
compare_boards(const ListCell *a, const ListCell *b)
{
	Oid			one = ((const BoardLocks *) lfirst(a))->board;
	Oid			two = ((const BoardLocks *) lfirst(b))->board;

	return one < two ? -1 : one > two;
}

/*
 * All that statements await at this board, and those at others whose lanes they may
 * write to, in one order.
 */
void
delivery_wip_lock_awaited(Oid board)
{
	List	   *wanted = NIL;
	dlist_iter	iterator;
	ListCell   *cell;

	dlist_foreach(iterator, &touched)
	{
		BoardLocks *other = dlist_container(BoardLocks, node, iterator.cur);

		if (other->count > other->locked &&
			(other->board == board || delivery_wip_may_enter(delivery_wip_board(other->board))))
			wanted = lappend(wanted, other);
	}
	list_sort(wanted, compare_boards);
	foreach(cell, wanted)
		lock_awaited((BoardLocks *) lfirst(cell));
	list_free(wanted);
}

/*
 * For a change of its limits: no check of them runs at the same time.
 */
void
delivery_wip_lock_board(Oid oid)
{
	BoardLocks *board = locks_of(oid);

	if (!board->exclusive)
		take(board, 0, BOARD_EXCLUSIVE);
}

/* --- end of transactions ------------------------------------------------ */

static void
end_transaction(XactEvent event, void *argument)
{
	bool		many = held_room > LOCKS_KEPT;
	dlist_mutable_iter iterator;

	(void) argument;
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	while (held_count > 0)
		forget_last();
	dlist_foreach_modify(iterator, &touched)
	{
		BoardLocks *board = dlist_container(BoardLocks, node, iterator.cur);

		dlist_delete(iterator.cur);
		(void) hash_search(boards, &board->board, HASH_REMOVE, NULL);
	}
	if (many)
	{
		hash_destroy(held_groups);
		hash_destroy(boards);
		pfree(held);
		held_groups = boards = NULL;
		held = NULL;
		held_room = 0;
	}
}

/*
 * What was awaited or locked in a subtransaction is its parent's, or, if it was rolled
 * back, gone.
 */
static void
end_awaited(BoardLocks *board, bool commit, SubTransactionId ended, SubTransactionId parent)
{
	for (int i = board->count - 1; i >= 0 && board->awaited[i].owner == ended; i--)
	{
		if (commit)
			board->awaited[i].owner = parent;
		else
			board->count--;
	}
	board->locked = Min(board->locked, board->count);
	for (int i = board->locked - 1; i >= 0 && board->awaited[i].locked == ended; i--)
	{
		board->awaited[i].locked = commit ? parent : InvalidSubTransactionId;
		if (!commit)
			board->locked--;
	}
	drop_lasting(board);
}

static void
watch_subtransaction(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void *argument)
{
	bool		commit = event == SUBXACT_EVENT_COMMIT_SUB;
	dlist_iter	iterator;

	(void) argument;
	if (!commit && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	dlist_foreach(iterator, &touched)
	{
		BoardLocks *board = dlist_container(BoardLocks, node, iterator.cur);

		if (board->count > 0)
			end_awaited(board, commit, ended, parent);
	}
	for (int i = held_count - 1; i >= 0 && held[i].owner == ended; i--)
	{
		if (commit)
			held[i].owner = parent;
		else
			forget_last();
	}
}

void
delivery_wip_watch_transactions(void)
{
	RegisterXactCallback(end_transaction, NULL);
	RegisterSubXactCallback(watch_subtransaction, NULL);
}
