// What came of the runs, as a page of the docs.
/** When what passes the boundary is delivered. */
export const MODES = {
  sync: 'all within the call',
  async: 'starts, what an actor puts out as it begins, and stops within the call; all else takes a hop each way',
  thread: 'all takes a hop each way',
};

export function toMarkdown({ suiteVersion, installed, baseline, runs, reasons }) {
  const table = runs.map(({ hosts, mode, tests }) => {
    const failed = tests.filter(({ error }) => error !== undefined).length;
    return `| ${hosts} | \`${mode}\`: ${MODES[mode]} | ${tests.length - failed} | ${failed} |`;
  });
  return [
    "# XState's own tests behind the boundary",
    '',
    '<!-- Written by `npm run conformance -- --suite DIR --markdown docs/conformance.md`. -->',
    '',
    `The core suite of xstate ${suiteVersion}, run against xstate ${installed}: ${baseline.length} tests, all of which pass when nothing is hosted. In`,
    'each run `hostEverything` of `troupe/testing` puts every root, or every invoked and spawned child, in a memory host, so that all that passes between',
    'it and the test goes through the codec and the frames that go to a thread. What deals with types, SCXML and the JSON schema is left out.',
    '',
    '| hosted | mode | pass | fail |',
    '|---|---|---|---|',
    ...table,
    '',
    'There are two modes with hops, for most tests start an actor and look on the next line: in `thread`, which is what a real thread does, that alone fails so many that the other',
    'differences cannot be seen among them; `async` leaves it out, and shows where a test sends and looks.',
    '',
    'A test that fails is listed below under its reason. The run fails for a failure that is not listed, and for a listed one that passes.',
    '',
    '## The reasons',
    '',
    ...Object.entries(reasons)
      .filter(([reason]) => runs.some(({ byReason }) => byReason[reason]))
      .map(([reason, text]) => `- **${reason}**: ${text}`),
    '',
    ...runs.flatMap(({ name, byReason }) => [
      `## ${name[0].toUpperCase()}${name.slice(1)}`,
      '',
      ...Object.entries(byReason).flatMap(([reason, tests]) => [
        `**${reason}** (${tests.length})`,
        '',
        ...tests.map((test) => `- ${escape(test)}`),
        '',
      ]),
    ]),
  ].join('\n');
}

const escape = (text) => text.replaceAll(/[*_<`|]/g, String.raw`\$&`);
