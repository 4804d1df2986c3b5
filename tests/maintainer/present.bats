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

# Plays part 2 at a terminal of 80 by 24, typed by a function.
played() { # FUNCTION
	log=$BATS_TEST_TMPDIR/log
	"$1" | timeout 180 script -qefc 'stty rows 24 cols 80; make -s present PART=2; echo "status $?, $(stty -a | grep -o -- "-*icanon")"' "$log" >/dev/null
	output=$(<"$log")
}

all_keys() {
	until_in "$log" 'q: quit'
	type_keys '\r'
	until_in "$log" 'Leaving directory'
	type_keys '\r'
	until_in "$log" 'password: loaded'
	type_keys s # the mode of the device
	until_in "$log" 'Skipped: The device has appeared'
	type_keys '!'
	until_in "$log" 'A free shell'
	type_keys 'cd /; echo $((20+1))free\r'
	until_in "$log" 21free
	type_keys 'rm -rf half typed\x1d'
	until_in "$log" 'Back to the steps'
	type_keys '\r'
	until_in "$log" '^[0-9][0-9]* password'
	type_keys b
	until_in "$log" 'Back to part 2'
	type_keys q
}

crash() {
	until_in "$log" 'q: quit'
	type_keys s
	until_in "$log" Skipped
	type_keys '\r'
	until_in "$log" 'password: loaded'
	type_keys '!'
	until_in "$log" 'A free shell'
	type_keys 'echo c >/proc/sysrq-trigger\r'
	until_in "$log" 'Next: The device has appeared'
	type_keys '\r'
	until_in "$log" 'crw-------'
	type_keys q
}

@test "Enter types the next command and runs it; s, b, a shell and back; q leaves the terminal as it was" {
	played all_keys
	matches "$output" 'part2# grep password /proc/devices' # in its directory again
	[[ $output != *'Unload it'* ]]
	matches "$output" 'status 0, icanon'
}

@test "a VM that crashes is replaced, at the same step" {
	played crash
	matches "$output" 'sysrq triggered crash'
	matches "$output" 'The VM is gone.*part2# ls -l /dev/password.*crw-------'
	matches "$output" 'status 0, icanon'
}

@test "a rehearsal plays all alone, and tells the time of each step" {
	run -0 make -s rehearse PART=2
	matches "$output" 'cat: /dev/password: Invalid argument'
	matches "$output" '\([0-9.]+ s\)'
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
