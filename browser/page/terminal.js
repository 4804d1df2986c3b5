// SPDX-License-Identifier: GPL-2.0-only
//
// The machine and its terminal: resumes the saved Linux in v86, and connects its first serial
// line to xterm.js. Over the second, to guest/line.c, it sends what a machine that was saved
// cannot know: random bytes, the time, the size of the terminal, the directory to start in.
(() => {
"use strict";

const box = document.getElementById("terminal");
const note = document.getElementById("terminal-status");
const MACHINE = window.MACHINE; // machine.json

const dark = matchMedia("(prefers-color-scheme: dark)");
const colours = () => dark.matches ?
	{ background: "#16161d", foreground: "#e8e8ee", cursor: "#e8e8ee", cursorAccent: "#16161d", selectionBackground: "#4a4a8a" } :
	{ background: "#f6f6fb", foreground: "#101018", cursor: "#101018", cursorAccent: "#f6f6fb", selectionBackground: "#b9b9ee" };

const term = new Terminal({
	fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
	fontSize: innerWidth < 500 ? 12 : 14,
	lineHeight: 1.2, // or the underscores are cut off
	cursorBlink: false,
	scrollback: 5000,
	theme: colours(),
});
const fit = new FitAddon.FitAddon();
term.loadAddon(fit);
term.open(box);
fit.fit();
term.textarea.setAttribute("aria-label", "Terminal of the Linux in this page; Shift+Tab leaves it");
dark.addEventListener("change", () => { term.options.theme = colours(); });

// Tab completes, so it cannot leave the terminal; Shift+Tab does. Copy and paste have the
// keys of other programs, where they have no use in a terminal.
term.attachCustomKeyEventHandler(event => {
	if (event.type !== "keydown")
		return true;
	if (event.key === "Tab" && event.shiftKey)
		return false;
	const key = event.key.toLowerCase();
	if (event.ctrlKey && key === "v")
		return false; // the browser pastes
	if (event.ctrlKey && key === "c" && term.hasSelection()) {
		navigator.clipboard?.writeText(term.getSelection()).catch(() => {});
		term.clearSelection();
		event.preventDefault();
		return false;
	}
	return true;
});

let emulator = null, generation = 0, tail = "", answers = [], waiting = [], broken = false;

function say(text) {
	note.textContent = text;
}

// A file of the machine, which is packed by gzip: in the page itself, or beside it. Some web
// servers say that they have packed it, and the browser has unpacked it then.
async function unpacked(name) {
	const inside = document.getElementById("file-" + name);
	let bytes;
	if (inside) {
		bytes = Uint8Array.from(atob(inside.textContent.trim()), c => c.charCodeAt(0));
	} else {
		const response = await fetch("machine/" + name);
		if (!response.ok)
			throw new Error(`machine/${name}: ${response.status}`);
		bytes = new Uint8Array(await response.arrayBuffer());
	}
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
		return bytes.buffer;
	return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const files = Promise.all(["v86", "bios", "vgabios", "state"].map(name => unpacked(name + ".bin")));

// What the control line answered, in the order of the questions.
function ask(line) {
	return new Promise((resolve, reject) => {
		answers.push(answer => answer === "ok" ? resolve() : reject(new Error(`${line[0]}: ${answer}`)));
		emulator.serial_send_bytes(1, new TextEncoder().encode(line + "\n"));
	});
}

function entropy() {
	const bytes = crypto.getRandomValues(new Uint8Array(64));
	return "e " + Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}
const time = () => "t " + Math.round(Date.now() / 1000);
const size = () => `w ${term.rows} ${term.cols}`;

function output(bytes) {
	tail = (tail + String.fromCharCode(...bytes)).slice(-4000);
	term.write(bytes);
	if (!broken && /BUG: |Oops: |Kernel panic/.test(tail)) {
		broken = true;
		say("The kernel has found a bug, and says above what and where. It may not answer any more: Reset gives a new machine.");
	}
	if (/(^|\n)[#$] $/.test(tail.replaceAll(/\x1b\[[0-9;]*[a-zA-Z]|\r/g, ""))) {
		if (!performance.getEntriesByName("prompt").length)
			performance.mark("prompt");
		for (const done of waiting.splice(0))
			done();
	}
}

async function start() {
	const mine = ++generation;
	say("Starting Linux …");
	const old = emulator;
	emulator = null;
	answers = [];
	waiting = [];
	tail = "";
	broken = false;
	if (old)
		await old.destroy();
	const [wasm, bios, vga, state] = await files;
	if (mine !== generation)
		return;
	const machine = new V86({
		...MACHINE,
		wasm_fn: async imports => (await WebAssembly.instantiate(wasm, imports)).instance.exports,
		bios: { buffer: bios },
		vga_bios: { buffer: vga },
		initial_state: { buffer: state.slice(0) },
		autostart: false,
	});
	emulator = machine;
	let bytes = [], answer = "";
	machine.add_listener("serial0-output-byte", byte => {
		if (mine !== generation)
			return;
		if (!bytes.length)
			setTimeout(() => { const all = bytes; bytes = []; if (mine === generation) output(Uint8Array.from(all)); }, 4);
		bytes.push(byte);
	});
	machine.add_listener("serial1-output-byte", byte => {
		if (mine !== generation)
			return;
		if (byte !== 10) {
			answer += String.fromCharCode(byte);
			return;
		}
		answers.shift()?.(answer);
		answer = "";
	});
	await new Promise(resolve => machine.add_listener("emulator-ready", resolve));
	if (mine !== generation)
		return;
	if (document.hidden)
		await new Promise(resolve => document.addEventListener("visibilitychange", resolve, { once: true }));
	machine.run();
	await Promise.all([ask(entropy()), ask(time()), ask(size())]);
	const prompt = settled();
	await ask("g " + box.dataset.directory);
	await prompt;
	if (mine === generation)
		say("Linux is running, in this page and nowhere else. You are root; break what you like.");
}

// When there is a prompt again.
function settled() {
	return new Promise(resolve => waiting.push(resolve));
}

function type(text) {
	emulator?.serial_send_bytes(0, new TextEncoder().encode(text));
}

async function play(commands) {
	const mine = generation;
	for (const command of commands) {
		if (mine !== generation || broken)
			return;
		const prompt = settled();
		tail = "";
		type(command + "\r");
		await prompt;
	}
}

async function reset() {
	term.reset();
	try {
		await start();
	} catch (error) {
		failed(error);
	}
}

function failed(error) {
	say("Linux could not be started here: " + error.message +
		". The page needs a browser of 2023 or later, with WebAssembly and DecompressionStream.");
	console.error(error);
}

// The shell asks where the cursor is, at each prompt; a late answer would be input.
term.onData(data => { if (!/^\x1b\[\d+;\d+R$/.test(data)) type(data); });
term.onResize(() => { if (emulator?.is_running()) ask(size()).catch(() => {}); });
let resizing = 0;
new ResizeObserver(() => {
	clearTimeout(resizing);
	resizing = setTimeout(() => fit.fit(), 100);
}).observe(box);

document.addEventListener("visibilitychange", async () => {
	if (!emulator)
		return;
	if (document.hidden) {
		await emulator.stop();
	} else if (!emulator.is_running()) {
		await emulator.run();
		ask(time()).catch(() => {});
	}
});

document.getElementById("reset").addEventListener("click", () => { reset(); term.focus(); });
// All of the terminal with what is said below it, where it is not sticky: see page.css.
const section = box.closest(".machine");
function show(button) {
	if (section.closest(".try")?.contains(button))
		return box.scrollIntoView({ block: "nearest" });
	section.style.position = "static";
	section.scrollIntoView({ block: "nearest" });
	section.style.position = "";
}
for (const button of document.querySelectorAll("button[data-commands]")) {
	button.addEventListener("click", () => {
		show(button);
		play(JSON.parse(button.dataset.commands));
	});
}

// For the tests.
box.machine = { term, settled, play, running: () => !!emulator?.is_running() };
start().catch(failed);
})();
