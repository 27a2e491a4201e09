// Objects of a program that must be found again, and that are not kept alive for it.

export interface HeldWeakly<T extends object> {
  add(thing: T): void;
  /** Those that are still there, in the order in which they came. */
  [Symbol.iterator](): Iterator<T>;
}

export function holdWeakly<T extends object>(): HeldWeakly<T> {
  const held = new Set<WeakRef<T>>();
  const collected = new FinalizationRegistry<WeakRef<T>>((gone) => held.delete(gone));
  return {
    add(thing) {
      const ref = new WeakRef(thing);
      held.add(ref);
      collected.register(thing, ref);
    },
    *[Symbol.iterator]() {
      for (const ref of held) {
        const thing = ref.deref();
        if (thing) yield thing;
      }
    },
  };
}
