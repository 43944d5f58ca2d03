import type english from "../en/options";

export default {
  priority: "Vorrang",
  priorities: { HIGH: "hoch", NORMAL: "normal", LOW: "niedrig" },
  priorityAbout: "Sein Platz unter den eigenen Läufen; die anderer rücken nicht.",
  deadline: "Frist in Sekunden",
  deadlineAbout: "Das Warten zählt mit. Was bis dahin nicht zu Ende ist, wird aufgegeben.",
  webhook: "Webhook",
  webhookAbout: "Diese Adresse erfährt das Ende, unterschrieben mit dem Geheimnis des Kontos.",
  none: "keine",
} satisfies typeof english;
