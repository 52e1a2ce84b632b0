/**
 * WebRTC for the graph of a script: publishers and players hand their offers to its nodes by WHIP and WHEP. `sluice serve`
 * does the same on its own port.
 *
 * @module
 */
export { serveWebrtc } from "./server.ts";
export type { WebrtcServer } from "./server.ts";
export { answerWhip } from "./whip.ts";
export { obeyPlayers } from "./encoders.ts";
