# SPDX-License-Identifier: GPL-2.0-only
# run: host
# What the makefiles and scripts do on the reader's own machine: in any locale, from any
# checkout, with tools that are missing or too old. Nothing is installed, built or loaded.
bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/*}
parts=("$top"/part?)
last=${parts[-1]##*/}

setup() {
	cd "$top"
	# What make test exports to whatever it runs.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES KDIR KERNEL KERNEL_IMAGE PART LLVM
	stubs=$BATS_TEST_TMPDIR/stubs
	mkdir "$stubs"
}

is() { [ "$1" = "$2" ] || { printf -- '--- expected\n%s\n--- got\n%s\n' "$2" "$1"; return 1; }; }

matches() { # GOT PATTERN
	[[ $1 =~ $2 ]] || { printf -- '--- expected, as a pattern\n%s\n--- got\n%s\n' "$2" "$1"; return 1; }
}

stub() { # NAME SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"$stubs/$1"
	chmod +x "$stubs/$1"
}

as_nobody() {
	if [ "$(id -u)" = 0 ]; then
		chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
		chmod -R a+rX "$BATS_TEST_TMPDIR"
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# The repository as git would not have it: without .git and without execute bits.
copy() { # DIRECTORY
	mkdir -p "$1"
	cp -r "$top"/{.gitignore,environment,need,common.mk,common.sh,Makefile,tests,vm} "$top"/part? "$1"
	find "$1" -type f -exec chmod a-x {} +
}

@test "the environment changes nothing: locale, bash, make, grep, tar, exported functions" {
	plain() { bash vm/root --list; make -s -C "$last" diff; make -s -C part1 status; bash need git=git; }
	expected=$(plain)
	cd() { false; }
	grep() { false; }
	export -f cd grep
	is "$(LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LANGUAGE=de GREP_OPTIONS=-v TAR_OPTIONS=--nonsense \
	      CDPATH=/ BASH_ENV=/nowhere POSIXLY_CORRECT=1 XZ_OPT=--nonsense APT_CONFIG=/nowhere plain 2>"$BATS_TEST_TMPDIR/said")" "$expected"
}

@test "kbuild gets nothing from the environment, and what stands on make's command line" {
	mkdir "$BATS_TEST_TMPDIR/kdir"
	printf '.PHONY: modules\nmodules:\n\t@echo "<$(ARCH$(KBUILD_OUTPUT)$(O)$(KCFLAGS))>"\n' >"$BATS_TEST_TMPDIR/kdir/Makefile"
	export ARCH=arm64 KBUILD_OUTPUT=/nowhere O=/nowhere KCFLAGS=-O0
	copy "$BATS_TEST_TMPDIR/copy"
	run -0 make -s -C "$BATS_TEST_TMPDIR/copy/part1" KDIR="$BATS_TEST_TMPDIR/kdir"
	is "$output" '<>'
	run -0 make -s -C "$BATS_TEST_TMPDIR/copy/part1" KDIR="$BATS_TEST_TMPDIR/kdir" ARCH=s390
	is "$output" '<s390>'
}

@test "with -j the targets still come one after the other" {
	copy "$BATS_TEST_TMPDIR"
	printf '\none: ; @sleep 1; echo one\ntwo: ; @echo two\n' | tee -a "$BATS_TEST_TMPDIR/common.mk" >>"$BATS_TEST_TMPDIR/Makefile"
	is "$(MAKEFLAGS=-j2 make -s -C "$BATS_TEST_TMPDIR/part1" one two)" $'one\ntwo'
	is "$(MAKEFLAGS=-j2 make -s -C "$BATS_TEST_TMPDIR" one two)" $'one\ntwo'
}

@test "a clone with core.autocrlf has no CRLF" {
	git -C "$top" rev-parse -q --verify HEAD >/dev/null || skip "this is no git repository"
	git clone -q -c core.autocrlf=true "$top" "$BATS_TEST_TMPDIR/clone"
	run -1 grep -rlI $'\r$' "$BATS_TEST_TMPDIR/clone" --exclude-dir=.git
}

@test "without .git and without execute bits everything is found" {
	copy "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	run -0 make -s kernels
	matches "${lines[1]}" '^6\.1 +bookworm'
	run -0 make -s -C "$last" diff
	run -0 make -s -C part1 status
	matches "$output" '^module '
	run -2 make -s -C part1 test KERNEL=nonsense
	matches "$output" "no kernel 'nonsense'"
}

@test "a directory that kbuild cannot build in: which character, and what to do; the rest works" {
	local name
	for name in 'a b' 'a,b' "a'b" 'a"b' 'a(b' 'a$b' 'a#b' 'a&b' 'a;b' 'a%b' 'a\b'; do
		copy "$BATS_TEST_TMPDIR/$name"
		run -2 make -s -C "$BATS_TEST_TMPDIR/$name/part1"
		matches "${lines[0]}" "^kbuild cannot build in a directory with a '[^a-z]' in its path: "
		matches "${lines[1]}" '^Move it, or work in a throwaway VM: make -C part1 vm'
		run -0 make -s -C "$BATS_TEST_TMPDIR/$name/part1" status
		run -0 make -s -C "$BATS_TEST_TMPDIR/$name/$last" diff
		run -0 make -s -C "$BATS_TEST_TMPDIR/$name/part1" clean
	done
}

@test "what a failed build leaves is not shown, not kept and not committed" {
	copy "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	touch "$last/.password.o.d" "$last/.password.o.cmd"
	run -0 make -s -C "$last" diff
	[[ $output != *.password.o* ]]
	git init -q .
	run -0 git status --porcelain --ignored=no -uall "$last"
	[[ $output != *.password.o* ]]
	make -s -C "$last" clean
	[ ! -e "$last/.password.o.d" ]
}

@test "diff of a copy of one's own, and where there is no difference" {
	copy "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	cp -r part1 part1-mine
	run -0 make -s -C part1-mine diff
	is "$output" 'part1-mine is the same as part1, but for the README and the demo.'
	sed -i 's/unloaded/gone/' part1-mine/password.c
	run -0 make -s -C part1-mine diff
	matches "$output" $'\n\\+\tpr_info\\("gone'
}

@test "a target, a part, a kernel or a test that is not there: what there is, at once" {
	stub apt-get 'echo installing; exit 1'
	export PATH=$stubs:$PATH
	run -2 make -s dmeo
	matches "$output" 'no target dmeo; make help lists them'
	run -2 make -s -C part1 laod
	matches "$output" 'no target laod here; make -C part1 help lists them'
	for target in test demo vm; do
		run -2 make -s $target PART=9
		matches "$output" "no part 9; there are 1"
	done
	run -2 make -s test KERNEL=5.4
	matches "$output" "no kernel '5\\.4'; there is: 6\\.1 "
	[[ $output != *installing* ]]
	run -1 bash tests/run nonsense
	matches "$output" 'no tests nonsense; there are: .*part1'
}

@test "make kernels says what its columns are" {
	run -0 make -s kernels
	matches "${lines[0]}" '^KERNEL +SUITE +HERE +PACKAGE$'
}

@test "a tool that is too old: which version is needed" {
	stub bats 'echo "Bats 1.2.1"'
	stub pandoc 'echo "pandoc 2.9.2"'
	PATH=$stubs:$PATH run -2 bash need bats=bats pandoc=pandoc git=git
	matches "${lines[0]}" 'bats 1\.2\.1 is too old: this needs 1\.8'
	matches "${lines[1]}" 'pandoc 2\.9\.2 is too old: this needs 2\.17'
	matches "${lines[2]}" 'upgrade'
}

@test "a tool is missing: without apt, without sudo, and for those whom sudo refuses" {
	local tool
	cp need environment "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	for tool in bash dirname printf sort head id env mktemp rm tee sed tail grep; do
		ln -s "$(type -P $tool)" "$stubs/$tool"
	done
	PATH=$stubs run -1 "$stubs/bash" need nonsense=its-package
	matches "$output" 'missing, by their Debian names: its-package'
	stub apt-get 'echo "E: no such package" >&2; exit 100'
	if [ "$(id -u)" = 0 ]; then
		PATH=$stubs run -1 "$stubs/bash" need nonsense=its-package
		matches "$output" $'E: no such package\nneed: apt-get could not install them, see above'
	fi
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" need nonsense=its-package
	matches "$output" 'no sudo here. Ask whoever administrates this machine to run: apt-get install its-package'
	stub sudo 'echo "you are not in the sudoers file" >&2; exit 1'
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" need nonsense=its-package
	matches "$output" $'not in the sudoers file\nneed: sudo refused. Ask .*apt-get install its-package'
}

@test "where no namespace can be made: what a container needs, before anything is installed" {
	stub unshare 'exit 1'
	stub apt-get 'echo installing; exit 1'
	PATH=$stubs:$PATH run -1 bash vm/root
	matches "$output" '--privileged'
	[[ $output != *installing* ]]
}

@test "a cache that cannot be written, and no HOME" {
	XDG_CACHE_HOME=/proc/nowhere run -1 bash vm/root
	matches "$output" 'cannot write to /proc/nowhere/password-module; XDG_CACHE_HOME=DIRECTORY takes another'
	run -0 env -u HOME bash vm/root --list
}

@test "on WSL2 there are no headers to install" {
	stub uname 'echo 5.15.90.1-microsoft-standard-WSL2'
	PATH=$stubs:$PATH run -2 make -s -C part1 KDIR=/nowhere
	matches "$output" 'This is WSL2.*make -C part1 vm'
	[[ $output != *'apt install'* ]]
}

@test "what takes long shows that it goes on, and stops when it is done" {
	run -0 bash -c '. vm/progress; busy "Doing it"; sleep 5; idle; [ -z "$(jobs -r)" ]; say done'
	matches "$output" $'^Doing it \\.\\.+\ndone$'
}
