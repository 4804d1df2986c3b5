# SPDX-License-Identifier: GPL-2.0-only
# run: host alone
# when: named
# needs: git=git
# The labs: each bug can be planted, is found in the words that its page has, can be taken
# out again, and then is found no more. That of kcsan is skipped as long as that kernel,
# which takes minutes, is not made. The exercises: each is not done at its start, in the
# words of its page, and is with its solution, which fails no test of the part but those
# that its page names.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}

setup() {
	cd "$top"
	cp -r . "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	rm -rf .git # whatever has changed in there
}

# Of what a lab printed: its own lines, and of the kernel's the kind of its complaint, for
# the rest differs each time. Without numbers, passwords and the letters of statistics.
shape() {
	sed -nE '/^\[/ { s/.*((BUG|WARNING): [A-Za-z]+).*/\1/p; d; }
		/^$|^ |^\$|\+0x|^\.\.\. |^[0-9]{7}( |$)|^\*$/d
		s/\b(0x|ffff)[0-9a-f]+/N/g; s/[A-Za-z0-9_-]{12,}/PASSWORD/g; s/[0-9]+/N/g; s/[A-Z][a-z]{2} +N/DATE/g; s/\b[A-Za-z_-] N/N N/g; p' |
		sort -u
}

# The transcript of a lab has these lines and no others.
as_recorded() { # LAB, with what it printed on standard input
	diff <(shape <"labs/$1/transcript") <(shape) || { echo "labs/lab record $1 makes the transcript anew"; return 1; }
}

a_lab() { # NAME
	local part kernel words
	part=$(sed -n '3 s/Part \([0-9]\).*/\1/p' "labs/$1/README.md")
	kernel=$(sed -n '3 s/.* kernel \([^:]*\):.*/\1/p' "labs/$1/README.md")
	[ "$kernel" != kcsan ] || vm/root --list | grep -q "^kcsan .* cached " ||
		skip "the kernel kcsan is not made; vm/root kcsan makes it"
	words=$(tr '\n' ' ' <"labs/$1/README.md" | grep -o 'still broken: [^"]*')
	cp "part$part/password.c" before.c
	run -0 make -s lab LAB="$1"
	has "$output" "$(head -n 1 "labs/$1/README.md")"
	run -2 --separate-stderr make -s try LAB="$1"
	has "$output" "$words"
	as_recorded "$1" <<<"$output"
	run -0 make -s lab LAB="$1" UNDO=1
	cmp before.c "part$part/password.c"
	run make -s try LAB="$1"
	has "$output" mended
	has "$output" "The bug of $1 is not in part$part"
	[ "$status" = 0 ]
}

# The titles that a run of tests told as failed, those of earlier parts too.
failed() {
	sed -nE 's/^([^ ]+: )?not ok [0-9]+ //p; s/^([^ ]+: )?# not kept, part [0-9]'"'"'s: //p' |
		grep -v '^keeps the promises' | sort -u
}

an_exercise() { # NAME
	local part words page said
	part=$(sed -n '3 s/Part \([0-9]\).*/\1/p' "labs/$1/README.md")
	page=$(tr '\n' ' ' <"labs/$1/README.md")
	words=$(grep -o 'not yet: [^"]*' <<<"$page")
	run -0 make -s lab LAB="$1"
	has "$output" "$(head -n 1 "labs/$1/README.md")"
	run -2 --separate-stderr make -s try LAB="$1"
	has "$output" "$words"
	said=$output
	git apply "labs/$1/solution.patch"
	run --separate-stderr make -s try LAB="$1"
	is "$status ${lines[-1]-}" '0 done' || { shown 'make try' "$output"$'\n'"$stderr"; return 1; }
	as_recorded "$1" <<<"$said"$'\n'"$output"
	[[ $page != *"cannot pass"* ]] || return 0 # nor for answers to questions
	run make -s -C "part$part" test
	has "$output" ' passed, '
	[ "$(failed <<<"$output")" = "$(grep -o '[^"]*"' <<<"${page#*How it is checked.}" | awk 'NR % 2 == 0' | tr -d '"' | sort)" ]
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

@test "alias" { an_exercise alias; }
@test "greeting" { an_exercise greeting; }
@test "mailbox" { an_exercise mailbox; }
@test "misc" { an_exercise misc; }
@test "notice" { an_exercise notice; }
@test "oops" {
	an_exercise oops
	sed -i 's/^line=.*/line=1/' labs/oops/answers
	run -2 make -s try LAB=oops
	has "$output" 'not yet: 3 of 4 answers are right'
}
@test "reset" { an_exercise reset; }
@test "second-minor" { an_exercise second-minor; }
@test "sixty-two" { an_exercise sixty-two; }
@test "statistics" { an_exercise statistics; }

@test "each lab and each exercise has its test here" {
	for lab in labs/*/; do
		grep -qE "(a_lab|an_exercise) $(basename "$lab")(;|\$)" "$BATS_TEST_FILENAME" || { echo "no test for $lab"; return 1; }
	done
}

# With W=1, sparse and, where it is found, checkpatch: in a copy of the part for each.
@test "the solutions build on the oldest and on the newest kernel, without a warning" {
	local name part builds=() kernel
	for name in labs/*/solution.patch; do
		part=$(sed -nE '1 s/^--- a\/(part.).*/\1/p' "$name")
		[ -n "$part" ] || continue # that of questions
		name=$(basename "${name%/*}")
		mkdir "copy-$name"
		cp -r "$part" "copy-$name"
		(cd "copy-$name" && git apply "../labs/$name/solution.patch")
		mv "copy-$name/$part" "part-$name"
		builds+=("part-$name check")
	done
	for kernel in '' "$(python3 tests/run --plan -k newest part1 | cut -d: -f1)"; do
		vm/build "$(vm/root ${kernel:+"$kernel"})" "$PWD" "${builds[@]}"
	done
}

@test "the list has a part, minutes and a kernel for each" {
	run -0 make -s labs
	[ "$(grep -cE '^[a-z-]+ +[1-9] +[0-9]+ +(6\.1|debug|kcsan) +.+' <<<"$output")" = "$(ls -d labs/*/ | wc -l)" ]
}

@test "changes of one's own are not lost" {
	sed -i 's/Hello, world!/Hello, moon!!/' part3/password.c
	sed -i '/owner		= THIS/d' part3/password.c
	cp part3/password.c before.c
	git init -q .
	run -2 make -s lab LAB=owner
	has "$output" 'git stash'
	cmp before.c part3/password.c
	run -2 make -s lab LAB=owner UNDO=1
	has "$output" 'git checkout part3'
	cmp before.c part3/password.c
	rm -rf .git # as in an archive
	run -2 make -s lab LAB=owner
	has "$output" 'a fresh copy of this repository'
	cmp before.c part3/password.c
	echo 'int x = ;' >>part3/password.c
	run -2 make -s try LAB=owner
	matches "$output" 'part3/password.c:[0-9]+:9: error: expected expression'
	has "$output" 'still broken: part3 does not build'
	cp "$top/part3/password.c" part3
	git apply labs/zero/start.patch
	run make -s try LAB=owner
	has "$output" 'But the bug of zero is in part3: make try LAB=zero'
	run -2 make -s try LAB=nothing
	has "$output" "There is no lab or exercise 'nothing'"
}
