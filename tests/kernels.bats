# SPDX-License-Identifier: GPL-2.0-only
# The README's table of kernels, which make test KERNEL=all and make readme made.
bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/*}

# Of the table in the README, without its head.
table() { sed '1,/<!-- works on/d; /<!-- end -->/,$d; /^| kernel /d; /^|-/d' "$top/README.md"; }

same() { # GOT EXPECTED
	[ "$1" = "$2" ] || { printf -- '--- expected\n%s\n--- got\n%s\n' "$2" "$1"; return 1; }
}

@test "the README's table has the kernels of vm/kernels" {
	same "$(table | awk '{ print $2 }')" "$(awk '!/^#/ { print $1 }' "$top/vm/kernels")"
}

@test "and says that on each all parts passed, with no more left out than the README explains" {
	run ! grep -vE '^\| [^ ]+ +\| [^ ]+ +\|( [1-9][0-9]*( \([0-9] skipped\))? +\|){6}$' <(table)
}
