/** What `sluice run --serve` and `answerHls()` give players of an `hls-sink`, and what they keep. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { FOLDER, mp4 } from "../../processors/media/fixtures/media_files.ts";
import { nodes } from "../../sluice.gen.ts";
import { answerHls } from "../../transports/hls/mod.ts";
import { freePort, spawn } from "../cli/command_line.ts";
import { rare } from "../fixtures/rare.ts";

const PORTS = ["video_0", "audio_0"];

/** A graph that has written a list of one second. */
async function written(place: string): Promise<Runtime> {
  const runtime = new Runtime({ native: "off" });
  runtime.add(nodes.mediaSource({ path: mp4() }), { id: "from", lane: "main", ports: PORTS });
  const config = { path: `${place}/one talk.m3u8`, kind: "vod", segmentSeconds: 1 } as const;
  runtime.add(nodes.hlsSink(config), { id: "talk", lane: "main", ports: PORTS });
  for (const port of PORTS) runtime.connectByName(`from.${port}`, `talk.${port}`);
  await runtime.start();
  await runtime.finished;
  return runtime;
}

Deno.test("answerHls() gives each file of the sink with its type, once more only where it is another", async () => {
  const place = Deno.makeTempDirSync({ dir: FOLDER });
  await using runtime = await written(place);
  const get = async (path: string, init: RequestInit = {}) =>
    (await answerHls(runtime, new Request(`http://localhost${path}`, init)))!;
  const entry = (await get("/hls/talk")).headers.get("location")!;
  equal(entry, "/hls/talk/one%20talk.m3u8");
  const files = [
    ["one talk.m3u8", "application/vnd.apple.mpegurl"],
    ["one talk-video_0.m3u8", "application/vnd.apple.mpegurl"],
    ["one talk-video_0-init-1.mp4", "video/mp4"],
    ["one talk-audio_0-000000.m4s", "audio/mp4"],
  ] as const;
  for (const [name, type] of files) {
    const path = `/hls/talk/${encodeURIComponent(name)}`;
    const response = await get(path);
    deepEqual([response.status, response.headers.get("content-type")], [200, type]);
    deepEqual(await response.bytes(), Deno.readFileSync(`${place}/${name}`));
    const etag = response.headers.get("etag")!;
    equal((await get(path, { headers: { "if-none-match": etag } })).status, 304);
    const head = await get(path, { method: "HEAD" });
    deepEqual([head.status, head.body, head.headers.get("etag")], [200, null, etag]);
    Deno.utimeSync(`${place}/${name}`, 0, 0);
    const again = await get(path, { headers: { "if-none-match": etag } });
    equal(again.status, 200);
    await again.body?.cancel();
  }
});

Deno.test("answerHls() gives no other file, whatever its path says", async () => {
  const place = Deno.makeTempDirSync({ dir: FOLDER });
  await using runtime = await written(place);
  const ask = async (path: string, method = "GET") => {
    const response = await answerHls(runtime, new Request(`http://localhost${path}`, { method }));
    return response && `${response.status} ${(await response.text()).trim()}`;
  };
  for (const name of ["secret.txt", "one talk.txt", "one talk-video_0-000000.m4s.tmp", "one talk", "other.m3u8"]) {
    Deno.writeTextFileSync(`${place}/${name}`, "secret");
    match(
      (await ask(`/hls/talk/${encodeURIComponent(name)}`))!,
      /^404 "talk" writes no file of that name; the list is/,
    );
  }
  Deno.symlinkSync(`${place}/secret.txt`, `${place}/one talk-video_0-000009.m4s`);
  match((await ask("/hls/talk/one%20talk-video_0-000009.m4s"))!, /^404 "one talk-video_0-000009\.m4s" is no file/);
  const missing = await ask("/hls/talk/one%20talk-video_0-000010.m4s");
  match(missing!, /^404 .* is not there: it is written once its segment is complete, or has left the list/);
  const escapes = ["..%2fsecret.txt", "one%20talk%2f..%2fsecret.txt", "one%20talk%00.m3u8", "%ff", "one%20talk-..m3u8"];
  for (const name of escapes) match((await ask(`/hls/talk/${name}`))!, /^404 "talk" writes no file of that name/);
  for (const path of ["/hls/talk/../secret.txt", "/hls/talk/a/b", "/hls", "/other"]) equal(await ask(path), undefined);
  match((await ask("/hls/from/one%20talk.m3u8"))!, /^404 There is no hls-sink "from"; there is "talk"/);
  match((await ask("/hls/talk/one%20talk.m3u8", "POST"))!, /^405 wanted GET or HEAD/);
});

rare(Deno.test)("sluice run --serve lets players with the token play an hls-sink, and no others", async () => {
  const place = Deno.makeTempDirSync({ dir: FOLDER });
  const graph = `media-source path=${mp4()} loop=true id=from; hls-sink path=live.m3u8 segmentSeconds=1 id=hls; ` +
    "from.video_0 ! hls.video_0; from.audio_0 ! hls.audio_0";
  const port = freePort();
  const token = "a-token-of-players";
  const child = spawn(["run", "--mode=live", `--serve=127.0.0.1:${port}`, "-e", graph], {
    cwd: place,
    env: { SLUICE_TOKEN: token },
  });
  let said = "";
  const told = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (said += text) }),
  );
  const url = `http://127.0.0.1:${port}/hls/hls/live.m3u8`;
  const headers = { authorization: `Bearer ${token}` };
  const status = async (init: RequestInit = {}) => {
    const response = await fetch(url, init).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status;
  };
  let ended = false;
  void child.status.then(() => ended = true);
  while (!ended && await status({ headers }) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  equal(ended, false, said);
  equal(await status(), 401);
  equal(await status({ headers: { ...headers, origin: "http://other.example" } }), 403);
  const args = ["-v", "error", "-nostdin", "-headers", `Authorization: Bearer ${token}\r\n`, "-i", url, "-t", "2"];
  const played = await new Deno.Command("ffmpeg", { args: [...args, "-c", "copy", "-f", "framecrc", "-"] }).output();
  child.kill("SIGINT");
  await Promise.all([child.status, told, child.stdout.cancel()]);
  equal(new TextDecoder().decode(played.stderr), "");
  const pictures = new TextDecoder().decode(played.stdout).split("\n").filter((line) => line.startsWith("0,"));
  ok(pictures.length >= 49, `${pictures.length} pictures`);
});
