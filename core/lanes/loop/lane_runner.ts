/**
 * Runs a lane on a thread, main or a worker: carries out the commands of the control isolate.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import { keepSecrets } from "../../errors/redaction.ts";
import { ReadySet } from "../lane/ready_set.ts";
import { buildCell, makeInstance } from "../cells/cell_builder.ts";
import { giveState, keepStates } from "../lane/carried_state.ts";
import { explain } from "../cells/call_outcome.ts";
import { tearDown } from "../lane/node_lifecycle.ts";
import { Lane, type LaneSite } from "../lane/lane.ts";
import { carriesOf } from "../edits/edit_rules.ts";
import { LaneEditor } from "../edits/lane_editor.ts";
import { LaneFaults } from "../lane/lane_faults.ts";
import { LaneLoop } from "./lane_loop.ts";
import { attachLink } from "../lane/link_ends.ts";
import type { LaneCommand, LaneInit, LinkEndPlan, NodePlan } from "../messages.ts";
import { calling, reconfigure } from "../lane/node_call.ts";
import { NodeCommands } from "../lane/node_commands.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { yieldNow } from "../cells/event_loop.ts";
import { asksFor, type Schedule } from "../../placement/schedule.ts";

/** How long nodes of a lane that must end may take to tear down, milliseconds. */
const LEAVE_TIMEOUT_MS = 500;

export class LaneRunner {
  readonly lane: Lane;
  readonly faults: LaneFaults;
  readonly #edits: LaneEditor;
  readonly #loop: LaneLoop;
  readonly #commands: NodeCommands;

  constructor(init: LaneInit, site: LaneSite) {
    const lane = this.lane = new Lane(init, site);
    this.faults = new LaneFaults(lane);
    this.#edits = new LaneEditor(lane);
    this.#loop = new LaneLoop(lane, this.#edits, this.faults);
    this.#commands = new NodeCommands(lane);
    this.#schedule(init.schedule);
  }

  /** Carries out a command of the control isolate. Reports failures instead of throwing them. */
  async handle(command: Exclude<LaneCommand, { kind: "init" }>): Promise<void> {
    const { lane } = this;
    if (lane.endIfGivenUp()) return;
    this.#loop.messageCame();
    switch (command.kind) {
      case "secrets":
        keepSecrets(command.secrets);
        break;
      case "open":
        await this.#open(command);
        break;
      case "start":
        for (const cell of lane.cells) cell.wake();
        this.#loop.run().catch((error) => this.faults.failOutside(error));
        break;
      case "schedule":
        this.#schedule(command.schedule);
        break;
      case "stop":
        lane.stopSources(this.#edits.arriving);
        break;
      case "close":
        await this.#close();
        break;
      case "configure":
        this.#configure(command);
        break;
      case "ask":
        this.#commands.take(command);
        break;
      case "pause":
        this.#loop.pause(command.pause);
        break;
      case "resume":
        this.#loop.resume(command.pausedNs);
        break;
      case "prepare":
        await this.#edits.prepare(command);
        break;
      case "handOver":
        await this.#edits.handOver(command);
        break;
      case "accept":
        await this.#edits.accept(command);
        break;
      case "countLost":
        this.#edits.countLost(command);
        break;
      case "attach":
        this.#edits.attach(command);
        break;
      case "abort":
        await this.#edits.abort(command);
        break;
      case "endThread":
        await this.endThread();
        break;
      case "disable":
        await this.faults.disable(command.node, command.record);
        break;
      case "overdue":
        this.faults.overdue(command);
        break;
      case "endCalls":
        // None of these nodes has a process of its own.
        break;
    }
  }

  /**
   * Ends the nodes of a lane whose thread is to end, and then the thread. References that the nodes still hold are left
   * to the ledger.
   */
  async endThread(): Promise<void> {
    const { lane } = this;
    if (lane.closed) return;
    lane.closed = true;
    lane.running = false;
    this.#commands.end();
    for (const cell of lane.cells) {
      if (!cell.ended) cell.abort("the lane has ended");
    }
    // The call of the node that ended the lane may still be under way.
    await yieldNow();
    this.#edits.drop();
    const torn = [...lane.cells.map((cell) => tearDown(cell, lane)), this.#edits.retired()];
    await Promise.race([Promise.all(torn), sleep(LEAVE_TIMEOUT_MS)]);
    lane.publish();
    lane.tellAllNews();
    lane.closePools();
    lane.site.post({ kind: "gone" });
    lane.site.end?.();
  }

  #schedule(schedule: Schedule): void {
    if (!asksFor(schedule)) return;
    const { init, driver, site } = this.lane;
    const refused = driver.scheduleThread(schedule.priority ?? "normal", schedule.cpus ?? []);
    if (refused !== undefined) site.post({ kind: "warning", text: `Lane "${init.name}": ${refused}` });
  }

  async #open(command: Extract<LaneCommand, { kind: "open" }>): Promise<void> {
    const { lane } = this;
    let current: NodeCell | undefined;
    let call = "setup()";
    try {
      lane.cells = await this.#build(command.nodes, command.links);
      lane.cellsCame();
      for (const cell of lane.cells) {
        [current, call] = [cell, "setup()"];
        cell.setPhase(PHASE.setup);
        await calling(lane, cell, () => this.faults.setUp(cell));
        if (lane.endIfGivenUp()) return;
        cell.setPhase(PHASE.idle);
        if (cell.failed || !command.states.has(cell.id)) continue;
        call = "restore()";
        giveState(lane, cell, command.states.get(cell.id));
      }
      const formats = lane.cells.flatMap((cell) =>
        cell.outputs.flatMap((output) =>
          output.format === undefined ? [] : [{ node: cell.id, port: output.name, format: output.format }]
        )
      );
      lane.site.post({ kind: "opened", formats, carries: carriesOf(lane.cells) });
    } catch (error) {
      const reason = current === undefined ? error : explain(error, current, call);
      lane.site.post({ kind: "failed", error: serializeError(reason) });
    }
  }

  async #build(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): Promise<NodeCell[]> {
    const { lane } = this;
    const cells = new Map<string, NodeCell>();
    lane.ready = new ReadySet(nodes.length);
    for (const [rank, plan] of nodes.entries()) {
      const type = await lane.site.findType(plan);
      const cell = buildCell(lane, plan, type.descriptor, await makeInstance(type, plan));
      cell.rank = rank;
      cells.set(plan.id, cell);
    }
    for (const end of links) attachLink(lane, cells, end);
    for (const cell of cells.values()) cell.seal();
    return [...cells.values()];
  }

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { lane } = this;
    const { request } = command;
    const cell = lane.cells.find((each) => each.id === command.node);
    try {
      if (cell === undefined) throw new SluiceError("NodeNotFound", `Cannot configure "${command.node}": it has gone`);
      reconfigure(lane, cell, command);
      lane.site.post({ kind: "configured", request });
    } catch (error) {
      const explained = cell === undefined ? error : explain(error, cell, "configChanged()");
      lane.site.post({ kind: "configured", request, error: serializeError(explained) });
    }
  }

  async #close(): Promise<void> {
    const { lane } = this;
    if (lane.closed) return;
    lane.closed = true;
    lane.running = false;
    this.#commands.end();
    // The links of a committed edit are counted although the lane ends.
    if (this.#edits.due) this.#edits.apply();
    for (const cell of lane.cells) {
      if (!cell.ended) cell.abort("the graph was stopped");
    }
    this.#edits.drop();
    const states = keepStates(lane);
    for (const cell of lane.cells) {
      await tearDown(cell, lane);
    }
    await this.#edits.retired();
    // Frames that reached ended nodes after the last round.
    for (const cell of lane.cells) {
      if (cell.ended) cell.discardInputs();
    }
    lane.publish();
    await this.#loop.leavePark();
    for (const pool of lane.pools) pool.flushMagazine();
    lane.closePools();
    lane.tellAllNews();
    lane.site.post({ kind: "closed", states });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
