import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/client";
import { PublicPredictionDocument, type PublicPredictionQuery } from "../api/generated/graphql";
import { passingProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { isTerminal } from "../prediction/run";
import { Callout } from "../ui/Callout";
import { DownloadIcon } from "../ui/icons";
import { Media, reachable } from "../ui/Media";
import { whileSeen } from "../ui/polling";
import { modelPath, ownerPath, type Route } from "../ui/router";
import { bytes, moment } from "../ui/units";

import "../styles/shared.css";

type Shared = NonNullable<PublicPredictionQuery["publicPrediction"]>;

const EVERY_MS = 2_000;

/** A prediction as whoever has its public link sees it. */
export function SharedPage({ route }: { route: Route }) {
  const token = route.page === "shared" ? route.token : "";
  const shown = useSignal<Shared | null | undefined>(undefined);
  const problem = useSignal<Problem | null>(null);
  const isEnded = shown.value === null || (shown.value !== undefined && isTerminal(shown.value.status));
  useEffect(() => {
    let isHere = true;
    const ask = async () => {
      try {
        const { publicPrediction } = await request(PublicPredictionDocument, { token });
        if (!isHere) return;
        shown.value = publicPrediction;
        problem.value = null;
      } catch (error) {
        if (isHere) problem.value = passingProblem(error);
      }
    };
    void ask();
    const rest = isEnded ? () => {} : whileSeen(EVERY_MS, () => void ask());
    return () => {
      isHere = false;
      rest();
    };
  }, [token, isEnded]);
  if (shown.value === null) return <Gone />;
  return (
    <div class="shared">
      {problem.value && <Callout problem={problem.value} />}
      {shown.value ? <Shown shared={shown.value} /> : !problem.value && <p class="hint">{say.ui.loading}</p>}
    </div>
  );
}

function Gone() {
  return (
    <div class="stage">
      <h1 class="stage-title">{say.shared.goneTitle}</h1>
      <p>{say.shared.gone}</p>
      <p>
        <a class="button" href="/">
          {say.shared.allModels}
        </a>
      </p>
    </div>
  );
}

function Shown({ shared }: { shared: Shared }) {
  const { model, sharedBy, sharedAt, status, input } = shared;
  const words = say.shared;
  return (
    <>
      <div class="page-head">
        <div class="page-line">
          <h1 class="page-title">
            {model ? (
              <>
                <span class="visually-hidden">{words.outputOf}</span>
                <a class="page-up" href={modelPath(model.slug)}>
                  {model.slug}
                </a>
              </>
            ) : (
              words.title
            )}
          </h1>
          <span class="badge" data-status={status}>
            {say.prediction.statuses[status]}
          </span>
        </div>
        <p class="hint">
          {words.sharedBy} <a href={ownerPath(sharedBy)}>{sharedBy}</a> {words.sharedAbout(moment(sharedAt))}
        </p>
      </div>
      <section class="panel output" aria-label={words.output}>
        <div class="output-body">
          <SharedOutput shared={shared} />
        </div>
      </section>
      {isObject(input) && (
        <section class="panel shared-input" aria-labelledby="shared-input">
          <h2 class="section-title" id="shared-input">
            {words.input}
          </h2>
          <dl>
            {fieldsOf(input).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function SharedOutput({ shared: { status, output, text, files } }: { shared: Shared }) {
  const words = say.shared;
  const hasEnded = isTerminal(status);
  const isOther = text === null && files.length === 0 && output !== null;
  return (
    <>
      {!hasEnded && (
        <p class="hint" role="status">
          {words.waiting}
        </p>
      )}
      {text !== null && text !== "" && (
        <div class="text-output" role="region" aria-label={say.prediction.text} tabIndex={0}>
          {text}
        </div>
      )}
      {files.length > 0 && (
        <div class="files">
          {files.map(({ url, contentType, bytes: size, width, height }, index) => (
            <figure key={url} class="picture" style={width ? { "--width": `${width}px` } : undefined}>
              <Media {...{ url, contentType, width, height }} label={words.fileOf(index + 1)} />
              <figcaption>
                <span class="picture-facts">
                  {contentType}, {bytes(Number(size))}
                </span>
                <a class="button button-quiet" href={reachable(url)} download="">
                  <DownloadIcon />
                  {words.download}
                </a>
              </figcaption>
            </figure>
          ))}
        </div>
      )}
      {isOther && (
        <pre class="json-output" tabIndex={0} role="region" aria-label={say.prediction.json}>
          {JSON.stringify(output, null, 2)}
        </pre>
      )}
      {hasEnded && !text && files.length === 0 && !isOther && <p class="hint">{words.noOutput}</p>}
    </>
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of an input: what was said first, then what was set. */
function fieldsOf(input: Record<string, unknown>): [string, unknown][] {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== "");
  const isSaid = ([, value]: [string, unknown]) => typeof value === "string";
  return [...given.filter(isSaid), ...given.filter((field) => !isSaid(field))];
}
