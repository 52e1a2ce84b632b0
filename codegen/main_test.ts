import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { rare } from "../tests/fixtures/rare.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const TESTDATA = fileURLToPath(new URL("./testdata", import.meta.url));

/** Runs the command in a folder of the test data. */
async function run(folder: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-write", "--allow-env", MAIN, ...args],
    cwd: `${TESTDATA}/${folder}`,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  // Deno tells that it has waited for another process which looks at the same packages.
  const err = decoder.decode(stderr).replace(/^Blocking waiting for file lock on .*\n/gm, "");
  return { code, out: decoder.decode(stdout), err };
}

Deno.test("runCodegen() --check ends with 0 and says what it did when nothing is stale", async () => {
  const { code, out, err } = await run("accepted/two_ports", "--check");
  assert.equal(err, "");
  assert.match(
    out,
    /^codegen: sluice\.gen\.ts unchanged\ncodegen: sluice\.schema\.json unchanged\ncodegen: 1 node type checked in \d+ ms\n$/,
  );
  assert.equal(code, 0);
});

Deno.test("runCodegen() --check ends with 1 and names the file and the command when one is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const gain = await Deno.readTextFile(`${TESTDATA}/accepted/two_ports/gain.ts`);
    await Deno.writeTextFile(`${folder}/gain.ts`, gain.replace("class Gain", "class Louder"));
    await Deno.writeTextFile(`${folder}/nodes.json`, '{ "include": ["*.ts"], "name": "@example/x" }');
    const { code, err } = await run(".", "--check", "--config", `${folder}/nodes.json`);
    assert.equal(
      err,
      `codegen: sluice.gen.ts is missing\ncodegen: sluice.schema.json is missing\n` +
        `Run "deno task codegen --config ${folder}/nodes.json" and commit what it writes\n`,
    );
    assert.equal(code, 1);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["gain.ts", "nodes.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

rare(Deno.test)(
  "runCodegen() shows a warning when the code is generated, and only counts it where nothing has changed",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const gain = await Deno.readTextFile(`${TESTDATA}/accepted/two_ports/gain.ts`);
      const write = (decay: string) =>
        Deno.writeTextFile(
          `${folder}/gain.ts`,
          gain.replace(/class Gain \{/, `class Louder {\n  decay() {\n    return ${decay};\n  }\n`),
        );
      await write("0.993");
      await Deno.writeTextFile(`${folder}/nodes.json`, '{ "include": ["*.ts"], "name": "@example/x" }');
      const args = ["--config", `${folder}/nodes.json`];
      const buried = /warning: Number (0\.99\d) is buried/;
      assert.equal(buried.exec((await run(".", ...args)).err)?.[1], "0.993");
      assert.equal(
        (await run(".", ...args)).err,
        'codegen: 1 warning, shown when the code was generated; "--check" shows them again\n',
      );
      assert.equal(buried.exec((await run(".", ...args, "--check")).err)?.[1], "0.993");
      await write("0.994");
      assert.equal(buried.exec((await run(".", ...args)).err)?.[1], "0.994");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("runCodegen() prints diagnostics and ends with 1 when something is refused", async () => {
  const { code, out, err } = await run("refused/unknown_frame");
  assert.equal(out, "");
  assert.match(err, /^node\.ts:7:25: error: Cannot use "ImageFrame" as the frame type/);
  assert.match(err, /\ncodegen: 1 error; nothing was written\n$/);
  assert.equal(code, 1);
});

Deno.test("runCodegen() names the whole path of a configuration that is not there", async () => {
  const { code, err } = await run("refused", "--config", "nowhere/sluice.json");
  assert.equal(
    err,
    `nowhere/sluice.json: error: Cannot read the generator's configuration: there is no file ` +
      `"${TESTDATA}/refused/nowhere/sluice.json"\n` +
      `  mend: write { "include": ["processors/**/*.ts"], "name": "@scope/package" } to it, or name another with ` +
      "--config\n\ncodegen: 1 error; nothing was written\n",
  );
  assert.equal(code, 1);
});

Deno.test("runCodegen() gives the line and column of what it cannot read in a configuration", async () => {
  const { code, err } = await run("refused/config_is_not_json");
  assert.match(err, /^sluice\.json:1:34: error: Cannot read sluice\.json as JSON: colon expected\n {2}1 \| \{ /);
  assert.equal(code, 1);
});

Deno.test("runCodegen() ends with 2 and the usage for an argument that it does not know", async () => {
  const { code, err } = await run("accepted/two_ports", "--chek");
  assert.match(err, /^Cannot run codegen: Unknown option '--chek'/);
  assert.match(err, /Usage: deno task codegen/);
  assert.equal(code, 2);
});

Deno.test("runCodegen() ends with 2 and the usage for an empty path of a configuration", async () => {
  const { code, err } = await run("accepted/two_ports", "--config", "");
  assert.match(err, /^Cannot run codegen: "--config" is empty, wanted the path of a configuration\n\nUsage: /);
  assert.equal(code, 2);
});
