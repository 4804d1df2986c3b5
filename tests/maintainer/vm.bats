# SPDX-License-Identifier: GPL-2.0-only
# run: host alone
# when: named
# needs: git=git pgrep=procps gdb=gdb
# The throwaway VMs, from outside: what goes in, what comes out, and that however
# one ends no process and no file is left. Runs on the host, and loads nothing.
bats_require_minimum_version 1.5.0
load ../checks
load terminal

top=${BATS_TEST_DIRNAME%/tests/*}

setup_file() {
	"$top/vm/root" >/dev/null
}

setup() {
	cd "$top"
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
}

# However it ended. (bats goes by the exit status alone: set -e does not hold in here.)
teardown() {
	find "$TMPDIR" -mindepth 1 # for who looks why
	[ -z "$(ls -A "$TMPDIR")" ] &&
		run -1 pgrep -f "qemu-system.*$TMPDIR" &&
		run -1 grep -F "$TMPDIR" /proc/mounts
}

@test "a command's output and exit status are its own" {
	run -7 --separate-stderr vm/run 'uname -r; pwd; echo error >&2; exit 7'
	matches "$output" $'^6\\.1\\.[^\n]*\n/repo\nerror$'
	run -0 --separate-stderr vm/run -C part1 echo 'two  words' '$HOME'
	is "$output" 'two  words $HOME'
}

@test "on a terminal make test counts the seconds, and leaves nothing of that" {
	local clear=$'\r\e[K'
	SHELL=/bin/bash run -0 script -qfec "ONLY='one line each' python3 tests/run part1" /dev/null
	has "$output" "$clear... 1 s$clear"
	[[ ${lines[-1]//$'\r'/} == *'1 passed, 0 failed, 0 skipped' ]]
	ONLY='one line each' run -0 python3 tests/run part1
	[[ $output != *$'\e'* ]]
}

@test "a script can come by standard input" {
	run -0 --separate-stderr vm/run <<<$'x=4\necho $((x * x))'
	is "$output" 16
}

@test "the VM's writes stay in the VM, and what goes to /out comes out" {
	before=$(git status --porcelain --ignored)
	run -0 --separate-stderr vm/run -b part1 -o "$BATS_TEST_TMPDIR/out" '
		rm -r tests; echo changed >part1/password.c; echo result >/out/result; ls part1/password.ko'
	is "$(<"$BATS_TEST_TMPDIR/out/result")" result
	is "$(ls "$BATS_TEST_TMPDIR/out")" result
	is "$(git status --porcelain --ignored)" "$before"
}

@test "a slow reader loses nothing" {
	run -0 bash -c 'vm/run "seq 100000" | { sleep 9; wc -l; }'
	matches "$output" '100000$'
}

@test "two VMs at once" {
	vm/run 'sleep 2; echo one' >"$BATS_TEST_TMPDIR/one" &
	run -0 --separate-stderr vm/run 'sleep 2; echo two'
	is "$output" two
	wait $!
	is "$(<"$BATS_TEST_TMPDIR/one")" one
}

@test "a hang ends at the time limit, with status 124" {
	run -124 vm/run -t 6 sleep 1000
	matches "$output" 'time limit of 6 s reached'
}

@test "a VM that gives no sign of life is ended" {
	SECONDS=0
	run -125 vm/run 'kill -STOP $(pgrep -f "bash /guest$"); sleep 1000'
	matches "$output" 'gave no sign of life for 2[0-9] s.*Your own machine is unharmed'
	((SECONDS < 60))
}

@test "a guest panic ends with status 125 and the kernel's last words" {
	run -125 vm/run 'echo c >/proc/sysrq-trigger; sleep 100'
	matches "$output" 'Kernel panic'
	matches "$output" 'the VM ended before its command did'
}

@test "a VM that crashes under its shell: nothing is harmed, and how to get a new one" {
	log=$BATS_TEST_TMPDIR/log
	{ until_in "$log" 'part1# '; printf 'echo c >/proc/sysrq-trigger\r'; sleep 9; } |
		SHELL=/bin/bash timeout 90 script -qfec 'make -C part1 vm' "$log" || true
	output=$(<"$log")
	matches "$output" $'Your own machine is unharmed.*\nFor a new VM: make -C part1 vm'
}

@test "a file that grows, or cannot be read, or is a pipe, is no error of the copy" {
	mkdir "$BATS_TEST_TMPDIR/repo"
	cp -r .gitignore common.mk tools vm part1 "$BATS_TEST_TMPDIR/repo"
	cd "$BATS_TEST_TMPDIR/repo"
	head -c 20M /dev/zero >part1/trace.txt
	mkfifo part1/pipe
	timeout 30 bash -c 'while :; do echo; done >>part1/trace.txt' 3>&- &
	writer=$!
	status=0
	output=$(vm/run 'ls part1/Kbuild') || status=$?
	kill $writer
	is "$status" 0
	is "$output" part1/Kbuild
}

@test "a checkout that somebody else owns is built and run all the same" {
	[ "$EUID" = 0 ] || skip "only root can give files away"
	mkdir "$BATS_TEST_TMPDIR/repo"
	cp -r .gitignore common.mk tools vm part1 "$BATS_TEST_TMPDIR/repo"
	cd "$BATS_TEST_TMPDIR/repo"
	echo "/* $RANDOM$RANDOM */" >>part1/password.c # or what was built before is taken
	chown -R 1234:1234 .
	run -0 --separate-stderr vm/run -b part1 'ls part1/password.ko'
	is "$output" part1/password.ko
}

@test "a module is the asked kernel's, whatever was built there before" {
	mkdir -p "$BATS_TEST_TMPDIR/repo/part1"
	echo "/* $RANDOM$RANDOM */" | cat part1/password.c - >"$BATS_TEST_TMPDIR/repo/part1/password.c"
	cp part1/{Kbuild,Makefile} "$BATS_TEST_TMPDIR/repo/part1"
	cp -r common.mk tools vm "$BATS_TEST_TMPDIR/repo"
	for kernel in 6.1 debug 6.1 debug; do # at the second time it is not built again
		root=$(vm/root $kernel)
		vm/build "$root" "$BATS_TEST_TMPDIR/repo" part1
		release=$(basename "$root"/root/lib/modules/*)
		matches "$(tr '\0' '\n' <"$BATS_TEST_TMPDIR/repo/part1/password.ko")" $'\n'"vermagic=$release "
	done
}

@test "make demo ends with what to type next, and those targets are there" {
	run -0 make -s demo PART=1
	mapfile -t next < <(sed -n '/^That was a throwaway VM/,$ s/^    \(make [^#]*[^# ]\).*/\1/p' <<<"$output")
	is "${next[*]}" 'make -C part1 vm make -C part1 test'
	for command in "${next[@]}"; do $command -n; done
}

@test "terminated, it ends with status 130 and leaves nothing" {
	log=$BATS_TEST_TMPDIR/log
	vm/run 'echo up; sleep 1000' >"$log" 2>&1 &
	until_in "$log" ^up
	kill -TERM $!
	status=0
	wait $! || status=$?
	is "$status" 130
	matches "$(<"$log")" 'interrupted; the VM is gone'
}

@test "Ctrl-C ends a command, with status 130" {
	log=$BATS_TEST_TMPDIR/log
	status=0
	{ until_in "$log" ^up; printf '\003'; sleep 5; } |
		timeout 90 script -qfec 'vm/run "echo up; sleep 1000"' "$log" || status=$?
	is "$status" 130
	matches "$(<"$log")" 'interrupted; the VM is gone'
}

@test "killed, its QEMU goes with it" {
	log=$BATS_TEST_TMPDIR/log
	vm/run 'echo up; sleep 1000' >"$log" 2>&1 &
	until_in "$log" ^up
	pgrep -f "qemu-system.*$TMPDIR"
	kill -KILL $!
	sleep 1
	run -1 pgrep -f "qemu-system.*$TMPDIR"
	rm -r "$TMPDIR"/vm.*
}

@test "User-mode Linux: no complaint at its start, all output, the status, and no process left" {
	vm/root --list | grep -q '^debug .* cached ' || skip "the debug kernel is not made; make test KERNEL=debug makes it"
	log=$BATS_TEST_TMPDIR/log
	run -7 --separate-stderr vm/run -k debug 'cat /proc/sys/kernel/tainted; echo error >&2; exit 7'
	is "$output" $'0\nerror'
	vm/run -k debug 'seq 100000' >"$log"
	is "$(wc -l <"$log")" 100000
	vm/run -k debug 'echo up; sleep 1000' >"$log" 2>&1 &
	until_in "$log" ^up
	pgrep -f "linux seccomp.*$TMPDIR"
	kill -KILL $!
	sleep 1
	run -1 pgrep -f "linux seccomp.*$TMPDIR"
	rm -r "$TMPDIR"/vm.*
}

@test "User-mode Linux leaves the terminal of a command as it is, and Ctrl-C ends it" {
	vm/root --list | grep -q '^debug .* cached ' || skip "the debug kernel is not made; make test KERNEL=debug makes it"
	log=$BATS_TEST_TMPDIR/log
	status=0
	{ until_in "$log" ^up; printf '\003'; sleep 5; } |
		timeout 90 script -qfec 'vm/run -k debug "seq 3; echo up; sleep 1000"' "$log" || status=$?
	is "$status" 130
	matches "$(<"$log")" $'\n1\r\n2\r\n3\r\nup\r\n'
	matches "$(<"$log")" 'interrupted; the VM is gone'
}

@test "a build that fails is shown, and no VM started" {
	cp -a "$top" "$BATS_TEST_TMPDIR/copy"
	echo 'int x = ;' >>"$BATS_TEST_TMPDIR/copy/part1/password.c"
	run -126 "$BATS_TEST_TMPDIR/copy/vm/run" -b part1 'echo it was run'
	matches "$output" 'password.c:[0-9]+:9: error: expected expression'
	matches "$output" 'the build failed, see above$'
}

@test "the time limit does not run while something is built" {
	cp -r . "$BATS_TEST_TMPDIR/copy"
	printf '# %s\nslow:\n\tsleep 12\n' "$RANDOM$RANDOM" >>"$BATS_TEST_TMPDIR/copy/part1/Makefile"
	run -0 "$BATS_TEST_TMPDIR/copy/vm/run" -t 10 -b "part1 slow" 'echo up'
	matches "$output" $'\nup$'
	run ! grep 'could not be resumed' <<<"$output" # it was the first that was started
}

@test "what was built of the same files before is taken, and of no others" {
	root=$(vm/root)
	for copy in one two other; do
		cp -r . "$BATS_TEST_TMPDIR/$copy"
		[ $copy != other ] || sed -i 's/"loaded/"altered/' "$BATS_TEST_TMPDIR/$copy/part1/password.c"
		touch "$BATS_TEST_TMPDIR/$copy/part1/password.c"
		make -s -C "$BATS_TEST_TMPDIR/$copy/part1" clean
		bash vm/build "$root" "$BATS_TEST_TMPDIR/$copy" part1
	done
	cd "$BATS_TEST_TMPDIR"
	cmp one/part1/password.ko two/part1/password.ko
	is "$(<one/part1/.make.log)" "$(<two/part1/.make.log)"
	[ ! two/part1/password.c -nt two/part1/password.ko ] # or make load would build again
	run -1 grep -q altered two/part1/password.ko
	grep -q altered other/part1/password.ko
}

@test "what two build at the same time is built once, and is there the next time" {
	root=$(vm/root)
	cp -r . "$BATS_TEST_TMPDIR/one"
	cd "$BATS_TEST_TMPDIR"
	for dir in tests tests/fault part1; do
		echo '$(info $(shell date +%N))' >>"one/$dir/Makefile" # no two builds say the same
		make -s -C "one/$dir" clean >/dev/null
	done
	for copy in two three; do cp -r one $copy; done
	bash one/vm/build "$root" one tests tests/fault part1 &
	bash one/vm/build "$root" two part1 tests tests/fault
	wait $!
	bash one/vm/build "$root" three tests/fault part1 tests
	for dir in tests tests/fault part1; do
		matches "$(<one/$dir/.make.log)" '^[0-9]+'
		cmp "one/$dir/.make.log" "two/$dir/.make.log"
		cmp "one/$dir/.make.log" "three/$dir/.make.log"
	done
}

@test "a test that fails is told once, with its line, and the others run" {
	cp -r . "$BATS_TEST_TMPDIR/copy"
	sed -i 's/MODULE_VERSION("1")/MODULE_VERSION("2")/' "$BATS_TEST_TMPDIR/copy/part1/password.c"
	run -1 python3 "$BATS_TEST_TMPDIR/copy/tests/run" part1
	matches "$output" 'not ok 2 modinfo.*in test file tests/part1\.bats, line [0-9]+'
	matches "$output" '8 passed, 1 failed, 0 skipped$'
	run -1 grep 'broke the kernel' <<<"$output"
}

@test "ONLY= asks some tests alone, of earlier parts too, and tells which there are" {
	run -0 make -s -C part4 test ONLY='byte by byte'
	matches "$output" "# ok part 3's: reading byte by byte"
	matches "$output" $'\n2 passed, 0 failed, 0 skipped$'
	run -2 make -s -C part1 test ONLY='no such title'
	matches "$output" "no test's title has 'no such title'; there are:"
	matches "$output" 'loading it twice is refused'
}

@test "STAY=1 gives a shell in the VM where a test failed, as that left it" {
	cp -r . "$BATS_TEST_TMPDIR/copy"
	sed -i 's/MODULE_VERSION("1")/MODULE_VERSION("2")/' "$BATS_TEST_TMPDIR/copy/part1/password.c"
	log=$BATS_TEST_TMPDIR/log
	{
		until_in "$log" 'repo# '
		until_in "$log" 'exit goes on with the tests'
		printf 'echo "it has $(cat /sys/module/password/version)"\r'
		until_in "$log" 'it has [0-9]'
		printf 'exit\r'
		until_in "$log" '^# all were run'
		printf 'exit\r'
		sleep 5
	} | SHELL=/bin/bash timeout 120 script -qfec \
		"make -C '$BATS_TEST_TMPDIR/copy/part1' test ONLY='modinfo|twice' STAY=1" "$log" || true
	output=$(<"$log")
	matches "$output" '"modinfo tells the part and the license" failed.*it has 2.*not ok 1 modinfo.*ok 2 loading it twice'
}

@test "tests that are terminated leave no VM" {
	log=$BATS_TEST_TMPDIR/log
	python3 tests/run part1 part2 >"$log" 2>&1 &
	until_in "$log" ' part2$'
	kill -TERM $!
	status=0
	wait $! || status=$?
	is "$status" 130
	matches "$(<"$log")" 'interrupted; the VM is gone'
}

@test "a test that breaks the kernel is told, and those after it run in a fresh VM" {
	cp -r . "$BATS_TEST_TMPDIR/copy"
	sed -i 's|^@test "loading it twice.*|&\n\techo c >/proc/sysrq-trigger|' "$BATS_TEST_TMPDIR/copy/tests/part1.bats"
	sed -i 's/MODULE_VERSION("1")/MODULE_VERSION("2")/' "$BATS_TEST_TMPDIR/copy/part1/password.c"
	run -1 python3 "$BATS_TEST_TMPDIR/copy/tests/run" -k 6.1,newest part1 # on the second, in one process
	for kernel in 6.1 '[7-9][.0-9]+'; do
		matches "$output" $'\n'"$kernel"$': not ok 2 modinfo[^\n]*\n'
		matches "$output" $'not ok - loading it twice[^\n]*\n'"$kernel"$': # the VM ended in it\n'"$kernel"': # "loading it twice'
		matches "$output" $'\n\| '"$kernel"' +\|[^|]*\| [67] passed, 2 failed,'
	done
	matches "$output" $'\n13 passed, 4 failed, 0 skipped$'
}

@test "tests whose VM does not start have failed, and are named" {
	ACCEL=none run -2 make -s test PART=1
	matches "$output" $'ACCEL=none is neither.*not ok - no test was run.*\n0 passed, 1 failed, 0 skipped'
}

@test "no such kernel, no such option: what there is" {
	run -125 vm/run -k 0.99 true
	matches "$output" "no kernel '0.99'; there is: [0-9]"
	run -125 vm/run -C nowhere true
	matches "$output" 'there is no directory nowhere'
	run -125 vm/run -x
	matches "$output" 'run a command in a throwaway VM'
}

@test "a half-made root is not taken for a whole one, and goes" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir -p "$XDG_CACHE_HOME/password-module/tmp.abandoned/root"
	run -1 env MIRROR=http://127.0.0.1:9/ vm/root
	matches "$output" 'mmdebstrap failed, see above'
	is "$(ls "$XDG_CACHE_HOME/password-module")" lock
}

@test "too little room for a root: how much is needed, and what to do" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nprintf "Avail\\n100\\n"\n' >"$BATS_TEST_TMPDIR/bin/df"
	chmod +x "$BATS_TEST_TMPDIR/bin/df"
	run -1 env PATH="$BATS_TEST_TMPDIR/bin:$PATH" XDG_CACHE_HOME="$BATS_TEST_TMPDIR/cache" vm/root
	matches "$output" 'has 100 MB free, 2000 are needed'
}

@test "where no namespace can be made a Debian that is like the root builds in its place" {
	(. vm/trouble; right_debian "$(vm/root --list | awk 'NR == 2 { print $2 }')") ||
		skip "this system is not the Debian of the first kernel"
	bash tools/need gcc=gcc make=make /usr/include/libelf.h=libelf-dev
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' | tee "$BATS_TEST_TMPDIR/bin/unshare" >"$BATS_TEST_TMPDIR/bin/bwrap"
	chmod +x "$BATS_TEST_TMPDIR/bin"/*
	echo "// $RANDOM" >"$BATS_TEST_TMPDIR/new"
	copy=$BATS_TEST_TMPDIR/copy
	mkdir "$copy"
	tar --exclude=./.git --exclude-vcs-ignores -cf - . | tar -C "$copy" -xf -
	cat "$BATS_TEST_TMPDIR/new" >>"$copy/part1/password.c" # not built before
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -0 "$copy/vm/run" -b part1 'make -s -C part1 load'
	matches "$output" 'password: loaded'
	echo 'int x = ;' >>"$copy/part1/password.c"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -126 "$copy/vm/run" -b part1 true
	matches "$output" $'\npart1/password.c:[0-9]+:9: error: expected expression'
}

@test "VMs that are resumed from one state have nothing random in common, and the time" {
	[ -d "$(vm/root)/state-2" ] || skip 'this machine has KVM: VMs are booted'
	for _ in 1 2 3 4 5 6; do
		vm/run -b part4 'date +%s; cat /proc/sys/kernel/random/boot_id; mktemp -u
			insmod part4/password.ko; cat /dev/password' >>"$BATS_TEST_TMPDIR/all"
		date +%s >>"$BATS_TEST_TMPDIR/now"
	done
	grep -v '^1[0-9]\{9\}$' "$BATS_TEST_TMPDIR/all" >"$BATS_TEST_TMPDIR/random"
	is "$(wc -l <"$BATS_TEST_TMPDIR/random")" 18
	is "$(sort "$BATS_TEST_TMPDIR/random" | uniq -d)" ''
	paste <(grep '^1[0-9]\{9\}$' "$BATS_TEST_TMPDIR/all") "$BATS_TEST_TMPDIR/now" |
		awk '$1 > $2 || $1 < $2 - 5 { print "the clock of a VM:", $1, "this one:", $2; exit 1 }'
}

@test "a state that cannot be resumed is made anew" {
	state=$(echo "$(vm/root)"/state-2)
	[ -e "$state" ] || skip 'this machine has KVM: VMs are booted'
	truncate -s 1M "$state/memory"
	run -0 vm/run echo up
	matches "$output" 'could not be resumed.*up$'
	run ! grep 'could be saved' <<<"$output"
	zstd -qt "$state/devices"
}

@test "a VM that does not go on after it was resumed is started once more from its state" {
	state=$(echo "$(vm/root)"/state-2)
	[ -e "$state" ] || skip 'this machine has KVM: VMs are booted'
	touch -d '1 hour ago' "$state"
	{
		until pid=$(pgrep -f "^qemu.*$TMPDIR.* -incoming "); do sleep 0.1; done
		kill -STOP "$pid"
		sleep 18
		kill -CONT "$pid"
	} 3>&- &
	run -0 vm/run echo up
	matches "$output" 'could not be resumed.*up$'
	[ -e "$state" ]
	run find "$state" -maxdepth 0 -mmin -30
	is "$output" ''
}

@test "gdb stops the module in a VM, as tests/README.md has it" {
	out=$BATS_TEST_TMPDIR/out
	mkdir "$out"
	vm/run -g -t 120 -C part4 -b 'part4 modules KCFLAGS=-g' -o "$out" 'insmod password.ko
		cat /sys/module/password/sections/.text >/out/text.new; mv /out/text.new /out/text
		for _ in $(seq 100); do cat /dev/password; sleep 0.2; [ ! -e /out/enough ] || break; done' \
		>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	for _ in $(seq 600); do [ ! -e "$out/text" ] || break; sleep 0.1; done
	socket=$(sed -nE "s/.*'target remote ([^']*)'.*/\1/p" "$BATS_TEST_TMPDIR/log")
	repo=$(sed -n 's/^The repository as this VM sees it.*: //p' "$BATS_TEST_TMPDIR/log")
	run -0 timeout 60 gdb -batch -nx -ex "target remote $socket" \
		-ex "add-symbol-file $repo/part4/password.ko $(<"$out/text")" -ex 'set substitute-path /repo .' \
		-ex 'break password_read' -ex continue -ex 'info args' -ex list -ex 'delete' -ex detach </dev/null
	matches "$output" 'Breakpoint 1, .*password_read \('
	matches "$output" 'count = [1-9]'
	matches "$output" 'simple_read_from_buffer'
	touch "$out/enough"
	wait
	matches "$(tail -n 1 "$BATS_TEST_TMPDIR/log")" '^[A-Za-z0-9_-]{12}$'
}

@test "clean-vm removes the roots, but none that a VM runs from" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	root=$XDG_CACHE_HOME/password-module/6.1-00000000
	mkdir -p "$root"
	touch "$root/lock"
	flock -s "$root/lock" sleep 3 3>&- &
	sleep 0.5
	run -1 vm/root --clean
	matches "$output" 'a VM is running: leave it first'
	[ -d "$root" ]
	wait $!
	run -0 vm/root --clean
	[ ! -e "$XDG_CACHE_HOME/password-module" ]
}

@test "the shell at a terminal: its size, also when that changes; its directory, and Ctrl-C reaches the guest" {
	log=$BATS_TEST_TMPDIR/log
	export -f until_in
	{
		until_in "$log" 'part1# '
		printf 'stty size; pwd; declare -p TERM; echo ready; sleep 100\r'
		until_in "$log" ^ready
		sleep 1
		printf '\003'
		sleep 1
		printf 'echo after=$?; echo resized; until stty size | grep 44; do sleep 1; done\r'
		until_in "$log" after=130
		until_in "$log" '44 122'
		printf 'exit\r'
		sleep 5
	} | SHELL=/bin/bash TERM=xterm-kitty timeout 120 script -qfec "stty rows 33 cols 111
		{ until_in '$log' ^resized; stty rows 44 cols 122 </dev/tty; } & make -C part1 vm" "$log"
	output=$(<"$log")
	matches "$output" '33 111'
	matches "$output" 'TERM=.xterm-256color'
	matches "$output" '/repo/part1'
	matches "$output" 'after=130'
}

@test "what is typed before the shell is there waits for it" {
	log=$BATS_TEST_TMPDIR/log
	{
		printf 'expr 1234567 + 7654321\r'
		until_in "$log" 8888888
		printf 'exit\r'
		sleep 5
	} | timeout 120 script -qfec 'make -C part1 vm' "$log"
	matches "$(<"$log")" $'8888888\r'
}

@test "for a kernel of one's own a module is built in that one's tree" {
	root=$(vm/root) mine=$BATS_TEST_TMPDIR/root repo=$BATS_TEST_TMPDIR/repo
	mkdir -p "$mine/kdir/include" "$repo" "$BATS_TEST_TMPDIR/bin"
	cp -r part1 common.mk tools vm "$repo"
	ln -s "$root"/{arch,base,lock,release,root} "$mine"
	printf 'modules:\n\techo "of this tree" >$(M)/password.ko\n' >"$mine/kdir/Makefile"
	printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/bin/gcc" # there may be none
	chmod +x "$BATS_TEST_TMPDIR/bin/gcc"
	make -s -C "$repo/part1" clean
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -0 vm/build "$mine" "$repo" part1
	is "$output" ''
	is "$(<"$repo/part1/password.ko")" 'of this tree'
}

@test "for a kernel of one's own, what is missing is said" {
	export KERNEL_IMAGE=$BATS_TEST_TMPDIR/bzImage KDIR=$BATS_TEST_TMPDIR/tree
	run -125 vm/run -k image true
	matches "$output" 'needs KERNEL_IMAGE=FILE'
	mkdir -p "$KDIR/include/config"
	echo '9.9.0 (x) #1' >"$KERNEL_IMAGE"
	run -125 vm/run -k image true
	matches "$output" 'is no tree that a kernel was built in'
	echo 9.8.0 >"$KDIR/include/config/kernel.release"
	run -125 vm/run -k image true
	matches "$output" 'has no Module.symvers; run make there'
	: >"$KDIR/Module.symvers"
	run -125 vm/run -k image true
	matches "$output" 'is not the Linux 9\.8\.0 of'
	echo 9.9.0 >"$KDIR/include/config/kernel.release"
	echo CONFIG_DEVTMPFS=y >"$KDIR/.config"
	run -2 make -C part1 test
	matches "$output" 'scripts/config -e BLK_DEV_INITRD -e SERIAL_8250_CONSOLE'
}
