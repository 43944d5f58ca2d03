import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import { firstWords } from "../markdown/first_words";
import { Callout } from "../ui/Callout";
import { Confirm } from "../ui/Confirm";
import { chatPath, go } from "../ui/router";
import type { Chat } from "./chat";
import { titleOf, type Conversation } from "./conversation";
import { MOST_CONVERSATIONS } from "./store";

interface Props {
  chat: Chat;
  /** The model that is talked to; null where none is. */
  slug: string | null;
}

/** The conversations of this browser, and, where none is shown, the models that one can talk to. */
export function ChatList({ chat, slug }: Props) {
  return (
    <aside class="chat-side" aria-label={say.chat.conversations}>
      {slug === null && <Models chat={chat} />}
      <section class="panel chat-list">
        <div class="chat-list-head">
          <h2 class="section-title">{say.chat.conversations}</h2>
          {slug !== null && (
            <a class="button" href={chatPath(slug)}>
              {say.chat.fresh}
            </a>
          )}
        </div>
        <Conversations chat={chat} />
        <p class="hint">
          {say.chat.storage(MOST_CONVERSATIONS)} {signedIn.value && say.chat.alsoRuns}
        </p>
        {chat.conversations.value.length > 1 && (
          <Confirm
            name={say.chat.removeAll}
            question={say.chat.removeAllAsk}
            onConfirm={async () => {
              await chat.removeAll();
              go(slug === null ? "/chat" : chatPath(slug));
            }}
          />
        )}
      </section>
    </aside>
  );
}

function Conversations({ chat }: { chat: Chat }) {
  const all = chat.conversations.value;
  if (all.length === 0) return <p class="hint">{say.chat.none}</p>;
  return (
    <ul class="chat-items">
      {all.map((one) => (
        <Item key={one.id} chat={chat} one={one} isShown={one.id === chat.conversation.value?.id} />
      ))}
    </ul>
  );
}

function Item({ chat, one, isShown }: { chat: Chat; one: Conversation; isShown: boolean }) {
  const title = titleOf(one) || say.chat.untitled;
  return (
    <li class="chat-item">
      <a href={chatPath(one.model, one.id)} aria-current={isShown ? "page" : undefined}>
        <span class="chat-item-title">{title}</span>
        <span class="hint">{one.model}</span>
      </a>
      <Confirm
        name={say.chat.remove}
        label={say.chat.removeNamed(title)}
        question={say.chat.removeAsk}
        isQuiet
        onConfirm={async () => {
          await chat.remove(one.id);
          if (isShown) go(chatPath(one.model));
        }}
      />
    </li>
  );
}

function Models({ chat }: { chat: Chat }) {
  const models = chat.models.value;
  if (chat.problem.value) return <Callout problem={chat.problem.value} />;
  if (models === null) return <div class="panel output" aria-busy="true" />;
  return (
    <section class="panel chat-list">
      <h2 class="section-title">{say.chat.models}</h2>
      {models.length === 0 && <p class="hint">{say.chat.noModels}</p>}
      <ul class="chat-items">
        {models.map(({ id, slug, description }) => (
          <li key={id} class="chat-item">
            <a href={chatPath(slug)}>
              <span class="chat-item-title">{slug}</span>
              <span class="hint">{firstWords(description)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
