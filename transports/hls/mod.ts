/**
 * HLS for players: what the `hls-sink` nodes of a graph have written, by HTTP. `sluice serve` does it on its own port.
 *
 * @module
 */
export { answerHls } from "./answer_hls.ts";
