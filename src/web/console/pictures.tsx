/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Small pictures of figures that stand beside them in words, so both are hidden from screen readers. */

const SPARK_WIDTH = 120;
const SPARK_HEIGHT = 28;
/** More points than this are one another's neighbours on a screen. */
const SPARK_POINTS_MAX = 60;

/** A line of figures, small; the numbers beside it say what it means. */
export function Spark({ values }: { readonly values: readonly number[] }) {
  const step = Math.max(1, Math.ceil(values.length / SPARK_POINTS_MAX));
  const summed: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    summed.push(values.slice(at, at + step).reduce((sum, value) => sum + value, 0));
  }
  const top = Math.max(1, ...summed);
  const bottom = Math.min(0, ...summed);
  const y = (value: number) => 2 + ((top - value) / (top - bottom)) * (SPARK_HEIGHT - 4);
  const x = (index: number) => (summed.length === 1 ? SPARK_WIDTH : (index / (summed.length - 1)) * SPARK_WIDTH);
  const points = summed.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const line = summed.length === 1 ? [`0,${y(summed[0] ?? 0).toFixed(1)}`, ...points] : points;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${String(SPARK_WIDTH)} ${String(SPARK_HEIGHT)}`}
      width={SPARK_WIDTH}
      height={SPARK_HEIGHT}
      aria-hidden="true"
      focusable="false"
    >
      <polyline points={line.join(" ")} />
    </svg>
  );
}

/** `share`: 0 to 1. A picture beside a number, so it is hidden from screen readers. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-ground" width="100" height="8" rx="1" />
      <rect class="bar-part" width={(100 * Math.min(1, share)).toFixed(1)} height="8" rx="1" />
    </svg>
  );
}
