/**
 * The runs of a runtime: one at a time, each a session of its own.
 *
 * @module
 */
import type { Driver } from "../driver/driver.ts";
import { warnOfFallback } from "../driver/open.ts";
import { SluiceError } from "../errors.ts";
import { describeThrown } from "../errors/thrown.ts";
import type { EventBus } from "../events/bus.ts";
import { failureNumber } from "../events/run_events.ts";
import { assertComplete, tellAwaited, warnOfUnusedLanes } from "../graph/complete.ts";
import { logger } from "../log.ts";
import { notingWaits } from "../process/noting_waits.ts";
import { assertStartOptions, type RuntimeOptions } from "../runtime_options.ts";
import type { SessionView } from "../runtime_view.ts";
import { KeptStates } from "../session/kept_states.ts";
import { Session } from "../session/session.ts";
import { assertOffLanes } from "../registry/import_module.ts";
import type { RunSummary } from "../stats.ts";
import type { Topology } from "../topology.ts";
import { knownTypes } from "./graph_names.ts";
import { heedSignals, placeAnew, sessionOptions } from "./run_setup.ts";

/** The parts of a runtime that its runs use. */
interface Parts {
  readonly topology: Topology;
  readonly driver: Driver;
  /** The reason for portable mode, if the native library was wanted. */
  readonly driverNote: string | undefined;
  readonly events: EventBus;
  options(): RuntimeOptions;
  /** Reports that a start is refused, or never comes. */
  refused(reason: unknown): void;
  /** Takes the values that hidden nodes hand over. */
  handed(node: string, value: unknown): void;
}

/** The runs of one runtime. */
export class Runs {
  readonly #parts: Parts;
  /** The states of nodes at the end of the last run. */
  readonly kept: KeptStates = new KeptStates();
  readonly #failures = new RunFailures();
  #newest: Session | undefined;
  #count = 0;
  /** The number of requests to stop. */
  #stops = 0;
  /** True while a restart waits for the end of a run. */
  #isRestarting = false;
  /** True if the graph was changed after the newest run ended. */
  #isChanged = false;
  /** True if a run began without sources, or was told to go on after them: later runs then do the same. */
  #outlivesSources = false;
  /** The reason why the runtime was disposed of before any start. */
  #unused: SluiceError | undefined;
  #disposed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The newest run, active or over. */
  get newest(): Session | undefined {
    return this.#newest;
  }

  /** The active run. */
  get active(): Session | undefined {
    return this.#newest?.summary === undefined ? this.#newest : undefined;
  }

  /** The number of runs so far. */
  get count(): number {
    return this.#count;
  }

  /** The run whose figures are shown: none if the graph was changed after it. */
  get shown(): SessionView | undefined {
    return this.#isChanged ? undefined : this.#newest?.view();
  }

  /** Returns the newest run. @throws {SluiceError} `Busy` if there is none */
  started(action: string, remedy = ""): Session {
    if (this.#newest !== undefined) return this.#newest;
    throw new SluiceError("Busy", `Cannot ${action}: the graph was not started${remedy}`);
  }

  /** Prepares a change of the graph. @throws {SluiceError} `Busy` while it runs */
  change(action: string): void {
    this.#assertIdle(action);
    this.#isChanged = true;
  }

  /** Begins a run: see `Runtime.start()`. */
  async start(options: { readonly resume?: boolean }): Promise<void> {
    assertStartOptions(options);
    assertOffLanes("start");
    const { topology, driverNote, refused } = this.#parts;
    const stops = this.#stops;
    if (this.active?.isCutShort) await this.active.finished.catch(() => {});
    this.#assertNotStopped("start", stops);
    this.#assertIdle("start");
    this.#assertMayStart();
    assertComplete(topology, "start");
    warnOfUnusedLanes(topology);
    tellAwaited(topology);
    warnOfFallback(driverNote);
    const before = this.#newest;
    const session = this.#makeSession(options.resume ?? false);
    const forget = heedSignals(this.#parts.options(), topology, () => this.stop());
    session.finished.then(forget, forget);
    try {
      if (before !== undefined) await before.finished.catch(() => {});
      await session.start();
    } catch (error) {
      refused(error);
      throw error;
    }
    session.finished.catch((error) => this.#failures.take(error, session === this.#newest));
  }

  /** Stops the active run and begins another: see `Runtime.restart()`. */
  async restart(options: { readonly resume?: boolean }, start: () => Promise<void>): Promise<void> {
    assertStartOptions(options);
    if (this.#isRestarting) throw new SluiceError("Busy", "Cannot restart: another restart is under way");
    this.active?.assertStarted("restart");
    const stopped = this.stop().catch(() => {});
    const stops = this.#stops;
    this.#isRestarting = true;
    await stopped;
    this.#isRestarting = false;
    this.#assertNotStopped("restart", stops);
    await start();
  }

  async stop(): Promise<RunSummary | undefined> {
    this.#stops++;
    return await this.#newest?.stop();
  }

  /** Settles at the end of the newest run. Whoever awaits it takes its failure. */
  get finished(): Promise<RunSummary> {
    return notingWaits(this.whenEnded(), () => this.#failures.awaited = true);
  }

  /** As `finished`, for parts of the runtime: their waits count for nothing. */
  whenEnded(): Promise<RunSummary> {
    if (this.#newest !== undefined) return this.#newest.finished;
    if (this.#unused !== undefined) return Promise.reject(this.#unused);
    return Promise.reject(new SluiceError("Busy", "Cannot wait for the end: the graph was not started; call start()"));
  }

  /** Ends the active run, and refuses further ones. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#newest === undefined) {
      this.#unused ??= new SluiceError("Busy", "The graph was disposed of before it was started");
      this.#parts.refused(this.#unused);
    }
    await this.#newest?.dispose();
    if (this.#failures.areUnheard) Deno.exitCode ||= 1;
  }

  #makeSession(resume: boolean): Session {
    const { topology, driver, events } = this.#parts;
    const given = this.#parts.options();
    const { endsWithSources = this.#outlivesSources ? false : undefined } = given;
    const options = sessionOptions({ ...given, endsWithSources }, {
      topology,
      driver,
      pausedNs: this.#newest?.pausedNs,
      events,
      kept: this.kept,
      resume,
      handed: this.#parts.handed,
      converters: knownTypes(given.registry, topology),
    });
    this.#outlivesSources = !options.endsWithSources;
    this.#failures.begin();
    this.#isChanged = false;
    this.#count++;
    placeAnew(topology, this.#newest?.betterLanes ?? []);
    return this.#newest = new Session(options);
  }

  /** @param stops the number of requests to stop when `action` was requested @throws {SluiceError} `Busy` */
  #assertNotStopped(action: string, stops: number): void {
    if (this.#stops === stops) return;
    throw new SluiceError("Busy", `Cannot ${action}: the graph was stopped meanwhile`);
  }

  /** @throws {SluiceError} `Busy` */
  #assertMayStart(): void {
    const { signal } = this.#parts.options();
    if (signal?.aborted !== true) return;
    const message = 'Cannot start: option "signal" was aborted, which ends the runtime; make a new Runtime';
    throw new SluiceError("Busy", message, { cause: signal.reason });
  }

  /** @throws {SluiceError} `Busy` */
  #assertIdle(action: string): void {
    if (this.active === undefined && !this.#disposed) return;
    const why = this.#disposed
      ? "the runtime was disposed of; make a new Runtime"
      : "the graph was started; runtime.finished tells of its end";
    throw new SluiceError("Busy", `Cannot ${action}: ${why}`);
  }
}

/** The failed or aborted runs, and whether anybody awaited their ends. */
class RunFailures {
  /** True if somebody awaits or awaited the end of the newest run. */
  awaited = false;
  #failed = false;
  /** True if an earlier run has failed and nobody awaited its end. */
  #unheard = false;

  /** True if any run has failed and nobody awaited its end. */
  get areUnheard(): boolean {
    return this.#unheard || (this.#failed && !this.awaited);
  }

  /** Makes another run the newest one. */
  begin(): void {
    this.#unheard = this.areUnheard;
    this.#failed = this.awaited = false;
  }

  /** Records the failure of a run: logs it if nobody awaits the end of a run. */
  take(error: unknown, isNewest: boolean): void {
    if (isNewest) this.#failed = true;
    if (this.awaited) return;
    const { message } = describeThrown(error);
    logger("runtime").error(message, error instanceof Error ? { failure: failureNumber(error) } : {});
  }
}
