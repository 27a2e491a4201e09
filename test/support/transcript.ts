// Compares what a demo printed with its transcript. Runs differ in the order of what different students say; what may not differ is
// put as six rules. All that they need is read from the transcript: who was asked what, and where the teacher waits.

/** A rule that was broken, and how. */
export interface Disagreement {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6;
  readonly text: string;
}

/**
 * Where an output disagrees with a transcript; empty if it agrees.
 *
 * 1. The teacher says the transcript's lines in its order. 2. So does each student. 3. An answer comes after what asked for it.
 * 4. Where the teacher waits, every answer due comes first. 5. No `Go!` comes before every `Ready!` of its round.
 * 6. The lines are whole. If they are not, the rest is not judged.
 */
export function disagreements(output: string, transcript: string): readonly Disagreement[] {
  const said = linesOf(output);
  const expected = linesOf(transcript);
  const torn = tornLines(output, said, new Set(expected.map(({ text }) => text)));
  if (torn.length > 0) return torn;

  const places = new Map(said.map(({ key, place }) => [key, place]));
  const placeOf = ({ key }: Line) => places.get(key) ?? Number.NaN; // no comparison with what was not said holds
  const comesBefore = (first: Line, second: Line) => placeOf(first) < placeOf(second);
  return [
    ...ownOrders(said, expected),
    ...questionsOf(expected)
      .filter(({ question, answer }) => comesBefore(answer, question))
      .map(({ question, answer }) => broken(3, `'${answer.text}' came before '${question.text}', which asked for it`)),
    ...waitsOf(expected)
      .filter(({ due, next }) => comesBefore(next, due))
      .map(({ due, next }) => broken(4, `the teacher said '${next.text}' and did not wait for '${due.text}'`)),
    ...startsOf(expected)
      .filter(({ ready, go }) => comesBefore(go, ready))
      .map(({ ready, go }) => broken(5, `'${go.text}' came before '${ready.text}' of the same round`)),
  ];
}

interface Line {
  readonly text: string;
  readonly speaker: string;
  readonly words: string;
  /** The text, and the how manyth of it this is. */
  readonly key: string;
  readonly place: number;
}

const TEACHER = 'Teacher';

function linesOf(text: string): readonly Line[] {
  const counts = new Map<string, number>();
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, place) => {
      const count = (counts.get(line) ?? 0) + 1;
      counts.set(line, count);
      const [, speaker = '', words = ''] = /^\[(\w+)\] {2}(.*)$/.exec(line) ?? [];
      return { text: line, speaker, words, key: `${line} #${count}`, place };
    });
}

function tornLines(output: string, said: readonly Line[], known: ReadonlySet<string>): readonly Disagreement[] {
  return [
    ...said.filter(({ text }) => !known.has(text)).map(({ text }) => broken(6, `nobody says '${text}'`)),
    ...(output.endsWith('\n') ? [] : [broken(6, 'the last line has no end')]),
  ];
}

/** Rules 1 and 2; as everyone says the right lines, all are there the right number of times. */
function ownOrders(said: readonly Line[], expected: readonly Line[]): readonly Disagreement[] {
  return [...new Set(expected.map(({ speaker }) => speaker))].flatMap((speaker) => {
    const wanted = expected.filter((line) => line.speaker === speaker).map(({ words }) => words);
    const found = said.filter((line) => line.speaker === speaker).map(({ words }) => words);
    if (wanted.join('\n') === found.join('\n')) return [];
    const at = wanted.findIndex((words, index) => words !== found[index]);
    const index = at < 0 ? wanted.length : at;
    const text = `line ${index + 1} of ${speaker} is '${found[index]}' and should be '${wanted[index]}'`;
    return [broken(speaker === TEACHER ? 1 : 2, text)];
  });
}

/** Which line of the teacher's asked for which line of a student's: each takes up its commands in turn. */
function questionsOf(expected: readonly Line[]): readonly { readonly question: Line; readonly answer: Line }[] {
  const students = new Set(expected.map(({ speaker }) => speaker).filter((speaker) => speaker !== TEACHER));
  return [...students].flatMap((student) => {
    const answers = expected.filter(({ speaker }) => speaker === student).values();
    return expected
      .filter(
        ({ speaker, words }) => speaker === TEACHER && /^(\w+), /.exec(words)?.[1]?.match(`^(${student}|Everyone)$`),
      )
      .flatMap((question) => {
        const count = question.words.includes('PASS_IT_ON') ? 3 : 1; // Ready!, Go!, and whom it gives to
        return Array.from({ length: count }, () => ({ question, answer: answers.next().value as Line }));
      });
  });
}

/** Where the transcript has the teacher speak after a student, the teacher has waited for all that was asked before. */
function waitsOf(expected: readonly Line[]): readonly { readonly due: Line; readonly next: Line }[] {
  return expected
    .filter(({ speaker, place }) => speaker === TEACHER && (expected[place - 1]?.speaker ?? TEACHER) !== TEACHER)
    .flatMap((next) =>
      expected.filter(({ speaker, place }) => speaker !== TEACHER && place < next.place).map((due) => ({ due, next })),
    );
}

/** Each `Go!` with each `Ready!` of its round. */
function startsOf(expected: readonly Line[]): readonly { readonly ready: Line; readonly go: Line }[] {
  const round = ({ key }: Line) => key.slice(key.lastIndexOf('#'));
  const goes = expected.filter(({ words }) => words === 'Go!');
  const readies = expected.filter(({ words }) => words === 'Ready!');
  return goes.flatMap((go) => readies.filter((ready) => round(ready) === round(go)).map((ready) => ({ ready, go })));
}

function broken(rule: Disagreement['rule'], text: string): Disagreement {
  return { rule, text };
}
