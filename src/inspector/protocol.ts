// What a page and the inspector's server tell each other: JSON texts over one WebSocket. The page greets with the version that it speaks and where it has got
// to; it is told the header, then records from there on. This file is types and names alone; whoever reads a frame checks it.
import type { ActorKey, InspectorRecord, RecordingHeader } from './records.ts';

/** Both sides must speak the same; another version is told, and the socket is closed with {@link CLOSE_VERSION}. */
export const INSPECTOR_VERSION = 1;

/** The WebSocket subprotocol; the token comes as a second one, `token.<token>`. */
export const SUBPROTOCOL = 'troupe.inspector';
export const TOKEN_PREFIX = 'token.';

/** Close codes of the socket. */
export const CLOSE_VERSION = 4001;
export const CLOSE_MALFORMED = 4002;
export const CLOSE_ENDED = 4000;

/** The most bytes that a page may send at once. */
export const MAX_FRAME_BYTES = 64 * 1024;

export type PageFrame =
  | {
      readonly type: 'hello';
      readonly version: number;
      /** What the page has seen already, if it was connected before: the recording's session, and the number of the next record. */
      readonly session?: string;
      readonly next?: number;
    }
  /** Only where `allowSend` is set; `request` comes back in the answer. */
  | {
      readonly type: 'send';
      readonly request: number;
      readonly actor: ActorKey;
      readonly event: { readonly type: string };
    };

export type ServerFrame =
  | {
      readonly type: 'welcome';
      readonly version: number;
      /** A page that has seen another session forgets it. */
      readonly session: string;
      readonly header: RecordingHeader;
      readonly allowSend: boolean;
    }
  /** What stands for all that is kept no longer: a page begins anew with it. */
  | { readonly type: 'base'; readonly records: readonly InspectorRecord[] }
  /** `first` numbers the first of them. */
  | { readonly type: 'records'; readonly first: number; readonly records: readonly InspectorRecord[] }
  | { readonly type: 'sent'; readonly request: number; readonly error?: string }
  | { readonly type: 'refused'; readonly reason: string }
  /** The program has ended, and nothing more will come. */
  | { readonly type: 'ended' };
