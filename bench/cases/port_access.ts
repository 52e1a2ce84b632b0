/**
 * How a node gets at a port: by the field that the port registry has wired, against a lookup by name.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { StreamInput } from "../../core/ports/stream.ts";
import { LevelMeterPorts } from "../../sluice.gen.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare } from "../measure.ts";

const NODES = 64;
const CALLS = 5_000_000;

export const portAccess: Benchmark = {
  name: "port-access",
  about:
    "Getting an input of one of 64 nodes by the generated registry, against `node.port` looked up by name: in a map of " +
    "nodes, then in the node's map of ports.",
  async run({ runs }) {
    const registries: LevelMeterPorts[] = [];
    const byName = new Map<string, Map<string, StreamInput>>();
    const addresses: string[] = [];
    for (let k = 0; k < NODES; k++) {
      const processor = {} as ConstructorParameters<typeof LevelMeterPorts>[0];
      const registry = new LevelMeterPorts(processor);
      registry.wire({
        input: (name) => ({ name: `${k}.${name}`, connected: k % 2 === 0 }) as StreamInput,
        inputs: () => [],
        outputs: () => [],
        output: (name) => ({ name: `${k}.${name}` }) as ReturnType<Parameters<LevelMeterPorts["wire"]>[0]["output"]>,
      });
      registries.push(registry);
      const inputs: Record<string, StreamInput> = registry.inputs();
      byName.set(`node-${k}`, new Map(Object.entries(inputs)));
      addresses.push(`node-${k}.${LevelMeterPorts.INPUT_NAMES[0]}`);
    }
    const ours = () =>
      time(() => {
        let connected = 0;
        for (let k = 0; k < CALLS; k++) {
          if (registries[k % NODES].inputs().audioIn.connected) connected++;
        }
        return connected;
      });
    const theirs = () =>
      time(() => {
        let connected = 0;
        for (let k = 0; k < CALLS; k++) {
          const address = addresses[k % NODES];
          const dot = address.indexOf(".");
          if (byName.get(address.slice(0, dot))!.get(address.slice(dot + 1))!.connected) connected++;
        }
        return connected;
      });
    return [
      await compare(runs, {
        what: "port access by registry",
        peer: "lookup by name",
        goal: { of: "speed", limit: 10 },
        ours,
        theirs,
      }),
    ];
  },
};

function time(body: () => number): number {
  const fromMs = performance.now();
  const connected = body();
  const nsPerCall = (performance.now() - fromMs) * 1e6 / CALLS;
  equal(connected, CALLS / 2, "connected inputs");
  return nsPerCall;
}
