# SPDX-License-Identifier: GPL-2.0-only
# run: host
# when: named
# needs: git=git
# The steps as a line of commits (see steps), and what may differ between two of
# them (see purity). Runs on the host, in clones; loads nothing.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}
last=$(git -C "$top" ls-tree -d --name-only HEAD 2>/dev/null | sed -n 's/^part//p' | tail -n 1)

# One clone with tags for all tests that only read it. What makes commits differ
# elsewhere must not matter: who and where one is, and how git is set up.
setup_file() {
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@a
	unset GIT_DIR GIT_INDEX_FILE
	export reason=''
	if ! git -C "$top" rev-parse -q --verify HEAD >/dev/null; then
		reason="no git repository here"
	# Who follows the steps writes parts of their own, at a tag or on a branch from it.
	elif git -C "$top" merge-base --is-ancestor step1 HEAD 2>/dev/null &&
	     ! { [ "$(git -C "$top" rev-parse HEAD)" = "$(git -C "$top" rev-parse "step$last")" ] &&
		 [ -z "$(git -C "$top" status --porcelain -- 'part*' tests)" ]; }; then
		reason="the parts here are your own: make -C partN test tests one"
	fi
	[ -z "$reason" ] || return 0
	git clone -q --no-tags "$top" "$BATS_FILE_TMPDIR/clone"
	"$BATS_FILE_TMPDIR/clone/tools/steps"
}

setup() {
	[ -z "$reason" ] || skip "$reason"
	cd "$BATS_FILE_TMPDIR/clone"
}

tags() { git -C "$1" for-each-ref --format='%(refname) %(objectname)' refs/tags; }

another_clone() {
	git clone -q --no-tags "$top" "$BATS_TEST_TMPDIR/clone"
	cd "$BATS_TEST_TMPDIR/clone"
	# With a history of its own, also when the tests run at a step.
	git checkout -q --orphan all-that-is-here
	git commit -qm 'all that is here'
}

@test "the differences between the parts are the lesson" {
	"$BATS_TEST_DIRNAME/purity" "$top"
}

@test "the tests of each part ask the promises of all before it again" {
	for ((n = 2; n <= last; n++)); do
		is "$n: $(sed -n 's/^\tkeeps_the_promises_of //p' "tests/part$n.bats" | paste -sd ' ')" "$n: $(seq -s ' ' $((n - 1)))"
	done
}

@test "a fix that is made in one part alone is found" {
	[ "$last" -ge 4 ] || skip "there is no part4 here"
	cp -a "$top"/part? "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	sed -i 's/write of %zu bytes refused/&!/' part4/password.c
	run -1 "$BATS_TEST_DIRNAME/purity" .
	matches "$output" 'password_write differs between part3 and part4, .* alike in: part3(, part[5-9])* \| part4'
	# In a function that the next step changes as well.
	sed -i 's/write of %zu bytes refused!/write of %zu bytes refused/; s/^\tfile->private_data = pw;/&\n\treturn 0;/' part4/password.c
	run -1 "$BATS_TEST_DIRNAME/purity" .
	matches "$output" 'step 4 adds 41 lines and removes 7, not 40 and 7'
}

@test "the tags here are what this commit gives" {
	cd "$top"
	run tools/steps --check
	if [ "$status" = 2 ]; then # none are here: so those of a clone
		cd "$BATS_FILE_TMPDIR/clone"
		run tools/steps --check
	fi
	[ "$status" != 3 ] || skip "$output"
	is "$status: $output" '0: '
}

@test "stale tags are found, and made anew" {
	another_clone
	tools/steps
	echo >>part1/password.c
	git commit -qam 'a newer part1'
	run -1 tools/steps --check
	matches "$output" 'not what make tags makes of this commit: step1 .*run make tags'
	tools/steps
	tools/steps --check
	is "$(git show step1:part1/password.c)" "$(<part1/password.c)"
}

@test "an equal tree gives equal commits, whoever makes them and wherever" {
	another_clone
	git config i18n.commitEncoding ISO-8859-1
	git config core.autocrlf true
	TZ=Asia/Tokyo GIT_COMMITTER_NAME=B EMAIL=b@b LC_ALL=C tools/steps
	is "$(tags .)" "$(tags "$BATS_FILE_TMPDIR/clone")"
}

@test "only tags are written, not the branch, the index, the work tree or what is not committed" {
	another_clone
	echo staged >>README.md
	git add README.md
	echo unstaged >>README.md
	rm part1/Kbuild
	echo new >new
	before=$(git rev-parse HEAD; git symbolic-ref HEAD; git status --porcelain=v2; sha1sum .git/index README.md; git stash list)
	run -0 tools/steps
	matches "$output" 'Changes that are not committed are not in them'
	is "$(git rev-parse HEAD; git symbolic-ref HEAD; git status --porcelain=v2; sha1sum .git/index README.md; git stash list)" "$before"
	is "$(tags .)" "$(tags "$BATS_FILE_TMPDIR/clone")"
}

@test "a tag of somebody else is not overwritten, and then none is" {
	another_clone
	git tag step1 HEAD
	run -1 tools/steps
	matches "$output" 'the tag step1 was not made here'
	is "$(git tag)" step1
	git tag -d step1
	git tag -a -m 'mine' module1 HEAD
	run -1 tools/steps
	matches "$output" 'the tag module1 was not made here'
	is "$(git tag)" module1
}

@test "on a branch that starts at a step the tags stay" {
	another_clone
	tools/steps
	before=$(tags .)
	git checkout -q -b from-a-step step1
	run -0 tools/steps --check
	tools/steps
	echo >>part1/password.c
	git commit -qam mine
	run -1 tools/steps
	matches "$output" 'HEAD is built on the tags themselves'
	run -3 tools/steps --check
	is "$(tags .)" "$before"
}

@test "commit N has the parts up to N with their tests, and tells what the step is about" {
	for ((n = 1; n <= last; n++)); do
		is "$(git ls-tree --name-only step$n | grep ^part)" "$(seq -f part%g $n)"
		is "$(git ls-tree --name-only step$n:tests | grep ^part)" "$(seq -f part%g.bats $n)"
		is "$(git rev-parse step$n:part$n)" "$(git rev-parse HEAD:part$n)"
		is "$(git log -1 --format=%s step$n)" "$(git show HEAD:part$n/README.md | sed -n '1s/^# Part /part/p')"
		matches "$(git log -1 --format=%s step$n)" "^part$n: "
		is "$(git rev-list --count step$n)" "$n"
		message=$(git log -1 --format=%b step$n)
		[ "${#message}" -gt 400 ]
		is "$(awk 'length > 75' <<<"$message")" ''
	done
}

@test "git show -C -C shows a step as a change to password.c" {
	for ((n = 2; n <= last; n++)); do
		alike=
		[ $n != 2 ] || alike=10% # it is three times as long as part 1's
		git show -C$alike -C$alike --format= --name-status step$n >"$BATS_TEST_TMPDIR/names"
		grep -qP "^C\d+\tpart$((n - 1))/password.c\tpart$n/password.c$" "$BATS_TEST_TMPDIR/names"
		run ! grep -vP "\t(part$n/[^/]*|tests/part$n.bats)$" "$BATS_TEST_TMPDIR/names"
	done
}

@test "the module grows at one path, and nothing but it changes" {
	for ((n = 2; n <= last; n++)); do
		is "$(git rev-parse module$n:password.c)" "$(git rev-parse HEAD:part$n/password.c)"
		is "$(git log --format=%s -1 module$n)" "$(git log --format=%s -1 step$n)"
		run ! grep -vE '^(M	password.c|A	password.(h|py))$' <<<"$(git diff --name-status module$((n - 1)) module$n)"
	done
	is "$(git log --format=%s module$last -- password.c | wc -l)" "$last"
}

@test "every step builds from its tag, and without warnings" {
	root=$("$top/vm/root")
	builds=()
	for ((n = 1; n <= last; n++)); do
		for tag in step$n module$n; do
			mkdir "$BATS_TEST_TMPDIR/$tag"
			git archive $tag | tar -C "$BATS_TEST_TMPDIR/$tag" -x
		done
		builds+=("step$n/part$n W=1 KCFLAGS=-Werror" "module$n W=1 KCFLAGS=-Werror")
	done
	"$top/vm/build" "$root" "$BATS_TEST_TMPDIR" "${builds[@]}"
	for ((n = 1; n <= last; n++)); do
		[ -e "$BATS_TEST_TMPDIR/step$n/part$n/password.ko" ]
		[ -e "$BATS_TEST_TMPDIR/module$n/password.ko" ]
	done
}

# Some minutes: make test-steps.
# bats test_tags=full
@test "at every step make test, test-tools and demo work" {
	PATH=${PATH//"$BATS_LIBEXEC:"/} # where bats is not what one calls
	for ((n = 1; n <= last; n++)); do
		git clone -q --branch step$n . "$BATS_TEST_TMPDIR/step$n"
		for target in test test-tools demo; do
			make -s --no-print-directory -C "$BATS_TEST_TMPDIR/step$n" $target >"$BATS_TEST_TMPDIR/log" 2>&1 || {
				cat "$BATS_TEST_TMPDIR/log"
				return 1
			}
			echo "# step$n, make $target: $(tail -n 1 "$BATS_TEST_TMPDIR/log")" >&3
		done
		is "$(git -C "$BATS_TEST_TMPDIR/step$n" status --porcelain)" ''
	done
}
