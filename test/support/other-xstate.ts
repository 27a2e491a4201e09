// Another XState: a copy of the installed one in which private members bear other names, beside a copy of troupe that finds it.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A folder in which the compiled fixtures run on another XState. */
export interface OtherXState extends Disposable {
  /** Runs a compiled fixture on an XState that lacks these members; it must end by itself within twenty seconds. */
  run(program: string, lacking: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

export function createOtherXState(): OtherXState {
  const folder = mkdtempSync(join(tmpdir(), 'other-xstate-'));
  const modules = join(folder, 'node_modules');
  const dist = join(modules, 'xstate/dist');
  mkdirSync(modules);
  for (const part of ['package.json', 'dist/src', 'dist/actors'])
    cpSync(resolve(part), join(modules, 'troupe', part), { recursive: true });
  cpSync(resolve('dist/test/fixtures'), join(folder, 'fixtures'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules/rxjs'), join(modules, 'rxjs'));
  cpSync(resolve('node_modules/xstate'), join(modules, 'xstate'), {
    recursive: true,
    filter: (file) => !/declarations|\.umd\.|\.development\.|\.map$/.test(file),
  });
  return {
    run(program, lacking) {
      const members = new RegExp(String.raw`\b(${lacking.join('|')})\b`, 'g');
      for (const file of readdirSync(dist).filter((each) => each.endsWith('js'))) {
        const text = readFileSync(join(resolve('node_modules/xstate/dist'), file), 'utf8');
        writeFileSync(join(dist, file), lacking.length > 0 ? text.replace(members, 'other$1') : text);
      }
      return new Promise((done, failed) => {
        const file = join(folder, 'fixtures/programs', `${program}.js`);
        execFile(process.execPath, [file], { timeout: 20_000, encoding: 'utf8' }, (error, stdout, stderr) => {
          if (error) failed(new Error(`${program} failed or hung: ${stdout}${stderr}`, { cause: error }));
          else done({ stdout, stderr });
        });
      });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
