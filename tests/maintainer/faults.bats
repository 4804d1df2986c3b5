# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# when: kernel debug
# loads: parts
# limit: 300
# On the debug kernel: every fault point of every system call that reaches the module
# fails once. PARTS="part5 part6" asks these parts; the default is all that are there.
load ../helpers

complaint=${complaint%|Call Trace} # which the kernel writes when failnth fails an allocation
: "${PARTS:=$(cd "$top" && echo part?)}"

setup_file() {
	local file debugfs=/sys/kernel/debug
	[ -e /run/throwaway-vm ] || { echo "These tests load modules and this is no throwaway VM."; return 1; }
	debug_kernel || { echo "This kernel has no fault injection: use KERNEL=debug."; return 1; }
	for file in failslab fail_page_alloc; do
		echo N >$debugfs/$file/ignore-gfp-wait
	done
	echo N >$debugfs/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$debugfs/fail_page_alloc/min-order
	for file in failslab fail_page_alloc fail_usercopy; do
		echo 0 >$debugfs/$file/verbose
	done
	echo >/proc/sys/kernel/modprobe # a node with no driver would start it, 100 ms each time
	start_without_it
}

setup() { :; }

teardown_file() { :; }

# From a part on; for its numbers a line each.
every_fault() { # PART OPERATION...
	local n from=$1 status line
	shift
	for n in ${PARTS//part/}; do
		((n >= from)) || continue
		status=0
		mapfile -t lines < <(failnth "$top/part$n/password.ko" "$@" || echo "exit status $?")
		for line in "${lines[@]}"; do
			echo "# part $n: $line" >&3
			[[ $line =~ faults:|^cycle ]] || { echo "part $n: $line"; status=1; }
		done
		[ $status = 0 ]
		nothing_left
	done
}

@test "loading fails whole or works" {
	every_fault 1 load
}

@test "unloading fails whole or works" {
	every_fault 1 unload
}

@test "open and read" {
	every_fault 2 open
	every_fault 3 read
}

@test "the ioctls, with good and with bad pointers" {
	every_fault 5 get set badget badset
}

@test "the sysctl" {
	every_fault 6 sysread syswrite
}

@test "who opens the device the moment it is there finds a module that stays" {
	every_fault 2 race
}
