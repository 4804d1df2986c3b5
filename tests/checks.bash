# SPDX-License-Identifier: GPL-2.0-only
#
# What all tests share: a check that fails shows what was expected, and of what it got as
# much as one can read.

shown() { # TITLE TEXT
	echo "--- $1"
	head -n 20 <<<"${2:0:4000}" | cut -c1-200
	[ "${#2}" -le 4000 ] || echo "... ${#2} characters in all"
}

is() { # GOT EXPECTED
	[ "$1" = "$2" ] || { shown expected "$2"; shown got "$1"; return 1; }
}

has() { # GOT TEXT
	[[ $1 == *"$2"* ]] || { shown 'expected, in it' "$2"; shown got "$1"; return 1; }
}

matches() { # GOT PATTERN, an extended regular expression
	[[ $1 =~ $2 ]] || { shown 'expected, as a pattern' "$2"; shown got "$1"; return 1; }
}
