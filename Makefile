# delivery: PostgreSQL extension for IT delivery management

EXTENSION = delivery
MODULE_big = delivery
# the control file is the only place where the version is written
DELIVERY_VERSION := $(shell sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)

OBJS = \
	src/counter.o \
	src/delivery.o \
	src/frequency.o \
	src/level.o \
	src/number.o \
	src/packing.o \
	src/percentile.o \
	src/ratio.o \
	src/selection.o \
	src/span.o \
	src/zone.o

# pieces of the install script, in the order in which they build on each other
PIECES = \
	src/schema.sql \
	src/span.sql \
	src/percentile.sql \
	src/ratio.sql \
	src/frequency.sql \
	src/level.sql

DATA_built = delivery--$(DELIVERY_VERSION).sql
EXTRA_CLEAN = delivery--*.sql

REGRESS = catalog span percentile ratio frequency zone level errors security
REGRESS_OPTS = --load-extension=delivery
ISOLATION = benchmark
ISOLATION_OPTS = --inputdir=test/isolation

PG_CONFIG ?= pg_config
# the server's headers are the server's: no warnings about them
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-DDELIVERY_VERSION='"$(DELIVERY_VERSION)"'
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

delivery--$(DELIVERY_VERSION).sql: $(PIECES)
	cat $(PIECES) > $@
