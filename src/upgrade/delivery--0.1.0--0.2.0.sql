\echo Use "ALTER EXTENSION delivery UPDATE" to load this file. \quit

-- 0.2.0 is in the making: what it changes stands here, in the order of the pieces.
