# SPDX-License-Identifier: GPL-2.0-only
# On the debug kernel, booted with kmemleak=on: no part forgets memory, also where it
# fails half way.
load helpers

# A leak is what two scans could not reach and is 5 s old (kmemleak.rst).
leaks() {
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
}

sizes() { sed -n 's/^unreferenced object .* (size \(.*\)):$/\1/p' | sort -un; }

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

@test "nothing leaks from load to unload" {
	echo clear >/sys/kernel/debug/kmemleak
	for part in "$top"/part?; do
		failnth "$part/password.ko" cycle=5
	done
	is "$(leaks | head -n 100)" ''
}

# The kernel itself forgets the name of a module whose loading fails at some places:
# it does so with part 1, which allocates nothing.
@test "nothing leaks when loading fails, but what does for part 1 too" {
	failnth "$top/part1/password.ko" load
	leaks | sizes >"$BATS_TEST_TMPDIR/part1"
	echo "# sizes that leak with part 1: $(echo $(<"$BATS_TEST_TMPDIR/part1"))" >&3
	for part in "$top"/part[2-9]; do
		failnth "$part/password.ko" load
	done
	leaks >"$BATS_TEST_TMPDIR/others"
	run -1 grep -vxF -f "$BATS_TEST_TMPDIR/part1" <(sizes <"$BATS_TEST_TMPDIR/others") ||
		{ head -n 100 "$BATS_TEST_TMPDIR/others"; return 1; }
}
