/**
 * The text format of Prometheus, version 0.0.4: what a metric is called, its help and type, its samples. Names follow its
 * conventions: base units (`_seconds`, `_bytes`), `_total` for what only grows, `_info` for a constant with labels.
 */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;

export type Metric =
  | {
      readonly type: 'counter' | 'gauge';
      readonly name: string;
      readonly help: string;
      readonly samples: readonly { readonly labels?: Labels; readonly value: number }[];
    }
  | {
      readonly type: 'histogram';
      readonly name: string;
      readonly help: string;
      /** Ascending upper bounds; `counts` has one more, for what is beyond them. Not cumulative. */
      readonly bounds: readonly number[];
      readonly counts: readonly number[];
      readonly sum: number;
    };

export function printExposition(metrics: readonly Metric[]): string {
  return metrics.map(printMetric).join('');
}

function printMetric(metric: Metric): string {
  const head = `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
  if (metric.type === 'histogram') return head + printHistogram(metric);
  return head + metric.samples.map(({ labels, value }) => sample(metric.name, labels, value)).join('');
}

function printHistogram({ name, bounds, counts, sum }: Extract<Metric, { type: 'histogram' }>): string {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    const bound = bounds[index];
    return sample(`${name}_bucket`, { le: bound === undefined ? '+Inf' : String(bound) }, total);
  });
  return buckets.join('') + sample(`${name}_sum`, undefined, sum) + sample(`${name}_count`, undefined, total);
}

function sample(name: string, labels: Labels | undefined, value: number): string {
  const pairs = Object.entries(labels ?? {}).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
