import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problems";

/** Characters of a detail that may have to be scrolled, which a keyboard has to reach then. */
const LONG = 500;

interface Props {
  problem: Problem;
  tone?: "error" | "quiet";
  children?: ComponentChildren;
}

export function Callout({ problem, tone = "error", children }: Props) {
  return (
    <div class={`callout callout-${tone}`} role={tone === "error" ? "alert" : undefined}>
      <p class="callout-title">{problem.title}</p>
      {problem.detail && (
        <p class="callout-detail" tabIndex={problem.detail.length > LONG ? 0 : undefined}>
          {problem.detail}
        </p>
      )}
      {problem.hint && <p class="callout-hint">{problem.hint}</p>}
      {children}
    </div>
  );
}
