import { expect, it } from 'vitest';
import { printExposition } from '../../src/http/exposition.js';
import { commitBounds, DurationHistogram } from '../../src/workflow/serve-metrics.js';

it('prints help, type and samples, with what is special escaped', () => {
  const text = printExposition([
    {
      type: 'counter',
      name: 'mailtrack_http_requests_total',
      help: 'Requests,\nby kind \\ path.',
      samples: [
        { labels: { kind: 'pixel' }, value: 12 },
        { labels: { kind: 'a"b\\c\n' }, value: 0 },
      ],
    },
    { type: 'gauge', name: 'mailtrack_fetches_held', help: 'Held.', samples: [{ value: 0.5 }] },
  ]);
  expect(text).toBe(
    [
      '# HELP mailtrack_http_requests_total Requests,\\nby kind \\\\ path.',
      '# TYPE mailtrack_http_requests_total counter',
      'mailtrack_http_requests_total{kind="pixel"} 12',
      'mailtrack_http_requests_total{kind="a\\"b\\\\c\\n"} 0',
      '# HELP mailtrack_fetches_held Held.',
      '# TYPE mailtrack_fetches_held gauge',
      'mailtrack_fetches_held 0.5',
      '',
    ].join('\n'),
  );
});

it('prints a histogram with buckets that hold all shorter ones, and one for everything', () => {
  const durations = new DurationHistogram();
  for (const seconds of [0.0005, 0.0006, 0.3, 10]) durations.add(seconds);
  const text = printExposition([
    {
      type: 'histogram',
      name: 'x_seconds',
      help: 'X.',
      bounds: commitBounds,
      counts: durations.counts,
      sum: durations.sum,
    },
  ]);
  const buckets = [...text.matchAll(/le="([^"]+)"\} (\d+)/g)].map(([, bound, count]) => `${bound}:${count}`);
  expect(buckets).toEqual([
    '0.0005:1',
    ...['0.001', '0.0025', '0.005', '0.01', '0.025', '0.05', '0.1', '0.25'].map(bound => `${bound}:2`),
    ...['0.5', '1', '2.5'].map(bound => `${bound}:3`),
    '+Inf:4',
  ]);
  expect(text).toMatch(/x_seconds_sum 10\.3011\nx_seconds_count 4\n$/);
});
