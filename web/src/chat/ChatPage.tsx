import { useEffect, useState } from "preact/hooks";
import { signedIn } from "../api/session";
import { say } from "../messages/messages";
import type { Account } from "../session/account";
import "../styles/chat.css";
import { amend, query, type Route } from "../ui/router";
import { Chat } from "./chat";
import { ChatList } from "./ChatList";
import { Talk } from "./Talk";

/** Conversations with models that answer messages; with one of them where the address names a model. */
export function ChatPage({ route, account }: { route: Route; account: Account }) {
  const slug = route.page === "chat" ? route.slug : null;
  const [chat] = useState(() => new Chat());
  const id = query.value.get("c");
  // whose conversations these are is known once the server has said who is signed in
  const owner = signedIn.value ? account.handle.value : "";
  useEffect(() => {
    if (owner === null) return;
    if (slug === null) void chat.openList(owner);
    else void chat.open(slug, owner, id, location.hash);
  }, [slug, owner, id]);
  useEffect(() => () => chat.leave(), []);

  // once something was said, the address leads back to it
  const conversation = chat.conversation.value;
  const own = conversation && conversation.turns.length > 0 && !chat.isShared.value ? conversation.id : null;
  useEffect(() => {
    if (own !== null && conversation?.model === slug) amend({ c: own });
  }, [own]);

  return (
    <div class={`chat${slug === null ? " chat-index" : ""}`}>
      {slug === null ? (
        <div class="page-head">
          <h1 class="page-title">{say.chat.title}</h1>
          <p class="hint page-lead">{say.chat.about}</p>
        </div>
      ) : (
        <Talk chat={chat} slug={slug} />
      )}
      <ChatList chat={chat} slug={slug} />
    </div>
  );
}
