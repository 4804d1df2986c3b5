# SPDX-License-Identifier: GPL-2.0-only
# Part 1: load and unload.
load helpers

@test "a loaded module is listed: lsmod, /proc/modules, /sys/module" {
	run -0 lsmod
	assert_line --regexp '^password '
	run -0 grep -c '^password .* Live ' /proc/modules
	assert_output 1
	assert_dir_exists /sys/module/password
}

@test "modinfo tells the part and the license" {
	run -0 modinfo -F description "$module"
	assert_output --partial "part $PART"
	run -0 modinfo -F license "$module"
	assert_output GPL
	run -0 cat /sys/module/password/version
	assert_output "$PART"
}

@test "it taints the kernel as out-of-tree and unsigned, and in no other way" {
	run -0 cat /sys/module/password/taint
	assert_output OE
}

@test "loading and unloading log one line each, with the module's name" {
	rmmod password
	before=$(new_log | wc -l)
	insmod "$module"
	rmmod password
	run -0 tail -n "+$((before + 1))" <(new_log | sed 's/^\[[^]]*\] //')
	assert_line --index 0 --regexp '^password: loaded'
	assert_line --index 1 'password: unloaded'
	assert_equal "${#lines[@]}" 2
}

@test "loading it twice is refused, and it stays loaded" {
	calls "load=$module" <<-EOF
		load=$module: EEXIST
	EOF
	run -1 insmod "$module"
	assert_output --partial 'File exists'
	assert_dir_exists /sys/module/password
}

@test "unloading leaves nothing behind" {
	rmmod password
	nothing_left
}

@test "20 times loaded and unloaded, nothing is left" {
	calls unload repeat=20 "load=$module" unload <<-EOF
		unload: 0
		load=$module: 0
		unload: 0
	EOF
	nothing_left
}

@test "the kernel did not complain" {
	no_complaint
}
