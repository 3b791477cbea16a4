# delivery: IT delivery management in PostgreSQL.
#
#   make, make install, make installcheck   as any PGXS extension
#   make demo [GIT=/path/to/a/clone]        the delivery report, on a cluster of its own
#   make demo-stop                          stop that cluster
#   make test                               all tests
#   make test-clients                       the code of doc/clients.md, with npm's clients, too
#   make test-machines [MACHINES="..."]     make demo and make test on fresh Debian machines; needs root
#   make stress                             the stress tests in full (STRESS_TRANSACTIONS and others)
#   make bench                              the performance bars (BENCH_ROWS, BENCH_RUNS)
#   make fuzz                               fuzz what reads calendars (FUZZ_SECONDS, FUZZ_KEEP)
#   make dist                               the archive for PGXN, build/delivery-VERSION.zip
#   make deb                                Debian packages for the installed majors, tested, in build/deb
#   make release                            freeze the version in the making: see doc/release.md
#   make reference                          doc/reference.md from the COMMENTs
#
# demo, test, test-clients, stress, bench and fuzz install what is missing from Debian's
# packages, and choose the server: PG_CONFIG=/path/to/pg_config names another one.

EXTENSION = delivery
MODULE_big = delivery
# the control file is the only place where the version is written
DELIVERY_VERSION := $(shell sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" delivery.control)

OWN_HEADERS = \
	src/base/binary.h \
	src/base/call.h \
	src/base/compat.h \
	src/base/count.h \
	src/base/counter.h \
	src/base/delivery.h \
	src/base/errors.h \
	src/base/internal.h \
	src/base/number.h \
	src/base/owner.h \
	src/base/pause.h \
	src/base/period.h \
	src/base/query.h \
	src/base/shown.h \
	src/base/soft_input.h \
	src/base/span.h \
	src/base/statement.h \
	src/base/version.h \
	src/base/zone.h \
	src/calendar/calendar.h \
	src/calendar/calendar_blocks.h \
	src/calendar/calendar_day.h \
	src/calendar/calendar_hours.h \
	src/calendar/calendar_io.h \
	src/calendar/calendar_parse.h \
	src/calendar/calendar_rules.h \
	src/calendar/calendar_scan.h \
	src/calendar/calendar_show.h \
	src/calendar/calendar_site.h \
	src/calendar/calendar_value.h \
	src/capability/sfia_level.h \
	src/capability/sfia_register.h \
	src/guard/actor.h \
	src/guard/audit.h \
	src/guard/audit_attach.h \
	src/guard/audit_chain.h \
	src/guard/audit_check.h \
	src/guard/audit_image.h \
	src/guard/audit_lock.h \
	src/guard/audit_log.h \
	src/guard/audit_names.h \
	src/guard/audit_queue.h \
	src/guard/audit_record.h \
	src/guard/audit_target.h \
	src/guard/canonical.h \
	src/guard/condition.h \
	src/guard/wip.h \
	src/guard/wip_board.h \
	src/guard/wip_column.h \
	src/guard/wip_count.h \
	src/guard/wip_enforce.h \
	src/guard/wip_entry.h \
	src/guard/wip_index.h \
	src/guard/wip_known.h \
	src/guard/wip_layout.h \
	src/guard/wip_limit.h \
	src/guard/wip_lock.h \
	src/guard/wip_message.h \
	src/guard/wip_rights.h \
	src/metrics/packing.h \
	src/metrics/ratio.h \
	src/metrics/selection.h \
	src/sla/sla_clock.h \
	src/slo/objective.h \
	src/slo/slo.h

OBJS = \
	src/base/binary.o \
	src/base/call.o \
	src/base/count.o \
	src/base/counter.o \
	src/base/internal.o \
	src/base/number.o \
	src/base/owner.o \
	src/base/period.o \
	src/base/query.o \
	src/base/shown.o \
	src/base/soft_input.o \
	src/base/span.o \
	src/base/statement.o \
	src/base/version.o \
	src/base/zone.o \
	src/calendar/calendar.o \
	src/calendar/calendar_blocks.o \
	src/calendar/calendar_day.o \
	src/calendar/calendar_hours.o \
	src/calendar/calendar_io.o \
	src/calendar/calendar_named.o \
	src/calendar/calendar_parse.o \
	src/calendar/calendar_scan.o \
	src/calendar/calendar_show.o \
	src/calendar/calendar_site.o \
	src/capability/maturity.o \
	src/capability/sfia_gap.o \
	src/capability/sfia_level.o \
	src/capability/sfia_register.o \
	src/capability/sfia_skill.o \
	src/guard/actor.o \
	src/guard/append_only.o \
	src/guard/append_only_attach.o \
	src/guard/audit.o \
	src/guard/audit_attach.o \
	src/guard/audit_chain.o \
	src/guard/audit_check.o \
	src/guard/audit_create.o \
	src/guard/audit_erase.o \
	src/guard/audit_image.o \
	src/guard/audit_lock.o \
	src/guard/audit_log.o \
	src/guard/audit_names.o \
	src/guard/audit_queue.o \
	src/guard/audit_record.o \
	src/guard/audit_target.o \
	src/guard/audit_verify.o \
	src/guard/canonical.o \
	src/guard/condition.o \
	src/guard/guard_views.o \
	src/guard/wip_attach.o \
	src/guard/wip_board.o \
	src/guard/wip_column.o \
	src/guard/wip_count.o \
	src/guard/wip_enforce.o \
	src/guard/wip_entry.o \
	src/guard/wip_index.o \
	src/guard/wip_known.o \
	src/guard/wip_layout.o \
	src/guard/wip_limit.o \
	src/guard/wip_lock.o \
	src/guard/wip_message.o \
	src/guard/wip_rights.o \
	src/guard/wip_settings.o \
	src/guard/wip_status.o \
	src/metrics/chart.o \
	src/metrics/frequency.o \
	src/metrics/level.o \
	src/metrics/packing.o \
	src/metrics/percentile.o \
	src/metrics/ratio.o \
	src/metrics/selection.o \
	src/sla/servicenow.o \
	src/sla/sla.o \
	src/sla/sla_clock.o \
	src/slo/burn_alert.o \
	src/slo/objective.o \
	src/slo/slo.o \
	src/slo/slo_time.o \
	src/delivery.o

# pieces of the install script, in the order in which they build on each other
PIECES = \
	src/schema.sql \
	src/base/version.sql \
	src/base/span.sql \
	src/metrics/percentile.sql \
	src/metrics/ratio.sql \
	src/metrics/frequency.sql \
	src/metrics/level.sql \
	src/metrics/chart.sql \
	src/calendar/calendar.sql \
	src/guard/actor.sql \
	src/guard/append_only.sql \
	src/guard/audit.sql \
	src/guard/wip.sql \
	src/guard/wip_entry.sql \
	src/guard/guard_health.sql \
	src/guard/guard_views.sql \
	src/guard/guard_statements.sql \
	src/sla/sla.sql \
	src/sla/servicenow.sql \
	src/slo/objective.sql \
	src/slo/slo.sql \
	src/slo/burn_alert.sql \
	src/capability/sfia_level.sql \
	src/capability/sfia_gap.sql \
	src/capability/sfia_skill.sql \
	src/capability/job_level.sql \
	src/capability/maturity.sql \
	src/health.sql

DATA_built = delivery--$(DELIVERY_VERSION).sql
EXTRA_CLEAN = .built_for

# Install scripts of releases, as they were, and the upgrade scripts from each to the
# next: all that lies there is installed. A release is frozen under the version that
# the pieces still have, and then the joined pieces are the same.
DATA = $(filter-out src/upgrade/$(DATA_built),$(sort $(wildcard src/upgrade/delivery--*.sql)))

REGRESS = catalog version upgrade span percentile ratio frequency zone level calendar working_time sla servicenow objective slo count burn_alert sfia_level sfia_gap sfia_skill job_level maturity chart actor append_only audit audit_queue audit_verify audit_erase wip wip_random wip_settings wip_entry guard_views guard_statements health errors security
REGRESS_OPTS = --load-extension=delivery --encoding=UTF8
ISOLATION = benchmark skill calendar append_only audit wip wip_attach wip_entry wip_partition wip_parts schema
ISOLATION_OPTS = --inputdir=test/isolation

PG_CONFIG ?= pg_config
PG_VERSION := $(shell $(PG_CONFIG) --version 2>/dev/null)
PG_MAJOR := $(shell expr '$(PG_VERSION)' : 'PostgreSQL \([0-9]*\)')
PG_INCLUDE := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
# the server's headers are the server's: no warnings about them
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(PG_INCLUDE) \
	-DDELIVERY_VERSION='"$(DELIVERY_VERSION)"'

# What is not there yet: demo, test and bench install it and call make again.
# Debian's PGXS comes with the client, so it does not prove that of a server.
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifeq ($(PG_VERSION),)
NO_BUILD = no $(PG_CONFIG): install PostgreSQL and its server headers (Debian: postgresql-NN, postgresql-server-dev-NN)
else ifneq ($(shell test '$(PG_MAJOR)' -ge 15 2>/dev/null || echo old),)
NO_BUILD = delivery needs PostgreSQL 15 or newer, and $(PG_CONFIG) is of $(PG_VERSION)
else ifeq ($(PGXS)$(wildcard $(PG_INCLUDE)/postgres.h),$(PGXS))
NO_BUILD = no $(PG_INCLUDE)/postgres.h: install PostgreSQL's server headers (Debian: postgresql-server-dev-$(PG_MAJOR))
else ifeq ($(PGXS),)
NO_BUILD = no PGXS: install PostgreSQL's server headers (Debian: postgresql-server-dev-$(PG_MAJOR))
endif

ifndef NO_BUILD
include $(PGXS)
else
.PHONY: all install installcheck clean
all install installcheck clean:
	@echo "$(NO_BUILD)," >&2
	@echo "or pass PG_CONFIG=/path/to/pg_config of another one; 'make demo' and 'make test' install what is missing" >&2
	@exit 1
endif

# what was built for one server is no use to another one
BUILT_FOR := $(PG_VERSION) $(PG_INCLUDE)
ifneq ($(shell cat .built_for 2>/dev/null),$(BUILT_FOR))
.PHONY: .built_for
endif
.built_for:
	@echo '$(BUILT_FOR)' >$@

$(OBJS) $(OBJS:.o=.bc): $(OWN_HEADERS) .built_for
src/delivery.o src/delivery.bc src/base/version.o src/base/version.bc: delivery.control

delivery--$(DELIVERY_VERSION).sql: $(PIECES) delivery.control
	cat $(PIECES) > $@

# what the scripts of the tests ask: make print-PIECES
print-%:
	@echo $($*)

# scripts of ours find the same server
export PG_CONFIG
DEMO_CLUSTER ?= demo
export DEMO_CLUSTER

.PHONY: demo demo-stop test test-clients test-machines stress bench fuzz dist deb release reference

demo:
	@test/bin/provision.sh demo $(if $(GIT),git)
	@test/demo/demo.sh $(if $(GIT),"$(GIT)")

demo-stop:
	@test/bin/cluster.sh stop $(DEMO_CLUSTER)

test:
	@test/bin/run.sh

test-clients:
	@test/bin/provision.sh test npm
	@test/clients/run.sh

# TESTS=no leaves out make test, KEEP=1 keeps the machines
test-machines:
	@test/machines/machines.sh $(MACHINES)

stress:
	@test/bin/provision.sh bench
	@test/bin/stress.sh

bench:
	@test/bin/provision.sh bench
	@test/bench/bench.sh

FUZZ_SECONDS ?= 600
export FUZZ_SECONDS FUZZ_KEEP

fuzz:
	@test/bin/provision.sh fuzz
	@test/fuzz/fuzz.sh

dist:
	@test/bin/dist.sh

deb:
	@test/bin/deb.sh

release:
	@test/bin/release.sh

reference:
	@test/bin/provision.sh demo
	@test/bin/cluster.sh start reference
	@eval "$$(test/bin/cluster.sh env reference)" && \
		psql -X -q -c 'CREATE EXTENSION delivery' && \
		test/bin/reference.sh >doc/reference.md
	@test/bin/cluster.sh stop reference
