import { useEffect, useRef, useState } from "preact/hooks";
import { apiProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { LinkIcon } from "../ui/icons";
import { share, star, unshare, type Marks } from "./marks";

interface Props {
  /** The prediction's. */
  id: string;
  marks: Marks;
  onMarked(marks: Marks): void;
}

/** What a user does with a prediction of theirs: the star, and the link by which others read it. */
export function OwnActions({ id, marks, onMarked }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSharing, setSharing] = useState(false);
  const words = say.shared;
  const act = async (ask: () => Promise<Marks>) => {
    try {
      onMarked(await ask());
      setProblem(null);
    } catch (error) {
      setProblem(apiProblem(error));
    }
  };
  return (
    <>
      <div class="own-actions">
        <button
          type="button"
          class="button button-quiet"
          aria-pressed={marks.isStarred}
          onClick={() => void act(() => star(id, !marks.isStarred))}
        >
          <span aria-hidden="true">{marks.isStarred ? "★" : "☆"}</span>
          {marks.isStarred ? words.starred : words.star}
        </button>
        <button type="button" class="button button-quiet" onClick={() => setSharing(true)}>
          <LinkIcon /> {marks.publicLink ? words.isShared : words.share}
        </button>
      </div>
      {problem && !isSharing && <Callout problem={problem} />}
      {isSharing && (
        <ShareDialog
          marks={marks}
          problem={problem}
          onShare={(showsInput) => act(() => share(id, showsInput))}
          onUnshare={() => act(() => unshare(id))}
          onClose={() => setSharing(false)}
        />
      )}
    </>
  );
}

interface DialogProps {
  marks: Marks;
  problem: Problem | null;
  onShare(showsInput: boolean): Promise<void>;
  onUnshare(): Promise<void>;
  onClose(): void;
}

function ShareDialog({ marks: { publicLink }, problem, onShare, onUnshare, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [showsInput, setShowsInput] = useState(publicLink?.showsInput ?? false);
  const words = say.shared;
  useEffect(() => dialog.current?.showModal(), []);
  const act = async (work: Promise<void>) => {
    setBusy(true);
    await work;
    setBusy(false);
  };
  // this page's own name for itself, which the reader's friends reach too
  const url = publicLink && new URL(new URL(publicLink.url).pathname, location.href).href;
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="share-title" onClose={onClose}>
      <div class="dialog-form">
        <h2 class="dialog-title" id="share-title">
          {words.shareTitle}
        </h2>
        <p class="dialog-about">{words.shareAbout}</p>
        <label class="scope">
          <input
            type="checkbox"
            class="choice"
            checked={showsInput}
            disabled={isBusy}
            onChange={({ currentTarget: { checked } }) => {
              setShowsInput(checked);
              if (publicLink) void act(onShare(checked));
            }}
          />
          {words.withInput}
        </label>
        {url && (
          <label class="field">
            <span class="field-label">{words.link}</span>
            <input class="input mono" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
          </label>
        )}
        {problem && <Callout problem={problem} />}
        <div class="dialog-actions">
          {url ? (
            <>
              <CopyButton text={() => url} icon={<LinkIcon />} name={words.copy} />
              <a class="button" href={url} target="_blank" rel="noopener">
                {words.open}
              </a>
              <button type="button" class="button" disabled={isBusy} onClick={() => void act(onUnshare())}>
                {words.unshare}
              </button>
            </>
          ) : (
            <button
              type="button"
              class="button button-primary"
              disabled={isBusy}
              onClick={() => void act(onShare(showsInput))}
            >
              {words.make}
            </button>
          )}
          <button type="button" class="button button-quiet" onClick={() => dialog.current?.close()}>
            {words.close}
          </button>
        </div>
      </div>
    </dialog>
  );
}
