/**
 * Starts the processes of new nodes before lanes are asked to make these: importing takes long in Python, and a lane waits
 * for the process of its node.
 *
 * @module
 */
import { loadNative } from "../../ffi/loader.ts";
import { startProgramAhead } from "../../ffi/program.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { stageOf } from "../lanes/ports/native_node.ts";

/** Resolves when each process has imported its source, or has failed to: its lane starts it again, and tells why. */
export async function startAhead(nodes: readonly NodeEntry[]): Promise<void> {
  const isolated = nodes.filter(({ type }) => type.descriptor.process);
  if (isolated.length === 0) return;
  const { symbols } = loadNative();
  await Promise.all(
    isolated.map(({ type, isolateMemoryMb = 0 }) =>
      startProgramAhead(symbols, stageOf(type), isolateMemoryMb * 2 ** 20)
    ),
  );
}
