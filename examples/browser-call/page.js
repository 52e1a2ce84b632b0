// The page's end of a call: blocks of the microphone go to a session, and what it gives goes to the speaker.

/** Hertz. */
const SAMPLE_RATE = 48_000;

/** Blocks that may wait to be sent; what comes while more do is left out, so that a call never lags behind. */
const MAX_WAITING = 10;

const [button, level] = ["call", "level"].map((id) => document.getElementById(id));
const counts = { sent: 0, received: 0, dropped: 0, waiting: 0 };
let call;

button.onclick = async () => {
  button.disabled = true;
  try {
    if (call === undefined) call = await begin();
    else {
      await call.end();
      call = undefined;
    }
    button.textContent = call === undefined ? "Call" : "Hang up";
  } catch (error) {
    show("fault", error.message);
  }
  button.disabled = false;
};

/** Starts a call. */
async function begin() {
  const pipelines = await (await fetch("pipelines")).text();
  const { TransportData, WebSocketTransport } = await import(`${pipelines}/client.js`);
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const audio = new AudioContext({ sampleRate: SAMPLE_RATE });
  await audio.audioWorklet.addModule("blocks.js");
  const session = await new WebSocketTransport(pipelines).stream("voice");
  const recorder = new AudioWorkletNode(audio, "recorder", { numberOfOutputs: 0 });
  const player = new AudioWorkletNode(audio, "player", { numberOfInputs: 0, outputChannelCount: [1] });
  const sentMs = new Map();
  recorder.port.onmessage = async ({ data: samples }) => {
    if (counts.waiting >= MAX_WAITING) return show("dropped", `${++counts.dropped} blocks`);
    counts.waiting++;
    const sequence = counts.sent++;
    sentMs.set(sequence, performance.now());
    show("sent", `${counts.sent} blocks of 20 ms`);
    const block = { kind: "audio", sampleRateHz: SAMPLE_RATE, channels: [samples] };
    // Why a session has ended, its outputs tell.
    await session.sendInput(new TransportData(block, { port: "voice" })).catch(() => {});
    counts.waiting--;
  };
  const receiving = (async () => {
    for await (const { port, payload, sequence } of session) {
      if (port === "voice") {
        player.port.postMessage(payload.channels[0]);
        show("received", `${++counts.received} blocks`);
        show("trip", `${(performance.now() - sentMs.get(sequence)).toFixed(1)} ms`);
        sentMs.delete(sequence);
      } else {
        const [decibels] = payload.value.peakDb;
        level.value = Math.max(decibels, level.min);
        show("decibels", `${decibels.toFixed(1)} dB`);
      }
    }
  })().catch((error) => show("fault", error.message));
  audio.createMediaStreamSource(microphone).connect(recorder);
  player.connect(audio.destination);
  Object.assign(counts, { sent: 0, received: 0, dropped: 0, waiting: 0 });
  show("fault", "");
  return {
    async end() {
      for (const track of microphone.getTracks()) track.stop();
      await session.close();
      await receiving;
      await audio.close();
    },
  };
}

function show(id, text) {
  document.getElementById(id).textContent = text;
}
