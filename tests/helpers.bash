# SPDX-License-Identifier: GPL-2.0-only
#
# What all tests share. PART is the part under test: a partN.bats tests partN,
# unless a later part's file runs it to see that the promises are kept.
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

set -o pipefail
tests=$BATS_TEST_DIRNAME
top=$(dirname "$tests")
own=${BATS_TEST_FILENAME##*/part}
PART=${PART:-${own%.bats}}
module=$top/part$PART/password.ko
PATH=$tests:$PATH:/usr/sbin:/sbin

# Nobody's own kernel is loaded into.
only_in_a_vm() {
	[ -e /run/throwaway-vm ] || [ -n "${ALLOW_HOST-}" ] || {
		echo "These tests load modules, and this is no throwaway VM: use make -C part$PART test." \
		     "ALLOW_HOST=1 runs them in this kernel all the same."
		return 1
	}
	[ "$(id -u)" = 0 ] || { echo "These tests need root."; return 1; }
}

# Every file starts with the module loaded and nothing else of it left.
setup_file() {
	only_in_a_vm
	[ -e "$module" ] || { echo "$module is not built: make -C part$PART"; return 1; }
	[ ! -e /sys/module/password ] || rmmod password
	traces >"$BATS_FILE_TMPDIR/before"
	dmesg >"$BATS_FILE_TMPDIR/log"
	read -r taint </proc/sys/kernel/tainted
	export taint
	insmod "$module"
}

teardown_file() {
	[ ! -e /sys/module/password ] || rmmod password
}

# A test that leaves the kernel worse than it was has failed. Taint bits 12 and
# 13 are an out-of-tree and an unsigned module (admin-guide/tainted-kernels.rst).
teardown() {
	local now
	read -r now </proc/sys/kernel/tainted
	((((now & ~taint) & ~(1 << 12 | 1 << 13)) == 0)) || {
		echo "the kernel is tainted: $now"
		dmesg | tail -n 40
		return 1
	}
	[ -e /sys/module/password ] || insmod "$module"
}

# The kernel's log since the file's start.
new_log() { dmesg | tail -n "+$(($(wc -l <"$BATS_FILE_TMPDIR/log") + 1))"; }

no_complaint() {
	local complaint='WARNING|BUG|Oops|KASAN|UBSAN|lockdep|possible .* deadlock|kmemleak'
	complaint+='|sysctl table check failed|general protection|Call Trace|refcount'
	run -1 grep -E "$complaint" <(new_log)
}

# All that a loaded module could leave behind.
traces() {
	cat /proc/devices
	ls /dev /sys/class /sys/module /sys/dev/char /proc/sys/dev
}

nothing_left() {
	traces | diff "$BATS_FILE_TMPDIR/before" -
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# devcalls, and what it must print, line by line.
calls() {
	local expected
	expected=$(cat)
	run -0 devcalls "$@"
	assert_output "$expected"
}

# Loads the module while a kernel function, the first of those that this kernel
# has, fails with a value; afterwards nothing is left and loading works again.
loading_fails_whole() { # ERRNO VALUE FUNCTION...
	local expected=$1 value=$2 function result
	shift 2
	function=$(grep -owE "$(IFS='|'; echo "$*")" /proc/kallsyms | head -n 1)
	[ ! -e /sys/module/password ] || rmmod password
	insmod "$tests/fault/fault.ko" "function=$function" "value=$value"
	result=$(devcalls "load=$module")
	rmmod fault
	assert_equal "$result" "load=$module: $expected"
	nothing_left
	insmod "$module"
}

# The earlier parts' tests, with this part's module; without those "replaced",
# of what a later part changes on purpose, and those that run "once".
keeps_the_promises_of() {
	local n
	for n; do
		PART=$PART bats --tap --filter-tags '!replaced,!once' "$tests/part$n.bats" |
			sed "s/^/# part$PART keeps part$n: /" >&3
	done
}
