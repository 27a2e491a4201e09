// Demo 1: students who take commands, each in a thread of its own.
import { settled } from 'troupe';
import { createActor } from 'xstate';
import { inThread } from './stage.ts'; // troupe's own, which also knows `--threads N`
import { command, say } from './teacher.ts';

const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
const volunteer = (name: string) => createActor(student, { id: name, input: { name } }).start();

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
