# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# Part 4: random passwords from the kernel's own API. That the generator is
# waited for until it is seeded cannot be seen on a booted kernel; that an
# interrupted wait ends the open can.
load helpers

# bats test_tags=apart
@test "keeps the promises of parts 1 to 3" {
	keeps_the_promises_of 1 2 3
}

@test "a password is 12 characters of A-Z a-z 0-9 - _ and a newline" {
	for _ in 1 2 3; do
		got=$(devcalls open=r read=100 read=100)
		matches "$got" $'^open=r: 0\nread=100: "[A-Za-z0-9_-]{12}\\\\n"\nread=100: ""$'
	done
}

@test "whoever holds the file reads one password, and the next open gives another" {
	mapfile -t line < <(devcalls open=r read=100 open=r read=100 seek=0 read=100 close seek=0 read=100)
	is "${line[5]}" "${line[3]}"
	is "${line[8]}" "${line[1]}"
	[ "${line[1]}" != "${line[3]}" ]
}

@test "many processes at once, all get passwords of their own" {
	devcalls each=20 passwords=50 >"$BATS_TEST_TMPDIR/all"
	is "$(grep -cxE '[A-Za-z0-9_-]{12}' "$BATS_TEST_TMPDIR/all")" 1000
	is "$(sort -u "$BATS_TEST_TMPDIR/all" | wc -l)" 1000
}

slab_objects() { awk '/^kmalloc/ { n += $2 } END { print n }' /proc/slabinfo; }

@test "when the wait for the generator is interrupted, so is the open, and nothing stays allocated" {
	needs_kprobes
	before=$(slab_objects)
	calls "load=$tests/fault/fault.ko:function=wait_for_random_bytes value=-4" repeat=5000 open=r <<-EOF
		load=$tests/fault/fault.ko:function=wait_for_random_bytes value=-4: 0
		open=r: EINTR
	EOF
	grown=$(($(slab_objects) - before))
	[ "$grown" -lt 2500 ] || { echo "5000 opens that failed left $grown objects allocated"; return 1; }
	calls unload=fault open=r <<-EOF
		unload=fault: 0
		open=r: 0
	EOF
	is "$(</sys/module/password/refcnt)" 0
}

@test "a closed file leaves no copy of its password in the kernel's memory" {
	[ -e /proc/kcore ] || skip "this kernel has no /proc/kcore"
	calls leak <<-EOF
		leak: 2 of 2 pieces of an open file's, 0 of 2 of a closed file's
	EOF
}

@test "no password is ever logged" {
	rmmod password
	read_log
	insmod "$module" dyndbg=+p
	mapfile -t passwords < <(devcalls passwords=20)
	rmmod password
	read_log
	is "${#passwords[@]}" 20
	matches "$log" 'password: open'
	for password in "${passwords[@]}"; do
		printf -v hex '%02x ' "'${password:0:1}" "'${password:1:1}" "'${password:2:1}" "'${password:3:1}"
		hex=${hex% }
		for text in "${password:0:5}" "$hex" "${hex// }" "${hex// /:}"; do
			[[ $log != *"$text"* ]] || { echo "$password is in the log, as $text"; return 1; }
		done
	done
}

# bats test_tags=once,first
@test "100,000 passwords: every character equally likely, none twice" {
	devcalls passwords=100000 | "$tests/uniformity"
}

# bats test_tags=once,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
