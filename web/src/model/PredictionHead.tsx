import { CopyButton } from "../ui/CopyButton";
import { LinkIcon } from "../ui/icons";
import { modelPath } from "../ui/router";
import { moment } from "../ui/units";
import type { Desk } from "./desk";

/** Which model made a prediction, and when. */
export function PredictionHead({ desk }: { desk: Desk }) {
  const prediction = desk.run.prediction.value;
  if (!prediction) {
    return (
      <div class="page-head">
        <h1 class="page-title">Prediction</h1>
      </div>
    );
  }
  const { slug } = prediction.model;
  const [owner, name] = slug.split("/");
  return (
    <div class="page-head">
      <div class="page-line">
        <h1 class="page-title page-slug">
          <span class="visually-hidden">Prediction of </span>
          <a class="page-up" href={modelPath(slug)}>
            <span class="page-owner">{owner}/</span>
            {name}
          </a>
        </h1>
        <span class="hint">version {prediction.version.number}</span>
        <time class="hint" dateTime={prediction.createdAt} title={prediction.createdAt}>
          {moment(prediction.createdAt)}
        </time>
        <CopyButton text={() => location.href} icon={<LinkIcon />} name="Copy link" />
      </div>
    </div>
  );
}
