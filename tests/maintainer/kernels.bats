# SPDX-License-Identifier: GPL-2.0-only
# run: host
# when: named
# The table of kernels in tests/README.md, which make test KERNEL=all and make readme made.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}

# The rows of the table, without its head.
table() { sed '1,/<!-- works on/d; /<!-- end -->/,$d; /^| kernel /d; /^|-/d' "$top/tests/README.md"; }

@test "the table has the kernels of vm/kernels" {
	echo 'A row that is missing is made by make test KERNEL=NAME, then make readme.'
	is "$(table | awk '{ print $2 }')" "$(awk '!/^#/ { print $1 }' "$top/vm/kernels")"
}

@test "and says that on each all parts passed, with no more left out than is explained there" {
	parts=("$top"/part?)
	run grep -vE "^\\| [^ ]+ +\\| [^ ]+ +\\|( passed(, [0-9] skipped)? +\\|){${#parts[@]},}\$" <(table)
	is "$output" ''
}

@test "the pages name the oldest and the newest of them" {
	numbers=$(table | awk '$2 ~ /^[0-9.]+$/ { print $2 }' | sort -V)
	is "$(grep -ohE '[0-9]\.[0-9]+ to [0-9]\.[0-9]+' "$top/README.md" "$top/slides/slides.md" | sort -u)" \
		"$(sed -n 1p <<<"$numbers") to $(tail -n 1 <<<"$numbers")"
}
