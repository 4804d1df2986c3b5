# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests of earlier parts with this part's module, in the process of one test: a
# bats for each would take as long again to start as the tests take. So of partN.bats a
# script is made, line by line, in which a test is a function named for its line:
#
#	@test "reading 0 bytes gives 0" {       becomes        promise_87() {
#
# and that is called, with setup and teardown, in a shell of its own. What fails is told
# with the line of partN.bats; the others are asked all the same, until the kernel is
# broken.
#
# Left out are the tests with tags: "replaced", of what a later part changes on purpose,
# "once", which take long and tell nothing new, and "apart", which are such tests again.

# From tests: the lines are those of the .bats, so are their numbers.
# shellcheck disable=SC2154 # helpers.bash sets tests and top
promises_as_functions() { # FILE.bats
	awk '/^load / { print ""; next }
		/^# bats test_tags=/ { out = 1 }
		/^@test / {
			title = $0
			sub(/^@test "/, "", title); sub(/" \{$/, "", title)
			if (!out) list = list "\"" NR ":" title "\" "
			out = 0
			print "promise_" NR "() {"
			next
		}
		{ print }
		END { print "promises=(" list ")" }' "$1"
}

# Called by the trap on ERR: where in the test it was.
tell_line() { # SCRIPT FILE LINE
	local i line=$3
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[ "${BASH_SOURCE[i]}" != "$1" ] || break
		line=${BASH_LINENO[i]}
	done
	echo "(in ${2#"$top"/}, line $line)"
}

keeps_the_promises_of() { # PART...
	local n promises title name status script broken=0
	for n; do
		promises=()
		script=$BATS_TEST_TMPDIR/part$n.bash
		promises_as_functions "$tests/part$n.bats" >"$script"
		# shellcheck disable=SC1090
		. "$script"
		for title in "${promises[@]}"; do
			[[ ${title#*:} =~ ${ONLY-} ]] || continue
			name=promise_${title%%:*} title="part $n's: ${title#*:}" status=0
			# shellcheck disable=SC2317 # the test may call it
			(
				trap - DEBUG
				set -eE
				skip() { echo "# not asked, $1: $title" >&3; exit 77; }
				trap 'tell_line "$script" "$tests/part$n.bats" $LINENO; trap - ERR' ERR
				setup
				"$name"
				trap - ERR
				STAY='' teardown
			) >"$BATS_TEST_TMPDIR/said" 2>&1 &
			wait $! || status=$?
			case $status in
			0) echo "# ok $title" >&3 ;;
			77) ;;
			*)
				broken=$((broken + 1))
				echo "not kept, $title"
				head -n 45 "$BATS_TEST_TMPDIR/said"
				stay "$title" "$BATS_TEST_TMPDIR/said"
				[ $broken -lt 8 ] || { echo "and the others were not asked"; return 1; }
				untainted || return 1
				;;
			esac
		done
	done
	[ $broken = 0 ]
}
