// Writes docs/proofs.md anew: explores all that is proven, and writes nothing where something does not hold. A test sees when the page is no longer what is found.
import { writeFileSync } from 'node:fs';
import { pageOf } from '../dist/test/fixtures/systems/proofs.js';
import { model } from '../dist/src/testing/index.js';

writeFileSync(
  'docs/proofs.md',
  pageOf((options) => model(options).explore()),
);
