# SPDX-License-Identifier: GPL-2.0-only
# run: host alone
# when: named
# needs: pgrep=procps
# make present and make rehearse: the demo, played live.
bats_require_minimum_version 1.5.0
load ../checks
load terminal

top=${BATS_TEST_DIRNAME%/tests/*}

setup() { cd "$top"; }

# shellcheck disable=SC2059 # with \\r and the like in it
type_keys() { printf "$1"; }

# Waits until N of the commands that are shown have ended: what is typed before goes to them.
ended() { # N
	for ((i = 0; i < 240; i++)); do
		[ "$(grep -ao '133;D;' "$log" 2>/dev/null | wc -l)" -lt "$1" ] || return 0
		sleep 0.25
	done
	echo "not $1 commands have ended for a minute; the end of $log:" >&2
	tail -c 2000 "$log" | cat -v >&2
	return 1
}

# Runs a command at a terminal of 80 by 24, typed by a function.
played() { # FUNCTION [COMMAND]
	log=$BATS_TEST_TMPDIR/log mine=$BATS_TEST_TMPDIR/tmp
	mkdir "$mine"
	# What is in $mine is a VM's, and gone with it; the terminal is for who resizes it.
	printf '%s\n' 'trap : INT' 'stty rows 24 cols 80' "tty >'$log.tty'" "export TMPDIR='$mine'" "${2-make -s present PART=2}" \
		'echo "status $?, $(stty -a | grep -oE -- "-?(icanon|echo)\>" | tr "\n" " "), VMs: $(ls "$TMPDIR" | wc -l)"' >"$log.sh"
	"$1" | timeout 180 script -qefc "exec bash '$log.sh'" "$log" >/dev/null
	output=$(<"$log")
}

all_keys() {
	until_in "$log" 'q: quit'
	type_keys '\r'
	ended 1
	until_in "$log" 'Leaving directory'
	type_keys '\r'
	ended 2
	until_in "$log" 'password: loaded'
	type_keys s # the mode of the device
	until_in "$log" 'Skipped: The device has appeared'
	type_keys '!'
	until_in "$log" 'A free shell'
	type_keys 'cd /; echo $((20+1))free\r'
	until_in "$log" 21free
	type_keys 'rm -rf half typed'
	until_in "$log" 'half typed'
	type_keys '\x1d'
	until_in "$log" 'Back to the steps'
	type_keys '\r'
	until_in "$log" '^[0-9][0-9]* password'
	ended 5 # two in the free shell
	type_keys b
	until_in "$log" 'Back to part 2'
	type_keys q
}

crash() {
	until_in "$log" 'q: quit'
	type_keys s
	until_in "$log" Skipped
	type_keys '\r'
	ended 1
	until_in "$log" 'password: loaded'
	type_keys '!'
	until_in "$log" 'A free shell'
	type_keys 'echo c >/proc/sysrq-trigger\r'
	until_in "$log" 'Next: The device has appeared'
	type_keys '\r'
	until_in "$log" 'crw-------'
	ended 2
	type_keys q
}

@test "Enter types the next command and runs it; s, b, a shell and back; q leaves the terminal as it was" {
	played all_keys
	matches "$output" 'part2# grep password /proc/devices' # in its directory again
	[[ $output != *'Unload it'* ]]
	matches "$output" 'status 0, icanon echo , VMs: 0'
}

@test "a VM that crashes is replaced, at the same step" {
	played crash
	matches "$output" 'sysrq triggered crash'
	matches "$output" 'The VM is gone.*part2# ls -l /dev/password.*crw-------'
	matches "$output" 'status 0, icanon echo , VMs: 0'
}

copy() { # the first two parts, of which the first has a step that waits
	cp -r "$top"/{common.mk,tools,vm,part1,part2} "$BATS_TEST_TMPDIR"
	printf '# It waits.\necho $((20+1))waits; sleep 1000\n' >"$BATS_TEST_TMPDIR/part1/demo"
}

# The part's first two steps are left out, the third is played.
play_third() {
	until_in "$log" 'q: quit'
	type_keys s
	until_in "$log" 'Skipped: Part 1'
	type_keys s
	until_in "$log" 'Skipped: Load it'
	type_keys '\r'
}

other_keys() {
	play_third
	until_in "$log" 21waits
	type_keys '\003'
	until_in "$log" '\^C'
	ended 1
	type_keys s
	until_in "$log" 'Skipped: Unload it'
	type_keys '\r'
	ended 2
	type_keys b
	until_in "$log" 'Back to part 1'
	type_keys '\r'
	ended 3
	type_keys '!'
	until_in "$log" 'A free shell'
	stty rows 31 cols 99 -F "$(<"$log.tty")"
	type_keys 'until [ "$(stty size)" = "31 99" ]; do sleep 1; done; echo $((20+1))wide\r'
	until_in "$log" 21wide
	type_keys '\x1d'
	until_in "$log" 'Back to the steps'
	type_keys q
}

@test "Ctrl-C ends a command and not the shell; back to another part; the window's size" {
	copy
	played other_keys "$BATS_TEST_TMPDIR/vm/present"
	matches "$output" 'part2# cat .make.log.*Back to part 1.*part1# cat .make.log.*21wide.*status 0, icanon echo , VMs: 0'
}

# The module is one that crashes the VM: loading it again would do so for ever.
crash_twice() {
	play_third
	until_in "$log" 'ended twice at this step'
	type_keys q
}

@test "a VM that crashes again when the module is loaded is replaced once more, without it" {
	copy
	printf '# It crashes.\necho c >/proc/sysrq-trigger\n' >"$BATS_TEST_TMPDIR/part1/demo"
	sed -i '/^load:/,/^$/ s|^\t.*|\techo c >/proc/sysrq-trigger|' "$BATS_TEST_TMPDIR/common.mk"
	played crash_twice "$BATS_TEST_TMPDIR/vm/present 1"
	is "$(grep -c 'The VM is gone' <<<"$output")" 2
	matches "$output" 'status 0, icanon echo , VMs: 0'
}

at_start() {
	until_in "$log" "$when"
	type_keys '\003'
}

@test "Ctrl-C while the VM starts, or in a rehearsal, ends it with all that runs" {
	when='Starting the VM' played at_start
	matches "$output" 'status (2|130), icanon echo , VMs: 0'
	rm -r "$mine"
	when='Load it' played at_start 'make -s rehearse'
	matches "$output" 'status (2|130), icanon echo , VMs: 0'
	[[ $output != *'ls -l /dev/password'* ]] && [[ $output != *'Playing make demo'* ]]
}

# sudo remembers a password for one terminal, and the shell gets another. Nobody is root
# here, and nothing is loaded.
host_keys() {
	until_in "$log" 'Go on?'
	type_keys 'y\r'
	until_in "$log" 'password for you:'
	type_keys 'secret\r'
	until_in "$log" 'q: quit'
	type_keys '\r'
	ended 1
	type_keys '!'
	until_in "$log" 'A free shell'
	type_keys 'exit\r'
}

@test "HOST=1: sudo's question is seen, and the answer is not" {
	stubs=$BATS_TEST_TMPDIR/stubs
	mkdir "$stubs"
	printf '%s\n' '#!/bin/bash' 'read -rsp "password for you: " word </dev/tty' '[ "$word" = secret ] && exec "$@"' >"$stubs/sudo"
	printf '%s\n' '#!/bin/sh' 'echo "made with PS1"' >"$stubs/make"
	for tool in insmod rmmod modprobe dmesg; do printf '#!/bin/sh\n' >"$stubs/$tool"; done
	chmod +x "$stubs"/*
	copy
	as=''
	if [ "$(id -u)" = 0 ]; then
		as='setpriv --reuid=65534 --regid=65534 --clear-groups'
		chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
		chmod -R a+rX "$BATS_TEST_TMPDIR"
	fi
	played host_keys "$as env PATH='$stubs:$PATH' PS1='\\[\\e[32m\\]\\u\\$\\[\\e[0m\\]' $BATS_TEST_TMPDIR/vm/present --host 1"
	[[ $output != *secret* ]]
	matches "$output" 'part1: the shell ended in.*status 1, icanon echo '
	[[ $output != *'The VM'* ]] && has "$output" 'made with PS1'
}

@test "HOST=1 in a VM: what is built is its owner's; q tells that the module is still loaded" {
	declare -f ended >"$BATS_TEST_TMPDIR/in-vm"
	cat >>"$BATS_TEST_TMPDIR/in-vm" <<-'END'
		. tests/maintainer/terminal.bash
		log=/tmp/log
		chown -R 1234 .
		keys() {
			until_in $log 'Go on?'; printf 'y\r'
			until_in $log 'q: quit'; printf s
			until_in $log Skipped; printf '\r'
			ended 1; printf '!'
			until_in $log 'A free shell'; printf 'touch made; echo $((20+1))made\r'
			until_in $log '21made'; printf '\035'
			until_in $log 'Back to the steps'; printf q
		}
		keys | script -qefc 'vm/present --host 1' $log
		stat -c 'made by %u' part1/made
	END
	run -0 vm/run -b part1 "$(<"$BATS_TEST_TMPDIR/in-vm")"
	matches "$output" 'still loaded; this unloads it: make -C part1 unload'
	matches "$output" 'made by 1234'
}

@test "a rehearsal plays all alone, and tells the time of each step" {
	run -0 make -s rehearse PART=2
	matches "$output" 'cat: /dev/password: Invalid argument'
	matches "$output" '\([0-9.]+ s\)'
	matches "$output" 'start [0-9.]+ s, part2 [0-9.]+ s: [0-9.]+ s in all'
}

@test "a rehearsal fails when a command does not do what the demo says" {
	cp -r "$top"/{common.mk,tools,vm,part1} "$BATS_TEST_TMPDIR"
	printf '\n# It is there.\nls /nowhere\n\n# It fits.\nseq 99\n' >>"$BATS_TEST_TMPDIR/part1/demo"
	run -1 "$BATS_TEST_TMPDIR/vm/present" --rehearse
	matches "$output" 'part1: ls /nowhere: exit status 2'
	matches "$output" 'part1: seq 99: 99 lines, of 21'
}

@test "without a terminal, and for a part that is not there, it says what to do" {
	run -1 vm/present </dev/null
	matches "$output" 'This is for a terminal; make rehearse'
	run -1 vm/present --rehearse 9
	matches "$output" 'There is no part 9'
}
