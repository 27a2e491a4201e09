// Puts the modules of the library into few files, for a thread loads them at each start and a file costs it a millisecond: all of `src` but the
// entries that do something by themselves and what is for tests becomes one chunk, and each module a file of the same name that gives its exports. Whoever imports a
// module by its own name so gets the same one as the library does.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { globSync } from 'tinyglobby';

/** Bundles `src` and `actors` into `dist`, over what the compiler put there; gives the paths of the files written. */
export async function bundle() {
  return [...(await bundleLibrary()), ...(await bundlePage())];
}

async function bundleLibrary() {
  const modules = globSync(['src/**/*.ts', 'src/inspector/chart/*.tsx', 'actors/*.ts'], {
    ignore: ['src/inspector/page/**'],
  });
  const build = await rolldown({
    input: Object.fromEntries(modules.map((path) => [path.replace(/\.tsx?$/, ''), path])),
    external: [/^xstate/, /^rxjs/, /^ws$/, /^vitest$/, /^node:/],
    platform: 'neutral',
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    // what several modules for tests share belongs to the package, too
    chunkFileNames: ({ name }) => (name.startsWith('src/') ? '[name].js' : 'src/[name].js'),
    codeSplitting: {
      groups: [
        // before what a thread never loads, for a group takes along what it needs and no other has taken
        { name: 'src/troupe', test: /[\\/]src[\\/](?!thread\.ts|(testing|inspector|cli)[\\/])/ },
        // the command before it knows what it is for, which needs nothing of the library
        { name: 'src/cli/command', test: /[\\/]src[\\/]cli[\\/](usage|inspect|run-program)\.ts/ },
        // what writes recordings and reads machines, which the model checker does too, and in a browser
        {
          name: 'src/inspector/recorded',
          test: /[\\/]src[\\/]inspector[\\/](definition|describe|mermaid-text|recording)\.ts/,
        },
        // in its own folder, for it starts a module beside it in threads; the matchers apart, for only who has vitest can load them
        { name: 'src/testing/harness', test: /[\\/]src[\\/]testing[\\/](?!(frozen|vitest)\.ts)/ },
        {
          name: 'src/cli/checking',
          test: /[\\/]src[\\/]cli[\\/](check|check-arguments|load-models|progress-line)\.ts/,
        },
        { name: 'src/inspector/inspector', test: /[\\/]src[\\/](inspector|cli)[\\/](?!(troupe|preload)\.ts).*\.ts$/ },
        // what a picture is made by, loaded when one is drawn
        { name: 'src/inspector/drawing', test: /[\\/]node_modules[\\/]|\.tsx$/ },
        { name: 'src/machines', test: /[\\/]actors[\\/]/ },
      ],
    },
  });
  await build.close();
  return output.map(({ fileName }) => `dist/${fileName}`);
}

const PAGE = 'src/inspector/page';

/** The inspector's page: plain files that a browser loads, from a server or from a folder. */
async function bundlePage() {
  mkdirSync(`dist/${PAGE}`, { recursive: true });
  const files = [];
  for (const [name, input] of [
    ['app', `${PAGE}/main.tsx`],
    ['layout', `${PAGE}/layout.ts`],
  ]) {
    const build = await rolldown({
      input,
      platform: 'browser',
    });
    const { output } = await build.write({
      file: `dist/${PAGE}/${name}.js`,
      format: 'iife',
      minify: true,
      sourcemap: false,
    });
    await build.close();
    files.push(...output.map(({ fileName }) => `dist/${PAGE}/${fileName}`));
  }
  // one style sheet: each view has a file of its own, and the order of their names is that of their rules
  const styles = globSync(`${PAGE}/styles/*.css`).toSorted();
  writeFileSync(`dist/${PAGE}/style.css`, styles.map((path) => readFileSync(path, 'utf8')).join('\n'));
  files.push(`dist/${PAGE}/style.css`);
  // the rules of a chart alone, for pictures that are written without a page
  for (const path of ['index.html', 'icon.svg', 'styles/chart.css']) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    copyFileSync(`${PAGE}/${path}`, `dist/${PAGE}/${name}`);
    files.push(`dist/${PAGE}/${name}`);
  }
  // elk is not troupe's own, and its licence goes with it
  writeFileSync(`dist/${PAGE}/layout.js.LICENSE.md`, readFileSync('node_modules/elkjs/LICENSE.md'));
  return [...files, `dist/${PAGE}/layout.js.LICENSE.md`];
}
