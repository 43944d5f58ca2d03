import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import {
  ChatModelDocument,
  ChatModelsDocument,
  type ChatModelQuery,
  type ChatModelsQuery,
} from "../api/generated/graphql";
import { failureProblem, isAway, passingProblem, type Problem } from "../api/problems";
import { InputForm } from "../form/values";
import { say } from "../messages/messages";
import { choicesOf } from "../prediction/choice_texts";
import { readNotes } from "../prediction/notes";
import { isTerminal, Run, type Prediction } from "../prediction/run";
import { randomKey } from "../ui/random";
import {
  choose,
  newTurn,
  shownTurns,
  turnsUpTo,
  withChange,
  withTurn,
  type Attachment,
  type Conversation,
  type Turn,
} from "./conversation";
import { conversationOf } from "./link";
import { inputOf, parametersSchema, takesOf, withoutThoughts } from "./messages_input";
import { Store } from "./store";

export type ChatModel = NonNullable<ChatModelQuery["model"]>;
export type Candidate = ChatModelsQuery["models"]["nodes"][number];

const RETRY_MS = 4_000;
const PREPARING_MS = 3_000;
const MOST_MODELS = 50;

/** One conversation with a model: what was said, the answer that is being written, and the others of this browser. */
export class Chat {
  readonly model = signal<ChatModel | null>(null);
  /** Models that answer messages; null until they are known. */
  readonly models = signal<readonly Candidate[] | null>(null);
  /** Why there is no model to talk to, or nothing comes from the server. */
  readonly problem = signal<Problem | null>(null);
  readonly form = signal<InputForm | null>(null);
  readonly conversation = signal<Conversation | null>(null);
  /** Conversations of this browser with any model, the newest first. */
  readonly conversations = signal<readonly Conversation[]>([]);
  /** Whether this browser's database takes what is said. */
  readonly isStored = signal(true);
  /** Whether the conversation came by a link, and is not among this browser's own yet. */
  readonly isShared = signal(false);
  /** Whether an address was to hold a conversation and holds none that can be read. */
  readonly isLinkBroken = signal(false);
  /** What writes the open answer. */
  readonly run = signal<Run | null>(null);
  /** Whether the open answer is to end, as far as it is. */
  readonly isStopping = signal(false);
  readonly turns = computed(() => (this.conversation.value ? shownTurns(this.conversation.value) : []));
  readonly takes = computed(() => takesOf(this.model.value?.latestVersion?.inputSchema));
  readonly isReady = computed(() => this.model.value?.latestVersion?.state === "READY" && this.takes.value !== null);

  readonly #store = new Store();
  #owner = "";
  #turn = 0;
  #timer = 0;
  #schema = "";
  #stop: () => void = () => {};

  /** Shows a conversation with a model: the one of an id, the one that a link holds, or a new one. */
  async open(slug: string, owner: string, id: string | null, hash: string): Promise<void> {
    const current = this.conversation.value;
    const isSame = current?.model === slug && current.owner === owner && current.id === id;
    if (isSame) return;
    const turn = this.#begin();
    this.#owner = owner;
    if (this.model.value?.slug !== slug) {
      this.model.value = null;
      this.form.value = null;
      this.#schema = "";
    }
    this.#leaveAnswer();
    await this.#list();
    const known = this.conversations.value.find((one) => one.id === id && one.model === slug);
    const shared = known || hash === "" ? null : await conversationOf(hash, slug, owner);
    if (turn !== this.#turn) return;
    batch(() => {
      this.isShared.value = shared !== null;
      this.isLinkBroken.value = hash !== "" && !known && shared === null;
      this.conversation.value = known ?? shared ?? newConversation(slug, owner);
    });
    await this.#load(slug, turn);
    if (turn === this.#turn) void this.#resume();
  }

  /** Shows the conversations and models that there are. */
  async openList(owner: string): Promise<void> {
    const turn = this.#begin();
    this.#owner = owner;
    this.#leaveAnswer();
    this.conversation.value = null;
    await this.#list();
    await this.#loadModels(turn);
  }

  leave(): void {
    this.#begin();
    this.#leaveAnswer();
    this.conversation.value = null;
  }

  #begin(): number {
    clearTimeout(this.#timer);
    this.#timer = 0;
    return ++this.#turn;
  }

  async #load(slug: string, turn: number): Promise<void> {
    let wait = RETRY_MS;
    try {
      const { model } = await request(ChatModelDocument, { slug });
      if (turn !== this.#turn) return;
      batch(() => this.#take(model, slug));
      wait = model?.latestVersion?.state === "PREPARING" ? PREPARING_MS : 0;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = passingProblem(error);
      if (!isAway(error)) wait = 0;
    }
    if (wait) this.#timer = window.setTimeout(() => void this.#load(slug, turn).then(() => this.#resume()), wait);
  }

  #take(model: ChatModel | null, slug: string): void {
    this.model.value = model;
    this.problem.value = model ? null : { title: say.chat.noModel(slug), detail: say.chat.noModelAbout };
    const schema = model?.latestVersion?.inputSchema;
    // what was set stays while the schema does
    const text = JSON.stringify(schema ?? null);
    if (text === this.#schema || this.takes.value === null) return;
    this.#schema = text;
    const form = new InputForm(parametersSchema(schema));
    const { parameters = {} } = this.conversation.value ?? {};
    if (Object.keys(parameters).length > 0) form.fill(parameters);
    this.form.value = form;
  }

  async #loadModels(turn: number): Promise<void> {
    try {
      const { models } = await request(ChatModelsDocument, { first: MOST_MODELS });
      if (turn !== this.#turn) return;
      batch(() => {
        this.models.value = models.nodes;
        this.problem.value = null;
      });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem.value = passingProblem(error);
      if (isAway(error)) this.#timer = window.setTimeout(() => void this.#loadModels(turn), RETRY_MS);
    }
  }

  /** Says something, behind the last that is shown. */
  async send(text: string, files: readonly Attachment[]): Promise<void> {
    await this.#say({ ...newTurn(randomKey(), this.turns.value.at(-1)?.id ?? null, "user", text), files });
  }

  /** Says something else in place of a message, which stays on a branch of its own. */
  async edit(turn: Turn, text: string): Promise<void> {
    await this.#say({ ...newTurn(randomKey(), turn.parent, "user", text), files: turn.files });
  }

  /** Gives what the tools that an answer asks for have answered, in the order of its calls. */
  async giveResults(turn: Turn, texts: readonly string[]): Promise<void> {
    if (!this.#mayAsk()) return;
    let parent = turn.id;
    turn.calls.forEach(({ id }, index) => {
      const result = { ...newTurn(randomKey(), parent, "tool", texts[index] ?? ""), callId: id || null };
      this.#change((conversation) => withTurn(conversation, result));
      parent = result.id;
    });
    await this.#answer(parent);
  }

  /** Has the model write another answer in place of one, which stays on a branch of its own. */
  async regenerate(turn: Turn): Promise<void> {
    if (this.#mayAsk()) await this.#answer(turn.parent);
  }

  /** Asks again for an answer that failed, which is of no use to anybody where nothing was written. */
  async tryAgain(turn: Turn): Promise<void> {
    if (!this.#mayAsk()) return;
    if (turn.text === "")
      this.#change((conversation) => ({
        ...conversation,
        turns: conversation.turns.filter(({ id }) => id !== turn.id),
      }));
    await this.#answer(turn.parent, turn.prediction === null ? turn.id : randomKey());
  }

  /** Ends the answer that is written; what there is of it stays. */
  stop(): void {
    this.isStopping.value = true;
    void this.run.value?.cancel();
  }

  show(turn: Turn): void {
    this.#change((conversation) => choose(conversation, turn));
  }

  setSystem(system: string): void {
    this.#change((conversation) => ({ ...conversation, system }), false);
  }

  noteThumb(turn: Turn, thumb: number): void {
    this.#change((conversation) => withChange(conversation, turn.id, { thumb }));
  }

  async remove(id: string): Promise<void> {
    await this.#stored(() => this.#store.remove(id));
    await this.#list();
  }

  async removeAll(): Promise<void> {
    await this.#stored(() => this.#store.clear(this.#owner));
    await this.#list();
  }

  /** Takes over what the form says; false where something in it is wrong. */
  #takeParameters(): boolean {
    const reading = this.form.value?.read();
    if (reading && !reading.isValid) return false;
    this.#change((conversation) => ({ ...conversation, parameters: (reading?.input ?? {}) as Parameters }), false);
    return true;
  }

  #mayAsk(): boolean {
    return this.conversation.value !== null && this.run.value === null && this.isReady.value && this.#takeParameters();
  }

  async #say(turn: Turn): Promise<void> {
    if (!this.#mayAsk()) return;
    this.isShared.value = false;
    this.#change((conversation) => withTurn(conversation, turn));
    await this.#answer(turn.id);
  }

  async #answer(parent: string | null, id = randomKey()): Promise<void> {
    const turn: Turn = { ...newTurn(id, parent, "assistant"), state: "open" };
    this.#change((conversation) => withTurn(conversation, turn));
    await this.#ask(turn);
  }

  /** Has an open answer written. Its id is the key of the request: asked twice, the server writes it once. */
  async #ask({ id, parent }: Turn): Promise<void> {
    const conversation = this.conversation.value;
    if (!conversation) return;
    const run = this.#runOf();
    const input = inputOf(conversation, turnsUpTo(conversation, parent));
    const prediction = await run.start(conversation.model, input, { idempotencyKey: id });
    if (!this.#isOpen(run)) return;
    if (prediction === null) {
      const problem = run.refusal.value ?? passingProblem(null);
      const details = run.violations.value.map(({ path, message }) => `${path}: ${message}`).join("\n");
      this.#end(id, { state: "failed", problem: { ...problem, ...(details && { detail: details }) } });
      return;
    }
    this.#change((latest) => withChange(latest, id, { prediction }));
    this.#follow(id, run);
    // nothing could be canceled before it was there
    if (this.isStopping.value) void run.cancel();
  }

  /** Goes on with an answer that was being written when the page was left. */
  async #resume(): Promise<void> {
    const turn = this.turns.value.findLast(({ state }) => state === "open");
    if (!turn || this.run.value !== null || !this.model.value) return;
    if (turn.prediction === null) return this.#ask(turn);
    const run = this.#runOf();
    const prediction = await run.join(turn.prediction);
    if (!this.#isOpen(run)) return;
    if (prediction === null) this.#end(turn.id, { state: "failed", problem: run.problem.value });
    else this.#follow(turn.id, run);
  }

  /** Whether an answer is still the open one: the reader may have gone elsewhere meanwhile. */
  #isOpen(run: Run): boolean {
    return this.run.value === run;
  }

  #runOf(): Run {
    const run = new Run();
    this.isStopping.value = false;
    this.run.value = run;
    return run;
  }

  #follow(id: string, run: Run): void {
    this.#stop = run.prediction.subscribe((prediction) => {
      if (prediction && isTerminal(prediction.status) && this.#isOpen(run))
        queueMicrotask(() => this.#isOpen(run) && void this.#finish(id, prediction));
    });
  }

  async #finish(id: string, prediction: Prediction): Promise<void> {
    this.#end(id, endOf(prediction));
    const notes = await readNotes(prediction.id).catch(() => null);
    const turn = this.conversation.value?.turns.find((one) => one.id === id);
    if (notes?.cost && turn?.usage)
      this.#change((latest) => withChange(latest, id, { usage: { ...turn.usage!, cost: notes.cost } }));
  }

  #end(id: string, change: Partial<Turn>): void {
    batch(() => {
      this.#change((conversation) => withChange(conversation, id, change));
      this.#leaveAnswer();
    });
  }

  /** Follows the open answer no more; it is written on all the same. */
  #leaveAnswer(): void {
    this.#stop();
    this.#stop = () => {};
    const run = this.run.value;
    this.run.value = null;
    run?.clear();
  }

  #change(change: (conversation: Conversation) => Conversation, isWorthKeeping = true): void {
    const conversation = this.conversation.value;
    if (!conversation) return;
    const next = { ...change(conversation), updatedAt: Date.now() };
    this.conversation.value = next;
    if (!isWorthKeeping || this.isShared.value) return;
    const others = this.conversations.value.filter(({ id }) => id !== next.id);
    this.conversations.value = [next, ...others];
    void this.#stored(() => this.#store.put(next));
  }

  async #list(): Promise<void> {
    await this.#stored(async () => void (this.conversations.value = await this.#store.list(this.#owner)));
  }

  async #stored(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.isStored.value = true;
    } catch {
      this.isStored.value = false;
    }
  }
}

type Parameters = Conversation["parameters"];

const newConversation = (model: string, owner: string): Conversation => ({
  id: randomKey(),
  owner,
  model,
  system: "",
  parameters: {},
  turns: [],
  chosen: {},
  updatedAt: Date.now(),
});

/** What becomes of an answer when its prediction ends. */
function endOf(prediction: Prediction): Partial<Turn> {
  const { status, error, metrics, output } = prediction;
  const [choice] = choicesOf(output);
  const own = withoutThoughts(choice?.content ?? prediction.text ?? "");
  const { inputTokens, outputTokens, tokensPerSecond } = metrics;
  return {
    text: own.text,
    reasoning: choice?.reasoning || own.reasoning,
    calls: choice?.calls ?? [],
    usage: { inputTokens, outputTokens, tokensPerSecond, cost: null },
    state: status === "SUCCEEDED" ? "done" : status === "CANCELED" ? "stopped" : "failed",
    problem: error ? failureProblem(error) : null,
  };
}
