import { say } from "../messages/messages";
import { number } from "../ui/units";
import type { Answer } from "./Answers";

const MOST_ROWS = 100;

/** Answers with their scores as a table, the rest of the columns where there is something in them. */
export function AnswersTable({ answers }: { answers: readonly Answer[] }) {
  const [hasWords, hasPlaces] = [answers.some(({ word }) => word !== ""), answers.some(({ place }) => place !== "")];
  return (
    <div class="answers" role="region" aria-label={say.prediction.answers} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.prediction.answer}</th>
            {hasWords && <th scope="col">{say.prediction.words}</th>}
            <th scope="col">{say.prediction.score}</th>
            {hasPlaces && <th scope="col">{say.prediction.place}</th>}
          </tr>
        </thead>
        <tbody>
          {answers.slice(0, MOST_ROWS).map(({ label, word, score, place }, index) => (
            <tr key={index}>
              <th scope="row">{label}</th>
              {hasWords && <td>{word}</td>}
              <td class="answer-score">
                {score !== null && score >= 0 && score <= 1 && (
                  <span class="answer-bar" style={{ "--part": `${score * 100}%` }} aria-hidden="true" />
                )}
                {score === null ? "" : number(score, 3)}
              </td>
              {hasPlaces && <td class="answer-place">{place}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {answers.length > MOST_ROWS && <p class="hint">{say.prediction.more(answers.length - MOST_ROWS)}</p>}
    </div>
  );
}
