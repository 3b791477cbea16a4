-- as_of.sql: what the reports as of an instant begin with, to be included by them:
-- the defaults of "to" and "zone", and how tables are printed.

\set ON_ERROR_STOP on
\if :{?to}
\else
	SELECT now() AS "to" \gset
\endif
\if :{?zone}
\else
	SELECT current_setting('TimeZone') AS zone \gset
\endif

\pset border 1
\pset footer off
\pset format aligned
\pset linestyle ascii
\pset null '-'
