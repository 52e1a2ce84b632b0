/** Which texts of configurations name something of the machine, so that a policy can tell what graphs may name. */
import assert from "node:assert/strict";
import type { ConfigSchema } from "../core/descriptor/descriptor.ts";
import { nodePackage } from "../sluice.gen.ts";

/** The texts that name nothing of the machine. */
const HARMLESS = [
  "chord-source.notes[]",
  "chroma-key.key",
  "clap.parameters{}",
  "clap.plugin",
  "clap.state",
  "compositor.background",
  "delay.initial",
  "delay.initial{}",
  "display.syncGroup",
  "display.title",
  "ffmpeg-sink.format",
  "hls-source.headers{}",
  "http-source.headers{}",
  "microphone.device",
  "overlay.colour",
  "overlay.text",
  "rtmp-source.app",
  "rtmp-source.key",
  "rtsp-source.password",
  "rtsp-source.user",
  "screen.window",
  "shader.code",
  "speaker.device",
  "speaker.syncGroup",
  "srt-sink.passphrase",
  "srt-sink.streamId",
  "srt-source.passphrase",
  "srt-source.streamId",
  "websocket-sink.origins[]",
  "websocket-source.greetings[]",
  "websocket-source.headers{}",
];

const MARKED = {
  "acquisition.address": "host",
  "acquisition.path": "path",
  "arrow-sink.path": "path",
  "camera.device": "path",
  "clap.path": "command",
  "csv-sink.path": "path",
  "display.server.display": "host",
  "ffmpeg-sink.options[]": "command",
  "ffmpeg-sink.path": "path",
  "ffmpeg-source.inputOptions[]": "command",
  "ffmpeg-source.path": "path",
  "hls-sink.path": "path",
  "hls-source.path": "path",
  "hls-source.url": "url",
  "http-source.url": "url",
  "image-sink.path": "path",
  "image-source.path": "path",
  "media-sink.path": "path",
  "media-source.path": "path",
  "media-source.paths[]": "path",
  "mpegts-sink.hostname": "host",
  "mpegts-source.group": "host",
  "mpegts-source.groupInterface": "host",
  "mpegts-source.hostname": "host",
  "overlay.image": "path",
  "pipe-sink.command[]": "command",
  "pipe-sink.path": "path",
  "pipe-source.command[]": "command",
  "pipe-source.path": "path",
  "process.command[]": "command",
  "rtmp-sink.url": "url",
  "rtmp-source.hostname": "host",
  "rtsp-source.url": "url",
  "screen.display": "host",
  "shader.file": "path",
  "srt-sink.hostname": "host",
  "srt-source.hostname": "host",
  "udp-sink.hostname": "host",
  "udp-source.group": "host",
  "udp-source.groupInterface": "host",
  "udp-source.hostname": "host",
  "wav-sink.path": "path",
  "wav-source.path": "path",
  "webrtc-sink.address": "host",
  "webrtc-sink.publicAddress": "host",
  "webrtc-sink.stunServer": "host",
  "webrtc-source.address": "host",
  "webrtc-source.publicAddress": "host",
  "webrtc-source.stunServer": "host",
  "websocket-sink.hostname": "host",
  "websocket-source.url": "url",
};

Deno.test("every text of a shipped node's configuration that names something of the machine is marked", () => {
  const marked: [string, string][] = [];
  const unmarked = new Set<string>();
  const read = (at: string, schema: ConfigSchema): void => {
    const { type, enum: values, anyOf = [], properties = {}, items, additionalProperties: others } = schema;
    const reaches = schema["x-reaches"];
    if (reaches !== undefined) marked.push([at, reaches]);
    else if (values === undefined && (type === "string" || (type === undefined && anyOf.length === 0))) {
      unmarked.add(at);
    }
    if (schema["x-duration"] !== undefined) unmarked.delete(at);
    else for (const each of anyOf) read(at, each);
    if (items !== undefined) read(`${at}[]`, items);
    if (typeof others === "object") read(`${at}{}`, others);
    for (const [key, each] of Object.entries(properties)) read(`${at}.${key}`, each);
  };
  const all = [nodePackage, ...nodePackage.packages ?? []].flatMap(({ nodes }) => nodes);
  for (const { descriptor: { type, config } } of all) read(type, config);
  assert.ok(all.length > 50);
  assert.deepEqual([...unmarked].sort(), HARMLESS);
  assert.deepEqual(Object.fromEntries(marked.sort()), MARKED);
});
