// The page's own files, for whoever asks by the right name: they hold nothing, for what there is to see comes by the socket alone. The list is fixed, so no path leads
// elsewhere. The headers let the page load and reach nothing but this server.
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Refusal } from './guard.ts';

const TEXT = 'text/plain; charset=utf-8';

const FILES: ReadonlyMap<string, { readonly name: string; readonly type: string }> = new Map([
  ['/', { name: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/index.html', { name: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/app.js', { name: 'app.js', type: 'text/javascript; charset=utf-8' }],
  ['/layout.js', { name: 'layout.js', type: 'text/javascript; charset=utf-8' }],
  ['/layout.js.LICENSE.md', { name: 'layout.js.LICENSE.md', type: TEXT }],
  ['/style.css', { name: 'style.css', type: 'text/css; charset=utf-8' }],
  ['/icon.svg', { name: 'icon.svg', type: 'image/svg+xml' }],
]);

/** What every answer carries. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Answers with a file of the page. */
export function sendFile(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendRefusal(response, { status: 405, reason: 'The inspector only shows. Use GET.' }, { allow: 'GET, HEAD' });
    return;
  }
  const path = request.url?.split('?', 1)[0] ?? '';
  const file = FILES.get(path);
  if (!file) {
    sendRefusal(response, { status: 404, reason: 'There is no such file here. The page is at /.' });
    return;
  }
  // the bundle that this ends up in stands beside the page, as this file does
  const stream = createReadStream(fileURLToPath(new URL(`page/${file.name}`, import.meta.url)));
  stream.once('error', () => {
    const reason = `The page's file '${file.name}' is not there: this troupe was not built whole. Install it anew.`;
    if (!response.headersSent) response.writeHead(500, { ...HEADERS, 'content-type': TEXT }).end(`${reason}\n`);
  });
  stream.once('open', () => {
    response.writeHead(200, { ...HEADERS, 'content-type': file.type });
    if (request.method === 'HEAD') {
      stream.destroy();
      response.end();
    } else {
      // whoever has gone away needs no answer
      pipeline(stream, response, () => {});
    }
  });
}

/** Answers with why not. */
export function sendRefusal(
  response: ServerResponse,
  { status, reason }: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...HEADERS, ...headers, 'content-type': TEXT }).end(`${reason}\n`);
}
