// A drawing as an SVG file: it stands alone, and is dark where whoever shows it says so.
import { readFileSync } from 'node:fs';
import type { Drawing } from '../inspector/chart/drawing.ts';

/** The text of the file. */
export async function chartFile(drawing: Drawing): Promise<string> {
  const { renderChart } = await loadRender();
  const svg = renderChart(drawing);
  const end = svg.indexOf('>') + 1;
  return `${svg.slice(0, end)}<style>${stylesOf(readFileSync(STYLES, 'utf8'))}</style>${svg.slice(end)}\n`;
}

const STYLES = new URL('../inspector/page/chart.css', import.meta.url);

interface Render {
  renderChart(drawing: Drawing): string;
}

// Preact's types bring those of a browser along, which are not meant here
const loadRender = () => import('../inspector/chart/render.tsx' as string) as Promise<Render>;

const PROPERTY = /(--[\w-]+):\s*light-dark\(([^,]+),\s*([^)]+)\);\s*/g;

/** The page's rules with each colour in its place, for few programs but browsers know custom properties; those that differ again for the dark. */
function stylesOf(rules: string): string {
  const colours = new Map<string, { readonly light: string; readonly dark: string }>();
  const bare = rules
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(PROPERTY, (_, name: string, light: string, dark: string) => {
      colours.set(name, { light, dark });
      return '';
    });
  const painted = (text: string, scheme: 'light' | 'dark') =>
    text.replaceAll(/var\((--[\w-]+)\)/g, (whole, name: string) => colours.get(name)?.[scheme] ?? whole);
  const dark = [...bare.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selector = '', body = '']) => {
    const coloured = body.split(';').filter((declaration) => declaration.includes('var('));
    return coloured.length > 0 ? [`${selector}{${coloured.join(';')}}`] : [];
  });
  return squeeze(`${painted(bare, 'light')}@media (prefers-color-scheme: dark){${painted(dark.join(''), 'dark')}}`);
}

const squeeze = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s*([{};>,:])\s*/g, '$1')
    .replaceAll(';}', '}')
    .trim();
