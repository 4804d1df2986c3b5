# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests of earlier parts with this part's module, in the process of one test: a
# bats for each would take as long again to start as the tests take. On the kernels after
# the first the parts' own are run so, too: see tests/inside. Of partN.bats a script is made,
# line by line, in which a test is a function named for its line:
#
#	@test "reading 0 bytes gives 0" {       becomes        promise_87() {
#
# and that is called, with setup and teardown, in a shell of its own. What fails is told
# with the line of partN.bats; the others are asked all the same, until the kernel is
# broken.
#
# Of an earlier part the tests with tags are left out: "replaced", of what a later part
# changes on purpose, "once", which take long and tell nothing new, and "apart", which are
# such tests again.

# Makes a SCRIPT of FILE, without the tests that have one of the TAGS, and reads it; the
# others are then in $promises, as LINE:TITLE. From tests: the lines are those of the .bats,
# so are their numbers.
# shellcheck disable=SC2154 # helpers.bash sets tests and top
read_tests() { # FILE TAGS SCRIPT
	promises=()
	awk -v tags="$2" '/^load / { print ""; next }
		/^# bats test_tags=/ { out = $0 ~ tags }
		/^@test / {
			title = $0
			sub(/^@test "/, "", title); sub(/" \{$/, "", title)
			if (!out) list = list "\"" NR ":" title "\" "
			out = 0
			print "promise_" NR "() {"
			next
		}
		{ print }
		END { print "promises=(" list ")" }' "$1" >"$3"
	# shellcheck disable=SC1090
	. "$3"
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

# Runs the test LINE of FILE. Sets $result: 0, 77 when it was skipped, or else; and $said,
# the name of a file with what it printed, or why it was skipped.
ask() { # SCRIPT FILE LINE:TITLE
	local script=$1 file=$2 title=${3#*:} name=promise_${3%%:*}
	result=0 said=$script.said
	# shellcheck disable=SC2317 # the test may call it
	(
		trap - DEBUG
		set -eE
		skip() { echo "$1"; exit 77; }
		trap 'tell_line "$script" "$file" $LINENO; trap - ERR' ERR
		setup
		"$name"
		trap - ERR
		STAY='' teardown
	) >"$said" 2>&1 &
	wait $! || result=$?
	[ "$result" != 0 ] || return 0
	[ "$result" = 77 ] || stay "$title" "$said"
	(STAY='' teardown) >>"$said" 2>&1 || result=1
}

keeps_the_promises_of() { # PART...
	local n promises title said result broken=0
	for n; do
		read_tests "$tests/part$n.bats" . "$BATS_TEST_TMPDIR/part$n.bash"
		for title in "${promises[@]}"; do
			[[ ${title#*:} =~ ${ONLY-} ]] || continue
			ask "$BATS_TEST_TMPDIR/part$n.bash" "$tests/part$n.bats" "$title"
			title="part $n's: ${title#*:}"
			case $result in
			0) echo "# ok $title" >&3 ;;
			77) echo "# not asked, $(tail -n 1 "$said"): $title" >&3 ;;
			*)
				broken=$((broken + 1))
				echo "not kept, $title"
				head -n 45 "$said"
				[ $broken -lt 8 ] || { echo "and the others were not asked"; return 1; }
				untainted || return 1
				;;
			esac
		done
	done
	[ $broken = 0 ]
}

# The parts' own tests in one process, told as bats and tests/inside do, but for an "own"
# that hides them from bats, which counts; stops when the kernel is broken.
asks_all_tests() { # PART...
	local result failed=0
	trap - DEBUG # bats' takes long
	for PART; do
		result=0
		asks_own_tests &
		wait $! || result=$?
		case $result in
		0) ;;
		3) break ;;
		*) failed=1 ;; # it could not ask
		esac
	done
	return $failed
}

asks_own_tests() {
	local number=0 promises title said result broken=''
	SECONDS=0
	# shellcheck disable=SC2034 # helpers.bash goes by it
	BATS_TEST_FILENAME=$BATS_TEST_DIRNAME/part$PART.bats BATS_TEST_TMPDIR+=/part$PART
	mkdir "$BATS_TEST_TMPDIR"
	load ../helpers
	echo "# part$PART" >&3
	read_tests "$tests/part$PART.bats" 'full|first' "$BATS_TEST_TMPDIR/own.bash"
	echo "own 1..${#promises[@]}" >&3
	as_bats_does setup_file
	[ "$result" = 0 ] || promises=()
	for title in "${promises[@]}"; do
		ask "$BATS_TEST_TMPDIR/own.bash" "$tests/part$PART.bats" "$title"
		tell "${title#*:}"
		[ -z "$broken" ] || break
	done
	[ -n "$broken" ] || as_bats_does teardown_file
	echo "# part$PART took $SECONDS s" >&3
	[ -z "$broken" ] || return 3
}

as_bats_does() { # setup_file|teardown_file; not in a condition, in which set -e has no effect
	result=0 said=$BATS_TEST_TMPDIR/said
	(set -e; "$1") >"$said" 2>&1 &
	wait $! || result=$?
	[ "$result" = 0 ] || tell "$1 failed"
}

# Of what was asked for: $result, and $said. Sets $broken.
tell() { # TITLE
	number=$((number + 1))
	case $result in
	0) echo "own ok $number $1" ;;
	77) echo "own ok $number $1 # skip $(tail -n 1 "$said")" ;;
	*)
		echo "own not ok $number $1"
		sed 's/^/# /' "$said"
		untainted >/dev/null || broken=1
		;;
	esac >&3
}
