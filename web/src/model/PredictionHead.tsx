import { CopyButton } from "../ui/CopyButton";
import { say } from "../messages/messages";
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
        <h1 class="page-title">{say.model.prediction}</h1>
      </div>
    );
  }
  const { slug } = prediction.model;
  const [owner, name] = slug.split("/");
  return (
    <div class="page-head">
      <div class="page-line">
        <h1 class="page-title page-slug">
          <span class="visually-hidden">{say.model.predictionOf}</span>
          <a class="page-up" href={modelPath(slug)}>
            <span class="page-owner">{owner}/</span>
            {name}
          </a>
        </h1>
        <span class="hint">{say.model.version(prediction.version.number)}</span>
        <time class="hint" dateTime={prediction.createdAt} title={prediction.createdAt}>
          {moment(prediction.createdAt)}
        </time>
        <CopyButton text={() => location.href} icon={<LinkIcon />} name={say.model.copyLink} />
      </div>
    </div>
  );
}
