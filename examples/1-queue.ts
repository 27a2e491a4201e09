// Demo 1: students who take commands, each in a thread of its own.
import { createThreads, inThread, settled } from 'troupe';
import { createActor } from 'xstate';
import { shared, threads, watched } from './stage.ts';
import { command, say } from './teacher.ts';

type Actors = typeof import('troupe/actors');
const source = import.meta.resolve('troupe/actors');
// one line is all it takes; the other is for `--threads N`
const { student } = shared ? createThreads({ size: threads }).import<Actors>(source) : inThread<Actors>(source);
const volunteer = (name: string) => createActor(student, { id: name, input: { name }, ...watched }).start();

const Alice = volunteer('Alice');
const Bob = volunteer('Bob');
const Charlie = volunteer('Charlie');

try {
  // give out numbers, and ask Charlie what his is
  command(Alice, { type: 'HOLD_THIS', number: 4 });
  command(Bob, { type: 'HOLD_THIS', number: 5 });
  command(Charlie, { type: 'WHATS_YOUR_NUMBER' });
  await settled([Alice, Bob, Charlie]);

  // give Alice a new number
  command(Alice, { type: 'HOLD_THIS', number: 3 });
  await settled(Alice);

  say("And that's about it!");
} finally {
  for (const each of [Alice, Bob, Charlie]) {
    command(each, { type: 'THANKS_FOR_HELPING' });
    await settled(each); // it has gone home: Python's join
  }
}
