// Draws the pictures of the docs anew, by `troupe draw`, from the built machines. A test sees when they are no longer what the machines are.
import { mkdirSync } from 'node:fs';
import { draw } from '../dist/src/cli/draw.js';

/** What is drawn where. */
export const PICTURES = [
  ['dist/actors/index.js#student', 'student.svg'],
  ['dist/actors/index.js#barrier', 'barrier.svg'],
];

/** Writes all pictures into a folder; gives the exit code. */
export async function writePictures(folder) {
  mkdirSync(folder, { recursive: true });
  let code = 0;
  for (const [machine, file] of PICTURES) code ||= await draw([machine, '--out', `${folder}/${file}`]);
  return code;
}

if (import.meta.main ?? process.argv[1]?.endsWith('pictures.mjs'))
  process.exitCode = await writePictures('docs/pictures');
