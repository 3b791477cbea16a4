-- calendar.sql: working calendars, and arithmetic with working time.
--
-- Unit: intervals of working time have hours, as many as there are, and never
--   days. An interval that is to be worked has hours, or working dates as its
--   days.
-- NULL: for a NULL argument, and for an infinite timestamp, which is a data
--   fault.
-- Errors: 22P02 for text that is no calendar; 22P03 for bytes of another type;
--   22023 for a calendar whose public holidays are not bound, an unbounded range,
--   an interval with months, and working time that is never reached; 22008 for a
--   result out of range.

CREATE TYPE delivery.work_calendar;
COMMENT ON TYPE delivery.work_calendar IS
	'opening hours with a time zone, such as TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00; Dec 25 off; no zone means UTC';

CREATE FUNCTION delivery_internal.work_calendar_in(input cstring)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_in(cstring) IS 'text input of a working calendar';

CREATE FUNCTION delivery_internal.work_calendar_out(calendar delivery.work_calendar)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_calendar_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_out(delivery.work_calendar) IS
	'text output of a working calendar: its rules, each written in one way';

CREATE FUNCTION delivery_internal.work_calendar_recv(input internal)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_recv(internal) IS
	'binary input of a working calendar: the format, 1, and three zeros as bytes, then the text';

CREATE FUNCTION delivery_internal.work_calendar_send(calendar delivery.work_calendar)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_calendar_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_send(delivery.work_calendar) IS
	'binary output of a working calendar';

CREATE TYPE delivery.work_calendar (
	INPUT = delivery_internal.work_calendar_in,
	OUTPUT = delivery_internal.work_calendar_out,
	RECEIVE = delivery_internal.work_calendar_recv,
	SEND = delivery_internal.work_calendar_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

CREATE FUNCTION delivery_internal.work_calendar_eq(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_eq(delivery.work_calendar, delivery.work_calendar) IS
	'whether two calendars have the same normalised text';

CREATE FUNCTION delivery_internal.work_calendar_ne(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_ne(delivery.work_calendar, delivery.work_calendar) IS
	'whether two calendars differ in their normalised text';

CREATE FUNCTION delivery_internal.work_calendar_lt(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_lt(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes before the other';

CREATE FUNCTION delivery_internal.work_calendar_le(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_le(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes before the other or is the same';

CREATE FUNCTION delivery_internal.work_calendar_gt(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_gt(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes after the other';

CREATE FUNCTION delivery_internal.work_calendar_ge(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_calendar_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_ge(delivery.work_calendar, delivery.work_calendar) IS
	'whether the normalised text of the first calendar comes after the other or is the same';

CREATE FUNCTION delivery_internal.work_calendar_cmp(calendar delivery.work_calendar, other delivery.work_calendar)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_calendar_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_cmp(delivery.work_calendar, delivery.work_calendar) IS
	'order of calendars by the bytes of their normalised text: below 0, 0, above 0';

CREATE FUNCTION delivery_internal.work_calendar_hash(calendar delivery.work_calendar)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'delivery_calendar_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_hash(delivery.work_calendar) IS 'hash of a calendar';

CREATE FUNCTION delivery_internal.work_calendar_hash_extended(calendar delivery.work_calendar, seed bigint)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'delivery_calendar_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.work_calendar_hash_extended(delivery.work_calendar, bigint) IS
	'hash of a calendar with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_eq,
	COMMUTATOR = OPERATOR(delivery.=),
	NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.work_calendar, delivery.work_calendar) IS
	'same normalised text';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_ne,
	COMMUTATOR = OPERATOR(delivery.<>),
	NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.work_calendar, delivery.work_calendar) IS
	'different normalised text';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_lt,
	COMMUTATOR = OPERATOR(delivery.>),
	NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes before';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_le,
	COMMUTATOR = OPERATOR(delivery.>=),
	NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes before, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_gt,
	COMMUTATOR = OPERATOR(delivery.<),
	NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes after';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.work_calendar,
	RIGHTARG = delivery.work_calendar,
	FUNCTION = delivery_internal.work_calendar_ge,
	COMMUTATOR = OPERATOR(delivery.<=),
	NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.work_calendar, delivery.work_calendar) IS
	'normalised text that comes after, or the same';

CREATE OPERATOR FAMILY delivery.work_calendar_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.work_calendar_ops USING btree IS 'order of working calendars';
CREATE OPERATOR CLASS delivery.work_calendar_ops
	DEFAULT FOR TYPE delivery.work_calendar USING btree FAMILY delivery.work_calendar_ops AS
	OPERATOR 1 delivery.< (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 2 delivery.<= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 3 delivery.= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 4 delivery.>= (delivery.work_calendar, delivery.work_calendar),
	OPERATOR 5 delivery.> (delivery.work_calendar, delivery.work_calendar),
	FUNCTION 1 delivery_internal.work_calendar_cmp(delivery.work_calendar, delivery.work_calendar),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.work_calendar_ops USING btree IS
	'order of working calendars by the bytes of their normalised text, for ORDER BY, GROUP BY, joins and indexes';

CREATE OPERATOR FAMILY delivery.work_calendar_hash_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.work_calendar_hash_ops USING hash IS 'hash operators of working calendars';
CREATE OPERATOR CLASS delivery.work_calendar_hash_ops
	DEFAULT FOR TYPE delivery.work_calendar USING hash FAMILY delivery.work_calendar_hash_ops AS
	OPERATOR 1 delivery.= (delivery.work_calendar, delivery.work_calendar),
	FUNCTION 1 delivery_internal.work_calendar_hash(delivery.work_calendar),
	FUNCTION 2 delivery_internal.work_calendar_hash_extended(delivery.work_calendar, bigint);
COMMENT ON OPERATOR CLASS delivery.work_calendar_hash_ops USING hash IS
	'hash operators of working calendars, for DISTINCT, GROUP BY, joins and hash indexes';

-- Drivers send text where a calendar is stored.
CREATE CAST (text AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.work_calendar) IS 'a calendar as it is written';
CREATE CAST (varchar AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.work_calendar) IS 'a calendar as it is written';
CREATE CAST (bpchar AS delivery.work_calendar) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.work_calendar) IS 'a calendar as it is written';

-- Source of the syntax: OpenStreetMap, opening_hours specification 0.7, of
-- which it is a subset; see doc/calendar.md.

CREATE FUNCTION delivery.with_holidays(calendar delivery.work_calendar, holidays date[])
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_with_holidays'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.with_holidays(delivery.work_calendar, date[]) IS
	'the calendar with PH bound to these dates, in place of those bound before';

CREATE FUNCTION delivery.working_time(calendar delivery.work_calendar, start timestamptz, finish timestamptz)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_working_time'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_time(delivery.work_calendar, timestamptz, timestamptz) IS
	'working time from start to finish, in hours; negative where finish comes first';

CREATE FUNCTION delivery.working_time(calendar delivery.work_calendar, ranges tstzmultirange)
	RETURNS interval
	AS 'MODULE_PATHNAME', 'delivery_working_time_in_ranges'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_time(delivery.work_calendar, tstzmultirange) IS
	'working time within the ranges, in hours; an unbounded range is an error';

CREATE FUNCTION delivery.add_working_time(calendar delivery.work_calendar, start timestamptz, duration interval)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_add_working_time'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.add_working_time(delivery.work_calendar, timestamptz, interval) IS
	'first instant at which that much has been worked since start: hours of the interval are working hours, days working dates; negative goes back';

CREATE FUNCTION delivery.is_working(calendar delivery.work_calendar, instant timestamptz)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'delivery_is_working'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.is_working(delivery.work_calendar, timestamptz) IS
	'whether the calendar is open at that instant; it is at an opening, and is not at a closing';

CREATE FUNCTION delivery.next_opening(calendar delivery.work_calendar, instant timestamptz)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_next_opening_at'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.next_opening(delivery.work_calendar, timestamptz) IS
	'first instant later than the given one at which the calendar opens; NULL if never';

CREATE FUNCTION delivery.next_closing(calendar delivery.work_calendar, instant timestamptz)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'delivery_next_closing_at'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.next_closing(delivery.work_calendar, timestamptz) IS
	'first instant later than the given one at which the calendar closes; NULL if never';

CREATE FUNCTION delivery.working_ranges(calendar delivery.work_calendar, period tstzrange)
	RETURNS tstzmultirange
	AS 'MODULE_PATHNAME', 'delivery_working_ranges'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.working_ranges(delivery.work_calendar, tstzrange) IS
	'working hours within the period; an unbounded period is an error';

-- Named calendars.

CREATE TABLE delivery_internal.calendar (
	name text NOT NULL
		CONSTRAINT calendar_pkey PRIMARY KEY
		CONSTRAINT calendar_name_trimmed CHECK (name <> '' AND name = btrim(name))
		CONSTRAINT calendar_name_short CHECK (octet_length(name) <= 100),
	calendar delivery.work_calendar NOT NULL,
	description text
);
COMMENT ON TABLE delivery_internal.calendar IS
	'working calendars by name, behind the view delivery.calendar';
COMMENT ON COLUMN delivery_internal.calendar.name IS 'name of the calendar, as passed to delivery.calendar()';
COMMENT ON COLUMN delivery_internal.calendar.calendar IS 'the working hours';
COMMENT ON COLUMN delivery_internal.calendar.description IS 'what it is for, whom it was agreed with';
SELECT pg_catalog.pg_extension_config_dump('delivery_internal.calendar', '');
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.calendar TO @extowner@;
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_internal.calendar TO pg_database_owner;

CREATE VIEW delivery.calendar AS
	SELECT name, calendar, description FROM delivery_internal.calendar;
-- before any grant: whoever owns a view grants
ALTER VIEW delivery.calendar OWNER TO @extowner@;
COMMENT ON VIEW delivery.calendar IS
	'your working calendars by name: the one place to change them; delivery.calendar(name) reads it; written by the extension''s owner, and whom the owner grants it';
COMMENT ON COLUMN delivery.calendar.name IS 'name of the calendar, as passed to delivery.calendar()';
COMMENT ON COLUMN delivery.calendar.calendar IS 'the working hours';
COMMENT ON COLUMN delivery.calendar.description IS 'what it is for, whom it was agreed with';
GRANT SELECT ON delivery.calendar TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON delivery.calendar TO pg_database_owner;

-- Errors: 42704 for a name that the view has not.
CREATE FUNCTION delivery.calendar(name text)
	RETURNS delivery.work_calendar
	AS 'MODULE_PATHNAME', 'delivery_calendar_by_name'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.calendar(text) IS
	'the calendar of that name in delivery.calendar, whoever asks';
