// Writes an API report for each entry of the package, or with `--check` fails when a report is not what the build says,
// so that a change of the public surface is seen in review.
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const check = process.argv.includes('--check');
const configObjectFullPath = resolve('api-extractor.json');
const packageJsonFullPath = resolve('package.json');
const base = ExtractorConfig.loadFile(configObjectFullPath);
const { exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'));

mkdirSync('etc', { recursive: true });
const changed = [];
for (const [entry, target] of Object.entries(exports)) {
  if (target.types === undefined) continue; // package.json itself
  const reportFileName = `${entry.replace('.', 'troupe').replaceAll('/', '-')}.api.md`;
  const config = ExtractorConfig.prepare({
    configObject: {
      ...base,
      mainEntryPointFilePath: resolve(target.types),
      apiReport: { ...base.apiReport, reportFileName },
    },
    configObjectFullPath,
    packageJsonFullPath,
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: !check,
    printApiReportDiff: check,
    messageCallback(message) {
      // The compiler's version and the like say nothing to a reader.
      if (message.logLevel === ExtractorLogLevel.Info) message.handled = true;
    },
  });
  if (apiReportChanged) changed.push(`etc/${reportFileName}`);
  if (!succeeded) process.exitCode = 1;
}

if (changed.length > 0) {
  const files = changed.join(', ');
  if (check)
    console.error(`The public surface is not what ${files} says. If the change is meant, run \`npm run api\`.`);
  else console.log(`Rewritten: ${files}`);
}
