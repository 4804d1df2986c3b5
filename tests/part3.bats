# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# Part 3: file operations and permissions.
load helpers

# What one open file gives, as devcalls writes it, must be the same however it is
# read. Each test reads it whole first: from part 4 on every open gives another.
reads() { # OPERATION...
	devcalls open=r read=100 seek=0 "$@"
}

# All that one open gives, and of a read without an end the first 200 bytes.
text() { timeout 9 head -c 200 /dev/password; }

# The strings in devcalls' lines that start with a word, joined.
joined() {
	local line all=
	while read -r line; do
		[[ $line =~ ^$1[^\"]*\"(.*)\"$ ]] && all+=${BASH_REMATCH[1]}
	done
	echo "$all"
}

# bats test_tags=apart
@test "keeps the promises of parts 1 and 2" {
	keeps_the_promises_of 1 2
}

# bats test_tags=replaced
@test "reading gives Hello, world! and then the end of the file" {
	is "$(text)" 'Hello, world!'
	calls open=r read=100 read=100 <<-'EOF'
		open=r: 0
		read=100: "Hello, world!\n"
		read=100: ""
	EOF
}

@test "reading byte by byte gives the same, and then the end" {
	got=$(reads read=1 read=1 read=1 read=1 read=1 read=1 read=1 read=1 read=1 read=1 \
		    read=1 read=1 read=1 read=1 read=1 read=1)
	whole=$(joined read=100: <<<"$got")
	[ "${#whole}" -ge 13 ]
	is "$(joined read=1: <<<"$got")" "$whole"
}

@test "dd gets all of it, whatever its block size" {
	whole=$(text)
	for bs in 1 2 5 7 64; do
		got=$(timeout 9 dd if=/dev/password bs=$bs count=99 status=none)
		is "${#got}" "${#whole}" # from part 4 on it is another each time
	done
}

@test "pread(2) reads anywhere and moves nothing" {
	got=$(reads pread=4@0 pread=4@4 pread=100@8 where pread=100@100 pread=1@-1)
	whole=$(joined read=100: <<<"$got")
	is "$(joined pread <<<"$got")" "$whole"
	matches "$got" 'where: 0'
	matches "$got" 'pread=100@100: ""'
	matches "$got" 'pread=1@-1: EINVAL'
}

@test "lseek(2) to 0 and again: the same once more" {
	got=$(reads read=100 where seek=0 read=100 seek=5 read=100)
	mapfile -t line <<<"$got"
	is "${line[3]}" "${line[1]}"
	matches "${line[4]}" 'where: 1[34]'
	is "${line[6]}" "${line[1]}"
	is "${line[8]#read=100: \"}" "${line[1]#read=100: \"?????}"
}

@test "lseek(2) from the end: tail -c 3 gives the last three bytes" {
	got=$(reads end=-3 read=100 end=0 read=100 end=-1000 end=1 where)
	whole=$(joined read=100: <<<"$got")
	mapfile -t line <<<"$got"
	is "${line[4]}" "read=100: \"${line[1]: -5}" # of which the newline is written as two
	is "${line[6]}" 'read=100: ""'
	is "${line[7]}" 'end=-1000: EINVAL'
	is "${line[8]}" 'end=1: EINVAL'
	matches "${line[9]}" 'where: 1[34]'
	is "$(timeout 9 tail -c 3 /dev/password | wc -c)" 3
}

@test "reading 0 bytes gives 0 and moves nothing" {
	got=$(reads read=0 where)
	matches "$got" $'read=0: ""\nwhere: 0'
}

@test "a bad buffer is EFAULT and moves nothing" {
	got=$(reads badread=5 where read=3 badread=5 where read=100)
	matches "$got" $'badread=5: EFAULT\nwhere: 0\n.*badread=5: EFAULT\nwhere: 3\n'
	whole=$(joined read=100: <<<"$got")
	got=$(joined read=3: <<<"$got")
	is "${whole:0:3}" "$got"
}

@test "a buffer that ends too early gets what fits, and the rest comes next" {
	got=$(reads edge=4 where read=64)
	fits=4 # of which an architecture need not copy the last bytes (linux/uaccess.h)
	[ "$HOSTTYPE" = x86_64 ] || fits='[1-4]'
	matches "$got" "where: $fits"$'\n'
	whole=$(joined read=100: <<<"$got")
	is "$(joined edge <<<"$got")$(joined read=64 <<<"$got")" "$whole"
}

@test "writing is an error, stores nothing and moves nothing" {
	calls open=rw write=hello write= where open=w write=x <<-'EOF'
		open=rw: 0
		write=hello: EINVAL
		write=: EINVAL
		where: 0
		open=w: 0
		write=x: EINVAL
	EOF
	run -1 bash -c 'echo x >/dev/password'
	matches "$output" 'write error: Invalid argument'
	mapfile -t line < <(devcalls open=rw read=100 seek=0 write=hello seek=0 read=100)
	is "${line[5]}" "${line[1]}"
}

@test "/dev/password is root's, mode 0644, by the module alone" {
	is "$(stat -c '%F %a %U:%G' /dev/password)" 'character special file 644 root:root'
}

@test "an ordinary user can read it, and cannot open it for writing" {
	got=$(as_nobody devcalls open=w open=rw open=r read=100)
	matches "$got" $'^open=w: EACCES\nopen=rw: EACCES\nopen=r: 0\nread=100: "[^"]{12,}"$'
}

@test "an ordinary user cannot fill the log" {
	read_log
	as_nobody devcalls repeat=20 open=r badread=1 read=0 seek=0 close >/dev/null
	devcalls repeat=20 open=w write=x close >/dev/null
	read_log
	is "$log" ''
}

@test "with dynamic debug every call is logged" {
	rmmod password
	read_log
	insmod "$module" dyndbg=+p
	devcalls open=rw read=7 write=x close
	rmmod password
	read_log
	matches "$log" 'password: open'
	matches "$log" 'password: read of 7 bytes at 0'
	matches "$log" 'password: write of 1 bytes refused'
	matches "$log" 'password: release'
}

# bats test_tags=once,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
