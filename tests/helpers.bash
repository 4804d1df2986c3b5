# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the parts share. They run in VMs whose processor may be
# emulated, where every process started costs 30 ms and every bats test 600: so
# they prefer bash's own means and one devcalls for many system calls.
bats_require_minimum_version 1.5.0
top=${BATS_TEST_DIRNAME%/tests*}
tests=$top/tests
PART=${BATS_TEST_FILENAME##*/part}
PART=${PART%.bats}
part=$top/part$PART
module=$part/password.ko
PATH=$tests:$PATH:/usr/sbin:/sbin
# shellcheck source=tests/checks.bash
. "$tests/checks.bash"
# shellcheck source=tests/promises.bash
. "$tests/promises.bash"

# Every file starts with its part's module loaded, nothing of another one left,
# and only in a VM: nobody's own kernel is loaded into.
setup_file() {
	local file
	[ -e /run/throwaway-vm ] || [ -n "${ALLOW_HOST-}" ] || {
		echo "These tests load modules and this is no throwaway VM: use make -C part$PART test," \
		     "or ALLOW_HOST=1 to load them into this kernel all the same."
		return 1
	}
	[ "$EUID" = 0 ] || { echo "These tests need root."; return 1; }
	for file in "$module" "$tests/devcalls" $(kprobes && echo "$tests/fault/fault.ko"); do
		[ -e "$file" ] || {
			echo "$file is not built: run make in ${file%/*}."
			[ ! -e /run/throwaway-vm ] ||
				echo "Or leave this VM: make -C part$PART test builds all that, and starts a VM of its own."
			return 1
		}
	done
	start_without_it
	insmod "$module"
}

# What there is without a module, for the tests to compare with.
start_without_it() {
	! kcsan_kernel || echo on >/sys/kernel/debug/kcsan
	[ ! -e /sys/module/password ] || rmmod password
	traces >"$BATS_FILE_TMPDIR/traces"
	untainted
	dmesg --clear
}

teardown_file() {
	[ ! -e /sys/module/password ] || rmmod password
	read_log
}

setup() {
	[ -e /sys/module/password ] || insmod "$module"
}

# Set by the names of what vm/debug.config has and Debian's kernels do not, and the
# other way round. A test that needs what is not there is skipped.
debug_kernel() { [ -e /sys/kernel/debug/failslab ]; }
kcsan_kernel() { [ -e /sys/kernel/debug/kcsan ]; }
kprobes() { [ -e /sys/kernel/debug/kprobes ]; }
needs_kprobes() { kprobes || skip "this kernel has no kprobes"; }

# Whatever a test was about, it fails when the kernel complained or was tainted. (bats
# goes by the exit status alone: set -e does not hold in here.)
teardown() {
	local status=0
	[ -n "$BATS_TEST_COMPLETED" ] || stay "$BATS_TEST_DESCRIPTION" "$BATS_OUT"
	read_log || { status=1; stay "$BATS_TEST_DESCRIPTION" "$BATS_OUT"; }
	untainted && return $status
}

# With STAY=1, a shell where a test failed, before anything is undone: once in a test.
stay() { # TITLE FILE, what the test has printed
	[ -n "${STAY-}" ] || return 0
	STAY=''
	{
		printf '\n"%s" failed.\n' "$1"
		cat "$2"
		echo 'This is the VM as the test left it. exit goes on with the tests.'
		bash -i
	} <>/dev/tty >&0 2>&1
}

# Bits 12 and 13 stand for modules out of tree and unsigned (tainted-kernels.rst).
untainted() {
	local taint
	read -r taint </proc/sys/kernel/tainted
	(((taint & ~(1 << 12 | 1 << 13)) == 0)) || {
		echo "# the kernel is tainted: $taint" >&3 # tests/run goes on in a fresh VM
		tail -n 40 <<<"${log-}"
		return 1
	}
}

# Runs devcalls, which must print what stands on standard input.
calls() {
	local expected
	IFS= read -rd '' expected || true
	is "$(exec devcalls "$@")" "${expected%$'\n'}"
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# KCSAN reports data races between the lines ==== of the whole kernel, which has many. Of
# an interrupt's trace, what comes after its entry was only interrupted.
without_races_of_others() {
	awk '/BUG: KCSAN/ { report = $0; ours = 0; next }
		report == "" { print; next }
		/ by (task|interrupt)/ { entered = 0 }
		/ asm_[a-z_]+\+0x/ { entered = 1 }
		{ report = report "\n" $0; ours = ours || !entered && /\[password\]/ }
		/=====$/ { if (ours) print report; report = "" }'
}

complaint='WARNING|BUG|Oops|KASAN|UBSAN|new suspected memory leaks|lockdep|deadlock|refcount_t|ODEBUG|list_(add|del) corruption'
complaint+='|general protection|sysctl table check failed|Unknown symbol|Call Trace'

# Reads the kernel log from where it was last read, into $log. Fails when there is a
# complaint in it, and shows it from there on: what lockdep reports, say, does not taint.
read_log() {
	log=$(exec busybox dmesg -c) # static, and in one system call, so that no line is lost
	! kcsan_kernel || log=$(without_races_of_others <<<"$log")
	[[ $log =~ $complaint ]] || return 0
	echo "the kernel complained:"
	bash "$top/vm/where" "$module" <<<"$log"
	sed -nE "/$complaint/,\$ p" <<<"$log" | head -n 40
	return 1
}

# All that a loaded module could leave behind (/dev/char is udev's, and stays).
traces() {
	printf '%s\n' "$(</proc/devices)" /sys/class/* /sys/module/* /proc/sys/dev/* /dev/*[!r]
}

nothing_left() { is "$(traces)" "$(<"$BATS_FILE_TMPDIR/traces")"; }

# Loads the module while a function of the kernel fails with -ENOSPC (or gives
# NULL): insmod must get the errno, nothing must be left, and the next one work. Who
# has a node of its own with the device's number, and opens it all the time, must not
# get in: the function takes 20 ms to fail, and the module is freed after it.
loading_fails_whole() { # ERRNO FUNCTION[,ITS NAME IN OTHER KERNELS]...
	needs_kprobes
	local value=-28 fault=$tests/fault/fault.ko
	[ "$1" = ENOSPC ] || value=0
	local node=$BATS_TEST_TMPDIR/$2 dev modprobe status=0
	dev=$(</sys/class/password/password/dev)
	mknod "$node" c "${dev%:*}" 0
	modprobe=$(</proc/sys/kernel/modprobe)
	echo >/proc/sys/kernel/modprobe # or each open that fails starts it, for longer than 20 ms
	calls unload "load=$fault:function=$2 value=$value delay=20" "beside=$node" "load=$module" opened unload=fault <<-EOF || status=1
		unload: 0
		load=$fault:function=$2 value=$value delay=20: 0
		beside=$node: 0
		load=$module: $1
		opened: 0
		unload=fault: 0
	EOF
	echo "$modprobe" >/proc/sys/kernel/modprobe
	[ $status = 0 ]
	nothing_left
	# Nor a cdev: the kernel would still find it by its number.
	matches "$({ : <"$node"; } 2>&1)" 'No such device or address'
	insmod "$module"
}
