# SPDX-License-Identifier: GPL-2.0-only
# run: host alone
# when: named
# needs: git=git
# What there is for programs that are not in a VM: DKMS, man and clangd; and for a machine
# with no network. Runs on the host,
# and loads nothing there.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}
parts=("$top"/part?)
last=${parts[-1]##*/}
PATH=$PATH:/usr/sbin:/sbin

setup() {
	cd "$top"
	tmp=$BATS_TEST_TMPDIR
}

# In the Debian that vm/build builds in, at the host's speed, with Debian's dkms unpacked;
# what DKMS made is then loaded in a VM. The second kernel is the first by another name.
@test "DKMS builds and installs a part, builds it for a second kernel, and removes it" {
	bash tools/need apt-get=apt dpkg-deb=dpkg bwrap=bubblewrap
	[ -n "$(apt-cache madison dkms)" ] || skip "apt-get knows no package dkms; run apt-get update"
	root=$(vm/root)
	release=$(<"$root/release")
	second=6.1.0-999-${release##*-}
	(cd "$tmp" && apt-get -qq download dkms && dpkg-deb -x dkms_*.deb dkms)
	cp -r common.mk tools vm packaging part? "$tmp"
	make -s -C "$tmp/$last" clean
	mkdir "$tmp"/{state,local}
	cp -r "$root/root/usr/lib/modules" "$root/root/usr/src" "$tmp"
	cp -r "$tmp/src/linux-headers-$release" "$tmp/src/linux-headers-$second"
	sed -i "s/$release/$second/" "$tmp/src/linux-headers-$second"/{.kernelvariables,include/generated/utsrelease.h}
	mkdir "$tmp/modules/$second"
	ln -s "/usr/src/linux-headers-$second" "$tmp/modules/$second/build"
	in_debian() {
		bwrap --unshare-all --uid 0 --gid 0 --die-with-parent --clearenv --setenv KDIR "/lib/modules/$release/build" \
			--setenv PATH /repo/dkms/usr/sbin:/usr/sbin:/usr/bin --ro-bind "$root/root" / --ro-bind /proc /proc --dev /dev \
			--tmpfs /tmp --bind "$tmp" /repo --bind "$tmp/modules" /usr/lib/modules --bind "$tmp/src" /usr/src \
			--bind "$tmp/state" /var/lib --bind "$tmp/local" /usr/local --chdir /repo "$@"
	}

	run -0 in_debian make -s -C "$last" install DKMS=1
	matches "$output" "Installed for Linux $release: modprobe password"
	[ "${last#part}" -lt 5 ] || [ -x "$tmp/local/bin/password.py" ]
	in_debian dkms autoinstall -k "$second"
	is "$(in_debian dkms status)" "\
password/${last#part}, $release, $(uname -m): installed
password/${last#part}, $second, $(uname -m): installed"
	for kernel in "$release" "$second"; do
		run -0 in_debian modinfo -k "$kernel" -F vermagic password
		matches "$output" "^$kernel "
	done

	run -0 --separate-stderr vm/run -o "$tmp" "
		cp -r /out/modules/$release/updates /lib/modules/$release; depmod; modprobe password; cat /sys/module/password/version"
	is "$output" "${last#part}"

	run -0 in_debian make -s -C part1 uninstall
	is "$(in_debian dkms status)" ''
	is "$(cd "$tmp" && find modules state/dkms src local -path 'src/linux-*' -prune -o -name '*password*' -print)" ''
}

@test "the page is without errors, and has what the header has" {
	bash tools/need man=man-db
	is "$(MANWIDTH=80 man --warnings -l packaging/password.4 2>&1 >"$tmp/page")" ''
	[ -e part5/password.h ] || skip "there is no part5 here"
	for name in $(sed -nE 's/^#define (PASSWORD_[A-Z]*_LENGTH)\s.*/\1/p; s/^ \*   (E[A-Z]+) .*/\1/p' part5/password.h); do
		grep -q "$name" "$tmp/page"
	done
	for name in MIN MAX DEFAULT; do
		grep -qw "$(awk -v name="PASSWORD_LENGTH_$name" '$2 == name { print $3 }' part5/password.h)" "$tmp/page"
	done
}

# In a copy, for which there is no compile_commands.json yet.
@test "clangd finds no error in any part, and those that are there" {
	bash tools/need clangd=clangd clang-format=clang-format
	tar --exclude=./.git --exclude-vcs-ignores -cf - . | tar -C "$tmp" -xf -
	cd "$tmp"
	echo 'int x = y;' >>part1/password.c # also then it is made
	make -s compile_commands.json
	run clangd --check="$PWD/part1/password.c"
	matches "$output" "use of undeclared identifier 'y'"
	sed -i '$d' part1/password.c
	for file in part?/password.[ch] tests/*.c tests/fault/fault.c; do
		run clangd --check="$PWD/$file"
		is "$(grep -E '^E\[' <<<"$output")" ''
		matches "$output" 'All checks completed, 0 errors'
		[[ $file != part* ]] || matches "$output" "-I$(vm/root)/root/usr/src/linux-headers"
	done
	is "$(clang-format part1/password.c)" "$(<part1/password.c)"
}

# Its headers are no package's.
@test "clangd finds no error with a kernel that was built here" {
	[ -d "$(vm/root --where debug)" ] || skip "the kernel debug is not here, and takes minutes to build"
	bash tools/need clangd=clangd
	tar --exclude=./.git --exclude-vcs-ignores -cf - . | tar -C "$tmp" -xf -
	cd "$tmp"
	make -s compile_commands.json KERNEL=debug
	run clangd --check="$PWD/$last/password.c"
	is "$(grep -E '^E\[' <<<"$output")" ''
	matches "$output" "-I$(vm/root debug)/root/usr/lib/modules/[^ ]*-debug/build/include"
}

# From the file alone, in another home, with no network interface but a loopback that is down.
@test "the bundle has what demo, vm and a lab need, with no network" {
	git rev-parse -q --verify HEAD >/dev/null || skip "this is no git repository"
	git clone -q . "$tmp/here"
	echo changed >"$tmp/here/not-committed"
	bash "$tmp/here/vm/bundle" 6.1
	export HOME=$tmp/home MIRROR=http://127.0.0.1:9
	unset XDG_CACHE_HOME
	mkdir "$HOME"
	tar -C "$tmp" -xf "$tmp/here/password.tar.zst"
	rm -rf "$tmp/here"
	cd "$tmp/password"
	bash vm/bundle --unpack
	is "$(ls -A .cache)" ''
	is "$(<not-committed)" changed
	alone=(unshare -n)
	[ "$(id -u)" = 0 ] || alone=(unshare -rn)
	is "$("${alone[@]}" sh -c 'ls /sys/class/net >/dev/null; grep -c : /proc/net/dev')" 1
	run -0 "${alone[@]}" make -s doctor
	matches "$output" 'ok  network     is not needed any more'
	run -0 "${alone[@]}" make -s demo PART=1
	matches "$output" 'password: loaded'
	[[ $output != *'Booting a VM'* ]] # the saved one is of use here
	run -0 "${alone[@]}" vm/run -b "$last" "insmod $last/password.ko; cat /sys/module/password/version"
	matches "$output" "${last#part}"
	[ -d part2 ] || return 0
	make -s lab LAB=leftover >/dev/null
	run -2 "${alone[@]}" make -s try LAB=leftover
	matches "$output" 'still broken: '
	[[ $output != *'did not build'* ]]
}

@test "the files are as .editorconfig says" {
	cd "$top"
	git rev-parse -q --verify HEAD >/dev/null || skip "this is no git repository"
	run -1 git grep -nIE '[[:space:]]$' -- ':!*.patch' ':!*.md' ':!labs/*/transcript'
	run -1 git grep -nE '^ {8}' -- '*.c' '*.h' '*.sh' '*.bash' Makefile '*.mk'
	for file in $(git grep -lI '' -- . ':!*.patch'); do
		[ -z "$(tail -c 1 "$file")" ] || { echo "$file has no newline at its end"; return 1; }
	done
}
