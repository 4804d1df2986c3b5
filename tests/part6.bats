# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# Part 6: a sysctl for the length.
load helpers

sysctl=/proc/sys/dev/password/length
set_to() { echo "$1" >$sysctl; }

setup() {
	[ -e /sys/module/password ] || insmod "$module"
	set_to 12
}

# bats test_tags=apart
@test "keeps the promises of parts 1 to 4" {
	keeps_the_promises_of 1 2 3 4
}

@test "keeps the promises of part 5" {
	keeps_the_promises_of 5
}

@test "dev.password.length is root's, mode 0644, and 12, and all there is" {
	rmmod password
	insmod "$module"
	is "$(echo ${sysctl%/*}/*)" $sysctl # not what lies in memory behind the table
	is "$(stat -c '%a %U:%G' $sysctl)" '644 root:root'
	is "$(sysctl dev.password.length)" 'dev.password.length = 12'
	is "$(as_nobody cat $sysctl)" 12
}

@test "what the sysctl sets, the ioctl gets and the next password has; and the other way round" {
	sysctl -qw dev.password.length=17
	is "$(devcalls open=r get)" $'open=r: 0\nget: 17'
	is "$(devcalls passwords=1 | awk '{ print length }')" 17
	echo 8 >$sysctl
	is "$(<$sysctl)" 8
	echo 80 >$sysctl
	is "$(<$sysctl)" 80
	devcalls open=w set=23
	is "$(<$sysctl)" 23
}

@test "what is no number from 8 to 80 is EINVAL, and the length stays" {
	for bad in abc 12abc 7 81 -12 0x10g 99999999999999999999; do
		run -1 set_to "$bad"
		matches "$output" 'Invalid argument'
		is "$(<$sysctl)" 12
	done
	run ! sysctl -w dev.password.length=81
	is "$(<$sysctl)" 12
}

@test "an ordinary user cannot set it" {
	run -1 as_nobody bash -c "echo 20 >$sysctl"
	matches "$output" 'Permission denied'
	is "$(<$sysctl)" 12
}

# The writers alternate between 8 and 80; anything else would be a torn length.
@test "readers, ioctl and sysctl writers at once: every password has a whole length" {
	echo 8 >$sysctl
	while :; do set_to 80; set_to 8; done 3>&- &
	by_sysctl=$!
	devcalls repeat=1000000 open=w set=80 set=8 close 3>&- &
	by_ioctl=$!
	lengths=$BATS_TEST_TMPDIR/lengths
	for ((round = 0; round < 40; round++)); do
		devcalls each=4 passwords=200 | awk '{ print length }' >>"$lengths"
		((round < 4)) || ! grep -qx 8 "$lengths" || ! grep -qx 80 "$lengths" || break
	done
	kill $by_sysctl $by_ioctl # both must be running still
	wait $by_sysctl $by_ioctl || true
	is "$(sort -un "$lengths")" $'8\n80'
	matches "$(<$sysctl)" '^(8|80)$'
}

@test "when the sysctl cannot be registered, loading fails whole" {
	loading_fails_whole ENOMEM register_sysctl,register_sysctl_sz
}

# bats test_tags=first
@test "100 times loaded, set, read and unloaded, nothing is left" {
	calls unload repeat=100 "load=$module" open=rw set=20 close unload <<-EOF
		unload: 0
		load=$module: 0
		open=rw: 0
		set=20: 0
		close: 0
		unload: 0
	EOF
	nothing_left
}

@test "the header and the script are those of part 5" {
	cmp "$top/part5/password.h" "$part/password.h"
	cmp "$top/part5/password.py" "$part/password.py"
}

# bats test_tags=once,apart,first
@test "what no run can show is right in the source, too" {
	"$tests/source" "$part"
}
