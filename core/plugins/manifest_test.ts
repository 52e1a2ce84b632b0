import { deepEqual, throws } from "node:assert/strict";
import { parseManifest } from "./manifest.ts";

const REST = 'version = "1"\nlibrary = "fft"\n';

Deno.test("parseManifest() reads what a plugin.toml says", () => {
  const text = `name = "fft"\n${REST}author = "A"\nlicence = "MIT"\nstages = ["com.example.fft"]\nrequires = "1.0"\n`;
  deepEqual(parseManifest(`# A comment\n${text}panel = "panels/fft.js"\n`), {
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

Deno.test("parseManifest() refuses what it does not know, and what is of another type", () => {
  const told: [text: string, message: string | RegExp][] = [
    ["name = \n", /^line 1, column 8: \S/],
    [REST, '"name" is missing'],
    [`name = 3\n${REST}`, '"name" is 3, wanted a text that is not empty'],
    [`name = "a"\n${REST}stage = []\n`, /^unknown key "stage" \(did you mean "stages"\?\); available: "name", /],
    [`name = "a"\n${REST}stages = [1]\n`, /^"stages" is .*, wanted a list of texts$/],
    [`name = "a"\n${REST}requires = "1"\n`, '"requires" is "1", wanted a version of the interface, such as "1.0"'],
    [`name = "a"\n${REST}enabled = "no"\n`, '"enabled" is "no", wanted true or false'],
  ];
  for (const [text, message] of told) throws(() => parseManifest(text), { name: "RangeError", message });
});

Deno.test("parseManifest() refuses paths that leave the plugin's folder", () => {
  for (const path of ["../fft", "/usr/lib/libc.so", "a/../../fft", "C:/fft", "\\\\\\\\host\\\\fft"]) {
    throws(() => parseManifest(`name = "a"\nversion = "1"\nlibrary = "${path}"\n`), {
      message: /^"library" is ".*", wanted a path inside the plugin's folder$/,
    });
  }
  deepEqual(parseManifest('name = "a"\nversion = "1"\nlibrary = "lib/x/../fft"\n').library, "lib/x/../fft");
});
