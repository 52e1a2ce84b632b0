import assert from "node:assert/strict";
import { runCommand } from "./command.ts";
import { collectCrateLicences } from "./crate_licences.ts";
import { hasLibrary } from "./native_library.ts";
import { ROOT } from "./root.ts";

/** The crates that are built, as cargo knows them; there where the library was built on this machine. */
const tree = [
  "tree",
  "--workspace",
  "--edges=normal,build",
  "--locked",
  "--offline",
  "--prefix=none",
  "--format={p}|{l}",
];
const { code, output } = await runCommand({ program: "cargo", args: tree });
const ignore = !hasLibrary() || code !== 0;

Deno.test({
  name:
    "collectCrateLicences() has the texts of what is in the libraries, and of nothing that only builds or tests them",
  ignore,
  fn: async () => {
    const licences = await collectCrateLicences();
    const of = (name: string) => licences.find((text) => text.startsWith(`${name} `)) ?? `no ${name}`;
    assert.match(of("openh264-sys2"), /^\S+ \S+ \(BSD-2-Clause\)\n[^]*Cisco Systems[^]*in binary form/i);
    assert.match(of("unsafe-libopus"), /^\S+ \S+ \(BSD-3-Clause\)\n[^]*Redistributions in binary form/);
    assert.match(of("yuv"), /Redistributions? in binary form|Apache License/);
    assert.match(of("DejaVu"), /Bitstream/);
    assert.ok(licences.some((text) => text.startsWith("symphonia-") && text.includes("Mozilla Public License")));
    for (const name of ["aac", "mp3", "flac"]) {
      assert.ok(
        licences.some((text) => new RegExp(`^symphonia-(?:codec|bundle)-${name} \\S+ \\(MPL-2\\.0\\)\\n`).test(text)),
        name,
      );
    }
    for (const name of ["loom", "cc", "syn", "sluice-core"]) assert.equal(of(name), `no ${name}`);
    assert.equal(new Set(licences).size, licences.length);
  },
});

Deno.test({
  name: "docs/dependencies.md names a licence of each crate that is built",
  ignore,
  fn: async () => {
    const page = await Deno.readTextFile(`${ROOT}docs/dependencies.md`);
    const [, named] = /has a permissive licence \(([^)]+)\)/.exec(page.replace(/\s+/g, " "))!;
    const isNamed = (licence: string) => named.includes(licence.trim().replace(/^BSD-\d-Clause$/, "BSD"));
    const crates = output.split("\n").filter((line) => line.includes("|"));
    assert.ok(crates.length > 50, output);
    for (const crate of crates) {
      const parts = crate.replace(/ \(\*\)$/, "").split("|")[1].split(" AND ");
      const isFree = parts.every((part) => part.replaceAll(/[()]/g, "").split(/ OR |\//).some(isNamed));
      assert.ok(isFree, `${crate} has another licence than ${named}`);
    }
  },
});
