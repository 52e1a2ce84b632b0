/**
 * A page that publishes the camera and the microphone of whoever opens it, or plays, for the examples with WebRTC.
 *
 * @module
 */

/** What the page does: where it publishes to, and what it plays. */
export interface PageAddresses {
  readonly whip?: string;
  readonly whep?: string;
}

const SCRIPT = `
const { whip, whep } = JSON.parse(document.body.dataset.addresses);
const post = async (address, peer) => {
  await peer.setLocalDescription();
  const headers = { "content-type": "application/sdp" };
  const answer = await fetch(address, { method: "POST", headers, body: peer.localDescription.sdp });
  const sdp = await answer.text();
  if (answer.status !== 201) throw new Error(sdp);
  await peer.setRemoteDescription({ type: "answer", sdp });
};
const publish = async () => {
  const media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const peer = new RTCPeerConnection();
  for (const track of media.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [media] });
  await post(whip, peer);
};
const play = async () => {
  const peer = new RTCPeerConnection();
  const kinds = ["video", "audio"].map((kind) => peer.addTransceiver(kind, { direction: "recvonly" }));
  document.querySelector("video").srcObject = new MediaStream(kinds.map(({ receiver }) => receiver.track));
  await post(whep, peer);
};
try {
  if (whip) await publish();
  if (whep) await play();
} catch (error) {
  document.querySelector("p").textContent = error.message;
}
`;

/**
 * Serves the page.
 *
 * @param addresses of a server that lets pages of the origin in that this returns
 */
export function servePage(hostname: string, port: number, addresses: PageAddresses): Deno.HttpServer {
  const data = JSON.stringify(addresses).replaceAll('"', "&quot;");
  const page = `<!doctype html><meta charset="utf-8"><title>Sluice</title><body data-addresses="${data}">` +
    `<video autoplay muted controls playsinline></video><p></p><script type="module">${SCRIPT}</script>`;
  return Deno.serve({ hostname, port, onListen: () => {} }, () => {
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
}
