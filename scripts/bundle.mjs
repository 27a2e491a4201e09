// Puts the modules of the library into few files, for a thread loads them at each start and a file costs it a millisecond: all of `src` but the
// thread's own entry and what is for tests becomes one chunk, and each module a file of the same name that gives its exports. Whoever imports a
// module by its own name so gets the same one as the library does.
import { rolldown } from 'rolldown';
import { globSync } from 'tinyglobby';

/** Bundles `src` and `actors` into `dist`, over what the compiler put there; gives the paths of the files written. */
export async function bundle() {
  const modules = globSync(['src/**/*.ts', 'actors/*.ts']);
  const build = await rolldown({
    input: Object.fromEntries(modules.map((path) => [path.replace(/\.ts$/, ''), path])),
    external: [/^xstate/, /^rxjs/, /^node:/],
    platform: 'neutral',
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        { name: 'src/troupe', test: /[\\/]src[\\/](?!thread\.ts|testing[\\/])/ },
        { name: 'src/machines', test: /[\\/]actors[\\/]/ },
      ],
    },
  });
  await build.close();
  return output.map(({ fileName }) => `dist/${fileName}`);
}
