import { useState } from "preact/hooks";
import { apiProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { ThumbIcon } from "../ui/icons";
import { noteThumb } from "./notes";

interface Props {
  /** The prediction's. */
  id: string;
  value: number | null;
  onNoted(value: number): void;
}

/** What whoever ran a prediction thinks of it, which the results of experiments count. */
export function Thumbs({ id, value, onNoted }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const note = async (choice: number) => {
    try {
      const refusal = await noteThumb(id, choice);
      setProblem(refusal);
      if (!refusal) onNoted(choice);
    } catch (error) {
      setProblem(apiProblem(error));
    }
  };
  return (
    <>
      <span class="thumbs" role="group" aria-label={say.prediction.judge}>
        {[1, 0].map((choice) => {
          const name = choice === 1 ? say.prediction.good : say.prediction.bad;
          return (
            <button
              key={choice}
              type="button"
              class="button button-icon button-quiet thumb"
              aria-label={name}
              title={name}
              aria-pressed={value === choice}
              onClick={() => void note(choice)}
            >
              <ThumbIcon isDown={choice === 0} />
            </button>
          );
        })}
      </span>
      {problem && <Callout problem={problem} />}
    </>
  );
}
