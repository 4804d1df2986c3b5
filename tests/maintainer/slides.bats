# SPDX-License-Identifier: GPL-2.0-only
# run: host
# when: named
# needs: git=git pandoc=pandoc
# The slides: that all they show is there and fits, and what happens when it is not.
# Runs on the host. The tests tagged "full" need LaTeX, Chromium and a VM.
bats_require_minimum_version 1.5.0
load ../checks

top=${BATS_TEST_DIRNAME%/tests/*}

setup_file() {
	export reason='' last tex=''
	last=$(printf '%s\n' "$top"/part? | tail -n 1)
	last=${last##*/part}
	# Who follows the steps writes parts of their own; the slides are of these here.
	if git -C "$top" merge-base --is-ancestor step1 HEAD 2>/dev/null &&
	   ! { git -C "$top" diff --quiet "step$last" -- 'part*' &&
	       [ -z "$(git -C "$top" status --porcelain -- 'part*')" ]; }; then
		reason='the parts here are your own, and not those of the slides'
	fi
	command -v pdflatex >/dev/null || tex='TeX is not installed; make slides does it'
}

# In a copy, to break it.
setup() {
	[ -z "$reason" ] || skip "$reason"
	cd "$BATS_TEST_TMPDIR"
	mkdir vm
	cp -r "$top"/{common.mk,labs,README.md,slides,tools} "$top"/part? .
	cp "$top"/vm/{demo,progress,trouble} vm
	make -s -C slides clean
}

last_slide() { # CONTENT
	printf '\n## The last one\n\n%b\n\n::: {.notes minutes=0}\n- **Say** it.\n:::\n' "$1" >>slides/slides.md
}

# Only one more slide, so that LaTeX is quick.
only_slide() { # CONTENT
	printf -- '---\ntitle: T\n---\n\n::: {.notes minutes=1}\n- **Say** it.\n:::\n' >slides/slides.md
	last_slide "$1"
}

breaks() { # THE END OF THE MESSAGE
	run make -s -C slides "${2:-check}"
	[ "$status" != 0 ]
	has "$output" "$1"
}

rows() { # N COLUMNS: C that long and that wide, as part1/rows.c
	local i line
	for ((i = 2; i <= $1; i++)); do echo 'int x;'; done >part1/rows.c
	printf -v line '%*s' $(($2 - 3)) ''
	echo "//${line// /x};" >>part1/rows.c
}

@test "all code, output and notes are there, and the minutes are the talk's" {
	run -0 make -s -C slides check
	is "$output" ''
	for part in part?; do
		grep -q "transcript=$part\\b" slides/slides.md || { echo "no slide has the transcript of $part"; return 1; }
		grep -q "^| \[${part#part}\]($part/README.md) |" README.md || { echo "README.md has no row for $part"; return 1; }
	done
}

# bats test_tags=full
@test "the decks of the earlier parts are made from what is there" {
	rm -rf part[2-9]
	run -0 make -s -C slides check
	is "$output" ''
	[ -z "$tex" ] || skip "$tex"
	run -0 make -s -C slides slides.pdf
	run -0 pdftotext slides/slides.pdf -
	has "$output" 'load and unload'
	run ! grep -q '^Part 2' <<<"$output"
}

@test "a function that is gone is told, with its slide" {
	last_slide '```{.c file=part1/password.c function="password_init no_such"}\n```'
	breaks 'slide "The last one": part1/password.c has no no_such'
}

@test "a file, a text and a hunk that are gone are told, too" {
	cp slides/slides.md kept
	last_slide '```{.c file=part1/gone.c}\n```'
	breaks 'slide "The last one": there is no part1/gone.c'
	cp kept slides/slides.md
	last_slide '```{.c file=part1/password.c from="no such text"}\n```'
	breaks 'slide "The last one": part1/password.c has nothing from "no such text"'
	[ "$last" -ge 2 ] || skip "there is no part2 here"
	cp kept slides/slides.md
	last_slide '```{.patch diff=part2/password.c hunk="no such text"}\n```'
	breaks 'slide "The last one": the change from part1/password.c to part2/password.c has no hunk with "no such text"'
}

@test "a transcript is stale when the code has changed, or vm/demo" {
	sed -i 's/^ \* The smallest module/ * The very smallest module/' part1/password.c # a comment
	run -0 make -s -C slides check
	sed -i 's/pr_info("loaded/pr_info("here/' part1/password.c
	breaks 'slide "What the module says of itself": transcripts/part1 is stale'
	cp "$top/part1/password.c" part1
	echo 'true another demo' >>vm/demo
	breaks 'slide "What the module says of itself": transcripts/part1 is stale'
}

@test "a command that was not recorded is told" {
	last_slide '```{.transcript transcript=part1}\nmake -s unload\nlsmod | grep password\n```'
	breaks 'slide "The last one": transcripts/part1 has no command "lsmod | grep password" after the one before'
	only_slide '```{.transcript transcript=labs/owner}\nmake try LAB=other\n```'
	breaks 'labs/owner/transcript has no command "make try LAB=other"'
	only_slide '```{.transcript transcript=labs/owner to="rmmod"}\nmake try LAB=owner\n```'
	make -s -C slides slides.tex
	grep -F '$ make try LAB=owner' slides/slides.tex # by whoever has the laptop
}

@test "a transcript may differ in passwords, times and the machine's numbers alone" {
	sed '/^made from /d' slides/transcripts/part? >demo
	cp demo same
	sed -i -E 's/^\[ *[0-9.]+\]/[  999.123456]/; s/6\.1\.0-[0-9]+-amd64/6.1.0-99-amd64/g
		s/root root [0-9]+, 0 [A-Z].. [0-9]+ [0-9:]+/root root 511, 0 Jan  1 00:00/
		s/^[0-9]+ password$/511 password/; /^[A-Za-z0-9_-]{12}$/ y/abcdefgh/ABCDEFGH/' same
	run ! cmp -s demo same
	run -0 slides/record --check same
	for change in 's/password: loaded/password: here/' 's/^license: .*/license: none/' '/^. lsmod/d'; do
		sed "$change" demo >other
		run -1 slides/record --check other
		has "$output" 'slides/transcripts/part1 is stale; it is on the slides:'
		has "$output" '  Demo: unload it'
	done
	[ "$last" -ge 4 ] || skip "there is no part4 here"
	sed -E '0,/^[A-Za-z0-9_-]{12}$/ s/^[A-Za-z0-9_-]{12}$/&x/' demo >other # a longer password
	run -1 slides/record --check other
	has "$output" 'slides/transcripts/part4 is stale'
}

@test "a slide without notes or without minutes is told" {
	cp slides/slides.md kept
	printf '\n## The last one\n\nNothing is said.\n' >>slides/slides.md
	breaks 'slide "The last one": it has no notes'
	cp kept slides/slides.md
	printf '\n## The last one\n\n::: notes\n- Say\n:::\n' >>slides/slides.md
	breaks 'slide "The last one": its notes have no minutes='
	cp kept slides/slides.md
	printf '\n## The last one\n\n::: {.notes minutes=0}\n:::\n' >>slides/slides.md
	breaks 'slide "The last one": its notes are empty'
	cp kept slides/slides.md
	printf '\n## The last one\n\n::: {.notes minutes=0}\n```\ncode\n```\n:::\n' >>slides/slides.md
	breaks 'slide "The last one": a block of code in the notes'
}

@test "the slides leave an eighth of the talk for questions; a shorter talk has fewer slides" {
	[ "$last" -ge 6 ] || skip "not all parts are here"
	sed -i 's/^minutes: .*/minutes: 30/' slides/metadata.yaml
	make -s -C slides slides.tex
	run -0 grep -c '^\\begin{frame}.*{Demo: load it}' slides/slides.tex
	run ! grep -q '^\\section{Getting started}' slides/slides.tex
	run ! grep -q '{Exercise 1}' slides/slides.tex
	sed -i 's/^minutes: .*/minutes: 25/' slides/metadata.yaml
	breaks 'the slides take 26 minutes; of a talk of 25 (metadata.yaml) they may take 21.875'
	has "$output" 'with from=26 in the notes'
}

@test "what metadata.yaml must have is told" {
	local key
	for key in title author lang minutes about; do
		cp "$top/slides/metadata.yaml" slides
		sed -i "/^$key:/,/^[^ ]/ { /^$key:/d; /^ /d }" slides/metadata.yaml
		breaks "metadata.yaml: there is no \"$key\""
	done
	for key in subtitle institute date repository; do
		cp "$top/slides/metadata.yaml" slides
		sed -i "/^$key:/d" slides/metadata.yaml
		run -0 make -s -C slides check
	done
	sed -i 's/^minutes: .*/minutes: an hour/' slides/metadata.yaml
	breaks 'metadata.yaml: "minutes" is no number: an hour'
}

@test "to give the talk as yours, metadata.yaml is all there is to change" {
	run ! grep -niE 'tonight|today|this evening|meetup|meffie|sine nomine|canton|2023' slides/slides.md
	local line n=0
	while read -r line; do
		run ! grep -nF "$line" slides/slides.md
		n=$((n + 1))
	done < <(sed -nE 's/^(subtitle|author|institute|date|repository): //p' slides/metadata.yaml)
	[ "$n" = 5 ]
}

@test "the slides are in the language of metadata.yaml, as far as they are translated" {
	run ! grep -q 'Was ist ein Kernel' slides/slides.md
	sed -i 's/^lang: .*/lang: de-AT/' slides/metadata.yaml
	make -s -C slides slides.tex
	run -0 grep -F '{Was ist ein Kernel?}' slides/slides.tex
	run -0 grep -F '{What is a kernel module?}' slides/slides.tex
	run ! grep -F 'babel' slides/slides.tex # which has no German in Debian's small TeX
	sed -i 's/^msgid "What is a kernel?"/#, fuzzy\n&/' slides/po/de.po
	make -s -C slides slides.tex
	run ! grep -F '{Was ist ein Kernel?}' slides/slides.tex
	command -v msgmerge >/dev/null || skip "gettext is not installed; make -C slides po does it"
	make -s -C slides po
	run -0 msgfmt --statistics -o /dev/null slides/po/de.po
	has "$output" '9 translated messages, 1 fuzzy translation'
	[ ! -e slides/.pot ]
}

@test "a letter that no font has is told before TeX starts" {
	local name
	for name in Юрий 'Nguyễn' 王; do
		sed -i "s/^author: .*/author: $name/" slides/metadata.yaml
		breaks 'metadata.yaml, author: "'
		has "$output" 'is in no font of the PDFs: write it in Latin letters'
	done
	[ -z "$tex" ] || skip "$tex"
	run -0 make -s -C slides slides.html
	sed -i "s/^author: .*/author: Łucja Ğüñțer Žižka/" slides/metadata.yaml
	run -0 make -s -C slides check
	make -s -C slides slides.pdf
}

@test "in a built tree, too, what is gone is told with its slide" {
	make -s -C slides slides.tex
	mv slides/transcripts/part1 kept
	breaks 'slide "What the module says of itself": there is no slides/transcripts/part1' slides.tex
	mv kept slides/transcripts/part1
	mv slides/pictures/path.tex kept
	breaks 'slide "From a program to the module": there is no slides/pictures/path.tex'
	[ -n "$tex" ] || breaks 'slide "From a program to the module": there is no slides/pictures/path.tex' slides.pdf
	mv kept slides/pictures/path.tex
	mv part1/Kbuild kept
	breaks 'slide "Kbuild makes password.ko": there is no part1/Kbuild' slides.tex
	mv kept part1/Kbuild
	[ "$last" -ge 2 ] || skip "there is no part2 here"
	rm -r "part$last"
	make -s -C slides slides.tex
	run ! grep -q "section{Part $last" slides/slides.tex
}

@test "an error in a picture is told with its slide" {
	[ -z "$tex" ] || skip "$tex"
	sed -i 's/\\draw/\\darw/' slides/pictures/path.tex
	breaks 'slide "From a program to the module": slides/pictures/path.tex:' slides.pdf
	has "$output" 'Undefined control sequence'
}

@test "make clean leaves nothing that was made" {
	[ -z "$tex" ] || skip "$tex"
	find slides | sort >before
	make -s -C slides slides.pdf slides.html
	[ "$(find slides | sort)" != "$(<before)" ]
	cp slides/pictures/path.pdf slides/pictures/old.pdf # of a picture that is gone
	make -s -C slides clean
	is "$(find slides | sort)" "$(<before)"
}

@test "the titles of slides begin with a capital, those of parts with their number" {
	run ! grep -nE '^## ([a-z]|Part [0-9])' slides/slides.md
	for ((n = 1; n <= last; n++)); do grep -q "^# Part $n: [a-z]" slides/slides.md; done
}

@test "the kernels on the slide are those of the README" {
	run -0 grep -oE 'from [0-9.]+ to [0-9.]+' README.md
	run -0 grep -zoE "Linux\s+${output#from }" slides/slides.md
}

@test "attributes that pandoc cannot read are told" {
	last_slide '```{.c file=part1/password.c from=" int"}\n```'
	breaks 'slide "The last one": the attributes of a block of code cannot be read'
}

@test "a picture must be told in words" {
	last_slide '![](pictures/path)'
	breaks 'slide "The last one": pictures/path says nothing'
}

@test "a line that is too wide is told, too many lines, and letters that are too small" {
	cp slides/slides.md kept
	rows 15 75
	last_slide '```{.c file=part1/rows.c}\n```'
	breaks 'slide "The last one": part1/rows.c: a line is wider than 74 columns'
	rows 16 74
	breaks 'slide "The last one": part1/rows.c: 16 lines, and 15 fit'
	rows 15 74
	run -0 make -s -C slides check
	cp kept slides/slides.md
	last_slide '```{.c file=part1/rows.c size=10}\n```'
	breaks 'slide "The last one": part1/rows.c: size=10 is less than 10.5'
}

# bats test_tags=full
@test "15 lines of 74 columns fit on a slide, and LaTeX tells what does not" {
	[ -z "$tex" ] || skip "$tex"
	rows 15 74
	only_slide '```{.c file=part1/rows.c}\n```'
	run -0 make -s -C slides slides.pdf
	rows 14 74
	only_slide '```{.c file=part1/rows.c}\n```\n\nSome\n\nlines\n\nof\n\ntext.'
	breaks 'slide "The last one": Overfull \vbox' slides.pdf
	rows 2 74
	only_slide '```{.c file=part1/rows.c size=12}\n```'
	breaks 'slide "The last one": Overfull line of code' slides.pdf
	only_slide '$$\\hspace{200mm}x$$'
	breaks 'slide "The last one": Overfull \hbox' slides.pdf
	only_slide 'Nothing.'
	printf -v line '%0300d' 0
	sed -i "s/^- .*/- ${line//0/ many words}/" slides/slides.md
	breaks 'slide "The last one": Overfull \vbox' presenter.pdf
}

# bats test_tags=full
@test "slides.pdf is made, 16:9, and its links are live" {
	[ -z "$tex" ] || skip "$tex"
	run -0 make -s -C slides slides.pdf
	is "${lines[-1]}" 'Making slides/slides.pdf'
	run -0 pdftotext slides/slides.pdf -
	[ "$(tr -d '\f' <<<"$output" | grep -c '^Part [1-9]$')" = "$last" ] # the dividers
	run -0 pdfinfo slides/slides.pdf
	has "$output" 'Page size:       453.543 x 255.118 pts'
	run -0 pdfinfo -url slides/slides.pdf
	for link in $(cat slides/slides.md slides/metadata.yaml | grep -o '<https[^>]*>'); do
		link=${link#<}
		has "$output" "${link%>}"
	done
	# Names of functions, and commits.
	has "$output" https://elixir.bootlin.com/linux/latest/A/ident/class_create
	has "$output" https://elixir.bootlin.com/linux/latest/A/ident/module_init # part 1's divider
	has "$output" https://git.kernel.org/linus/ff62b8e6588f
}

@test "the colours of code have a contrast of 4.5:1 and more" {
	run -0 perl -ne '
		sub light { my @c = map { $_ /= 255; $_ <= .03928 ? $_ / 12.92 : (($_ + .055) / 1.055) ** 2.4 }
			map { hex } $_[0] =~ /../g; .2126 * $c[0] + .7152 * $c[1] + .0722 * $c[2] }
		for my $color (/"#([0-9a-f]{6})"/g) {
			for my $back ("ffffff", "f6f6fb") { # the deck, and code in page.css
				my $ratio = (light($back) + .05) / (light($color) + .05);
				printf "%s on %s: %.1f\n", $color, $back, $ratio if $ratio < 4.5;
			}
			$n++;
		}
		END { print "$n colours" }' slides/highlight.theme
	[[ $output =~ ^1[0-9]\ colours$ ]]
	run -0 grep -c -e '--code: #f6f6fb' slides/page.css
}

@test "the colours of code at night have such a contrast, too" {
	run -0 perl -0ne '
		sub light { my @c = map { $_ /= 255; $_ <= .03928 ? $_ / 12.92 : (($_ + .055) / 1.055) ** 2.4 }
			map { hex } $_[0] =~ /../g; .2126 * $c[0] + .7152 * $c[1] + .0722 * $c[2] }
		my ($dark) = /scheme: dark\) \{(.*?)\n\}/s;
		my ($back) = $dark =~ /--code: #(\w{6})/;
		for my $color ($dark =~ /[{ ]color: #(\w{6})/g, $dark =~ /--(?:structure|quiet|text): #(\w{6})/g) {
			my $ratio = (light($color) + .05) / (light($back) + .05);
			printf "%s on %s: %.1f\n", $color, $back, $ratio if $ratio < 4.5;
			$n++;
		}
		END { print "$n colours" }' slides/page.css
	is "$output" '9 colours'
}

@test "the table of changes has each version that the code asks for" {
	run -0 sed -n '/^## Linux internals change/,/^:::/p' slides/slides.md
	local table=$output version
	[ "$last" -ge 3 ] || skip "no version check before part3"
	for version in $(sed -nE 's/.*KERNEL_VERSION\(([0-9]+), ([0-9]+), .*/\1.\2/p' part?/password.c | sort -u); do
		has "$table" "| $version "
	done
}

@test "the make targets on the slides are there" {
	run -0 sed -nE 's/^make -C part3 ([a-z]+).*/\1/p' slides/slides.md
	[ "${#lines[@]}" -ge 8 ]
	for target in "${lines[@]}"; do grep "^$target:" common.mk; done
}

# bats test_tags=full
@test "what vm/demo prints is what was recorded" {
	run --separate-stderr "$top/slides/record" --check
	is "$status: $output" '0: '
}

# bats test_tags=full
@test "the same tree gives the same files, byte for byte" {
	mkdir -p elsewhere/deeper
	cp -r README.md common.mk labs part? slides tools vm elsewhere/deeper
	make -s -C slides
	sleep 1
	TZ=Asia/Tokyo make -s -C elsewhere/deeper/slides
	for file in slides.pdf presenter.pdf handout.pdf speaker.pdf slides.html; do
		cmp "slides/$file" "elsewhere/deeper/slides/$file"
	done
}

# bats test_tags=full
@test "the notes are in what the speaker has and in the page, and not on what the audience gets" {
	make -s -C "$top/slides"
	cd "$top"
	for file in presenter speaker; do
		run -0 pdftotext "slides/$file.pdf" -
		has "$output" '0.5 min, 0:00 to 0:30'
		# Before the clock runs.
		has "${output%%0:00 to*}" 'The evening before: make rehearse'
	done
	run -0 pdfinfo -meta slides/presenter.pdf # for pdfpc's clock
	[[ $output =~ '<pdfpc:Duration>'[1-9][0-9]*'</pdfpc:Duration>' ]]
	run -0 grep -c 'details class="notes"' slides/slides.html
	[ "$output" -ge 10 ]
	for file in slides handout; do
		run -0 pdftotext "slides/$file.pdf" -
		has "$output" 'About the talk'
		[[ $output != *'0:00 to'* && $output != *'evening before'* ]]
	done
}

# bats test_tags=full
@test "the page is one file, and no wider than a phone" {
	make -s -C "$top/slides" slides.html
	mkdir alone
	cp "$top/slides/slides.html" alone
	run -0 "$BATS_TEST_DIRNAME/page" alone/slides.html
}

# bats test_tags=full
@test "a page that asks for a file, complains or is too wide is found" {
	make -s -C "$top/slides" slides.html
	while IFS='|' read -r bad message; do
		printf -v long '%0300d' 0
		sed "s|</body>|${bad/\%s/$long}</body>|" "$top/slides/slides.html" >bad.html
		run -1 "$BATS_TEST_DIRNAME/page" bad.html
		has "$output" "$message"
	done <<-'END'
	<img alt="a" src="http://localhost/a.png">|360 pixels: asked for http://localhost/a.png
	<script>console.error("no")</script>|360 pixels: console:
	<p style="width: 400px">wide</p>|360 pixels: too wide: <p style="width: 400px">
	<p style="width: 1400px">wide</p>|1366 pixels: the page scrolls sideways
	<img src="data:,">|a picture that is broken or has no alt
	<table><tr><th></th></tr></table>|a <th> that is empty or too wide
	<main></main>|not one <main>
	<div class="sourceCode"><pre style="white-space: pre">%s</pre></div>|code that must be scrolled
	<style>h2, h3 { break-after: auto !important } section { break-inside: auto !important }</style>|ends with a heading: Kernel and modules
	END
}
