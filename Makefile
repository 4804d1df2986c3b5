# SPDX-License-Identifier: GPL-2.0-only
# make help lists the targets. The parts have targets of their own: make -C part1 help

PARTS := $(wildcard part[1-9])
PART ?=
KERNEL ?=
kernel := $(if $(KERNEL),-k $(KERNEL))

help:
	@echo 'make TARGET'
	@echo '  demo      the talk: every part built, loaded, used and unloaded in a VM'
	@echo '            (PART=4: that part alone)'
	@echo '  test      the tests of all parts and of the make targets, in VMs'
	@echo '  test-vm   the tests of the VMs themselves'
	@echo '  lint      shellcheck for the scripts'
	@echo '  check     that, and warnings, sparse and checkpatch for all parts'
	@echo '  slides    slides/slides.pdf'
	@echo '  all       build all parts for the kernel that runs here'
	@echo '  clean     remove what was built in this directory'
	@echo '  clean-vm  remove what the VMs keep in your cache directory'
	@echo 'KERNEL=NAME takes another kernel than the first of vm/kernels.'
	@echo 'make -C part1 help lists what a part can do.'

demo:
	@vm/demo $(kernel) $(PART)

test:
	@tests/run $(kernel)

test-vm:
	@./need bats=bats pgrep=procps
	@bats --tap tests/vm.bats

check: lint
	@for part in $(PARTS); do $(MAKE) -C $$part check || exit; done

lint:
	@./need shellcheck=shellcheck
	shellcheck need common.sh tests/run tests/bench tests/helpers.bash vm/demo vm/guest vm/init vm/root vm/run .ci/run

slides:
	@$(MAKE) -C slides

all: $(PARTS)
$(PARTS):
	$(MAKE) -C $@

clean:
	@for dir in $(PARTS) slides tests tests/fault; do $(MAKE) -s -C $$dir clean || exit; done

clean-vm:
	@vm/root --clean

.PHONY: help demo test test-vm lint check slides all $(PARTS) clean clean-vm
