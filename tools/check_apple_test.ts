import assert from "node:assert/strict";
import { rare } from "../tests/fixtures/rare.ts";
import { APPLE_TARGETS, checkApple, missingPackages, readTargets } from "./check_apple.ts";
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

Deno.test("readTargets() takes all systems unless some are named, each once", () => {
  assert.deepEqual(readTargets([]), APPLE_TARGETS);
  const arm = "aarch64-apple-darwin";
  assert.deepEqual(readTargets(["--target", arm, "--target", arm]), [arm]);
});

Deno.test("readTargets() refuses other systems and options, and lists what there is", () => {
  for (
    const [args, found] of [[["--target", "ios"], "--target ios"], [["--all"], "--all"], [["--target"], "--target"]]
  ) {
    assert.throws(() => readTargets(args as string[]), {
      name: "RangeError",
      message: `Cannot check "${found}": wanted --target with one of x86_64-apple-darwin, aarch64-apple-darwin`,
    });
  }
});

rare(Deno.test)({
  name: "checkApple() fails on a planted error of types that only macOS compiles, and passes without it",
  ignore: missingPackages().length > 0,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-apple-" });
    try {
      const copy =
        `git -C "$1" ls-files -coz --exclude-standard -- Cargo.toml Cargo.lock crates .cargo | tar -C "$1" --null -T - -c | tar -x -C "$2"`;
      const copied = await runCommand({ program: "sh", args: ["-c", copy, "sh", ROOT, folder] });
      assert.equal(copied.code, 0, copied.output);
      const good = await checkApple("x86_64-apple-darwin", folder);
      assert.equal(good.code, 0, good.output);
      const library = `${folder}/crates/apple/src/lib.rs`;
      const planted = '\n/// Planted.\n#[cfg(target_os = "macos")]\npub const PLANTED: u32 = "no number";\n';
      await Deno.writeTextFile(library, planted, { append: true });
      const bad = await checkApple("x86_64-apple-darwin", folder);
      assert.notEqual(bad.code, 0);
      assert.match(bad.output, /error\[E0308\]: mismatched types\n +--> crates\/apple\/src\/lib\.rs/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
