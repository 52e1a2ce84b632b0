import assert from "node:assert/strict";

/** Runs `findMissingToolchain()` in a process whose PATH holds only the given programs. */
async function missing(programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_path_" });
  try {
    for (const [name, prints] of Object.entries(programs)) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\necho '${prints}'\n`, { mode: 0o755 });
    }
    const module = new URL("./native_library.ts", import.meta.url).href;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", `import { findMissingToolchain } from "${module}"; console.log(await findMissingToolchain());`],
      env: { PATH: folder, NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "findMissingToolchain() names cargo when it is not on the PATH",
  ignore,
  fn: async () => {
    assert.equal(await missing({}), "cargo is not on the PATH; install Rust 1.85 or later (https://rustup.rs)");
  },
});

Deno.test({
  name: "findMissingToolchain() names the version of a cargo that is too old",
  ignore,
  fn: async () => {
    const found = await missing({ cargo: "cargo 1.63.0 (fd9c4297c 2022-07-01)", cc: "cc 12.2.0" });
    assert.equal(found, "cargo is 1.63, wanted 1.85 or later; update Rust (https://rustup.rs)");
  },
});

Deno.test({
  name: "findMissingToolchain() names the linker when cargo is there and cc is not",
  ignore,
  fn: async () => {
    assert.match(await missing({ cargo: "cargo 1.85.0 (d73d2caf9 2024-12-31)" }), /"cc" is not on the PATH/);
  },
});

Deno.test({
  name: "findMissingToolchain() names the C++ compiler when it is all that is missing",
  ignore,
  fn: async () => {
    const found = await missing({ cargo: "cargo 1.85.0 (d73d2caf9 2024-12-31)", cc: "cc 12.2.0" });
    assert.match(found, /"c\+\+" is not on the PATH; install one \(Debian: apt-get install g\+\+\)/);
  },
});

Deno.test({
  name: "findMissingToolchain() is undefined when all is there",
  ignore,
  fn: async () => {
    assert.equal(
      await missing({ cargo: "cargo 2.0.1 (0 2030-01-01)", cc: "cc 12.2.0", "c++": "c++ 12.2.0" }),
      "undefined",
    );
  },
});
