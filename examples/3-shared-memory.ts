// Demo 3: students who put numbers into each other's hands, which are in shared memory. A barrier keeps them in step: nobody gives
// before all hands are empty, nobody looks before all have given.
import { createThreads, settled, type Host } from 'troupe';
import { barrier } from 'troupe/actors';
import { createCell } from 'troupe/shared';
import { createActor } from 'xstate';
import { EMPTY, hand } from './3-student.ts';
import { threads, watched, withoutBarrier } from './stage.ts';
import { command, commandAll, say } from './teacher.ts';

function lesson(host: Host) {
  const names = ['Alice', 'Bob', 'Charlie'] as const;
  const hands = names.map((name) => createCell(hand(name), { initial: EMPTY }));
  const meeting = createActor(barrier, { input: { parties: names.length }, ...watched }).start();
  const meets = withoutBarrier ? {} : { barrier: meeting };

  const { student } = host.import<typeof import('./3-student.js')>(new URL('./3-student.js', import.meta.url));
  const volunteer = (name: string) => createActor(student, { id: name, input: { name, ...meets }, ...watched }).start();
  const students = [volunteer('Alice'), volunteer('Bob'), volunteer('Charlie')] as const;

  return {
    students,
    hands,
    async [Symbol.asyncDispose]() {
      say("And that's about it!");
      for (const each of students) command(each, { type: 'THANKS_FOR_HELPING' });
      try {
        await settled(students);
      } finally {
        for (const cell of hands) {
          cell.close();
          cell.unlink();
        }
      }
    },
  };
}

await using host = createThreads({ size: threads });
await using running = lesson(host);
const { students, hands } = running;
const [Alice, Bob, Charlie] = students;

async function passItOn() {
  commandAll(students, { type: 'PASS_IT_ON' });
  await settled(students, (student) => !student.hasTag('busy')); // all have given, and looked
  commandAll(students, { type: 'WHATS_YOUR_NUMBER' });
  await settled(students);
}

command(Alice, { type: 'HOLD_THIS', number: 4 });
command(Bob, { type: 'HOLD_THIS', number: 5 });
command(Charlie, { type: 'HOLD_THIS', number: 6 });
await settled(students);

command(Alice, { type: 'YOU_PASS_TO', name: 'Bob' });
command(Bob, { type: 'YOU_PASS_TO', name: 'Charlie' });
await settled(students);
await passItOn();

command(Charlie, { type: 'YOU_PASS_TO', name: 'Alice' });
await settled(students);
await passItOn();

if (withoutBarrier) {
  // now it is a race, which a number may survive: go on until one is lost
  const lost = () => [4, 5].filter((number) => hands.every((cell) => cell.get() !== number));
  for (let round = 3; lost().length === 0 && round <= 10; round += 1) await passItOn();
  console.error(lost().length > 0 ? `Overwritten: ${lost().join(' and ')}` : 'Nothing was overwritten this time.');
}
