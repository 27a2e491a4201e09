// What the command line takes, and how it refuses what it does not.

export const DRAW_USAGE = `troupe draw <module>#<export>             write the statechart of a machine
troupe draw <recording.ndjson>            write its last 200 messages as text for Mermaid

  --svg                           as a picture, the default for a machine
  --mermaid                       as text for Mermaid
  --direction <down or right>     which way it runs (down)
  --out <file>                    where to write it (standard output)`;

export const USAGE = `troupe inspect <script> [-- arguments]    run a program, and watch its actors on a page
troupe inspect <recording.ndjson>         look at a recording

  --port <number>    where the page is served (4477, or the next that is free)
  --no-open          do not open the browser: the address is told
  --no-wait          begin at once, and not when the page is open
  --allow-send       let the page send events to actors

${DRAW_USAGE}

troupe --help
troupe --version`;

/** Bad use: the exit code, after the reason is told. */
export function refuse(reason: string): number {
  console.error(`${reason}\n\n${USAGE}`);
  return BAD_USE;
}

export const BAD_USE = 2;
