# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# Part 2: a character device that appears by itself.
load helpers

# bats test_tags=apart
@test "keeps the promises of part 1" {
	keeps_the_promises_of 1
}

# bats test_tags=replaced
@test "/dev/password appears by itself: root's, mode 0600" {
	is "$(stat -c '%F %a %U:%G' /dev/password)" 'character special file 600 root:root'
}

@test "udev sees the device and leaves its mode alone" {
	[ -e /proc/net ] || skip "this kernel has no netlink, which tells udev"
	mode=$(stat -c %a /dev/password)
	rmmod password
	insmod "$module"
	udevadm settle -t 20 || udevadm settle -t 20 # seldom, udevd hangs up on it: "Broken pipe"
	[ -L "/dev/char/$(</sys/class/password/password/dev)" ] # that is udev's work
	is "$(stat -c %a /dev/password)" "$mode"
}

@test "its major and minor agree with /proc/devices and with sysfs" {
	major=$(awk '$2 == "password" { print $1 }' /proc/devices)
	is "$(</sys/class/password/password/dev)" "$major:0"
	is "$(stat -c '%Hr:%Lr' /dev/password)" "$major:0"
}

# bats test_tags=replaced
@test "root can open it; reading and writing are invalid" {
	calls open=rw read=10 write=x <<-EOF
		open=rw: 0
		read=10: EINVAL
		write=x: EINVAL
	EOF
}

# bats test_tags=replaced
@test "an ordinary user cannot open it" {
	is "$(as_nobody devcalls open=r open=w)" $'open=r: EACCES\nopen=w: EACCES'
}

@test "unloading is refused while it is open, and it still works" {
	calls open=r unload open=r close close unload "load=$module" <<-EOF
		open=r: 0
		unload: EAGAIN
		open=r: 0
		close: 0
		close: 0
		unload: 0
		load=$module: 0
	EOF
	exec {fd}</dev/password
	run -1 rmmod password
	matches "$output" 'in use'
	exec {fd}<&-
	rmmod password
}

# chrdev_open() takes one reference for the cdev's owner and one for that of the
# file operations; with one of them missing an open races with rmmod.
@test "an open file holds the module by its cdev and by its file operations" {
	exec {fd}</dev/password
	count=$(</sys/module/password/refcnt)
	exec {fd}<&-
	is "$count" 2
	is "$(</sys/module/password/refcnt)" 0
}

@test "the node, the class and the major go with the module" {
	rmmod password
	[ ! -e /dev/password ]
	[ ! -e /sys/class/password ]
	[[ $(</proc/devices) != *password* ]]
	nothing_left
}

@test "when the region cannot be had, loading fails whole" {
	loading_fails_whole ENOSPC alloc_chrdev_region
}

@test "when the class cannot be registered, loading fails whole" {
	loading_fails_whole ENOSPC class_register,__class_register
}

@test "when the cdev cannot be added, loading fails whole" {
	loading_fails_whole ENOSPC cdev_add
}

@test "when the device cannot be created, loading fails whole" {
	loading_fails_whole ENOSPC device_create
}

# bats test_tags=once
@test "20 times loaded, opened, closed and unloaded, nothing is left" {
	calls unload repeat=20 "load=$module" open=r unload close unload <<-EOF
		unload: 0
		load=$module: 0
		open=r: 0
		unload: EAGAIN
		close: 0
		unload: 0
	EOF
	nothing_left
}

# bats test_tags=once,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
