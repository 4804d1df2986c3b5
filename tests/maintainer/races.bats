# SPDX-License-Identifier: GPL-2.0-only
# run: vm alone
# when: kernel kcsan
# loads: last
# cpus: 2
# Part 6 used from all sides at once, by several processors.
load ../helpers

# The part with everything in it.
part=$(printf '%s\n' "$top"/part? | tail -n 1)
PART=${part##*part}
module=$part/password.ko

setup() {
	[ -e /sys/module/password ] || insmod "$module"
	[ "$(nproc)" -ge 2 ] || skip "this VM has one processor"
}

@test "readers, openers, ioctls, sysctls, loads and unloads at once: all whole, nothing left" {
	rmmod password
	run -0 races "$module" 4000
	echo "# $output" >&3
	run ! grep -wE '(^|, )0 ' <<<"$output"
	nothing_left
}

@test "got, used and set at once, the length is in no data race" {
	kcsan_kernel || skip "this kernel does not look for data races"
	echo 100 >/sys/module/kcsan/parameters/skip_watch
	pids=()
	for i in 1 2; do
		devcalls repeat=10000 open=rw set=80 get close 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	echo 1000 >/sys/module/kcsan/parameters/skip_watch
	rmmod password # and the length with it
}

@test "stress-ng's device stressor, as an ordinary user: the length is untouched" {
	run -0 as_nobody stress-ng --temp-path /tmp --dev 2 --dev-file /dev/password --timeout 8
	is "$(devcalls open=r get)" $'open=r: 0\nget: 12'
}

# Only of what a file can be asked: trinity would taint the kernel by other means. And
# of no other file ("pseudo" is -V's): it dies of its own sockets on some kernels.
@test "trinity's nonsense, as an ordinary user: the length is untouched" {
	mkdir -m 777 "$BATS_TEST_TMPDIR/t"
	cd "$BATS_TEST_TMPDIR/t"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
	calls=()
	for call in open read write pread64 pwrite64 readv preadv lseek ioctl mmap poll fcntl dup \
		    splice sendfile fallocate ftruncate fsync flock close; do
		calls+=(-c "$call")
	done
	run -0 as_nobody timeout 300 trinity -q -q -l off -C 2 -N 2000 --enable-fds=pseudo -V /dev/password "${calls[@]}"
	matches "$output" 'Ran [0-9]{4,} syscalls'
	is "$(devcalls open=r get)" $'open=r: 0\nget: 12'
}
