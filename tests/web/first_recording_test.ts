/** A tone with reverb is built, heard and recorded by mouse alone, from `sluice serve` on. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { spawn, temporaryFolder } from "../cli/command_line.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { toNumber } from "./live_graph.ts";

const TONE_HZ = 440;

pageTest("a tone with reverb is built, heard and recorded by mouse alone", async () => {
  await using folder = await temporaryFolder();
  const { url, end } = await serve(folder.path);
  await using _server = { [Symbol.asyncDispose]: end };
  await using browser = await openPage();
  const { page } = browser;
  const button = (name: string | RegExp, exact = true) => page.getByRole("button", { name, exact });
  const panel = page.locator(".edit-panel");
  const inspector = page.locator("[data-inspector]");
  const next = (words: string) => page.locator(".next-step", { hasText: words }).waitFor();
  await page.goto(url);

  // An empty page says what to do first, and does it.
  await page.getByText("The graph has no nodes").waitFor();
  await click(button("Add a node"));
  await click(panel.locator('[data-key="tone-source"]'));
  await next("Add what the frames of tone-source go to");
  await click(button("Add"));
  await click(panel.locator('[data-key="reverb"]'));
  await next("Drag from the dot on the right edge of tone-source onto reverb");
  await drag(page, "tone-source", "audio", "reverb");
  await click(button("Add"));
  await click(panel.locator('[data-key="wav-sink"]'));
  // The name of the file is suggested.
  const suggested = await panel.getByRole("textbox", { name: "path" }).inputValue();
  assert.match(suggested, /^recording-\d{6}\.wav$/);
  await click(panel.getByRole("button", { name: "Add" }));
  await next("Drag from the dot on the right edge of reverb onto wav-sink");
  // Nothing comes to it yet: it can be removed, and comes back.
  assert.equal(await page.locator(".rec").count(), 0);
  await click(inspector.getByRole("button", { name: "Remove" }));
  await page.locator('.card[data-node="wav-sink"]').waitFor({ state: "detached" });
  await click(button(/^Undo: remove wav-sink/));
  await drag(page, "reverb", "audioOut", "wav-sink");
  await page.locator(".rec").waitFor();

  await next("click a link to see and hear");
  await clickLinkBefore(page, "wav-sink");
  await page.locator(".next-step").waitFor({ state: "detached" });
  await page.locator('[data-figure="look-level"]', { hasText: "Peak" }).waitFor();
  await click(button("Listen"));
  await eventually(async () => {
    const text = await page.locator('[data-figure="heard"]').innerText();
    const [hz, db] = text.split(", ").map(toNumber);
    assert.ok(Math.abs(hz - TONE_HZ) < 12 && db > -20 && db < -3, text);
  });
  await page.waitForTimeout(2_500);

  await click(button("Stop"));
  await click(button("Stop the graph"));
  // The page says where the recording is.
  const path = `${await Deno.realPath(folder.path)}/${suggested}`;
  await page.locator(".notice", { hasText: `Recorded: ${path}` }).waitFor();
  await assertTone(path);
  assert.deepEqual(browser.faults, []);
});

/** Starts `sluice serve` in a folder. */
async function serve(cwd: string) {
  const child = spawn(["serve", "--json"], { cwd });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes('"serving"')) {
    const { value } = await lines.read();
    if (value === undefined) assert.fail(new TextDecoder().decode((await child.stderr.getReader().read()).value));
    text += value;
  }
  return {
    url: /"url":"([^"]+)"/.exec(text)![1],
    async end() {
      child.kill("SIGINT");
      await lines.cancel();
      await child.stderr.cancel();
      await child.status;
    },
  };
}

/** Presses the mouse in the middle of what is there to be pressed. */
async function click(what: Locator): Promise<void> {
  await what.waitFor();
  await eventually(async () => assert.equal(await what.isEnabled(), true));
  await what.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await what.boundingBox())!;
  await what.page().mouse.click(x + width / 2, y + height / 2);
}

/** Draws a link from an output onto a node, once the graph has its place. */
async function drag(page: Page, from: string, port: string, to: string): Promise<void> {
  const output = page.locator(`.card[data-node="${from}"] .port[title="${port}"]`);
  const card = page.locator(`.card[data-node="${to}"]`);
  await card.waitFor();
  await eventually(async () => {
    const [start, end] = [(await output.boundingBox())!, (await card.boundingBox())!];
    await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await page.mouse.down();
    await page.mouse.move(end.x + 40, end.y + end.height / 2, { steps: 6 });
    const fits = await page.locator('.edit-word[data-fits="true"]').count();
    await page.mouse.up();
    assert.equal(fits, 1);
  });
  await page.locator(`.card[data-node="${to}"] .port.linked`).first().waitFor();
}

/** Clicks the link that leads to a node, close to the node. */
async function clickLinkBefore(page: Page, node: string): Promise<void> {
  await eventually(async () => {
    const { x, y, height } = (await page.locator(`.card[data-node="${node}"]`).boundingBox())!;
    await page.mouse.click(x - 30, y + height / 2);
    assert.equal(await page.locator('[data-inspector][aria-label^="link"]').count(), 1);
  });
}

/** Checks by another program that a file is a WAV file, and by its samples that it has the tone, and the room in it. */
async function assertTone(path: string): Promise<void> {
  const probed = await run("ffprobe", ["-v", "error", "-show_streams", "-of", "json", path]);
  const [stream] = JSON.parse(new TextDecoder().decode(probed)).streams;
  assert.deepEqual([stream.codec_name, stream.sample_rate], ["pcm_f32le", "48000"]);
  assert.ok(Number(stream.duration) > 2, stream.duration);
  const bytes = await run("ffmpeg", ["-v", "error", "-i", path, "-ac", "1", "-f", "f32le", "-"]);
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2).subarray(48_000, 96_000);
  let [real, imaginary, energy] = [0, 0, 0];
  samples.forEach((sample, k) => {
    real += sample * Math.cos(2 * Math.PI * TONE_HZ * k / 48_000);
    imaginary += sample * Math.sin(2 * Math.PI * TONE_HZ * k / 48_000);
    energy += sample * sample;
  });
  // One second holds whole periods, so that all of a tone's energy is in its line.
  const atTone = 2 * (real ** 2 + imaginary ** 2) / samples.length;
  assert.ok(atTone > 0.99 * energy, `${atTone} of ${energy}`);
  const amplitude = Math.sqrt(2 * energy / samples.length);
  assert.ok(amplitude > 0.1 && Math.abs(amplitude - 0.5) > 0.005, `${amplitude}: the room changes the level`);
}

async function run(program: string, args: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new Uint8Array(stdout);
}
