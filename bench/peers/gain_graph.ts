/** The graph of a gain through which sessions send blocks. */
export const GAIN = {
  version: 1,
  nodes: { gain: { type: "gain", config: { gainDb: -6 } } },
  inputs: { voice: "gain.audioIn" },
  outputs: { voice: "gain.audioOut" },
} as const;
