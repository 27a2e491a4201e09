// Gives the demos in turn, or those that were asked for. Headings go to standard error, so that standard output is the demos' own.
import { demos } from './stage.ts';

const programmes = [
  { title: '1: a queue of commands', run: () => import('./1-queue.ts') },
  { title: '2: a context manager', run: () => import('./2-context.ts') },
  { title: '3: shared memory', run: () => import('./3-shared-memory.ts') },
];

for (const demo of demos) {
  const { title, run } = programmes[Number(demo) - 1] as (typeof programmes)[number]; // the stage knows which there are
  console.error(`\nDemo ${title}\n`);
  await run();
}
