// What has been sent to another node and is not known to have been handled there, in order: what waits to be posted, and what was posted, by
// packet. So it is known of each event whether it arrived, was lost, or may have been handled by a node that has died.

/** Who sent an event, for whoever is told that it was not delivered. */
export interface Sender {
  readonly address: string;
}

/** Events for one channel in a row, of one sender. */
export interface Entry {
  readonly to: string;
  readonly sender: Sender | undefined;
  /** How many events. */
  readonly events: number;
  /** How much of the channel's mailbox they take: as many, but a step without events takes its place too. */
  readonly places: number;
  readonly bytes: number;
}

type Growing = { -readonly [TName in keyof Entry]: Entry[TName] };

export interface Ledger {
  /** Notes what is given to the link for a channel. For each event one by one, so nothing is made for the call. */
  add(to: string, sender: Sender | undefined, events: number, places: number, bytes: number): void;
  /** What was noted has been posted, in packets whose frames are numbered below `next`. */
  posted(next: number): void;
  /** The frames below `next` were handled, but for the latest events for some channels, as many as `held` says, which wait there. Gives what is done with. */
  handled(next: number, held: Held | undefined): Entry[];
  /** The frames from `first` to below `next` did not arrive. Gives what was in them. */
  lost(first: number, next: number): Entry[];
  /** The link has ended. Gives what may have been handled, and what was never posted. */
  end(): { readonly posted: Entry[]; readonly waiting: Entry[] };
}

/** How many events wait over there for a channel that takes none yet, by channel. */
export type Held = Readonly<Record<string, number>>;

interface Packet {
  /** Its frames are numbered below this, and from where those of the packet before end. */
  readonly next: number;
  readonly entries: Growing[];
}

export function createLedger(): Ledger {
  let waiting: Growing[] = [];
  let packets: Packet[] = [];
  /** Where the packets begin that are not done with; those before are cut off now and then. */
  let head = 0;
  const kept = new Map<string, Growing[]>();

  const trim = (): void => {
    if (head < 64 || head * 2 < packets.length) return;
    packets = packets.slice(head);
    head = 0;
  };
  const release = (to: string, entries: Growing[], remaining: number): Growing[] => {
    const done: Growing[] = [];
    let excess = sum(entries) - remaining;
    while (excess > 0 && entries[0]) {
      const entry = entries[0];
      if (entry.events <= excess) {
        entries.shift();
        done.push(entry);
        excess -= entry.events;
      } else {
        done.push(split(entry, excess));
        excess = 0;
      }
    }
    if (entries.length === 0) kept.delete(to);
    return done;
  };
  return {
    add(to, sender, events, places, bytes) {
      const last = waiting[waiting.length - 1];
      if (last?.to !== to || last.sender !== sender) {
        waiting.push({ to, sender, events, places, bytes });
        return;
      }
      last.events += events;
      last.places += places;
      last.bytes += bytes;
    },
    posted(next) {
      if (waiting.length === 0) return;
      packets.push({ next, entries: waiting });
      waiting = [];
    },
    handled(next, held) {
      const done: Growing[] = [];
      for (let packet = packets[head]; packet && packet.next <= next; packet = packets[head]) {
        head += 1;
        for (const entry of packet.entries) {
          if (held?.[entry.to] === undefined && !kept.has(entry.to)) done.push(entry);
          else kept.set(entry.to, [...(kept.get(entry.to) ?? []), entry]);
        }
      }
      trim();
      for (const [to, entries] of kept) done.push(...release(to, entries, held?.[to] ?? 0));
      return done;
    },
    lost(first, next) {
      const isLost = (packet: Packet) => packet.next > first && packet.next <= next;
      const open = packets.slice(head);
      packets = open.filter((packet) => !isLost(packet));
      head = 0;
      return open.filter(isLost).flatMap(({ entries }) => entries);
    },
    end() {
      const posted = [...[...kept.values()].flat(), ...packets.slice(head).flatMap(({ entries }) => entries)];
      const left = { posted, waiting };
      kept.clear();
      packets = [];
      head = 0;
      waiting = [];
      return left;
    },
  };
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((events, entry) => events + entry.events, 0);
}

/** Takes the first `events` off an entry. */
function split(entry: Growing, events: number): Growing {
  const bytes = Math.floor((entry.bytes * events) / entry.events);
  entry.events -= events;
  entry.places -= events;
  entry.bytes -= bytes;
  return { ...entry, events, places: events, bytes };
}
