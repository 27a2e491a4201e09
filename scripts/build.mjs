// Compiles the project to `dist`, bundles the library there, then removes what no source stands for any more, so that a stale file cannot pass a test.
// It never empties `dist`: a test that is running meanwhile keeps its files.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from './bundle.mjs';

const compiler = resolve('node_modules/typescript/bin/tsc');
const { status, stdout } = spawnSync(
  process.execPath,
  [compiler, '-p', 'tsconfig.build.json', '--listEmittedFiles', '--pretty', String(process.stderr.isTTY ?? false)],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
);

const emitted = new Set();
for (const line of stdout.split('\n')) {
  if (line.startsWith('TSFILE: ')) emitted.add(resolve(line.slice('TSFILE: '.length).trim()));
  else if (line !== '') console.error(line);
}
if (emitted.size > 0) {
  for (const file of await bundle()) emitted.add(resolve(file)).add(resolve(`${file}.map`));
  for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
    const file = resolve(join(entry.parentPath, entry.name));
    if (entry.isFile() && !emitted.has(file)) rmSync(file, { force: true });
  }
}
process.exitCode = status ?? 1;
