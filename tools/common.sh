#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# common.sh headers|load|unload|status|log|diff|check|install|uninstall|sign, in the
# directory of a part and with KDIR set: the recipes of common.mk that take more than a
# line.
# Exit status: 0, or 1 with a message that says what to do next.
set -euo pipefail
# shellcheck source=tools/environment
. "$(dirname "$0")/environment"
shopt -s extglob nullglob
PATH=$PATH:/usr/sbin:/sbin # where Debian's users do not look for modinfo
part=$(basename "$PWD")
top=$(cd "$(dirname "$0")/.." && pwd)
# What may be wrong with this machine, in the words of make doctor.
# shellcheck disable=SC2034 # for vm/trouble
a_part=$part in_vm="make -C $part vm"
# shellcheck source=vm/trouble
. "$top/vm/trouble"

say() { printf '%s\n' "$@" >&2; }
fail() { say "$@"; exit 1; }

need_root() {
	local why
	why=$(no_root)
	[ -z "$why" ] || fail "$why"
}

as_root() { if [ "$EUID" = 0 ]; then "$@"; else sudo "$@"; fi; }

loaded() { [ -e /sys/module/password ]; }

module_log() {
	local log
	log=$(as_root dmesg) || return 1
	grep -F 'password: ' <<<"$log" || true
}

# The processes that have /dev/password open, also after it was removed; not the
# children that only inherited it.
holders() {
	local pids pid
	pids=$(as_root find /proc/[0-9]*/fd -lname '/dev/password*' 2>/dev/null | cut -d/ -f3 | sort -un)
	for pid in $pids; do
		grep -qxF "$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)" <<<"$pids" ||
			ps -o pid=,user=,comm= -p "$pid" |
				sed -E 's/ *([^ ]*) +([^ ]*) +(.*)/  \3 (pid \1, user \2)/'
	done || true
}

headers() {
	local odd=$'[ \t\n()\'"&;$#,<>|`\\:%]' # kbuild was tried with all others
	[[ ! $KDIR =~ $odd ]] || fail "kbuild cannot use a KDIR with a '${BASH_REMATCH[0]}' in its path: $KDIR"
	[[ ! $PWD =~ $odd ]] || fail "kbuild cannot build in a directory with a '${BASH_REMATCH[0]}' in its path: $PWD" \
		"Move it, or work in a throwaway VM: make -C $part vm"
	local why
	why=$(no_headers)
	[ -n "$why" ] || why=$(no_compiler)
	[ -z "$why" ] || fail "$why"
}

# devtmpfs cannot make the node where something else has the name; the module does not
# know. Prints what it is and how to remove it, or nothing.
in_the_way() {
	local dev found
	dev=$(cat /sys/class/password/password/dev 2>/dev/null) || return 0
	found=$(stat -c '%F' /dev/password 2>/dev/null) || { echo "There is no /dev/password: was it removed? Load the module again."; return; }
	if [ "$found" != 'character special file' ] || [ "$(stat -c '%Hr:%Lr' /dev/password)" != "$dev" ]; then
		echo "/dev/password is not the device $dev but something else that has its name: $found." \
		     "Remove it, then load the module again: ${sudo}rm -r /dev/password"
	fi
}

unload() {
	loaded || return 0
	local error who
	need_root
	error=$(as_root rmmod password 2>&1) && return
	who=$(holders)
	[ -z "$who" ] || fail "password is in use: /dev/password is held open by" "$who" \
		"Close it there, then try again."
	fail "$error"
}

load() {
	local last options=() error why signer cert=${CERT-$mok/MOK.der}
	need_root
	last=$(module_log | tail -n 1) || true
	unload
	[ ! -e /proc/dynamic_debug/control ] || options=(dyndbg=+p)
	if ! error=$(as_root insmod password.ko "${options[@]}" 2>&1); then
		say "$error"
		case $error in
		*"Key was rejected"*|*"Required key"*|*"Operation not permitted"*)
			why=$(only_signed)
			signer=$(modinfo -F signer password.ko)
			# Unless a signature is not what matters: modules are switched off, or this is a container.
			[ -z "$signer" ] || [[ $error$why != *[Kk]ey* ]] ||
				fail "password.ko is signed by $signer, and this machine does not trust that key yet. What it says of it:" \
				     "  ${sudo}mokutil --test-key $cert" "$(how_to_trust "$cert")" "Then: make -C $part load" \
				     "Or work in a throwaway VM, which takes it as it is: make -C $part vm"
			fail "${why:-This kernel takes no module from you: it may want them signed (make -C $part sign load), or this is a container, which may not load any.
A throwaway VM takes it as it is: make -C $part vm}" ;;
		*"Invalid module format"*)
			why=$(headers_differ)
			fail "password.ko is built for $(modinfo -F vermagic password.ko | cut -d' ' -f1), this kernel is $(uname -r)." \
			     "${why:-Build it for this one: make -C $part clean load}" ;;
		*)
			fail "The kernel log may tell more: ${sudo}dmesg | tail" ;;
		esac
	fi
	error=$(in_the_way)
	if [ -n "$error" ]; then
		as_root rmmod password
		fail "$error"
	fi
	# What came after the line that was the last.
	module_log | LAST=$last awk '{ line[NR] = $0 } $0 == ENVIRON["LAST"] { from = NR }
		END { for (i = from + 1; i <= NR; i++) print line[i] }'
}

status() {
	loaded || { echo 'module  not loaded'; return; }
	local version script error
	version=$(cat /sys/module/password/version)
	echo "module  part$version, loaded"
	error=$(in_the_way)
	[ -z "$error" ] || fail "$error"
	[ -e /dev/password ] || return 0
	echo "device  /dev/password $(stat -c '%A %U %G' /dev/password), $(cat /sys/class/password/password/dev)"
	script=$top/part$version/password.py
	[ ! -e "$script" ] || echo "length  $(python3 "$script")"
}

# Without the README and the demo, which tell about the step. A copy, as part3-mine, is
# compared with what it is a copy of.
diff_step() {
	local n=${part#part} before status=0
	n=${n%%[!0-9]*}
	[ "$part" = "part$n" ] && before=part$((n - 1)) || before=part$n
	[ -d "../$before" ] || { echo "There is no $before here to compare $part with."; return; }
	(cd .. && diff --color=auto -ruNp -X .gitignore -x '*~' -x '.*.sw?' -x '.#*' -x README.md -x demo "$before" "$part") || status=$?
	[ $status != 0 ] || echo "$part is the same as $before, but for the README and the demo."
	[ $status -le 1 ]
}

# In a copy, so that every file is compiled anew and none is left behind.
check() {
	local copy sparse=() ignore checkpatch=${CHECKPATCH:-$KDIR/scripts/checkpatch.pl}
	copy=$(mktemp -d -p /tmp) # for kbuild, a path without odd characters
	# shellcheck disable=SC2064 # this directory, now
	trap "rm -rf '$copy'" EXIT
	cp Kbuild ./!(*.mod).[ch] "$copy"
	if grep -qs '"6\.19\.' "$KDIR/include/generated/utsrelease.h"; then
		say "Not checked with sparse: it cannot follow the MODULE_INFO() of Linux 6.19."
	elif command -v sparse >/dev/null; then
		sparse=(C=2 CF=-Wsparse-error)
	else
		say "No sparse here: not checked with it."
	fi
	if [ -e "$checkpatch" ]; then
		checkpatch=$(realpath "$checkpatch")
		# Newer ones ask for kmalloc_obj() and for a const ctl_table: not in Linux 6.1.
		ignore=LINUX_VERSION_CODE,CONSTANT_COMPARISON,ALLOC_WITH_SIZEOF
		! grep -qsx ctl_table "${checkpatch%/*}/const_structs.checkpatch" || ignore+=,CONST_STRUCT
		(cd "$copy" && perl "$checkpatch" --no-tree --strict --terse \
			--ignore "$ignore" --file ./*.[ch])
	else
		say "No checkpatch.pl here: not checked with it (CHECKPATCH=FILE names one)."
	fi
	make -s -C "$KDIR" M="$copy" W=1 KCFLAGS=-Werror "${sparse[@]}" modules
}

# Whatever was installed before, of any part and for any kernel.
uninstall() {
	need_root
	local file release
	for file in /var/lib/dkms/password/[0-9]*; do
		as_root dkms remove "password/${file##*/}" --all
	done
	for file in /lib/modules/*/{extra,updates}/password.ko*; do
		release=${file#/lib/modules/} release=${release%%/*}
		as_root rm -f "$file"
		as_root rmdir --ignore-fail-on-non-empty "${file%/*}"
		as_root depmod "$release"
	done
	as_root rm -rf /usr/src/password-[0-9]* /usr/local/{bin/password.py,include/password.h} \
		/usr/local/share/man/man4/password.4 /usr/local/lib/sysctl.d/password.conf
	for file in /usr/local/share/man/man4 /usr/local/lib/sysctl.d; do
		[ ! -d "$file" ] || as_root rmdir --ignore-fail-on-non-empty "$file"
	done
}

put() { as_root install -D -m "$1" "$2" "$3/${4-${2##*/}}"; } # MODE FILE DIRECTORY [NAME]

install_module() { # RELEASE
	# Not signed by a key of the kernel's makers, which nobody else has. depmod is left out
	# by kbuild where there is no System.map, as in most packages of headers.
	as_root make -s -C "$KDIR" M="$PWD" CONFIG_MODULE_SIG_ALL= modules_install 2>&1 |
		{ grep -v 'System.map' >&2 || true; }
	as_root depmod "$1"
}

install_dkms() { # RELEASE VERSION
	local source=/usr/src/password-$2 file
	for file in Kbuild ./!(*.mod).[ch]; do
		put 644 "$file" "$source"
	done
	sed "s/#MODULE_VERSION#/$2/" "$top/packaging/dkms.conf" | put 644 /dev/stdin "$source" dkms.conf
	as_root dkms install -k "$1" "password/$2"
}

install_all() {
	local release version why=''
	[ -z "${DKMS-}" ] || command -v dkms >/dev/null ||
		fail "There is no dkms here. Install it:" "$(install_line dkms dkms dkms dkms)"
	release=$(modinfo -F vermagic password.ko | cut -d' ' -f1)
	version=$(modinfo -F version password.ko)
	uninstall
	if [ -n "${DKMS-}" ]; then
		install_dkms "$release" "$version"
	else
		install_module "$release"
		[ -n "$(modinfo -F signer password.ko)" ] || why=$(only_signed)
	fi
	if [ -e password.py ]; then
		put 755 password.py /usr/local/bin
		put 644 password.h /usr/local/include
		put 644 "$top/packaging/password.4" /usr/local/share/man/man4
	fi
	! grep -q register_sysctl password.c ||
		put 644 "$top/packaging/sysctl.conf" /usr/local/lib/sysctl.d password.conf
	echo "Installed for Linux $release: ${sudo}modprobe password loads it; make -C $part uninstall removes it."
	[ -z "$why" ] || say "But modprobe will refuse it as it is:" "${why/sign load/sign install}"
}

# With your own key, which the machine's firmware then has to know.
sign() {
	local key cert file tool=$KDIR/scripts/sign-file
	key=${KEY-$mok/MOK.priv} cert=${CERT-$mok/MOK.der}
	[ -x "$tool" ] || fail "There is no scripts/sign-file in $KDIR: that kernel was built without signatures."
	for file in "$key" "$cert"; do
		[ -e "$file" ] || { [ -z "$(no_root)" ] && as_root test -e "$file"; } ||
			fail "There is no $file (KEY=FILE CERT=FILE: another key and its certificate)." "$(how_to_sign)"
	done
	# Without a signature that it has already.
	! tail -c 28 password.ko | grep -q 'Module signature appended' || objcopy password.ko
	if [ -r "$key" ] && [ -r "$cert" ]; then
		"$tool" sha256 "$key" "$cert" password.ko
	else
		need_root
		as_root "$tool" sha256 "$key" "$cert" password.ko
		as_root chown "$(id -u):$(id -g)" password.ko
	fi
	echo "password.ko is signed by $(modinfo -F signer password.ko)"
}

case ${1-} in
headers|load|unload|status|check|sign) "$1" ;;
install) install_all ;;
uninstall)
	uninstall
	[ ! -e /etc/modules-load.d/password.conf ] ||
		say "/etc/modules-load.d/password.conf still asks for the module at each boot. It is yours; to remove it:" \
		    "  ${sudo}rm /etc/modules-load.d/password.conf"
	;;
log)
	need_root
	lines=$(module_log)
	echo "${lines:-The kernel log has nothing of the module.}"
	;;
diff) diff_step ;;
*) fail "usage: make -C partN help" ;;
esac
