/**
 * What `camera` says where there is none. What it does with one is tested in Rust, against recorded answers of cameras:
 * `crates/plugins/video-devices/src/v4l2`.
 */
import { deepEqual, rejects } from "node:assert/strict";
import { listDevices } from "../../core/registry/devices.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import * as stages from "../../stages.gen.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { appSink } from "../../core/app/app_sink.ts";

const obstacle = noRustPlugin("video-devices");

function camera(name: string, fn: () => Promise<void>): void {
  const title = `${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({ name: title, ignore: obstacle !== undefined, fn });
}

camera("a graph with a camera that is not there, or is none, does not start and says what to do", async () => {
  const start = async (config: Parameters<typeof nodes.camera>[0]) => {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    const source = runtime.add(nodes.camera(config), { id: "camera" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connect(source.outputs.video, sink.inputs.video);
    await runtime.start();
  };
  await rejects(
    () => start({ device: "/dev/video-none" }),
    /cannot open camera "\/dev\/video-none": it is not there; connect it, or name another one/,
  );
  await rejects(
    () => start({ device: "/dev/null" }),
    /"\/dev\/null" is no camera that captures pictures; name another one/,
  );
  await rejects(() => start({ device: "No camera has this name" }), /there is no camera/);
});

camera("listDevices() has the paths of cameras", () => {
  const found = listDevices(stages.camera)!.map(({ name }) => /^\/dev\/video\d+$/.test(name));
  deepEqual(found, found.map(() => true));
  return Promise.resolve();
});
