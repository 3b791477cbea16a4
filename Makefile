# delivery: IT delivery management in PostgreSQL.
#
#   make, make install, make installcheck   as any PGXS extension
#   make demo [GIT=/path/to/a/clone]        the delivery report, on a cluster of its own
#   make demo-stop                          stop that cluster
#   make test                               all tests
#   make bench                              the performance bars (BENCH_ROWS, BENCH_RUNS)
#   make fuzz                               fuzz what reads calendars (FUZZ_SECONDS, FUZZ_KEEP)
#   make reference                          doc/reference.md from the COMMENTs
#
# demo, test, bench and fuzz install what is missing from Debian's packages.

EXTENSION = delivery
MODULE_big = delivery
# the control file is the only place where the version is written
DELIVERY_VERSION := $(shell sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)

OWN_HEADERS = \
	src/actor.h \
	src/audit_chain.h \
	src/calendar.h \
	src/calendar_blocks.h \
	src/calendar_rules.h \
	src/calendar_scan.h \
	src/canonical.h \
	src/compat.h \
	src/condition.h \
	src/count.h \
	src/counter.h \
	src/delivery.h \
	src/errors.h \
	src/number.h \
	src/objective.h \
	src/packing.h \
	src/pause.h \
	src/period.h \
	src/query.h \
	src/selection.h \
	src/sla.h \
	src/slo.h \
	src/soft_input.h \
	src/span.h \
	src/statement.h \
	src/wip.h \
	src/wip_message.h \
	src/zone.h

OBJS = \
	src/actor.o \
	src/append_only.o \
	src/audit.o \
	src/audit_attach.o \
	src/audit_chain.o \
	src/audit_lock.o \
	src/audit_verify.o \
	src/burn_alert.o \
	src/calendar.o \
	src/calendar_blocks.o \
	src/calendar_day.o \
	src/calendar_hours.o \
	src/calendar_io.o \
	src/calendar_named.o \
	src/calendar_parse.o \
	src/calendar_scan.o \
	src/calendar_show.o \
	src/calendar_site.o \
	src/canonical.o \
	src/chart.o \
	src/condition.o \
	src/count.o \
	src/counter.o \
	src/delivery.o \
	src/frequency.o \
	src/level.o \
	src/number.o \
	src/objective.o \
	src/packing.o \
	src/percentile.o \
	src/period.o \
	src/query.o \
	src/ratio.o \
	src/selection.o \
	src/servicenow.o \
	src/sla.o \
	src/sla_clock.o \
	src/slo.o \
	src/slo_time.o \
	src/soft_input.o \
	src/span.o \
	src/statement.o \
	src/wip_attach.o \
	src/wip_board.o \
	src/wip_count.o \
	src/wip_enforce.o \
	src/wip_known.o \
	src/wip_limit.o \
	src/wip_lock.o \
	src/wip_message.o \
	src/wip_settings.o \
	src/wip_status.o \
	src/zone.o

# pieces of the install script, in the order in which they build on each other
PIECES = \
	src/schema.sql \
	src/span.sql \
	src/percentile.sql \
	src/ratio.sql \
	src/frequency.sql \
	src/level.sql \
	src/calendar.sql \
	src/sla.sql \
	src/servicenow.sql \
	src/objective.sql \
	src/slo.sql \
	src/burn_alert.sql \
	src/chart.sql \
	src/actor.sql \
	src/append_only.sql \
	src/audit.sql \
	src/wip.sql \
	src/health.sql

DATA_built = delivery--$(DELIVERY_VERSION).sql

REGRESS = catalog span percentile ratio frequency zone level calendar working_time sla servicenow objective slo burn_alert chart audit wip wip_random wip_settings health errors security
REGRESS_OPTS = --load-extension=delivery
ISOLATION = benchmark calendar audit wip
ISOLATION_OPTS = --inputdir=test/isolation

PG_CONFIG ?= pg_config
# the server's headers are the server's: no warnings about them
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null) \
	-DDELIVERY_VERSION='"$(DELIVERY_VERSION)"'

# On a fresh machine there is no PGXS yet: demo, test and bench install it and
# call make again.
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)
else
.PHONY: all install installcheck clean
all install installcheck clean:
	@echo "no PGXS: install PostgreSQL's server headers (Debian: postgresql-server-dev-NN)," >&2
	@echo "or pass PG_CONFIG=/path/to/pg_config; 'make demo' and 'make test' install it" >&2
	@exit 1
endif

$(OBJS) $(OBJS:.o=.bc): $(OWN_HEADERS)
src/delivery.o src/delivery.bc: delivery.control

delivery--$(DELIVERY_VERSION).sql: $(PIECES) delivery.control
	cat $(PIECES) > $@

# scripts of ours find the same server
export PG_CONFIG
DEMO_CLUSTER ?= demo
export DEMO_CLUSTER

.PHONY: demo demo-stop test bench fuzz reference

demo:
	@test/bin/provision.sh demo $(if $(GIT),git)
	@test/demo/demo.sh $(if $(GIT),"$(GIT)")

demo-stop:
	@test/bin/cluster.sh stop $(DEMO_CLUSTER)

test:
	@test/bin/run.sh

bench:
	@test/bin/provision.sh demo
	@test/bench/bench.sh

FUZZ_SECONDS ?= 600
export FUZZ_SECONDS FUZZ_KEEP

fuzz:
	@test/bin/provision.sh fuzz
	@test/fuzz/fuzz.sh

reference:
	@test/bin/provision.sh demo
	@test/bin/cluster.sh start reference
	@eval "$$(test/bin/cluster.sh env reference)" && \
		psql -X -q -c 'CREATE EXTENSION delivery' && \
		test/bin/reference.sh >doc/reference.md
	@test/bin/cluster.sh stop reference
