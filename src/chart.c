/*
 * chart.c
 *	  A line chart in plain characters, for psql and logs.
 */
#include "delivery.h"

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
	float8	   *values;			/* by column, NaN for a gap */
	float8		top;
	float8		bottom;
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

/*
 * The mean of the known values that share a column; NaN for none.  A column
 * wider than a value shows it again.
 */
static float8
column_mean(const Datum *elements, const bool *nulls, int count, int column, int columns)
{
	int			first = (int) ((int64) column * count / columns);
	int			end = (int) (((int64) column + 1) * count / columns);
	float8		mean = 0;
	int			known = 0;

	for (int i = first; i < Max(end, first + 1); i++)
	{
		float8		value = nulls[i] ? NAN : DatumGetFloat8(elements[i]);

		CHECK_FOR_INTERRUPTS();
		if (!isfinite(value))
			continue;
		known++;
		/* no sum, which may overflow */
		mean = mean * ((float8) (known - 1) / known) + value / known;
	}
	return known > 0 ? mean : NAN;
}

/* False where there is nothing to show. */
static bool
scale_chart(Chart *chart)
{
	chart->top = -INFINITY;
	chart->bottom = INFINITY;
	for (int c = 0; c < chart->columns; c++)
	{
		if (isnan(chart->values[c]))
			continue;
		chart->top = Max(chart->top, chart->values[c]);
		chart->bottom = Min(chart->bottom, chart->values[c]);
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

/* With as many decimals as tell top and bottom apart. */
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

static void
draw_row(StringInfo text, const Chart *chart, int row, int zero_row)
{
	int			length = text->len;

	for (int c = 0; c < chart->columns; c++)
	{
		if (!isnan(chart->values[c]) && row_of(chart, chart->values[c]) == row)
			appendStringInfoChar(text, MARK);
		else
			appendStringInfoChar(text, row == zero_row ? ZERO_LINE : ' ');
	}
	while (text->len > length && text->data[text->len - 1] == ' ')
		text->data[--text->len] = '\0';
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
	StringInfoData text;
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
	if (count == 0)
		PG_RETURN_NULL();
	chart.values = (float8 *) palloc(width * sizeof(float8));

	/* how wide the labels are depends on the values by column, and the other way round */
	label_width = 0;
	for (int attempt = 0; attempt < 2; attempt++)
	{
		chart.columns = label_width == 0 || width - label_width - (int) strlen(BORDER) < label_width ?
			width : width - label_width - (int) strlen(BORDER);
		for (int c = 0; c < chart.columns; c++)
			chart.values[c] = column_mean(elements, nulls, count, c, chart.columns);
		if (!scale_chart(&chart))
			PG_RETURN_NULL();
		show_label(&chart, chart.top, top);
		show_label(&chart, chart.bottom, bottom);
		label_width = Max(label_width, (int) Max(strlen(top), strlen(bottom)));
	}
	if (chart.bottom < 0 && chart.top > 0)
		zero_row = row_of(&chart, 0);

	initStringInfo(&text);
	for (int row = 0; row < chart.height; row++)
	{
		const char *label = row == row_of(&chart, chart.top) ? top :
			row == row_of(&chart, chart.bottom) ? bottom : row == zero_row ? "0" : "";

		CHECK_FOR_INTERRUPTS();
		if (row > 0)
			appendStringInfoChar(&text, '\n');
		/* too narrow for labels */
		if (chart.columns < width)
			appendStringInfo(&text, "%*s" BORDER, label_width, label);
		draw_row(&text, &chart, row, zero_row);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}
