# SPDX-License-Identifier: GPL-2.0-only
# run: host
# when: named
# What the makefiles and scripts do on the reader's own machine: in any locale, from any
# checkout, with tools that are missing or too old. Nothing is installed, built or loaded.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}
parts=("$top"/part?)
last=${parts[-1]##*/}

setup() {
	cd "$top"
	# What make test exports to whatever it runs.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES KDIR KERNEL KERNEL_IMAGE PART LLVM
	stubs=$BATS_TEST_TMPDIR/stubs
	mkdir "$stubs"
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
	cp -r "$top"/{.gitignore,common.mk,Makefile,tests,tools,vm} "$top"/part? "$1"
	find "$1" -type f -exec chmod a-x {} +
}

@test "the environment changes nothing: locale, bash, make, grep, tar, exported functions" {
	plain() { bash vm/root --list; make -s -C "$last" diff; make -s -C part1 status; bash tools/need git=git; }
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

@test "make -B, a HOST, an LLVM and a PART from elsewhere change nothing" {
	copy "$BATS_TEST_TMPDIR"
	mkdir "$BATS_TEST_TMPDIR/kdir"
	printf '.PHONY: modules\nmodules:\n\t@echo "<$(LLVM)>"\n' >"$BATS_TEST_TMPDIR/kdir/Makefile"
	cd "$BATS_TEST_TMPDIR"
	run -0 make -s -B kernels
	run -0 make -s -B -C part1 status
	matches "$output" '^module '
	LLVM=1 run -0 make -s -C part1 KDIR="$BATS_TEST_TMPDIR/kdir"
	is "$output" '<>'
	run -0 make -s -C part1 KDIR="$BATS_TEST_TMPDIR/kdir" LLVM=1
	is "$output" '<1>'
	PART=foo run -0 make -s help
	[[ $(HOST=box make -n present) != *--host* ]]
	[[ $(make -n present HOST=0) != *--host* ]]
	[[ $(make -n present HOST=1) == *--host* ]]
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
	local name last_name=copy
	copy "$BATS_TEST_TMPDIR/copy"
	for name in 'a b' 'a,b' "a'b" 'a"b' 'a(b' 'a$b' 'a#b' 'a&b' 'a;b' 'a%b' 'a\b'; do
		mv "$BATS_TEST_TMPDIR/$last_name" "$BATS_TEST_TMPDIR/$name"
		last_name=$name
		run -2 make -s -C "$BATS_TEST_TMPDIR/$name/part1"
		matches "${lines[0]}" "^kbuild cannot build in a directory with a '[^a-z]' in its path: "
		matches "${lines[1]}" '^Move it, or work in a throwaway VM: make -C part1 vm'
		run -0 make -s -C "$BATS_TEST_TMPDIR/$name/$last" status diff clean
	done
}

@test "make clean needs no kernel headers" {
	copy "$BATS_TEST_TMPDIR"
	cp -r "$top/slides" "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	touch "$last/password.ko" tests/fault/fault.ko
	run -0 make -s clean KDIR=/nowhere
	[ ! -e "$last/password.ko" ]
	[ ! -e tests/fault/fault.ko ]
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
	run -1 python3 tests/run part1-mine
	matches "$output" 'make -C part1-mine vm tries it'
	run -0 make -s -C part1-mine diff
	is "$output" 'part1-mine is the same as part1, but for the README and the demo.'
	ln -s me@here:1 part1-mine/.#password.c
	touch part1-mine/{password.c~,.password.c.swp} tests/.#part1.bats
	run -0 make -s -C part1-mine diff
	is "${#lines[@]}" 1
	run -0 python3 tests/run --plan part1
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
		for part in 9 '1 2' '?' %; do
			run -2 make -s $target PART="$part"
			has "$output" "no part $part; there are 1"
		done
	done
	for target in tests tools; do
		run -2 make -s $target
		matches "$output" "no target $target; make help lists them"
	done
	run -2 make -s load
	matches "$output" 'make -C part1 load'
	run -2 make -s lab LAB="it's"
	has "$output" "There is no lab or exercise 'it's'"
	for option in '-t abc' '-c 0' '-c abc'; do
		run -125 bash vm/run $option true
		matches "$output" "vm/run: $option is no number of "
	done
	TMPDIR=/nowhere run -1 bash vm/run true
	is "$output" 'There is no directory /nowhere, which TMPDIR names.'
	run -0 bash vm/root --help
	matches "$output" '^vm/root \[KERNEL\]: '
	ONLY='(' run -1 python3 tests/run part1
	matches "$output" "ONLY='\\(' is no regular expression"
	run -2 make -s test KERNEL=5.4
	matches "$output" "no kernel '5\\.4'; there is: 6\\.1 "
	[[ $output != *installing* ]]
	run -1 python3 tests/run nonsense
	matches "$output" 'no tests nonsense; there are: .*part1'
}

@test "a file of tests with no head, or a wrong one, and a part without tests: what to write" {
	copy "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	run -0 python3 tests/run --plan "$last"
	matches "$output" "^6\\.1: $last.*vm/run -k 6\\.1 .*-b '$last modules check"
	told() { # WHAT IT TELLS
		run -1 python3 tests/run --plan part1
		has "$output" "$1"
	}
	sed -i 's/^# run: vm$/# runs: vm/' tests/part1.bats
	told "tests/part1.bats has at its head '# runs: vm'; tests/README.md tells"
	sed -i '/^# runs: vm$/d' tests/part1.bats
	told "tests/part1.bats does not say where it runs: write at its head '# run: vm' or '# run: host'"
	printf '# run: vm\n# when: kernel 5.4\n' >tests/part1.bats
	told "tests/part1.bats is for the kernel '5.4'; there is: 6.1 "
	rm tests/part1.bats
	told "part1 has no tests: write tests/part1.bats"
	STAY=1 run -1 python3 "$top/tests/run" part1 </dev/null
	has "$output" 'STAY=1 stays in the VM with you, and needs a terminal'
}

@test "make kernels says what its columns are" {
	run -0 make -s kernels
	matches "${lines[0]}" '^KERNEL +SUITE +HERE +PACKAGE$'
}

@test "a kernel is a line, an architecture is a line and a file" {
	copy "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	printf 'mine trixie ppc64el linux-image-6.12.*-powerpc64le -' >>vm/kernels
	sed 's/aarch64/powerpc64le/g; s/ARCH=arm64/ARCH=powerpc/' vm/arch/arm64 >vm/arch/ppc64el
	run -0 make -s kernels
	matches "${lines[-1]}" '^mine +trixie +linux-image-6\.12\.\*-powerpc64le$'
	is "$(arch=ppc64el; . vm/trouble; . vm/architecture; echo "${build[1]}")" CROSS_COMPILE=powerpc64le-linux-gnu-
}

@test "a line of vm/kernels that is wrong is told, with its number and what is wrong" {
	copy "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	cp vm/kernels kernels
	while IFS=: read -r line why; do
		{ cat kernels; echo "$line"; } >vm/kernels
		run -1 bash vm/root --list
		is "$output" "vm/root: vm/kernels, line $(wc -l <vm/kernels): $why: $line"
	done <<-'END'
		7.4 sid amd64 linux-image-7.4.*-amd64:it has 4 columns, not name, suite, architecture, source and configuration
		7.4 sid amd64 linux-image-7.4.*-amd64 - built:it has 6 columns, not name, suite, architecture, source and configuration
		6.1 sid amd64 linux-image-7.4.*-amd64 -:there is another 6.1
		newest sid amd64 linux-image-7.4.*-amd64 -:'newest' cannot be a name
		7.4 sid vax linux-image-7.4.*-amd64 -:there is no vm/arch/vax
		7.4 sid amd64 linux-image-7.4-amd64 -:'linux-image-7.4-amd64' is neither linux-image-VERSION.*-FLAVOUR nor linux-source-VERSION
		7.4 sid amd64 linux-image-7.4.*-amd64 x86.config:Debian has configured linux-image-7.4.*-amd64: the last column must be -
		7.4 sid amd64 linux-source-7.4 x86.config+y.config:there is no vm/y.config
		7.4 sid arm64 linux-source-7.4 x86.config:vm/compile builds kernels of amd64 alone
	END
}

@test "a root is named after the files that it is made from" {
	where() { bash vm/root --where 6.1 6.1-arm64 debug kcsan | sed 's|.*/||'; }
	copy "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	before=$(where)
	renamed() { comm -13 <(sort <<<"$before") <(where | sort) | sed 's/-[0-9a-f]*$//' | sort | paste -sd ' '; }
	is "$(XDG_CACHE_HOME=/elsewhere where)" "$before" # a bundle is unpacked there
	echo '# a comment' | tee -a vm/{root,table,run,trouble} >/dev/null
	is "$(where)" "$before"
	while IFS=: read -r file kernels; do
		cp "vm/$file" kept
		echo '# changed' >>"vm/$file"
		is "$file: $(renamed)" "$file: $kernels"
		cp kept "vm/$file"
	done <<-END
		recipes/common:6.1 6.1-arm64 debug kcsan
		recipes/base:6.1 6.1-arm64 debug kcsan
		init:6.1 6.1-arm64 debug kcsan
		recipes/foreign-base:6.1-arm64
		arch/arm64:6.1-arm64
		recipes/debian:6.1 6.1-arm64
		recipes/built:debug kcsan
		compile:debug kcsan
		debug.config:debug
		kcsan.config:kcsan
		recipes/image:
	END
}

@test "with a base go the kernels that were on it, but none that a VM runs from, and nothing else" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache PATH=$stubs:$PATH MIRROR=http://127.0.0.1:9
	machine x86_64 x86_64
	stub mmdebstrap 'exit 1'
	cache=$XDG_CACHE_HOME/password-module
	mkdir -p "$cache"/{base-bookworm-amd64-00000000,base-bookworm-amd64-11111111,base-trixie-amd64-00000000} \
		"$cache"/{6.1-00000000,6.1-rt-00000000,6.1-rt-11111111,7.3-00000000,browser-kernel-00000000,tmp.123456}
	for dir in "$cache"/*-*; do touch "$dir/lock"; done
	ln -s ../base-bookworm-amd64-00000000 "$cache/6.1-rt-00000000/base"
	ln -s ../base-bookworm-amd64-11111111 "$cache/6.1-rt-11111111/base"
	ln -s ../base-trixie-amd64-00000000 "$cache/7.3-00000000/base"
	exec 7<"$cache/base-bookworm-amd64-11111111/lock"
	flock -s 7
	run -1 bash vm/root 6.1
	matches "$output" 'mmdebstrap failed'
	exec 7<&-
	is "$(cd "$cache" && echo *)" '6.1-rt-11111111 7.3-00000000 base-bookworm-amd64-11111111 base-trixie-amd64-00000000 browser-kernel-00000000 lock'
}

@test "a tool that is too old: which version is needed" {
	stub bats 'echo "Bats 1.2.1"'
	stub pandoc 'echo "pandoc 2.9.2"'
	PATH=$stubs:$PATH run -2 bash tools/need bats=bats pandoc=pandoc git=git
	matches "${lines[0]}" 'bats 1\.2\.1 is too old: this needs 1\.8'
	matches "${lines[1]}" 'pandoc 2\.9\.2 is too old: this needs 2\.17'
	matches "${lines[2]}" 'upgrade'
}

@test "a tool is missing: without apt, without sudo, and for those whom sudo refuses" {
	local tool
	mkdir "$BATS_TEST_TMPDIR/vm"
	cp -r tools "$BATS_TEST_TMPDIR"
	cp vm/{progress,trouble} "$BATS_TEST_TMPDIR/vm"
	cd "$BATS_TEST_TMPDIR"
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine # of an unknown distribution
	for tool in bash dirname printf sort head id env mktemp rm tee sed tail grep uname; do
		ln -s "$(type -P $tool)" "$stubs/$tool"
	done
	PATH=$stubs run -1 "$stubs/bash" tools/need nonsense=its-package
	matches "$output" 'missing, by their Debian names: its-package'
	stub apt-get 'echo "E: no such package" >&2; exit 100'
	if [ "$(id -u)" = 0 ]; then
		PATH=$stubs run -1 "$stubs/bash" tools/need nonsense=its-package
		matches "$output" $'E: no such package\nneed: apt-get could not install them, see above'
	fi
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" tools/need nonsense=its-package
	matches "$output" 'no sudo here. Become root .*, or ask whoever administrates this machine, and run: apt-get install its-package'
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" tools/need -n nonsense=its-package
	matches "$output" 'ask whoever administrates this machine, and run: apt-get install its-package'
	is "$(as_nobody env PATH="$stubs" TEST_SYSROOT=/ "$stubs/bash" -c ". vm/trouble; install_line its-package - - -")" '  as root: apt install its-package'
	stub sudo 'echo "you are not in the sudoers file" >&2; exit 1'
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" tools/need nonsense=its-package
	matches "$output" $'not in the sudoers file\nneed: sudo refused. .* ask .*apt-get install its-package'
	# One line of sudoers lets do all without a password, another with: sudo -v wants it.
	stub sudo 'case $1 in -v) echo "a password is required" >&2; exit 1 ;; -n) shift ;; esac; exec "$@"'
	ln -s "$(type -P true)" "$stubs/true"
	run -1 as_nobody env PATH="$stubs" "$stubs/bash" tools/need nonsense=its-package
	matches "$output" $'E: no such package\nneed: apt-get could not install them, see above'
	[[ $output != *password\ is* ]]
}

@test "present with a Python that is minimal: the whole one is installed" {
	stub apt-get 'echo "E: no such package" >&2; exit 100'
	stub python3 'echo "No module named pty" >&2; exit 1'
	stub sudo 'case $1 in -v) ;; *) exec "$@" ;; esac'
	for tool in bash make dirname env tee sed tail grep uname id sort mktemp rm head awk; do
		ln -s "$(type -P $tool)" "$stubs/$tool"
	done
	for target in present rehearse; do
		PATH=$stubs run -2 make -s $target
		matches "$output" '^Installing python3'
	done
}

@test "what apt does is told, package by package" {
	stub apt-get '[ "${4-}" = install ] && echo "Get:1 http://mirror.example/debian trixie/main amd64 its-package amd64 1.5-1 [9,679 kB]
Unpacking its-package (1.5-1) ...
Setting up its-package (1.5-1) ...
Processing triggers for tex-common (6.18) ..." && sleep 3 && exit 100'
	stub sudo 'case $1 in -v) ;; *) exec "$@" ;; esac'
	PATH=$stubs:$PATH run -1 bash tools/need nonsense=its-package nothing=its-package
	matches "$output" '^Installing its-package( \(|'$'\n)'
	has "$output" $'  fetching its-package (9,679 kB)\n  unpacking its-package\n  setting up its-package\n  finishing tex-common\n'
	SHELL=/bin/bash PATH=$stubs:$PATH run -0 script -qfc 'bash tools/need nonsense=its-package' /dev/null
	matches "$output" '  finishing tex-common \.'
}

@test "where no namespace can be made: what a container needs, before anything is installed" {
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine XDG_CACHE_HOME=$BATS_TEST_TMPDIR
	stub unshare 'exit 1'
	stub apt-get 'echo installing; exit 1'
	export PATH=$stubs:$PATH
	mkdir -p "$TEST_SYSROOT/etc"
	printf 'ID=debian\nVERSION_CODENAME=trixie\n' >"$TEST_SYSROOT/etc/os-release"
	run -1 bash vm/root
	matches "$output" '--privileged'
	[[ $output != *installing* ]]
	# A Debian of the kernel's own suite needs none.
	printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$TEST_SYSROOT/etc/os-release"
	stub mmdebstrap 'echo "mmdebstrap $*" >&2; exit 1'
	for name in qemu-system-x86_64 gensquashfs gpg depmod fakechroot fakeroot; do stub $name ''; done
	stub zstd ''
	run bash vm/root debug
	matches "$output" '--privileged'
	run -1 bash vm/root
	[[ $output != *--privileged* && $output != *bubblewrap* ]]
	# As far as the machine of this test has what it takes.
	matches "$output" '(mmdebstrap .*--mode=(root|fakechroot)|Installing )'
	run -1 bash browser/make
	matches "$output" 'browser/make: .*site'
}

@test "where no user namespace can be made: what allows it" {
	local sysctl file now allowed
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine
	stub unshare 'exit 1'
	how() { as_nobody env PATH="$stubs:$PATH" bash -c '. vm/trouble; no_namespaces'; }
	matches "$(how)" 'seccomp=unconfined or --privileged, or .*; in a chroot none'
	for sysctl in kernel/apparmor_restrict_unprivileged_userns:1:0 kernel/unprivileged_userns_clone:0:1 \
		      user/max_user_namespaces:0:10000; do
		IFS=: read -r file now allowed <<<"$sysctl"
		rm -rf "$TEST_SYSROOT"
		mkdir -p "$TEST_SYSROOT/proc/sys/${file%/*}"
		echo "$allowed" >"$TEST_SYSROOT/proc/sys/$file"
		matches "$(how)" --privileged
		echo "$now" >"$TEST_SYSROOT/proc/sys/$file"
		matches "$(how)" "Until the next boot.*sysctl ${file/\//.}=$allowed\$"
	done
}

@test "where newuidmap may map nothing, as in a container: what lets it" {
	[ -e /usr/bin/newuidmap ] || stub newuidmap ''
	stub grep '[ "$3" != /etc/subuid ] || exit 0; exec /usr/bin/grep "$@"' # a range is there
	stub unshare 'case $* in --help) echo --map-auto ;; *--map-auto*) exit 1 ;; esac'
	how() { as_nobody env PATH="$stubs:$PATH" bash -c '. vm/trouble; no_namespaces; no_user_ids'; }
	matches "$(how)" 'container needs --privileged .*setcap cap_setuid\+ep /usr/bin/newuidmap'
	stub unshare 'case $* in --help) echo --map-auto ;; esac'
	is "$(how)" ''
}

@test "where newuidmap may map nothing a Debian 12 makes its root by fakechroot" {
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir -p "$TEST_SYSROOT/etc"
	mkdir -m 777 "$XDG_CACHE_HOME"
	for name in bwrap qemu-system-x86_64 gensquashfs gpg newuidmap depmod fakechroot fakeroot mount zstd; do stub $name ''; done
	stub mmdebstrap 'echo "mmdebstrap $*" >&2; exit 1'
	stub grep '[ "$3" != /etc/subuid ] || exit 0; exec /usr/bin/grep "$@"' # a range is there
	stub unshare 'case $* in --help) echo --map-auto ;; *--map-auto*) exit 1 ;; esac'
	copy "$BATS_TEST_TMPDIR/copy" # nobody may not see where this one is
	cd "$BATS_TEST_TMPDIR/copy"
	printf 'ID=debian\nVERSION_CODENAME=trixie\n' >"$TEST_SYSROOT/etc/os-release"
	run -1 as_nobody env PATH="$stubs:$PATH" bash vm/root
	matches "$output" '(newuidmap may not map|missing: )' # as far as this machine has what it takes
	printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$TEST_SYSROOT/etc/os-release"
	run -1 as_nobody env PATH="$stubs:$PATH" bash vm/root
	matches "$output" '(mmdebstrap .*--mode=fakechroot|missing: )'
	run as_nobody env PATH="$stubs:$PATH" bash vm/doctor
	matches "$output" 'ok  namespaces  can be made, with one user id'
}

@test "a cache that cannot be written, and no HOME" {
	XDG_CACHE_HOME=/proc/nowhere run -1 bash vm/root
	matches "$output" 'cannot write to /proc/nowhere/password-module; XDG_CACHE_HOME=DIRECTORY takes another'
	run -0 env -u HOME bash vm/root --list
}

@test "a file of TeX, which no path tells before TeX is there, is found once it is installed" {
	stub apt-get '[ "${4-}" != install ] || printf "#!/bin/sh\necho /somewhere/\$1\n" >"$(dirname "$0")/kpsewhich"
		chmod +x "$(dirname "$0")/kpsewhich"'
	stub kpsewhich 'exit 1'
	stub sudo 'case $1 in -v) ;; *) exec "$@" ;; esac'
	PATH=$stubs:$PATH run -0 bash tools/need tex:beamer.cls=texlive-latex-recommended
	is "${lines[0]%% (*}" 'Installing texlive-latex-recommended'
	PATH=$stubs:$PATH run -0 bash tools/need tex:beamer.cls=texlive-latex-recommended
	is "$output" ''
}

@test "on WSL2 there are no headers to install" {
	stub uname 'echo 5.15.90.1-microsoft-standard-WSL2'
	PATH=$stubs:$PATH run -2 make -s -C part1 KDIR=/nowhere
	matches "$output" '^There are no headers of a kernel in /nowhere.*This is WSL2.*make -C part1 vm'
	[[ $output != *'apt install'* ]]
}

@test "log says when there is nothing to show" {
	stub dmesg 'echo "[ 1.0] other: loaded"'
	stub sudo 'exec "$@"'
	PATH=$stubs:$PATH run -0 make -s -C part1 log
	is "$output" 'The kernel log has nothing of the module.'
	stub dmesg 'echo "[ 1.0] other: loaded"; echo "[ 2.0] password: loaded"'
	PATH=$stubs:$PATH run -0 make -s -C part1 log
	is "$output" '[ 2.0] password: loaded'
	stub dmesg 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1'
	PATH=$stubs:$PATH run -2 make -s -C part1 log
	[[ $output != *'has nothing of the module'* ]]
}

machine() { # WHAT uname -m SAYS, bash(1)'s HOSTTYPE, WHAT dpkg --print-architecture SAYS
	stub uname "[ \"\$1\" = -m ] && echo $1 || echo 6.1.0-50-amd64"
	export HOSTTYPE=$2
	stub dpkg "echo ${3-}"
}

# A machine that lacks nothing: the files that doctor looks at, a kernel and a compiler.
fit_machine() {
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine
	modules=$TEST_SYSROOT/lib/modules kdir=$modules/6.1.0-50-amd64/build
	export KDIR=$kdir XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache PATH=$stubs:$PATH
	mkdir -p "$kdir"/include/{generated,config} "$TEST_SYSROOT"/{dev,run,proc/sys/kernel,sys/kernel/security} \
		"$TEST_SYSROOT"/sys/{firmware/efi/efivars,module/module/parameters}
	touch "$kdir/Makefile" "$TEST_SYSROOT/dev/kvm" "$TEST_SYSROOT/proc/cpuinfo"
	echo '#define UTS_RELEASE "6.1.0-50-amd64"' >"$kdir/include/generated/utsrelease.h"
	printf 'CONFIG_GCC_VERSION=120200\nCONFIG_CLANG_VERSION=0\n' >"$kdir/include/config/auto.conf"
	machine x86_64 x86_64
	stub gcc 'echo 12'
	stub df 'echo Avail; [ "$2" = -m ] && echo 5000 || echo 5G'
	for name in unshare mmdebstrap bwrap qemu-system-x86_64 gensquashfs zstd gpg newuidmap sudo; do
		stub $name ''
	done
	export MIRROR=http://127.0.0.1:9
}

doctor_says() { # LINES
	run bash vm/doctor
	[[ $output == *"$1"* ]] || { printf -- '--- expected, in it\n%s\n--- got\n%s\n' "$1" "$output"; return 1; }
}

# What doctor says, make -C part1 says.
both_say() { # MARK AND NAME, LINES
	doctor_says "$(printf '%-15s %s' "$1" "$2" | sed '2,$s/^/                /')"
	run -2 make -s -C part1 modules
	[[ $output == "${2//make vm/make -C part1 vm}"* ]] || { printf -- '--- expected\n%s\n--- got\n%s\n' "$2" "$output"; return 1; }
}

@test "doctor: a machine that lacks nothing" {
	fit_machine
	run bash vm/doctor
	# The network and the keyring are this machine's own.
	is "$(grep -vE '^(ok|no)  (network|programs) ' <<<"$output" | sed -E '/^ {16}/d; s/^(ok|no|--)  ([a-z]+) .*/\1 \2/' | paste -sd ' ')" \
	   'For throwaway VMs, in which all of this runs (make demo, make vm, make test): ok machine ok namespaces ok kvm ok room  For your own kernel, Linux 6.1.0-50-amd64 (make -C part1 load): ok reboot ok headers ok release ok compiler ok signatures ok dmesg ok root'
}

@test "doctor, and a build that fails: headers that are missing, after an upgrade, in a container, on WSL2" {
	fit_machine
	rm "$kdir/Makefile"
	sudo=''
	[ "$(id -u)" = 0 ] || sudo='sudo '
	stub apt-get ''
	both_say '--  headers' "There are no headers of kernel 6.1.0-50-amd64 in $kdir. Install them:
  ${sudo}apt install linux-headers-6.1.0-50-amd64"
	mkdir -p "$modules"/{6.1.0-51-amd64,6.1.0-52-amd64}/build
	doctor_says 'ok  reboot ' # headers alone
	mkdir "$modules/6.1.0-51-amd64/kernel"
	both_say '--  headers' "An upgrade brought Linux 6.1.0-51-amd64, and 6.1.0-50-amd64 still runs. Reboot:
  ${sudo}reboot"
	doctor_says '--  reboot      An upgrade brought'
	mv "$modules/6.1.0-51-amd64" "$modules/6.1.0-51-rt-amd64"
	doctor_says 'ok  reboot '
	mv "$modules/6.1.0-50-amd64" "$modules/6.1.0-49-amd64" # a provider's kernel runs
	doctor_says 'ok  reboot '
	mkdir "$TEST_SYSROOT/boot"
	touch "$TEST_SYSROOT/boot/vmlinuz-6.1.0-52-amd64"
	rmdir "$modules/6.1.0-52-amd64/build"
	doctor_says '--  reboot      An upgrade brought Linux 6.1.0-52-amd64'
	mkdir "$TEST_SYSROOT/run/systemd"
	for mark in .dockerenv run/.containerenv run/systemd/container; do
		touch "$TEST_SYSROOT/$mark"
		matches "$(. vm/trouble; not_its_own)" '^This is a container: '
		rm "$TEST_SYSROOT/$mark"
	done
	touch "$TEST_SYSROOT/.dockerenv"
	both_say '--  headers' 'This is a container: its kernel is that of the machine, and has no headers in here.
Work in a throwaway VM, which has its own: make vm'
	stub uname 'echo 5.15.90.1-microsoft-standard-WSL2'
	both_say '--  headers' 'This is WSL2, for whose kernel'
}

@test "headers that are missing: the package of the kernel that runs, on each distribution" {
	fit_machine
	rm "$kdir/Makefile"
	mkdir "$TEST_SYSROOT/etc"
	told() { # ID, THE COMMAND
		echo "ID=$1" >"$TEST_SYSROOT/etc/os-release"
		has "$(. vm/trouble; no_headers)" " $2"$'\n'
	}
	told fedora 'dnf install kernel-devel-6.1.0-50-amd64'
	told arch 'pacman -S linux-headers'
	echo linux-lts >"$modules/6.1.0-50-amd64/pkgbase"
	told arch 'pacman -S linux-lts-headers'
	stub uname 'echo 6.4.0-150600.23.25-rt'
	told opensuse-leap 'zypper install kernel-rt-devel'
}

@test "doctor: headers of another kernel, a compiler that is missing or another" {
	fit_machine
	stub apt-get ''
	echo '#define UTS_RELEASE "6.1.0-49-amd64"' >"$kdir/include/generated/utsrelease.h"
	doctor_says "--  release     The headers in $kdir are of Linux 6.1.0-49-amd64, and 6.1.0-50-amd64 runs"
	stub gcc 'echo 13.2'
	doctor_says '--  compiler    The kernel was built by gcc 12, and gcc here is 13. That works, as a rule; if it does not:'
	matches "$output" $'if it does not:\n {18}(sudo )?apt install gcc-12\n {18}make -C part1 CC=gcc-12 clean load\n'
	mkdir "$TEST_SYSROOT/etc"
	echo ID=opensuse-tumbleweed >"$TEST_SYSROOT/etc/os-release"
	matches "$(. vm/trouble; compiler_differs)" $'zypper install gcc12\n  make -C part1 CC=gcc-12 clean load$'
	echo ID=fedora >"$TEST_SYSROOT/etc/os-release"
	matches "$(. vm/trouble; compiler_differs)" $'if it does not:\nupgrade all of this machine, and reboot\.$'
	rm "$TEST_SYSROOT/etc/os-release"
	echo 'CC = $(CROSS_COMPILE)gcc-12345' >"$kdir/.kernelvariables"
	both_say '--  compiler' "There is no gcc-12345, which the headers in $kdir want. Install it:"
}

@test "doctor: Secure Boot, lockdown, signatures, modules that are switched off: which, and how to sign" {
	fit_machine
	printf '\6\0\0\0\1' >"$TEST_SYSROOT/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
	doctor_says 'ok  signatures'
	echo 'none [integrity] confidentiality' >"$TEST_SYSROOT/sys/kernel/security/lockdown"
	doctor_says '--  signatures  This kernel takes only modules that are signed by a key that it trusts: Secure Boot is on, lockdown is integrity.'
	matches "$output" 'openssl req .*-keyout /var/lib/shim-signed/mok/MOK\.priv.*mokutil --import .*make -C part1 sign load'
	# A key that is there is kept, also where only root sees it.
	mok=$TEST_SYSROOT/var/lib/shim-signed/mok
	mkdir -p "$mok"
	touch "$mok/MOK.der"
	doctor_says $'  There is a key in /var/lib/shim-signed/mok already, or a part of one.\n                Have the machine trust it: '
	matches "$output" 'mokutil --import /var/lib/shim-signed/mok/MOK\.der.*make -C part1 sign load'
	[[ $output != *openssl* ]]
	[ "$(id -u)" != 0 ] || chown 65534 "$mok"
	run as_nobody bash -c 'chmod 0 "$1"; . vm/trouble; how_to_sign; chmod 700 "$1"' bash "$mok"
	has "$output" '  sudo test -e /var/lib/shim-signed/mok/MOK.priv || sudo openssl req '
	rm -r "$mok"
	echo '[none] integrity confidentiality' >"$TEST_SYSROOT/sys/kernel/security/lockdown"
	printf '\6\0\0\0\0' >"$TEST_SYSROOT/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
	echo Y >"$TEST_SYSROOT/sys/module/module/parameters/sig_enforce"
	doctor_says 'a key that it trusts: module.sig_enforce is on.'
	echo 1 >"$TEST_SYSROOT/proc/sys/kernel/modules_disabled"
	doctor_says '--  signatures  This kernel takes no module any more, until the next boot'
}

@test "doctor: what the VMs lack: KVM, programs, namespaces, room, network, the machine" {
	fit_machine
	rm "$TEST_SYSROOT/dev/kvm"
	doctor_says '--  kvm         There is no KVM: the processor cannot do it, or the machine is a VM itself. So the VMs emulate'
	echo 'flags: fpu vmx' >"$TEST_SYSROOT/proc/cpuinfo"
	doctor_says '--  kvm         There is no /dev/kvm, though the processor has what it takes.'
	matches "$output" ' modprobe kvm_intel  '
	echo 'flags: fpu svm' >"$TEST_SYSROOT/proc/cpuinfo"
	matches "$(. vm/trouble; no_kvm '')" ' modprobe kvm_amd  '
	touch "$TEST_SYSROOT/.dockerenv"
	matches "$(. vm/trouble; no_kvm '')" '^There is no /dev/kvm in this container, .* --device /dev/kvm\.$'
	rm "$TEST_SYSROOT/.dockerenv"
	touch "$TEST_SYSROOT/dev/kvm"
	mkdir -p "$XDG_CACHE_HOME/password-module" "$TEST_SYSROOT/proc/sys/kernel/random"
	echo 1 >"$TEST_SYSROOT/proc/sys/kernel/random/boot_id"
	echo tcg >"$XDG_CACHE_HOME/password-module/kvm-1"
	doctor_says '--  kvm         No kernel boots with /dev/kvm here, which was tried.'
	stub unshare 'exit 1'
	doctor_says 'no  namespaces  No '
	is "$status" 1
	matches "$output" '--privileged'
	stub df 'echo Avail; echo 500'
	doctor_says "no  room        $XDG_CACHE_HOME/password-module has 500 MB free, 2000 are needed"
	machine riscv64 riscv64 riscv64
	doctor_says 'no  machine     The VMs need an x86-64 or an arm64 machine, this is riscv64.'
	machine aarch64 arm armhf
	doctor_says "no  machine     The VMs need a system of 64 bits, and this one's programs are armhf"
	stub curl 'exit 7'
	doctor_says "no  network     Debian's mirror http://127.0.0.1:9 does not answer, from which the VM is made. Another one:
                  make demo MIRROR=URL"
	stub apt-get 'echo installing'
	run bash tools/need -n nonsense=its-package
	matches "$output" $'^need: missing: its-package\\. .*\nneed:   (sudo )?apt-get install its-package$'
}

@test "doctor: whether the mirror answers, or that it was not tried, as where apt knows none" {
	fit_machine
	stub apt-get ''
	MIRROR='' doctor_says '--  network     was not tried, for apt here knows no mirror of Debian'
	stub curl 'echo "$@" >>"$TEST_SYSROOT/asked"'
	doctor_says 'ok  network     is there; the first VM'
	matches "$(<"$TEST_SYSROOT/asked")" ' http://127\.0\.0\.1:9/dists/bookworm/Release$'
	mkdir -p "$TEST_SYSROOT/usr/lib/apt"
	stub apt-helper 'exit 100'
	mv "$stubs/apt-helper" "$TEST_SYSROOT/usr/lib/apt"
	doctor_says "no  network     Debian's mirror $MIRROR does not answer"
	rm "$TEST_SYSROOT/usr/lib/apt/apt-helper" "$stubs/curl"
	stub wget 'exit 4'
	for tool in bash awk mktemp rm timeout; do ln -s "$(type -P $tool)" "$stubs/$tool"; done
	tried() { PATH=$stubs run "-$1" bash -c '. vm/trouble; no_network'; }
	tried 0
	has "$output" 'does not answer'
	rm "$stubs/wget"
	tried 1
	is "$output" 'was not tried, for there is neither curl nor wget.'
	# Which is no reason to say that there can be no VM.
	copy "$BATS_TEST_TMPDIR/copy"
	echo 'no_network() { echo was not tried; return 1; }' >>"$BATS_TEST_TMPDIR/copy/vm/trouble"
	run bash "$BATS_TEST_TMPDIR/copy/vm/doctor"
	has "$output" '--  network     was not tried'
}

@test "Fedora, Arch, openSUSE: what is missing by its own name, and the command; apt there is not for it" {
	export TEST_SYSROOT=$BATS_TEST_TMPDIR/machine
	sudo=''
	[ "$(id -u)" = 0 ] || sudo='sudo '
	stub apt-get 'echo installing'
	stub sudo ''
	export PATH=$stubs:$PATH
	mkdir -p "$TEST_SYSROOT/etc"
	told() { # ID, WHAT IT TELLS
		echo "ID=$1" >"$TEST_SYSROOT/etc/os-release"
		for option in '' -n; do
			run -1 bash tools/need $option no-1=qemu-system-x86 no-2=gpg no-3=mmdebstrap no-4=zstd git=git
			is "${lines[0]}"$'\n'"${lines[1]}" "$2"
		done
	}
	told fedora "need: missing: gnupg2 mmdebstrap qemu-system-x86 zstd. Install them, then try again:
need:   ${sudo}dnf install gnupg2 mmdebstrap qemu-system-x86 zstd"
	told $'manjaro\nID_LIKE=arch' "need: missing: gnupg qemu-system-x86 zstd. Install them, then try again:
need:   ${sudo}pacman -S gnupg qemu-system-x86 zstd"
	told $'"opensuse-leap"\nID_LIKE="suse opensuse"' "need: missing: gpg2 qemu-x86 zstd. Install them, then try again:
need:   ${sudo}zypper install gpg2 qemu-x86 zstd"
	run -1 bash tools/need no-1=mmdebstrap
	matches "$output" '^need: mmdebstrap: this distribution has no package of that.*container of Debian:.*podman run -it --privileged'
	# No row of the names is of a package that nobody asks for.
	for package in $(sed -nE "/^named='/,/'\$/ s/^([a-z0-9-]+)\t.*/\1/p" tools/need); do
		grep -rqE "=$package([ \")]|\$)" Makefile slides/Makefile vm common.mk tests/run tests/maintainer/*.bats ||
			{ echo "nobody needs $package"; return 1; }
	done
}

@test "an arm64 machine: its kernel, its Debian and its QEMU, natively; what is for x86-64 alone is told" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache PATH=$stubs:$PATH MIRROR=http://127.0.0.1:9
	machine aarch64 aarch64
	stub mmdebstrap 'echo "$@" >&2; exit 1'
	stub qemu-system-aarch64 'printf "%s " "$@" >>"$QEMU_LOG"; echo >>"$QEMU_LOG"; [ "$1" != -machine ] || exit 0'
	export QEMU_LOG=$BATS_TEST_TMPDIR/qemu
	matches "$(bash vm/root --list | sed -n 2p)" '^6\.1-arm64 .*-arm64$'
	matches "$(python3 tests/run --plan -k newest part1)" '^6\.1-arm64: part1'
	run -3 bash vm/root debug
	matches "$output" 'debug is built for x86-64, on such a machine; this is arm64'
	run -1 bash vm/root
	matches "$output" 'Making a small Debian bookworm in .*bookworm - http'
	[[ $output != *--arch* ]]

	# A root that has only what vm/run looks at.
	root=$(bash vm/root --where 6.1-arm64)
	mkdir -p "$root/base"
	touch "$root"/{lock,base/lock,vmlinux,initrd}
	echo arm64 >"$root/arch"
	echo 6.1.0-50-arm64 >"$root/release"
	run -125 env ACCEL=kvm bash vm/run true
	matches "$(<"$QEMU_LOG")" ' -machine virt,gic-version=host -cpu host .*-accel kvm .*6\.1-arm64-'
	rm "$QEMU_LOG"
	run -125 env ACCEL=tcg bash vm/run true
	matches "$(<"$QEMU_LOG")" '-machine virt -cpu cortex-a72 .*-accel tcg'
	[[ $(<"$QEMU_LOG") != *-cpu\ host* ]]
	# Modules are built by this machine's own compiler, those for x86-64 by the other.
	for pair in arm64= 'amd64=ARCH=x86_64 CROSS_COMPILE=x86_64-linux-gnu-'; do
		arch=${pair%%=*}
		is "$(. vm/trouble; . vm/architecture; echo "${build[*]}")" "${pair#*=}"
	done
}

# What the VMs themselves need, need installs there, as root.
@test ".devcontainer: the suite of the first VM, what the VMs need of a container, and what comes before need" {
	command -v python3 >/dev/null || skip "no python3 here to read it"
	value() { python3 -c 'import json, sys; print(json.load(open(".devcontainer/devcontainer.json"))[sys.argv[1]])' "$1"; }
	is "$(value image)" "debian:$(awk '!/^#/ { print $2; exit }' vm/kernels)"
	is "$(value privileged)" True
	has "$(bash -c '. vm/trouble; unshare() { false; }; no_namespaces')" --privileged
	has "$(value mounts)" target=/root/.cache,
	for package in git make ca-certificates; do has " $(value onCreateCommand) " " $package "; done
	for command in onCreateCommand postCreateCommand; do
		matches "$(value $command)" '(^|&& )(bash ([^ ]+)|make ([^ ]+))$'
		if [ -n "${BASH_REMATCH[3]}" ]; then [ -x "${BASH_REMATCH[3]}" ]; else make -n "${BASH_REMATCH[4]}"; fi
	done
}

@test "what takes long shows that it goes on, and stops when it is done" {
	doing='. vm/progress; busy "Doing it"; sleep 5; idle; [ -z "$(jobs -r)" ]; say done'
	SHELL=/bin/bash run -0 script -qfec "$doing" /dev/null
	matches "${output//$'\r'}" $'^Doing it \\.\\.+\ndone$'
	run -0 bash -c "${doing/sleep 5/sleep 11}" # line by line, where it is no terminal
	is "$output" $'Doing it\n... 10 s\ndone'
	# Who reads until the end, as | does, waits for nothing else.
	local start=$SECONDS
	bash -c "${doing/sleep 5/sleep 1}" 2>&1 | cat
	((SECONDS - start < 5))
}
