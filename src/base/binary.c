/*
 * binary.c
 *	  How the binary form of each type of ours begins.
 */
#include "base/delivery.h"

#include "libpq/pqformat.h"

#include "base/binary.h"

void
delivery_refuse_binary(const char *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary %s", type),
			 errdetail("%s", detail),
			 errhint("Send the value as text, or the bytes that %s_send() gives.", type)));
}

void
delivery_send_format(StringInfo message)
{
	pq_sendbyte(message, BINARY_FORMAT);
	pq_sendbyte(message, 0);
}

/*
 * Reads what delivery_send_format() wrote, and gives the number of bytes that
 * follow.
 */
int
delivery_receive_format(StringInfo message, const char *type)
{
	int			format;
	int			zero;

	if (message->len - message->cursor < 2)
		delivery_refuse_binary(type, psprintf("It has %d bytes, and no format.", message->len - message->cursor));
	format = pq_getmsgbyte(message);
	zero = pq_getmsgbyte(message);
	if (format != BINARY_FORMAT || zero != 0)
		delivery_refuse_binary(type, psprintf("It begins with the bytes %d and %d, and should with the format, %d, and a zero.",
											  format, zero, BINARY_FORMAT));
	return message->len - message->cursor;
}
