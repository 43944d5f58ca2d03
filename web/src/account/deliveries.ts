import { request } from "../api/client";
import { DeliveriesDocument, RedeliverWebhookDocument, type DeliveryRowFragment } from "../api/generated/graphql";
import { Paged } from "../api/paged";
import { apiProblem, userProblem } from "../api/problems";

export type Delivery = DeliveryRowFragment;

const PAGE = 20;
const NOTHING = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };

/** What the webhooks of an account were told, page by page. */
export class Deliveries {
  readonly list = new Paged<Delivery>(async (after) => {
    const { viewer } = await request(DeliveriesDocument, { first: PAGE, after });
    return viewer?.webhookDeliveries ?? NOTHING;
  });

  async redeliver(id: string): Promise<void> {
    try {
      const { redeliverWebhook: result } = await request(RedeliverWebhookDocument, { input: { id } });
      if (result.__typename === "WebhookDelivery")
        this.list.rows.value = (this.list.rows.value ?? []).map((row) => (row.id === id ? result : row));
      else this.list.problem.value = userProblem(result);
    } catch (error) {
      this.list.problem.value = apiProblem(error);
    }
  }
}
