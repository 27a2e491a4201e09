// The children of an actor.
interface Parent<TChildren> {
  getSnapshot(): { readonly children: TChildren };
}

/** The child of that id; fails if there is none. */
export function childOf<TChildren extends object, TId extends keyof TChildren>(
  parent: Parent<TChildren>,
  id: TId,
): NonNullable<TChildren[TId]> {
  const child = parent.getSnapshot().children[id];
  if (!child) throw new Error(`there is no child '${String(id)}'`);
  return child;
}
