# SPDX-License-Identifier: GPL-2.0-only
# make help lists the targets. The parts have targets of their own: make -C part1 help

PARTS := $(wildcard part[1-9])
KERNEL ?=
KERNEL_IMAGE ?=
PART ?=
ifneq ($(and $(PART),$(filter demo present rehearse test vm,$(MAKECMDGOALS))),)
ifneq ($(words $(PART)) $(words $(filter $(patsubst %/password.c,%,$(wildcard part*/password.c)),part$(PART))),1 1)
$(error There is no part $(PART); there are $(PARTS:part%=%))
endif
endif
# Some shells export a HOST.
host := $(if $(filter command,$(origin HOST)),$(filter-out 0,$(HOST)))
kernel := $(if $(KERNEL_IMAGE),-k image,$(if $(KERNEL),-k $(KERNEL)))

# pydoc3, for python3-minimal has less of Python than is needed.
python := bash tools/need pydoc3=python3 && python3 -E
run_tests := $(python) tests/run

# What make demo tells to try next.
next := $(if $(PART),part$(PART),$(lastword $(filter part1 part2 part3,$(PARTS))))

help:
	@echo 'make TARGET'
	@echo '  demo        the talk: every part built, loaded, used and unloaded in a VM'
	@echo '              (PART=4: that part alone)'
	@echo '  present     the demo, live: Enter types the next command and runs it'
	@echo '              (PART=4; HOST=1: in this machine'"'"'s own kernel, after asking)'
	@echo '  rehearse    all of it without you: the time of each step, and what differs'
	@echo '              from the slides'
	@echo '  labs        bugs to plant, see and mend, and exercises: a list'
	@echo '  lab         plant that of LAB=NAME in your part, with its page (UNDO=1: out again);'
	@echo '              or show the task of an exercise'
	@echo '  try         run its check on the part as it is now, and show what the kernel says'
	@echo '  doctor      what this machine has and lacks, for VMs and for its own kernel, and the'
	@echo '              commands that mend it'
	@echo '  vm          a shell in a VM, with all parts built: for a talk, or to play'
	@echo '  test        the tests of all parts, in VMs'
	@echo '  test-tools  the makefiles and scripts, the steps, the slides'"'"' checks'
	@echo '  test-vm     the tests of the VMs themselves, and of present'
	@echo '  test-install  DKMS with two kernels, the man page, clangd over all parts,'
	@echo '              the bundle without a network'
	@echo '  test-races  part 6 used from all sides at once, and by stress-ng and trinity'
	@echo '  test-labs   all labs: the bug is found, and found no more when it is out; and all'
	@echo '              exercises: not done at the start, and done by their solutions'
	@echo '  test-mutants  wrong modules: each is found by the test that must find it (10 minutes)'
	@echo '  test-steps  make test, test-tools and demo at every step (20 minutes)'
	@echo '  test-slides the slides against the code, a fresh demo and a browser'
	@echo '  tags        make the git tags step1... and module1... from this commit'
	@echo '  kernels     the kernels that VMs can boot: Debian suite, cached or not, package'
	@echo '  readme      put the results of make test KERNEL=all into tests/README.md'
	@echo '  lint        shellcheck for the scripts'
	@echo '  check       that, and warnings, sparse and checkpatch for all parts'
	@echo '  slides      the talk: slides.pdf, presenter.pdf, speaker.pdf, handout.pdf, slides.html in slides'
	@echo '  site        site/: pages with a Linux that runs in the reader'"'"'s browser, and the same'
	@echo '              in one file, site/offline.html'
	@echo '  test-site   that, in Chromium and Firefox'
	@echo '  all         build all parts for the kernel that runs here'
	@echo '  bundle      one file, from which another machine runs all that with no network'
	@echo '              (KERNEL=6.1,debug: these; the default is for demo, vm and the labs)'
	@echo '  compile_commands.json  for an editor with clangd: how each file is compiled'
	@echo '  clean       remove what was built in this directory'
	@echo '  clean-vm    remove what the VMs keep in your cache directory'
	@echo 'KERNEL=NAME takes another kernel than the first of make kernels; test also takes'
	@echo 'KERNEL=6.12,7.0 or KERNEL=newest, debug or all. KERNEL=v6.6 is upstream, built here;'
	@echo 'KERNEL_IMAGE=FILE KDIR=DIRECTORY is one that you built, and where.'
	@echo 'make -C part1 help lists what a part can do.'

demo:
	@bash vm/demo $(kernel) $(PART)
	@echo; echo 'That was a throwaway VM. Next, try it yourself, in another one:'; \
	echo '    make -C $(next) vm      # a shell in it; there: make load, make status'; \
	echo '    make -C $(next) test    # are its promises kept?'

present:
	@bash tools/need pydoc3=python3
	@exec python3 -E vm/present $(if $(host),--host) $(kernel) $(PART)

# The slides are compared also when a step failed, but not after Ctrl-C, 130.
rehearse:
	@bash tools/need pydoc3=python3
	@status=0; python3 -E vm/present --rehearse $(kernel) $(PART) || status=$$?; \
	if [ $$status -le 1 ] && [ -z '$(PART)' ]; then \
		bash slides/record --check && echo 'The slides show the same.' || status=1; \
	fi; exit $$status

labs:
	@bash labs/lab list

lab try:
	@bash labs/lab $(if $(filter try,$@),try,$(if $(filter-out 0,$(UNDO)),undo,start)) "$$LAB"

doctor:
	@bash vm/doctor

vm:
	@bash vm/run $(kernel) $(PARTS:%=-b %)

test:
	@$(run_tests) $(kernel) $(PART:%=part%)

test-tools:
	@$(run_tests) make host kernels slides steps

test-vm:
	@$(run_tests) vm present

test-install:
	@$(run_tests) install

test-races:
	@$(run_tests) races

test-labs:
	@$(run_tests) labs

test-mutants:
	@bash tests/maintainer/mutate

test-steps:
	@bash tools/need bats=bats git=git
	@bats --tap --filter-tags full tests/maintainer/steps.bats

# slides first, for LaTeX and pandoc.
test-slides: slides
	@bash tools/need bats=bats chromedriver=chromium-driver /usr/lib/python3/dist-packages/selenium=python3-selenium
	@bats --tap tests/maintainer/slides.bats

tags:
	@bash tools/steps

kernels:
	@bash vm/root --list

readme:
	@$(run_tests) --readme

check: lint
	@for part in $(PARTS); do $(MAKE) -C $$part check || exit; done

lint:
	@bash tools/need shellcheck=shellcheck
	shellcheck tools/* tests/inside tests/*.bash tests/maintainer/bench tests/maintainer/mutate tests/maintainer/*.bash vm/arch/* vm/architecture vm/bundle vm/demo vm/doctor vm/editor vm/guest vm/init vm/build vm/inside vm/compile vm/progress vm/recipes/* vm/root vm/trouble vm/machine vm/resume vm/run vm/table vm/where slides/record labs/lab labs/*/check browser/make browser/compile browser/guest/init browser/guest/make browser/guest/runuser .ci/run

slides:
	@$(MAKE) -C slides

site:
	@bash browser/make

test-site: site
	@bash tools/need /usr/bin/chromium=chromium /usr/bin/firefox-esr=firefox-esr
	@node browser/test.mjs "$$(bash browser/make npm)"

all: $(PARTS)
$(PARTS):
	$(MAKE) -C $@

bundle:
	@bash vm/bundle $(if $(KERNEL),'$(KERNEL)')

compile_commands.json:
	@bash vm/editor $(KERNEL)

clean:
	@rm -f compile_commands.json
	@for dir in $(PARTS) slides tests tests/fault; do $(MAKE) -s -C $$dir clean || exit; done
	rm -rf site

clean-vm:
	@bash vm/root --clean

# make -B asks for the makefiles, too. The others are directories.
.DEFAULT tests tools browser packaging:
	@[ -n "$(filter $@,$(MAKEFILE_LIST))" ] || case " load unload reload status log diff install uninstall sign " in \
	*' $@ '*) echo "The parts have that target: make -C part1 $@" >&2; exit 2 ;; \
	*) echo "There is no target $@; make help lists them." >&2; exit 2 ;; esac

# make -j2 clean test: one after the other.
.NOTPARALLEL:
.PHONY: tests tools browser packaging help demo present rehearse labs lab try doctor vm test test-tools test-vm test-install test-races test-labs test-mutants test-steps test-slides tags kernels readme lint check slides site test-site all bundle compile_commands.json $(PARTS) clean clean-vm
