# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# loads: part4
# Part 5: an ioctl for the length, and a Python script that uses it.
load helpers

# The length is a setting of the device: every test starts with 12.
setup() {
	[ -e /sys/module/password ] || insmod "$module"
	devcalls open=w set=12 >/dev/null
}

length_of_next() { devcalls passwords=1 | awk '{ print length }'; }

# bats test_tags=apart
@test "keeps the promises of parts 1 to 4" {
	keeps_the_promises_of 1 2 3 4
}

@test "the length is 12, and can be set from 8 to 80 for the next open" {
	calls unload "load=$module" open=rw get set=8 get set=80 get set=33 get <<-EOF
		unload: 0
		load=$module: 0
		open=rw: 0
		get: 12
		set=8: 0
		get: 8
		set=80: 0
		get: 80
		set=33: 0
		get: 33
	EOF
	is "$(length_of_next)" 33
	devcalls open=w set=80
	matches "$(timeout 9 head -c 200 /dev/password)" '^[A-Za-z0-9_-]{80}$'
}

@test "an open file keeps its password when the length changes" {
	mapfile -t line < <(devcalls open=rw read=100 set=20 seek=0 read=100)
	matches "${line[1]}" '"[A-Za-z0-9_-]{12}\\n"'
	is "${line[4]}" "${line[1]}"
}

@test "the length is one for all files and all processes" {
	calls open=r open=w set=21 close get <<-EOF
		open=r: 0
		open=w: 0
		set=21: 0
		close: 0
		get: 21
	EOF
	is "$(as_nobody devcalls open=r get)" $'open=r: 0\nget: 21'
}

@test "setting needs a file open for writing, else EBADF" {
	calls open=r set=20 set=7 badset get <<-EOF
		open=r: 0
		set=20: EBADF
		set=7: EBADF
		badset: EBADF
		get: 12
	EOF
	is "$(as_nobody devcalls open=rw open=r set=20 get)" $'open=rw: EACCES\nopen=r: 0\nset=20: EBADF\nget: 12'
}

@test "out of range is EINVAL, and the length stays" {
	calls open=rw set=7 set=81 set=0 set=-1 set=2147483647 set=-2147483648 get <<-EOF
		open=rw: 0
		set=7: EINVAL
		set=81: EINVAL
		set=0: EINVAL
		set=-1: EINVAL
		set=2147483647: EINVAL
		set=-2147483648: EINVAL
		get: 12
	EOF
	is "$(length_of_next)" 12
}

@test "a bad pointer is EFAULT, and the length stays" {
	calls open=rw badset badget get <<-EOF
		open=rw: 0
		badset: EFAULT
		badget: EFAULT
		get: 12
	EOF
}

@test "getting works on any open file, also if open for writing only" {
	calls open=w get set=20 get <<-EOF
		open=w: 0
		get: 12
		set=20: 0
		get: 20
	EOF
}

@test "an ordinary user cannot fill the log by ioctl" {
	read_log
	as_nobody devcalls repeat=20 open=r get set=20 badget cmd=0x70ff close >/dev/null
	devcalls repeat=20 open=rw set=20 set=7 close >/dev/null
	read_log
	is "$log" ''
}

# _IO('p', 0xff); then the set with other sizes, another letter; TCGETS; and
# FIONCLEX, which the VFS handles by itself.
@test "an unknown command is ENOTTY" {
	calls open=rw cmd=0x70ff cmd=0x40087001 cmd=0x7001 cmd=0x40047101 cmd=0x5401 cmd=0x5450 get <<-EOF
		open=rw: 0
		cmd=0x70ff: ENOTTY
		cmd=0x40087001: ENOTTY
		cmd=0x7001: ENOTTY
		cmd=0x40047101: ENOTTY
		cmd=0x5401: ENOTTY
		cmd=0x5450: 0
		get: 12
	EOF
}

@test "a 32-bit program can set and get the length" {
	! debug_kernel || skip "User-mode Linux runs no 32-bit programs"
	[ "$(uname -m)" = x86_64 ] || skip "the 32-bit program is for a 64-bit x86"
	run -33 devcalls32
	is "$(length_of_next)" 33
}

@test "the length is the default again after unloading and loading" {
	calls open=w set=40 close unload "load=$module" open=r get <<-EOF
		open=w: 0
		set=40: 0
		close: 0
		unload: 0
		load=$module: 0
		open=r: 0
		get: 12
	EOF
}

# Each asserts the message, whole, and that it is on standard error.
script_fails() { # MESSAGE COMMAND...
	local message=$1 status=0 got
	shift
	got=$("$@" 2>&1 >"$BATS_TEST_TMPDIR/stdout") || status=$?
	is "$got" "$message"
	is "$status" 1
	is "$(<"$BATS_TEST_TMPDIR/stdout")" ''
}

# bats test_tags=once
@test "password.py shows and sets the length" {
	is "$("$part/password.py")" 12
	"$part/password.py" 20
	is "$(as_nobody "$part/password.py")" 20
	matches "$("$part/password.py" --help)" 'usage: password.py'
}

# bats test_tags=once,first
@test "password.py tells every error in a line" {
	script_fails '7 is out of range: 8 to 80' "$part/password.py" 7
	script_fails '99999999999 is out of range: 8 to 80' "$part/password.py" 99999999999
	script_fails 'abc is not a number' "$part/password.py" abc
	script_fails '/dev/password: permission denied: only its owner may set the length' \
		as_nobody "$part/password.py" 20
	is "$(devcalls open=r get)" $'open=r: 0\nget: 12'
	rmmod password
	script_fails '/dev/password does not exist: load the module first' "$part/password.py" 20
	[ ! -e /dev/password ]
	insmod "$top/part4/password.ko"
	script_fails '/dev/password has no length to set: load part 5 or 6' "$part/password.py"
	rmmod password
}

# The others' numbers follow from their kernels' asm/ioctl.h.
# bats test_tags=once
@test "password.py computes the header's ioctl numbers, on every architecture" {
	got=$(cd "$part" && python3 -c '
from password import ioctl_numbers
for machine in "x86_64", "aarch64", "s390x", "ppc64le", "mips64", "sparc64", "parisc":
    print(machine, "%#x %#x" % ioctl_numbers(machine))
print("here %d %d" % ioctl_numbers(__import__("os").uname().machine))')
	is "$got" "\
x86_64 0x80047000 0x40047001
aarch64 0x80047000 0x40047001
s390x 0x80047000 0x40047001
ppc64le 0x40047000 0x80047001
mips64 0x40047000 0x80047001
sparc64 0x40047000 0x80047001
parisc 0x40047000 0x80047001
here $(devcalls numbers | cut -d' ' -f2-)"
}

# bats test_tags=once,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
