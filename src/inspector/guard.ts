// Who may look: any page that a browser shows may open a socket to this machine, so an address on loopback protects nothing. What a request says of itself is
// judged here: whom it meant to reach, which page it comes from, and whether it knows the token. Nothing here reads or writes.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SUBPROTOCOL, TOKEN_PREFIX } from './protocol.ts';

/** Why a request is turned away: an HTTP status, and what to do, for people. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405;
  readonly reason: string;
}

/** What a request says of itself. */
export interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-websocket-protocol'?: string | undefined;
}

/** Nobody guesses it: 192 random bits, in letters that a URL takes. */
export const createToken = (): string => randomBytes(24).toString('base64url');

/** Refuses a request that was meant for another name: one that was made to point here (DNS rebinding) is such a name. */
export function refuseHost({ host }: Headers, port: number): Refusal | undefined {
  if (host !== undefined && hostsOf(port).includes(host.toLowerCase())) return undefined;
  return {
    status: 403,
    reason: `This is the inspector of a program on your own machine, and ${host === undefined ? 'the request names no host' : `'${host}' is not its name`}. Open it at http://127.0.0.1:${port}/ with the token of its address.`,
  };
}

/** Refuses a socket that comes from another page than ours, or does not know the token. */
export function refuseSocket(headers: Headers, { port, token }: { port: number; token: string }): Refusal | undefined {
  const foreign = refuseHost(headers, port);
  if (foreign) return foreign;
  if (!hostsOf(port).some((host) => headers.origin === `http://${host}`)) {
    return {
      status: 403,
      reason: `${headers.origin === undefined ? 'What names no origin' : `The page '${headers.origin}'`} may not look: only the inspector's own page may. Open the address that the program has told.`,
    };
  }
  const protocols = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? [];
  const given = protocols.find((each) => each.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
  if (given === undefined || !isSame(given, token)) {
    return {
      status: 401,
      reason: `The token is ${given === undefined ? 'missing' : 'wrong'}. Open the address that the program has told, with all that stands after its #; a program that was started anew has a new one.`,
    };
  }
  if (!protocols.includes(SUBPROTOCOL)) {
    return { status: 400, reason: `The subprotocol '${SUBPROTOCOL}' is missing. Ask for it beside the token.` };
  }
  return undefined;
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Browsers leave out the port of HTTP itself. */
const hostsOf = (port: number) => NAMES.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);

/** Takes as long whatever is given. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string) => createHash('sha256').update(text).digest();
