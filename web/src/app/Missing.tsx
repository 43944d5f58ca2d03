import { say } from "../messages/messages";

export function Missing() {
  return (
    <div class="stage">
      <h1 class="stage-title">{say.app.missingTitle}</h1>
      <p>{say.app.missing}</p>
      <p>
        <a class="button" href="/">
          {say.app.allModels}
        </a>
      </p>
    </div>
  );
}
