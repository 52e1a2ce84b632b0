/**
 * `deno task build:proto`: writes `transports/grpc/*.gen.ts` from `proto`; `--check` only compares. buf and the plugin of
 * protobuf-es are downloaded to Deno's cache; nobody needs them who changes no `.proto` file, since what they make is
 * committed.
 *
 * @module
 */
import { runCommand } from "./command.ts";
import { PROTO_FILES, protoHash } from "./proto_files.ts";
import { ROOT } from "./root.ts";

const BUF = "npm:@bufbuild/buf@1.74.0";
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.17.0";
/** The checkout's own configuration must not put them into its `node_modules`. */
const RUN = ["run", "-A", "--no-config", "--no-lock", "--quiet"];

async function main(check: boolean): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-proto-" });
  try {
    const plugin = { local: [Deno.execPath(), ...RUN, PLUGIN], out: ".", opt: ["target=ts"] };
    await Deno.writeTextFile(`${folder}/buf.gen.yaml`, JSON.stringify({ version: "v2", plugins: [plugin] }));
    const args = [...RUN, BUF, "generate", `${ROOT}proto`];
    const result = await runCommand({ program: Deno.execPath(), args, cwd: folder });
    if (result.code !== 0) {
      console.error(`Cannot generate code from the .proto files:\n${result.output}`);
      return 1;
    }
    let isStale = false;
    for (const { proto, generated } of PROTO_FILES) {
      const made = await Deno.readTextFile(`${folder}/${proto.replace(/\.proto$/, "_pb.ts")}`);
      const text = `// Written by "deno task build:proto" from proto/${proto} ${await protoHash(
        proto,
      )}. Do not edit.\n` +
        // The type of a message without fields.
        (made.includes("& {\n};") ? "// deno-lint-ignore-file ban-types\n" : "") +
        made.slice(made.indexOf("\n") + 1);
      if (!check) await Deno.writeTextFile(ROOT + generated, text);
      else isStale ||= await Deno.readTextFile(ROOT + generated) !== text;
    }
    if (isStale) console.error('The code of the .proto files is stale: run "deno task build:proto"');
    return isStale ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
