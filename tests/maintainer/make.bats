# SPDX-License-Identifier: GPL-2.0-only
# run: vm
# when: named
# loads: all
# The make targets of the parts, from every state that a speaker may be in.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}
PATH=$top/tests:$PATH:/usr/sbin:/sbin

setup_file() {
	[ -e /run/throwaway-vm ] || {
		echo "These tests load modules and this is no throwaway VM: use make test-tools."
		return 1
	}
}

setup() {
	cd "$top"
	[ ! -e /sys/module/password ] || rmmod password
}

version() { cat /sys/module/password/version; }

parts=("$top"/part?)
last=${parts[-1]##*/}

# The step that is checked out may not have that part yet.
needs() { # PART
	[ -d "part$1" ] || skip "there is no part$1 here"
}

@test "load with nothing loaded, and again: shows what the module said, once" {
	run -0 make -s -C $last load
	matches "$output" '\] password: loaded$'
	is "$(version)" "${last#part}"
	run -0 make -s -C $last reload
	matches "$output" $'^[^\n]*password: unloaded\n[^\n]*password: loaded$'
}

@test "load replaces another part" {
	needs 2
	insmod part2/password.ko
	make -s -C $last load
	is "$(version)" "${last#part}"
	make -s -C part1 load
	is "$(version)" 1
	[ ! -e /dev/password ]
}

@test "load and unload are refused while /dev/password is open, and tell by whom" {
	needs 2
	insmod part2/password.ko
	sleep 60 </dev/password 3>&- &
	sleeper=$!
	for target in load unload; do
		run -2 make -s -C $last $target
		matches "$output" "held open by"$'\n'"  sleep \\(pid $sleeper, user root\\)"$'\n'"Close it there"
		is "$(version)" 2
	done
	: </dev/password # works still
	kill $sleeper
	wait $sleeper || true
	make -s -C part1 load
	is "$(version)" 1
}

@test "unload unloads, and with nothing loaded it is no error" {
	insmod part1/password.ko
	make -s -C $last unload
	[ ! -e /sys/module/password ]
	run -0 make -s -C $last unload
	is "$output" ''
}

@test "status tells the part and the device" {
	needs 2
	is "$(make -s -C part1 status)" 'module  not loaded'
	insmod part2/password.ko
	dev=$(</sys/class/password/password/dev)
	is "$(make -s -C part1 status)" "\
module  part2, loaded
device  /dev/password crw------- root root, $dev"
}

@test "status tells the length, where there is one" {
	needs 5
	insmod part5/password.ko
	part5/password.py 20
	dev=$(</sys/class/password/password/dev)
	is "$(make -s -C part1 status)" "\
module  part5, loaded
device  /dev/password crw-r--r-- root root, $dev
length  20"
}

@test "something else at /dev/password: what it is, how to remove it, and nothing stays loaded" {
	needs 2
	echo x >/dev/password
	run -2 make -s -C $last load
	rm /dev/password
	matches "$output" 'something else that has its name: regular file'
	matches "$output" 'Remove it, .*: rm -r /dev/password'
	[ ! -e /sys/module/password ]
	mkdir /dev/password
	run -2 make -s -C $last load
	rmdir /dev/password
	matches "$output" 'its name: directory'
	mknod /dev/password c 1 3
	insmod $last/password.ko
	run -2 make -s -C $last status
	matches "$output" 'module +part.*something else that has its name: character special file'
	rmmod password
	rm -f /dev/password
	needs 5
	echo x >/dev/password
	run -1 part5/password.py
	rm /dev/password
	matches "$output" '/dev/password is no device'
}

@test "after load every call is logged; log shows the module's lines alone" {
	needs 3
	make -s -C part3 load
	cat /dev/password >/dev/null
	run -0 make -s -C part3 log
	matches "$output" $'password: open\n.*password: read of [0-9]+ bytes at 0\n.*password: release$'
	run ! grep -v 'password: ' <<<"$output"
}

@test "diff shows what a part changes, coloured on a terminal" {
	needs 4
	is "$(make -s -C part1 diff)" 'There is no part0 here to compare part1 with.'
	run -0 make -s -C part4 diff
	matches "$output" $'\n'"\\+"$'\t'"err = get_random_bytes_wait"
	matches "$output" $'\n'"-static const char password_text"
	TERM=xterm run -0 script -qec 'make -s -C part4 diff' /dev/null
	matches "$output" $'\e\\[32m'
}

@test "diff shows new files, and neither READMEs nor what was built" {
	needs 5
	run -0 make -s -C part5 diff
	matches "$output" 'part5/password.h'
	matches "$output" 'part5/password.py'
	run ! grep -E '^[-+]{3} .*(README|\.ko|\.o|\.make\.log)' <<<"$output"
}

@test "without headers: which package, and what else to do" {
	run -2 make -C part1 KDIR=/nowhere
	has "$output" "no headers of kernel $(uname -r)"
	has "$output" "apt install linux-headers-$(uname -r)"
	matches "$output" 'make -C part1 vm'
}

@test "without root and without sudo: a clear word" {
	run -2 setpriv --reuid=65534 --regid=65534 --clear-groups make -s -C part1 load
	is "${lines[0]}" 'This needs root, and there is no sudo here: become root (su -), or ask whoever administrates this machine.'
	matches "${lines[1]}" '^make: '
	[ ! -e /sys/module/password ]
}

@test "a module for another kernel: which one, and what to do" {
	kdir=$BATS_TEST_TMPDIR/kdir release=$(uname -r) other=9.9.9-99
	mkdir -p "$kdir/include/generated"
	touch "$kdir/Makefile"
	echo "#define UTS_RELEASE \"$other${release:${#other}}\"" >"$kdir/include/generated/utsrelease.h"
	cp -a part1 "$BATS_TEST_TMPDIR/part1"
	cp -r common.mk tools vm "$BATS_TEST_TMPDIR"
	# Not the release alone: a kernel with symbol versions does not look at it.
	sed -i "s/vermagic=${release:0:${#other}}\(.*\) SMP/vermagic=$other\1 UP_/" "$BATS_TEST_TMPDIR/part1/password.ko"
	run -2 make -s -C "$BATS_TEST_TMPDIR/part1" KDIR="$kdir" load
	has "$output" "password.ko is built for $other${release:${#other}}, this kernel is $release"
	has "$output" "make -C part1 KDIR=/lib/modules/$release/build clean load"
}

# All that make install could leave behind, and what modprobe goes by.
installed() {
	find /lib/modules /usr/local /usr/src -path '*/usr/src/linux-*' -prune -o -print | sort
	cksum /lib/modules/*/modules.dep
}

@test "install: modprobe finds the module, and what belongs to it is there; uninstall leaves nothing" {
	command -v gcc openssl >/dev/null || skip "another architecture's VM has no compiler and no openssl"
	before=$(installed)
	files=$(ls -A $last)
	run -0 make -s -C $last install
	is "$output" "Installed for Linux $(uname -r): modprobe password loads it; make -C $last uninstall removes it."
	modprobe password
	is "$(version)" "${last#part}"
	if [ "${last#part}" -ge 5 ]; then
		is "$(cd / && password.py)" 12
		gcc -fsyntax-only -x c - <<<$'#include <password.h>\nint get = PASSWORD_GET_LENGTH;'
		cmp packaging/password.4 /usr/local/share/man/man4/password.4
	fi
	if [ "${last#part}" -ge 6 ]; then
		mkdir -p /etc/sysctl.d # a copy there takes the place of the one installed
		sed 's/= 12/= 20/' /usr/local/lib/sysctl.d/password.conf >/etc/sysctl.d/password.conf
		sysctl --system >/dev/null
		rm /etc/sysctl.d/password.conf
		is "$(password.py)" 20
	fi
	rmmod password
	# What fails takes nothing away.
	installed >"$BATS_TEST_TMPDIR/now"
	run -2 make -s -C $last install DKMS=1
	is "${lines[0]}"$'\n'"${lines[1]}" $'There is no dkms here. Install it:\n  apt install dkms'
	diff "$BATS_TEST_TMPDIR/now" <(installed)
	run -0 make -s -C part1 uninstall
	is "$output" ''
	mkdir -p /etc/modules-load.d
	echo password >/etc/modules-load.d/password.conf
	run -0 make -s -C part1 uninstall
	rm /etc/modules-load.d/password.conf
	has "$output" $'/etc/modules-load.d/password.conf still asks for the module at each boot. It is yours; to remove it:\n  rm /etc/'
	diff <(echo "$before") <(installed)
	is "$(ls -A $last)" "$files"
}

@test "sign: without a key the commands that make one; with one the kernel knows whose it is" {
	command -v gcc openssl >/dev/null || skip "another architecture's VM has no compiler and no openssl"
	run -2 make -s -C part1 sign
	has "$output" 'mokutil --import /var/lib/shim-signed/mok/MOK.der'
	eval "$(grep -E '^  (mkdir|openssl) ' <<<"$output")"
	for _ in 1 2; do # the second signature takes the place of the first
		run -0 make -s -C part1 sign
		is "$output" 'password.ko is signed by My own modules'
	done
	# Module, signature, 12 bytes that end in its length, and a line that says so.
	cd "$BATS_TEST_TMPDIR"
	head -c -40 "$top/part1/password.ko" >both
	size=$((16#$(tail -c 32 "$top/part1/password.ko" | head -c 4 | od -An -tx1 | tr -d ' ')))
	head -c -$size both >module
	tail -c $size both >signature
	run -1 grep -q 'Module signature appended' module
	openssl x509 -inform DER -in /var/lib/shim-signed/mok/MOK.der -out cert
	openssl cms -verify -binary -noverify -inform DER -in signature -content module -certfile cert -out /dev/null
	insmod "$top/part1/password.ko"
	objcopy "$top/part1/password.ko" # the next tests want it unsigned
}

@test "sign without sudo: one's own key is found, and root's is root's" {
	command -v gcc openssl >/dev/null || skip "another architecture's VM has no compiler and no openssl"
	cp -a part1 common.mk tools vm "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	chmod 755 . .. ../..
	chown -R 65534 part1
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=Nobody/ -keyout key -outform DER -out cert 2>/dev/null
	as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
	chmod 644 key
	run -0 as_nobody make -s -C part1 sign KEY="$PWD/key" CERT="$PWD/cert"
	is "$output" 'password.ko is signed by Nobody'
	chmod 600 key
	run -2 as_nobody make -s -C part1 sign KEY="$PWD/key" CERT="$PWD/cert"
	matches "${lines[0]}" '^This needs root, and there is no sudo here'
	run -2 as_nobody make -s -C part1 sign KEY="$PWD/no-key" CERT="$PWD/cert"
	is "${lines[0]}" "There is no $PWD/no-key (KEY=FILE CERT=FILE: another key and its certificate)."
	[[ $output != *'command not found'* ]]
}

@test "clean leaves what the repository has" {
	cp -a $last common.mk tools vm "$BATS_TEST_TMPDIR"
	make -s -C "$BATS_TEST_TMPDIR/$last" clean
	is "$(ls -A "$BATS_TEST_TMPDIR/$last")" \
	   "$(cd $last && ls -d Kbuild Makefile README.md demo password.c password.h password.py 2>/dev/null)"
}

@test "help names every target" {
	help=$(make -s -C part1 help)
	for target in $(sed -n 's/^\.PHONY: FORCE //p' common.mk); do
		[ "$target" = modules ] || [ "$target" = help ] || matches "$help" $'\n'"  $target "
	done
}

@test "the tests refuse to load anything outside of a VM" {
	mv /run/throwaway-vm /run/hidden
	run bats tests/part1.bats
	mv /run/hidden /run/throwaway-vm
	[ "$status" = 1 ]
	matches "$output" 'this is no throwaway VM: use make -C part1 test'
	[ ! -e /sys/module/password ]
}

@test "doctor in this VM: its kernel, its headers and its compiler are fit" {
	command -v gcc openssl >/dev/null || skip "another architecture's VM has no compiler and no openssl"
	echo 1 >/proc/sys/kernel/dmesg_restrict
	run -0 setpriv --reuid=65534 --regid=65534 --clear-groups make -s doctor
	echo 0 >/proc/sys/kernel/dmesg_restrict
	is "$output" "\
This is a throwaway VM.

For your own kernel, Linux $(uname -r) (make -C part1 load):
ok  reboot      is not due
ok  headers     /lib/modules/$(uname -r)/build
ok  release     is that of the headers
ok  compiler    gcc-12
ok  signatures  are not asked for
--  dmesg       dmesg is for root alone (kernel.dmesg_restrict=1); make load and make log ask by sudo. For all, until the next boot:
                  as root: sysctl kernel.dmesg_restrict=0
--  root        This needs root, and there is no sudo here: become root (su -), or ask whoever administrates this machine."
}

# The last three: there is no way back.
refused() { # WHY
	run -2 make -s -C part1 load
	has "$output" "This kernel takes only modules that are signed by a key that it trusts: $1."
	has "$output" '  make -C part1 sign load'
	has "$output" 'make -C part1 vm'
	[ ! -e /sys/module/password ]
	run -0 make -s doctor
	has "$output" "--  signatures  This kernel takes only modules that are signed by a key that it trusts: $1."
	has "$output" 'mokutil --import'
}

@test "a module that is refused for no reason that can be seen: what it may be" {
	printf '#!/bin/sh\necho "insmod: ERROR: could not insert module password.ko: $ERROR" >&2\nexit 1\n' >"$BATS_TEST_TMPDIR/insmod"
	chmod +x "$BATS_TEST_TMPDIR/insmod"
	for error in 'Key was rejected by service' 'Operation not permitted'; do
		ERROR=$error PATH=$BATS_TEST_TMPDIR:$PATH run -2 make -s -C part1 load
		has "$output" "$error"
		has "$output" 'may want them signed (make -C part1 sign load), or this is a container'
		has "$output" 'make -C part1 vm'
	done
}

@test "a kernel that takes only signed modules: why, and what to do" {
	echo 1 >/sys/module/module/parameters/sig_enforce
	refused 'module.sig_enforce is on'
	command -v gcc openssl >/dev/null || skip "another architecture's VM has no compiler and no openssl"
	run -0 make -s -C part1 install
	has "$output" $'\nBut modprobe will refuse it as it is:\nThis kernel takes only modules that are signed'
	has "$output" '  make -C part1 sign install'
	run -1 modprobe password
	key=$BATS_TEST_TMPDIR/key
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=Nobody/ -keyout "$key" -outform DER -out "$key.der" 2>/dev/null
	run -0 make -s -C part1 sign install KEY="$key" CERT="$key.der"
	[[ $output != *'will refuse'* ]]
	run -2 make -s -C part1 load KEY="$key" CERT="$key.der"
	has "$output" $'\npassword.ko is signed by Nobody, and this machine does not trust that key yet.'
	has "$output" "  mokutil --test-key $key.der"
	has "$output" "  mokutil --import $key.der"
	[[ $output != *'make -C part1 sign'* ]]
	make -s -C part1 uninstall
	objcopy part1/password.ko
}

@test "a kernel in lockdown: why, and what to do" {
	echo integrity >/sys/kernel/security/lockdown
	refused 'lockdown is integrity, module.sig_enforce is on'
}

@test "a kernel that takes no module any more: to reboot" {
	echo 1 >/proc/sys/kernel/modules_disabled
	run -2 make -s -C part1 load
	has "$output" $'(kernel.modules_disabled=1). Reboot:\n  reboot'
}
