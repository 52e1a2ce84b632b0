/** What errors of edits tell whoever made them: the line of the script, and what was wanted in place of a mistake. */
import { match, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

async function running(native: "require" | "off"): Promise<Runtime> {
  const runtime = new Runtime({ native });
  runtime.add(nodes.toneSource({}), { id: "tone" });
  runtime.add(nodes.gain({}), { id: "gain" });
  runtime.connectByName("tone.audio", "gain.audioIn");
  await runtime.start();
  return runtime;
}

eachDriver("an error of an edit while the graph runs has the caller's line in its stack", async (native) => {
  await using runtime = await running(native);
  const calls = {
    connectWrongly: () => runtime.connectByName("tone.nope", "gain.audioIn"),
    editWrongly: () => runtime.edit((edit) => edit.remove("nobody")),
    throwInEdit: () =>
      runtime.edit(() => {
        throw new TypeError("a mistake of the script");
      }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await rejects(async () => await call(), (error: Error) => {
      match(
        error.stack!,
        new RegExp(`\\n  in an edit that was asked for:\\n[^]*at [^\\n]*${name} [^\\n]*edit_caller_test`),
      );
      return true;
    });
  }
});

eachDriver("who gives a port or a handle where an id is wanted is told what to give", async (native) => {
  await using runtime = await running(native);
  await rejects(runtime.disconnect("gain.audioIn"), {
    code: "LinkNotFound",
    message: /^Cannot find link "gain\.audioIn"; links: "link0"; those at a port: runtime\.links\("gain\.audioIn"\)$/,
  });
  const [link] = runtime.links("gain.audioIn");
  await rejects(runtime.disconnect(link as never), { message: /; wanted an id, as connect\(\) gives it/ });
  await rejects(runtime.remove({ id: "gain" } as never), { message: /; wanted an id, such as handle\.id$/ });
  await runtime.disconnect(link.id);
});
