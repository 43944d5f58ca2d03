import { computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { DeliveriesDocument, RedeliverWebhookDocument, type DeliveryRowFragment } from "../api/generated/graphql";
import { apiProblem, userProblem, type Problem } from "../api/problems";

export type Delivery = DeliveryRowFragment;

const PAGE = 20;

/** What the webhooks of an account were told, page by page. */
export class Deliveries {
  readonly rows = signal<readonly Delivery[] | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly hasMore = computed(() => this.#end.value !== null);
  readonly #end = signal<string | null>(null);

  async load(after: string | null = null): Promise<void> {
    try {
      const found = (await request(DeliveriesDocument, { first: PAGE, after })).viewer?.webhookDeliveries;
      if (!found) return;
      this.rows.value = after === null ? found.nodes : [...(this.rows.value ?? []), ...found.nodes];
      this.#end.value = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }

  async more(): Promise<void> {
    if (this.#end.value !== null) await this.load(this.#end.value);
  }

  async redeliver(id: string): Promise<void> {
    try {
      const { redeliverWebhook: result } = await request(RedeliverWebhookDocument, { input: { id } });
      if (result.__typename === "WebhookDelivery")
        this.rows.value = (this.rows.value ?? []).map((row) => (row.id === id ? result : row));
      else this.problem.value = userProblem(result);
    } catch (error) {
      this.problem.value = apiProblem(error);
    }
  }
}
