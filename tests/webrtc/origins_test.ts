/** What `sluice run --serve` and `sluice serve` let pages of an `--origin` do, and what they refuse to all pages. */
import { deepEqual, equal, match } from "node:assert/strict";
import { answer, freePort, spawn, temporaryFolder } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { CHANNEL_OFFER } from "./fixtures/offer.ts";

const PAGE = "https://page.example";
const SECOND = "http://localhost:3000";
const OTHER = "https://other.example";
const TOKEN = "a-token-of-pages";
const SDP = { "content-type": "application/sdp" };

/** Starts a command for pages of two origins. @param until what it prints when it can be asked */
async function started(args: readonly string[], until: string, cwd: string) {
  const child = spawn([...args, "--json", "--origin", PAGE, `--origin=${SECOND}`], {
    cwd,
    env: { SLUICE_TOKEN: TOKEN },
  });
  const errors = new Response(child.stderr).text();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  while (!told.includes(until)) {
    const { value, done } = await output.read();
    if (done) throw new Error(`${told}${await errors}`);
    told += value;
  }
  const [, url] = /"event":"serving","url":"([^"]+)"/.exec(told)!;
  return {
    async ask(method: string, path: string, headers: Record<string, string>, body?: string) {
      const response = await fetch(url + path, { method, headers, body, redirect: "manual" });
      await response.body?.cancel();
      return { found: [response.status, response.headers.get("access-control-allow-origin")], all: response.headers };
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGINT");
      while (!(await output.read()).done);
      await Promise.all([child.status, errors]);
    },
  };
}

/** What a browser asks before a page may post an offer. */
const preflight = (origin: string) => ({
  origin,
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization, content-type",
});

Deno.test({
  name: "sluice run --serve lets pages of each --origin use /whip, /whep and /hls, with the token, and nothing else",
  ignore: noRustPlugin("webrtc") !== undefined,
  async fn() {
    await using folder = await temporaryFolder();
    const args = ["run", "-e", "webrtc-sink address=127.0.0.1 id=hall", `--serve=127.0.0.1:${freePort()}`];
    await using server = await started(args, '"progress"', folder.path);
    const { ask } = server;
    const asked = await ask("OPTIONS", "/whep/hall", preflight(PAGE));
    deepEqual(asked.found, [204, PAGE]);
    match(asked.all.get("access-control-allow-methods")!, /POST.*PATCH.*DELETE/);
    match(asked.all.get("access-control-allow-headers")!, /authorization.*content-type/i);
    equal(asked.all.get("x-content-type-options"), "nosniff");
    for (const path of ["/whip/stage", "/hls/tv/live.m3u8", "/whep/hall/abc"]) {
      deepEqual((await ask("OPTIONS", path, preflight(SECOND))).found, [204, SECOND], path);
    }
    const authorization = `Bearer ${TOKEN}`;
    deepEqual((await ask("POST", "/whep/hall", { origin: PAGE, ...SDP }, CHANNEL_OFFER)).found, [401, PAGE]);
    const taken = await ask("POST", "/whep/hall", { origin: PAGE, authorization, ...SDP }, CHANNEL_OFFER);
    deepEqual(taken.found, [201, PAGE]);
    equal(taken.all.get("access-control-expose-headers"), "location");
    const left = await ask("DELETE", taken.all.get("location")!, { origin: PAGE, authorization });
    deepEqual(left.found, [200, PAGE]);
    deepEqual((await ask("GET", "/hls/tv", { origin: PAGE, authorization })).found, [404, PAGE]);
    // A page that is not named may use nothing, and one that is named nothing else.
    for (const path of ["/whep/hall", "/hls/tv"]) {
      deepEqual((await ask("OPTIONS", path, preflight(OTHER))).found, [403, null], path);
      deepEqual((await ask("GET", path, { origin: OTHER, authorization })).found, [403, null], path);
    }
    for (const path of ["/", "/api/graph", "/rpc", "/mcp", "/healthz", "/whepx/hall", "//whep/hall"]) {
      deepEqual((await ask("OPTIONS", path, preflight(PAGE))).found, [403, null], path);
      deepEqual((await ask("GET", path, { origin: PAGE, authorization })).found, [403, null], path);
    }
  },
});

Deno.test("sluice serve lets pages of an --origin use /whep, and --origin without a server is refused", async () => {
  await using folder = await temporaryFolder();
  const page = `--page=127.0.0.1:${freePort()}`;
  {
    await using server = await started(["serve", page], '"serving"', folder.path);
    deepEqual((await server.ask("OPTIONS", "/whep/hall", preflight(PAGE))).found, [204, PAGE]);
    deepEqual((await server.ask("OPTIONS", "/whep/hall", preflight(OTHER))).found, [403, null]);
  }
  const alone = await answer(["run", "-e", "tone-source ! level-meter", "--origin", PAGE]);
  deepEqual([alone.code, alone.stderr], [
    2,
    "error: Cannot let pages of other origins use media with --origin: there is no server; add --serve\n",
  ]);
});
