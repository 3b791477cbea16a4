/*
 * binary.c
 *	  How the binary form of each type of ours begins.
 */
#include "base/delivery.h"

#include "libpq/pqformat.h"

#include "base/binary.h"

static const char beginning[] = {BINARY_FORMAT, 0, 0, 0};

void
delivery_refuse_binary(const char *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary %s", type),
			 errdetail("%s", detail),
			 errhint("Send the value as text, or the bytes that delivery_internal.%s_send() gives.", type)));
}

void
delivery_send_format(StringInfo message)
{
	pq_sendbytes(message, beginning, sizeof(beginning));
}

/*
 * Reads what delivery_send_format() wrote, and gives the number of bytes that
 * follow.
 */
int
delivery_receive_format(StringInfo message, const char *type)
{
	int			length = message->len - message->cursor;
	const char *bytes;

	if (length < (int) sizeof(beginning))
		delivery_refuse_binary(type, psprintf("It is too short for a format. Bytes: %d.", length));
	bytes = pq_getmsgbytes(message, sizeof(beginning));
	if (memcmp(bytes, beginning, sizeof(beginning)) != 0)
		delivery_refuse_binary(type, psprintf("It begins with the bytes %02x %02x %02x %02x, which are no format that this version knows.",
											  (uint8) bytes[0], (uint8) bytes[1], (uint8) bytes[2], (uint8) bytes[3]));
	return length - (int) sizeof(beginning);
}
