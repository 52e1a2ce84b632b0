/** `sluice devices` where a server does not answer. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readEvents, sluice, temporaryFolder } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

Deno.test({
  name: "sluice devices gives up a sound server that hangs, and lists the others",
  ignore: noRustPlugin("audio-devices") !== undefined || noRustPlugin("video-devices") !== undefined,
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/native`;
    // It takes connections, and answers nothing.
    using _server = Deno.listen({ transport: "unix", path });
    const env = { PULSE_SERVER: `unix:${path}`, DISPLAY: "" };
    const { code, stdout, stderr } = await sluice(["devices", "--json"], { env });
    equal(code, 1, stderr);
    const events = readEvents(stdout) as { kind?: string; message?: string }[];
    deepEqual(events.flatMap(({ kind }) => kind ?? []), ["camera", "screen"]);
    const messages = events.flatMap(({ message }) => message ?? []);
    equal(messages.length, 2);
    match(messages[0], /^Cannot list the devices of "microphone": nothing has answered within 3 s; the server or/);
  },
});
