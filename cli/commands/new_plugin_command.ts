/**
 * `sluice plugins new`: makes a plugin, and says how to build, test and run it.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { VERSION } from "../output/version.ts";
import type { NewPluginArgs } from "../plugin_args.ts";
import { COMMAND_LINE } from "../project/configuration.ts";
import { ownCheckout } from "../project/own_package.ts";

/** @returns the exit code */
export async function newPluginCommand({ name, c, rust, python, folder }: NewPluginArgs, io: Io): Promise<number> {
  const languages = Object.entries({ c, rust, python }).flatMap(([each, isAsked]) => isAsked ? each : []);
  if (languages.length !== 1) {
    const asked = languages.map((each) => `--${each}`).join(" and ");
    const found = languages.length > 1 ? `${asked} are given` : "it is not said in which language";
    throw new SluiceError("InvalidConfig", `Cannot make plugin "${name}": ${found}; write --c, --rust or --python`);
  }
  const [language] = languages as ("c" | "rust" | "python")[];
  const { newPlugin } = await import("../../codegen/new/new_plugin.ts");
  const { WriteFailure } = await import("../../codegen/files/write_together.ts");
  const checkout = ownCheckout();
  const sluice = checkout === resolve(".") ? "deno task sluice" : COMMAND_LINE;
  const source = { version: VERSION, checkout };
  let made: Awaited<ReturnType<typeof newPlugin>>;
  try {
    made = await newPlugin({ name, language, folder, source, sluice: COMMAND_LINE });
  } catch (error) {
    if (!(error instanceof WriteFailure)) throw error;
    const mend = error.mend ?? "name another folder with --folder";
    io.stderr.line(`error: Cannot make plugin "${name}": ${error.message}; nothing was made; ${mend}`);
    return EXIT.failed;
  }
  for (const { path, added } of made.changes) {
    io.stdout.line(added.length === 0 ? `new: ${path}` : `changed: ${path}: ${added.join(", ")}`);
  }
  for (const path of made.files) io.stdout.line(`new: ${path}`);
  for (const line of describeSteps(made, language, folder, sluice)) io.stdout.line(line);
  return EXIT.ok;
}

/** What to type next. A folder elsewhere has the `deno.json` that leads to the runtime. */
function describeSteps(
  { folder: made, codegen }: { readonly folder: string; readonly codegen?: string },
  language: "c" | "rust" | "python",
  folder: string | undefined,
  sluice: string,
): string[] {
  const isElsewhere = made.startsWith("..");
  const there = isElsewhere ? `cd ${quoted(folder!)} && ` : "";
  const path = quoted(isElsewhere ? relative(resolve(folder!), resolve(made)) : made);
  return [
    ...language === "python" ? [] : [`Build it: ${there}${sluice} plugins build ${path}`],
    ...codegen === undefined ? [] : [`Generate its types: ${codegen}`],
    `Test it: ${there}deno test -A ${path}`,
    `Run it: ${there}${sluice} run ${path}/graph.json --plugins ${path}`,
  ];
}

function quoted(path: string): string {
  return /^[\w./+@-]+$/.test(path) ? path : `"${path}"`;
}
