/**
 * `rtsp-source` against GStreamer's RTSP server. What it makes of packets, and where it places them in time, is tested in
 * Rust: `crates/plugins/rtsp`.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";
import { Played, type Received } from "./fixtures/played.ts";
import { RtspServer, withServer } from "./fixtures/server.ts";

/** Sound follows without a hole, to the microsecond by which the clock of RTP is rounded. */
function isContinuous(frames: readonly Received[]): void {
  for (const [at, { ptsNs, discontinuity }] of frames.entries()) {
    equal(discontinuity, at === 0);
    if (at > 0) {
      const before = frames[at - 1];
      // Until the sender's first report, and then at a twentieth of its time where it moves.
      ok(Math.abs(ptsNs - before.ptsNs - before.durationNs) <= before.durationNs / 20 + 1e3, `hole before frame ${at}`);
    }
  }
}

withServer("pictures and sound come over the connection as they are", async (server) => {
  await using played = await Played.start({ url: `${server.url}/aac` }, "video", "audio");
  const { video, audio } = played.frames;
  await played.comes("video", 25);
  await until(() => audio.length >= 40);
  deepEqual(new Set(video.map(({ codec }) => codec)), new Set(["h264"]));
  deepEqual(video.slice(0, 25).map(({ keyframe }) => keyframe).indexOf(true), 0);
  for (const { bytes } of video.filter(({ keyframe }) => keyframe)) {
    const types = [...bytes!.entries()].filter(([at]) => bytes!.slice(at, at + 3).join() === "0,0,1")
      .map(([at]) => bytes![at + 3] & 31);
    ok(types.indexOf(7) >= 0 && types.indexOf(7) < types.indexOf(5), `NAL units ${types}`);
  }
  await until(() => played.figure("frames", "decoder") >= 25);
  equal(played.figure("damaged", "decoder"), 0);
  deepEqual([audio[0].codec, [...audio[0].bytes!.subarray(0, 2)]], ["aac", [0xff, 0xf1]]);
  isContinuous(audio);
  deepEqual([played.figure("packetsLost"), played.figure("damaged"), played.figure("leftOut")], [0, 0, 0]);
  match(played.said[0], /^127\.0\.0\.1:\d+ sends video H264, audio MPEG4-GENERIC$/);
});

withServer("frames that are collected come whole, and with few ticks", async (server) => {
  await using played = await Played.start({ url: `${server.url}/aac`, batchMs: 500 }, "video", "audio");
  await played.comes("audio", 100);
  const { ticks, framesOut } = played.runtime.stats().nodes.find(({ id }) => id === played.id)!;
  ok(framesOut > 4 * ticks, `${framesOut} frames in ${ticks} ticks`);
  isContinuous(played.frames.audio);
  deepEqual([played.figure("packetsLost"), played.figure("damaged"), played.figure("leftOut")], [0, 0, 0]);
});

withServer("pictures come by UDP, G.711 as samples and Opus as it is", async (server) => {
  const udp = { transport: "udp" } as const;
  await using laws = await Played.start({ url: `${server.url}/pcmu`, ...udp }, "video", "pcm");
  await using opus = await Played.start({ url: `${server.url}/opus`, ...udp }, "audio");
  await laws.comes("pcm", 25);
  await opus.comes("audio", 25);
  await until(() => laws.figure("frames", "decoder") >= 20);
  equal(laws.figure("damaged", "decoder"), 0);
  isContinuous(laws.frames.pcm);
  isContinuous(opus.frames.audio);
  ok(Math.abs(Math.max(...laws.frames.pcm.map(({ peak }) => peak!)) - 0.8) < 0.05);
  deepEqual([opus.frames.audio[0].codec, opus.frames.audio[0].durationNs], ["opus", 20e6]);
  // Streams of outputs without a link are not asked for.
  match(opus.said[0], /sends audio OPUS$/);
});

withServer("what is refused is told once, and names no secret", async ({ url, lockedUrl }) => {
  const locked = { url: `${lockedUrl}/locked?token=hidden`, user: "me" };
  await using none = await Played.start({ url: `${lockedUrl}/locked` }, "video");
  await using wrong = await Played.start({ ...locked, password: "opensesame" }, "video");
  await using right = await Played.start({ ...locked, url: `${lockedUrl}/locked`, password: "letmein" }, "video");
  await using absent = await Played.start({ url: `${url}/absent?token=hidden` }, "video");
  await using other = await Played.start({ url: `${url}/vp8` }, "video", "audio");
  await using partly = await Played.start({ url: `${url}/opus` }, "video", "pcm");
  await none.says(/wants a user and a password \(401\); set "user" and "password", each by a reference \$\{env:NAME\}/);
  await wrong.says(/refuses the user or the password \(401\)/);
  await absent.says(/has nothing at the path of "url" \(404\)/);
  await other.says(
    /nothing for the outputs that are linked: "video" carries H\.264, H\.265 and JPEG, "audio" carries AAC and Opus; the server has video VP8;/,
  );
  await partly.says(/an output that is linked gets nothing: "pcm" carries PCMU, PCMA and L16; the server has/);
  await right.comes("video", 1);
  await partly.comes("video", 1);
  deepEqual([none, wrong, absent, other].map(({ said }) => said.length), [1, 1, 1, 1]);
  for (const { said } of [wrong, absent]) ok(!/opensesame|hidden/.test(said.join()), said.join());
});

withServer("a server that is killed and comes back is played on", async (server) => {
  await using played = await Played.start({ url: `${server.url}/opus` }, "audio");
  const { audio } = played.frames;
  await played.comes("audio", 5);
  await server[Symbol.asyncDispose]();
  await played.says(/has ended the session|reading from RTSP peer/);
  await played.says(/Connection refused/);
  const before = audio.length;
  await using _back = await RtspServer.start(server.port);
  await played.comes("audio", 10);
  const times = audio.map(({ ptsNs }) => ptsNs);
  deepEqual(times, times.toSorted((a, b) => a - b));
  deepEqual(audio.map(({ discontinuity }, at) => discontinuity ? at : -1).filter((at) => at >= 0), [0, before]);
  equal(played.figure("reconnects"), 1);
  equal(played.said.filter((line) => /refused/.test(line)).length, 1);
});

withServer("a stream that stops is told, and asked for again", async (server) => {
  await using played = await Played.start({ url: `${server.url}/short`, timeoutMs: 700 }, "video");
  await played.says(/nothing has come from 127\.0\.0\.1:\d+ for 0\.7 s/);
  await until(() => played.figure("reconnects") > 0);
}, rare(Deno.test));

withServer("sources of one server are aligned", async (server) => {
  const url = `${server.url}/opus`;
  await using one = await Played.start({ url }, "video", "audio");
  await one.comes("video", 20);
  await using other = await Played.start({ url, transport: "udp" }, "video");
  // Reports come within a few seconds, and what is apart then moves by a fifth of its time.
  await other.comes("video", 250);
  const key = ({ bytes }: Received) => bytes!.join();
  const times = new Map(one.frames.video.map((frame) => [key(frame), frame.ptsNs]));
  const apart = other.frames.video.slice(-50).flatMap((frame) => {
    const ptsNs = times.get(key(frame));
    return ptsNs === undefined ? [] : [Math.abs(ptsNs - frame.ptsNs) / 1e6];
  });

  ok(apart.length >= 25, `${apart.length} pictures of both`);
  ok(Math.max(...apart) < 20, `${Math.max(...apart)} ms apart`);
}, rare(Deno.test));
