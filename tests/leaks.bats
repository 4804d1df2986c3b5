# SPDX-License-Identifier: GPL-2.0-only
# On the debug kernel, booted with kmemleak=on: no part forgets memory, also where it
# fails half way.
load helpers

# A leak is what two scans could not reach and is 5 s old (kmemleak.rst).
leaks() {
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	grep -A 20 -m 5 . /sys/kernel/debug/kmemleak || true
}

setup_file() {
	[ -e /run/throwaway-vm ] || { echo "These tests load modules and this is no throwaway VM."; return 1; }
	echo scan >/sys/kernel/debug/kmemleak || { echo "kmemleak is off: boot with kmemleak=on."; return 1; }
	echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/failslab/verbose
	echo >/proc/sys/kernel/modprobe
}

setup() { :; }

teardown() { :; }

teardown_file() { :; }

@test "nothing leaks" {
	echo clear >/sys/kernel/debug/kmemleak
	for part in "$top"/part?; do
		failnth "$part/password.ko" load unload cycle=3
	done
	is "$(leaks)" ''
}
