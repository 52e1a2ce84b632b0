/** The examples with WebRTC, in Chromium, whose own stand-ins are its camera and its microphone. */
import { match, ok } from "node:assert/strict";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const FAKE_DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

const executablePath = await findChromium();
const ignore = noRustPlugin("webrtc") !== undefined || executablePath === undefined;

for (
  const [name, told] of [["camera-to-browsers", /: \d+ frames sent$/m], [
    "browser-and-back",
    /: \d+ frames sent back$/m,
  ]] as const
) {
  rare(Deno.test)({
    name: `examples/${name}.ts shows moving pictures in a browser`,
    ignore,
    fn: () => watch(name, told),
  });
}

async function watch(name: string, told: RegExp): Promise<void> {
  await using program = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `examples/${name}.ts`],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", SLUICE_LOG: "error", DISPLAY: "", PULSE_SERVER: "unix:/none" },
    stdout: "piped",
  }).spawn();
  const printed = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let address: string | undefined;
  while (address === undefined) {
    const { value, done } = await printed.read();
    ok(!done, text);
    text += value;
    address = /^Open (\S+)$/m.exec(text)?.[1];
  }
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...FAKE_DEVICES] });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => {
      const { videoWidth, currentTime } = document.querySelector("video")!;
      return videoWidth > 0 && currentTime > 1;
    });
    match(await page.locator("p").innerText(), /^$/);
  } finally {
    await browser.close();
  }
  program.kill("SIGINT");
  for (let each; !(each = await printed.read()).done;) text += each.value;
  match(text, told);
}
