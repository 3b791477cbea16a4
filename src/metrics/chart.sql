-- chart.sql: pictures in plain characters, for psql and logs.
--
-- Unit: width and height in characters, those of the labels included.
-- NULL: for a NULL argument, and where there is no value; an element that is
--   NULL, NaN or infinite leaves a gap.
-- Errors: 22023 for a size below 1 or above 1000; 2202E for more than one
--   dimension.

CREATE FUNCTION delivery.text_chart("values" double precision[], width integer DEFAULT 60, height integer DEFAULT 8)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_text_chart'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.text_chart(double precision[], integer, integer) IS
	'chart of a series from left to right, between its least and its greatest value; values that share a column are all marked';
