function processor(): (value: unknown, context: ClassDecoratorContext) => void {
  return () => {};
}

/** Annotated with a decorator of its own. */
@processor()
export class NotOurs {}
