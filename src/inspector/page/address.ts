// What the page's address says after its `#`: the token, which so reaches no server and no log, and what is looked at, so that an address can be handed on. No DOM.
import type { ActorKey } from '../records.ts';

export interface Address {
  readonly token?: string | undefined;
  /** The moment; none is live. */
  readonly at?: number | undefined;
  readonly actor?: ActorKey | undefined;
}

export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const at = fields.get('at');
  return {
    token: fields.get('token') || undefined,
    at: at !== null && at !== '' && Number.isFinite(Number(at)) ? Number(at) : undefined,
    actor: fields.get('actor') || undefined,
  };
}

export function writeAddress({ token, at, actor }: Address): string {
  const fields = new URLSearchParams();
  if (token !== undefined) fields.set('token', token);
  if (at !== undefined) fields.set('at', String(Math.round(at * 1000) / 1000));
  if (actor !== undefined) fields.set('actor', actor);
  const text = fields.toString();
  return text === '' ? '' : `#${text}`;
}
