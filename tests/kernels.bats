# SPDX-License-Identifier: GPL-2.0-only
# The table of kernels in tests/README.md, which make test KERNEL=all and make readme made.
bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/*}

# The rows of the table, without its head.
table() { sed '1,/<!-- works on/d; /<!-- end -->/,$d; /^| kernel /d; /^|-/d' "$top/tests/README.md"; }

same() { # GOT EXPECTED
	[ "$1" = "$2" ] || { printf -- '--- expected\n%s\n--- got\n%s\n' "$2" "$1"; return 1; }
}

@test "the table has the kernels of vm/kernels" {
	same "$(table | awk '{ print $2 }')" "$(awk '!/^#/ { print $1 }' "$top/vm/kernels")"
}

@test "and says that on each all parts passed, with no more left out than is explained there" {
	run ! grep -vE '^\| [^ ]+ +\| [^ ]+ +\|( passed(, [0-9] skipped)? +\|){6}$' <(table)
}
