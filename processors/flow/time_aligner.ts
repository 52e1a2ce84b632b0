/**
 * Finds for each item of one stream, the reference, its partner in another one by time. Knows nothing of frames.
 *
 * An item is decided as soon as nothing that may still come could change what its partner is: when the other stream has
 * come to its time or beyond, or has ended; or when the reference is so far ahead that it is waited for no longer.
 *
 * @module
 */

/** How partners are found. */
export interface AlignRules {
  /** How far apart in time two partners may be, nanoseconds. */
  readonly toleranceNs: number;
  /** How far the reference may be ahead of an item that waits for its partner, nanoseconds of media time. */
  readonly waitNs: number;
  /** Whether a partner is made of the two items around the time, rather than the nearer of them. */
  readonly interpolates: boolean;
}

/** An item of the reference with what was found for it. */
export interface Decided<R, O> {
  readonly item: R;
  readonly timeNs: number;
  /** The nearer of the partner's items; `undefined` where there is no partner. */
  readonly near: O | undefined;
  /** The farther one, where the partner is made of two. */
  readonly far: O | undefined;
  /** How far from `near` to `far` the item's time is, 0 to 0.5. */
  readonly share: number;
  /** The partner's time less the item's, nanoseconds; NaN without one. */
  readonly offsetNs: number;
}

/** An item with its time. */
export interface Timed<T> {
  readonly timeNs: number;
  readonly item: T;
}

/** What a {@linkcode TimeAligner} goes on from: whether items wait, and for what. */
export interface AlignState<R, O> {
  readonly decided: readonly Decided<R, O>[];
  readonly waiting: readonly Timed<R>[];
  readonly others: readonly Timed<O>[];
  readonly newestNs: number;
  readonly givenUpNs: number;
  readonly staleNs: number;
  readonly otherLeftNs: number;
  readonly late: number;
}

/** Most items that wait, whatever `waitNs` says: times that do not go on would otherwise gather without end. */
const MOST_WAITING = 65_536;

/** Items of the other stream that are kept even if they span more than `waitNs`. */
const LEAST_KEPT = 1024;

/**
 * Pairs two streams by time. A stream whose times go back has restarted. Usually both streams restart, one before the
 * other: the aligner then decides every waiting item from what it has. Until the second stream has restarted too, the
 * items that it still sends from before decide and displace nothing of the first.
 */
export class TimeAligner<R, O> {
  rules: AlignRules;
  /** Decided when a stream went back, before anybody asked. */
  #decided: Decided<R, O>[] = [];
  #waiting: Timed<R>[] = [];
  /** Items of the other stream, from `#head` on: the newest up to the time of the reference, and all after it. */
  #others: Timed<O>[] = [];
  #head = 0;
  #newestNs = -Infinity;
  /** Time of the last item that was decided although its partner could still have come. */
  #givenUpNs = -Infinity;
  /** Where the other stream was when the reference went back without it, while it has not followed; else infinite. */
  #staleNs = Infinity;
  /** Where the other stream went back from, while the reference has not followed. */
  #otherLeftNs = -Infinity;
  /** Items that came after the one whose partner they would have been was given up. */
  late = 0;

  constructor(rules: AlignRules) {
    this.rules = rules;
  }

  /** What another one can go on from. */
  get state(): AlignState<R, O> {
    return {
      decided: [...this.#decided],
      waiting: [...this.#waiting],
      others: this.#others.slice(this.#head),
      newestNs: this.#newestNs,
      givenUpNs: this.#givenUpNs,
      staleNs: this.#staleNs,
      otherLeftNs: this.#otherLeftNs,
      late: this.late,
    };
  }
  set state(state: AlignState<R, O>) {
    this.#decided = [...state.decided];
    this.#waiting = [...state.waiting];
    this.#others = [...state.others];
    this.#head = 0;
    this.#newestNs = state.newestNs;
    this.#givenUpNs = state.givenUpNs;
    this.#staleNs = state.staleNs;
    this.#otherLeftNs = state.otherLeftNs;
    this.late = state.late;
  }

  /** Items of the reference that wait for their partners. */
  get waiting(): number {
    return this.#decided.length + this.#waiting.length;
  }

  /** Items of the other stream that are kept. */
  get kept(): number {
    return this.#others.length - this.#head;
  }

  /** Whether the first that waits could be decided by an item of the other stream that is there to be read. */
  get wantsOther(): boolean {
    return this.#decided.length === 0 && this.#waiting.length > 0 && !this.#isReached();
  }

  /**
   * Whether as much of the other stream is kept for items to come as may be, so that the rest had better wait outside.
   * Never while the reference has yet to follow the other stream back: that it does is not sure.
   */
  get isFull(): boolean {
    return this.#otherLeftNs === -Infinity && this.#isFull();
  }

  /** Forgets the oldest of the other stream until there is room for another. */
  makeRoom(): void {
    while (this.#isFull()) this.#forget(1);
  }

  /** Takes the next item of the reference. One whose time is no finite number is left out. */
  pushReference(timeNs: number, item: R): void {
    if (!Number.isFinite(timeNs)) return;
    if (timeNs < this.#newestNs) this.#goBack(timeNs);
    if (timeNs >= this.#staleNs - this.rules.toleranceNs) this.#staleNs = Infinity;
    this.#waiting.push({ timeNs, item });
    this.#newestNs = timeNs;
  }

  /** Takes the next item of the other stream. One whose time is no finite number is left out. */
  pushOther(timeNs: number, item: O): void {
    if (!Number.isFinite(timeNs)) return;
    // It is from before the start that the reference has made.
    if (timeNs >= this.#staleNs) return;
    this.#staleNs = Infinity;
    const newestNs = this.#others.at(-1)?.timeNs ?? -Infinity;
    if (timeNs < newestNs) {
      if (newestNs - timeNs > this.rules.toleranceNs) {
        this.#decideAll();
        this.#otherLeftNs = Math.max(this.#otherLeftNs, newestNs);
      }
      this.#clear();
      this.#givenUpNs = -Infinity;
    }
    if (timeNs >= this.#otherLeftNs) this.#otherLeftNs = -Infinity;
    if (timeNs <= this.#givenUpNs) this.late++;
    if (this.#otherLeftNs > -Infinity) this.makeRoom();
    this.#others.push({ timeNs, item });
    if (this.#otherLeftNs === -Infinity) this.#forgetBefore(this.#waiting[0]?.timeNs ?? this.#newestNs);
  }

  /**
   * Decides the first item that waits.
   *
   * @param ended whether nothing more comes of the other stream
   * @returns `undefined` if none waits, or if its partner may still come
   */
  next(ended: boolean): Decided<R, O> | undefined {
    const done = this.#decided.shift();
    if (done !== undefined) return done;
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const { timeNs } = first;
    if (!ended && !this.#isReached()) {
      const isOverdue = this.#newestNs - timeNs >= this.rules.waitNs || this.#waiting.length >= MOST_WAITING;
      if (!isOverdue) return undefined;
      this.#givenUpNs = timeNs;
    }
    return this.#decideFirst();
  }

  #isFull(): boolean {
    const { kept } = this;
    if (kept < LEAST_KEPT) return false;
    return kept >= MOST_WAITING || this.#others.at(-1)!.timeNs - this.#others[this.#head].timeNs >= this.rules.waitNs;
  }

  /** Whether nothing that may still come of the other stream could change the partner of the first that waits. */
  #isReached(): boolean {
    const newest = this.#others.at(-1);
    return this.#otherLeftNs > -Infinity || (newest !== undefined && newest.timeNs >= this.#waiting[0].timeNs);
  }

  #decideFirst(): Decided<R, O> {
    const first = this.#waiting.shift()!;
    const { timeNs } = first;
    const newest = this.#others.at(-1);
    // It is from before the start that the other stream has made, all of whose items wait for the reference's.
    if (this.#otherLeftNs > -Infinity && newest !== undefined && newest.timeNs < timeNs) {
      return this.#pair(first, newest, undefined);
    }
    this.#forgetBefore(timeNs);
    const [head, second] = [this.#others[this.#head], this.#others[this.#head + 1]];
    const before = head !== undefined && head.timeNs <= timeNs ? head : undefined;
    return this.#pair(first, before, before === undefined ? head : second);
  }

  #decideAll(): void {
    while (this.#waiting.length > 0) this.#decided.push(this.#decideFirst());
  }

  #goBack(timeNs: number): void {
    this.#decideAll();
    this.#givenUpNs = -Infinity;
    const hasFollowed = this.#otherLeftNs > -Infinity;
    this.#otherLeftNs = -Infinity;
    const oldest = this.#others[this.#head];
    if (hasFollowed || (oldest !== undefined && oldest.timeNs - timeNs <= this.rules.toleranceNs)) return;
    this.#staleNs = Math.min(this.#staleNs, this.#others.at(-1)?.timeNs ?? Infinity);
    this.#clear();
  }

  /** Forgets all of the other stream before its newest item up to a time. */
  #forgetBefore(timeNs: number): void {
    let passed = 0;
    while (passed + 1 < this.kept && this.#others[this.#head + passed + 1].timeNs <= timeNs) passed++;
    this.#forget(passed);
  }

  #forget(count: number): void {
    this.#others.fill(undefined as unknown as Timed<O>, this.#head, this.#head + count);
    this.#head += count;
    if (this.#head <= LEAST_KEPT || this.#head < this.kept) return;
    this.#others.splice(0, this.#head);
    this.#head = 0;
  }

  #clear(): void {
    this.#others = [];
    this.#head = 0;
  }

  #pair({ timeNs, item }: Timed<R>, before: Timed<O> | undefined, after: Timed<O> | undefined): Decided<R, O> {
    const { toleranceNs, interpolates } = this.rules;
    const back = before === undefined || timeNs - before.timeNs > toleranceNs ? undefined : before;
    const ahead = after === undefined || after.timeNs - timeNs > toleranceNs ? undefined : after;
    const none = { item, timeNs, near: undefined, far: undefined, share: 0, offsetNs: NaN };
    if (interpolates && back?.timeNs !== timeNs) {
      if (back === undefined || ahead === undefined) return none;
      const share = (timeNs - back.timeNs) / (ahead.timeNs - back.timeNs);
      const isBack = share <= 0.5;
      const [near, far] = isBack ? [back, ahead] : [ahead, back];
      return { item, timeNs, near: near.item, far: far.item, share: isBack ? share : 1 - share, offsetNs: 0 };
    }
    const near = ahead === undefined || (back !== undefined && timeNs - back.timeNs <= ahead.timeNs - timeNs)
      ? back
      : ahead;
    if (near === undefined) return none;
    return { item, timeNs, near: near.item, far: undefined, share: 0, offsetNs: near.timeNs - timeNs };
  }
}
