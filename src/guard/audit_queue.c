/*
 * audit_queue.c
 *	  What a transaction did, until it is recorded at its end.
 *
 * Entries are kept one behind the other, in memory up to work_mem and then in a
 * temporary file.  A savepoint that is rolled back takes the end of the queue away:
 * where it begins is known, so that nothing is read for that.
 */
#include "base/delivery.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "guard/audit_queue.h"

/* Places are in order by all of their fields: the file goes on where memory ends. */
typedef struct Place
{
	Size		memory;
	int			file;
	off_t		offset;
} Place;

typedef struct Header
{
	Oid			log;
	Oid			audited;
	int			operation;
	int			lengths[AUDIT_ENTRY_TEXTS]; /* -1: NULL */
} Header;

/* Where the entries of a subtransaction begin, if it has any. */
typedef struct Level
{
	SubTransactionId id;
	Place		start;
} Level;

typedef struct Log
{
	AuditQueueLog log;
	Place		first;
} Log;

/* all in the memory of the transaction, and gone with it */
typedef struct Queue
{
	char	   *memory;
	Size		room;
	BufFile    *file;
	bool		is_placed;		/* the file is at the end of the queue */
	Place		end;
	Place		next;			/* to be read */
	Level	   *levels;
	int			level_count;
	int			level_room;
	Log		   *logs;
	int			log_count;
	int			log_room;
	bool		is_recorded;
} Queue;

static Queue queue;

static bool
is_before(const Place *one, const Place *other)
{
	if (one->memory != other->memory)
		return one->memory < other->memory;
	if (one->file != other->file)
		return one->file < other->file;
	return one->offset < other->offset;
}

static void *
more_room(void *array, int *room, Size size)
{
	*room = Max(8, *room * 2);
	if (array == NULL)
		return MemoryContextAllocHuge(TopTransactionContext, *room * size);
	return repalloc_huge(array, *room * size);
}

/* --- adding ------------------------------------------------------------- */

static void
start_level(void)
{
	SubTransactionId id = GetCurrentSubTransactionId();

	if (id == TopSubTransactionId || (queue.level_count > 0 && queue.levels[queue.level_count - 1].id == id))
		return;
	if (queue.level_count == queue.level_room)
		queue.levels = (Level *) more_room(queue.levels, &queue.level_room, sizeof(Level));
	queue.levels[queue.level_count].id = id;
	queue.levels[queue.level_count].start = queue.end;
	queue.level_count++;
}

static Log *
note_log(Oid log)
{
	for (int i = queue.log_count - 1; i >= 0; i--)
		if (queue.logs[i].log.log == log)
			return &queue.logs[i];
	if (queue.log_count == queue.log_room)
		queue.logs = (Log *) more_room(queue.logs, &queue.log_room, sizeof(Log));
	memset(&queue.logs[queue.log_count], 0, sizeof(Log));
	queue.logs[queue.log_count].log.log = log;
	queue.logs[queue.log_count].first = queue.end;
	return &queue.logs[queue.log_count++];
}

static bool
fits_in_memory(Size size)
{
	return queue.end.file == 0 && queue.end.offset == 0 && queue.end.memory + size <= (Size) work_mem * 1024;
}

static void
add_to_memory(const void *data, Size size)
{
	if (queue.end.memory + size > queue.room)
	{
		Size		room = Max(Max(queue.room * 2, queue.end.memory + size), 8192);

		queue.memory = queue.memory == NULL ?
			(char *) MemoryContextAllocHuge(TopTransactionContext, room) :
			(char *) repalloc_huge(queue.memory, room);
		queue.room = room;
	}
	if (size > 0)
		memcpy(queue.memory + queue.end.memory, data, size);
	queue.end.memory += size;
}

/* The file belongs to the transaction, whatever subtransaction it is made in. */
static void
open_file(void)
{
	MemoryContext context = MemoryContextSwitchTo(TopTransactionContext);
	ResourceOwner owner = CurrentResourceOwner;

	CurrentResourceOwner = TopTransactionResourceOwner;
	queue.file = BufFileCreateTemp(false);
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(context);
}

static void
seek(const Place *place)
{
	if (BufFileSeek(queue.file, place->file, place->offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not find a place in the temporary file of audited changes")));
}

static void
add_to_file(const Header *header, const AuditEntry *entry)
{
	if (queue.file == NULL)
		open_file();
	else if (!queue.is_placed)
		seek(&queue.end);
	queue.is_placed = false;
	delivery_write_file(queue.file, header, sizeof(Header));
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		if (header->lengths[i] > 0)
			delivery_write_file(queue.file, entry->texts[i].data, (size_t) header->lengths[i]);
	BufFileTell(queue.file, &queue.end.file, &queue.end.offset);
	queue.is_placed = true;
}

/*
 * At the end of the transaction, after it has recorded what there was, there is nobody
 * who would record this.
 */
static void
check_not_recorded(void)
{
	if (queue.is_recorded)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("an audited table is changed after the changes of the transaction were recorded"),
				 errdetail("Something of another extension changes it at the end of the commit."),
				 errhint("Load \"delivery\" before that extension (shared_preload_libraries).")));
}

static Log *
add(const AuditEntry *entry)
{
	Header		header;
	Size		size = sizeof(Header);
	Log		   *log;

	check_not_recorded();
	memset(&header, 0, sizeof(header));
	header.log = entry->log;
	header.audited = entry->audited;
	header.operation = entry->operation;
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
	{
		header.lengths[i] = entry->texts[i].data == NULL ? -1 : entry->texts[i].length;
		size += Max(header.lengths[i], 0);
	}
	start_level();
	log = note_log(entry->log);
	if (!fits_in_memory(size))
	{
		add_to_file(&header, entry);
		return log;
	}
	add_to_memory(&header, sizeof(Header));
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		add_to_memory(entry->texts[i].data, (Size) Max(header.lengths[i], 0));
	return log;
}

void
delivery_audit_queue(const AuditEntry *entry)
{
	(void) add(entry);
}

/*
 * The chain goes on from the last row that was pruned, if there is none after it.  If
 * that is rolled back the row is there again, and this does no harm.
 */
void
delivery_audit_queue_prune(const AuditEntry *entry, const AuditHead *last)
{
	Log		   *log = add(entry);

	if (last->sequence > log->log.pruned.sequence)
		log->log.pruned = *last;
}

/* --- reading ------------------------------------------------------------ */

static void
read_header(Header *header, bool from_file)
{
	if (from_file)
	{
		seek(&queue.next);
		delivery_read_file(queue.file, header, sizeof(Header));
		return;
	}
	memcpy(header, queue.memory + queue.next.memory, sizeof(Header));
	queue.next.memory += sizeof(Header);
}

static void
read_text(AuditText *text, int length, bool from_file)
{
	char	   *data;

	text->data = NULL;
	text->length = length;
	if (length < 0)
		return;
	data = (char *) MemoryContextAllocHuge(CurrentMemoryContext, (Size) length + 1);
	if (from_file)
	{
		if (length > 0)
			delivery_read_file(queue.file, data, (size_t) length);
	}
	else
	{
		memcpy(data, queue.memory + queue.next.memory, (Size) length);
		queue.next.memory += (Size) length;
	}
	data[length] = '\0';
	text->data = data;
}

bool
delivery_audit_has_entries(void)
{
	return is_before(&queue.next, &queue.end);
}

/*
 * The next entry that was not given yet, in the order in which they were added; what it
 * points at is in the current memory context.
 */
bool
delivery_audit_next(AuditEntry *entry)
{
	Header		header;
	bool		from_file = queue.next.memory == queue.end.memory;

	if (!is_before(&queue.next, &queue.end))
		return false;
	queue.is_placed = false;
	read_header(&header, from_file);
	entry->log = header.log;
	entry->audited = header.audited;
	entry->operation = (AuditOperation) header.operation;
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		read_text(&entry->texts[i], header.lengths[i], from_file);
	if (from_file)
		BufFileTell(queue.file, &queue.next.file, &queue.next.offset);
	return true;
}

static int
compare_logs(const void *a, const void *b)
{
	Oid			one = ((const AuditQueueLog *) a)->log;
	Oid			other = ((const AuditQueueLog *) b)->log;

	return one < other ? -1 : one > other;
}

/*
 * The logs that have entries, in the order of their numbers.
 */
int
delivery_audit_queue_logs(AuditQueueLog **logs)
{
	*logs = (AuditQueueLog *) palloc(Max(queue.log_count, 1) * sizeof(AuditQueueLog));
	for (int i = 0; i < queue.log_count; i++)
		(*logs)[i] = queue.logs[i].log;
	qsort(*logs, queue.log_count, sizeof(AuditQueueLog), compare_logs);
	return queue.log_count;
}

bool
delivery_audit_is_pending(Oid log)
{
	for (int i = 0; i < queue.log_count; i++)
		if (queue.logs[i].log.log == log)
			return true;
	return false;
}

/* --- ends of transactions ----------------------------------------------- */

/*
 * All is recorded: nothing may be added until the transaction ends.
 */
void
delivery_audit_close_queue(void)
{
	if (queue.file != NULL)
		BufFileClose(queue.file);
	queue.file = NULL;
	queue.is_recorded = true;
}

/*
 * A file that is open is closed, and removed, by the server, as the transaction owns it.
 */
void
delivery_audit_empty_queue(void)
{
	memset(&queue, 0, sizeof(queue));
}

static void
cut_off(Place end)
{
	int			left = 0;

	queue.end = end;
	queue.is_placed = false;
	for (int i = 0; i < queue.log_count; i++)
		if (is_before(&queue.logs[i].first, &end))
			queue.logs[left++] = queue.logs[i];
	queue.log_count = left;
}

/*
 * What a subtransaction added becomes its parent's, or goes.
 */
void
delivery_audit_end_subtransaction(SubTransactionId ended, SubTransactionId parent, bool is_commit)
{
	Level	   *last = queue.level_count > 0 ? &queue.levels[queue.level_count - 1] : NULL;

	if (last == NULL || last->id != ended)
		return;
	if (!is_commit)
		cut_off(last->start);
	else if (parent != TopSubTransactionId && (queue.level_count == 1 || last[-1].id != parent))
	{
		last->id = parent;
		return;
	}
	queue.level_count--;
}
