import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problems";

interface Props {
  problem: Problem;
  tone?: "error" | "quiet";
  children?: ComponentChildren;
}

export function Callout({ problem, tone = "error", children }: Props) {
  return (
    <div class={`callout callout-${tone}`} role={tone === "error" ? "alert" : undefined}>
      <p class="callout-title">{problem.title}</p>
      {problem.detail && <p class="callout-detail">{problem.detail}</p>}
      {problem.hint && <p class="callout-hint">{problem.hint}</p>}
      {children}
    </div>
  );
}
