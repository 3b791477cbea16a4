-- sfia_level.sql: levels of responsibility.
--
-- Unit: a whole number from 1 (follow) to 7 (set strategy, inspire, mobilise). A level is
--   held in full or not yet: there is nothing between two of them.
-- NULL: no level, or not assessed; rows without a level are skipped, and where none is
--   left the result is NULL.
-- Errors: 22003 for another whole number; 22P02 for text that is neither a whole number
--   nor the name of a level; 22P03 for bytes that are no level; 42846 for a cast from
--   numeric, double precision or real, which would round half levels away.
-- Source: SFIA Foundation, SFIA 9 (2024), levels of responsibility. SFIA is a trade mark
--   of the SFIA Foundation: see doc/levels.md.

CREATE TYPE delivery.sfia_level;
COMMENT ON TYPE delivery.sfia_level IS
	'level of responsibility, 1 to 7, as of SFIA: follow, assist, apply, enable, ensure, initiate, set strategy';

CREATE FUNCTION delivery_internal.sfia_level_in(input cstring)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_in(cstring) IS
	'text input of a level: a digit from 1 to 7, the name of a level, or the first part of the name';

CREATE FUNCTION delivery_internal.sfia_level_out(level delivery.sfia_level)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_out(delivery.sfia_level) IS
	'text output of a level: its digit';

CREATE FUNCTION delivery_internal.sfia_level_recv(input internal)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_recv(internal) IS
	'binary input of a level: the format, 1, and the level, a byte each';

CREATE FUNCTION delivery_internal.sfia_level_send(level delivery.sfia_level)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_send(delivery.sfia_level) IS
	'binary output of a level';

CREATE TYPE delivery.sfia_level (
	INPUT = delivery_internal.sfia_level_in,
	OUTPUT = delivery_internal.sfia_level_out,
	RECEIVE = delivery_internal.sfia_level_recv,
	SEND = delivery_internal.sfia_level_send,
	INTERNALLENGTH = 2,
	PASSEDBYVALUE,
	ALIGNMENT = int2
);

-- Casts. To integer implicitly, so that comparisons, IN and joins work without "delivery"
-- on the search_path. The functions have other names than the type: sfia_level(x) is the
-- aggregate.

CREATE FUNCTION delivery_internal.sfia_level_to_integer(level delivery.sfia_level)
	RETURNS integer AS 'i2toi4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_integer(delivery.sfia_level) IS 'cast of a level to integer';

CREATE FUNCTION delivery_internal.sfia_level_to_smallint(level delivery.sfia_level)
	RETURNS smallint AS 'int2up'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_smallint(delivery.sfia_level) IS 'cast of a level to smallint';

CREATE FUNCTION delivery_internal.sfia_level_to_bigint(level delivery.sfia_level)
	RETURNS bigint AS 'int28'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_to_bigint(delivery.sfia_level) IS 'cast of a level to bigint';

CREATE FUNCTION delivery_internal.sfia_level_from_smallint(number smallint)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int2'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_smallint(smallint) IS 'cast of a smallint to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_integer(number integer)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int4'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_integer(integer) IS 'cast of an integer to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_bigint(number bigint)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_int8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_bigint(bigint) IS 'cast of a bigint to a level, checked';

CREATE FUNCTION delivery_internal.sfia_level_from_text(written text)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_from_text'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_from_text(text) IS 'cast of text to a level, read as its text input is';

CREATE CAST (delivery.sfia_level AS integer) WITH FUNCTION delivery_internal.sfia_level_to_integer(delivery.sfia_level) AS IMPLICIT;
COMMENT ON CAST (delivery.sfia_level AS integer) IS 'a level as a number';

CREATE CAST (delivery.sfia_level AS smallint) WITH FUNCTION delivery_internal.sfia_level_to_smallint(delivery.sfia_level) AS ASSIGNMENT;
COMMENT ON CAST (delivery.sfia_level AS smallint) IS 'a level as a number';

CREATE CAST (delivery.sfia_level AS bigint) WITH FUNCTION delivery_internal.sfia_level_to_bigint(delivery.sfia_level) AS ASSIGNMENT;
COMMENT ON CAST (delivery.sfia_level AS bigint) IS 'a level as a number';

CREATE CAST (smallint AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_smallint(smallint) AS ASSIGNMENT;
COMMENT ON CAST (smallint AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

CREATE CAST (integer AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_integer(integer) AS ASSIGNMENT;
COMMENT ON CAST (integer AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

CREATE CAST (bigint AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_bigint(bigint) AS ASSIGNMENT;
COMMENT ON CAST (bigint AS delivery.sfia_level) IS 'a number from 1 to 7 as a level';

-- With a function: what the server casts by text input, it also takes sfia_level(x) for.
CREATE CAST (text AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.sfia_level) IS 'a level as it is written';

CREATE CAST (varchar AS delivery.sfia_level) WITH FUNCTION delivery_internal.sfia_level_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.sfia_level) IS 'a level as it is written';

CREATE CAST (bpchar AS delivery.sfia_level) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.sfia_level) IS 'a level as it is written';

CREATE FUNCTION delivery.level_name(level delivery.sfia_level)
	RETURNS text
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_name'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.level_name(delivery.sfia_level) IS
	'name of a level of responsibility, such as Enable for 4, as SFIA 9 writes it';

-- A level is an integer of two bytes, so the server's own functions compare it.

CREATE FUNCTION delivery_internal.sfia_level_eq(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2eq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_eq(delivery.sfia_level, delivery.sfia_level) IS
	'whether two levels are the same';

CREATE FUNCTION delivery_internal.sfia_level_ne(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2ne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_ne(delivery.sfia_level, delivery.sfia_level) IS
	'whether two levels are not the same';

CREATE FUNCTION delivery_internal.sfia_level_lt(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2lt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_lt(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the lower one';

CREATE FUNCTION delivery_internal.sfia_level_le(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2le'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_le(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the lower one, or the same';

CREATE FUNCTION delivery_internal.sfia_level_gt(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2gt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_gt(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the higher one';

CREATE FUNCTION delivery_internal.sfia_level_ge(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS boolean AS 'int2ge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_ge(delivery.sfia_level, delivery.sfia_level) IS
	'whether the first level is the higher one, or the same';

CREATE FUNCTION delivery_internal.sfia_level_cmp(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS integer AS 'btint2cmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_cmp(delivery.sfia_level, delivery.sfia_level) IS
	'order of levels: below 0, 0, above 0';

-- frames such as RANGE BETWEEN 1 PRECEDING AND CURRENT ROW
CREATE FUNCTION delivery_internal.sfia_level_in_range(level delivery.sfia_level, base delivery.sfia_level, "offset" integer, subtract boolean, less boolean)
	RETURNS boolean AS 'in_range_int2_int4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_in_range(delivery.sfia_level, delivery.sfia_level, integer, boolean, boolean) IS
	'whether a level lies within so many levels of another one, for window frames';

CREATE FUNCTION delivery_internal.sfia_level_hash(level delivery.sfia_level)
	RETURNS integer AS 'hashint2'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_hash(delivery.sfia_level) IS 'hash of a level';

CREATE FUNCTION delivery_internal.sfia_level_hash_extended(level delivery.sfia_level, seed bigint)
	RETURNS bigint AS 'hashint2extended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_hash_extended(delivery.sfia_level, bigint) IS
	'hash of a level, with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_eq,
	COMMUTATOR = OPERATOR(delivery.=), NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.sfia_level, delivery.sfia_level) IS 'the same level';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_ne,
	COMMUTATOR = OPERATOR(delivery.<>), NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.sfia_level, delivery.sfia_level) IS 'not the same level';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_lt,
	COMMUTATOR = OPERATOR(delivery.>), NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.sfia_level, delivery.sfia_level) IS 'lower';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_le,
	COMMUTATOR = OPERATOR(delivery.>=), NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.sfia_level, delivery.sfia_level) IS 'lower, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_gt,
	COMMUTATOR = OPERATOR(delivery.<), NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.sfia_level, delivery.sfia_level) IS 'higher';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.sfia_level, RIGHTARG = delivery.sfia_level, FUNCTION = delivery_internal.sfia_level_ge,
	COMMUTATOR = OPERATOR(delivery.<=), NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.sfia_level, delivery.sfia_level) IS 'higher, or the same';

CREATE OPERATOR FAMILY delivery.sfia_level_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.sfia_level_ops USING btree IS 'order of levels';

CREATE OPERATOR CLASS delivery.sfia_level_ops
	DEFAULT FOR TYPE delivery.sfia_level USING btree FAMILY delivery.sfia_level_ops AS
	OPERATOR 1 delivery.<, OPERATOR 2 delivery.<=, OPERATOR 3 delivery.=,
	OPERATOR 4 delivery.>=, OPERATOR 5 delivery.>,
	FUNCTION 1 delivery_internal.sfia_level_cmp(delivery.sfia_level, delivery.sfia_level),
	FUNCTION 2 pg_catalog.btint2sortsupport(internal),
	FUNCTION 3 (delivery.sfia_level, integer) delivery_internal.sfia_level_in_range(delivery.sfia_level, delivery.sfia_level, integer, boolean, boolean),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.sfia_level_ops USING btree IS 'order of levels';

CREATE OPERATOR FAMILY delivery.sfia_level_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.sfia_level_ops USING hash IS 'equality of levels';

CREATE OPERATOR CLASS delivery.sfia_level_ops
	DEFAULT FOR TYPE delivery.sfia_level USING hash FAMILY delivery.sfia_level_ops AS
	OPERATOR 1 delivery.=,
	FUNCTION 1 delivery_internal.sfia_level_hash(delivery.sfia_level),
	FUNCTION 2 delivery_internal.sfia_level_hash_extended(delivery.sfia_level, bigint);
COMMENT ON OPERATOR CLASS delivery.sfia_level_ops USING hash IS 'equality of levels';

-- The level held in full: of what was demonstrated, the lowest. The state is the lowest
-- level so far, NULL before the first one.
-- Source: SFIA Foundation, SFIA 9: to hold a level is to hold all of what it asks for.

CREATE FUNCTION delivery_internal.sfia_level_lower(level delivery.sfia_level, other delivery.sfia_level)
	RETURNS delivery.sfia_level AS 'int2smaller'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.sfia_level_lower(delivery.sfia_level, delivery.sfia_level) IS
	'transition and combine: the lower one of two levels';

CREATE FUNCTION delivery_internal.sfia_level_lowest(state delivery.sfia_level, demonstrated integer)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_lowest_int4'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_lowest(delivery.sfia_level, integer) IS
	'transition: the lower one of the state and a number, which is checked';

CREATE FUNCTION delivery_internal.sfia_level_lowest(state delivery.sfia_level, demonstrated text)
	RETURNS delivery.sfia_level
	AS 'MODULE_PATHNAME', 'delivery_sfia_level_lowest_text'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.sfia_level_lowest(delivery.sfia_level, text) IS
	'transition: the lower one of the state and a level as it is written';

CREATE AGGREGATE delivery.sfia_level(demonstrated delivery.sfia_level) (
	SFUNC = delivery_internal.sfia_level_lower,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	SORTOP = OPERATOR(delivery.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(delivery.sfia_level) IS
	'level held in full: the lowest of the levels that were demonstrated';

CREATE AGGREGATE delivery.sfia_level(demonstrated integer) (
	SFUNC = delivery_internal.sfia_level_lowest,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(integer) IS
	'level held in full: the lowest of the levels, each from 1 to 7, that were demonstrated';

CREATE AGGREGATE delivery.sfia_level(demonstrated text) (
	SFUNC = delivery_internal.sfia_level_lowest,
	STYPE = delivery.sfia_level,
	COMBINEFUNC = delivery_internal.sfia_level_lower,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE delivery.sfia_level(text) IS
	'level held in full: the lowest of the levels, each a digit or a name, that were demonstrated';
