# SPDX-License-Identifier: GPL-2.0-only
#
# What tests share that type at a terminal, which script(1) makes.

# Waits until a file has a line.
until_in() { # FILE PATTERN
	for ((i = 0; i < 120; i++)); do
		! grep -q "$2" "$1" 2>/dev/null || return 0
		sleep 0.5
	done
	echo "no '$2' in $1 for a minute; its end:" >&2
	tail -c 2000 "$1" | cat -v >&2
	return 1
}
