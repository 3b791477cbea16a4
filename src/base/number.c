/*
 * number.c
 *	  Numbers that users write as text.
 */
#include "base/delivery.h"

#include <math.h>

#include "utils/float.h"

#include "base/number.h"

#define WHITE_SPACE " \t\n\v\f\r"

/*
 * The number with as many digits as it takes to tell it from its neighbours.
 */
char *
delivery_show_number(float8 number)
{
	return float8out_internal(number);
}

/*
 * A number with white space around it, and with percent_allowed a percent sign
 * after it, which divides by 100.  False where the text is anything else; NaN
 * and infinities are numbers here, and the caller's to refuse.
 */
bool
delivery_parse_number(const char *string, bool percent_allowed, float8 *number)
{
	char	   *end;

	/* strtod() would also take hexadecimal */
	if (strpbrk(string, "xX") != NULL)
		return false;
	errno = 0;
	*number = strtod(string, &end);
	if (end == string || (errno == ERANGE && isinf(*number)))
		return false;
	end += strspn(end, WHITE_SPACE);
	if (percent_allowed && *end == '%')
	{
		*number /= 100.0;
		end++;
		end += strspn(end, WHITE_SPACE);
	}
	return *end == '\0';
}
