# SPDX-License-Identifier: GPL-2.0-only
# run: vm alone
# when: kernel debug
# loads: all
# boot: kmemleak=on slab_debug=F
# limit: 300
# On the debug kernel, booted with kmemleak=on: no part forgets memory.
load ../helpers

# A leak is what two scans could not reach and is 5 s old (kmemleak.rst). What was
# allocated before the first process is the kernel's own, and not asked about.
leaks() {
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	awk -v RS='unreferenced object ' 'NF && !/comm "swapper/' /sys/kernel/debug/kmemleak
}

setup_file() {
	[ -e /run/throwaway-vm ] || { echo "These tests load modules and this is no throwaway VM."; return 1; }
	echo scan >/sys/kernel/debug/kmemleak || { echo "kmemleak is off: boot with kmemleak=on."; return 1; }
	echo >/proc/sys/kernel/modprobe
}

setup() { :; }

teardown() { :; }

teardown_file() { :; }

@test "nothing leaks from load to unload" {
	for part in "$top"/part?; do
		failnth "$part/password.ko" cycle=5
	done
	is "$(leaks | head -n 100)" ''
}
