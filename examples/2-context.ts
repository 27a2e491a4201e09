// Demo 2: a lesson as a context manager. However it ends, everyone is thanked, and has gone home before the program goes on.
// What the students say comes back over a topic, whose ref travels to them in their input.
import { createThreads, settled, topic, type Host } from 'troupe';
import type { Said } from 'troupe/actors';
import { createActor } from 'xstate';
import { fireDrill, threads, watched } from './stage.ts';
import { command, say } from './teacher.ts';

function lesson(host: Host) {
  const audience = topic<Said>('audience');
  const listening = audience.subscribe(({ line }) => console.log(line));

  const { student } = host.import<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
  const volunteer = (name: string) =>
    createActor(student, { id: name, input: { name, audience: audience.ref }, ...watched }).start();
  const students = [volunteer('Alice'), volunteer('Bob'), volunteer('Charlie')] as const;

  return {
    students,
    async [Symbol.asyncDispose]() {
      say("And that's about it!");
      for (const each of students) command(each, { type: 'THANKS_FOR_HELPING' });
      await settled(students);
      listening.unsubscribe();
    },
  };
}

await using host = createThreads({ size: threads }); // one each, unless `--threads` says otherwise
await using running = lesson(host);
const { students } = running;
const [Alice, Bob, Charlie] = students;

command(Alice, { type: 'HOLD_THIS', number: 4 });
command(Bob, { type: 'HOLD_THIS', number: 5 });
await settled(students);

command(Charlie, { type: 'WHATS_YOUR_NUMBER' });
if (fireDrill) throw new Error('Fire drill!');
await settled(students);

// give Alice a new number
command(Alice, { type: 'HOLD_THIS', number: 3 });
await settled(students);
