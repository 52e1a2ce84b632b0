/** Does what `docs/control.md` says, with a graph that runs. */
import assert from "node:assert/strict";
import { DEFAULT_LIMITS } from "../../control/schemas/limits.ts";
import { RPC_CODE } from "../../control/schemas/errors.ts";
import { METHODS, NOTIFICATIONS, STATS_HZ } from "../../control/schemas/methods.ts";
import { ask, openSocket, serveLive } from "../control/served.ts";

const page = await Deno.readTextFile(new URL("../../docs/control.md", import.meta.url));

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)![1];
}

Deno.test("docs/control.md names every method, notification, error code and limit", () => {
  for (const name of [...Object.keys(METHODS), ...Object.keys(NOTIFICATIONS)]) {
    assert.ok(page.includes(`| \`${name}\` `), name);
  }
  for (const code of Object.values(RPC_CODE)) assert.ok(page.includes(String(code)), String(code));
  assert.ok(page.includes(`\`hz\`, ${STATS_HZ.min} to ${STATS_HZ.max}, by default ${STATS_HZ.default}`));
  for (const [name, limit] of Object.entries(DEFAULT_LIMITS)) {
    assert.ok(page.includes(` ${limit.toLocaleString("en-US")}`), `${name} ${limit}`);
  }
});

Deno.test("docs/control.md's requests are answered", async () => {
  await using served = await serveLive("off");
  const urls = [...block("sh").matchAll(/^curl "?([^"\n]+)"?$/gm)].map(([, url]) => new URL(url));
  assert.equal(urls.length, 5);
  const paths = [...page.matchAll(/^\| `(\/\S+)`/gm)].map(([, path]) => path);
  for (const path of [...urls.map(({ pathname, search }) => pathname + search), ...paths]) {
    const response = await fetch(served.server.url + path);
    await response.body?.cancel();
    assert.equal(response.status, 200, path);
  }
  await served.stopAndCheck();
});

Deno.test("docs/control.md's calls are answered as it says", async () => {
  await using served = await serveLive("off");
  const socket = await openSocket(served.server);
  const lines = block("text").trim().split("\n");
  assert.equal(lines.length, 8);
  for (let k = 0; k < lines.length; k += 2) {
    const answer = await ask(socket, lines[k].replace("→ ", ""));
    assert.deepEqual(answer, JSON.parse(lines[k + 1].replace("← ", "")));
  }
  socket.close();
  await served.stopAndCheck();
});

Deno.test("docs/control.md's script prints what the meter shows", async () => {
  await using served = await serveLive("off");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/meter.ts`, block("ts"));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", `${folder}/meter.ts`, served.server.url],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stdout), /^(-1[12]\.\d\n){5}$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await served.stopAndCheck();
});
