interface Props {
  values: readonly number[];
  label: string;
}

const [WIDTH, HEIGHT] = [120, 24];

/** How a number went, the newest at the right; the lowest line is zero. */
export function Sparkline({ values, label }: Props) {
  const most = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length - 1, 1);
  const points = values.map((value, index) => `${index * step},${HEIGHT - 1 - (value / most) * (HEIGHT - 2)}`);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: ${values.join(" ")}`}>
      <polyline points={points.join(" ")} fill="none" />
    </svg>
  );
}
