// What is published under a name: it goes along the tree of parents and children to every node, and on each to the one RxJS subject of that name.
import { Subject } from 'rxjs/internal/Subject';
import type { Codec, Encoded } from './codec.ts';
import type { Peer } from './peer.ts';
import type { Outgoing, RawFrame } from './wire.ts';

export interface Publications {
  /** What is published under a name on any node. */
  topic(name: string): Subject<unknown>;
  /** Publishes an encoded value: here at once. */
  publish(topic: string, body: Encoded): void;
  /** Takes what a peer brought, and passes it on. */
  receive(frame: RawFrame, origin: Peer): void;
  close(): void;
}

export interface PublicationsOptions {
  readonly node: { readonly codec: Codec };
  readonly peers: Iterable<Peer>;
  /** Sends a value to a peer, if it has room for it. */
  send(peer: Peer, frame: Outgoing): void;
}

export function createPublications({ node, peers, send }: PublicationsOptions): Publications {
  const topics = new Map<string, Subject<unknown>>();
  /** To every node but the one it came from; the tree has no loops, so each gets it once. */
  const publish = (topic: string, body: Encoded, origin?: Peer): void => {
    for (const peer of peers) {
      if (peer !== origin && (peer.role === 'child' || peer.role === 'parent'))
        send(peer, { type: 'publish', topic, body });
    }
    // decoding hands over binary leaves, and these wait to be posted
    const own = typeof body === 'object' && body.raw ? structuredClone(body) : body;
    topics.get(topic)?.next(node.codec.decode(own));
  };
  return {
    topic(name) {
      let subject = topics.get(name);
      if (!subject) topics.set(name, (subject = new Subject()));
      return subject;
    },
    publish: (topic, body) => publish(topic, body),
    receive: (frame, origin) => publish(frame['topic'] as string, undecoded(frame), origin),
    close() {
      for (const subject of topics.values()) subject.complete();
      topics.clear();
    },
  };
}

/** The value of a frame as it came, to be passed on; a tree that came may hold what only structured clone can carry. */
function undecoded(frame: RawFrame): Encoded {
  return 'tagged' in frame ? { tree: frame['tagged'], raw: true } : JSON.stringify(frame['body']);
}
