# SPDX-License-Identifier: GPL-2.0-only
# run: host
# The labs: each bug can be planted, is found in the words that its page has, can be taken
# out again, and then is found no more. That of kcsan is skipped as long as that kernel,
# which takes minutes, is not made.
bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/*}

setup() {
	cd "$top"
	cp -r . "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	rm -rf .git # whatever has changed in there
}

has() { [[ $output == *"$1"* ]] || { printf -- '--- expected\n%s\n--- got\n%s\n' "$1" "$output"; return 1; }; }

a_lab() { # NAME
	local part kernel words
	part=$(sed -n '3 s/Part \([0-9]\).*/\1/p' "labs/$1/README.md")
	kernel=$(sed -n '3 s/.* kernel \([^:]*\):.*/\1/p' "labs/$1/README.md")
	[ "$kernel" != kcsan ] || vm/root --list | grep -q "^kcsan .* cached " ||
		skip "the kernel kcsan is not made; vm/root kcsan makes it"
	words=$(tr '\n' ' ' <"labs/$1/README.md" | grep -o 'still broken: [^"]*')
	cp "part$part/password.c" before.c
	run -0 make -s lab LAB="$1"
	has "$(head -n 1 "labs/$1/README.md")"
	run -2 make -s try LAB="$1"
	has "$words"
	run -0 make -s lab LAB="$1" UNDO=1
	cmp before.c "part$part/password.c"
	run -0 make -s try LAB="$1"
	has mended
}

@test "abba" { a_lab abba; }
@test "atomic" { a_lab atomic; }
@test "bias" { a_lab bias; }
@test "endless" { a_lab endless; }
@test "forgotten" { a_lab forgotten; }
@test "init-only" { a_lab init-only; }
@test "last" { a_lab last; }
@test "leftover" { a_lab leftover; }
@test "overread" { a_lab overread; }
@test "owner" { a_lab owner; }
@test "plain-int" { a_lab plain-int; }
@test "pointer" { a_lab pointer; }
@test "secret" { a_lab secret; }
@test "stale-memory" { a_lab stale-memory; }
@test "sysctl" { a_lab sysctl; }
@test "unbounded" { a_lab unbounded; }
@test "unchecked" { a_lab unchecked; }
@test "zero" { a_lab zero; }

@test "each lab has its test here" {
	for lab in labs/*/; do
		grep -q "a_lab $(basename "$lab");" "$BATS_TEST_FILENAME" || { echo "no test for $lab"; return 1; }
	done
}

@test "the list has a part, minutes and a kernel for each" {
	run -0 make -s labs
	[ "$(grep -cE '^[a-z-]+ +[1-6] +[0-9]+ +(6\.1|debug|kcsan) +.+' <<<"$output")" = "$(ls -d labs/*/ | wc -l)" ]
}

@test "changes of one's own are not lost" {
	sed -i 's/Hello, world!/Hello, moon!!/' part3/password.c
	sed -i '/owner		= THIS/d' part3/password.c
	cp part3/password.c before.c
	run -2 make -s lab LAB=owner
	has 'git stash'
	cmp before.c part3/password.c
	run -2 make -s lab LAB=owner UNDO=1
	has 'git checkout part3'
	cmp before.c part3/password.c
	run -2 make -s try LAB=nothing
	has "There is no lab 'nothing'"
}
