// The teacher, who says each command aloud and then sends it. This is the demo's own program: no machine is needed.
import type { Recipient } from 'troupe';
import type { Command } from 'troupe/actors';

export type Student = Recipient<Command>;

export function say(words: string): void {
  console.log(`[Teacher]  ${words}`);
}

export function command(student: Student, event: Command): void {
  say(`${student.id}, ${aloud(event)}`);
  student.send(event);
}

export function commandAll(students: readonly Student[], event: Command): void {
  say(`Everyone, ${aloud(event)}`);
  for (const student of students) student.send(event);
}

/** `HOLD_THIS 4`; a command with nothing to add ends in the blank. */
function aloud({ type, ...extra }: Command): string {
  return `${type} ${Object.values(extra).join()}`;
}
