// Compiles each ```ts fence of the sources and the documents as a reader would paste it into a project of their own: `troupe` is
// the built package, and the checks are the strict ones. A fence whose first line is a comment with a file's name, `// till.ts`,
// stands under that name beside the others of its page, so that they may import './till.js'. Where no fence of the page has
// that name, the machine of this repository in actors/ or examples/ stands in. Errors name the page and its line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

if (!existsSync('dist/src/index.d.ts'))
  throw new Error('Cannot check the examples: there is no build. Run `npm run build`.');
mkdirSync('tmp-examples', { recursive: true });
const root = mkdtempSync('tmp-examples/run-');
let count = 0;

for (const page of globSync(['src/**/*.ts', 'actors/**/*.ts', '*.md', 'docs/*.md'])) {
  const folder = join(root, page);
  const source = readFileSync(page, 'utf8');
  const text = page.endsWith('.ts') ? source.replaceAll(/^ *\* ?/gm, '') : source;
  const fences = [...text.matchAll(/^( *)```(?:ts|typescript)\b.*\n([\s\S]*?)^\1```/gm)];
  if (fences.length === 0) continue;
  mkdirSync(folder, { recursive: true });
  for (const fence of fences) {
    count += 1;
    // Blank lines before the code, so that the compiler's line numbers are the page's.
    const linesAbove = text.slice(0, fence.index).split('\n').length;
    const name = /^ *\/\/ ([\w-]+\.ts)\b/.exec(fence[2])?.[1] ?? `fence-${count}.ts`;
    if (existsSync(join(folder, name)))
      throw new Error(`Cannot check ${page}: two fences are named ${name}. Rename one.`);
    writeFileSync(join(folder, name), `${'\n'.repeat(linesAbove)}${fence[2]}export {};\n`);
  }
  for (const [, name] of fences
    .map((fence) => fence[2])
    .join('')
    .matchAll(/'\.\/([\w-]+)\.js'/g)) {
    const standIn = [`actors/${name}.ts`, `examples/${name}.ts`].find((file) => existsSync(file));
    if (standIn === undefined || existsSync(join(folder, `${name}.ts`))) continue;
    const built = relative(folder, resolve('dist', standIn)).replaceAll('\\', '/').replace(/\.ts$/, '.js');
    writeFileSync(join(folder, `${name}.ts`), `export * from '${built}';\n`);
  }
}

const config = join(root, 'tsconfig.json');
// Without `paths` and `outDir`, `troupe` is found as a dependency is: through the `exports` of package.json, its built declarations.
// Those are checked too; XState's own do not pass `exactOptionalPropertyTypes`.
const compilerOptions = {
  paths: {},
  outDir: null,
  allowImportingTsExtensions: false,
  skipLibCheck: false,
  exactOptionalPropertyTypes: false,
};
// other packages' declarations name what browsers have, and Node's types with a browser's would not be what a reader has
writeFileSync(join(root, 'browser.d.ts'), 'interface Window {}\ninterface HTMLIFrameElement {}\n');
writeFileSync(config, JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, include: ['./**/*.ts'] }));
const compiler = resolve('node_modules/typescript/bin/tsc');
const { status, stdout } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', config], { encoding: 'utf8' });
for (const line of stdout.split('\n')) {
  if (line !== '') console.error(line.replace(`${root}/`, '').replace(/^(\S+)\/[\w-]+\.ts\((\d+),\d+\)/, '$1:$2'));
}
rmSync(root, { recursive: true, force: true });
console.log(`${count} examples ${status === 0 ? 'compile' : 'were compiled: see above'}.`);
process.exitCode = status ?? 1;
