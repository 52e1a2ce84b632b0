import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What `chooseDriver()` does in a process of its own. */
async function choose(choice: string, env: Record<string, string>): Promise<string> {
  const code = `
    import { chooseDriver } from "./core/driver/open.ts";
    try {
      const { driver, note } = chooseDriver(${JSON.stringify(choice)});
      console.log(driver.kind + "|" + (note ?? ""));
    } catch (error) {
      console.log(error.code + "|" + error.message);
    }`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    cwd: ROOT,
    env: { SLUICE_NATIVE: "", NO_COLOR: "1", ...env },
  }).output();
  // Deno tells that it has waited for another process which looks at the same packages.
  equal(new TextDecoder().decode(stderr).replace(/^Blocking waiting for file lock on .*\n/gm, ""), "");
  return new TextDecoder().decode(stdout).trim();
}

const MISSING = { SLUICE_NATIVE_LIB: "/nowhere/libsluice_native.so" };

Deno.test("chooseDriver() falls back to the portable driver where there is no library, and says why", async () => {
  match(
    await choose("auto", MISSING),
    /^portable\|Portable mode, without native lanes and with no promise of real time: .*\/nowhere\/libsluice_native\.so/,
  );
});

Deno.test("chooseDriver() fails where the library is required and there is none", async () => {
  match(await choose("require", MISSING), /^NativeUnavailable\|.*\/nowhere\/libsluice_native\.so/);
});

Deno.test("chooseDriver() does not look for the library where it is off, and gives no reason", async () => {
  equal(await choose("off", MISSING), "portable|");
  equal(await choose("auto", { ...MISSING, SLUICE_NATIVE: "off" }), "portable|");
});

Deno.test("chooseDriver() refuses a value of SLUICE_NATIVE that it does not know", async () => {
  match(await choose("auto", { SLUICE_NATIVE: "of" }), /^InvalidConfig\|Cannot use SLUICE_NATIVE="of": wanted "auto"/);
});
