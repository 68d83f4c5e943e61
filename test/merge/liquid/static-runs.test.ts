import { expect, it } from 'vitest';
import { createEngines } from '../../../src/merge/liquid/liquid.js';
import { defaultLocale } from '../../../src/merge/liquid/locale-filters.js';
import { markStaticRuns } from '../../../src/merge/liquid/static-runs.js';

const engines = createEngines({ locale: defaultLocale, date: 'Mon, 23 Nov 2026 09:00:00 +0100' });

it.each([
  '{% comment %}{% endcapture %}{% endcomment %}{% capture w %}abc{% endcapture %}{{ w | upcase }}',
  '{% comment %}{% capture x %}{% endcomment %}a{% capture w %}abc{% endcapture %}b{{ w | size }}{{ w | upcase }}',
  '{% comment %}{% raw %}{% endcapture %}{% endraw %}{% endcomment %}{% capture w %}abc{% endcapture %}{{ w | reverse | join: "," }}{{ w | upcase }}',
  '{% capture w %}a{% comment %}{% endcapture %}{% endcomment %}bc{% endcapture %}{{ w | upcase }}',
])('no mark becomes a value, whatever stands in a comment: %s', template => {
  const marked = markStaticRuns(template, 'secret');
  for (const context of ['html', 'text'] as const) {
    const rendered = engines[context].parseAndRenderSync(marked.source, {}) as string;
    const words = [...marked.segments(rendered)].map(({ text }) => text).join('');
    expect(words).toBe(engines[context].parseAndRenderSync(template, {}));
    expect(words).toContain('ABC');
    expect(words).not.toMatch(/secret|[\ufdd0\ufdd1]/i);
  }
});
