import { execFileSync } from 'node:child_process';

/** Threads run compiled modules, and the tests test what ships: build it first. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
