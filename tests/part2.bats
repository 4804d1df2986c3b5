# SPDX-License-Identifier: GPL-2.0-only
# Part 2: a character device that appears by itself.
load helpers

@test "keeps the promises of part 1" {
	keeps_the_promises_of 1
}

# bats test_tags=replaced
@test "/dev/password appears by itself: root's, mode 0600" {
	run -0 stat -c '%F %a %U:%G' /dev/password
	assert_output 'character special file 600 root:root'
}

@test "udev knows the device and leaves its mode alone" {
	mode=$(stat -c %a /dev/password)
	rmmod password
	insmod "$module"
	udevadm settle
	run -0 udevadm info --query=property /dev/password
	assert_line SUBSYSTEM=password
	assert_line DEVNAME=/dev/password
	assert_equal "$(stat -c %a /dev/password)" "$mode"
}

@test "its major and minor agree with /proc/devices and with sysfs" {
	major=$(awk '$2 == "password" { print $1 }' /proc/devices)
	run -0 cat /sys/class/password/password/dev
	assert_output "$major:0"
	run -0 stat -c '%Hr:%Lr' /dev/password
	assert_output "$major:0"
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
	run -0 as_nobody devcalls open=r open=w
	assert_output $'open=r: EACCES\nopen=w: EACCES'
}

@test "unloading is refused while it is open, and it still works" {
	calls open=r unload open=r close close unload <<-EOF
		open=r: 0
		unload: EAGAIN
		open=r: 0
		close: 0
		close: 0
		unload: 0
	EOF
	insmod "$module"
	exec {fd}</dev/password
	run -1 rmmod password
	assert_output --partial 'in use'
	exec {fd}<&-
	rmmod password
}

# chrdev_open() takes one reference for the cdev's owner and one for that of the
# file operations; with one of them missing an open races with rmmod.
@test "an open file holds the module by its cdev and by its file operations" {
	exec {fd}</dev/password
	count=$(cat /sys/module/password/refcnt)
	exec {fd}<&-
	assert_equal "$count" 2
	assert_equal "$(cat /sys/module/password/refcnt)" 0
}

@test "the node, the class and the major go with the module" {
	rmmod password
	assert_not_exists /dev/password
	assert_not_exists /sys/class/password
	run -1 grep password /proc/devices
	nothing_left
}

@test "no region: loading fails whole" {
	loading_fails_whole ENOSPC -28 alloc_chrdev_region
}

@test "no class: loading fails whole" {
	loading_fails_whole ENOSPC -28 __class_register class_register
}

@test "no cdev: loading fails whole" {
	loading_fails_whole ENOSPC -28 cdev_add
}

@test "no device: loading fails whole" {
	loading_fails_whole ENOSPC -28 device_create
}

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

@test "the kernel did not complain" {
	no_complaint
}
