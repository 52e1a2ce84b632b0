import { deepEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { inspectPlugins } from "./load_plugins.ts";
import { readManifestFile } from "./manifest.ts";

const TEXT = 'name = "fft"\nversion = "1"\nlibrary = "fft"\n';

async function inFolder(fn: (folder: string, path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    fn(folder, join(folder, "plugin.toml"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function makeFifo(path: string): void {
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
}

Deno.test("readManifestFile() reads a file, and refuses one that is large without reading it", async () => {
  await inFolder((_, path) => {
    Deno.writeTextFileSync(path, TEXT);
    deepEqual(readManifestFile(path).problems, []);
    Deno.truncateSync(path, 5e9);
    deepEqual(readManifestFile(path).problems, ["it has 5000000000 bytes, and may have 262144: is it the right file?"]);
  });
});

Deno.test("readManifestFile() refuses what is not UTF-8", async () => {
  await inFolder((_, path) => {
    Deno.writeFileSync(path, Uint8Array.of(...new TextEncoder().encode(TEXT), 0x23, 0xff));
    deepEqual(readManifestFile(path).problems, ["its text is not UTF-8; save it as UTF-8"]);
  });
});

Deno.test({
  name: "what stands where a plugin's files are wanted is named, and a FIFO is not waited for",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await inFolder((folder, path) => {
      const first = () => inspectPlugins([folder]).plugins[0].problems.map(({ message }) => message).join("\n");
      for (
        const [what, make] of [
          ["a FIFO", () => makeFifo(path)],
          ["a folder", () => Deno.mkdirSync(path)],
          ["a device", () => Deno.symlinkSync("/dev/zero", path)],
        ] as const
      ) {
        make();
        match(first(), new RegExp(`it is ${what}, wanted a regular file`));
        Deno.removeSync(path);
      }
      Deno.writeTextFileSync(path, TEXT);
      makeFifo(join(folder, "libfft.so"));
      if (Deno.build.os === "linux") {
        match(first(), /the library ".*libfft\.so" is a FIFO, wanted a regular file; build/);
      }
    });
  },
});
