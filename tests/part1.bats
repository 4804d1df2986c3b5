# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# Part 1: load and unload.
load helpers

@test "a loaded module is listed in /proc/modules, by lsmod and in /sys/module" {
	matches "$(</proc/modules)" '(^|'$'\n'')password [0-9]+ 0 - Live '
	matches "$(lsmod)" $'\n''password +[0-9]+ +0'
	[ -d /sys/module/password ]
}

@test "modinfo tells the part and the license" {
	is "$(modinfo -F license "$module")" GPL
	matches "$(modinfo -F description "$module")" "part $PART: "
	is "$(</sys/module/password/version)" "$PART"
}

@test "it is built by the compiler that built the kernel" {
	gcc='GCC: (' clang='clang version' # in the section .comment
	if [[ $(</proc/version) == *"$clang"* ]]; then wanted=$clang other=$gcc; else wanted=$gcc other=$clang; fi
	grep -qaF "$wanted" "$module"
	run -1 grep -qaF "$other" "$module"
}

@test "it taints the kernel as out-of-tree and unsigned, and in no other way" {
	matches "$(</sys/module/password/taint)" '^OE?$' # no E where a kernel knows no signatures
}

@test "loading and unloading log one line each, with the module's name" {
	rmmod password
	read_log
	insmod "$module"
	rmmod password
	read_log
	matches "$log" '^\[[^]]*\] password: loaded[^'$'\n'']*'$'\n''\[[^]]*\] password: unloaded$'
}

@test "loading it twice is refused, and it stays loaded" {
	calls "load=$module" <<-EOF
		load=$module: EEXIST
	EOF
	run -1 insmod "$module"
	matches "$output" 'File exists'
	[ -d /sys/module/password ]
}

@test "unloading leaves nothing behind" {
	rmmod password
	[ ! -e /sys/module/password ]
	nothing_left
}

# bats test_tags=replaced
@test "20 times loaded and unloaded, nothing is left" {
	calls unload repeat=20 "load=$module" unload <<-EOF
		unload: 0
		load=$module: 0
		unload: 0
	EOF
	nothing_left
}

# bats test_tags=once,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
