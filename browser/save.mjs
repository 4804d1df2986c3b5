// SPDX-License-Identifier: GPL-2.0-only
//
// node save.mjs V86 BIOS VGABIOS BZIMAGE INITRD STATE: boot the machine of the page until its
// init waits for the page, and save it to STATE. What the page resumes must be the same
// machine: both read machine.json.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [v86, bios, vga, bzimage, initrd, state] = process.argv.slice(2);
const { V86 } = await import(pathToFileURL(path.join(v86, "build/libv86.mjs")));
const read = file => { const { buffer } = Uint8Array.from(fs.readFileSync(file)); return { buffer }; };
const files = read(initrd).buffer;

const emulator = new V86({
	...JSON.parse(fs.readFileSync(new URL("machine.json", import.meta.url))),
	wasm_path: path.join(v86, "build/v86.wasm"),
	bios: read(bios),
	vga_bios: read(vga),
	bzimage: read(bzimage),
	cmdline: "console=ttyS0 quiet loglevel=4 slub_debug=FZP,kmalloc-32",
	autostart: false,
});

let log = "", line = "";
emulator.add_listener("serial0-output-byte", byte => { log += String.fromCharCode(byte); });
emulator.add_listener("serial1-output-byte", async byte => {
	line += String.fromCharCode(byte);
	if (line !== "ready\n")
		return;
	await emulator.stop();
	fs.writeFileSync(state, new Uint8Array(await emulator.save_state()));
	process.exit();
});
// As a boot loader does: the initramfs in memory, and where it is in the kernel's header.
// v86 itself would put it at 64 MB, which is more memory than the machine has.
emulator.add_listener("emulator-ready", () => {
	const at = 26 << 20, header = 0x80000, word = new Uint8Array(8);
	emulator.write_memory(new Uint8Array(files), at);
	new DataView(word.buffer).setUint32(0, at, true);
	new DataView(word.buffer).setUint32(4, files.byteLength, true);
	emulator.write_memory(word, header + 0x218);
	emulator.run();
});
setTimeout(() => {
	console.error(log + "\nThe machine did not come up within five minutes.");
	process.exit(1);
}, 300000);
