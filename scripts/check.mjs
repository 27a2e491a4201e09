// Builds, which the checks read, and runs every check of this repository, the tests last. It goes on after a failure, so that one
// run tells all that is wrong. The last line is `N passed, N failed`, counted from the test run; the exit code is 0 only if every
// check passed and a test ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const checks = ['build', 'typecheck', 'lint', 'check:package', 'check:api', 'check:unused', 'check:examples'];
const failures = [];

function run(script, ...args) {
  console.log(`\n> ${script}`);
  const begin = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${script}, ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  if (status !== 0) failures.push(script);
}

function countTests() {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-check-'));
  const report = join(folder, 'tests.json');
  run('test', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that cannot be loaded holds no test to fail, and counts as one.
    const unloaded = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    return { passed: numPassedTests, failed: numFailedTests + unloaded, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }; // the run ended before it could report
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const check of checks) run(check);
const { passed, failed, skipped } = countTests();
if (passed + failed === 0) failures.push('no test ran');
else if (failed > 0 && !failures.includes('test')) failures.push('test');

console.log(failures.length === 0 ? '\nEvery check passed.' : `\nFailed: ${failures.join(', ')}.`);
if (skipped > 0) console.log(`${skipped} tests were skipped.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
