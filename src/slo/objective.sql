-- objective.sql: service level objectives.
--
-- Unit: a ratio between 0 and 1, both excluded, in exact parts per billion.
-- NULL: for a NULL argument.
-- Errors: 22P02 for text that is no number; 22003 for 0 % and less, for 100 % and
--   more (99.9 without a percent sign is 9990 %), and for what is finer than a
--   part per billion; 22P03 for bytes that are no objective.
-- Source: Beyer, Jones, Petoff, Murphy: Site Reliability Engineering (2016), ch. 4.

CREATE TYPE delivery.objective;
COMMENT ON TYPE delivery.objective IS
	'service level objective: a target ratio such as 99.9% or 0.999, in exact parts per billion';

CREATE FUNCTION delivery_internal.objective_in(input cstring)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_in(cstring) IS
	'text input of an objective: a percentage with its sign, or a ratio';

CREATE FUNCTION delivery_internal.objective_out(objective delivery.objective)
	RETURNS cstring
	AS 'MODULE_PATHNAME', 'delivery_objective_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_out(delivery.objective) IS
	'text output of an objective: a percentage with its sign';

CREATE FUNCTION delivery_internal.objective_recv(input internal)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_recv(internal) IS
	'binary input of an objective: the format, 1, and three zeros as bytes, then parts per billion as an integer of eight bytes';

CREATE FUNCTION delivery_internal.objective_send(objective delivery.objective)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'delivery_objective_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery_internal.objective_send(delivery.objective) IS
	'binary output of an objective';

CREATE TYPE delivery.objective (
	INPUT = delivery_internal.objective_in,
	OUTPUT = delivery_internal.objective_out,
	RECEIVE = delivery_internal.objective_recv,
	SEND = delivery_internal.objective_send,
	INTERNALLENGTH = 4,
	PASSEDBYVALUE,
	ALIGNMENT = int4
);

CREATE FUNCTION delivery.objective(ratio numeric)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(numeric) IS
	'the objective of a ratio between 0 and 1';

CREATE FUNCTION delivery.objective(ratio double precision)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_float8'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(double precision) IS
	'the objective of a ratio between 0 and 1, by its shortest decimal, or 15 digits of a longer one';

CREATE FUNCTION delivery.objective(ratio real)
	RETURNS delivery.objective
	AS 'MODULE_PATHNAME', 'delivery_objective_from_float4'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.objective(real) IS
	'the objective of a ratio between 0 and 1, by its shortest decimal';

CREATE FUNCTION delivery.ratio(objective delivery.objective)
	RETURNS numeric
	AS 'MODULE_PATHNAME', 'delivery_objective_ratio'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION delivery.ratio(delivery.objective) IS
	'the objective as a ratio between 0 and 1, exact';

CREATE CAST (numeric AS delivery.objective) WITH FUNCTION delivery.objective(numeric) AS IMPLICIT;
COMMENT ON CAST (numeric AS delivery.objective) IS 'a ratio as an objective';

CREATE CAST (double precision AS delivery.objective) WITH FUNCTION delivery.objective(double precision) AS IMPLICIT;
COMMENT ON CAST (double precision AS delivery.objective) IS 'a ratio as an objective';

CREATE CAST (real AS delivery.objective) WITH FUNCTION delivery.objective(real) AS IMPLICIT;
COMMENT ON CAST (real AS delivery.objective) IS 'a ratio as an objective';

-- Drivers send text where an objective is stored.
CREATE CAST (text AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (varchar AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (varchar AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (bpchar AS delivery.objective) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (bpchar AS delivery.objective) IS 'an objective as it is written';

CREATE CAST (delivery.objective AS numeric) WITH FUNCTION delivery.ratio(delivery.objective) AS ASSIGNMENT;
COMMENT ON CAST (delivery.objective AS numeric) IS 'an objective as a ratio';

-- An objective is an integer of parts per billion, so the server's own functions
-- compare it.

CREATE FUNCTION delivery_internal.objective_eq(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4eq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_eq(delivery.objective, delivery.objective) IS
	'whether two objectives are the same';

CREATE FUNCTION delivery_internal.objective_ne(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4ne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_ne(delivery.objective, delivery.objective) IS
	'whether two objectives are not the same';

CREATE FUNCTION delivery_internal.objective_lt(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4lt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_lt(delivery.objective, delivery.objective) IS
	'whether the first objective is the looser one';

CREATE FUNCTION delivery_internal.objective_le(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4le'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_le(delivery.objective, delivery.objective) IS
	'whether the first objective is the looser one, or the same';

CREATE FUNCTION delivery_internal.objective_gt(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4gt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_gt(delivery.objective, delivery.objective) IS
	'whether the first objective is the stricter one';

CREATE FUNCTION delivery_internal.objective_ge(objective delivery.objective, other delivery.objective)
	RETURNS boolean AS 'int4ge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_ge(delivery.objective, delivery.objective) IS
	'whether the first objective is the stricter one, or the same';

CREATE FUNCTION delivery_internal.objective_cmp(objective delivery.objective, other delivery.objective)
	RETURNS integer AS 'btint4cmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_cmp(delivery.objective, delivery.objective) IS
	'order of objectives, looser before stricter: below 0, 0, above 0';

CREATE FUNCTION delivery_internal.objective_hash(objective delivery.objective)
	RETURNS integer AS 'hashint4'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_hash(delivery.objective) IS 'hash of an objective';

CREATE FUNCTION delivery_internal.objective_hash_extended(objective delivery.objective, seed bigint)
	RETURNS bigint AS 'hashint4extended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION delivery_internal.objective_hash_extended(delivery.objective, bigint) IS
	'hash of an objective, with a seed';

CREATE OPERATOR delivery.= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_eq,
	COMMUTATOR = OPERATOR(delivery.=), NEGATOR = OPERATOR(delivery.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR delivery.= (delivery.objective, delivery.objective) IS 'the same objective';

CREATE OPERATOR delivery.<> (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_ne,
	COMMUTATOR = OPERATOR(delivery.<>), NEGATOR = OPERATOR(delivery.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR delivery.<> (delivery.objective, delivery.objective) IS 'not the same objective';

CREATE OPERATOR delivery.< (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_lt,
	COMMUTATOR = OPERATOR(delivery.>), NEGATOR = OPERATOR(delivery.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR delivery.< (delivery.objective, delivery.objective) IS 'looser';

CREATE OPERATOR delivery.<= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_le,
	COMMUTATOR = OPERATOR(delivery.>=), NEGATOR = OPERATOR(delivery.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR delivery.<= (delivery.objective, delivery.objective) IS 'looser, or the same';

CREATE OPERATOR delivery.> (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_gt,
	COMMUTATOR = OPERATOR(delivery.<), NEGATOR = OPERATOR(delivery.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR delivery.> (delivery.objective, delivery.objective) IS 'stricter';

CREATE OPERATOR delivery.>= (
	LEFTARG = delivery.objective, RIGHTARG = delivery.objective, FUNCTION = delivery_internal.objective_ge,
	COMMUTATOR = OPERATOR(delivery.<=), NEGATOR = OPERATOR(delivery.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR delivery.>= (delivery.objective, delivery.objective) IS 'stricter, or the same';

CREATE OPERATOR FAMILY delivery.objective_ops USING btree;
COMMENT ON OPERATOR FAMILY delivery.objective_ops USING btree IS 'order of objectives';

CREATE OPERATOR CLASS delivery.objective_ops
	DEFAULT FOR TYPE delivery.objective USING btree FAMILY delivery.objective_ops AS
	OPERATOR 1 delivery.<, OPERATOR 2 delivery.<=, OPERATOR 3 delivery.=,
	OPERATOR 4 delivery.>=, OPERATOR 5 delivery.>,
	FUNCTION 1 delivery_internal.objective_cmp(delivery.objective, delivery.objective),
	FUNCTION 2 pg_catalog.btint4sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS delivery.objective_ops USING btree IS 'order of objectives, looser before stricter';

CREATE OPERATOR FAMILY delivery.objective_ops USING hash;
COMMENT ON OPERATOR FAMILY delivery.objective_ops USING hash IS 'equality of objectives';

CREATE OPERATOR CLASS delivery.objective_ops
	DEFAULT FOR TYPE delivery.objective USING hash FAMILY delivery.objective_ops AS
	OPERATOR 1 delivery.=,
	FUNCTION 1 delivery_internal.objective_hash(delivery.objective),
	FUNCTION 2 delivery_internal.objective_hash_extended(delivery.objective, bigint);
COMMENT ON OPERATOR CLASS delivery.objective_ops USING hash IS 'equality of objectives';
