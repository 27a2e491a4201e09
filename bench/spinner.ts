// Does nothing, as fast as it can, from when it is told to until its parent has ended.
const SLICE = 5; // milliseconds, after which it looks whether the parent is there

process.on('disconnect', () => process.exit());
process.once('message', spin);
process.send?.('ready');

function spin(): void {
  const end = performance.now() + SLICE;
  while (performance.now() < end);
  setImmediate(spin);
}
