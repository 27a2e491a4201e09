// What the command line takes, and how it refuses what it does not.

export const INSPECT_USAGE = `troupe inspect <script> [-- arguments]    run a program, and watch its actors on a page
troupe inspect <recording.ndjson>         look at a recording

  --port <number>    where the page is served (4477, or the next that is free)
  --no-open          do not open the browser: the address is told
  --no-wait          begin at once, and not when the page is open
  --allow-send       let the page send events to actors`;

export const DRAW_USAGE = `troupe draw <module>#<export>             write the statechart of a machine
troupe draw <recording.ndjson>            write its last 200 messages as text for Mermaid

  --svg                           as a picture, the default for a machine
  --mermaid                       as text for Mermaid
  --direction <down or right>     which way it runs (down)
  --out <file>                    where to write it (standard output)`;

export const CHECK_USAGE = `troupe check <module>                     explore every run of the models that a module exports

  --export <name>                 this one alone
  --seconds <number>              how long at most, each model
  --max-states <number>           how many states at most, each (1000000)
  --max-depth <number>            how many steps from the start at most
  --fault drop=1,duplicate=1,crash=1
                                  what may go wrong, and how often, instead of what the model says
  --simulate <runs>               walk at random so many times instead
  --seed <number>                 which ways are walked
  --out <file>                    write the first counterexample as a recording
  --open                          show it on the inspector's page

  Ctrl-C ends it and tells what is known so far. The exit code is 0 if all holds and all was explored, 1 if something is
  violated, 3 if nothing is but NOT all was explored, and 2 for bad use or a model that cannot be explored.`;

export const USAGE = `${INSPECT_USAGE}

${DRAW_USAGE}

${CHECK_USAGE}

troupe --help
troupe --version`;

/** Bad use: the exit code, after the reason is told. */
export function refuse(reason: string, usage = USAGE): number {
  console.error(`${reason}\n\n${usage}`);
  return BAD_USE;
}

export const BAD_USE = 2;
