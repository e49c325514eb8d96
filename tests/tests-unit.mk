# SPDX-License-Identifier: GPL-2.0
# Tests that need no lab; built with ASan and UBSan.
unit_out := $(O)/unit
unit_cflags := $(kvmmt_cflags) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Itools -Itests/vm/vmm
unit_parts := names.o names_tlbi.o wall.o moment.o model.o model_vms.o model_refusal.o counters.o field.o table.o table_rows.o json.o event_text.o event_json.o event_text_vncr.o vmname.o vmname_cgroup.o utf8.o host.o ui.o ui_header.o ui_keys.o ui_help.o ui_page.o ui_prompt.o ui_list.o ui_refusals.o ui_storm.o ui_trend.o ui_cost.o trend.o ui_past.o history.o image.o model_image.o ui_vm.o ui_vncr.o screen.o
unit_parts += columns.o encode.o decode.o frame.o frame_ring.o host_frame.o writer.o writer_memory.o reader.o recording_end.o
unit_parts += recorder.o play.o checkpoints.o replay_vms.o replay_vms_image.o source.o source_recording.o source_recording_image.o replay_memory.o source_live.o source_live_maps.o source_live_events.o source_live_cost.o source_live_vfio.o expr.o event_field.o
unit_parts += slots.o slot_table.o slots_frame.o source_live_slots.o ui_slots.o
unit_parts += series.o refusal.o metrics.o metrics_vms.o metrics_storms.o metrics_alerts.o http.o listen.o storm.o storm_cause.o storms.o storm_watch.o thrash.o backing.o tell.o hook.o flight.o symbols.o textfile.o
unit_obj := $(addprefix $(unit_out)/,$(unit_parts) check.o)

$(unit_out)/%.o: tools/%.c $(skeletons)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(unit_cflags) -c $< -o $@

$(unit_out)/check.o: tests/vm/vmm/check.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(unit_cflags) -c $< -o $@

$(unit_out)/%: tests/unit/%.c $(unit_obj)
	$(call msg,LD,$@)
	$(Q)$(CC) $(unit_cflags) -MF $@.test.d $(filter %.c %.o,$^) -lbpf -lelf -lz -lzstd -lmicrohttpd -lsystemd -o $@

## grafana-types: fetch with npm what the dashboard is checked against beside our own checks
grafana-types:
	@tests/monitoring/grafana.sh install

## check-unit: tests without the lab
check-unit: tools $(unit_out)/facts $(unit_out)/vncr $(unit_out)/tables $(unit_out)/vmnames $(unit_out)/screens \
	$(unit_out)/recording $(unit_out)/replay $(unit_out)/expr \
	$(unit_out)/metrics $(unit_out)/http $(unit_out)/storms $(unit_out)/backings $(unit_out)/slots \
	$(unit_out)/tells $(unit_out)/series-churn $(unit_out)/hooks $(unit_out)/flights $(unit_out)/symbols $(unit_out)/textfiles \
	$(unit_out)/listens $(unit_out)/webhooks \
	$(unit_out)/history $(unit_out)/odd $(unit_out)/plays $(unit_out)/jumps \
	$(unit_out)/moments $(unit_out)/windows
	@$(unit_out)/facts
	@$(unit_out)/vncr
	@$(unit_out)/vmnames
	@$(unit_out)/recording
	@$(unit_out)/replay
	@$(unit_out)/expr
	@$(unit_out)/http
	@$(unit_out)/storms
	@$(unit_out)/backings
	@$(unit_out)/slots
	@$(unit_out)/tells
	@$(unit_out)/series-churn
	@$(unit_out)/hooks
	@$(unit_out)/history
	@$(unit_out)/plays
	@$(unit_out)/jumps
	@$(unit_out)/moments
	@$(unit_out)/windows
	@$(unit_out)/flights
	@$(unit_out)/symbols
	@$(unit_out)/textfiles
	@$(unit_out)/listens
	@$(unit_out)/webhooks
	@tests/unit/catalog.sh
	@tests/monitoring/monitoring.sh
	@tests/unit/golden.sh tests/cases/tables.txt $(unit_out)/tables
	@tests/unit/golden.sh tests/cases/screens.txt $(unit_out)/screens
	@tests/unit/golden.sh tests/cases/metrics.txt $(unit_out)/metrics
	@tests/unit/metrics.sh $(unit_out)/metrics
	@tests/unit/recordings.sh $(O)/native/kvmmt $(unit_out)/odd
	@tests/unit/terminal.py $(O)/native/kvmmt $(unit_out)/odd
	@tests/unit/cli.sh $(O)/native/kvmmt
	@tests/unit/man.sh $(O)/native/kvmmt
	@tests/unit/completion.sh $(O)/native/kvmmt completion

## tool-deb: Debian packages of the tool and its exporter, for this machine
tool-deb check-tool-deb: tools
	@tests/deb.sh $(O)/tool-deb

-include $(wildcard $(unit_out)/*.d)
.PHONY: check-unit grafana-types tool-deb check-tool-deb
