import { deepEqual, equal, match } from "node:assert/strict";
import { readManifest } from "./manifest.ts";

const REST = 'version = "1"\nlibrary = "fft"\n';

Deno.test("readManifest() reads what a plugin.toml says", () => {
  const text = `name = "fft"\n${REST}author = "A"\nlicence = "MIT"\nstages = ["com.example.fft"]\nrequires = "1.0"\n`;
  const { manifest, problems } = readManifest(`# A comment\n${text}panel = "panels/fft.js"\n`);
  deepEqual(problems, []);
  deepEqual(manifest, {
    name: "fft",
    version: "1",
    library: "fft",
    author: "A",
    licence: "MIT",
    stages: ["com.example.fft"],
    requires: "1.0",
    panel: "panels/fft.js",
    enabled: true,
  });
});

Deno.test("readManifest() tells what it does not know, and what is of another type", () => {
  const told: [text: string, message: string | RegExp][] = [
    ["name = \n", /^line 1, column 8: \S/],
    [REST, '"name" is missing'],
    [`name = 3\n${REST}`, '"name" is 3, wanted a text that is not empty'],
    [`name = "a"\n${REST}stage = []\n`, /^unknown key "stage" \(did you mean "stages"\?\); available: "name", /],
    [`name = "a"\n${REST}stages = [1]\n`, /^"stages" is .*, wanted a list of texts$/],
    [`name = "a"\n${REST}requires = "1"\n`, '"requires" is "1", wanted a version of the interface, such as "1.0"'],
    [
      `name = "a"\n${REST}panel = "panel.ts"\n`,
      '"panel" is "panel.ts", wanted a module in JavaScript, such as "panel.js"',
    ],
    [`name = "a"\n${REST}enabled = "no"\n`, '"enabled" is "no", wanted true or false'],
  ];
  for (const [text, message] of told) {
    const { manifest, problems } = readManifest(text);
    equal(manifest, undefined);
    match(problems.join("\n"), typeof message === "string" ? new RegExp(`^${RegExp.escape(message)}$`) : message);
  }
});

Deno.test("readManifest() tells everything that is wrong, and the library where that can be told", () => {
  const { manifest, library, problems } = readManifest('version = 1\nlibrary = "fft"\nlicense = "MIT"\n');
  equal(manifest, undefined);
  equal(library, "fft");
  equal(problems.length, 3);
  equal(problems[0], '"version" is 1, wanted a text that is not empty');
  match(problems[1], /^unknown key "license" \(did you mean "licence"\?\)/);
  equal(problems[2], '"name" is missing');
});

Deno.test("readManifest() refuses paths that leave the plugin's folder", () => {
  for (const path of ["../fft", "/usr/lib/libc.so", "a/../../fft", "C:/fft", "\\\\\\\\host\\\\fft"]) {
    const { library, problems } = readManifest(`name = "a"\nversion = "1"\nlibrary = "${path}"\n`);
    equal(library, undefined);
    equal(problems.length, 1);
    match(problems[0], /^"library" is ".*", wanted a path inside the plugin's folder$/);
  }
  equal(readManifest('name = "a"\nversion = "1"\nlibrary = "lib/x/../fft"\n').manifest!.library, "lib/x/../fft");
});
