/** What is left behind where the process is killed, and where a disk is full. */
import { equal, match } from "node:assert/strict";
import { MAIN, spawn } from "../../tests/cli/command_line.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { FOLDER, input } from "../media/fixtures/media_files.ts";
import { freePort, hasFfmpeg, isReceived, received } from "./fixtures/peers.ts";

rare(Deno.test)({
  name: "SrtSource leaves no ffmpeg on its port where its process is killed",
  ignore: !hasFfmpeg || Deno.build.os !== "linux",
  fn: async () => {
    const port = freePort();
    const child = spawn([
      "run",
      "--mode=live",
      "-e",
      `srt-source mode=listener port=${port} id=in; mpegts-sink port=${freePort()} id=out; in.video ! out.video`,
    ]);
    await Promise.race([received(port), child.status]);
    child.kill("SIGKILL");
    const [{ signal }] = await Promise.all([child.status, child.stderr.cancel(), child.stdout.cancel()]);
    equal(signal, "SIGKILL");
    while (isReceived(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  },
});

/** What mounts a file system that only its own processes see, where the system lets it. */
const OWN_MOUNTS = ["-rm", "sh", "-c"];

rare(Deno.test)({
  name: "HlsSink says that its disk is full, and leaves nothing half written",
  ignore: Deno.build.os !== "linux" || !hasOwnMounts(),
  fn: () => {
    const place = Deno.makeTempDirSync({ dir: FOLDER });
    const path = input("large.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "5", "-qp", "1");
    const config = `path=${place}/a.m3u8 segmentSeconds=0.5 kind=event`;
    const graph = `media-source path=${path} loop=true id=from; hls-sink ${config} id=hls; from.video_0 ! hls.video_0`;
    const run = `"${Deno.execPath()}" run -A "${MAIN}" run -e "${graph}"`;
    const script = `mount -t tmpfs -o size=200k none "${place}" && ${run}; ls "${place}"`;
    const { stdout, stderr } = new Deno.Command("unshare", { args: [...OWN_MOUNTS, script] }).outputSync();
    match(
      new TextDecoder().decode(stderr),
      /error: .*Cannot write ".*\.m4s": the disk is full; make room, or write to another one/,
    );
    equal(new TextDecoder().decode(stdout).includes(".tmp"), false);
  },
});

function hasOwnMounts(): boolean {
  try {
    const args = [...OWN_MOUNTS, `mount -t tmpfs -o size=100k none "${FOLDER}"`];
    return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
