// What is not told of a program: the values under keys that sound like secrets. Only keys are looked at, so a secret within a text is told.

/** Whether what a key names is not to be told. */
export type Redact = (key: string) => boolean;

export const isSecret: Redact = (key) =>
  /pass(word|wd|phrase|code)|^pass$|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie/i.test(
    key,
  );

/** The same, asked once of each key; what cannot say whether it is secret is. */
export function rememberRedacted(redact: Redact): Redact {
  const known = new Map<string, boolean>();
  return (key) => {
    let answer = known.get(key);
    if (answer === undefined) {
      try {
        answer = redact(key);
      } catch {
        answer = true;
      }
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, answer);
    }
    return answer;
  };
}

/** Keys may be data. */
const REMEMBERED = 4096;
