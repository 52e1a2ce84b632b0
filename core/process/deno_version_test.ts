import assert from "node:assert/strict";
import { assertDeno } from "./deno_version.ts";

/** Takes the place of Deno's version, as the only thing of an old Deno that can be had here. */
const OLD = 'Object.defineProperty(Deno, "version", { value: { ...Deno.version, deno: "2.5.7" } });';

const MESSAGE =
  'with Deno 2.5.7: wanted 2.9 or later; run "deno upgrade", or write "npx -y deno@2.9.6", which brings it, in place of "deno"';

Deno.test("assertDeno() lets 2.9 and later through and says what to do about older ones", () => {
  for (const version of ["2.9.0", "2.9.6", "2.10.1", "3.0.0", "2.11.0-rc.1+abc"]) assertDeno("run", version);
  for (const version of ["2.8.3", "2.0.0", "1.46.3"]) {
    assert.throws(() => assertDeno("run", version), {
      code: "InvalidConfig",
      message: `Cannot run ${MESSAGE.replace("2.5.7", version)}`,
    });
  }
});

Deno.test("mod.ts, testing.ts, the command line and the set-up say which Deno is needed", async () => {
  const at = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
  const run = async (text: string) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", `${OLD}\n${text}`],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
  };
  for (const path of ["mod.ts", "testing.ts"]) {
    const { code, said } = await run(`await import(${at(path)}); console.log("reached");`);
    assert.equal(code, 1);
    assert.ok(said.includes(`SluiceError: Cannot run Sluice ${MESSAGE}`), said);
    assert.ok(!said.includes("reached"), said);
  }
  const main = `const { main } = await import(${at("cli/main.ts")});
    const { processIo } = await import(${at("cli/output/output.ts")});
    Deno.exit(await main(args, processIo()));`;
  const refused = await run(`const args = ["nodes", "list"];${main}`);
  assert.deepEqual(refused, { code: 2, said: `error: Cannot run Sluice ${MESSAGE}\n` });
  const { code, said } = await run(`const args = ["doctor", "--json"];${main}`);
  assert.equal(code, 1);
  assert.match(said, /"name":"Deno","ok":false/);
  const setUp = await run(`await (await import(${at("tools/setup.ts")})).setUpOrExit();`);
  assert.deepEqual(setUp, { code: 1, said: `Setting up\n\nCannot set Sluice up ${MESSAGE}\n` });
});
