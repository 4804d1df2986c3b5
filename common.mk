# SPDX-License-Identifier: GPL-2.0-only
#
# The rules that all parts share: make -C partN TARGET. What takes more than a
# line of shell is in tools/common.sh.

# The kernel to build for, as a directory with its headers. (By ":=" uname runs once.)
KDIR ?= /lib/modules/$(shell uname -r)/build
KDIR := $(KDIR)
# The kernel to boot in a VM, from vm/kernels; or KERNEL_IMAGE=FILE, built in KDIR.
KERNEL ?=
kernel := $(if $(KERNEL_IMAGE),-k image,$(if $(KERNEL),-k $(KERNEL)))

part := $(lastword $(notdir $(CURDIR)))
common := KDIR="$(KDIR)" bash ../tools/common.sh

# What kbuild would take from the environment. make ARCH=arm64 still works.
unexport O M W C KBUILD_OUTPUT KBUILD_EXTMOD KBUILD_EXTRA_SYMBOLS ARCH SUBARCH CROSS_COMPILE
unexport KCFLAGS KCPPFLAGS KAFLAGS CFLAGS CFLAGS_MODULE LDFLAGS_MODULE INSTALL_MOD_PATH
# make -j2 clean load: one after the other. kbuild itself may still use all processors.
.NOTPARALLEL:

# A kernel that clang built wants it for modules, too.
LLVM := $(if $(shell grep -s '^CONFIG_CC_IS_CLANG=y' $(KDIR)/include/config/auto.conf),1)
export LLVM

# The default asks kbuild, always. load asks only when password.ko is older than
# its sources or for another kernel: kbuild takes 15 s to say "nothing to do" in
# a VM whose processor is emulated.
release := $(shell awk -F'"' '/UTS_RELEASE/ { print $$2 }' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
built_for := $(firstword $(shell PATH=$$PATH:/usr/sbin:/sbin modinfo -F vermagic password.ko 2>/dev/null))
sources := Kbuild Makefile $(filter-out %.mod.c,$(wildcard *.[ch]))

modules:
password.ko: $(sources) $(if $(filter $(release),$(built_for)),,FORCE)
modules password.ko:
	@$(common) headers
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

load: password.ko
	@$(common) load

unload:
	@$(common) unload

reload: load

status:
	@$(common) status

log:
	@$(common) log

diff:
	@$(common) diff

check:
	@$(common) headers
	@$(common) check

install: password.ko
	@$(common) install

uninstall:
	@$(common) uninstall

sign: password.ko
	@$(common) sign

test:
	@bash ../tools/need pydoc3=python3 && python3 -E ../tests/run $(kernel) $(part)

vm:
	@bash ../vm/run $(kernel) -b $(part) -C $(part)

clean:
	rm -rf *.ko *.mod *.mod.c *.o .*.o .*.d .*.cmd .tmp_* .make.log modules.order Module.symvers __pycache__

help:
	@echo 'make -C $(part) TARGET'
	@echo '  (none)   build password.ko for the kernel whose headers are in KDIR'
	@echo '  load     build and load it, whatever was loaded before; show what it said'
	@echo '  unload   unload the module'
	@echo '  reload   the same as load'
	@echo '  status   what is loaded, the device and the length'
	@echo '  log      what the module said to the kernel log'
	@echo '  diff     what this part changes against the one before'
	@echo '  check    warnings (W=1), sparse and checkpatch'
	@echo '  install  for modprobe, with what belongs to it (DKMS=1: by DKMS, which builds it'
	@echo '           again for each new kernel)'
	@echo '  uninstall  remove that'
	@echo '  sign     sign password.ko, for Secure Boot (KEY=, CERT=: your own key)'
	@echo '  test     the tests of this part, in a throwaway VM (ONLY=byte: of those the ones'
	@echo '           whose titles have "byte"; STAY=1: a shell in the VM where one failed)'
	@echo '  vm       a shell in a throwaway VM, in this directory'
	@echo '  clean    remove what was built'
	@echo 'KDIR=$(KDIR)'

.DEFAULT: # which make -B asks for the makefiles, too
	@[ -n "$(filter $@,$(MAKEFILE_LIST))" ] || { echo "There is no target $@ here; make -C $(part) help lists them." >&2; exit 2; }

FORCE:
.PHONY: FORCE modules load unload reload status log diff check install uninstall sign test vm clean help
