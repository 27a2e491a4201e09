// A model's options explored to a report, without what checks them and judges `eventually`.
import { beginExploration } from '../../dist/src/testing/model/space/explore.js';
import type { Logics, ModelOptions } from '../../dist/src/testing/model/options.js';
import { createReport } from '../../dist/src/testing/model/trace/report-of.js';
import { partsOf, type Beside } from '../../dist/src/testing/model/trace/report-parts.js';
import type { Report } from '../../dist/src/testing/model/trace/report.js';
import type { ExploreOptions } from '../../dist/src/testing/model/system.js';
import { spaceOf } from './spaces.ts';

export function explore<const TLogics extends Logics>(
  options: ModelOptions<TLogics>,
  limits: ExploreOptions = {},
  beside: Beside = {},
): Report {
  const space = spaceOf(options);
  const exploration = beginExploration(space, options, limits);
  exploration.run();
  const { always = {}, sometimes = {} } = options;
  const claims = { always: Object.keys(always), sometimes: Object.keys(sometimes) };
  return createReport(space, partsOf(exploration.found(), { ...claims, ...beside }));
}

/** A text without the time that it took. */
export const timeless = (text: string): string => text.replaceAll(/\b\d+(?:\.\d)? m?s\b/gu, 'N ms');
