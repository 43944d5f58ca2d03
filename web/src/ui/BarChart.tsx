interface Bar {
  /** What the bar is of, in words: shown where the pointer is, and read out. */
  name: string;
  value: number;
  /** The value as it is written. */
  text: string;
}

interface Props {
  label: string;
  bars: readonly Bar[];
  /** What stands below the first and the last bar. */
  ends: readonly [string, string];
}

const [WIDTH, HEIGHT] = [600, 120];
const GAP = 0.25;

/** Values side by side, the highest as high as the chart; the same figures have to stand in a table nearby. */
export function BarChart({ label, bars, ends }: Props) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const step = WIDTH / Math.max(bars.length, 1);
  const highest = bars.find(({ value }) => value === most);
  return (
    <figure class="chart">
      <p class="chart-most hint">{most > 0 ? highest?.text : ""}</p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {bars.map(({ name, value, text }, index) => {
          const height = most > 0 ? Math.max((value / most) * HEIGHT, value > 0 ? 1.5 : 0) : 0;
          return (
            <g key={name}>
              <title>{`${name}: ${text}`}</title>
              <rect class="chart-space" x={index * step} y={0} width={step} height={HEIGHT} />
              <rect
                class="chart-bar"
                x={(index + GAP / 2) * step}
                y={HEIGHT - height}
                width={step * (1 - GAP)}
                height={height}
              />
            </g>
          );
        })}
      </svg>
      <figcaption class="chart-ends hint">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </figcaption>
    </figure>
  );
}
