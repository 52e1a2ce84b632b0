import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export abstract class Base {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** How loud it is. */
  @config()
  gainDb = 0;
  /** From where to where. */
  @config()
  rangeHz = { from: 20, to: 20_000 };
  /** Some steps. */
  @config()
  steps: number[] = [1, 2];

  reset(): void {
    this.gainDb = 1;
  }

  process(): void {}
}

@processor()
export class ByTarget extends Base {
  constructor() {
    super();
    (this as Base).gainDb = 5;
    this!.gainDb = 5;
    (this).gainDb = 5;
    this[`gainDb`] = 5;
    super.gainDb = 5;
    delete (this as Partial<Base>).gainDb;
  }
}

@processor()
export class ByPattern extends Base {
  constructor() {
    super();
    [this.gainDb] = [5];
    [this.gainDb = 3] = [];
    ({ k: this.gainDb } = { k: 5 });
    ({ k: [, ...this.steps] } = { k: [5, 6] });
    for (this.gainDb of [5]);
    for ([this.gainDb] of [[5]]);
  }
}

@processor()
export class Inside extends Base {
  constructor() {
    super();
    this.rangeHz.to = 5;
    this.steps[0]++;
    this.steps.push(3);
  }
}

@processor()
export class ByFunction extends Base {
  #set = (): void => {
    this.steps = [];
  };
  #later: () => void;

  constructor() {
    super();
    (() => {
      this.gainDb = 5;
    })();
    [1].forEach((each) => this.gainDb = each);
    this.#init();
    this.#set();
    this.level = 3;
    this.#later = () => {
      this.rangeHz.from = 3;
    };
    this.#later();
  }

  set level(level: number) {
    this.steps = [level];
  }

  #init(): void {
    this.gainDb = 5;
  }
}

@processor()
export class ByMethod extends Base {
  constructor() {
    super();
    this.#twice();
    [1].forEach(this.#bound.bind(this));
  }

  override reset(): void {
    super.reset();
  }

  #twice(): void {
    this.reset();
    this.reset();
  }

  #bound(): void {
    this.gainDb = 7;
  }
}

@processor()
export class ByCall extends Base {
  constructor() {
    super();
    Reflect.set(this, "gainDb", 5);
    Object.defineProperty(this, "gainDb", { value: 5 });
    Object.assign(this as object, { gainDb: 5 });
    globalThis.Object.assign(this, { gainDb: 5 });
  }
}

@processor()
export class ByField extends Base {
  other = (this.gainDb = 5);
}

@processor()
export class ByDefault extends Base {
  constructor(_level = (super(), this.gainDb = 5)) {}
}

declare function prepare(node: Base): number;

@processor()
export class HandedOn extends Base {
  field = prepare(this);

  constructor(name: keyof HandedOn = "gainDb") {
    super();
    const self = this;
    self.gainDb = 5;
    prepare(self);
    Reflect.set(this, name, 5);
    this[name as "gainDb"] = 5;
    [this][0].gainDb = 5;
  }
}

@processor()
export class ByProperty extends Base {
  readonly #handlers: { larger: () => void };

  constructor() {
    super();
    this.#handlers = {
      larger: () => {
        this.gainDb = 8;
      },
    };
    this.#handlers.larger();
    const { level } = this;
    void level;
  }

  get level(): number {
    return this.gainDb = 9;
  }
}
