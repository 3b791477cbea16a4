/*
 * chart.c
 *	  A line chart in plain characters, for psql and logs.
 */
#include "base/delivery.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(delivery_text_chart);

#define MOST_CHARACTERS 1000	/* in either direction */
#define LABEL_SIZE		32
#define MARK			'*'
#define ZERO_LINE		'-'
#define BORDER			" |"

typedef struct Chart
{
	int			columns;
	int			height;
	float8		top;
	float8		bottom;
	char	   *marks;			/* by row, then column */
} Chart;

static int
get_size(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int32		size = PG_GETARG_INT32(argument);

	if (size < 1 || size > MOST_CHARACTERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 1 and %d", name, MOST_CHARACTERS),
				 errdetail("It is %d characters.", size),
				 errhint("A terminal has about 80 by 24.")));
	return size;
}

/* Only what is a number can be shown. */
static inline bool
is_known(const Datum *elements, const bool *nulls, int i)
{
	return !nulls[i] && isfinite(DatumGetFloat8(elements[i]));
}

/* From the least value to the greatest; false where there is none. */
static bool
scale_chart(Chart *chart, const Datum *elements, const bool *nulls, int count)
{
	chart->top = -INFINITY;
	chart->bottom = INFINITY;
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_known(elements, nulls, i))
			continue;
		chart->top = Max(chart->top, DatumGetFloat8(elements[i]));
		chart->bottom = Min(chart->bottom, DatumGetFloat8(elements[i]));
	}
	return chart->top >= chart->bottom;
}

/* The row of a value, the topmost is 0; halves, as the span may overflow. */
static int
row_of(const Chart *chart, float8 value)
{
	float8		span = chart->top / 2 - chart->bottom / 2;

	if (span == 0)
		return chart->height / 2;
	return (int) rint((chart->top / 2 - value / 2) / span * (chart->height - 1));
}

/* With as many decimals as the span asks for. */
static void
show_label(const Chart *chart, float8 value, char *label)
{
	float8		span = chart->top / 2 - chart->bottom / 2;
	float8		size = span > 0 ? span * 2 : fabs(value);
	int			decimals = size > 0 ? (int) Max(0, 2 - floor(log10(size))) : 0;

	/* without a minus where it shows as zero */
	if (fabs(value) < pow(10, -decimals) / 2)
		value = 0;
	if (fabs(value) < 1e9 && decimals <= 9)
		snprintf(label, LABEL_SIZE, "%.*f", decimals, value);
	else
		snprintf(label, LABEL_SIZE, "%.4g", value);
}

/*
 * Values that share a column are all marked, so that none is lost; a value with
 * several columns is marked in each.
 */
static void
mark_values(Chart *chart, const Datum *elements, const bool *nulls, int count)
{
	chart->marks = (char *) palloc0((Size) chart->height * chart->columns);
	for (int column = 0; column < chart->columns; column++)
	{
		int			first = (int) ((int64) column * count / chart->columns);
		int			end = (int) (((int64) column + 1) * count / chart->columns);

		for (int i = first; i < Max(end, first + 1); i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (is_known(elements, nulls, i))
				chart->marks[row_of(chart, DatumGetFloat8(elements[i])) * chart->columns + column] = MARK;
		}
	}
}

static void
draw_row(StringInfo drawing, const Chart *chart, int row, bool is_zero)
{
	int			start = drawing->len;

	for (int column = 0; column < chart->columns; column++)
	{
		char		mark = chart->marks[row * chart->columns + column];

		appendStringInfoChar(drawing, mark != '\0' ? mark : is_zero ? ZERO_LINE : ' ');
	}
	while (drawing->len > start && drawing->data[drawing->len - 1] == ' ')
		drawing->data[--drawing->len] = '\0';
}

/*
 * text_chart(values, width, height) -> text
 *
 * Both sizes are those of the whole, labels included.
 */
Datum
delivery_text_chart(PG_FUNCTION_ARGS)
{
	ArrayType  *values = PG_GETARG_ARRAYTYPE_P(0);
	int			width = get_size(fcinfo, 1, "width");
	Chart		chart = {.height = get_size(fcinfo, 2, "height")};
	char		top[LABEL_SIZE];
	char		bottom[LABEL_SIZE];
	int			label_width;
	int			zero_row = -1;
	StringInfoData drawing;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (ARR_NDIM(values) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("values must be an array of one dimension"),
				 errdetail("It has %d.", ARR_NDIM(values)),
				 errhint("Make one chart of each series.")));
	deconstruct_array(values, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, &count);
	if (!scale_chart(&chart, elements, nulls, count))
		PG_RETURN_NULL();
	show_label(&chart, chart.top, top);
	show_label(&chart, chart.bottom, bottom);
	/* a small span far from zero */
	for (int digits = 5; digits <= 17 && chart.top > chart.bottom && strcmp(top, bottom) == 0; digits++)
	{
		snprintf(top, LABEL_SIZE, "%.*g", digits, chart.top);
		snprintf(bottom, LABEL_SIZE, "%.*g", digits, chart.bottom);
	}
	label_width = (int) Max(strlen(top), strlen(bottom));
	chart.columns = width - label_width - (int) strlen(BORDER);
	/* too narrow for labels */
	if (chart.columns < label_width)
		chart.columns = width;
	mark_values(&chart, elements, nulls, count);
	if (chart.bottom < 0 && chart.top > 0)
		zero_row = row_of(&chart, 0);
	/* a row has one label */
	if (zero_row == 0 || zero_row == chart.height - 1)
		zero_row = -1;

	initStringInfo(&drawing);
	for (int row = 0; row < chart.height; row++)
	{
		const char *label = row == row_of(&chart, chart.top) ? top :
			row == row_of(&chart, chart.bottom) ? bottom : row == zero_row ? "0" : "";

		CHECK_FOR_INTERRUPTS();
		if (row > 0)
			appendStringInfoChar(&drawing, '\n');
		if (chart.columns < width)
			appendStringInfo(&drawing, "%*s" BORDER, label_width, label);
		draw_row(&drawing, &chart, row, row == zero_row);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(drawing.data, drawing.len));
}
