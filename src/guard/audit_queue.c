/*
 * audit_queue.c
 *	  What a transaction did, until it is recorded at its end.
 *
 * Entries are kept one behind the other, in memory up to work_mem and then in a
 * temporary file.  A savepoint that is rolled back takes the end of the queue away:
 * where it begins is known, so that nothing is read for that.
 *
 * The file is written entry by entry: what could not be written, as it exceeds
 * temp_file_limit, is not left over for the next one, which may fit after a savepoint.
 */
#include "base/delivery.h"

#include "access/xact.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/wait_event.h"

#include "guard/audit_queue.h"

/* Places are in order by both: the file goes on where memory ends. */
typedef struct Place
{
	Size		memory;
	off_t		file;
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
	Place		removal;		/* of the first entry that takes rows away */
	bool		has_removal;
} Log;

/* Bytes of the file that were read, or are to be written, at once. */
typedef struct Window
{
	off_t		start;
	int			length;
	char		bytes[16384];
} Window;

/* all in the memory of the transaction, and gone with it */
typedef struct Queue
{
	char	   *memory;
	Size		room;
	File		file;
	bool		has_file;
	Window	   *window;			/* what was read last */
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
	return one->memory != other->memory ? one->memory < other->memory : one->file < other->file;
}

static void *
more_room(void *array, int *room, Size size)
{
	*room = Max(8, *room * 2);
	if (array == NULL)
		return MemoryContextAllocHuge(TopTransactionContext, *room * size);
	return repalloc_huge(array, *room * size);
}

/* --- in memory ----------------------------------------------------------- */

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
	return queue.end.file == 0 && queue.end.memory + size <= (Size) work_mem * 1024;
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

/* --- the file ----------------------------------------------------------- */

/* It belongs to the transaction, whatever subtransaction it is made in. */
static void
open_file(void)
{
	ResourceOwner owner = CurrentResourceOwner;

	queue.window = (Window *) MemoryContextAlloc(TopTransactionContext, sizeof(Window));
	PrepareTempTablespaces();
	CurrentResourceOwner = TopTransactionResourceOwner;
	queue.file = OpenTemporaryFile(false);
	CurrentResourceOwner = owner;
	queue.has_file = true;
}

static void
write_bytes(const char *bytes, Size size, off_t offset)
{
	while (size > 0)
	{
		int			piece = (int) Min(size, (Size) 1 << 24);
		int			written;

		CHECK_FOR_INTERRUPTS();
		errno = 0;
		written = (int) delivery_write_file(queue.file, bytes, piece, offset);
		if (written != piece)
		{
			/* as the server does: a short write means that there is no more room */
			if (errno == 0)
				errno = ENOSPC;
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not write audited changes to a temporary file: %m")));
		}
		bytes += piece;
		offset += piece;
		size -= (Size) piece;
	}
}

static void
put_bytes(Window *window, const char *bytes, Size size)
{
	if (window->length + size > sizeof(window->bytes))
	{
		write_bytes(window->bytes, (Size) window->length, window->start);
		window->start += window->length;
		window->length = 0;
	}
	if (size > sizeof(window->bytes))
	{
		write_bytes(bytes, size, window->start);
		window->start += (off_t) size;
		return;
	}
	memcpy(window->bytes + window->length, bytes, size);
	window->length += (int) size;
}

static void
add_to_file(const Header *header, const AuditEntry *entry)
{
	Window		window;

	if (!queue.has_file)
		open_file();
	window.start = queue.end.file;
	window.length = 0;
	put_bytes(&window, (const char *) header, sizeof(Header));
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		if (header->lengths[i] > 0)
			put_bytes(&window, entry->texts[i].data, (Size) header->lengths[i]);
	write_bytes(window.bytes, (Size) window.length, window.start);
	queue.end.file = window.start + window.length;
	/* what is behind the last entry that was read may be another one now */
	queue.window->length = 0;
}

static void
read_bytes(char *bytes, Size size)
{
	Window	   *window = queue.window;

	while (size > 0)
	{
		off_t		within = queue.next.file - window->start;
		Size		piece;

		if (within < 0 || within >= window->length)
		{
			window->start = queue.next.file;
			window->length = (int) FileRead(queue.file, window->bytes, sizeof(window->bytes), window->start, WAIT_EVENT_BUFFILE_READ);
			within = 0;
			if (window->length == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DATA_CORRUPTED),
						 errmsg("a temporary file of audited changes is too short")));
			if (window->length < 0)
				ereport(ERROR,
						(errcode_for_file_access(),
						 errmsg("could not read audited changes from a temporary file: %m")));
		}
		piece = Min(size, (Size) (window->length - within));
		memcpy(bytes, window->bytes + within, piece);
		bytes += piece;
		size -= piece;
		queue.next.file += (off_t) piece;
	}
}

/* --- entries ------------------------------------------------------------ */

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

static Log *
add_removal(const AuditEntry *entry)
{
	Place		place = queue.end;
	Log		   *log = add(entry);

	if (!log->has_removal)
		log->removal = place;
	log->has_removal = true;
	return log;
}

/*
 * That rows were taken away, which is not to be seen in the log before it is recorded.
 */
void
delivery_audit_queue_erase(const AuditEntry *entry)
{
	(void) add_removal(entry);
}

/*
 * The chain goes on from the last row that was pruned, if there is none after it.  If
 * that is rolled back the row is there again, and this does no harm.
 */
void
delivery_audit_queue_prune(const AuditEntry *entry, const AuditHead *last)
{
	Log		   *log = add_removal(entry);

	if (last->sequence > log->log.pruned.sequence)
		log->log.pruned = *last;
}

/* --- reading ------------------------------------------------------------ */

static void
read_piece(void *data, Size size, bool from_file)
{
	if (from_file)
	{
		read_bytes((char *) data, size);
		return;
	}
	memcpy(data, queue.memory + queue.next.memory, size);
	queue.next.memory += size;
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
	read_piece(data, (Size) length, from_file);
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
	read_piece(&header, sizeof(Header), from_file);
	entry->log = header.log;
	entry->audited = header.audited;
	entry->operation = (AuditOperation) header.operation;
	for (int i = 0; i < AUDIT_ENTRY_TEXTS; i++)
		read_text(&entry->texts[i], header.lengths[i], from_file);
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

/*
 * Whether rows of the log were taken away in this transaction.
 */
bool
delivery_audit_has_removal(Oid log)
{
	for (int i = 0; i < queue.log_count; i++)
		if (queue.logs[i].log.log == log)
			return queue.logs[i].has_removal;
	return false;
}

/* --- ends of transactions ----------------------------------------------- */

/*
 * All is recorded: nothing may be added until the transaction ends.
 */
void
delivery_audit_close_queue(void)
{
	if (queue.has_file)
		FileClose(queue.file);
	queue.has_file = false;
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
	for (int i = 0; i < queue.log_count; i++)
	{
		Log		   *log = &queue.logs[i];

		if (!is_before(&log->first, &end))
			continue;
		log->has_removal = log->has_removal && is_before(&log->removal, &end);
		queue.logs[left++] = *log;
	}
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
